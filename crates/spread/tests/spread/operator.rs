//! The operator in one process: any borders of batches, any partitions.

use std::sync::Arc;

use arrow_array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::execution::TaskContext;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures_util::TryStreamExt as _;
use proptest::prelude::*;
use screen::window::Request;
use spread::{Job, Task, WindowExec};

use crate::book::{self, DECIMALS, Row, STATS};

fn row() -> impl Strategy<Value = Row> {
    let country = prop::sample::select(vec!["DE", "PH", "", "AQ"]);
    (0_u32..7, 0_i64..60, 0_u32..5, 0_i64..2000, country).prop_map(
        |(sender, minute, receiver, amount, country)| Row {
            sender,
            time_millis: minute * 600_000,
            id: 0,
            receiver,
            amount,
            country,
        },
    )
}

/// The batches of a partition, cut where `cuts` say.
fn cut(rows: &[Row], cuts: &[usize]) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    let mut rest = rows;
    for cut in cuts {
        let (some, more) = rest.split_at((*cut).min(rest.len()));
        batches.push(book::batch(some));
        rest = more;
    }
    batches.push(book::batch(rest));
    batches
}

async fn measured(plan: &WindowExec, context: &Arc<TaskContext>, partition: usize) -> RecordBatch {
    let stream = plan.execute(partition, Arc::clone(context)).unwrap();
    let batches: Vec<RecordBatch> = stream.try_collect().await.unwrap();
    concat_batches(&plan.schema(), &batches).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

proptest! {
    #[test]
    fn the_operator_says_what_the_kernel_says(
        drawn in prop::collection::vec(row(), 1..120),
        cuts in prop::collection::vec(0_usize..30, 0..12),
        partitions in 1_u32..4,
    ) {
        let rows = drawn.into_iter().zip(0..).map(|(row, id)| Row { id, ..row });
        let rows: Vec<Row> = rows.collect();
        let mut partitioned = Vec::new();
        for partition in 0..partitions {
            let mine = rows.iter().filter(|row| row.sender % partitions == partition);
            let mut mine: Vec<Row> = mine.copied().collect();
            mine.sort_unstable();
            partitioned.push(mine);
        }
        let batches: Vec<_> = partitioned.iter().map(|rows| cut(rows, &cuts)).collect();
        let input = MemorySourceConfig::try_new_exec(&batches, book::schema(), None).unwrap();
        let task = Task::new("3h", STATS, "sender", DECIMALS).unwrap();
        let plan = WindowExec::new(input, task).unwrap();
        let request = Request::parse("3h", STATS).unwrap();
        let context = Arc::new(TaskContext::default());
        for (partition, rows) in partitioned.iter().enumerate() {
            let got = runtime().block_on(measured(&plan, &context, partition));
            let (rows, answers) = book::kernel(rows, &request);
            let given = book::batch(&rows);
            prop_assert_eq!(&got.columns()[..given.num_columns()], given.columns());
            prop_assert_eq!(&got.columns()[given.num_columns()..], answers.as_slice());
        }
    }
}

#[tokio::test]
async fn files_are_read_shuffled_and_ordered_by_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let rows = book::rows(3000, 50);
    let files = book::files(folder.path(), &rows, 3);
    let out = folder.path().join("out.parquet");
    let job = Job::open(&files, ("30d", STATS, "sender"), None).unwrap();
    let request = Request::parse("30d", STATS).unwrap();
    for partitions in [1, 3] {
        assert_eq!(job.run_here(partitions, &out).await.unwrap(), 3000);
        book::check(&out, &rows, &request);
    }
    // An account may be a number as well, and the column that is counted too.
    let job = Job::open(&files, ("1d", "count", "receiver"), None).unwrap();
    assert_eq!(job.run_here(2, &out).await.unwrap(), 3000);
}

#[tokio::test]
async fn a_row_that_cannot_be_measured_ends_the_job_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = book::rows(100, 5);
    rows[40].country = "??";
    let files = book::files(folder.path(), &rows, 2);
    let out = folder.path().join("out.parquet");
    let job = Job::open(&files, ("30d", "night", "sender"), None).unwrap();
    let error = job.run_here(2, &out).await.unwrap_err();
    assert_eq!(error.code(), "spread.engine");
    assert!(
        error
            .to_string()
            .contains("`sender_country` is no two capitals"),
        "{error}"
    );
    assert!(!out.exists());
    let job = Job::open(&files, ("30d", "count", "sender"), None).unwrap();
    assert_eq!(job.run_here(2, &out).await.unwrap(), 100);
}

#[tokio::test]
async fn what_is_held_is_told_to_the_pool_which_may_refuse_it() {
    let mut rows = book::rows(4000, 1);
    rows.sort_unstable();
    let batches = vec![cut(&rows, &[500; 8])];
    let input = MemorySourceConfig::try_new_exec(&batches, book::schema(), None).unwrap();
    let task = Task::new("90d", STATS, "sender", DECIMALS).unwrap();
    let plan = WindowExec::new(input, task).unwrap();
    let refused = |bytes: usize| {
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(bytes, 1.0);
        let runtime = runtime.build_arc().unwrap();
        let session = SessionContext::new_with_config_rt(SessionConfig::new(), runtime);
        plan.execute(0, session.task_ctx()).unwrap()
    };
    let tight: Result<Vec<_>, _> = refused(100_000).try_collect().await;
    assert!(tight.unwrap_err().to_string().contains("WindowExec[0]"));
    let roomy: Vec<_> = refused(10_000_000).try_collect().await.unwrap();
    assert_eq!(roomy.iter().map(RecordBatch::num_rows).sum::<usize>(), 4000);
}

#[test]
fn what_cannot_be_measured_is_refused_before_any_row_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let files = book::files(folder.path(), &book::rows(10, 2), 1);
    let refused = |files: &[std::path::PathBuf], stats, by, decimals| {
        let asked = ("30d", stats, by);
        Job::open(files, asked, decimals).unwrap_err().code()
    };
    assert_eq!(refused(&[], "count", "sender", None), "spread.no-file");
    assert_eq!(
        refused(&files, "counts", "sender", None),
        "screen.stat-unknown"
    );
    assert_eq!(refused(&files, "count", "payer", None), "columns.no-column");
    assert_eq!(
        refused(&files, "count", "sender", Some(19)),
        "spread.decimals"
    );
    let csv = folder.path().join("payments.csv");
    std::fs::write(&csv, "id,sender,time\n").unwrap();
    assert_eq!(
        refused(&[csv], "count", "sender", None),
        "spread.not-parquet"
    );
}
