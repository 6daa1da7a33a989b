//! What a reject speaks of: the terms of an order, and the settings.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A term of an order or of its surroundings that a reject speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Term {
    /// A limit order.
    Limit,
    /// A market order.
    Market,
    /// A market-to-limit order.
    MarketToLimit,
    /// A time in force that lets an order rest: GTC, DAY or GTD.
    Resting,
    /// IOC.
    ImmediateOrCancel,
    /// FOK.
    FillOrKill,
    /// GTD.
    GoodTillDate,
    /// Post-only.
    PostOnly,
    /// A trigger.
    Trigger,
    /// An iceberg.
    Iceberg,
    /// A hidden order.
    Hidden,
    /// A minimum quantity.
    Minimum,
    /// AON.
    AllOrNone,
    /// A pegged order.
    Peg,
    /// A protection.
    Protection,
    /// A pair (OCO), or one order of it.
    Pair,
    /// A bracket, or one of its exits.
    Bracket,
    /// A quote, or one side of it.
    Quote,
    /// A cash order.
    Cash,
    /// A new order.
    NewOrder,
    /// A cancel/replace.
    Replace,
    /// An order that waits for its trigger.
    WaitingOrder,
    /// The market-wide halt.
    MarketWide,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Limit => "a limit order",
            Self::Market => "a market order",
            Self::MarketToLimit => "a market-to-limit order",
            Self::Resting => "a resting time in force",
            Self::ImmediateOrCancel => "IOC",
            Self::FillOrKill => "FOK",
            Self::GoodTillDate => "GTD",
            Self::PostOnly => "post-only",
            Self::Trigger => "a trigger",
            Self::Iceberg => "an iceberg",
            Self::Hidden => "a hidden order",
            Self::Minimum => "a minimum quantity",
            Self::AllOrNone => "all-or-none",
            Self::Peg => "a peg",
            Self::Protection => "a protection",
            Self::Pair => "an OCO pair",
            Self::Bracket => "a bracket",
            Self::Quote => "a quote",
            Self::Cash => "a cash order",
            Self::NewOrder => "a new order",
            Self::Replace => "a replacement",
            Self::WaitingOrder => "an order that waits for its trigger",
            Self::MarketWide => "the market-wide halt",
        })
    }
}

/// A setting that was outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SettingField {
    /// A lead maker's share in ppm, with those of the others.
    LeadMaker,
    /// A parameter of an auction's rulebook.
    Rulebook,
    /// The number of a fee tier.
    Tier,
    /// A maker's fee in ppm.
    MakerFee,
    /// A taker's fee in ppm.
    TakerFee,
    /// The largest quantity, at least the smallest.
    MaxQuantity,
    /// A smallest value in minor units.
    MinNotional,
    /// An auction's collar in ppm.
    AuctionCollar,
    /// The end of the day in nanoseconds after midnight.
    DayEnd,
    /// The most follow-ups of a command.
    FollowUps,
    /// A short limit in minor units.
    ShortLimit,
    /// A limit of an account in minor units.
    AccountLimit,
    /// Length or window of a volatility call in nanoseconds.
    VolatilityCall,
    /// A time of trading hours in nanoseconds after midnight.
    TradingHours,
    /// The interval of batch auctions in nanoseconds.
    BatchInterval,
}

impl fmt::Display for SettingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeadMaker => "the lead makers' share in ppm",
            Self::Rulebook => "the rulebook's parameter",
            Self::Tier => "the fee tier",
            Self::MakerFee => "the maker's fee in ppm",
            Self::TakerFee => "the taker's fee in ppm",
            Self::MaxQuantity => "the largest quantity in lots",
            Self::MinNotional => "the smallest value in minor units",
            Self::AuctionCollar => "the auction collar in ppm",
            Self::DayEnd => "the end of the day in nanoseconds",
            Self::FollowUps => "the number of follow-ups",
            Self::ShortLimit => "the short limit in minor units",
            Self::AccountLimit => "the account's limit in minor units",
            Self::VolatilityCall => "the length or window of a volatility call in nanoseconds",
            Self::TradingHours => "the trading hours in nanoseconds",
            Self::BatchInterval => "the batch interval in nanoseconds",
        })
    }
}
