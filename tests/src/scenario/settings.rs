//! Settings of instruments, accounts and the market, and the phases of a session: read and written.

use std::num::{NonZeroU32, NonZeroU64};

use outcry_engine::{
    AccountSetting, Allocation, AssetId, Call, CmeAlgorithm, Exchange, InstrumentId, InstrumentSetting,
    LimitTier, LimitUpDownTerms, Lots, MarketSetting, MarketWideTerms, Phase, PhaseEnd, Price, PriceBand,
    PriceRange, Rulebook, Steps, TickRow, Top, VelocityTerms,
};

use super::measure::{
    duration_in, time_of_day, written_duration, written_share, written_time, written_time_of_day,
};
use super::print::{lots, name, symbol, ticks, units};
use super::terms::{rule_name, self_trade};
use super::words::{Fault, Parsed, Words, fee};

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;

/// Reads a setting of an instrument, or says that the words name none.
pub(super) fn of_instrument(words: &mut Words, instrument: InstrumentId) -> Parsed<InstrumentSetting> {
    Ok(match words.next()? {
        "allocation" => InstrumentSetting::Allocation(allocation(words, instrument)?),
        "lead-maker" => InstrumentSetting::LeadMaker { account: words.account()?, ppm: words.share()? },
        "rulebook" => InstrumentSetting::Rulebook(rulebook(words, instrument)?),
        "fee-tier" => {
            let tier = words.whole()?;
            words.expect("maker")?;
            let maker = fee(words.whole()?)?;
            words.expect("taker")?;
            InstrumentSetting::FeeTier { tier, maker, taker: fee(words.whole()?)? }
        }
        "tick-row" => {
            words.expect("from")?;
            let from = words.price(instrument)?;
            words.expect("step")?;
            InstrumentSetting::TickRow(TickRow { from, step: some(words.ticks(instrument)?)? })
        }
        "quantities" => {
            let min = if words.take("min") { words.quantity(instrument)?.lots() } else { Lots::ZERO };
            let max = if words.take("max") { words.quantity(instrument)?.lots() } else { Lots::ZERO };
            InstrumentSetting::Quantities { min, max }
        }
        "min-value" => {
            let quote = words.exchange().instrument(instrument).map(outcry_engine::Instrument::quote);
            // Of an instrument that is not known the amount is raw, and no asset is asked.
            InstrumentSetting::MinNotional(words.amount(quote.unwrap_or(AssetId::new(u32::MAX)))?)
        }
        "price-band" => InstrumentSetting::PriceBand(optional(words, |words| {
            let width_ppm = words.share()?;
            let floor_ticks = if words.take("floor") { words.ticks(instrument)? } else { 0 };
            Ok(PriceBand { width_ppm, floor_ticks })
        })?),
        "price-range" => InstrumentSetting::PriceRange(optional(words, |words| {
            let mut part = |word| if words.take(word) { some(words.share()?).map(Some) } else { Ok(None) };
            Ok(PriceRange { static_ppm: part("static")?, dynamic_ppm: part("dynamic")? })
        })?),
        "volatility-call" => {
            let length = words.duration()?;
            let within = if words.take("within") { words.duration()? } else { 0 };
            InstrumentSetting::VolatilityCall { length, within }
        }
        "limit-up-down" => InstrumentSetting::LimitUpDown(optional(words, limit_up_down)?),
        "velocity" => InstrumentSetting::Velocity(optional(words, |words| {
            let move_ticks = words.ticks(instrument)?;
            words.expect("within")?;
            let window_millis = duration_in(MILLISECOND, words.next()?)?;
            words.expect("reserve")?;
            let reserve_millis = duration_in(MILLISECOND, words.next()?)?;
            Ok(VelocityTerms { move_ticks, window_millis, reserve_millis })
        })?),
        "reference" => InstrumentSetting::Reference(words.price(instrument)?),
        "auction-collar" => InstrumentSetting::AuctionCollar(words.share()?),
        "halt-queues" => InstrumentSetting::HaltQueues(match words.next()? {
            "on" => true,
            "off" => false,
            other => return Err(Fault::Line(format!("{other} is not on or off"))),
        }),
        "hours" if words.take("none") => InstrumentSetting::TradingHours { opens: 0, closes: 0 },
        "hours" => {
            let opens = time_of_day(words.next()?)?;
            words.expect("to")?;
            InstrumentSetting::TradingHours { opens, closes: time_of_day(words.next()?)? }
        }
        "day-end" => InstrumentSetting::DayEnd(time_of_day(words.next()?)?),
        "follow-ups" => InstrumentSetting::FollowUps(words.whole()?),
        other => return Err(Fault::Line(format!("{other} is not a setting of an instrument"))),
    })
}

/// Reads a setting of an account.
pub(super) fn of_account(words: &mut Words) -> Parsed<AccountSetting> {
    Ok(match words.next()? {
        "group" => AccountSetting::Group(words.whole()?),
        "self-trade" => AccountSetting::SelfTrade(self_trade(words)?),
        "tier" => AccountSetting::Tier(words.whole()?),
        "max-open-orders" => AccountSetting::MaxOpenOrders(words.whole()?),
        kind @ ("short-limit" | "max-value" | "max-position") => {
            let number = words.next()?;
            let asset = words.asset()?;
            let amount = super::words::amount(words.exchange(), number, asset)?;
            match kind {
                "short-limit" => AccountSetting::ShortLimit { asset, amount },
                "max-value" => AccountSetting::MaxNotional { asset, amount },
                _ => AccountSetting::MaxPosition { asset, amount },
            }
        }
        other => return Err(Fault::Line(format!("{other} is not a setting of an account"))),
    })
}

/// Reads a setting of the market.
pub(super) fn of_market(words: &mut Words) -> Parsed<MarketSetting> {
    words.expect("index")?;
    Ok(MarketSetting::MarketWide(optional(words, |words| {
        let index = words.instrument()?;
        let mut terms = MarketWideTerms::default();
        if words.take("falls") {
            (terms.first_ppm, terms.second_ppm, terms.third_ppm) =
                (words.share()?, words.share()?, words.share()?);
            words.expect("halt")?;
            terms.halt_seconds = duration_in(SECOND, words.next()?)?;
        }
        Ok((index, terms))
    })?))
}

/// Reads a phase and when it ends.
pub(super) fn phase_and_end(words: &mut Words) -> Parsed<(Phase, Option<PhaseEnd>)> {
    let first = phase(words)?;
    if !words.take("until") {
        return Ok((first, None));
    }
    let at = words.time()?;
    let within = if words.take("within") { words.duration()? } else { 0 };
    words.expect("then")?;
    Ok((first, Some(PhaseEnd { at, within, then: phase(words)? })))
}

fn phase(words: &mut Words) -> Parsed<Phase> {
    Ok(match words.next()? {
        "continuous" => Phase::Continuous,
        "pre-open" => Phase::PreOpen,
        "opening-call" => Phase::Call(Call::Opening),
        "intraday-call" => Phase::Call(Call::Intraday),
        "volatility-call" => Phase::Call(Call::Volatility),
        "closing-call" => Phase::Call(Call::Closing),
        "batch" => Phase::Batch { interval: words.duration()? },
        "halted" => Phase::Halted,
        "post-close" => Phase::PostClose,
        "closed" => Phase::Closed,
        other => return Err(Fault::Line(format!("{other} is not a phase"))),
    })
}

/// Writes what [`phase_and_end`] reads.
pub(super) fn written_phase(phase: Phase, end: Option<PhaseEnd>) -> String {
    let name = |phase| match phase {
        Phase::Continuous => "continuous".to_owned(),
        Phase::PreOpen => "pre-open".to_owned(),
        Phase::Call(Call::Opening) => "opening-call".to_owned(),
        Phase::Call(Call::Intraday) => "intraday-call".to_owned(),
        Phase::Call(Call::Volatility) => "volatility-call".to_owned(),
        Phase::Call(Call::Closing) => "closing-call".to_owned(),
        Phase::Batch { interval } => format!("batch {}", written_duration(interval)),
        Phase::Halted => "halted".to_owned(),
        Phase::PostClose => "post-close".to_owned(),
        Phase::Closed => "closed".to_owned(),
    };
    let Some(end) = end else { return name(phase) };
    let within =
        if end.within == 0 { String::new() } else { format!(" within {}", written_duration(end.within)) };
    format!("{} until {}{within} then {}", name(phase), written_time(end.at), name(end.then))
}

fn allocation(words: &mut Words, instrument: InstrumentId) -> Parsed<Allocation> {
    let lot = outcry_engine::Qty::new(1).map_err(|error| Fault::Line(error.to_string()))?;
    let minimum =
        |words: &mut Words| if words.take("minimum") { words.quantity(instrument) } else { Ok(lot) };
    let bounds = |words: &mut Words| -> Parsed<Top> {
        words.expect("top")?;
        top(words, instrument)
    };
    Ok(match words.next()? {
        "fifo" => Allocation::Fifo,
        "price-size-time" => Allocation::PriceSizeTime,
        "pro-rata" => Allocation::pro_rata(minimum(words)?),
        "split" => Allocation::split(words.share()?, minimum(words)?),
        "threshold" => Allocation::threshold(bounds(words)?, minimum(words)?),
        "cme" => Allocation::cme(match words.next()? {
            "A" => CmeAlgorithm::A,
            "C" => CmeAlgorithm::C { minimum: minimum(words)? },
            "F" => CmeAlgorithm::F,
            "K" => CmeAlgorithm::K {
                top: if words.peek() == Some("top") { Some(bounds(words)?) } else { None },
                fifo_ppm: words.share()?,
                minimum: minimum(words)?,
                leveling: words.take("leveling"),
            },
            "O" => CmeAlgorithm::O { top: bounds(words)?, minimum: minimum(words)? },
            "Q" => CmeAlgorithm::Q { top: bounds(words)?, minimum: minimum(words)? },
            "S" => CmeAlgorithm::S { top: bounds(words)? },
            "T" => CmeAlgorithm::T,
            other => return Err(Fault::Line(format!("{other} is not a step list of CME"))),
        }),
        "steps" => Allocation::Steps(Steps {
            top: if words.take("top") { Some(top(words, instrument)?) } else { None },
            lead_makers: words.take("lead-makers"),
            fifo_ppm: if words.take("fifo") { words.share()? } else { 0 },
            pro_rata: if words.take("pro-rata") { Some(words.quantity(instrument)?) } else { None },
            leveling: words.take("leveling"),
        }),
        other => return Err(Fault::Line(format!("{other} is not an allocation"))),
    })
}

/// The bounds of TOP: `any`, or `from` and perhaps `to`.
fn top(words: &mut Words, instrument: InstrumentId) -> Parsed<Top> {
    if words.take("any") {
        return Ok(Top::ANY);
    }
    words.expect("from")?;
    let minimum = words.quantity(instrument)?;
    let maximum = if words.take("to") { Some(words.quantity(instrument)?) } else { None };
    Ok(Top { minimum, maximum })
}

fn rulebook(words: &mut Words, instrument: InstrumentId) -> Parsed<Rulebook> {
    Ok(match words.next()? {
        "xetra" => Rulebook::Xetra,
        "euronext" => Rulebook::Euronext,
        "nasdaq" => {
            words.expect("collar")?;
            Rulebook::Nasdaq { collar: words.price(instrument)?, collar_ppm: words.share()? }
        }
        "pressure" => Rulebook::Pressure { bound_ppm: words.share()? },
        other => return Err(Fault::Line(format!("{other} is not a rulebook"))),
    })
}

fn limit_up_down(words: &mut Words) -> Parsed<LimitUpDownTerms> {
    words.expect("tier")?;
    let tier = match words.next()? {
        "1" => LimitTier::One,
        "2" => LimitTier::Two,
        other => return Err(Fault::Line(format!("{other} is not tier 1 or 2"))),
    };
    let unit = if words.take("unit") { NonZeroU64::new(words.whole()?) } else { None };
    let mut terms = LimitUpDownTerms::plan(tier, unit);
    if words.take("limit") {
        terms.limit_seconds = duration_in(SECOND, words.next()?)?;
    }
    if words.take("pause") {
        terms.pause_seconds = duration_in(SECOND, words.next()?)?;
    }
    if words.take("move") {
        terms.move_ppm = words.share()?;
    }
    if words.take("hold") {
        terms.hold_seconds = duration_in(SECOND, words.next()?)?;
    }
    Ok(terms)
}

fn optional<'a, T>(
    words: &mut Words<'a>,
    read: impl FnOnce(&mut Words<'a>) -> Parsed<T>,
) -> Parsed<Option<T>> {
    if words.take("none") { Ok(None) } else { read(words).map(Some) }
}

fn some(number: u32) -> Parsed<NonZeroU32> {
    NonZeroU32::new(number).ok_or_else(|| Fault::Line("the number is above zero".to_owned()))
}

/// Writes what [`of_instrument`] reads.
pub(super) fn written_for_instrument(
    exchange: &Exchange,
    instrument: InstrumentId,
    setting: InstrumentSetting,
) -> String {
    let price = |price| ticks(exchange, instrument, price);
    let distance = |count: u64| {
        let price = i64::try_from(count).ok().and_then(|count| Price::new(count).ok());
        price.map_or(format!("#{count}"), |price| ticks(exchange, instrument, price))
    };
    let size = |size| lots(exchange, instrument, size);
    match setting {
        InstrumentSetting::Allocation(allocation) => {
            format!("allocation {}", written_allocation(allocation, size))
        }
        InstrumentSetting::LeadMaker { account, ppm } => {
            format!("lead-maker {} {}", name(exchange, account), written_share(ppm))
        }
        InstrumentSetting::Rulebook(rulebook) => format!("rulebook {}", written_rulebook(rulebook, price)),
        InstrumentSetting::FeeTier { tier, maker, taker } => {
            format!("fee-tier {tier} maker {} taker {}", maker.ppm(), taker.ppm())
        }
        InstrumentSetting::TickRow(row) => {
            format!("tick-row from {} step {}", price(row.from), distance(row.step.get().into()))
        }
        InstrumentSetting::Quantities { min, max } => {
            let part = |word, lots: Lots| {
                if lots.is_zero() { String::new() } else { format!(" {word} {}", size(lots)) }
            };
            format!("quantities{}{}", part("min", min), part("max", max))
        }
        InstrumentSetting::MinNotional(amount) => {
            let quote = exchange.instrument(instrument).map(outcry_engine::Instrument::quote);
            let amount = quote.map_or(format!("#{}", amount.get()), |quote| units(exchange, quote, amount));
            format!("min-value {amount}")
        }
        InstrumentSetting::PriceBand(band) => or_none("price-band", band, |band| {
            let floor = if band.floor_ticks == 0 {
                String::new()
            } else {
                format!(" floor {}", distance(band.floor_ticks))
            };
            format!("{}{floor}", written_share(band.width_ppm))
        }),
        InstrumentSetting::PriceRange(range) => or_none("price-range", range, |range| {
            let part =
                |word, ppm: Option<NonZeroU32>| ppm.map(|ppm| format!("{word} {}", written_share(ppm.get())));
            let parts = [part("static", range.static_ppm), part("dynamic", range.dynamic_ppm)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }),
        InstrumentSetting::VolatilityCall { length, within } => {
            let within =
                if within == 0 { String::new() } else { format!(" within {}", written_duration(within)) };
            format!("volatility-call {}{within}", written_duration(length))
        }
        InstrumentSetting::LimitUpDown(terms) => or_none("limit-up-down", terms, |terms| {
            let tier = match terms.tier {
                LimitTier::One => 1,
                LimitTier::Two => 2,
            };
            let unit = terms.ticks_per_unit.map(|unit| format!(" unit {unit}")).unwrap_or_default();
            let seconds = |seconds: u32| written_duration(u64::from(seconds) * SECOND);
            let (limit, pause) = (seconds(terms.limit_seconds), seconds(terms.pause_seconds));
            let (far, hold) = (written_share(terms.move_ppm), seconds(terms.hold_seconds));
            format!("tier {tier}{unit} limit {limit} pause {pause} move {far} hold {hold}")
        }),
        InstrumentSetting::Velocity(terms) => or_none("velocity", terms, |terms| {
            let millis = |millis: u32| written_duration(u64::from(millis) * MILLISECOND);
            let (window, reserve) = (millis(terms.window_millis), millis(terms.reserve_millis));
            format!("{} within {window} reserve {reserve}", distance(terms.move_ticks.into()))
        }),
        InstrumentSetting::Reference(reference) => format!("reference {}", price(reference)),
        InstrumentSetting::AuctionCollar(ppm) => format!("auction-collar {}", written_share(ppm)),
        InstrumentSetting::HaltQueues(queues) => format!("halt-queues {}", if queues { "on" } else { "off" }),
        InstrumentSetting::TradingHours { opens: 0, closes: 0 } => "hours none".to_owned(),
        InstrumentSetting::TradingHours { opens, closes } => {
            format!("hours {} to {}", written_time_of_day(opens), written_time_of_day(closes))
        }
        InstrumentSetting::DayEnd(nanos) => format!("day-end {}", written_time_of_day(nanos)),
        InstrumentSetting::FollowUps(most) => format!("follow-ups {most}"),
    }
}

fn or_none<T>(word: &str, setting: Option<T>, write: impl FnOnce(T) -> String) -> String {
    format!("{word} {}", setting.map_or_else(|| "none".to_owned(), write))
}

fn written_allocation(allocation: Allocation, size: impl Fn(Lots) -> String) -> String {
    let steps = match allocation {
        Allocation::Fifo => return "fifo".to_owned(),
        Allocation::PriceSizeTime => return "price-size-time".to_owned(),
        Allocation::Steps(steps) => steps,
    };
    let top = steps.top.map(|top| match top.maximum {
        None if top == Top::ANY => "top any".to_owned(),
        None => format!("top from {}", size(top.minimum.lots())),
        Some(most) => format!("top from {} to {}", size(top.minimum.lots()), size(most.lots())),
    });
    let parts = [
        top,
        steps.lead_makers.then(|| "lead-makers".to_owned()),
        (steps.fifo_ppm > 0).then(|| format!("fifo {}", written_share(steps.fifo_ppm))),
        steps.pro_rata.map(|minimum| format!("pro-rata {}", size(minimum.lots()))),
        steps.leveling.then(|| "leveling".to_owned()),
    ];
    parts.into_iter().flatten().fold("steps".to_owned(), |text, part| format!("{text} {part}"))
}

fn written_rulebook(rulebook: Rulebook, price: impl Fn(Price) -> String) -> String {
    match rulebook {
        Rulebook::Xetra => "xetra".to_owned(),
        Rulebook::Euronext => "euronext".to_owned(),
        Rulebook::Nasdaq { collar, collar_ppm } => {
            format!("nasdaq collar {} {}", price(collar), written_share(collar_ppm))
        }
        Rulebook::Pressure { bound_ppm } => format!("pressure {}", written_share(bound_ppm)),
    }
}

/// Writes what [`of_account`] reads.
pub(super) fn written_for_account(exchange: &Exchange, setting: AccountSetting) -> String {
    let limit = |word, asset, amount| {
        format!("{word} {} {}", units(exchange, asset, amount), symbol(exchange, asset))
    };
    match setting {
        AccountSetting::Group(group) => format!("group {group}"),
        AccountSetting::SelfTrade(rule) => format!("self-trade {}", rule_name(rule)),
        AccountSetting::Tier(tier) => format!("tier {tier}"),
        AccountSetting::MaxOpenOrders(most) => format!("max-open-orders {most}"),
        AccountSetting::ShortLimit { asset, amount } => limit("short-limit", asset, amount),
        AccountSetting::MaxNotional { asset, amount } => limit("max-value", asset, amount),
        AccountSetting::MaxPosition { asset, amount } => limit("max-position", asset, amount),
    }
}

/// Writes what [`of_market`] reads.
pub(super) fn written_for_market(exchange: &Exchange, setting: MarketSetting) -> String {
    let MarketSetting::MarketWide(rule) = setting;
    or_none("index", rule, |(index, terms)| {
        let index =
            exchange.instrument(index).map_or(format!("#{index}"), |known| known.symbol().to_string());
        let [first, second, third] = [terms.first_ppm, terms.second_ppm, terms.third_ppm].map(written_share);
        let halt = written_duration(u64::from(terms.halt_seconds) * SECOND);
        format!("{index} falls {first} {second} {third} halt {halt}")
    })
}
