//! Price bands: how far from a reference a price may be.
//!
//! [`PriceBand`] refuses the slip of a finger at entry: a share of the reference, or a number of ticks where
//! that is more. [`PriceRange`] interrupts trading before a price that is too far from the last auction
//! (static range) or from the last trade (dynamic range), as Xetra does. A share is rounded down to the tick;
//! for prices in whole ticks that is exact, not an approximation: a price is outside just when it is further
//! away than the share.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::{BandError, BandSetting, Rounding};
use crate::Price;
use crate::limits::MAX_PRICE;

/// Widest band or range: ten times its reference.
const MAX_WIDTH_PPM: u32 = 10_000_000;

/// The prices from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corridor {
    /// Lowest price inside.
    pub low: Price,
    /// Highest price inside.
    pub high: Price,
}

impl Corridor {
    /// The prices at most `ticks` (not negative) from `middle`, as far as prices go.
    pub(crate) fn around(middle: Price, ticks: i64) -> Self {
        let price = |at: i64| Price::new(at.clamp(1, MAX_PRICE)).expect("a clamped price is in range");
        let low = middle.get().saturating_sub(ticks);
        Self { low: price(low), high: price(middle.get().saturating_add(ticks)) }
    }

    /// Whether the price is inside.
    #[must_use]
    pub fn admits(&self, price: Price) -> bool {
        (self.low..=self.high).contains(&price)
    }
}

/// A band around a reference for the prices of orders ("fat finger").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceBand {
    /// How far from the reference, in ppm of it: 0 to 10,000,000.
    pub width_ppm: u32,
    /// How far in ticks at least, so that a low price keeps some room: 0 to
    /// [`MAX_PRICE`](crate::limits::MAX_PRICE), and not 0 where the width is 0 too.
    pub floor_ticks: u64,
}

impl PriceBand {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`BandError`] with the first setting that is outside what is allowed.
    pub fn check(&self) -> Result<(), BandError> {
        BandSetting::BandWidth.check(u64::from(self.width_ppm), 0, u64::from(MAX_WIDTH_PPM))?;
        let least = u64::from(self.width_ppm == 0);
        BandSetting::BandFloor.check(self.floor_ticks, least, MAX_PRICE.unsigned_abs())
    }

    /// The allowed prices around a reference.
    #[must_use]
    pub fn around(&self, reference: Price) -> Corridor {
        let share = Rounding::Down.share(reference, self.width_ppm);
        Corridor::around(reference, share.max(i64::try_from(self.floor_ticks).unwrap_or(MAX_PRICE)))
    }
}

/// The ranges that a price leaves only through a volatility interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRange {
    /// Around the price of the last auction, in ppm of it: 1 to 10,000,000. `None`: not watched.
    pub static_ppm: Option<NonZeroU32>,
    /// Around the price of the last trade, in ppm of it: 1 to 10,000,000. `None`: not watched.
    pub dynamic_ppm: Option<NonZeroU32>,
}

/// The prices that a [`PriceRange`] is around, as far as there are any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct References {
    /// The price of the last auction, or what the venue takes for it (the close of the day before).
    pub(crate) last_auction: Option<Price>,
    /// The price of the last trade, auctions included.
    pub(crate) last_trade: Option<Price>,
}

/// Which range a price leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Breach {
    /// The one around the last auction.
    Static {
        /// The range.
        range: Corridor,
    },
    /// The one around the last trade.
    Dynamic {
        /// The range.
        range: Corridor,
    },
}

impl PriceRange {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`BandError`] with the first setting that is outside what is allowed.
    pub fn check(&self) -> Result<(), BandError> {
        let ranges =
            [(BandSetting::StaticRange, self.static_ppm), (BandSetting::DynamicRange, self.dynamic_ppm)];
        for (setting, ppm) in ranges {
            if let Some(ppm) = ppm {
                setting.check(u64::from(ppm.get()), 1, u64::from(MAX_WIDTH_PPM))?;
            }
        }
        Ok(())
    }

    /// Whether a trade at the price would leave a range, the static one asked first. A range without a
    /// reference is left by nothing.
    pub(crate) fn breach(&self, price: Price, references: References) -> Option<Breach> {
        let left = |ppm: Option<NonZeroU32>, reference: Option<Price>| {
            let reference = reference?;
            let range = Corridor::around(reference, Rounding::Down.share(reference, ppm?.get()));
            (!range.admits(price)).then_some(range)
        };
        let fixed = left(self.static_ppm, references.last_auction).map(|range| Breach::Static { range });
        fixed.or_else(|| left(self.dynamic_ppm, references.last_trade).map(|range| Breach::Dynamic { range }))
    }
}

#[cfg(test)]
mod tests;
