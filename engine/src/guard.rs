//! Guards: the prices at which an aggressor may trade now, and what watches each price that trades.

use crate::band::{
    Corridor, Cutoff, LimitChange, LimitUpDown, MarketWide, MarketWideChange, References, VelocityChange,
    Width,
};

use crate::matching::Stop;
use crate::{Event, Exchange, InstrumentId, MarketWideTerms, Phase, Price, PriceRange, Side, Timestamp};
use serde::{Deserialize, Serialize};

/// The ranges and bands around an aggressor, as they stand when it enters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guard {
    /// Static and dynamic range: a price outside interrupts trading.
    range: Option<(PriceRange, References)>,
    /// Limit up, limit down: the band that an aggressor of this side may not pass. What is better than the other band it takes,
    /// or it would rest crossed with that.
    band: Option<(Side, Price)>,
}

impl Guard {
    /// Why an aggressor may not trade at `price`, if it may not.
    pub(crate) fn stop(&self, price: Price) -> Option<Stop> {
        if let Some((side, band)) = self.band
            && !side.crosses(band, price)
        {
            return Some(Stop::Band(band));
        }
        let (range, references) = self.range?;
        range.breach(price, references).map(|_| Stop::PriceRange)
    }
}

/// The market-wide halt: which instrument is the index, and its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MarketWideRule {
    pub(crate) index: InstrumentId,
    pub(crate) terms: MarketWideTerms,
    /// Begins with the reference price, or else the index's first trade.
    pub(crate) day: Option<MarketWide>,
}

impl Exchange {
    /// The guard around an aggressor that enters now.
    pub(crate) fn guard(&self, instrument: InstrumentId, side: Side) -> Guard {
        let market = &self.markets[instrument.index()];
        let Some(special) = &market.special else { return Guard::default() };
        if special.phase != Phase::Continuous {
            return Guard::default();
        }
        let references = References { last_auction: special.reference, last_trade: market.last };
        let range = special.settings.price_range.map(|range| (range, references));
        let band = self.bands(instrument).map(|Corridor { low, high }| match side {
            Side::Buy => (side, high),
            Side::Sell => (side, low),
        });
        Guard { range, band }
    }

    /// The bands of limit up, limit down.
    pub(crate) fn bands(&self, instrument: InstrumentId) -> Option<Corridor> {
        let special = self.markets[instrument.index()].special.as_ref()?;
        let rule = special.limit_up_down.as_ref().filter(|_| special.phase == Phase::Continuous)?;
        Some(rule.bands(special.settings.width(self.now), &special.settings.ticks))
    }

    /// Shows a price that traded to everything that watches prices.
    pub(crate) fn watch_print(&mut self, id: InstrumentId, price: Price, events: &mut Vec<Event>) {
        let now = self.now;
        let special = self.markets[id.index()].special_mut();
        if special.phase == Phase::Continuous {
            self.show_last(id, price, events);
            self.follow_limits(id, Some(price), events);
            let special = self.markets[id.index()].special_mut();
            if let Some(rule) = &mut special.velocity {
                rule.advance(now);
                if let Some(VelocityChange::Reserved { until, .. }) = rule.trade(now, price) {
                    special.reserved = Some(until);
                }
            }
        }
        self.watch_index(id, price);
    }

    /// Shows the last price to the orders that wait for it.
    pub(crate) fn show_last(&mut self, id: InstrumentId, price: Price, events: &mut Vec<Event>) {
        let mut fired = Vec::new();
        self.markets[id.index()].special_mut().triggers.last(price, &mut fired);
        for (order, trigger) in fired {
            self.fired(id, order, (trigger, price), events);
        }
    }

    /// Lets limit up, limit down follow the time, and a trade; it begins with the first price that it knows. Tells new bands.
    pub(crate) fn follow_limits(&mut self, id: InstrumentId, trade: Option<Price>, events: &mut Vec<Event>) {
        let now = self.now;
        let special = self.markets[id.index()].special_mut();
        let Some(terms) = special.settings.limit_up_down else { return };
        match (&mut special.limit_up_down, trade) {
            (Some(rule), _) => {
                while let Some(change) = rule.advance(now) {
                    if matches!(change, LimitChange::Paused { .. } | LimitChange::PauseOver) {
                        break;
                    }
                }
                if let Some(price) = trade {
                    rule.trade(now, price);
                }
            }
            (none @ None, Some(price)) => *none = Some(LimitUpDown::open(terms, now, price)),
            (None, None) => {}
        }
        self.tell_bands(id, events);
    }

    /// Tells the bands of limit up, limit down if they are others than were told.
    pub(crate) fn tell_bands(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let bands = self.bands(instrument);
        let special = self.markets[instrument.index()].special_mut();
        if special.bands == bands {
            return;
        }
        if let Some(Corridor { low, high }) = bands {
            special.bands = bands;
            events.push(Event::BandsMoved { instrument, low, high });
        }
    }

    /// Shows a price to the market-wide halt, if this is its index.
    pub(crate) fn watch_index(&mut self, id: InstrumentId, price: Price) {
        let now = self.now;
        let cutoff = self.cutoff(id);
        let Some(rule) = self.market_wide.as_mut().filter(|rule| rule.index == id) else { return };
        let terms = rule.terms;
        let day = rule.day.get_or_insert_with(|| MarketWide::new(terms, price));
        day.advance(now);
        if let Some(change) = day.index(now, price, cutoff) {
            self.market_halt = Some(change);
        }
    }

    /// Halts or closes the market as the command under way has set off.
    pub(crate) fn stop_everything(&mut self, events: &mut Vec<Event>) {
        match self.market_halt.take() {
            Some(MarketWideChange::Halted { until, .. }) => {
                self.stop_all(Some(until), Phase::Halted, events);
                self.clock.set_market_wide(Some(until));
            }
            Some(MarketWideChange::Closed) => {
                self.stop_all(None, Phase::Closed, events);
                self.clock.set_market_wide(None);
            }
            Some(MarketWideChange::Over) | None => {}
        }
    }

    /// Whether the day is too old for a halt of the first two levels: from 35 minutes before the close.
    fn cutoff(&self, id: InstrumentId) -> Cutoff {
        const DAY: u64 = 86_400_000_000_000;
        const BEFORE: u64 = 35 * 60_000_000_000;
        let hours = self.markets[id.index()].settings().and_then(|settings| settings.hours);
        match hours {
            Some((_, closes)) if self.now.nanos() % DAY > closes.saturating_sub(BEFORE) => Cutoff::After,
            _ => Cutoff::Before,
        }
    }

    /// Whether velocity logic has reserved the market since the aggressor entered.
    pub(crate) fn is_reserved(&self, instrument: InstrumentId) -> bool {
        self.markets[instrument.index()].special.as_ref().is_some_and(|special| special.reserved.is_some())
    }
}

impl crate::market::Settings {
    /// Whether bands are doubled at this time: in the first 15 and the last 25 minutes of trading hours.
    pub(crate) fn width(&self, now: Timestamp) -> Width {
        const MINUTE: u64 = 60_000_000_000;
        let Some((opens, closes)) = self.hours else { return Width::Single };
        let time = now.nanos() % (1_440 * MINUTE);
        let opening = (opens..opens.saturating_add(15 * MINUTE)).contains(&time);
        let closing = (closes.saturating_sub(25 * MINUTE)..closes).contains(&time);
        if opening || closing { Width::Double } else { Width::Single }
    }
}
