//! The bytes of a new instrument's terms.

use outcry_engine::{FeeRate, NewInstrument, Symbol};

use super::atom::{put_asset, put_decimal, put_text, take_asset, take_decimal, take_text};
use crate::JournalError;
use crate::bytes::{Reader, put_ivarint};

pub(super) fn put(out: &mut Vec<u8>, terms: &NewInstrument) {
    put_text(out, terms.symbol.as_str());
    put_asset(out, terms.base);
    put_asset(out, terms.quote);
    put_decimal(out, terms.tick);
    put_decimal(out, terms.lot);
    put_fee(out, terms.maker_fee);
    put_fee(out, terms.taker_fee);
}

pub(super) fn take(from: &mut Reader<'_>) -> Result<NewInstrument, JournalError> {
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

/// A rate in ppm; below zero it is a rebate.
pub(super) fn put_fee(out: &mut Vec<u8>, fee: FeeRate) {
    put_ivarint(out, fee.ppm().into());
}

pub(super) fn take_fee(from: &mut Reader<'_>) -> Result<FeeRate, JournalError> {
    let start = *from;
    let ppm = i32::try_from(from.ivarint()?).map_err(|_| start.malformed("a fee of more than 32 bits"))?;
    FeeRate::from_ppm(ppm).map_err(|e| start.malformed(format_args!("fee {e}")))
}
