//! Orders come in: plain ones, ones with conditions, pairs, brackets, and amounts of money.

use crate::account::Posting as Line;
use crate::limits::MAX_OPEN_ORDERS;
use crate::admission::Admission;
use crate::clock::{Due, Timer};
use crate::matching::{Incoming, Remainder};
use crate::reach::Aggressor;
use crate::shape::{Entry, check_protection, check_waiting};
use crate::ticket::{Exits, Link, State, Ticket};
use crate::{
    AccountId, Amount, Bracket, CancelReason, Condition, ConditionalOrder, Conditions, Display, Event, Exchange,
    InstrumentId, NewOrder, OrderFlags, OrderId, OrderPair, OrderPrice, Posting, Protection, Qty, Reject, RepriceReason,
    SelfTrade, Side, Term, TimeInForce, TriggerBy, TriggerKind, WaitsFor,
};

impl Exchange {
    pub(crate) fn place(&mut self, terms: &NewOrder, events: &mut Vec<Event>) -> Result<(), Reject> {
        let admission = self.admit(terms, None, Entry::Single)?;
        let order = self.accept(terms, events);
        if admission.expires.is_some() {
            self.open_ticket(order, Ticket::new(*terms, Conditions::NONE), &admission, events);
        }
        self.enter(order, terms, None, &admission, events);
        self.follow_up(terms.instrument, events);
        Ok(())
    }

    pub(crate) fn place_conditional(
        &mut self,
        order: &ConditionalOrder,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let ConditionalOrder { terms, conditions } = order;
        let admission = self.admit(terms, Some(conditions), Entry::Single)?;
        let order = self.accept(terms, events);
        self.open_ticket(order, Ticket::new(*terms, *conditions), &admission, events);
        self.enter(order, terms, Some(conditions), &admission, events);
        self.follow_up(terms.instrument, events);
        Ok(())
    }

    /// A market order for what an amount of money buys.
    pub(crate) fn place_cash_order(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        amount: Amount,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        if amount <= Amount::ZERO {
            return Err(Reject::AmountNotPositive { amount });
        }
        self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        self.known_customer(account)?;
        let lots = self.affordable(account, instrument, amount);
        let quantity = Qty::new(lots.max(1)).expect("no more than a book offers, or one lot");
        let terms = NewOrder {
            account,
            instrument,
            side: Side::Buy,
            price: OrderPrice::Market,
            quantity,
            time_in_force: TimeInForce::ImmediateOrCancel,
            posting: Posting::Any,
        };
        let market = &self.markets[instrument.index()];
        if self.ledger.account(account)?.is_blocked() {
            return Err(Reject::AccountBlocked { account });
        }
        if let Some(special) = &market.special
            && let Some(term) = terms.not_taken(None, Entry::Cash, special.phase, &special.settings)
        {
            return Err(Reject::NotInPhase { instrument, phase: special.phase, term });
        }
        if lots == 0 {
            return Err(Reject::SpendsNothing { instrument, amount });
        }
        let admission = self.admit(&terms, None, Entry::Cash)?;
        let order = self.accept(&terms, events);
        events.push(Event::OrderConditioned { order, condition: Condition::Cash(amount) });
        self.enter(order, &terms, None, &admission, events);
        self.follow_up(instrument, events);
        Ok(())
    }

    /// The most lots that an amount buys now, its taker's fee included.
    fn affordable(&self, account: AccountId, id: InstrumentId, amount: Amount) -> u64 {
        let instrument = &self.instruments[id.index()];
        let fee = instrument.terms().taker_fee;
        let aggressor = |lots| Aggressor {
            account,
            instrument: id,
            side: Side::Buy,
            price: OrderPrice::Market,
            lots,
            self_trade: self.self_trade(account, None),
        };
        let costs = |lots: u64| -> Option<i64> {
            let value = i64::try_from(self.reach(&aggressor(lots)).value).ok()?;
            value.checked_add(fee.fee(value))
        };
        let (mut low, mut high) = (0, self.reach(&aggressor(crate::limits::MAX_QTY)).lots);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if costs(middle).is_some_and(|cost| cost <= amount.get()) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }

    pub(crate) fn place_pair(&mut self, pair: &OrderPair, events: &mut Vec<Event>) -> Result<(), Reject> {
        let terms = &pair.limit;
        pair.check_shape()?;
        let admission = self.admit(terms, None, Entry::Pair)?;
        let stop_terms = stop_terms(terms, pair.then);
        let conditions =
            Conditions { trigger: Some(pair.trigger), protection: pair.protection, ..Conditions::NONE };
        let stop_admission = self.admit_stop(&stop_terms, &conditions, &admission)?;
        let (limit, stop) = self.accept_pair(terms, &stop_terms, events);
        self.enter_pair((limit, terms, &admission), (stop, stop_terms, conditions, &stop_admission), events);
        self.follow_up(terms.instrument, events);
        Ok(())
    }

    /// Checks the stop of a pair beside its limit order: its own terms, and that both together are covered.
    fn admit_stop(
        &self,
        terms: &NewOrder,
        conditions: &Conditions,
        limit: &Admission,
    ) -> Result<Admission, Reject> {
        let instrument = &self.instruments[terms.instrument.index()];
        let market = &self.markets[terms.instrument.index()];
        let mut admission = Admission {
            hold: 0,
            hold_price: terms.price.limit(),
            price: terms.price,
            reachable: 0,
            trigger: conditions.trigger,
            expires: limit.expires,
        };
        self.check_terms(terms, instrument, market)?;
        self.find_price(terms, Some(conditions), market, &mut admission)?;
        if self.ledger.account(terms.account)?.open_orders() + 1 >= MAX_OPEN_ORDERS {
            return Err(Reject::TooManyOrders);
        }
        self.find_hold(terms, Some(conditions), instrument, &mut admission)?;
        self.ledger.cover(terms.account, instrument.gives(terms.side), admission.hold.max(limit.hold))?;
        admission.hold = match terms.side {
            Side::Buy => (admission.hold - limit.hold).max(0),
            Side::Sell => 0,
        };
        Ok(admission)
    }

    fn accept_pair(
        &mut self,
        limit: &NewOrder,
        stop: &NewOrder,
        events: &mut Vec<Event>,
    ) -> (OrderId, OrderId) {
        (self.accept(limit, events), self.accept(stop, events))
    }

    fn enter_pair(
        &mut self,
        (limit, terms, admission): (OrderId, &NewOrder, &Admission),
        (stop, stop_terms, conditions, stop_admission): (OrderId, NewOrder, Conditions, &Admission),
        events: &mut Vec<Event>,
    ) {
        let mut ticket = Ticket::new(*terms, Conditions::NONE);
        ticket.link = Link::Limit(stop);
        self.open_ticket(limit, ticket, admission, events);
        let mut ticket = Ticket::new(stop_terms, conditions);
        ticket.link = Link::Stop(limit);
        self.open_ticket(stop, ticket, stop_admission, events);
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.post(Line::hold(terms.account, asset, stop_admission.hold, stop), events);
        self.tickets.get_mut(&stop).expect("opened above").held = stop_admission.hold;
        self.enter(limit, terms, None, admission, events);
        if self.tickets.contains_key(&stop) {
            self.wait(stop, WaitsFor::Trigger, events);
        }
    }

    pub(crate) fn place_bracket(&mut self, bracket: &Bracket, events: &mut Vec<Event>) -> Result<(), Reject> {
        let terms = &bracket.entry;
        bracket.check_shape()?;
        let admission = self.admit(terms, None, Entry::Bracket)?;
        let order = self.accept(terms, events);
        let Bracket { profit, loss, then, protection, .. } = *bracket;
        let mut ticket = Ticket::new(*terms, Conditions::NONE);
        ticket.link = Link::Entry(Exits { profit, loss, then, protection });
        self.open_ticket(order, ticket, &admission, events);
        self.markets[terms.instrument.index()].special_mut();
        self.enter(order, terms, None, &admission, events);
        self.follow_up(terms.instrument, events);
        Ok(())
    }

    /// Enters the exits that a bracket's entry is due: a pair for what it has traded.
    pub(crate) fn enter_exits(&mut self, entry: OrderId, instrument: InstrumentId, events: &mut Vec<Event>) {
        let special = self.markets[instrument.index()].special_mut();
        let Some(due) = special.exits.remove(&entry) else { return };
        let quantity = Qty::new(due.lots).expect("something traded");
        let terms = NewOrder {
            account: due.account,
            instrument,
            side: due.side,
            price: OrderPrice::Limit(due.exits.profit),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        let trigger =
            crate::Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: due.exits.loss };
        let stop_terms = stop_terms(&terms, due.exits.then);
        let conditions =
            Conditions { trigger: Some(trigger), protection: due.exits.protection, ..Conditions::NONE };
        let admissions = self.admit(&terms, None, Entry::Pair).and_then(|limit| {
            let stop = self.admit_stop(&stop_terms, &conditions, &limit)?;
            Ok((limit, stop))
        });
        let (limit, stop) = self.accept_pair(&terms, &stop_terms, events);
        for exit in [limit, stop] {
            events.push(Event::OrderConditioned { order: exit, condition: Condition::ExitOf(entry) });
        }
        match admissions {
            Ok((admission, stop_admission)) => self.enter_pair(
                (limit, &terms, &admission),
                (stop, stop_terms, conditions, &stop_admission),
                events,
            ),
            Err(_) => {
                for (order, terms) in [(limit, &terms), (stop, &stop_terms)] {
                    let incoming = self.incoming_of(order, terms, OrderFlags::NONE);
                    self.end(&incoming, CancelReason::NotCovered, events);
                }
            }
        }
    }

    /// Gives an order its number.
    pub(crate) fn accept(&mut self, terms: &NewOrder, events: &mut Vec<Event>) -> OrderId {
        self.order_count += 1;
        let order = OrderId::new(self.order_count).expect("the count is above zero");
        events.push(Event::OrderAccepted { order, terms: *terms });
        order
    }

    /// Keeps the ticket of an accepted order, and tells its conditions.
    pub(crate) fn open_ticket(
        &mut self,
        order: OrderId,
        mut ticket: Ticket,
        admission: &Admission,
        events: &mut Vec<Event>,
    ) {
        ticket.hold_price = admission.hold_price;
        ticket.expires = admission.expires;
        ticket.conditions.trigger = admission.trigger;
        let conditions = &ticket.conditions;
        let bound = conditions.protection.and(admission.price.limit());
        let link = match ticket.link {
            Link::None => None,
            Link::Limit(other) | Link::Stop(other) => Some(Condition::Pair(other)),
            Link::Entry(exits) => Some(Condition::Exits { profit: exits.profit, loss: exits.loss }),
        };
        let told = [
            conditions.trigger.map(Condition::Trigger),
            (conditions.display != Display::Full).then_some(Condition::Display(conditions.display)),
            conditions.minimum.map(Condition::Minimum),
            conditions.peg.map(Condition::Peg),
            bound.map(Condition::Bound),
            conditions.self_trade.map(Condition::SelfTrade),
            ticket.expires.map(Condition::Expires),
            link,
            ticket.quote.then_some(Condition::Quote),
        ];
        events.extend(told.into_iter().flatten().map(|condition| Event::OrderConditioned { order, condition }));
        if let Some(expires) = ticket.expires {
            self.clock.set(Timer { at: expires, due: Due::Expiry(order) });
        }
        if ticket.conditions.peg.is_some() {
            self.markets[ticket.terms.instrument.index()].special_mut().pegs.insert(order);
        }
        self.tickets.insert(order, ticket);
    }

    /// Takes an accepted order into the market.
    pub(crate) fn enter(
        &mut self,
        order: OrderId,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        admission: &Admission,
        events: &mut Vec<Event>,
    ) {
        let phase = self.markets[terms.instrument.index()].phase();
        let mut incoming = self.incoming_of(order, terms, terms.posting.into());
        if admission.expires.is_some() || self.has_tickets() && self.tickets.contains_key(&order) {
            incoming.flags = incoming.flags.with(OrderFlags::TICKET);
        }
        incoming.price = admission.price;
        incoming.self_trade = self.self_trade(terms.account, conditions);
        if admission.trigger.is_none() && phase.matches() {
            if terms.time_in_force == TimeInForce::FillOrKill && admission.reachable < terms.quantity.get() {
                self.end(&incoming, CancelReason::FillOrKill, events);
                return;
            }
            if terms.price.limit().is_none() && admission.reachable == 0 && phase != crate::Phase::PostClose {
                let reason = match incoming.self_trade {
                    SelfTrade::Allow => Some(CancelReason::NoLiquidity),
                    _ => None,
                };
                if let Some(reason) = reason {
                    self.end(&incoming, reason, events);
                    return;
                }
            }
        }
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.post(Line::hold(terms.account, asset, admission.hold, order), events);
        (incoming.held, incoming.hold_price) = (admission.hold, admission.hold_price);
        if admission.trigger.is_some() {
            self.keep_waiting(&incoming, WaitsFor::Trigger, events);
            return;
        }
        if !phase.matches() {
            self.gather(&mut incoming, terms, events);
            return;
        }
        let minimum = self.least(order, &incoming, conditions);
        if admission.reachable < minimum {
            if terms.time_in_force.rests() {
                self.keep_waiting(&incoming, WaitsFor::Minimum, events);
            } else {
                self.end(&incoming, CancelReason::Minimum, events);
            }
            return;
        }
        if let Some(peg) = conditions.and_then(|conditions| conditions.peg) {
            let Some(price) = self.peg_price(terms, peg) else {
                self.keep_waiting(&incoming, WaitsFor::Reference, events);
                return;
            };
            (incoming.price, incoming.remainder) = (OrderPrice::Limit(price), Remainder::Rests(price));
            incoming.flags = incoming.flags.with(OrderFlags::PEGGED);
        } else if let (OrderPrice::Limit(old), OrderPrice::Limit(price)) = (terms.price, admission.price)
            && old != price
        {
            let reason = if phase == crate::Phase::PostClose { RepriceReason::PostClose } else { RepriceReason::PostOnly };
            self.reprice(&mut incoming, old, price, reason, events);
            if let Remainder::Rests(_) = incoming.remainder {
                incoming.remainder = Remainder::Rests(price);
            }
        }
        let stop = self.trade(&mut incoming, events);
        self.finish(&mut incoming, stop, events);
    }

    /// The least that an order must reach to enter; zero without a minimum.
    fn least(&self, order: OrderId, _: &Incoming, conditions: Option<&Conditions>) -> u64 {
        match conditions.and_then(|conditions| conditions.minimum) {
            Some(_) => self.tickets[&order].minimum(),
            None => 0,
        }
    }

    /// Where no orders match: an order rests, or stands for the uncross.
    fn gather(&mut self, incoming: &mut Incoming, terms: &NewOrder, events: &mut Vec<Event>) {
        let order = incoming.order;
        let for_uncross = !terms.time_in_force.rests();
        if for_uncross && !incoming.flags.has(OrderFlags::TICKET) {
            let mut ticket = Ticket::new(*terms, Conditions::NONE);
            ticket.hold_price = incoming.hold_price;
            self.tickets.insert(order, ticket);
            incoming.flags = incoming.flags.with(OrderFlags::TICKET);
        }
        if for_uncross {
            incoming.flags = incoming.flags.with(OrderFlags::UNCROSS);
            self.markets[terms.instrument.index()].special_mut().for_uncross.insert(order);
        }
        match terms.price {
            OrderPrice::Limit(price) => self.rest(incoming, price, events),
            OrderPrice::Market | OrderPrice::MarketToLimit => {
                self.keep_waiting(incoming, WaitsFor::Uncross, events);
            }
        }
    }

    /// Lets an order wait that came in or entered anew. What it holds it keeps.
    pub(crate) fn keep_waiting(&mut self, incoming: &Incoming, waits_for: WaitsFor, events: &mut Vec<Event>) {
        let ticket = self.tickets.get_mut(&incoming.order).expect("an order that waits has a ticket");
        (ticket.leaves, ticket.held, ticket.hold_price) = (incoming.leaves, incoming.held, incoming.hold_price);
        ticket.version = incoming.version + 1;
        self.wait(incoming.order, waits_for, events);
    }

    /// Lets an order wait whose ticket says how much of it is left.
    fn wait(&mut self, order: OrderId, waits_for: WaitsFor, events: &mut Vec<Event>) {
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        ticket.state = State::Waiting(waits_for);
        let (terms, leaves, trigger) = (ticket.terms, ticket.leaves, ticket.conditions.trigger);
        let reference = trigger.and_then(|trigger| self.watched(terms.instrument, trigger.by));
        let special = self.markets[terms.instrument.index()].special_mut();
        match (waits_for, trigger) {
            (WaitsFor::Trigger, Some(trigger)) => {
                special.triggers.insert(order, terms.side, trigger, reference);
            }
            (WaitsFor::Minimum, _) => {
                let limit = terms.price.limit().expect("an order with a minimum has a limit");
                special.minimums_mut(terms.side).insert((terms.side.rank(limit), order));
            }
            _ => {}
        }
        self.ledger.count_order(terms.account);
        events.push(Event::OrderWaits {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            leaves: Qty::new(leaves).expect("something is left"),
            waits_for,
        });
        if let (WaitsFor::Trigger, Some(trigger), Some(reference)) = (waits_for, trigger, reference)
            && trigger.reached(terms.side, reference)
        {
            self.fire(terms.instrument, order, reference, events);
        }
    }

    /// An order of these terms as it comes in.
    pub(crate) fn incoming_of(&self, order: OrderId, terms: &NewOrder, flags: OrderFlags) -> Incoming {
        let remainder = match (terms.price, terms.time_in_force.rests()) {
            (OrderPrice::Limit(price), true) => Remainder::Rests(price),
            (OrderPrice::MarketToLimit, true) => Remainder::RestsAtLastFill,
            _ => Remainder::Canceled,
        };
        Incoming {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price,
            quantity: terms.quantity,
            leaves: terms.quantity.get(),
            flags,
            held: 0,
            hold_price: None,
            self_trade: SelfTrade::Allow,
            remainder,
            version: 0,
            whole: terms.time_in_force == TimeInForce::FillOrKill,
            last_fill: None,
            asked: terms.price,
        }
    }

    /// An order that waited, as it comes in again.
    pub(crate) fn incoming(&self, order: OrderId) -> Incoming {
        let ticket = &self.tickets[&order];
        let flags = OrderFlags::from(ticket.terms.posting).with(OrderFlags::TICKET);
        let mut incoming = self.incoming_of(order, &ticket.terms, flags);
        (incoming.leaves, incoming.held, incoming.hold_price) = (ticket.leaves, ticket.held, ticket.hold_price);
        incoming.version = ticket.version;
        incoming.self_trade = self.self_trade(ticket.terms.account, Some(&ticket.conditions));
        if ticket.conditions.peg.is_some() {
            incoming.flags = incoming.flags.with(OrderFlags::PEGGED);
        }
        if let (OrderPrice::Market, Some(bound)) = (ticket.terms.price, ticket.hold_price) {
            incoming.price = OrderPrice::Limit(bound);
        }
        incoming
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
const fn stop_terms(limit: &NewOrder, then: OrderPrice) -> NewOrder {
    let time_in_force = match then {
        OrderPrice::Market => TimeInForce::ImmediateOrCancel,
        OrderPrice::Limit(_) | OrderPrice::MarketToLimit => limit.time_in_force,
    };
    NewOrder { price: then, time_in_force, ..*limit }
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
