//! The names and scales with which commands and events are written.

pub(crate) mod condition;
pub(crate) mod order;
pub(crate) mod session;
pub(crate) mod setting;

use outcry_engine::{
    Account, AccountId, AccountName, Amount, Asset, AssetId, Exchange, Instrument, InstrumentId, Lots, Price,
    Symbol,
};
use rust_decimal::Decimal;

use crate::decimal::DecimalText;

/// What ids and integers are called. `None` for what the exchange does not have.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a>(pub(crate) &'a Exchange);

impl<'a> Names<'a> {
    pub(crate) fn account(self, id: AccountId) -> Option<AccountName> {
        self.0.account(id).map(Account::name)
    }

    pub(crate) fn asset(self, id: AssetId) -> Option<Symbol> {
        self.0.asset(id).map(Asset::symbol)
    }

    pub(crate) fn amount(self, asset: AssetId, amount: Amount) -> Option<DecimalText> {
        self.0.asset(asset).map(|asset| DecimalText(asset.decimal(amount)))
    }

    pub(crate) fn scale(self, id: InstrumentId) -> Option<Scale<'a>> {
        self.0.instrument(id).map(Scale)
    }

    /// An amount of what an instrument is paid with.
    pub(crate) fn quote_amount(self, scale: Scale<'_>, amount: Amount) -> Option<DecimalText> {
        self.amount(scale.0.quote(), amount)
    }
}

/// The scale of an instrument's numbers.
#[derive(Clone, Copy)]
pub(crate) struct Scale<'a>(pub(crate) &'a Instrument);

impl Scale<'_> {
    pub(crate) fn symbol(self) -> Symbol {
        self.0.symbol()
    }

    pub(crate) fn price(self, price: Price) -> DecimalText {
        DecimalText(self.0.price_decimal(price))
    }

    pub(crate) fn quantity(self, lots: Lots) -> DecimalText {
        DecimalText(self.0.quantity_decimal(lots))
    }

    /// A number of ticks as a distance between prices.
    pub(crate) fn distance(self, ticks: impl Into<Decimal>) -> DecimalText {
        DecimalText(self.0.terms().tick.saturating_mul(ticks.into()))
    }
}
