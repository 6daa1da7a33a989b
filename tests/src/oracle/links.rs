//! Pairs and brackets in the oracle: orders that come together, and exits that come after.

use outcry_engine::{
    Bracket, CancelReason, Conditions, InstrumentId, NewOrder, OrderId, OrderPair, OrderPrice, Posting,
    Protection, Reject, Side, TimeInForce, Trigger, TriggerBy, TriggerKind, WaitsFor,
};

use super::admission::{Kind, Worth};
use super::state::{At, DueExits, Exits, Order};
use super::{Oracle, quantity, shape};

impl Oracle {
    pub(super) fn place_pair(&mut self, pair: &OrderPair) -> Result<(), Reject> {
        shape::check_pair(pair)?;
        let (terms, conditions) = stop_of(pair);
        let mut limit = Order::new(&pair.limit, Conditions::default());
        let mut stop = Order::new(&terms, conditions);
        let reprice = self.admit_pair(&mut limit, &mut stop)?;
        let (limit, stop) = self.accept_pair(&pair.limit, limit, &terms, stop);
        self.come_as_pair(limit, stop, reprice);
        Ok(())
    }

    /// As for one order, each check for both.
    fn admit_pair(
        &self,
        limit: &mut Order,
        stop: &mut Order,
    ) -> Result<Option<outcry_engine::Price>, Reject> {
        let (instrument, account) = (limit.instrument, limit.account);
        self.check_access(limit, Kind::Pair)?;
        for order in [&mut *limit, &mut *stop] {
            self.check_numbers(order, &[])?;
        }
        self.check_room(limit, 2)?;
        let (one, other) = (self.check_worth(limit)?, self.check_worth(stop)?);
        let worth = Worth { value: one.value.max(other.value), need: one.need.max(other.need) };
        self.check_funds(account, self.gives(instrument, limit.side), worth.need)?;
        self.check_risk(limit, 2, worth.value, &[])?;
        self.check_posting(limit)
    }

    /// Both are accepted, each told as the other's.
    fn accept_pair(
        &mut self,
        limit_terms: &NewOrder,
        mut limit: Order,
        stop_terms: &NewOrder,
        mut stop: Order,
    ) -> (OrderId, OrderId) {
        let number = |ahead| OrderId::new(self.orders_accepted + ahead).expect("counted from 1");
        let (first, second) = (number(1), number(2));
        limit.pair = Some(second);
        stop.pair = Some(first);
        stop.is_stop = true;
        stop.expires = limit.expires;
        self.accept(limit_terms, limit);
        self.accept(stop_terms, stop);
        (first, second)
    }

    /// The limit order comes in, then the stop waits with what is left of it.
    fn come_as_pair(&mut self, limit: OrderId, stop: OrderId, reprice: Option<outcry_engine::Price>) {
        let accepted = self.beginning(stop);
        self.arrive(limit, 0, reprice);
        if self.lives(stop) {
            self.show_to_side(stop, accepted);
            self.trail_on(stop);
            let need = self.need(self.order(stop));
            self.arrive(stop, need, None);
        }
    }

    /// A trailing stop of a pair trails from its acceptance: what it follows may have come closer since.
    fn trail_on(&mut self, stop: OrderId) {
        let mut order = self.order(stop).clone();
        let known = order.conditions.trigger.map(|trigger| trigger.price);
        if self.check_trail(&mut order).is_ok()
            && let (Some(known), Some(mut trigger)) = (known, order.conditions.trigger)
        {
            trigger.price =
                if order.side == Side::Buy { trigger.price.min(known) } else { trigger.price.max(known) };
            self.order_mut(stop).conditions.trigger = Some(trigger);
        }
    }

    /// A triggered order takes the place of the other order of its pair.
    pub(super) fn part_from_pair(&mut self, stop: OrderId) {
        let Some(limit) = self.order(stop).pair.filter(|&limit| self.lives(limit)) else { return };
        self.order_mut(stop).pair = None;
        self.order_mut(limit).pair = None;
        self.close(limit, CancelReason::Pair);
        self.rehold(stop);
    }

    pub(super) fn place_bracket(&mut self, bracket: &Bracket) -> Result<(), Reject> {
        shape::check_bracket(bracket)?;
        let Bracket { entry, profit, loss, then, protection } = *bracket;
        let mut order = Order::new(&entry, Conditions::default());
        order.exits = Some(Exits { profit, loss, then, protection });
        let prices: Vec<_> = [profit, loss].into_iter().chain(then.limit()).collect();
        let (need, limit) = self.admit(&mut order, Kind::Bracket, &prices, 1)?;
        let id = self.accept(&entry, order);
        self.arrive(id, need, limit);
        Ok(())
    }

    /// The exits of an entry come in, if they are covered.
    pub(super) fn bring_exits(&mut self, instrument: InstrumentId, due: &DueExits) {
        let Exits { profit, loss, then, protection } = due.exits;
        let limit_terms = NewOrder {
            account: due.account,
            instrument,
            side: due.side,
            price: OrderPrice::Limit(profit),
            quantity: quantity(due.lots),
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: loss };
        let (stop_terms, conditions) = stop_of(&OrderPair { limit: limit_terms, trigger, then, protection });
        let mut limit = Order::new(&limit_terms, Conditions::default());
        let mut stop = Order::new(&stop_terms, conditions);
        for order in [&mut limit, &mut stop] {
            order.exit_of = Some(due.entry);
            self.prepare(order);
        }
        let most = i128::from(outcry_engine::limits::MAX_AMOUNT);
        let needs = [&limit, &stop].map(|order| self.check_worth(order).map_or(most + 1, |worth| worth.need));
        let gives = self.gives(instrument, due.side);
        let needed = needs[0].max(needs[1]);
        let covered =
            self.check_funds(due.account, gives, needed).is_ok() && !self.holder(due.account).blocked;
        let (limit, stop) = self.accept_pair(&limit_terms, limit, &stop_terms, stop);
        if covered {
            return self.come_as_pair(limit, stop, None);
        }
        for id in [limit, stop] {
            self.order_mut(id).pair = None;
            self.close(id, CancelReason::NotCovered);
        }
    }

    /// Whether an order waits for its trigger.
    pub(super) fn waits_for_trigger(order: &Order) -> bool {
        order.at == At::Waiting(WaitsFor::Trigger)
    }
}

/// The terms and conditions of a pair's stop.
fn stop_of(pair: &OrderPair) -> (NewOrder, Conditions) {
    let time_in_force = match pair.then {
        OrderPrice::Limit(_) => pair.limit.time_in_force,
        OrderPrice::Market | OrderPrice::MarketToLimit => TimeInForce::ImmediateOrCancel,
    };
    let terms = NewOrder { price: pair.then, time_in_force, posting: Posting::Any, ..pair.limit };
    let protection: Option<Protection> = pair.protection;
    (terms, Conditions { trigger: Some(pair.trigger), protection, ..Conditions::default() })
}
