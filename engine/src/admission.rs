//! Admission: every check on a new order, in the order of the variants of [`Reject`], and what follows from them.

use crate::limits::{MAX_AMOUNT, MAX_OPEN_ORDERS};
use crate::market::Market;
use crate::reach::{Aggressor, Reach};
use crate::shape::Entry;
use crate::ticket::{Link, State};
use crate::{
    AccountId, Amount, Conditions, Exchange, Instrument, InstrumentId, Layer, NewOrder, OrderPrice, Phase, Posting,
    Price, Protection, Qty, Reject, SelfTrade, Side, Term, TimeInForce, Timestamp, Trigger, TriggerBy, TriggerKind,
};

/// What an order that was let in will hold, and how far it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admission {
    /// Amount to hold of the asset that the order gives.
    pub(crate) hold: i64,
    /// The price that the hold is made at; `None` for a quantity, or what a walk costs.
    pub(crate) hold_price: Option<Price>,
    /// How far it may trade: its limit as a rule has changed it, or its protection.
    pub(crate) price: OrderPrice,
    /// Lots that it can trade at once; only known where something depends on it.
    pub(crate) reachable: u64,
    /// Its trigger, with the first price of a trailing one.
    pub(crate) trigger: Option<Trigger>,
    /// When it expires.
    pub(crate) expires: Option<Timestamp>,
}

impl Exchange {
    /// Runs every check on a new order.
    pub(crate) fn admit(
        &self,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        entry: Entry,
    ) -> Result<Admission, Reject> {
        terms.check_shape(conditions)?;
        let instrument = self
            .instrument(terms.instrument)
            .ok_or(Reject::UnknownInstrument { instrument: terms.instrument })?;
        self.known_customer(terms.account)?;
        let market = &self.markets[terms.instrument.index()];
        let account = self.ledger.account(terms.account)?;
        if account.is_blocked() {
            return Err(Reject::AccountBlocked { account: terms.account });
        }
        if let Some(special) = &market.special
            && let Some(term) = terms.not_taken(conditions, entry, special.phase, &special.settings)
        {
            return Err(Reject::NotInPhase { instrument: terms.instrument, phase: special.phase, term });
        }
        let mut admission = Admission {
            hold: 0,
            hold_price: terms.price.limit(),
            price: terms.price,
            reachable: 0,
            trigger: conditions.and_then(|conditions| conditions.trigger),
            expires: None,
        };
        self.check_time(terms, market, &mut admission)?;
        self.check_terms(terms, instrument, market)?;
        self.find_price(terms, conditions, market, &mut admission)?;
        let waits = admission.trigger.is_some();
        if (terms.time_in_force.rests() || waits) && account.open_orders() >= MAX_OPEN_ORDERS {
            return Err(Reject::TooManyOrders);
        }
        self.find_hold(terms, conditions, instrument, &mut admission)?;
        self.ledger.cover(terms.account, instrument.gives(terms.side), admission.hold)?;
        if account.is_limited() {
            self.check_limits(terms, instrument, &admission)?;
        }
        self.find_posting(terms, market, &mut admission)?;
        Ok(admission)
    }

    /// GTD must lie ahead; DAY gets its time.
    fn check_time(&self, terms: &NewOrder, market: &Market, admission: &mut Admission) -> Result<(), Reject> {
        match terms.time_in_force {
            TimeInForce::GoodTillDate(expires) if expires <= self.now => {
                return Err(Reject::ExpiryPassed { expires, now: self.now });
            }
            TimeInForce::GoodTillDate(expires) => admission.expires = Some(expires),
            TimeInForce::Day => {
                let day_end = market.settings().map_or(0, |settings| settings.day_end);
                admission.expires = Some(end_of_day(self.now, day_end));
            }
            TimeInForce::GoodTillCancel | TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill => {}
        }
        Ok(())
    }

    /// Checks price, quantity and value against the settings of the instrument.
    pub(crate) fn check_terms(&self, terms: &NewOrder, instrument: &Instrument, market: &Market) -> Result<(), Reject> {
        let Some(settings) = market.settings() else { return Ok(()) };
        let id = terms.instrument;
        let limit = terms.price.limit();
        if let Some(price) = limit
            && !settings.ticks.fits(price)
        {
            let step = u64::from(settings.ticks.step(price).get());
            return Err(Reject::OffTick { instrument: id, price, step });
        }
        let lots = terms.quantity.get();
        if lots < settings.min_quantity || (settings.max_quantity > 0 && lots > settings.max_quantity) {
            return Err(Reject::QuantityOutOfRange {
                instrument: id,
                quantity: terms.quantity,
                min: crate::Lots::new(settings.min_quantity),
                max: crate::Lots::new(settings.max_quantity),
            });
        }
        if let Some(price) = limit {
            if let Some(value) = instrument.value(price, terms.quantity.lots())
                && value < settings.min_notional
            {
                return Err(Reject::NotionalTooSmall {
                    instrument: id,
                    value: Amount::proved(value),
                    min: Amount::proved(settings.min_notional),
                });
            }
            if let (Some(band), Some(reference)) = (settings.price_band, market.reference()) {
                let corridor = band.around(reference);
                if !corridor.admits(price) {
                    let (low, high) = (corridor.low, corridor.high);
                    return Err(Reject::OutsideBand { instrument: id, price, low, high });
                }
            }
        }
        Ok(())
    }

    /// Finds how far the order may trade, and the first price of a trailing stop.
    pub(crate) fn find_price(
        &self,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        market: &Market,
        admission: &mut Admission,
    ) -> Result<(), Reject> {
        let (id, side) = (terms.instrument, terms.side);
        let no_reference = |term| Reject::NoReference { instrument: id, term };
        if let Some(trigger) = &mut admission.trigger
            && let TriggerKind::Trailing(trail) = trigger.kind
        {
            let reference = self.watched(id, trigger.by).ok_or(no_reference(Term::Trigger))?;
            trigger.price = trail
                .price(side, reference)
                .map_err(|_| Reject::TrailTooWide { instrument: id, reference })?;
        }
        match market.phase() {
            Phase::Continuous => {}
            Phase::PostClose => {
                let close = market.last.ok_or(no_reference(Term::NewOrder))?;
                admission.price = match terms.price {
                    OrderPrice::Limit(limit) if !side.crosses(limit, close) => terms.price,
                    _ => OrderPrice::Limit(close),
                };
                admission.hold_price = admission.price.limit();
            }
            _ if terms.price == OrderPrice::Market && admission.trigger.is_none() => {
                let ceiling = market.collar().ok_or(no_reference(Term::Market))?;
                admission.hold_price = Some(ceiling.high);
            }
            _ => {}
        }
        let Some(protection) = conditions.and_then(|conditions| conditions.protection) else { return Ok(()) };
        if let Some(trigger) = admission.trigger {
            let bound = protection.bound(side, trigger.price);
            (admission.price, admission.hold_price) = (OrderPrice::Limit(bound), Some(bound));
        } else if market.phase() == Phase::Continuous
            && let Some(best) = self.best_opposite(id, side)
        {
            admission.price = OrderPrice::Limit(protection.bound(side, best));
        }
        Ok(())
    }

    /// Finds what the order must hold, and what it can reach where something depends on it.
    pub(crate) fn find_hold(
        &self,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        instrument: &Instrument,
        admission: &mut Admission,
    ) -> Result<(), Reject> {
        let market = &self.markets[terms.instrument.index()];
        let minimum = conditions.is_some_and(|conditions| conditions.minimum.is_some());
        let enters = admission.trigger.is_none() && market.phase().matches();
        let walks = enters
            && (terms.price.limit().is_none() || terms.time_in_force == TimeInForce::FillOrKill || minimum);
        let reach = if walks {
            self.reach(&Aggressor {
                account: terms.account,
                instrument: terms.instrument,
                side: terms.side,
                price: admission.price,
                lots: terms.quantity.get(),
                self_trade: self.self_trade(terms.account, conditions),
            })
        } else {
            Reach::default()
        };
        admission.reachable = reach.lots;
        let too_large = Reject::NotionalTooLarge {
            instrument: terms.instrument,
            price: terms.price.limit(),
            quantity: terms.quantity,
        };
        admission.hold = match (terms.side, admission.hold_price) {
            (_, Some(price)) if terms.price.limit().is_some() || admission.trigger.is_some() => {
                limit_hold(instrument, terms.side, price, terms.quantity).ok_or(too_large)?
            }
            (Side::Buy, Some(price)) if !enters => {
                limit_hold(instrument, terms.side, price, terms.quantity).ok_or(too_large)?
            }
            (Side::Sell, _) => instrument.base_units(terms.quantity.lots()).ok_or(too_large)?,
            (Side::Buy, _) => market_hold(instrument, terms, &reach).ok_or(too_large)?,
        };
        if enters && terms.price.limit().is_none() {
            // What a market order does not use is released at its end.
            admission.hold_price = None;
        }
        Ok(())
    }

    /// Checks the account's own limits.
    fn check_limits(&self, terms: &NewOrder, instrument: &Instrument, admission: &Admission) -> Result<(), Reject> {
        let account = self.ledger.account(terms.account)?;
        let limits = account.limits();
        if limits.open_orders > 0 && account.open_orders() >= limits.open_orders {
            return Err(Reject::OrderLimit { account: terms.account, max: limits.open_orders });
        }
        let quote = instrument.quote();
        if let Some(&max) = limits.notional.get(&quote) {
            let value = match admission.hold_price.or(terms.price.limit()) {
                Some(price) => instrument.value(price, terms.quantity.lots()).unwrap_or(MAX_AMOUNT),
                None => self.walk_value(terms, admission),
            };
            if value > max {
                let (value, max) = (Amount::proved(value), Amount::proved(max));
                return Err(Reject::NotionalLimit { asset: quote, value, max });
            }
        }
        let base = instrument.base();
        if terms.side == Side::Buy
            && let Some(&max) = limits.position.get(&base)
        {
            let balance = account.balance(base);
            let own = i128::from(balance.available.get()) + i128::from(balance.held.get());
            let ordered = i128::from(terms.quantity.get()) * i128::from(instrument.lot_units());
            let position = own + self.open_buys(terms.account, base) + ordered;
            if position > i128::from(max) {
                let position = i64::try_from(position).map_or(MAX_AMOUNT, |position| position.min(MAX_AMOUNT));
                let (position, max) = (Amount::proved(position), Amount::proved(max));
                return Err(Reject::PositionLimit { asset: base, position, max });
            }
        }
        Ok(())
    }

    /// What the account's open orders may buy of an asset, in its minor units. Walks the books of the instruments that trade it.
    fn open_buys(&self, account: AccountId, base: crate::AssetId) -> i128 {
        let mut units = 0;
        for (id, instrument) in (0..).map(InstrumentId::new).zip(&self.instruments) {
            if instrument.base() != base {
                continue;
            }
            let resting = [Layer::Lit, Layer::Dark]
                .into_iter()
                .flat_map(|layer| self.books.levels(id, layer, Side::Buy))
                .flat_map(|level| self.books.queue(level))
                .filter(|order| order.account == account)
                .map(|order| order.leaves.get() + self.reserve(order.order, order.flags));
            let waiting = self
                .tickets
                .values()
                .filter(|ticket| ticket.state != State::Resting && !matches!(ticket.link, Link::Stop(_)))
                .filter(|ticket| ticket.terms.account == account && ticket.terms.instrument == id)
                .filter(|ticket| ticket.terms.side == Side::Buy)
                .map(|ticket| ticket.leaves);
            let lots: u128 = resting.chain(waiting).map(u128::from).sum();
            units += i128::try_from(lots).unwrap_or(i128::MAX / 2) * i128::from(instrument.lot_units());
        }
        units
    }

    /// The value of what a market order reaches.
    fn walk_value(&self, terms: &NewOrder, admission: &Admission) -> i64 {
        let reach = self.reach(&Aggressor {
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: admission.price,
            lots: terms.quantity.get(),
            self_trade: SelfTrade::Allow,
        });
        i64::try_from(reach.value).map_or(MAX_AMOUNT, |value| value.min(MAX_AMOUNT))
    }

    /// Refuses a post-only order that would take, or reprices it.
    fn find_posting(&self, terms: &NewOrder, market: &Market, admission: &mut Admission) -> Result<(), Reject> {
        let OrderPrice::Limit(price) = terms.price else { return Ok(()) };
        if terms.posting == Posting::Any || admission.trigger.is_some() {
            return Ok(());
        }
        if let Some(price) = self.posted_price(terms.instrument, terms.side, price, terms.posting, market)? {
            (admission.price, admission.hold_price) = (OrderPrice::Limit(price), Some(price));
            let instrument = &self.instruments[terms.instrument.index()];
            admission.hold = instrument.hold(terms.side, price, terms.quantity.get());
        }
        Ok(())
    }

    /// What the limit of a post-only order becomes; `None` if it stays.
    pub(crate) fn posted_price(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: Price,
        posting: Posting,
        market: &Market,
    ) -> Result<Option<Price>, Reject> {
        let Some(best) = self.best_opposite(instrument, side).filter(|&best| side.crosses(price, best)) else {
            return Ok(None);
        };
        let refused = Reject::PostOnlyWouldTake { instrument, price, best };
        match posting {
            Posting::Any => Ok(None),
            Posting::PostOnly => Err(refused),
            Posting::PostOnlyReprice => market.step_from(side, best).ok_or(refused).map(Some),
        }
    }

    /// The best opposite price of both layers.
    pub(crate) fn best_opposite(&self, instrument: InstrumentId, side: Side) -> Option<Price> {
        let opposite = side.opposite();
        let lit = self.books.best(instrument, Layer::Lit, opposite);
        let dark = self.books.best(instrument, Layer::Dark, opposite);
        match (lit, dark) {
            (Some(lit), Some(dark)) if opposite.rank(dark) < opposite.rank(lit) => Some(dark),
            (lit, dark) => lit.or(dark),
        }
    }

    /// The price that a trigger watches.
    pub(crate) fn watched(&self, instrument: InstrumentId, by: TriggerBy) -> Option<Price> {
        match by {
            TriggerBy::Last => self.markets[instrument.index()].last,
            TriggerBy::Bid => self.books.best(instrument, Layer::Lit, Side::Buy),
            TriggerBy::Ask => self.books.best(instrument, Layer::Lit, Side::Sell),
        }
    }

    /// The rule of an aggressor of this account.
    pub(crate) fn self_trade(&self, account: AccountId, conditions: Option<&Conditions>) -> SelfTrade {
        conditions
            .and_then(|conditions| conditions.self_trade)
            .unwrap_or_else(|| self.ledger.accounts()[account.index()].self_trade())
    }
}

impl Protection {
    /// The price so far from `start`, as a buyer may go up and a seller down.
    pub(crate) fn bound(self, side: Side, start: Price) -> Price {
        let distance = match self {
            Self::Ticks(ticks) => i64::from(ticks.get()),
            Self::Ppm(ppm) => {
                let ppm = i64::from(ppm.get());
                (start.get() / 1_000_000) * ppm + (start.get() % 1_000_000) * ppm / 1_000_000
            }
        };
        match side {
            Side::Buy => Price::new(start.get() + distance).unwrap_or(Price::HIGHEST),
            Side::Sell => Price::new(start.get() - distance).unwrap_or(Price::LOWEST),
        }
    }
}

impl Market {
    /// The next valid price short of `price` for an order of `side`.
    pub(crate) fn step_from(&self, side: Side, price: Price) -> Option<Price> {
        match (self.settings(), side) {
            (Some(settings), Side::Buy) => settings.ticks.next_down(price),
            (Some(settings), Side::Sell) => settings.ticks.next_up(price),
            (None, Side::Buy) => Price::new(price.get() - 1).ok(),
            (None, Side::Sell) => Price::new(price.get() + 1).ok(),
        }
    }
}

/// The first end of a day after `now`.
pub(crate) fn end_of_day(now: Timestamp, day_end: u64) -> Timestamp {
    const DAY: u64 = 86_400_000_000_000;
    let midnight = now.nanos() / DAY * DAY;
    let end = midnight.saturating_add(day_end);
    Timestamp::from_nanos(if end > now.nanos() { end } else { end.saturating_add(DAY) })
}

/// What a limit order must hold, or `None` if it is worth too much to be counted.
pub(crate) fn limit_hold(instrument: &Instrument, side: Side, price: Price, quantity: Qty) -> Option<i64> {
    instrument.value(price, quantity.lots())?;
    instrument.base_units(quantity.lots())?;
    Some(instrument.hold(side, price, quantity.get())).filter(|&hold| hold <= MAX_AMOUNT)
}

/// What a market order to buy must hold: the cost of what the book offers now, and for a market-to-limit order of the
/// rest at the last price of that.
fn market_hold(instrument: &Instrument, terms: &NewOrder, reach: &Reach) -> Option<i64> {
    instrument.base_units(terms.quantity.lots())?;
    let mut value = reach.value;
    let mut rate = instrument.terms().taker_fee;
    if let (OrderPrice::MarketToLimit, Some(last)) = (terms.price, reach.last) {
        let rest = i128::from(terms.quantity.get() - reach.lots) * i128::from(last.get());
        value += rest * i128::from(instrument.tick_value());
        rate = instrument.worst_fee();
    }
    let value = i64::try_from(value).ok().filter(|&value| value <= MAX_AMOUNT)?;
    Some(value + rate.fee(value)).filter(|&hold| hold <= MAX_AMOUNT)
}
