//! How the market runs, what orders wait for and why they ended, in words.

use outcry_engine::{
    Call, CancelReason, Display, Minimum, Peg, PegTo, Phase, PhaseCause, Posting, Price, Protection, Side,
    Timestamp, Trail, Trigger, TriggerBy, TriggerKind, WaitsFor,
};

use super::time;
use super::venue::Venue;
use crate::protocol::{Standing, Trading, WorkingOrder};

/// Nanoseconds of a millisecond and of a day.
const MILLISECOND: u64 = 1_000_000;
const DAY: u64 = 86_400_000 * MILLISECOND;

/// Why an order was canceled: `its time has come`.
#[must_use]
pub fn why_canceled(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Requested => "as asked",
        CancelReason::ImmediateOrCancel => "immediate or cancel: nothing more was there",
        CancelReason::FillOrKill => "fill or kill: it could not be filled whole",
        CancelReason::NoLiquidity => "nothing was there to trade with",
        CancelReason::Minimum => "its minimum was not there",
        CancelReason::Expired => "its time has come",
        CancelReason::SelfTrade => "it would have traded with your own order",
        CancelReason::Pair => "the other order of its pair was filled, triggered or canceled",
        CancelReason::MassCancel => "all orders were canceled together",
        CancelReason::AccountBlocked => "the account was blocked",
        CancelReason::Requoted => "replaced by a new quote",
        CancelReason::NotCovered => "the account could not cover it",
        CancelReason::Interrupted => "trading was interrupted",
        CancelReason::Band => "nothing more was there within the price bands",
        CancelReason::Uncross => "it stood for the auction only",
    }
}

/// The phase: `Volatility call (price left its range)`.
#[must_use]
pub fn phase(trading: &Trading) -> String {
    let phase = match trading.phase {
        Phase::Continuous if trading.at_limit => "Continuous, at the price limit",
        Phase::Continuous => "Continuous",
        Phase::PreOpen => "Before the open",
        Phase::Call(Call::Opening) => "Opening call",
        Phase::Call(Call::Intraday) => "Intraday call",
        Phase::Call(Call::Volatility) => "Volatility call",
        Phase::Call(Call::Closing) => "Closing call",
        Phase::Batch { interval } if interval.is_multiple_of(1_000 * MILLISECOND) => {
            return format!("Batches, every {} s", interval / (1_000 * MILLISECOND));
        }
        Phase::Batch { interval } => return format!("Batches, every {} ms", interval.div_ceil(MILLISECOND)),
        Phase::Halted => "Halted",
        Phase::PostClose => "After the close",
        Phase::Closed => "Closed",
    };
    let why = match trading.cause {
        _ if trading.phase == Phase::Continuous => "",
        Some(PhaseCause::PriceRange) => " (price left its range)",
        Some(PhaseCause::Velocity) => " (price moved too fast)",
        Some(PhaseCause::LimitUpDown) => " (limit state lasted)",
        Some(PhaseCause::MarketWide) => " (whole market)",
        Some(PhaseCause::Ordered | PhaseCause::Scheduled) | None => "",
    };
    format!("{phase}{why}")
}

/// When a phase ends: `until 12:00:05, then continuous`.
#[must_use]
pub fn phase_end(trading: &Trading) -> Option<String> {
    let end = trading.end?;
    let then = phase(&Trading { phase: end.then, ..Trading::default() }).to_lowercase();
    Some(format!("until {}, then {then}", time::clock(end.at)))
}

/// What is left over in an auction: `120 to buy`.
#[must_use]
pub fn surplus(quantity: &str, side: Option<Side>) -> String {
    match side {
        Some(Side::Buy) => format!("{quantity} to buy"),
        Some(Side::Sell) => format!("{quantity} to sell"),
        None => "none".to_owned(),
    }
}

/// What an order asks for beside price and quantity, and what it waits for, in words.
#[must_use]
pub fn terms(venue: &Venue, order: &WorkingOrder) -> Vec<String> {
    let price = |price| venue.price(order.instrument, price);
    let quantity = |lots| venue.quantity(order.instrument, lots);
    let asks = &order.conditions;
    let waits = match order.standing {
        Standing::Rests => None,
        Standing::Waits { waits_for: WaitsFor::Trigger, trigger: at } => {
            asks.trigger.map(|trigger| triggered(order.side, trigger, &price(at.unwrap_or(trigger.price))))
        }
        Standing::Waits { waits_for: WaitsFor::Minimum, .. } => Some("waits for its minimum".to_owned()),
        Standing::Waits { waits_for: WaitsFor::Reference, .. } => {
            Some("waits for a price to follow".to_owned())
        }
        Standing::Waits { waits_for: WaitsFor::Uncross, .. } => Some("waits for the auction".to_owned()),
        Standing::Enters => Some("triggered, enters next".to_owned()),
    };
    let trails = asks.trigger.and_then(|trigger| match trigger.kind {
        TriggerKind::Trailing(Trail::Ticks(distance)) => Some(format!("trails by {}", price(distance))),
        TriggerKind::Trailing(Trail::Ppm(ppm)) => Some(format!("trails by {}", percent(ppm.get()))),
        TriggerKind::Stop | TriggerKind::TakeProfit => None,
    });
    let display = match asks.display {
        Display::Full => None,
        Display::Iceberg { peak, .. } => Some(format!("iceberg of {}", quantity(peak.lots()))),
        // A pegged order is always hidden.
        Display::Hidden if asks.peg.is_some() => None,
        Display::Hidden => Some("hidden".to_owned()),
    };
    let minimum = asks.minimum.map(|minimum| match minimum {
        Minimum::Quantity(least) => format!("at least {}", quantity(least.lots())),
        Minimum::All => "all or none".to_owned(),
    });
    let protection = asks.protection.map(|protection| match protection {
        Protection::Ticks(ticks) => {
            let reach = Price::new(i64::from(ticks.get()));
            format!("reaches {}", reach.map_or_else(|_| format!("{ticks} ticks"), price))
        }
        Protection::Ppm(ppm) => format!("reaches {}", percent(ppm.get())),
    });
    let posting = match order.posting {
        Posting::Any => None,
        Posting::PostOnly => Some("post only".to_owned()),
        Posting::PostOnlyReprice => Some("post only, repriced".to_owned()),
    };
    let expires = order.expires.map(|expires| until(expires, order.accepted));
    let parts = [waits, trails, display, minimum, asks.peg.map(pegged), protection, posting, expires];
    parts.into_iter().flatten().collect()
}

/// `stop: waits for the last price at 99.50 or below`.
fn triggered(side: Side, trigger: Trigger, at: &str) -> String {
    let (kind, rising) = match trigger.kind {
        TriggerKind::Stop => ("stop", side == Side::Buy),
        TriggerKind::TakeProfit => ("take-profit", side == Side::Sell),
        TriggerKind::Trailing(_) => ("trailing stop", side == Side::Buy),
    };
    let watched = match trigger.by {
        TriggerBy::Last => "last price",
        TriggerBy::Bid => "best bid",
        TriggerBy::Ask => "best ask",
    };
    format!("{kind}: waits for the {watched} at {at} or {}", if rising { "above" } else { "below" })
}

/// `pegged to the best bid or ask of its side`.
fn pegged(peg: Peg) -> String {
    let to = match peg.to {
        PegTo::Primary => "pegged to the best price of its side",
        PegTo::Market => "pegged to the best price of the other side",
        PegTo::Midpoint => "pegged to the midpoint",
    };
    match peg.offset {
        0 => to.to_owned(),
        offset => format!("{to}, {offset:+} ticks"),
    }
}

/// `until 17:30:00`, with the date if it is another day than that of `from`.
fn until(expires: Timestamp, from: Timestamp) -> String {
    if expires.nanos() / DAY == from.nanos() / DAY {
        format!("until {}", time::clock(expires))
    } else {
        format!("until {} {}", time::date(expires), time::clock(expires))
    }
}

/// Parts per million as `0.25 %`.
fn percent(ppm: u32) -> String {
    let digits = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{} %", digits.trim_end_matches('0').trim_end_matches('.'))
}
