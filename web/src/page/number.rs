//! Numbers as the page prints them: exact to the last digit, digits in groups of three.
//!
//! Nothing here rounds, except where the name says so. Fields that a user edits get the plain form without
//! groups, which the engine's own parser reads back.

use outcry_engine::{Amount, Asset, Instrument, Lots, Price};
use rust_decimal::Decimal;

/// The minus sign that is as wide as a digit.
pub const MINUS: char = '\u{2212}';

/// `digits * 10^-scale` in groups of three, such as `48,478.88`.
#[must_use]
pub fn grouped(digits: i128, scale: u32) -> String {
    let text = digits.unsigned_abs().to_string();
    let scale = scale as usize;
    let padded = if text.len() <= scale { "0".repeat(scale + 1 - text.len()) + &text } else { text };
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    let mut out = String::with_capacity(padded.len() + padded.len() / 3 + 2);
    if digits < 0 {
        out.push(MINUS);
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if scale > 0 {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A count, such as `57,515`.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(i128::from(value), 0)
}

/// A price with all digits of the tick.
#[must_use]
pub fn price(instrument: &Instrument, price: Price) -> String {
    decimal(instrument.price_decimal(price))
}

/// A quantity with all digits of the lot.
#[must_use]
pub fn quantity(instrument: &Instrument, lots: Lots) -> String {
    decimal(instrument.quantity_decimal(lots))
}

/// An amount, without the zeros at its end beyond the second digit behind the point.
#[must_use]
pub fn amount(asset: &Asset, amount: Amount) -> String {
    let mut text = decimal(asset.decimal(amount));
    if let Some(point) = text.find('.') {
        while text.len() > point + 3 && text.ends_with('0') {
            text.pop();
        }
    }
    text
}

/// A price without groups, for a field.
#[must_use]
pub fn plain_price(instrument: &Instrument, price: Price) -> String {
    instrument.price_decimal(price).to_string()
}

/// A quantity without groups, for a field.
#[must_use]
pub fn plain_quantity(instrument: &Instrument, lots: Lots) -> String {
    instrument.quantity_decimal(lots).normalize().to_string()
}

/// How far `now` is from `then`, in percent, rounded towards zero to two digits: `+1.25 %`.
#[must_use]
pub fn change(then: Price, now: Price) -> String {
    let (then, now) = (i128::from(then.get()), i128::from(now.get()));
    let points = (now - then) * 10_000 / then;
    let sign = if points > 0 { "+" } else { "" };
    format!("{sign}{} %", grouped(points, 2))
}

/// Bytes in the unit that suits, rounded down: `1.4 MB`.
#[must_use]
pub fn bytes(value: u64) -> String {
    match value {
        0..1_000 => format!("{value} B"),
        1_000..1_000_000 => format!("{} kB", grouped(i128::from(value / 100), 1)),
        _ => format!("{} MB", grouped(i128::from(value / 100_000), 1)),
    }
}

/// A part of a whole in percent, rounded down; all of nothing is 100.
#[must_use]
pub fn percent(part: u64, whole: u64) -> u64 {
    let hundredfold = u128::from(part.min(whole)) * 100;
    hundredfold.checked_div(u128::from(whole)).and_then(|percent| u64::try_from(percent).ok()).unwrap_or(100)
}

fn decimal(value: Decimal) -> String {
    grouped(value.mantissa(), value.scale())
}
