//! The server as a process: starts, says where it is, takes reports, ends in order.

use std::process::Stdio;
use std::time::Duration;

use server::sender::SendError;

use crate::commands::REPORT;
use crate::house::{House, on_a_thread, program, says, stopwatch, wait_for};
use crate::http;

/// Starting may take a second at most, on a machine that does other things too.
const START_MILLIS_MAX: u128 = 1_000;

#[test]
fn it_starts_at_once_says_where_and_ends_in_order() {
    let house = House::new();
    house.serve().kill();
    // The second start is the one that users wait for: the first makes the keys and the database.
    let tries = (0..3).map(|_| {
        let begun = stopwatch();
        let serving = house.serve();
        let millis = begun.elapsed().as_millis();
        assert_eq!(http::get(serving.address, "/", &[]).status, 401);
        assert_eq!(serving.stop(), Some(0));
        millis
    });
    let fastest = tries.min().unwrap();
    assert!(fastest < START_MILLIS_MAX, "{fastest} ms");
    house.verify();
}

#[test]
fn it_prints_a_link_for_people_and_scripts() {
    let house = House::new();
    let serving = house.serve();
    let link = format!("{}/sign-in?token=", serving.console);
    assert!(serving.sign_in.starts_with(&link), "{}", serving.sign_in);
    assert_eq!(serving.console, format!("http://{}", serving.address));
    let mut command = program();
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(house.place());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let read = |pipe: &mut dyn std::io::Read, lines: usize| {
        let mut text = String::new();
        while text.lines().count() < lines || !text.ends_with('\n') {
            let mut byte = [0];
            pipe.read_exact(&mut byte).unwrap();
            text.push(char::from(byte[0]));
        }
        text
    };
    let words = read(child.stderr.as_mut().unwrap(), 2);
    let data = read(child.stdout.as_mut().unwrap(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    says(
        &words,
        &[
            "Listening on http://127.0.0.1:",
            "/ispws",
            "once, within 15 minutes",
        ],
    );
    assert!(
        data.contains("/sign-in?token=") && data.starts_with("http://"),
        "{data}"
    );
    let printed = house.run(&["sign-in"]).ended(0).out;
    says(&printed, &["http://127.0.0.1:8420/sign-in?token="]);
}

#[test]
fn a_taken_address_is_said_clearly() {
    let house = House::new();
    let serving = house.serve();
    let address = serving.address.to_string();
    let other = House::new();
    let ran = other.run(&["serve", "--listen", &address]).ended(2);
    says(&ran.err, &["cannot listen on", &address, "--listen"]);
    assert_eq!(ran.out, "");
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn accounts_come_and_go_while_it_serves() {
    for house in [House::new(), House::on_postgres()] {
        let serving = house.serve();
        on_a_thread(async {
            // Somebody unknown calls first, so that the list of accounts was read before.
            let mut stranger = serving.sender("acme", "wfs_nonsense").await;
            let refused = stranger.submit(REPORT).await.unwrap_err();
            assert!(matches!(refused, SendError::Unauthorised), "{refused}");
            let secret = house.account("acme", "sender");
            let mut sender = serving.sender("acme", &secret).await;
            let report = sender.submit(REPORT).await.unwrap();
            assert!(sender.finish(report).await.unwrap().is_empty());
            house.run(&["account", "revoke", "acme"]).ended(0);
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            let refused = sender.submit(REPORT).await.unwrap_err();
            assert!(matches!(refused, SendError::Unauthorised), "{refused}");
            // The roles of staff do not send.
            let secret = house.account("ana", "analyst");
            let mut analyst = serving.sender("ana", &secret).await;
            let refused = analyst.submit(REPORT).await.unwrap_err();
            assert!(
                matches!(refused, SendError::Refused { code: 3100, .. }),
                "{refused}"
            );
        });
        assert_eq!(house.queue().len(), 1);
        assert_eq!(serving.stop(), Some(0));
        house.verify();
    }
}

/// A whole report over HTTP, read back by the command line, on both databases.
#[test]
fn what_came_over_http_is_read_at_the_command_line() {
    for house in [House::new(), House::on_postgres()] {
        let serving = house.serve();
        let secret = house.account("acme", "sender");
        let world = world::World::new(
            2,
            40,
            model::Timestamp::parse("2026-01-02T03:04:05Z").unwrap(),
        );
        let told = world
            .reports()
            .find(|report| report.files.len() > 1)
            .unwrap();
        on_a_thread(async {
            let mut sender = serving.sender("acme", &secret).await;
            let id = sender.submit(&told.xml).await.unwrap();
            for file in &told.files {
                let token = sender
                    .upload(id, &file.name, file.media_type, &file.bytes)
                    .await;
                let details = file.details_xml(id.number(), &token.unwrap().to_string());
                sender.describe(&details).await.unwrap();
            }
            assert_eq!(sender.finish(id).await.unwrap().len(), told.files.len());
        });
        let cases = house.cases();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0]["members"][0]["source"], "ispws");
        let evidence = cases[0]["evidence"].as_array().unwrap();
        for (item, file) in evidence.iter().zip(&told.files) {
            assert_eq!(item["sha256"], model::hex(&vault::sha256(&file.bytes)));
            assert_eq!(item["size"], file.bytes.len());
            assert_eq!(item["type"], file.media_type);
        }
        assert_eq!(evidence.len(), told.files.len());
        // The checkpoint follows by itself.
        wait_for("the checkpoint", || {
            let checkpoint = std::fs::read_to_string(house.data().join("log/checkpoint")).ok()?;
            let size: usize = checkpoint.lines().nth(1)?.parse().ok()?;
            (size > 3 + 2 * told.files.len()).then_some(())
        });
        assert_eq!(serving.stop(), Some(0));
        house.verify();
    }
}
