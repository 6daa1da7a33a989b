//! What goes into the price of an auction: the orders as two curves, and what is known from outside.

use crate::{Price, Side};

/// The orders that wait for an uncross.
pub(crate) trait Interest {
    /// Lots of market orders of a side.
    fn market(&self, side: Side) -> u64;

    /// Lots by limit price of a side, best price first; a price may come more than once. Icebergs and hidden
    /// orders count in full.
    fn limits(&self, side: Side) -> impl Iterator<Item = (Price, u64)>;

    /// Lots of a side that may trade at `price`: B(p) of the buys, S(p) of the sells.
    ///
    /// Sums saturate, and never do: what an order can cost is held when it is entered, and no more than
    /// [`MAX_AMOUNT`](crate::limits::MAX_AMOUNT) of an asset exists.
    fn executable(&self, side: Side, price: Price) -> u64 {
        self.limits(side)
            .take_while(|&(limit, _)| side.crosses(limit, price))
            .fold(self.market(side), |sum, (_, lots)| sum.saturating_add(lots))
    }
}

/// What a rulebook may look at beside the orders.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guide {
    /// The reference price: of the last trade or auction, or as set.
    pub(crate) reference: Option<Price>,
    /// The best quotes of the continuous market before the call. Nasdaq only.
    pub(crate) inside: Option<Inside>,
    /// Where the price must lie, whatever the rulebook: what the market orders of the call hold covers no
    /// more. Edges on valid prices.
    pub(crate) within: Option<Collar>,
}

/// The best quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    pub(crate) bid: Price,
    pub(crate) ask: Price,
}

/// A range of prices, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collar {
    pub(crate) low: Price,
    pub(crate) high: Price,
}

impl Collar {
    /// The price of the range that is nearest to `price`.
    pub(crate) fn nearest(self, price: Price) -> Price {
        price.max(self.low).min(self.high)
    }
}
