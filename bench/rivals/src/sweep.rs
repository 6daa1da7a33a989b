//! Sweeps: single commands that do a great deal, at one size and at ten times that size.
//!
//! Each is done twice in its market and timed the second time: the first time the list of reports grows to its size,
//! which says more about the allocator than about the engine.
//!
//! The time per thing done should be the same at both, so the ratio of the whole times is near 10. The ratio is told,
//! not asserted: a shared machine has moods.

use std::time::Duration;

use serde::Serialize;

use crate::clock::Stopwatch;
use crate::engines::Engine;
use crate::engines::outcry::Outcry;
use crate::measure::median;
use crate::message::{Message, Side};
use crate::tally::Tally;

/// Price of the first maker, in ticks.
const FIRST_PRICE: u32 = 100_000;

/// A command that does as much as its size says.
#[derive(Clone, Copy)]
pub struct Sweep {
    /// What it is.
    pub name: &'static str,
    /// What it does `size` of.
    pub unit: &'static str,
    /// The smaller size; the larger is ten times that.
    pub size: u32,
    /// Sets a market up so that the message it answers will do `size` of them. Can be done again after that message.
    prepare: fn(&mut Outcry, u32) -> Message,
}

/// What a sweep took.
#[derive(Clone, Debug, Serialize)]
pub struct Swept {
    /// What it was.
    pub name: &'static str,
    /// What it did.
    pub unit: &'static str,
    /// How many of them.
    pub size: u32,
    /// Processor time of the command with all its reports read, in nanoseconds: the median run.
    pub nanos: u64,
    /// The same at ten times the size.
    pub nanos_at_ten_times: u64,
}

impl Swept {
    /// Nanoseconds per thing done at the larger size.
    #[must_use]
    pub const fn nanos_each(&self) -> u64 {
        self.nanos_at_ten_times / (self.size as u64 * 10)
    }

    /// How many times as long ten times as much took, in hundredths.
    #[must_use]
    pub const fn ratio_in_hundredths(&self) -> u64 {
        let nanos = if self.nanos == 0 { 1 } else { self.nanos };
        self.nanos_at_ten_times * 100 / nanos
    }
}

/// All sweeps.
pub const SWEEPS: [Sweep; 2] = [
    Sweep { name: "one order through one level", unit: "fills", size: 1_000, prepare: one_level },
    Sweep { name: "one order through as many levels", unit: "fills", size: 1_000, prepare: many_levels },
];

impl Sweep {
    /// Runs it `runs` times at both sizes, in turns.
    #[must_use]
    pub fn measure(&self, runs: u32) -> Swept {
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for _ in 0..runs.max(1) {
            small.push(nanos(self.once(self.size)));
            large.push(nanos(self.once(self.size * 10)));
        }
        Swept {
            name: self.name,
            unit: self.unit,
            size: self.size,
            nanos: median(small),
            nanos_at_ten_times: median(large),
        }
    }

    /// Runs it on a market of its own, and times the second time.
    fn once(&self, size: u32) -> Duration {
        let mut market = Outcry::new();
        self.command(&mut market, size);
        self.command(&mut market, size)
    }

    /// Prepares the market and times the one command.
    fn command(&self, market: &mut Outcry, size: u32) -> Duration {
        let message = (self.prepare)(market, size);
        let mut tally = Tally::default();
        let watch = Stopwatch::start();
        market.play(&[message], &mut tally);
        let took = watch.read().processor;
        assert_eq!((tally.fills, tally.refused), (size.into(), 0), "{}: all of it was done", self.name);
        took
    }
}

fn one_level(market: &mut Outcry, size: u32) -> Message {
    makers(market, size, |_| FIRST_PRICE)
}

fn many_levels(market: &mut Outcry, size: u32) -> Message {
    makers(market, size, |index| FIRST_PRICE + index)
}

/// Sellers of one lot each at the given prices, and a buyer of them all.
fn makers(market: &mut Outcry, size: u32, price: fn(u32) -> u32) -> Message {
    let mut tally = Tally::default();
    for index in 0..size {
        let order = Message::Limit { account: 1, side: Side::Sell, price: price(index), quantity: 1 };
        market.play(&[order], &mut tally);
    }
    assert_eq!((tally.fills, tally.refused), (0, 0), "every maker rests");
    Message::Limit { account: 2, side: Side::Buy, price: price(size), quantity: size }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sweep_does_all_it_says_at_both_sizes() {
        for sweep in SWEEPS {
            let swept = sweep.measure(1);
            assert!(swept.nanos > 0 && swept.nanos_at_ten_times > 0, "{}", sweep.name);
        }
    }

    #[test]
    fn the_ratio_is_that_of_the_times() {
        let swept = Swept { name: "", unit: "", size: 100, nanos: 2_000, nanos_at_ten_times: 25_000 };
        assert_eq!((swept.ratio_in_hundredths(), swept.nanos_each()), (1_250, 25));
    }
}
