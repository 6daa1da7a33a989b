//! The price levels of one side, by rank: lower is better.
//!
//! Levels near the best price stand in a [`Window`], an array indexed by the rank itself with a bit per level, where
//! finding, adding and removing a level touches one place. All others stand in an ordered map. Any level may stand
//! in the map as long as it is outside the window, on either side of it, so a stray price costs a search and never
//! moves the window: that happens only after so many levels came in outside it that the move costs each of them no
//! more than a few steps. A side with few levels has no window at all.
//!
//! Where a level stands changes nothing that can be seen.

use std::collections::BTreeMap;

use super::{Slot, window::Window};

/// Fewest ranks of a window.
const NARROWEST: usize = 64;
/// Most ranks of a window.
const WIDEST: usize = 4_096;
/// Most levels of a window.
const MOST_NEAR: u32 = 4_096;
/// A window this wide is dropped when its side is empty.
const WIDE: usize = 256;

/// The levels of a side.
#[derive(Clone, Debug, Default)]
pub(super) struct Ladder {
    best: Option<(i64, Slot)>,
    window: Option<Box<Window>>,
    /// Levels outside the window. Ordered: iteration is in price order, and far prices cost nothing.
    outside: BTreeMap<i64, Slot>,
    levels: u32,
    /// Levels that came in outside since the window was laid.
    strays: u32,
}

impl Ladder {
    /// The level with the lowest rank.
    #[inline]
    pub(super) fn best(&self) -> Option<Slot> {
        self.best.map(|(_, slot)| slot)
    }

    /// The level of a rank.
    #[inline]
    pub(super) fn find(&self, rank: i64) -> Option<Slot> {
        match self.window.as_ref().and_then(|window| Some((window, window.place(rank)?))) {
            Some((window, place)) => window.get(place),
            None => self.outside.get(&rank).copied(),
        }
    }

    /// Adds a level whose rank has none.
    #[inline]
    pub(super) fn insert(&mut self, rank: i64, slot: Slot) {
        self.levels += 1;
        if self.best.is_none_or(|(best, _)| rank < best) {
            self.best = Some((rank, slot));
        }
        match self.window.as_mut().and_then(|window| Some((window.place(rank)?, window))) {
            Some((place, window)) => window.set(place, slot),
            None => self.insert_outside(rank, slot),
        }
    }

    /// Removes the level of a rank.
    #[inline]
    pub(super) fn remove(&mut self, rank: i64) {
        self.levels -= 1;
        match self.window.as_mut().and_then(|window| Some((window.place(rank)?, window))) {
            Some((place, window)) => window.clear(place),
            None => _ = self.outside.remove(&rank),
        }
        if self.best.is_some_and(|(best, _)| best == rank) {
            self.best = self.lowest();
        }
        if self.levels == 0 && self.window.as_ref().is_some_and(|window| window.width() >= WIDE) {
            self.window = None;
        }
    }

    /// All levels, lowest rank first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, Slot)> + '_ {
        // Without a window everything stands before its end.
        let (start, end) = self.window.as_ref().map_or((i64::MAX, i64::MAX), |window| window.ranks());
        let outside = |(&rank, &slot): (&i64, &Slot)| (rank, slot);
        let inside = self.window.iter().flat_map(|window| window.iter());
        self.outside.range(..start).map(outside).chain(inside).chain(self.outside.range(end..).map(outside))
    }

    #[inline]
    fn lowest(&self) -> Option<(i64, Slot)> {
        let inside = self.window.as_ref().and_then(|window| window.first());
        if self.outside.is_empty() {
            return inside;
        }
        let outside = self.outside.first_key_value().map(|(&rank, &slot)| (rank, slot));
        match (inside, outside) {
            (Some(inside), Some(outside)) if inside.0 < outside.0 => Some(inside),
            (inside, None) => inside,
            (_, outside) => outside,
        }
    }

    #[cold]
    #[inline(never)]
    fn insert_outside(&mut self, rank: i64, slot: Slot) {
        self.outside.insert(rank, slot);
        self.strays += 1;
        // The move costs a few steps for each level near the best, and the strays have to be worth them.
        let near = self.levels.min(MOST_NEAR);
        if self.strays / 4 > near / 16 + 8 {
            self.strays = 0;
            self.lay();
        }
    }

    /// Lays the window around the best level, a quarter of it before that.
    fn lay(&mut self) {
        let Some((best, _)) = self.best else { return };
        let width = (self.levels as usize).saturating_mul(4).clamp(NARROWEST, WIDEST).next_power_of_two();
        let start = Window::start(best, width);
        if self.window.as_ref().is_some_and(|old| old.starts_at(start, width)) {
            return;
        }
        let mut window = Window::new(start, width);
        if let Some(old) = self.window.take() {
            self.outside.extend(old.iter());
        }
        let (start, end) = window.ranks();
        for (rank, slot) in self.outside.extract_if(start..end, |_, _| true) {
            let place = window.place(rank).expect("the map was cut to the window");
            window.set(place, slot);
        }
        self.window = Some(Box::new(window));
    }

    /// Panics with the rule that is broken.
    pub(super) fn check(&self) {
        let mut last = None;
        let mut count = 0;
        for (rank, slot) in self.iter() {
            assert!(last.is_none_or(|last| last < rank), "levels are in order");
            assert_eq!(self.find(rank), Some(slot), "a level is found by its rank");
            if last.is_none() {
                assert_eq!(self.best, Some((rank, slot)), "the best level is the first");
            }
            last = Some(rank);
            count += 1;
        }
        assert_eq!(count, self.levels, "a side knows how many levels it has");
        assert_eq!(self.best.is_none(), count == 0, "an empty side has no best level");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(ranks: impl IntoIterator<Item = i64>) -> Ladder {
        let mut ladder = Ladder::default();
        for (place, rank) in ranks.into_iter().enumerate() {
            ladder.insert(rank, Slot::at(place));
        }
        ladder
    }

    /// Where levels stand cannot be seen, but it is what makes them fast.
    #[test]
    fn levels_near_the_best_come_to_stand_in_the_window() {
        let mut ladder = ladder(1_000..1_030);
        assert!(ladder.window.is_none(), "a side with few levels has none");
        // Each move of the window is paid by a sixteenth of the levels and some more that came in outside.
        for rank in 1_030..1_043 {
            ladder.insert(rank, Slot::at(0));
        }
        assert!(ladder.window.is_none());
        ladder.insert(1_043, Slot::at(0));
        assert_eq!(ladder.window.as_ref().map(|window| window.width()), Some(256));
        assert_eq!(ladder.strays, 0);
        for rank in 1_044..1_300 {
            ladder.insert(rank, Slot::at(0));
        }
        let window = ladder.window.as_ref().unwrap();
        assert_eq!(window.width(), 1_024);
        assert_eq!(window.ranks(), (512, 1_536), "on a grid of a quarter, the best in its second");
        assert!(ladder.outside.is_empty());
        // A stray price, or a few, do not move it.
        for rank in 0..30 {
            ladder.insert(1_000_000 + rank, Slot::at(1));
        }
        assert_eq!((ladder.outside.len(), ladder.window.unwrap().ranks().0), (30, 512));
    }

    #[test]
    fn a_window_starts_on_a_grid_of_its_quarter() {
        assert_eq!([0, 15, 16, 31].map(|rank| Window::start(rank, 64)), [-16, -16, 0, 0]);
        assert_eq!([-1, -16, -17].map(|rank| Window::start(rank, 64)), [-32, -32, -48]);
    }

    #[test]
    #[should_panic(expected = "the best level is the first")]
    fn a_best_level_that_is_not_the_first_is_found_out() {
        let mut ladder = ladder([5, 6]);
        ladder.best = Some((6, Slot::at(1)));
        ladder.check();
    }

    #[test]
    #[should_panic(expected = "a side knows how many levels it has")]
    fn a_level_too_many_is_found_out() {
        let mut ladder = ladder([5, 6]);
        ladder.levels += 1;
        ladder.check();
    }
}
