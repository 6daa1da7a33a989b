//! One trader's turn: where it sits, what it sees, and its dice.

use outcry_engine::{
    AccountId, Command, Exchange, InstrumentId, NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Side,
    TimeInForce, Timestamp,
};

use crate::market::{Market, accepted};
use crate::random::Random;

use super::opening::Listing;

/// Where a trader trades.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) account: AccountId,
    pub(super) instrument: InstrumentId,
    pub(super) listing: &'static Listing,
}

/// What a trader decides with.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) seat: Seat,
    pub(super) at: Timestamp,
    /// What the instrument is worth, in ticks.
    pub(super) value: i64,
    pub(super) random: &'a mut Random,
}

impl Turn<'_> {
    /// Either side, as likely.
    pub(super) fn any_side(&mut self) -> Side {
        if self.random.chance(500_000) { Side::Buy } else { Side::Sell }
    }

    /// Places an order that may rest and answers its id, or `None` where it was refused.
    pub(super) fn place(
        &self,
        market: &mut impl Market,
        (side, price, quantity): (Side, Price, Qty),
        posting: Posting,
    ) -> Option<OrderId> {
        let order = NewOrder {
            account: self.seat.account,
            instrument: self.seat.instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting,
        };
        accepted(market.submit(self.at, Command::PlaceOrder(order)), &order)
    }

    /// Cancels one of its own orders, where it is still open.
    pub(super) fn cancel(&self, market: &mut impl Market, order: OrderId) {
        if market.exchange().order(order).is_some() {
            market.submit(self.at, Command::CancelOrder { account: self.seat.account, order });
        }
    }
}

impl Seat {
    /// This trader's open orders of a side, best first.
    pub(super) fn open_orders(&self, exchange: &Exchange, side: Side) -> Vec<OrderId> {
        let own = exchange.queue(self.instrument, side).filter(|order| order.account == self.account);
        own.map(|order| order.order).collect()
    }

    /// The best price on the listing's grid, no better than `ticks`, at which an order rests without trading.
    pub(super) fn resting_price(&self, exchange: &Exchange, side: Side, ticks: i64) -> Option<Price> {
        let ticks = match (side, exchange.best(self.instrument, side.opposite())) {
            (_, None) => ticks,
            (Side::Buy, Some(ask)) => ticks.min(ask.get() - 1),
            (Side::Sell, Some(bid)) => ticks.max(bid.get() + 1),
        };
        let below = ticks.rem_euclid(self.listing.grid);
        let ticks = match side {
            Side::Sell if below > 0 => ticks - below + self.listing.grid,
            Side::Buy | Side::Sell => ticks - below,
        };
        Price::new(ticks).ok()
    }
}

/// A distance away from the middle of the market, as a change of price.
pub(super) const fn outwards(side: Side, distance: i64) -> i64 {
    match side {
        Side::Buy => -distance,
        Side::Sell => distance,
    }
}
