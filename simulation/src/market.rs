//! The joint between what trades and what keeps the exchange.
//!
//! Crowd, replay and import only know a [`Market`]: they read the exchange and submit commands. The page's worker
//! and the server implement it over their journal, so everything submitted is recorded; [`BareMarket`] is the
//! exchange alone, for tests and for runs that nobody keeps.

use outcry_engine::{Command, Event, Exchange, NewOrder, OrderId, Timestamp};

use crate::schedule::Schedule;

/// An exchange that can be read and given commands.
pub trait Market {
    /// The exchange as it stands.
    fn exchange(&self) -> &Exchange;

    /// Executes one command and answers with its events, at least one; a refusal is the last of them. What was due by the
    /// clock comes first.
    ///
    /// Time never goes back: a command stamped earlier than the exchange's now runs at now.
    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event];
}

/// Executes what a schedule asks for up to a time; gives how many commands that took.
pub fn keep_schedule(market: &mut impl Market, schedule: &Schedule, until: Timestamp) -> u64 {
    let mut commands = 0;
    while let Some((at, command)) = schedule.next(market.exchange(), until) {
        market.submit(at, command);
        commands += 1;
    }
    commands
}

/// The number of the order with these terms, if these events say that it was accepted.
pub(crate) fn accepted(events: &[Event], placed: &NewOrder) -> Option<OrderId> {
    events.iter().find_map(|event| match event {
        Event::OrderAccepted { order, terms } if terms == placed => Some(*order),
        _ => None,
    })
}

/// An exchange without a journal.
pub struct BareMarket {
    exchange: Exchange,
    /// Events of the last command; kept so that its memory is used again.
    events: Vec<Event>,
}

impl BareMarket {
    /// An empty exchange.
    #[must_use]
    pub fn new() -> Self {
        Self { exchange: Exchange::new(), events: Vec::new() }
    }
}

impl Default for BareMarket {
    fn default() -> Self {
        Self::new()
    }
}

impl Market for BareMarket {
    fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        self.events.clear();
        self.exchange.execute(at, &command, &mut self.events);
        &self.events
    }
}
