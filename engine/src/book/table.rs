//! Where each open order is, by its id.
//!
//! Ids are given out in order, so the table is a directory of pages indexed by the id itself: a new order writes
//! next to the one before it. When nearly all orders of a page are closed, the few that are left move into an
//! ordered map, so memory follows the open orders and not the orders ever made.

use std::collections::BTreeMap;

use super::Slot;
use crate::OrderId;

/// Ids of one page.
const PAGE: usize = 1_024;
/// A page with at most this many open orders is given up.
const FEW: u32 = 16;
/// Most pages that the directory is lengthened by for ids that were left out.
const GAP: u64 = 1_024;

#[derive(Clone, Debug)]
struct Page {
    /// Indexed by the place of the id.
    slots: [Option<Slot>; PAGE],
    used: u32,
}

/// The table.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderTable {
    /// Indexed by page number minus `first`. The last page is always there: it is the one in use.
    pages: Vec<Option<Box<Page>>>,
    /// Number of the first page of the directory.
    first: u64,
    /// Open orders whose page is gone. Ordered, because it is small and its memory follows what is in it.
    old: BTreeMap<OrderId, Slot>,
    used: u64,
}

impl OrderTable {
    pub(super) const fn len(&self) -> u64 {
        self.used
    }

    /// Page and place of an id. The page is beyond any directory if it is before its first.
    #[expect(clippy::cast_possible_truncation, reason = "the place is below 1,024")]
    #[inline]
    fn locate(&self, order: OrderId) -> (usize, usize) {
        let number = order.get() - 1;
        let page = (number / PAGE as u64).wrapping_sub(self.first);
        (usize::try_from(page).unwrap_or(usize::MAX), (number % PAGE as u64) as usize)
    }

    /// The slot of an order.
    #[inline]
    pub(super) fn find(&self, order: OrderId) -> Option<Slot> {
        let (page, place) = self.locate(order);
        match self.pages.get(page) {
            Some(Some(page)) => page.slots[place],
            _ => self.find_old(order),
        }
    }

    /// The slot of an order unless its page is gone: one load and no search.
    #[inline]
    pub(super) fn peek(&self, order: OrderId) -> Option<Slot> {
        let (page, place) = self.locate(order);
        self.pages.get(page)?.as_ref()?.slots[place]
    }

    #[cold]
    fn find_old(&self, order: OrderId) -> Option<Slot> {
        self.old.get(&order).copied()
    }

    /// Adds an order that is not in the table.
    #[inline]
    pub(super) fn insert(&mut self, order: OrderId, slot: Slot) {
        let (page, place) = self.locate(order);
        self.used += 1;
        match self.pages.get_mut(page) {
            Some(Some(page)) => {
                page.slots[place] = Some(slot);
                page.used += 1;
            }
            _ => self.insert_elsewhere(order, slot),
        }
    }

    #[cold]
    #[inline(never)]
    fn insert_elsewhere(&mut self, order: OrderId, slot: Slot) {
        let number = (order.get() - 1) / PAGE as u64;
        let end = self.first + self.pages.len() as u64;
        if number < end {
            self.old.insert(order, slot);
            return;
        }
        if number - end > GAP {
            (0..self.pages.len()).for_each(|page| self.give_up(page));
            self.pages.clear();
            self.first = number;
        }
        let (page, place) = self.locate(order);
        // What is now the last page is no longer the one in use.
        self.thin(self.pages.len().wrapping_sub(1));
        self.pages.resize(page, None);
        let mut fresh = Box::new(Page { slots: [None; PAGE], used: 1 });
        fresh.slots[place] = Some(slot);
        self.pages.push(Some(fresh));
        // A directory that is mostly gone at its front is cut there.
        let gone = self.pages.iter().take_while(|page| page.is_none()).count();
        if gone > self.pages.len() / 2 {
            self.pages.drain(..gone);
            self.first += gone as u64;
        }
    }

    /// Removes an order that is in the table.
    #[inline]
    pub(super) fn remove(&mut self, order: OrderId) {
        let (at, place) = self.locate(order);
        self.used -= 1;
        match self.pages.get_mut(at) {
            Some(Some(page)) => {
                page.slots[place] = None;
                page.used -= 1;
                if page.used <= FEW && at + 1 < self.pages.len() {
                    self.give_up(at);
                }
            }
            _ => _ = self.old.remove(&order),
        }
    }

    /// Gives up a page if few of its orders are open.
    fn thin(&mut self, page: usize) {
        if let Some(Some(Page { used: 0..=FEW, .. })) = self.pages.get(page).map(Option::as_deref) {
            self.give_up(page);
        }
    }

    #[cold]
    #[inline(never)]
    fn give_up(&mut self, page: usize) {
        let Some(gone) = self.pages[page].take() else { return };
        let start = (self.first + page as u64) * PAGE as u64 + 1;
        for (number, slot) in (start..).zip(gone.slots) {
            if let (Some(order), Some(slot)) = (OrderId::new(number), slot) {
                self.old.insert(order, slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a map: orders come with growing ids, now and then far ahead, close in any order, and come back as
        /// a replaced order does.
        #[test]
        fn finds_what_is_in_it(steps in prop::collection::vec((0..400_u16, any::<prop::sample::Index>()), 1..6_000)) {
            let (mut table, mut open, mut closed, mut last) = (OrderTable::default(), BTreeMap::new(), Vec::new(), 0);
            for (kind, pick) in steps {
                let order = match kind {
                    0..=200 => {
                        last += match kind {
                            0 => 3 * GAP * PAGE as u64,
                            1 => 3 * PAGE as u64,
                            _ => 1,
                        };
                        Some(OrderId::new(last).unwrap())
                    }
                    201..=240 if !closed.is_empty() => Some(closed.swap_remove(pick.index(closed.len()))),
                    _ => None,
                };
                if let Some(order) = order {
                    let slot = Slot::at(usize::try_from(order.get() % 1_000_003).unwrap());
                    open.insert(order, slot);
                    table.insert(order, slot);
                } else if !open.is_empty() {
                    let order = *open.keys().nth(pick.index(open.len())).unwrap();
                    open.remove(&order);
                    table.remove(order);
                    closed.push(order);
                    prop_assert_eq!(table.find(order), None);
                }
            }
            for (&order, &slot) in &open {
                prop_assert_eq!(table.find(order), Some(slot));
            }
            for &order in &closed {
                prop_assert_eq!(table.find(order), None);
            }
            for number in (1..3_000).chain(last + 1..last + 3_000) {
                let order = OrderId::new(number).unwrap();
                prop_assert_eq!(table.find(order), open.get(&order).copied());
            }
            prop_assert_eq!(table.find(OrderId::new(u64::MAX).unwrap()), None);
            prop_assert_eq!(table.len(), open.len() as u64);
        }
    }

    #[test]
    fn memory_follows_the_open_orders() {
        let mut table = OrderTable::default();
        for number in 1..=100 * PAGE as u64 {
            table.insert(OrderId::new(number).unwrap(), Slot::at(1));
            if number % PAGE as u64 != 0 {
                table.remove(OrderId::new(number).unwrap());
            }
        }
        assert_eq!(table.old.len(), 99, "all but those of the page in use");
        assert!(table.pages.len() < 4, "the directory is cut at its front");
    }
    /// Ids that are not used cost a place in the directory each page, up to a gap that is no longer worth it.
    #[test]
    fn a_wide_gap_is_left_out_of_the_directory() {
        let order = |number: u64| OrderId::new(number).unwrap();
        let page = PAGE as u64;
        for (gap, pages) in [(GAP, 1_026), (GAP + 1, 1)] {
            let mut table = OrderTable::default();
            for number in 1..=u64::from(FEW) + 1 {
                table.insert(order(number), Slot::at(1));
            }
            assert_eq!((table.pages.len(), table.first), (1, 0));
            let far = order((1 + gap) * page + 1);
            table.insert(far, Slot::at(3));
            assert_eq!(table.pages.len(), pages, "{gap} pages left out");
            assert_eq!((table.find(far), table.find(order(1))), (Some(Slot::at(3)), Some(Slot::at(1))));
        }
    }
}
