//! The book of one instrument as JSON: by price level (L2) and order by order (L3), best first.

use outcry_engine::{AccountName, Exchange, InstrumentId, Side, Symbol};
use serde::Serialize;

use crate::decimal::DecimalText;
use crate::time::TimeText;
use crate::write::Scale;

/// The whole book after a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookLine {
    /// The number of the last command.
    pub sequence: u64,
    /// The time of the exchange.
    pub at: TimeText,
    /// The instrument.
    pub book: Symbol,
    /// By price.
    pub l2: Sides<LevelText>,
    /// Order by order, in the order they trade.
    pub l3: Sides<OrderText>,
}

/// Both sides of a book, each with its best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sides<T> {
    /// Buy orders: the highest price first.
    pub bids: Vec<T>,
    /// Sell orders: the lowest price first.
    pub asks: Vec<T>,
}

/// A price level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelText {
    /// The price.
    pub price: DecimalText,
    /// What rests there in all.
    pub quantity: DecimalText,
    /// Of how many orders.
    pub orders: u32,
}

/// A resting order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderText {
    /// Its number.
    pub order: u64,
    /// Whose it is.
    pub account: AccountName,
    /// Its price.
    pub price: DecimalText,
    /// Its total quantity, filled or not.
    pub quantity: DecimalText,
    /// What is left of it.
    pub leaves: DecimalText,
}

impl BookLine {
    /// The book of an instrument, or `None` if there is no such instrument.
    #[must_use]
    pub fn new(exchange: &Exchange, id: InstrumentId) -> Option<Self> {
        let scale = Scale(exchange.instrument(id)?);
        let levels = |side| {
            exchange
                .depth(id, side)
                .map(|level| LevelText {
                    price: scale.price(level.price),
                    quantity: scale.quantity(level.quantity),
                    orders: level.orders,
                })
                .collect()
        };
        let orders = |side| {
            exchange
                .queue(id, side)
                .map(|resting| OrderText {
                    order: resting.order.get(),
                    account: exchange.account(resting.account).expect("a resting order has an owner").name(),
                    price: scale.price(resting.price),
                    quantity: scale.quantity(resting.quantity.lots()),
                    leaves: scale.quantity(resting.leaves.lots()),
                })
                .collect()
        };
        Some(Self {
            sequence: exchange.sequence(),
            at: TimeText(exchange.now()),
            book: scale.symbol(),
            l2: Sides { bids: levels(Side::Buy), asks: levels(Side::Sell) },
            l3: Sides { bids: orders(Side::Buy), asks: orders(Side::Sell) },
        })
    }
}
