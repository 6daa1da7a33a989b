//! Limit up, limit down: bands around a moving reference, a limit state at the band, then a pause.
//!
//! Follows the US plan to address extraordinary market volatility (LULD, sections V to VII). No trade prints
//! outside the bands. When the best bid stands at the upper band, or the best ask at the lower, the market is
//! in a limit state: if that lasts 15 seconds, trading pauses for five minutes and reopens with an auction,
//! which the caller holds. The reference is the mean of the trades of the last five minutes; a new mean
//! becomes the reference only when it is far enough away (1 %) and the old one has stood long enough (30 s).
//! From the start of a limit state until trading is normal again it stands still.
//!
//! Steps that are due by time happen at the time they are due, however late the caller asks: what the state
//! is at a time does not depend on how often it was asked before.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::trade_window::TradeWindow;
use super::{BandError, BandSetting, Corridor, Rounding, SECOND, TickTable, later};
use crate::{Price, Timestamp};

/// How wide the bands of an instrument are above 3.00 units of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LimitTier {
    /// 5 %: the members of the large indices.
    One,
    /// 10 %: all others.
    Two,
}

/// The settings of the rule for an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitUpDownTerms {
    /// Width of the bands.
    pub tier: LimitTier,
    /// Ticks in one unit of money (100 where the tick is a cent), by which small prices are told. `None`: the
    /// price is not one of a share, or a tick is more than a unit, and the tier alone decides.
    pub ticks_per_unit: Option<NonZeroU64>,
    /// Length of a limit state, 1 to 3,600 seconds (15).
    pub limit_seconds: u32,
    /// Length of the pause after it, 1 to 86,400 seconds (300).
    pub pause_seconds: u32,
    /// The mean becomes the reference when it is this far from it: 0 to 1,000,000 ppm of the reference
    /// (10,000).
    pub move_ppm: u32,
    /// A reference stands for 0 to 300 seconds at least (30).
    pub hold_seconds: u32,
}

impl LimitUpDownTerms {
    /// The plan's own figures.
    #[must_use]
    pub const fn plan(tier: LimitTier, ticks_per_unit: Option<NonZeroU64>) -> Self {
        Self {
            tier,
            ticks_per_unit,
            limit_seconds: 15,
            pause_seconds: 300,
            move_ppm: 10_000,
            hold_seconds: 30,
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// [`BandError`] with the first setting that is outside what is allowed.
    pub fn check(&self) -> Result<(), BandError> {
        BandSetting::LimitState.check(u64::from(self.limit_seconds), 1, 3_600)?;
        BandSetting::LimitPause.check(u64::from(self.pause_seconds), 1, 86_400)?;
        BandSetting::ReferenceMove.check(u64::from(self.move_ppm), 0, 1_000_000)?;
        BandSetting::ReferenceHold.check(u64::from(self.hold_seconds), 0, TradeWindow::SECONDS)
    }
}

/// How wide a day's bands are, by the price with which the day began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum PriceClass {
    /// Above 3.00: by tier.
    Tiered,
    /// 0.75 to 3.00: 20 %.
    Small,
    /// Below 0.75: the lesser of 0.15 and 75 %.
    Smallest,
}

impl PriceClass {
    /// Products reach 3 x 2^64 and 100 x 10^12, so they are taken in 128 bits.
    fn of(price: Price, ticks_per_unit: Option<NonZeroU64>) -> Self {
        let Some(unit) = ticks_per_unit else { return Self::Tiered };
        let (hundredths, unit) = (100 * i128::from(price.get()), i128::from(unit.get()));
        if hundredths > 300 * unit {
            Self::Tiered
        } else if hundredths >= 75 * unit {
            Self::Small
        } else {
            Self::Smallest
        }
    }
}

/// Whether the bands are doubled, as the plan has it near the open and the close of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Width {
    /// As the tier says.
    Single,
    /// Twice that.
    Double,
}

/// Which band the market stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Edge {
    /// The best bid is at the upper band.
    Upper,
    /// The best ask is at the lower band.
    Lower,
}

impl Edge {
    /// The band that the touch stands at: a bid at or above the upper one, or an ask at or below the lower
    /// one. In a book that is crossed beyond both, the upper.
    pub(crate) fn of(bands: Corridor, bid: Option<Price>, ask: Option<Price>) -> Option<Self> {
        let upper = bid.filter(|bid| *bid >= bands.high).map(|_| Self::Upper);
        upper.or_else(|| ask.filter(|ask| *ask <= bands.low).map(|_| Self::Lower))
    }
}

/// Where the rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LimitPhase {
    /// Trading inside the bands.
    Normal,
    /// The touch stands at a band. Trading goes on inside the bands.
    LimitState {
        /// Which.
        edge: Edge,
        /// When trading pauses if it still does.
        until: Timestamp,
    },
    /// No trading.
    Pause {
        /// When it is over.
        until: Timestamp,
    },
    /// The pause is over, and the caller's auction is to say at what price trading goes on.
    Auction,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitChange {
    /// There is a new reference, so the bands are new and the touch may stand at another place in them.
    Reference {
        /// The new reference.
        price: Price,
    },
    /// A limit state began.
    Entered {
        /// At which band.
        edge: Edge,
        /// When trading pauses if it lasts.
        until: Timestamp,
    },
    /// The limit state ended before its time; the reference is the mean as it is now.
    Left {
        /// The reference.
        price: Price,
    },
    /// The limit state lasted: trading pauses.
    Paused {
        /// When the pause is over.
        until: Timestamp,
    },
    /// The pause is over: an auction is due.
    PauseOver,
    /// Trading goes on after the auction.
    Reopened {
        /// The reference.
        price: Price,
    },
}

/// The rule at work on one instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LimitUpDown {
    terms: LimitUpDownTerms,
    class: PriceClass,
    reference: Price,
    /// Since when it is the reference.
    since: Timestamp,
    phase: LimitPhase,
    window: TradeWindow,
}

impl LimitUpDown {
    /// A new session. The price it opens with (the opening auction's, or the close before) is the first
    /// reference and settles for the session which width applies.
    pub(crate) fn open(terms: LimitUpDownTerms, at: Timestamp, price: Price) -> Self {
        Self {
            terms,
            class: PriceClass::of(price, terms.ticks_per_unit),
            reference: price,
            since: at,
            phase: LimitPhase::Normal,
            window: TradeWindow::default(),
        }
    }

    /// The reference.
    #[cfg(test)]
    pub(crate) const fn reference(&self) -> Price {
        self.reference
    }

    /// Where the rule stands.
    #[cfg(test)]
    pub(crate) const fn phase(&self) -> LimitPhase {
        self.phase
    }

    /// The prices that may trade, both bands included: the reference plus and minus the width rounded to the
    /// nearest tick, each then rounded to the nearest price of the table, and at least the table's next price
    /// on each side.
    pub(crate) fn bands(&self, width: Width, table: &TickTable) -> Corridor {
        let around = Corridor::around(self.reference, self.width(width));
        let snap = |price| table.round(price, Rounding::Nearest).unwrap_or(price);
        Corridor {
            low: snap(around.low).min(table.next_down(self.reference).unwrap_or(self.reference)),
            high: snap(around.high).max(table.next_up(self.reference).unwrap_or(self.reference)),
        }
    }

    /// The next time at which something happens without a trade: a new reference, the end of a limit state or of a pause.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self.phase {
            LimitPhase::LimitState { until, .. } | LimitPhase::Pause { until } => Some(until),
            LimitPhase::Normal => {
                let mut ahead = self.clone();
                ahead.follow(Timestamp::from_nanos(u64::MAX)).map(|_| ahead.since)
            }
            LimitPhase::Auction => None,
        }
    }

    /// Takes the first step that is due at or before `at`, or answers `None` if none is left. To be called
    /// until then before any other input of that time.
    pub(crate) fn advance(&mut self, at: Timestamp) -> Option<LimitChange> {
        match self.phase {
            LimitPhase::Normal => self.follow(at),
            LimitPhase::LimitState { until, .. } if until <= at => {
                let until = later(until, u64::from(self.terms.pause_seconds) * SECOND);
                self.phase = LimitPhase::Pause { until };
                Some(LimitChange::Paused { until })
            }
            LimitPhase::Pause { until } if until <= at => {
                self.phase = LimitPhase::Auction;
                Some(LimitChange::PauseOver)
            }
            LimitPhase::LimitState { .. } | LimitPhase::Pause { .. } | LimitPhase::Auction => None,
        }
    }

    /// A trade printed. One that is reported while trading pauses counts for nothing.
    pub(crate) fn trade(&mut self, at: Timestamp, price: Price) -> Option<LimitChange> {
        match self.phase {
            LimitPhase::Normal | LimitPhase::LimitState { .. } => {
                self.forget(at);
                self.window.add(at, price);
            }
            LimitPhase::Pause { .. } | LimitPhase::Auction => return None,
        }
        if self.phase == LimitPhase::Normal && self.held_until() <= at { self.renew(at) } else { None }
    }

    /// The touch stands at a band, or at none. From one band to the other is a new limit state.
    pub(crate) fn touch(&mut self, at: Timestamp, edge: Option<Edge>) -> Option<LimitChange> {
        match (self.phase, edge) {
            (LimitPhase::Normal, Some(edge)) => Some(self.enter(at, edge)),
            (LimitPhase::LimitState { edge: now, .. }, Some(edge)) if now != edge => {
                Some(self.enter(at, edge))
            }
            (LimitPhase::LimitState { .. }, None) => {
                self.forget(at);
                self.go_on(at, self.window.mean());
                Some(LimitChange::Left { price: self.reference })
            }
            (LimitPhase::LimitState { .. }, Some(_)) | (LimitPhase::Normal, None) => None,
            (LimitPhase::Pause { .. } | LimitPhase::Auction, _) => None,
        }
    }

    /// Trading goes on after an auction, whether this rule or another called it. Its price is the reference;
    /// without one the reference stays. The trades before it no longer count, nor do the auction's own.
    pub(crate) fn reopen(&mut self, at: Timestamp, price: Option<Price>) -> LimitChange {
        self.window.clear();
        self.go_on(at, price);
        LimitChange::Reopened { price: self.reference }
    }

    fn enter(&mut self, at: Timestamp, edge: Edge) -> LimitChange {
        let until = later(at, u64::from(self.terms.limit_seconds) * SECOND);
        self.phase = LimitPhase::LimitState { edge, until };
        LimitChange::Entered { edge, until }
    }

    /// Back to normal trading, around a new reference if there is one. It stands its time from now on.
    fn go_on(&mut self, at: Timestamp, price: Option<Price>) {
        self.phase = LimitPhase::Normal;
        self.reference = price.unwrap_or(self.reference);
        self.since = at;
    }

    /// Follows the mean through normal trading up to a time, as far as the first new reference.
    fn follow(&mut self, at: Timestamp) -> Option<LimitChange> {
        loop {
            // Between two changes of the window only the end of the hold can make a difference.
            let leaves = self.window.leaves().filter(|leaves| *leaves <= at);
            let held_until = self.held_until();
            if held_until <= at
                && leaves.is_none_or(|leaves| held_until < leaves)
                && let Some(change) = self.renew(held_until)
            {
                return Some(change);
            }
            let leaves = leaves?;
            self.window.forget_oldest();
            if held_until <= leaves
                && let Some(change) = self.renew(leaves)
            {
                return Some(change);
            }
        }
    }

    /// Forgets the trades that have left the window.
    fn forget(&mut self, at: Timestamp) {
        while self.window.leaves().is_some_and(|leaves| leaves <= at) {
            self.window.forget_oldest();
        }
    }

    /// Until when the reference stands whatever trades.
    fn held_until(&self) -> Timestamp {
        later(self.since, u64::from(self.terms.hold_seconds) * SECOND)
    }

    /// Makes the mean the reference if it is far enough from it.
    fn renew(&mut self, at: Timestamp) -> Option<LimitChange> {
        let mean = self.window.mean()?;
        let distance = (mean.get() - self.reference.get()).abs();
        // A distance in whole ticks reaches a share just when it reaches the share rounded up.
        let enough = Rounding::Up.share(self.reference, self.terms.move_ppm).max(1);
        (distance >= enough).then(|| {
            self.reference = mean;
            self.since = at;
            LimitChange::Reference { price: mean }
        })
    }

    /// Distance of the bands from the reference in ticks.
    fn width(&self, width: Width) -> i64 {
        let times = match width {
            Width::Single => 1,
            Width::Double => 2,
        };
        let percent = match (self.class, self.terms.tier) {
            (PriceClass::Tiered, LimitTier::One) => 5,
            (PriceClass::Tiered, LimitTier::Two) => 10,
            (PriceClass::Small, _) => 20,
            (PriceClass::Smallest, _) => 75,
        };
        let share = Rounding::Nearest.share(self.reference, times * percent * 10_000);
        match (self.class, self.terms.ticks_per_unit) {
            (PriceClass::Smallest, Some(unit)) => {
                let fixed = (u128::from(unit.get()) * 15 * u128::from(times) + 50) / 100;
                share.min(i64::try_from(fixed).unwrap_or(i64::MAX))
            }
            _ => share,
        }
    }
}

#[cfg(test)]
mod tests;
