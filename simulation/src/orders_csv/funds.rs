//! What the orders of a file hold together, against what the account has.

use std::collections::BTreeMap;

use outcry_engine::{AccountId, AssetId, Exchange, NewOrder, OrderPrice, Side};
use rust_decimal::Decimal;

/// Holds added up as if none of the orders traded.
pub(super) struct Funds<'a> {
    exchange: &'a Exchange,
    account: AccountId,
    /// What is held of each asset so far, in minor units, and whether it was said that it is too much.
    held: BTreeMap<AssetId, (i128, bool)>,
}

impl<'a> Funds<'a> {
    pub(super) const fn new(exchange: &'a Exchange, account: AccountId) -> Self {
        Self { exchange, account, held: BTreeMap::new() }
    }

    /// Adds an order; says so, once for each asset, where that is more than the account has available.
    pub(super) fn hold(&mut self, order: &NewOrder) -> Option<String> {
        let instrument = self.exchange.instrument(order.instrument)?;
        let OrderPrice::Limit(price) = order.price else { return None };
        let (asset, units) = match order.side {
            Side::Buy => {
                let terms = instrument.terms();
                let value = i128::from(instrument.value(price, order.quantity.lots())?);
                let ppm = i128::from(terms.maker_fee.max(terms.taker_fee).ppm());
                (instrument.quote(), value + value * ppm / 1_000_000)
            }
            Side::Sell => (instrument.base(), i128::from(instrument.base_units(order.quantity.lots())?)),
        };
        let (held, said) = self.held.entry(asset).or_default();
        *held += units;
        let available = self.exchange.balance(self.account, asset).available;
        if *held <= i128::from(available.get()) || *said {
            return None;
        }
        *said = true;
        let decimals = self.exchange.asset(asset)?.decimals();
        let needed = Decimal::try_from_i128_with_scale(*held, u32::from(decimals)).ok()?.normalize();
        let available = self.exchange.asset(asset)?.decimal(available).normalize();
        let symbol = self.exchange.asset(asset)?.symbol();
        Some(format!(
            "the orders up to here need {needed} {symbol}, fees included; the account has {available} available"
        ))
    }
}
