//! Mass quotes: a market maker's two-sided prices in many instruments, replaced at once.

use serde::{Deserialize, Serialize};

use crate::limits::MAX_QUOTES;
use crate::shape::Entry;
use crate::ticket::Ticket;
use crate::{
    AccountId, CancelReason, Conditions, Event, Exchange, InstrumentId, MassQuote, NewOrder, OrderId, OrderPrice,
    Posting, Price, Priority, Qty, Quote, Reject, Side, TimeInForce,
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
            if self.instrument(quote_entry.instrument).is_some() {
                self.follow_up(quote_entry.instrument, events);
            }
        }
        Ok(())
    }

    /// One entry. A side that is refused leaves the other as it became.
    fn quote_one(&mut self, account: AccountId, quote: &Quote, events: &mut Vec<Event>) -> Result<(), Reject> {
        if let (Some((bid, _)), Some((ask, _))) = (quote.bid, quote.ask)
            && bid >= ask
        {
            return Err(Reject::QuoteCrossed { bid, ask });
        }
        let instrument = quote.instrument;
        self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        for (side, wanted) in [(Side::Buy, quote.bid), (Side::Sell, quote.ask)] {
            self.quote_side((account, instrument, side), wanted, events)?;
        }
        Ok(())
    }

    /// One side: kept in its place if it only gets smaller, else canceled and entered anew.
    fn quote_side(
        &mut self,
        (account, instrument, side): (AccountId, InstrumentId, Side),
        wanted: Option<(Price, Qty)>,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let old = self.quotes.get_mut(&(account, instrument)).and_then(|orders| *orders.side(side));
        if let Some(order) = old {
            let slot = self.books.find(order).expect("an open quote order rests");
            let resting = self.books.resting(slot);
            if let Some((price, quantity)) = wanted
                && price == resting.price
                && quantity <= resting.leaves
            {
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
                return Ok(());
            }
            self.cancel_open(order, CancelReason::Requoted, events);
        }
        let Some((price, quantity)) = wanted else { return Ok(()) };
        let terms = NewOrder {
            account,
            instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        let admission = self.admit(&terms, None, Entry::Quote)?;
        let order = self.accept(&terms, events);
        let mut ticket = Ticket::new(terms, Conditions::NONE);
        ticket.quote = true;
        self.open_ticket(order, ticket, &admission, events);
        *self.quotes.entry((account, instrument)).or_default().side(side) = Some(order);
        self.enter(order, &terms, None, &admission, events);
        Ok(())
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
