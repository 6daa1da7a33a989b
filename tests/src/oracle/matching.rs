//! The oracle's matcher: an aggressor trades until it is filled, its limit ends, or a rule stops it.

use outcry_engine::{InstrumentId, Layer, OrderId, Phase, PhaseCause, Price, TradeKind};

use super::{Fault, Oracle};

/// Why matching stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing more was there within its limit, or nothing is left of it.
    Done,
    /// What is there lies outside the price bands.
    Band,
    /// Trading is interrupted.
    Interrupted(PhaseCause),
}

impl Oracle {
    /// Trades an order that is on its way in.
    pub(super) fn trade(&mut self, id: OrderId) -> Stop {
        loop {
            let Some(taker) = self.find(id) else { return Stop::Done };
            let makers = self.makers(taker.instrument, taker.side.opposite());
            let best = makers.first().and_then(|maker| maker.level.map(|level| (level, maker.layer)));
            let Some((level, layer)) = best.filter(|&(level, _)| self.meets(taker, level)) else { break };
            let price = self.trade_price(taker, level);
            if let Some(stop) = self.stopped(taker.instrument, price) {
                return stop;
            }
            let queue: Vec<OrderId> = makers
                .iter()
                .filter(|maker| maker.level == Some(level))
                .filter(|maker| maker.layer == layer || self.fault == Fault::HiddenTradesFirst)
                .map(|maker| maker.id)
                .collect();
            if let Some(cause) = self.trade_level(id, &queue, layer, price) {
                return Stop::Interrupted(cause);
            }
        }
        self.trade_minimums(id)
    }

    /// Trades with the first of a level, or with all of them at once by the allocation.
    fn trade_level(&mut self, id: OrderId, queue: &[OrderId], layer: Layer, price: Price) -> Option<PhaseCause> {
        let taker = self.order(id);
        let kind = TradeKind::Continuous;
        let own = |maker: &&OrderId| self.kept_apart(taker, self.order(**maker));
        if self.first_come(taker.instrument, layer) {
            let maker = queue[0];
            if own(&&maker) {
                self.prevent(id, maker, price);
                return None;
            }
            let lots = taker.left.min(self.order(maker).shown);
            return self.fill(id, maker, price, lots, kind);
        }
        if let Some(&maker) = queue.iter().find(own) {
            self.prevent(id, maker, price);
            return None;
        }
        for (maker, lots) in self.shares(taker, queue) {
            let cause = self.fill(id, maker, price, lots, kind);
            if cause.is_some() {
                return cause;
            }
        }
        None
    }

    /// Trades with orders that wait for enough, where there is enough now.
    fn trade_minimums(&mut self, id: OrderId) -> Stop {
        loop {
            let Some(taker) = self.find(id) else { return Stop::Done };
            let makers = self.minimum_makers(taker);
            let enough = makers.into_iter().find(|&(_, maker)| self.order(maker).minimum() <= taker.left);
            let Some((price, maker)) = enough else { break };
            if let Some(stop) = self.stopped(taker.instrument, price) {
                return stop;
            }
            let lots = taker.left.min(self.order(maker).left);
            if let Some(cause) = self.fill(id, maker, price, lots, TradeKind::Continuous) {
                return Stop::Interrupted(cause);
            }
        }
        Stop::Done
    }

    /// Whether a rule forbids the trade at this price, and which.
    fn stopped(&self, instrument: InstrumentId, price: Price) -> Option<Stop> {
        if self.market(instrument).phase != Phase::Continuous {
            return None;
        }
        if self.beyond_bands(instrument, price) {
            return Some(Stop::Band);
        }
        self.leaves_range(instrument, price).then_some(Stop::Interrupted(PhaseCause::PriceRange))
    }
}
