//! What an inmate cannot do, and what becomes of one that tries.

use std::ops::ControlFlow;

use media::cage::{Answer, Cage, CageConfig, CageError, CageLimits, Limit, Opened};
use media::picture::{Ended, Refusal};

use crate::files::grey_row;
use crate::kept::{cage, cage_within, deed};

/// Opens a picture whose first pixel tells the inmate what to do.
async fn told(cage: &Cage, deed: u8) -> Result<(Opened, Vec<Answer>), CageError> {
    cage.open(grey_row(&[deed, 1, 2]).as_slice()).await
}

async fn said(deed: u8) -> String {
    let (_, answers) = told(&cage(), deed).await.expect("it lives");
    String::from_utf8(answers[0].blob.clone()).expect("words")
}

#[tokio::test]
async fn an_inmate_opens_no_file_no_socket_and_starts_nothing() {
    for deed in [
        deed::OPEN_FILE,
        deed::OPEN_SOCKET,
        deed::START_PROCESS,
        deed::START_THREAD,
    ] {
        let words = said(deed).await;
        assert!(words.contains("not permitted"), "{deed}: {words}");
    }
}

#[tokio::test]
async fn every_wall_is_said_to_hold_because_it_was_tried() {
    let (opened, answers) = told(&cage(), deed::SUM).await.expect("it opens");
    let Opened::Looked { looked, enforced } = opened else {
        panic!("{opened:?}");
    };
    assert!(enforced.is_whole(), "{enforced}");
    assert_eq!((looked.width, looked.height, looked.frames), (3, 1, 1));
    assert_eq!(looked.ended, Ended::Whole);
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].blob, 3_u64.to_le_bytes());
}

#[tokio::test]
async fn an_inmate_that_calls_what_no_decoder_calls_is_ended_by_the_kernel() {
    let error = told(&cage(), deed::UNKNOWN_CALL).await.expect_err("ended");
    assert!(
        matches!(
            error,
            CageError::Crashed {
                signal: Some(libc::SIGSYS),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.code(), "cage.crashed");
    assert!(error.is_of_the_file());
}

#[tokio::test]
async fn an_inmate_is_ended_at_its_processor_time() {
    let cage = cage_within(CageLimits {
        cpu_seconds_max: 1,
        ..CageLimits::default()
    });
    let error = told(&cage, deed::SPIN).await.expect_err("ended");
    assert!(matches!(error, CageError::Limit(Limit::Cpu)), "{error:?}");
}

#[tokio::test]
async fn an_inmate_is_ended_by_the_keepers_clock() {
    let cage = cage_within(CageLimits {
        wall_millis_max: 500,
        ..CageLimits::default()
    });
    let error = told(&cage, deed::SLEEP).await.expect_err("ended");
    assert!(matches!(error, CageError::Limit(Limit::Wall)), "{error:?}");
    // And the next file does not notice.
    let after = crate::kept::cage();
    assert!(told(&after, deed::SUM).await.is_ok());
}

#[tokio::test]
async fn an_inmate_is_ended_at_its_memory() {
    let cage = cage_within(CageLimits {
        memory_bytes_max: 512 << 20,
        ..CageLimits::default()
    });
    let error = told(&cage, deed::TAKE_MEMORY).await.expect_err("ended");
    assert!(
        matches!(error, CageError::Limit(Limit::Memory)),
        "{error:?}"
    );
    assert!(told(&cage, deed::SUM).await.is_ok());
}

#[tokio::test]
async fn an_inmate_is_ended_when_it_says_too_much() {
    let at = |answer_bytes_max| {
        cage_within(CageLimits {
            answer_bytes_max,
            ..CageLimits::default()
        })
    };
    assert!(told(&at(1 << 20), deed::SAY_TOO_MUCH).await.is_ok());
    let error = told(&at((1 << 20) - 1), deed::SAY_TOO_MUCH)
        .await
        .expect_err("ended");
    assert!(
        matches!(error, CageError::Limit(Limit::Answer)),
        "{error:?}"
    );
}

#[tokio::test]
async fn inv_10_a_file_is_taken_in_up_to_its_limit_and_no_further() {
    let picture = grey_row(&[deed::SUM, 1, 2]);
    let at = |bytes: usize| {
        cage_within(CageLimits {
            source_bytes_max: bytes as u64,
            ..CageLimits::default()
        })
    };
    assert!(at(picture.len()).open(picture.as_slice()).await.is_ok());
    let error = at(picture.len() - 1)
        .open(picture.as_slice())
        .await
        .expect_err("too large");
    assert!(
        matches!(error, CageError::Limit(Limit::Source)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_handler_that_panics_is_told_as_a_failure() {
    let error = told(&cage(), deed::PANIC).await.expect_err("panics");
    assert!(
        matches!(error, CageError::Refused(Refusal::DecoderFailed { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let cage = Cage::new(CageConfig::new("/nowhere/watchfire".into(), Vec::new()));
    let error = told(&cage, deed::SUM).await.expect_err("nothing to start");
    assert_eq!(error.code(), "cage.start");
    assert!(error.to_string().contains("/nowhere/watchfire"));
    assert!(!error.is_of_the_file());
}

#[tokio::test]
async fn a_program_that_is_no_inmate_is_not_believed() {
    let cage = Cage::new(CageConfig::new("/bin/true".into(), Vec::new()));
    let error = told(&cage, deed::SUM).await.expect_err("says nothing");
    assert!(
        matches!(error, CageError::Protocol(_) | CageError::Machine { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn many_files_are_opened_at_once() {
    let cage = cage();
    let picture = grey_row(&[deed::SUM, 40, 2]);
    let opens = (0..8).map(|_| cage.open(picture.as_slice()));
    for opened in futures(opens).await {
        let (_, answers) = opened.expect("opens");
        assert_eq!(answers[0].blob, 42_u64.to_le_bytes());
    }
}

/// Runs futures one beside the other, on one thread.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        pending.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done
}

#[tokio::test]
async fn opening_stops_when_the_caller_has_enough() {
    let animation = crate::files::gif(4, 4, 50);
    let mut heard = 0;
    let opened = cage()
        .open_until(animation.as_slice(), |answer| {
            assert_eq!(answer.index, heard);
            heard += 1;
            if heard == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .await
        .expect("opens");
    assert!(
        matches!(opened, Opened::Stopped { frames: 3, .. }),
        "{opened:?}"
    );
}
