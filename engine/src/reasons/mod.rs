//! Reasons: why a fill went to this order, why an order stopped, why a command was refused, in a form a lesson can show.
//!
//! [`explain`] computes them on demand from the state before a command and the events that it brought; the matcher does
//! nothing for them. It carries the queues of the books along from event to event ([`queues`]) and asks at each trade which
//! order the rules name next.

mod queues;
mod fill;

use serde::{Deserialize, Serialize};

use crate::allocation::{Basis, Share};
use crate::{
    AuctionStep, CancelReason, Command, Event, Exchange, InstrumentId, Layer, Lots, OrderId, OrderPrice,
    Place, Price, Reject, Side, Trade,
};
use queues::Queues;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Why two orders traded.
    Fill(Box<FillReason>),
    /// Why what was left of an incoming order was canceled.
    End(EndReason),
    /// Why a command, or an entry of a mass quote, was refused.
    Reject(RejectReason),
}

/// Why two orders traded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillReason {
    /// The trade.
    pub trade: Trade,
    /// The rule that named the maker.
    pub rule: Rule,
    /// The queue that the maker stood in, before. In an uncross the line of the maker's side.
    pub before: Vec<Queued>,
    /// The same queue after the trade. An iceberg whose peak is gone stands last, its next peak not yet shown.
    pub after: Vec<Queued>,
    /// Orders that were passed over, and why.
    pub skipped: Vec<Skipped>,
    /// The order that would have traded next.
    pub next: Option<Next>,
}

/// The rule that named the maker of a trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Best price, displayed, and the first in its queue.
    PriceTime,
    /// The allocation of the instrument shared the aggressor among the displayed orders of the best price.
    Allocation {
        /// What each order of the level was given when the aggressor came to it, in the sequence of their queue then.
        deal: Vec<Dealt>,
        /// What the pro-rata step divided, if there is one.
        basis: Option<Basis>,
    },
    /// Best price, the first that is not displayed, and no displayed order is left at it.
    Hidden,
    /// It waited for a minimum, nothing else was left within the price, and there was enough.
    Minimum {
        /// What it waited for.
        minimum: Lots,
    },
    /// Both stood in line for the uncross.
    Uncross {
        /// What decided the price.
        decided_by: Option<AuctionStep>,
    },
}

/// What an allocation gives an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dealt {
    /// Which.
    pub order: OrderId,
    /// How much, by step.
    pub share: Share,
}

/// An order in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// Which.
    pub order: OrderId,
    /// What counts of it here: what it shows; in an uncross all that is left.
    pub lots: Lots,
}

/// An order that was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Which.
    pub order: OrderId,
    /// Why.
    pub why: SkipReason,
}

/// Why an order was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SkipReason {
    /// Self-trade prevention keeps it apart from the aggressor.
    KeptApart,
    /// It waits for a minimum that was not there, or that is only looked at when nothing else is left.
    Minimum,
    /// It is not displayed, and displayed orders of its price go first.
    HiddenBehindDisplayed,
    /// The allocation left it without a share.
    NoShare,
}

/// The order that would have traded next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// Which.
    pub order: OrderId,
    /// Its price; in an uncross the price of the uncross.
    pub price: Price,
    /// Whether the aggressor's own price allows it.
    pub within: bool,
}

/// Why what was left of an incoming order was canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndReason {
    /// Which.
    pub order: OrderId,
    /// The rule.
    pub reason: CancelReason,
    /// How far it could trade.
    pub price: OrderPrice,
    /// What was canceled.
    pub canceled: Lots,
    /// The order that it would have met next.
    pub next: Option<Next>,
}

/// Why a command, or an entry of a mass quote, was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectReason {
    /// The check that failed: what was given and what is allowed.
    pub reject: Reject,
    /// The queue that a post-only order would have met; of another check empty.
    pub queue: Vec<Queued>,
    /// The first order of that queue.
    pub next: Option<Next>,
}

/// The reasons of a command: of its fills, its ends and its refusal, in the order of the events.
///
/// `before` is the exchange as it was before the command, `events` the whole answer. Costs time and memory in the size of the
/// books that the command touched.
#[must_use]
pub fn explain(before: &Exchange, command: &Command, events: &[Event]) -> Vec<Reason> {
    let mut queues = Queues::of(before);
    let mut reasons = Vec::new();
    for event in events {
        match event {
            Event::Traded(trade) => reasons.push(Reason::Fill(Box::new(queues.fill(trade)))),
            Event::OrderCanceled {
                order, instrument, side, canceled, from: Place::Incoming, reason, ..
            } => {
                let price = queues.price_of(*order);
                let next = queues.next(*instrument, *side, price);
                let (order, reason, canceled) = (*order, *reason, *canceled);
                reasons.push(Reason::End(EndReason { order, reason, price, canceled, next }));
            }
            Event::CommandRejected(reject) | Event::QuoteRefused { reject, .. } => {
                reasons.push(Reason::Reject(refusal(&mut queues, command, reject)));
            }
            _ => {}
        }
        queues.apply(event);
    }
    reasons
}

fn refusal(queues: &mut Queues<'_>, command: &Command, reject: &Reject) -> RejectReason {
    let reject = *reject;
    let (Reject::PostOnlyWouldTake { instrument, price, best }, Some(side)) =
        (reject, side_of(queues.before, command))
    else {
        return RejectReason { reject, queue: Vec::new(), next: None };
    };
    let next = queues.next(instrument, side, OrderPrice::Limit(price));
    let opposite = side.opposite();
    let lit = queues.level(instrument, Layer::Lit, opposite, best);
    let queue = if lit.is_empty() { queues.level(instrument, Layer::Dark, opposite, best) } else { lit };
    RejectReason { reject, queue, next }
}

/// The side of the order that a command is about.
fn side_of(before: &Exchange, command: &Command) -> Option<Side> {
    match command {
        Command::PlaceOrder(order) => Some(order.side),
        Command::PlaceConditional(order) => Some(order.terms.side),
        Command::PlacePair(pair) => Some(pair.limit.side),
        Command::PlaceBracket(bracket) => Some(bracket.entry.side),
        Command::ReplaceOrder { order, .. } => before.order(*order).map(|resting| resting.side),
        _ => None,
    }
}

impl FillReason {
    /// The instrument.
    #[must_use]
    pub const fn instrument(&self) -> InstrumentId {
        self.trade.instrument
    }

    /// The place of the maker in its queue, from 1.
    #[must_use]
    pub fn place(&self) -> Option<u32> {
        (1..).zip(&self.before).find(|(_, queued)| queued.order == self.trade.maker).map(|(place, _)| place)
    }
}
