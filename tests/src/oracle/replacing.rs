//! Cancel/replace in the oracle: new price and total for an open order.

use outcry_engine::{
    AccountId, Conditions, Event, OrderId, OrderPrice, Price, Priority, Qty, Reject, Side, Term, WaitsFor,
};

use super::admission::Kind;
use super::state::{At, Order, within};
use super::{Fault, Oracle, quantity};

impl Oracle {
    pub(super) fn replace(
        &mut self,
        account: AccountId,
        id: OrderId,
        price: Price,
        total: Qty,
    ) -> Result<(), Reject> {
        self.check_owner(account, id)?;
        let old = self.order(id).clone();
        let instrument = old.instrument;
        let limit = self.check_replacement(&old, price, total)?;

        let reduces = old.in_book() && old.level == Some(price) && total.get() <= old.quantity;
        let keeps = reduces && self.fault != Fault::ReduceLosesPriority;
        let gone = old.quantity - old.left;
        let left = total.get() - gone;
        self.touch(instrument);
        self.tell(Event::OrderReplaced {
            order: id,
            account,
            instrument,
            side: old.side,
            old_price: old.price.limit().expect("only limit orders are replaced"),
            price,
            quantity: total,
            old_leaves: quantity(old.left),
            leaves: quantity(left),
            priority: if keeps { Priority::Kept } else { Priority::Lost },
        });
        let order = self.order_mut(id);
        order.price = OrderPrice::Limit(price);
        order.quantity = total.get();
        order.left = left;
        if keeps {
            order.shown = order.shown.min(left);
            self.rehold(id);
            return Ok(());
        }
        self.lose_top(id);
        let order = self.order_mut(id);
        (order.at, order.level, order.shown) = (At::Incoming, None, 0);
        let need = self.need(self.order(id));
        self.arrive(id, need, limit);
        Ok(())
    }

    /// Every check on new terms. Gives the limit that a post-only order comes at.
    fn check_replacement(&self, old: &Order, price: Price, total: Qty) -> Result<Option<Price>, Reject> {
        let instrument = old.instrument;
        self.check_released(old.account)?;
        self.check_phase(old, Kind::Replacement)?;
        if let Some(term) = not_replaceable(old) {
            return Err(Reject::NotReplaceable { order: old.id, term });
        }
        super::shape::check_peaks(total.get(), &old.conditions)?;
        let gone = old.quantity - old.left;
        let mut new = old.clone();
        new.price = OrderPrice::Limit(price);
        new.quantity = total.get();
        new.left = total.get().saturating_sub(gone);
        new.conditions = Conditions { trigger: None, ..old.conditions };
        self.check_ticks(instrument, [price])?;
        self.check_size(instrument, total.get())?;
        self.check_limits(instrument, &[(price, total.get())])?;
        self.check_reference(&new)?;
        let worth = self.check_worth(&new)?;
        // After the close a better limit is as good as the closing price.
        let close = self.closing_price(instrument).filter(|_| old.minimum_met);
        let close = close.filter(|&close| within(old.side, price, close));
        let comes = Order { price: OrderPrice::Limit(close.unwrap_or(price)), ..new.clone() };
        let more = self.need(&comes) - old.held;
        if more > 0 {
            self.check_funds(old.account, self.gives(instrument, old.side), more)?;
        }
        // A total that leaves nothing is refused below; here it counts in full.
        let left = if new.left == 0 { new.quantity } else { new.left };
        let next = Order { left, ..new.clone() };
        self.check_risk(&next, 0, worth.value, &[old])?;
        if new.left == 0 {
            let filled = quantity(gone);
            return Err(Reject::BelowFilled { instrument, quantity: total, filled });
        }
        self.check_posting(&new)
    }
}

/// What stands against replacing an order.
fn not_replaceable(order: &Order) -> Option<Term> {
    let waits = matches!(order.at, At::Waiting(WaitsFor::Trigger) | At::Fired);
    let named = [
        (order.quote, Term::Quote),
        (order.exit_of.is_some(), Term::Bracket),
        (order.pair.is_some(), Term::Pair),
        (order.conditions.peg.is_some(), Term::Peg),
        (waits, Term::WaitingOrder),
        (order.price == OrderPrice::Market, Term::Market),
    ];
    named.into_iter().find(|(given, _)| *given).map(|(_, term)| term)
}

impl Oracle {
    /// An order leaves its place: if it led its side, nobody does now.
    pub(super) fn lose_top(&mut self, id: OrderId) {
        let side = self.order(id).side;
        let instrument = self.order(id).instrument;
        let top = &mut self.market_mut(instrument).tops[usize::from(side == Side::Sell)];
        if *top == Some(id) {
            *top = None;
        }
    }
}
