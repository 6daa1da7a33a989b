//! `cargo xtask campaign fuzz`: every decoder with changed inputs, 10^7 each unless told otherwise.
//!
//! It is the test `tests/tests/fuzz.rs` with more inputs. An input that a decoder does not bear is written to
//! `tests/crashers`, where every later run of the tests reads it again.

use std::collections::BTreeMap;
use std::io::stdout;
use std::time::Instant;

use super::{PROFILE, Stretch};
use crate::failure::Outcome;
use crate::process::overhear;
use crate::step::{Seconds, step};
use crate::tally::Tally;
use crate::workspace::Workspace;

/// How far one decoder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Progress {
    inputs: u64,
    accepted: u64,
}

/// Builds and runs the test, and returns whether every decoder bore every input.
pub(super) fn fuzz(workspace: &Workspace, stretch: Stretch) -> Outcome<bool> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--profile", PROFILE, "--package", "outcry-tests", "--test", "fuzz"]);
    cargo.args(["--", "--nocapture"]);
    cargo.env("OUTCRY_INPUTS", stretch.amount.to_string()).env("OUTCRY_SEED", stretch.seed.to_string());
    cargo.env("OUTCRY_KEEP", workspace.root().join("tests/crashers"));
    let started = Instant::now();
    let (mut decoders, mut tests) = (BTreeMap::new(), Tally::default());
    let well = step(&format!("fuzz every decoder with {} inputs", stretch.amount), || {
        overhear(&mut cargo, &mut stdout(), |line| {
            if let Some((name, progress)) = parse(line) {
                decoders.insert(name, progress);
            }
            if let Some(part) = Tally::parse(line) {
                tests += part;
            }
        })
    })?;
    let sum = |part: fn(&Progress) -> u64| decoders.values().map(part).sum::<u64>();
    println!(
        "fuzz: {} inputs of {} decoders from seed {}, {} accepted; {} tests failed; {}",
        sum(|progress| progress.inputs),
        decoders.len(),
        stretch.seed,
        sum(|progress| progress.accepted),
        tests.failed,
        Seconds(started.elapsed()),
    );
    Ok(well && tests.failed == 0 && !decoders.is_empty())
}

/// Reads `chunk: 20 of 100 inputs, 7 accepted, most 4096 bytes`, behind anything; any other line is `None`.
fn parse(line: &str) -> Option<(String, Progress)> {
    let (name, rest) = line.split_once(": ")?;
    let name = name.rsplit(' ').next()?;
    let (inputs, rest) = rest.split_once(" of ")?;
    let (_, rest) = rest.split_once(" inputs, ")?;
    let (accepted, _) = rest.split_once(" accepted, ")?;
    let progress = Progress { inputs: inputs.parse().ok()?, accepted: accepted.parse().ok()? };
    Some((name.to_owned(), progress))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_progress_are_read_and_others_are_not() {
        let progress = Progress { inputs: 20, accepted: 7 };
        let line = "chunk: 20 of 100 inputs, 7 accepted, most 4096 bytes";
        assert_eq!(parse(line), Some(("chunk".to_owned(), progress)));
        assert_eq!(parse(&format!("test chunk ... {line}")), Some(("chunk".to_owned(), progress)));
        for line in ["test chunk ... ok", "chunk: panic: x of y inputs, z accepted, ", "running 12 tests"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
