//! `cargo xtask ci`: all that continuous integration runs, and all it needs to run.
//!
//! First the gates, quickest first, each on its own so that one run shows everything that is wrong; then
//! the tests. The summary of the tests is the last line printed.

use crate::arguments::Selection;
use crate::budget::BUDGET;
use crate::failure::Outcome;
use crate::page;
use crate::process::{capture, run};
use crate::step::{Colour, note, paint, step, warn};
use crate::style;
use crate::test;
use crate::tool;
use crate::workspace::{WASM, Workspace};

/// Runs every gate and every test, and returns whether all is well.
pub(crate) fn ci(workspace: &Workspace) -> Outcome<bool> {
    let gates = [
        ("style", step("style", || style::check(workspace))),
        ("formatting", step("formatting", || run(workspace.cargo().args(["fmt", "--all", "--check"])))),
        ("lock file", step("lock file", || lock_file(workspace))),
        ("lints", step("lints (native)", || lints(workspace))),
        ("lints of the page", step("lints (wasm)", || lints_of_page(workspace))),
        ("licences", step("licences and sources of dependencies", || dependencies(workspace))),
        ("page", page::deliver(workspace).and_then(|page| page.check(BUDGET))),
    ];
    for (name, outcome) in &gates {
        report(name, outcome);
    }
    let passed = test::test_with_page(workspace, &Selection::default())?;
    Ok(passed && gates.iter().all(|(_, outcome)| outcome.is_ok()))
}

fn report(name: &str, outcome: &Outcome<()>) {
    match outcome {
        Ok(()) => println!("{name}: {}", paint(Colour::Green, "passed")),
        Err(failure) => println!("{name}: {}: {failure}", paint(Colour::Red, "failed")),
    }
}

/// The committed lock file must be the one the manifests lead to.
fn lock_file(workspace: &Workspace) -> Outcome<()> {
    capture(workspace.cargo().args(["metadata", "--locked", "--format-version", "1"])).map(|_| ())
}

fn lints(workspace: &Workspace) -> Outcome<()> {
    let mut clippy = workspace.cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        "outcry-tests/e2e",
        "--",
        "-D",
        "warnings",
    ]);
    run(&mut clippy)
}

fn lints_of_page(workspace: &Workspace) -> Outcome<()> {
    let mut clippy = workspace.cargo();
    clippy.args([
        "clippy",
        "--package",
        "outcry-web",
        "--target",
        WASM,
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    run(&mut clippy)
}

/// `cargo deny` is used where it is installed; it takes long to build and is no part of the two commands.
fn dependencies(workspace: &Workspace) -> Outcome<()> {
    if tool::find(workspace, "cargo-deny").is_none() {
        warn(
            "cargo-deny is missing: it checks licences and sources; get it with `cargo install --locked cargo-deny`. Skipped",
        );
        return Ok(());
    }
    note("rules: deny.toml");
    run(workspace.cargo().args(["deny", "check"]))
}
