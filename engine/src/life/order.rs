//! One order since it was accepted.

use serde::{Deserialize, Serialize};

use super::{AveragePrice, Happening, OrdStatus};
use crate::{
    Condition, Display, Event, Lots, NewOrder, OrderId, OrderPrice, Place, Price, Priority, Qty, SelfTrade,
    Trade, WaitsFor,
};

/// An order as its events have made it.
///
/// While it is open, `quantity = filled + gone + leaves`. Total and average price carry across replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLife {
    order: OrderId,
    /// What was asked; price and quantity as they are now.
    terms: NewOrder,
    conditions: Vec<Condition>,
    status: OrdStatus,
    average: AveragePrice,
    /// Lots that a rule took away: prevented, or reduced with the other order of a pair.
    gone: u64,
    leaves: u64,
    /// Where it is; `None` once it is closed.
    place: Option<Place>,
    /// The price that it rests at.
    rests_at: Option<Price>,
    /// Lots of it that the book holds in its queue: all, or the peak of an iceberg.
    shown: u64,
    waits_for: Option<WaitsFor>,
}

impl OrderLife {
    /// An order that was just accepted.
    pub(crate) const fn accepted(order: OrderId, terms: NewOrder) -> Self {
        Self {
            order,
            terms,
            conditions: Vec::new(),
            status: OrdStatus::New,
            average: AveragePrice::NONE,
            gone: 0,
            leaves: terms.quantity.get(),
            place: Some(Place::Incoming),
            rests_at: None,
            shown: 0,
            waits_for: None,
        }
    }

    /// Its id.
    #[must_use]
    pub const fn order(&self) -> OrderId {
        self.order
    }

    /// What was asked; price and total quantity as they are now.
    #[must_use]
    pub const fn terms(&self) -> &NewOrder {
        &self.terms
    }

    /// Its conditions as they were told.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> OrdStatus {
        self.status
    }

    /// `CumQty`: all that was filled, over all its replaces.
    #[must_use]
    pub const fn filled(&self) -> Lots {
        self.average.filled()
    }

    /// `AvgPx`: of all its fills.
    #[must_use]
    pub const fn average(&self) -> AveragePrice {
        self.average
    }

    /// `LeavesQty`: what may still be filled; zero once it is closed.
    #[must_use]
    pub const fn leaves(&self) -> Lots {
        Lots::new(self.leaves)
    }

    /// Lots that a rule took away from the total: prevented, or reduced with the other order of a pair.
    #[must_use]
    pub const fn gone(&self) -> Lots {
        Lots::new(self.gone)
    }

    /// `OrderQty`: its total without what rules took away, as FIX restates it.
    #[must_use]
    pub const fn quantity(&self) -> Lots {
        Lots::new(self.terms.quantity.get() - self.gone)
    }

    /// Where it is; `None` once it is closed.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        self.place
    }

    /// The price that it rests at.
    #[must_use]
    pub const fn rests_at(&self) -> Option<Price> {
        self.rests_at
    }

    /// What stands in the queue of its price: all that is left, or the peak of an iceberg.
    #[must_use]
    pub const fn shown(&self) -> Lots {
        Lots::new(self.shown)
    }

    /// What it waits for outside the book.
    #[must_use]
    pub const fn waits_for(&self) -> Option<WaitsFor> {
        self.waits_for
    }

    /// The price that triggers it, as it was when it came in.
    #[must_use]
    pub fn trigger(&self) -> Option<Price> {
        self.conditions.iter().find_map(|condition| match condition {
            Condition::Trigger(trigger) => Some(trigger.price),
            _ => None,
        })
    }

    /// Whether it follows the book.
    #[must_use]
    pub fn is_pegged(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, Condition::Peg(_)))
    }

    /// How it is displayed.
    #[must_use]
    pub fn display(&self) -> Display {
        let display = |condition: &Condition| match condition {
            Condition::Display(display) => Some(*display),
            _ => None,
        };
        self.conditions.iter().find_map(display).unwrap_or_default()
    }

    /// Takes in an event that concerns it, and answers what that means; `None` if the event is about something else.
    pub(crate) fn take(&mut self, event: &Event) -> Option<Happening> {
        let happening = self.change(event)?;
        let status = OrdStatus::after(Some(self.status), happening);
        debug_assert!(
            status.is_some(),
            "{happening:?} happened to order {} that is {:?}",
            self.order,
            self.status
        );
        self.status = status.unwrap_or(self.status);
        if !self.status.is_open() {
            (self.leaves, self.shown) = (0, 0);
            (self.place, self.rests_at, self.waits_for) = (None, None, None);
        }
        Some(happening)
    }

    fn change(&mut self, event: &Event) -> Option<Happening> {
        match event {
            Event::OrderConditioned { condition, .. } => {
                self.conditions.push(*condition);
                Some(Happening::Moved)
            }
            Event::OrderWaits { waits_for, .. } => {
                self.leave_book(Place::Waiting);
                self.waits_for = Some(*waits_for);
                Some(Happening::Moved)
            }
            Event::OrderTriggered { .. } => {
                self.waits_for = None;
                Some(Happening::Triggered)
            }
            Event::OrderEntered { .. } => {
                self.leave_book(Place::Incoming);
                Some(Happening::Moved)
            }
            Event::OrderRested { price, leaves, layer, .. } => {
                self.waits_for = None;
                (self.place, self.rests_at, self.shown) = (Some((*layer).into()), Some(*price), leaves.get());
                Some(Happening::Moved)
            }
            Event::OrderRefilled { shown, .. } => {
                self.shown = shown.get();
                Some(Happening::Moved)
            }
            Event::OrderRepriced { price, .. } => {
                self.terms.price = OrderPrice::Limit(*price);
                Some(Happening::Restated)
            }
            Event::OrderReduced { by, leaves, .. } => Some(self.reduce(by.get(), leaves.get())),
            Event::TradePrevented {
                rule: SelfTrade::Decrement,
                quantity,
                maker,
                maker_leaves,
                taker_leaves,
                ..
            } => {
                let leaves = if *maker == self.order { maker_leaves } else { taker_leaves };
                Some(self.reduce(quantity.get(), leaves.get()))
            }
            Event::TradePrevented { .. } => Some(Happening::Moved),
            Event::Traded(trade) => Some(self.fill(trade)),
            Event::OrderReplaced { price, quantity, leaves, priority, .. } => {
                self.replace(*price, *quantity, *leaves, *priority);
                Some(Happening::Replaced)
            }
            Event::OrderCanceled { reason: crate::CancelReason::Expired, .. } => Some(Happening::Expired),
            Event::OrderCanceled { .. } => Some(Happening::Canceled),
            _ => None,
        }
    }

    fn leave_book(&mut self, place: Place) {
        (self.place, self.rests_at, self.shown, self.waits_for) = (Some(place), None, 0, None);
    }

    fn fill(&mut self, trade: &Trade) -> Happening {
        let leaves = if trade.maker == self.order { trade.maker_leaves } else { trade.taker_leaves };
        self.average.add(trade.price, trade.quantity);
        self.leaves = leaves.get();
        self.shown = self.shown.saturating_sub(trade.quantity.get());
        if leaves.is_zero() { Happening::FilledWhole } else { Happening::PartlyFilled }
    }

    fn reduce(&mut self, by: u64, leaves: u64) -> Happening {
        self.gone += by;
        self.leaves = leaves;
        self.shown = self.shown.saturating_sub(by);
        if leaves == 0 { Happening::ReducedToNothing } else { Happening::Restated }
    }

    fn replace(&mut self, price: Price, quantity: Qty, leaves: Qty, priority: Priority) {
        self.terms.price = OrderPrice::Limit(price);
        self.terms.quantity = quantity;
        self.leaves = leaves.get();
        match priority {
            Priority::Kept => self.shown = self.shown.min(leaves.get()),
            Priority::Lost => self.leave_book(Place::Incoming),
        }
    }
}
