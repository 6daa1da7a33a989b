//! Instruments, and the edge where their prices and quantities become decimals.

use std::hint::select_unpredictable;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::{self, DecimalError};
use crate::limits::MAX_AMOUNT;
use crate::{AssetId, FeeRate, Lots, NewInstrument, OutOfRange, Price, Qty, Reject, Side, Symbol};

/// Something that can be traded: its terms, and the integer scales that follow from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    terms: NewInstrument,
    /// Minor units of the base asset in one lot.
    lot_units: i64,
    /// Minor units of the quote asset that one lot costs at one tick.
    tick_value: i64,
}

impl Instrument {
    /// Derives the scales from the terms and the decimals of both assets.
    ///
    /// # Errors
    /// [`Reject::LotNotRepresentable`] or [`Reject::TickNotRepresentable`] if they are not whole numbers.
    pub fn from_terms(terms: NewInstrument, base_decimals: u8, quote_decimals: u8) -> Result<Self, Reject> {
        let lot_units = whole_units(&[terms.lot], base_decimals)
            .ok_or(Reject::LotNotRepresentable { lot: terms.lot, decimals: base_decimals })?;
        let tick_value =
            whole_units(&[terms.tick, terms.lot], quote_decimals).ok_or(Reject::TickNotRepresentable {
                tick: terms.tick,
                lot: terms.lot,
                decimals: quote_decimals,
            })?;
        Ok(Self { terms, lot_units, tick_value })
    }

    /// Its terms.
    #[must_use]
    pub const fn terms(&self) -> &NewInstrument {
        &self.terms
    }

    /// Its symbol.
    #[must_use]
    pub const fn symbol(&self) -> Symbol {
        self.terms.symbol
    }

    /// What is traded.
    #[must_use]
    pub const fn base(&self) -> AssetId {
        self.terms.base
    }

    /// What is paid with.
    #[must_use]
    pub const fn quote(&self) -> AssetId {
        self.terms.quote
    }

    /// Minor units of the base asset in one lot.
    #[must_use]
    pub const fn lot_units(&self) -> i64 {
        self.lot_units
    }

    /// Minor units of the quote asset that one lot costs at one tick: `value = ticks * lots * tick_value`.
    #[must_use]
    pub const fn tick_value(&self) -> i64 {
        self.tick_value
    }

    /// Reads a decimal price, exactly.
    ///
    /// # Errors
    /// [`DecimalError`] if it is not a decimal, off the tick or out of range.
    pub fn parse_price(&self, text: &str) -> Result<Price, DecimalError> {
        self.price_from(decimal::parse(text)?)
    }

    /// The price in ticks of a decimal, exactly.
    ///
    /// # Errors
    /// [`DecimalError`] if it is off the tick or out of range.
    pub fn price_from(&self, value: Decimal) -> Result<Price, DecimalError> {
        let range = |e| DecimalError::out_of_range(value, self.terms.tick, e);
        let widest = OutOfRange { given: 0, min: 1, max: i128::from(crate::limits::MAX_PRICE) };
        if value <= Decimal::ZERO {
            return Err(range(widest));
        }
        let ticks = decimal::steps(value, self.terms.tick).map_err(|e| match e {
            DecimalError::OutOfRange { .. } => range(widest),
            other => other,
        })?;
        Price::new(ticks).map_err(range)
    }

    /// Reads a decimal quantity, exactly.
    ///
    /// # Errors
    /// [`DecimalError`] if it is not a decimal, not a multiple of the lot or out of range.
    pub fn parse_quantity(&self, text: &str) -> Result<Qty, DecimalError> {
        self.quantity_from(decimal::parse(text)?)
    }

    /// The quantity in lots of a decimal, exactly.
    ///
    /// # Errors
    /// [`DecimalError`] if it is not a multiple of the lot or out of range.
    pub fn quantity_from(&self, value: Decimal) -> Result<Qty, DecimalError> {
        let range = |e| DecimalError::out_of_range(value, self.terms.lot, e);
        let out = OutOfRange { given: 0, min: 1, max: i128::from(crate::limits::MAX_QTY) };
        if value <= Decimal::ZERO {
            return Err(range(out));
        }
        let lots = decimal::steps(value, self.terms.lot).map_err(|e| match e {
            DecimalError::OutOfRange { .. } => range(out),
            other => other,
        })?;
        Qty::new(u64::try_from(lots).map_err(|_| range(out))?).map_err(range)
    }

    /// The price as a decimal, with as many digits as the tick has.
    #[must_use]
    pub fn price_decimal(&self, price: Price) -> Decimal {
        self.terms.tick.saturating_mul(Decimal::from(price.get()))
    }

    /// The quantity as a decimal, with as many digits as the lot has.
    #[must_use]
    pub fn quantity_decimal(&self, lots: Lots) -> Decimal {
        self.terms.lot.saturating_mul(Decimal::from(lots.get()))
    }

    /// Value in minor units of the quote asset, or `None` above [`MAX_AMOUNT`].
    #[must_use]
    pub fn value(&self, price: Price, lots: Lots) -> Option<i64> {
        let lots = i64::try_from(lots.get()).ok()?;
        let value = product(product(price.get(), lots)?, self.tick_value)?;
        (value <= MAX_AMOUNT).then_some(value)
    }

    /// Quantity in minor units of the base asset, or `None` above [`MAX_AMOUNT`].
    #[must_use]
    pub fn base_units(&self, lots: Lots) -> Option<i64> {
        let units = product(self.lot_units, i64::try_from(lots.get()).ok()?)?;
        (units <= MAX_AMOUNT).then_some(units)
    }

    /// The highest fee that a fill of a resting-capable order can cost.
    pub(crate) fn worst_fee(&self) -> FeeRate {
        self.terms.maker_fee.max(self.terms.taker_fee)
    }

    /// The asset that an order of this side gives.
    #[must_use]
    pub fn gives(&self, side: Side) -> AssetId {
        select_unpredictable(matches!(side, Side::Buy), self.terms.quote, self.terms.base)
    }
}

/// The product of two numbers that are not below zero.
///
/// Nearly always their lengths tell that it fits; a checked product of 64 bits is one of 128 in WebAssembly.
#[inline]
fn product(a: i64, b: i64) -> Option<i64> {
    debug_assert!(a >= 0 && b >= 0);
    if a.leading_zeros() + b.leading_zeros() > i64::BITS { Some(a * b) } else { a.checked_mul(b) }
}

/// The product of the factors in units of `10^-decimals`, if it is a whole number from 1 to [`MAX_AMOUNT`].
///
/// Multiplied digit by digit, because a product of two [`Decimal`]s is rounded to 28 places.
fn whole_units(factors: &[Decimal], decimals: u8) -> Option<i64> {
    let (mut digits, mut places) = (1_i128, 0_u32);
    for factor in factors.iter().map(Decimal::normalize) {
        digits = digits.checked_mul(factor.mantissa())?;
        places += factor.scale();
    }
    let decimals = u32::from(decimals);
    let units = if places <= decimals {
        digits.checked_mul(10_i128.checked_pow(decimals - places)?)?
    } else {
        let step = 10_i128.checked_pow(places - decimals)?;
        (digits % step == 0).then(|| digits / step)?
    };
    i64::try_from(units).ok().filter(|units| (1..=MAX_AMOUNT).contains(units))
}
