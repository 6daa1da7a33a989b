//! What an order of the oracle could trade now: the walk over the book without trading.

use outcry_engine::{OrderPrice, Phase, Posting, Price, SelfTrade, TimeInForce, WaitsFor};

use super::state::{At, Order, within};
use super::{Fault, Oracle};

impl Oracle {
    /// Lots by price that an order could trade, at most so many, in the order in which it would.
    pub(super) fn reach(&self, order: &Order, most: u64) -> Vec<(Price, u64)> {
        let strict = order.time_in_force == TimeInForce::FillOrKill || !order.minimum_met;
        let (mut reach, ended) = self.walk(order, most, strict);
        let mut left = most - reach.iter().map(|&(_, lots)| lots).sum::<u64>();
        if ended || left == 0 || order.cash.is_some() {
            return reach;
        }
        let guard = self.guard(order);
        for (price, minimum, lots) in self.waiting_minimums(order) {
            if minimum <= left && lots > 0 {
                if guard.stop(price).is_some() {
                    return reach;
                }
                let lots = lots.min(left);
                left -= lots;
                reach.push((price, lots));
            }
        }
        reach
    }

    /// The same of the book alone, and whether a rule ended it before the book did.
    pub(super) fn walk(&self, order: &Order, most: u64, strict: bool) -> (Vec<(Price, u64)>, bool) {
        let (mut reach, mut left) = (Vec::new(), most);
        let guard = self.guard(order);
        let makers = self.makers(order.instrument, order.side.opposite());
        let rule = self.prevention_rule(order);
        let decrements = rule == SelfTrade::Decrement && !strict && order.price.limit().is_none();
        let passes_over = rule == SelfTrade::CancelOldest || decrements;
        for level in makers.chunk_by(|a, b| (a.level, a.layer) == (b.level, b.layer)) {
            let Some(price) = level[0].level.filter(|&price| self.meets(order, price)) else {
                return (reach, false);
            };
            let price = self.trade_price(order, price);
            if guard.stop(price).is_some() {
                return (reach, true);
            }
            let own = |maker: &&Order| self.kept_apart(order, maker);
            let ends = level.iter().any(own) && !passes_over;
            let first_come = self.first_come(order.instrument, level[0].layer);
            for maker in level {
                if own(maker) {
                    if ends {
                        return (reach, true);
                    }
                    continue;
                }
                if ends && !first_come {
                    return (reach, true);
                }
                // The peaks that follow stand behind the order that ends the walk.
                let shown = ends || strict && self.fault == Fault::MinimumIgnoresReserve;
                let lots = if shown { maker.shown } else { maker.left }.min(left);
                left -= lots;
                if lots > 0 {
                    reach.push((price, lots));
                }
            }
            if left == 0 {
                return (reach, true);
            }
        }
        (reach, false)
    }

    /// Waiting orders of the other side that a minimum keeps out and this order reaches: price, minimum, lots, the first
    /// to trade first.
    fn waiting_minimums(&self, order: &Order) -> Vec<(Price, u64, u64)> {
        self.minimum_makers(order)
            .iter()
            .map(|&(price, id)| {
                let maker = self.order(id);
                (price, maker.minimum(), maker.left)
            })
            .collect()
    }

    /// The same by number.
    pub(super) fn minimum_makers(&self, order: &Order) -> Vec<(Price, outcry_engine::OrderId)> {
        if self.market(order.instrument).phase != Phase::Continuous || order.posting != Posting::Any {
            return Vec::new();
        }
        let fills_whole = order.time_in_force == TimeInForce::FillOrKill;
        if order.price.limit().is_none()
            && !fills_whole
            && self.prevention_rule(order) == SelfTrade::Decrement
        {
            return Vec::new();
        }
        let mut makers: Vec<_> = self
            .orders
            .iter()
            .filter(|maker| maker.instrument == order.instrument && maker.side == order.side.opposite())
            .filter(|maker| maker.at == At::Waiting(WaitsFor::Minimum) && !self.kept_apart(order, maker))
            .filter_map(|maker| maker.price.limit().map(|price| (price, maker.id)))
            .filter(|&(price, _)| order.reaches(price))
            .collect();
        makers.sort_by_key(|&(price, id)| (self.order(id).side_rank(price), id));
        makers
    }

    /// Whether an order meets makers at this price.
    pub(super) fn meets(&self, order: &Order, level: Price) -> bool {
        match self.closing_price(order.instrument) {
            Some(close) => within(order.side.opposite(), level, close) && self.accepts(order, close),
            None => order.reaches(level),
        }
    }

    /// After the close a limit that is better than the closing price is as good as it.
    fn accepts(&self, order: &Order, close: Price) -> bool {
        order.price == OrderPrice::Market || order.reaches(close)
    }

    /// The price at which an order trades with a maker of this price.
    pub(super) fn trade_price(&self, order: &Order, level: Price) -> Price {
        if let Some(close) = self.closing_price(order.instrument) {
            return close;
        }
        match order.price.limit() {
            Some(limit) if self.fault == Fault::AggressorsPrice => limit,
            _ => level,
        }
    }

    /// The only price that trades, after the close.
    pub(super) fn closing_price(&self, instrument: outcry_engine::InstrumentId) -> Option<Price> {
        let market = self.market(instrument);
        market.last.filter(|_| market.phase == Phase::PostClose)
    }
}

impl Order {
    /// A price as a number that is lower the better it is on the order's side.
    pub(super) fn side_rank(&self, price: Price) -> i64 {
        match self.side {
            outcry_engine::Side::Buy => -price.get(),
            outcry_engine::Side::Sell => price.get(),
        }
    }
}
