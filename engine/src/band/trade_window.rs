//! The mean price of the trades of the last five minutes, in bounded memory.
//!
//! Trades are added up by the second they fall in, so there are never more than 300 sums however many trades
//! there are. The window is the second of the latest trade or time and the 299 before it: a trade leaves it
//! all at once, 299 to 300 seconds after it was made. The mean counts each trade once, whatever its quantity.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::SECOND;
use crate::{Price, Timestamp};

/// The trades of one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    /// Seconds since the epoch.
    second: u64,
    /// How many trades: at least one.
    trades: u64,
    /// Sum of their prices in ticks.
    ticks: u128,
}

/// The trades of the last five minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TradeWindow {
    /// Rising by second, all within the window; a queue, because they come at one end and leave at the other.
    buckets: VecDeque<Bucket>,
    /// Sum of the trades of all buckets.
    trades: u64,
    /// Sum of the ticks of all buckets.
    ticks: u128,
}

impl TradeWindow {
    /// Length of the window in seconds, and so the most buckets.
    pub(super) const SECONDS: u64 = 300;

    /// Counts a trade. Time does not run back: `at` is not before any earlier trade.
    pub(super) fn add(&mut self, at: Timestamp, price: Price) {
        let second = at.nanos() / SECOND;
        let ticks = u128::from(price.get().unsigned_abs());
        match self.buckets.back_mut() {
            Some(last) if last.second >= second => {
                last.trades += 1;
                last.ticks += ticks;
            }
            _ => self.buckets.push_back(Bucket { second, trades: 1, ticks }),
        }
        self.trades += 1;
        self.ticks += ticks;
    }

    /// When the oldest trades leave, or `None` if there are none.
    pub(super) fn leaves(&self) -> Option<Timestamp> {
        let second = self.buckets.front()?.second + Self::SECONDS;
        Some(Timestamp::from_nanos(second.saturating_mul(SECOND)))
    }

    /// Forgets the oldest second of trades.
    pub(super) fn forget_oldest(&mut self) {
        if let Some(oldest) = self.buckets.pop_front() {
            self.trades -= oldest.trades;
            self.ticks -= oldest.ticks;
        }
    }

    /// Forgets all trades.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The mean price, rounded to the nearest tick, from the middle up. `None` without trades.
    pub(super) fn mean(&self) -> Option<Price> {
        let trades = u128::from(self.trades);
        let mean = (2 * self.ticks + trades).checked_div(2 * trades)?;
        let mean = i64::try_from(mean).ok().and_then(|ticks| Price::new(ticks).ok());
        Some(mean.expect("a mean of prices lies between them"))
    }

    /// How many seconds are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.buckets.len()
    }
}
