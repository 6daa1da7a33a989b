//! nanobook: ordered map of levels, hash map of all orders ever entered. Built without its event log, as its guide
//! advises for speed; its trades and its closed orders are cleared now and then, as the guide also says, which makes it half
//! as fast again over a million messages.
//!
//! Version 0.19.3 remembers where in the queue of its level an order stands when it enters, and does not count what
//! has left the front since. `Exchange::cancel` after a fill at the same price then strikes out another order, and
//! soon matching does not end (the test below pins the cause). Where a flow trades, an order is therefore canceled
//! through the book that the exchange lends: `PriceLevels::remove_order`, which looks for it in its queue.

use nanobook::{Exchange, OrderId, Price, Side, TimeInForce, Trade};

use super::Engine;
use crate::flow::Flow;
use crate::message::{self, Message};
use crate::tally::{Depth, Tally};

/// Messages after which the list of trades is cleared.
const TRADES_KEPT_FOR: u64 = 1_024;
/// Messages after which closed orders are cleared.
const ORDERS_KEPT_FOR: u64 = 102_400;

/// How orders are canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancels {
    /// `Exchange::cancel`.
    ByExchange,
    /// `PriceLevels::remove_order`.
    ByLevel,
}

/// An exchange with one book.
pub struct Nanobook {
    exchange: Exchange,
    cancels: Cancels,
    sent: u64,
}

/// An empty book, and the way of canceling that gives right results in this flow.
#[must_use]
pub fn start(flow: &Flow) -> Box<dyn Engine> {
    let cancels = if flow.by_order.fills == 0 { Cancels::ByExchange } else { Cancels::ByLevel };
    Box::new(Nanobook { exchange: Exchange::new(), cancels, sent: 0 })
}

impl Engine for Nanobook {
    fn play(&mut self, messages: &[Message], tally: &mut Tally) {
        for message in messages {
            match *message {
                Message::Limit { side, price, quantity, .. } => {
                    let price = Price(price.into());
                    let result =
                        self.exchange.submit_limit(side.into(), price, quantity.into(), TimeInForce::GTC);
                    read(result.order_id, result.resting_quantity, &result.trades, tally);
                }
                Message::Market { side, quantity, .. } => {
                    let result = self.exchange.submit_market(side.into(), quantity.into());
                    read(result.order_id, result.cancelled_quantity, &result.trades, tally);
                }
                Message::Cancel { order, .. } => match self.cancel(OrderId(order.into())) {
                    Some(quantity) => tally.report(quantity),
                    None => tally.refused += 1,
                },
            }
            self.sent += 1;
            if self.sent.is_multiple_of(TRADES_KEPT_FOR) {
                self.exchange.clear_trades();
            }
            if self.sent.is_multiple_of(ORDERS_KEPT_FOR) {
                self.exchange.clear_order_history();
            }
        }
    }

    fn depth(&self) -> Depth {
        let book = self.exchange.full_book();
        let price = |price: Price| price.0.unsigned_abs();
        Depth {
            bids: book.bids.iter().map(|level| (price(level.price), level.quantity)).collect(),
            asks: book.asks.iter().map(|level| (price(level.price), level.quantity)).collect(),
        }
    }
}

impl Nanobook {
    #[inline]
    fn cancel(&mut self, order: OrderId) -> Option<u64> {
        if self.cancels == Cancels::ByExchange {
            let result = self.exchange.cancel(order);
            return result.success.then_some(result.cancelled_quantity);
        }
        let book = self.exchange.book_mut();
        let entry = book.get_order_mut(order).filter(|entry| entry.is_active())?;
        let (side, price, canceled) = (entry.side, entry.price, entry.cancel());
        book.side_mut(side).remove_order(price, order, canceled).then_some(canceled)
    }
}

#[inline]
fn read(order: OrderId, left: u64, trades: &[Trade], tally: &mut Tally) {
    tally.report(order.0 ^ left);
    for trade in trades {
        let price = trade.price.0.unsigned_abs();
        tally.fill(trade.passive_order_id.0, trade.aggressor_order_id.0, price, trade.quantity);
    }
}

impl From<message::Side> for Side {
    fn from(side: message::Side) -> Self {
        match side {
            message::Side::Buy => Self::Buy,
            message::Side::Sell => Self::Sell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of three orders at a price the first is filled and the second canceled: the third is struck out in its stead.
    #[test]
    fn its_own_cancel_strikes_out_another_order_once_the_level_has_traded() {
        let mut exchange = Exchange::new();
        let [_, second, third] = [5, 7, 9].map(|quantity| {
            exchange.submit_limit(Side::Sell, Price(100), quantity, TimeInForce::GTC).order_id
        });
        exchange.submit_market(Side::Buy, 5);
        assert!(exchange.cancel(second).success);
        let level = exchange.book().asks().best_level().unwrap();
        let queue: Vec<OrderId> = level.iter().collect();
        assert_eq!(queue, [second], "the canceled order still waits, the open one ({third}) does not");
    }
}
