//! The audit of the event stream alone: on the demo's crowd and on edge-biased workloads, no rule is ever broken;
//! and a stream that was tampered with is found out.

use outcry_engine::{
    Amount, Command, Event, Exchange, LedgerKind, Lots, OrderId, OrderPrice, Price, Receipt, Side, Timestamp,
    TradeKind,
};
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
fn stream(mut workload: Workload, commands: u32) -> Vec<(Receipt, Vec<Event>)> {
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
    for seed in 1..=40 {
        audit(&stream(Workload::new(seed), 2_000))
            .unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
    }
}

/// Changes the events of the first command that `tamper` can change: the audit must fail, in every stream, and in one of the
/// first forty with `rule`. What it says first depends on what else the lie breaks.
fn found_out(rule: &str, tamper: impl Fn(&mut Vec<Event>) -> bool) {
    found_out_in(Workload::new, rule, tamper);
}

/// The same in another workload.
fn found_out_in(workload: impl Fn(u64) -> Workload, rule: &str, tamper: impl Fn(&mut Vec<Event>) -> bool) {
    let mut found = String::new();
    for seed in 1..=40 {
        let mut stream = stream(workload(seed), 2_000);
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
    found_out_in(Workload::plain, "is first in line", |events| {
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
    found_out("the maker's price is", |events| {
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

/// Planted: one event of a command is lost, which says nothing by itself.
#[test]
fn a_gap_in_the_numbering_is_found_out() {
    found_out("the numbering has a gap", |events| {
        let [Event::Quoted { .. }, _, ..] = events[..] else { return false };
        events.remove(0);
        true
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

/// Planted: a sell order that rests at the price of the bid that came just before it.
#[test]
fn a_crossed_book_is_found_out() {
    let bid = std::cell::Cell::new(None);
    found_out_in(Workload::plain, "is crossed", |events| {
        let before = bid.take();
        if let Some(Event::OrderRested { side: Side::Buy, price, instrument, .. }) = events.last() {
            bid.set(Some((*instrument, *price)));
        }
        let [
            Event::OrderAccepted { terms, .. },
            Event::LedgerPosted(_),
            Event::OrderRested { side: Side::Sell, instrument, price, ahead, .. },
        ] = &mut events[..]
        else {
            return false;
        };
        let Some((_, crossed)) = before.filter(|(other, _)| other == instrument) else { return false };
        (terms.price, *price, *ahead) = (OrderPrice::Limit(crossed), crossed, Lots::ZERO);
        true
    });
}

/// Planted: a trade beyond what the aggressor asked for.
#[test]
fn a_trade_beyond_the_limit_is_found_out() {
    found_out("trades beyond its limit", |events| {
        let Some(&place) = trades(events).first() else { return false };
        let Event::Traded(trade) = events[place] else { return false };
        let Some(Event::OrderAccepted { order, terms }) = events.first_mut() else { return false };
        if *order != trade.taker || terms.side == Side::Sell || trade.price == Price::LOWEST {
            return false;
        }
        terms.price = OrderPrice::Limit(Price::LOWEST);
        true
    });
}

/// Planted: one minor unit more is held than the order needs.
#[test]
fn a_hold_that_is_not_what_the_order_needs_is_found_out() {
    found_out("it needs", |events| {
        let [Event::OrderAccepted { .. }, Event::LedgerPosted(line), Event::OrderRested { .. }] =
            &mut events[..]
        else {
            return false;
        };
        let more = |amount: Amount, by| Amount::new(amount.get() + by).unwrap();
        if line.available <= Amount::ZERO {
            return false;
        }
        (line.amount, line.available, line.held) =
            (more(line.amount, 1), more(line.available, -1), more(line.held, 1));
        true
    });
}

/// Planted: a trade that leaves one lot more than it should.
#[test]
fn a_quantity_that_does_not_add_up_is_found_out() {
    found_out("quantity is not filled and leaves", |events| {
        let Some(&place) = trades(events).first() else { return false };
        let Event::Traded(trade) = &mut events[place] else { return false };
        trade.maker_leaves = Lots::new(trade.maker_leaves.get() + 1);
        true
    });
}

/// Planted: the buyer of a trade receives one minor unit more than the seller gives.
#[test]
fn two_legs_that_differ_are_found_out() {
    found_out("is not what a trade owes", |events| {
        let Some(&place) = trades(events).first() else { return false };
        let Some(Event::LedgerPosted(line)) = events.get_mut(place + 2) else { return false };
        line.amount = Amount::new(line.amount.get() + 1).unwrap();
        line.available = Amount::new(line.available.get() + 1).unwrap();
        true
    });
}

/// Planted: a number that was given out before.
#[test]
fn an_order_number_given_twice_is_found_out() {
    found_out("follows order", |events| {
        let Some(Event::OrderAccepted { order, .. }) = events.first_mut() else { return false };
        let Some(before) = OrderId::new(order.get() - 1) else { return false };
        *order = before;
        true
    });
}

/// Planted: a withdrawal of more than there is.
#[test]
fn a_balance_below_zero_is_found_out() {
    found_out("has less than nothing", |events| {
        let [Event::LedgerPosted(line)] = &mut events[..] else { return false };
        if line.kind != LedgerKind::Withdraw || line.available.get() > 1_000_000_000_000_000 {
            return false;
        }
        let owes = line.available.get() + 900_000_000_000_000_000;
        line.amount = Amount::new(line.amount.get() - owes).unwrap_or(line.amount);
        line.available = Amount::new(line.available.get() - owes).unwrap_or(line.available);
        line.available < Amount::ZERO
    });
}

/// Planted: an order that claims a place one lot nearer to the front.
#[test]
fn a_place_in_the_queue_that_is_another_is_found_out() {
    found_out("rests behind", |events| {
        let Some(Event::OrderRested { ahead, .. }) = events.last_mut() else { return false };
        *ahead = Lots::new(ahead.get() + 1);
        true
    });
}

/// Planted: a stop that fires before its price is reached.
#[test]
fn a_stop_that_fires_too_early_is_found_out() {
    found_out("although it waits for", |events| {
        let triggered =
            events.iter_mut().find(|event| matches!(event, Event::OrderTriggered { side: Side::Buy, .. }));
        let Some(Event::OrderTriggered { trigger, reference, .. }) = triggered else { return false };
        let kind = reference >= trigger;
        *trigger =
            Price::new(if kind { reference.get() + 1 } else { reference.get() - 1 }).unwrap_or(*trigger);
        true
    });
}

/// Planted: an auction one tick away from the price that pairs the most.
#[test]
fn an_auction_at_another_price_is_found_out() {
    found_out("", |events| {
        let uncrossed = events.iter_mut().find(|event| matches!(event, Event::Uncrossed { .. }));
        let Some(Event::Uncrossed { indication, .. }) = uncrossed else { return false };
        indication.price = indication.price.and_then(|price| Price::new(price.get() + 1).ok());
        true
    });
}

/// Planted: two lots of an uncross change hands in another order than they stand in.
#[test]
fn an_auction_out_of_line_is_found_out() {
    found_out("first in line", |events| {
        let places: Vec<usize> = trades(events)
            .into_iter()
            .filter(
                |&place| matches!(&events[place], Event::Traded(trade) if trade.kind == TradeKind::Auction),
            )
            .collect();
        let Some(&place) = places.first() else { return false };
        let Event::Traded(trade) = &mut events[place] else { return false };
        std::mem::swap(&mut trade.maker, &mut trade.taker);
        std::mem::swap(&mut trade.maker_account, &mut trade.taker_account);
        true
    });
}
