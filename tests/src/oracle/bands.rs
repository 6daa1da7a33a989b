//! What keeps prices in bounds in the oracle: price range, velocity, and the touch at the bands.

use outcry_engine::{Call, Event, InstrumentId, Phase, PhaseCause, PhaseEnd, Price, Side, Timestamp};

use super::Oracle;
use super::limit_up_down::{LimitUpDown, State};
use super::matching::Stop;
use super::state::{Market, Order};
use super::ticks::share_down;

/// The prices that an order may not pass.
pub(super) struct Guard {
    side: Side,
    band: Option<(Price, Price)>,
    ranges: Vec<(Price, i128)>,
}

impl Guard {
    /// Why the order may not trade at a price, if it may not.
    pub(super) fn stop(&self, price: Price) -> Option<Stop> {
        match (self.band, self.side) {
            (Some((_, high)), Side::Buy) if price > high => return Some(Stop::Band(high)),
            (Some((low, _)), Side::Sell) if price < low => return Some(Stop::Band(low)),
            _ => {}
        }
        self.ranges.iter().any(|&range| is_outside(range, price)).then_some(Stop::Range)
    }
}

/// Whether a price is further from the middle of a range than it may be.
fn is_outside((middle, width): (Price, i128), price: Price) -> bool {
    (i128::from(price.get()) - i128::from(middle.get())).abs() > width
}

impl Oracle {
    /// What an order of a side may not pass, as it stands when the order comes.
    pub(super) fn guard(&self, order: &Order) -> Guard {
        let market = self.market(order.instrument);
        if market.phase != Phase::Continuous {
            return Guard { side: order.side, band: None, ranges: Vec::new() };
        }
        Guard { side: order.side, band: self.band(order.instrument), ranges: self.ranges(order.instrument) }
    }

    /// The static and the dynamic range: the price each is around, and how far a price may be from it.
    fn ranges(&self, instrument: InstrumentId) -> Vec<(Price, i128)> {
        let market = self.market(instrument);
        let Some(range) = market.settings.price_range else { return Vec::new() };
        let ranges = [(range.static_ppm, market.reference), (range.dynamic_ppm, market.last)];
        let given = ranges.into_iter().filter_map(|(ppm, reference)| ppm.zip(reference));
        given.map(|(ppm, reference)| (reference, share_down(reference, ppm.get()))).collect()
    }

    /// Whether a trade at a price would leave the static or the dynamic range.
    pub(super) fn leaves_range(&self, instrument: InstrumentId, price: Price) -> bool {
        self.ranges(instrument).iter().any(|&range| is_outside(range, price))
    }

    /// Prices that trade, where limit up, limit down is on.
    fn band(&self, instrument: InstrumentId) -> Option<(Price, Price)> {
        let market = self.market(instrument);
        let limits = market.limit_up_down.as_ref().filter(|_| market.phase == Phase::Continuous)?;
        let (reference, width) = limits.reference_and_width(self.is_doubled(market));
        let middle = i128::from(reference.get());
        let snap = |price| {
            let price = super::ticks::clamped(price);
            self.nearest(instrument, 2 * i128::from(price.get())).unwrap_or(price)
        };
        let below = self.at_most(instrument, middle - 1).unwrap_or(reference);
        let above = self.at_least(instrument, middle + 1).unwrap_or(reference);
        Some((snap(middle - width).min(below), snap(middle + width).max(above)))
    }

    /// Whether bands are doubled: in the first 15 and the last 25 minutes of the trading hours.
    fn is_doubled(&self, market: &Market) -> bool {
        const MINUTE: u64 = 60_000_000_000;
        let time = self.now.nanos() % (1_440 * MINUTE);
        market.settings.hours.is_some_and(|(opens, closes)| {
            let opening = opens <= time && time < opens + 15 * MINUTE;
            let closing = closes.saturating_sub(25 * MINUTE) <= time && time < closes;
            opening || closing
        })
    }

    /// The furthest price at which an order of a side may rest.
    pub(super) fn band_edge(&self, instrument: InstrumentId, side: Side) -> Option<Price> {
        self.band(instrument).map(|(low, high)| if side == Side::Buy { high } else { low })
    }

    /// A trade printed in continuous trading.
    pub(super) fn watch_trade(&mut self, instrument: InstrumentId, price: Price) {
        let now = self.now;
        let market = self.market_mut(instrument);
        match (&mut market.limit_up_down, market.settings.limit_up_down) {
            (Some(limits), _) => limits.trade(now, price),
            (none, Some(terms)) => *none = Some(LimitUpDown::open(terms, now, price)),
            (None, None) => {}
        }
        self.tell_bands(instrument);
        let market = self.market_mut(instrument);
        let Some(terms) = market.settings.velocity.filter(|_| !market.reserved) else { return };
        let window = u64::from(terms.window_millis) * 1_000_000;
        market.prints.retain(|(at, _)| now.nanos() - at.nanos() < window);
        market.prints.push((now, price));
        let moved = |(_, print): &(Timestamp, Price)| (print.get() - price.get()).abs();
        if market.prints.iter().map(moved).max() >= Some(i64::from(terms.move_ticks)) {
            market.prints.clear();
            market.reserved = true;
        }
    }

    /// The end of a command: the touch may stand at a band now.
    pub(super) fn watch_touch(&mut self, instrument: InstrumentId) {
        self.tell_bands(instrument);
        let Some((low, high)) = self.band(instrument) else { return };
        let lit = Some(outcry_engine::Layer::Lit);
        let upper = self.best(instrument, Side::Buy, lit).is_some_and(|bid| bid >= high);
        let lower = self.best(instrument, Side::Sell, lit).is_some_and(|ask| ask <= low);
        let edge = if upper { Some(Side::Buy) } else { lower.then_some(Side::Sell) };
        let now = self.now;
        let Some(limits) = self.market_mut(instrument).limit_up_down.as_mut() else { return };
        if let Some(entered) = limits.touch(now, edge) {
            self.tell(Event::LimitState { instrument, entered });
            self.tell_bands(instrument);
            if !entered {
                // The bands are new: the touch may stand at another place in them.
                self.watch_touch(instrument);
            }
        }
    }

    /// Tells the bands if they are other than told last.
    fn tell_bands(&mut self, instrument: InstrumentId) {
        let Some((low, high)) = self.band(instrument) else { return };
        if self.market(instrument).bands != Some((low, high)) {
            self.market_mut(instrument).bands = Some((low, high));
            self.tell(Event::BandsMoved { instrument, low, high });
        }
    }

    /// The rule was set or taken away.
    pub(super) fn set_limits(&mut self, instrument: InstrumentId) {
        let now = self.now;
        let market = self.market_mut(instrument);
        let price = market.around();
        market.limit_up_down = market
            .settings
            .limit_up_down
            .zip(price)
            .map(|(terms, price)| LimitUpDown::open(terms, now, price));
        market.bands = None;
        self.tell_bands(instrument);
    }

    /// Continuous trading begins, after an uncross at a price or without.
    pub(super) fn reopen_limits(&mut self, instrument: InstrumentId, price: Option<Price>) {
        let now = self.now;
        let market = self.market_mut(instrument);
        match (&mut market.limit_up_down, market.settings.limit_up_down.zip(price)) {
            (Some(limits), _) => limits.reopen(now, price),
            (none, Some((terms, price))) => *none = Some(LimitUpDown::open(terms, now, price)),
            (None, None) => {}
        }
        self.tell_bands(instrument);
    }

    /// The next time at which the rule does something by itself.
    pub(super) fn limits_due(&self, instrument: InstrumentId) -> Option<Timestamp> {
        let market = self.market(instrument);
        market.limit_up_down.as_ref().filter(|_| market.phase == Phase::Continuous)?.due()
    }

    /// That time has come: there is a new reference, or the limit state lasted too long.
    pub(super) fn limits_act(&mut self, instrument: InstrumentId) {
        let now = self.now;
        self.touched.insert(instrument);
        let Some(limits) = self.market_mut(instrument).limit_up_down.as_mut() else { return };
        match limits.state() {
            State::Normal => {
                limits.follow(now);
                self.tell_bands(instrument);
            }
            State::Limit { .. } => {
                let pause = limits.pause_nanos();
                let at = Timestamp::from_nanos(now.nanos().saturating_add(pause));
                let end = PhaseEnd { at, within: 0, then: Phase::Continuous };
                let call = Phase::Call(Call::Volatility);
                self.change_phase(instrument, call, Some(end), PhaseCause::LimitUpDown);
            }
        }
    }
}
