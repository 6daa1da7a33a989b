//! The tape: the newest trades of one instrument.

use std::collections::VecDeque;

use outcry_engine::{Timestamp, Trade};
use serde::{Deserialize, Serialize};

use crate::protocol::TapeTrade;

/// Trades kept: as many as one frame may carry.
const KEPT: usize = 200;

/// The newest trades, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tape {
    /// A queue: trades enter at the back and leave at the front.
    trades: VecDeque<TapeTrade>,
}

impl Tape {
    pub(super) fn traded(&mut self, at: Timestamp, trade: &Trade) {
        if self.trades.len() == KEPT {
            self.trades.pop_front();
        }
        self.trades.push_back(TapeTrade {
            trade: trade.trade,
            at,
            price: trade.price,
            quantity: trade.quantity,
            taker_side: trade.taker_side,
        });
    }

    /// The kept trades with a number above `trade`, oldest first.
    #[must_use]
    pub fn after(&self, trade: u64) -> Vec<TapeTrade> {
        let known = self.trades.partition_point(|kept| kept.trade.get() <= trade);
        self.trades.range(known..).copied().collect()
    }
}
