//! The bytes of a command.
//!
//! Tags and layouts are stable for ever within a format version: a tag is never used again for something else. Every
//! value passes its own checked constructor when it is read, and every value has one encoding only. What the exchange
//! refuses by its rules (a market order that would rest, a setting outside its range) is a command like any other and
//! comes back as it was.

mod atom;
mod desk;
mod order;
mod quote;
mod session;
mod setting;
mod terms;

use outcry_engine::{AccountName, Command, Symbol};

use crate::JournalError;
use crate::bytes::{Reader, put_ivarint, put_uvarint};

use atom::{
    put_account, put_asset, put_instrument, put_option, put_price, put_quantity, put_text, take_account,
    take_amount, take_asset, take_instrument, take_option, take_order_id, take_price, take_quantity,
    take_text,
};

const CREATE_ASSET: u8 = 1;
const CREATE_INSTRUMENT: u8 = 2;
const OPEN_ACCOUNT: u8 = 3;
const DEPOSIT: u8 = 4;
const WITHDRAW: u8 = 5;
const PLACE_ORDER: u8 = 6;
const CANCEL_ORDER: u8 = 7;
const REPLACE_ORDER: u8 = 8;
const PLACE_CONDITIONAL: u8 = 9;
const PLACE_PAIR: u8 = 10;
const PLACE_BRACKET: u8 = 11;
const PLACE_CASH_ORDER: u8 = 12;
const CANCEL_ORDERS: u8 = 13;
const QUOTE: u8 = 14;
const BLOCK_ACCOUNT: u8 = 15;
const UNBLOCK_ACCOUNT: u8 = 16;
const SET_INSTRUMENT: u8 = 17;
const SET_ACCOUNT: u8 = 18;
const SET_MARKET: u8 = 19;
const SET_PHASE: u8 = 20;
const HALT_MARKET: u8 = 21;
const RESUME_MARKET: u8 = 22;
const ADVANCE_CLOCK: u8 = 23;
const OPEN_DESK: u8 = 24;
const SET_RATE: u8 = 25;
const BUY_AT_DESK: u8 = 26;

/// Which command it is; below 32, so that it shares its byte with the flags of the entry.
pub(crate) const fn tag(command: &Command) -> u8 {
    match command {
        Command::CreateAsset { .. } => CREATE_ASSET,
        Command::CreateInstrument(_) => CREATE_INSTRUMENT,
        Command::OpenAccount { .. } => OPEN_ACCOUNT,
        Command::Deposit { .. } => DEPOSIT,
        Command::Withdraw { .. } => WITHDRAW,
        Command::PlaceOrder(_) => PLACE_ORDER,
        Command::CancelOrder { .. } => CANCEL_ORDER,
        Command::ReplaceOrder { .. } => REPLACE_ORDER,
        Command::PlaceConditional(_) => PLACE_CONDITIONAL,
        Command::PlacePair(_) => PLACE_PAIR,
        Command::PlaceBracket(_) => PLACE_BRACKET,
        Command::PlaceCashOrder { .. } => PLACE_CASH_ORDER,
        Command::CancelOrders { .. } => CANCEL_ORDERS,
        Command::Quote(_) => QUOTE,
        Command::BlockAccount { .. } => BLOCK_ACCOUNT,
        Command::UnblockAccount { .. } => UNBLOCK_ACCOUNT,
        Command::SetInstrument { .. } => SET_INSTRUMENT,
        Command::SetAccount { .. } => SET_ACCOUNT,
        Command::SetMarket { .. } => SET_MARKET,
        Command::SetPhase { .. } => SET_PHASE,
        Command::HaltMarket => HALT_MARKET,
        Command::ResumeMarket => RESUME_MARKET,
        Command::AdvanceClock => ADVANCE_CLOCK,
        Command::OpenDesk { .. } => OPEN_DESK,
        Command::SetRate { .. } => SET_RATE,
        Command::BuyAtDesk { .. } => BUY_AT_DESK,
    }
}

/// Checks that a command has an encoding: all but a mass quote of more entries than a reader takes have one.
pub(crate) fn check(command: &Command) -> Result<(), JournalError> {
    match command {
        Command::Quote(mass) => quote::check(mass),
        _ => Ok(()),
    }
}

/// Appends what follows the tag.
pub(crate) fn put(out: &mut Vec<u8>, command: &Command) {
    match command {
        Command::CreateAsset { symbol, decimals } => {
            put_text(out, symbol.as_str());
            out.push(*decimals);
        }
        Command::CreateInstrument(terms) => terms::put(out, terms),
        Command::OpenAccount { name } => put_text(out, name.as_str()),
        Command::Deposit { account, asset, amount } | Command::Withdraw { account, asset, amount } => {
            put_account(out, *account);
            put_asset(out, *asset);
            put_ivarint(out, amount.get());
        }
        Command::PlaceOrder(order) => order::put(out, order),
        Command::CancelOrder { account, order } => {
            put_account(out, *account);
            put_uvarint(out, order.get());
        }
        Command::ReplaceOrder { account, order, price, quantity } => {
            put_account(out, *account);
            put_uvarint(out, order.get());
            put_price(out, *price);
            put_quantity(out, *quantity);
        }
        Command::PlaceConditional(order) => order::put_conditional(out, order),
        Command::PlacePair(pair) => order::put_pair(out, pair),
        Command::PlaceBracket(bracket) => order::put_bracket(out, bracket),
        Command::PlaceCashOrder { account, instrument, amount } => {
            put_account(out, *account);
            put_instrument(out, *instrument);
            put_ivarint(out, amount.get());
        }
        Command::CancelOrders { account, instrument, side } => {
            put_account(out, *account);
            put_option(out, *instrument, put_instrument);
            put_option(out, *side, order::put_side);
        }
        Command::Quote(mass) => quote::put(out, mass),
        Command::BlockAccount { account } | Command::UnblockAccount { account } => put_account(out, *account),
        Command::SetInstrument { instrument, setting } => {
            put_instrument(out, *instrument);
            setting::put_instrument_setting(out, setting);
        }
        Command::SetAccount { account, setting } => {
            put_account(out, *account);
            setting::put_account_setting(out, setting);
        }
        Command::SetMarket { setting } => setting::put_market_setting(out, setting),
        Command::SetPhase { instrument, phase, end } => {
            put_instrument(out, *instrument);
            session::put_phase(out, *phase);
            put_option(out, *end, session::put_end);
        }
        Command::HaltMarket | Command::ResumeMarket | Command::AdvanceClock => {}
        Command::OpenDesk { account, sells, cap } => {
            put_account(out, *account);
            put_asset(out, *sells);
            put_ivarint(out, cap.get());
        }
        Command::SetRate { desk, money, rate } => desk::put_rate(out, *desk, *money, *rate),
        Command::BuyAtDesk { desk, account, money, amount, key } => {
            put_uvarint(out, desk.get().into());
            put_account(out, *account);
            put_asset(out, *money);
            put_ivarint(out, amount.get());
            desk::put_key(out, *key);
        }
    }
}

/// Reads what follows the tag.
pub(crate) fn take(tag: u8, from: &mut Reader<'_>) -> Result<Command, JournalError> {
    Ok(match tag {
        CREATE_ASSET => Command::CreateAsset { symbol: take_text(from, Symbol::new)?, decimals: from.u8()? },
        CREATE_INSTRUMENT => Command::CreateInstrument(terms::take(from)?),
        OPEN_ACCOUNT => Command::OpenAccount { name: take_text(from, AccountName::new)? },
        DEPOSIT => Command::Deposit {
            account: take_account(from)?,
            asset: take_asset(from)?,
            amount: take_amount(from)?,
        },
        WITHDRAW => Command::Withdraw {
            account: take_account(from)?,
            asset: take_asset(from)?,
            amount: take_amount(from)?,
        },
        PLACE_ORDER => Command::PlaceOrder(order::take(from)?),
        CANCEL_ORDER => Command::CancelOrder { account: take_account(from)?, order: take_order_id(from)? },
        REPLACE_ORDER => Command::ReplaceOrder {
            account: take_account(from)?,
            order: take_order_id(from)?,
            price: take_price(from)?,
            quantity: take_quantity(from)?,
        },
        PLACE_CONDITIONAL => Command::PlaceConditional(Box::new(order::take_conditional(from)?)),
        PLACE_PAIR => Command::PlacePair(Box::new(order::take_pair(from)?)),
        PLACE_BRACKET => Command::PlaceBracket(Box::new(order::take_bracket(from)?)),
        PLACE_CASH_ORDER => Command::PlaceCashOrder {
            account: take_account(from)?,
            instrument: take_instrument(from)?,
            amount: take_amount(from)?,
        },
        CANCEL_ORDERS => Command::CancelOrders {
            account: take_account(from)?,
            instrument: take_option(from, take_instrument)?,
            side: take_option(from, order::take_side)?,
        },
        QUOTE => Command::Quote(Box::new(quote::take(from)?)),
        BLOCK_ACCOUNT => Command::BlockAccount { account: take_account(from)? },
        UNBLOCK_ACCOUNT => Command::UnblockAccount { account: take_account(from)? },
        SET_INSTRUMENT => Command::SetInstrument {
            instrument: take_instrument(from)?,
            setting: setting::take_instrument_setting(from)?,
        },
        SET_ACCOUNT => Command::SetAccount {
            account: take_account(from)?,
            setting: setting::take_account_setting(from)?,
        },
        SET_MARKET => Command::SetMarket { setting: setting::take_market_setting(from)? },
        SET_PHASE => Command::SetPhase {
            instrument: take_instrument(from)?,
            phase: session::take_phase(from)?,
            end: take_option(from, session::take_end)?,
        },
        HALT_MARKET => Command::HaltMarket,
        RESUME_MARKET => Command::ResumeMarket,
        ADVANCE_CLOCK => Command::AdvanceClock,
        OPEN_DESK => Command::OpenDesk {
            account: take_account(from)?,
            sells: take_asset(from)?,
            cap: take_amount(from)?,
        },
        SET_RATE => desk::take_rate(from)?,
        BUY_AT_DESK => Command::BuyAtDesk {
            desk: desk::take_desk(from)?,
            account: take_account(from)?,
            money: take_asset(from)?,
            amount: take_amount(from)?,
            key: desk::take_key(from)?,
        },
        _ => return Err(from.malformed(format_args!("there is no command {tag}"))),
    })
}
