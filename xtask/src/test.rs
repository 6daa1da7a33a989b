//! `cargo xtask test`: every test in four steps, counted and summed up.
//!
//! All steps run even when one fails. The last line printed is `N passed, M failed`, with `, K skipped`
//! when there are skipped ones. A step in which nothing ran is a failure, unless a filter was given.

use std::io::{Write, stdout};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::{Selection, TestStep};
use crate::browser::Browser;
use crate::failure::Outcome;
use crate::page;
use crate::process::{overhear, quoted};
use crate::run::build_server;
use crate::step::{Colour, Seconds, note, paint, step};
use crate::tally::Tally;
use crate::tool;
use crate::workspace::{WASM, Workspace};

/// The longest a wasm test program may take in a browser, in seconds.
const BROWSER_TIMEOUT: &str = "300";
/// The longest a driver may take to start, in seconds.
const DRIVER_TIMEOUT: &str = "60";

/// What became of one step.
#[derive(Debug, Clone)]
struct Row {
    name: &'static str,
    tally: Tally,
    time: Duration,
    remark: Option<String>,
}

/// What became of all steps that were selected.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    rows: Vec<Row>,
    filtered: bool,
}

impl Report {
    /// Whether tests ran, in every step unless a filter was given, and none failed.
    pub(crate) fn is_good(&self) -> bool {
        let sum = self.sum();
        sum.failed == 0
            && sum.passed > 0
            && (self.filtered || self.rows.iter().all(|row| row.tally.ran() > 0))
    }

    /// A row for each step: counts, time, and what there is to say.
    pub(crate) fn table(&self) -> String {
        let mut text =
            format!("{:<10}{:>8}{:>8}{:>9}{:>14}\n", "step", "passed", "failed", "skipped", "time");
        for Row { name, tally, time, remark } in &self.rows {
            let Tally { passed, failed, skipped } = tally;
            text += &format!("{name:<10}{passed:>8}{failed:>8}{skipped:>9}{:>14}", Seconds(*time));
            text += &remark.as_ref().map_or("\n".to_owned(), |remark| format!("  {remark}\n"));
        }
        text
    }

    /// The counts of all steps together: what the last line says.
    pub(crate) fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        for row in &self.rows {
            sum += row.tally;
        }
        sum
    }
}

/// Runs the selected tests, prints the summary, and returns whether all is well.
pub(crate) fn test(workspace: &Workspace, selection: &Selection) -> Outcome<bool> {
    let needs_page = selection.only.is_none_or(|only| only == TestStep::EndToEnd);
    let page = if needs_page { page::deliver(workspace).map(|_| ()) } else { Ok(()) };
    let report = run_tests(workspace, selection, &page);
    print!("\n{}", report.table());
    let colour = if report.is_good() { Colour::Green } else { Colour::Red };
    println!("{}", paint(colour, &report.sum().to_string()));
    Ok(report.is_good())
}

/// Runs the selected tests. `page` says whether the page was delivered into `dist/`, where the end-to-end
/// tests find it; when it was not, they fail for that reason.
pub(crate) fn run_tests(workspace: &Workspace, selection: &Selection, page: &Outcome<()>) -> Report {
    let steps = TestStep::ALL.into_iter().filter(|step| selection.only.is_none_or(|only| only == *step));
    let filter = selection.filter.as_deref();
    Report {
        rows: steps.flat_map(|step| rows_of(workspace, step, filter, page)).collect(),
        filtered: filter.is_some(),
    }
}

fn rows_of(workspace: &Workspace, step: TestStep, filter: Option<&str>, page: &Outcome<()>) -> Vec<Row> {
    match step {
        TestStep::Native => vec![row("native", || native(workspace, filter))],
        TestStep::Browser => vec![row("browser", || browser(workspace, filter))],
        TestStep::Node => vec![
            row("node", || platform_in_node(workspace, filter)),
            row("worker", || platform_in_worker(workspace, filter)),
        ],
        TestStep::EndToEnd => vec![row("e2e", || page.clone().and_then(|()| end_to_end(workspace, filter)))],
    }
}

fn row(name: &'static str, work: impl FnOnce() -> Outcome<Tally>) -> Row {
    let started = Instant::now();
    let outcome = step(&format!("tests: {name}"), work);
    let time = started.elapsed();
    match outcome {
        Ok(tally) if tally.ran() == 0 => Row { name, tally, time, remark: Some("no test ran".to_owned()) },
        Ok(tally) => Row { name, tally, time, remark: None },
        Err(failure) => {
            let tally = Tally { failed: 1, ..Tally::default() };
            Row { name, tally, time, remark: Some(failure.to_string()) }
        }
    }
}

fn native(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--exclude", "outcry-web", "--no-fail-fast"]);
    count(narrow(&mut cargo, filter))
}

fn browser(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let mut cargo = wasm_test(workspace, "outcry-web")?;
    in_browser(workspace, &mut cargo)?;
    count(narrow(&mut cargo, filter))
}

/// The same program as [`platform_in_worker`]: wasm-bindgen's runner takes Node unless told otherwise.
fn platform_in_node(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    tool::node(workspace)?;
    let mut cargo = wasm_test(workspace, "outcry-tests")?;
    count(narrow(cargo.args(["--test", "platform"]), filter))
}

fn platform_in_worker(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let mut cargo = wasm_test(workspace, "outcry-tests")?;
    in_browser(workspace, &mut cargo)?;
    cargo.env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1");
    count(narrow(cargo.args(["--test", "platform"]), filter))
}

fn end_to_end(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let browser = Browser::ready(workspace)?;
    build_server(workspace)?;
    // Each test drives a browser of its own, which keeps about two cores busy.
    let threads = thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 4));
    let mut cargo = workspace.cargo();
    cargo.args([
        "test",
        "--package",
        "outcry-tests",
        "--features",
        "e2e",
        "--no-fail-fast",
        "--test",
        "e2e_*",
    ]);
    name_programs(workspace, &browser, &mut cargo);
    count(cargo.args(["--", "--test-threads", &threads.to_string()]).args(filter))
}

/// Tells a program that drives the real page where page, server and browser are.
pub(crate) fn name_programs(workspace: &Workspace, browser: &Browser, cargo: &mut Command) {
    cargo.env("OUTCRY_BIN", workspace.server()).env("OUTCRY_DIST", workspace.dist());
    cargo.env("CHROMEDRIVER", &browser.driver).env("CHROME_BIN", &browser.chromium);
}

/// `cargo test` of a package compiled to wasm, run by wasm-bindgen's test runner.
fn wasm_test(workspace: &Workspace, package: &str) -> Outcome<Command> {
    let runner = tool::wasm_test_runner(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--package", package, "--target", WASM, "--no-fail-fast"]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    cargo.env("PATH", workspace.search_path(None)?);
    Ok(cargo)
}

/// Lets wasm-bindgen's runner drive our Chromium and no other browser.
fn in_browser(workspace: &Workspace, cargo: &mut Command) -> Outcome<()> {
    let browser = Browser::ready(workspace)?;
    for other in ["GECKODRIVER", "GECKODRIVER_REMOTE", "SAFARIDRIVER", "SAFARIDRIVER_REMOTE"] {
        cargo.env_remove(other);
    }
    cargo.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &browser.capabilities);
    cargo
        .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TIMEOUT)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", DRIVER_TIMEOUT);
    Ok(())
}

/// Keeps the tests whose name contains the filter.
fn narrow<'a>(cargo: &'a mut Command, filter: Option<&str>) -> &'a mut Command {
    match filter {
        Some(filter) => cargo.args(["--", filter]),
        None => cargo,
    }
}

/// Runs a test program and adds up its result lines. One that ends badly without a failed test, because it
/// does not compile or the browser never answered, counts as one failure.
fn count(command: &mut Command) -> Outcome<Tally> {
    note(&quoted(command));
    tally(command, &mut stdout())
}

fn tally(command: &mut Command, screen: &mut impl Write) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let well = overhear(command, screen, |line| {
        if let Some(part) = Tally::parse(line) {
            tally += part;
        }
    })?;
    if !well && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn counted(script: &str) -> Tally {
        tally(Command::new("sh").args(["-c", script]), &mut Vec::new()).unwrap()
    }

    #[test]
    fn result_lines_add_up() {
        let line = "echo 'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured';";
        assert_eq!(counted(&line.repeat(3)), Tally { passed: 6, failed: 0, skipped: 3 });
    }

    #[test]
    fn a_program_that_fails_without_a_failed_test_counts_as_one() {
        assert_eq!(counted("exit 101").failed, 1);
        assert_eq!(counted("echo 'test result: FAILED. 0 passed; 2 failed'; exit 101").failed, 2);
    }

    #[test]
    fn a_step_that_cannot_run_or_runs_nothing_says_so() {
        let good = row("good", || Ok(Tally { passed: 1, ..Tally::default() }));
        let empty = row("empty", || Ok(Tally::default()));
        let broken = row("broken", || Err("no browser".into()));
        let report =
            |rows: &[&Row], filtered| Report { rows: rows.iter().copied().cloned().collect(), filtered };
        assert!(report(&[&good], false).is_good());
        assert!(!report(&[&good, &empty], false).is_good());
        assert!(report(&[&good, &empty], true).is_good());
        assert!(!report(&[&empty], true).is_good());
        assert!(!report(&[&good, &broken], true).is_good());
        let table = report(&[&broken, &empty], false).table();
        assert!(table.contains("no browser\n") && table.contains("no test ran\n"), "{table}");
    }
}
