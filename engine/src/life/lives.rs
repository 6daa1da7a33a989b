//! All orders since a beginning, and the report of each event.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::report::Reason;
use super::{
    AveragePrice, CancelReject, ExecType, ExecutionReport, Fill, Happening, Liquidity, OrdStatus, OrderLife,
    Report, ResponseTo, RestatementReason,
};
use crate::{
    AccountId, Command, Condition, Event, Lots, NewOrder, OrderId, Receipt, Reject, SelfTrade, Timestamp,
    Trade, TradeKind,
};

/// The lives of orders: a fold over the answers of an exchange.
///
/// It knows the orders that were accepted since it began. Closed ones stay until they are [forgotten](Self::forget_closed).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLives {
    // Ordered: readers walk the orders by number.
    lives: BTreeMap<OrderId, OrderLife>,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    event: u64,
    at: Timestamp,
}

impl OrderLives {
    /// No orders yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the answer to a command: its receipt and its events. Answers with a report for each order that an event
    /// concerns, in the order of the events, the maker's before the taker's.
    pub fn take(&mut self, command: &Command, receipt: &Receipt, events: &[Event]) -> Vec<Report> {
        let mut reports = Vec::new();
        for (event, number) in events.iter().zip(receipt.first_event..) {
            let stamp = Stamp { event: number, at: receipt.at };
            match event {
                Event::CommandRejected(reject) => reports.extend(self.refused(command, reject, stamp)),
                Event::OrderAccepted { order, terms } => {
                    let life = OrderLife::accepted(*order, *terms);
                    reports.push(report(&life, event, Happening::Accepted, stamp));
                    self.lives.insert(*order, life);
                }
                _ => {
                    for order in concerned(event).into_iter().flatten() {
                        let Some(life) = self.lives.get_mut(&order) else { continue };
                        if let Some(happening) = life.take(event) {
                            reports.push(report(life, event, happening, stamp));
                        }
                    }
                }
            }
        }
        reports
    }

    /// One order, open or closed.
    #[must_use]
    pub fn order(&self, order: OrderId) -> Option<&OrderLife> {
        self.lives.get(&order)
    }

    /// All orders, by number.
    pub fn orders(&self) -> impl Iterator<Item = &OrderLife> + '_ {
        self.lives.values()
    }

    /// The open orders of an account, by number.
    pub fn open(&self, account: AccountId) -> impl Iterator<Item = &OrderLife> + '_ {
        self.orders().filter(move |life| life.terms().account == account && life.status().is_open())
    }

    /// Forgets the orders that are closed.
    pub fn forget_closed(&mut self) {
        self.lives.retain(|_, life| life.status().is_open());
    }

    /// The reports of a command that was refused: of each order that it would have entered, or of the cancel or replace.
    fn refused(&self, command: &Command, reject: &Reject, stamp: Stamp) -> Vec<Report> {
        let entered = |terms: &[NewOrder]| terms.iter().map(|terms| rejected(terms, reject, stamp)).collect();
        let answer = |account: AccountId, order, response_to| {
            let known = self.order(order).filter(|life| life.terms().account == account);
            vec![Report::CancelReject(CancelReject {
                event: stamp.event,
                at: stamp.at,
                account,
                order,
                instrument: known.map(|life| life.terms().instrument),
                status: known.map_or(OrdStatus::Rejected, OrderLife::status),
                response_to,
                reject: *reject,
            })]
        };
        match command {
            Command::PlaceOrder(terms) => entered(&[*terms]),
            Command::PlaceConditional(order) => entered(&[order.terms]),
            Command::PlacePair(pair) => entered(&[pair.limit, NewOrder { price: pair.then, ..pair.limit }]),
            Command::PlaceBracket(bracket) => entered(&[bracket.entry]),
            Command::CancelOrder { account, order } => answer(*account, *order, ResponseTo::Cancel),
            Command::ReplaceOrder { account, order, .. } => answer(*account, *order, ResponseTo::Replace),
            _ => Vec::new(),
        }
    }
}

/// The orders that an event is about.
fn concerned(event: &Event) -> [Option<OrderId>; 2] {
    match event {
        Event::OrderConditioned { order, .. }
        | Event::OrderWaits { order, .. }
        | Event::OrderTriggered { order, .. }
        | Event::OrderEntered { order, .. }
        | Event::OrderRested { order, .. }
        | Event::OrderRefilled { order, .. }
        | Event::OrderRepriced { order, .. }
        | Event::OrderReduced { order, .. }
        | Event::OrderCanceled { order, .. }
        | Event::OrderReplaced { order, .. } => [Some(*order), None],
        Event::TradePrevented { maker, taker, .. } | Event::Traded(Trade { maker, taker, .. }) => {
            [Some(*maker), Some(*taker)]
        }
        _ => [None, None],
    }
}

/// The report of what just happened to an order.
fn report(life: &OrderLife, event: &Event, happening: Happening, stamp: Stamp) -> Report {
    let refreshed = matches!(event, Event::OrderEntered { .. }) && life.is_pegged();
    let restated = match event {
        _ if refreshed => Some(RestatementReason::PegRefresh),
        Event::OrderRepriced { .. } => Some(RestatementReason::Repricing),
        Event::OrderReduced { .. } | Event::TradePrevented { rule: SelfTrade::Decrement, .. } => {
            Some(RestatementReason::PartialDecline)
        }
        _ => None,
    };
    let exec_type = match happening {
        Happening::Accepted => ExecType::New,
        Happening::Refused => ExecType::Rejected,
        Happening::Moved if refreshed => ExecType::Restated,
        Happening::Moved => ExecType::OrderStatus,
        Happening::Triggered => ExecType::Triggered,
        Happening::Restated => ExecType::Restated,
        Happening::Replaced => ExecType::Replaced,
        Happening::PartlyFilled | Happening::FilledWhole => ExecType::Trade,
        Happening::ReducedToNothing | Happening::Canceled => ExecType::Canceled,
        Happening::Expired => ExecType::Expired,
    };
    let expires = life.conditions().iter().find_map(|condition| match condition {
        Condition::Expires(expires) => Some(*expires),
        _ => None,
    });
    Report::Execution(Box::new(ExecutionReport {
        event: stamp.event,
        at: stamp.at,
        order: Some(life.order()),
        exec_type,
        status: life.status(),
        terms: *life.terms(),
        trigger: life.trigger(),
        quantity: life.quantity(),
        average: life.average(),
        leaves: life.leaves(),
        shown: life.rests_at().map(|_| displayed(life)).filter(|&shown| shown != life.leaves()),
        expires,
        fill: fill(life.order(), event),
        restated,
        reason: reason(event),
    }))
}

/// What others see of an order in the book.
fn displayed(life: &OrderLife) -> Lots {
    match life.place() {
        Some(crate::Place::Lit) => life.shown(),
        _ => Lots::ZERO,
    }
}

fn fill(order: OrderId, event: &Event) -> Option<Fill> {
    let Event::Traded(trade) = event else { return None };
    let liquidity = match trade.kind {
        TradeKind::Auction => Liquidity::Auction,
        TradeKind::Continuous if trade.maker == order => Liquidity::Added,
        TradeKind::Continuous => Liquidity::Removed,
    };
    Some(Fill { trade: trade.trade, price: trade.price, quantity: trade.quantity, liquidity })
}

const fn reason(event: &Event) -> Option<Reason> {
    match event {
        Event::OrderCanceled { reason, .. } => Some(Reason::Canceled(*reason)),
        Event::OrderRepriced { reason, .. } => Some(Reason::Repriced(*reason)),
        Event::OrderReduced { .. } => Some(Reason::Paired),
        Event::TradePrevented { rule, .. } => Some(Reason::Prevented(*rule)),
        _ => None,
    }
}

/// The report of an order that was never accepted.
fn rejected(terms: &NewOrder, reject: &Reject, stamp: Stamp) -> Report {
    Report::Execution(Box::new(ExecutionReport {
        event: stamp.event,
        at: stamp.at,
        order: None,
        exec_type: ExecType::Rejected,
        status: OrdStatus::Rejected,
        terms: *terms,
        trigger: None,
        quantity: terms.quantity.lots(),
        average: AveragePrice::NONE,
        leaves: Lots::ZERO,
        shown: None,
        expires: None,
        fill: None,
        restated: None,
        reason: Some(Reason::Refused(*reject)),
    }))
}
