//! A disk that fills up: nothing is acknowledged that is not kept, and it goes on once there is
//! room.

use std::path::{Path, PathBuf};
use std::process::Command;

use wire::ispws::{ReportResponse, parse_report_response};

use crate::commands::REPORT;
use crate::house::{House, Serving, says};
use crate::http::{Answer, basic, post};

/// A disk of a test's own, in memory.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path, size_mib: u32) -> Self {
        std::fs::create_dir(at).unwrap();
        let options = format!("size={size_mib}m");
        let ran = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(at)
            .status();
        assert!(
            ran.unwrap().success(),
            "a small disk cannot be mounted: run the tests as root (containers: CAP_SYS_ADMIN)"
        );
        Self(at.to_owned())
    }

    fn resize(&self, size_mib: u32) {
        let options = format!("remount,size={size_mib}m");
        let ran = Command::new("mount")
            .args(["-o", &options])
            .arg(&self.0)
            .status();
        assert!(ran.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let ran = Command::new("umount").arg("--lazy").arg(&self.0).status();
        assert!(ran.unwrap().success());
    }
}

struct Sender<'a> {
    serving: &'a Serving,
    authorization: String,
}

impl Sender<'_> {
    fn submit(&self, name: &str) -> (u16, ReportResponse) {
        let report = REPORT.replace("Robin", name);
        let headers = [&*self.authorization, "Content-Type: text/xml"];
        read(&post(
            self.serving.address,
            "/ispws/submit",
            &headers,
            report.as_bytes(),
        ))
    }

    fn upload(&self, report: i64, bytes: &[u8]) -> (u16, ReportResponse) {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{report}\r\n--b\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
        let headers = [
            &*self.authorization,
            "Content-Type: multipart/form-data; boundary=b",
        ];
        read(&post(
            self.serving.address,
            "/ispws/upload",
            &headers,
            &body,
        ))
    }

    fn finish(&self, report: i64) -> Answer {
        let headers = [
            &*self.authorization,
            "Content-Type: application/x-www-form-urlencoded",
        ];
        let body = format!("id={report}");
        post(
            self.serving.address,
            "/ispws/finish",
            &headers,
            body.as_bytes(),
        )
    }
}

fn read(answer: &Answer) -> (u16, ReportResponse) {
    (
        answer.status,
        parse_report_response(answer.body.as_bytes()).unwrap(),
    )
}

#[test]
fn a_full_disk_refuses_keeps_what_it_has_and_goes_on() {
    let house = House::new();
    let disk = Disk::mount(&house.data(), 8);
    let secret = house.account("acme", "sender");
    let serving = house.serve();
    let sender = Sender {
        serving: &serving,
        authorization: basic("acme", &secret),
    };
    let (status, first) = sender.submit("Robin");
    assert_eq!((status, first.response_code), (200, 0));
    let report = first.report_id.unwrap();
    let mut kept = Vec::new();
    let full = loop {
        let content = format!("file {:9} ", kept.len()).repeat(26_000);
        let (status, answer) = sender.upload(report, content.as_bytes());
        if status != 200 {
            break (status, answer);
        }
        assert_eq!(answer.response_code, 0);
        kept.push(answer.file_id.unwrap());
        assert!(kept.len() < 40, "the disk never fills");
    };
    assert!(kept.len() > 3, "the disk was full from the start");
    assert_eq!(full.0, 503);
    assert!((1100..1200).contains(&full.1.response_code), "{full:?}");
    says(&full.1.response_description, &["disk"]);
    // Now that the last page is gone, small things fail too, in the same manner, or fit.
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for number in 0..400 {
        let (status, answer) = sender.submit(&format!("Robin {number} {}", "x".repeat(4_000)));
        match status {
            200 => acknowledged.push(answer.report_id.unwrap()),
            503 => {
                assert!((1100..1200).contains(&answer.response_code), "{answer:?}");
                refused += 1;
            }
            _ => panic!("{status}: {answer:?}"),
        }
        if refused > 5 {
            break;
        }
    }
    assert!(refused > 5, "the database never fills");
    // Space comes back; everything that was acknowledged is there, and the same report goes on.
    disk.resize(64);
    let (status, answer) = sender.upload(report, b"there is room again");
    assert_eq!((status, answer.response_code), (200, 0), "{answer:?}");
    kept.push(answer.file_id.unwrap());
    let done = sender.finish(report);
    assert_eq!(done.status, 200, "{}", done.body);
    let files: Vec<_> = kept
        .iter()
        .map(|file| format!("<fileId>{}</fileId>", file.as_str()))
        .collect();
    says(
        &done.body,
        &files.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    assert_eq!(done.body.matches("<fileId>").count(), kept.len());
    for report in &acknowledged {
        assert_eq!(sender.finish(*report).status, 200);
    }
    assert_eq!(serving.stop(), Some(0));
    assert_eq!(house.queue().len(), acknowledged.len() + 1);
    house.verify();
    drop(disk);
}
