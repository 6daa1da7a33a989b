//! Measures the real page in Chromium and prints a Markdown table for `docs/BENCHMARKS.md`.
//!
//! `measure [PART]` measures only the rows whose name contains PART. What it measures stands in [`MEASURES`]; the page
//! and the server must be built in release (`cargo xtask bench` does that). Nothing here passes or fails by a time.

use std::env;
use std::process::Command;

use outcry_tests::browser::{Meter, Page, Programs, Server};
use serde_json::Value;

/// Visits of which the median is told.
const VISITS: usize = 5;
/// Orders of which the median is told.
const ORDERS: usize = 25;
/// Commands in the journal that is reloaded.
const RELOADED: u32 = 1_000_000;
/// Commands of the engine's benchmark.
const BENCHED: u32 = 1_000_000;

/// What is measured: a name to choose it by, and what prints its rows.
const MEASURES: [(&str, fn()); 5] = [
    ("transfer", transfer),
    ("first-visit", first_visit),
    ("saved", saved),
    ("reload", reload),
    ("engine", engine),
];

fn main() {
    let part = env::args().nth(1).unwrap_or_default();
    println!("| what | figure | how |");
    println!("|---|---|---|");
    for (_, measure) in MEASURES.iter().filter(|(name, _)| name.contains(&part)) {
        measure();
    }
}

fn row(what: &str, figure: &str, how: &str) {
    println!("| {what} | {figure} | {how} |");
}

/// Bytes of a first visit, over the wire.
fn transfer() {
    let server = Server::start();
    let meter = Meter::before(&server.address());
    let page = Page::open("measure-transfer", &meter.address());
    page.stand_still();
    let kilobytes = meter.received() as f64 / 1_000.0;
    row(
        "first visit, transferred",
        &format!("{kilobytes:.1} kB"),
        "all answers with their heads, as counted on the wire",
    );
}

/// Time of a first visit, each in a browser that never saw the page.
fn first_visit() {
    let server = Server::start();
    let mut rows = Vec::new();
    let mut moving = Vec::new();
    for _ in 0..VISITS {
        let mut page = Page::blank("measure-visit", &server.address());
        page.watch_moments();
        page.load();
        let moments = page.moments();
        rows.push(moments.ladder);
        moving.push(moments.moving);
    }
    let how = format!("median of {VISITS} empty profiles, loopback");
    row("first visit to the ladder", &format!("{:.0} ms", median(&mut rows)), &how);
    row("first visit to a moving ladder", &format!("{:.0} ms", median(&mut moving)), &how);
}

/// Time from a click on the ticket's button to "saved" on the screen.
fn saved() {
    let server = Server::start();
    let page = Page::open("measure-saved", &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    page.write_limit("buy", "50.00", "1");
    let mut times: Vec<f64> = (0..ORDERS).map(|_| page.saved_after()).collect();
    let median = median(&mut times);
    let slowest = times.last().copied().unwrap_or_default();
    row(
        "order to saved",
        &format!("{median:.0} ms"),
        &format!("median of {ORDERS}, from the click to the screen; slowest {slowest:.0} ms"),
    );
}

/// Time from a reload to the open exchange, with a long journal.
fn reload() {
    let server = Server::start();
    let mut page = Page::open("measure-reload", &server.address());
    page.stand_still();
    let file = page.drawer().join("million.outcry");
    let made = Command::new(&Programs::find().outcry)
        .args(["simulate", "--commands", &RELOADED.to_string(), "--out"])
        .arg(&file)
        .output()
        .expect("the server program runs");
    assert!(made.status.success(), "{made:?}");
    page.import(&[file]);
    let view = page.wait_import();
    assert_eq!(view.stage, "finished", "{view:?}");
    let before = page.stand_still();
    assert!(before.sequence >= u64::from(RELOADED), "{before:?}");
    page.watch_moments();
    let mut times = Vec::new();
    for _ in 0..VISITS {
        page.load();
        times.push(page.opened_after());
        assert_eq!(page.stand_still(), before, "the digest is the same after the reload");
    }
    row(
        &format!("reload with {} commands", before.sequence),
        &format!("{:.0} ms", median(&mut times)),
        &format!("median of {VISITS}, from navigation to the open exchange, digest equal"),
    );
}

/// The engine alone: natively and in the worker, the same commands in the same run.
fn engine() {
    let native = Command::new(&Programs::find().outcry)
        .args(["bench", "--json", "--commands", &BENCHED.to_string()])
        .output()
        .expect("the server program runs");
    assert!(native.status.success(), "{native:?}");
    let native: Value = serde_json::from_slice(&native.stdout).expect("the figures are JSON");
    let per_second = native["commands_per_second"].as_f64().expect("the figures hold the rate");

    let server = Server::start();
    let page = Page::open("measure-engine", &server.address());
    page.stand_still();
    let worker = page.bench_worker(BENCHED);
    assert_eq!(native["digest"].as_str(), Some(worker.digest.as_str()), "both executed the same");
    let in_worker = worker.commands as f64 / worker.milliseconds * 1_000.0;
    let millions = |rate: f64| format!("{:.2} M commands/s", rate / 1e6);
    row("engine, native", &millions(per_second), "mixed flow, 100,000 resting orders, one core, median");
    row("engine, Chromium's worker", &millions(in_worker), "the same commands, same digest, median of 3");
    row("worker to native", &format!("{:.0} %", in_worker / per_second * 100.0), "in one run");
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
