//! The bytes of a command.
//!
//! Tags and layouts are stable for ever within a format version: a tag is never used again for something else. Every
//! value passes its own checked constructor when it is read.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, FeeRate, InstrumentId, NewInstrument, NewOrder,
    OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce,
};
use rust_decimal::Decimal;

use crate::JournalError;
use crate::bytes::{Reader, put_ivarint, put_uvarint};

const CREATE_ASSET: u8 = 1;
const CREATE_INSTRUMENT: u8 = 2;
const OPEN_ACCOUNT: u8 = 3;
const DEPOSIT: u8 = 4;
const WITHDRAW: u8 = 5;
const PLACE_ORDER: u8 = 6;
const CANCEL_ORDER: u8 = 7;
const REPLACE_ORDER: u8 = 8;

// The byte of a new order that says all but its numbers.
const SELL: u8 = 1;
const MARKET: u8 = 1 << 1;
const IMMEDIATE_OR_CANCEL: u8 = 1 << 2;
const FILL_OR_KILL: u8 = 1 << 3;
const POST_ONLY: u8 = 1 << 4;

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
    }
}

/// Appends what follows the tag.
pub(crate) fn put(out: &mut Vec<u8>, command: &Command) {
    match *command {
        Command::CreateAsset { symbol, decimals } => {
            put_text(out, symbol.as_str());
            out.push(decimals);
        }
        Command::CreateInstrument(terms) => put_instrument(out, &terms),
        Command::OpenAccount { name } => put_text(out, name.as_str()),
        Command::Deposit { account, asset, amount } | Command::Withdraw { account, asset, amount } => {
            put_uvarint(out, account.get().into());
            put_uvarint(out, asset.get().into());
            put_ivarint(out, amount.get());
        }
        Command::PlaceOrder(order) => put_order(out, &order),
        Command::CancelOrder { account, order } => {
            put_uvarint(out, account.get().into());
            put_uvarint(out, order.get());
        }
        Command::ReplaceOrder { account, order, price, quantity } => {
            put_uvarint(out, account.get().into());
            put_uvarint(out, order.get());
            put_price(out, price);
            put_uvarint(out, quantity.get());
        }
    }
}

/// Reads what follows the tag.
pub(crate) fn take(tag: u8, from: &mut Reader<'_>) -> Result<Command, JournalError> {
    Ok(match tag {
        CREATE_ASSET => Command::CreateAsset { symbol: take_text(from, Symbol::new)?, decimals: from.u8()? },
        CREATE_INSTRUMENT => Command::CreateInstrument(take_instrument(from)?),
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
        PLACE_ORDER => Command::PlaceOrder(take_order(from)?),
        CANCEL_ORDER => Command::CancelOrder { account: take_account(from)?, order: take_order_id(from)? },
        REPLACE_ORDER => Command::ReplaceOrder {
            account: take_account(from)?,
            order: take_order_id(from)?,
            price: take_price(from)?,
            quantity: take_quantity(from)?,
        },
        _ => return Err(from.malformed(format_args!("there is no command {tag}"))),
    })
}

fn put_order(out: &mut Vec<u8>, order: &NewOrder) {
    let mut kind = match order.side {
        Side::Buy => 0,
        Side::Sell => SELL,
    };
    kind |= match order.price {
        OrderPrice::Limit(_) => 0,
        OrderPrice::Market => MARKET,
    };
    kind |= match order.time_in_force {
        TimeInForce::GoodTillCancel => 0,
        TimeInForce::ImmediateOrCancel => IMMEDIATE_OR_CANCEL,
        TimeInForce::FillOrKill => FILL_OR_KILL,
    };
    kind |= match order.posting {
        Posting::Any => 0,
        Posting::PostOnly => POST_ONLY,
    };
    out.push(kind);
    put_uvarint(out, order.account.get().into());
    put_uvarint(out, order.instrument.get().into());
    if let OrderPrice::Limit(price) = order.price {
        put_price(out, price);
    }
    put_uvarint(out, order.quantity.get());
}

fn take_order(from: &mut Reader<'_>) -> Result<NewOrder, JournalError> {
    let start = *from;
    let kind = from.u8()?;
    let time_in_force = match kind & (IMMEDIATE_OR_CANCEL | FILL_OR_KILL) {
        0 => TimeInForce::GoodTillCancel,
        IMMEDIATE_OR_CANCEL => TimeInForce::ImmediateOrCancel,
        FILL_OR_KILL => TimeInForce::FillOrKill,
        _ => return Err(start.malformed("an order that is both IOC and FOK")),
    };
    if kind & !(SELL | MARKET | IMMEDIATE_OR_CANCEL | FILL_OR_KILL | POST_ONLY) != 0 {
        return Err(start.malformed(format_args!("there is no kind of order {kind:#04x}")));
    }
    Ok(NewOrder {
        account: take_account(from)?,
        instrument: InstrumentId::new(from.uvarint32()?),
        side: if kind & SELL == 0 { Side::Buy } else { Side::Sell },
        price: if kind & MARKET == 0 { OrderPrice::Limit(take_price(from)?) } else { OrderPrice::Market },
        quantity: take_quantity(from)?,
        time_in_force,
        posting: if kind & POST_ONLY == 0 { Posting::Any } else { Posting::PostOnly },
    })
}

fn put_instrument(out: &mut Vec<u8>, terms: &NewInstrument) {
    put_text(out, terms.symbol.as_str());
    put_uvarint(out, terms.base.get().into());
    put_uvarint(out, terms.quote.get().into());
    put_decimal(out, terms.tick);
    put_decimal(out, terms.lot);
    put_uvarint(out, terms.maker_fee.ppm().into());
    put_uvarint(out, terms.taker_fee.ppm().into());
}

fn take_instrument(from: &mut Reader<'_>) -> Result<NewInstrument, JournalError> {
    Ok(NewInstrument {
        symbol: take_text(from, Symbol::new)?,
        base: take_asset(from)?,
        quote: take_asset(from)?,
        tick: take_decimal(from)?,
        lot: take_decimal(from)?,
        maker_fee: take_fee(from)?,
        taker_fee: take_fee(from)?,
    })
}

const NEGATIVE: u8 = 1 << 7;

/// All of a decimal, its trailing zeros included: `1.0` and `1.00` print differently. Scale and sign, then the 96-bit
/// mantissa as its low 64 and high 32 bits.
fn put_decimal(out: &mut Vec<u8>, value: Decimal) {
    let mantissa = value.mantissa().unsigned_abs();
    let sign = if value.is_sign_negative() { NEGATIVE } else { 0 };
    out.push(value.scale() as u8 | sign);
    put_uvarint(out, mantissa as u64);
    put_uvarint(out, (mantissa >> 64) as u64);
}

fn take_decimal(from: &mut Reader<'_>) -> Result<Decimal, JournalError> {
    let start = *from;
    let kind = from.u8()?;
    let scale = u32::from(kind & !NEGATIVE);
    let mantissa = i128::from(from.uvarint()?) | i128::from(from.uvarint32()?) << 64;
    let mut value = Decimal::try_from_i128_with_scale(mantissa, scale)
        .map_err(|_| start.malformed(format_args!("a decimal with {scale} digits behind the point")))?;
    value.set_sign_negative(kind & NEGATIVE != 0);
    Ok(value)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

fn take_text<T, E: ToString>(
    from: &mut Reader<'_>,
    new: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, JournalError> {
    let start = *from;
    let len = usize::from(from.u8()?);
    let text =
        std::str::from_utf8(from.take(len)?).map_err(|_| start.malformed("a text that is not UTF-8"))?;
    new(text).map_err(|e| start.malformed(format_args!("a name that {}", e.to_string())))
}

fn put_price(out: &mut Vec<u8>, price: Price) {
    put_uvarint(out, price.get().unsigned_abs());
}

fn take_price(from: &mut Reader<'_>) -> Result<Price, JournalError> {
    let start = *from;
    let ticks =
        i64::try_from(from.uvarint()?).map_err(|_| start.malformed("a price of more than 63 bits"))?;
    Price::new(ticks).map_err(|e| start.malformed(format_args!("price {e}")))
}

fn take_quantity(from: &mut Reader<'_>) -> Result<Qty, JournalError> {
    let start = *from;
    Qty::new(from.uvarint()?).map_err(|e| start.malformed(format_args!("quantity {e}")))
}

fn take_amount(from: &mut Reader<'_>) -> Result<Amount, JournalError> {
    let start = *from;
    Amount::new(from.ivarint()?).map_err(|e| start.malformed(format_args!("amount {e}")))
}

fn take_fee(from: &mut Reader<'_>) -> Result<FeeRate, JournalError> {
    let start = *from;
    FeeRate::from_ppm(from.uvarint32()?).map_err(|e| start.malformed(format_args!("fee {e}")))
}

fn take_account(from: &mut Reader<'_>) -> Result<AccountId, JournalError> {
    from.uvarint32().map(AccountId::new)
}

fn take_asset(from: &mut Reader<'_>) -> Result<AssetId, JournalError> {
    from.uvarint32().map(AssetId::new)
}

fn take_order_id(from: &mut Reader<'_>) -> Result<OrderId, JournalError> {
    let start = *from;
    OrderId::new(from.uvarint()?).ok_or_else(|| start.malformed("order 0"))
}
