//! Reach: what an order could trade now, by the same walk as the matcher and without trading.

use crate::allocation::Allocation;
use crate::book::LevelQueue;
use crate::guard::Guard;
use crate::{AccountId, Exchange, InstrumentId, Layer, OrderPrice, Phase, Price, SelfTrade, Side};

/// An order as the walk sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aggressor {
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
    /// How far it may go.
    pub(crate) price: OrderPrice,
    pub(crate) lots: u64,
    pub(crate) self_trade: SelfTrade,
    /// Whether it goes on behind its own orders where both are decremented: an order without a limit that need not trade whole.
    pub(crate) open_ended: bool,
    /// Whether it trades with orders that wait for a minimum.
    pub(crate) minimums: bool,
}

/// What a walk over the opposite side of the book found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reach {
    /// Lots within price and quantity.
    pub(crate) lots: u64,
    /// Their value in minor units of the quote asset.
    pub(crate) value: i128,
    /// The most that they and the rest of the order were worth, the rest at the price reached, wherever the walk might have ended.
    pub(crate) with_rest: i128,
}

impl Reach {
    /// Adds lots at a price to what an order of `whole` lots reaches.
    fn add(&mut self, whole: u64, price: Price, lots: u64, tick_value: i64) {
        let value = |lots| i128::from(price.get()) * i128::from(lots) * i128::from(tick_value);
        self.lots += lots;
        self.value += value(lots);
        self.with_rest = self.with_rest.max(self.value + value(whole - self.lots));
    }
}

impl Exchange {
    /// Walks the opposite side as far as price and quantity reach.
    pub(crate) fn reach(&self, aggressor: &Aggressor) -> Reach {
        let tick_value = self.instruments[aggressor.instrument.index()].tick_value();
        let guard = self.guard(aggressor.instrument, aggressor.side);
        let mut reach = Reach::default();
        for (layer, level) in self.offers(aggressor.instrument, aggressor.side.opposite()) {
            let left = aggressor.lots - reach.lots;
            let price = self.trade_price(aggressor.instrument, level.price);
            let reaches = |price| aggressor.price.reaches(aggressor.side, price);
            if left == 0 || !reaches(level.price) || !reaches(price) {
                break;
            }
            if guard.stop(price).is_some() {
                return reach;
            }
            let (lots, ends) = self.level_reach(aggressor, layer, level);
            let lots = left.min(lots);
            if lots > 0 {
                reach.add(aggressor.lots, price, lots, tick_value);
            }
            if ends {
                return reach;
            }
        }
        let shrinks = aggressor.self_trade == SelfTrade::Decrement && aggressor.open_ended;
        if aggressor.minimums && !shrinks {
            self.reach_minimums(aggressor, &guard, tick_value, &mut reach);
        }
        reach
    }

    /// Levels of both layers, best first, lit before dark at one price.
    pub(crate) fn offers(
        &self,
        instrument: InstrumentId,
        side: Side,
    ) -> impl Iterator<Item = (Layer, LevelQueue)> + '_ {
        let mut lit = self.books.levels(instrument, Layer::Lit, side).peekable();
        let mut dark = self.books.levels(instrument, Layer::Dark, side).peekable();
        std::iter::from_fn(move || {
            let dark_first = match (lit.peek(), dark.peek()) {
                (Some(lit), Some(dark)) => side.rank(dark.price) < side.rank(lit.price),
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if dark_first {
                dark.next().map(|level| (Layer::Dark, level))
            } else {
                lit.next().map(|level| (Layer::Lit, level))
            }
        })
    }

    /// Lots of a level that the order may trade with, and whether its walk ends there.
    fn level_reach(&self, aggressor: &Aggressor, layer: Layer, level: LevelQueue) -> (u64, bool) {
        if aggressor.self_trade == SelfTrade::Allow {
            return (level.quantity + level.reserve, false);
        }
        let own = |account| self.kept_apart(aggressor.account, account);
        let decrements = aggressor.self_trade == SelfTrade::Decrement && aggressor.open_ended;
        let passes_over = aggressor.self_trade == SelfTrade::CancelOldest || decrements;
        let ends = !passes_over && self.books.queue(level).any(|maker| own(maker.account));
        let fifo = layer == Layer::Dark || self.allocation(aggressor.instrument) == Allocation::Fifo;
        if ends && !fifo {
            return (0, true);
        }
        let mut lots = 0;
        for maker in self.books.queue(level) {
            if !own(maker.account) {
                // The peaks that follow stand behind the order that ends the walk.
                let reserve = if ends { 0 } else { self.reserve(maker.order, maker.flags) };
                lots += maker.leaves.get() + reserve;
            } else if ends {
                return (lots, true);
            }
        }
        (lots, ends)
    }

    /// Adds the orders that wait for a minimum, best price first, as the matcher would.
    fn reach_minimums(&self, aggressor: &Aggressor, guard: &Guard, tick_value: i64, reach: &mut Reach) {
        let market = &self.markets[aggressor.instrument.index()];
        let Some(special) = market.special.as_ref().filter(|special| special.phase == Phase::Continuous)
        else {
            return;
        };
        for &(_, order) in special.minimums(aggressor.side.opposite()) {
            let ticket = &self.tickets[&order];
            let Some(limit) = ticket.terms.price.limit() else { continue };
            let left = aggressor.lots - reach.lots;
            if left == 0 || !aggressor.price.reaches(aggressor.side, limit) {
                break;
            }
            let apart = aggressor.self_trade != SelfTrade::Allow
                && self.kept_apart(aggressor.account, ticket.terms.account);
            if !apart && left >= ticket.minimum() {
                // One that it would pass by is in nobody's way, whatever its price.
                if guard.stop(limit).is_some() {
                    break;
                }
                reach.add(aggressor.lots, limit, left.min(ticket.leaves), tick_value);
            }
        }
    }

    /// Whether orders of these accounts may be kept from trading with each other.
    pub(crate) fn kept_apart(&self, one: AccountId, other: AccountId) -> bool {
        if one == other {
            return true;
        }
        let group = self.ledger.accounts()[one.index()].group();
        group != 0 && group == self.ledger.accounts()[other.index()].group()
    }
}
