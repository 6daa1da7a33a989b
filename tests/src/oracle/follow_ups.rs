//! What follows in an instrument after a command of the oracle, again and again until nothing does.

use outcry_engine::{Allocation, Event, InstrumentId, OrderId, PegTo, Phase, Price, Side, Steps, WaitsFor};

use super::Oracle;
use super::state::{At, Order};

/// How many follow-ups were brought, and how many may be.
struct Allowance {
    done: u32,
    most: u32,
}

impl Oracle {
    /// The end of a command: what it did brings what follows.
    pub(super) fn finish(&mut self) {
        for instrument in std::mem::take(&mut self.touched) {
            self.follow(instrument);
        }
        self.stop_everything();
        if !self.touched.is_empty() {
            self.finish();
        }
    }

    /// All that follows in one instrument, in whatever phase it is.
    pub(super) fn follow(&mut self, instrument: InstrumentId) {
        self.follow_up(instrument);
        self.touched.remove(&instrument);
        self.watch_touch(instrument);
        self.touched.remove(&instrument);
        self.tell_indication(instrument);
    }

    fn follow_up(&mut self, instrument: InstrumentId) {
        let mut allowance = Allowance { done: 0, most: self.market(instrument).settings.follow_ups };
        while self.market(instrument).phase == Phase::Continuous {
            match self.next_follow_up(instrument, &mut allowance) {
                Some(true) => {}
                Some(false) | None => return,
            }
        }
    }

    /// The first kind of follow-up that there is: exits, a triggered order, a touch that triggers, pegs, minimums. Gives whether
    /// there was any, `None` if there may be no more.
    fn next_follow_up(&mut self, instrument: InstrumentId, allowance: &mut Allowance) -> Option<bool> {
        Some(
            self.exits_follow(instrument, allowance)?
                || self.triggered_follow(instrument, allowance)?
                || self.show_touch(instrument)
                || self.pegs_follow(instrument, allowance)?
                || self.minimums_follow(instrument, allowance)?,
        )
    }

    /// Counts one more, or tells that there may be no more.
    fn allow(&mut self, instrument: InstrumentId, allowance: &mut Allowance) -> Option<()> {
        if allowance.done == allowance.most {
            self.tell(Event::FollowUpsStopped { instrument, done: allowance.done });
            return None;
        }
        allowance.done += 1;
        Some(())
    }

    fn exits_follow(&mut self, instrument: InstrumentId, allowance: &mut Allowance) -> Option<bool> {
        let due = self.market(instrument).exits.iter().min_by_key(|due| due.entry).copied();
        let Some(due) = due else { return Some(false) };
        self.allow(instrument, allowance)?;
        self.market_mut(instrument).exits.retain(|other| other.entry != due.entry);
        self.bring_exits(instrument, &due);
        Some(true)
    }

    fn triggered_follow(&mut self, instrument: InstrumentId, allowance: &mut Allowance) -> Option<bool> {
        if self.market(instrument).fired.is_empty() {
            return Some(false);
        }
        self.allow(instrument, allowance)?;
        let id = self.market_mut(instrument).fired.remove(0);
        self.part_from_pair(id);
        self.enter(id, None);
        Some(true)
    }

    fn pegs_follow(&mut self, instrument: InstrumentId, allowance: &mut Allowance) -> Option<bool> {
        let mut moved = false;
        for id in self.named(instrument, |order| order.conditions.peg.is_some()) {
            if self.market(instrument).phase != Phase::Continuous {
                break;
            }
            let Some(order) = self.find(id) else { continue };
            let price = self.pegged_price(order);
            if order.level == price {
                continue;
            }
            self.allow(instrument, allowance)?;
            moved = true;
            match price {
                Some(_) => self.enter(id, price),
                None => self.wait(id, WaitsFor::Reference),
            }
        }
        Some(moved)
    }

    fn minimums_follow(&mut self, instrument: InstrumentId, allowance: &mut Allowance) -> Option<bool> {
        let mut found = false;
        for id in self.named(instrument, |order| order.at == At::Waiting(WaitsFor::Minimum)) {
            if self.market(instrument).phase != Phase::Continuous {
                break;
            }
            let Some(order) = self.find(id).filter(|order| order.at == At::Waiting(WaitsFor::Minimum)) else {
                continue;
            };
            let reached: u64 = self.reach(order, order.left).iter().map(|&(_, lots)| lots).sum();
            if !order.minimum_met && reached < order.minimum().min(order.left) {
                continue;
            }
            self.allow(instrument, allowance)?;
            found = true;
            self.order_mut(id).minimum_met = true;
            self.enter(id, None);
        }
        Some(found)
    }

    /// Orders of an instrument by number.
    pub(super) fn named(&self, instrument: InstrumentId, which: impl Fn(&Order) -> bool) -> Vec<OrderId> {
        let of = self.orders.iter().filter(|order| order.instrument == instrument);
        of.filter(|order| which(order)).map(|order| order.id).collect()
    }

    /// The price that a pegged order follows now, if there is one.
    pub(super) fn pegged_price(&self, order: &Order) -> Option<Price> {
        let peg = order.conditions.peg?;
        let lit = |side| {
            let best = self.best(order.instrument, side, Some(outcry_engine::Layer::Lit));
            best.map(|price| i128::from(price.get()))
        };
        let buys = order.side == Side::Buy;
        let base = match peg.to {
            PegTo::Primary => lit(order.side)?,
            PegTo::Market => lit(order.side.opposite())?,
            PegTo::Midpoint => {
                let sum = lit(Side::Buy)? + lit(Side::Sell)?;
                if buys { sum / 2 } else { (sum + 1) / 2 }
            }
        };
        let limit = i128::from(order.price.limit()?.get());
        let offset = i128::from(peg.offset);
        if buys {
            self.at_most(order.instrument, (base + offset).min(limit))
        } else {
            self.at_least(order.instrument, (base - offset).max(limit))
        }
    }
}

impl Oracle {
    /// Notes an order that betters the market as the one that leads its side.
    pub(super) fn note_top(&mut self, id: OrderId, price: Price, layer: outcry_engine::Layer) {
        let order = self.order(id);
        let (instrument, side) = (order.instrument, order.side);
        let market = self.market(instrument);
        let leads = matches!(market.settings.allocation, Allocation::Steps(Steps { top: Some(_), .. }));
        if layer == outcry_engine::Layer::Dark || !leads {
            return;
        }
        let best = self.best(instrument, side, Some(layer));
        let betters = best.is_none_or(|best| best != price && super::state::within(side, price, best));
        if betters {
            let leads = super::phases::trades(market.phase).then_some(id);
            self.market_mut(instrument).tops[usize::from(side == Side::Sell)] = leads;
        }
    }
}
