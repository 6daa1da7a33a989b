//! What the auditor demands of each order from its acceptance to its end.

use outcry_engine::{
    CancelReason, Condition, Event, InstrumentId, Layer, Lots, NewOrder, OrderId, OrderPrice, Phase,
    PhaseCause, PhaseEnd, Place, Posting, Price, Priority, RepriceReason, SelfTrade, Side, Trade, TradeKind,
    TriggerBy, TriggerKind, WaitsFor,
};

use super::order::{AuditedOrder, Whereabouts};
use super::purses::{Leg, Settlement};
use super::{Auditor, Breach, demand, matching};

impl Auditor {
    /// An event that is about an order.
    pub(super) fn order_event(&mut self, event: &Event) -> Breach {
        match *event {
            Event::OrderAccepted { order, terms } => self.accept(order, &terms),
            Event::OrderConditioned { order, condition } => self.condition(order, condition),
            Event::OrderWaits { order, leaves, waits_for, .. } => self.wait(order, leaves.get(), waits_for),
            Event::OrderTriggered { order, trigger, reference, .. } => self.fire(order, trigger, reference),
            Event::OrderEntered { order, leaves, from, price, .. } => {
                self.enter(order, (leaves.get(), price), from)
            }
            Event::OrderRested { order, price, leaves, ahead, layer, .. } => {
                self.rest(order, (layer, price), leaves.get(), ahead.get())
            }
            Event::OrderRefilled { order, price, shown, ahead, .. } => {
                self.refill(order, price, (shown.get(), ahead.get()))
            }
            Event::OrderRepriced { order, old_price, price, reason, .. } => {
                self.reprice(order, (old_price, price), reason)
            }
            Event::OrderReduced { order, by, leaves, .. } => {
                self.lose(order, by.get(), leaves)?;
                demand!(!leaves.is_zero() || by.get() > 0, "order {order} is reduced by nothing");
                Ok(())
            }
            Event::TradePrevented {
                maker, taker, price, quantity, maker_leaves, taker_leaves, rule, ..
            } => self.prevented((maker, taker), (price, quantity.get(), rule), (maker_leaves, taker_leaves)),
            Event::Traded(trade) => self.trade(&trade),
            Event::OrderCanceled { order, canceled, from, reason, .. } => {
                self.cancel(order, canceled.get(), from, reason)
            }
            Event::OrderReplaced {
                order, old_price, price, quantity, old_leaves, leaves, priority, ..
            } => {
                let (old, new) = ((old_price, old_leaves.get()), (price, quantity.get(), leaves.get()));
                self.replace(order, old, new, priority)
            }
            // Said of others: what they bring follows as events of its own.
            Event::ClockAdvanced
            | Event::OrdersCanceled { .. }
            | Event::Quoted { .. }
            | Event::QuoteRefused { .. }
            | Event::MarketHalted { .. }
            | Event::MarketResumed
            | Event::MarketSet { .. }
            | Event::BandsMoved { .. }
            | Event::LimitState { .. }
            | Event::RateSet { .. }
            | Event::CashSpent { .. } => Ok(()),
            ref other => Err(format!("no rule is known for {other:?}")),
        }
    }

    fn accept(&mut self, order: OrderId, terms: &NewOrder) -> Breach {
        demand!(terms.account.get() <= self.accounts, "account {} orders", terms.account);
        self.touched.insert(terms.instrument);
        let mut accepted = AuditedOrder::new(order, terms);
        let market = self.rules.market(terms.instrument);
        if terms.price == OrderPrice::Market && !market.phase.matches() {
            accepted.bound = market.ceiling().filter(|_| terms.side == Side::Buy);
        }
        self.books.accept(accepted)
    }

    fn condition(&mut self, order: OrderId, condition: Condition) -> Breach {
        let found = self.books.order_mut(order)?;
        demand!(found.place == Whereabouts::Incoming, "order {order} is conditioned after its entry");
        found.condition(condition);
        Ok(())
    }

    fn wait(&mut self, order: OrderId, leaves: u64, waits_for: WaitsFor) -> Breach {
        let pegged = self.books.order(order)?.conditions.peg.is_some();
        if pegged {
            // Its price is gone, or trading stops: it leaves the book.
            self.books.leave(order)?;
        }
        let found = self.books.order_mut(order)?;
        demand!(
            found.place == Whereabouts::Incoming,
            "order {order} waits, but was not on its way: {found:?}"
        );
        demand!(found.leaves == leaves, "order {order} waits with {leaves} of {}", found.leaves);
        let fits = match waits_for {
            WaitsFor::Trigger => found.conditions.trigger.is_some(),
            WaitsFor::Minimum => true,
            WaitsFor::Reference => pegged,
            WaitsFor::Uncross => found.price == OrderPrice::Market,
        };
        demand!(fits, "order {order} waits for {waits_for:?}: {found:?}");
        (found.place, found.shown) = (Whereabouts::Waits(waits_for), 0);
        self.touched.insert(found.instrument);
        Ok(())
    }

    fn fire(&mut self, order: OrderId, trigger: Price, reference: Price) -> Breach {
        let found = self.books.order(order)?;
        demand!(
            found.place == Whereabouts::Waits(WaitsFor::Trigger),
            "order {order} fires but does not wait"
        );
        let Some(condition) = found.conditions.trigger else {
            return Err(format!("order {order} has no trigger"));
        };
        let last = self.rules.market(found.instrument).last;
        let watched = match condition.by {
            TriggerBy::Last => last,
            TriggerBy::Bid => self.books.best(found.instrument, Side::Buy, Layer::Lit),
            TriggerBy::Ask => self.books.best(found.instrument, Side::Sell, Layer::Lit),
        };
        demand!(watched == Some(reference), "order {order} fires at {reference:?}, it watches {watched:?}");
        let rising = (found.side == Side::Buy) != (condition.kind == TriggerKind::TakeProfit);
        let reached = if rising { reference >= trigger } else { reference <= trigger };
        demand!(reached, "order {order} fires at {reference:?} although it waits for {trigger:?}");
        let closer = if rising { trigger <= condition.price } else { trigger >= condition.price };
        let moved =
            trigger == condition.price || matches!(condition.kind, TriggerKind::Trailing(_)) && closer;
        demand!(moved, "order {order} fires at {trigger:?}, it began at {:?}", condition.price);
        self.books.order_mut(order)?.place = Whereabouts::Fired;
        Ok(())
    }

    fn enter(&mut self, order: OrderId, (leaves, price): (u64, OrderPrice), from: Place) -> Breach {
        let found = self.books.order(order)?;
        let place = match found.place {
            Whereabouts::Waits(_) | Whereabouts::Fired => Place::Waiting,
            Whereabouts::Rests(layer, _) => layer.into(),
            Whereabouts::Incoming => Place::Incoming,
        };
        demand!(place == from, "order {order} enters from {from:?}, it is {place:?}");
        demand!(found.leaves == leaves, "order {order} enters with {leaves} of {}", found.leaves);
        self.touched.insert(found.instrument);
        self.books.leave(order)?;
        let found = self.books.order_mut(order)?;
        if found.place == Whereabouts::Waits(WaitsFor::Minimum) {
            found.conditions.minimum = None;
        }
        (found.place, found.shown, found.last_fill) = (Whereabouts::Incoming, 0, None);
        found.follows = price.limit().filter(|_| found.conditions.peg.is_some());
        Ok(())
    }

    fn rest(&mut self, order: OrderId, (layer, price): (Layer, Price), leaves: u64, ahead: u64) -> Breach {
        let found = self.books.order_mut(order)?;
        demand!(
            found.place == Whereabouts::Incoming,
            "order {order} rests, but was not on its way: {found:?}"
        );
        demand!(found.admits(price), "order {order} rests at {price:?} beyond its limit");
        let own = found.price == OrderPrice::Limit(price);
        demand!(own || found.conditions.peg.is_some(), "order {order} rests at a price that is not its own");
        demand!(layer == found.layer(), "order {order} rests {layer:?}");
        let (least, most) = found.peaks();
        demand!((least..=most).contains(&leaves), "order {order} rests with {leaves} of {}", found.leaves);
        (found.shown, found.follows) = (leaves, None);
        // From now it is as if it had none.
        found.conditions.minimum = None;
        let (rests, instrument) = (found.time_in_force.rests(), found.instrument);
        self.touched.insert(instrument);
        let stands = !self.rules.market(instrument).phase.matches();
        demand!(rests || stands, "order {order} may not rest");
        let before = self.books.queue(order, layer, price)?;
        demand!(before == ahead, "order {order} rests behind {before}, not {ahead}");
        Ok(())
    }

    fn refill(&mut self, order: OrderId, price: Price, (shown, ahead): (u64, u64)) -> Breach {
        let found = self.books.order(order)?;
        let Whereabouts::Rests(layer, rests) = found.place else {
            return Err(format!("order {order} is refilled but does not rest"));
        };
        demand!(rests == price && found.shown == 0, "order {order} is refilled with {} shown", found.shown);
        let (least, most) = found.peaks();
        demand!(
            (least..=most).contains(&shown) && shown > 0,
            "order {order} shows {shown} of {}",
            found.leaves
        );
        self.books.leave(order)?;
        let before = self.books.queue(order, layer, price)?;
        demand!(before == ahead, "order {order} is refilled behind {before}, not {ahead}");
        self.books.order_mut(order)?.shown = shown;
        Ok(())
    }

    fn reprice(&mut self, order: OrderId, (old, new): (Price, Price), reason: RepriceReason) -> Breach {
        let found = self.books.order_mut(order)?;
        demand!(found.place == Whereabouts::Incoming, "order {order} is repriced where it is: {found:?}");
        let fits = match reason {
            RepriceReason::PostOnly => found.posting == Posting::PostOnlyReprice && found.admits(new),
            RepriceReason::MarketToLimit => {
                found.price == OrderPrice::MarketToLimit && found.last_fill == Some(new)
            }
            RepriceReason::Band | RepriceReason::PostClose => found.admits(new),
        };
        demand!(fits, "order {order} is repriced to {new:?} by {reason:?}: {found:?}");
        let known = found.price == OrderPrice::Limit(old) || reason == RepriceReason::MarketToLimit;
        demand!(known, "order {order} had another price than {old:?}");
        found.price = OrderPrice::Limit(new);
        Ok(())
    }

    /// An order has lost lots without a trade.
    fn lose(&mut self, order: OrderId, by: u64, leaves: Lots) -> Breach {
        let found = self.books.order_mut(order)?;
        demand!(
            found.leaves >= by && found.leaves - by == leaves.get(),
            "order {order} has {leaves:?} left of {}, having lost {by}",
            found.leaves
        );
        found.leaves -= by;
        if let Whereabouts::Rests(..) = found.place {
            found.shown -= by;
        }
        if found.leaves == 0 {
            self.books.close(order)?;
        }
        Ok(())
    }

    fn prevented(
        &mut self,
        orders: (OrderId, OrderId),
        (price, quantity, rule): (Price, u64, SelfTrade),
        (maker_leaves, taker_leaves): (Lots, Lots),
    ) -> Breach {
        matching::prevented(&self.books, &self.rules, orders, (price, quantity, rule))?;
        let lost = if rule == SelfTrade::Decrement { quantity } else { 0 };
        self.lose(orders.0, lost, maker_leaves)?;
        self.lose(orders.1, lost, taker_leaves)
    }

    fn trade(&mut self, trade: &Trade) -> Breach {
        demand!(trade.trade.get() == self.trades + 1, "trade {} follows trade {}", trade.trade, self.trades);
        self.trades += 1;
        self.touched.insert(trade.instrument);
        match (&mut self.uncross, trade.kind) {
            (Some(uncross), TradeKind::Auction) => uncross.trade(trade)?,
            (None, TradeKind::Auction) => return Err(format!("trade {} has no uncross", trade.trade)),
            (_, TradeKind::Continuous) => {
                self.end_uncross()?;
                matching::trade(&self.books, &self.rules, &mut self.round, trade)?;
            }
        }
        let lots = trade.quantity.get();
        for (order, left) in
            [(trade.maker, trade.maker_leaves.get()), (trade.taker, trade.taker_leaves.get())]
        {
            let found = self.books.order_mut(order)?;
            demand!(
                found.leaves >= lots && found.leaves - lots == left,
                "order {order} has {left} left of {}: quantity is not filled and leaves",
                found.leaves
            );
            found.leaves = left;
            found.last_fill = Some(trade.price);
            match found.place {
                Whereabouts::Rests(..) => found.shown = found.shown.saturating_sub(lots),
                // Its minimum is met; what is left of it goes on from here.
                Whereabouts::Waits(WaitsFor::Minimum) => {
                    (found.place, found.conditions.minimum) = (Whereabouts::Incoming, None);
                }
                _ => {}
            }
            if left == 0 {
                self.books.close(order)?;
            }
        }
        self.rules.market_mut(trade.instrument).last = Some(trade.price);
        let settlement = self.settlement(trade);
        self.purses.expect(settlement);
        Ok(())
    }

    /// What a trade moves.
    fn settlement(&self, trade: &Trade) -> Settlement {
        let market = self.rules.market(trade.instrument);
        let lots = trade.quantity.get();
        let tiers = [trade.maker_account, trade.taker_account].map(|account| self.rules.owner(account).tier);
        let (maker_fee, taker_fee) = market.fees(trade, tiers);
        let maker = Leg { account: trade.maker_account, order: trade.maker, fee: maker_fee };
        let taker = Leg { account: trade.taker_account, order: trade.taker, fee: taker_fee };
        let (buyer, seller) = match trade.taker_side {
            Side::Buy => (taker, maker),
            Side::Sell => (maker, taker),
        };
        Settlement {
            base: market.gives(Side::Sell),
            quote: market.gives(Side::Buy),
            units: market.units(lots),
            value: market.value(trade.price, lots),
            buyer,
            seller,
        }
    }

    fn cancel(&mut self, order: OrderId, canceled: u64, from: Place, reason: CancelReason) -> Breach {
        let found = self.books.order(order)?;
        let place = match found.place {
            Whereabouts::Incoming => Place::Incoming,
            Whereabouts::Rests(layer, _) => layer.into(),
            Whereabouts::Waits(_) | Whereabouts::Fired => Place::Waiting,
        };
        demand!(place == from, "order {order} is canceled from {from:?}, it is {place:?}");
        demand!(
            found.leaves == canceled && canceled > 0,
            "order {order}: {canceled} canceled, {} left: quantity is not filled and canceled",
            found.leaves
        );
        self.may_end(found, reason)?;
        self.touched.insert(found.instrument);
        self.books.close(order)
    }

    /// Whether an order may end so where it is.
    fn may_end(&self, ended: &AuditedOrder, reason: CancelReason) -> Breach {
        let incoming = ended.place == Whereabouts::Incoming;
        let may = match reason {
            CancelReason::ImmediateOrCancel | CancelReason::NoLiquidity => {
                let reachable = matching::reachable(&self.books, &self.rules, ended).unwrap_or(0);
                demand!(
                    reachable == 0,
                    "order {} ends by {reason:?} with {reachable} within reach: {ended:?}",
                    ended.order
                );
                incoming && !ended.time_in_force.rests() || ended.price == OrderPrice::MarketToLimit
            }
            CancelReason::FillOrKill => {
                let reachable = matching::reachable(&self.books, &self.rules, ended).unwrap_or(0);
                demand!(
                    reachable < ended.leaves,
                    "order {} ends by {reason:?} with {reachable} within reach: {ended:?}",
                    ended.order
                );
                incoming && ended.leaves == ended.quantity
            }
            CancelReason::Minimum => {
                let reachable = matching::reachable(&self.books, &self.rules, ended).unwrap_or(0);
                demand!(
                    reachable < ended.minimum(),
                    "order {} ends by {reason:?} with {reachable} within reach: {ended:?}",
                    ended.order
                );
                incoming
            }
            CancelReason::NotCovered | CancelReason::Interrupted | CancelReason::Band => incoming,
            CancelReason::Expired => ended.expires.is_some_and(|at| at <= self.now),
            CancelReason::Uncross => !ended.time_in_force.rests(),
            CancelReason::Requested
            | CancelReason::SelfTrade
            | CancelReason::Pair
            | CancelReason::MassCancel
            | CancelReason::AccountBlocked
            | CancelReason::Requoted => true,
        };
        demand!(may, "order {} ends by {reason:?}: {ended:?}", ended.order);
        Ok(())
    }

    fn replace(
        &mut self,
        order: OrderId,
        (old_price, old_leaves): (Price, u64),
        (price, quantity, leaves): (Price, u64, u64),
        priority: Priority,
    ) -> Breach {
        let found = self.books.order(order)?;
        demand!(
            found.price == OrderPrice::Limit(old_price) && found.leaves == old_leaves,
            "order {order} had other terms: {found:?}"
        );
        let gone = found.quantity - found.leaves;
        demand!(quantity > gone && quantity - gone == leaves, "order {order} leaves {leaves}");
        let rests = matches!(found.place, Whereabouts::Rests(..));
        let keeps = price == old_price && quantity <= found.quantity && rests;
        demand!(keeps == (priority == Priority::Kept), "order {order} has {priority:?} its place");
        self.touched.insert(found.instrument);
        if !keeps {
            self.books.leave(order)?;
        }
        let found = self.books.order_mut(order)?;
        (found.price, found.quantity, found.leaves) = (OrderPrice::Limit(price), quantity, leaves);
        if keeps {
            // An iceberg gives from its reserve first.
            found.shown = found.shown.min(leaves);
        } else {
            (found.place, found.shown, found.last_fill) = (Whereabouts::Incoming, 0, None);
        }
        Ok(())
    }

    pub(super) fn phase(
        &mut self,
        instrument: InstrumentId,
        (phase, end): (Phase, Option<PhaseEnd>),
        cause: PhaseCause,
    ) -> Breach {
        if self.uncross.as_ref().is_some_and(|uncross| uncross.instrument() == instrument) {
            self.end_uncross()?;
        }
        demand!(end.is_none_or(|end| end.within == 0), "the random end of a phase is not drawn: {end:?}");
        self.touched.insert(instrument);
        if cause == PhaseCause::Velocity {
            // It stops even within a level.
            self.round = None;
        }
        let market = self.rules.market_mut(instrument);
        (market.phase, market.end) = (phase, end);
        Ok(())
    }
}
