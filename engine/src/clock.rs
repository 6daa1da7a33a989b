//! The clock: what happens by itself when its time comes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{CancelReason, Event, Exchange, InstrumentId, OrderId, Timestamp};

/// Something that is due at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Timer {
    pub(crate) at: Timestamp,
    pub(crate) due: Due,
}

/// What is due. At one time in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// An order expires.
    Expiry(OrderId),
    /// A batch is uncrossed, a rule takes its next step, or a market's phase ends.
    Market(InstrumentId),
    /// A market-wide halt is over.
    MarketWide,
}

/// All timers, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Clock {
    timers: BTreeSet<Timer>,
}

impl Clock {
    /// Whether something is due at or before `at`.
    #[inline]
    pub(crate) fn is_due(&self, at: Timestamp) -> bool {
        self.timers.first().is_some_and(|timer| timer.at <= at)
    }

    pub(crate) fn set(&mut self, timer: Timer) {
        self.timers.insert(timer);
    }

    /// The one end of a market-wide halt, or none any more.
    pub(crate) fn set_market_wide(&mut self, until: Option<Timestamp>) {
        self.timers.retain(|timer| timer.due != Due::MarketWide);
        self.timers.extend(until.map(|at| Timer { at, due: Due::MarketWide }));
    }

    pub(crate) fn remove(&mut self, timer: Timer) {
        self.timers.remove(&timer);
    }

    /// When something is due next.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.timers.first().map(|timer| timer.at)
    }
}

impl Exchange {
    /// Does everything that is due at or before `at`, each at its own time.
    pub(crate) fn run_due(&mut self, at: Timestamp, events: &mut Vec<Event>) {
        while let Some(&timer) = self.clock.timers.first().filter(|timer| timer.at <= at) {
            self.clock.remove(timer);
            self.now = self.now.max(timer.at);
            match timer.due {
                Due::Expiry(order) => {
                    let instrument = match self.books.find(order) {
                        Some(slot) => self.books.resting(slot).instrument,
                        None => self.tickets[&order].terms.instrument,
                    };
                    self.cancel_open(order, CancelReason::Expired, events);
                    self.note(instrument);
                }
                Due::Market(instrument) => self.market_due(instrument, events),
                Due::MarketWide => self.resume_all(events),
            }
            self.finish_command(events);
        }
    }
}
