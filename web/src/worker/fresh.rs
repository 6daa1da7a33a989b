//! Which orders were changed by commands that may not be on disk yet: what an order's row needs to show its ack.
//!
//! Kept in memory only and for a moment only: what is on disk is forgotten, and all that was read from the store at
//! opening counts as one change.

use std::collections::BTreeMap;

use outcry_engine::{AccountId, Event, OrderId};

/// Most orders kept apart; beyond that all count as changed now, which claims too little and never too much.
const KEPT: usize = 10_000;

/// The sequence of the last command that changed each order.
#[derive(Debug, Default)]
pub struct Fresh {
    /// By order, because that is how they are asked for; small, for what is on disk goes.
    changed: BTreeMap<OrderId, u64>,
    /// Every other order was changed by this command or an earlier one. `None` before the first command of this run.
    rest: Option<u64>,
}

impl Fresh {
    /// Notes what a command changed; of accounts that are not `shown` only what cannot be told apart.
    pub fn apply(&mut self, sequence: u64, events: &[Event], shown: impl Fn(AccountId) -> bool) {
        self.rest.get_or_insert(sequence.saturating_sub(1));
        for event in events {
            let [first, second] = orders(event);
            for (order, account) in [first, second].into_iter().flatten() {
                if account.is_none_or(&shown) {
                    self.changed.insert(order, sequence);
                }
            }
        }
        if self.changed.len() > KEPT {
            self.changed.clear();
            self.rest = Some(sequence);
        }
    }

    /// Forgets what is on disk; from now on it counts as changed by the last command that is.
    pub fn settled(&mut self, on_disk: u64) {
        self.changed.retain(|_, sequence| *sequence > on_disk);
        self.rest = self.rest.map(|rest| rest.max(on_disk));
    }

    /// The last command that may have changed an order, of an exchange that has executed `now` commands.
    #[must_use]
    pub fn changed(&self, order: OrderId, now: u64) -> u64 {
        self.changed.get(&order).copied().or(self.rest).unwrap_or(now)
    }
}

/// An order and its account, where the event names one.
type Changed = Option<(OrderId, Option<AccountId>)>;

/// The orders that an event changes.
fn orders(event: &Event) -> [Changed; 2] {
    match event {
        Event::OrderAccepted { order, terms } => [Some((*order, Some(terms.account))), None],
        Event::OrderWaits { order, account, .. }
        | Event::OrderTriggered { order, account, .. }
        | Event::OrderEntered { order, account, .. }
        | Event::OrderRested { order, account, .. }
        | Event::OrderRefilled { order, account, .. }
        | Event::OrderReduced { order, account, .. }
        | Event::OrderCanceled { order, account, .. }
        | Event::OrderReplaced { order, account, .. } => [Some((*order, Some(*account))), None],
        Event::Traded(trade) => {
            [Some((trade.maker, Some(trade.maker_account))), Some((trade.taker, Some(trade.taker_account)))]
        }
        Event::TradePrevented { maker, taker, .. } => [Some((*maker, None)), Some((*taker, None))],
        Event::OrderConditioned { order, .. } | Event::OrderRepriced { order, .. } => {
            [Some((*order, None)), None]
        }
        // The rest names no single order, or the events of its orders follow.
        _ => [None, None],
    }
}
