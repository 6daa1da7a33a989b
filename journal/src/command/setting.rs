//! The bytes of settings. Numbers keep their type's own range; what a rule allows of it is the exchange's to judge.

mod allocation;
mod band;

use outcry_engine::{AccountSetting, InstrumentSetting, MarketSetting, Rulebook};

use super::atom::{
    put_account, put_asset, put_flag, put_instrument, put_lots, put_option, put_price, take_account,
    take_amount, take_asset, take_flag, take_instrument, take_lots, take_option, take_price, unknown,
};
use super::order::{put_self_trade, take_self_trade};
use super::terms::{put_fee, take_fee};
use crate::JournalError;
use crate::bytes::{Reader, put_ivarint, put_uvarint};

const ALLOCATION: u8 = 1;
const LEAD_MAKER: u8 = 2;
const RULEBOOK: u8 = 3;
const FEE_TIER: u8 = 4;
const TICK_ROW: u8 = 5;
const QUANTITIES: u8 = 6;
const MIN_NOTIONAL: u8 = 7;
const PRICE_BAND: u8 = 8;
const PRICE_RANGE: u8 = 9;
const LIMIT_UP_DOWN: u8 = 10;
const VELOCITY: u8 = 11;
const REFERENCE: u8 = 12;
const AUCTION_COLLAR: u8 = 13;
const HALT_QUEUES: u8 = 14;
const DAY_END: u8 = 15;
const FOLLOW_UPS: u8 = 16;
const VOLATILITY_CALL: u8 = 17;
const TRADING_HOURS: u8 = 18;

pub(super) fn put_instrument_setting(out: &mut Vec<u8>, setting: &InstrumentSetting) {
    match *setting {
        InstrumentSetting::Allocation(allocation) => {
            out.push(ALLOCATION);
            allocation::put(out, allocation);
        }
        InstrumentSetting::LeadMaker { account, ppm } => {
            out.push(LEAD_MAKER);
            put_account(out, account);
            put_uvarint(out, ppm.into());
        }
        InstrumentSetting::Rulebook(rulebook) => {
            out.push(RULEBOOK);
            put_rulebook(out, rulebook);
        }
        InstrumentSetting::FeeTier { tier, maker, taker } => {
            out.extend([FEE_TIER, tier]);
            put_fee(out, maker);
            put_fee(out, taker);
        }
        InstrumentSetting::TickRow(row) => {
            out.push(TICK_ROW);
            band::put_tick_row(out, row);
        }
        InstrumentSetting::Quantities { min, max } => {
            out.push(QUANTITIES);
            put_lots(out, min);
            put_lots(out, max);
        }
        InstrumentSetting::MinNotional(amount) => {
            out.push(MIN_NOTIONAL);
            put_ivarint(out, amount.get());
        }
        InstrumentSetting::PriceBand(band) => {
            out.push(PRICE_BAND);
            put_option(out, band, band::put_price_band);
        }
        InstrumentSetting::PriceRange(range) => {
            out.push(PRICE_RANGE);
            put_option(out, range, band::put_price_range);
        }
        InstrumentSetting::LimitUpDown(terms) => {
            out.push(LIMIT_UP_DOWN);
            put_option(out, terms, band::put_limit_up_down);
        }
        InstrumentSetting::Velocity(terms) => {
            out.push(VELOCITY);
            put_option(out, terms, band::put_velocity);
        }
        InstrumentSetting::Reference(price) => {
            out.push(REFERENCE);
            put_price(out, price);
        }
        InstrumentSetting::AuctionCollar(ppm) => {
            out.push(AUCTION_COLLAR);
            put_uvarint(out, ppm.into());
        }
        InstrumentSetting::HaltQueues(queues) => {
            out.push(HALT_QUEUES);
            put_flag(out, queues);
        }
        InstrumentSetting::DayEnd(nanos) => {
            out.push(DAY_END);
            put_uvarint(out, nanos);
        }
        InstrumentSetting::FollowUps(most) => {
            out.push(FOLLOW_UPS);
            put_uvarint(out, most.into());
        }
        InstrumentSetting::VolatilityCall { length, within } => {
            out.push(VOLATILITY_CALL);
            put_uvarint(out, length);
            put_uvarint(out, within);
        }
        InstrumentSetting::TradingHours { opens, closes } => {
            out.push(TRADING_HOURS);
            put_uvarint(out, opens);
            put_uvarint(out, closes);
        }
    }
}

pub(super) fn take_instrument_setting(from: &mut Reader<'_>) -> Result<InstrumentSetting, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        ALLOCATION => InstrumentSetting::Allocation(allocation::take(from)?),
        LEAD_MAKER => InstrumentSetting::LeadMaker { account: take_account(from)?, ppm: from.uvarint32()? },
        RULEBOOK => InstrumentSetting::Rulebook(take_rulebook(from)?),
        FEE_TIER => {
            InstrumentSetting::FeeTier { tier: from.u8()?, maker: take_fee(from)?, taker: take_fee(from)? }
        }
        TICK_ROW => InstrumentSetting::TickRow(band::take_tick_row(from)?),
        QUANTITIES => InstrumentSetting::Quantities { min: take_lots(from)?, max: take_lots(from)? },
        MIN_NOTIONAL => InstrumentSetting::MinNotional(take_amount(from)?),
        PRICE_BAND => InstrumentSetting::PriceBand(take_option(from, band::take_price_band)?),
        PRICE_RANGE => InstrumentSetting::PriceRange(take_option(from, band::take_price_range)?),
        LIMIT_UP_DOWN => InstrumentSetting::LimitUpDown(take_option(from, band::take_limit_up_down)?),
        VELOCITY => InstrumentSetting::Velocity(take_option(from, band::take_velocity)?),
        REFERENCE => InstrumentSetting::Reference(take_price(from)?),
        AUCTION_COLLAR => InstrumentSetting::AuctionCollar(from.uvarint32()?),
        HALT_QUEUES => InstrumentSetting::HaltQueues(take_flag(from)?),
        DAY_END => InstrumentSetting::DayEnd(from.uvarint()?),
        FOLLOW_UPS => InstrumentSetting::FollowUps(from.uvarint32()?),
        VOLATILITY_CALL => {
            InstrumentSetting::VolatilityCall { length: from.uvarint()?, within: from.uvarint()? }
        }
        TRADING_HOURS => InstrumentSetting::TradingHours { opens: from.uvarint()?, closes: from.uvarint()? },
        other => return Err(unknown(start, "setting of an instrument", other)),
    })
}

fn put_rulebook(out: &mut Vec<u8>, rulebook: Rulebook) {
    match rulebook {
        Rulebook::Xetra => out.push(0),
        Rulebook::Euronext => out.push(1),
        Rulebook::Nasdaq { collar, collar_ppm } => {
            out.push(2);
            put_price(out, collar);
            put_uvarint(out, collar_ppm.into());
        }
        Rulebook::Pressure { bound_ppm } => {
            out.push(3);
            put_uvarint(out, bound_ppm.into());
        }
    }
}

fn take_rulebook(from: &mut Reader<'_>) -> Result<Rulebook, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        0 => Rulebook::Xetra,
        1 => Rulebook::Euronext,
        2 => Rulebook::Nasdaq { collar: take_price(from)?, collar_ppm: from.uvarint32()? },
        3 => Rulebook::Pressure { bound_ppm: from.uvarint32()? },
        other => return Err(unknown(start, "rulebook", other)),
    })
}

const GROUP: u8 = 1;
const SELF_TRADE: u8 = 2;
const TIER: u8 = 3;
const SHORT_LIMIT: u8 = 4;
const MAX_OPEN_ORDERS: u8 = 5;
const MAX_NOTIONAL: u8 = 6;
const MAX_POSITION: u8 = 7;

pub(super) fn put_account_setting(out: &mut Vec<u8>, setting: &AccountSetting) {
    match *setting {
        AccountSetting::Group(group) => {
            out.push(GROUP);
            put_uvarint(out, group.into());
        }
        AccountSetting::SelfTrade(rule) => {
            out.push(SELF_TRADE);
            put_self_trade(out, rule);
        }
        AccountSetting::Tier(tier) => out.extend([TIER, tier]),
        AccountSetting::ShortLimit { asset, amount } => {
            out.push(SHORT_LIMIT);
            put_asset(out, asset);
            put_ivarint(out, amount.get());
        }
        AccountSetting::MaxOpenOrders(most) => {
            out.push(MAX_OPEN_ORDERS);
            put_uvarint(out, most.into());
        }
        AccountSetting::MaxNotional { asset, amount } => {
            out.push(MAX_NOTIONAL);
            put_asset(out, asset);
            put_ivarint(out, amount.get());
        }
        AccountSetting::MaxPosition { asset, amount } => {
            out.push(MAX_POSITION);
            put_asset(out, asset);
            put_ivarint(out, amount.get());
        }
    }
}

pub(super) fn take_account_setting(from: &mut Reader<'_>) -> Result<AccountSetting, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        GROUP => AccountSetting::Group(from.uvarint32()?),
        SELF_TRADE => AccountSetting::SelfTrade(take_self_trade(from)?),
        TIER => AccountSetting::Tier(from.u8()?),
        SHORT_LIMIT => AccountSetting::ShortLimit { asset: take_asset(from)?, amount: take_amount(from)? },
        MAX_OPEN_ORDERS => AccountSetting::MaxOpenOrders(from.uvarint32()?),
        MAX_NOTIONAL => AccountSetting::MaxNotional { asset: take_asset(from)?, amount: take_amount(from)? },
        MAX_POSITION => AccountSetting::MaxPosition { asset: take_asset(from)?, amount: take_amount(from)? },
        other => return Err(unknown(start, "setting of an account", other)),
    })
}

const MARKET_WIDE: u8 = 1;

pub(super) fn put_market_setting(out: &mut Vec<u8>, setting: &MarketSetting) {
    match *setting {
        MarketSetting::MarketWide(halt) => {
            out.push(MARKET_WIDE);
            put_option(out, halt, |out, (index, terms)| {
                put_instrument(out, index);
                band::put_market_wide(out, terms);
            });
        }
    }
}

pub(super) fn take_market_setting(from: &mut Reader<'_>) -> Result<MarketSetting, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        MARKET_WIDE => MarketSetting::MarketWide(take_option(from, |from| {
            Ok((take_instrument(from)?, band::take_market_wide(from)?))
        })?),
        other => return Err(unknown(start, "setting of the market", other)),
    })
}
