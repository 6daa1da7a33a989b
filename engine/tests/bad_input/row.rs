//! A row of the table: a command, and what must become of it.

use outcry_engine::{Command, Event, Exchange, Reject, Timestamp};

/// What must become of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is taken.
    Taken,
    /// It is refused with this code.
    Refused(String),
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) command: Command,
    pub(crate) outcome: Outcome,
}

/// A row that is refused.
pub(crate) fn refused(code: &str, name: impl Into<String>, command: Command) -> Row {
    Row { name: name.into(), command, outcome: Outcome::Refused(code.to_owned()) }
}

/// A row that is taken.
pub(crate) fn taken(name: impl Into<String>, command: Command) -> Row {
    Row { name: name.into(), command, outcome: Outcome::Taken }
}

/// A row by its code; `taken` for one that is taken.
pub(crate) fn row(code: &str, name: impl Into<String>, command: Command) -> Row {
    if code == "taken" { taken(name, command) } else { refused(code, name, command) }
}

impl Row {
    /// Runs the command on a copy of the exchange. Answers the row as text, or what is wrong with it.
    pub(crate) fn run(&self, exchange: &Exchange) -> Result<String, String> {
        let answer = answer(exchange, &self.command);
        let outcome = match &answer {
            Ok(()) => Outcome::Taken,
            Err(reject) => Outcome::Refused(reject.code().to_owned()),
        };
        if outcome != self.outcome {
            return Err(format!("{}: {outcome:?}, not {:?}", self.name, self.outcome));
        }
        Ok(match answer {
            Ok(()) => format!("{} | taken |", self.name),
            Err(reject) => {
                let said = exchange.explain_command(&self.command, &reject);
                format!("{} | {} | {said}", self.name, reject.code())
            }
        })
    }
}

/// What the exchange answers to a command. A refusal changes nothing.
pub(crate) fn answer(exchange: &Exchange, command: &Command) -> Result<(), Reject> {
    let mut after = exchange.clone();
    let mut events = Vec::new();
    after.execute(Timestamp::default(), command, &mut events);
    after.check();
    match events[..] {
        [Event::CommandRejected(reject)] | [Event::Quoted { .. }, Event::QuoteRefused { reject, .. }] => {
            assert_eq!(market(exchange), market(&after), "a refused command changes nothing: {command:?}");
            Err(reject)
        }
        _ => {
            let refused =
                |event: &Event| matches!(event, Event::CommandRejected(_) | Event::QuoteRefused { .. });
            assert!(!events.is_empty() && !events.iter().any(refused), "a refusal stands alone: {events:?}");
            Ok(())
        }
    }
}

/// The stored form of an exchange but for its sequence, time, count of events and history.
fn market(exchange: &Exchange) -> (u64, u64, Vec<u8>) {
    let bytes = postcard::to_allocvec(exchange).unwrap();
    let ((sequence, now, events, orders, trades, _), rest): (Head, _) =
        postcard::take_from_bytes(&bytes).unwrap();
    assert_eq!(
        (sequence, now, events),
        (exchange.sequence(), exchange.now().nanos(), exchange.event_count())
    );
    (orders, trades, rest.to_vec())
}

type Head = (u64, u64, u64, u64, u64, (u64, u64));
