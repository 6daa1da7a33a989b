//! Whose rules find the price of an auction.

use serde::{Deserialize, Serialize};

use crate::{OutOfRange, Price};

/// How an auction chooses among the prices at which the most can trade: a setting of the instrument, named
/// after the venue it follows.
///
/// All four take the limits in the book as candidates, keep those with the largest executable quantity, and
/// of these those with the smallest surplus. They differ in what they do with the candidates that are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rulebook {
    /// Xetra: a surplus to buy takes the highest, a surplus to sell the lowest, otherwise the reference price
    /// as far as the range allows, on a limit or between limits. Market orders alone trade at the reference
    /// price.
    #[default]
    Xetra,
    /// Euronext: as Xetra, but instead of the reference price the limit nearest to it. Market orders alone
    /// trade at the reference price, which counts as a limit too where one side trades market orders only.
    Euronext,
    /// The crosses of Nasdaq: as Euronext, but the limit nearest to the midpoint of the inside quotes, and no
    /// further beyond these than the collar.
    Nasdaq {
        /// The collar in ticks, at least.
        collar: Price,
        /// The collar in parts per million of the midpoint, at least; 0 to 1,000,000.
        collar_ppm: u32,
    },
    /// Bounded pressure (ASX, Beacon DEX): a surplus to buy takes the highest, but no further than the bound
    /// above the reference; a surplus to sell the lowest, but no further than the bound below; otherwise the
    /// reference price as far as the range allows.
    Pressure {
        /// The bound in parts per million of the reference price, 0 to 1,000,000.
        bound_ppm: u32,
    },
}

impl Rulebook {
    /// The most parts per million of a collar or a bound.
    pub const MAX_PPM: u32 = 1_000_000;

    /// Whether its numbers are in range.
    ///
    /// # Errors
    /// [`OutOfRange`] where a part per million is above [`Rulebook::MAX_PPM`].
    pub const fn check(&self) -> Result<(), OutOfRange> {
        match *self {
            Self::Nasdaq { collar_ppm: ppm, .. } | Self::Pressure { bound_ppm: ppm }
                if ppm > Self::MAX_PPM =>
            {
                Err(OutOfRange { given: ppm as i128, min: 0, max: Self::MAX_PPM as i128 })
            }
            Self::Xetra | Self::Euronext | Self::Nasdaq { .. } | Self::Pressure { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_small_and_checked() {
        assert!(size_of::<Rulebook>() <= 24);
        assert_eq!(Rulebook::default(), Rulebook::Xetra);
        assert!(Rulebook::Pressure { bound_ppm: 1_000_000 }.check().is_ok());
        let refused = Rulebook::Pressure { bound_ppm: 1_000_001 }.check().unwrap_err();
        assert_eq!(refused.to_string(), "1000001 is outside 0 to 1000000");
        assert!(Rulebook::Nasdaq { collar: Price::new(50).unwrap(), collar_ppm: 1_000_001 }.check().is_err());
        assert!(Rulebook::Nasdaq { collar: Price::new(50).unwrap(), collar_ppm: 0 }.check().is_ok());
    }
}
