//! Tickets: what an order is beyond a plain one.
//!
//! Plain orders have none. An order with conditions, an expiry, a link or a quote has a ticket from its entry until it is
//! closed, whether it rests in the book or waits outside it.

use serde::{Deserialize, Serialize};

use crate::{
    Conditions, Display, Layer, Minimum, NewOrder, OrderId, OrderPrice, Price, Protection, Timestamp,
    WaitsFor,
};

/// The ticket of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// What was asked; price and quantity as they are now.
    pub(crate) terms: NewOrder,
    pub(crate) conditions: Conditions,
    pub(crate) state: State,
    /// What is left while it waits; of a resting order the book knows it.
    pub(crate) leaves: u64,
    /// Changes to it until it last waited or was lifted.
    pub(crate) version: u32,
    /// Lots of an iceberg that are not shown.
    pub(crate) reserve: u64,
    /// Peaks shown so far after the first.
    pub(crate) refills: u32,
    /// What is held while it waits; of a resting order it follows from price and quantity.
    pub(crate) held: i64,
    /// The price that its hold is made at; `None` where it holds a quantity, or what its walk costs.
    pub(crate) hold_price: Option<Price>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) link: Link,
    /// The entry of the bracket that it is an exit of.
    pub(crate) exit_of: Option<OrderId>,
    /// Whether it is a side of its account's quote.
    pub(crate) quote: bool,
}

/// Where a ticket's order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// On its way through the matcher.
    Incoming,
    /// In the book.
    Resting,
    /// Outside the book.
    Waiting(WaitsFor),
    /// Triggered, at this place in the line of those to enter.
    Fired(u64),
}

/// What an order has to do with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Link {
    /// Nothing.
    None,
    /// The limit order of a pair; the other is its stop.
    Limit(OrderId),
    /// The stop of a pair; the other is its limit order.
    Stop(OrderId),
    /// It brings exits.
    Entry(Exits),
}

/// The exits of a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exits {
    pub(crate) profit: Price,
    pub(crate) loss: Price,
    pub(crate) then: OrderPrice,
    pub(crate) protection: Option<Protection>,
}

impl Ticket {
    /// The least that its next execution must fill.
    pub(crate) const fn minimum(&self) -> u64 {
        match self.conditions.minimum {
            None => 1,
            Some(Minimum::Quantity(minimum)) if minimum.get() < self.leaves => minimum.get(),
            Some(Minimum::Quantity(_) | Minimum::All) => self.leaves,
        }
    }

    /// Where it rests.
    pub(crate) const fn layer(&self) -> Layer {
        match (self.conditions.display, self.conditions.peg) {
            (Display::Hidden, _) | (_, Some(_)) => Layer::Dark,
            (Display::Full | Display::Iceberg { .. }, None) => Layer::Lit,
        }
    }

    pub(crate) const fn new(terms: NewOrder, conditions: Conditions) -> Self {
        Self {
            terms,
            conditions,
            state: State::Incoming,
            leaves: terms.quantity.get(),
            version: 0,
            reserve: 0,
            refills: 0,
            held: 0,
            hold_price: None,
            expires: None,
            link: Link::None,
            exit_of: None,
            quote: false,
        }
    }

    /// Lots of an order that are shown first, of `left`.
    pub(crate) fn first_peak(&self, left: u64) -> u64 {
        match self.conditions.display {
            Display::Iceberg { peak, .. } => peak.get().min(left),
            Display::Full | Display::Hidden => left,
        }
    }

    /// Lots of the next peak of an iceberg, of `left` that are not shown.
    pub(crate) fn next_peak(&mut self, order: OrderId, left: u64) -> u64 {
        let Display::Iceberg { peak, spread } = self.conditions.display else { return left };
        let (peak, spread) = (peak.get(), spread.get());
        let drawn = match spread {
            0 => peak,
            _ => peak - spread + crate::draw::draw(order.get(), u64::from(self.refills), 2 * spread + 1),
        };
        self.refills += 1;
        drawn.min(left)
    }
}
