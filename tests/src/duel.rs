//! Engine against oracle: the same commands, and the first difference.
//!
//! After every command the receipts, all events, the book of the instrument it touched and the balances it
//! changed are compared; at intervals everything there is, with the engine's self-check. A difference is shrunk
//! to a short script that still shows it, and printed with the line that repeats it.

mod compare;
mod shrink;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use outcry_engine::{Command, Event, Exchange, OrderId, Timestamp};

use crate::oracle::{Fault, Oracle};
use crate::scenario;
use crate::workload::Workload;

/// How many commands pass between two comparisons of everything.
const EVERYTHING_EVERY: u64 = 64;

/// What engine and oracle disagree about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In words, with both answers.
    pub what: String,
}

/// The engine and the oracle, side by side.
#[derive(Debug)]
pub struct Duel {
    engine: Exchange,
    oracle: Oracle,
    events: Vec<Event>,
    expected: Vec<Event>,
}

impl Duel {
    /// Both at their beginning; the oracle with a planted fault, or none.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self { engine: Exchange::new(), oracle: Oracle::new(fault), events: Vec::new(), expected: Vec::new() }
    }

    /// Executes a command on both; gives its events.
    ///
    /// # Errors
    /// The first [`Difference`], or the engine's panic.
    pub fn step(&mut self, at: Timestamp, command: &Command) -> Result<&[Event], Difference> {
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            self.execute(at, command)?;
            if self.engine.sequence().is_multiple_of(EVERYTHING_EVERY) {
                compare::everything(&self.engine, &self.oracle)?;
                self.engine.check();
            }
            Ok(())
        }));
        match stepped {
            Ok(compared) => compared.map(|()| self.events.as_slice()),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
                Err(Difference { what: format!("panic: {}", text.unwrap_or_default()) })
            }
        }
    }

    fn execute(&mut self, at: Timestamp, command: &Command) -> Result<(), Difference> {
        let preview = match command {
            Command::PlaceOrder(order) => Some(self.engine.preview(order)),
            _ => None,
        };
        self.events.clear();
        self.expected.clear();
        let receipt = self.engine.execute(at, command, &mut self.events);
        let expected = self.oracle.execute(at, command, &mut self.expected);
        compare::same("receipt", &(receipt.sequence, receipt.at, receipt.first_event), &expected)?;
        compare::events(&self.events, &self.expected)?;
        if let Some(preview) = preview {
            compare::preview(&preview, &self.events)?;
        }
        compare::touched(&self.engine, &self.oracle, &self.events)
    }
}

/// What a seed and a number of commands came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Commands executed.
    pub commands: u64,
    /// Commands refused.
    pub rejects: u64,
    /// Trades.
    pub trades: u64,
    /// Events.
    pub events: u64,
}

/// A difference, the script that shows it, and how to see it again.
#[derive(Debug)]
pub struct Failure {
    /// The seed of the workload.
    pub seed: u64,
    /// How many commands it took.
    pub commands: u64,
    /// What differed.
    pub difference: Difference,
    /// A shortened run, as a scenario.
    pub script: String,
    /// How many commands the script has.
    pub script_commands: usize,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} differs after {} commands: {}", self.seed, self.commands, self.difference.what)?;
        writeln!(f, "repeat: OUTCRY_SEED={} cargo test -p outcry-tests --test oracle", self.seed)?;
        write!(f, "{} commands show it:\n{}", self.script_commands, self.script)
    }
}

/// A command of a run, with the order it was given.
#[derive(Clone, Debug)]
struct Played {
    at: Timestamp,
    command: Command,
    accepted: Option<OrderId>,
}

/// Commands of a seed: every tenth runs ten times as long, so that old orders and high ids are met too.
#[must_use]
pub const fn length(seed: u64) -> u64 {
    if seed.is_multiple_of(10) { 50_000 } else { 5_000 }
}

/// Runs a seed of the workload through engine and oracle.
///
/// # Errors
/// The first difference, shrunk.
pub fn run(seed: u64, commands: u64, fault: Fault) -> Result<Tally, Box<Failure>> {
    let mut workload = Workload::new(seed);
    let mut duel = Duel::new(fault);
    let mut played = Vec::new();
    let mut tally = Tally::default();
    for _ in 0..commands {
        let (at, command) = workload.next_command();
        played.push(Played { at, command: command.clone(), accepted: None });
        match duel.step(at, &command) {
            Ok(events) => {
                tally.commands += 1;
                for event in events {
                    tally.events += 1;
                    match event {
                        Event::OrderAccepted { order, .. } => {
                            if let Some(last) = played.last_mut() {
                                last.accepted = Some(*order);
                            }
                        }
                        Event::Traded(_) => tally.trades += 1,
                        Event::CommandRejected(_) => tally.rejects += 1,
                        _ => {}
                    }
                }
                workload.observe(events);
            }
            Err(difference) => {
                let commands = tally.commands + 1;
                let short = shrink::shrink(played, fault);
                let script = scenario::write(short.iter());
                let script_commands = short.len();
                return Err(Box::new(Failure { seed, commands, difference, script, script_commands }));
            }
        }
    }
    Ok(tally)
}
