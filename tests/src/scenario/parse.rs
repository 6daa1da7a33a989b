//! Reads one line of a scenario.

use outcry_engine::{
    AccountId, AccountName, Amount, CashOrderId, Command, Conditions, DeskId, IdempotenceKey, InstrumentId,
    NewInstrument, NewOrder, OrderId, Qty, Rate, Side, Timestamp, parse_decimal,
};

use super::words::{Fault, Parsed, Words, amount, fee, quantity};
use super::{Session, settings, terms};

/// What a line asks for.
pub(super) enum Line {
    /// What follows prepares the case.
    Given,
    /// What follows is what the case is about.
    When,
    /// What follows asks what came of it.
    Then,
    /// Sets the clock of the commands that follow.
    At(Timestamp),
    /// The lines of the ledger are not shown: money is not the point.
    HideLedger,
    /// Draws the book.
    Book(InstrumentId),
    /// Draws the book order by order.
    Queue(InstrumentId),
    /// Draws what rests unseen, order by order.
    Dark(InstrumentId),
    /// Shows an account.
    Balances(AccountId),
    /// Lists the execution reports of an order.
    Reports(OrderId),
    /// Shows what an account made of an instrument, at the price of the last trade.
    Position(AccountId, InstrumentId),
    /// Asks what an order would do.
    Preview(NewOrder, Conditions),
    /// Asks what a quantity costs or brings, all or nothing.
    Price(InstrumentId, Side, Qty),
    /// Shows a page of a desk's purchases.
    Purchases {
        /// The desk.
        desk: DeskId,
        /// The page begins just before this one; with the newest if `None`.
        before: Option<CashOrderId>,
        /// Most purchases shown.
        size: u32,
    },
    /// A number or name that is refused before it becomes a command.
    Unreadable(String),
    /// Is executed.
    Command {
        /// What later lines call its order; of a pair both names, with a `/` between.
        label: Option<String>,
        /// When, where the line says so; else at the time of the lines before.
        at: Option<Timestamp>,
        /// The command.
        command: Command,
    },
}

/// Reads a line; names are looked up in the session.
pub(super) fn line(line: &str, session: &Session) -> Result<Line, String> {
    let line = line.split(" # ").next().unwrap_or(line).trim();
    let (label, rest) = match line.split_once(": ") {
        Some((label, rest)) => (Some(label.to_owned()), rest),
        None => (None, line),
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let mut words = Words::new(&words, session);
    let read = match question(&mut words) {
        Ok(Some(line)) => Ok(line),
        Ok(None) => command(&mut words).map(|(at, command)| Line::Command { label, at, command }),
        Err(fault) => Err(fault),
    };
    match read.and_then(|line| words.end().map(|()| line)) {
        Ok(line) => Ok(line),
        Err(Fault::Number(reason)) => Ok(Line::Unreadable(reason)),
        Err(Fault::Line(reason)) => Err(reason),
    }
}

/// What is not a command.
fn question(words: &mut Words) -> Parsed<Option<Line>> {
    let line = match words.peek() {
        Some("given") => Line::Given,
        Some("when") => Line::When,
        Some("then") => Line::Then,
        Some(
            "at" | "hide" | "book" | "queue" | "dark" | "balances" | "position" | "reports" | "preview"
            | "price" | "purchases",
        ) => {
            return asked(words).map(Some);
        }
        _ => return Ok(None),
    };
    words.next()?;
    Ok(Some(line))
}

fn asked(words: &mut Words) -> Parsed<Line> {
    Ok(match words.next()? {
        "at" => Line::At(words.time()?),
        "hide" => {
            words.expect("ledger")?;
            Line::HideLedger
        }
        "book" => Line::Book(words.instrument()?),
        "queue" => Line::Queue(words.instrument()?),
        "dark" => Line::Dark(words.instrument()?),
        "balances" => Line::Balances(words.account()?),
        "reports" => Line::Reports(words.order()?),
        "position" => Line::Position(words.account()?, words.instrument()?),
        "price" => {
            let instrument = words.instrument()?;
            let side = match words.next()? {
                "buy" => Side::Buy,
                "sell" => Side::Sell,
                other => return Err(Fault::Line(format!("{other} is not buy or sell"))),
            };
            Line::Price(instrument, side, words.quantity(instrument)?)
        }
        "purchases" => {
            let desk = DeskId::new(words.whole()?);
            let number = if words.take("before") { Some(words.whole()?) } else { None };
            words.expect("most")?;
            Line::Purchases { desk, before: number.and_then(CashOrderId::new), size: words.whole()? }
        }
        _ => {
            let (order, conditions) = terms::order(words)?;
            Line::Preview(order, conditions)
        }
    })
}

fn command(words: &mut Words) -> Parsed<(Option<Timestamp>, Command)> {
    let start = *words;
    let first = words.next()?;
    let command = match first {
        "clock" if words.peek().is_some() => return Ok((Some(words.time()?), Command::AdvanceClock)),
        "clock" => Command::AdvanceClock,
        "asset" => {
            let symbol = words.symbol()?;
            words.expect("decimals")?;
            Command::CreateAsset { symbol, decimals: words.whole()? }
        }
        "instrument" => Command::CreateInstrument(new_instrument(words)?),
        "account" => Command::OpenAccount {
            name: AccountName::new(words.next()?)
                .map_err(|error| Fault::Number(format!("the name {error}")))?,
        },
        "deposit" | "withdraw" => {
            let account = words.account()?;
            let (amount, asset) = money(words)?;
            if first == "deposit" {
                Command::Deposit { account, asset, amount }
            } else {
                Command::Withdraw { account, asset, amount }
            }
        }
        "block" => Command::BlockAccount { account: words.account()? },
        "unblock" => Command::UnblockAccount { account: words.account()? },
        "set" => setting(words)?,
        "phase" => {
            let instrument = words.instrument()?;
            let (phase, end) = settings::phase_and_end(words)?;
            Command::SetPhase { instrument, phase, end }
        }
        "halt" => words.expect("market").map(|()| Command::HaltMarket)?,
        "resume" => words.expect("market").map(|()| Command::ResumeMarket)?,
        "desk" => {
            words.expect("of")?;
            let account = words.account()?;
            words.expect("sells")?;
            let (cap, sells) = money(words)?;
            Command::OpenDesk { account, sells, cap }
        }
        "rate" => {
            let desk = DeskId::new(words.whole()?);
            let rate = parse_decimal(words.next()?).map_err(|error| Fault::Number(error.to_string()))?;
            let rate = Rate::new(rate).map_err(|refusal| Fault::Number(refusal.to_string()))?;
            Command::SetRate { desk, money: words.asset()?, rate }
        }
        _ => {
            let account = { start }.account();
            let verb = words.next()?;
            match verb {
                "cancels" if words.take("all") => {
                    let named = !matches!(words.peek(), None | Some("buys" | "sells"));
                    let instrument = if named { Some(words.instrument()?) } else { None };
                    let side = if words.peek().is_some() { Some(words.side()?) } else { None };
                    Command::CancelOrders { account: account?, instrument, side }
                }
                "cancels" => Command::CancelOrder { account: account?, order: words.order()? },
                "replaces" => replacement(words, account?)?,
                "spends" => spending(words, account?)?,
                "quotes" => terms::quotes(words, account?)?,
                _ => {
                    *words = start;
                    terms::command(words)?
                }
            }
        }
    };
    Ok((None, command))
}

fn new_instrument(words: &mut Words) -> Parsed<NewInstrument> {
    let decimal = |text| parse_decimal(text).map_err(|error| Fault::Number(error.to_string()));
    let symbol = words.symbol()?;
    words.expect("of")?;
    let base = words.asset()?;
    words.expect("in")?;
    let quote = words.asset()?;
    words.expect("tick")?;
    let tick = decimal(words.next()?)?;
    words.expect("lot")?;
    let lot = decimal(words.next()?)?;
    words.expect("fees")?;
    let (maker_fee, taker_fee) = (fee(words.whole()?)?, fee(words.whole()?)?);
    Ok(NewInstrument { symbol, base, quote, tick, lot, maker_fee, taker_fee })
}

/// An amount and then its asset.
fn money(words: &mut Words) -> Parsed<(Amount, outcry_engine::AssetId)> {
    let number = words.next()?;
    let asset = words.asset()?;
    Ok((amount(words.exchange(), number, asset)?, asset))
}

/// Of the market, of an instrument, or of an account, whichever has the name.
fn setting(words: &mut Words) -> Parsed<Command> {
    if words.take("market") {
        return Ok(Command::SetMarket { setting: settings::of_market(words)? });
    }
    let mut account = *words;
    if let Ok(instrument) = words.instrument() {
        let mut of_account = *words;
        return match settings::of_instrument(words, instrument) {
            Err(fault) => match (account.account(), settings::of_account(&mut of_account)) {
                // A raw number may name either.
                (Ok(account), Ok(setting)) => {
                    *words = of_account;
                    Ok(Command::SetAccount { account, setting })
                }
                _ => Err(fault),
            },
            Ok(setting) => Ok(Command::SetInstrument { instrument, setting }),
        };
    }
    let owner = account.account()?;
    *words = account;
    Ok(Command::SetAccount { account: owner, setting: settings::of_account(words)? })
}

fn replacement(words: &mut Words, account: AccountId) -> Parsed<Command> {
    let order = words.order()?;
    // An order that was never accepted has no instrument to read decimals by: then the first one's are used.
    let instrument = words.session().instruments.get(&order).copied().unwrap_or(InstrumentId::new(0));
    words.expect("with")?;
    let size = words.next()?;
    words.expect("at")?;
    let price = words.price(instrument)?;
    Ok(Command::ReplaceOrder {
        account,
        order,
        price,
        quantity: quantity(words.exchange(), size, instrument)?,
    })
}

/// Money spent on an instrument, or at a desk.
fn spending(words: &mut Words, account: AccountId) -> Parsed<Command> {
    let (amount, money) = money(words)?;
    if words.take("on") {
        let instrument = words.instrument()?;
        let quote = words.exchange().instrument(instrument).map(outcry_engine::Instrument::quote);
        if quote.is_some_and(|quote| quote != money) {
            return Err(Fault::Line("the instrument is not paid for in that".to_owned()));
        }
        return Ok(Command::PlaceCashOrder { account, instrument, amount });
    }
    words.expect("at")?;
    words.expect("desk")?;
    let desk = DeskId::new(words.whole()?);
    words.expect("key")?;
    Ok(Command::BuyAtDesk { desk, account, money, amount, key: IdempotenceKey::new(words.whole()?) })
}
