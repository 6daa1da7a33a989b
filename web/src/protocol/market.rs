//! One instrument as the page shows it.

use outcry_engine::{
    Indication, InstrumentId, Lots, Phase, PhaseCause, PhaseEnd, Price, Qty, Side, Timestamp, TradeId,
};
use serde::{Deserialize, Serialize};

/// One instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Market {
    /// Which.
    pub instrument: InstrumentId,
    /// Bids, best first.
    pub bids: Vec<LadderLevel>,
    /// Asks, best first.
    pub asks: Vec<LadderLevel>,
    /// Since the exchange was opened for the first time.
    pub session: SessionStatistics,
    /// Trades after [`View::tape_after`], oldest first.
    pub tape: Vec<TapeTrade>,
    /// Candles from [`View::candles_from`], oldest first. Seconds without a trade have none.
    pub candles: Vec<Candle>,
}

/// A price level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderLevel {
    /// Its price.
    pub price: Price,
    /// What rests.
    pub quantity: Lots,
    /// In how many orders.
    pub orders: u32,
    /// How much of it is the chosen account's.
    pub own: Lots,
}

/// Statistics of an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStatistics {
    /// First trade.
    pub open: Option<Price>,
    /// Highest trade.
    pub high: Option<Price>,
    /// Lowest trade.
    pub low: Option<Price>,
    /// Last trade.
    pub last: Option<Price>,
    /// Quantity traded.
    pub volume: Lots,
    /// Number of trades.
    pub trades: u64,
    /// How trading goes now.
    pub trading: Trading,
}

/// How trading goes in an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trading {
    /// The phase.
    pub phase: Phase,
    /// Why it is this phase; `None` until it was first changed.
    pub cause: Option<PhaseCause>,
    /// When it ends by itself, and what follows.
    pub end: Option<PhaseEnd>,
    /// What an uncross now would give, where orders gather for one and something would trade.
    pub indication: Option<Indication>,
    /// Whether the touch stands at a price band (limit up, limit down): if it stays, trading pauses.
    pub at_limit: bool,
}

/// One line of the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapeTrade {
    /// Its id.
    pub trade: TradeId,
    /// When.
    pub at: Timestamp,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
    /// Side of the aggressor.
    pub taker_side: Side,
}

/// Trades of one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle {
    /// Start of the interval, a multiple of its length.
    pub start: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Quantity traded.
    pub volume: Lots,
}
