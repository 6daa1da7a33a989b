//! How orders come into the oracle's market: accepted, told, held for, then traded, resting, waiting or gone.

use outcry_engine::{
    AccountId, Amount, CancelReason, Condition, Conditions, Display, Event, InstrumentId, NewOrder, OrderId,
    OrderPrice, Phase, PhaseCause, Place, Posting, Price, Qty, Reject, RepriceReason, Side, TimeInForce,
    Timestamp, WaitsFor,
};

use super::admission::Kind;
use super::ledger::fee;
use super::matching::Stop;
use super::phases::trades;
use super::state::{At, Order, within};
use super::{Oracle, lots, quantity, shape, ticks};

/// Nanoseconds of a day.
const DAY: u64 = 86_400_000_000_000;

impl Oracle {
    pub(super) fn place(&mut self, terms: &NewOrder, conditions: Conditions) -> Result<(), Reject> {
        shape::check(terms, &conditions)?;
        let mut order = Order::new(terms, conditions);
        let (need, limit) = self.admit(&mut order, Kind::Single, &[], 1)?;
        let id = self.accept(terms, order);
        self.arrive(id, need, limit);
        Ok(())
    }

    pub(super) fn place_cash_order(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        amount: Amount,
    ) -> Result<(), Reject> {
        if amount.get() <= 0 {
            return Err(Reject::AmountNotPositive { amount });
        }
        let terms = |quantity| NewOrder {
            account,
            instrument,
            side: Side::Buy,
            price: OrderPrice::Market,
            quantity,
            time_in_force: TimeInForce::ImmediateOrCancel,
            posting: Posting::Any,
        };
        let most = Qty::new(outcry_engine::limits::MAX_QTY).expect("the highest quantity is one");
        let probe = Order::new(&terms(most), Conditions::default());
        self.check_access(&probe, Kind::Cash)?;
        let Some(buys) = Qty::new(self.bought_for(&probe, i128::from(amount.get()))).ok() else {
            return Err(Reject::SpendsNothing { instrument, amount });
        };
        let mut order = Order::new(&terms(buys), Conditions::default());
        order.cash = Some(amount);
        let (need, limit) = self.admit(&mut order, Kind::Cash, &[], 1)?;
        let id = self.accept(&terms(buys), order);
        self.arrive(id, need, limit);
        Ok(())
    }

    /// The most lots whose walk costs no more than the amount, fee included.
    fn bought_for(&self, order: &Order, amount: i128) -> u64 {
        let rate = self.market(order.instrument).terms.taker_fee;
        let (mut bought, mut value) = (0, 0);
        for (price, lots) in self.walk(order, order.quantity, false).0 {
            let pays = |lots| {
                let value = value + self.value(order.instrument, price, lots);
                value + fee(value, rate) <= amount
            };
            // The largest number of lots of this maker that is paid for, by halving.
            let (mut enough, mut beyond) = (0, lots + 1);
            while beyond - enough > 1 {
                let middle = enough + (beyond - enough) / 2;
                if pays(middle) { enough = middle } else { beyond = middle }
            }
            bought += enough;
            value += self.value(order.instrument, price, enough);
            if enough < lots {
                break;
            }
        }
        bought
    }

    /// Every check on an order after those of its shape. Gives what it needs and the limit that a post-only order comes at.
    pub(super) fn admit(
        &self,
        order: &mut Order,
        kind: Kind,
        prices: &[Price],
        more: u32,
    ) -> Result<(i128, Option<Price>), Reject> {
        self.check_access(order, kind)?;
        self.check_numbers(order, prices)?;
        self.check_room(order, more)?;
        let worth = self.check_worth(order)?;
        let gives = self.gives(order.instrument, order.side);
        self.check_funds(order.account, gives, worth.need)?;
        self.check_risk(order, more, worth.value, &[])?;
        Ok((worth.need, self.check_posting(order)?))
    }

    /// Time, prices, quantity and references of an order, and what follows from them.
    pub(super) fn check_numbers(&self, order: &mut Order, prices: &[Price]) -> Result<(), Reject> {
        let instrument = order.instrument;
        self.check_expiry(order.time_in_force)?;
        self.check_ticks(instrument, Self::named_prices(order).into_iter().chain(prices.iter().copied()))?;
        self.check_size(instrument, order.quantity)?;
        let limit: Vec<_> = order.price.limit().map(|price| (price, order.quantity)).into_iter().collect();
        self.check_limits(instrument, &limit)?;
        self.check_reference(order)?;
        self.check_trail(order)?;
        self.prepare(order);
        Ok(())
    }

    /// Works out what follows from an order and the market as it is: bound, hold, expiry.
    pub(super) fn prepare(&self, order: &mut Order) {
        let market = self.market(order.instrument);
        order.expires = match order.time_in_force {
            TimeInForce::GoodTillDate(time) => Some(time),
            TimeInForce::Day => Some(day_end_after(self.now, market.settings.day_end)),
            _ => None,
        };
        if order.price.limit().is_some() {
            return;
        }
        let start = match order.conditions.trigger {
            Some(trigger) => Some(trigger.price),
            None => self.best(order.instrument, order.side.opposite(), None),
        };
        order.bound = start
            .zip(order.conditions.protection)
            .map(|(start, protection)| self.bound(order.instrument, order.side, start, protection));
        if order.conditions.trigger.is_some() {
            order.holds_at = order.bound;
        } else if !trades(market.phase) {
            order.holds_at = self.collar(order.instrument).map(|(_, high)| high);
        }
    }

    /// The prices that an auction may find while market orders are taken in calls.
    pub(super) fn collar(&self, instrument: InstrumentId) -> Option<(Price, Price)> {
        let market = self.market(instrument);
        let ppm = market.settings.collar_ppm;
        let reference = market.around().filter(|_| ppm > 0)?;
        let (middle, width) = (i128::from(reference.get()), ticks::share_down(reference, ppm));
        let low = self.at_least(instrument, (middle - width).max(1))?;
        let high = self.at_most(instrument, middle + width)?;
        (low <= high).then_some((low, high))
    }

    /// Gives an order its number and tells of it and its conditions.
    pub(super) fn accept(&mut self, terms: &NewOrder, order: Order) -> OrderId {
        let id = self.number(terms, order);
        self.tell_conditions(id);
        id
    }

    fn number(&mut self, terms: &NewOrder, mut order: Order) -> OrderId {
        self.orders_accepted += 1;
        let id = OrderId::new(self.orders_accepted).expect("counted from 1");
        order.id = id;
        self.touch(order.instrument);
        self.tell(Event::OrderAccepted { order: id, terms: *terms });
        self.orders.push(order);
        id
    }

    /// The conditions of an accepted order, one by one.
    fn tell_conditions(&mut self, id: OrderId) {
        let order = self.order(id);
        let conditions = order.conditions;
        let shown = (conditions.display != Display::Full).then_some(Condition::Display(conditions.display));
        let told = [
            conditions.trigger.map(Condition::Trigger),
            shown,
            conditions.minimum.map(Condition::Minimum),
            conditions.peg.map(Condition::Peg),
            order.bound.map(Condition::Bound),
            conditions.self_trade.map(Condition::SelfTrade),
            order.expires.map(Condition::Expires),
            order.cash.map(Condition::Cash),
            order.pair.map(Condition::Pair),
            order.exits.map(|exits| Condition::Exits { profit: exits.profit, loss: exits.loss }),
            order.exit_of.map(Condition::ExitOf),
            order.quote.then_some(Condition::Quote),
        ];
        for condition in told.into_iter().flatten() {
            self.tell(Event::OrderConditioned { order: id, condition });
        }
    }

    /// The way of an accepted order, or of a replaced one, from here on.
    pub(super) fn arrive(&mut self, id: OrderId, needed: i128, limit: Option<Price>) {
        let order = self.order(id);
        let (instrument, price) = (order.instrument, order.price);
        let phase = self.market(instrument).phase;
        if let Some(trigger) = order.conditions.trigger {
            self.hold(id, needed);
            self.wait(id, WaitsFor::Trigger);
            self.show_beginning(id);
            if phase == Phase::Continuous {
                self.fire_at_once(id, trigger.by);
            }
            return;
        }
        match phase {
            Phase::Continuous => {
                if order.conditions.peg.is_some() {
                    let level = self.pegged_price(order);
                    self.order_mut(id).level = level;
                    if level.is_none() {
                        self.rehold(id);
                        self.wait(id, WaitsFor::Reference);
                        return;
                    }
                }
                self.come(id, needed, limit.map(|limit| (limit, RepriceReason::PostOnly)));
            }
            Phase::PostClose if order.minimum_met => {
                let close = self.market(instrument).last;
                let better = price
                    .limit()
                    .zip(close)
                    .filter(|&(limit, close)| limit != close && within(order.side, limit, close));
                self.come(id, needed, better.map(|(_, close)| (close, RepriceReason::PostClose)));
            }
            _ if !order.minimum_met => {
                self.rehold(id);
                self.wait(id, WaitsFor::Minimum);
            }
            _ if price == OrderPrice::Market => {
                self.rehold(id);
                self.wait(id, WaitsFor::Uncross);
            }
            _ => {
                self.rehold(id);
                self.rest(id);
            }
        }
    }

    /// An order comes to a market that matches: what it needs at once decides, then it holds and trades.
    fn come(&mut self, id: OrderId, needed: i128, limit: Option<(Price, RepriceReason)>) {
        let order = self.order(id);
        let plain = order.price.limit().is_some() && order.minimum_met;
        let reached: u64 = if plain && order.time_in_force != TimeInForce::FillOrKill {
            0
        } else {
            self.reach(order, order.left).iter().map(|&(_, lots)| lots).sum()
        };
        if order.time_in_force == TimeInForce::FillOrKill && reached < order.left {
            return self.close(id, CancelReason::FillOrKill);
        }
        if !order.minimum_met {
            if reached < order.minimum() {
                if order.time_in_force.rests() {
                    self.rehold(id);
                    return self.wait(id, WaitsFor::Minimum);
                }
                return self.close(id, CancelReason::Minimum);
            }
            self.order_mut(id).minimum_met = true;
        }
        if reached == 0 && !self.meets_something(id) {
            return self.close(id, CancelReason::NoLiquidity);
        }
        if let Some((limit, reason)) = limit {
            self.reprice(id, limit, reason);
        }
        match self.order(id).holds_at() {
            Some(_) => self.rehold(id),
            None if self.order(id).side == Side::Buy => self.hold(id, needed),
            None => self.rehold(id),
        }
        self.go(id);
    }

    /// Whether there is an opposite order in the book that an order without a limit meets, whatever comes of it.
    fn meets_something(&self, id: OrderId) -> bool {
        let order = self.order(id);
        let best = self.best(order.instrument, order.side.opposite(), None);
        order.price.limit().is_some() || best.is_some_and(|best| self.meets(order, best))
    }

    /// Trades what can trade; what is left rests or goes. Then comes what the trades interrupted.
    fn go(&mut self, id: OrderId) {
        let order = self.order(id);
        let (instrument, pegged) = (order.instrument, order.conditions.peg.is_some());
        let stop = self.trade(id);
        self.settle_rest(id, stop);
        if std::mem::take(&mut self.market_mut(instrument).reserved) {
            self.interrupt(instrument, PhaseCause::Velocity);
        } else if stop == Stop::Range && !pegged {
            self.interrupt(instrument, PhaseCause::PriceRange);
        }
    }

    fn settle_rest(&mut self, id: OrderId, stop: Stop) {
        let Some(order) = self.find(id) else { return };
        let reason = match stop {
            Stop::Done if order.price.limit().is_none() && order.last_fill.is_none() => {
                CancelReason::NoLiquidity
            }
            Stop::Done => CancelReason::ImmediateOrCancel,
            Stop::Band(_) => CancelReason::Band,
            Stop::Range | Stop::Reserved => CancelReason::Interrupted,
        };
        match (order.price, order.last_fill) {
            (OrderPrice::MarketToLimit, Some(price)) => {
                self.reprice(id, price, RepriceReason::MarketToLimit);
                self.rehold(id);
                self.rest(id);
            }
            (OrderPrice::Limit(limit), _) if order.time_in_force.rests() => {
                let now = self.band_edge(order.instrument, order.side);
                // The band that stopped it counts even if its own trades have moved the bands since.
                let band = match (stop, now) {
                    (Stop::Band(met), Some(now)) if order.side == Side::Buy => Some(met.min(now)),
                    (Stop::Band(met), Some(now)) => Some(met.max(now)),
                    (Stop::Band(met), None) => Some(met),
                    (_, now) => now,
                };
                let pegged = order.conditions.peg.is_some();
                if let Some(band) =
                    band.filter(|&band| !pegged && band != limit && within(order.side, limit, band))
                {
                    self.reprice(id, band, RepriceReason::Band);
                    self.rehold(id);
                    let stop = self.order(id).pair.and_then(|stop| self.find(stop));
                    if let Some(stop) = stop.filter(|stop| stop.at != At::Incoming).map(|stop| stop.id) {
                        self.rehold(stop);
                    }
                }
                self.rest(id);
            }
            _ => self.close(id, reason),
        }
    }

    /// A rule changes the limit of an order.
    fn reprice(&mut self, id: OrderId, price: Price, reason: RepriceReason) {
        let order = self.order_mut(id);
        let old_price = order.price.limit().unwrap_or(price);
        order.price = OrderPrice::Limit(price);
        let instrument = order.instrument;
        self.tell(Event::OrderRepriced { order: id, instrument, old_price, price, reason });
    }

    /// An order that waited, or rested as a peg, comes in now.
    pub(super) fn enter(&mut self, id: OrderId, level: Option<Price>) {
        let order = self.order(id);
        let from = Self::place_of(order);
        let event = Event::OrderEntered {
            order: id,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            price: level.map_or(order.price, OrderPrice::Limit),
            leaves: quantity(order.left),
            from,
        };
        self.tell(event);
        let order = self.order_mut(id);
        order.at = At::Incoming;
        order.conditions.trigger = None;
        order.level = level;
        order.shown = 0;
        self.go(id);
    }

    /// Puts what is left of an order behind all others of its price.
    pub(super) fn rest(&mut self, id: OrderId) {
        let order = self.order(id);
        let layer = order.rests_in();
        let level = order.level.filter(|_| order.conditions.peg.is_some()).or(order.price.limit());
        let price = level.expect("what rests has a price");
        let shown = match order.conditions.display {
            Display::Iceberg { peak, .. } => peak.get().min(order.left),
            Display::Full | Display::Hidden => order.left,
        };
        let ahead = self.ahead(order.instrument, order.side, price, layer);
        let event = Event::OrderRested {
            order: id,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            price,
            leaves: quantity(shown),
            ahead: lots(ahead),
            layer,
        };
        self.note_top(id, price, layer);
        self.stamps += 1;
        let stamp = self.stamps;
        let order = self.order_mut(id);
        (order.at, order.level, order.layer) = (At::Book, Some(price), layer);
        (order.shown, order.stamp) = (shown, stamp);
        self.tell(event);
    }

    /// What stands in the queue of a price.
    pub(super) fn ahead(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: Price,
        layer: outcry_engine::Layer,
    ) -> u64 {
        let makers = self.makers(instrument, side);
        makers
            .iter()
            .filter(|other| other.level == Some(price) && other.layer == layer)
            .map(|other| other.shown)
            .sum()
    }

    /// Lets what is left of an order wait outside the book.
    pub(super) fn wait(&mut self, id: OrderId, waits_for: WaitsFor) {
        let order = self.order_mut(id);
        order.at = At::Waiting(waits_for);
        order.level = None;
        order.shown = 0;
        let event = Event::OrderWaits {
            order: id,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            leaves: quantity(order.left),
            waits_for,
        };
        self.tell(event);
    }

    /// Where an order is, as events name it.
    pub(super) fn place_of(order: &Order) -> Place {
        match order.at {
            At::Incoming => Place::Incoming,
            At::Waiting(_) | At::Fired => Place::Waiting,
            At::Book => Place::from(order.layer),
        }
    }
}

/// The first end of a day after a time.
fn day_end_after(now: Timestamp, day_end: u64) -> Timestamp {
    let midnight = now.nanos() / DAY * DAY;
    let today = u128::from(midnight) + u128::from(day_end);
    let next = if today > u128::from(now.nanos()) { today } else { today + u128::from(DAY) };
    Timestamp::from_nanos(u64::try_from(next).unwrap_or(u64::MAX))
}
