//! Engine against oracle: the same commands, and the first difference.
//!
//! After every command the receipts, all events, the book of the instrument it touched and the balances it
//! changed are compared; at intervals everything there is, with the engine's self-check. A difference is shrunk
//! to a short script that still shows it, and printed with the line that repeats it.

mod compare;

use outcry_engine::{Command, Event, Exchange, Timestamp};

use crate::oracle::{Fault, Oracle};
use crate::trial::{self, Failure, Judge, Tally};
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

    fn execute(&mut self, at: Timestamp, command: &Command) -> Result<(), Difference> {
        // A preview is of the present, and told here of plain markets alone.
        let due = self.engine.next_due().is_some_and(|due| due <= at);
        let preview = match command {
            Command::PlaceOrder(order) if !due && self.oracle.is_plain(order) => {
                Some(self.engine.preview(order))
            }
            _ => None,
        };
        self.events.clear();
        self.expected.clear();
        let receipt = self.engine.execute(at, command, &mut self.events);
        let expected = self.oracle.execute(at, command, &mut self.expected);
        compare::same("receipt", &(receipt.sequence, receipt.at, receipt.first_event), &expected)?;
        compare::events(&self.events, &self.expected)?;
        if let Some(preview) = preview.filter(|_| compare::is_plain(&self.events)) {
            compare::preview(&preview, &self.events)?;
        }
        compare::touched(&self.engine, &self.oracle, &self.events)
    }
}

impl Judge for Duel {
    fn step(&mut self, at: Timestamp, command: &Command) -> Result<(), String> {
        self.execute(at, command).map_err(|difference| difference.what)?;
        if self.engine.sequence().is_multiple_of(EVERYTHING_EVERY) {
            compare::everything(&self.engine, &self.oracle).map_err(|difference| difference.what)?;
            self.engine.check();
        }
        Ok(())
    }

    fn events(&self) -> &[Event] {
        &self.events
    }
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
    trial::run("oracle", (seed, Workload::new(seed)), commands, || Duel::new(fault))
}
