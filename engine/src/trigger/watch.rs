//! The orders that wait for one reference to go one way.
//!
//! Everything is a rank ([`Direction::rank`](super::Direction::rank)): a reference fires what has its rank or a lower
//! one, and a trailing order's rank only ever falls, to the rank of a new reference plus its distance. What a trailing
//! order fires at is therefore a function of its trail and of the lowest rank since it entered, its *extreme*.
//!
//! Orders that came in later have a shorter past and thus an extreme at least as high, so the extremes form a stack by
//! entry: a new reference takes the ones above it off the top and puts them back as one. Orders behind one extreme stay
//! together for ever, and no order is touched by a move, however many follow.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::Trail;
use crate::OrderId;

/// The waiting orders of one reference and one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watch {
    /// Orders that stay where they are, by rank and number: a set, because the next to fire is always its first.
    fixed: BTreeSet<(i64, OrderId)>,
    /// By entry number of the oldest order behind each; a map, because the one an order is behind is the last at or
    /// before its own entry. Ranks rise strictly with the key.
    extremes: BTreeMap<u64, Extreme>,
    /// The rank at which something behind each extreme fires first, and its key: a set for the same reason as `fixed`.
    due: BTreeSet<(i64, u64)>,
    /// Trailing orders that ever entered.
    entered: u64,
}

/// Trailing orders by their trail: ordered, so that the nearest of each kind of trail comes first.
type Behind = BTreeMap<Trail, BTreeSet<OrderId>>;

/// An extreme of the reference and the orders that have seen none lower since they entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Extreme {
    rank: i64,
    behind: Behind,
}

impl Extreme {
    /// The rank and the trail of what fires first, `None` if nothing is behind.
    fn nearest(&self) -> Option<(i64, Trail)> {
        let ticks = self.behind.keys().next();
        let ppm = self.behind.range(Trail::Ppm(NonZeroU32::MIN)..).map(|(trail, _)| trail).next();
        ticks.into_iter().chain(ppm).map(|&trail| (rank_behind(self.rank, trail), trail)).min()
    }
}

/// The rank at which an order fires that trails behind an extreme.
const fn rank_behind(extreme: i64, trail: Trail) -> i64 {
    extreme + trail.distance(extreme.abs())
}

/// Both together. The smaller goes into the larger, so that over all its moves an order is copied log(n) times.
fn merge(one: Behind, other: Behind) -> Behind {
    let (mut all, few) = if one.len() < other.len() { (other, one) } else { (one, other) };
    for (trail, mut orders) in few {
        let present = all.entry(trail).or_default();
        if present.len() < orders.len() {
            std::mem::swap(present, &mut orders);
        }
        present.extend(orders);
    }
    all
}

impl Watch {
    pub(super) fn is_empty(&self) -> bool {
        self.fixed.is_empty() && self.extremes.is_empty()
    }

    pub(super) fn insert_fixed(&mut self, rank: i64, order: OrderId) {
        self.fixed.insert((rank, order));
    }

    pub(super) fn remove_fixed(&mut self, rank: i64, order: OrderId) {
        let found = self.fixed.remove(&(rank, order));
        assert!(found, "order {order} waits at its price");
    }

    /// Lets an order trail behind a reference, which the others follow too. Answers its entry number.
    pub(super) fn insert_trailing(&mut self, reference: i64, trail: Trail, order: OrderId) -> u64 {
        self.follow(reference);
        self.entered += 1;
        let key = self.top_at(reference, self.entered);
        self.edit(key, |extreme| {
            extreme.behind.entry(trail).or_default().insert(order);
        });
        self.entered
    }

    pub(super) fn remove_trailing(&mut self, entry: u64, trail: Trail, order: OrderId) {
        let (key, _) = self.extreme_of(entry);
        self.edit(key, |extreme| {
            let orders = extreme.behind.get_mut(&trail).expect("the orders of a trail in use");
            assert!(orders.remove(&order), "order {order} waits behind its extreme");
            if orders.is_empty() {
                extreme.behind.remove(&trail);
            }
        });
    }

    /// The rank at which a trailing order fires now.
    pub(super) fn trailing_rank(&self, entry: u64, trail: Trail) -> i64 {
        rank_behind(self.extreme_of(entry).1.rank, trail)
    }

    /// Lets the trailing orders follow a reference.
    pub(super) fn follow(&mut self, reference: i64) {
        let mut oldest = None;
        let mut moved = Behind::new();
        while let Some(top) = self.extremes.last_entry()
            && top.get().rank > reference
        {
            let (key, extreme) = top.remove_entry();
            if let Some((rank, _)) = extreme.nearest() {
                self.due.remove(&(rank, key));
            }
            moved = merge(moved, extreme.behind);
            oldest = Some(key);
        }
        let Some(oldest) = oldest else { return };
        let key = self.top_at(reference, oldest);
        self.edit(key, |extreme| extreme.behind = merge(std::mem::take(&mut extreme.behind), moved));
    }

    /// Moves what a reference fires out of here to the end of `reached`, each with the rank it fired at.
    pub(super) fn take_reached(&mut self, reference: i64, reached: &mut Vec<(i64, OrderId)>) {
        while self.fixed.first().is_some_and(|&(rank, _)| rank <= reference) {
            reached.extend(self.fixed.pop_first());
        }
        while let Some(&(rank, key)) = self.due.first()
            && rank <= reference
        {
            self.edit(key, |extreme| {
                while let Some((rank, trail)) = extreme.nearest()
                    && rank <= reference
                {
                    let orders = extreme.behind.remove(&trail).unwrap_or_default();
                    reached.extend(orders.into_iter().map(|order| (rank, order)));
                }
            });
        }
    }

    /// The key of the extreme at this rank on top of the stack, put there as `key` if it is not. None is above it.
    fn top_at(&mut self, rank: i64, key: u64) -> u64 {
        match self.extremes.last_key_value() {
            Some((&top, extreme)) if extreme.rank == rank => top,
            _ => {
                self.extremes.insert(key, Extreme { rank, behind: Behind::new() });
                key
            }
        }
    }

    /// The extreme that the order with this entry number is behind, and its key.
    fn extreme_of(&self, entry: u64) -> (u64, &Extreme) {
        let (&key, extreme) =
            self.extremes.range(..=entry).next_back().expect("a trailing order is behind an extreme");
        (key, extreme)
    }

    /// Changes what is behind an extreme, which goes when nothing is left.
    fn edit(&mut self, key: u64, change: impl FnOnce(&mut Extreme)) {
        let extreme = self.extremes.get_mut(&key).expect("the key of an extreme");
        if let Some((rank, _)) = extreme.nearest() {
            self.due.remove(&(rank, key));
        }
        change(extreme);
        match extreme.nearest() {
            Some((rank, _)) => {
                self.due.insert((rank, key));
            }
            None => {
                self.extremes.remove(&key);
            }
        }
    }

    /// Whether an order waits at this rank.
    pub(super) fn has_fixed(&self, rank: i64, order: OrderId) -> bool {
        self.fixed.contains(&(rank, order))
    }

    /// Whether a trailing order is where its entry says.
    pub(super) fn has_trailing(&self, entry: u64, trail: Trail, order: OrderId) -> bool {
        self.extreme_of(entry).1.behind.get(&trail).is_some_and(|orders| orders.contains(&order))
    }

    /// Panics with the broken rule; answers how many orders wait.
    pub(super) fn check(&self) -> u64 {
        assert!(!self.is_empty(), "a watch without orders is dropped");
        let mut count = self.fixed.len() as u64;
        let mut due = BTreeSet::new();
        let mut below = None;
        for (&key, extreme) in &self.extremes {
            assert!(below < Some(extreme.rank), "a later extreme is a higher one");
            below = Some(extreme.rank);
            assert!(key <= self.entered, "an extreme has the number of an order that entered");
            for orders in extreme.behind.values() {
                assert!(!orders.is_empty(), "a trail without orders is dropped");
                count += orders.len() as u64;
            }
            let ranks = extreme.behind.keys().map(|&trail| rank_behind(extreme.rank, trail));
            due.insert((ranks.min().expect("an extreme that nothing is behind is dropped"), key));
        }
        assert_eq!(due, self.due, "each extreme is due when the nearest order behind it is");
        count
    }
}
