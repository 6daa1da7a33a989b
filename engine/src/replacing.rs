//! Cancel/replace: an open order gets another price or another total.

use crate::account::Posting as Line;
use crate::admission::limit_hold;
use crate::book::Slot;
use crate::closing::Found;
use crate::matching::{Incoming, Remainder};
use crate::ticket::{Link, State};
use crate::{
    AccountId, Event, Exchange, InstrumentId, NewOrder, OrderFlags, OrderId, OrderPrice, Phase, Price, Priority, Qty,
    Reject, RepriceReason, RestingOrder, Side, Term, TimeInForce, WaitsFor,
};

/// An order that may be replaced, as it is now.
#[derive(Clone, Copy, Debug)]
struct Replaceable {
    instrument: InstrumentId,
    side: Side,
    price: Price,
    quantity: Qty,
    leaves: u64,
    flags: OrderFlags,
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
        let old = self.replaceable(order)?;
        let instrument = self.instruments[id.index()];
        let market = &self.markets[id.index()];
        let phase = market.phase();
        let takes = match phase {
            Phase::Closed => false,
            Phase::Halted => market.settings().is_some_and(|settings| settings.halt_queues),
            _ => true,
        };
        if !takes {
            return Err(Reject::NotInPhase { instrument: id, phase, term: Term::Replace });
        }
        let terms = NewOrder {
            account,
            instrument: id,
            side: old.side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: old.flags.posting(),
        };
        self.check_terms(&terms, &instrument, market)?;
        let too_large = Reject::NotionalTooLarge { instrument: id, price: Some(price), quantity };
        limit_hold(&instrument, old.side, price, quantity).ok_or(too_large)?;
        let gone = old.quantity.get() - old.leaves;
        let left = quantity.get().saturating_sub(gone);
        let held = instrument.hold(old.side, old.price, old.leaves);
        let hold = instrument.hold(old.side, price, left);
        self.ledger.cover(account, instrument.gives(old.side), hold - held)?;
        let Ok(leaves) = Qty::new(left) else {
            let filled = Qty::new(gone).expect("a total not above the filled quantity has one");
            return Err(Reject::BelowFilled { instrument: id, quantity, filled });
        };
        let posted = if phase.matches() {
            self.posted_price(id, old.side, price, old.flags.posting(), market)?
        } else {
            None
        };
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
            self.enter_replaced((account, order), &old, (price, quantity, leaves), posted, (held, hold), events);
        }
        self.follow_up(id, events);
        Ok(())
    }

    /// The order as it is now, unless it is of a kind that is not replaced.
    fn replaceable(&self, order: OrderId) -> Result<Replaceable, Reject> {
        let refused = |term| Err(Reject::NotReplaceable { order, term });
        let ticket = self.tickets.get(&order);
        if let Some(ticket) = ticket {
            match ticket.state {
                State::Waiting(WaitsFor::Trigger) | State::Fired => return refused(Term::WaitingOrder),
                State::Waiting(WaitsFor::Uncross) => return refused(Term::Market),
                State::Waiting(WaitsFor::Reference | WaitsFor::Minimum) | State::Incoming | State::Resting => {}
            }
            if ticket.conditions.peg.is_some() {
                return refused(Term::Peg);
            }
            match ticket.link {
                Link::Limit(_) | Link::Stop(_) => return refused(Term::Pair),
                Link::None | Link::Entry(_) => {}
            }
            if ticket.quote {
                return refused(Term::Quote);
            }
        }
        if let Some(slot) = self.books.find(order) {
            let resting = self.books.resting(slot);
            let leaves = resting.leaves.get() + self.reserve(order, resting.flags);
            let RestingOrder { instrument, side, price, quantity, flags, .. } = resting;
            return Ok(Replaceable { instrument, side, price, quantity, leaves, flags, slot: Some(slot) });
        }
        let ticket = ticket.ok_or(Reject::UnknownOrder { order })?;
        let price = ticket.terms.price.limit().ok_or(Reject::NotReplaceable { order, term: Term::Market })?;
        Ok(Replaceable {
            instrument: ticket.terms.instrument,
            side: ticket.terms.side,
            price,
            quantity: ticket.terms.quantity,
            leaves: ticket.leaves,
            flags: OrderFlags::TICKET,
            slot: None,
        })
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
        let released = instrument.hold(side, hold_price, old) - instrument.hold(side, hold_price, leaves.get());
        self.release(&instrument, (account, side, order), released, events);
    }

    /// Enters a replaced order anew.
    fn enter_replaced(
        &mut self,
        (account, order): (AccountId, OrderId),
        old: &Replaceable,
        (price, quantity, leaves): (Price, Qty, Qty),
        posted: Option<Price>,
        (held, hold): (i64, i64),
        events: &mut Vec<Event>,
    ) {
        let asset = self.instruments[old.instrument.index()].gives(old.side);
        let mut incoming = match old.slot {
            Some(slot) => self.take_in(slot),
            None => {
                self.leave_waiting(order);
                self.incoming(order)
            }
        };
        let line = if hold >= held {
            Line::hold(account, asset, hold - held, order)
        } else {
            Line::release(account, asset, held - hold, order)
        };
        self.ledger.post(line, events);
        (incoming.held, incoming.hold_price) = (hold, Some(price));
        (incoming.quantity, incoming.leaves) = (quantity, leaves.get());
        (incoming.price, incoming.asked) = (OrderPrice::Limit(price), OrderPrice::Limit(price));
        if incoming.remainder != Remainder::Canceled {
            incoming.remainder = Remainder::Rests(price);
        }
        if let Some(ticket) = self.tickets.get_mut(&order).filter(|_| incoming.flags.ticketed()) {
            ticket.terms.price = OrderPrice::Limit(price);
            ticket.terms.quantity = quantity;
            (ticket.leaves, ticket.hold_price) = (leaves.get(), Some(price));
        }
        let market = &self.markets[old.instrument.index()];
        let close = market.last.filter(|&close| market.phase() == Phase::PostClose && old.side.crosses(price, close));
        if let Some(to) = posted.or(close.filter(|&close| close != price)) {
            let reason = if posted.is_some() { RepriceReason::PostOnly } else { RepriceReason::PostClose };
            self.reprice(&mut incoming, price, to, reason, events);
            incoming.remainder = Remainder::Rests(to);
        }
        self.enter_withdrawn(&mut incoming, events);
    }

    /// Lets an order trade that was taken out of where it was, as its phase and minimum allow.
    fn enter_withdrawn(&mut self, incoming: &mut Incoming, events: &mut Vec<Event>) {
        let id = incoming.instrument;
        let waits = self
            .tickets
            .get(&incoming.order)
            .filter(|_| incoming.flags.ticketed())
            .is_some_and(|ticket| ticket.conditions.minimum.is_some());
        if waits {
            // The follow-ups of the same command let it in if its minimum is there.
            self.keep_waiting(incoming, WaitsFor::Minimum, events);
            return;
        }
        if !self.markets[id.index()].phase().matches() {
            if let OrderPrice::Limit(price) = incoming.price {
                self.rest(incoming, price, events);
            }
            return;
        }
        let stop = self.trade(incoming, events);
        self.finish(incoming, stop, events);
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
            (ticket.state, ticket.leaves, ticket.held, ticket.reserve) = (State::Incoming, leaves, incoming.held, 0);
            ticket.conditions
        });
        incoming.self_trade = self.self_trade(account, conditions.as_ref());
        incoming
    }
}
