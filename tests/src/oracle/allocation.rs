//! How the oracle shares an aggressor among the orders of a price level.

use outcry_engine::{Allocation, InstrumentId, Layer, OrderId, Side, Steps};

use super::state::Order;
use super::{Fault, Oracle};

/// An order of the level: what is left of its claim, and what it got.
struct Claim {
    id: OrderId,
    top: bool,
    lead_ppm: u32,
    left: u64,
    got: u64,
}

impl Claim {
    /// Gives the claim at most so many lots of what the aggressor has left.
    fn take(&mut self, lots: u64, rest: &mut u64) {
        let lots = lots.min(self.left).min(*rest);
        self.left -= lots;
        self.got += lots;
        *rest -= lots;
    }
}

impl Oracle {
    /// Whether a level is dealt with one order at a time, the first first.
    pub(super) fn first_come(&self, instrument: InstrumentId, layer: Layer) -> bool {
        layer == Layer::Dark || self.market(instrument).settings.allocation == Allocation::Fifo
    }

    /// Who of a level trades how much with an aggressor, in the order of the queue.
    pub(super) fn shares(&self, taker: &Order, queue: &[OrderId]) -> Vec<(OrderId, u64)> {
        let market = self.market(taker.instrument);
        let side = usize::from(taker.side.opposite() == Side::Sell);
        let mut claims: Vec<Claim> = queue
            .iter()
            .map(|&id| {
                let order = self.order(id);
                let lead_ppm = market.settings.lead_makers.get(&order.account).copied().unwrap_or(0);
                Claim { id, top: market.tops[side] == Some(id), lead_ppm, left: order.shown, got: 0 }
            })
            .collect();
        let mut rest = taker.left.min(claims.iter().map(|claim| claim.left).sum());
        if rest < claims.iter().map(|claim| claim.left).sum() {
            match market.settings.allocation {
                Allocation::Fifo => {}
                Allocation::PriceSizeTime => largest_first(&mut claims, &mut rest, u64::MAX, |_| true),
                Allocation::Steps(steps) => self.share_by_steps(steps, &mut claims, &mut rest),
            }
        }
        for claim in &mut claims {
            claim.take(u64::MAX, &mut rest);
        }
        claims.iter().filter(|claim| claim.got > 0).map(|claim| (claim.id, claim.got)).collect()
    }

    fn share_by_steps(&self, steps: Steps, claims: &mut [Claim], rest: &mut u64) {
        if let Some(top) = steps.top {
            let most = top.maximum.map_or(u64::MAX, outcry_engine::Qty::get);
            for claim in claims.iter_mut().filter(|claim| claim.top && claim.left >= top.minimum.get()) {
                claim.take(most, rest);
            }
        }
        if steps.lead_makers {
            let aggressor = *rest;
            let mut made: Vec<(u32, u64)> = Vec::new();
            // The orders of one lead maker share its percentage in time order.
            let accounts: Vec<_> = claims.iter().map(|claim| self.order(claim.id).account).collect();
            for (place, claim) in claims.iter_mut().enumerate().filter(|(_, claim)| claim.lead_ppm > 0) {
                let account = accounts[place].get();
                let share = parts(aggressor, claim.lead_ppm, false);
                let used =
                    made.iter().filter(|(maker, _)| *maker == account).map(|(_, lots)| lots).sum::<u64>();
                let before = claim.got;
                claim.take(share.saturating_sub(used), rest);
                made.push((account, claim.got - before));
            }
        }
        let mut first = parts(*rest, steps.fifo_ppm, true);
        for claim in claims.iter_mut() {
            let before = claim.got;
            claim.take(first, rest);
            first -= claim.got - before;
        }
        let Some(minimum) = steps.pro_rata else { return };
        let (aggressor, total) = (*rest, claims.iter().map(|claim| claim.left).sum::<u64>());
        let mut without = Vec::new();
        for claim in claims.iter_mut().filter(|claim| claim.left > 0) {
            let exact = u128::from(claim.left) * u128::from(aggressor) / u128::from(total);
            let share = u64::try_from(exact).expect("a part of the aggressor");
            if share >= minimum.get() && share > 0 {
                claim.take(share, rest);
            } else {
                without.push(claim.id);
            }
        }
        if steps.leveling {
            largest_first(claims, rest, 1, |claim| without.contains(&claim.id));
        }
        if self.fault == Fault::RemainderToTheLast {
            claims.iter_mut().rev().for_each(|claim| claim.take(u64::MAX, rest));
        }
    }
}

/// Gives each of some claims at most so many lots, the largest first, of equal ones the earliest.
fn largest_first(claims: &mut [Claim], rest: &mut u64, most: u64, which: impl Fn(&Claim) -> bool) {
    let mut order: Vec<usize> = (0..claims.len()).filter(|&place| which(&claims[place])).collect();
    order.sort_by_key(|&place| (std::cmp::Reverse(claims[place].left), place));
    for place in order {
        claims[place].take(most, rest);
    }
}

/// Parts per million of a number of lots, rounded down or up.
fn parts(lots: u64, ppm: u32, up: bool) -> u64 {
    let exact = u128::from(lots) * u128::from(ppm);
    let rounded = if up { exact.div_ceil(1_000_000) } else { exact / 1_000_000 };
    u64::try_from(rounded).expect("at most the whole")
}
