//! The bytes of phases and their ends.

use outcry_engine::{Call, Phase, PhaseEnd};

use super::atom::{take_time, unknown};
use crate::JournalError;
use crate::bytes::{Reader, put_uvarint};

pub(super) fn put_phase(out: &mut Vec<u8>, phase: Phase) {
    match phase {
        Phase::Continuous => out.push(0),
        Phase::PreOpen => out.push(1),
        Phase::Call(Call::Opening) => out.push(2),
        Phase::Call(Call::Intraday) => out.push(3),
        Phase::Call(Call::Volatility) => out.push(4),
        Phase::Call(Call::Closing) => out.push(5),
        Phase::Batch { interval } => {
            out.push(6);
            put_uvarint(out, interval);
        }
        Phase::Halted => out.push(7),
        Phase::PostClose => out.push(8),
        Phase::Closed => out.push(9),
    }
}

pub(super) fn take_phase(from: &mut Reader<'_>) -> Result<Phase, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        0 => Phase::Continuous,
        1 => Phase::PreOpen,
        2 => Phase::Call(Call::Opening),
        3 => Phase::Call(Call::Intraday),
        4 => Phase::Call(Call::Volatility),
        5 => Phase::Call(Call::Closing),
        6 => Phase::Batch { interval: from.uvarint()? },
        7 => Phase::Halted,
        8 => Phase::PostClose,
        9 => Phase::Closed,
        other => return Err(unknown(start, "phase", other)),
    })
}

pub(super) fn put_end(out: &mut Vec<u8>, end: PhaseEnd) {
    put_uvarint(out, end.at.nanos());
    put_uvarint(out, end.within);
    put_phase(out, end.then);
}

pub(super) fn take_end(from: &mut Reader<'_>) -> Result<PhaseEnd, JournalError> {
    Ok(PhaseEnd { at: take_time(from)?, within: from.uvarint()?, then: take_phase(from)? })
}
