//! The oracle's matcher: an aggressor trades until it is filled, its limit ends, or a rule stops it.

use outcry_engine::{Layer, OrderId, Price, TimeInForce, TradeKind};

use super::bands::Guard;
use super::{Fault, Oracle};

/// Why matching stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing more was there within its limit, or nothing is left of it.
    Done,
    /// What is there lies beyond this price band.
    Band(Price),
    /// What is there lies outside the static or the dynamic range.
    Range,
    /// Velocity logic reserved the market.
    Reserved,
}

impl Oracle {
    /// Trades an order that is on its way in.
    pub(super) fn trade(&mut self, id: OrderId) -> Stop {
        let order = self.order(id);
        let (guard, whole) = (self.guard(order), order.time_in_force == TimeInForce::FillOrKill);
        let instrument = order.instrument;
        loop {
            let Some(taker) = self.find(id) else { return Stop::Done };
            let makers = self.makers(taker.instrument, taker.side.opposite());
            let best = makers.first().and_then(|maker| maker.level.map(|level| (level, maker.layer)));
            let Some((level, layer)) = best.filter(|&(level, _)| self.meets(taker, level)) else { break };
            let price = self.trade_price(taker, level);
            if let Some(stop) = guard.stop(price) {
                return stop;
            }
            let queue: Vec<OrderId> = makers
                .iter()
                .filter(|maker| maker.level == Some(level))
                .filter(|maker| maker.layer == layer || self.fault == Fault::HiddenTradesFirst)
                .map(|maker| maker.id)
                .collect();
            self.trade_level(id, &queue, layer, price);
            if self.market(instrument).reserved && !whole && self.lives(id) {
                return Stop::Reserved;
            }
        }
        self.trade_minimums(id, &guard)
    }

    /// Trades with the first of a level, or with all of them at once by the allocation.
    fn trade_level(&mut self, id: OrderId, queue: &[OrderId], layer: Layer, price: Price) {
        let taker = self.order(id);
        let kind = TradeKind::Continuous;
        let own = |maker: &&OrderId| self.kept_apart(taker, self.order(**maker));
        if self.first_come(taker.instrument, layer) {
            let maker = queue[0];
            if own(&&maker) {
                return self.prevent(id, maker);
            }
            let lots = taker.left.min(self.order(maker).shown);
            return self.fill(id, maker, price, lots, kind);
        }
        if let Some(&maker) = queue.iter().find(own) {
            return self.prevent(id, maker);
        }
        let (instrument, whole) = (taker.instrument, taker.time_in_force == TimeInForce::FillOrKill);
        for (maker, lots) in self.shares(taker, queue) {
            self.fill(id, maker, price, lots, kind);
            if self.market(instrument).reserved && !whole {
                return;
            }
        }
    }

    /// Trades with orders that wait for enough, where there is enough now.
    fn trade_minimums(&mut self, id: OrderId, guard: &Guard) -> Stop {
        loop {
            let Some(taker) = self.find(id) else { return Stop::Done };
            let makers = self.minimum_makers(taker);
            let enough = makers.into_iter().find(|&(_, maker)| self.order(maker).minimum() <= taker.left);
            let Some((price, maker)) = enough else { break };
            if let Some(stop) = guard.stop(price) {
                return stop;
            }
            let (instrument, whole) = (taker.instrument, taker.time_in_force == TimeInForce::FillOrKill);
            let lots = taker.left.min(self.order(maker).left);
            self.fill(id, maker, price, lots, TradeKind::Continuous);
            if self.market(instrument).reserved && !whole && self.lives(id) {
                return Stop::Reserved;
            }
        }
        Stop::Done
    }
}
