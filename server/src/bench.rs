//! `outcry bench`: the mixed flow on the engine alone, the figure of `docs/BENCHMARKS.md`.
//!
//! The flow is generated beforehand; what is timed is executing it, events produced and digest kept. The same flow
//! runs in the browser's worker. One command at a time is the headline; the same commands read ahead in batches, as a
//! replay or a group commit has them, are timed in turns with it.

mod clock;

use std::fmt;
use std::time::{Duration, Instant};

use outcry_engine::{Command, Digest, Exchange};
use outcry_simulation::flow::{Flow, play, play_in_batches, play_one};
use serde::Serialize;

use self::clock::{Elapsed, Stopwatch};
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
    /// Commands per second on the wall, one at a time: the median run.
    pub commands_per_second: u64,
    /// Events per second of that run.
    pub events_per_second: u64,
    /// Commands per second on the wall of every run, one at a time, in order.
    pub runs: Vec<u64>,
    /// Commands per second of processor time, one at a time: the median run.
    pub commands_per_processor_second: u64,
    /// Commands per second on the wall, read ahead in batches of 32: the median run.
    pub in_batches_per_second: u64,
    /// The same of processor time.
    pub in_batches_per_processor_second: u64,
    /// How long one command takes.
    pub latency: Latency,
}

/// Percentiles of the time of one command in nanoseconds on the wall, both readings of the clock included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// Half of the commands took no longer.
    pub p50: u64,
    /// 99 of 100.
    pub p99: u64,
    /// 999 of 1,000.
    pub p99_9: u64,
    /// The same half where nothing is timed: what the readings cost.
    pub of_nothing: u64,
}

/// Runs the flow several times; the median is the figure.
#[must_use]
pub fn bench(options: BenchOptions) -> Benched {
    let BenchOptions { seed, resting, commands, runs } = options;
    let spinner =
        progress::spinner(format!("{runs} runs of {commands} commands over {resting} resting orders"));
    let flow = Flow::new(seed, resting, commands);
    let (mut one_at_a_time, mut in_batches) = (Vec::new(), Vec::new());
    let mut result = (0, 0, Exchange::new().digest());
    for _ in 0..runs.max(1) {
        let (elapsed, left) = run(&flow, play);
        one_at_a_time.push(elapsed);
        in_batches.push(run(&flow, play_in_batches).0);
        result = left;
        spinner.advance(1);
    }
    let (events, open_orders, digest) = result;
    let wall = median(&one_at_a_time, |elapsed| elapsed.wall);
    let rate = |elapsed: &[Elapsed], time: fn(&Elapsed) -> Duration| {
        per_second(commands.into(), median(elapsed, time))
    };
    Benched {
        seed,
        resting,
        commands,
        events,
        open_orders,
        digest,
        commands_per_second: per_second(commands.into(), wall),
        events_per_second: per_second(events, wall),
        runs: one_at_a_time.iter().map(|elapsed| per_second(commands.into(), elapsed.wall)).collect(),
        commands_per_processor_second: rate(&one_at_a_time, |elapsed| elapsed.processor),
        in_batches_per_second: rate(&in_batches, |elapsed| elapsed.wall),
        in_batches_per_processor_second: rate(&in_batches, |elapsed| elapsed.processor),
        latency: latency(&flow),
    }
}

/// One timed run on a fresh exchange: what it took, its events, the orders left and the digest.
fn run(flow: &Flow, play_mixed: fn(&mut Exchange, &[Command]) -> u64) -> (Elapsed, (u64, u64, Digest)) {
    let mut exchange = Exchange::new();
    play(&mut exchange, &flow.opening);
    let watch = Stopwatch::start();
    let events = play_mixed(&mut exchange, &flow.mixed);
    let elapsed = watch.read();
    (elapsed, (events, exchange.open_orders(), exchange.digest()))
}

/// Times every command of a run by itself.
fn latency(flow: &Flow) -> Latency {
    let mut exchange = Exchange::new();
    play(&mut exchange, &flow.opening);
    let mut events = Vec::new();
    let mut times: Vec<Duration> = Vec::with_capacity(flow.mixed.len());
    for command in &flow.mixed {
        let start = Instant::now();
        play_one(&mut exchange, command, &mut events);
        times.push(start.elapsed());
    }
    let mut nothing: Vec<Duration> = flow.mixed.iter().map(|_| Instant::now().elapsed()).collect();
    times.sort_unstable();
    nothing.sort_unstable();
    Latency {
        p50: per_mille(&times, 500),
        p99: per_mille(&times, 990),
        p99_9: per_mille(&times, 999),
        of_nothing: per_mille(&nothing, 500),
    }
}

/// The nanoseconds that so many of 1,000 of these sorted times do not pass.
fn per_mille(sorted: &[Duration], share: usize) -> u64 {
    let place = (sorted.len() * share).div_ceil(1_000).max(1) - 1;
    sorted.get(place).map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

fn median(elapsed: &[Elapsed], time: fn(&Elapsed) -> Duration) -> Duration {
    let mut times: Vec<Duration> = elapsed.iter().map(time).collect();
    times.sort_unstable();
    times[times.len() / 2]
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
        writeln!(
            f,
            "median        {} commands/s, {} events/s; {} commands/s of processor time",
            millions(self.commands_per_second),
            millions(self.events_per_second),
            millions(self.commands_per_processor_second)
        )?;
        writeln!(
            f,
            "read ahead    {} commands/s in batches of 32; {} of processor time",
            millions(self.in_batches_per_second),
            millions(self.in_batches_per_processor_second)
        )?;
        let Latency { p50, p99, p99_9, of_nothing } = self.latency;
        write!(
            f,
            "one command   {p50} / {p99} / {p99_9} ns at p50 / p99 / p99.9, {of_nothing} ns of it the clock"
        )
    }
}

fn millions(count: u64) -> String {
    format!("{}.{:02} M", count / 1_000_000, count % 1_000_000 / 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_playing_are_timed_and_come_to_one_result() {
        let flow = Flow::new(1, 100, 1_000);
        assert_eq!(run(&flow, play).1, run(&flow, play_in_batches).1);
        let benched = bench(BenchOptions { seed: 1, resting: 100, commands: 1_000, runs: 2 });
        assert_eq!(benched.runs.len(), 2);
        assert!(benched.in_batches_per_second > 0 && benched.commands_per_processor_second > 0);
        assert!(benched.latency.p50 <= benched.latency.p99 && benched.latency.p99 <= benched.latency.p99_9);
    }

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times: Vec<Duration> = (1..=1_000).map(Duration::from_nanos).collect();
        assert_eq!([500, 990, 999].map(|share| per_mille(&times, share)), [500, 990, 999]);
        assert_eq!(per_mille(&times[..1], 999), 1);
        assert_eq!(per_mille(&[], 500), 0);
    }
}
