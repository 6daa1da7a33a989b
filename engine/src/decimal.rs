//! Decimal text in, integer steps out: the one place where a user's number is read.
//!
//! Reading is exact. Nothing is rounded; a number that does not fit is refused with what would.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::OutOfRange;

/// Why a text is not a price, quantity or amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Nothing was given.
    Empty,
    /// Not a plain decimal number such as `12` or `0.05`.
    NotANumber {
        /// What was given, cut to 32 characters.
        given: String,
    },
    /// Not a multiple of the step.
    NotAMultiple {
        /// Given.
        given: Decimal,
        /// Allowed step.
        step: Decimal,
    },
    /// Outside the allowed range.
    OutOfRange {
        /// Given.
        given: Decimal,
        /// Lowest allowed.
        min: Decimal,
        /// Highest allowed.
        max: Decimal,
    },
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "is empty"),
            Self::NotANumber { given } => write!(f, "{given:?} is not a decimal number such as 12 or 0.05"),
            Self::NotAMultiple { given, step } => {
                write!(f, "{given} is not a multiple of {}", step.normalize())
            }
            Self::OutOfRange { given, min, max } => {
                write!(f, "{given} is outside {} to {}", min.normalize(), max.normalize())
            }
        }
    }
}

impl std::error::Error for DecimalError {}

impl DecimalError {
    /// Translates a range in steps into one in decimals.
    pub(crate) fn out_of_range(given: Decimal, step: Decimal, range: OutOfRange) -> Self {
        let scaled = |steps: i128| Decimal::from_i128_with_scale(steps, 0).saturating_mul(step);
        Self::OutOfRange { given, min: scaled(range.min), max: scaled(range.max) }
    }
}

/// Reads a plain decimal: an optional minus, digits, an optional point and digits. No exponent, no separators.
///
/// # Errors
/// [`DecimalError::Empty`] or [`DecimalError::NotANumber`].
pub fn parse(text: &str) -> Result<Decimal, DecimalError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DecimalError::Empty);
    }
    let not_a_number = || DecimalError::NotANumber { given: text.chars().take(32).collect() };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().filter(|&b| b == b'.').count() <= 1
        && digits.bytes().any(|b| b.is_ascii_digit());
    if !plain {
        return Err(not_a_number());
    }
    Decimal::from_str_exact(text).map_err(|_| not_a_number())
}

/// How many `step`s make up `value`, exactly.
pub(crate) fn steps(value: Decimal, step: Decimal) -> Result<i64, DecimalError> {
    let too_large = || DecimalError::OutOfRange {
        given: value,
        min: Decimal::from(i64::MIN).saturating_mul(step),
        max: Decimal::from(i64::MAX).saturating_mul(step),
    };
    let remainder = value.checked_rem(step).ok_or_else(too_large)?;
    if !remainder.is_zero() {
        return Err(DecimalError::NotAMultiple { given: value, step });
    }
    value.checked_div(step).and_then(|count| count.to_i64()).ok_or_else(too_large)
}

/// The minor unit of an asset with that many decimals: `10^-decimals`.
pub(crate) fn power_of_ten(decimals: u8) -> Decimal {
    Decimal::new(1, u32::from(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["12", "0.05", "-3.10", ".5", "5.", " 7 "] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in ["1e5", "1,000", "0x10", "+1", "--1", "1.2.3", ".", "-", "NaN", "inf", "١"] {
            assert!(matches!(parse(text), Err(DecimalError::NotANumber { .. })), "{text}");
        }
        assert_eq!(parse("  "), Err(DecimalError::Empty));
        // More digits than can be held are refused, not rounded.
        assert!(parse("0.00000000000000000000000000000001").is_err());
        assert!(parse("99999999999999999999999999999999").is_err());
    }

    #[test]
    fn steps_are_exact() {
        let tick = Decimal::new(1, 2);
        assert_eq!(steps(Decimal::new(10005, 2), tick), Ok(10005));
        assert_eq!(
            steps(Decimal::new(10005, 3), tick).unwrap_err().to_string(),
            "10.005 is not a multiple of 0.01"
        );
        assert!(steps(Decimal::MAX, tick).is_err());
    }
}
