//! `cargo xtask`: the project's own rules as code. It tests, tidies, generates; it ships nothing.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's program: what it prints is what it is for"
)]

mod deny;
mod failure;
mod fuzz;
mod generate;
mod house;
mod manual;
mod packages;
mod postgres;
mod test;
mod tidy;

use std::process::ExitCode;

use failure::Failure;
use house::House;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [STEP…]        everything that has to hold before a change lands, or only the named steps;
                      the step `spread` (windows on many machines) runs only when it is named
  tidy                the rules that no compiler knows: arrows, sizes, names, invariants, links
  gen                 write the generated pages of docs/reference anew from the built program
  postgres -- CMD…    run CMD against a private PostgreSQL that is gone afterwards
                      (its address is in WATCHFIRE_TEST_POSTGRES)

exit codes: 0 all holds, 1 something does not, 2 wrong usage or a missing tool";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test", steps @ ..] => House::open().and_then(|house| test::run(&house, steps)),
        ["tidy"] => House::open().and_then(|house| tidy::run(&house)),
        ["gen"] => House::open().and_then(|house| generate::write(&house)),
        ["postgres", "--", command @ ..] if !command.is_empty() => {
            House::open().and_then(|house| postgres::run(&house, command))
        }
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure::Usage(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {}", failure.with_sources());
            failure.exit_code()
        }
    }
}
