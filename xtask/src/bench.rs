//! `cargo xtask bench`: the figures of `docs/BENCHMARKS.md`.
//!
//! The native part is the `bench` command of the `outcry` binary. A part that runs in a browser belongs
//! below it, as a further step of [`bench`].

use crate::failure::Outcome;
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;

/// Builds in release and measures; with a filter, only what contains it.
pub(crate) fn bench(workspace: &Workspace, filter: Option<&str>) -> Outcome<()> {
    step("measure on this machine", || {
        let mut cargo = workspace.cargo();
        cargo.args(["run", "--release", "--package", "outcry-server", "--bin", "outcry", "--", "bench"]);
        run(cargo.args(filter))
    })
}
