//! Follow-ups: what a command sets off in its instrument, in the same command.
//!
//! Exits of brackets, triggered orders, pegs and minimums, in this order and again from the first after each, until nothing
//! is left or the instrument's bound is reached. The rules are in `docs/rules/orders.md`.

use crate::account::Posting as Line;
use crate::band::Rounding;
use crate::matching::{Incoming, Remainder};
use crate::reach::Aggressor;
use crate::ticket::{Link, State};
use crate::{
    CancelReason, Event, Exchange, InstrumentId, Layer, NewOrder, OrderFlags, OrderId, OrderPrice, Peg,
    PegTo, Phase, Place, Price, Qty, Side, WaitsFor,
};

impl Exchange {
    /// Notes that something was done to the orders of an instrument. Plain markets need no note.
    #[inline]
    pub(crate) fn note(&mut self, instrument: InstrumentId) {
        if let Some(special) = &mut self.markets[instrument.index()].special {
            special.changed = true;
            self.touched.insert(instrument);
        }
    }

    /// Lets everything happen that a command, or something due, has set off: by instrument, then what concerns all.
    #[inline(never)]
    pub(crate) fn finish_command(&mut self, events: &mut Vec<Event>) {
        while let Some(instrument) = self.touched.pop_first() {
            self.run_follow_ups(instrument, events);
            self.watch_touch(instrument, events);
            self.tell_indication(instrument, events);
            self.reschedule(instrument);
            self.touched.remove(&instrument);
            if self.touched.is_empty() {
                self.stop_everything(events);
            }
        }
    }

    fn run_follow_ups(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let bound = self.markets[instrument.index()].special_mut().settings.follow_ups;
        let mut done = 0;
        while self.markets[instrument.index()].phase() == Phase::Continuous {
            self.show_touch(instrument, events);
            let Some(next) = self.next_follow_up(instrument) else { return };
            if done == bound {
                events.push(Event::FollowUpsStopped { instrument, done });
                return;
            }
            done += 1;
            match next {
                FollowUp::Exits(entry) => self.enter_exits(entry, instrument, events),
                FollowUp::Fired => self.enter_next_fired(instrument, events),
                FollowUp::Pegs => {
                    let Some(brought) = self.move_pegs(instrument, (done - 1, bound), events) else { return };
                    done = brought;
                }
                FollowUp::Minimums => {
                    let Some(brought) = self.enter_minimums(instrument, (done - 1, bound), events) else {
                        return;
                    };
                    done = brought;
                }
            }
        }
    }

    /// What follows next in an instrument.
    fn next_follow_up(&mut self, instrument: InstrumentId) -> Option<FollowUp> {
        let special = self.markets[instrument.index()].special.as_ref()?;
        if let Some((&entry, _)) = special.exits.first_key_value() {
            return Some(FollowUp::Exits(entry));
        }
        if !special.fired.is_empty() {
            return Some(FollowUp::Fired);
        }
        if self.some_peg_moves(instrument) {
            return Some(FollowUp::Pegs);
        }
        let special = self.markets[instrument.index()].special.as_ref()?;
        let met = !special.met.is_empty();
        let there = met || Side::BOTH.into_iter().any(|side| self.some_minimum_is_there(instrument, side));
        there.then_some(FollowUp::Minimums)
    }

    /// Whether a pegged order has somewhere to go. All of them are asked once for each touch, not after each command.
    fn some_peg_moves(&mut self, instrument: InstrumentId) -> bool {
        let touch = self.lit_touch(instrument);
        let Some(special) = &self.markets[instrument.index()].special else { return false };
        if special.pegs.is_empty() || special.pegs_settled == Some(touch) {
            return false;
        }
        if special.pegs.iter().any(|&order| self.peg_move(order).is_some()) {
            return true;
        }
        self.markets[instrument.index()].special_mut().pegs_settled = Some(touch);
        false
    }

    /// The best displayed bid and ask.
    fn lit_touch(&self, instrument: InstrumentId) -> [Option<Price>; 2] {
        Side::BOTH.map(|side| self.books.best(instrument, Layer::Lit, side))
    }

    /// Panics if a pegged order has somewhere to go where none should have.
    pub(crate) fn check_pegs(&self, instrument: InstrumentId) {
        let Some(special) = &self.markets[instrument.index()].special else { return };
        if special.pegs_settled == Some(self.lit_touch(instrument)) {
            for &order in &special.pegs {
                assert_eq!(self.peg_move(order), None, "pegged order {order} is where it belongs");
            }
        }
    }

    /// Whether an order of a side waits for a minimum that is there. Only those are looked at whose limits reach the best
    /// price they could trade at: the first, as they lie by price.
    fn some_minimum_is_there(&self, instrument: InstrumentId, side: Side) -> bool {
        let Some(special) = &self.markets[instrument.index()].special else { return false };
        let opposite = side.opposite();
        let waiting = special.minimums(opposite).first().and_then(|(_, order)| self.tickets.get(order));
        let prices = [
            self.books.best(instrument, Layer::Lit, opposite),
            self.books.best(instrument, Layer::Dark, opposite),
            waiting.and_then(|ticket| ticket.terms.price.limit()),
        ];
        let Some(reached) = prices.into_iter().flatten().map(|price| side.rank(price)).max() else {
            return false;
        };
        let mut candidates = special.minimums(side).iter().take_while(|&&(rank, _)| rank <= reached);
        candidates.any(|&(_, order)| self.minimum_is_there(order))
    }

    /// Shows the touch to the orders that wait for it.
    fn show_touch(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let bid = self.books.best(instrument, Layer::Lit, Side::Buy);
        let ask = self.books.best(instrument, Layer::Lit, Side::Sell);
        let special = self.markets[instrument.index()].special_mut();
        if !special.fired.is_empty() || !special.exits.is_empty() {
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
        let place = self.markets[instrument.index()].special_mut().line_up(order);
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        ticket.state = State::Fired(place);
        let (account, side) = (ticket.terms.account, ticket.terms.side);
        events.push(Event::OrderTriggered { order, account, instrument, side, trigger, reference });
    }

    /// The first triggered order enters. The stop of a pair first takes the limit order's place.
    fn enter_next_fired(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let fired = &self.markets[instrument.index()].special_mut().fired;
        let Some((_, &order)) = fired.first_key_value() else { return };
        self.leave_waiting(order);
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        ticket.conditions.trigger = None;
        if let Link::Stop(limit) = ticket.link {
            ticket.link = Link::None;
            if let Some(limit) = self.tickets.get_mut(&limit) {
                limit.link = Link::None;
            }
            self.cancel_open(limit, CancelReason::Pair, events);
            self.hold_whole(order, events);
        }
        let mut incoming = self.incoming(order);
        self.tell_entered(&incoming, Place::Waiting, events);
        self.go(&mut incoming, events);
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

    /// Tells that an order enters that was here before.
    pub(crate) fn tell_entered(&mut self, incoming: &Incoming, from: Place, events: &mut Vec<Event>) {
        let pegged = incoming.flags.has(OrderFlags::PEGGED);
        events.push(Event::OrderEntered {
            order: incoming.order,
            account: incoming.account,
            instrument: incoming.instrument,
            side: incoming.side,
            price: if pegged { incoming.price } else { incoming.asked },
            leaves: Qty::new(incoming.leaves).expect("something is left"),
            from,
        });
    }

    /// Where a pegged order would go now: the price that it follows, or nowhere; `None` if it is there.
    fn peg_move(&self, order: OrderId) -> Option<Option<Price>> {
        let ticket = self.tickets.get(&order)?;
        let target = self.peg_price(&ticket.terms, ticket.conditions.peg?);
        let now = self.books.find(order).map(|slot| self.books.resting(slot).price);
        (target != now).then_some(target)
    }

    /// Gives each pegged order the price that it follows, by number; answers how many follow-ups there are now, or `None` if there
    /// may be no more.
    fn move_pegs(
        &mut self,
        instrument: InstrumentId,
        (mut done, bound): (u32, u32),
        events: &mut Vec<Event>,
    ) -> Option<u32> {
        let pegs: Vec<OrderId> =
            self.markets[instrument.index()].special_mut().pegs.iter().copied().collect();
        for order in pegs {
            if self.markets[instrument.index()].phase() != Phase::Continuous {
                break;
            }
            let Some(target) = self.peg_move(order) else { continue };
            if done == bound {
                events.push(Event::FollowUpsStopped { instrument, done });
                return None;
            }
            done += 1;
            let from = if self.books.find(order).is_some() { Place::Dark } else { Place::Waiting };
            self.lift(order);
            let mut incoming = self.incoming(order);
            match target {
                Some(price) => {
                    (incoming.price, incoming.remainder) =
                        (OrderPrice::Limit(price), Remainder::Rests(price));
                    self.tell_entered(&incoming, from, events);
                    self.go(&mut incoming, events);
                }
                None => self.keep_waiting(&incoming, WaitsFor::Reference, events),
            }
        }
        Some(done)
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

    /// Whether an order waits for a minimum that is there; or was met already, and only what crossed it kept it from resting.
    fn minimum_is_there(&self, order: OrderId) -> bool {
        let Some(ticket) = self.tickets.get(&order) else { return false };
        if ticket.state != State::Waiting(WaitsFor::Minimum) {
            return false;
        }
        let reach = self.reach(&Aggressor {
            account: ticket.terms.account,
            instrument: ticket.terms.instrument,
            side: ticket.terms.side,
            price: ticket.terms.price,
            lots: ticket.leaves,
            self_trade: self.self_trade(ticket.terms.account, Some(&ticket.conditions)),
            open_ended: false,
            minimums: true,
        });
        ticket.conditions.minimum.is_none() || reach.lots >= ticket.minimum()
    }

    /// Enters each order whose minimum is there, by number; answers how many follow-ups there are now, or `None` if there may
    /// be no more.
    fn enter_minimums(
        &mut self,
        instrument: InstrumentId,
        (mut done, bound): (u32, u32),
        events: &mut Vec<Event>,
    ) -> Option<u32> {
        let special = self.markets[instrument.index()].special_mut();
        let mut waiting: Vec<OrderId> = special.minimums.iter().flatten().map(|&(_, order)| order).collect();
        waiting.sort_unstable();
        for order in waiting {
            if self.markets[instrument.index()].phase() != Phase::Continuous {
                break;
            }
            if !self.minimum_is_there(order) {
                continue;
            }
            if done == bound {
                events.push(Event::FollowUpsStopped { instrument, done });
                return None;
            }
            done += 1;
            self.leave_waiting(order);
            self.meet_minimum(order, true);
            let mut incoming = self.incoming(order);
            self.tell_entered(&incoming, Place::Waiting, events);
            self.go(&mut incoming, events);
        }
        Some(done)
    }

    /// Whether there are tickets at all.
    #[inline]
    pub(crate) fn has_tickets(&self) -> bool {
        !self.tickets.is_empty()
    }
}

/// What follows next.
#[derive(Clone, Copy, Debug)]
enum FollowUp {
    /// The exits of this entry.
    Exits(OrderId),
    /// The first triggered order.
    Fired,
    /// Pegged orders that follow the book.
    Pegs,
    /// Orders whose minimum is there.
    Minimums,
}

impl OrderFlags {
    /// Marks of an order that has a ticket.
    pub(crate) const fn ticketed(self) -> bool {
        self.has(Self::TICKET)
    }
}
