//! Orders come in: plain ones, ones with conditions, pairs, brackets, and amounts of money.

use crate::account::Posting as Line;
use crate::admission::{Admission, Request};
use crate::clock::{Due, Timer};
use crate::market::DueExits;
use crate::matching::{Incoming, Remainder};
use crate::reach::Aggressor;
use crate::shape::{Entry, check_protection, check_waiting};
use crate::ticket::{Exits, Link, State, Ticket};
use crate::{
    AccountId, Amount, Bracket, CancelReason, Condition, ConditionalOrder, Conditions, Display, Event, Exchange,
    InstrumentId, NewOrder, OrderFlags, OrderId, OrderPair, OrderPrice, Phase, Posting, Price, Protection, Qty, Reject,
    RepriceReason, SelfTrade, Side, Term, TimeInForce, Trigger, TriggerBy, TriggerKind, WaitsFor,
};

impl Exchange {
    pub(crate) fn place(&mut self, terms: &NewOrder, events: &mut Vec<Event>) -> Result<(), Reject> {
        if self.place_plain(terms, events) {
            return Ok(());
        }
        let admission = self.admit(terms, None, Entry::Single)?;
        let order = self.accept(terms, events);
        if admission.expires.is_some() {
            self.open_ticket(order, Ticket::new(*terms, Conditions::NONE), &admission, events);
        }
        self.enter(order, terms, None, &admission, events);
        self.note(terms.instrument);
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
        self.note(terms.instrument);
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
        let mut terms = NewOrder {
            account,
            instrument,
            side: Side::Buy,
            price: OrderPrice::Market,
            quantity: Qty::new(crate::limits::MAX_QTY).expect("the highest quantity is one"),
            time_in_force: TimeInForce::ImmediateOrCancel,
            posting: Posting::Any,
        };
        self.check_access(&Request::single(&terms, None, Entry::Cash))?;
        let lots = self.affordable(account, instrument, amount);
        terms.quantity = Qty::new(lots).map_err(|_| Reject::SpendsNothing { instrument, amount })?;
        let admission = self.admit(&terms, None, Entry::Cash)?;
        let order = self.accept(&terms, events);
        events.push(Event::OrderConditioned { order, condition: Condition::Cash(amount) });
        self.enter(order, &terms, None, &admission, events);
        self.note(instrument);
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
            open_ended: true,
            minimums: false,
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
        self.open_ticket(stop, stop_ticket, stop_admission, events);
        let reference = by.and_then(|by| self.watched(terms.instrument, by));
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
    fn admit_exits(&self, limit: &NewOrder, (stop, conditions): (&NewOrder, &Conditions)) -> (Admission, Admission, bool) {
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
        let costs = self
            .check_cost(&Request::single(limit, None, Entry::Pair), &mut admission)
            .and_then(|()| self.check_cost(&Request::single(stop, Some(conditions), Entry::Pair), &mut other));
        let asset = self.instruments[limit.instrument.index()].gives(limit.side);
        let blocked = self.ledger.accounts()[limit.account.index()].is_blocked();
        let need = admission.hold.max(other.hold);
        let covered = costs.is_ok() && !blocked && self.ledger.cover(limit.account, asset, need).is_ok();
        (admission, other, covered)
    }

    /// The number that the order gets that is accepted so many orders from now.
    fn next_order(&self, ahead: u64) -> OrderId {
        OrderId::new(self.order_count + ahead).expect("the count is above zero")
    }

    /// Gives an order its number.
    #[inline]
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
            ticket.exit_of.map(Condition::ExitOf),
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
        incoming.hold_price = admission.hold_price;
        if admission.trigger.is_none() && phase.matches() {
            if terms.time_in_force == TimeInForce::FillOrKill && admission.reachable < terms.quantity.get() {
                self.end(&incoming, CancelReason::FillOrKill, events);
                return;
            }
            let minimum = conditions.and_then(|conditions| conditions.minimum).is_some();
            if minimum && admission.reachable < self.tickets[&order].minimum() {
                if terms.time_in_force.rests() {
                    self.hold_for(&mut incoming, admission.hold, events);
                    self.keep_waiting(&incoming, WaitsFor::Minimum, events);
                } else {
                    self.end(&incoming, CancelReason::Minimum, events);
                }
                return;
            }
            self.meet_minimum(order, minimum);
            if terms.price.limit().is_none() && admission.reachable == 0 && self.nothing_reachable(&incoming) {
                self.end(&incoming, CancelReason::NoLiquidity, events);
                return;
            }
            if let (OrderPrice::Limit(old_price), OrderPrice::Limit(price)) = (terms.price, admission.price)
                && old_price != price
            {
                self.tell_repriced(&mut incoming, old_price, price, phase, events);
            }
        }
        self.hold_for(&mut incoming, admission.hold, events);
        if admission.trigger.is_some() {
            self.keep_waiting(&incoming, WaitsFor::Trigger, events);
        } else if !phase.matches() {
            self.gather(&mut incoming, terms, events);
        } else if let Some(peg) = conditions.and_then(|conditions| conditions.peg) {
            match self.peg_price(terms, peg) {
                Some(price) => {
                    (incoming.price, incoming.remainder) = (OrderPrice::Limit(price), Remainder::Rests(price));
                    incoming.flags = incoming.flags.with(OrderFlags::PEGGED);
                    self.go(&mut incoming, events);
                }
                None => self.keep_waiting(&incoming, WaitsFor::Reference, events),
            }
        } else {
            self.go(&mut incoming, events);
        }
    }

    /// Lets an order trade; what is left of it rests or is canceled.
    #[inline]
    pub(crate) fn go(&mut self, incoming: &mut Incoming, events: &mut Vec<Event>) {
        let stop = self.trade(incoming, events);
        self.finish(incoming, stop, events);
    }

    /// Holds what an order needs.
    #[inline]
    fn hold_for(&mut self, incoming: &mut Incoming, hold: i64, events: &mut Vec<Event>) {
        let asset = self.instruments[incoming.instrument.index()].gives(incoming.side);
        self.ledger.post(Line::hold(incoming.account, asset, hold, incoming.order), events);
        incoming.held = hold;
    }

    /// Whether there is nothing at all within the reach of an order without a limit; a rule that forbids what is there is
    /// another matter.
    fn nothing_reachable(&self, incoming: &Incoming) -> bool {
        let best = self.best_opposite(incoming.instrument, incoming.side);
        best.is_none_or(|best| !incoming.price.reaches(incoming.side, best))
    }

    /// Tells that a rule has changed the limit of an order on entry.
    pub(crate) fn tell_repriced(
        &mut self,
        incoming: &mut Incoming,
        old_price: Price,
        price: Price,
        phase: Phase,
        events: &mut Vec<Event>,
    ) {
        let reason = if phase == Phase::PostClose { RepriceReason::PostClose } else { RepriceReason::PostOnly };
        let Incoming { order, instrument, .. } = *incoming;
        events.push(Event::OrderRepriced { order, instrument, old_price, price, reason });
        (incoming.price, incoming.hold_price) = (OrderPrice::Limit(price), Some(price));
        incoming.asked = OrderPrice::Limit(price);
        if let Remainder::Rests(_) = incoming.remainder {
            incoming.remainder = Remainder::Rests(price);
        }
        if let Some(ticket) = self.tickets.get_mut(&order).filter(|_| incoming.flags.ticketed()) {
            (ticket.hold_price, ticket.terms.price) = (Some(price), OrderPrice::Limit(price));
        }
    }

    /// The minimum of an order is met: from now it is as if it had none.
    pub(crate) fn meet_minimum(&mut self, order: OrderId, minimum: bool) {
        if let Some(ticket) = self.tickets.get_mut(&order).filter(|_| minimum) {
            ticket.conditions.minimum = None;
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
        self.wait(incoming.order, waits_for, None, events);
    }

    /// Lets an order wait whose ticket says how much of it is left. The stop of a pair, if it trails, follows its reference from
    /// `accepted` on, where that stood at its acceptance.
    fn wait(&mut self, order: OrderId, waits_for: WaitsFor, accepted: Option<Price>, events: &mut Vec<Event>) {
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        ticket.state = State::Waiting(waits_for);
        let (terms, leaves, mut trigger) = (ticket.terms, ticket.leaves, ticket.conditions.trigger);
        let reference = trigger.and_then(|trigger| self.watched(terms.instrument, trigger.by));
        let followed = terms.side.best_of(reference, accepted);
        if let (Some(Trigger { kind: TriggerKind::Trailing(trail), price, .. }), Some(followed)) = (&mut trigger, followed) {
            *price = trail.price(terms.side, followed).expect("it comes only closer to its reference");
        }
        let special = self.markets[terms.instrument.index()].special_mut();
        match (waits_for, trigger) {
            (WaitsFor::Trigger, Some(trigger)) => {
                special.triggers.insert(order, terms.side, trigger, followed);
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
            && self.markets[terms.instrument.index()].phase() == Phase::Continuous
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

impl Side {
    /// The one of two references that a trailing stop of this side follows more closely: the lower for a buyer.
    fn best_of(self, one: Option<Price>, other: Option<Price>) -> Option<Price> {
        let both = [one, other].into_iter().flatten();
        match self {
            Self::Buy => both.min(),
            Self::Sell => both.max(),
        }
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
