//! What the page has shown as saved, and what was sent to it: nothing of it may be missing afterwards.

use crate::browser::Status;

use super::journal::{Flaw, StoredJournal};

/// An order sent through the ticket. Its limit tells it from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sent {
    ticks: i64,
    /// A sequence up to which it was executed, once the page answered.
    executed: Option<u64>,
}

/// The account of one exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    exchange: Option<String>,
    /// The most that was shown as saved.
    saved: u64,
    sent: Vec<Sent>,
    /// After which commands a file of orders was given to the page.
    files: Vec<u64>,
}

/// Limits of the orders in a file, in ticks: 1, 2, ... and again from 1, all below those of single orders.
const FILE_TICKS: i64 = 31;

/// The limit of a row of a file, in ticks; rows count from 0.
#[must_use]
pub(super) fn row_ticks(row: u64) -> i64 {
    1 + (row % FILE_TICKS.unsigned_abs()).cast_signed()
}

impl Ledger {
    /// Notes a status line that was on the screen.
    pub fn shown(&mut self, status: &Status) {
        let exchange = self.exchange.get_or_insert_with(|| status.exchange.clone());
        if *exchange == status.exchange {
            self.saved = self.saved.max(status.saved);
        }
    }

    /// Notes that an order with this limit is about to be sent.
    pub fn sends(&mut self, ticks: i64) {
        self.sent.push(Sent { ticks, executed: None });
    }

    /// Notes that the order sent last is executed, at or before this sequence.
    pub fn answered(&mut self, sequence: u64) {
        if let Some(sent) = self.sent.last_mut() {
            sent.executed = Some(sequence);
        }
    }

    /// Notes that the engine that executed them is gone: what is not shown as saved by now need not be there.
    pub fn interrupted(&mut self) {
        let saved = self.saved;
        for sent in &mut self.sent {
            sent.executed = sent.executed.filter(|executed| *executed <= saved);
        }
    }

    /// Notes that a file of orders is about to be given to the page, which stands still at this sequence.
    pub fn imports(&mut self, sequence: u64) {
        self.files.push(sequence);
    }

    /// Which exchange, once one was shown.
    #[must_use]
    pub fn exchange(&self) -> &str {
        self.exchange.as_deref().unwrap_or_default()
    }

    /// The most that was shown as saved.
    #[must_use]
    pub fn saved(&self) -> u64 {
        self.saved
    }

    /// How many orders were sent, and how many of them are shown as saved.
    #[must_use]
    pub fn orders(&self) -> (u64, u64) {
        let acknowledged = self.sent.iter().filter(|sent| self.is_acknowledged(sent)).count();
        (self.sent.len() as u64, acknowledged as u64)
    }

    fn is_acknowledged(&self, sent: &Sent) -> bool {
        sent.executed.is_some_and(|executed| executed <= self.saved)
    }

    /// Of each file a run of rows from its first is there, each row once.
    fn check_files(&self, journal: &StoredJournal) -> Result<(), Flaw> {
        let mut rows: Vec<_> =
            journal.placed().iter().filter(|placed| placed.ticks <= FILE_TICKS).rev().collect();
        for (number, after) in self.files.iter().enumerate() {
            let end = self.files.get(number + 1).copied().unwrap_or(u64::MAX);
            let mut row = 0;
            while let Some(placed) = rows.pop_if(|placed| (after + 1..=end).contains(&placed.sequence)) {
                if placed.ticks != row_ticks(row) {
                    return Err(Flaw::OwnOrders(format!(
                        "row {row} of file {number} should be at {}, where one at {} ticks is",
                        placed.sequence, placed.ticks
                    )));
                }
                row += 1;
            }
        }
        rows.is_empty().then_some(()).ok_or_else(|| Flaw::OwnOrders("rows that no file had".to_owned()))
    }

    /// Checks a stored journal: all that was shown as saved is there; every order that was sent at most once, in the order
    /// of sending, and exactly once if it was shown as saved.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn check(&self, journal: &StoredJournal) -> Result<(), Flaw> {
        if journal.len() < self.saved {
            return Err(Flaw::Lost { shown: self.saved, stored: journal.len() });
        }
        self.check_files(journal)?;
        let known = |ticks: i64| self.sent.iter().any(|sent| sent.ticks == ticks);
        let mut found = journal.placed().iter().filter(|placed| known(placed.ticks)).peekable();
        for sent in &self.sent {
            if found.next_if(|placed| placed.ticks == sent.ticks).is_none() && self.is_acknowledged(sent) {
                return Err(Flaw::OwnOrders(format!(
                    "the one at {} ticks was shown as saved at {} and is not where it should be",
                    sent.ticks, self.saved
                )));
            }
        }
        match found.next() {
            Some(more) => Err(Flaw::OwnOrders(format!(
                "one at {} ticks stands at {} again, or before an earlier one",
                more.ticks, more.sequence
            ))),
            None => Ok(()),
        }
    }
}
