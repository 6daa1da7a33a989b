//! Guards: the prices at which an aggressor may trade now, and what watches each price that trades.

use crate::band::{Corridor, Cutoff, LimitChange, MarketWideChange, References, VelocityChange, Width};
use crate::matching::Stop;
use crate::{Event, Exchange, InstrumentId, Price, PriceRange, Side, Timestamp};

/// The ranges and bands around an aggressor, as they stand when it enters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guard {
    /// Static and dynamic range: a price outside interrupts trading.
    range: Option<(PriceRange, References)>,
    /// Limit up, limit down: a price beyond does not trade.
    band: Option<Corridor>,
}

impl Guard {
    /// Why an aggressor of `side` may not trade at `price`, if it may not.
    pub(crate) fn stop(&self, side: Side, price: Price) -> Option<Stop> {
        if let Some(band) = self.band {
            match side {
                Side::Buy if price > band.high => return Some(Stop::Band(band.high)),
                Side::Sell if price < band.low => return Some(Stop::Band(band.low)),
                Side::Buy | Side::Sell => {}
            }
        }
        let (range, references) = self.range?;
        range.breach(price, references).map(|_| Stop::PriceRange)
    }
}

impl Exchange {
    /// The guard around an aggressor that enters now.
    pub(crate) fn guard(&self, instrument: InstrumentId) -> Guard {
        let market = &self.markets[instrument.index()];
        let Some(special) = &market.special else { return Guard::default() };
        let references = References { last_auction: special.reference, last_trade: market.last };
        let range = special.settings.price_range.map(|range| (range, references));
        Guard { range, band: self.bands(instrument) }
    }

    /// The bands of limit up, limit down.
    pub(crate) fn bands(&self, instrument: InstrumentId) -> Option<Corridor> {
        let special = self.markets[instrument.index()].special.as_ref()?;
        let rule = special.limit_up_down.as_ref()?;
        Some(rule.bands(special.settings.width(self.now), &special.settings.ticks))
    }

    /// Shows a price that traded to everything that watches prices.
    pub(crate) fn watch_print(&mut self, id: InstrumentId, price: Price, events: &mut Vec<Event>) {
        let now = self.now;
        let special = self.markets[id.index()].special_mut();
        let mut fired = Vec::new();
        special.triggers.last(price, &mut fired);
        if let Some(rule) = &mut special.limit_up_down {
            let mut moved = false;
            while let Some(change) = rule.advance(now) {
                moved |= matches!(change, LimitChange::Reference { .. });
            }
            moved |= rule.trade(now, price).is_some();
            special.bands_moved |= moved;
        }
        if let Some(rule) = &mut special.velocity {
            rule.advance(now);
            if let Some(VelocityChange::Reserved { until, .. }) = rule.trade(now, price) {
                special.reserved = Some(until);
            }
        }
        for (order, trigger) in fired {
            self.fired(id, order, (trigger, price), events);
        }
        self.watch_index(id, price);
    }

    /// Shows a price to the market-wide halt, if this is its index.
    fn watch_index(&mut self, id: InstrumentId, price: Price) {
        let now = self.now;
        let cutoff = self.cutoff(id);
        let Some((_, rule)) = self.market_wide.as_mut().filter(|(index, _)| *index == id) else { return };
        rule.advance(now);
        match rule.index(now, price, cutoff) {
            Some(MarketWideChange::Halted { until, .. }) => self.market_halt = Some(Some(until)),
            Some(MarketWideChange::Closed) => self.market_halt = Some(None),
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
