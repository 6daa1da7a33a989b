//! Admission: every check on a new order, in the order of the variants of [`Reject`], and what follows from them.

use std::hint::select_unpredictable;

use crate::band::Rounding;
use crate::limits::{MAX_AMOUNT, MAX_OPEN_ORDERS};
use crate::market::Market;
use crate::reach::{Aggressor, Reach};
use crate::shape::Entry;
use crate::ticket::{Link, State};
use crate::{
    AccountId, Amount, Conditions, Exchange, Instrument, InstrumentId, Layer, NewOrder, OrderId, OrderPrice,
    Phase, Posting, Price, Protection, Qty, Reject, SelfTrade, Side, Term, TimeInForce, Timestamp, Trigger,
    TriggerBy, TriggerKind,
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
    /// What it is worth, for the limits of an account; zero where the account has none.
    pub(crate) value: i64,
}

/// What the checks know beside the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) terms: &'a NewOrder,
    pub(crate) conditions: Option<&'a Conditions>,
    pub(crate) entry: Entry,
    /// How many more orders may be open after it.
    pub(crate) more: u32,
    /// The open order that it takes the place of, and what is held for that.
    pub(crate) replaces: Option<(OrderId, i64)>,
}

impl<'a> Request<'a> {
    /// An order that comes by itself.
    pub(crate) const fn single(
        terms: &'a NewOrder,
        conditions: Option<&'a Conditions>,
        entry: Entry,
    ) -> Self {
        Self { terms, conditions, entry, more: 1, replaces: None }
    }
}

impl Exchange {
    /// Runs every check on a new order.
    #[inline]
    pub(crate) fn admit(
        &self,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        entry: Entry,
    ) -> Result<Admission, Reject> {
        terms.check_shape(conditions)?;
        let request = Request::single(terms, conditions, entry);
        self.check_access(&request)?;
        let mut admission = self.check_numbers(&request, &[])?;
        self.check_room(&request)?;
        self.check_cost(&request, &mut admission)?;
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.cover(terms.account, asset, admission.hold)?;
        self.check_limits(&request, admission.value)?;
        self.check_posting(terms, &mut admission)?;
        Ok(admission)
    }

    /// Existence and permission: instrument, account, kill switch, phase.
    #[inline]
    pub(crate) fn check_access(&self, request: &Request<'_>) -> Result<(), Reject> {
        let (id, account) = (request.terms.instrument, request.terms.account);
        self.instrument(id).ok_or(Reject::UnknownInstrument { instrument: id })?;
        self.known_customer(account)?;
        if self.ledger.account(account)?.is_blocked() {
            return Err(Reject::AccountBlocked { account });
        }
        match &self.markets[id.index()].special {
            None => Ok(()),
            Some(special) => self.check_phase(request, special.phase),
        }
    }

    /// Whether the phase takes the order.
    pub(crate) fn check_phase(&self, request: &Request<'_>, phase: Phase) -> Result<(), Reject> {
        let instrument = request.terms.instrument;
        let settings = self.markets[instrument.index()].settings();
        let (queues, collar) =
            settings.map_or((false, 0), |settings| (settings.halt_queues, settings.collar_ppm));
        match request.terms.not_taken(request.conditions, request.entry, phase, (queues, collar > 0)) {
            Some(term) => Err(Reject::NotInPhase { instrument, phase, term }),
            None => Ok(()),
        }
    }

    /// Time, tick, quantity, value, band and reference; finds how far the order may trade, and its first trigger price.
    #[inline]
    pub(crate) fn check_numbers(&self, request: &Request<'_>, prices: &[Price]) -> Result<Admission, Reject> {
        let Request { terms, conditions, .. } = *request;
        let mut admission = Admission {
            hold: 0,
            hold_price: terms.price.limit(),
            price: terms.price,
            reachable: 0,
            trigger: None,
            expires: None,
            value: 0,
        };
        let market = &self.markets[terms.instrument.index()];
        self.check_time(terms, market, &mut admission)?;
        if market.special.is_some() {
            self.check_ticks(terms, conditions, prices)?;
            self.check_terms(terms)?;
        }
        if conditions.is_some() || market.special.is_some() {
            self.find_price(terms, conditions, market, &mut admission)?;
        }
        Ok(admission)
    }

    /// GTD must lie ahead; DAY gets its time.
    #[inline]
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

    /// Checks every price of an order against the tick table: limit, trigger, and those of its exits.
    pub(crate) fn check_ticks(
        &self,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        prices: &[Price],
    ) -> Result<(), Reject> {
        let instrument = terms.instrument;
        let Some(settings) = self.markets[instrument.index()].settings() else { return Ok(()) };
        let trigger = conditions
            .and_then(|conditions| conditions.trigger)
            .filter(|trigger| !matches!(trigger.kind, TriggerKind::Trailing(_)))
            .map(|trigger| trigger.price);
        let named = terms.price.limit().into_iter().chain(trigger).chain(prices.iter().copied());
        for price in named {
            if !settings.ticks.fits(price) {
                let step = u64::from(settings.ticks.step(price).get());
                return Err(Reject::OffTick { instrument, price, step });
            }
        }
        Ok(())
    }

    /// Checks quantity, value and limit against the settings of the instrument.
    pub(crate) fn check_terms(&self, terms: &NewOrder) -> Result<(), Reject> {
        let id = terms.instrument;
        let market = &self.markets[id.index()];
        let Some(settings) = market.settings() else { return Ok(()) };
        let lots = terms.quantity.get();
        if lots < settings.min_quantity || (settings.max_quantity > 0 && lots > settings.max_quantity) {
            return Err(Reject::QuantityOutOfRange {
                instrument: id,
                quantity: terms.quantity,
                min: crate::Lots::new(settings.min_quantity),
                max: crate::Lots::new(settings.max_quantity),
            });
        }
        let Some(price) = terms.price.limit() else { return Ok(()) };
        if let Some(value) = self.instruments[id.index()].value(price, terms.quantity.lots())
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
        Ok(())
    }

    /// Finds how far the order may trade, and the first price of a trailing stop.
    fn find_price(
        &self,
        terms: &NewOrder,
        conditions: Option<&Conditions>,
        market: &Market,
        admission: &mut Admission,
    ) -> Result<(), Reject> {
        let (id, side) = (terms.instrument, terms.side);
        let no_reference = |term| Reject::NoReference { instrument: id, term };
        admission.trigger = conditions.and_then(|conditions| conditions.trigger);
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
                admission.hold_price = terms.price.limit().and(admission.price.limit());
            }
            _ if terms.price == OrderPrice::Market && admission.trigger.is_none() => {
                let collar = market.collar().ok_or(no_reference(Term::Market))?;
                admission.hold_price = Some(collar.high);
            }
            _ => {}
        }
        let Some(protection) = conditions.and_then(|conditions| conditions.protection) else { return Ok(()) };
        if let Some(trigger) = admission.trigger {
            let bound = self.bound(id, side, trigger.price, protection);
            (admission.price, admission.hold_price) = (OrderPrice::Limit(bound), Some(bound));
        } else if let Some(best) = self.best_opposite(id, side) {
            admission.price = OrderPrice::Limit(self.bound(id, side, best, protection));
        }
        Ok(())
    }

    /// The price so far from `start` as a protection allows: a buyer up, a seller down, on a valid price and never short of the
    /// start.
    pub(crate) fn bound(
        &self,
        instrument: InstrumentId,
        side: Side,
        start: Price,
        protection: Protection,
    ) -> Price {
        let distance = match protection {
            Protection::Ticks(ticks) => i64::from(ticks.get()),
            Protection::Ppm(ppm) => Rounding::Down.share(start, ppm.get()),
        };
        let (far, rounding) = match side {
            Side::Buy => (Price::new(start.get() + distance).unwrap_or(Price::HIGHEST), Rounding::Down),
            Side::Sell => (Price::new(start.get() - distance).unwrap_or(Price::LOWEST), Rounding::Up),
        };
        let snapped = match self.markets[instrument.index()].settings() {
            Some(settings) => settings.ticks.round(far, rounding).unwrap_or(start),
            None => far,
        };
        match side {
            Side::Buy => snapped.max(start),
            Side::Sell => snapped.min(start),
        }
    }

    /// Whether an order may stay open after its command: it may rest, waits, or comes where nothing matches.
    fn may_stay(&self, terms: &NewOrder, conditions: Option<&Conditions>) -> bool {
        terms.time_in_force.rests()
            || conditions.is_some_and(|conditions| conditions.trigger.is_some())
            || !self.markets[terms.instrument.index()].phase().matches()
    }

    /// The engine's own limit of open orders.
    #[inline]
    pub(crate) fn check_room(&self, request: &Request<'_>) -> Result<(), Reject> {
        let open = self.ledger.account(request.terms.account)?.open_orders();
        if open + request.more > MAX_OPEN_ORDERS && self.may_stay(request.terms, request.conditions) {
            return Err(Reject::TooManyOrders);
        }
        Ok(())
    }

    /// Finds what the order must hold, what it is worth, and what it can reach where something depends on it.
    #[inline]
    pub(crate) fn check_cost(&self, request: &Request<'_>, admission: &mut Admission) -> Result<(), Reject> {
        let Request { terms, conditions, .. } = *request;
        let instrument = &self.instruments[terms.instrument.index()];
        let limited = self.ledger.account(terms.account)?.is_limited();
        let plain = conditions.is_none() && terms.time_in_force != TimeInForce::FillOrKill;
        if let (true, Some(price)) = (plain, admission.hold_price) {
            admission.hold =
                limit_hold(instrument, terms.side, price, terms.quantity).ok_or_else(|| too_large(terms))?;
            if limited {
                admission.value = instrument.value(price, terms.quantity.lots()).unwrap_or(MAX_AMOUNT);
            }
            return Ok(());
        }
        self.find_walk_cost(request, admission).ok_or_else(|| too_large(terms))
    }

    /// The same for an order that depends on what it reaches, or waits.
    fn find_walk_cost(&self, request: &Request<'_>, admission: &mut Admission) -> Option<()> {
        let Request { terms, conditions, entry, .. } = *request;
        let instrument = &self.instruments[terms.instrument.index()];
        let matches = self.markets[terms.instrument.index()].phase().matches();
        let minimum = conditions.is_some_and(|conditions| conditions.minimum.is_some());
        let whole = terms.time_in_force == TimeInForce::FillOrKill;
        let enters = admission.trigger.is_none() && matches;
        let reach = if enters && (terms.price.limit().is_none() || whole || minimum) {
            self.reach(&Aggressor {
                account: terms.account,
                instrument: terms.instrument,
                side: terms.side,
                price: admission.price,
                lots: terms.quantity.get(),
                self_trade: self.self_trade(terms.account, conditions),
                open_ended: terms.price.limit().is_none() && !whole,
                minimums: terms.posting == Posting::Any && entry != Entry::Cash,
            })
        } else {
            Reach::default()
        };
        admission.reachable = reach.lots;
        let fixed = admission.hold_price.or(admission.trigger.map(|trigger| trigger.price));
        let units = instrument.base_units(terms.quantity.lots())?;
        let cost = match fixed {
            Some(price) => {
                admission.value = instrument.value(price, terms.quantity.lots())?;
                limit_hold(instrument, terms.side, price, terms.quantity)?
            }
            None => {
                let (value, hold) = walk_hold(instrument, terms, &reach)?;
                admission.value = value;
                hold
            }
        };
        admission.hold = match terms.side {
            Side::Buy => cost,
            Side::Sell => units,
        };
        Some(())
    }

    /// Checks the account's own limits.
    #[inline]
    pub(crate) fn check_limits(&self, request: &Request<'_>, value: i64) -> Result<(), Reject> {
        if self.ledger.account(request.terms.account)?.is_limited() {
            self.check_own_limits(request, value)?;
        }
        Ok(())
    }

    fn check_own_limits(&self, request: &Request<'_>, value: i64) -> Result<(), Reject> {
        let Request { terms, conditions, more, replaces, .. } = *request;
        let account = self.ledger.account(terms.account)?;
        let limits = account.limits();
        let max = limits.open_orders;
        let stays = more > 0 && self.may_stay(terms, conditions);
        if max > 0 && stays && account.open_orders() + more > max {
            return Err(Reject::OrderLimit { account: terms.account, max });
        }
        let instrument = &self.instruments[terms.instrument.index()];
        let (base, quote) = (instrument.base(), instrument.quote());
        if let Some(&max) = limits.notional.get(&quote)
            && value > max
        {
            let (value, max) = (Amount::proved(value), Amount::proved(max));
            return Err(Reject::NotionalLimit { asset: quote, value, max });
        }
        if terms.side == Side::Buy
            && let Some(&max) = limits.position.get(&base)
        {
            let balance = account.balance(base);
            let own = i128::from(balance.available.get()) + i128::from(balance.held.get());
            let ordered = i128::from(terms.quantity.get()) * i128::from(instrument.lot_units());
            let replaced = replaces.map(|(order, _)| order);
            let position = own + self.open_buys(terms.account, base, replaced) + ordered;
            if position > i128::from(max) {
                let position =
                    i64::try_from(position).map_or(MAX_AMOUNT, |position| position.min(MAX_AMOUNT));
                let (position, max) = (Amount::proved(position), Amount::proved(max));
                return Err(Reject::PositionLimit { asset: base, position, max });
            }
        }
        Ok(())
    }

    /// What the account's open orders may buy of an asset, in its minor units, but for one order. Walks the books of the
    /// instruments that trade it. The stop of a pair buys no more than its limit order.
    fn open_buys(&self, account: AccountId, base: crate::AssetId, but: Option<OrderId>) -> i128 {
        let mut units = 0;
        for (id, instrument) in (0..).map(InstrumentId::new).zip(&self.instruments) {
            if instrument.base() != base {
                continue;
            }
            let resting = [Layer::Lit, Layer::Dark]
                .into_iter()
                .flat_map(|layer| self.books.levels(id, layer, Side::Buy))
                .flat_map(|level| self.books.queue(level))
                .filter(|order| order.account == account && Some(order.order) != but)
                .map(|order| order.leaves.get() + self.reserve(order.order, order.flags));
            let waiting = self
                .tickets
                .iter()
                .filter(|(_, ticket)| ticket.state != State::Resting && !matches!(ticket.link, Link::Stop(_)))
                .filter(|(_, ticket)| ticket.terms.account == account && ticket.terms.instrument == id)
                .filter(|(order, ticket)| ticket.terms.side == Side::Buy && Some(**order) != but)
                .map(|(_, ticket)| ticket.leaves);
            let lots: u128 = resting.chain(waiting).map(u128::from).sum();
            units += i128::try_from(lots).unwrap_or(i128::MAX / 2) * i128::from(instrument.lot_units());
        }
        units
    }

    /// Refuses a post-only order that would take, or reprices it.
    #[inline]
    pub(crate) fn check_posting(&self, terms: &NewOrder, admission: &mut Admission) -> Result<(), Reject> {
        let OrderPrice::Limit(price) = terms.price else { return Ok(()) };
        if terms.posting == Posting::Any || admission.trigger.is_some() {
            return Ok(());
        }
        if let Some(price) = self.posted_price(terms.instrument, terms.side, price, terms.posting)? {
            (admission.price, admission.hold_price) = (OrderPrice::Limit(price), Some(price));
            let instrument = &self.instruments[terms.instrument.index()];
            admission.hold = instrument.hold(terms.side, price, terms.quantity.get());
        }
        Ok(())
    }

    /// What the limit of a post-only order becomes; `None` if it stays. Only continuous trading knows post-only.
    pub(crate) fn posted_price(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: Price,
        posting: Posting,
    ) -> Result<Option<Price>, Reject> {
        let market = &self.markets[instrument.index()];
        if posting == Posting::Any || market.phase() != Phase::Continuous {
            return Ok(None);
        }
        let Some(best) = self.best_opposite(instrument, side).filter(|&best| side.crosses(price, best))
        else {
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
#[inline]
pub(crate) fn limit_hold(instrument: &Instrument, side: Side, price: Price, quantity: Qty) -> Option<i64> {
    let value = instrument.value(price, quantity.lots())?;
    let units = instrument.base_units(quantity.lots())?;
    let hold = select_unpredictable(side == Side::Buy, instrument.buyer_hold(value), units);
    (hold <= MAX_AMOUNT).then_some(hold)
}

/// What the order would come to is no amount any more.
const fn too_large(terms: &NewOrder) -> Reject {
    Reject::NotionalTooLarge {
        instrument: terms.instrument,
        price: terms.price.limit(),
        quantity: terms.quantity,
    }
}

/// What a walk is worth and costs a buyer: what the book offers now, and for a market-to-limit order the rest of it at the price
/// at which it is left: of all the places where the walk may end, the dearest.
fn walk_hold(instrument: &Instrument, terms: &NewOrder, reach: &Reach) -> Option<(i64, i64)> {
    let mut value = reach.value;
    let mut rate = instrument.terms().taker_fee;
    if terms.price == OrderPrice::MarketToLimit {
        (value, rate) = (reach.with_rest, instrument.worst_fee());
    }
    let value = i64::try_from(value).ok().filter(|&value| value <= MAX_AMOUNT)?;
    let hold = value + rate.fee(value);
    (hold <= MAX_AMOUNT || terms.side == Side::Sell).then_some((value, hold))
}
