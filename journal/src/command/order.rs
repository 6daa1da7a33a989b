//! The bytes of orders: plain ones, those with conditions, OCO pairs and brackets.

use outcry_engine::{
    Bracket, ConditionalOrder, Conditions, Display, Minimum, NewOrder, OrderPair, OrderPrice, Peg, PegTo,
    Posting, Protection, SelfTrade, Side, TimeInForce, Trail, Trigger, TriggerBy, TriggerKind,
};

use super::atom::{
    put_account, put_instrument, put_lots, put_option, put_price, put_quantity, take_account,
    take_instrument, take_lots, take_nonzero32, take_option, take_price, take_quantity, take_time, unknown,
};
use crate::JournalError;
use crate::bytes::{Reader, put_ivarint, put_uvarint};

// The byte of a new order that says all but its numbers: the side, then fields of a few values each.
const SELL: u8 = 1;
const PRICE: Field = Field { shift: 1, bits: 2 };
const TIME_IN_FORCE: Field = Field { shift: 3, bits: 3 };
const POSTING: Field = Field { shift: 6, bits: 2 };

/// Some bits of a byte.
#[derive(Clone, Copy)]
struct Field {
    shift: u8,
    bits: u8,
}

impl Field {
    const fn put(self, value: u8) -> u8 {
        value << self.shift
    }

    const fn take(self, byte: u8) -> u8 {
        byte >> self.shift & ((1 << self.bits) - 1)
    }
}

pub(super) fn put(out: &mut Vec<u8>, order: &NewOrder) {
    let price = match order.price {
        OrderPrice::Limit(_) => 0,
        OrderPrice::Market => 1,
        OrderPrice::MarketToLimit => 2,
    };
    let time_in_force = match order.time_in_force {
        TimeInForce::GoodTillCancel => 0,
        TimeInForce::ImmediateOrCancel => 1,
        TimeInForce::FillOrKill => 2,
        TimeInForce::Day => 3,
        TimeInForce::GoodTillDate(_) => 4,
    };
    let posting = match order.posting {
        Posting::Any => 0,
        Posting::PostOnly => 1,
        Posting::PostOnlyReprice => 2,
    };
    let side = match order.side {
        Side::Buy => 0,
        Side::Sell => SELL,
    };
    out.push(side | PRICE.put(price) | TIME_IN_FORCE.put(time_in_force) | POSTING.put(posting));
    put_account(out, order.account);
    put_instrument(out, order.instrument);
    if let OrderPrice::Limit(price) = order.price {
        put_price(out, price);
    }
    put_quantity(out, order.quantity);
    if let TimeInForce::GoodTillDate(time) = order.time_in_force {
        put_uvarint(out, time.nanos());
    }
}

pub(super) fn take(from: &mut Reader<'_>) -> Result<NewOrder, JournalError> {
    let start = *from;
    let kind = from.u8()?;
    let no_kind = || start.malformed(format_args!("there is no kind of order {kind:#04x}"));
    let posting = match POSTING.take(kind) {
        0 => Posting::Any,
        1 => Posting::PostOnly,
        2 => Posting::PostOnlyReprice,
        _ => return Err(no_kind()),
    };
    let account = take_account(from)?;
    let instrument = take_instrument(from)?;
    let price = match PRICE.take(kind) {
        0 => OrderPrice::Limit(take_price(from)?),
        1 => OrderPrice::Market,
        2 => OrderPrice::MarketToLimit,
        _ => return Err(no_kind()),
    };
    let quantity = take_quantity(from)?;
    let time_in_force = match TIME_IN_FORCE.take(kind) {
        0 => TimeInForce::GoodTillCancel,
        1 => TimeInForce::ImmediateOrCancel,
        2 => TimeInForce::FillOrKill,
        3 => TimeInForce::Day,
        4 => TimeInForce::GoodTillDate(take_time(from)?),
        _ => return Err(no_kind()),
    };
    let side = if kind & SELL == 0 { Side::Buy } else { Side::Sell };
    Ok(NewOrder { account, instrument, side, price, quantity, time_in_force, posting })
}

pub(super) fn put_side(out: &mut Vec<u8>, side: Side) {
    out.push(match side {
        Side::Buy => 0,
        Side::Sell => 1,
    });
}

pub(super) fn take_side(from: &mut Reader<'_>) -> Result<Side, JournalError> {
    let start = *from;
    match from.u8()? {
        0 => Ok(Side::Buy),
        1 => Ok(Side::Sell),
        other => Err(unknown(start, "side", other)),
    }
}

// The byte that says which conditions follow, in this order.
const TRIGGER: u8 = 1;
const ICEBERG: u8 = 1 << 1;
const HIDDEN: u8 = 1 << 2;
const MINIMUM: u8 = 1 << 3;
const ALL_OR_NONE: u8 = 1 << 4;
const PEG: u8 = 1 << 5;
const PROTECTION: u8 = 1 << 6;
const SELF_TRADE: u8 = 1 << 7;

pub(super) fn put_conditional(out: &mut Vec<u8>, order: &ConditionalOrder) {
    put(out, &order.terms);
    let Conditions { trigger, display, minimum, peg, protection, self_trade } = order.conditions;
    let mut marks = match display {
        Display::Full => 0,
        Display::Iceberg { .. } => ICEBERG,
        Display::Hidden => HIDDEN,
    };
    marks |= match minimum {
        None => 0,
        Some(Minimum::Quantity(_)) => MINIMUM,
        Some(Minimum::All) => ALL_OR_NONE,
    };
    for (given, mark) in [
        (trigger.is_some(), TRIGGER),
        (peg.is_some(), PEG),
        (protection.is_some(), PROTECTION),
        (self_trade.is_some(), SELF_TRADE),
    ] {
        if given {
            marks |= mark;
        }
    }
    out.push(marks);
    if let Some(trigger) = trigger {
        put_trigger(out, trigger);
    }
    if let Display::Iceberg { peak, spread } = display {
        put_quantity(out, peak);
        put_lots(out, spread);
    }
    if let Some(Minimum::Quantity(quantity)) = minimum {
        put_quantity(out, quantity);
    }
    if let Some(peg) = peg {
        put_peg(out, peg);
    }
    if let Some(protection) = protection {
        put_protection(out, protection);
    }
    if let Some(self_trade) = self_trade {
        put_self_trade(out, self_trade);
    }
}

pub(super) fn take_conditional(from: &mut Reader<'_>) -> Result<ConditionalOrder, JournalError> {
    let terms = take(from)?;
    let start = *from;
    let marks = from.u8()?;
    let trigger = if marks & TRIGGER != 0 { Some(take_trigger(from)?) } else { None };
    let display = match marks & (ICEBERG | HIDDEN) {
        0 => Display::Full,
        ICEBERG => Display::Iceberg { peak: take_quantity(from)?, spread: take_lots(from)? },
        HIDDEN => Display::Hidden,
        _ => return Err(start.malformed("an order that is both iceberg and hidden")),
    };
    let minimum = match marks & (MINIMUM | ALL_OR_NONE) {
        0 => None,
        MINIMUM => Some(Minimum::Quantity(take_quantity(from)?)),
        ALL_OR_NONE => Some(Minimum::All),
        _ => return Err(start.malformed("an order with a minimum that is both a quantity and all")),
    };
    let peg = if marks & PEG != 0 { Some(take_peg(from)?) } else { None };
    let protection = if marks & PROTECTION != 0 { Some(take_protection(from)?) } else { None };
    let self_trade = if marks & SELF_TRADE != 0 { Some(take_self_trade(from)?) } else { None };
    let conditions = Conditions { trigger, display, minimum, peg, protection, self_trade };
    Ok(ConditionalOrder { terms, conditions })
}

pub(super) fn put_pair(out: &mut Vec<u8>, pair: &OrderPair) {
    put(out, &pair.limit);
    put_trigger(out, pair.trigger);
    put_order_price(out, pair.then);
    put_option(out, pair.protection, put_protection);
}

pub(super) fn take_pair(from: &mut Reader<'_>) -> Result<OrderPair, JournalError> {
    Ok(OrderPair {
        limit: take(from)?,
        trigger: take_trigger(from)?,
        then: take_order_price(from)?,
        protection: take_option(from, take_protection)?,
    })
}

pub(super) fn put_bracket(out: &mut Vec<u8>, bracket: &Bracket) {
    put(out, &bracket.entry);
    put_price(out, bracket.profit);
    put_price(out, bracket.loss);
    put_order_price(out, bracket.then);
    put_option(out, bracket.protection, put_protection);
}

pub(super) fn take_bracket(from: &mut Reader<'_>) -> Result<Bracket, JournalError> {
    Ok(Bracket {
        entry: take(from)?,
        profit: take_price(from)?,
        loss: take_price(from)?,
        then: take_order_price(from)?,
        protection: take_option(from, take_protection)?,
    })
}

fn put_order_price(out: &mut Vec<u8>, price: OrderPrice) {
    match price {
        OrderPrice::Limit(price) => {
            out.push(0);
            put_price(out, price);
        }
        OrderPrice::Market => out.push(1),
        OrderPrice::MarketToLimit => out.push(2),
    }
}

fn take_order_price(from: &mut Reader<'_>) -> Result<OrderPrice, JournalError> {
    let start = *from;
    match from.u8()? {
        0 => take_price(from).map(OrderPrice::Limit),
        1 => Ok(OrderPrice::Market),
        2 => Ok(OrderPrice::MarketToLimit),
        other => Err(unknown(start, "kind of price", other)),
    }
}

fn put_trigger(out: &mut Vec<u8>, trigger: Trigger) {
    out.push(match trigger.by {
        TriggerBy::Last => 0,
        TriggerBy::Bid => 1,
        TriggerBy::Ask => 2,
    });
    match trigger.kind {
        TriggerKind::Stop => out.push(0),
        TriggerKind::TakeProfit => out.push(1),
        TriggerKind::Trailing(Trail::Ticks(ticks)) => {
            out.push(2);
            put_price(out, ticks);
        }
        TriggerKind::Trailing(Trail::Ppm(ppm)) => {
            out.push(3);
            put_uvarint(out, ppm.get().into());
        }
    }
    put_price(out, trigger.price);
}

fn take_trigger(from: &mut Reader<'_>) -> Result<Trigger, JournalError> {
    let start = *from;
    let by = match from.u8()? {
        0 => TriggerBy::Last,
        1 => TriggerBy::Bid,
        2 => TriggerBy::Ask,
        other => return Err(unknown(start, "price that a trigger watches", other)),
    };
    let start = *from;
    let kind = match from.u8()? {
        0 => TriggerKind::Stop,
        1 => TriggerKind::TakeProfit,
        2 => TriggerKind::Trailing(Trail::Ticks(take_price(from)?)),
        3 => TriggerKind::Trailing(Trail::Ppm(take_nonzero32(from, "a trail of ppm")?)),
        other => return Err(unknown(start, "kind of trigger", other)),
    };
    Ok(Trigger { kind, by, price: take_price(from)? })
}

fn put_peg(out: &mut Vec<u8>, peg: Peg) {
    out.push(match peg.to {
        PegTo::Primary => 0,
        PegTo::Market => 1,
        PegTo::Midpoint => 2,
    });
    put_ivarint(out, peg.offset.into());
}

fn take_peg(from: &mut Reader<'_>) -> Result<Peg, JournalError> {
    let start = *from;
    let to = match from.u8()? {
        0 => PegTo::Primary,
        1 => PegTo::Market,
        2 => PegTo::Midpoint,
        other => return Err(unknown(start, "price that a peg follows", other)),
    };
    let start = *from;
    let offset =
        i32::try_from(from.ivarint()?).map_err(|_| start.malformed("an offset of more than 32 bits"))?;
    Ok(Peg { to, offset })
}

fn put_protection(out: &mut Vec<u8>, protection: Protection) {
    match protection {
        Protection::Ticks(ticks) => {
            out.push(0);
            put_uvarint(out, ticks.get().into());
        }
        Protection::Ppm(ppm) => {
            out.push(1);
            put_uvarint(out, ppm.get().into());
        }
    }
}

fn take_protection(from: &mut Reader<'_>) -> Result<Protection, JournalError> {
    let start = *from;
    match from.u8()? {
        0 => take_nonzero32(from, "a protection of ticks").map(Protection::Ticks),
        1 => take_nonzero32(from, "a protection of ppm").map(Protection::Ppm),
        other => Err(unknown(start, "kind of protection", other)),
    }
}

pub(super) fn put_self_trade(out: &mut Vec<u8>, rule: SelfTrade) {
    out.push(match rule {
        SelfTrade::Allow => 0,
        SelfTrade::CancelNewest => 1,
        SelfTrade::CancelOldest => 2,
        SelfTrade::CancelBoth => 3,
        SelfTrade::Decrement => 4,
    });
}

pub(super) fn take_self_trade(from: &mut Reader<'_>) -> Result<SelfTrade, JournalError> {
    let start = *from;
    Ok(match from.u8()? {
        0 => SelfTrade::Allow,
        1 => SelfTrade::CancelNewest,
        2 => SelfTrade::CancelOldest,
        3 => SelfTrade::CancelBoth,
        4 => SelfTrade::Decrement,
        other => return Err(unknown(start, "self-trade prevention", other)),
    })
}
