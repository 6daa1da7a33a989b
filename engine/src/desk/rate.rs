//! The rate of a cash desk, and the coins that an amount of money buys at it.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};

use super::Refusal;
use crate::Amount;
use crate::limits::MAX_AMOUNT;

/// Money for one whole coin: a decimal above zero, exact, kept without zeros at its end so that equal rates have one
/// form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Rate(Decimal);

/// How many digits behind the decimal point the minor units of both assets of a desk have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scales {
    /// Of the currency, 0 to [`MAX_DECIMALS`](crate::limits::MAX_DECIMALS).
    pub(crate) money: u8,
    /// Of what the desk sells, 0 to [`MAX_DECIMALS`](crate::limits::MAX_DECIMALS).
    pub(crate) coins: u8,
}

impl Rate {
    /// The rate of `rate` money for one whole coin.
    ///
    /// # Errors
    /// [`Refusal::RateNotPositive`].
    pub fn new(rate: Decimal) -> Result<Self, Refusal> {
        if rate <= Decimal::ZERO {
            return Err(Refusal::RateNotPositive { rate });
        }
        Ok(Self(rate.normalize()))
    }

    /// Money for one whole coin.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// The coins that `amount` of money buys: `amount / rate`, exact, rounded up to the coin's minor unit.
    ///
    /// `None` if that is more than [`MAX_AMOUNT`], or if the amount is negative.
    pub(crate) fn coins(self, amount: Amount, scales: Scales) -> Option<Amount> {
        let money = u128::try_from(amount.get()).ok()?;
        let divisor = self.0.mantissa().unsigned_abs();
        // In minor units of both: coins = money x 10^raised / (divisor x 10^lowered).
        let (raised, lowered) = (u32::from(scales.coins) + self.0.scale(), u32::from(scales.money));
        // Rounding up twice is rounding up once: for whole a, k, m, ceil(ceil(a / k) / m) = ceil(a / (k m)).
        let money = money.div_ceil(10_u128.pow(lowered.saturating_sub(raised)));
        // Long division, a decimal digit at a time, because the product would need 200 bits. The divisor is
        // below 2^96 and the quotient at most MAX_AMOUNT before each step, so no step overflows.
        let (mut quotient, mut rest) = (money / divisor, money % divisor);
        for _ in lowered..raised {
            rest *= 10;
            quotient = quotient * 10 + rest / divisor;
            rest %= divisor;
            if quotient > u128::from(MAX_AMOUNT.unsigned_abs()) {
                return None;
            }
        }
        if rest > 0 {
            quotient += 1;
        }
        i64::try_from(quotient).ok().and_then(|coins| Amount::new(coins).ok())
    }
}

/// Through the constructor, so that a decoded rate is as checked as a set one.
impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(<Decimal as Deserialize>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::Error;

    use super::*;

    const FIAT_FOR_BTC: Scales = Scales { money: 2, coins: 8 };

    fn rate(text: &str) -> Rate {
        Rate::new(text.parse().unwrap()).unwrap()
    }

    fn amount(units: i64) -> Amount {
        Amount::new(units).unwrap()
    }

    /// The decimal digits of a whole number, the lowest first, times `10^zeros`.
    fn digits(number: impl ToString, zeros: u32) -> Vec<u32> {
        let number = number.to_string();
        let mut digits = vec![0; usize::try_from(zeros).unwrap()];
        digits.extend(number.chars().rev().map(|digit| digit.to_digit(10).unwrap()));
        digits
    }

    /// The product of two numbers in decimal digits, as taught at school.
    fn product(left: &[u32], right: &[u32]) -> Vec<u32> {
        let mut places = vec![0; left.len() + right.len()];
        for (i, x) in left.iter().enumerate() {
            for (j, y) in right.iter().enumerate() {
                places[i + j] += x * y;
            }
        }
        let mut carry = 0;
        for place in &mut places {
            (*place, carry) = ((*place + carry) % 10, (*place + carry) / 10);
        }
        assert_eq!(carry, 0);
        places
    }

    fn compare(left: &[u32], right: &[u32]) -> Ordering {
        let digit = |digits: &[u32], place: usize| digits.get(place).copied().unwrap_or(0);
        let places = 0..left.len().max(right.len());
        places
            .rev()
            .map(|i| digit(left, i).cmp(&digit(right, i)))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Whether the coins are worth the money or more, by products of rationals of any size and no division:
    /// coins / 10^c x m / 10^s >= money / 10^d is coins x m x 10^d >= money x 10^(c + s).
    fn worth(coins: i64, rate: Rate, money: Amount, scales: Scales) -> bool {
        let value = product(&digits(coins, u32::from(scales.money)), &digits(rate.0.mantissa(), 0));
        compare(&value, &digits(money.get(), u32::from(scales.coins) + rate.0.scale())).is_ge()
    }

    /// Whether `coins` is `money / rate` rounded up: worth the money, and one less is not.
    fn is_exact(coins: Option<i64>, rate: Rate, money: Amount, scales: Scales) -> bool {
        match coins {
            Some(coins) => worth(coins, rate, money, scales) && !worth(coins - 1, rate, money, scales),
            None => !worth(MAX_AMOUNT, rate, money, scales),
        }
    }

    #[test]
    fn vectors() {
        let (usd, eur, gbp) = (rate("48478.88"), rate("41191.91"), rate("35330.89"));
        for (rate, cents, satoshi) in [
            (usd, 1, 21),
            (usd, 10_000, 206_276),
            (usd, 12_345, 254_647),
            (eur, 10_000, 242_767),
            (gbp, 10_000, 283_039),
            (gbp, 1, 29),
            (usd, 123_456_789, 2_546_609_761),
            (usd, 484_788_800, 10_000_000_000),
            (usd, 484_788_801, 10_000_000_021),
        ] {
            assert_eq!(rate.coins(amount(cents), FIAT_FOR_BTC), Some(amount(satoshi)), "{rate:?} {cents}");
            assert!(is_exact(Some(satoshi), rate, amount(cents), FIAT_FOR_BTC), "{rate:?} {cents}");
        }
    }

    /// The extremes of every operand, checked by products. The second method can fail: it refuses one coin more and
    /// one less. Planted in `coins`: no rounding up, rounding up where nothing is left, the division by
    /// `10^lowered` rounded down, the bound on the quotient left out (an overflow); each was caught here.
    #[test]
    fn extremes_agree_with_products_of_any_size() {
        let amounts = [1, 2, 3, 7, 10, 99, 100, 101, 99_999_999_999, MAX_AMOUNT - 1, MAX_AMOUNT];
        let rates = [Decimal::ONE, Decimal::MAX, Decimal::MAX - Decimal::ONE, Decimal::new(3, 0)];
        let ends = [0, 2, 8, 11, 12];
        let (mut some, mut none) = (0, 0);
        for amount in amounts.map(amount) {
            for (mut decimal, places) in rates.into_iter().flat_map(|r| [0, 1, 2, 14, 27, 28].map(|p| (r, p)))
            {
                decimal.set_scale(places).unwrap();
                let rate = Rate::new(decimal).unwrap();
                for scales in ends.into_iter().flat_map(|money| ends.map(|coins| Scales { money, coins })) {
                    let coins = rate.coins(amount, scales).map(Amount::get);
                    assert!(
                        is_exact(coins, rate, amount, scales),
                        "{amount:?} {rate:?} {scales:?} {coins:?}"
                    );
                    match coins {
                        Some(coins) => {
                            assert!(coins >= 1);
                            assert!(!is_exact(Some(coins - 1), rate, amount, scales));
                            assert!(!is_exact(Some(coins + 1), rate, amount, scales));
                            some += 1;
                        }
                        None => none += 1,
                    }
                }
            }
        }
        assert!(some > 1_000 && none > 1_000, "{some} results, {none} of them too large");
    }

    proptest! {
        /// As above, for operands of every length.
        #[test]
        fn coins_agree_with_products_of_any_size(
            money in (1..=MAX_AMOUNT, 0..60_u32).prop_map(|(units, cut)| (units >> cut).max(1)),
            mantissa in (any::<u128>(), 32..128_u32).prop_map(|(bits, cut)| (bits >> cut).max(1)),
            places in 0..=28_u32,
            (money_decimals, coin_decimals) in (0..=12_u8, 0..=12_u8),
        ) {
            let rate = Rate::new(Decimal::from_i128_with_scale(mantissa.cast_signed(), places)).unwrap();
            let scales = Scales { money: money_decimals, coins: coin_decimals };
            let coins = rate.coins(amount(money), scales).map(Amount::get);
            prop_assert!(is_exact(coins, rate, amount(money), scales), "{:?}", coins);
        }
    }

    #[test]
    fn a_rate_is_above_zero_and_has_one_form() {
        for text in ["0", "0.00", "-0.01"] {
            let given = text.parse().unwrap();
            assert_eq!(Rate::new(given), Err(Refusal::RateNotPositive { rate: given }));
        }
        assert_eq!(rate("41191.90").decimal().to_string(), "41191.9");
        let read = |text| Rate::deserialize(IntoDeserializer::<Error>::into_deserializer(text));
        assert_eq!(read("41191.90").unwrap().decimal().to_string(), "41191.9");
        assert_eq!(read("0").unwrap_err().to_string(), "the rate 0 is not above zero");
    }
}
