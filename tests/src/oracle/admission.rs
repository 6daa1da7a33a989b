//! The oracle's checks of orders against the market, in the order of the reject table.

use outcry_engine::{
    AccountId, AssetId, InstrumentId, OrderPrice, Phase, Posting, Price, Reject, Side, Term, TimeInForce,
    TriggerBy, TriggerKind, limits,
};

use super::ledger::fee;
use super::phases::trades;
use super::shape::minimum_term;
use super::state::{Order, within};
use super::{Oracle, lots, quantity, ticks, told_units};

/// What an order comes to, in minor units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Worth {
    /// What it is worth in the quote asset.
    pub(super) value: i128,
    /// What has to be held for it.
    pub(super) need: i128,
}

/// As what an order comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Single,
    Pair,
    Bracket,
    Cash,
    Replacement,
}

impl Oracle {
    /// Instrument, account, kill switch, phase: whether the order may come at all.
    pub(super) fn check_access(&self, order: &Order, kind: Kind) -> Result<(), Reject> {
        self.check_instrument(order.instrument)?;
        self.check_customer(order.account)?;
        self.check_released(order.account)?;
        self.check_phase(order, kind)
    }

    pub(super) fn check_released(&self, account: AccountId) -> Result<(), Reject> {
        if self.holder(account).blocked { Err(Reject::AccountBlocked { account }) } else { Ok(()) }
    }

    pub(super) fn check_phase(&self, order: &Order, kind: Kind) -> Result<(), Reject> {
        let (instrument, phase) = (order.instrument, self.market(order.instrument).phase);
        match self.refused_term(order, kind, phase) {
            Some(term) => Err(Reject::NotInPhase { instrument, phase, term }),
            None => Ok(()),
        }
    }

    /// The first thing about an order that a phase does not take.
    fn refused_term(&self, order: &Order, kind: Kind, phase: Phase) -> Option<Term> {
        let settings = &self.market(order.instrument).settings;
        let any = if kind == Kind::Replacement { Term::Replace } else { Term::NewOrder };
        let conditions = &order.conditions;
        let waits = conditions.trigger.is_some();
        let mut refused = Vec::new();
        match phase {
            Phase::Continuous => {}
            Phase::Closed => return Some(any),
            Phase::Halted if !settings.halt_queues => return Some(any),
            _ if kind == Kind::Replacement => {}
            Phase::PreOpen | Phase::Call(_) | Phase::Batch { .. } | Phase::Halted => {
                if waits {
                    return None;
                }
                refused.push((order.time_in_force == TimeInForce::FillOrKill, Term::FillOrKill));
                refused.push((conditions.peg.is_some(), Term::Peg));
                refused.push((order.price == OrderPrice::MarketToLimit, Term::MarketToLimit));
                refused.push((kind == Kind::Cash, Term::Cash));
                refused.push((kind == Kind::Bracket, Term::Bracket));
                refused.push((order.posting != Posting::Any, Term::PostOnly));
                refused.extend(conditions.minimum.map(|minimum| (true, minimum_term(&minimum))));
                refused.push((conditions.protection.is_some(), Term::Protection));
                refused.push((order.price == OrderPrice::Market && settings.collar_ppm == 0, Term::Market));
            }
            Phase::PostClose => {
                refused.push((waits, Term::Trigger));
                refused.push((conditions.peg.is_some(), Term::Peg));
                refused.push((kind == Kind::Pair, Term::Pair));
                refused.push((kind == Kind::Bracket, Term::Bracket));
                refused.push((order.price == OrderPrice::MarketToLimit, Term::MarketToLimit));
                refused.push((kind == Kind::Cash, Term::Cash));
                refused.push((order.posting != Posting::Any, Term::PostOnly));
                refused.extend(conditions.minimum.map(|minimum| (true, minimum_term(&minimum))));
                refused.push((conditions.protection.is_some(), Term::Protection));
            }
        }
        refused.into_iter().find(|(given, _)| *given).map(|(_, term)| term)
    }

    /// Whether something of the order may stay after the command.
    pub(super) fn may_stay(&self, order: &Order) -> bool {
        order.time_in_force.rests()
            || order.conditions.trigger.is_some()
            || !trades(self.market(order.instrument).phase)
    }

    /// The engine's own limit of open orders.
    pub(super) fn check_room(&self, order: &Order, more: u32) -> Result<(), Reject> {
        if self.may_stay(order) && self.open_orders(order.account) + more > limits::MAX_OPEN_ORDERS {
            return Err(Reject::TooManyOrders);
        }
        Ok(())
    }

    pub(super) fn open_orders(&self, account: AccountId) -> u32 {
        let open = self.orders.iter().filter(|order| order.account == account).count();
        u32::try_from(open).expect("limited to fewer")
    }

    /// What the order is worth and needs, unless that is no amount any more.
    pub(super) fn check_worth(&self, order: &Order) -> Result<Worth, Reject> {
        let instrument = order.instrument;
        let goods = self.goods(instrument, order.quantity);
        let worth = self.worth(order);
        let most = i128::from(limits::MAX_AMOUNT);
        if goods > most || worth.value > most || worth.need > most {
            let price = order.price.limit();
            return Err(Reject::NotionalTooLarge { instrument, price, quantity: quantity(order.quantity) });
        }
        Ok(worth)
    }

    /// What the order is worth and needs.
    fn worth(&self, order: &Order) -> Worth {
        let (instrument, lots) = (order.instrument, order.quantity);
        let trigger = order.conditions.trigger;
        let fixed = order.holds_at().or(order.bound.filter(|_| trigger.is_some()));
        let fixed = fixed.or(trigger.map(|trigger| trigger.price));
        // After the close a limit that is better than the closing price is taken as it, but for what waits for its minimum.
        let close = self.closing_price(instrument).filter(|_| order.minimum_met);
        let better = close.filter(|&close| fixed.is_some_and(|limit| within(order.side, limit, close)));
        let fixed = better.or(fixed);
        let (value, cost) = if let Some(price) = fixed {
            (self.value(instrument, price, lots), self.cost(instrument, price, lots))
        } else if !trades(self.market(instrument).phase) {
            (0, 0)
        } else {
            let reach = self.reach(order, order.quantity);
            let worth = |part: &[(Price, u64)]| -> i128 {
                part.iter().map(|&(price, lots)| self.value(instrument, price, lots)).sum()
            };
            let value = worth(&reach);
            if order.price == OrderPrice::MarketToLimit {
                // Wherever the walk ends, the rest of the order stays at the price of its last fill.
                let ends = (1..=reach.len()).map(|steps| {
                    let gone: u64 = reach[..steps].iter().map(|&(_, lots)| lots).sum();
                    worth(&reach[..steps]) + self.value(instrument, reach[steps - 1].0, lots - gone)
                });
                let value = ends.max().unwrap_or(0);
                (value, value + fee(value, self.worst_rate(instrument)))
            } else {
                (value, value + fee(value, self.market(instrument).terms.taker_fee))
            }
        };
        let need = if order.side == Side::Buy { cost } else { self.goods(instrument, lots) };
        Worth { value, need }
    }

    /// Refuses if less is available than needed, what may be owed included.
    pub(super) fn check_funds(&self, account: AccountId, asset: AssetId, needed: i128) -> Result<(), Reject> {
        let available = self.purse(account, asset).available;
        let owes = self.holder(account).short_limits.get(&asset).copied().unwrap_or(0);
        if needed > available + owes {
            let (needed, available) = (told_units(needed), told_units(available));
            return Err(Reject::InsufficientFunds { asset, needed, available });
        }
        Ok(())
    }

    pub(super) fn check_expiry(&self, time_in_force: TimeInForce) -> Result<(), Reject> {
        match time_in_force {
            TimeInForce::GoodTillDate(expires) if expires <= self.now => {
                Err(Reject::ExpiryPassed { expires, now: self.now })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_ticks(
        &self,
        instrument: InstrumentId,
        prices: impl IntoIterator<Item = Price>,
    ) -> Result<(), Reject> {
        for price in prices {
            let at = i128::from(price.get());
            if !self.fits(instrument, at) {
                let step = u64::try_from(self.step(instrument, at)).expect("above zero");
                return Err(Reject::OffTick { instrument, price, step });
            }
        }
        Ok(())
    }

    /// The prices of an order that have to fit the tick table.
    pub(super) fn named_prices(order: &Order) -> Vec<Price> {
        let trigger = order.conditions.trigger;
        let fixed = trigger.filter(|trigger| !matches!(trigger.kind, TriggerKind::Trailing(_)));
        order.price.limit().into_iter().chain(fixed.map(|trigger| trigger.price)).collect()
    }

    pub(super) fn check_size(&self, instrument: InstrumentId, given: u64) -> Result<(), Reject> {
        let settings = &self.market(instrument).settings;
        let (min, max) = (settings.min_quantity, settings.max_quantity);
        if given < min || max > 0 && given > max {
            let (min, max) = (lots(min), lots(max));
            return Err(Reject::QuantityOutOfRange { instrument, quantity: quantity(given), min, max });
        }
        Ok(())
    }

    /// Least value and fat-finger band, for each limit.
    pub(super) fn check_limits(
        &self,
        instrument: InstrumentId,
        limits: &[(Price, u64)],
    ) -> Result<(), Reject> {
        let market = self.market(instrument);
        for &(price, lots) in limits {
            let (value, min) = (self.value(instrument, price, lots), market.settings.min_notional);
            if value < min {
                let (value, min) = (told_units(value), told_units(min));
                return Err(Reject::NotionalTooSmall { instrument, value, min });
            }
        }
        let Some((band, reference)) = market.settings.price_band.zip(market.around()) else { return Ok(()) };
        let floor = i128::from(band.floor_ticks);
        let width = ticks::share_down(reference, band.width_ppm).max(floor);
        let middle = i128::from(reference.get());
        let (low, high) = (ticks::clamped(middle - width), ticks::clamped(middle + width));
        for &(price, _) in limits {
            if price < low || price > high {
                return Err(Reject::OutsideBand { instrument, price, low, high });
            }
        }
        Ok(())
    }

    /// Works out the first trigger price of a trailing stop.
    pub(super) fn check_trail(&self, order: &mut Order) -> Result<(), Reject> {
        let Some(trigger) = order.conditions.trigger.as_mut() else { return Ok(()) };
        let TriggerKind::Trailing(trail) = trigger.kind else { return Ok(()) };
        let instrument = order.instrument;
        let reference = self.watched(instrument, trigger.by);
        let Some(reference) = reference else {
            return Err(Reject::NoReference { instrument, term: Term::Trigger });
        };
        match super::triggers::trailed(order.side, trail, reference) {
            Some(price) => trigger.price = price,
            None => return Err(Reject::TrailTooWide { instrument, reference }),
        }
        Ok(())
    }

    /// The price that a trigger watches, as it stands now.
    pub(super) fn watched(&self, instrument: InstrumentId, by: TriggerBy) -> Option<Price> {
        let lit = Some(outcry_engine::Layer::Lit);
        match by {
            TriggerBy::Last => self.market(instrument).last,
            TriggerBy::Bid => self.best(instrument, Side::Buy, lit),
            TriggerBy::Ask => self.best(instrument, Side::Sell, lit),
        }
    }

    /// What a phase needs to know a price for.
    pub(super) fn check_reference(&self, order: &Order) -> Result<(), Reject> {
        let instrument = order.instrument;
        let market = self.market(instrument);
        let stands = order.price == OrderPrice::Market && order.conditions.trigger.is_none();
        let term = match market.phase {
            Phase::PostClose if market.last.is_none() => Term::NewOrder,
            phase if !trades(phase) && stands && self.collar(instrument).is_none() => Term::Market,
            _ => return Ok(()),
        };
        Err(Reject::NoReference { instrument, term })
    }

    /// The account's own limits: open orders, value, position.
    pub(super) fn check_risk(
        &self,
        order: &Order,
        more: u32,
        value: i128,
        replaces: &[&Order],
    ) -> Result<(), Reject> {
        let account = order.account;
        let holder = self.holder(account);
        let max = holder.max_open_orders;
        if more > 0 && max > 0 && self.may_stay(order) && self.open_orders(account) + more > max {
            return Err(Reject::OrderLimit { account, max });
        }
        let terms = &self.market(order.instrument).terms;
        let most = |limits: &std::collections::BTreeMap<AssetId, i128>, asset| {
            limits.get(&asset).copied().filter(|&most| most > 0)
        };
        if let Some(max) = most(&holder.max_notional, terms.quote)
            && value > max
        {
            let (value, max) = (told_units(value), told_units(max));
            return Err(Reject::NotionalLimit { asset: terms.quote, value, max });
        }
        if let Some(max) = most(&holder.max_position, terms.base)
            && order.side == Side::Buy
        {
            let purse = self.purse(account, terms.base);
            let mut position = purse.available + purse.held + self.goods(order.instrument, order.left);
            for open in &self.orders {
                let same = self.market(open.instrument).terms.base == terms.base;
                let counts = open.account == account && open.side == Side::Buy && same;
                let replaced = replaces.iter().any(|old| old.id == open.id);
                let doubles = open.is_stop && open.pair.is_some();
                if counts && !replaced && !doubles {
                    position += self.goods(open.instrument, open.left);
                }
            }
            if position > max {
                let (position, max) = (told_units(position), told_units(max));
                return Err(Reject::PositionLimit { asset: terms.base, position, max });
            }
        }
        Ok(())
    }

    /// Refuses a post-only order that would trade; gives the limit at which it comes.
    pub(super) fn check_posting(&self, order: &Order) -> Result<Option<Price>, Reject> {
        let instrument = order.instrument;
        let (Some(price), Phase::Continuous) = (order.price.limit(), self.market(instrument).phase) else {
            return Ok(None);
        };
        let best = self.best(instrument, order.side.opposite(), None);
        let Some(best) = best.filter(|&best| within(order.side, price, best)) else { return Ok(None) };
        let short = match order.side {
            Side::Buy => self.at_most(instrument, i128::from(best.get()) - 1),
            Side::Sell => self.at_least(instrument, i128::from(best.get()) + 1),
        };
        match (order.posting, short) {
            (Posting::Any, _) => Ok(None),
            (Posting::PostOnlyReprice, Some(short)) => Ok(Some(short)),
            (Posting::PostOnly | Posting::PostOnlyReprice, _) => {
                Err(Reject::PostOnlyWouldTake { instrument, price, best })
            }
        }
    }
}
