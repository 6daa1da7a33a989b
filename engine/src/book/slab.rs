//! A vector whose free places are used again, last freed first.

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
    pub(super) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

#[derive(Clone, Debug)]
enum Place<T> {
    Used(T),
    Free { next: Option<Slot> },
}

/// A slab. Memory is that of the most elements it ever had.
#[derive(Clone, Debug)]
pub(crate) struct Slab<T> {
    places: Vec<Place<T>>,
    free: Option<Slot>,
    used: u64,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: None, used: 0 }
    }
}

impl<T> Slab<T> {
    pub(crate) const fn len(&self) -> u64 {
        self.used
    }

    /// The slot that the next [`Slab::insert`] answers.
    #[inline]
    pub(crate) fn next_slot(&self) -> Slot {
        self.free.unwrap_or_else(|| Slot::at(self.places.len()))
    }

    #[inline]
    pub(crate) fn insert(&mut self, value: T) -> Slot {
        self.used += 1;
        let Some(slot) = self.free else {
            self.places.push(Place::Used(value));
            return Slot::at(self.places.len() - 1);
        };
        match std::mem::replace(&mut self.places[slot.index()], Place::Used(value)) {
            Place::Free { next } => self.free = next,
            Place::Used(_) => unreachable!("a slot of the free list is used"),
        }
        slot
    }

    #[inline]
    pub(crate) fn remove(&mut self, slot: Slot) -> T {
        match std::mem::replace(&mut self.places[slot.index()], Place::Free { next: self.free }) {
            Place::Used(value) => {
                self.free = Some(slot);
                self.used -= 1;
                value
            }
            Place::Free { .. } => unreachable!("a slot is removed twice"),
        }
    }

    /// Panics if the free list does not account for every place that is not used.
    pub(crate) fn check(&self) {
        let (mut free, mut at) = (0, self.free);
        while let Some(slot) = at {
            match &self.places[slot.index()] {
                Place::Free { next } => at = *next,
                Place::Used(_) => panic!("a slot of the free list is used"),
            }
            free += 1;
        }
        assert_eq!(free + self.used, self.places.len() as u64, "every place is used or free");
    }
}

impl<T> Index<Slot> for Slab<T> {
    type Output = T;

    #[inline]
    fn index(&self, slot: Slot) -> &T {
        match &self.places[slot.index()] {
            Place::Used(value) => value,
            Place::Free { .. } => unreachable!("a free slot is read"),
        }
    }
}

impl<T> IndexMut<Slot> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        match &mut self.places[slot.index()] {
            Place::Used(value) => value,
            Place::Free { .. } => unreachable!("a free slot is written"),
        }
    }
}
