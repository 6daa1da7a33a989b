//! Mass quotes in the oracle: each entry by itself, the bid before the ask.

use outcry_engine::{
    AccountId, CancelReason, Conditions, Event, MassQuote, NewOrder, OrderId, OrderPrice, Posting, Price,
    Priority, Qty, Quote, Reject, Side, TimeInForce, limits,
};

use super::admission::Kind;
use super::state::Order;
use super::{Oracle, quantity};

impl Oracle {
    pub(super) fn quote(&mut self, mass: &MassQuote) -> Result<(), Reject> {
        let given = u32::try_from(mass.quotes.len()).unwrap_or(u32::MAX);
        if given == 0 || given > limits::MAX_QUOTES {
            return Err(Reject::QuoteCount { given });
        }
        self.check_customer(mass.account)?;
        self.check_released(mass.account)?;
        self.tell(Event::Quoted { account: mass.account, entries: given });
        for (entry, quote) in (0..).zip(&mass.quotes) {
            if let Err(reject) = self.check_quote(mass.account, quote) {
                self.tell(Event::QuoteRefused { entry, reject });
                continue;
            }
            self.touched.insert(quote.instrument);
            for (side, given) in [(Side::Buy, quote.bid), (Side::Sell, quote.ask)] {
                self.quote_side(mass.account, quote, side, given);
            }
        }
        Ok(())
    }

    /// The checks of an entry: those of the bid, then those of the ask.
    fn check_quote(&self, account: AccountId, quote: &Quote) -> Result<(), Reject> {
        if let (Some((bid, _)), Some((ask, _))) = (quote.bid, quote.ask)
            && bid >= ask
        {
            return Err(Reject::QuoteCrossed { bid, ask });
        }
        self.check_instrument(quote.instrument)?;
        let mut more = 0;
        for (side, given) in [(Side::Buy, quote.bid), (Side::Sell, quote.ask)] {
            let Some((price, size)) = given else { continue };
            let new = Order::new(&side_terms(account, quote, side, price, size), Conditions::default());
            let old = self.quoted(account, quote, side);
            more += u32::from(old.is_none());
            self.check_phase(&new, Kind::Single)?;
            self.check_ticks(quote.instrument, [price])?;
            self.check_size(quote.instrument, size.get())?;
            self.check_limits(quote.instrument, &[(price, size.get())])?;
            self.check_reference(&new)?;
            self.check_room(&new, more)?;
            let worth = self.check_worth(&new)?;
            let needed = worth.need - old.map_or(0, |old| old.held);
            if needed > 0 {
                self.check_funds(account, self.gives(quote.instrument, side), needed)?;
            }
            let replaces: Vec<_> = old.into_iter().collect();
            let more = if old.is_none() { more } else { 0 };
            self.check_risk(&new, more, worth.value, &replaces)?;
        }
        Ok(())
    }

    fn quote_side(&mut self, account: AccountId, quote: &Quote, side: Side, given: Option<(Price, Qty)>) {
        let old = self.quoted(account, quote, side);
        if let (Some(old), Some((price, size))) = (old, given)
            && old.in_book()
            && old.level == Some(price)
            && old.left >= size.get()
        {
            let id = old.id;
            return self.reduce_quote(id, size.get());
        }
        if let Some(old) = old.map(|old| old.id) {
            self.close(old, CancelReason::Requoted);
        }
        if let Some((price, size)) = given {
            let terms = side_terms(account, quote, side, price, size);
            let mut order = Order::new(&terms, Conditions::default());
            order.quote = true;
            let id = self.accept(&terms, order);
            self.arrive(id, 0, None);
        }
    }

    /// The side keeps its place; a smaller quantity is told as a replacement.
    fn reduce_quote(&mut self, id: OrderId, size: u64) {
        let order = self.order_mut(id);
        let (old_leaves, price) = (order.left, order.level.expect("it rests"));
        if old_leaves == size {
            return;
        }
        order.quantity -= old_leaves - size;
        order.left = size;
        order.shown = size;
        let event = Event::OrderReplaced {
            order: id,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            old_price: price,
            price,
            quantity: quantity(order.quantity),
            old_leaves: quantity(old_leaves),
            leaves: quantity(size),
            priority: Priority::Kept,
        };
        self.touch(self.order(id).instrument);
        self.tell(event);
        self.rehold(id);
    }

    /// The account's quote of a side.
    fn quoted(&self, account: AccountId, quote: &Quote, side: Side) -> Option<&Order> {
        let of = |order: &&Order| order.account == account && order.instrument == quote.instrument;
        self.orders.iter().filter(of).find(|order| order.quote && order.side == side)
    }
}

fn side_terms(account: AccountId, quote: &Quote, side: Side, price: Price, quantity: Qty) -> NewOrder {
    NewOrder {
        account,
        instrument: quote.instrument,
        side,
        price: OrderPrice::Limit(price),
        quantity,
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    }
}
