//! A trial: the commands of a seed before a judge, and what is left of them when one goes wrong.
//!
//! A [`Judge`] runs each command and says what is wrong with it: that engine and oracle disagree, that an invariant
//! is broken. A panic counts as well. A failure is shrunk to a short script that still shows it, and printed with the line
//! that repeats it.

mod shrink;

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use outcry_engine::{Command, Event, OrderId, Timestamp};

use crate::scenario;
use crate::workload::Workload;

/// Runs commands and judges them.
pub trait Judge {
    /// Runs a command.
    ///
    /// # Errors
    /// What is wrong, in words. The judge is of no use afterwards.
    fn step(&mut self, at: Timestamp, command: &Command) -> Result<(), String>;

    /// The events of the last command.
    fn events(&self) -> &[Event];
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

impl Tally {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.commands += other.commands;
        self.rejects += other.rejects;
        self.trades += other.trades;
        self.events += other.events;
    }
}

/// What went wrong, the script that shows it, and how to see it again.
#[derive(Debug)]
pub struct Failure {
    /// The test that found it.
    pub test: &'static str,
    /// The seed of the workload.
    pub seed: u64,
    /// How many commands it took.
    pub commands: u64,
    /// What is wrong, as first seen.
    pub wrong: String,
    /// What is wrong at the end of the script.
    pub shown: String,
    /// A shortened run.
    pub script: Vec<(Timestamp, Command)>,
    /// What its last command told.
    pub told: Vec<Event>,
    /// The same as a scenario.
    pub scenario: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { test, seed, commands, wrong, shown, script, told, scenario } = self;
        writeln!(f, "seed {seed} fails after {commands} commands: {wrong}")?;
        writeln!(f, "repeat: OUTCRY_SEED={seed} cargo test -p outcry-tests --test {test}")?;
        writeln!(f, "{} commands show it: {shown}", script.len())?;
        for (at, command) in script {
            writeln!(f, "# {} {command:?}", at.nanos())?;
        }
        for event in told {
            writeln!(f, "#   {event:?}")?;
        }
        write!(f, "{scenario}")
    }
}

/// A command of a run, with the orders that it was given.
#[derive(Clone, Debug)]
struct Played {
    at: Timestamp,
    command: Command,
    accepted: Vec<OrderId>,
}

/// Brings so many commands of a workload before a new judge.
///
/// # Errors
/// The first failure, shrunk.
pub fn run<J: Judge>(
    test: &'static str,
    (seed, mut workload): (u64, Workload),
    commands: u64,
    judge: impl Fn() -> J,
) -> Result<Tally, Box<Failure>> {
    let mut judging = judge();
    let mut played = Vec::new();
    let mut tally = Tally::default();
    while tally.commands < commands {
        let (at, command) = workload.next_command();
        tally.commands += 1;
        match step(&mut judging, at, &command) {
            Ok(events) => {
                for event in events {
                    tally.events += 1;
                    match event {
                        Event::Traded(_) => tally.trades += 1,
                        Event::CommandRejected(_) => tally.rejects += 1,
                        _ => {}
                    }
                }
                played.push(Played { at, command, accepted: accepted(events) });
                workload.observe(events);
            }
            Err(wrong) => {
                played.push(Played { at, command, accepted: Vec::new() });
                let (script, shown, told) = shrink::shrink(played, &judge);
                // Where the last command panics, all before it can still be written.
                let written = |most| quietly(|| scenario::write(script.iter().take(most)));
                let scenario =
                    written(script.len()).or_else(|_| written(script.len() - 1)).unwrap_or_default();
                let commands = tally.commands;
                return Err(Box::new(Failure { test, seed, commands, wrong, shown, script, told, scenario }));
            }
        }
    }
    Ok(tally)
}

/// One step, panics included.
fn step<'a, J: Judge>(judge: &'a mut J, at: Timestamp, command: &Command) -> Result<&'a [Event], String> {
    quietly(|| judge.step(at, command)).unwrap_or_else(|panic| Err(format!("panic: {}", told(&*panic))))?;
    Ok(judge.events())
}

thread_local! {
    /// Whether a panic of this thread is part of a trial, which tells of it itself.
    static TRIED: Cell<bool> = const { Cell::new(false) };
}

/// Runs something that may panic, and keeps the panic from being printed.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !TRIED.get() {
                usual(info);
            }
        }));
    });
    TRIED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    TRIED.set(false);
    outcome
}

/// The message of a panic.
fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
}

/// The orders that a command was given.
fn accepted(events: &[Event]) -> Vec<OrderId> {
    let orders = events.iter().filter_map(|event| match event {
        Event::OrderAccepted { order, .. } => Some(*order),
        _ => None,
    });
    orders.collect()
}
