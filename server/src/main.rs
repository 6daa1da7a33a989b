//! The `outcry` command: reads its arguments, runs one subcommand and exits with its code.

use std::process::ExitCode;

use clap::Parser;
use outcry_server::{CommandLine, Outcome};

/// Exit code of a run that could not be done: bad arguments (clap's own), unreadable files, a port in use.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    match outcry_server::run(CommandLine::parse()) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::NotGood) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("outcry: {failure}");
            ExitCode::from(FAILED)
        }
    }
}
