//! Writes events as lines of a scenario.

use std::fmt::Debug;

use outcry_engine::{
    CancelReason, Condition, Event, Indication, InstrumentId, LedgerLine, Lots, OrderId, Place, Price,
    Priority, Side, Trade, TradeKind,
};

use super::Session;
use super::measure::written_time;
use super::print::{listed, lots, name, put, symbol, ticks, units};
use super::settings::{written_for_account, written_for_instrument, written_for_market, written_phase};
use super::terms::{Terms, peg, rule_name};

/// Writes one event as a line.
pub(super) fn write(session: &Session, event: &Event, out: &mut String) {
    put(out, &Line { session }.of(event));
}

/// The names that a line is written with.
struct Line<'a> {
    session: &'a Session,
}

impl Line<'_> {
    fn of(&self, event: &Event) -> String {
        let exchange = &self.session.exchange;
        match *event {
            Event::CommandRejected(reject) => {
                format!("rejected {}: {}", reject.code(), exchange.explain(&reject))
            }
            Event::AssetCreated { symbol, decimals, .. } => format!("asset {symbol} has {decimals} decimals"),
            Event::InstrumentCreated { terms, .. } => format!("instrument {} is open", terms.symbol),
            Event::AccountOpened { account, name } => format!("account {name} is number {account}"),
            Event::LedgerPosted(line) => self.ledger_line(&line),
            Event::OrderAccepted { order, .. } => format!("accepted {}", self.label(order)),
            Event::OrderConditioned { order, condition } => {
                format!("{} has {}", self.label(order), self.condition(order, condition))
            }
            Event::OrderWaits { order, instrument, leaves, waits_for, .. } => format!(
                "{} waits with {} for its {}",
                self.label(order),
                self.lots(instrument, leaves.lots()),
                words(waits_for)
            ),
            Event::OrderTriggered { order, instrument, trigger, reference, .. } => format!(
                "{} triggers at {}, reached by {}",
                self.label(order),
                self.ticks(instrument, trigger),
                self.ticks(instrument, reference)
            ),
            Event::OrderEntered { order, instrument, price, leaves, from, .. } => format!(
                "{} enters with {} at {}, {}",
                self.label(order),
                self.lots(instrument, leaves.lots()),
                self.terms(instrument).order_price(price),
                place(from)
            ),
            Event::OrderRested { order, instrument, price, leaves, ahead, layer, .. } => format!(
                "{} rests: {} at {}, behind {}{}",
                self.label(order),
                self.lots(instrument, leaves.lots()),
                self.ticks(instrument, price),
                self.lots(instrument, ahead),
                if layer == outcry_engine::Layer::Dark { ", dark" } else { "" }
            ),
            Event::OrderRefilled { order, instrument, price, shown, ahead, .. } => format!(
                "{} shows {} at {}, behind {}",
                self.label(order),
                self.lots(instrument, shown.lots()),
                self.ticks(instrument, price),
                self.lots(instrument, ahead)
            ),
            Event::OrderRepriced { order, instrument, old_price, price, reason } => format!(
                "{} repriced from {} to {}, {}",
                self.label(order),
                self.ticks(instrument, old_price),
                self.ticks(instrument, price),
                words(reason)
            ),
            Event::OrderReduced { order, instrument, by, leaves, reason, .. } => format!(
                "{} reduced by {}, left {}, {}",
                self.label(order),
                self.lots(instrument, by),
                self.lots(instrument, leaves),
                words(reason)
            ),
            Event::TradePrevented {
                maker,
                taker,
                instrument,
                price,
                quantity,
                maker_leaves,
                taker_leaves,
                rule,
            } => format!(
                "prevented: {} at {}, {} meets {}; left {} and {}, {}",
                self.lots(instrument, quantity.lots()),
                self.ticks(instrument, price),
                self.label(taker),
                self.label(maker),
                self.lots(instrument, taker_leaves),
                self.lots(instrument, maker_leaves),
                rule_name(rule)
            ),
            Event::Traded(trade) => self.trade(&trade),
            Event::OrderCanceled { order, instrument, canceled, from, reason, .. } => {
                let canceled = self.lots(instrument, canceled);
                let reason: CancelReason = reason;
                format!("{} canceled: {canceled}, {}, {}", self.label(order), place(from), words(reason))
            }
            Event::OrderReplaced {
                order,
                instrument,
                old_price,
                price,
                quantity,
                old_leaves,
                leaves,
                priority,
                ..
            } => {
                format!(
                    "{} replaced: left {} at {} becomes {} at {} of {}, {}",
                    self.label(order),
                    self.lots(instrument, old_leaves.lots()),
                    self.ticks(instrument, old_price),
                    self.lots(instrument, leaves.lots()),
                    self.ticks(instrument, price),
                    self.lots(instrument, quantity.lots()),
                    match priority {
                        Priority::Kept => "keeps its place",
                        Priority::Lost => "loses its place",
                    }
                )
            }
            Event::QuoteRefused { entry, reject } => {
                format!("quote {entry} refused {}: {}", reject.code(), exchange.explain(&reject))
            }
            Event::AccountBlocked { account } => format!("account {} is blocked", name(exchange, account)),
            Event::OrdersCanceled { account, instrument, side } => {
                let side = match side {
                    None => "the orders",
                    Some(Side::Buy) => "the buy orders",
                    Some(Side::Sell) => "the sell orders",
                };
                let instrument = instrument.map(|instrument| format!(" in {}", self.listed(instrument)));
                format!(
                    "{side} of {}{} are canceled",
                    name(exchange, account),
                    instrument.unwrap_or_default()
                )
            }
            Event::Quoted { account, entries } => format!("{} quotes {entries}", name(exchange, account)),
            Event::MarketHalted { until } => format!(
                "the market is halted{}",
                until.map_or_else(String::new, |until| format!(" until {}", written_time(until)))
            ),
            Event::MarketResumed => "the market goes on".to_owned(),
            Event::AccountUnblocked { account } => {
                format!("account {} is not blocked any more", name(exchange, account))
            }
            Event::InstrumentSet { instrument, setting } => {
                let setting = written_for_instrument(exchange, instrument, setting);
                format!("{} has {setting}", self.listed(instrument))
            }
            Event::AccountSet { account, setting } => {
                format!("{} has {}", name(exchange, account), written_for_account(exchange, setting))
            }
            Event::MarketSet { setting } => {
                format!("the market has {}", written_for_market(exchange, setting))
            }
            Event::PhaseChanged { instrument, phase, end, cause } => {
                format!("{} is {}, {}", self.listed(instrument), written_phase(phase, end), words(cause))
            }
            Event::IndicationChanged { instrument, indication } => {
                format!("{} indicates {}", self.listed(instrument), self.indication(instrument, indication))
            }
            Event::Uncrossed { instrument, indication } => {
                format!("{} uncrosses {}", self.listed(instrument), self.indication(instrument, indication))
            }
            Event::BandsMoved { instrument, low, high } => format!(
                "{} trades from {} to {}",
                self.listed(instrument),
                self.ticks(instrument, low),
                self.ticks(instrument, high)
            ),
            Event::LimitState { instrument, entered: true } => {
                format!("{} enters a limit state", self.listed(instrument))
            }
            Event::LimitState { instrument, entered: false } => {
                format!("{} leaves its limit state", self.listed(instrument))
            }
            Event::FollowUpsStopped { instrument, done } => {
                format!("{} stops after {done} follow-ups", self.listed(instrument))
            }
            Event::ClockAdvanced => "the clock is advanced".to_owned(),
            Event::DeskOpened { desk, account, sells, cap } => format!(
                "desk {desk} of {} sells up to {} {}",
                name(exchange, account),
                units(exchange, sells, cap),
                symbol(exchange, sells)
            ),
            Event::RateSet { desk, money, rate } => {
                format!("desk {desk} takes {} {} for one", rate.decimal(), symbol(exchange, money))
            }
            Event::CashSpent { desk, purchase, account, money, amount, rate, coins, repeated } => format!(
                "purchase {purchase} of desk {desk}: {} spends {} {} at {} for {}{}",
                name(exchange, account),
                units(exchange, money, amount),
                symbol(exchange, money),
                rate.decimal(),
                exchange.desk(desk).map_or(String::new(), |desk| units(exchange, desk.sells(), coins)),
                if repeated { ", as before" } else { "" }
            ),
        }
    }

    fn trade(&self, trade: &Trade) -> String {
        format!(
            "trade {}: {} at {}, {} takes {}; left {} and {}{}",
            trade.trade,
            self.lots(trade.instrument, trade.quantity.lots()),
            self.ticks(trade.instrument, trade.price),
            self.label(trade.taker),
            self.label(trade.maker),
            self.lots(trade.instrument, trade.taker_leaves),
            self.lots(trade.instrument, trade.maker_leaves),
            match trade.kind {
                TradeKind::Continuous => "",
                TradeKind::Auction => ", in the auction",
            }
        )
    }

    fn ledger_line(&self, line: &LedgerLine) -> String {
        let exchange = &self.session.exchange;
        let order = line.order.map(|order| format!(" ({})", self.label(order))).unwrap_or_default();
        format!(
            "{} {} {} {}{order}: {} available, {} held",
            name(exchange, line.account),
            words(line.kind),
            units(exchange, line.asset, line.amount),
            symbol(exchange, line.asset),
            units(exchange, line.asset, line.available),
            units(exchange, line.asset, line.held)
        )
    }

    fn condition(&self, order: OrderId, condition: Condition) -> String {
        let exchange = &self.session.exchange;
        let instrument = self.session.instruments[&order];
        match condition {
            Condition::Trigger(trigger) => {
                let told = self.terms(instrument).trigger(trigger);
                match trigger.kind {
                    outcry_engine::TriggerKind::Trailing(_) => {
                        format!("{told}, first at {}", self.ticks(instrument, trigger.price))
                    }
                    _ => told,
                }
            }
            Condition::Display(display) => self.terms(instrument).display(display).unwrap_or_default(),
            Condition::Minimum(minimum) => self.terms(instrument).minimum(minimum),
            Condition::Peg(follows) => peg(follows),
            Condition::Bound(price) => format!("a bound at {}", self.ticks(instrument, price)),
            Condition::SelfTrade(rule) => format!("self-trade {}", rule_name(rule)),
            Condition::Expires(time) => format!("an end at {}", written_time(time)),
            Condition::Cash(amount) => {
                let quote = exchange.instrument(instrument).map(outcry_engine::Instrument::quote);
                let amount = quote.map_or(String::new(), |quote| {
                    format!("{} {}", units(exchange, quote, amount), symbol(exchange, quote))
                });
                format!("{amount} to spend")
            }
            Condition::Pair(other) => format!("a pair with {}", self.label(other)),
            Condition::Exits { profit, loss } => {
                format!("profit {} loss {}", self.ticks(instrument, profit), self.ticks(instrument, loss))
            }
            Condition::ExitOf(entry) => format!("an entry in {}", self.label(entry)),
            Condition::Quote => "a place in a quote".to_owned(),
        }
    }

    fn indication(&self, instrument: InstrumentId, indication: Indication) -> String {
        let Some(price) = indication.price else { return "nothing".to_owned() };
        let surplus = match indication.surplus_side {
            Some(side) => {
                let side = if side == Side::Buy { "buy" } else { "sell" };
                format!(", {} more to {side}", self.lots(instrument, indication.surplus))
            }
            None => String::new(),
        };
        let step = indication.decided_by.map(|step| format!(", by {}", words(step))).unwrap_or_default();
        format!(
            "{} at {}{surplus}{step}",
            self.lots(instrument, indication.paired),
            self.ticks(instrument, price)
        )
    }

    fn label(&self, order: OrderId) -> String {
        self.session.label(order)
    }

    fn listed(&self, instrument: InstrumentId) -> String {
        listed(&self.session.exchange, instrument)
    }

    fn terms(&self, instrument: InstrumentId) -> Terms<'_> {
        Terms { exchange: &self.session.exchange, instrument }
    }

    fn ticks(&self, instrument: InstrumentId, price: Price) -> String {
        ticks(&self.session.exchange, instrument, price)
    }

    fn lots(&self, instrument: InstrumentId, quantity: Lots) -> String {
        lots(&self.session.exchange, instrument, quantity)
    }
}

fn place(from: Place) -> &'static str {
    match from {
        Place::Incoming => "never rested",
        Place::Waiting => "out of waiting",
        Place::Lit => "out of the book",
        Place::Dark => "out of the dark book",
    }
}

/// The name of a variant as words: `FillOrKill` is "fill or kill".
pub(super) fn words(variant: impl Debug) -> String {
    let mut words = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
