//! The average price of what was filled, exactly.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Instrument, Lots, Price, Qty};

/// `AvgPx`, FIX tag 6, kept as the fraction that it is: it carries across replaces without being rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AveragePrice {
    /// Sum of price times quantity of all fills, in ticks times lots.
    value: u128,
    /// Sum of the quantities of all fills.
    lots: u64,
}

impl AveragePrice {
    /// Of no fill.
    pub const NONE: Self = Self { value: 0, lots: 0 };

    /// Takes in a fill.
    pub(crate) fn add(&mut self, price: Price, quantity: Qty) {
        self.value += u128::from(price.get().unsigned_abs()) * u128::from(quantity.get());
        self.lots += quantity.get();
    }

    /// Numerator and denominator in ticks; `None` without a fill.
    #[must_use]
    pub const fn fraction(&self) -> Option<(u128, u64)> {
        if self.lots == 0 { None } else { Some((self.value, self.lots)) }
    }

    /// `CumQty`, FIX tag 14: all that was filled.
    #[must_use]
    pub const fn filled(&self) -> Lots {
        Lots::new(self.lots)
    }

    /// As a decimal price, with the digits of the tick where that is exact and up to six more where it is not; zero without
    /// a fill, as FIX has it.
    #[must_use]
    pub fn decimal(&self, instrument: &Instrument) -> Decimal {
        let tick = instrument.terms().tick;
        let Some((value, lots)) = self.fraction() else { return Decimal::ZERO };
        let value =
            i128::try_from(value).ok().and_then(|value| Decimal::try_from_i128_with_scale(value, 0).ok());
        let sum = value.and_then(|value| value.checked_mul(tick)).unwrap_or(Decimal::MAX);
        let average = sum.checked_div(Decimal::from(lots)).unwrap_or(Decimal::MAX);
        let mut rounded = average.round_dp(tick.scale() + 6).normalize();
        if rounded.scale() < tick.scale() {
            rounded.rescale(tick.scale());
        }
        rounded
    }
}
