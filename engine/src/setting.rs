//! Settings: what can be changed about instruments, accounts and the market while it runs.
//!
//! One command changes one setting, so that each change is one line of the history with its own time.

use serde::{Deserialize, Serialize};

use crate::allocation::Allocation;
use crate::auction::Rulebook;
use crate::{
    AccountId, Amount, AssetId, FeeRate, InstrumentId, LimitUpDownTerms, Lots, MarketWideTerms, Price,
    PriceBand, PriceRange, SelfTrade, TickRow, VelocityTerms,
};

/// A setting of an instrument. Until it is set, the rule it names is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstrumentSetting {
    /// How a level is shared among its orders; FIFO until set.
    Allocation(Allocation),
    /// The share of a lead market maker (LMM) in the allocations that know one: ppm of each aggressor, 0 to take it away.
    LeadMaker {
        /// Who.
        account: AccountId,
        /// Parts per million, 0 to 1,000,000; all lead makers of an instrument together at most 1,000,000.
        ppm: u32,
    },
    /// How an auction finds its price; Xetra until set.
    Rulebook(Rulebook),
    /// Fee rates of the accounts of a tier, 1 to [`MAX_TIER`](crate::limits::MAX_TIER). Not above the instrument's own rates,
    /// so that what was held at those always covers.
    FeeTier {
        /// Which tier.
        tier: u8,
        /// Of a resting order; below zero a rebate, paid out of the aggressor's fee and never more than that.
        maker: FeeRate,
        /// Of an aggressor; not below zero.
        taker: FeeRate,
    },
    /// One more row of the tick table; prices rise from row to row.
    TickRow(TickRow),
    /// Smallest and largest quantity of an order in lots.
    Quantities {
        /// Smallest; zero for none.
        min: Lots,
        /// Largest; zero for none.
        max: Lots,
    },
    /// Smallest value of a limit order in minor units of the quote asset, zero for none.
    MinNotional(Amount),
    /// Fat-finger band around the reference price: limits outside are refused.
    PriceBand(Option<PriceBand>),
    /// Static and dynamic range: a price outside interrupts trading by a call, or extends the call.
    PriceRange(Option<PriceRange>),
    /// How long the call lasts that follows an interruption, in nanoseconds: a second to a day; two minutes until set. The window of
    /// its random end comes on top, up to as much.
    VolatilityCall {
        /// The call.
        length: u64,
        /// The window of its random end.
        within: u64,
    },
    /// Limit up, limit down.
    LimitUpDown(Option<LimitUpDownTerms>),
    /// Velocity logic.
    Velocity(Option<VelocityTerms>),
    /// The reference price, until an auction or the rules set another.
    Reference(Price),
    /// How far from the reference the price of an auction that admits market orders may lie, in ppm: a market order in a call
    /// holds that much. Zero refuses market orders in a call.
    AuctionCollar(u32),
    /// Whether orders are taken in while the instrument is halted.
    HaltQueues(bool),
    /// When trading opens and closes, as times of day in nanoseconds after midnight UTC, the first before the second. Bands are
    /// doubled near both (limit up, limit down), and a market-wide halt of the first levels ends with them.
    TradingHours {
        /// Opens.
        opens: u64,
        /// Closes; both zero for none.
        closes: u64,
    },
    /// Time of day, in nanoseconds after midnight UTC, at which DAY orders expire; midnight until set.
    DayEnd(u64),
    /// Most follow-ups (stops, pegs, waiting orders, exits) that one command may bring, 1 to
    /// [`MAX_FOLLOW_UPS`](crate::limits::MAX_FOLLOW_UPS).
    FollowUps(u32),
}

/// A setting of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountSetting {
    /// The group whose accounts count as one for self-trade prevention; 0 for none.
    Group(u32),
    /// What happens when an order of the account meets one of its own or its group's.
    SelfTrade(SelfTrade),
    /// Its fee tier; 0 for the instruments' own rates.
    Tier(u8),
    /// How much of an asset it may owe by selling short, in minor units; zero for nothing. Never lower than what it owes.
    ShortLimit {
        /// Of what; the base of an instrument.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// Most open orders, waiting ones included; zero for the engine's own limit.
    MaxOpenOrders(u32),
    /// Highest value of one order in this asset, zero for none.
    MaxNotional {
        /// The quote asset it counts for.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// Most of an asset it may come to own by a new buy order: what it has, what its open orders may buy and the order itself.
    /// Zero for no limit.
    MaxPosition {
        /// The base asset it counts for.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
}

/// A setting of the whole market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarketSetting {
    /// Market-wide halt by the fall of an index instrument from a reference price.
    MarketWide(Option<(InstrumentId, MarketWideTerms)>),
}

/// How trading goes in an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Orders trade as they come.
    #[default]
    Continuous,
    /// Before the opening call: orders are taken in and rest; nothing trades and no price is shown.
    PreOpen,
    /// A call: orders are taken in, the indicative price is shown; nothing trades until the uncross.
    Call(Call),
    /// Frequent batch auctions: an uncross every so many nanoseconds, at multiples of them since 1970, while there is
    /// something new to uncross.
    Batch {
        /// Nanoseconds between two uncrosses; 1,000,000 (1 ms) to a day.
        interval: u64,
    },
    /// Halted: resting orders stay, cancels are taken, new orders are refused or queued by setting; nothing trades.
    Halted,
    /// After the close: orders trade at the closing price only.
    PostClose,
    /// Closed: cancels only.
    Closed,
}

/// Why there is a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Call {
    /// Opening auction.
    Opening,
    /// Intraday auction.
    Intraday,
    /// After a volatility interruption, a pause or a halt.
    Volatility,
    /// Closing auction.
    Closing,
}

/// When a phase ends by itself, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseEnd {
    /// Not before this time.
    pub at: crate::Timestamp,
    /// Random end: drawn from `at` to `at + within`, in nanoseconds, by the seeded generator.
    pub within: u64,
    /// The phase that follows.
    pub then: Phase,
}

/// Why a phase changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PhaseCause {
    /// By command.
    Ordered,
    /// The time it was set for has come.
    Scheduled,
    /// The price left its static or dynamic range.
    PriceRange,
    /// Velocity logic.
    Velocity,
    /// Limit up, limit down: the limit state lasted too long.
    LimitUpDown,
    /// A market-wide halt, or its end.
    MarketWide,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Continuous => "in continuous trading",
            Self::PreOpen => "before the open",
            Self::Call(Call::Opening) => "in the opening call",
            Self::Call(Call::Intraday) => "in an intraday call",
            Self::Call(Call::Volatility) => "in a volatility call",
            Self::Call(Call::Closing) => "in the closing call",
            Self::Batch { .. } => "in batch auctions",
            Self::Halted => "halted",
            Self::PostClose => "after the close",
            Self::Closed => "closed",
        })
    }
}
