//! `cargo xtask ci`: all that continuous integration runs, and all it needs to run.
//!
//! First the gates, quickest first, each on its own so that one run shows everything that is wrong; then
//! the tests. The summary of the tests is the last line printed.

use crate::apart::{MUTANTS, RIVALS};
use crate::arguments::Selection;
use crate::budget::BUDGET;
use crate::failure::Outcome;
use crate::page;
use crate::process::{capture, run};
use crate::step::{Colour, note, paint, step, warn};
use crate::style;
use crate::test::{self, Absence};
use crate::tool;
use crate::workspace::{WASM, Workspace};

/// What a gate says when nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It was checked.
    Passed,
    /// It could not be checked here, which is no failure.
    Skipped,
}

/// Runs every gate and every test, and returns whether all is well.
pub(crate) fn ci(workspace: &Workspace) -> Outcome<bool> {
    let mut gates = vec![
        ("style", step("style", || style::check(workspace).map(passed))),
        (
            "formatting",
            step("formatting", || run(workspace.cargo().args(["fmt", "--all", "--check"])).map(passed)),
        ),
        ("lock file", step("lock file", || lock_file(workspace).map(passed))),
        ("lints", step("lints (native)", || lints(workspace).map(passed))),
        ("lints of the page", step("lints (wasm)", || lints_of_page(workspace).map(passed))),
        ("comparison", step("comparison with other engines", || RIVALS.check(workspace).map(passed))),
        ("planting", step("planting of mutants", || MUTANTS.check(workspace).map(passed))),
        ("licences", step("licences and sources of dependencies", || dependencies(workspace))),
    ];
    let page = page::deliver(workspace);
    let delivered = page.as_ref().map(|_| ()).map_err(Clone::clone);
    gates.push(("page", page.and_then(|page| page.check(BUDGET)).map(passed)));
    let tests = test::run_tests(workspace, &Selection::default(), &delivered, Absence::Fails);
    let well = tests.is_good() && gates.iter().all(|(_, outcome)| outcome.is_ok());
    println!();
    for (gate, outcome) in &gates {
        match outcome {
            Ok(Verdict::Passed) => println!("{gate}: {}", paint(Colour::Green, "passed")),
            Ok(Verdict::Skipped) => println!("{gate}: {}", paint(Colour::Yellow, "skipped")),
            Err(failure) => println!("{gate}: {}: {failure}", paint(Colour::Red, "failed")),
        }
    }
    print!("\n{}", tests.table());
    println!("{}", paint(if well { Colour::Green } else { Colour::Red }, &tests.sum().to_string()));
    Ok(well)
}

fn passed((): ()) -> Verdict {
    Verdict::Passed
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
        "outcry-tests/e2e,outcry-tests/campaign",
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
fn dependencies(workspace: &Workspace) -> Outcome<Verdict> {
    if tool::find(workspace, "cargo-deny").is_none() {
        warn(
            "cargo-deny is missing: it checks licences and sources; \
             get it with `cargo install --locked cargo-deny`",
        );
        return Ok(Verdict::Skipped);
    }
    note("rules: deny.toml");
    run(workspace.cargo().args(["deny", "check", "licenses", "bans", "sources"])).map(passed)
}
