//! What an uncross now would give.

use serde::{Deserialize, Serialize};

use crate::{Lots, Price, Side};

/// What an uncross now would give: the indicative price during a call, the price of the auction at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Indication {
    /// The price, or `None` where nothing is executable or no price can be found.
    pub price: Option<Price>,
    /// Lots that would trade; zero without a price.
    pub paired: Lots,
    /// Lots that would trade at the price and find no counterpart; zero without a price.
    pub surplus: Lots,
    /// On which side they are; `None` where there are none.
    pub surplus_side: Option<Side>,
    /// The step of the rulebook that left one price; `None` without a price.
    pub decided_by: Option<AuctionStep>,
}

impl Indication {
    /// Nothing would trade.
    pub const NOTHING: Self =
        Self { price: None, paired: Lots::ZERO, surplus: Lots::ZERO, surplus_side: None, decided_by: None };
}

/// The step of a [`Rulebook`](crate::auction::Rulebook) after which one price was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AuctionStep {
    /// One candidate has the largest executable quantity.
    Volume,
    /// One of these has the smallest surplus.
    Surplus,
    /// All of these have a surplus on the same side: the highest to buy, the lowest to sell.
    Pressure,
    /// As [`AuctionStep::Pressure`], stopped by the bound around the reference price.
    Bound,
    /// The reference price, the midpoint, or the middle of the range where there is neither: at it or nearest
    /// to it.
    Reference,
    /// There are market orders only: the reference price.
    MarketOrders,
    /// The price found lay outside what is allowed and was moved to its nearest edge.
    Collar,
}
