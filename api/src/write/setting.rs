//! Settings as text: `setting` and the fields that belong to it.

use outcry_engine::{
    AccountName, AccountSetting, Allocation, InstrumentSetting, MarketSetting, Rulebook, Steps, Symbol, Top,
};
use serde::Serialize;

use super::{Names, Scale};
use crate::decimal::DecimalText;
use crate::word::Word;

/// A setting of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "setting", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum InstrumentSettingText {
    Allocation(AllocationText),
    LeadMaker { account: AccountName, ppm: u32 },
    Rulebook(RulebookText),
    FeeTier { tier: u8, maker_fee_ppm: i32, taker_fee_ppm: i32 },
    TickRow { from: DecimalText, step: DecimalText },
    Quantities { min: DecimalText, max: DecimalText },
    MinNotional { amount: DecimalText },
    PriceBand(Switched<PriceBandText>),
    PriceRange(Switched<PriceRangeText>),
    LimitUpDown(Switched<LimitUpDownText>),
    Velocity(Switched<VelocityText>),
    Reference { price: DecimalText },
    AuctionCollar { ppm: u32 },
    HaltQueues { queues: bool },
    DayEnd { nanos: u64 },
    FollowUps { most: u32 },
    VolatilityCall { length_nanos: u64, within_nanos: u64 },
    TradingHours { opens_nanos: u64, closes_nanos: u64 },
}

/// A rule that is on with its terms, or off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct Switched<T> {
    pub on: bool,
    #[serde(flatten)]
    pub terms: Option<T>,
}

impl<T> Switched<T> {
    fn new(terms: Option<T>) -> Self {
        Self { on: terms.is_some(), terms }
    }
}

/// How a level is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "allocation", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum AllocationText {
    Fifo,
    PriceSizeTime,
    Steps {
        #[serde(skip_serializing_if = "Option::is_none")]
        top: Option<TopText>,
        lead_makers: bool,
        fifo_ppm: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        pro_rata: Option<DecimalText>,
        leveling: bool,
    },
}

/// Bounds of the TOP order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct TopText {
    pub minimum: DecimalText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<DecimalText>,
}

/// How an auction finds its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "rulebook", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum RulebookText {
    Xetra,
    Euronext,
    Nasdaq { collar: DecimalText, collar_ppm: u32 },
    Pressure { bound_ppm: u32 },
}

/// The terms of a price band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct PriceBandText {
    pub width_ppm: u32,
    pub floor: DecimalText,
}

/// The terms of a static and dynamic range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct PriceRangeText {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_ppm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_ppm: Option<u32>,
}

/// The terms of limit up, limit down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct LimitUpDownText {
    pub tier: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticks_per_unit: Option<u64>,
    pub limit_seconds: u32,
    pub pause_seconds: u32,
    pub move_ppm: u32,
    pub hold_seconds: u32,
}

/// The terms of velocity logic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct VelocityText {
    #[serde(rename = "move")]
    pub distance: DecimalText,
    pub window_millis: u32,
    pub reserve_millis: u32,
}

impl InstrumentSettingText {
    pub(crate) fn new(names: Names<'_>, scale: Scale<'_>, setting: &InstrumentSetting) -> Option<Self> {
        Some(match *setting {
            InstrumentSetting::Allocation(allocation) => {
                Self::Allocation(AllocationText::new(scale, allocation))
            }
            InstrumentSetting::LeadMaker { account, ppm } => {
                Self::LeadMaker { account: names.account(account)?, ppm }
            }
            InstrumentSetting::Rulebook(rulebook) => Self::Rulebook(RulebookText::new(scale, rulebook)),
            InstrumentSetting::FeeTier { tier, maker, taker } => {
                Self::FeeTier { tier, maker_fee_ppm: maker.ppm(), taker_fee_ppm: taker.ppm() }
            }
            InstrumentSetting::TickRow(row) => {
                Self::TickRow { from: scale.price(row.from), step: scale.distance(row.step.get()) }
            }
            InstrumentSetting::Quantities { min, max } => {
                Self::Quantities { min: scale.quantity(min), max: scale.quantity(max) }
            }
            InstrumentSetting::MinNotional(amount) => {
                Self::MinNotional { amount: names.quote_amount(scale, amount)? }
            }
            InstrumentSetting::PriceBand(band) => Self::PriceBand(Switched::new(band.map(|band| {
                PriceBandText { width_ppm: band.width_ppm, floor: scale.distance(band.floor_ticks) }
            }))),
            InstrumentSetting::PriceRange(range) => {
                Self::PriceRange(Switched::new(range.map(|range| PriceRangeText {
                    static_ppm: range.static_ppm.map(std::num::NonZeroU32::get),
                    dynamic_ppm: range.dynamic_ppm.map(std::num::NonZeroU32::get),
                })))
            }
            InstrumentSetting::LimitUpDown(terms) => {
                Self::LimitUpDown(Switched::new(terms.map(|terms| LimitUpDownText {
                    tier: terms.tier.text(),
                    ticks_per_unit: terms.ticks_per_unit.map(std::num::NonZeroU64::get),
                    limit_seconds: terms.limit_seconds,
                    pause_seconds: terms.pause_seconds,
                    move_ppm: terms.move_ppm,
                    hold_seconds: terms.hold_seconds,
                })))
            }
            InstrumentSetting::Velocity(terms) => {
                Self::Velocity(Switched::new(terms.map(|terms| VelocityText {
                    distance: scale.distance(terms.move_ticks),
                    window_millis: terms.window_millis,
                    reserve_millis: terms.reserve_millis,
                })))
            }
            InstrumentSetting::Reference(price) => Self::Reference { price: scale.price(price) },
            InstrumentSetting::AuctionCollar(ppm) => Self::AuctionCollar { ppm },
            InstrumentSetting::HaltQueues(queues) => Self::HaltQueues { queues },
            InstrumentSetting::DayEnd(nanos) => Self::DayEnd { nanos },
            InstrumentSetting::FollowUps(most) => Self::FollowUps { most },
            InstrumentSetting::VolatilityCall { length, within } => {
                Self::VolatilityCall { length_nanos: length, within_nanos: within }
            }
            InstrumentSetting::TradingHours { opens, closes } => {
                Self::TradingHours { opens_nanos: opens, closes_nanos: closes }
            }
        })
    }
}

impl AllocationText {
    fn new(scale: Scale<'_>, allocation: Allocation) -> Self {
        match allocation {
            Allocation::Fifo => Self::Fifo,
            Allocation::PriceSizeTime => Self::PriceSizeTime,
            Allocation::Steps(Steps { top, lead_makers, fifo_ppm, pro_rata, leveling }) => Self::Steps {
                top: top.map(|Top { minimum, maximum }| TopText {
                    minimum: scale.quantity(minimum.lots()),
                    maximum: maximum.map(|maximum| scale.quantity(maximum.lots())),
                }),
                lead_makers,
                fifo_ppm,
                pro_rata: pro_rata.map(|minimum| scale.quantity(minimum.lots())),
                leveling,
            },
        }
    }
}

impl RulebookText {
    fn new(scale: Scale<'_>, rulebook: Rulebook) -> Self {
        match rulebook {
            Rulebook::Xetra => Self::Xetra,
            Rulebook::Euronext => Self::Euronext,
            Rulebook::Nasdaq { collar, collar_ppm } => {
                Self::Nasdaq { collar: scale.price(collar), collar_ppm }
            }
            Rulebook::Pressure { bound_ppm } => Self::Pressure { bound_ppm },
        }
    }
}

/// A setting of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "setting", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum AccountSettingText {
    Group { group: u32 },
    SelfTrade { rule: &'static str },
    Tier { tier: u8 },
    ShortLimit { asset: Symbol, amount: DecimalText },
    MaxOpenOrders { most: u32 },
    MaxNotional { asset: Symbol, amount: DecimalText },
    MaxPosition { asset: Symbol, amount: DecimalText },
}

impl AccountSettingText {
    pub(crate) fn new(names: Names<'_>, setting: &AccountSetting) -> Option<Self> {
        Some(match *setting {
            AccountSetting::Group(group) => Self::Group { group },
            AccountSetting::SelfTrade(rule) => Self::SelfTrade { rule: rule.text() },
            AccountSetting::Tier(tier) => Self::Tier { tier },
            AccountSetting::ShortLimit { asset, amount } => {
                Self::ShortLimit { asset: names.asset(asset)?, amount: names.amount(asset, amount)? }
            }
            AccountSetting::MaxOpenOrders(most) => Self::MaxOpenOrders { most },
            AccountSetting::MaxNotional { asset, amount } => {
                Self::MaxNotional { asset: names.asset(asset)?, amount: names.amount(asset, amount)? }
            }
            AccountSetting::MaxPosition { asset, amount } => {
                Self::MaxPosition { asset: names.asset(asset)?, amount: names.amount(asset, amount)? }
            }
        })
    }
}

/// A setting of the market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "setting", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum MarketSettingText {
    MarketWide(Switched<MarketWideText>),
}

/// The terms of the market-wide halt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct MarketWideText {
    pub index: Symbol,
    pub first_ppm: u32,
    pub second_ppm: u32,
    pub third_ppm: u32,
    pub halt_seconds: u32,
}

impl MarketSettingText {
    pub(crate) fn new(names: Names<'_>, setting: &MarketSetting) -> Option<Self> {
        let MarketSetting::MarketWide(halt) = *setting;
        let terms = match halt {
            None => None,
            Some((index, terms)) => Some(MarketWideText {
                index: names.scale(index)?.symbol(),
                first_ppm: terms.first_ppm,
                second_ppm: terms.second_ppm,
                third_ppm: terms.third_ppm,
                halt_seconds: terms.halt_seconds,
            }),
        };
        Some(Self::MarketWide(Switched::new(terms)))
    }
}
