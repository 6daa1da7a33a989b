//! The market-wide halt: when an index falls far enough in a day, everything stops.
//!
//! Follows NYSE Rule 7.12 (formerly 80B). The index is compared with its close of the day before. A fall of 7
//! % (level 1) or 13 % (level 2) halts all instruments for 15 minutes, once each and not after 15:25; 20 %
//! (level 3) closes the market for the rest of the day at any time. A level counts with all below it: after
//! level 2, level 1 is spent.

use serde::{Deserialize, Serialize};

use super::{BandError, BandSetting, Rounding, SECOND, later};
use crate::{Price, Timestamp};

/// The settings of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketWideTerms {
    /// Fall of level 1 in ppm of the reference: 1 up (70,000).
    pub first_ppm: u32,
    /// Fall of level 2: more than that of level 1 (130,000).
    pub second_ppm: u32,
    /// Fall of level 3: more than that of level 2, less than 1,000,000 (200,000).
    pub third_ppm: u32,
    /// How long levels 1 and 2 halt the market, 1 to 86,400 seconds (900).
    pub halt_seconds: u32,
}

impl Default for MarketWideTerms {
    /// The figures of the rule.
    fn default() -> Self {
        Self { first_ppm: 70_000, second_ppm: 130_000, third_ppm: 200_000, halt_seconds: 900 }
    }
}

impl MarketWideTerms {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`BandError`] with the first setting that is outside what is allowed.
    pub fn check(&self) -> Result<(), BandError> {
        const MOST: u64 = 999_999;
        let [first, second, third] = [self.first_ppm, self.second_ppm, self.third_ppm].map(u64::from);
        BandSetting::FirstDecline.check(first, 1, MOST - 2)?;
        BandSetting::SecondDecline.check(second, first + 1, MOST - 1)?;
        BandSetting::ThirdDecline.check(third, second + 1, MOST)?;
        BandSetting::DeclineHalt.check(u64::from(self.halt_seconds), 1, 86_400)
    }
}

/// How far the index fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Decline {
    /// Level 1.
    First,
    /// Level 2.
    Second,
    /// Level 3.
    Third,
}

/// Whether it is too late in the day for levels 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cutoff {
    /// Up to and including 15:25.
    Before,
    /// After 15:25.
    After,
}

/// Where the rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MarketWidePhase {
    /// Trading.
    Open,
    /// No trading anywhere.
    Halted {
        /// Until when.
        until: Timestamp,
    },
    /// No trading anywhere for the rest of the day.
    Closed,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MarketWideChange {
    /// All trading halts.
    Halted {
        /// Because of this level.
        level: Decline,
        /// Until when.
        until: Timestamp,
    },
    /// All trading is over for the day.
    Closed,
    /// The halt is over: the instruments may reopen.
    Over,
}

/// The rule at work on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MarketWide {
    terms: MarketWideTerms,
    reference: Price,
    /// The highest level that halted the market today.
    reached: Option<Decline>,
    phase: MarketWidePhase,
}

impl MarketWide {
    /// A new day. The reference is the index's close of the day before.
    pub(crate) const fn new(terms: MarketWideTerms, reference: Price) -> Self {
        Self { terms, reference, reached: None, phase: MarketWidePhase::Open }
    }

    /// Where the rule stands.
    #[cfg(test)]
    pub(crate) const fn phase(&self) -> MarketWidePhase {
        self.phase
    }

    /// The highest price of the index at which a level is reached, or `None` if no price is low enough.
    pub(crate) fn threshold(&self, level: Decline) -> Option<Price> {
        let ppm = match level {
            Decline::First => self.terms.first_ppm,
            Decline::Second => self.terms.second_ppm,
            Decline::Third => self.terms.third_ppm,
        };
        Price::new(self.reference.get() - Rounding::Up.share(self.reference, ppm)).ok()
    }

    /// The time at which a halt ends, if there is one that does.
    pub(crate) const fn due(&self) -> Option<Timestamp> {
        match self.phase {
            MarketWidePhase::Halted { until } => Some(until),
            MarketWidePhase::Open | MarketWidePhase::Closed => None,
        }
    }

    /// Ends a halt that is due at or before `at`. To be called before any other input of that time.
    pub(crate) fn advance(&mut self, at: Timestamp) -> Option<MarketWideChange> {
        if self.due()? > at {
            return None;
        }
        self.phase = MarketWidePhase::Open;
        Some(MarketWideChange::Over)
    }

    /// The index has a new price. A further level in a halt begins the halt anew.
    pub(crate) fn index(&mut self, at: Timestamp, price: Price, cutoff: Cutoff) -> Option<MarketWideChange> {
        debug_assert!(self.due().is_none_or(|due| due > at), "time is advanced before a price");
        let reached = |level: &Decline| self.threshold(*level).is_some_and(|highest| price <= highest);
        let level = [Decline::Third, Decline::Second, Decline::First].into_iter().find(reached)?;
        if self.reached.is_some_and(|before| level <= before) {
            return None;
        }
        match (level, cutoff) {
            (Decline::Third, _) => {
                self.reached = Some(level);
                self.phase = MarketWidePhase::Closed;
                Some(MarketWideChange::Closed)
            }
            (Decline::First | Decline::Second, Cutoff::After) => None,
            (Decline::First | Decline::Second, Cutoff::Before) => {
                let until = later(at, u64::from(self.terms.halt_seconds) * SECOND);
                self.reached = Some(level);
                self.phase = MarketWidePhase::Halted { until };
                Some(MarketWideChange::Halted { level, until })
            }
        }
    }
}

#[cfg(test)]
mod tests;
