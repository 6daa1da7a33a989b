//! The worker's answers in words.

use super::venue::Venue;
use super::wording::why_canceled;
use crate::protocol::Outcome;
use outcry_engine::{InstrumentId, Lots, OrderId};

/// What the ticket shows after an order was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was executed; in words.
    Done(String),
    /// It was refused.
    Refused {
        /// Stable code.
        code: String,
        /// The reason.
        message: String,
    },
}

impl Answer {
    /// Words for what became of an order of `instrument`.
    #[must_use]
    pub fn to_order(outcome: Outcome, venue: &Venue, instrument: InstrumentId) -> Self {
        match outcome {
            Outcome::Refused(refusal) => Self::Refused { code: refusal.code, message: refusal.message },
            Outcome::Done { order, filled, rests, canceled, reason, .. } => {
                let part = |lots: Lots, what: &str| {
                    (!lots.is_zero()).then(|| format!("{what} {}", venue.quantity(instrument, lots)))
                };
                let parts = [part(filled, "filled"), part(rests, "resting"), part(canceled, "canceled")];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                let why = reason.map(|reason| format!(" ({})", why_canceled(reason))).unwrap_or_default();
                Self::Done(format!("{}: {}{why}", order_name(order), parts.join(", ")))
            }
        }
    }
}

/// `Order 17`.
fn order_name(order: Option<OrderId>) -> String {
    order.map_or_else(|| "Order".to_owned(), |order| format!("Order {order}"))
}
