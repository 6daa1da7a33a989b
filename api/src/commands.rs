//! One JSON object in, one engine command out, or what is wrong with each of its fields.
//!
//! Names become ids here, and decimals become ticks, lots and minor units, against the exchange as it is now. What
//! can only be judged by the exchange (money, the book, permission) is left to it and answered by a reject event.

use std::fmt;

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, Exchange, FeeRate, Instrument, InstrumentId,
    NewInstrument, NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp,
    limits, parse_decimal,
};

use crate::fields::{FieldError, Fields};
use crate::time::TimeText;

/// Longest `id` of a request in bytes.
pub const MAX_REQUEST_ID: usize = 128;

/// A command as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub command: Command,
    /// When, if the text says so.
    pub at: Option<Timestamp>,
    /// A mark of the sender's own, repeated in each answer.
    pub id: Option<String>,
}

/// Why a text is not a command. It was not executed and changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// The sender's mark, if it could be read.
    pub id: Option<String>,
    /// What is wrong, in the order the fields were read; never empty.
    pub fields: Vec<FieldError>,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.fields.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for RequestError {}

/// Every word that `command` may be.
const COMMANDS: [&str; 8] = [
    "create_asset",
    "create_instrument",
    "open_account",
    "deposit",
    "withdraw",
    "place",
    "cancel",
    "replace",
];

/// Reads one command from the text of a JSON object.
///
/// # Errors
/// [`RequestError`] with every field that is missing, unknown, given twice or wrong.
pub fn parse(text: &str, exchange: &Exchange) -> Result<Request, RequestError> {
    let mut fields = Fields::read(text).map_err(|error| RequestError { id: None, fields: vec![error] })?;
    let id = fields.optional("id", request_id);
    let at = fields.optional("at", TimeText::parse).map(|time| time.0);
    let word = fields.required("command", |text| {
        COMMANDS.into_iter().find(|&word| word == text).ok_or_else(|| not_one_of(text, &COMMANDS))
    });
    let Some(word) = word else {
        // Which other fields are right depends on the command: only what is known to be wrong is told.
        return Err(RequestError { id, fields: fields.errors() });
    };
    let mut reader = Reader { fields, exchange };
    let command = match word {
        "create_asset" => reader.create_asset(),
        "create_instrument" => reader.create_instrument(),
        "open_account" => reader.open_account(),
        "deposit" => reader.transfer(|account, asset, amount| Command::Deposit { account, asset, amount }),
        "withdraw" => reader.transfer(|account, asset, amount| Command::Withdraw { account, asset, amount }),
        "place" => reader.place(),
        "cancel" => reader.cancel(),
        _ => reader.replace(),
    };
    let errors = reader.fields.finish();
    match command {
        Some(command) if errors.is_empty() => Ok(Request { command, at, id }),
        _ => Err(RequestError { id, fields: errors }),
    }
}

/// The instrument that a command concerns, if there is one: of an order by its terms, of a cancel or replace by the
/// answer.
#[must_use]
pub fn concerned(command: &Command, events: &[Event]) -> Option<InstrumentId> {
    if let Command::PlaceOrder(order) = command {
        return Some(order.instrument);
    }
    events.iter().find_map(|event| match *event {
        Event::InstrumentCreated { instrument, .. }
        | Event::OrderCanceled { instrument, .. }
        | Event::OrderReplaced { instrument, .. } => Some(instrument),
        _ => None,
    })
}

fn request_id(text: &str) -> Result<String, String> {
    if text.len() > MAX_REQUEST_ID {
        return Err(format!("is {} bytes long, at most {MAX_REQUEST_ID} are allowed", text.len()));
    }
    Ok(text.to_owned())
}

fn not_one_of(text: &str, words: &[&str]) -> String {
    let text: String = text.chars().take(32).collect();
    format!("{text:?} is not one of {}", words.join(", "))
}

/// Reads a word of a fixed set.
fn word<T: Copy>(words: &[(&str, T)]) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|&(_, value)| value)
            .ok_or_else(|| not_one_of(text, &words.iter().map(|&(word, _)| word).collect::<Vec<_>>()))
    }
}

pub(crate) const SIDES: [(&str, Side); 2] = [("buy", Side::Buy), ("sell", Side::Sell)];
pub(crate) const TIMES_IN_FORCE: [(&str, TimeInForce); 3] = [
    ("gtc", TimeInForce::GoodTillCancel),
    ("ioc", TimeInForce::ImmediateOrCancel),
    ("fok", TimeInForce::FillOrKill),
];

/// Reads the fields of one command after the other; `None` where at least one is wrong.
struct Reader<'a> {
    fields: Fields,
    exchange: &'a Exchange,
}

impl Reader<'_> {
    fn account(&mut self) -> Option<AccountId> {
        let exchange = self.exchange;
        self.fields.required("account", |text| {
            let name = AccountName::new(text).map_err(|e| e.to_string())?;
            exchange.find_account(name).ok_or_else(|| format!("{text:?} is not the name of an account here"))
        })
    }

    fn asset(&mut self, field: &'static str) -> Option<AssetId> {
        let exchange = self.exchange;
        self.fields.required(field, |text| {
            let symbol = Symbol::new(text).map_err(|e| e.to_string())?;
            exchange.find_asset(symbol).ok_or_else(|| format!("{text:?} is not the symbol of an asset here"))
        })
    }

    fn instrument(&mut self) -> Option<InstrumentId> {
        let exchange = self.exchange;
        self.fields.required("instrument", |text| {
            let symbol = Symbol::new(text).map_err(|e| e.to_string())?;
            exchange
                .find_instrument(symbol)
                .ok_or_else(|| format!("{text:?} is not the symbol of an instrument here"))
        })
    }

    fn order(&mut self) -> Option<OrderId> {
        self.fields.required_integer("order", 1..=u64::MAX).and_then(OrderId::new)
    }

    /// A price of the instrument; without one, only that it is a decimal is checked.
    fn price(&mut self, instrument: Option<&Instrument>) -> Option<Price> {
        self.fields.decimal("price", |text| match instrument {
            Some(instrument) => instrument.parse_price(text),
            None => parse_decimal(text).map(|_| SMALLEST_PRICE),
        })
    }

    /// A quantity of the instrument; without one, only that it is a decimal is checked.
    fn quantity(&mut self, instrument: Option<&Instrument>) -> Option<Qty> {
        self.fields.decimal("quantity", |text| match instrument {
            Some(instrument) => instrument.parse_quantity(text),
            None => parse_decimal(text).map(|_| SMALLEST_QUANTITY),
        })
    }

    fn create_asset(&mut self) -> Option<Command> {
        let symbol = self.fields.required("symbol", Symbol::new);
        let decimals = self.fields.required_integer("decimals", 0..=limits::MAX_DECIMALS.into());
        let decimals = u8::try_from(decimals?).ok()?;
        Some(Command::CreateAsset { symbol: symbol?, decimals })
    }

    fn create_instrument(&mut self) -> Option<Command> {
        let symbol = self.fields.required("symbol", Symbol::new);
        let base = self.asset("base");
        let quote = self.asset("quote");
        let tick = self.fields.decimal("tick", parse_decimal);
        let lot = self.fields.decimal("lot", parse_decimal);
        let maker_fee = self.fee("maker_fee_ppm");
        let taker_fee = self.fee("taker_fee_ppm");
        Some(Command::CreateInstrument(NewInstrument {
            symbol: symbol?,
            base: base?,
            quote: quote?,
            tick: tick?,
            lot: lot?,
            maker_fee,
            taker_fee,
        }))
    }

    /// A fee; absent is none. A wrong one is noted, and zero stands in until the errors are told.
    fn fee(&mut self, field: &'static str) -> FeeRate {
        let ppm = self.fields.integer(field, 0..=FeeRate::MAX_PPM.into());
        ppm.and_then(|ppm| u32::try_from(ppm).ok())
            .and_then(|ppm| FeeRate::from_ppm(ppm).ok())
            .unwrap_or_default()
    }

    fn open_account(&mut self) -> Option<Command> {
        let name = self.fields.required("name", AccountName::new)?;
        Some(Command::OpenAccount { name })
    }

    fn transfer(&mut self, command: impl FnOnce(AccountId, AssetId, Amount) -> Command) -> Option<Command> {
        let account = self.account();
        let asset = self.asset("asset");
        let terms = asset.and_then(|asset| self.exchange.asset(asset));
        let amount = self.fields.decimal("amount", |text| match terms {
            Some(terms) => terms.parse_amount(text),
            None => parse_decimal(text).map(|_| Amount::ZERO),
        });
        Some(command(account?, asset?, amount?))
    }

    fn place(&mut self) -> Option<Command> {
        let account = self.account();
        let instrument = self.instrument();
        let side = self.fields.required("side", word(&SIDES));
        let kind = self.fields.required("type", word(&[("limit", Kind::Limit), ("market", Kind::Market)]));
        let terms = instrument.and_then(|instrument| self.exchange.instrument(instrument));
        let price = match kind {
            Some(Kind::Limit) => self.price(terms).map(OrderPrice::Limit),
            Some(Kind::Market) => {
                if let Some(given) = self.fields.discard("price") {
                    self.fields.wrong("price", Some(&given), "does not belong to a market order");
                }
                Some(OrderPrice::Market)
            }
            None => {
                self.fields.discard("price");
                None
            }
        };
        let quantity = self.quantity(terms);
        let default = match kind {
            Some(Kind::Market) => TimeInForce::ImmediateOrCancel,
            _ => TimeInForce::GoodTillCancel,
        };
        let time_in_force = self.fields.optional("time_in_force", word(&TIMES_IN_FORCE)).unwrap_or(default);
        let posting = if self.fields.flag("post_only") { Posting::PostOnly } else { Posting::Any };
        Some(Command::PlaceOrder(NewOrder {
            account: account?,
            instrument: instrument?,
            side: side?,
            price: price?,
            quantity: quantity?,
            time_in_force,
            posting,
        }))
    }

    fn cancel(&mut self) -> Option<Command> {
        let account = self.account();
        let order = self.order();
        Some(Command::CancelOrder { account: account?, order: order? })
    }

    /// A closed order has no instrument to read price and quantity by. The exchange refuses it by its number before
    /// it looks at them, so the smallest ones stand in and the answer is its reject, as for a cancel.
    fn replace(&mut self) -> Option<Command> {
        let account = self.account();
        let order = self.order();
        let resting = order.and_then(|order| self.exchange.order(order));
        let terms = resting.and_then(|resting| self.exchange.instrument(resting.instrument));
        let price = self.price(terms);
        let quantity = self.quantity(terms);
        Some(Command::ReplaceOrder { account: account?, order: order?, price: price?, quantity: quantity? })
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Limit,
    Market,
}

const SMALLEST_PRICE: Price = match Price::new(1) {
    Ok(price) => price,
    Err(_) => panic!("one tick is a price"),
};
const SMALLEST_QUANTITY: Qty = match Qty::new(1) {
    Ok(quantity) => quantity,
    Err(_) => panic!("one lot is a quantity"),
};
