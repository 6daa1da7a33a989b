//! The bytes of a mass quote: its length is checked before anything is reserved for it.

use outcry_engine::limits::MAX_QUOTES;
use outcry_engine::{MassQuote, Price, Qty, Quote};

use super::atom::{
    put_account, put_instrument, put_price, put_quantity, take_account, take_instrument, take_price,
    take_quantity,
};
use crate::JournalError;
use crate::bytes::{Reader, put_uvarint};

/// Checks that the entries are as many as a reader takes. (None at all has an encoding; the exchange refuses it.)
pub(super) fn check(mass: &MassQuote) -> Result<(), JournalError> {
    let given = mass.quotes.len() as u64;
    if given > u64::from(MAX_QUOTES) {
        return Err(JournalError::TooManyQuotes { given, limit: MAX_QUOTES.into() });
    }
    Ok(())
}

// Which sides of a quote follow.
const BID: u8 = 1;
const ASK: u8 = 1 << 1;

pub(super) fn put(out: &mut Vec<u8>, mass: &MassQuote) {
    put_account(out, mass.account);
    put_uvarint(out, mass.quotes.len() as u64);
    for quote in &mass.quotes {
        put_instrument(out, quote.instrument);
        let bid = if quote.bid.is_some() { BID } else { 0 };
        let ask = if quote.ask.is_some() { ASK } else { 0 };
        out.push(bid | ask);
        for (price, quantity) in [quote.bid, quote.ask].into_iter().flatten() {
            put_price(out, price);
            put_quantity(out, quantity);
        }
    }
}

pub(super) fn take(from: &mut Reader<'_>) -> Result<MassQuote, JournalError> {
    let account = take_account(from)?;
    let start = *from;
    let count = from.uvarint()?;
    if count > u64::from(MAX_QUOTES) {
        return Err(start.malformed(format_args!("{count} quotes, at most {MAX_QUOTES} are allowed")));
    }
    let mut quotes = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let instrument = take_instrument(from)?;
        let start = *from;
        let sides = from.u8()?;
        if sides & !(BID | ASK) != 0 {
            return Err(start.malformed(format_args!("there are no sides {sides:#04x} of a quote")));
        }
        let mut side = |mark| if sides & mark == 0 { Ok(None) } else { take_side(from).map(Some) };
        quotes.push(Quote { instrument, bid: side(BID)?, ask: side(ASK)? });
    }
    Ok(MassQuote { account, quotes })
}

fn take_side(from: &mut Reader<'_>) -> Result<(Price, Qty), JournalError> {
    Ok((take_price(from)?, take_quantity(from)?))
}
