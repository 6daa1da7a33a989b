//! Velocity: a price that runs too far too fast reserves the market for a few seconds.
//!
//! Follows CME's velocity logic. When a trade is `move_ticks` or more from the lowest or highest trade of the
//! window (itself included), matching stops at once: that trade stands, orders are accepted and canceled, and
//! after the reserve the caller uncrosses the book and trading goes on with an empty window.
//!
//! Only the extremes of the window matter, so two queues keep the trades that are or may become one: each
//! lower (higher) than all after it. Within a queue prices differ and span less than `move_ticks`, or the
//! market would be reserved; so a queue never has more than `move_ticks` entries.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{BandError, BandSetting, later};
use crate::{Price, Timestamp};

/// The settings of the rule for an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VelocityTerms {
    /// The move that reserves the market, 1 to 10,000 ticks.
    pub move_ticks: u32,
    /// Within how long, 1 to 3,600,000 milliseconds. Trades exactly this far apart are not within it.
    pub window_millis: u32,
    /// For how long the market is reserved, 1 to 3,600,000 milliseconds.
    pub reserve_millis: u32,
}

impl VelocityTerms {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`BandError`] with the first setting that is outside what is allowed.
    pub fn check(&self) -> Result<(), BandError> {
        BandSetting::VelocityMove.check(u64::from(self.move_ticks), 1, 10_000)?;
        BandSetting::VelocityWindow.check(u64::from(self.window_millis), 1, 3_600_000)?;
        BandSetting::VelocityReserve.check(u64::from(self.reserve_millis), 1, 3_600_000)
    }
}

/// Where the rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum VelocityPhase {
    /// Trading.
    Open,
    /// Orders are taken, nothing matches.
    Reserved {
        /// When the book is uncrossed.
        until: Timestamp,
    },
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VelocityChange {
    /// The market is reserved.
    Reserved {
        /// The lowest price of the window.
        low: Price,
        /// The highest price of the window.
        high: Price,
        /// When the book is uncrossed.
        until: Timestamp,
    },
    /// The reserve is over: the book is to be uncrossed.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    at: Timestamp,
    price: Price,
}

/// The rule at work on one instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Velocity {
    terms: VelocityTerms,
    phase: VelocityPhase,
    /// Rising prices, oldest first: the front is the lowest of the window.
    lows: VecDeque<Print>,
    /// Falling prices, oldest first: the front is the highest of the window.
    highs: VecDeque<Print>,
}

impl Velocity {
    /// An open market without trades.
    pub(crate) const fn new(terms: VelocityTerms) -> Self {
        Self { terms, phase: VelocityPhase::Open, lows: VecDeque::new(), highs: VecDeque::new() }
    }

    /// Where the rule stands.
    #[cfg(test)]
    pub(crate) const fn phase(&self) -> VelocityPhase {
        self.phase
    }

    /// The time at which the reserve ends, if the market is reserved.
    pub(crate) const fn due(&self) -> Option<Timestamp> {
        match self.phase {
            VelocityPhase::Open => None,
            VelocityPhase::Reserved { until } => Some(until),
        }
    }

    /// Ends the reserve if it is due at or before `at`. To be called before any other input of that time.
    pub(crate) fn advance(&mut self, at: Timestamp) -> Option<VelocityChange> {
        if self.due()? > at {
            return None;
        }
        self.phase = VelocityPhase::Open;
        Some(VelocityChange::Over)
    }

    /// A trade printed. One that is reported while the market is reserved counts for nothing.
    pub(crate) fn trade(&mut self, at: Timestamp, price: Price) -> Option<VelocityChange> {
        debug_assert!(self.due().is_none_or(|due| due > at), "time is advanced before a trade");
        if self.phase != VelocityPhase::Open {
            return None;
        }
        let window = millis(self.terms.window_millis);
        for queue in [&mut self.lows, &mut self.highs] {
            while queue.front().is_some_and(|print| later(print.at, window) <= at) {
                queue.pop_front();
            }
        }
        while self.lows.back().is_some_and(|print| print.price >= price) {
            self.lows.pop_back();
        }
        while self.highs.back().is_some_and(|print| print.price <= price) {
            self.highs.pop_back();
        }
        let print = Print { at, price };
        self.lows.push_back(print);
        self.highs.push_back(print);
        let (low, high) = (self.lows[0].price, self.highs[0].price);
        if high.get() - low.get() < i64::from(self.terms.move_ticks) {
            return None;
        }
        let until = later(at, millis(self.terms.reserve_millis));
        self.phase = VelocityPhase::Reserved { until };
        self.clear();
        Some(VelocityChange::Reserved { low, high, until })
    }

    /// Trading goes on, whether or not the reserve is over.
    pub(crate) const fn reopen(&mut self) {
        self.phase = VelocityPhase::Open;
    }

    /// Forgets the trades, because an auction gave a new price to start from. A reserve goes on.
    pub(crate) fn clear(&mut self) {
        self.lows.clear();
        self.highs.clear();
    }
}

/// That many milliseconds in nanoseconds.
const fn millis(count: u32) -> u64 {
    count as u64 * 1_000_000
}

#[cfg(test)]
mod tests;
