//! Bands and halts: what keeps a price sensible and a market calm.
//!
//! Each file is one rule, pure and on its own: numbers and times go in, what changed comes out. None of them
//! knows the book, the session or another rule; the engine asks them and acts. Times come with each input and
//! never run back. Prices are ticks and every division names its rounding. `docs/rules/bands.md` says the
//! same for traders, and its examples are the tests here.

mod setting;
mod rounding;
mod tick_table;
mod price_band;
mod trade_window;
mod limit_up_down;
mod velocity;
mod market_wide;

pub use limit_up_down::{LimitTier, LimitUpDownTerms};
pub use market_wide::{Decline, MarketWideTerms};
pub use price_band::{Breach, Corridor, PriceBand, PriceRange};
pub use rounding::Rounding;
pub use setting::{BandError, BandSetting};
pub use tick_table::{TickRow, TickTable, TickTableError};
pub use velocity::VelocityTerms;

pub(crate) use limit_up_down::{Edge, LimitChange, LimitUpDown, Width};
pub(crate) use market_wide::{Cutoff, MarketWide, MarketWideChange};
pub(crate) use price_band::References;
pub(crate) use velocity::{Velocity, VelocityChange};

use crate::Timestamp;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

/// `nanos` nanoseconds after `at`, or the end of time.
const fn later(at: Timestamp, nanos: u64) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(nanos))
}

// Terms travel in commands, whose size every command pays for.
const _: () = {
    assert!(size_of::<LimitUpDownTerms>() <= 40 && size_of::<MarketWideTerms>() <= 40);
    assert!(size_of::<PriceBand>() <= 40 && size_of::<PriceRange>() <= 40);
    assert!(size_of::<TickRow>() <= 40 && size_of::<VelocityTerms>() <= 40);
};
