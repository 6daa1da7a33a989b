//! Candles of one instrument: trades by second, minute and hour, from which any other interval is made.

use std::collections::VecDeque;

use outcry_engine::{Lots, Price, Qty, Timestamp};
use serde::{Deserialize, Serialize};

use crate::protocol::Candle;

const SECOND: u64 = 1_000_000_000;
/// Candles kept of each base interval: five and a half hours of seconds, two weeks of minutes, two years of hours.
const KEPT: usize = 20_000;
/// Most candles that one answer holds.
const ANSWERED: usize = 500;

/// Candles of three base intervals.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Candles {
    /// From the shortest interval to the longest.
    bases: [Base; 3],
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Base {
    /// Seconds of one candle.
    seconds: u64,
    /// A queue: candles enter at the back, change there, and leave at the front.
    candles: VecDeque<Candle>,
}

impl Default for Candles {
    fn default() -> Self {
        Self { bases: [1, 60, 3_600].map(|seconds| Base { seconds, candles: VecDeque::new() }) }
    }
}

impl Candles {
    pub(super) fn traded(&mut self, at: Timestamp, price: Price, quantity: Qty) {
        for base in &mut self.bases {
            base.traded(at, price, quantity);
        }
    }

    /// Candles of `seconds` seconds (at least 1) that start at `from` or later, oldest first, the newest 500 of
    /// them. Intervals without a trade have none.
    #[must_use]
    pub fn since(&self, from: Timestamp, seconds: u32) -> Vec<Candle> {
        let seconds = u64::from(seconds.max(1));
        let base = self.bases.iter().rev().find(|base| seconds.is_multiple_of(base.seconds));
        let Some(base) = base else { return Vec::new() };
        let length = seconds * SECOND;
        let mut candles: Vec<Candle> = Vec::new();
        // The walk goes back in time: `part` is always earlier than what was read.
        for part in base.candles.iter().rev() {
            let start = part.start.nanos() - part.start.nanos() % length;
            if start < from.nanos() {
                break;
            }
            if let Some(candle) = candles.last_mut().filter(|candle| candle.start.nanos() == start) {
                candle.open = part.open;
                candle.high = candle.high.max(part.high);
                candle.low = candle.low.min(part.low);
                candle.volume = Lots::new(candle.volume.get().saturating_add(part.volume.get()));
                continue;
            }
            if candles.len() == ANSWERED {
                break;
            }
            candles.push(Candle { start: Timestamp::from_nanos(start), ..*part });
        }
        candles.reverse();
        candles
    }
}

impl Base {
    fn traded(&mut self, at: Timestamp, price: Price, quantity: Qty) {
        let length = self.seconds * SECOND;
        let start = Timestamp::from_nanos(at.nanos() - at.nanos() % length);
        match self.candles.back_mut().filter(|candle| candle.start == start) {
            Some(candle) => {
                candle.high = candle.high.max(price);
                candle.low = candle.low.min(price);
                candle.close = price;
                candle.volume = Lots::new(candle.volume.get().saturating_add(quantity.get()));
            }
            None => {
                if self.candles.len() == KEPT {
                    self.candles.pop_front();
                }
                self.candles.push_back(Candle {
                    start,
                    open: price,
                    high: price,
                    low: price,
                    close: price,
                    volume: quantity.lots(),
                });
            }
        }
    }
}
