//! The bytes of the smallest parts of a command: names, numbers with a unit, and what may be absent.

use std::num::{NonZeroU32, NonZeroU64};

use outcry_engine::{AccountId, Amount, AssetId, InstrumentId, Lots, OrderId, Price, Qty, Timestamp};
use rust_decimal::Decimal;

use crate::JournalError;
use crate::bytes::{Reader, put_uvarint};

/// A byte that says whether the value follows.
pub(super) fn put_option<T>(out: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        None => out.push(0),
        Some(value) => {
            out.push(1);
            put(out, value);
        }
    }
}

pub(super) fn take_option<T>(
    from: &mut Reader<'_>,
    take: impl FnOnce(&mut Reader<'_>) -> Result<T, JournalError>,
) -> Result<Option<T>, JournalError> {
    if take_flag(from)? { take(from).map(Some) } else { Ok(None) }
}

pub(super) fn put_flag(out: &mut Vec<u8>, flag: bool) {
    out.push(u8::from(flag));
}

pub(super) fn take_flag(from: &mut Reader<'_>) -> Result<bool, JournalError> {
    let start = *from;
    match from.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(start.malformed(format_args!("{other} where 0 or 1 is needed"))),
    }
}

/// An error for a tag that nothing has.
pub(super) fn unknown(start: Reader<'_>, what: &str, tag: u8) -> JournalError {
    start.malformed(format_args!("there is no {what} {tag}"))
}

const NEGATIVE: u8 = 1 << 7;

/// All of a decimal, its trailing zeros included: `1.0` and `1.00` print differently. Scale and sign, then the 96-bit
/// mantissa as its low 64 and high 32 bits.
pub(super) fn put_decimal(out: &mut Vec<u8>, value: Decimal) {
    let mantissa = value.mantissa().unsigned_abs();
    let sign = if value.is_sign_negative() { NEGATIVE } else { 0 };
    out.push(value.scale() as u8 | sign);
    put_uvarint(out, mantissa as u64);
    put_uvarint(out, (mantissa >> 64) as u64);
}

pub(super) fn take_decimal(from: &mut Reader<'_>) -> Result<Decimal, JournalError> {
    let start = *from;
    let kind = from.u8()?;
    let scale = u32::from(kind & !NEGATIVE);
    let mantissa = i128::from(from.uvarint()?) | i128::from(from.uvarint32()?) << 64;
    let mut value = Decimal::try_from_i128_with_scale(mantissa, scale)
        .map_err(|_| start.malformed(format_args!("a decimal with {scale} digits behind the point")))?;
    value.set_sign_negative(kind & NEGATIVE != 0);
    Ok(value)
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn take_text<T, E: ToString>(
    from: &mut Reader<'_>,
    new: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, JournalError> {
    let start = *from;
    let len = usize::from(from.u8()?);
    let text =
        std::str::from_utf8(from.take(len)?).map_err(|_| start.malformed("a text that is not UTF-8"))?;
    new(text).map_err(|e| start.malformed(format_args!("a name that {}", e.to_string())))
}

pub(super) fn put_price(out: &mut Vec<u8>, price: Price) {
    put_uvarint(out, price.get().unsigned_abs());
}

pub(super) fn take_price(from: &mut Reader<'_>) -> Result<Price, JournalError> {
    let start = *from;
    let ticks =
        i64::try_from(from.uvarint()?).map_err(|_| start.malformed("a price of more than 63 bits"))?;
    Price::new(ticks).map_err(|e| start.malformed(format_args!("price {e}")))
}

pub(super) fn put_quantity(out: &mut Vec<u8>, quantity: Qty) {
    put_uvarint(out, quantity.get());
}

pub(super) fn take_quantity(from: &mut Reader<'_>) -> Result<Qty, JournalError> {
    let start = *from;
    Qty::new(from.uvarint()?).map_err(|e| start.malformed(format_args!("quantity {e}")))
}

pub(super) fn put_lots(out: &mut Vec<u8>, lots: Lots) {
    put_uvarint(out, lots.get());
}

pub(super) fn take_lots(from: &mut Reader<'_>) -> Result<Lots, JournalError> {
    from.uvarint().map(Lots::new)
}

pub(super) fn take_amount(from: &mut Reader<'_>) -> Result<Amount, JournalError> {
    let start = *from;
    Amount::new(from.ivarint()?).map_err(|e| start.malformed(format_args!("amount {e}")))
}

pub(super) fn put_account(out: &mut Vec<u8>, account: AccountId) {
    put_uvarint(out, account.get().into());
}

pub(super) fn take_account(from: &mut Reader<'_>) -> Result<AccountId, JournalError> {
    from.uvarint32().map(AccountId::new)
}

pub(super) fn put_asset(out: &mut Vec<u8>, asset: AssetId) {
    put_uvarint(out, asset.get().into());
}

pub(super) fn take_asset(from: &mut Reader<'_>) -> Result<AssetId, JournalError> {
    from.uvarint32().map(AssetId::new)
}

pub(super) fn put_instrument(out: &mut Vec<u8>, instrument: InstrumentId) {
    put_uvarint(out, instrument.get().into());
}

pub(super) fn take_instrument(from: &mut Reader<'_>) -> Result<InstrumentId, JournalError> {
    from.uvarint32().map(InstrumentId::new)
}

pub(super) fn take_order_id(from: &mut Reader<'_>) -> Result<OrderId, JournalError> {
    let start = *from;
    OrderId::new(from.uvarint()?).ok_or_else(|| start.malformed("order 0"))
}

pub(super) fn take_time(from: &mut Reader<'_>) -> Result<Timestamp, JournalError> {
    from.uvarint().map(Timestamp::from_nanos)
}

/// A number above zero of at most 32 bits; `what` names it.
pub(super) fn take_nonzero32(from: &mut Reader<'_>, what: &str) -> Result<NonZeroU32, JournalError> {
    let start = *from;
    NonZeroU32::new(from.uvarint32()?).ok_or_else(|| start.malformed(format_args!("{what} 0")))
}

/// A number above zero; `what` names it.
pub(super) fn take_nonzero64(from: &mut Reader<'_>, what: &str) -> Result<NonZeroU64, JournalError> {
    let start = *from;
    NonZeroU64::new(from.uvarint()?).ok_or_else(|| start.malformed(format_args!("{what} 0")))
}
