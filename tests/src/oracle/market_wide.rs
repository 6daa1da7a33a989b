//! The market-wide halt in the oracle: how far the index fell today.

use outcry_engine::{Event, InstrumentId, MarketWideTerms, Phase, PhaseCause, Price, Timestamp};

use super::Oracle;

/// The rule at work on a day.
#[derive(Clone, Debug)]
pub(super) struct MarketWide {
    index: InstrumentId,
    terms: MarketWideTerms,
    reference: Option<Price>,
    /// The highest level reached today.
    reached: u32,
    /// A level that the command under way reached.
    new: Option<u32>,
}

impl MarketWide {
    /// A new day.
    pub(super) fn new(index: InstrumentId, terms: MarketWideTerms, reference: Option<Price>) -> Self {
        Self { index, terms, reference, reached: 0, new: None }
    }

    /// The level of a fall to a price.
    fn level(&self, price: Price) -> u32 {
        let Some(reference) = self.reference else { return 0 };
        let fallen = 1_000_000 * (i128::from(reference.get()) - i128::from(price.get()));
        let levels = [self.terms.first_ppm, self.terms.second_ppm, self.terms.third_ppm];
        let reached = levels.iter().filter(|&&ppm| fallen >= i128::from(ppm) * i128::from(reference.get()));
        u32::try_from(reached.count()).expect("three at most")
    }
}

impl Oracle {
    /// An instrument traded: it may be the index.
    pub(super) fn watch_index(&mut self, instrument: InstrumentId, price: Price) {
        let late = self.is_late(instrument);
        let Some(rule) = self.market_wide.as_mut().filter(|rule| rule.index == instrument) else { return };
        rule.reference = rule.reference.or(Some(price));
        let level = rule.level(price);
        if level > rule.reached && (level == 3 || !late) {
            rule.reached = level;
            rule.new = Some(level);
        }
    }

    /// Whether it is too late in the day for the first two levels: later than 35 minutes before the close.
    fn is_late(&self, instrument: InstrumentId) -> bool {
        let time = self.now.nanos() % 86_400_000_000_000;
        let hours = self.market(instrument).settings.hours;
        hours.is_some_and(|(_, closes)| time > closes.saturating_sub(35 * 60 * 1_000_000_000))
    }

    /// The end of a command: a level that it reached stops everything.
    pub(super) fn stop_everything(&mut self) {
        let now = self.now;
        let Some(rule) = self.market_wide.as_mut() else { return };
        let Some(level) = rule.new.take() else { return };
        let halt = u64::from(rule.terms.halt_seconds) * 1_000_000_000;
        let until = (level < 3).then(|| Timestamp::from_nanos(now.nanos().saturating_add(halt)));
        self.halted_until = until;
        if until.is_some() {
            return self.halt_all(until);
        }
        self.tell(Event::MarketHalted { until });
        for id in self.instruments_where(|phase| phase != Phase::Closed) {
            self.change_phase(id, Phase::Closed, None, PhaseCause::MarketWide);
        }
    }

    /// The halt is over.
    pub(super) fn market_wide_is_over(&mut self) {
        self.halted_until = None;
        self.resume_all();
    }
}
