//! Scenarios: market rules as text that anyone can read.
//!
//! A file holds cases. What stands before the first `case` opens the market of every case. A line is a command
//! or a question; the lines that answer it follow, indented, and are what the test compares:
//!
//! ```text
//! case a trade prints at the maker's price
//! given
//! a: alice sells 10 ACME at 100.00
//! when
//! b: bob buys 4 ACME at 100.05
//!     accepted b
//!     ...
//! then
//! book ACME
//! ```
//!
//! Under `given` only refusals are shown. `#` begins a comment, and before a number it gives a raw id or unit
//! (`#7`), for things that have no name. This module, with those below, is the only place where
//! scenarios know the engine's interface.

mod parse;
mod print;
mod event;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use outcry_engine::{Command, Event, Exchange, OrderId, Timestamp};

use parse::Line;

/// Indent of the lines that answer.
const ANSWER: &str = "    ";

/// Runs a file of cases and writes it as it should read.
///
/// # Errors
/// The number and text of the first line that cannot be read, with the reason.
pub fn run(text: &str) -> Result<String, String> {
    let mut written = String::new();
    let mut opening: Vec<String> = Vec::new();
    let mut session: Option<Session> = None;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with(ANSWER) {
            continue;
        }
        written.push_str(line.trim_end());
        written.push('\n');
        let failed = |reason: String| format!("line {}: {line}: {reason}", index + 1);
        if line.trim().is_empty() || line.starts_with("# ") {
            continue;
        }
        if line.starts_with("case ") {
            let mut next = Session::default();
            for opened in &opening {
                let answers = next.say(opened).map_err(failed)?;
                if answers.contains("rejected") {
                    return Err(failed(format!("the opening is refused: {answers}")));
                }
            }
            session = Some(next);
            continue;
        }
        match &mut session {
            None => opening.push(line.to_owned()),
            Some(session) => {
                for answer in session.say(line).map_err(failed)?.lines() {
                    written.push_str(ANSWER);
                    written.push_str(answer.trim_end());
                    written.push('\n');
                }
            }
        }
    }
    Ok(written)
}

/// An exchange that is spoken to in lines.
#[derive(Debug, Default)]
struct Session {
    exchange: Exchange,
    labels: BTreeMap<String, OrderId>,
    at: Timestamp,
    quiet: bool,
}

impl Session {
    /// Executes a line; gives its answer.
    fn say(&mut self, line: &str) -> Result<String, String> {
        let mut answer = String::new();
        match parse::line(line, self)? {
            Line::Given => self.quiet = true,
            Line::When | Line::Then => self.quiet = false,
            Line::At(at) => self.at = at,
            Line::Book(instrument) => print::book(&self.exchange, instrument, &mut answer),
            Line::Queue(instrument) => print::queue(self, instrument, &mut answer),
            Line::Balances(account) => print::balances(&self.exchange, account, &mut answer),
            Line::Preview(order) => print::preview(&self.exchange, &order, &mut answer),
            Line::Unreadable(reason) => writeln!(answer, "refused: {reason}").expect("a string grows"),
            Line::Command { label, command } => self.execute(label, &command, &mut answer),
        }
        Ok(answer)
    }

    fn execute(&mut self, label: Option<String>, command: &Command, answer: &mut String) {
        let mut events = Vec::new();
        self.exchange.execute(self.at, command, &mut events);
        for event in &events {
            if let (Some(label), Event::OrderAccepted { order, .. }) = (&label, event) {
                self.labels.insert(label.clone(), *order);
            }
            if !self.quiet || matches!(event, Event::CommandRejected(_)) {
                event::write(self, event, answer);
            }
        }
        self.exchange.check();
    }

    /// The label of an order, or its number.
    fn label(&self, order: OrderId) -> String {
        match self.labels.iter().find(|&(_, &named)| named == order) {
            Some((label, _)) => label.clone(),
            None => format!("#{order}"),
        }
    }
}

/// Commands as the lines of a case, to be pasted into a file of scenarios.
#[must_use]
pub fn write<'a>(commands: impl IntoIterator<Item = &'a (Timestamp, Command)>) -> String {
    let mut session = Session::default();
    let mut script = String::from("case\n");
    for (at, command) in commands {
        if *at > session.exchange.now() {
            writeln!(script, "at {}", at.nanos()).expect("a string grows");
        }
        session.at = *at;
        let mut events = Vec::new();
        let line = print::command(&session, command);
        session.exchange.execute(*at, command, &mut events);
        let accepted = events.iter().find_map(|event| match event {
            Event::OrderAccepted { order, .. } => Some(*order),
            _ => None,
        });
        if let Some(order) = accepted {
            let label = format!("o{order}");
            write!(script, "{label}: ").expect("a string grows");
            session.labels.insert(label, order);
        }
        script.push_str(&line);
        script.push('\n');
    }
    script
}
