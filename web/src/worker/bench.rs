//! The benchmark's mixed flow in this worker: the very commands that `outcry bench` executes natively.

use outcry_engine::Exchange;
use outcry_simulation::flow::{Flow, play};

use crate::protocol::Benchmark;

/// Seed of the flow, the same on every platform.
const SEED: u64 = 1;
/// Orders in the book before the measured part.
const RESTING: u32 = 100_000;
/// Runs, of which the median counts.
const RUNS: usize = 3;

/// Executes `commands` mixed commands over a deep book and measures them with `clock`, in milliseconds;
/// the median of three runs.
#[must_use]
pub fn run(commands: u32, clock: impl Fn() -> f64) -> Benchmark {
    let flow = Flow::new(SEED, RESTING, commands);
    let mut runs: Vec<Benchmark> = (0..RUNS)
        .map(|_| {
            let mut exchange = Exchange::new();
            play(&mut exchange, &flow.opening);
            let start = clock();
            let events = play(&mut exchange, &flow.mixed);
            let milliseconds = clock() - start;
            let digest = exchange.digest().to_string();
            Benchmark { commands: flow.mixed.len() as u64, events, milliseconds, digest }
        })
        .collect();
    runs.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
    runs.swap_remove(RUNS / 2)
}
