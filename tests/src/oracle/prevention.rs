//! The oracle's self-trade prevention: who is kept apart, and what happens then.

use outcry_engine::{CancelReason, Event, OrderId, SelfTrade};

use super::state::Order;
use super::{Oracle, lots, quantity};

impl Oracle {
    /// The aggressor's rule: its own, else its account's.
    pub(super) fn prevention_rule(&self, taker: &Order) -> SelfTrade {
        taker.conditions.self_trade.unwrap_or(self.holder(taker.account).self_trade)
    }

    /// Whether two orders may not trade with each other.
    pub(super) fn kept_apart(&self, taker: &Order, maker: &Order) -> bool {
        let (one, other) = (self.holder(taker.account).group, self.holder(maker.account).group);
        let same = taker.account == maker.account || one != 0 && one == other;
        same && self.prevention_rule(taker) != SelfTrade::Allow
    }

    /// Two orders that are kept apart meet.
    pub(super) fn prevent(&mut self, taker: OrderId, maker: OrderId) {
        let rule = self.prevention_rule(self.order(taker));
        let price = self.order(maker).level.expect("it rests");
        let prevented = self.order(taker).left.min(self.order(maker).shown);
        if rule == SelfTrade::Decrement {
            for id in [taker, maker] {
                self.order_mut(id).left -= prevented;
            }
            self.order_mut(maker).shown -= prevented;
        }
        let event = Event::TradePrevented {
            maker,
            taker,
            instrument: self.order(taker).instrument,
            price,
            quantity: quantity(prevented),
            maker_leaves: lots(self.order(maker).left),
            taker_leaves: lots(self.order(taker).left),
            rule,
        };
        self.tell(event);
        if matches!(rule, SelfTrade::CancelOldest | SelfTrade::CancelBoth) {
            self.close(maker, CancelReason::SelfTrade);
        }
        if matches!(rule, SelfTrade::CancelNewest | SelfTrade::CancelBoth) {
            self.close(taker, CancelReason::SelfTrade);
        }
        if rule == SelfTrade::Decrement {
            self.rehold(maker);
            self.rehold(taker);
            self.after_less(maker, prevented);
            self.after_less(taker, prevented);
        }
    }
}
