//! `cargo xtask campaign oracle`: engine against oracle on all cores, 10^8 commands unless told otherwise.
//!
//! The program is `tests/src/bin/campaign.rs`; a seed that differs is written to `tests/scenarios/found`.

use super::{PROFILE, Stretch};
use crate::failure::Outcome;
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;

/// Builds the program, runs it, and returns whether no seed differed.
pub(super) fn oracle(workspace: &Workspace, stretch: Stretch) -> Outcome<bool> {
    step("build the comparison with the oracle", || run(&mut cargo(workspace, "build")))?;
    let compared = step(&format!("compare engine and oracle on {} commands", stretch.amount), || {
        let found = workspace.root().join("tests/scenarios/found");
        let mut cargo = cargo(workspace, "run");
        cargo.args(["--quiet", "--", &stretch.amount.to_string(), &stretch.seed.to_string()]).arg(found);
        run(&mut cargo)
    });
    Ok(compared.is_ok())
}

fn cargo(workspace: &Workspace, verb: &str) -> std::process::Command {
    let mut cargo = workspace.cargo();
    cargo.args([verb, "--profile", PROFILE, "--package", "outcry-tests", "--features", "campaign"]);
    cargo.args(["--bin", "campaign"]);
    cargo
}
