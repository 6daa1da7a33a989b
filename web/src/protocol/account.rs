//! One account as the page shows it.

use outcry_engine::{
    AccountId, Amount, AssetId, InstrumentId, OrderId, OrderPrice, Posting, Price, Qty, Side, Timestamp,
    TradeId, WaitsFor,
};
use serde::{Deserialize, Serialize};

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountView {
    /// Which.
    pub account: Option<AccountId>,
    /// Available and held, of each asset that it ever had.
    pub balances: Vec<AssetBalance>,
    /// Open orders, newest first, at most 500.
    pub orders: Vec<WorkingOrder>,
    /// Open orders in all.
    pub order_count: u32,
    /// Fills, newest first, at most 200.
    pub fills: Vec<Fill>,
}

/// What an account has of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetBalance {
    /// Of what.
    pub asset: AssetId,
    /// Free to use.
    pub available: Amount,
    /// Reserved for open orders.
    pub held: Amount,
}

/// An open order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingOrder {
    /// Its id.
    pub order: OrderId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// Its limit, or market.
    pub price: OrderPrice,
    /// Its total.
    pub quantity: Qty,
    /// What is left.
    pub leaves: Qty,
    /// Whether it is post-only.
    pub posting: Posting,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// What it waits for outside the book; `None` if it rests.
    pub waits: Option<Waits>,
}

/// What an order outside the book waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waits {
    /// To be triggered at this price.
    Trigger(Price),
    /// Something else.
    For(WaitsFor),
    /// Nothing: it was triggered and enters with the next command of its instrument.
    Fired,
}

/// A trade from one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The trade.
    pub trade: TradeId,
    /// The account's order.
    pub order: OrderId,
    /// Of what.
    pub instrument: InstrumentId,
    /// Bought or sold.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
    /// The fee paid, in the quote asset.
    pub fee: Amount,
    /// Whether the account's order rested.
    pub maker: bool,
    /// When.
    pub at: Timestamp,
}
