//! `cargo xtask test`: every test in five steps, counted and summed up.
//!
//! All steps run even when one fails. The last line printed is `N passed, M failed`, with `, K skipped`
//! when there are skipped ones. A step in which nothing ran is a failure, unless a filter was given, or it is the step in
//! Firefox, there is none, and nobody asked for it by name: then the summary says that it is skipped.

use std::io::{Write, stdout};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::{Selection, TestStep};
use crate::browser::Browser;
use crate::failure::Outcome;
use crate::firefox::{self, Firefox};
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

/// The variables by which wasm-bindgen's runner is told of a driver.
const DRIVERS: [&str; 8] = [
    "CHROMEDRIVER",
    "CHROMEDRIVER_REMOTE",
    "GECKODRIVER",
    "GECKODRIVER_REMOTE",
    "MSEDGEDRIVER",
    "MSEDGEDRIVER_REMOTE",
    "SAFARIDRIVER",
    "SAFARIDRIVER_REMOTE",
];

/// What it means that there is no Firefox and none can be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// Its step is skipped.
    Skips,
    /// Its step fails.
    Fails,
}

/// What became of one step.
#[derive(Debug, Clone)]
struct Row {
    name: &'static str,
    tally: Tally,
    time: Duration,
    remark: Option<String>,
    /// Whether it could not run here and need not.
    skipped: bool,
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
            && (self.filtered || self.rows.iter().all(|row| row.skipped || row.tally.ran() > 0))
    }

    /// A row for each step: counts, time, and what there is to say.
    pub(crate) fn table(&self) -> String {
        let mut text =
            format!("{:<16}{:>8}{:>8}{:>9}{:>14}\n", "step", "passed", "failed", "skipped", "time");
        for Row { name, tally, time, remark, .. } in &self.rows {
            let Tally { passed, failed, skipped } = tally;
            text += &format!("{name:<16}{passed:>8}{failed:>8}{skipped:>9}{:>14}", Seconds(*time));
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
    let needs_page = selection.only.is_none_or(|only| matches!(only, TestStep::EndToEnd | TestStep::Firefox));
    let page = if needs_page { page::deliver(workspace).map(|_| ()) } else { Ok(()) };
    let absence = if selection.only == Some(TestStep::Firefox) { Absence::Fails } else { Absence::Skips };
    let report = run_tests(workspace, selection, &page, absence);
    print!("\n{}", report.table());
    let colour = if report.is_good() { Colour::Green } else { Colour::Red };
    println!("{}", paint(colour, &report.sum().to_string()));
    Ok(report.is_good())
}

/// Runs the selected tests. `page` says whether the page was delivered into `dist/`, where the end-to-end
/// tests find it; when it was not, they fail for that reason.
pub(crate) fn run_tests(
    workspace: &Workspace,
    selection: &Selection,
    page: &Outcome<()>,
    absence: Absence,
) -> Report {
    let steps = TestStep::ALL.into_iter().filter(|step| selection.only.is_none_or(|only| only == *step));
    let filter = selection.filter.as_deref();
    let rows = steps.flat_map(|step| match step {
        TestStep::Native => vec![row("native", || native(workspace, filter))],
        TestStep::Browser => vec![row("browser", || browser(workspace, filter))],
        TestStep::Node => vec![
            row("node", || platform_in_node(workspace, filter)),
            row("worker", || {
                let browser = Browser::ready(workspace)?;
                platform_in_worker(&Driven::by_chromium(&browser), workspace, filter)
            }),
        ],
        TestStep::EndToEnd => vec![row("e2e", || page.clone().and_then(|()| end_to_end(workspace, filter)))],
        TestStep::Firefox => in_firefox(workspace, filter, page, absence),
    });
    Report { rows: rows.collect(), filtered: filter.is_some() }
}

fn in_firefox(workspace: &Workspace, filter: Option<&str>, page: &Outcome<()>, absence: Absence) -> Vec<Row> {
    let firefox = match Firefox::ready(workspace) {
        Ok(Some(firefox)) => firefox,
        Ok(None) if absence == Absence::Skips => {
            return vec![skipped("firefox", &firefox::absent().to_string())];
        }
        Ok(None) => return vec![row("firefox", || Err(firefox::absent()))],
        Err(failure) => return vec![row("firefox", || Err(failure))],
    };
    vec![
        row("firefox", || browser_in(&Driven::by_firefox(&firefox), workspace, filter)),
        row("firefox worker", || platform_in_worker(&Driven::by_firefox(&firefox), workspace, filter)),
        row("firefox e2e", || page.clone().and_then(|()| end_to_end_in_firefox(workspace, &firefox, filter))),
    ]
}

fn row(name: &'static str, work: impl FnOnce() -> Outcome<Tally>) -> Row {
    let started = Instant::now();
    let outcome = step(&format!("tests: {name}"), work);
    let time = started.elapsed();
    match outcome {
        Ok(tally) if tally.ran() == 0 => {
            Row { name, tally, time, remark: Some("no test ran".to_owned()), skipped: false }
        }
        Ok(tally) => Row { name, tally, time, remark: None, skipped: false },
        Err(failure) => {
            let tally = Tally { failed: 1, ..Tally::default() };
            Row { name, tally, time, remark: Some(failure.to_string()), skipped: false }
        }
    }
}

fn skipped(name: &'static str, why: &str) -> Row {
    let tally = Tally { skipped: 1, ..Tally::default() };
    Row { name, tally, time: Duration::ZERO, remark: Some(format!("skipped: {why}")), skipped: true }
}

fn native(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--exclude", "outcry-web", "--no-fail-fast"]);
    count(narrow(&mut cargo, filter))
}

fn browser(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    browser_in(&Driven::by_chromium(&Browser::ready(workspace)?), workspace, filter)
}

fn browser_in(driven: &Driven, workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let mut cargo = wasm_test(workspace, "outcry-web")?;
    driven.drive(&mut cargo);
    count(narrow(&mut cargo, filter))
}

/// The same program as [`platform_in_worker`]: wasm-bindgen's runner takes Node unless told otherwise.
fn platform_in_node(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    tool::node(workspace)?;
    let mut cargo = wasm_test(workspace, "outcry-tests")?;
    count(narrow(cargo.args(["--test", "platform"]), filter))
}

fn platform_in_worker(driven: &Driven, workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let mut cargo = wasm_test(workspace, "outcry-tests")?;
    driven.drive(&mut cargo);
    cargo.env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1");
    count(narrow(cargo.args(["--test", "platform"]), filter))
}

fn end_to_end(workspace: &Workspace, filter: Option<&str>) -> Outcome<Tally> {
    let browser = Browser::ready(workspace)?;
    build_server(workspace)?;
    // Each test drives a browser of its own, which keeps about two cores busy.
    let threads = thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 4));
    let mut cargo = with_page(workspace, &browser, "e2e_*");
    count(cargo.args(["--", "--test-threads", &threads.to_string()]).args(filter))
}

/// Cargo on those tests that drive the page in Chromium.
pub(crate) fn with_page(workspace: &Workspace, browser: &Browser, tests: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--package", "outcry-tests", "--features", "e2e", "--no-fail-fast", "--test", tests]);
    name_programs(workspace, browser, &mut cargo);
    cargo
}

fn end_to_end_in_firefox(workspace: &Workspace, firefox: &Firefox, filter: Option<&str>) -> Outcome<Tally> {
    build_server(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--package", "outcry-tests", "--features", "e2e", "--test", "firefox"]);
    name_builds(workspace, &mut cargo);
    cargo.env("GECKODRIVER", &firefox.driver).env("FIREFOX_BIN", &firefox.program);
    // Each test drives a browser of its own, and a Firefox takes two cores to start.
    count(cargo.args(["--", "--test-threads", "1"]).args(filter))
}

/// Tells a program that drives the real page where page, server and Chromium are.
pub(crate) fn name_programs(workspace: &Workspace, browser: &Browser, cargo: &mut Command) {
    name_builds(workspace, cargo);
    cargo.env("CHROMEDRIVER", &browser.driver).env("CHROME_BIN", &browser.chromium);
}

fn name_builds(workspace: &Workspace, cargo: &mut Command) {
    cargo.env("OUTCRY_BIN", workspace.server()).env("OUTCRY_DIST", workspace.dist());
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

/// The browser that wasm-bindgen's runner drives.
#[derive(Debug)]
struct Driven<'a> {
    variable: &'static str,
    driver: &'a Path,
    capabilities: &'a Path,
}

impl<'a> Driven<'a> {
    fn by_chromium(browser: &'a Browser) -> Self {
        Self { variable: "CHROMEDRIVER", driver: &browser.driver, capabilities: &browser.capabilities }
    }

    fn by_firefox(firefox: &'a Firefox) -> Self {
        Self { variable: "GECKODRIVER", driver: &firefox.driver, capabilities: &firefox.capabilities }
    }

    /// Lets the runner drive this browser and no other.
    fn drive(&self, cargo: &mut Command) {
        for variable in DRIVERS {
            cargo.env_remove(variable);
        }
        cargo.env(self.variable, self.driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", self.capabilities);
        cargo
            .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TIMEOUT)
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", DRIVER_TIMEOUT);
    }
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
    fn a_step_that_is_skipped_cannot_run_or_runs_nothing_says_so() {
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
        let absent = skipped("firefox", "Firefox is missing");
        assert!(report(&[&good, &absent], false).is_good());
        assert!(!report(&[&absent], false).is_good(), "nothing ran at all");
        assert_eq!(report(&[&good, &absent], false).sum().to_string(), "1 passed, 0 failed, 1 skipped");
        assert!(report(&[&absent], false).table().contains("skipped: Firefox is missing\n"));
        let table = report(&[&broken, &empty], false).table();
        assert!(table.contains("no browser\n") && table.contains("no test ran\n"), "{table}");
    }
}
