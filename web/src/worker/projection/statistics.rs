//! Statistics of one instrument since its first trade.

use outcry_engine::{Indication, Lots, Price, Qty};
use serde::{Deserialize, Serialize};

use crate::protocol::{SessionStatistics, Trading};

/// First, highest, lowest and last price, volume and number of trades.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
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

    /// Another phase begins: what was indicated in the last one is over.
    pub(super) fn phase_changed(&mut self, trading: Trading) {
        self.figures.trading = trading;
    }

    /// Of trades before anything is known of them.
    pub(super) fn was_last(&mut self, price: Option<Price>) {
        self.figures.last = price;
    }

    pub(super) fn indicated(&mut self, indication: Indication) {
        self.figures.trading.indication = indication.price.map(|_| indication);
    }

    pub(super) fn at_limit(&mut self, entered: bool) {
        self.figures.trading.at_limit = entered;
    }
}
