//! The bytes of tick table rows, bands, ranges and halts.

use std::num::{NonZeroU32, NonZeroU64};

use outcry_engine::{
    LimitTier, LimitUpDownTerms, MarketWideTerms, PriceBand, PriceRange, TickRow, VelocityTerms,
};

use super::super::atom::{
    put_option, put_price, take_nonzero32, take_nonzero64, take_option, take_price, unknown,
};
use crate::JournalError;
use crate::bytes::{Reader, put_uvarint};

pub(super) fn put_tick_row(out: &mut Vec<u8>, row: TickRow) {
    put_price(out, row.from);
    put_uvarint(out, row.step.get().into());
}

pub(super) fn take_tick_row(from: &mut Reader<'_>) -> Result<TickRow, JournalError> {
    Ok(TickRow { from: take_price(from)?, step: take_nonzero32(from, "a step of ticks")? })
}

pub(super) fn put_price_band(out: &mut Vec<u8>, band: PriceBand) {
    put_uvarint(out, band.width_ppm.into());
    put_uvarint(out, band.floor_ticks);
}

pub(super) fn take_price_band(from: &mut Reader<'_>) -> Result<PriceBand, JournalError> {
    Ok(PriceBand { width_ppm: from.uvarint32()?, floor_ticks: from.uvarint()? })
}

pub(super) fn put_price_range(out: &mut Vec<u8>, range: PriceRange) {
    for ppm in [range.static_ppm, range.dynamic_ppm] {
        put_option(out, ppm, |out, ppm: NonZeroU32| put_uvarint(out, ppm.get().into()));
    }
}

pub(super) fn take_price_range(from: &mut Reader<'_>) -> Result<PriceRange, JournalError> {
    let mut ppm = || take_option(from, |from| take_nonzero32(from, "a range of ppm"));
    Ok(PriceRange { static_ppm: ppm()?, dynamic_ppm: ppm()? })
}

pub(super) fn put_limit_up_down(out: &mut Vec<u8>, terms: LimitUpDownTerms) {
    out.push(match terms.tier {
        LimitTier::One => 1,
        LimitTier::Two => 2,
    });
    put_option(out, terms.ticks_per_unit, |out, ticks: NonZeroU64| put_uvarint(out, ticks.get()));
    for number in [terms.limit_seconds, terms.pause_seconds, terms.move_ppm, terms.hold_seconds] {
        put_uvarint(out, number.into());
    }
}

pub(super) fn take_limit_up_down(from: &mut Reader<'_>) -> Result<LimitUpDownTerms, JournalError> {
    let start = *from;
    let tier = match from.u8()? {
        1 => LimitTier::One,
        2 => LimitTier::Two,
        other => return Err(unknown(start, "tier of bands", other)),
    };
    Ok(LimitUpDownTerms {
        tier,
        ticks_per_unit: take_option(from, |from| take_nonzero64(from, "ticks in a unit of money"))?,
        limit_seconds: from.uvarint32()?,
        pause_seconds: from.uvarint32()?,
        move_ppm: from.uvarint32()?,
        hold_seconds: from.uvarint32()?,
    })
}

pub(super) fn put_velocity(out: &mut Vec<u8>, terms: VelocityTerms) {
    for number in [terms.move_ticks, terms.window_millis, terms.reserve_millis] {
        put_uvarint(out, number.into());
    }
}

pub(super) fn take_velocity(from: &mut Reader<'_>) -> Result<VelocityTerms, JournalError> {
    Ok(VelocityTerms {
        move_ticks: from.uvarint32()?,
        window_millis: from.uvarint32()?,
        reserve_millis: from.uvarint32()?,
    })
}

pub(super) fn put_market_wide(out: &mut Vec<u8>, terms: MarketWideTerms) {
    for number in [terms.first_ppm, terms.second_ppm, terms.third_ppm, terms.halt_seconds] {
        put_uvarint(out, number.into());
    }
}

pub(super) fn take_market_wide(from: &mut Reader<'_>) -> Result<MarketWideTerms, JournalError> {
    Ok(MarketWideTerms {
        first_ppm: from.uvarint32()?,
        second_ppm: from.uvarint32()?,
        third_ppm: from.uvarint32()?,
        halt_seconds: from.uvarint32()?,
    })
}
