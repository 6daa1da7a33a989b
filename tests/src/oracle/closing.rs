//! The end of orders in the oracle: cancels of every kind, the kill switch, expiry.

use outcry_engine::{AccountId, CancelReason, Event, InstrumentId, OrderId, OrderPrice, Reject, Side};

use super::state::Order;
use super::{Oracle, lots};

impl Oracle {
    /// Takes an order out of everything, without a word.
    pub(super) fn forget(&mut self, id: OrderId) -> Order {
        let place = self.orders.binary_search_by_key(&id, |order| order.id).expect("it lives");
        let order = self.orders.remove(place);
        let market = self.market_mut(order.instrument);
        market.fired.retain(|&fired| fired != id);
        for top in &mut market.tops {
            if *top == Some(id) {
                *top = None;
            }
        }
        order
    }

    /// Cancels what is left of an order, and the other order of its pair.
    pub(super) fn close(&mut self, id: OrderId, reason: CancelReason) {
        let order = self.forget(id);
        self.touch(order.instrument);
        let rested = order.level.filter(|_| order.in_book());
        self.tell(Event::OrderCanceled {
            order: id,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            price: rested.map_or(order.price, OrderPrice::Limit),
            canceled: lots(order.left),
            from: Self::place_of(&order),
            reason,
        });
        let asset = self.gives(order.instrument, order.side);
        let held = order.held;
        self.change(order.account, asset, outcry_engine::LedgerKind::Release, held, -held, Some(id));
        if let Some(other) = order.pair.filter(|&other| self.lives(other)) {
            self.close(other, CancelReason::Pair);
        }
    }

    pub(super) fn cancel_by_owner(&mut self, account: AccountId, order: OrderId) -> Result<(), Reject> {
        self.check_owner(account, order)?;
        self.close(order, CancelReason::Requested);
        Ok(())
    }

    /// Refuses unless the account has this open order.
    pub(super) fn check_owner(&self, account: AccountId, order: OrderId) -> Result<(), Reject> {
        self.check_account(account)?;
        match self.find(order) {
            Some(open) if open.account == account => Ok(()),
            _ => Err(Reject::UnknownOrder { order }),
        }
    }

    pub(super) fn mass_cancel(
        &mut self,
        account: AccountId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
    ) -> Result<(), Reject> {
        if let Some(instrument) = instrument {
            self.check_instrument(instrument)?;
        }
        self.check_customer(account)?;
        self.tell(Event::OrdersCanceled { account, instrument, side });
        self.close_all(account, instrument, side, CancelReason::MassCancel);
        Ok(())
    }

    /// Cancels orders of an account in order of their numbers.
    fn close_all(
        &mut self,
        account: AccountId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
        reason: CancelReason,
    ) {
        let named = |order: &&Order| {
            order.account == account
                && instrument.is_none_or(|instrument| instrument == order.instrument)
                && side.is_none_or(|side| side == order.side)
        };
        let ids: Vec<OrderId> = self.orders.iter().filter(named).map(|order| order.id).collect();
        for id in ids {
            if self.lives(id) {
                self.close(id, reason);
            }
        }
    }

    pub(super) fn block(&mut self, account: AccountId) -> Result<(), Reject> {
        self.check_customer(account)?;
        self.accounts[account.get() as usize].blocked = true;
        self.close_all(account, None, None, CancelReason::AccountBlocked);
        self.tell(Event::AccountBlocked { account });
        Ok(())
    }

    pub(super) fn unblock(&mut self, account: AccountId) -> Result<(), Reject> {
        self.check_customer(account)?;
        self.accounts[account.get() as usize].blocked = false;
        self.tell(Event::AccountUnblocked { account });
        Ok(())
    }
}
