//! One JSON object in, one engine command out, or what is wrong with each of its fields.
//!
//! Names become ids here, and decimals become ticks, lots and minor units, against the exchange as it is now. What
//! can only be judged by the exchange (money, the book, permission) is left to it and answered by a reject event.

use std::fmt;

use outcry_engine::{Command, Event, Exchange, InstrumentId, Timestamp};

use crate::fields::{FieldError, Fields};
use crate::read::Reader;
use crate::time::TimeText;
use crate::word::not_one_of;

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
const COMMANDS: [&str; 25] = [
    "create_asset",
    "create_instrument",
    "open_account",
    "deposit",
    "withdraw",
    "place",
    "place_pair",
    "place_bracket",
    "place_cash",
    "cancel",
    "cancel_orders",
    "replace",
    "quote",
    "block_account",
    "unblock_account",
    "set_instrument",
    "set_account",
    "set_market",
    "set_phase",
    "halt_market",
    "resume_market",
    "advance_clock",
    "open_desk",
    "set_rate",
    "buy_at_desk",
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
        COMMANDS.into_iter().find(|&word| word == text).ok_or_else(|| not_one_of(text, COMMANDS))
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
        "place_pair" => reader.place_pair(),
        "place_bracket" => reader.place_bracket(),
        "place_cash" => reader.place_cash(),
        "cancel" => reader.cancel(),
        "cancel_orders" => reader.cancel_orders(),
        "replace" => reader.replace(),
        "quote" => reader.quote(),
        "block_account" => reader.kill_switch(|account| Command::BlockAccount { account }),
        "unblock_account" => reader.kill_switch(|account| Command::UnblockAccount { account }),
        "set_instrument" => reader.set_instrument(),
        "set_account" => reader.set_account(),
        "set_market" => reader.set_market(),
        "set_phase" => reader.set_phase(),
        "halt_market" => Some(Command::HaltMarket),
        "resume_market" => Some(Command::ResumeMarket),
        "open_desk" => reader.open_desk(),
        "set_rate" => reader.set_rate(),
        "buy_at_desk" => reader.buy_at_desk(),
        _ => Some(Command::AdvanceClock),
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
    let named = match command {
        Command::PlaceOrder(order) => Some(order.instrument),
        Command::PlaceConditional(order) => Some(order.terms.instrument),
        Command::PlacePair(pair) => Some(pair.limit.instrument),
        Command::PlaceBracket(bracket) => Some(bracket.entry.instrument),
        Command::PlaceCashOrder { instrument, .. }
        | Command::SetInstrument { instrument, .. }
        | Command::SetPhase { instrument, .. } => Some(*instrument),
        Command::CancelOrders { instrument, .. } => *instrument,
        Command::Quote(mass) => mass.quotes.first().map(|quote| quote.instrument),
        Command::CreateAsset { .. }
        | Command::CreateInstrument(_)
        | Command::OpenAccount { .. }
        | Command::Deposit { .. }
        | Command::Withdraw { .. }
        | Command::CancelOrder { .. }
        | Command::ReplaceOrder { .. }
        | Command::BlockAccount { .. }
        | Command::UnblockAccount { .. }
        | Command::SetAccount { .. }
        | Command::SetMarket { .. }
        | Command::HaltMarket
        | Command::ResumeMarket
        | Command::AdvanceClock
        | Command::OpenDesk { .. }
        | Command::SetRate { .. }
        | Command::BuyAtDesk { .. } => None,
    };
    named.or_else(|| {
        events.iter().find_map(|event| match *event {
            Event::InstrumentCreated { instrument, .. }
            | Event::OrderCanceled { instrument, .. }
            | Event::OrderReplaced { instrument, .. } => Some(instrument),
            _ => None,
        })
    })
}

fn request_id(text: &str) -> Result<String, String> {
    if text.len() > MAX_REQUEST_ID {
        return Err(format!("is {} bytes long, at most {MAX_REQUEST_ID} are allowed", text.len()));
    }
    Ok(text.to_owned())
}
