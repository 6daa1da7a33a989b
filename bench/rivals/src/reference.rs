//! The reference: a book so plain that it can be believed. It is never timed.

use std::collections::{BTreeMap, VecDeque};

use crate::message::Side;
use crate::tally::{Depth, Tally};

/// One order, open or not; its index is its number.
#[derive(Clone, Copy, Debug)]
struct Order {
    side: Side,
    price: u32,
    left: u32,
    /// The message that entered it.
    entered: u32,
}

/// Price-time priority over two maps of queues.
#[derive(Debug, Default)]
pub struct Reference {
    bids: BTreeMap<u32, VecDeque<u32>>,
    asks: BTreeMap<u32, VecDeque<u32>>,
    orders: Vec<Order>,
    /// What it traded, orders named by their numbers.
    pub by_order: Tally,
    /// What it traded, orders named by the messages that entered them.
    pub by_message: Tally,
    /// Makers that the latest order filled.
    pub filled: Vec<u32>,
}

impl Reference {
    /// Enters an order; with no price it takes what is there and never rests. Its number, and whether it rests.
    pub fn enter(&mut self, side: Side, price: Option<u32>, quantity: u32, entered: u32) -> (u32, bool) {
        self.orders.push(Order { side, price: price.unwrap_or(0), left: quantity, entered });
        let number = u32::try_from(self.orders.len()).expect("a flow has fewer than 2^32 orders");
        self.filled.clear();
        while self.order(number).left > 0 {
            let Some((best, maker)) = self.front(side.opposite()) else { break };
            let reaches = price.is_none_or(|limit| match side {
                Side::Buy => limit >= best,
                Side::Sell => limit <= best,
            });
            if !reaches {
                break;
            }
            self.trade(number, maker, best);
        }
        let rests = price.is_some() && self.order(number).left > 0;
        if let (Some(price), true) = (price, rests) {
            self.side_mut(side).entry(price).or_default().push_back(number);
        }
        (number, rests)
    }

    /// Takes a resting order out of the book. The message that entered it.
    pub fn cancel(&mut self, number: u32) -> u32 {
        let Order { side, price, entered, .. } = self.order(number);
        self.leave(side, price, number);
        entered
    }

    /// The best price of a side.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<u32> {
        self.front(side).map(|(price, _)| price)
    }

    /// The lots that an order of `side` limited to `limit` could take, counted up to `most`.
    #[must_use]
    pub fn reach(&self, side: Side, limit: u32, most: u32) -> u32 {
        let mut lots = 0_u32;
        let mut count = |queue: &VecDeque<u32>| {
            lots = queue.iter().fold(lots, |lots, &order| lots.saturating_add(self.order(order).left));
            lots < most
        };
        match side {
            Side::Buy => self.asks.range(..=limit).all(|(_, queue)| count(queue)),
            Side::Sell => self.bids.range(limit..).rev().all(|(_, queue)| count(queue)),
        };
        lots.min(most)
    }

    /// The book by price.
    #[must_use]
    pub fn depth(&self) -> Depth {
        let side = |levels: &BTreeMap<u32, VecDeque<u32>>| {
            let lots = |queue: &VecDeque<u32>| queue.iter().map(|&o| u64::from(self.order(o).left)).sum();
            levels.iter().map(|(&price, queue)| (u64::from(price), lots(queue))).collect()
        };
        Depth { bids: side(&self.bids), asks: side(&self.asks) }
    }

    fn trade(&mut self, taker: u32, maker: u32, price: u32) {
        let lots = self.order(taker).left.min(self.order(maker).left);
        self.order_mut(taker).left -= lots;
        self.order_mut(maker).left -= lots;
        let (price_word, lots_word) = (u64::from(price), u64::from(lots));
        self.by_order.fill(maker.into(), taker.into(), price_word, lots_word);
        let (maker_entered, taker_entered) = (self.order(maker).entered, self.order(taker).entered);
        self.by_message.fill(maker_entered.into(), taker_entered.into(), price_word, lots_word);
        if self.order(maker).left == 0 {
            self.filled.push(maker);
            self.leave(self.order(maker).side, price, maker);
        }
    }

    fn leave(&mut self, side: Side, price: u32, number: u32) {
        let levels = self.side_mut(side);
        let queue = levels.get_mut(&price).expect("a resting order has a queue at its price");
        let place = queue.iter().position(|&other| other == number).expect("a resting order is in its queue");
        queue.remove(place);
        if queue.is_empty() {
            levels.remove(&price);
        }
    }

    fn front(&self, side: Side) -> Option<(u32, u32)> {
        let best = match side {
            Side::Buy => self.bids.last_key_value(),
            Side::Sell => self.asks.first_key_value(),
        };
        best.and_then(|(&price, queue)| queue.front().map(|&order| (price, order)))
    }

    const fn side_mut(&mut self, side: Side) -> &mut BTreeMap<u32, VecDeque<u32>> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    fn order(&self, number: u32) -> Order {
        self.orders[number as usize - 1]
    }

    fn order_mut(&mut self, number: u32) -> &mut Order {
        &mut self.orders[number as usize - 1]
    }
}
