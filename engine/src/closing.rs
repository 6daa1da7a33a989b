//! Orders end: cancel, mass cancel, expiry, and what an end does to others.

use crate::account::Posting as Line;
use crate::book::Slot;
use crate::clock::{Due, Timer};
use crate::market::DueExits;
use crate::ticket::{Link, State};
use crate::{
    AccountId, CancelReason, Event, Exchange, Instrument, InstrumentId, Lots, OrderFlags, OrderId,
    OrderPrice, Place, Price, ReduceReason, Reject, RestingOrder, Side, WaitsFor,
};

/// Where an open order was found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// In the book.
    Resting(Slot, RestingOrder),
    /// Outside it, in this instrument.
    Waiting(InstrumentId),
}

impl Exchange {
    pub(crate) fn cancel(
        &mut self,
        account: AccountId,
        order: OrderId,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        if self.cancel_plain(account, order, events) {
            return Ok(());
        }
        let instrument = match self.own_order(account, order)? {
            Found::Resting(slot, resting) => {
                self.cancel_resting(slot, &resting, CancelReason::Requested, events);
                resting.instrument
            }
            Found::Waiting(instrument) => {
                self.cancel_waiting(order, CancelReason::Requested, events);
                instrument
            }
        };
        self.note(instrument);
        Ok(())
    }

    /// Cancels all open orders of an account that fit, by number.
    pub(crate) fn cancel_orders(
        &mut self,
        account: AccountId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        if let Some(instrument) = instrument {
            self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        }
        self.known_customer(account)?;
        events.push(Event::OrdersCanceled { account, instrument, side });
        self.cancel_all(account, instrument, side, CancelReason::MassCancel, events);
        Ok(())
    }

    /// Sets the kill switch.
    pub(crate) fn block_account(
        &mut self,
        account: AccountId,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        self.known_customer(account)?;
        self.ledger.block(account, true);
        self.cancel_all(account, None, None, CancelReason::AccountBlocked, events);
        events.push(Event::AccountBlocked { account });
        Ok(())
    }

    /// Releases the kill switch.
    pub(crate) fn unblock_account(
        &mut self,
        account: AccountId,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        self.known_customer(account)?;
        self.ledger.block(account, false);
        events.push(Event::AccountUnblocked { account });
        Ok(())
    }

    fn cancel_all(
        &mut self,
        account: AccountId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
        reason: CancelReason,
        events: &mut Vec<Event>,
    ) {
        let orders = self.open_orders_of(account, instrument, side);
        for (order, instrument) in orders {
            // The other order of a pair may have taken it along.
            if self.is_open(order) {
                self.cancel_open(order, reason, events);
                self.note(instrument);
            }
        }
    }

    /// The open orders of an account that fit, by number. Walks all open orders: it is asked seldom.
    fn open_orders_of(
        &self,
        account: AccountId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
    ) -> Vec<(OrderId, InstrumentId)> {
        let fits = |owner: AccountId, of: InstrumentId, on: Side| {
            owner == account && instrument.is_none_or(|only| only == of) && side.is_none_or(|only| only == on)
        };
        let resting = self
            .books
            .orders()
            .filter(|order| fits(order.account, order.instrument, order.side))
            .map(|order| (order.order, order.instrument));
        let waiting = self
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.state != State::Resting)
            .filter(|(_, ticket)| fits(ticket.terms.account, ticket.terms.instrument, ticket.terms.side))
            .map(|(&order, ticket)| (order, ticket.terms.instrument));
        let mut orders: Vec<_> = resting.chain(waiting).collect();
        orders.sort_unstable();
        orders
    }

    /// Whether an order is open: it rests or waits.
    pub(crate) fn is_open(&self, order: OrderId) -> bool {
        self.books.find(order).is_some() || self.tickets.contains_key(&order)
    }

    /// An open order of this account. Another's looks like one that does not exist.
    #[inline]
    pub(crate) fn own_order(&self, account: AccountId, order: OrderId) -> Result<Found, Reject> {
        self.ledger.account(account)?;
        let Some(slot) = self.books.find(order) else {
            let ticket = self.tickets.get(&order).filter(|ticket| ticket.terms.account == account);
            return ticket
                .map(|ticket| Found::Waiting(ticket.terms.instrument))
                .ok_or(Reject::UnknownOrder { order });
        };
        let resting = self.books.resting(slot);
        if resting.account != account {
            return Err(Reject::UnknownOrder { order });
        }
        Ok(Found::Resting(slot, resting))
    }

    /// Cancels what is left of an open order, wherever it is, and its partner with it.
    pub(crate) fn cancel_open(&mut self, order: OrderId, reason: CancelReason, events: &mut Vec<Event>) {
        match self.books.find(order) {
            Some(slot) => {
                let resting = self.books.resting(slot);
                self.cancel_resting(slot, &resting, reason, events);
            }
            None => self.cancel_waiting(order, reason, events),
        }
    }

    fn cancel_resting(
        &mut self,
        slot: Slot,
        resting: &RestingOrder,
        reason: CancelReason,
        events: &mut Vec<Event>,
    ) {
        let reserve = self.take_out(slot, resting);
        let RestingOrder { order, account, instrument: id, side, .. } = *resting;
        let lots = resting.leaves.get() + reserve;
        events.push(Event::OrderCanceled {
            order,
            account,
            instrument: id,
            side,
            price: OrderPrice::Limit(resting.price),
            canceled: Lots::new(lots),
            from: resting.layer.into(),
            reason,
        });
        let instrument = &self.instruments[id.index()];
        let held = instrument.hold(side, self.hold_price(resting), lots);
        let asset = instrument.gives(side);
        self.ledger.post(Line::release(account, asset, held, order), events);
        if resting.flags.has(OrderFlags::TICKET) {
            let link = self.tickets[&order].link;
            self.close(order);
            self.cancel_partner(link, events);
        }
    }

    fn cancel_waiting(&mut self, order: OrderId, reason: CancelReason, events: &mut Vec<Event>) {
        let from = match self.tickets[&order].state {
            State::Incoming => Place::Incoming,
            State::Resting | State::Waiting(_) | State::Fired(_) => Place::Waiting,
        };
        self.leave_waiting(order);
        let ticket = self.tickets[&order].clone();
        let terms = ticket.terms;
        events.push(Event::OrderCanceled {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price,
            canceled: Lots::new(ticket.leaves),
            from,
            reason,
        });
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.post(Line::release(terms.account, asset, ticket.held, order), events);
        self.close(order);
        self.cancel_partner(ticket.link, events);
    }

    /// Cancels the other order of a pair, if it is still open.
    pub(crate) fn cancel_partner(&mut self, link: Link, events: &mut Vec<Event>) {
        let (Link::Limit(partner) | Link::Stop(partner)) = link else { return };
        if self.is_open(partner) {
            self.cancel_open(partner, CancelReason::Pair, events);
        }
    }

    /// Takes an order out of the book, and answers what it had in reserve.
    #[inline]
    pub(crate) fn take_out(&mut self, slot: Slot, resting: &RestingOrder) -> u64 {
        let reserve = self.reserve(resting.order, resting.flags);
        if reserve > 0 {
            self.books.set_reserve(slot, reserve, 0);
        }
        self.books.remove(slot);
        self.ledger.uncount_order(resting.account);
        // What comes in again has to better the market again.
        if let Some(special) = &mut self.markets[resting.instrument.index()].special {
            let top = special.top_mut(resting.side);
            *top = top.filter(|&top| top != resting.order);
        }
        reserve
    }

    /// Lots of an order that are not shown.
    #[inline]
    pub(crate) fn reserve(&self, order: OrderId, flags: OrderFlags) -> u64 {
        if flags.has(OrderFlags::RESERVE) { self.tickets[&order].reserve } else { 0 }
    }

    /// The price at which the hold of a resting order is made.
    #[inline]
    pub(crate) fn hold_price(&self, resting: &RestingOrder) -> Price {
        if resting.flags.has(OrderFlags::TICKET) {
            self.tickets[&resting.order].hold_price.unwrap_or(resting.price)
        } else {
            resting.price
        }
    }

    /// Takes an order out of whatever it waits in. Its ticket stays.
    pub(crate) fn leave_waiting(&mut self, order: OrderId) {
        let ticket = self.tickets.get_mut(&order).expect("an order that waits has a ticket");
        let (state, terms) = (ticket.state, ticket.terms);
        ticket.state = State::Incoming;
        if state == State::Incoming || state == State::Resting {
            return;
        }
        self.ledger.uncount_order(terms.account);
        let special = self.markets[terms.instrument.index()].special_mut();
        match state {
            State::Fired(place) => {
                special.fired.remove(&place);
            }
            State::Waiting(WaitsFor::Trigger) => {
                special.triggers.remove(order);
            }
            State::Waiting(WaitsFor::Minimum) => {
                let limit = terms.price.limit().expect("an order with a minimum has a limit");
                special.minimums_mut(terms.side).remove(&(terms.side.rank(limit), order));
                special.met.remove(&order);
            }
            State::Waiting(WaitsFor::Reference | WaitsFor::Uncross) | State::Incoming | State::Resting => {}
        }
    }

    /// Forgets the ticket of an order that is closed.
    pub(crate) fn close(&mut self, order: OrderId) {
        let Some(ticket) = self.tickets.remove(&order) else { return };
        if let Some(expires) = ticket.expires {
            self.clock.remove(Timer { at: expires, due: Due::Expiry(order) });
        }
        let id = ticket.terms.instrument;
        if let Some(special) = &mut self.markets[id.index()].special {
            special.pegs.remove(&order);
            special.for_uncross.remove(&order);
        }
        if ticket.quote {
            self.forget_quote(ticket.terms.account, id, ticket.terms.side);
        }
    }

    /// What a fill of an order does to others: it reduces the stop of a pair, and makes exits due.
    #[inline]
    pub(crate) fn linked_fill(
        &mut self,
        order: OrderId,
        flags: OrderFlags,
        lots: u64,
        events: &mut Vec<Event>,
    ) {
        if !flags.has(OrderFlags::TICKET) {
            return;
        }
        let Some(ticket) = self.tickets.get(&order) else { return };
        match ticket.link {
            Link::None | Link::Stop(_) => {}
            Link::Limit(stop) => self.reduce_stop(stop, lots, events),
            Link::Entry(exits) => {
                let (account, side, id) = (ticket.terms.account, ticket.terms.side, ticket.terms.instrument);
                let due = DueExits { account, side: side.opposite(), lots: 0, exits };
                let special = self.markets[id.index()].special_mut();
                special.exits.entry(order).or_insert(due).lots += lots;
            }
        }
    }

    /// What lots that an order lost without a trade do to others: they reduce the stop of a pair.
    pub(crate) fn linked_loss(&mut self, order: OrderId, lots: u64, events: &mut Vec<Event>) {
        if let Some(Link::Limit(stop)) = self.tickets.get(&order).map(|ticket| ticket.link) {
            self.reduce_stop(stop, lots, events);
        }
    }

    /// Gives back what an order no longer needs of the asset it gives.
    pub(crate) fn release(
        &mut self,
        instrument: &Instrument,
        (account, side, order): (AccountId, Side, OrderId),
        amount: i64,
        events: &mut Vec<Event>,
    ) {
        self.ledger.post(Line::release(account, instrument.gives(side), amount, order), events);
    }

    /// Makes the stop of a pair smaller, or cancels it when nothing is left of the pair.
    fn reduce_stop(&mut self, stop: OrderId, lots: u64, events: &mut Vec<Event>) {
        let Some(ticket) = self.tickets.get_mut(&stop) else { return };
        if ticket.leaves == lots {
            // The limit order is filled: it is not there to be canceled in turn.
            ticket.link = Link::None;
            self.cancel_open(stop, CancelReason::Pair, events);
            return;
        }
        let leaves = ticket.leaves - lots;
        let terms = ticket.terms;
        // The stop holds from when it begins to wait.
        let need = if ticket.state == State::Incoming { 0 } else { self.stop_hold(stop, leaves) };
        let ticket = self.tickets.get_mut(&stop).expect("found above");
        let released = ticket.held - need;
        (ticket.leaves, ticket.held) = (leaves, need);
        ticket.version += 1;
        events.push(Event::OrderReduced {
            order: stop,
            account: terms.account,
            instrument: terms.instrument,
            by: Lots::new(lots),
            leaves: Lots::new(leaves),
            reason: ReduceReason::Pair,
        });
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.post(Line::release(terms.account, asset, released, stop), events);
    }

    /// The limit order of a pair holds another amount than before: so does its stop, once it waits.
    pub(crate) fn hold_beyond(&mut self, stop: OrderId, events: &mut Vec<Event>) {
        let Some(ticket) = self.tickets.get(&stop).filter(|ticket| ticket.state != State::Incoming) else {
            return;
        };
        let (terms, held) = (ticket.terms, ticket.held);
        let need = self.stop_hold(stop, ticket.leaves);
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        let line = if need > held {
            Line::hold(terms.account, asset, need - held, stop)
        } else {
            Line::release(terms.account, asset, held - need, stop)
        };
        self.ledger.post(line, events);
        self.tickets.get_mut(&stop).expect("found above").held = need;
    }

    /// What the stop of a pair holds beyond its limit order, for `leaves` lots of both.
    pub(crate) fn stop_hold(&self, stop: OrderId, leaves: u64) -> i64 {
        let ticket = &self.tickets[&stop];
        let Link::Stop(limit) = ticket.link else {
            unreachable!("the stop of a pair is linked to its limit order")
        };
        let instrument = &self.instruments[ticket.terms.instrument.index()];
        let side = ticket.terms.side;
        let own = ticket.hold_price.map_or(0, |price| instrument.hold(side, price, leaves));
        let limit = self.tickets[&limit].hold_price.map_or(0, |price| instrument.hold(side, price, leaves));
        match side {
            Side::Buy => (own - limit).max(0),
            Side::Sell => 0,
        }
    }
}
