//! All order books: who rests at which price, in which order.
//!
//! Orders and price levels live in two slabs shared by all instruments, so a quiet instrument costs little more than
//! two empty ladders. Both sides run the same code: a level is keyed by [`Side::rank`], which is lower the better
//! the price.

mod flags;
mod layer;
mod level;
mod slab;
mod record;
mod window;
mod ladder;
mod table;
mod stored;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{AccountId, InstrumentId, Lots, OrderId, Posting, Price, Qty, Side};

pub use flags::OrderFlags;
use ladder::Ladder;
pub use layer::Layer;
use level::BookSide;
pub use level::Level;
pub(crate) use level::LevelQueue;
use record::{Link, OrderRecord};
pub(crate) use slab::Slot;
use slab::{Slab, push};
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
    /// Counts its changes. From 1 at its entry; whoever takes an order out and rests it again counts that.
    pub version: u32,
}

impl RestingOrder {
    /// Whether it may take when it is replaced.
    #[must_use]
    pub const fn posting(&self) -> Posting {
        self.flags.posting()
    }
}

/// The sides of both layers of one instrument's book.
#[derive(Clone, Debug, Default)]
struct Sides {
    /// Indexed by side.
    lit: [Ladder; 2],
    /// Indexed by side; most instruments never have one.
    dark: Option<Box<[Ladder; 2]>>,
}

impl Sides {
    #[inline]
    fn ladder(&self, layer: Layer, side: Side) -> Option<&Ladder> {
        match layer {
            Layer::Lit => Some(&self.lit[side as usize]),
            Layer::Dark => Some(&self.dark.as_ref()?[side as usize]),
        }
    }

    #[inline]
    fn ladder_mut(&mut self, layer: Layer, side: Side) -> &mut Ladder {
        match layer {
            Layer::Lit => &mut self.lit[side as usize],
            Layer::Dark => &mut self.dark.get_or_insert_default()[side as usize],
        }
    }
}

/// A plain order that rests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainOrder {
    slot: Slot,
    level: Slot,
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) leaves: Qty,
}

/// Every book of the exchange.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// Indexed by instrument.
    sides: Vec<Sides>,
    orders: Slab<OrderRecord>,
    /// Indexed by the order's slot; what stands at a free slot means nothing.
    links: Vec<Link>,
    levels: Slab<LevelQueue>,
    table: OrderTable,
}

impl Books {
    pub(crate) fn add_instrument(&mut self) {
        self.sides.push(Sides::default());
    }

    /// How many orders rest.
    pub(crate) const fn len(&self) -> u64 {
        self.table.len()
    }

    /// Where an open order is.
    #[inline]
    pub(crate) fn find(&self, order: OrderId) -> Option<Slot> {
        self.table.find(order)
    }

    #[inline]
    pub(crate) fn resting(&self, slot: Slot) -> RestingOrder {
        let record = &self.orders[slot];
        resting(record, &self.levels[record.level])
    }

    /// An order that is displayed and has no ticket, and what its cancel needs.
    #[inline]
    pub(crate) fn plain(&self, order: OrderId) -> Option<PlainOrder> {
        let slot = self.table.find(order)?;
        let record = &self.orders[slot];
        let LevelQueue { price, book, .. } = self.levels[record.level];
        let (account, leaves) = (record.account(), record.leaves());
        if record.flags().ticketed() || book.layer() == Layer::Dark {
            return None;
        }
        let (level, instrument, side) = (record.level, book.instrument(), book.side());
        Some(PlainOrder { slot, level, account, instrument, side, price, leaves })
    }

    #[inline]
    fn ladder(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Option<&Ladder> {
        self.sides[instrument.index()].ladder(layer, side)
    }

    #[inline]
    fn best_level(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Option<&LevelQueue> {
        Some(&self.levels[self.ladder(instrument, layer, side)?.best()?])
    }

    /// The best price of a side.
    #[inline]
    pub(crate) fn best(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Option<Price> {
        Some(self.best_level(instrument, layer, side)?.price)
    }

    /// The order that trades next on a side.
    #[inline]
    pub(crate) fn front(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Option<Slot> {
        Some(self.best_level(instrument, layer, side)?.head)
    }

    /// The levels of a side, best first.
    pub(crate) fn levels(
        &self,
        instrument: InstrumentId,
        layer: Layer,
        side: Side,
    ) -> impl Iterator<Item = LevelQueue> + '_ {
        let ladder = self.ladder(instrument, layer, side);
        ladder.into_iter().flat_map(Ladder::iter).map(|(_, slot)| self.levels[slot])
    }

    /// The level at a price.
    pub(crate) fn level(
        &self,
        instrument: InstrumentId,
        layer: Layer,
        side: Side,
        price: Price,
    ) -> Option<LevelQueue> {
        Some(self.levels[self.ladder(instrument, layer, side)?.find(side.rank(price))?])
    }

    /// The orders of a level in priority order.
    pub(crate) fn queue(&self, level: LevelQueue) -> impl Iterator<Item = RestingOrder> + '_ {
        self.queue_slots(level).map(move |slot| resting(&self.orders[slot], &level))
    }

    /// Where the orders of a level are, in priority order.
    pub(crate) fn queue_slots(&self, level: LevelQueue) -> impl Iterator<Item = Slot> + '_ {
        std::iter::successors(Some(level.head), |&slot| self.links[slot.index()].next)
    }

    /// Every resting order: by instrument, lit before dark, buys before sells, best price and longest wait first.
    pub(crate) fn orders(&self) -> impl Iterator<Item = RestingOrder> + '_ {
        self.all_levels().flat_map(|level| self.queue(level))
    }

    fn all_levels(&self) -> impl Iterator<Item = LevelQueue> + '_ {
        (0..).map(InstrumentId::new).take(self.sides.len()).flat_map(move |instrument| {
            Layer::BOTH
                .into_iter()
                .flat_map(|layer| Side::BOTH.map(|side| (layer, side)))
                .flat_map(move |(layer, side)| self.levels(instrument, layer, side))
        })
    }

    /// Reads where these orders are, and then what is there, so that the loads run beside each other and not each
    /// after the one before.
    #[inline]
    pub(crate) fn look_ahead<const N: usize>(&self, orders: &[Option<OrderId>]) {
        let mut slots = [None; N];
        for (slot, order) in slots.iter_mut().zip(orders) {
            *slot = order.and_then(|order| self.table.peek(order));
        }
        let mut read = 0;
        for slot in slots.iter().take(orders.len()).flatten() {
            read ^= self.orders[*slot].version();
            read ^= u32::from(self.links[slot.index()].next.is_some());
        }
        std::hint::black_box(read);
    }

    /// Puts an order at the end of its price's queue; answers what is before it there.
    #[inline]
    pub(crate) fn rest(&mut self, resting: RestingOrder) -> Lots {
        let RestingOrder { order, instrument, layer, side, price, leaves, .. } = resting;
        let ladder = self.sides[instrument.index()].ladder_mut(layer, side);
        let rank = side.rank(price);
        let found = ladder.find(rank);
        // The head of a new level is set below.
        let level = found.unwrap_or_else(|| {
            let book = BookSide::new(instrument, layer, side);
            let (head, tail) = (Slot::at(0), Slot::at(0));
            let level = self.levels.insert(LevelQueue {
                price,
                quantity: 0,
                reserve: 0,
                orders: 0,
                head,
                tail,
                book,
            });
            ladder.insert(rank, level);
            level
        });
        let slot = self.orders.insert(OrderRecord::new(&resting, level));
        let queue = &mut self.levels[level];
        let ahead = queue.quantity;
        let prev = std::mem::replace(&mut queue.tail, slot);
        queue.quantity += leaves.get();
        queue.orders += 1;
        let prev = match found {
            Some(_) => {
                self.links[prev.index()].next = Some(slot);
                Some(prev)
            }
            None => {
                queue.head = slot;
                None
            }
        };
        let link = Link { prev, next: None };
        match self.links.get_mut(slot.index()) {
            Some(place) => *place = link,
            None => push(&mut self.links, link),
        }
        self.table.insert(order, slot);
        Lots::new(ahead)
    }

    /// Takes an order out of the book. What it had in reserve is taken out before ([`Books::set_reserve`]).
    #[inline]
    pub(crate) fn remove(&mut self, slot: Slot) -> RestingOrder {
        let record = self.orders[slot];
        let resting = resting(&record, &self.levels[record.level]);
        self.leave(slot, record.level, record.order, resting.leaves);
        resting
    }

    /// Takes out a plain order that was just found.
    #[inline]
    pub(crate) fn remove_plain(&mut self, order: OrderId, plain: &PlainOrder) {
        self.leave(plain.slot, plain.level, order, plain.leaves);
    }

    /// Takes an order out of its queue and of the table.
    #[inline]
    fn leave(&mut self, slot: Slot, at: Slot, order: OrderId, leaves: Qty) {
        self.orders.remove(slot);
        self.table.remove(order);
        let link = self.links[slot.index()];
        let level = &mut self.levels[at];
        level.quantity -= leaves.get();
        level.orders -= 1;
        if level.orders > 0 {
            unlink(&mut self.links, level, link);
            return;
        }
        debug_assert_eq!(level.reserve, 0, "an order left its reserve behind");
        let LevelQueue { price, book, .. } = *level;
        self.levels.remove(at);
        let ladder = self.sides[book.instrument().index()].ladder_mut(book.layer(), book.side());
        ladder.remove(book.side().rank(price));
    }

    /// Lowers total and rest of an order, which keeps its place.
    pub(crate) fn reduce(&mut self, slot: Slot, quantity: Qty, leaves: Qty) {
        let record = &mut self.orders[slot];
        debug_assert!(leaves <= record.leaves());
        self.levels[record.level].quantity -= record.leaves().get() - leaves.get();
        record.set_quantity(quantity);
        record.set_leaves(leaves);
        record.touch();
    }

    /// Fills a part of an order, at least a lot less than what is left of it: the whole is [`Books::remove`] or
    /// [`Books::refill`].
    #[inline]
    pub(crate) fn take(&mut self, slot: Slot, lots: u64) {
        let record = &mut self.orders[slot];
        record.fill(lots);
        record.touch();
        self.levels[record.level].quantity -= lots;
    }

    /// Fills all that an order displays and shows its next part: it goes to the end of its price's queue. Answers
    /// what is before it there.
    pub(crate) fn refill(&mut self, slot: Slot, leaves: Qty) -> Lots {
        let record = &mut self.orders[slot];
        let filled = record.leaves();
        record.set_leaves(leaves);
        record.touch();
        let level = &mut self.levels[record.level];
        let ahead = level.quantity - filled.get();
        level.quantity = ahead + leaves.get();
        let link = self.links[slot.index()];
        if link.next.is_some() {
            unlink(&mut self.links, level, link);
            let tail = std::mem::replace(&mut level.tail, slot);
            self.links[tail.index()].next = Some(slot);
            self.links[slot.index()] = Link { prev: Some(tail), next: None };
        }
        Lots::new(ahead)
    }

    /// Changes what an order has in reserve from `old` to `new` lots, in the sum of its level.
    pub(crate) fn set_reserve(&mut self, slot: Slot, old: u64, new: u64) {
        let record = &mut self.orders[slot];
        record.touch();
        let level = &mut self.levels[record.level];
        level.reserve = level.reserve - old + new;
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
                let Some(ladder) = sides.ladder(layer, side) else { continue };
                ladder.check();
                for (rank, slot) in ladder.iter() {
                    let level = &self.levels[slot];
                    assert_eq!(rank, side.rank(level.price), "a level is keyed by its price");
                    assert_eq!(level.book, BookSide::new(instrument, layer, side), "a level knows its book");
                    orders += self.check_level(slot, level);
                    levels += 1;
                }
            }
        }
        assert_eq!(orders, self.orders.len(), "every order rests at a level");
        assert_eq!(levels, self.levels.len(), "every level is in a book");
        assert_eq!(orders as u64, self.table.len(), "every order is in the table");
        self.orders.check();
        self.levels.check();
    }

    fn check_level(&self, slot: Slot, level: &LevelQueue) -> usize {
        let (mut quantity, mut count, mut prev, mut at) = (0, 0, None, Some(level.head));
        while let Some(current) = at {
            let (record, link) = (&self.orders[current], self.links[current.index()]);
            assert_eq!(link.prev, prev, "the queue is linked both ways");
            assert_eq!(record.level, slot, "an order knows its level");
            assert!(record.leaves() <= record.quantity(), "no more is left than was ordered");
            assert_eq!(self.find(record.order), Some(current), "an order is found by its id");
            quantity += record.leaves().get();
            count += 1;
            prev = at;
            at = link.next;
        }
        assert_eq!(prev, Some(level.tail), "the queue ends at its tail");
        assert!(count > 0, "no level is empty");
        assert_eq!((quantity, count), (level.quantity, level.orders), "a level knows its sums");
        count as usize
    }
}

/// The order that a record stands for.
#[inline]
fn resting(record: &OrderRecord, level: &LevelQueue) -> RestingOrder {
    RestingOrder {
        order: record.order,
        account: record.account(),
        instrument: level.book.instrument(),
        layer: level.book.layer(),
        side: level.book.side(),
        price: level.price,
        quantity: record.quantity(),
        leaves: record.leaves(),
        flags: record.flags(),
        version: record.version(),
    }
}

/// Closes the gap that an order leaves in a queue of at least two.
#[inline]
fn unlink(links: &mut [Link], level: &mut LevelQueue, link: Link) {
    match link.prev {
        Some(prev) => links[prev.index()].next = link.next,
        None => level.head = link.next.unwrap_or(level.head),
    }
    match link.next {
        Some(next) => links[next.index()].prev = link.prev,
        None => level.tail = link.prev.unwrap_or(level.tail),
    }
}
