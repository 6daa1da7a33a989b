//! Placing the orders of a plan one by one, with a way back.

use outcry_engine::{Command, Event, OrderId, Timestamp};

use crate::market::{Market, accepted};

use super::plan::{Plan, PlannedOrder};

/// A plan that is being placed.
#[derive(Clone, Debug)]
pub struct Loading {
    plan: Plan,
    /// The orders placed so far, in the order of the plan.
    placed: Vec<OrderId>,
}

/// One order was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The line of the file.
    pub row: u64,
    /// Its number in the file.
    pub id: u64,
    /// Its number on the exchange.
    pub order: OrderId,
}

/// The exchange refused an order, since things have changed after the check. The loading cannot go on;
/// [`Loading::undo`] takes back what was placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row}: {reason}")]
pub struct Refused {
    /// The line of the file.
    pub row: u64,
    /// The exchange's reason.
    pub reason: String,
}

/// What taking back did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Orders that were still open, wholly or in part, and are canceled now.
    pub canceled: u64,
    /// Orders that were not whole any more: trades stand, and so does what others canceled.
    pub changed: u64,
}

impl Loading {
    /// Nothing placed yet.
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self { plan, placed: Vec::new() }
    }

    /// How many orders are placed, and of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.placed.len(), self.plan.orders().len())
    }

    /// Places the next order; `None` when all are placed.
    ///
    /// # Errors
    /// [`Refused`] if the exchange refuses it; the same order is tried again if the step is repeated.
    pub fn step(&mut self, at: Timestamp, market: &mut impl Market) -> Option<Result<Placed, Refused>> {
        let &PlannedOrder { row, id, order } = self.plan.orders().get(self.placed.len())?;
        let command = Command::PlaceOrder(order);
        let events = market.submit(at, command.clone());
        if let Some(Event::CommandRejected(reject)) = events.last().copied() {
            let reason = market.exchange().explain_command(&command, &reject);
            return Some(Err(Refused { row, reason }));
        }
        let Some(order) = accepted(events, &order) else { unreachable!("an order is accepted or refused") };
        self.placed.push(order);
        Some(Ok(Placed { row, id, order }))
    }

    /// Cancels what is open of the orders placed so far, the last first, and forgets the plan.
    pub fn undo(self, at: Timestamp, market: &mut impl Market) -> Undone {
        let mut undone = Undone::default();
        for (&order, planned) in self.placed.iter().zip(self.plan.orders()).rev() {
            let open = market.exchange().order(order);
            if open.is_none_or(|open| open.leaves != open.quantity) {
                undone.changed += 1;
            }
            if open.is_some() {
                market.submit(at, Command::CancelOrder { account: planned.order.account, order });
                undone.canceled += 1;
            }
        }
        undone
    }
}
