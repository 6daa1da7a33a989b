//! Follow-ups: what a command sets off in its instrument, in the same command.
//!
//! Exits of brackets, triggered orders, pegs and minimums, in this order and again from the first after each, until nothing
//! is left or the instrument's bound is reached. The rules are in `docs/rules/orders.md`.

use crate::matching::{Incoming, Remainder};
use crate::reach::Aggressor;
use crate::ticket::{Link, State};
use crate::{
    CancelReason, Event, Exchange, InstrumentId, Layer, NewOrder, OrderFlags, OrderId, OrderPrice, Peg, PegTo, Phase,
    Place, Price, Qty, Side, WaitsFor,
};
use crate::account::Posting as Line;
use crate::band::Rounding;

impl Exchange {
    /// Lets what a command has set off in an instrument happen. Plain markets have no follow-ups.
    #[inline]
    pub(crate) fn follow_up(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        if self.markets[instrument.index()].special.is_some() {
            self.run_follow_ups(instrument, events);
            self.settle_market(instrument, events);
        }
    }

    fn run_follow_ups(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let bound = self.markets[instrument.index()].special_mut().settings.follow_ups;
        let mut done = 0;
        while self.markets[instrument.index()].phase() == Phase::Continuous {
            if done >= bound {
                events.push(Event::FollowUpsStopped { instrument, done });
                return;
            }
            let brought = self.next_follow_up(instrument, bound - done, events);
            if brought == 0 {
                return;
            }
            done += brought;
        }
    }

    /// Does the next follow-up, or pass of follow-ups, and answers how many that were.
    fn next_follow_up(&mut self, instrument: InstrumentId, most: u32, events: &mut Vec<Event>) -> u32 {
        let special = self.markets[instrument.index()].special_mut();
        if let Some((&entry, _)) = special.exits.first_key_value() {
            self.enter_exits(entry, instrument, events);
            return 1;
        }
        self.show_touch(instrument, events);
        if let Some(order) = self.markets[instrument.index()].special_mut().fired.pop_front() {
            self.enter_fired(order, events);
            return 1;
        }
        match self.reprice_pegs(instrument, most, events) {
            0 => self.enter_minimums(instrument, most, events),
            repriced => repriced,
        }
    }

    /// Shows the touch to the orders that wait for it.
    fn show_touch(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let bid = self.books.best(instrument, Layer::Lit, Side::Buy);
        let ask = self.books.best(instrument, Layer::Lit, Side::Sell);
        let special = self.markets[instrument.index()].special_mut();
        if !special.fired.is_empty() {
            return;
        }
        let mut fired = Vec::new();
        special.triggers.touch(bid, ask, &mut fired);
        for (order, price) in fired {
            let by = self.tickets[&order].conditions.trigger.map(|trigger| trigger.by);
            let reference = by.and_then(|by| self.watched(instrument, by)).unwrap_or(price);
            self.fired(instrument, order, (price, reference), events);
        }
    }

    /// An order fires that was let in with its trigger reached already.
    pub(crate) fn fire(
        &mut self,
        instrument: InstrumentId,
        order: OrderId,
        reference: Price,
        events: &mut Vec<Event>,
    ) {
        let special = self.markets[instrument.index()].special_mut();
        let price = special.triggers.get(order).unwrap_or(reference);
        special.triggers.remove(order);
        self.fired(instrument, order, (price, reference), events);
    }

    /// An order has left the trigger book: it joins the list of those to enter.
    pub(crate) fn fired(
        &mut self,
        instrument: InstrumentId,
        order: OrderId,
        (trigger, reference): (Price, Price),
        events: &mut Vec<Event>,
    ) {
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        ticket.state = State::Fired;
        let (account, side) = (ticket.terms.account, ticket.terms.side);
        self.markets[instrument.index()].special_mut().fired.push_back(order);
        events.push(Event::OrderTriggered { order, account, instrument, side, trigger, reference });
    }

    /// A triggered order enters. The stop of a pair first takes the limit order's place.
    fn enter_fired(&mut self, order: OrderId, events: &mut Vec<Event>) {
        self.leave_waiting(order);
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        if let Link::Stop(limit) = ticket.link {
            ticket.link = Link::None;
            if let Some(limit) = self.tickets.get_mut(&limit) {
                limit.link = Link::None;
            }
            self.cancel_open(limit, CancelReason::Pair, events);
            self.hold_whole(order, events);
        }
        let mut incoming = self.incoming(order);
        self.enter_again(&mut incoming, Place::Waiting, events);
    }

    /// Holds for the stop of a pair what the limit order held until now.
    fn hold_whole(&mut self, order: OrderId, events: &mut Vec<Event>) {
        let ticket = &self.tickets[&order];
        let terms = ticket.terms;
        let instrument = &self.instruments[terms.instrument.index()];
        let price = ticket.hold_price.or(terms.price.limit()).unwrap_or(Price::LOWEST);
        let whole = instrument.hold(terms.side, price, ticket.leaves);
        let asset = instrument.gives(terms.side);
        self.ledger.post(Line::hold(terms.account, asset, whole - ticket.held, order), events);
        self.tickets.get_mut(&order).expect("found above").held = whole;
    }

    /// Tells that an order enters that was here before, and lets it trade.
    fn enter_again(&mut self, incoming: &mut Incoming, from: Place, events: &mut Vec<Event>) {
        events.push(Event::OrderEntered {
            order: incoming.order,
            account: incoming.account,
            instrument: incoming.instrument,
            side: incoming.side,
            price: incoming.price,
            leaves: Qty::new(incoming.leaves).expect("something is left"),
            from,
        });
        let stop = self.trade(incoming, events);
        self.finish(incoming, stop, events);
    }

    /// Gives each pegged order the price that it follows, by number; answers how many moved.
    fn reprice_pegs(&mut self, instrument: InstrumentId, most: u32, events: &mut Vec<Event>) -> u32 {
        let special = self.markets[instrument.index()].special_mut();
        let pegs: Vec<OrderId> = special.pegs.iter().copied().collect();
        let mut moved = 0;
        for order in pegs {
            let interrupted = self.markets[instrument.index()].phase() != Phase::Continuous;
            let Some(ticket) = self.tickets.get(&order).filter(|_| moved < most && !interrupted) else { continue };
            let Some(peg) = ticket.conditions.peg else { continue };
            let target = self.peg_price(&ticket.terms, peg);
            let now = self.books.find(order).map(|slot| self.books.resting(slot).price);
            if target == now {
                continue;
            }
            moved += 1;
            let from = if now.is_some() { Place::Dark } else { Place::Waiting };
            self.lift(order);
            let mut incoming = self.incoming(order);
            match target {
                Some(price) => {
                    (incoming.price, incoming.remainder) = (OrderPrice::Limit(price), Remainder::Rests(price));
                    self.enter_again(&mut incoming, from, events);
                }
                None => self.keep_waiting(&incoming, WaitsFor::Reference, events),
            }
        }
        moved
    }

    /// Takes an order out of where it rests or waits, so that its ticket says what is left of it and held for it.
    pub(crate) fn lift(&mut self, order: OrderId) {
        let Some(slot) = self.books.find(order) else {
            self.leave_waiting(order);
            return;
        };
        let resting = self.books.resting(slot);
        let hold_price = self.hold_price(&resting);
        let reserve = self.take_out(slot, &resting);
        let leaves = resting.leaves.get() + reserve;
        let held = self.instruments[resting.instrument.index()].hold(resting.side, hold_price, leaves);
        let ticket = self.tickets.get_mut(&order).expect("a lifted order has a ticket");
        (ticket.state, ticket.leaves, ticket.held) = (State::Incoming, leaves, held);
        (ticket.reserve, ticket.hold_price, ticket.version) = (0, Some(hold_price), resting.version);
    }

    /// The price that a pegged order follows now, within its limit and on the tick table.
    pub(crate) fn peg_price(&self, terms: &NewOrder, peg: Peg) -> Option<Price> {
        let best = |side| self.books.best(terms.instrument, Layer::Lit, side).map(Price::get);
        let side = terms.side;
        let ticks = match peg.to {
            PegTo::Primary => best(side)?,
            PegTo::Market => best(side.opposite())?,
            PegTo::Midpoint => {
                let sum = best(Side::Buy)? + best(Side::Sell)?;
                match side {
                    Side::Buy => sum.div_euclid(2),
                    Side::Sell => (sum + 1).div_euclid(2),
                }
            }
        };
        let limit = terms.price.limit()?.get();
        let offset = i64::from(peg.offset);
        let (ticks, rounding) = match side {
            Side::Buy => ((ticks + offset).min(limit), Rounding::Down),
            Side::Sell => ((ticks - offset).max(limit), Rounding::Up),
        };
        let price = Price::new(ticks).ok()?;
        match self.markets[terms.instrument.index()].settings() {
            Some(settings) => settings.ticks.round(price, rounding),
            None => Some(price),
        }
    }

    /// Enters each order whose minimum is there, by number; answers how many.
    fn enter_minimums(&mut self, instrument: InstrumentId, most: u32, events: &mut Vec<Event>) -> u32 {
        let special = self.markets[instrument.index()].special_mut();
        let mut waiting: Vec<OrderId> = special.minimums.iter().flatten().map(|&(_, order)| order).collect();
        waiting.sort_unstable();
        let mut entered = 0;
        for order in waiting {
            let interrupted = self.markets[instrument.index()].phase() != Phase::Continuous;
            let Some(ticket) = self.tickets.get(&order).filter(|_| entered < most && !interrupted) else { continue };
            if ticket.state != State::Waiting(WaitsFor::Minimum) {
                continue;
            }
            let reach = self.reach(&Aggressor {
                account: ticket.terms.account,
                instrument,
                side: ticket.terms.side,
                price: ticket.terms.price,
                lots: ticket.leaves,
                self_trade: self.self_trade(ticket.terms.account, Some(&ticket.conditions)),
            });
            if reach.lots < ticket.minimum() {
                continue;
            }
            entered += 1;
            self.leave_waiting(order);
            self.meet_minimum(order);
            let mut incoming = self.incoming(order);
            self.enter_again(&mut incoming, Place::Waiting, events);
        }
        entered
    }

    /// The minimum of an order is met: from now it is as if it had none.
    pub(crate) fn meet_minimum(&mut self, order: OrderId) {
        if let Some(ticket) = self.tickets.get_mut(&order) {
            ticket.conditions.minimum = None;
        }
    }

    /// Whether there are tickets at all.
    #[inline]
    pub(crate) fn has_tickets(&self) -> bool {
        !self.tickets.is_empty()
    }
}

impl OrderFlags {
    /// Marks of an order that has a ticket.
    pub(crate) const fn ticketed(self) -> bool {
        self.has(Self::TICKET)
    }
}
