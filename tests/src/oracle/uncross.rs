//! The oracle's uncross: all that can trade trades at one price.

use outcry_engine::{Event, InstrumentId, Layer, OrderId, OrderPrice, Phase, Price, Side, TradeKind};

use super::Oracle;
use super::state::within;

impl Oracle {
    /// Finds the price; if there is one, everything that can trade does.
    pub(super) fn uncross(&mut self, instrument: InstrumentId) -> Option<Price> {
        let indication = self.indication(instrument);
        let price = indication.price?;
        self.tell(Event::Uncrossed { instrument, indication });
        let mut left = indication.paired.get();
        while left > 0 {
            let [Some(buyer), Some(seller)] = Side::BOTH.map(|side| self.next_in(instrument, side, price))
            else {
                unreachable!("both sides have what is paired");
            };
            let traded = self.order(buyer).left.min(self.order(seller).left).min(left);
            left -= traded;
            let (maker, taker) = (buyer.min(seller), buyer.max(seller));
            self.fill(taker, maker, price, traded, TradeKind::Auction);
        }
        for id in self.named(instrument, |order| order.in_book() && order.shown == 0) {
            self.refill(id);
        }
        let market = self.market_mut(instrument);
        market.last = Some(price);
        market.reference = Some(price);
        market.prints.clear();
        Some(price)
    }

    /// The next order of a side in an uncross: market orders by number, then limits by price, lit before dark, by queue.
    fn next_in(&self, instrument: InstrumentId, side: Side, price: Price) -> Option<OrderId> {
        let orders = self.orders.iter().filter(|order| order.instrument == instrument && order.side == side);
        let part = orders.filter(|order| Self::takes_part(order) && order.left > 0);
        part.filter(|order| order.price.limit().is_none_or(|limit| within(side, limit, price)))
            .min_by_key(|order| match order.price {
                OrderPrice::Limit(limit) => (1, order.side_rank(limit), order.layer, order.stamp),
                OrderPrice::Market | OrderPrice::MarketToLimit => (0, 0, Layer::Lit, order.id.get()),
            })
            .map(|order| order.id)
    }

    /// Where a collar or a missing price left orders that cross, they trade as continuous trading begins: of the first buyer and
    /// the first seller the one with the higher number enters anew, again and again.
    pub(super) fn enter_crossed(&mut self, instrument: InstrumentId) {
        while self.market(instrument).phase == Phase::Continuous {
            let first = |side| {
                let mut makers = self.makers(instrument, side).into_iter();
                makers.find(|order| order.conditions.peg.is_none()).map(|order| (order.level, order.id))
            };
            let (Some((bid, buyer)), Some((ask, seller))) = (first(Side::Buy), first(Side::Sell)) else {
                return;
            };
            if bid < ask {
                return;
            }
            let later = buyer.max(seller);
            self.lose_top(later);
            self.enter(later, None);
        }
    }

    /// Whether the price of an uncross now lies outside the static or the dynamic range.
    pub(super) fn uncross_leaves_range(&self, instrument: InstrumentId) -> bool {
        self.indication(instrument).price.is_some_and(|price| self.leaves_range(instrument, price))
    }
}
