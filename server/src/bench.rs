//! `outcry bench`: the mixed flow on the engine alone, the figure of `docs/BENCHMARKS.md`.
//!
//! The flow is generated beforehand; what is timed is executing it, events produced and digest kept. The same flow
//! runs in the browser's worker.

use std::fmt;
use std::time::{Duration, Instant};

use outcry_engine::{Digest, Exchange};
use outcry_simulation::flow::{Flow, play};
use serde::Serialize;

use crate::progress;

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct BenchOptions {
    /// Seed of the flow.
    pub seed: u64,
    /// Orders in the book when the clock starts.
    pub resting: u32,
    /// Commands that are timed, in each run.
    pub commands: u32,
    /// Runs, each on a fresh exchange.
    pub runs: u32,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Benched {
    /// Seed of the flow.
    pub seed: u64,
    /// Orders in the book at the start.
    pub resting: u32,
    /// Timed commands of each run.
    pub commands: u32,
    /// Events of each run.
    pub events: u64,
    /// Orders in the book at the end.
    pub open_orders: u64,
    /// The digest at the end, the same of every run and on every platform.
    pub digest: Digest,
    /// Commands per second: the median run.
    pub commands_per_second: u64,
    /// Events per second of that run.
    pub events_per_second: u64,
    /// Commands per second of every run, in order.
    pub runs: Vec<u64>,
}

/// Runs the flow several times; the median is the figure.
#[must_use]
pub fn bench(options: BenchOptions) -> Benched {
    let BenchOptions { seed, resting, commands, runs } = options;
    let spinner =
        progress::spinner(format!("{runs} runs of {commands} commands over {resting} resting orders"));
    let flow = Flow::new(seed, resting, commands);
    let mut last = None;
    let times: Vec<Duration> = (0..runs.max(1))
        .map(|_| {
            let mut exchange = Exchange::new();
            play(&mut exchange, &flow.opening);
            let start = Instant::now();
            let events = play(&mut exchange, &flow.mixed);
            let took = start.elapsed();
            last = Some((events, exchange.open_orders(), exchange.digest()));
            spinner.advance(1);
            took
        })
        .collect();
    let (events, open_orders, digest) = last.expect("there is at least one run");
    let mut sorted = times.clone();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    Benched {
        seed,
        resting,
        commands,
        events,
        open_orders,
        digest,
        commands_per_second: per_second(commands.into(), median),
        events_per_second: per_second(events, median),
        runs: times.into_iter().map(|time| per_second(commands.into(), time)).collect(),
    }
}

fn per_second(count: u64, time: Duration) -> u64 {
    let nanos = time.as_nanos().max(1);
    u64::try_from(u128::from(count) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
}

impl fmt::Display for Benched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "mixed flow    {} commands over {} resting orders, seed {}",
            self.commands, self.resting, self.seed
        )?;
        writeln!(f, "              {} events, {} orders left", self.events, self.open_orders)?;
        writeln!(f, "digest        {}", self.digest)?;
        writeln!(
            f,
            "runs          {} commands/s",
            self.runs.iter().map(|&run| millions(run)).collect::<Vec<_>>().join(", ")
        )?;
        write!(
            f,
            "median        {} commands/s, {} events/s",
            millions(self.commands_per_second),
            millions(self.events_per_second)
        )
    }
}

fn millions(count: u64) -> String {
    format!("{}.{:02} M", count / 1_000_000, count % 1_000_000 / 10_000)
}
