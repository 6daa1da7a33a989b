//! orderbook-rs: skip lists of levels that many threads may use. Driven from one, as the flow demands, through the
//! calls that hand their trades back (`add_limit_order_with_user_and_result`, `submit_market_order_with_user`), with no
//! listener and with the account as its user: it keeps a list of orders for each user, and one list of all would make
//! every cancel move half of it.
//!
//! Its clock is replaced by one that stands still, which is cheaper than the system's: the other engines are told the
//! time or do not ask.

use std::sync::Arc;

use orderbook_rs::{Clock, Id, OrderBook, Side, TimeInForce, TimestampMs};
use pricelevel::{Hash32, Trade};

use super::Engine;
use crate::flow::Flow;
use crate::message::{self, Message};
use crate::tally::{Depth, Tally};

/// A book and the number of the next order.
pub struct OrderbookRs {
    book: OrderBook<()>,
    next: u64,
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
struct Still;

impl Clock for Still {
    fn now_millis(&self) -> TimestampMs {
        TimestampMs::new(1)
    }
}

/// An empty book.
#[must_use]
pub fn start(_: &Flow) -> Box<dyn Engine> {
    Box::new(OrderbookRs { book: OrderBook::with_clock("ACME", Arc::new(Still)), next: 1 })
}

impl OrderbookRs {
    fn next(&mut self) -> Id {
        let id = Id::sequential(self.next);
        self.next += 1;
        id
    }
}

impl Engine for OrderbookRs {
    fn play(&mut self, messages: &[Message], tally: &mut Tally) {
        for message in messages {
            match *message {
                Message::Limit { account, side, price, quantity } => {
                    let (id, price) = (self.next(), price.into());
                    let gtc = TimeInForce::Gtc;
                    let added = self.book.add_limit_order_with_user_and_result(
                        id,
                        price,
                        quantity.into(),
                        side.into(),
                        gtc,
                        user(account),
                        None,
                    );
                    match added {
                        Ok((order, result)) => {
                            tally.report(number(order.id()));
                            if let Some(result) = result {
                                read(result.match_result.trades().as_vec(), tally);
                            }
                        }
                        Err(_) => tally.refused += 1,
                    }
                }
                Message::Market { account, side, quantity } => {
                    let id = self.next();
                    match self.book.submit_market_order_with_user(
                        id,
                        quantity.into(),
                        side.into(),
                        user(account),
                    ) {
                        Ok(result) => {
                            tally.report(result.remaining_quantity().as_u64());
                            read(result.trades().as_vec(), tally);
                        }
                        Err(_) => tally.refused += 1,
                    }
                }
                Message::Cancel { order, .. } => match self.book.cancel_order(Id::sequential(order.into())) {
                    Ok(Some(order)) => tally.report(number(order.id())),
                    Ok(None) | Err(_) => tally.refused += 1,
                },
            }
        }
    }

    fn depth(&self) -> Depth {
        let (bids, asks) = self.book.get_volume_by_price().expect("the sums of a flow's levels are in range");
        let price = |price: u128| u64::try_from(price).unwrap_or(u64::MAX);
        Depth {
            bids: bids.into_iter().map(|(level, lots)| (price(level), lots)).collect(),
            asks: asks.into_iter().map(|(level, lots)| (price(level), lots)).collect(),
        }
    }
}

#[inline]
fn user(account: u32) -> Hash32 {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&account.to_be_bytes());
    Hash32::new(bytes)
}

#[inline]
fn number(id: Id) -> u64 {
    id.as_u64().unwrap_or(0)
}

#[inline]
fn read(trades: &[Trade], tally: &mut Tally) {
    for trade in trades {
        let price = u64::try_from(trade.price().as_u128()).unwrap_or(u64::MAX);
        tally.fill(
            number(trade.maker_order_id()),
            number(trade.taker_order_id()),
            price,
            trade.quantity().as_u64(),
        );
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
