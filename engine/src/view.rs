//! What others may ask of a market beside its book: phase, prices, and the orders that wait outside it.

use crate::ticket::{State, Ticket};
use crate::{
    Conditions, Exchange, Indication, InstrumentId, NewOrder, OrderId, Phase, PhaseEnd, Price, Qty,
    Timestamp, WaitsFor,
};

/// An order that waits outside the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingOrder {
    /// Its id.
    pub order: OrderId,
    /// Its terms, as they are now.
    pub terms: NewOrder,
    /// Its conditions.
    pub conditions: Conditions,
    /// What is left.
    pub leaves: Qty,
    /// What it waits for; `None` if it was triggered and enters with the next command of its instrument.
    pub waits_for: Option<WaitsFor>,
    /// The price at which it is triggered now; of a trailing stop the latest one.
    pub trigger: Option<Price>,
    /// When it expires.
    pub expires: Option<Timestamp>,
}

impl Exchange {
    /// How trading goes in an instrument; continuous until it is set.
    #[must_use]
    pub fn phase(&self, instrument: InstrumentId) -> Phase {
        self.markets.get(instrument.index()).map_or(Phase::Continuous, |market| market.phase())
    }

    /// When the phase of an instrument ends by itself, and what follows.
    #[must_use]
    pub fn phase_end(&self, instrument: InstrumentId) -> Option<PhaseEnd> {
        self.markets.get(instrument.index())?.special.as_ref()?.end
    }

    /// What an uncross now would give, while orders gather for one.
    #[must_use]
    pub fn indicative(&self, instrument: InstrumentId) -> Option<Indication> {
        self.phase(instrument).indicates().then(|| self.indication(instrument))
    }

    /// The price of the last trade of an instrument.
    #[must_use]
    pub fn last_price(&self, instrument: InstrumentId) -> Option<Price> {
        self.markets.get(instrument.index())?.last
    }

    /// The reference price of an instrument: of the last auction or as set, else of the last trade.
    #[must_use]
    pub fn reference_price(&self, instrument: InstrumentId) -> Option<Price> {
        self.markets.get(instrument.index())?.reference()
    }

    /// When something happens by itself next: an expiry, the end of a phase, a batch. Whoever drives the exchange sends
    /// [`Command::AdvanceClock`](crate::Command::AdvanceClock) then, unless another command comes first.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.clock.next()
    }

    /// The orders that wait outside the book, by number.
    pub fn waiting(&self) -> impl Iterator<Item = WaitingOrder> + '_ {
        self.tickets
            .iter()
            .filter(|(_, ticket)| ticket.state != State::Resting)
            .filter_map(|(&order, ticket)| self.waiting_view(order, ticket))
    }

    /// One order that waits outside the book.
    #[must_use]
    pub fn waiting_order(&self, order: OrderId) -> Option<WaitingOrder> {
        let ticket = self.tickets.get(&order).filter(|ticket| ticket.state != State::Resting)?;
        self.waiting_view(order, ticket)
    }

    /// The conditions of an open order, if it has any.
    #[must_use]
    pub fn conditions(&self, order: OrderId) -> Option<Conditions> {
        self.tickets.get(&order).map(|ticket| ticket.conditions)
    }

    /// When an open order expires, if it does.
    #[must_use]
    pub fn expires(&self, order: OrderId) -> Option<Timestamp> {
        self.tickets.get(&order)?.expires
    }

    /// Lots of a resting order that are not shown: the reserve of an iceberg.
    #[must_use]
    pub fn reserve_of(&self, order: OrderId) -> crate::Lots {
        crate::Lots::new(self.tickets.get(&order).map_or(0, |ticket| ticket.reserve))
    }

    /// Changes to an open order since it came in: whoever saw it with another number has not seen it as it is.
    #[must_use]
    pub fn version(&self, order: OrderId) -> Option<u32> {
        match self.books.find(order) {
            Some(slot) => Some(self.books.resting(slot).version),
            None => self.tickets.get(&order).map(|ticket| ticket.version),
        }
    }

    fn waiting_view(&self, order: OrderId, ticket: &Ticket) -> Option<WaitingOrder> {
        let special = self.markets[ticket.terms.instrument.index()].special.as_ref();
        Some(WaitingOrder {
            order,
            terms: ticket.terms,
            conditions: ticket.conditions,
            leaves: Qty::new(ticket.leaves).ok()?,
            waits_for: match ticket.state {
                State::Waiting(waits_for) => Some(waits_for),
                State::Incoming | State::Resting | State::Fired(_) => None,
            },
            trigger: special.and_then(|special| special.triggers.get(order)),
            expires: ticket.expires,
        })
    }
}
