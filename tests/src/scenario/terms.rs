//! Orders with all that they may ask for: plain, with conditions, in pairs, as brackets and as quotes.

use std::num::NonZeroU32;

use outcry_engine::{
    Bracket, Command, ConditionalOrder, Conditions, Display, InstrumentId, Lots, MassQuote, Minimum,
    NewOrder, OrderPair, OrderPrice, Peg, PegTo, Posting, Price, Protection, Qty, Quote, SelfTrade, Side,
    TimeInForce, Trail, Trigger, TriggerBy, TriggerKind,
};

use super::measure::written_share;
use super::words::{Fault, Parsed, Words, price, quantity};

/// Reads what begins with an account and `buys` or `sells`.
pub(super) fn command(words: &mut Words) -> Parsed<Command> {
    let (order, conditions) = order(words)?;
    let command = if words.take("or") {
        let trigger = trigger(words, order.instrument)?;
        let (then, protection) = exit(words, order.instrument)?;
        Command::PlacePair(Box::new(OrderPair { limit: order, trigger, then, protection }))
    } else if words.take("with") {
        words.expect("profit")?;
        let profit = words.price(order.instrument)?;
        words.expect("loss")?;
        let loss = words.price(order.instrument)?;
        let (then, protection) = exit(words, order.instrument)?;
        Command::PlaceBracket(Box::new(Bracket { entry: order, profit, loss, then, protection }))
    } else if conditions == Conditions::default() {
        return words.end().map(|()| Command::PlaceOrder(order));
    } else {
        return words
            .end()
            .map(|()| Command::PlaceConditional(Box::new(ConditionalOrder { terms: order, conditions })));
    };
    words.end()?;
    if conditions != Conditions::default() {
        return Err(Fault::Line("an order of a pair or bracket has no other conditions".to_owned()));
    }
    Ok(command)
}

/// An order and its conditions.
pub(super) fn order(words: &mut Words) -> Parsed<(NewOrder, Conditions)> {
    let account = words.account()?;
    let side = words.side()?;
    let size = words.next()?;
    let instrument = words.instrument()?;
    words.expect("at")?;
    let price = order_price(words, instrument)?;
    let mut order = NewOrder {
        account,
        instrument,
        side,
        price,
        quantity: quantity(words.exchange(), size, instrument)?,
        time_in_force: match price {
            OrderPrice::Market => TimeInForce::ImmediateOrCancel,
            OrderPrice::Limit(_) | OrderPrice::MarketToLimit => TimeInForce::GoodTillCancel,
        },
        posting: Posting::Any,
    };
    let mut conditions = Conditions::default();
    while !matches!(words.peek(), None | Some("or" | "with")) {
        if let Some(time) = words.time_in_force()? {
            order.time_in_force = time;
        } else if words.take("post-only") {
            order.posting = Posting::PostOnly;
        } else if words.take("post-only-reprice") {
            order.posting = Posting::PostOnlyReprice;
        } else {
            condition(words, instrument, &mut conditions)?;
        }
    }
    Ok((order, conditions))
}

fn condition(words: &mut Words, instrument: InstrumentId, conditions: &mut Conditions) -> Parsed<()> {
    if let Some("stop" | "take-profit" | "trailing") = words.peek() {
        conditions.trigger = Some(trigger(words, instrument)?);
    } else if words.take("showing") {
        let peak = words.quantity(instrument)?;
        let spread = if words.take("give-or-take") { words.quantity(instrument)?.lots() } else { Lots::ZERO };
        conditions.display = Display::Iceberg { peak, spread };
    } else if words.take("hidden") {
        conditions.display = Display::Hidden;
    } else if words.take("minimum") {
        conditions.minimum = Some(Minimum::Quantity(words.quantity(instrument)?));
    } else if words.take("all-or-none") {
        conditions.minimum = Some(Minimum::All);
    } else if words.take("pegged") {
        let to = match words.next()? {
            "primary" => PegTo::Primary,
            "market" => PegTo::Market,
            "midpoint" => PegTo::Midpoint,
            other => return Err(Fault::Line(format!("{other} is not primary, market or midpoint"))),
        };
        let offset = if words.take("offset") { words.whole()? } else { 0 };
        conditions.peg = Some(Peg { to, offset });
    } else if words.peek() == Some("protection") {
        conditions.protection = protection(words, instrument)?;
    } else if words.take("self-trade") {
        conditions.self_trade = Some(self_trade(words)?);
    } else {
        return Err(words.unreadable("a term of an order"));
    }
    Ok(())
}

fn order_price(words: &mut Words, instrument: InstrumentId) -> Parsed<OrderPrice> {
    if words.take("market") {
        return Ok(OrderPrice::Market);
    }
    if words.take("market-to-limit") {
        return Ok(OrderPrice::MarketToLimit);
    }
    words.price(instrument).map(OrderPrice::Limit)
}

/// What an exit becomes when its price is reached.
fn exit(words: &mut Words, instrument: InstrumentId) -> Parsed<(OrderPrice, Option<Protection>)> {
    words.expect("at")?;
    Ok((order_price(words, instrument)?, protection(words, instrument)?))
}

fn protection(words: &mut Words, instrument: InstrumentId) -> Parsed<Option<Protection>> {
    if !words.take("protection") {
        return Ok(None);
    }
    let some =
        |number| NonZeroU32::new(number).ok_or_else(|| Fault::Line("a protection is above zero".to_owned()));
    Ok(Some(if words.peek().is_some_and(|word| word.ends_with('%')) {
        Protection::Ppm(some(words.share()?)?)
    } else {
        Protection::Ticks(some(words.ticks(instrument)?)?)
    }))
}

fn trigger(words: &mut Words, instrument: InstrumentId) -> Parsed<Trigger> {
    let lowest = Price::new(1).map_err(|error| Fault::Line(error.to_string()))?;
    let (kind, price) = match words.next()? {
        "stop" => (TriggerKind::Stop, words.price(instrument)?),
        "take-profit" => (TriggerKind::TakeProfit, words.price(instrument)?),
        // Its first price follows from the reference at its entry, so a trader cannot give it.
        "trailing" if words.peek().is_some_and(|word| word.ends_with('%')) => {
            let ppm = NonZeroU32::new(words.share()?);
            let ppm = ppm.ok_or_else(|| Fault::Line("a trail is above zero".to_owned()))?;
            (TriggerKind::Trailing(Trail::Ppm(ppm)), lowest)
        }
        "trailing" => (TriggerKind::Trailing(Trail::Ticks(words.price(instrument)?)), lowest),
        other => return Err(Fault::Line(format!("{other} is not stop, take-profit or trailing"))),
    };
    let by = if words.take("by") {
        match words.next()? {
            "last" => TriggerBy::Last,
            "bid" => TriggerBy::Bid,
            "ask" => TriggerBy::Ask,
            other => return Err(Fault::Line(format!("{other} is not last, bid or ask"))),
        }
    } else {
        TriggerBy::Last
    };
    Ok(Trigger { kind, by, price })
}

/// A rule of self-trade prevention, by its FIX name.
pub(super) fn self_trade(words: &mut Words) -> Parsed<SelfTrade> {
    Ok(match words.next()? {
        "allow" => SelfTrade::Allow,
        "cn" => SelfTrade::CancelNewest,
        "co" => SelfTrade::CancelOldest,
        "cb" => SelfTrade::CancelBoth,
        "dc" => SelfTrade::Decrement,
        other => return Err(Fault::Line(format!("{other} is not allow, cn, co, cb or dc"))),
    })
}

/// The entries of a mass quote: an instrument and `bid/ask`, each a quantity at a price, or `-`.
pub(super) fn quotes(words: &mut Words, account: outcry_engine::AccountId) -> Parsed<Command> {
    let mut quotes = Vec::new();
    if !words.take("nothing") {
        while words.peek().is_some() {
            let instrument = words.instrument()?;
            let text = words.next()?;
            let sides = text.split_once('/');
            let (bid, ask) =
                sides.ok_or_else(|| Fault::Line(format!("{text} is not a quote such as 5@9/5@11")))?;
            let side = |text: &str| -> Parsed<Option<(Price, Qty)>> {
                if text == "-" {
                    return Ok(None);
                }
                let parts = text.split_once('@');
                let (size, at) =
                    parts.ok_or_else(|| Fault::Line(format!("{text} is not a side such as 5@9")))?;
                let exchange = words.exchange();
                Ok(Some((price(exchange, at, instrument)?, quantity(exchange, size, instrument)?)))
            };
            quotes.push(Quote { instrument, bid: side(bid)?, ask: side(ask)? });
        }
    }
    Ok(Command::Quote(Box::new(MassQuote { account, quotes })))
}

/// How numbers of an instrument are written.
pub(super) struct Terms<'a> {
    pub(super) exchange: &'a outcry_engine::Exchange,
    pub(super) instrument: InstrumentId,
}

impl Terms<'_> {
    fn price(&self, price: Price) -> String {
        super::print::ticks(self.exchange, self.instrument, price)
    }

    fn lots(&self, lots: Lots) -> String {
        super::print::lots(self.exchange, self.instrument, lots)
    }

    pub(super) fn order_price(&self, price: OrderPrice) -> String {
        match price {
            OrderPrice::Market => "market".to_owned(),
            OrderPrice::MarketToLimit => "market-to-limit".to_owned(),
            OrderPrice::Limit(price) => self.price(price),
        }
    }

    pub(super) fn trigger(&self, trigger: Trigger) -> String {
        let what = match trigger.kind {
            TriggerKind::Stop => format!("stop {}", self.price(trigger.price)),
            TriggerKind::TakeProfit => format!("take-profit {}", self.price(trigger.price)),
            TriggerKind::Trailing(Trail::Ticks(ticks)) => format!("trailing {}", self.price(ticks)),
            TriggerKind::Trailing(Trail::Ppm(ppm)) => format!("trailing {}", written_share(ppm.get())),
        };
        match trigger.by {
            TriggerBy::Last => what,
            TriggerBy::Bid => format!("{what} by bid"),
            TriggerBy::Ask => format!("{what} by ask"),
        }
    }

    pub(super) fn display(&self, display: Display) -> Option<String> {
        match display {
            Display::Full => None,
            Display::Hidden => Some("hidden".to_owned()),
            Display::Iceberg { peak, spread } if spread.is_zero() => {
                Some(format!("showing {}", self.lots(peak.lots())))
            }
            Display::Iceberg { peak, spread } => {
                Some(format!("showing {} give-or-take {}", self.lots(peak.lots()), self.lots(spread)))
            }
        }
    }

    pub(super) fn minimum(&self, minimum: Minimum) -> String {
        match minimum {
            Minimum::Quantity(quantity) => format!("minimum {}", self.lots(quantity.lots())),
            Minimum::All => "all-or-none".to_owned(),
        }
    }

    fn protection(&self, protection: Protection) -> String {
        match protection {
            Protection::Ticks(ticks) => {
                let distance = Price::new(i64::from(ticks.get())).map(|ticks| self.price(ticks));
                format!("protection {}", distance.unwrap_or_default())
            }
            Protection::Ppm(ppm) => format!("protection {}", written_share(ppm.get())),
        }
    }

    /// All conditions, each after a space.
    pub(super) fn conditions(&self, conditions: &Conditions) -> String {
        let told = [
            conditions.trigger.map(|trigger| self.trigger(trigger)),
            self.display(conditions.display),
            conditions.minimum.map(|minimum| self.minimum(minimum)),
            conditions.peg.map(peg),
            conditions.protection.map(|protection| self.protection(protection)),
            conditions.self_trade.map(|rule| format!("self-trade {}", rule_name(rule))),
        ];
        told.into_iter().flatten().map(|word| format!(" {word}")).collect()
    }

    /// What an exit becomes.
    pub(super) fn exit(&self, then: OrderPrice, protection: Option<Protection>) -> String {
        let protection = protection.map(|protection| format!(" {}", self.protection(protection)));
        format!("at {}{}", self.order_price(then), protection.unwrap_or_default())
    }

    /// A side of a quote.
    pub(super) fn quote_side(&self, side: Option<(Price, Qty)>) -> String {
        side.map_or("-".to_owned(), |(price, quantity)| {
            format!("{}@{}", self.lots(quantity.lots()), self.price(price))
        })
    }
}

/// A peg as it is read.
pub(super) fn peg(peg: Peg) -> String {
    let to = match peg.to {
        PegTo::Primary => "primary",
        PegTo::Market => "market",
        PegTo::Midpoint => "midpoint",
    };
    if peg.offset == 0 { format!("pegged {to}") } else { format!("pegged {to} offset {:+}", peg.offset) }
}

/// The FIX name of a rule of self-trade prevention.
pub(super) const fn rule_name(rule: SelfTrade) -> &'static str {
    match rule {
        SelfTrade::Allow => "allow",
        SelfTrade::CancelNewest => "cn",
        SelfTrade::CancelOldest => "co",
        SelfTrade::CancelBoth => "cb",
        SelfTrade::Decrement => "dc",
    }
}

/// A side as a verb.
pub(super) const fn verb(side: Side) -> &'static str {
    match side {
        Side::Buy => "buys",
        Side::Sell => "sells",
    }
}
