//! Sweeps: single commands that do a great deal, at one size and at ten times that size.
//!
//! Each is done twice in its market and timed the second time: the first time the list of reports grows to its size,
//! which says more about the allocator than about the engine.
//!
//! The time per thing done should be the same at both, so the ratio of the whole times is near 10. The ratio is told,
//! not asserted: a shared machine has moods.

use std::time::Duration;

use outcry_engine::limits::MAX_FOLLOW_UPS;
use outcry_engine::{
    AccountId, Call, Command, ConditionalOrder, Conditions, InstrumentSetting, NewOrder, OrderPrice, Phase,
    Posting, Price, Qty, Side, TimeInForce, Timestamp, Trigger, TriggerBy, TriggerKind,
};
use serde::Serialize;

use crate::clock::Stopwatch;
use crate::engines::outcry::{INSTRUMENT, Outcry};
use crate::flow::ACCOUNTS;
use crate::measure::median;
use crate::tally::Tally;

/// The price that every sweep is about, in ticks: far enough from zero for a level at each tick below it.
const PRICE: u32 = 1_000_000;
/// Prices that the orders of an uncross and of an expiry lie at, and that triggers do.
const LEVELS: u32 = 1_000;
/// From entry to expiry in nanoseconds: longer than entering all of them takes.
const LIFE: u64 = 3_600_000_000_000;

/// A command that does as much as its size says.
#[derive(Clone, Copy)]
pub struct Sweep {
    /// What it is.
    pub name: &'static str,
    /// What it does `size` of.
    pub unit: &'static str,
    /// The smaller size; the larger is ten times that.
    pub size: u32,
    /// Sets a market up so that the command it answers will do `size` of them and leave the book empty. Can be done
    /// again after that command.
    prepare: fn(&mut Outcry, u32) -> Prepared,
}

/// A command that is about to do a great deal.
struct Prepared {
    /// When it comes; now if that has passed.
    at: Timestamp,
    command: Command,
    /// Fills that it must make.
    fills: u64,
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
pub const SWEEPS: [Sweep; 6] = [
    Sweep { name: "one order through one level", unit: "fills", size: 1_000, prepare: one_level },
    Sweep { name: "one order through as many levels", unit: "fills", size: 1_000, prepare: many_levels },
    Sweep { name: "stops that one trade triggers", unit: "stops", size: 10_000, prepare: stops_at_once },
    Sweep { name: "stops that trigger one another", unit: "stops", size: 10_000, prepare: stops_in_turn },
    Sweep { name: "an uncross", unit: "orders", size: 100_000, prepare: uncross },
    Sweep { name: "orders that expire at one time", unit: "orders", size: 10_000, prepare: expiries },
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
        let Prepared { at, command, fills } = (self.prepare)(market, size);
        let mut tally = Tally::default();
        let watch = Stopwatch::start();
        market.run(at, &command, &mut tally);
        let took = watch.read().processor;
        assert_eq!((tally.fills, tally.refused), (fills, 0), "{}: all of it was done", self.name);
        assert_eq!(market.open_orders(), 0, "{}: nothing is left", self.name);
        took
    }
}

fn one_level(market: &mut Outcry, size: u32) -> Prepared {
    makers(market, size, |_| PRICE)
}

fn many_levels(market: &mut Outcry, size: u32) -> Prepared {
    makers(market, size, |index| PRICE + index)
}

/// Sellers of one lot each at the given prices, and a buyer of them all.
fn makers(market: &mut Outcry, size: u32, price: fn(u32) -> u32) -> Prepared {
    for index in 0..size {
        enter(market, limit(1, Side::Sell, price(index), 1));
    }
    now(Command::PlaceOrder(limit(2, Side::Buy, price(size), size)), size)
}

/// Stops to sell that the same trade triggers, at several prices; each then sells to the one bid.
fn stops_at_once(market: &mut Outcry, size: u32) -> Prepared {
    print_above(market);
    for index in 0..size {
        enter_stop(market, index, PRICE + index % LEVELS);
    }
    enter(market, limit(2, Side::Buy, PRICE, size + 1));
    now(Command::PlaceOrder(limit(3, Side::Sell, PRICE, 1)), size + 1)
}

/// Stops to sell a tick below each other, each triggered by the trade of the one above it, over a bid for each.
fn stops_in_turn(market: &mut Outcry, size: u32) -> Prepared {
    print_above(market);
    for index in 0..=size {
        enter(market, limit(2, Side::Buy, PRICE - index, 1));
    }
    for index in 0..size {
        enter_stop(market, index, PRICE - index);
    }
    now(Command::PlaceOrder(limit(3, Side::Sell, PRICE, 1)), size + 1)
}

/// As many buyers as sellers who have gathered before the open at prices that all cross.
fn uncross(market: &mut Outcry, size: u32) -> Prepared {
    let phase = |phase| Command::SetPhase { instrument: INSTRUMENT, phase, end: None };
    market.found(phase(Phase::PreOpen));
    for index in 0..size / 2 {
        let away = index % (LEVELS / 2);
        enter(market, limit(account(index), Side::Buy, PRICE + away, 1));
        enter(market, limit(account(index + 1), Side::Sell, PRICE - away, 1));
    }
    market.found(phase(Phase::Call(Call::Opening)));
    now(phase(Phase::Continuous), size / 2)
}

/// Sellers whose time ends at once.
fn expiries(market: &mut Outcry, size: u32) -> Prepared {
    let at = Timestamp::from_nanos(market.now().nanos() + LIFE);
    for index in 0..size {
        let order = limit(account(index), Side::Sell, PRICE + index % LEVELS, 1);
        enter(market, NewOrder { time_in_force: TimeInForce::GoodTillDate(at), ..order });
    }
    Prepared { at, command: Command::AdvanceClock, fills: 0 }
}

/// Lets all stops of a sweep follow one command, and the last trade be above their triggers.
fn print_above(market: &mut Outcry) {
    let setting = InstrumentSetting::FollowUps(MAX_FOLLOW_UPS);
    market.found(Command::SetInstrument { instrument: INSTRUMENT, setting });
    for (account, side) in [(1, Side::Sell), (2, Side::Buy)] {
        enter(market, limit(account, side, PRICE + LEVELS, 1));
    }
}

fn enter_stop(market: &mut Outcry, index: u32, at: u32) {
    let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: price(at) };
    market.found(Command::PlaceConditional(Box::new(ConditionalOrder {
        terms: limit(account(index), Side::Sell, 1, 1),
        conditions: Conditions { trigger: Some(trigger), ..Conditions::default() },
    })));
}

fn enter(market: &mut Outcry, order: NewOrder) {
    market.found(Command::PlaceOrder(order));
}

fn limit(account: u32, side: Side, at: u32, quantity: u32) -> NewOrder {
    NewOrder {
        account: AccountId::new(account),
        instrument: INSTRUMENT,
        side,
        price: OrderPrice::Limit(price(at)),
        quantity: Qty::new(quantity.into()).expect("a sweep's quantity is in range"),
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    }
}

fn price(ticks: u32) -> Price {
    Price::new(ticks.into()).expect("a sweep's price is in range")
}

/// Whose the order of this number is: everybody's in turn.
const fn account(index: u32) -> u32 {
    1 + index % ACCOUNTS
}

fn now(command: Command, fills: u32) -> Prepared {
    Prepared { at: Timestamp::from_nanos(0), command, fills: fills.into() }
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
