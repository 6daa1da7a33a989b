//! The waiting orders of one instrument.
//!
//! The exchange tells the book of every trade price and every change of the touch, in the order in which they happen;
//! the book answers which orders fire, in the order in which they enter: first those that waited for a rise, lowest
//! trigger price first, then those that waited for a fall, highest first, and by order number at one price.
//!
//! A reference that moves nothing costs a look-up. One that does costs the logarithm of what waits for each order that
//! fires and for each extreme it replaces; the orders that trail behind it are not touched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::watch::Watch;
use super::{Direction, Trail, Trigger, TriggerBy, TriggerKind};
use crate::{OrderId, Price, Side};

/// The orders of one instrument that wait for a price. Nothing is kept for an instrument where none does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TriggerBook {
    /// By what is watched: a map, because most of the six watches are empty most of the time.
    watches: BTreeMap<(TriggerBy, Direction), Watch>,
    /// Where each order waits: a map, because the ids of waiting orders are sparse and lists are in their order.
    places: BTreeMap<OrderId, Place>,
}

/// Where an order waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    by: TriggerBy,
    direction: Direction,
    spot: Spot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Spot {
    /// At a price.
    Fixed(Price),
    /// Behind the reference, with the entry number its watch gave it.
    Trailing { trail: Trail, entry: u64 },
}

impl TriggerBook {
    /// Lets an order wait. It fires with the first [`last`](Self::last) or [`touch`](Self::touch) that reaches it, not
    /// before: whoever inserts an order that is [reached](Trigger::reached) already enters it instead.
    ///
    /// `reference` is the price the trigger watches, as it stands now. Only a trailing stop needs one.
    ///
    /// # Panics
    /// If the order waits already, or a trailing stop has no reference or another first price than its trail gives.
    pub(crate) fn insert(&mut self, order: OrderId, side: Side, trigger: Trigger, reference: Option<Price>) {
        let (by, direction) = (trigger.by, trigger.direction(side));
        let watch = self.watches.entry((by, direction)).or_default();
        let spot = match trigger.kind {
            TriggerKind::Stop | TriggerKind::TakeProfit => {
                watch.insert_fixed(direction.rank(trigger.price), order);
                Spot::Fixed(trigger.price)
            }
            TriggerKind::Trailing(trail) => {
                let reference = reference.expect("a trailing stop has a reference to follow");
                assert_eq!(
                    trail.price(side, reference),
                    Ok(trigger.price),
                    "a trailing stop starts at its distance from the reference"
                );
                Spot::Trailing {
                    trail,
                    entry: watch.insert_trailing(direction.rank(reference), trail, order),
                }
            }
        };
        let before = self.places.insert(order, Place { by, direction, spot });
        assert!(before.is_none(), "order {order} waits in one place");
    }

    /// Takes an order out. Answers whether it waited here.
    pub(crate) fn remove(&mut self, order: OrderId) -> bool {
        let Some(Place { by, direction, spot }) = self.places.remove(&order) else { return false };
        let watch = self.watches.get_mut(&(by, direction)).expect("a waiting order has a watch");
        match spot {
            Spot::Fixed(price) => watch.remove_fixed(direction.rank(price), order),
            Spot::Trailing { trail, entry } => watch.remove_trailing(entry, trail, order),
        }
        if watch.is_empty() {
            self.watches.remove(&(by, direction));
        }
        true
    }

    /// The price at which an order fires now, `None` if it does not wait here.
    pub(crate) fn get(&self, order: OrderId) -> Option<Price> {
        self.places.get(&order).map(|place| self.price(place))
    }

    /// A trade at `price`: moves what it fires out of the book to the end of `fired`, each with the price it fired at.
    pub(crate) fn last(&mut self, price: Price, fired: &mut Vec<(OrderId, Price)>) {
        self.observe([(TriggerBy::Last, Some(price))], fired);
    }

    /// The touch as it is now: moves what it fires out of the book to the end of `fired`, each with the price it fired at. An empty side fires nothing
    /// and moves nothing.
    pub(crate) fn touch(
        &mut self,
        bid: Option<Price>,
        ask: Option<Price>,
        fired: &mut Vec<(OrderId, Price)>,
    ) {
        self.observe([(TriggerBy::Bid, bid), (TriggerBy::Ask, ask)], fired);
    }

    /// All waiting orders by number, each with the price at which it fires now.
    #[cfg(test)]
    pub(crate) fn remaining(&self) -> impl Iterator<Item = (OrderId, Price)> + '_ {
        self.places.iter().map(|(&order, place)| (order, self.price(place)))
    }

    fn price(&self, &Place { by, direction, spot }: &Place) -> Price {
        match spot {
            Spot::Fixed(price) => price,
            Spot::Trailing { trail, entry } => {
                direction.price(self.watches[&(by, direction)].trailing_rank(entry, trail))
            }
        }
    }

    fn observe<const N: usize>(
        &mut self,
        references: [(TriggerBy, Option<Price>); N],
        fired: &mut Vec<(OrderId, Price)>,
    ) {
        if self.watches.is_empty() {
            return;
        }
        for direction in Direction::BOTH {
            let mut reached = Vec::new();
            for (by, reference) in references {
                let Some(rank) = reference.map(|price| direction.rank(price)) else { continue };
                let Some(watch) = self.watches.get_mut(&(by, direction)) else { continue };
                watch.follow(rank);
                watch.take_reached(rank, &mut reached);
                if watch.is_empty() {
                    self.watches.remove(&(by, direction));
                }
            }
            // A few runs that are sorted already, which this sort merges.
            reached.sort();
            for (rank, order) in reached {
                self.places.remove(&order);
                fired.push((order, direction.price(rank)));
            }
        }
    }

    /// Walks everything.
    ///
    /// # Panics
    /// With the rule that is broken, which is a bug of the engine.
    pub(crate) fn check(&self) {
        for (order, &Place { by, direction, spot }) in &self.places {
            let watch = self.watches.get(&(by, direction)).expect("a waiting order has a watch");
            let found = match spot {
                Spot::Fixed(price) => watch.has_fixed(direction.rank(price), *order),
                Spot::Trailing { trail, entry } => watch.has_trailing(entry, trail, *order),
            };
            assert!(found, "order {order} is where it waits");
        }
        let watched: u64 = self.watches.values().map(Watch::check).sum();
        assert_eq!(watched, self.places.len() as u64, "every order that is watched has its place");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::TriggerKind;

    #[test]
    #[should_panic(expected = "every order that is watched has its place")]
    fn an_order_without_a_place_is_found_out() {
        let mut book = TriggerBook::default();
        let price = Price::new(100).unwrap();
        let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price };
        book.insert(OrderId::new(1).unwrap(), Side::Buy, trigger, None);
        book.check();
        book.places.clear();
        book.check();
    }

    #[test]
    #[should_panic(expected = "order 1 is where it waits")]
    fn an_order_at_another_price_is_found_out() {
        let mut book = TriggerBook::default();
        let price = |ticks| Price::new(ticks).unwrap();
        let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: price(100) };
        let order = OrderId::new(1).unwrap();
        book.insert(order, Side::Buy, trigger, None);
        book.places.get_mut(&order).unwrap().spot = Spot::Fixed(price(101));
        book.check();
    }

    #[test]
    #[should_panic(expected = "order 1 is where it waits")]
    fn an_order_behind_another_trail_is_found_out() {
        let mut book = TriggerBook::default();
        let price = |ticks| Price::new(ticks).unwrap();
        let trail = Trail::Ticks(price(5));
        let trigger = Trigger { kind: TriggerKind::Trailing(trail), by: TriggerBy::Last, price: price(105) };
        let order = OrderId::new(1).unwrap();
        book.insert(order, Side::Buy, trigger, Some(price(100)));
        book.check();
        let spot = &mut book.places.get_mut(&order).unwrap().spot;
        let Spot::Trailing { entry, .. } = *spot else { panic!("it trails") };
        *spot = Spot::Trailing { trail: Trail::Ticks(price(6)), entry };
        book.check();
    }
}
