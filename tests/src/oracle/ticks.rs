//! The oracle's arithmetic of prices: steps, shares, bounds.

use std::num::NonZeroU32;

use outcry_engine::{InstrumentId, Price, Protection, Side, limits};

use super::Oracle;

impl Oracle {
    /// The step that applies at a price: that of the last row that begins at or below it, else one tick.
    pub(super) fn step(&self, instrument: InstrumentId, price: i128) -> i128 {
        let rows = &self.market(instrument).settings.ticks;
        rows.iter()
            .filter(|row| i128::from(row.from.get()) <= price)
            .map(|row| i128::from(row.step.get()))
            .next_back()
            .unwrap_or(1)
    }

    /// Whether the tick table allows a price.
    pub(super) fn fits(&self, instrument: InstrumentId, price: i128) -> bool {
        in_range(price) && price % self.step(instrument, price) == 0
    }

    /// The nearest allowed price at or below, as far as there is one.
    pub(super) fn at_most(&self, instrument: InstrumentId, price: i128) -> Option<Price> {
        let mut price = price.min(i128::from(limits::MAX_PRICE));
        while price >= 1 {
            let step = self.step(instrument, price);
            let multiple = price - price % step;
            let rows = &self.market(instrument).settings.ticks;
            let begin = rows.iter().map(|row| i128::from(row.from.get())).rfind(|&from| from <= price);
            let begin = begin.unwrap_or(1);
            if multiple >= begin {
                return ticks(multiple);
            }
            // There is no multiple in this row: on in the row before.
            price = begin - 1;
        }
        None
    }

    /// The nearest allowed price at or above, as far as there is one.
    pub(super) fn at_least(&self, instrument: InstrumentId, price: i128) -> Option<Price> {
        let mut price = price.max(1);
        loop {
            let step = self.step(instrument, price);
            let multiple = (price + step - 1) / step * step;
            let rows = &self.market(instrument).settings.ticks;
            let next = rows.iter().map(|row| i128::from(row.from.get())).find(|&from| from > price);
            match next {
                Some(next) if multiple >= next => price = next,
                _ => return ticks(multiple),
            }
        }
    }

    /// The allowed price nearest to a number of half ticks; of two equally near the higher.
    pub(super) fn nearest(&self, instrument: InstrumentId, half_ticks: i128) -> Option<Price> {
        let below = self.at_most(instrument, half_ticks.div_euclid(2));
        let above = self.at_least(instrument, (half_ticks + 1).div_euclid(2));
        match (below, above) {
            (Some(low), Some(high)) => {
                let (down, up) =
                    (half_ticks - 2 * i128::from(low.get()), 2 * i128::from(high.get()) - half_ticks);
                Some(if down < up { low } else { high })
            }
            (low, high) => low.or(high),
        }
    }

    /// The furthest price that an order of this side trades at: so far from `start`, rounded toward it.
    pub(super) fn bound(
        &self,
        instrument: InstrumentId,
        side: Side,
        start: Price,
        protection: Protection,
    ) -> Price {
        let distance = match protection {
            Protection::Ticks(ticks) => i128::from(ticks.get()),
            Protection::Ppm(ppm) => share_down(start, ppm.get()),
        };
        let from = i128::from(start.get());
        match side {
            Side::Buy => self.at_most(instrument, from + distance).map_or(start, |price| price.max(start)),
            Side::Sell if from - distance < 1 => {
                self.at_least(instrument, 1).map_or(start, |price| price.min(start))
            }
            Side::Sell => self.at_least(instrument, from - distance).map_or(start, |price| price.min(start)),
        }
    }
}

/// Whether there is a price of so many ticks.
pub(super) fn in_range(ticks: i128) -> bool {
    (1..=i128::from(limits::MAX_PRICE)).contains(&ticks)
}

/// The price of so many ticks, if there is one.
pub(super) fn ticks(ticks: i128) -> Option<Price> {
    i64::try_from(ticks).ok().and_then(|ticks| Price::new(ticks).ok())
}

/// The price of so many ticks, or the nearest that there is.
pub(super) fn clamped(ticks: i128) -> Price {
    self::ticks(ticks.clamp(1, i128::from(limits::MAX_PRICE))).expect("clamped into the range")
}

/// Parts per million of a price, rounded down to the tick.
pub(super) fn share_down(price: Price, ppm: u32) -> i128 {
    i128::from(price.get()) * i128::from(ppm) / 1_000_000
}

/// Parts per million of a price, rounded up to the tick.
pub(super) fn share_up(price: Price, ppm: NonZeroU32) -> i128 {
    (i128::from(price.get()) * i128::from(ppm.get()) + 999_999) / 1_000_000
}
