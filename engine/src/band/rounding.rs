//! Rounding by name: which way a price or a part of a price goes.

use serde::{Deserialize, Serialize};

use crate::Price;

/// Which way to go to the next allowed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rounding {
    /// To the lower neighbour.
    Down,
    /// To the higher neighbour.
    Up,
    /// To the nearer neighbour; from the middle to the higher one.
    Nearest,
}

impl Rounding {
    /// `ppm` parts per million of a price, in whole ticks.
    pub(crate) fn share(self, price: Price, ppm: u32) -> i64 {
        const MILLION: i64 = 1_000_000;
        // Split, so that the products stay inside 64 bits: a price is at most 10^12 and a rate below 2^32.
        let (ticks, rate) = (price.get(), i64::from(ppm));
        let part = (ticks % MILLION) * rate;
        let rounded = match self {
            Self::Down => part / MILLION,
            Self::Up => (part + MILLION - 1) / MILLION,
            Self::Nearest => (part + MILLION / 2) / MILLION,
        };
        (ticks / MILLION) * rate + rounded
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits::MAX_PRICE;

    proptest! {
        /// Planted bug it catches: `MILLION / 2 - 1` for the half.
        #[test]
        fn share_is_exact(
            ticks in prop_oneof![1_i64..2_000_000, 1..=MAX_PRICE, Just(MAX_PRICE)],
            ppm in prop_oneof![Just(0_u32), Just(u32::MAX), Just(500_000), any::<u32>(), 0_u32..1_000_000],
        ) {
            let price = Price::new(ticks).unwrap();
            let exact = i128::from(ticks) * i128::from(ppm);
            let floor = exact.div_euclid(1_000_000);
            let rest = exact.rem_euclid(1_000_000);
            prop_assert_eq!(i128::from(Rounding::Down.share(price, ppm)), floor);
            prop_assert_eq!(i128::from(Rounding::Up.share(price, ppm)), floor + i128::from(rest > 0));
            let nearest = floor + i128::from(rest >= 500_000);
            prop_assert_eq!(i128::from(Rounding::Nearest.share(price, ppm)), nearest);
        }
    }
}
