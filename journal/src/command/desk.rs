//! The bytes of what a cash desk is asked.

use outcry_engine::{AssetId, Command, DeskId, IdempotenceKey, Rate};

use super::atom::{put_asset, put_decimal, take_asset, take_decimal};
use crate::JournalError;
use crate::bytes::{Reader, put_uvarint};

pub(super) fn put_rate(out: &mut Vec<u8>, desk: DeskId, money: AssetId, rate: Rate) {
    put_uvarint(out, desk.get().into());
    put_asset(out, money);
    put_decimal(out, rate.decimal());
}

/// A rate has no zeros at its end: another form of the same number is refused.
pub(super) fn take_rate(from: &mut Reader<'_>) -> Result<Command, JournalError> {
    let desk = take_desk(from)?;
    let money = take_asset(from)?;
    let start = *from;
    let decimal = take_decimal(from)?;
    let rate = Rate::new(decimal).map_err(|e| start.malformed(e))?;
    if rate.decimal().serialize() != decimal.serialize() {
        return Err(start.malformed(format_args!("the rate {decimal}, which is longer than it need be")));
    }
    Ok(Command::SetRate { desk, money, rate })
}

pub(super) fn take_desk(from: &mut Reader<'_>) -> Result<DeskId, JournalError> {
    from.uvarint32().map(DeskId::new)
}

/// Random as a rule, so all of its bytes.
pub(super) fn put_key(out: &mut Vec<u8>, key: IdempotenceKey) {
    out.extend_from_slice(&key.get().to_le_bytes());
}

pub(super) fn take_key(from: &mut Reader<'_>) -> Result<IdempotenceKey, JournalError> {
    from.array().map(u128::from_le_bytes).map(IdempotenceKey::new)
}
