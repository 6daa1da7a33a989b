//! The first two steps of every rulebook: the prices at which the most can trade, and of these the smallest
//! surplus.
//!
//! Pairing the best buys with the best sells until they no longer cross gives the largest quantity that can
//! trade, and with it everything else. It can trade from the worst sell paired up to the worst buy paired. Up
//! to the best buy left over there is a surplus to buy, which shrinks as the price rises; from the best sell
//! left over there is a surplus to sell, which grows; between the two there is none. So each curve is walked
//! a few times from its best price, nothing is stored, and what lies beyond the crossing is never looked at.

use crate::limits::MAX_PRICE;
use crate::{Price, Side};

use super::Interest;

/// Where a market order to sell stands: below every price.
const BELOW_ALL: i64 = 0;
/// Where a market order to buy stands: above every price.
const ABOVE_ALL: i64 = MAX_PRICE + 1;

/// What pairing the best buys with the best sells gives. Prices in ticks, market orders beyond all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairing {
    /// Lots paired, never zero: the most that can trade.
    lots: u64,
    /// The worst sell that was paired.
    low: i64,
    /// The worst buy that was paired.
    high: i64,
    /// The best buy left over; below all prices where there is none.
    bid: i64,
    /// The best sell left over; above all prices where there is none.
    ask: i64,
}

impl Pairing {
    /// Pairs the best with the best until they no longer cross. `None` where nothing does.
    pub(super) fn of(interest: &impl Interest) -> Option<Self> {
        let curve = |side, market| {
            let limits = interest.limits(side).map(|(price, lots)| (price.get(), lots));
            std::iter::once((market, interest.market(side))).chain(limits).filter(|&(_, lots)| lots > 0)
        };
        let (mut buys, mut sells) = (curve(Side::Buy, ABOVE_ALL), curve(Side::Sell, BELOW_ALL));
        let (mut buy, mut sell) = (buys.next(), sells.next());
        let mut pairing = Self { lots: 0, low: BELOW_ALL, high: ABOVE_ALL, bid: BELOW_ALL, ask: ABOVE_ALL };
        while let (Some((bid, bid_lots)), Some((ask, ask_lots))) = (buy, sell) {
            if bid < ask {
                break;
            }
            let lots = bid_lots.min(ask_lots);
            pairing.lots = pairing.lots.saturating_add(lots);
            (pairing.low, pairing.high) = (ask, bid);
            buy = if lots < bid_lots { Some((bid, bid_lots - lots)) } else { buys.next() };
            sell = if lots < ask_lots { Some((ask, ask_lots - lots)) } else { sells.next() };
        }
        pairing.bid = buy.map_or(BELOW_ALL, |(price, _)| price);
        pairing.ask = sell.map_or(ABOVE_ALL, |(price, _)| price);
        (pairing.lots > 0).then_some(pairing)
    }

    /// Whether all that trades on one of the sides are market orders, so that the prices at which it can
    /// trade have no end there.
    pub(super) const fn is_open(&self) -> bool {
        self.high == ABOVE_ALL || self.low == BELOW_ALL
    }
}

/// The prices an auction may choose from: the limits of both sides and, where a rulebook says so, one more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidates<'a, I> {
    pub(super) interest: &'a I,
    pub(super) more: Option<Price>,
}

impl<I: Interest> Candidates<'_, I> {
    /// The highest candidate at or below `ticks`.
    pub(super) fn at_most(&self, ticks: i64) -> Option<Price> {
        let fits = |price: &Price| price.get() <= ticks;
        let bid = self.prices(Side::Buy).find(fits);
        let ask = self.prices(Side::Sell).take_while(fits).last();
        bid.max(ask).max(self.more.filter(fits))
    }

    /// The lowest candidate at or above `ticks`.
    pub(super) fn at_least(&self, ticks: i64) -> Option<Price> {
        let fits = |price: &Price| price.get() >= ticks;
        let ask = self.prices(Side::Sell).find(fits);
        let bid = self.prices(Side::Buy).take_while(fits).last();
        [bid, ask, self.more.filter(fits)].into_iter().flatten().min()
    }

    /// The lowest and the highest candidate from `low` to `high` ticks.
    fn within(&self, low: i64, high: i64) -> Option<(Price, Price)> {
        let lowest = self.at_least(low).filter(|price| price.get() <= high)?;
        Some((lowest, self.at_most(high)?))
    }

    fn prices(&self, side: Side) -> impl Iterator<Item = Price> {
        self.interest.limits(side).map(|(price, _)| price)
    }

    /// The candidates that are left after the largest quantity and the smallest surplus; `None` where there
    /// are no candidates.
    pub(super) fn survivors(&self, pairing: &Pairing) -> Option<Survivors> {
        let Pairing { low, high, bid, ask, .. } = *pairing;
        let (first, last) = self.within(low, high)?;
        let of = |(lowest, highest), lean| Survivors { lowest, highest, lean, alone: first == last };
        if let Some(range) = self.within(low.max(bid + 1), high.min(ask - 1)) {
            return Some(of(range, Lean::Balanced));
        }
        let buys = self.within(low, high.min(bid)).map(|(_, highest)| {
            let next = self.prices(Side::Buy).find(|&price| price < highest);
            let lowest = self.at_least(low.max(next.map_or(BELOW_ALL, Price::get) + 1)).unwrap_or(highest);
            (lowest, highest, self.interest.executable(Side::Buy, highest) - pairing.lots)
        });
        let sells = self.within(low.max(ask), high).map(|(lowest, _)| {
            let next = self.prices(Side::Sell).find(|&price| price > lowest);
            let highest = self.at_most(high.min(next.map_or(ABOVE_ALL, Price::get) - 1)).unwrap_or(lowest);
            (lowest, highest, self.interest.executable(Side::Sell, lowest) - pairing.lots)
        });
        match (buys, sells) {
            (Some((lowest, below, more)), Some((above, highest, fewer))) if more == fewer => {
                Some(of((lowest, highest), Lean::Mixed { below, above }))
            }
            (Some((lowest, highest, more)), sells) if sells.is_none_or(|(_, _, fewer)| more < fewer) => {
                Some(of((lowest, highest), Lean::Buy))
            }
            (_, Some((lowest, highest, _))) => Some(of((lowest, highest), Lean::Sell)),
            (_, None) => None,
        }
    }
}

/// The candidates at which the most trades and the least is left over, from the lowest to the highest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survivors {
    pub(super) lowest: Price,
    pub(super) highest: Price,
    /// On which side the least that is left over is.
    pub(super) lean: Lean,
    /// Whether the largest quantity alone left a single candidate.
    pub(super) alone: bool,
}

/// On which side the surplus of the surviving candidates is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lean {
    /// All have none.
    Balanced,
    /// All to buy.
    Buy,
    /// All to sell.
    Sell,
    /// The same to buy at the lower ones as to sell at the higher ones, which stand side by side.
    Mixed {
        /// The highest with a surplus to buy.
        below: Price,
        /// The lowest with a surplus to sell.
        above: Price,
    },
}
