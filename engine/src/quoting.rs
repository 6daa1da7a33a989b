//! Mass quotes: a market maker's two-sided prices in many instruments, replaced at once.

use serde::{Deserialize, Serialize};

use crate::admission::{Admission, Request};
use crate::limits::MAX_QUOTES;
use crate::shape::Entry;
use crate::ticket::Ticket;
use crate::{
    AccountId, CancelReason, Conditions, Event, Exchange, InstrumentId, MassQuote, NewOrder, OrderId,
    OrderPrice, Posting, Price, Priority, Qty, Quote, Reject, Side, TimeInForce,
};

/// The open orders of an account's quote in an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuoteOrders {
    bid: Option<OrderId>,
    ask: Option<OrderId>,
}

impl QuoteOrders {
    const fn side(&mut self, side: Side) -> &mut Option<OrderId> {
        match side {
            Side::Buy => &mut self.bid,
            Side::Sell => &mut self.ask,
        }
    }
}

impl Exchange {
    pub(crate) fn quote(&mut self, quote: &MassQuote, events: &mut Vec<Event>) -> Result<(), Reject> {
        let entries = u32::try_from(quote.quotes.len()).unwrap_or(u32::MAX);
        if entries == 0 || entries > MAX_QUOTES {
            return Err(Reject::QuoteCount { given: entries });
        }
        self.known_customer(quote.account)?;
        if self.ledger.account(quote.account)?.is_blocked() {
            return Err(Reject::AccountBlocked { account: quote.account });
        }
        events.push(Event::Quoted { account: quote.account, entries });
        for (entry, quote_entry) in (0..).zip(&quote.quotes) {
            if let Err(reject) = self.quote_one(quote.account, quote_entry, events) {
                events.push(Event::QuoteRefused { entry, reject });
            }
        }
        Ok(())
    }

    /// One entry: both sides are checked before anything changes, each beside what its old order holds.
    fn quote_one(
        &mut self,
        account: AccountId,
        quote: &Quote,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        if let (Some((bid, _)), Some((ask, _))) = (quote.bid, quote.ask)
            && bid >= ask
        {
            return Err(Reject::QuoteCrossed { bid, ask });
        }
        let instrument = quote.instrument;
        self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        let mut more = 0;
        let mut admissions = [None, None];
        for (admission, (side, wanted)) in
            admissions.iter_mut().zip([(Side::Buy, quote.bid), (Side::Sell, quote.ask)])
        {
            if let Some(wanted) = wanted {
                *admission = Some(self.admit_side((account, instrument, side), wanted, &mut more)?);
            }
        }
        let [bid, ask] = admissions;
        for (side, wanted, admission) in [(Side::Buy, quote.bid, bid), (Side::Sell, quote.ask, ask)] {
            self.quote_side((account, instrument, side), wanted.zip(admission), events);
        }
        Ok(())
    }

    /// The checks of one side.
    fn admit_side(
        &self,
        (account, instrument, side): (AccountId, InstrumentId, Side),
        (price, quantity): (Price, Qty),
        more: &mut u32,
    ) -> Result<Admission, Reject> {
        let old = self.quoted(account, instrument, side);
        *more += u32::from(old.is_none());
        let terms = terms_of((account, instrument, side), (price, quantity));
        let request = Request {
            terms: &terms,
            conditions: None,
            entry: Entry::Single,
            more: *more,
            replaces: old.map(|order| (order, self.held_for(order))),
        };
        self.check_phase(&request, self.markets[instrument.index()].phase())?;
        let mut admission = self.check_numbers(&request, &[])?;
        self.check_room(&request)?;
        self.check_cost(&request, &mut admission)?;
        let held = request.replaces.map_or(0, |(_, held)| held);
        if admission.hold > held {
            let asset = self.instruments[instrument.index()].gives(side);
            self.ledger.cover(account, asset, admission.hold - held)?;
        }
        let more = if old.is_none() { *more } else { 0 };
        self.check_limits(&Request { more, ..request }, admission.value)?;
        Ok(admission)
    }

    /// The open quote order of a side.
    fn quoted(&self, account: AccountId, instrument: InstrumentId, side: Side) -> Option<OrderId> {
        let orders = self.quotes.get(&(account, instrument))?;
        match side {
            Side::Buy => orders.bid,
            Side::Sell => orders.ask,
        }
    }

    /// What is held for a resting order.
    fn held_for(&self, order: OrderId) -> i64 {
        self.books.find(order).map_or(0, |slot| {
            let resting = self.books.resting(slot);
            let instrument = &self.instruments[resting.instrument.index()];
            instrument.hold(resting.side, self.hold_price(&resting), resting.leaves.get())
        })
    }

    /// One side: kept in its place if it only gets smaller, else canceled and entered anew.
    fn quote_side(
        &mut self,
        (account, instrument, side): (AccountId, InstrumentId, Side),
        wanted: Option<((Price, Qty), Admission)>,
        events: &mut Vec<Event>,
    ) {
        if let Some(order) = self.quoted(account, instrument, side) {
            let slot = self.books.find(order).expect("an open quote order rests");
            let resting = self.books.resting(slot);
            if let Some(((price, quantity), _)) = wanted
                && price == resting.price
                && quantity <= resting.leaves
            {
                if quantity == resting.leaves {
                    self.note(instrument);
                    return;
                }
                let total = Qty::new(resting.quantity.get() - resting.leaves.get() + quantity.get())
                    .expect("not above the total until now");
                events.push(Event::OrderReplaced {
                    order,
                    account,
                    instrument,
                    side,
                    old_price: price,
                    price,
                    quantity: total,
                    old_leaves: resting.leaves,
                    leaves: quantity,
                    priority: Priority::Kept,
                });
                self.shrink(slot, total, quantity, events);
                self.note(instrument);
                return;
            }
            self.cancel_open(order, CancelReason::Requoted, events);
        }
        self.note(instrument);
        let Some((wanted, admission)) = wanted else { return };
        let terms = terms_of((account, instrument, side), wanted);
        let order = self.accept(&terms, events);
        let mut ticket = Ticket::new(terms, Conditions::NONE);
        ticket.quote = true;
        self.open_ticket(order, ticket, &admission, events);
        *self.quotes.entry((account, instrument)).or_default().side(side) = Some(order);
        self.enter(order, &terms, None, &admission, events);
        self.note(instrument);
    }

    /// A quote order is closed.
    pub(crate) fn forget_quote(&mut self, account: AccountId, instrument: InstrumentId, side: Side) {
        let Some(orders) = self.quotes.get_mut(&(account, instrument)) else { return };
        *orders.side(side) = None;
        if *orders == QuoteOrders::default() {
            self.quotes.remove(&(account, instrument));
        }
    }
}

/// One side of a quote as an order.
const fn terms_of(
    (account, instrument, side): (AccountId, InstrumentId, Side),
    (price, quantity): (Price, Qty),
) -> NewOrder {
    NewOrder {
        account,
        instrument,
        side,
        price: OrderPrice::Limit(price),
        quantity,
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    }
}
