//! Integer units of the market: ticks, lots and minor units.
//!
//! A [`Price`] counts ticks of its instrument, a [`Qty`] or [`Lots`] counts lots of it, an [`Amount`] counts
//! minor units of one asset. What a tick, a lot or a minor unit is worth stands in the
//! [`Instrument`](crate::Instrument) and [`Asset`](crate::Asset), which also parse and print decimals.
//! Every bound that a constructor checks is a constant in [`limits`](crate::limits).

use std::fmt;
use std::num::{NonZeroI64, NonZeroU64};

use serde::{Deserialize, Deserializer, Serialize};

use crate::limits::{MAX_AMOUNT, MAX_PRICE, MAX_QTY};

/// A number was outside the range its unit allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// What was given.
    pub given: i128,
    /// Lowest allowed value.
    pub min: i128,
    /// Highest allowed value.
    pub max: i128,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is outside {} to {}", self.given, self.min, self.max)
    }
}

impl std::error::Error for OutOfRange {}

/// A price in ticks, 1 to [`MAX_PRICE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Price(NonZeroI64);

impl Price {
    /// The price of `ticks` ticks.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `1 <= ticks <= MAX_PRICE`.
    pub const fn new(ticks: i64) -> Result<Self, OutOfRange> {
        match NonZeroI64::new(ticks) {
            Some(price) if ticks >= 1 && ticks <= MAX_PRICE => Ok(Self(price)),
            _ => Err(OutOfRange { given: ticks as i128, min: 1, max: MAX_PRICE as i128 }),
        }
    }

    /// The lowest price: one tick.
    pub const LOWEST: Self = match Self::new(1) {
        Ok(price) => price,
        Err(_) => unreachable!(),
    };
    /// The highest price.
    pub const HIGHEST: Self = match Self::new(MAX_PRICE) {
        Ok(price) => price,
        Err(_) => unreachable!(),
    };

    /// The number of ticks.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0.get()
    }
}

/// A quantity in lots that is never zero: 1 to [`MAX_QTY`]. Orders and trades have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Qty(NonZeroU64);

impl Qty {
    /// The quantity of `lots` lots.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `1 <= lots <= MAX_QTY`.
    pub const fn new(lots: u64) -> Result<Self, OutOfRange> {
        match NonZeroU64::new(lots) {
            Some(qty) if lots <= MAX_QTY => Ok(Self(qty)),
            _ => Err(OutOfRange { given: lots as i128, min: 1, max: MAX_QTY as i128 }),
        }
    }

    /// The number of lots.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The same quantity where zero is possible.
    #[must_use]
    pub const fn lots(self) -> Lots {
        Lots(self.get())
    }
}

/// A quantity in lots that may be zero: what is left of an order, what rests at a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lots(u64);

impl Lots {
    /// No lots.
    pub const ZERO: Self = Self(0);

    /// `lots` lots. Any value: a level or a whole side may hold more than one order's [`MAX_QTY`].
    #[must_use]
    pub const fn new(lots: u64) -> Self {
        Self(lots)
    }

    /// The number of lots.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The same quantity where zero is impossible, or `None` at zero or above [`MAX_QTY`].
    #[must_use]
    pub fn qty(self) -> Option<Qty> {
        Qty::new(self.0).ok()
    }
}

/// A signed amount in minor units of one asset (cents, satoshi, shares), within plus or minus [`MAX_AMOUNT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `units` minor units.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `-MAX_AMOUNT <= units <= MAX_AMOUNT`.
    pub const fn new(units: i64) -> Result<Self, OutOfRange> {
        if units >= -MAX_AMOUNT && units <= MAX_AMOUNT {
            Ok(Self(units))
        } else {
            Err(OutOfRange { given: units as i128, min: -(MAX_AMOUNT as i128), max: MAX_AMOUNT as i128 })
        }
    }

    /// An amount the engine has proved to be in range: the sum over all accounts is capped at [`MAX_AMOUNT`].
    pub(crate) const fn proved(units: i64) -> Self {
        debug_assert!(units >= -MAX_AMOUNT && units <= MAX_AMOUNT);
        Self(units)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Nanoseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The given number of nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }
}

/// A fee as parts per million of the traded value, -100,000 to 100,000 (10 %). Below zero it is a rebate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct FeeRate(i32);

impl FeeRate {
    /// The highest rate: 10 %.
    pub const MAX_PPM: i32 = 100_000;
    /// No fee.
    pub const ZERO: Self = Self(0);

    /// A rate of `ppm` parts per million.
    ///
    /// # Errors
    /// [`OutOfRange`] outside plus or minus [`FeeRate::MAX_PPM`].
    pub const fn from_ppm(ppm: i32) -> Result<Self, OutOfRange> {
        if ppm >= -Self::MAX_PPM && ppm <= Self::MAX_PPM {
            Ok(Self(ppm))
        } else {
            Err(OutOfRange { given: ppm as i128, min: -(Self::MAX_PPM as i128), max: Self::MAX_PPM as i128 })
        }
    }

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> i32 {
        self.0
    }

    /// The fee on `value` minor units, rounded towards zero to the minor unit: a fee down, a rebate down too.
    ///
    /// Rounding a fee down keeps the parts of an order from ever costing more than the whole, so the hold that was
    /// made for the whole covers every way of filling it.
    pub(crate) const fn fee(self, value: i64) -> i64 {
        const MILLION: i64 = 1_000_000;
        debug_assert!(value >= 0);
        let rate = self.0 as i64;
        if value <= i64::MAX / Self::MAX_PPM as i64 {
            return value * rate / MILLION;
        }
        // Split, so that the product stays inside 64 bits: value <= 10^18, rate <= 10^5.
        (value / MILLION) * rate + (value % MILLION) * rate / MILLION
    }
}

/// Reads a unit through its own constructor, so that a decoded value is as checked as a parsed one.
macro_rules! deserialize_checked {
    ($unit:ty, $raw:ty, $new:expr) => {
        impl<'de> Deserialize<'de> for $unit {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $new(<$raw>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

deserialize_checked!(Price, i64, Price::new);
deserialize_checked!(Qty, u64, Qty::new);
deserialize_checked!(Amount, i64, Amount::new);
deserialize_checked!(FeeRate, i32, FeeRate::from_ppm);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        assert_eq!(Price::new(1).unwrap().get(), 1);
        assert_eq!(Price::new(MAX_PRICE).unwrap().get(), MAX_PRICE);
        assert_eq!(Price::new(0).unwrap_err().to_string(), format!("0 is outside 1 to {MAX_PRICE}"));
        assert!(Price::new(MAX_PRICE + 1).is_err());
        assert!(Price::new(i64::MIN).is_err());
        assert!(Qty::new(0).is_err());
        assert!(Qty::new(MAX_QTY).is_ok());
        assert!(Qty::new(u64::MAX).is_err());
        assert!(Amount::new(i64::MIN).is_err());
        assert!(FeeRate::from_ppm(100_001).is_err());
        assert_eq!(FeeRate::from_ppm(-100_000).map(FeeRate::ppm), Ok(-100_000));
        let beyond = FeeRate::from_ppm(-100_001).unwrap_err();
        assert_eq!(beyond.to_string(), "-100001 is outside -100000 to 100000");
    }

    #[test]
    fn fee_is_rounded_towards_zero() {
        for value in [0, 1, 999_999, 1_000_000, 1_000_001, 123_456_789_012, MAX_AMOUNT] {
            for ppm in [0, 1, 7, 1_000, 99_999, 100_000, -1, -7, -99_999, -100_000] {
                let exact = i128::from(value) * i128::from(ppm) / 1_000_000;
                assert_eq!(i128::from(FeeRate(ppm).fee(value)), exact, "{value} at {ppm} ppm");
            }
        }
    }
}
