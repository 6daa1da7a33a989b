//! A vector whose free places are used again, last freed first: what comes next finds its place in the cache.

use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

/// A place in a [`Slab`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(NonZeroU32);

impl Slot {
    /// The slot at an index of the vector. Numbered from 1, so that `Option<Slot>` is four bytes.
    pub(super) fn at(index: usize) -> Self {
        let number = u32::try_from(index + 1).expect("a slab has fewer than 2^32 places");
        Self(NonZeroU32::new(number).expect("index + 1 is above zero"))
    }

    /// Its place in a vector that runs beside the slab.
    #[inline]
    pub(super) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A slab. Memory is that of the most elements it ever had, and at most a quarter more.
///
/// A free place keeps what stood there: whoever holds a slot holds one that is used.
#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    places: Vec<T>,
    /// A stack.
    free: Vec<Slot>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T: Copy> Slab<T> {
    pub(super) const fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    #[inline]
    pub(super) fn insert(&mut self, value: T) -> Slot {
        match self.free.pop() {
            Some(slot) => {
                self.places[slot.index()] = value;
                slot
            }
            None => {
                push(&mut self.places, value);
                Slot::at(self.places.len() - 1)
            }
        }
    }

    /// Frees a place that is used.
    #[inline]
    pub(super) fn remove(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    /// Panics if a place is free twice.
    pub(super) fn check(&self) {
        let mut free = vec![false; self.places.len()];
        for slot in &self.free {
            assert!(!std::mem::replace(&mut free[slot.index()], true), "a place is free once");
        }
    }
}

/// Appends, and grows by a quarter where a vector would double: a book is most of an exchange's memory.
#[inline]
pub(super) fn push<T>(places: &mut Vec<T>, value: T) {
    if places.len() == places.capacity() {
        places.reserve_exact(places.len() / 4 + 16);
    }
    places.push(value);
}

impl<T> Index<Slot> for Slab<T> {
    type Output = T;

    #[inline]
    fn index(&self, slot: Slot) -> &T {
        &self.places[slot.index()]
    }
}

impl<T> IndexMut<Slot> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        &mut self.places[slot.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_place_is_used_again_last_freed_first() {
        let mut slab = Slab::default();
        let slots: Vec<Slot> = (0..4).map(|value| slab.insert(value)).collect();
        slab.remove(slots[1]);
        slab.remove(slots[2]);
        assert_eq!((slab.len(), slab.insert(8), slab.insert(9)), (2, slots[2], slots[1]));
        slab.check();
    }

    #[test]
    #[should_panic(expected = "a place is free once")]
    fn a_place_that_is_free_twice_is_found_out() {
        let mut slab = Slab::default();
        let slot = slab.insert(1);
        slab.insert(2);
        slab.remove(slot);
        slab.remove(slot);
        slab.check();
    }

    #[test]
    fn memory_grows_by_a_quarter() {
        let mut places = Vec::new();
        for value in 0..10_000_u32 {
            push(&mut places, value);
            assert!(places.capacity() <= places.len() + places.len() / 4 + 16, "{}", places.capacity());
        }
        let mut moves = 0;
        for value in 0..10_000_u32 {
            moves += u32::from(places.len() == places.capacity());
            push(&mut places, value);
        }
        assert!(moves <= 5, "it is seldom moved: {moves}");
    }
}
