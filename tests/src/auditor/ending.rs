//! What must be true between two commands.

use outcry_engine::{
    InstrumentId, Layer, OrderPrice, Peg, PegTo, Phase, Price, Side, TriggerBy, TriggerKind, WaitsFor,
};

use super::order::{AuditedOrder, Whereabouts};
use super::rules::Market;
use super::{Auditor, Breach, demand, matching};

impl Auditor {
    /// Nothing is under way, nothing is left undone, and every order holds what it needs.
    pub(super) fn end(&mut self) -> Breach {
        matching::shared_out(self.round.take())?;
        self.end_uncross()?;
        self.purses.settled()?;
        self.purses.conserved()?;
        for market in std::mem::take(&mut self.touched) {
            self.rules.market_mut(market).stopped = self.stopped.contains(&market);
        }
        self.stopped.clear();
        for order in self.books.orders() {
            self.still(order)?;
            self.covered(order)?;
            let market = self.rules.market(order.instrument);
            if market.phase == Phase::Continuous && !market.stopped {
                self.followed_up(order, market)?;
            }
        }
        for order in self.purses.held().keys() {
            self.books.order(*order).map_err(|rule| format!("something is held: {rule}"))?;
        }
        for (number, market) in (0..).zip(self.rules.markets()) {
            let instrument = InstrumentId::new(number);
            // A pegged order that meets the price range or a band rests beyond it, unseen.
            let pegs = self
                .books
                .orders()
                .any(|order| order.instrument == instrument && order.conditions.peg.is_some());
            let best = |side| match !market.unguarded() && pegs {
                true => self.books.best(instrument, side, Layer::Lit),
                false => self.books.best_of_both(instrument, side),
            };
            if let (true, Some(bid), Some(ask)) =
                (market.phase == Phase::Continuous, best(Side::Buy), best(Side::Sell))
            {
                demand!(
                    bid < ask,
                    "the book of instrument {instrument} is crossed: bid {bid:?} and ask {ask:?}"
                );
            }
        }
        Ok(())
    }

    /// An order is somewhere, with something left, and its time has not come.
    fn still(&self, found: &AuditedOrder) -> Breach {
        let order = found.order;
        demand!(found.place != Whereabouts::Incoming, "order {order} neither rests nor ends: {found:?}");
        demand!(found.leaves > 0, "order {order} is open with nothing left");
        demand!(
            found.expires.is_none_or(|at| at > self.now),
            "order {order} is open although its time has come"
        );
        if let Whereabouts::Rests(..) = found.place {
            demand!(found.shown > 0, "order {order} rests with nothing to trade");
        }
        let partner = found.pair.map(|pair| self.books.order(pair)).transpose()?;
        if let Some(partner) = partner {
            demand!(partner.leaves == found.leaves, "orders {order} and {} of a pair differ", partner.order);
        }
        Ok(())
    }

    /// An order holds exactly what it needs.
    fn covered(&self, found: &AuditedOrder) -> Breach {
        let held = self.purses.held().get(&found.order).copied().unwrap_or(0);
        let Some(need) = self.need(found) else { return Ok(()) };
        demand!(held == need, "order {} holds {held}, it needs {need}: {found:?}", found.order);
        Ok(())
    }

    /// What an order needs; `None` where the events do not tell.
    fn need(&self, found: &AuditedOrder) -> Option<i128> {
        let market = self.rules.market(found.instrument);
        let alone = |order: &AuditedOrder| match order.side {
            Side::Sell => Some(market.need(Side::Sell, Price::LOWEST, order.leaves)),
            Side::Buy => {
                order.price.limit().or(order.bound).map(|price| market.need(Side::Buy, price, order.leaves))
            }
        };
        // The stop of a pair holds what it needs beyond the limit order.
        match found.pair.and_then(|pair| self.books.find(pair)) {
            Some(limit) if found.conditions.trigger.is_some() => Some((alone(found)? - alone(limit)?).max(0)),
            _ => alone(found),
        }
    }

    /// Nothing that a price or an order should have set off is left.
    fn followed_up(&self, found: &AuditedOrder, market: &Market) -> Breach {
        let order = found.order;
        match found.place {
            Whereabouts::Fired => Err(format!("order {order} fired and did not enter")),
            Whereabouts::Waits(WaitsFor::Trigger) => self.untriggered(found, market),
            Whereabouts::Waits(WaitsFor::Minimum) => {
                let reachable = matching::reachable(&self.books, &self.rules, found).unwrap_or(0);
                demand!(
                    reachable < found.minimum(),
                    "order {order} waits with {reachable} within reach: {found:?}"
                );
                Ok(())
            }
            Whereabouts::Waits(WaitsFor::Uncross) => {
                Err(format!("order {order} waits for an uncross in vain"))
            }
            Whereabouts::Waits(WaitsFor::Reference) | Whereabouts::Rests(..) => {
                let Some(peg) = found.conditions.peg.filter(|_| !market.ticks) else { return Ok(()) };
                let (target, rests) = (self.target(found, peg), rests_at(found));
                demand!(target == rests, "order {order} is pegged to {target:?} and rests at {rests:?}");
                Ok(())
            }
            Whereabouts::Incoming => Ok(()),
        }
    }

    /// The price that an order waits for is not reached.
    fn untriggered(&self, found: &AuditedOrder, market: &Market) -> Breach {
        let Some(trigger) = found.conditions.trigger else { return Ok(()) };
        if matches!(trigger.kind, TriggerKind::Trailing(_)) {
            return Ok(());
        }
        let reference = match trigger.by {
            TriggerBy::Last => market.last,
            TriggerBy::Bid => self.books.best(found.instrument, Side::Buy, Layer::Lit),
            TriggerBy::Ask => self.books.best(found.instrument, Side::Sell, Layer::Lit),
        };
        let Some(reference) = reference else { return Ok(()) };
        let rising = (found.side == Side::Buy) != (trigger.kind == TriggerKind::TakeProfit);
        let reached = if rising { reference >= trigger.price } else { reference <= trigger.price };
        demand!(!reached, "order {} waits although {reference:?} has reached it: {found:?}", found.order);
        Ok(())
    }

    /// The price that a pegged order follows, where there is no tick table.
    fn target(&self, found: &AuditedOrder, peg: Peg) -> Option<Price> {
        let best = |side| self.books.best(found.instrument, side, Layer::Lit).map(Price::get);
        let OrderPrice::Limit(limit) = found.price else { return None };
        let offset = i64::from(peg.offset);
        let followed = match peg.to {
            PegTo::Primary => best(found.side)?,
            PegTo::Market => best(found.side.opposite())?,
            PegTo::Midpoint => {
                let both = best(Side::Buy)? + best(Side::Sell)?;
                both / 2 + i64::from(found.side == Side::Sell && both % 2 != 0)
            }
        };
        let ticks = match found.side {
            Side::Buy => (followed + offset).min(limit.get()),
            Side::Sell => (followed - offset).max(limit.get()),
        };
        Price::new(ticks).ok()
    }
}

fn rests_at(order: &AuditedOrder) -> Option<Price> {
    match order.place {
        Whereabouts::Rests(_, price) => Some(price),
        _ => None,
    }
}
