//! All order books: who rests at which price, in which order.
//!
//! Orders and price levels live in two slabs shared by all instruments, so a quiet instrument costs two empty
//! maps. Both sides run the same code: a level is keyed by [`Side::rank`], which is lower the better the price.

mod level;
mod slab;
mod table;

use std::collections::BTreeMap;

use crate::{AccountId, InstrumentId, Lots, OrderId, Posting, Price, Qty, Side};

pub use level::Level;
pub(crate) use level::LevelQueue;
use slab::Slab;
pub(crate) use slab::Slot;
use table::OrderTable;

/// An order that rests in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestingOrder {
    /// Its id.
    pub order: OrderId,
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// Its total.
    pub quantity: Qty,
    /// What is left.
    pub leaves: Qty,
    /// Whether it may take when it is replaced.
    pub posting: Posting,
}

/// Where a resting order stands: its level, and its neighbours in that level's queue.
///
/// Kept beside the orders and not in them: taking an order out touches its neighbours' links, and twelve bytes each
/// stay in the cache where whole orders do not.
#[derive(Clone, Copy, Debug)]
struct Link {
    level: Slot,
    prev: Option<Slot>,
    next: Option<Slot>,
}

/// The two sides of one instrument's book.
#[derive(Clone, Debug, Default)]
struct Sides {
    // Ordered maps: the best level is the first entry, far prices cost nothing, and iteration is in price order.
    buy: BTreeMap<i64, Slot>,
    sell: BTreeMap<i64, Slot>,
}

impl Sides {
    const fn side(&self, side: Side) -> &BTreeMap<i64, Slot> {
        match side {
            Side::Buy => &self.buy,
            Side::Sell => &self.sell,
        }
    }

    const fn side_mut(&mut self, side: Side) -> &mut BTreeMap<i64, Slot> {
        match side {
            Side::Buy => &mut self.buy,
            Side::Sell => &mut self.sell,
        }
    }
}

/// Every book of the exchange.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// Indexed by instrument.
    sides: Vec<Sides>,
    orders: Slab<RestingOrder>,
    /// Indexed by the order's slot; what stands at a free slot means nothing.
    links: Vec<Link>,
    levels: Slab<LevelQueue>,
    table: OrderTable,
}

impl Books {
    pub(crate) fn add_instrument(&mut self) {
        self.sides.push(Sides::default());
    }

    pub(crate) fn len(&self) -> u64 {
        self.orders.len()
    }

    /// Where an open order is.
    #[inline]
    pub(crate) fn find(&self, order: OrderId) -> Option<Slot> {
        self.table.find(order)
    }

    #[inline]
    pub(crate) fn resting(&self, slot: Slot) -> &RestingOrder {
        &self.orders[slot]
    }

    /// The best price of a side.
    #[inline]
    pub(crate) fn best(&self, instrument: InstrumentId, side: Side) -> Option<Price> {
        let (_, &slot) = self.sides[instrument.index()].side(side).first_key_value()?;
        Some(self.levels[slot].price)
    }

    /// The order that trades next on a side.
    #[inline]
    pub(crate) fn front(&self, instrument: InstrumentId, side: Side) -> Option<Slot> {
        let (_, &slot) = self.sides[instrument.index()].side(side).first_key_value()?;
        Some(self.levels[slot].head)
    }

    /// The levels of a side, best first.
    pub(crate) fn levels(
        &self,
        instrument: InstrumentId,
        side: Side,
    ) -> impl Iterator<Item = &LevelQueue> + '_ {
        self.sides[instrument.index()].side(side).values().map(|&slot| &self.levels[slot])
    }

    /// The level at a price.
    pub(crate) fn level(&self, instrument: InstrumentId, side: Side, price: Price) -> Option<&LevelQueue> {
        let slot = *self.sides[instrument.index()].side(side).get(&side.rank(price))?;
        Some(&self.levels[slot])
    }

    /// The orders of a level in priority order.
    pub(crate) fn queue<'a>(&'a self, level: &'a LevelQueue) -> impl Iterator<Item = &'a RestingOrder> + 'a {
        std::iter::successors(Some(level.head), |&slot| self.links[slot.index()].next)
            .map(|slot| &self.orders[slot])
    }

    /// Puts an order at the end of its price's queue; answers what is before it there.
    pub(crate) fn rest(&mut self, resting: RestingOrder) -> Lots {
        let levels = self.sides[resting.instrument.index()].side_mut(resting.side);
        let slot = self.orders.next_slot();
        let leaves = resting.leaves.get();
        let (level, ahead, prev) = match levels.entry(resting.side.rank(resting.price)) {
            std::collections::btree_map::Entry::Occupied(entry) => {
                let level = &mut self.levels[*entry.get()];
                let (ahead, prev) = (level.quantity, level.tail);
                level.quantity += leaves;
                level.orders += 1;
                level.tail = slot;
                self.links[prev.index()].next = Some(slot);
                (*entry.get(), ahead, Some(prev))
            }
            std::collections::btree_map::Entry::Vacant(entry) => {
                let level =
                    LevelQueue { price: resting.price, quantity: leaves, orders: 1, head: slot, tail: slot };
                (*entry.insert(self.levels.insert(level)), 0, None)
            }
        };
        let link = Link { level, prev, next: None };
        match self.links.get_mut(slot.index()) {
            Some(place) => *place = link,
            None => self.links.push(link),
        }
        let inserted = self.orders.insert(resting);
        debug_assert_eq!(inserted, slot);
        self.table.insert(resting.order, slot);
        Lots::new(ahead)
    }

    /// Takes an order out of the book.
    pub(crate) fn remove(&mut self, slot: Slot) -> RestingOrder {
        let resting = self.orders.remove(slot);
        let link = self.links[slot.index()];
        self.table.remove(resting.order);
        if let Some(prev) = link.prev {
            self.links[prev.index()].next = link.next;
        }
        if let Some(next) = link.next {
            self.links[next.index()].prev = link.prev;
        }
        let level = &mut self.levels[link.level];
        level.quantity -= resting.leaves.get();
        level.orders -= 1;
        match (link.prev, link.next) {
            (None, None) => {
                self.levels.remove(link.level);
                let levels = self.sides[resting.instrument.index()].side_mut(resting.side);
                levels.remove(&resting.side.rank(resting.price));
            }
            (None, Some(next)) => level.head = next,
            (Some(prev), None) => level.tail = prev,
            (Some(_), Some(_)) => {}
        }
        resting
    }

    /// Lowers what is left of an order, which keeps its place.
    pub(crate) fn reduce(&mut self, slot: Slot, quantity: Qty, leaves: Qty) {
        let resting = &mut self.orders[slot];
        debug_assert!(leaves <= resting.leaves);
        self.levels[self.links[slot.index()].level].quantity -= resting.leaves.get() - leaves.get();
        resting.quantity = quantity;
        resting.leaves = leaves;
    }

    /// Walks all structures and panics with the rule that is broken.
    pub(crate) fn check(&self) {
        let (mut orders, mut levels) = (0, 0);
        for (instrument, sides) in (0..).map(InstrumentId::new).zip(&self.sides) {
            for side in Side::BOTH {
                for (&rank, &slot) in sides.side(side) {
                    let level = &self.levels[slot];
                    assert_eq!(rank, side.rank(level.price), "a level is keyed by its price");
                    orders += self.check_level(instrument, side, slot, level);
                    levels += 1;
                }
            }
            if let (Some(bid), Some(ask)) =
                (self.best(instrument, Side::Buy), self.best(instrument, Side::Sell))
            {
                assert!(bid < ask, "the book of instrument {instrument} is crossed");
            }
        }
        assert_eq!(orders, self.orders.len(), "every order rests at a level");
        assert_eq!(levels, self.levels.len(), "every level is in a book");
        assert_eq!(orders, self.table.len(), "every order is in the table");
        self.orders.check();
        self.levels.check();
    }

    fn check_level(&self, instrument: InstrumentId, side: Side, slot: Slot, level: &LevelQueue) -> u64 {
        let (mut quantity, mut count, mut prev, mut at) = (0, 0, None, Some(level.head));
        while let Some(current) = at {
            let (resting, link) = (&self.orders[current], self.links[current.index()]);
            assert_eq!(link.prev, prev, "the queue is linked both ways");
            assert_eq!(link.level, slot, "an order knows its level");
            assert_eq!(
                (resting.instrument, resting.side, resting.price),
                (instrument, side, level.price),
                "an order rests where it belongs"
            );
            assert!(resting.leaves <= resting.quantity, "no more is left than was ordered");
            assert_eq!(self.find(resting.order), Some(current), "an order is found by its id");
            quantity += resting.leaves.get();
            count += 1;
            prev = at;
            at = link.next;
        }
        assert_eq!(prev, Some(level.tail), "the queue ends at its tail");
        assert!(count > 0, "no level is empty");
        assert_eq!((quantity, count), (level.quantity, u64::from(level.orders)), "a level knows its sums");
        count
    }
}
