//! Measuring: every engine on every flow, in turns, and each result held against the reference.

use std::fmt;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::clock::{Elapsed, Stopwatch};
use crate::engines::{CONTENDERS, Contender, Engine, Names};
use crate::flow::{Flow, Kind};
use crate::tally::{Depth, Tally};

/// Messages between two looks at the clock on the wall.
const SLICE: usize = 1_000;
/// Longest latency that a histogram tells apart, in nanoseconds.
const LONGEST: u64 = 10_000_000_000;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Flows, each played by all engines before the next.
    pub kinds: Vec<Kind>,
    /// Keeps engines whose name contains it; Outcry always plays.
    pub engine: Option<String>,
    /// Seed of the flows.
    pub seed: u64,
    /// Timed messages of each flow.
    pub messages: u32,
    /// Runs of each engine on each flow; the median is the figure.
    pub runs: u32,
    /// Time on the wall after which a run is broken off.
    pub patience: Duration,
}

/// What one engine did on one flow.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The engine.
    pub engine: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Messages per second of processor time: the median run.
    pub per_second: u64,
    /// Messages per second on the wall: the median run.
    pub per_second_on_the_wall: u64,
    /// Messages per second of processor time of every run.
    pub runs: Vec<u64>,
    /// Latencies of a run of its own, if it finished.
    pub latency: Option<Latency>,
    /// Whether its result is that of the reference.
    pub verdict: Verdict,
}

/// Percentiles of the time of one message, in nanoseconds on the wall, both readings of the clock included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// Half of the messages took no longer.
    pub p50: u64,
    /// 99 of 100.
    pub p99: u64,
    /// 999 of 1,000.
    pub p99_9: u64,
}

/// A flow and what all engines did on it.
#[derive(Clone, Debug, Serialize)]
pub struct Contest {
    /// Name of the flow.
    pub flow: &'static str,
    /// Orders that rested when the clock started.
    pub resting: u32,
    /// Timed messages.
    pub messages: u32,
    /// Fills, opening included.
    pub fills: u64,
    /// One for each engine.
    pub outcomes: Vec<Outcome>,
}

/// Whether an engine came to the result of the reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same fills in the same order, and the same book.
    Equal,
    /// What differs.
    Differs(String),
    /// Patience ended after so many messages; the rate is that of those.
    BrokenOff(usize),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => write!(f, "equal"),
            Self::Differs(what) => write!(f, "differs: {what}"),
            Self::BrokenOff(messages) => write!(f, "broken off after {messages} messages"),
        }
    }
}

/// Holds what an engine reported and left against the reference.
#[must_use]
pub fn judge(contender: &Contender, flow: &Flow, tally: &Tally, depth: &Depth) -> Verdict {
    let expected = match contender.names {
        Names::Order => &flow.by_order,
        Names::Message => &flow.by_message,
    };
    let figures = [
        ("fills", tally.fills, expected.fills),
        ("volume", tally.volume, expected.volume),
        ("value", tally.value, expected.value),
        ("refused", tally.refused, 0),
    ];
    let mut differences: Vec<String> = figures
        .into_iter()
        .filter(|(_, given, wanted)| given != wanted)
        .map(|(what, given, wanted)| format!("{what} {given}, not {wanted}"))
        .collect();
    if differences.is_empty() && tally.checksum != expected.checksum {
        differences.push("other orders traded".to_owned());
    }
    if *depth != flow.depth {
        differences.push("another book".to_owned());
    }
    if differences.is_empty() { Verdict::Equal } else { Verdict::Differs(differences.join("; ")) }
}

/// One timed run.
struct Run {
    elapsed: Elapsed,
    messages: usize,
    verdict: Verdict,
}

/// Measures all that is planned; `progress` is told what is done.
pub fn measure(plan: &Plan, mut progress: impl FnMut(&str)) -> Vec<Contest> {
    let mut contests = Vec::new();
    for &kind in &plan.kinds {
        let flow = Flow::new(kind, plan.seed, plan.messages);
        let chosen: Vec<Contender> = CONTENDERS
            .into_iter()
            .enumerate()
            .filter(|(index, c)| *index == 0 || plan.keeps(c))
            .map(|(_, c)| c)
            .collect();
        let mut runs: Vec<Vec<Run>> = chosen.iter().map(|_| Vec::new()).collect();
        for number in 0..plan.runs.max(1) {
            for (contender, runs) in chosen.iter().zip(&mut runs) {
                if matches!(runs.last(), Some(Run { verdict: Verdict::BrokenOff(_), .. })) {
                    continue;
                }
                progress(&format!("{}: {}, run {}", kind.name(), contender.name, number + 1));
                runs.push(run(contender, &flow, plan.patience));
            }
        }
        let outcomes = chosen.iter().zip(runs).map(|(contender, runs)| {
            progress(&format!("{}: {}, latencies", kind.name(), contender.name));
            outcome(contender, &flow, &runs)
        });
        contests.push(Contest {
            flow: kind.name(),
            resting: kind.resting(plan.messages),
            messages: plan.messages,
            fills: flow.by_order.fills,
            outcomes: outcomes.collect(),
        });
    }
    contests
}

impl Plan {
    fn keeps(&self, contender: &Contender) -> bool {
        self.engine.as_ref().is_none_or(|part| contender.name.contains(part.as_str()))
    }
}

fn run(contender: &Contender, flow: &Flow, patience: Duration) -> Run {
    let (mut engine, mut tally) = open(contender, flow);
    let watch = Stopwatch::start();
    let mut messages = 0;
    for slice in flow.messages.chunks(SLICE) {
        engine.play(slice, &mut tally);
        messages += slice.len();
        if watch.wall() > patience {
            break;
        }
    }
    let elapsed = watch.read();
    let verdict = if messages < flow.messages.len() {
        Verdict::BrokenOff(messages)
    } else {
        judge(contender, flow, &tally, &engine.depth())
    };
    Run { elapsed, messages, verdict }
}

/// A market whose book is filled.
fn open(contender: &Contender, flow: &Flow) -> (Box<dyn Engine>, Tally) {
    let mut engine = (contender.start)(flow);
    let mut tally = Tally::default();
    engine.play(&flow.opening, &mut tally);
    (engine, tally)
}

fn outcome(contender: &Contender, flow: &Flow, runs: &[Run]) -> Outcome {
    let rate = |run: &Run, time: Duration| per_second(run.messages, time);
    let processor: Vec<u64> = runs.iter().map(|run| rate(run, run.elapsed.processor)).collect();
    let wall: Vec<u64> = runs.iter().map(|run| rate(run, run.elapsed.wall)).collect();
    let verdict = runs
        .iter()
        .map(|run| &run.verdict)
        .find(|verdict| **verdict != Verdict::Equal)
        .unwrap_or(&Verdict::Equal)
        .clone();
    let finished = !matches!(verdict, Verdict::BrokenOff(_));
    Outcome {
        engine: contender.name,
        version: contender.version(),
        per_second: median(processor.clone()),
        per_second_on_the_wall: median(wall),
        runs: processor,
        latency: finished.then(|| latency(contender, flow)),
        verdict,
    }
}

/// Times each message by itself.
fn latency(contender: &Contender, flow: &Flow) -> Latency {
    let (mut engine, mut tally) = open(contender, flow);
    let mut histogram = histogram();
    for message in flow.messages.chunks(1) {
        let start = Instant::now();
        engine.play(message, &mut tally);
        record(&mut histogram, start.elapsed());
    }
    percentiles(&histogram)
}

/// What the readings of the clock cost by themselves: the percentiles of timing nothing.
#[must_use]
pub fn latency_of_nothing() -> Latency {
    let mut histogram = histogram();
    for _ in 0..1_000_000 {
        let start = Instant::now();
        record(&mut histogram, start.elapsed());
    }
    percentiles(&histogram)
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are those of nanoseconds")
}

#[inline]
fn record(histogram: &mut Histogram<u64>, took: Duration) {
    histogram.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(LONGEST));
}

fn percentiles(histogram: &Histogram<u64>) -> Latency {
    let at = |quantile| histogram.value_at_quantile(quantile);
    Latency { p50: at(0.5), p99: at(0.99), p99_9: at(0.999) }
}

/// Things per second.
#[must_use]
pub fn per_second(count: usize, time: Duration) -> u64 {
    let nanos = time.as_nanos().max(1);
    u64::try_from(count as u128 * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
}

/// The middle one; of an even number the upper of both.
#[must_use]
pub fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or(0)
}
