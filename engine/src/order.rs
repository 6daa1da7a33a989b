//! What a plain order asks for: side, price, quantity and how long it lives. What else an order may ask for stands in
//! [`condition`](crate::Conditions).

use serde::{Deserialize, Serialize};

use crate::{AccountId, InstrumentId, Price, Qty, Timestamp};

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Bids: the highest price is best.
    Buy,
    /// Asks: the lowest price is best.
    Sell,
}

impl Side {
    /// Both sides, buy first.
    pub const BOTH: [Self; 2] = [Self::Buy, Self::Sell];

    /// The side it trades against.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Whether an order of this side limited to `limit` may trade at `price`.
    #[must_use]
    pub const fn crosses(self, limit: Price, price: Price) -> bool {
        // One comparison for both sides: no branch has to be guessed.
        self.rank(limit) <= self.rank(price)
    }

    /// The price as a number that is lower the better the price is on this side.
    #[must_use]
    pub(crate) const fn rank(self, price: Price) -> i64 {
        match self {
            Self::Buy => -price.get(),
            Self::Sell => price.get(),
        }
    }
}

/// What an order is willing to pay or take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderPrice {
    /// No worse than this price.
    Limit(Price),
    /// Whatever the book offers.
    Market,
    /// Whatever the book offers; what is left rests at the price of the last fill. Canceled on an empty book.
    MarketToLimit,
}

impl OrderPrice {
    /// The limit, if it has one.
    #[must_use]
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Limit(price) => Some(price),
            Self::Market | Self::MarketToLimit => None,
        }
    }
}

/// How long an order lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeInForce {
    /// GTC: rests until filled or canceled.
    GoodTillCancel,
    /// IOC: trades what is there; the rest is canceled.
    ImmediateOrCancel,
    /// FOK: trades whole at once or is canceled whole, on an empty book too.
    FillOrKill,
    /// DAY: rests until the end of the instrument's day ([`InstrumentSetting::DayEnd`](crate::InstrumentSetting)).
    Day,
    /// GTD: rests until this time, which must lie ahead. It is expired at that time, before a command stamped with it.
    GoodTillDate(Timestamp),
}

impl TimeInForce {
    /// Whether what is left of the order rests.
    #[must_use]
    pub const fn rests(self) -> bool {
        matches!(self, Self::GoodTillCancel | Self::Day | Self::GoodTillDate(_))
    }
}

/// Whether an order may take liquidity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Posting {
    /// May trade on entry.
    #[default]
    Any,
    /// Post-only: refused if it would trade on entry.
    PostOnly,
    /// Post-only, repriced: if it would trade on entry, its limit becomes the price one tick short of that.
    PostOnlyReprice,
}

/// A new order.
///
/// A market order is [`TimeInForce::ImmediateOrCancel`] or [`TimeInForce::FillOrKill`]; a market-to-limit order and a
/// post-only order, which is a limit order, may rest. Other combinations are refused. In a call auction an IOC order
/// stands until the uncross and FOK is refused.
///
/// On entry, what it can cost must be available: a buyer's limit times the quantity and the higher of both fees on it, or,
/// for a market order, what the book offers now and the taker's fee on it; a seller's whole quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewOrder {
    /// Who orders.
    pub account: AccountId,
    /// What is ordered.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Limit, market or market-to-limit.
    pub price: OrderPrice,
    /// Total quantity.
    pub quantity: Qty,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Whether it may take.
    pub posting: Posting,
}
