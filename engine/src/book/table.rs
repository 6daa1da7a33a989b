//! Where each open order is, by its id.
//!
//! Ids are given out in order, so the table is a directory of pages indexed by the id itself: a new order writes
//! next to the one before it. A page whose orders are nearly all closed shrinks to a short list, so memory follows
//! the open orders and not the orders ever made.

use super::Slot;
use crate::OrderId;

/// Ids of one page.
const PAGE: usize = 1_024;
/// A page with at most this many open orders is a list.
const FEW: usize = 16;

#[derive(Clone, Debug)]
enum Page {
    /// Open orders by the place of their id, in no order. An empty list owns no memory.
    Few(Vec<(u16, Slot)>),
    /// Indexed by the place of the id.
    Many { slots: Box<[Option<Slot>; PAGE]>, used: usize },
}

/// The table.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderTable {
    /// Indexed by id / [`PAGE`].
    pages: Vec<Page>,
    used: u64,
}

impl OrderTable {
    pub(crate) const fn len(&self) -> u64 {
        self.used
    }

    /// Page and place of an id.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the place is below 1,024; a page beyond memory is not found"
    )]
    fn locate(order: OrderId) -> (usize, u16) {
        let number = order.get() - 1;
        let page = usize::try_from(number / PAGE as u64).unwrap_or(usize::MAX);
        (page, (number % PAGE as u64) as u16)
    }

    /// The slot of an order.
    #[inline]
    pub(crate) fn find(&self, order: OrderId) -> Option<Slot> {
        let (page, place) = Self::locate(order);
        match self.pages.get(page)? {
            Page::Many { slots, .. } => slots[usize::from(place)],
            Page::Few(list) => list.iter().find(|(at, _)| *at == place).map(|(_, slot)| *slot),
        }
    }

    /// Adds an order that is not in the table.
    #[inline]
    pub(crate) fn insert(&mut self, order: OrderId, slot: Slot) {
        let (page, place) = Self::locate(order);
        while self.pages.len() <= page {
            // What is now the last page will be filled by the orders to come.
            self.shrink(self.pages.len().wrapping_sub(1));
            self.pages.push(Page::Many { slots: Box::new([None; PAGE]), used: 0 });
        }
        self.used += 1;
        match &mut self.pages[page] {
            Page::Many { slots, used } => {
                slots[usize::from(place)] = Some(slot);
                *used += 1;
            }
            Page::Few(list) if list.len() < 2 * FEW => list.push((place, slot)),
            Page::Few(list) => {
                let mut slots = Box::new([None; PAGE]);
                list.push((place, slot));
                list.iter().for_each(|(at, slot)| slots[usize::from(*at)] = Some(*slot));
                let used = list.len();
                self.pages[page] = Page::Many { slots, used };
            }
        }
    }

    /// Removes an order that is in the table.
    #[inline]
    pub(crate) fn remove(&mut self, order: OrderId) {
        let (page, place) = Self::locate(order);
        self.used -= 1;
        match &mut self.pages[page] {
            Page::Many { slots, used } => {
                slots[usize::from(place)] = None;
                *used -= 1;
                if *used <= FEW && page + 1 < self.pages.len() {
                    self.shrink(page);
                }
            }
            Page::Few(list) => {
                let at = list.iter().position(|(at, _)| *at == place).expect("the order is in the table");
                list.swap_remove(at);
                if list.is_empty() {
                    *list = Vec::new();
                }
            }
        }
    }

    /// Makes a page a list if few of its orders are open.
    fn shrink(&mut self, page: usize) {
        let Some(Page::Many { slots, used: 0..=FEW }) = self.pages.get(page) else { return };
        let list =
            (0..).zip(slots.iter()).filter_map(|(place, slot)| slot.map(|slot| (place, slot))).collect();
        self.pages[page] = Page::Few(list);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a map: orders come with growing ids, close in any order, and come back as a replaced order does.
        #[test]
        fn finds_what_is_in_it(steps in prop::collection::vec((0..10_u8, any::<prop::sample::Index>()), 1..6_000)) {
            let (mut table, mut open, mut closed, mut last) = (OrderTable::default(), BTreeMap::new(), Vec::new(), 0);
            for (kind, pick) in steps {
                let order = match kind {
                    0..=4 => {
                        last += 1;
                        Some(OrderId::new(last).unwrap())
                    }
                    5 if !closed.is_empty() => Some(closed.swap_remove(pick.index(closed.len()))),
                    _ => None,
                };
                if let Some(order) = order {
                    let slot = Slot::at(usize::try_from(order.get() * 7).unwrap());
                    open.insert(order, slot);
                    table.insert(order, slot);
                } else if !open.is_empty() {
                    let order = *open.keys().nth(pick.index(open.len())).unwrap();
                    open.remove(&order);
                    closed.push(order);
                    table.remove(order);
                    prop_assert_eq!(table.find(order), None);
                }
            }
            for number in 1..last + 2_000 {
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
        let lists =
            table.pages.iter().filter(|page| matches!(page, Page::Few(list) if list.capacity() < 2 * FEW));
        assert_eq!(lists.count(), 99, "all but the page in use");
    }
}
