//! lobster: ordered map of queues, arena of orders. Its default sizes: room for all orders of a flow made it slower.
//!
//! Version 0.7.0 keeps the empty queues of prices that have traded or been canceled away, and walks past them to find
//! the best price; a flow whose price moves leaves ever more of them.

use lobster::{FillMetadata, OrderBook, OrderEvent, OrderType, Side};

use super::Engine;
use crate::flow::Flow;
use crate::message::{self, Message};
use crate::tally::{Depth, Tally};

/// A book and the number of the next order.
pub struct Lobster {
    book: OrderBook,
    next: u128,
}

/// An empty book.
#[must_use]
pub fn start(_: &Flow) -> Box<dyn Engine> {
    Box::new(Lobster { book: OrderBook::default(), next: 1 })
}

impl Engine for Lobster {
    fn play(&mut self, messages: &[Message], tally: &mut Tally) {
        for message in messages {
            let order = match *message {
                Message::Limit { side, price, quantity, .. } => OrderType::Limit {
                    id: self.next(),
                    side: side.into(),
                    qty: quantity.into(),
                    price: price.into(),
                },
                Message::Market { side, quantity, .. } => {
                    OrderType::Market { id: self.next(), side: side.into(), qty: quantity.into() }
                }
                Message::Cancel { order, .. } => OrderType::Cancel { id: order.into() },
            };
            read(&self.book.execute(order), tally);
        }
    }

    fn depth(&self) -> Depth {
        // It answers all levels whatever is asked for, and makes room for as many as are.
        let depth = self.book.depth(0);
        Depth {
            bids: depth.bids.iter().map(|level| (level.price, level.qty)).collect(),
            asks: depth.asks.iter().map(|level| (level.price, level.qty)).collect(),
        }
    }
}

impl Lobster {
    #[inline]
    const fn next(&mut self) -> u128 {
        let id = self.next;
        self.next += 1;
        id
    }
}

#[inline]
fn read(event: &OrderEvent, tally: &mut Tally) {
    match event {
        OrderEvent::Unfilled { id } | OrderEvent::Placed { id } | OrderEvent::Canceled { id } => {
            tally.report(number(*id));
        }
        OrderEvent::PartiallyFilled { id, filled_qty, fills }
        | OrderEvent::Filled { id, filled_qty, fills } => {
            tally.report(number(*id) ^ *filled_qty);
            for FillMetadata { order_1, order_2, qty, price, .. } in fills {
                tally.fill(number(*order_2), number(*order_1), *price, *qty);
            }
        }
    }
}

/// Orders are numbered from 1, and few.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a flow has fewer than 2^32 orders")]
const fn number(id: u128) -> u64 {
    id as u64
}

impl From<message::Side> for Side {
    fn from(side: message::Side) -> Self {
        match side {
            message::Side::Buy => Self::Bid,
            message::Side::Sell => Self::Ask,
        }
    }
}
