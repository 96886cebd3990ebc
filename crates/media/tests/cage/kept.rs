//! What the keeper starts in these tests, and what it does there.

use std::time::Duration;

use media::cage::{Cage, CageConfig, CageLimits};
use media::{Pixels, Raster};

/// What the keeper starts: this test, in a process that runs nothing else.
///
/// In a usual run of the tests nobody keeps it, and it must say so rather than wait.
#[test]
fn inmate() {
    let served = media::cage::serve(obey);
    if let Err(error) = served {
        assert!(
            matches!(error, media::cage::InmateError::NoKeeper),
            "{error}"
        );
    }
}

/// How cages of this test binary are made.
pub(crate) fn config() -> CageConfig {
    let program = std::env::current_exe().expect("this test has a program");
    let args = ["--exact", "kept::inmate", "--test-threads=1", "--quiet"];
    let mut config = CageConfig::new(program, args.map(str::to_owned).to_vec());
    config.limits.wall_millis_max = 30_000;
    config.video.limits.wall_millis_max = 60_000;
    config
}

pub(crate) fn cage_within(limits: CageLimits) -> Cage {
    Cage::new(CageConfig { limits, ..config() })
}

pub(crate) fn cage() -> Cage {
    Cage::new(config())
}

/// What the handler is told to do, by the first pixel of a grey picture of one row.
pub(crate) mod deed {
    pub(crate) const SUM: u8 = 0;
    pub(crate) const OPEN_FILE: u8 = 1;
    pub(crate) const OPEN_SOCKET: u8 = 2;
    pub(crate) const START_PROCESS: u8 = 3;
    pub(crate) const SPIN: u8 = 4;
    pub(crate) const SLEEP: u8 = 5;
    pub(crate) const TAKE_MEMORY: u8 = 6;
    pub(crate) const SAY_TOO_MUCH: u8 = 7;
    pub(crate) const PANIC: u8 = 8;
    pub(crate) const UNKNOWN_CALL: u8 = 9;
    pub(crate) const START_THREAD: u8 = 10;
}

/// The handler: sums the pixels, or tries what it is told to.
fn obey(raster: &Raster<'_>) -> Vec<u8> {
    let bytes = raster.pixels.bytes();
    let told = if raster.height == 1 && matches!(raster.pixels, Pixels::Grey(_)) {
        bytes[0]
    } else {
        deed::SUM
    };
    let outcome = |error: Option<std::io::Error>| {
        error.map_or(b"done".to_vec(), |error| error.to_string().into_bytes())
    };
    match told {
        deed::OPEN_FILE => outcome(std::fs::File::open("/etc/passwd").err()),
        deed::OPEN_SOCKET => outcome(std::net::TcpStream::connect("192.0.2.1:80").err()),
        deed::START_PROCESS => outcome(std::process::Command::new("/bin/true").spawn().err()),
        deed::START_THREAD => outcome(std::thread::Builder::new().spawn(|| ()).err()),
        deed::SPIN => loop {
            std::hint::black_box(told);
        },
        deed::SLEEP => loop {
            std::thread::park();
        },
        deed::TAKE_MEMORY => vec![1; 1 << 30],
        deed::SAY_TOO_MUCH => vec![0; 1 << 20],
        deed::PANIC => panic!("as it was told"),
        deed::UNKNOWN_CALL => {
            std::thread::sleep(Duration::from_millis(1));
            Vec::new()
        }
        _ => bytes
            .iter()
            .map(|byte| u64::from(*byte))
            .sum::<u64>()
            .to_le_bytes()
            .to_vec(),
    }
}
