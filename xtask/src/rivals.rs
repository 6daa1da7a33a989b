//! `cargo xtask bench rivals`: Outcry and other open engines on the same flows, single commands that do a great deal, and
//! what a resting order weighs. `cargo xtask bench sweeps` measures those commands alone.
//!
//! `bench/rivals` is a workspace of its own with a lock file of its own, so that nothing else of Outcry ever builds
//! the rivals. What is measured, and how, stands in `bench/rivals/src/lib.rs`.

use crate::apart::RIVALS;
use crate::failure::Outcome;
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;

/// What selects this part of the benchmarks on the command line.
pub(crate) const NAME: &str = "rivals";
/// What selects the sweeps alone.
pub(crate) const SWEEPS: &str = "sweeps";

/// The programs, in the order they run.
const PROGRAMS: [&str; 2] = ["rivals", "memory"];

/// Builds the comparison in release and runs it; it prints tables.
pub(crate) fn rivals(workspace: &Workspace) -> Outcome<()> {
    build(workspace)?;
    step("compare with other engines", || {
        PROGRAMS.iter().try_for_each(|program| {
            run(RIVALS.cargo(workspace, "run").args(["--release", "--quiet", "--bin", program]))
        })
    })
}

/// Builds the comparison in release and runs the sweeps; it prints a table.
pub(crate) fn sweeps(workspace: &Workspace) -> Outcome<()> {
    build(workspace)?;
    step("sweep", || {
        run(RIVALS.cargo(workspace, "run").args([
            "--release",
            "--quiet",
            "--bin",
            PROGRAMS[0],
            "--",
            "--sweeps",
        ]))
    })
}

fn build(workspace: &Workspace) -> Outcome<()> {
    step("build the comparison with other engines", || {
        run(RIVALS.cargo(workspace, "build").args(["--release", "--quiet"]))
    })
}
