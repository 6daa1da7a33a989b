//! The bytes of an allocation.

use outcry_engine::{Allocation, Steps, Top};

use super::super::atom::{
    put_flag, put_option, put_quantity, take_flag, take_option, take_quantity, unknown,
};
use crate::JournalError;
use crate::bytes::{Reader, put_uvarint};

pub(super) fn put(out: &mut Vec<u8>, allocation: Allocation) {
    match allocation {
        Allocation::Fifo => out.push(0),
        Allocation::PriceSizeTime => out.push(1),
        Allocation::Steps(steps) => {
            out.push(2);
            put_option(out, steps.top, |out, top| {
                put_quantity(out, top.minimum);
                put_option(out, top.maximum, put_quantity);
            });
            put_flag(out, steps.lead_makers);
            put_uvarint(out, steps.fifo_ppm.into());
            put_option(out, steps.pro_rata, put_quantity);
            put_flag(out, steps.leveling);
        }
    }
}

pub(super) fn take(from: &mut Reader<'_>) -> Result<Allocation, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        0 => Allocation::Fifo,
        1 => Allocation::PriceSizeTime,
        2 => Allocation::Steps(Steps {
            top: take_option(from, take_top)?,
            lead_makers: take_flag(from)?,
            fifo_ppm: from.uvarint32()?,
            pro_rata: take_option(from, take_quantity)?,
            leveling: take_flag(from)?,
        }),
        other => return Err(unknown(start, "allocation", other)),
    })
}

fn take_top(from: &mut Reader<'_>) -> Result<Top, JournalError> {
    Ok(Top { minimum: take_quantity(from)?, maximum: take_option(from, take_quantity)? })
}
