//! Cancel/replace: an open order gets another price or another total.

use crate::account::Posting as Line;
use crate::admission::{Admission, Request, limit_hold};
use crate::book::Slot;
use crate::closing::Found;
use crate::matching::{Incoming, Remainder};
use crate::reach::Aggressor;
use crate::shape::Entry;
use crate::ticket::{Link, State};
use crate::{
    AccountId, Event, Exchange, InstrumentId, NewOrder, OrderFlags, OrderId, OrderPrice, Price, Priority,
    Qty, Reject, RestingOrder, Side, Term, TimeInForce, WaitsFor,
};

/// An order that may be replaced, as it is now.
#[derive(Clone, Copy, Debug)]
struct Replaceable {
    instrument: InstrumentId,
    side: Side,
    price: Price,
    hold_price: Price,
    quantity: Qty,
    leaves: u64,
    /// Where it rests; `None` if it waits for its minimum.
    slot: Option<Slot>,
}

impl Exchange {
    pub(crate) fn replace(
        &mut self,
        account: AccountId,
        order: OrderId,
        price: Price,
        quantity: Qty,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let id = match self.own_order(account, order)? {
            Found::Resting(_, resting) => resting.instrument,
            Found::Waiting(instrument) => instrument,
        };
        if self.ledger.account(account)?.is_blocked() {
            return Err(Reject::AccountBlocked { account });
        }
        let conditions = self.conditions(order);
        let (old, mut terms) = self.as_it_is(order)?;
        let request = Request {
            terms: &terms.clone(),
            conditions: conditions.as_ref(),
            entry: Entry::Replacement,
            more: 0,
            replaces: Some((order, 0)),
        };
        self.check_phase(&request, self.markets[id.index()].phase())?;
        self.check_replaceable(order)?;
        (terms.price, terms.quantity) = (OrderPrice::Limit(price), quantity);
        terms.time_in_force = TimeInForce::GoodTillCancel;
        if let Some(conditions) = &conditions {
            terms.check_peaks(conditions)?;
        }
        let admission = self.check_new_terms(&terms, &old, order)?;
        let gone = old.quantity.get() - old.leaves;
        let Ok(leaves) = Qty::new(quantity.get().saturating_sub(gone)) else {
            let filled = Qty::new(gone).expect("a total not above the filled quantity has one");
            return Err(Reject::BelowFilled { instrument: id, quantity, filled });
        };
        let mut posted = admission;
        self.check_posting(&terms, &mut posted)?;
        let kept = price == old.price && leaves.get() <= old.leaves && old.slot.is_some();
        events.push(Event::OrderReplaced {
            order,
            account,
            instrument: id,
            side: old.side,
            old_price: old.price,
            price,
            quantity,
            old_leaves: Qty::new(old.leaves).expect("an open order has something left"),
            leaves,
            priority: if kept { Priority::Kept } else { Priority::Lost },
        });
        if let (true, Some(slot)) = (kept, old.slot) {
            self.shrink(slot, quantity, leaves, events);
        } else {
            self.enter_replaced((account, order), &old, (price, quantity, leaves), posted.price, events);
        }
        self.note(id);
        Ok(())
    }

    /// Checks new terms against instrument, funds and limits, beside what is held for the order as it is.
    fn check_new_terms(
        &self,
        terms: &NewOrder,
        old: &Replaceable,
        order: OrderId,
    ) -> Result<Admission, Reject> {
        let request = Request {
            terms,
            conditions: None,
            entry: Entry::Replacement,
            more: 0,
            replaces: Some((order, 0)),
        };
        let admission = self.check_numbers(&request, &[])?;
        let instrument = &self.instruments[terms.instrument.index()];
        let price = terms.price.limit().expect("new terms have a limit");
        let quantity = terms.quantity;
        let too_large =
            Reject::NotionalTooLarge { instrument: terms.instrument, price: Some(price), quantity };
        // What waits for its minimum goes on waiting after the close too, at the limit that was asked.
        let waits = self.tickets.get(&order).is_some_and(|ticket| ticket.conditions.minimum.is_some());
        let comes_at = admission.hold_price.filter(|_| !waits).unwrap_or(price);
        limit_hold(instrument, terms.side, comes_at, quantity).ok_or(too_large)?;
        let gone = old.quantity.get() - old.leaves;
        let left = quantity.get().saturating_sub(gone);
        let held = instrument.hold(old.side, old.hold_price, old.leaves);
        let hold = instrument.hold(old.side, comes_at, left);
        if hold > held {
            self.ledger.cover(terms.account, instrument.gives(old.side), hold - held)?;
        }
        let value = instrument.value(comes_at, quantity.lots()).unwrap_or(crate::limits::MAX_AMOUNT);
        let left = NewOrder { quantity: Qty::new(left).unwrap_or(quantity), ..*terms };
        self.check_limits(&Request { terms: &left, ..request }, value)?;
        Ok(admission)
    }

    /// Refuses an order of a kind that is not replaced.
    fn check_replaceable(&self, order: OrderId) -> Result<(), Reject> {
        let Some(ticket) = self.tickets.get(&order) else { return Ok(()) };
        let waits = matches!(ticket.state, State::Waiting(WaitsFor::Trigger) | State::Fired(_));
        let named = [
            (ticket.quote, Term::Quote),
            (ticket.exit_of.is_some(), Term::Bracket),
            (matches!(ticket.link, Link::Limit(_) | Link::Stop(_)), Term::Pair),
            (ticket.conditions.peg.is_some(), Term::Peg),
            (waits, Term::WaitingOrder),
            (ticket.terms.price == OrderPrice::Market, Term::Market),
        ];
        match named.into_iter().find(|&(stands, _)| stands) {
            Some((_, term)) => Err(Reject::NotReplaceable { order, term }),
            None => Ok(()),
        }
    }

    /// An open order as it is, and its terms.
    fn as_it_is(&self, order: OrderId) -> Result<(Replaceable, NewOrder), Reject> {
        if let Some(slot) = self.books.find(order) {
            let resting = self.books.resting(slot);
            let leaves = resting.leaves.get() + self.reserve(order, resting.flags);
            let RestingOrder { account, instrument, side, price, quantity, flags, .. } = resting;
            let hold_price = self.hold_price(&resting);
            let old = Replaceable { instrument, side, price, hold_price, quantity, leaves, slot: Some(slot) };
            let terms = NewOrder {
                account,
                instrument,
                side,
                price: OrderPrice::Limit(price),
                quantity,
                time_in_force: TimeInForce::GoodTillCancel,
                posting: flags.posting(),
            };
            return Ok((old, terms));
        }
        let ticket = self.tickets.get(&order).ok_or(Reject::UnknownOrder { order })?;
        let price = ticket.terms.price.limit().unwrap_or(Price::LOWEST);
        let NewOrder { instrument, side, quantity, .. } = ticket.terms;
        let old = Replaceable {
            instrument,
            side,
            price,
            hold_price: price,
            quantity,
            leaves: ticket.leaves,
            slot: None,
        };
        Ok((old, ticket.terms))
    }

    /// Makes a resting order smaller in its place; an iceberg gives from its reserve first.
    pub(crate) fn shrink(&mut self, slot: Slot, quantity: Qty, leaves: Qty, events: &mut Vec<Event>) {
        let resting = self.books.resting(slot);
        let RestingOrder { order, account, side, .. } = resting;
        let instrument = self.instruments[resting.instrument.index()];
        let hold_price = self.hold_price(&resting);
        let reserve = self.reserve(order, resting.flags);
        let old = resting.leaves.get() + reserve;
        let shown = resting.leaves.get().min(leaves.get());
        if reserve > 0 {
            let left = leaves.get() - shown;
            self.books.set_reserve(slot, reserve, left);
            self.tickets.get_mut(&order).expect("an iceberg has a ticket").reserve = left;
        }
        self.books.reduce(slot, quantity, Qty::new(shown).expect("something stays"));
        if let Some(ticket) = self.tickets.get_mut(&order).filter(|_| resting.flags.has(OrderFlags::TICKET)) {
            ticket.terms.quantity = quantity;
        }
        let released =
            instrument.hold(side, hold_price, old) - instrument.hold(side, hold_price, leaves.get());
        self.release(&instrument, (account, side, order), released, events);
    }

    /// Enters a replaced order anew; it comes at `comes_at`, if a rule makes that another price than the one asked for.
    fn enter_replaced(
        &mut self,
        (account, order): (AccountId, OrderId),
        old: &Replaceable,
        (price, quantity, leaves): (Price, Qty, Qty),
        comes_at: OrderPrice,
        events: &mut Vec<Event>,
    ) {
        let mut incoming = match old.slot {
            Some(slot) => self.take_in(slot),
            None => {
                self.leave_waiting(order);
                self.incoming(order)
            }
        };
        (incoming.quantity, incoming.leaves) = (quantity, leaves.get());
        (incoming.price, incoming.asked) = (OrderPrice::Limit(price), OrderPrice::Limit(price));
        incoming.hold_price = Some(price);
        if incoming.remainder != Remainder::Canceled {
            incoming.remainder = Remainder::Rests(price);
        }
        if let Some(ticket) = self.tickets.get_mut(&order).filter(|_| incoming.flags.ticketed()) {
            ticket.terms.price = OrderPrice::Limit(price);
            ticket.terms.quantity = quantity;
            (ticket.leaves, ticket.hold_price) = (leaves.get(), Some(price));
        }
        // What waits for its minimum goes on waiting, at the limit that was asked.
        let waits = self.waits_for_minimum(&incoming);
        if let Some(to) = comes_at.limit().filter(|&to| to != price && !waits) {
            let phase = self.markets[old.instrument.index()].phase();
            self.tell_repriced(&mut incoming, price, to, phase, events);
        }
        let instrument = self.instruments[old.instrument.index()];
        let asset = instrument.gives(old.side);
        let hold = instrument.hold(old.side, incoming.hold_price.unwrap_or(price), leaves.get());
        let held = incoming.held;
        let line = if hold >= held {
            Line::hold(account, asset, hold - held, order)
        } else {
            Line::release(account, asset, held - hold, order)
        };
        self.ledger.post(line, events);
        incoming.held = hold;
        self.enter_withdrawn(&mut incoming, events);
    }

    /// Lets an order trade that was taken out of where it was, as its phase and minimum allow.
    fn enter_withdrawn(&mut self, incoming: &mut Incoming, events: &mut Vec<Event>) {
        let id = incoming.instrument;
        if self.waits_for_minimum(incoming) {
            self.enter_with_minimum(incoming, events);
            return;
        }
        if !self.markets[id.index()].phase().matches() {
            if let OrderPrice::Limit(price) = incoming.price {
                self.rest(incoming, price, events);
            }
            return;
        }
        self.go(incoming, events);
    }

    /// Whether the minimum of an order is not met yet.
    fn waits_for_minimum(&self, incoming: &Incoming) -> bool {
        let ticket = self.tickets.get(&incoming.order).filter(|_| incoming.flags.ticketed());
        ticket.is_some_and(|ticket| ticket.conditions.minimum.is_some())
    }

    /// Lets an order trade if its minimum is there, else it goes on waiting.
    fn enter_with_minimum(&mut self, incoming: &mut Incoming, events: &mut Vec<Event>) {
        let ticket = &self.tickets[&incoming.order];
        let reach = self.reach(&Aggressor {
            account: incoming.account,
            instrument: incoming.instrument,
            side: incoming.side,
            price: incoming.price,
            lots: incoming.leaves,
            self_trade: incoming.self_trade,
            open_ended: false,
            minimums: true,
        });
        let phase = self.markets[incoming.instrument.index()].phase();
        if reach.lots < ticket.minimum() || phase != crate::Phase::Continuous {
            self.keep_waiting(incoming, WaitsFor::Minimum, events);
        } else {
            self.meet_minimum(incoming.order, true);
            self.go(incoming, events);
        }
    }

    /// Takes a resting order out of the book, as it would come in again at its price.
    pub(crate) fn take_in(&mut self, slot: Slot) -> Incoming {
        let resting = self.books.resting(slot);
        let RestingOrder { order, account, instrument, side, price, quantity, flags, .. } = resting;
        let hold_price = self.hold_price(&resting);
        let reserve = self.take_out(slot, &resting);
        let leaves = resting.leaves.get() + reserve;
        let terms = NewOrder {
            account,
            instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: flags.posting(),
        };
        let mut incoming = self.incoming_of(order, &terms, flags.without(OrderFlags::RESERVE));
        (incoming.leaves, incoming.version) = (leaves, resting.version);
        incoming.held = self.instruments[instrument.index()].hold(side, hold_price, leaves);
        incoming.hold_price = Some(hold_price);
        let ticket = self.tickets.get_mut(&order).filter(|_| flags.has(OrderFlags::TICKET));
        let conditions = ticket.map(|ticket| {
            (ticket.state, ticket.leaves, ticket.held, ticket.reserve) =
                (State::Incoming, leaves, incoming.held, 0);
            ticket.conditions
        });
        incoming.self_trade = self.self_trade(account, conditions.as_ref());
        incoming
    }
}
