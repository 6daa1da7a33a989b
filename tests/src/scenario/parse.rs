//! Reads one line of a scenario.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Exchange, FeeRate, InstrumentId, NewInstrument,
    NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp, parse_decimal,
};

use super::Session;

/// What a line asks for.
pub(super) enum Line {
    /// What follows prepares the case.
    Given,
    /// What follows is what the case is about.
    When,
    /// What follows asks what came of it.
    Then,
    /// Sets the clock.
    At(Timestamp),
    /// Draws the book.
    Book(InstrumentId),
    /// Draws the book order by order.
    Queue(InstrumentId),
    /// Shows an account.
    Balances(AccountId),
    /// Asks what an order would do.
    Preview(NewOrder),
    /// A number or name that is refused before it becomes a command.
    Unreadable(String),
    /// Is executed; an order may be given a label.
    Command {
        /// What later lines call the order.
        label: Option<String>,
        /// The command.
        command: Command,
    },
}

/// Why a line is not a command: the scenario is wrong, or it shows a number that is refused at the edge.
enum Fault {
    Line(String),
    Number(String),
}

type Parsed<T> = Result<T, Fault>;

/// Reads a line; names are looked up in the session.
pub(super) fn line(line: &str, session: &Session) -> Result<Line, String> {
    let line = line.split(" # ").next().unwrap_or(line).trim();
    let (label, rest) = match line.split_once(": ") {
        Some((label, rest)) => (Some(label.to_owned()), rest),
        None => (None, line),
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let reader = Reader { exchange: &session.exchange, session };
    match reader.read(&words) {
        Ok(Line::Command { command, .. }) => Ok(Line::Command { label, command }),
        Ok(line) => Ok(line),
        Err(Fault::Number(reason)) => Ok(Line::Unreadable(reason)),
        Err(Fault::Line(reason)) => Err(reason),
    }
}

struct Reader<'a> {
    exchange: &'a Exchange,
    session: &'a Session,
}

impl Reader<'_> {
    fn read(&self, words: &[&str]) -> Parsed<Line> {
        let command = match *words {
            ["given"] => return Ok(Line::Given),
            ["when"] => return Ok(Line::When),
            ["then"] => return Ok(Line::Then),
            ["at", nanos] => return Ok(Line::At(Timestamp::from_nanos(whole(nanos)?))),
            ["book", symbol] => return Ok(Line::Book(self.instrument(symbol)?)),
            ["queue", symbol] => return Ok(Line::Queue(self.instrument(symbol)?)),
            ["balances", name] => return Ok(Line::Balances(self.account(name)?)),
            ["preview", ref order @ ..] => return Ok(Line::Preview(self.order(order)?)),
            ["asset", symbol, "decimals", decimals] => {
                Command::CreateAsset { symbol: self.symbol(symbol)?, decimals: whole(decimals)? }
            }
            [
                "instrument",
                symbol,
                "of",
                base,
                "in",
                quote,
                "tick",
                tick,
                "lot",
                lot,
                "fees",
                maker,
                taker,
            ] => {
                let decimal = |text| parse_decimal(text).map_err(|error| Fault::Number(error.to_string()));
                Command::CreateInstrument(NewInstrument {
                    symbol: self.symbol(symbol)?,
                    base: self.asset(base)?,
                    quote: self.asset(quote)?,
                    tick: decimal(tick)?,
                    lot: decimal(lot)?,
                    maker_fee: fee(maker)?,
                    taker_fee: fee(taker)?,
                })
            }
            ["account", name] => Command::OpenAccount {
                name: AccountName::new(name).map_err(|error| Fault::Number(format!("the name {error}")))?,
            },
            ["deposit", name, amount, asset] => {
                let asset = self.asset(asset)?;
                Command::Deposit { account: self.account(name)?, asset, amount: self.amount(amount, asset)? }
            }
            ["withdraw", name, amount, asset] => {
                let asset = self.asset(asset)?;
                Command::Withdraw { account: self.account(name)?, asset, amount: self.amount(amount, asset)? }
            }
            [name, "cancels", order] => {
                Command::CancelOrder { account: self.account(name)?, order: self.labelled(order)? }
            }
            [name, "replaces", order, "with", quantity, "at", price] => {
                let order = self.labelled(order)?;
                // A closed order has no instrument to read decimals by: then the first one's are used.
                let open = self.exchange.order(order);
                let instrument = open.map_or(InstrumentId::new(0), |open| open.instrument);
                Command::ReplaceOrder {
                    account: self.account(name)?,
                    order,
                    price: self.price(price, instrument)?,
                    quantity: self.quantity(quantity, instrument)?,
                }
            }
            _ => Command::PlaceOrder(self.order(words)?),
        };
        Ok(Line::Command { label: None, command })
    }

    fn order(&self, words: &[&str]) -> Parsed<NewOrder> {
        let [name, verb @ ("buys" | "sells"), quantity, symbol, "at", price, ref terms @ ..] = *words else {
            return Err(Fault::Line("is not a line of a scenario".to_owned()));
        };
        let instrument = self.instrument(symbol)?;
        let market = price == "market";
        let mut order = NewOrder {
            account: self.account(name)?,
            instrument,
            side: if verb == "buys" { Side::Buy } else { Side::Sell },
            price: if market {
                OrderPrice::Market
            } else {
                OrderPrice::Limit(self.price(price, instrument)?)
            },
            quantity: self.quantity(quantity, instrument)?,
            time_in_force: if market { TimeInForce::ImmediateOrCancel } else { TimeInForce::GoodTillCancel },
            posting: Posting::Any,
        };
        for &term in terms {
            match term {
                "gtc" => order.time_in_force = TimeInForce::GoodTillCancel,
                "ioc" => order.time_in_force = TimeInForce::ImmediateOrCancel,
                "fok" => order.time_in_force = TimeInForce::FillOrKill,
                "day" => order.time_in_force = TimeInForce::Day,
                "post-only" => order.posting = Posting::PostOnly,
                "post-only-reprice" => order.posting = Posting::PostOnlyReprice,
                _ => {
                    let time = term.strip_prefix("gtd:").ok_or_else(|| {
                        let terms = "gtc, ioc, fok, day, gtd:time, post-only or post-only-reprice";
                        Fault::Line(format!("{term} is not {terms}"))
                    })?;
                    order.time_in_force = TimeInForce::GoodTillDate(Timestamp::from_nanos(whole(time)?));
                }
            }
        }
        Ok(order)
    }

    fn symbol(&self, text: &str) -> Parsed<Symbol> {
        Symbol::new(text).map_err(|error| Fault::Number(format!("the symbol {error}")))
    }

    fn asset(&self, text: &str) -> Parsed<AssetId> {
        if let Some(number) = raw(text)? {
            return Ok(AssetId::new(number));
        }
        self.exchange.find_asset(self.symbol(text)?).ok_or_else(|| Fault::Line(format!("no asset {text}")))
    }

    fn instrument(&self, text: &str) -> Parsed<InstrumentId> {
        if let Some(number) = raw(text)? {
            return Ok(InstrumentId::new(number));
        }
        let unknown = || Fault::Line(format!("no instrument {text}"));
        self.exchange.find_instrument(self.symbol(text)?).ok_or_else(unknown)
    }

    fn account(&self, text: &str) -> Parsed<AccountId> {
        if text == "venue" {
            return Ok(AccountId::VENUE);
        }
        if let Some(number) = raw(text)? {
            return Ok(AccountId::new(number));
        }
        let name = AccountName::new(text).map_err(|error| Fault::Line(error.to_string()))?;
        self.exchange.find_account(name).ok_or_else(|| Fault::Line(format!("no account {text}")))
    }

    fn labelled(&self, text: &str) -> Parsed<OrderId> {
        if let Some(number) = raw(text)? {
            return OrderId::new(number).ok_or_else(|| Fault::Line("orders count from 1".to_owned()));
        }
        let order = self.session.labels.get(text).copied();
        order.ok_or_else(|| Fault::Line(format!("no accepted order is called {text}")))
    }

    fn amount(&self, text: &str, asset: AssetId) -> Parsed<Amount> {
        if let Some(units) = raw(text)? {
            return Amount::new(units).map_err(|error| Fault::Number(error.to_string()));
        }
        let asset =
            self.exchange.asset(asset).ok_or_else(|| Fault::Line("no asset for decimals".to_owned()))?;
        asset.parse_amount(text).map_err(|error| Fault::Number(format!("amount {error}")))
    }

    fn price(&self, text: &str, instrument: InstrumentId) -> Parsed<Price> {
        if let Some(ticks) = raw(text)? {
            return Price::new(ticks).map_err(|error| Fault::Number(error.to_string()));
        }
        let instrument = self.exchange.instrument(instrument);
        let instrument = instrument.ok_or_else(|| Fault::Line("no instrument for decimals".to_owned()))?;
        instrument.parse_price(text).map_err(|error| Fault::Number(format!("price {error}")))
    }

    fn quantity(&self, text: &str, instrument: InstrumentId) -> Parsed<Qty> {
        if let Some(lots) = raw(text)? {
            return Qty::new(lots).map_err(|error| Fault::Number(error.to_string()));
        }
        let instrument = self.exchange.instrument(instrument);
        let instrument = instrument.ok_or_else(|| Fault::Line("no instrument for decimals".to_owned()))?;
        instrument.parse_quantity(text).map_err(|error| Fault::Number(format!("quantity {error}")))
    }
}

/// The number behind a `#`.
fn raw<T: std::str::FromStr>(text: &str) -> Parsed<Option<T>> {
    match text.strip_prefix('#') {
        Some(number) => whole(number).map(Some),
        None => Ok(None),
    }
}

fn whole<T: std::str::FromStr>(text: &str) -> Parsed<T> {
    text.parse().map_err(|_| Fault::Line(format!("{text} is not a whole number in range")))
}

fn fee(text: &str) -> Parsed<FeeRate> {
    FeeRate::from_ppm(whole(text)?).map_err(|error| Fault::Number(error.to_string()))
}
