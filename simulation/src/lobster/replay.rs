//! Playing a recording on an exchange, one message at a time, each compared with its row.

use outcry_engine::{Price, Qty, Side, Timestamp};
use serde::{Deserialize, Serialize};

use crate::market::Market;

use super::aggressor::{self, Aggressor, Outcome};
use super::book::BookRow;
use super::listing::{Listing, OpenError};
use super::message::{Change, Content, Message, Visible};
use super::mirror::Mirror;
use super::recording::Recording;
use super::window::{self, Difference};

/// What an execution in the file becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// A reduction of the order it names. The exchange matches nothing; its book must be the file's.
    AsRecorded,
    /// Part of one immediate-or-cancel order, which the exchange matches itself.
    Rematched,
}

/// A recording that is being played.
#[derive(Clone, Debug)]
pub struct Replay {
    recording: Recording,
    mode: Mode,
    mirror: Mirror,
    /// Where the next row of each file begins.
    next_message: usize,
    next_book_row: usize,
    /// The row compared last.
    row: BookRow,
    summary: Summary,
}

/// One step: one message, or all executions of one aggressor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The last row of both files that is done, from 1.
    pub row: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Where the exchange's book is not the row; it has been made so since.
    pub difference: Option<Difference>,
    /// The aggressor, where one was submitted.
    pub aggressor: Option<Aggressor>,
}

/// What a replay found so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Messages played.
    pub rows: u64,
    /// Rows compared with the exchange's book: all of them as recorded; re-matched, the last of each aggressor.
    pub compared: u64,
    /// Of these, rows that were not equal.
    pub differing: u64,
    /// Levels that came in at the deep end of the visible ones and were taken from the orderbook file.
    pub from_book_file: u64,
    /// Aggressors submitted; none as recorded.
    pub aggressors: Aggressors,
}

/// Aggressors by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggressors {
    /// Executed as in the file.
    pub equal: u64,
    /// Executed otherwise.
    pub different: u64,
    /// Not comparable.
    pub unknown: u64,
}

impl Replay {
    /// Opens the stock on the exchange and fills its book with what was there before the first message.
    ///
    /// That is the first row of the orderbook file with the first message undone.
    ///
    /// # Errors
    /// [`OpenError`] if the exchange has the stock already or cannot open it. What was opened before a refusal
    /// stays.
    pub fn open(recording: Recording, mode: Mode, market: &mut impl Market) -> Result<Self, OpenError> {
        let (first, _) = recording.message(0).expect("a recording has a row");
        let at = recording.time(&first);
        let mut mirror = Mirror::new(Listing::open(market, at, recording.symbol())?);
        let mut row = BookRow::default();
        recording.book_row(0, &mut row);
        for side in Side::BOTH {
            for (price, quantity) in before(&first, side, row.levels(side)) {
                mirror.add(market, at, None, (side, price, quantity));
            }
        }
        let summary = Summary::default();
        Ok(Self { recording, mode, mirror, next_message: 0, next_book_row: 0, row, summary })
    }

    /// The recording.
    #[must_use]
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The way it is played.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// What was found so far.
    #[must_use]
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// When the next message happened, or `None` at the end.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let (message, _) = self.recording.message(self.next_message)?;
        Some(self.recording.time(&message))
    }

    /// Plays the next message, or the next aggressor, and compares; `None` at the end.
    pub fn step(&mut self, market: &mut impl Market) -> Option<Step> {
        let (message, next) = self.recording.message(self.next_message)?;
        self.next_message = next;
        let at = self.recording.time(&message);
        let before = window::counts(market.exchange(), &self.mirror);
        let mut rows = 1;
        let mut aggressor = None;
        match message.content {
            Content::Visible(first) if first.change == Change::Executed && self.mode == Mode::Rematched => {
                let run = self.run(message.time, first);
                rows = run.len();
                aggressor = Some(aggressor::submit(&mut self.mirror, market, at, &run));
            }
            Content::Visible(visible) => self.mirror.apply(market, at, &visible),
            Content::HiddenExecution { .. } | Content::Cross | Content::Halt => {}
        }
        for _ in 0..rows {
            self.next_book_row = self.recording.book_row(self.next_book_row, &mut self.row);
            self.summary.rows += 1;
        }
        let shown = usize::try_from(self.recording.levels()).unwrap_or(usize::MAX);
        self.summary.from_book_file +=
            window::follow(&mut self.mirror, market, at, (before, shown), &self.row);
        let difference = window::difference(market.exchange(), &self.mirror, &self.row);
        if difference.is_some() {
            window::reseed(&mut self.mirror, market, at, &self.row);
        }
        self.count(difference.is_some(), aggressor.as_ref());
        Some(Step { row: self.summary.rows, at, difference, aggressor })
    }

    /// Takes the executions that follow at the same time on the same side: they are one aggressor's.
    fn run(&mut self, time: u64, first: Visible) -> Vec<Visible> {
        let mut run = vec![first];
        while let Some((Message { time: next_time, content: Content::Visible(visible) }, next)) =
            self.recording.message(self.next_message)
        {
            if next_time != time || visible.change != Change::Executed || visible.side != first.side {
                break;
            }
            run.push(visible);
            self.next_message = next;
        }
        run
    }

    fn count(&mut self, differs: bool, aggressor: Option<&Aggressor>) {
        self.summary.compared += 1;
        self.summary.differing += u64::from(differs);
        let aggressors = &mut self.summary.aggressors;
        match aggressor.map(|aggressor| aggressor.outcome) {
            Some(Outcome::Equal) => aggressors.equal += 1,
            Some(Outcome::Different) => aggressors.different += 1,
            Some(Outcome::Unknown) => aggressors.unknown += 1,
            None => {}
        }
    }
}

/// The levels of a side before the first message, from the levels after it.
fn before(first: &Message, side: Side, after: &[(Price, Qty)]) -> Vec<(Price, Qty)> {
    let mut levels = after.to_vec();
    let Content::Visible(visible) = first.content else { return levels };
    if visible.side != side {
        return levels;
    }
    let place = levels.iter().position(|level| level.0 == visible.price);
    let changed = visible.quantity.get();
    match (visible.change, place) {
        (Change::Added, Some(place)) => match Qty::new(levels[place].1.get().saturating_sub(changed)) {
            Ok(quantity) => levels[place].1 = quantity,
            Err(_) => {
                levels.remove(place);
            }
        },
        // The row lacks what the message added: it will be reported as a difference.
        (Change::Added, None) => {}
        (Change::Reduced | Change::Deleted | Change::Executed, Some(place)) => {
            levels[place].1 = Qty::new(levels[place].1.get() + changed).unwrap_or(levels[place].1);
        }
        (Change::Reduced | Change::Deleted | Change::Executed, None) => {
            levels.push((visible.price, visible.quantity));
        }
    }
    levels
}
