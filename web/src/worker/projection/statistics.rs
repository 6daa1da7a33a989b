//! Statistics of one instrument since its first trade.

use outcry_engine::{Lots, Phase, Price, Qty};

use crate::protocol::SessionStatistics;

/// First, highest, lowest and last price, volume and number of trades.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    figures: SessionStatistics,
}

impl Statistics {
    /// The figures.
    #[must_use]
    pub fn get(&self) -> SessionStatistics {
        self.figures
    }

    pub(super) fn traded(&mut self, price: Price, quantity: Qty) {
        let figures = &mut self.figures;
        figures.open = figures.open.or(Some(price));
        figures.high = figures.high.max(Some(price));
        figures.low = Some(figures.low.map_or(price, |low| low.min(price)));
        figures.last = Some(price);
        figures.volume = Lots::new(figures.volume.get().saturating_add(quantity.get()));
        figures.trades += 1;
    }

    pub(super) fn phase_changed(&mut self, phase: Phase) {
        self.figures.phase = phase;
    }
}
