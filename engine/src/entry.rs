//! Orders come in: plain ones, ones with conditions, pairs, brackets, and amounts of money.

use crate::account::Posting as Line;
use crate::admission::{Admission, Request};
use crate::clock::{Due, Timer};
use crate::matching::{Incoming, Remainder};
use crate::reach::Aggressor;
use crate::shape::Entry;
use crate::ticket::{Link, State, Ticket};
use crate::{
    AccountId, Amount, CancelReason, Condition, ConditionalOrder, Conditions, Display, Event, Exchange,
    InstrumentId, NewOrder, OrderFlags, OrderId, OrderPrice, Phase, Posting, Price, Qty, Reject,
    RepriceReason, SelfTrade, Side, TimeInForce, Trigger, TriggerKind, WaitsFor,
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

    /// The number that the order gets that is accepted so many orders from now.
    pub(crate) fn next_order(&self, ahead: u64) -> OrderId {
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
        events
            .extend(told.into_iter().flatten().map(|condition| Event::OrderConditioned { order, condition }));
        if let Some(expires) = ticket.expires {
            self.clock.set(Timer { at: expires, due: Due::Expiry(order) });
        }
        if ticket.conditions.peg.is_some() {
            let special = self.markets[ticket.terms.instrument.index()].special_mut();
            special.pegs.insert(order);
            special.pegs_settled = None;
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
            if terms.price.limit().is_none() && admission.reachable == 0 && self.nothing_reachable(&incoming)
            {
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
                    (incoming.price, incoming.remainder) =
                        (OrderPrice::Limit(price), Remainder::Rests(price));
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
    pub(crate) fn nothing_reachable(&self, incoming: &Incoming) -> bool {
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
        let reason =
            if phase == Phase::PostClose { RepriceReason::PostClose } else { RepriceReason::PostOnly };
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
        (ticket.leaves, ticket.held, ticket.hold_price) =
            (incoming.leaves, incoming.held, incoming.hold_price);
        ticket.version = incoming.version + 1;
        self.wait(incoming.order, waits_for, None, events);
    }

    /// Lets an order wait whose ticket says how much of it is left. The stop of a pair, if it trails, follows its reference from
    /// its acceptance, where that stood at `accepted`.
    pub(crate) fn wait(
        &mut self,
        order: OrderId,
        waits_for: WaitsFor,
        accepted: Option<Price>,
        events: &mut Vec<Event>,
    ) {
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        ticket.state = State::Waiting(waits_for);
        let (terms, leaves, mut trigger) = (ticket.terms, ticket.leaves, ticket.conditions.trigger);
        let (pegged, met) = (ticket.conditions.peg.is_some(), ticket.conditions.minimum.is_none());
        let reference = trigger.and_then(|trigger| self.watched(terms.instrument, trigger.by));
        let followed = terms.side.followed(reference, accepted);
        if let Some(Trigger { kind: TriggerKind::Trailing(trail), price, .. }) = &mut trigger
            && let Some(followed) = followed
        {
            *price = trail.price(terms.side, followed).expect("it only comes closer to its reference");
        }
        let special = self.markets[terms.instrument.index()].special_mut();
        if pegged {
            special.pegs_settled = None;
        }
        match (waits_for, trigger) {
            (WaitsFor::Trigger, Some(trigger)) => {
                special.triggers.insert(order, terms.side, trigger, followed);
            }
            (WaitsFor::Minimum, _) => {
                let limit = terms.price.limit().expect("an order with a minimum has a limit");
                special.minimums_mut(terms.side).insert((terms.side.rank(limit), order));
                if met {
                    special.met.insert(order);
                }
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
        (incoming.leaves, incoming.held, incoming.hold_price) =
            (ticket.leaves, ticket.held, ticket.hold_price);
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
    /// The one of two references that a trailing stop of this side follows: the lower for a buyer.
    fn followed(self, one: Option<Price>, other: Option<Price>) -> Option<Price> {
        let both = [one, other].into_iter().flatten();
        match self {
            Self::Buy => both.min(),
            Self::Sell => both.max(),
        }
    }
}
