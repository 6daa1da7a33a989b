//! Where each open order is, by its id.
//!
//! Open addressing with linear probing in 8-byte entries, at most half full; removal shifts back, so there are
//! no tombstones. The table is never iterated, so its layout decides nothing.

use super::Slot;
use crate::OrderId;

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Low half of the id: enough to find the home of an entry again without reading the order.
    tag: u32,
    /// The slot's number; 0 in an empty entry.
    slot: u32,
}

/// The table.
#[derive(Clone, Debug)]
pub(crate) struct OrderTable {
    /// A power of two.
    entries: Vec<Entry>,
    used: u64,
    /// 32 minus the table's size in bits.
    shift: u32,
}

impl Default for OrderTable {
    fn default() -> Self {
        const BITS: u32 = 6;
        Self { entries: vec![Entry::default(); 1 << BITS], used: 0, shift: 32 - BITS }
    }
}

impl OrderTable {
    pub(crate) const fn len(&self) -> u64 {
        self.used
    }

    /// Low 32 bits of the id; what is cut off is compared on the order itself.
    #[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
    const fn tag(order: OrderId) -> u32 {
        order.get() as u32
    }

    const fn home(&self, tag: u32) -> usize {
        (tag.wrapping_mul(0x9e37_79b1) >> self.shift) as usize
    }

    const fn after(&self, index: usize) -> usize {
        (index + 1) & (self.entries.len() - 1)
    }

    /// The slot of an order; `order_at` tells which order a slot has.
    #[inline]
    pub(crate) fn find(&self, order: OrderId, order_at: impl Fn(Slot) -> OrderId) -> Option<Slot> {
        let tag = Self::tag(order);
        let mut index = self.home(tag);
        loop {
            let entry = self.entries[index];
            let slot = Slot::from_number(entry.slot)?;
            if entry.tag == tag && order_at(slot) == order {
                return Some(slot);
            }
            index = self.after(index);
        }
    }

    #[inline]
    pub(crate) fn insert(&mut self, order: OrderId, slot: Slot) {
        if self.used * 2 >= self.entries.len() as u64 {
            self.grow();
        }
        self.used += 1;
        self.put(Entry { tag: Self::tag(order), slot: slot.number() });
    }

    fn put(&mut self, entry: Entry) {
        let mut index = self.home(entry.tag);
        while self.entries[index].slot != 0 {
            index = self.after(index);
        }
        self.entries[index] = entry;
    }

    fn grow(&mut self) {
        let len = self.entries.len() * 2;
        assert!(self.shift > 1, "limited by the slab");
        self.shift -= 1;
        let old = std::mem::replace(&mut self.entries, vec![Entry::default(); len]);
        old.into_iter().filter(|entry| entry.slot != 0).for_each(|entry| self.put(entry));
    }

    /// Removes the entry of an order that is in the table.
    #[inline]
    pub(crate) fn remove(&mut self, order: OrderId, slot: Slot) {
        let mut hole = self.home(Self::tag(order));
        while self.entries[hole].slot != slot.number() {
            assert!(self.entries[hole].slot != 0, "the order is in the table");
            hole = self.after(hole);
        }
        self.used -= 1;
        let mask = self.entries.len() - 1;
        let mut index = self.after(hole);
        loop {
            let entry = self.entries[index];
            if entry.slot == 0 {
                break;
            }
            // An entry may move into the hole if the hole lies between its home and its place.
            let from_home = index.wrapping_sub(self.home(entry.tag)) & mask;
            let from_hole = index.wrapping_sub(hole) & mask;
            if from_home >= from_hole {
                self.entries[hole] = entry;
                hole = index;
            }
            index = self.after(index);
        }
        self.entries[hole] = Entry::default();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a map, with ids that share their low halves.
        #[test]
        fn finds_what_is_in_it(steps in prop::collection::vec((any::<bool>(), 1..40_u64, 0..3_u64), 1..400)) {
            let (mut table, mut slots, mut next) = (OrderTable::default(), BTreeMap::new(), 1);
            let mut orders = BTreeMap::new();
            for (insert, low, high) in steps {
                let order = OrderId::new(low | high << 32).unwrap();
                if insert {
                    if let std::collections::btree_map::Entry::Vacant(entry) = slots.entry(order) {
                        let slot = Slot::from_number(next).unwrap();
                        next += 1;
                        entry.insert(slot);
                        orders.insert(slot.number(), order);
                        table.insert(order, slot);
                    }
                } else if let Some(slot) = slots.remove(&order) {
                    table.remove(order, slot);
                }
                for (low, high) in (1..40).flat_map(|low| (0..3).map(move |high| (low, high))) {
                    let order = OrderId::new(low | high << 32).unwrap();
                    prop_assert_eq!(table.find(order, |slot| orders[&slot.number()]), slots.get(&order).copied());
                }
                prop_assert_eq!(table.len(), slots.len() as u64);
            }
        }
    }
}
