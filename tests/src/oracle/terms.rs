//! What a tick and a lot are worth in minor units, from the decimals of the terms.

use outcry_engine::{NewInstrument, Price, Reject, limits};
use rust_decimal::Decimal;

/// Refuses terms whose tick or lot gives no whole number of minor units.
pub(super) fn check(terms: &NewInstrument, base_decimals: u8, quote_decimals: u8) -> Result<(), Reject> {
    if terms.lot <= Decimal::ZERO || whole(&[terms.lot], base_decimals).is_none() {
        return Err(Reject::LotNotRepresentable { lot: terms.lot, decimals: base_decimals });
    }
    if terms.tick <= Decimal::ZERO || whole(&[terms.tick, terms.lot], quote_decimals).is_none() {
        return Err(Reject::TickNotRepresentable {
            tick: terms.tick,
            lot: terms.lot,
            decimals: quote_decimals,
        });
    }
    Ok(())
}

/// Minor units of the base asset in a quantity.
pub(crate) fn base_units(terms: &NewInstrument, base_decimals: u8, lots: u64) -> i128 {
    let lot_units = whole(&[terms.lot], base_decimals).expect("checked when the instrument was created");
    lot_units.saturating_mul(i128::from(lots))
}

/// Value of a quantity at a price in minor units of the quote asset.
pub(crate) fn value(terms: &NewInstrument, quote_decimals: u8, price: Price, lots: u64) -> i128 {
    let tick_value =
        whole(&[terms.tick, terms.lot], quote_decimals).expect("checked when the instrument was created");
    i128::from(price.get()).saturating_mul(i128::from(lots)).saturating_mul(tick_value)
}

/// The product of the factors in units of `10^-decimals`, if it is whole and not larger than an amount.
fn whole(factors: &[Decimal], decimals: u8) -> Option<i128> {
    let mut digits: i128 = 1;
    let mut places: u32 = 0;
    for factor in factors {
        let factor = factor.normalize();
        digits = digits.checked_mul(factor.mantissa())?;
        places += factor.scale();
    }
    let mut shift = i64::from(decimals) - i64::from(places);
    while shift < 0 {
        if digits % 10 != 0 {
            return None;
        }
        digits /= 10;
        shift += 1;
    }
    while shift > 0 {
        digits = digits.checked_mul(10)?;
        shift -= 1;
    }
    (digits.abs() <= i128::from(limits::MAX_AMOUNT)).then_some(digits)
}
