//! Orders come in together: OCO pairs, and brackets with their exits.

use crate::account::Posting as Line;
use crate::admission::{Admission, Request};
use crate::market::DueExits;
use crate::shape::{Entry, check_protection, check_waiting};
use crate::ticket::{Exits, Link, Ticket};
use crate::{
    Bracket, CancelReason, Conditions, Event, Exchange, InstrumentId, NewOrder, OrderFlags, OrderId,
    OrderPair, OrderPrice, Posting, Price, Protection, Qty, Reject, Side, Term, TimeInForce, Trigger,
    TriggerBy, TriggerKind, WaitsFor,
};

impl Exchange {
    pub(crate) fn place_pair(&mut self, pair: &OrderPair, events: &mut Vec<Event>) -> Result<(), Reject> {
        let terms = pair.limit;
        pair.check_shape()?;
        let (stop_terms, conditions) = stop_of(&terms, pair.trigger, pair.then, pair.protection);
        let (admission, stop_admission) = self.admit_pair(&terms, (&stop_terms, &conditions))?;
        let numbers = (self.next_order(1), self.next_order(2));
        let mut limit = Ticket::new(terms, Conditions::NONE);
        limit.link = Link::Limit(numbers.1);
        let mut stop = Ticket::new(stop_terms, conditions);
        stop.link = Link::Stop(numbers.0);
        self.enter_pair((limit, &admission), (stop, &stop_admission), events);
        self.note(terms.instrument);
        Ok(())
    }

    /// As for one order, each check for both.
    fn admit_pair(
        &self,
        limit: &NewOrder,
        (stop, conditions): (&NewOrder, &Conditions),
    ) -> Result<(Admission, Admission), Reject> {
        let request = Request { more: 2, ..Request::single(limit, None, Entry::Pair) };
        let other = Request { more: 2, ..Request::single(stop, Some(conditions), Entry::Pair) };
        self.check_access(&request)?;
        let mut admission = self.check_numbers(&request, &[])?;
        let mut stop_admission = self.check_numbers(&other, &[])?;
        self.check_room(&request)?;
        self.check_cost(&request, &mut admission)?;
        self.check_cost(&other, &mut stop_admission)?;
        let asset = self.instruments[limit.instrument.index()].gives(limit.side);
        self.ledger.cover(limit.account, asset, admission.hold.max(stop_admission.hold))?;
        self.check_limits(&request, admission.value.max(stop_admission.value))?;
        self.check_posting(limit, &mut admission)?;
        stop_admission.expires = admission.expires;
        Ok((admission, stop_admission))
    }

    /// Both orders of a pair are accepted; then the limit order comes in, then the stop waits with what is left of it.
    fn enter_pair(
        &mut self,
        (limit_ticket, admission): (Ticket, &Admission),
        (stop_ticket, stop_admission): (Ticket, &Admission),
        events: &mut Vec<Event>,
    ) {
        let terms = limit_ticket.terms;
        let limit = self.accept(&terms, events);
        self.open_ticket(limit, limit_ticket, admission, events);
        let stop = self.accept(&stop_ticket.terms, events);
        let by = stop_admission.trigger.map(|trigger| trigger.by);
        let reference = by.and_then(|by| self.watched(terms.instrument, by));
        self.open_ticket(stop, stop_ticket, stop_admission, events);
        self.enter(limit, &terms, None, admission, events);
        let Some(ticket) = self.tickets.get(&stop) else { return };
        let leaves = ticket.leaves;
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        let hold = self.stop_hold(stop, leaves);
        self.ledger.post(Line::hold(terms.account, asset, hold, stop), events);
        self.tickets.get_mut(&stop).expect("found above").held = hold;
        self.wait(stop, WaitsFor::Trigger, reference, events);
    }

    pub(crate) fn place_bracket(&mut self, bracket: &Bracket, events: &mut Vec<Event>) -> Result<(), Reject> {
        let terms = &bracket.entry;
        bracket.check_shape()?;
        let Bracket { profit, loss, then, protection, .. } = *bracket;
        let request = Request::single(terms, None, Entry::Bracket);
        self.check_access(&request)?;
        let exits: Vec<Price> = [profit, loss].into_iter().chain(then.limit()).collect();
        let mut admission = self.check_numbers(&request, &exits)?;
        self.check_room(&request)?;
        self.check_cost(&request, &mut admission)?;
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.cover(terms.account, asset, admission.hold)?;
        self.check_limits(&request, admission.value)?;
        self.check_posting(terms, &mut admission)?;
        let order = self.accept(terms, events);
        let mut ticket = Ticket::new(*terms, Conditions::NONE);
        ticket.link = Link::Entry(Exits { profit, loss, then, protection });
        self.markets[terms.instrument.index()].special_mut();
        self.open_ticket(order, ticket, &admission, events);
        self.enter(order, terms, None, &admission, events);
        self.note(terms.instrument);
        Ok(())
    }

    /// Enters the exits that a bracket's entry is due: a pair for what it has traded, if it is covered.
    pub(crate) fn enter_exits(&mut self, entry: OrderId, instrument: InstrumentId, events: &mut Vec<Event>) {
        let special = self.markets[instrument.index()].special_mut();
        let Some(DueExits { account, side, lots, exits }) = special.exits.remove(&entry) else { return };
        let terms = NewOrder {
            account,
            instrument,
            side,
            price: OrderPrice::Limit(exits.profit),
            quantity: Qty::new(lots).expect("something traded"),
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: exits.loss };
        let (stop_terms, conditions) = stop_of(&terms, trigger, exits.then, exits.protection);
        let covered = self.admit_exits(&terms, (&stop_terms, &conditions));
        let numbers = (self.next_order(1), self.next_order(2));
        let mut limit = Ticket::new(terms, Conditions::NONE);
        let mut stop = Ticket::new(stop_terms, conditions);
        (limit.exit_of, stop.exit_of) = (Some(entry), Some(entry));
        (limit.link, stop.link) = (Link::Limit(numbers.1), Link::Stop(numbers.0));
        let (admission, stop_admission, covered) = covered;
        if covered {
            self.enter_pair((limit, &admission), (stop, &stop_admission), events);
            return;
        }
        for (ticket, admission) in [(limit, admission), (stop, stop_admission)] {
            let terms = ticket.terms;
            let order = self.accept(&terms, events);
            self.open_ticket(order, ticket, &admission, events);
        }
        for (order, terms) in [(numbers.0, &terms), (numbers.1, &stop_terms)] {
            self.tickets.remove(&order);
            let incoming = self.incoming_of(order, terms, OrderFlags::NONE);
            self.end(&incoming, CancelReason::NotCovered, events);
        }
    }

    /// Whether exits are covered. They are not judged by phase, tick, size or the limits of the account: the position is there.
    fn admit_exits(
        &self,
        limit: &NewOrder,
        (stop, conditions): (&NewOrder, &Conditions),
    ) -> (Admission, Admission, bool) {
        let plain = |terms: &NewOrder, trigger| Admission {
            hold: 0,
            hold_price: terms.price.limit(),
            price: terms.price,
            reachable: 0,
            trigger,
            expires: None,
            value: 0,
        };
        let (mut admission, mut other) = (plain(limit, None), plain(stop, conditions.trigger));
        if let (Some(protection), Some(trigger)) = (conditions.protection, conditions.trigger) {
            let bound = self.bound(stop.instrument, stop.side, trigger.price, protection);
            (other.price, other.hold_price) = (OrderPrice::Limit(bound), Some(bound));
        }
        let costs =
            self.check_cost(&Request::single(limit, None, Entry::Pair), &mut admission).and_then(|()| {
                self.check_cost(&Request::single(stop, Some(conditions), Entry::Pair), &mut other)
            });
        let asset = self.instruments[limit.instrument.index()].gives(limit.side);
        let blocked = self.ledger.accounts()[limit.account.index()].is_blocked();
        let need = admission.hold.max(other.hold);
        let covered = costs.is_ok() && !blocked && self.ledger.cover(limit.account, asset, need).is_ok();
        (admission, other, covered)
    }
}

impl OrderPair {
    fn check_shape(&self) -> Result<(), Reject> {
        let limit = &self.limit;
        limit.check_rest()?;
        check_protection(self.protection)?;
        check_waiting(self.then, limit.side, self.protection)?;
        let clash = |other| Err(Reject::Incompatible { one: Term::Pair, other });
        match (limit.price, self.then) {
            (OrderPrice::Market, _) => clash(Term::Market),
            (OrderPrice::MarketToLimit, _) | (_, OrderPrice::MarketToLimit) => clash(Term::MarketToLimit),
            _ if !limit.time_in_force.rests() => clash(limit.time_term()),
            (OrderPrice::Limit(_), then) => check_protected(then, self.protection),
        }
    }
}

impl Bracket {
    fn check_shape(&self) -> Result<(), Reject> {
        let exits = self.entry.side.opposite();
        self.entry.check_rest()?;
        check_protection(self.protection)?;
        check_waiting(self.then, exits, self.protection)?;
        self.entry.check_clashes(&Conditions::NONE)?;
        if self.then == OrderPrice::MarketToLimit {
            return Err(Reject::Incompatible { one: Term::Bracket, other: Term::MarketToLimit });
        }
        check_protected(self.then, self.protection)?;
        let beyond = match exits {
            Side::Sell => self.profit > self.loss,
            Side::Buy => self.profit < self.loss,
        };
        if beyond { Ok(()) } else { Err(Reject::BracketPrices { profit: self.profit, loss: self.loss }) }
    }
}

/// The stop beside a limit order: a market order is IOC once it is triggered.
fn stop_of(
    limit: &NewOrder,
    trigger: Trigger,
    then: OrderPrice,
    protection: Option<Protection>,
) -> (NewOrder, Conditions) {
    let time_in_force = match then {
        OrderPrice::Market => TimeInForce::ImmediateOrCancel,
        OrderPrice::Limit(_) | OrderPrice::MarketToLimit => limit.time_in_force,
    };
    let terms = NewOrder { price: then, time_in_force, posting: Posting::Any, ..*limit };
    (terms, Conditions { trigger: Some(trigger), protection, ..Conditions::NONE })
}

/// A stop that becomes a limit order has no protection.
const fn check_protected(then: OrderPrice, protection: Option<Protection>) -> Result<(), Reject> {
    match (then, protection) {
        (OrderPrice::Limit(_), Some(_)) => {
            Err(Reject::Incompatible { one: Term::Protection, other: Term::Limit })
        }
        _ => Ok(()),
    }
}
