//! All order books: who rests at which price, in which order.
//!
//! Orders and price levels live in two slabs shared by all instruments, so a quiet instrument costs two empty
//! maps. Both sides run the same code: a level is keyed by [`Side::rank`], which is lower the better the price.

#![expect(dead_code, reason = "the rules that use all of it are wired in by the commits that follow")]

mod flags;
mod layer;
mod level;
mod slab;
mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountId, InstrumentId, Lots, OrderId, Posting, Price, Qty, Side};

pub use flags::OrderFlags;
pub use layer::Layer;
pub use level::Level;
pub(crate) use level::LevelQueue;
use slab::Slab;
pub(crate) use slab::Slot;
use table::OrderTable;

/// An order that rests in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestingOrder {
    /// Its id.
    pub order: OrderId,
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// In which layer.
    pub layer: Layer,
    /// On which side.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// Its total.
    pub quantity: Qty,
    /// What is left; of an order with a reserve, what is left of the part displayed.
    pub leaves: Qty,
    /// What it carries beside.
    pub flags: OrderFlags,
}

impl RestingOrder {
    /// Whether it may take when it is replaced.
    #[must_use]
    pub const fn posting(&self) -> Posting {
        self.flags.posting()
    }
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

/// The sides of both layers of one instrument's book.
#[derive(Clone, Debug, Default)]
struct Sides {
    // Ordered maps: the best level is the first entry, far prices cost nothing, and iteration is in price order.
    lit: [BTreeMap<i64, Slot>; 2],
    dark: [BTreeMap<i64, Slot>; 2],
}

impl Sides {
    const fn side(&self, layer: Layer, side: Side) -> &BTreeMap<i64, Slot> {
        match layer {
            Layer::Lit => &self.lit[side as usize],
            Layer::Dark => &self.dark[side as usize],
        }
    }

    const fn side_mut(&mut self, layer: Layer, side: Side) -> &mut BTreeMap<i64, Slot> {
        match layer {
            Layer::Lit => &mut self.lit[side as usize],
            Layer::Dark => &mut self.dark[side as usize],
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
    pub(crate) fn resting(&self, slot: Slot) -> RestingOrder {
        self.orders[slot]
    }

    /// The best price of a side.
    #[inline]
    pub(crate) fn best(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Option<Price> {
        let (_, &slot) = self.sides[instrument.index()].side(layer, side).first_key_value()?;
        Some(self.levels[slot].price)
    }

    /// The order that trades next on a side.
    #[inline]
    pub(crate) fn front(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Option<Slot> {
        let (_, &slot) = self.sides[instrument.index()].side(layer, side).first_key_value()?;
        Some(self.levels[slot].head)
    }

    /// The levels of a side, best first.
    pub(crate) fn levels(
        &self,
        instrument: InstrumentId,
        layer: Layer,
        side: Side,
    ) -> impl Iterator<Item = LevelQueue> + '_ {
        self.sides[instrument.index()].side(layer, side).values().map(|&slot| self.levels[slot])
    }

    /// The level at a price.
    pub(crate) fn level(
        &self,
        instrument: InstrumentId,
        layer: Layer,
        side: Side,
        price: Price,
    ) -> Option<LevelQueue> {
        let slot = *self.sides[instrument.index()].side(layer, side).get(&side.rank(price))?;
        Some(self.levels[slot])
    }

    /// The orders of a level in priority order.
    pub(crate) fn queue(&self, level: LevelQueue) -> impl Iterator<Item = RestingOrder> + '_ {
        self.queue_slots(level).map(|slot| self.orders[slot])
    }

    /// Where the orders of a level are, in priority order.
    pub(crate) fn queue_slots(&self, level: LevelQueue) -> impl Iterator<Item = Slot> + '_ {
        std::iter::successors(Some(level.head), |&slot| self.links[slot.index()].next)
    }

    /// Every resting order: by instrument, lit before dark, buys before sells, best price and longest wait first.
    pub(crate) fn orders(&self) -> impl Iterator<Item = RestingOrder> + '_ {
        self.order_slots().map(|slot| self.orders[slot])
    }

    /// Where the orders of [`Books::orders`] are.
    pub(crate) fn order_slots(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..).map(InstrumentId::new).take(self.sides.len()).flat_map(move |instrument| {
            Layer::BOTH
                .into_iter()
                .flat_map(|layer| Side::BOTH.map(|side| (layer, side)))
                .flat_map(move |(layer, side)| self.levels(instrument, layer, side))
                .flat_map(|level| self.queue_slots(level))
        })
    }

    /// Puts an order at the end of its price's queue; answers what is before it there.
    pub(crate) fn rest(&mut self, resting: RestingOrder) -> Lots {
        let levels = self.sides[resting.instrument.index()].side_mut(resting.layer, resting.side);
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
                let level = LevelQueue {
                    price: resting.price,
                    quantity: leaves,
                    reserve: 0,
                    orders: 1,
                    head: slot,
                    tail: slot,
                };
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

    /// Takes an order out of the book. What it had in reserve is taken out before ([`Books::set_reserve`]).
    pub(crate) fn remove(&mut self, slot: Slot) -> RestingOrder {
        let resting = self.orders.remove(slot);
        self.table.remove(resting.order);
        let link = self.links[slot.index()];
        self.unlink(link);
        let level = &mut self.levels[link.level];
        level.quantity -= resting.leaves.get();
        level.orders -= 1;
        if level.orders == 0 {
            debug_assert_eq!(level.reserve, 0, "an order left its reserve behind");
            self.levels.remove(link.level);
            let levels = self.sides[resting.instrument.index()].side_mut(resting.layer, resting.side);
            levels.remove(&resting.side.rank(resting.price));
        }
        resting
    }

    /// Closes the gap that an order leaves in its queue.
    fn unlink(&mut self, link: Link) {
        match link.prev {
            Some(prev) => self.links[prev.index()].next = link.next,
            None => self.levels[link.level].head = link.next.unwrap_or(self.levels[link.level].head),
        }
        match link.next {
            Some(next) => self.links[next.index()].prev = link.prev,
            None => self.levels[link.level].tail = link.prev.unwrap_or(self.levels[link.level].tail),
        }
    }

    /// Lowers total and rest of an order, which keeps its place.
    pub(crate) fn reduce(&mut self, slot: Slot, quantity: Qty, leaves: Qty) {
        let resting = &mut self.orders[slot];
        debug_assert!(leaves <= resting.leaves);
        self.levels[self.links[slot.index()].level].quantity -= resting.leaves.get() - leaves.get();
        resting.quantity = quantity;
        resting.leaves = leaves;
    }

    /// Fills a part of an order, at least a lot less than what is left of it: the whole is [`Books::remove`] or
    /// [`Books::refill`].
    #[inline]
    pub(crate) fn take(&mut self, slot: Slot, lots: u64) {
        let resting = &mut self.orders[slot];
        self.levels[self.links[slot.index()].level].quantity -= lots;
        resting.leaves = Qty::new(resting.leaves.get() - lots).expect("a part of an order leaves something");
    }

    /// Fills all that an order displays and shows its next part: it goes to the end of its price's queue. Answers
    /// what is before it there.
    pub(crate) fn refill(&mut self, slot: Slot, leaves: Qty) -> Lots {
        let filled = std::mem::replace(&mut self.orders[slot].leaves, leaves);
        let link = self.links[slot.index()];
        let ahead = self.levels[link.level].quantity - filled.get();
        if link.next.is_some() {
            self.unlink(link);
            let tail = std::mem::replace(&mut self.levels[link.level].tail, slot);
            self.links[tail.index()].next = Some(slot);
            self.links[slot.index()] = Link { prev: Some(tail), next: None, ..link };
        }
        self.levels[link.level].quantity = ahead + leaves.get();
        Lots::new(ahead)
    }

    /// Changes what an order has in reserve from `old` to `new` lots, in the sum of its level.
    pub(crate) fn set_reserve(&mut self, slot: Slot, old: u64, new: u64) {
        let level = &mut self.levels[self.links[slot.index()].level];
        level.reserve = level.reserve - old + new;
    }

    /// Changes the marks of an order.
    pub(crate) fn set_flags(&mut self, slot: Slot, flags: OrderFlags) {
        self.orders[slot].flags = flags;
    }

    /// Whether the lit layer of an instrument is locked or crossed, as it may be during a call only.
    pub(crate) fn is_crossed(&self, instrument: InstrumentId) -> bool {
        let best = |side| self.best(instrument, Layer::Lit, side);
        matches!((best(Side::Buy), best(Side::Sell)), (Some(bid), Some(ask)) if bid >= ask)
    }

    /// Walks all structures and panics with the rule that is broken. Whether an instrument may be crossed is its
    /// caller's to know ([`Books::is_crossed`]).
    pub(crate) fn check(&self) {
        let (mut orders, mut levels) = (0, 0);
        for (instrument, sides) in (0..).map(InstrumentId::new).zip(&self.sides) {
            for (layer, side) in
                Layer::BOTH.into_iter().flat_map(|layer| Side::BOTH.map(|side| (layer, side)))
            {
                for (&rank, &slot) in sides.side(layer, side) {
                    let level = &self.levels[slot];
                    assert_eq!(rank, side.rank(level.price), "a level is keyed by its price");
                    orders += self.check_level((instrument, layer, side), slot, level);
                    levels += 1;
                }
            }
        }
        assert_eq!(orders, self.orders.len(), "every order rests at a level");
        assert_eq!(levels, self.levels.len(), "every level is in a book");
        assert_eq!(orders, self.table.len(), "every order is in the table");
        self.orders.check();
        self.levels.check();
    }

    fn check_level(&self, book: (InstrumentId, Layer, Side), slot: Slot, level: &LevelQueue) -> u64 {
        let (mut quantity, mut count, mut prev, mut at) = (0, 0, None, Some(level.head));
        while let Some(current) = at {
            let (resting, link) = (&self.orders[current], self.links[current.index()]);
            assert_eq!(link.prev, prev, "the queue is linked both ways");
            assert_eq!(link.level, slot, "an order knows its level");
            assert_eq!(
                ((resting.instrument, resting.layer, resting.side), resting.price),
                (book, level.price),
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
