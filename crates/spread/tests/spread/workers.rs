//! Several worker processes on loopback, of which one is killed in the middle of a job.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use screen::window::Request;
use spread::{Cluster, Job, Summary, Worker};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use url::Url;

use crate::book::{self, STATS};

const PARTITIONS: usize = 2;
/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A worker process; it ends with the test.
struct Process {
    child: Child,
    url: Url,
}

impl Process {
    fn start(patience: Duration) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_watchfire-spread"))
            .args(["worker", "--memory", "64", "--patience"])
            .arg(patience.as_secs().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line.trim().parse().unwrap();
        Self { child, url }
    }

    /// SIGKILL.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// Stands before a worker and counts what it answers; tells when that is so many bytes.
struct Gate {
    url: Url,
    bytes: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Gate {
    async fn before(worker: &Url, limit: u64, reached: Arc<Notify>) -> Self {
        let to: SocketAddr = worker.socket_addrs(|| None).unwrap()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&bytes);
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (counted, reached) = (Arc::clone(&counted), Arc::clone(&reached));
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(to).await else {
                        return;
                    };
                    let (mut near_read, mut near_write) = near.into_split();
                    let (mut far_read, mut far_write) = far.into_split();
                    let asks = tokio::io::copy(&mut near_read, &mut far_write);
                    let answers = async {
                        let mut some = vec![0; 4096];
                        while let Ok(read @ 1..) = far_read.read(&mut some).await {
                            let sum = counted.fetch_add(read as u64, Ordering::SeqCst);
                            let sum = sum + read as u64;
                            if sum >= limit {
                                // What is beyond stays behind, so that the job cannot end first.
                                reached.notify_one();
                                continue;
                            }
                            if near_write.write_all(&some[..read]).await.is_err() {
                                return;
                            }
                        }
                    };
                    tokio::select! {
                        _ = asks => {}
                        () = answers => {}
                    }
                });
            }
        });
        let url = url.parse().unwrap();
        Self { url, bytes, task }
    }
}

fn cluster(workers: &[Url]) -> Cluster {
    Cluster::new(workers.to_vec(), PARTITIONS, PATIENCE).unwrap()
}

fn job(folder: &Path, rows: &[book::Row]) -> Job {
    let files = book::files(folder, rows, 6);
    Job::open(&files, ("30d", STATS, "sender"), None).unwrap()
}

/// Does a job on three workers, of which nothing is disturbed; then again, and disturbs one of them
/// when it has given half of its answers. Both files have to be what the kernel says.
async fn disturbed_half_way(patience: Duration, disturb: impl FnOnce(&mut Process, &Gate)) {
    let folder = tempfile::tempdir().unwrap();
    let rows = book::rows(30_000, 1000);
    let job = job(folder.path(), &rows);
    let mut workers = [0; 3].map(|_| Process::start(patience));
    let [first, victim, last] = [0, 1, 2].map(|at: usize| workers[at].url.clone());
    let three = |gate: &Gate| {
        let urls = vec![first.clone(), gate.url.clone(), last.clone()];
        Cluster::new(urls, PARTITIONS, patience).unwrap()
    };

    let whole = folder.path().join("whole.parquet");
    let gate = Gate::before(&victim, u64::MAX, Arc::default()).await;
    let plan = job.explain(&three(&gate)).await.unwrap();
    for part in [
        "WindowExec: by=sender",
        "SortExec: expr=[sender@1 ASC NULLS LAST, time@2 ASC NULLS LAST, id@0 ASC NULLS LAST]",
        "NetworkShuffleExec",
        "RepartitionExec: partitioning=Hash([sender@1], 6)",
        "SortPreservingMergeExec",
    ] {
        assert!(plan.contains(part), "{part} in {plan}");
    }
    let undisturbed = job.run(&three(&gate), &whole).await.unwrap();
    let expected = Summary {
        rows: 30_000,
        attempts: 1,
        workers: 3,
    };
    assert_eq!(undisturbed, expected);
    book::check(&whole, &rows, &Request::parse("30d", STATS).unwrap());
    let answered = gate.bytes.load(Ordering::SeqCst);
    gate.task.abort();
    assert!(answered > 100_000, "it took part: {answered} bytes");

    let half = Arc::new(Notify::new());
    let gate = Gate::before(&victim, answered / 2, Arc::clone(&half)).await;
    let out = folder.path().join("out.parquet");
    let three = three(&gate);
    let disturbing = async {
        half.notified().await;
        disturb(&mut workers[1], &gate);
    };
    let (summary, ()) = tokio::join!(job.run(&three, &out), disturbing);
    let expected = Summary {
        rows: 30_000,
        attempts: 2,
        workers: 2,
    };
    assert_eq!(summary.unwrap(), expected);
    let (whole, out) = (std::fs::read(&whole), std::fs::read(&out));
    assert!(whole.unwrap() == out.unwrap(), "the files differ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_in_the_middle_changes_not_one_byte_of_the_answer() {
    disturbed_half_way(PATIENCE, |worker, gate| {
        gate.task.abort();
        worker.kill();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_falls_silent_is_left_out_as_a_dead_one_is() {
    disturbed_half_way(Duration::from_secs(5), |worker, _| {
        let stopped = Command::new("kill")
            .args(["-STOP", &worker.child.id().to_string()])
            .status();
        assert!(stopped.unwrap().success());
    })
    .await;
}

#[tokio::test]
async fn workers_that_are_dead_from_the_start_are_left_out_until_none_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let rows = book::rows(500, 20);
    let job = job(folder.path(), &rows);
    let mut workers = [0; 2].map(|_| Process::start(PATIENCE));
    let both = cluster(&[0, 1].map(|at: usize| workers[at].url.clone()));
    let out = folder.path().join("out.parquet");
    workers[0].kill();
    let summary = job.run(&both, &out).await.unwrap();
    assert_eq!((summary.attempts, summary.workers), (1, 1));
    book::check(&out, &rows, &Request::parse("30d", STATS).unwrap());
    workers[1].kill();
    std::fs::remove_file(&out).unwrap();
    let refused = job.run(&both, &out).await.unwrap_err();
    assert_eq!(refused.code(), "spread.no-worker");
    assert!(!out.exists());
}

#[tokio::test]
async fn a_worker_listens_on_its_machine_alone() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = Worker::bind(everywhere, 1 << 24, PATIENCE)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "spread.not-loopback");
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let worker = Worker::bind(here, 1 << 24, PATIENCE).await.unwrap();
    let taken = Worker::bind(worker.address(), 1 << 24, PATIENCE)
        .await
        .unwrap_err();
    assert_eq!(taken.code(), "spread.listen");
}
