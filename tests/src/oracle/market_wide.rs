//! The market-wide halt in the oracle: how far the index fell today.

use outcry_engine::{InstrumentId, MarketWideTerms, PhaseCause, Price, Timestamp};

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
    until: Option<Timestamp>,
}

impl MarketWide {
    /// A new day.
    pub(super) fn new(index: InstrumentId, terms: MarketWideTerms, reference: Option<Price>) -> Self {
        Self { index, terms, reference, reached: 0, new: None, until: None }
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
        let Some(rule) = self.market_wide.as_mut().filter(|rule| rule.index == instrument) else { return };
        rule.reference = rule.reference.or(Some(price));
        let level = rule.level(price);
        if level > rule.reached {
            rule.reached = level;
            rule.new = Some(level);
        }
    }

    /// The end of a command: a level that it reached stops everything.
    pub(super) fn stop_everything(&mut self) {
        let now = self.now;
        let Some(rule) = self.market_wide.as_mut() else { return };
        let Some(level) = rule.new.take() else { return };
        let halt = u64::from(rule.terms.halt_seconds) * 1_000_000_000;
        rule.until = (level < 3).then(|| Timestamp::from_nanos(now.nanos().saturating_add(halt)));
        let until = rule.until;
        self.halt_all(until, PhaseCause::MarketWide);
    }

    pub(super) fn market_wide_until(&self) -> Option<Timestamp> {
        self.market_wide.as_ref().and_then(|rule| rule.until)
    }

    /// The halt is over.
    pub(super) fn market_wide_is_over(&mut self) {
        if let Some(rule) = self.market_wide.as_mut() {
            rule.until = None;
        }
        self.resume_all(PhaseCause::MarketWide);
    }
}
