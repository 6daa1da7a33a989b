//! Assets, and the edge where their amounts become decimals.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::{self, DecimalError};
use crate::{Amount, Symbol};

/// A currency, coin or stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    symbol: Symbol,
    decimals: u8,
}

impl Asset {
    /// An asset whose amounts are parsed and printed with `decimals` digits, at most
    /// [`MAX_DECIMALS`](crate::limits::MAX_DECIMALS).
    #[must_use]
    pub const fn new(symbol: Symbol, decimals: u8) -> Self {
        Self { symbol, decimals }
    }

    /// Its symbol.
    #[must_use]
    pub const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Digits behind the decimal point of its minor unit.
    #[must_use]
    pub const fn decimals(&self) -> u8 {
        self.decimals
    }

    /// Reads a decimal amount such as `100.25`, exactly.
    ///
    /// # Errors
    /// [`DecimalError`] if it is not a plain decimal, has more digits than the asset, or is out of range.
    pub fn parse_amount(&self, text: &str) -> Result<Amount, DecimalError> {
        let value = decimal::parse(text)?;
        let step = decimal::power_of_ten(self.decimals);
        let units = decimal::steps(value, step)?;
        Amount::new(units).map_err(|e| DecimalError::out_of_range(value, step, e))
    }

    /// The amount as a decimal with all digits of the asset.
    #[must_use]
    pub fn decimal(&self, amount: Amount) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(amount.get()), u32::from(self.decimals))
    }
}
