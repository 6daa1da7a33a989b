//! The recorded orders as orders of our exchange.
//!
//! Every recorded order that came in while its level was visible is one order here, known by the venue's number.
//! What was there before, or came in outside the visible levels, is only known as a quantity at a price: it is
//! one order without a number.

use std::collections::BTreeMap;

use outcry_engine::{
    Command, Exchange, Lots, NewOrder, OrderId, OrderPrice, Posting, Price, Qty, RestingOrder, Side,
    TimeInForce, Timestamp,
};

use crate::market::{Market, accepted};

use super::listing::Listing;
use super::message::{Change, Visible};

/// Which of our orders is which of the venue's.
#[derive(Clone, Debug)]
pub(super) struct Mirror {
    pub(super) listing: Listing,
    /// Our order of each of the venue's numbers, and back; open orders only. Ordered maps, for they are few and
    /// never walked.
    orders: BTreeMap<u64, OrderId>,
    numbers: BTreeMap<OrderId, u64>,
}

impl Mirror {
    /// Nothing mirrored yet.
    pub(super) const fn new(listing: Listing) -> Self {
        Self { listing, orders: BTreeMap::new(), numbers: BTreeMap::new() }
    }

    /// Does to the exchange's book what a message says of the recorded one.
    pub(super) fn apply(&mut self, market: &mut impl Market, at: Timestamp, visible: &Visible) {
        let &Visible { change, order, quantity, price, side } = visible;
        match change {
            Change::Added => self.add(market, at, Some(order), (side, price, quantity)),
            Change::Reduced | Change::Deleted | Change::Executed => self.remove(market, at, visible),
        }
    }

    /// Adds an order that rests. It never takes: what would trade was not recorded as an order.
    pub(super) fn add(
        &mut self,
        market: &mut impl Market,
        at: Timestamp,
        number: Option<u64>,
        (side, price, quantity): (Side, Price, Qty),
    ) {
        let order = NewOrder {
            account: self.listing.account(side),
            instrument: self.listing.instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::PostOnly,
        };
        let events = market.submit(at, Command::PlaceOrder(order));
        if let (Some(number), Some(order)) = (number, accepted(events, &order)) {
            self.orders.insert(number, order);
            self.numbers.insert(order, number);
        }
    }

    /// Takes a quantity away: from the order that the message names, and what that order does not have from the
    /// quantity without a number at its price.
    fn remove(&mut self, market: &mut impl Market, at: Timestamp, visible: &Visible) {
        let mut left = visible.quantity.lots();
        if let Some(order) = self.named(market.exchange(), visible) {
            left = self.cut(market, at, &order, left);
        }
        if !left.is_zero() {
            for order in self.level(market.exchange(), visible.side, visible.price) {
                if self.number(order.order).is_none() {
                    left = self.cut(market, at, &order, left);
                }
            }
        }
    }

    /// Cuts an order by a quantity; answers what of the quantity the order did not have.
    fn cut(&mut self, market: &mut impl Market, at: Timestamp, order: &RestingOrder, by: Lots) -> Lots {
        let &RestingOrder { account, order: id, price, quantity, leaves, .. } = order;
        if by.get() >= leaves.get() {
            self.cancel(market, at, order);
            return Lots::new(by.get() - leaves.get());
        }
        if let Ok(quantity) = Qty::new(quantity.get() - by.get()) {
            market.submit(at, Command::ReplaceOrder { account, order: id, price, quantity });
        }
        Lots::ZERO
    }

    /// Takes an order out of the book.
    pub(super) fn cancel(&mut self, market: &mut impl Market, at: Timestamp, order: &RestingOrder) {
        market.submit(at, Command::CancelOrder { account: order.account, order: order.order });
        self.forget(order.order);
    }

    /// An order is closed: its number means nothing any more.
    pub(super) fn forget(&mut self, order: OrderId) {
        if let Some(number) = self.numbers.remove(&order) {
            self.orders.remove(&number);
        }
    }

    /// The order that a message names, if it rests where the message says.
    pub(super) fn named(&self, exchange: &Exchange, visible: &Visible) -> Option<RestingOrder> {
        let order = exchange.order(*self.orders.get(&visible.order)?)?;
        (order.side == visible.side && order.price == visible.price).then_some(order)
    }

    /// The venue's number of an order.
    pub(super) fn number(&self, order: OrderId) -> Option<u64> {
        self.numbers.get(&order).copied()
    }

    /// The orders at a price, first in the queue first.
    pub(super) fn level(&self, exchange: &Exchange, side: Side, price: Price) -> Vec<RestingOrder> {
        let queue = exchange.queue(self.listing.instrument, side);
        queue.skip_while(|order| order.price != price).take_while(|order| order.price == price).collect()
    }
}
