//! One account as the page shows it.

use outcry_engine::{
    AccountId, Amount, AssetId, CancelReason, Conditions, InstrumentId, Lots, OrderId, Posting, Price, Qty,
    Side, Timestamp, TradeId, WaitsFor,
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
    /// Orders that the market canceled without being asked, newest first, at most 20; each with the last command
    /// that may have changed it.
    pub ended: Vec<(EndedOrder, u64)>,
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
    /// Its limit; a market order that waits has none.
    pub price: Option<Price>,
    /// Its total.
    pub quantity: Qty,
    /// What is left, with what is not shown of it.
    pub leaves: Lots,
    /// Whether it is post-only.
    pub posting: Posting,
    /// What else it asks for.
    pub conditions: Conditions,
    /// Where it stands.
    pub standing: Standing,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// The last command that may have changed it: with it the order is saved, and on disk.
    pub changed: u64,
}

/// Where an open order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// In the book.
    Rests,
    /// Outside the book.
    Waits {
        /// What for.
        waits_for: WaitsFor,
        /// The price at which it is triggered now, if it waits for one.
        trigger: Option<Price>,
    },
    /// Triggered; it enters with the next command of its instrument.
    Enters,
}

/// What the market canceled of an order without being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedOrder {
    /// The order.
    pub order: OrderId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// How much was canceled.
    pub canceled: Lots,
    /// Why.
    pub reason: CancelReason,
    /// When.
    pub at: Timestamp,
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
