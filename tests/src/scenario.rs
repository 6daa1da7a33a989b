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
//! (`#7`), for things that have no name. `at 09:30:00.000` is the time of what follows, `clock 09:31:00.000` lets
//! the time come with no other command, and `hide ledger` leaves out the lines of the ledger where money is not the
//! point. A pair is labelled `a/b`; exits of a bracket `e` are called `e.profit` and `e.loss`, sides of a quote `q`
//! `q.bid` and `q.ask`. This module, with those below, is the only place where scenarios know the engine's
//! interface.

mod parse;
mod words;
mod measure;
mod terms;
mod settings;
mod print;
mod event;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use outcry_engine::life::{OrderLives, Report};
use outcry_engine::{
    Command, Condition, Event, Exchange, InstrumentId, OrderId, Positions, Receipt, Side, Timestamp,
};

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

/// Runs the commands of a script of [`write`] on an exchange of their own.
///
/// # Errors
/// The first line that is no command, with the reason.
pub fn replay(script: &str) -> Result<Exchange, String> {
    let mut session = Session::default();
    for line in script.lines().filter(|line| *line != "case") {
        let failed = |reason: String| format!("{line}: {reason}");
        match parse::line(line, &session).map_err(failed)? {
            Line::At(at) => session.at = at,
            Line::Command { label, command, .. } => {
                session.run(label.as_deref(), &command);
            }
            _ => return Err(failed("is no command".to_owned())),
        }
    }
    Ok(session.exchange)
}

/// An exchange that is spoken to in lines.
#[derive(Debug, Default)]
struct Session {
    exchange: Exchange,
    labels: BTreeMap<String, OrderId>,
    /// The same the other way round, to write.
    names: BTreeMap<OrderId, String>,
    /// How many exits an entry has brought.
    exits: BTreeMap<OrderId, u32>,
    /// Of every order so far, to read and write its decimals when it is closed too.
    instruments: BTreeMap<OrderId, InstrumentId>,
    positions: Positions,
    lives: OrderLives,
    /// What FIX would have sent so far.
    reports: Vec<Report>,
    at: Timestamp,
    quiet: bool,
    ledger_hidden: bool,
}

impl Session {
    /// Executes a line; gives its answer.
    fn say(&mut self, line: &str) -> Result<String, String> {
        let mut answer = String::new();
        match parse::line(line, self)? {
            Line::Given => self.quiet = true,
            Line::When | Line::Then => self.quiet = false,
            Line::At(at) => self.at = at,
            Line::HideLedger => self.ledger_hidden = true,
            Line::Book(instrument) => print::book(&self.exchange, instrument, &mut answer),
            Line::Queue(instrument) => print::queue(self, instrument, &mut answer),
            Line::Dark(instrument) => print::dark(self, instrument, &mut answer),
            Line::Balances(account) => print::balances(&self.exchange, account, &mut answer),
            Line::Reports(order) => print::reports(self, order, &mut answer),
            Line::Position(account, instrument) => print::position(self, account, instrument, &mut answer),
            Line::Preview(order, conditions) => {
                print::preview(&self.exchange, &order, &conditions, &mut answer)
            }
            Line::Price(instrument, side, quantity) => {
                print::price(&self.exchange, instrument, side, quantity, &mut answer);
            }
            Line::Purchases { desk, before, size } => {
                print::purchases(&self.exchange, desk, before, size, &mut answer);
            }
            Line::Unreadable(reason) => writeln!(answer, "refused: {reason}").expect("a string grows"),
            Line::Command { label, at, command } => {
                self.at = at.unwrap_or(self.at);
                self.execute(label.as_deref(), &command, &mut answer);
            }
        }
        Ok(answer)
    }

    /// Executes a command and names its orders; gives its events.
    fn run(&mut self, label: Option<&str>, command: &Command) -> (Receipt, Vec<Event>) {
        let mut events = Vec::new();
        let receipt = self.exchange.execute(self.at, command, &mut events);
        self.name_orders(label, command, &events);
        (receipt, events)
    }

    fn execute(&mut self, label: Option<&str>, command: &Command, answer: &mut String) {
        let (receipt, events) = self.run(label, command);
        events.iter().for_each(|event| self.positions.observe(event));
        self.reports.extend(self.lives.take(command, &receipt, &events));
        for event in &events {
            let shown = match event {
                Event::CommandRejected(_) | Event::QuoteRefused { .. } => true,
                Event::LedgerPosted(_) => !self.quiet && !self.ledger_hidden,
                _ => !self.quiet,
            };
            if shown {
                event::write(self, event, answer);
            }
        }
        self.exchange.check();
    }

    /// Notes what the orders of a command are called, and what they are of.
    fn name_orders(&mut self, label: Option<&str>, command: &Command, events: &[Event]) {
        let mut own = label.into_iter().flat_map(|label| label.split('/'));
        let entries = entries_of_exits(events);
        for event in events {
            let Event::OrderAccepted { order, terms } = *event else { continue };
            self.instruments.insert(order, terms.instrument);
            let name = match (entries.get(&order), command, label) {
                (Some(&entry), _, _) => self.exit_name(entry),
                (None, Command::Quote(quote), Some(label)) => {
                    let side = if terms.side == Side::Buy { "bid" } else { "ask" };
                    match quote.quotes.len() {
                        1 => Some(format!("{label}.{side}")),
                        _ => {
                            let listed = print::listed(&self.exchange, terms.instrument);
                            Some(format!("{label}.{listed}.{side}"))
                        }
                    }
                }
                (None, _, _) => own.next().map(str::to_owned),
            };
            if let Some(name) = name {
                self.names.insert(order, name.clone());
                if let Some(other) = self.labels.insert(name, order) {
                    self.names.remove(&other);
                }
            }
        }
    }

    /// The name of the next exit of an entry: profits and losses come in turn, and are numbered from the second pair on.
    fn exit_name(&mut self, entry: OrderId) -> Option<String> {
        let name = self.names.get(&entry)?;
        let exits = self.exits.entry(entry).or_default();
        let kind = if exits.is_multiple_of(2) { "profit" } else { "loss" };
        let pair = *exits / 2 + 1;
        *exits += 1;
        Some(if pair == 1 { format!("{name}.{kind}") } else { format!("{name}.{kind}{pair}") })
    }

    /// The label of an order, or its number.
    fn label(&self, order: OrderId) -> String {
        self.names.get(&order).cloned().unwrap_or_else(|| format!("#{order}"))
    }
}

/// Commands as the lines of a case, to be pasted into a file of scenarios.
#[must_use]
pub fn write<'a>(commands: impl IntoIterator<Item = &'a (Timestamp, Command)>) -> String {
    let mut session = Session::default();
    let mut script = String::from("case\n");
    for (at, command) in commands {
        if *at > session.exchange.now() {
            writeln!(script, "at {}", measure::written_time(*at)).expect("a string grows");
        }
        session.at = *at;
        let mut events = Vec::new();
        let line = print::command(&session, command);
        session.exchange.execute(*at, command, &mut events);
        let label = label(command, &events);
        session.name_orders(label.as_deref(), command, &events);
        if let Some(label) = label {
            write!(script, "{label}: ").expect("a string grows");
        }
        script.push_str(&line);
        script.push('\n');
    }
    script
}

/// Names for the orders of a command by their numbers: `o7`, of a pair `o7/o8`, of a quote `q7`.
fn label(command: &Command, events: &[Event]) -> Option<String> {
    let exits = entries_of_exits(events);
    let own: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::OrderAccepted { order, .. } if !exits.contains_key(order) => Some(order.to_string()),
            _ => None,
        })
        .collect();
    let first = own.first()?;
    Some(match command {
        Command::Quote(_) => format!("q{first}"),
        _ => own.iter().map(|order| format!("o{order}")).collect::<Vec<_>>().join("/"),
    })
}

/// The entry of each exit that was accepted.
fn entries_of_exits(events: &[Event]) -> BTreeMap<OrderId, OrderId> {
    let exits = events.iter().filter_map(|event| match event {
        Event::OrderConditioned { order, condition: Condition::ExitOf(entry) } => Some((*order, *entry)),
        _ => None,
    });
    exits.collect()
}
