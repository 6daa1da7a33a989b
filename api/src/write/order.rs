//! The terms of an order as text.

use outcry_engine::{AccountName, NewOrder, OrderPrice, Posting, Symbol, TimeInForce};
use serde::Serialize;

use super::{Names, Scale};
use crate::decimal::DecimalText;
use crate::time::TimeText;
use crate::word::Word;

/// An order: the fields of `place` in docs/exec.md.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct OrderTermsText {
    pub account: AccountName,
    pub instrument: Symbol,
    pub side: &'static str,
    #[serde(flatten)]
    pub price: OrderPriceText,
    pub quantity: DecimalText,
    pub time_in_force: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<TimeText>,
    pub post_only: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reprice: bool,
}

/// How far an order may trade: `type`, and `price` of a limit order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct OrderPriceText {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<DecimalText>,
}

impl OrderPriceText {
    pub(crate) fn new(scale: Scale<'_>, price: OrderPrice) -> Self {
        let kind = match price {
            OrderPrice::Limit(_) => "limit",
            OrderPrice::Market => "market",
            OrderPrice::MarketToLimit => "market_to_limit",
        };
        Self { kind, price: price.limit().map(|price| scale.price(price)) }
    }
}

impl OrderTermsText {
    pub(crate) fn new(names: Names<'_>, order: &NewOrder) -> Option<Self> {
        let scale = names.scale(order.instrument)?;
        Some(Self {
            account: names.account(order.account)?,
            instrument: scale.symbol(),
            side: order.side.text(),
            price: OrderPriceText::new(scale, order.price),
            quantity: scale.quantity(order.quantity.lots()),
            time_in_force: match order.time_in_force {
                TimeInForce::GoodTillCancel => "gtc",
                TimeInForce::ImmediateOrCancel => "ioc",
                TimeInForce::FillOrKill => "fok",
                TimeInForce::Day => "day",
                TimeInForce::GoodTillDate(_) => "gtd",
            },
            expires: match order.time_in_force {
                TimeInForce::GoodTillDate(time) => Some(TimeText(time)),
                _ => None,
            },
            post_only: order.posting != Posting::Any,
            reprice: order.posting == Posting::PostOnlyReprice,
        })
    }
}
