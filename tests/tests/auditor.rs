//! The audit of the event stream alone: on the demo's crowd and on edge-biased workloads, no rule is ever broken;
//! and a stream that was tampered with is found out.

use outcry_engine::{Command, Event, Exchange, Receipt, Timestamp};
use outcry_simulation::Market;
use outcry_simulation::demo::{Crowd, opening};
use outcry_tests::auditor::{Auditor, Violation};
use outcry_tests::workload::Workload;

/// An exchange whose every command is audited.
struct AuditedMarket {
    exchange: Exchange,
    events: Vec<Event>,
    auditor: Auditor,
}

impl Market for AuditedMarket {
    fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        self.events.clear();
        let receipt = self.exchange.execute(at, &command, &mut self.events);
        self.auditor
            .audit(receipt, &self.events)
            .unwrap_or_else(|violation| panic!("{violation}: {command:?}"));
        &self.events
    }
}

#[test]
fn the_crowds_hundred_thousand_orders_break_no_rule() {
    let mut market = AuditedMarket { exchange: Exchange::new(), events: Vec::new(), auditor: Auditor::new() };
    for command in opening() {
        market.submit(Timestamp::from_nanos(1), command);
    }
    let mut crowd = Crowd::new(7, market.exchange());
    while market.auditor.orders() < 100_000 {
        crowd.act(&mut market);
    }
    println!("{} orders audited: {} trades", market.auditor.orders(), market.auditor.trades());
    assert!(market.auditor.trades() > 1_000, "the crowd trades");
}

/// What the commands of a workload gave.
fn stream(seed: u64, commands: u32) -> Vec<(Receipt, Vec<Event>)> {
    let mut workload = Workload::plain(seed);
    let mut exchange = Exchange::new();
    let mut stream = Vec::new();
    for _ in 0..commands {
        let (at, command) = workload.next_command();
        let mut events = Vec::new();
        let receipt = exchange.execute(at, &command, &mut events);
        workload.observe(&events);
        stream.push((receipt, events));
    }
    stream
}

fn audit(stream: &[(Receipt, Vec<Event>)]) -> Result<Auditor, Violation> {
    let mut auditor = Auditor::new();
    for (receipt, events) in stream {
        auditor.audit(*receipt, events)?;
    }
    Ok(auditor)
}

#[test]
fn workloads_at_the_edges_break_no_rule() {
    for seed in 1..=20 {
        audit(&stream(seed, 2_000)).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
    }
}

/// Changes the events of the first command that `tamper` can change: the audit must fail, in every stream, and in one of the
/// first forty with `rule`. What it says first depends on what else the lie breaks.
fn found_out(rule: &str, tamper: impl Fn(&mut Vec<Event>) -> bool) {
    let mut found = String::new();
    for seed in 1..=40 {
        let mut stream = stream(seed, 2_000);
        if stream.iter_mut().any(|(_, events)| tamper(events)) {
            found = audit(&stream).err().map(|violation| violation.to_string()).unwrap_or_default();
            assert!(!found.is_empty(), "seed {seed}: nothing was found");
            if found.contains(rule) {
                return;
            }
        }
    }
    panic!("expected {rule:?}, found {found:?}");
}

/// Where the trades of a command stand among its events.
fn trades(events: &[Event]) -> Vec<usize> {
    events.iter().enumerate().filter(|(_, event)| matches!(event, Event::Traded(_))).map(|(i, _)| i).collect()
}

/// Planted: two fills of one aggressor, at one price, in the wrong order.
#[test]
fn two_swapped_fills_are_found_out() {
    found_out("is first in line", |events| {
        let places = trades(events);
        let Some(pair) = places.windows(2).find(|pair| match (&events[pair[0]], &events[pair[1]]) {
            (Event::Traded(a), Event::Traded(b)) => a.price == b.price && a.quantity == b.quantity,
            _ => false,
        }) else {
            return false;
        };
        let (first, second) = (pair[0], pair[1]);
        let (Event::Traded(mut a), Event::Traded(mut b)) = (events[first], events[second]) else {
            return false;
        };
        std::mem::swap(&mut a.maker, &mut b.maker);
        std::mem::swap(&mut a.maker_account, &mut b.maker_account);
        std::mem::swap(&mut a.maker_leaves, &mut b.maker_leaves);
        (events[first], events[second]) = (Event::Traded(a), Event::Traded(b));
        true
    });
}

/// Planted: a trade one tick away from the maker's price.
#[test]
fn a_price_that_is_not_the_makers_is_found_out() {
    found_out("trades beyond its limit", |events| {
        let Some(&place) = trades(events).first() else { return false };
        let Event::Traded(trade) = &mut events[place] else { return false };
        // Better for the taker, so that it stays inside both limits' reach.
        if trade.taker_side == outcry_engine::Side::Sell || trade.price.get() == 1 {
            return false;
        }
        trade.price = outcry_engine::Price::new(trade.price.get() - 1).unwrap_or(trade.price);
        true
    });
}

/// Planted: the buyer of a trade never receives what was bought.
#[test]
fn a_trade_that_is_not_paid_is_found_out() {
    found_out("was not paid", |events| {
        let Some(&place) = trades(events).last() else { return false };
        events.remove(place + 2);
        // The event after it stands in for the lost one, so that the numbering has no gap.
        events.push(events[0]);
        true
    });
}

/// Planted: one event of a command is lost.
#[test]
fn a_gap_in_the_numbering_is_found_out() {
    found_out("is not open", |events| {
        let last_is_release = matches!(
            events.last(),
            Some(Event::LedgerPosted(line)) if line.kind == outcry_engine::LedgerKind::Release
        );
        last_is_release && events.pop().is_some()
    });
}

/// Planted: the venue earns one minor unit that nobody paid.
#[test]
fn a_leak_of_one_minor_unit_is_found_out() {
    found_out("is not what a trade owes", |events| {
        for event in events.iter_mut() {
            if let Event::LedgerPosted(line) = event
                && line.account == outcry_engine::AccountId::VENUE
            {
                let one_more =
                    |amount: outcry_engine::Amount| outcry_engine::Amount::new(amount.get() + 1).unwrap();
                (line.amount, line.available) = (one_more(line.amount), one_more(line.available));
                return true;
            }
        }
        false
    });
}

/// Planted: an order that could have traded is canceled as if nothing were there.
#[test]
fn an_order_that_ends_within_reach_is_found_out() {
    found_out("within reach", |events| {
        let immediate = |event: &Event| {
            matches!(event, Event::OrderAccepted { terms, .. }
            if terms.time_in_force == outcry_engine::TimeInForce::ImmediateOrCancel)
        };
        let (Some(&place), Some(accepted)) = (trades(events).first(), events.first().copied()) else {
            return false;
        };
        let Event::OrderAccepted { order, terms } = accepted else { return false };
        if !immediate(&accepted) {
            return false;
        }
        events.truncate(place);
        events.push(Event::OrderCanceled {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price,
            canceled: terms.quantity.lots(),
            from: outcry_engine::Place::Incoming,
            reason: outcry_engine::CancelReason::ImmediateOrCancel,
        });
        true
    });
}
