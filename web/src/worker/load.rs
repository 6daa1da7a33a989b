//! A file that is being loaded into the open exchange, a little in each turn.

use outcry_engine::Side;
use outcry_simulation::Market as _;
use outcry_simulation::lobster::{Difference, Replay};
use outcry_simulation::orders_csv::{Loading, Plan};

use super::desk::Desk;
use crate::protocol::{ImportControl, ImportStage, ImportStatus, RowError};

/// Rows between two looks at the clock.
const ROWS_PER_LOOK: u64 = 8;

/// A running or finished import.
pub struct Load {
    name: String,
    stage: ImportStage,
    done: u64,
    total: u64,
    /// Rows per second, or as fast as it goes.
    speed: Option<u32>,
    /// Rows that may be done by now at this speed, with what is left of a row.
    allowance: f64,
    /// Real time of the last turn.
    turned: f64,
    content: Content,
    /// What was found when the content was let go.
    figures: Vec<(String, String)>,
}

/// What is loaded.
enum Content {
    /// Orders of a checked file.
    Orders {
        /// What places them.
        loading: Loading,
        /// Rows that were left out.
        dropped: u64,
    },
    /// A recording.
    Replay {
        /// The player.
        replay: Box<Replay>,
        /// The first row that differed, if one has.
        first_difference: Option<String>,
    },
    /// Nothing more: finished, stopped or refused.
    Nothing,
}

impl Load {
    /// Orders that begin to be placed.
    #[must_use]
    pub fn orders(name: String, plan: Plan, real: f64) -> Self {
        let (total, dropped) = (plan.orders().len() as u64, plan.dropped());
        let content = Content::Orders { loading: Loading::new(plan), dropped };
        Self::new(name, ImportStage::Running, total, content, real)
    }

    /// A recording that begins to play.
    #[must_use]
    pub fn replay(name: String, replay: Replay, real: f64) -> Self {
        let total = replay.recording().rows();
        let content = Content::Replay { replay: Box::new(replay), first_difference: None };
        Self::new(name, ImportStage::Running, total, content, real)
    }

    /// A file of `total` rows that was loaded at once.
    #[must_use]
    pub fn finished(name: String, total: u64, figures: Vec<(String, String)>) -> Self {
        let load = Self::new(name, ImportStage::Finished, total, Content::Nothing, 0.0);
        Self { done: total, figures, ..load }
    }

    /// A file that was refused: nothing of it was written.
    #[must_use]
    pub fn refused(name: String, errors: Vec<RowError>) -> Self {
        Self::new(name, ImportStage::Refused(errors), 0, Content::Nothing, 0.0)
    }

    /// A file that an errand is checking.
    #[must_use]
    pub fn under_way(name: String) -> Self {
        Self::new(name, ImportStage::Running, 0, Content::Nothing, 0.0)
    }

    /// Notes how far the checking is; whether it may go on.
    pub fn progress(&mut self, done: u64, total: u64) -> bool {
        (self.done, self.total) = (done, total);
        !self.is_over()
    }

    fn new(name: String, stage: ImportStage, total: u64, content: Content, real: f64) -> Self {
        let figures = Vec::new();
        Self { name, stage, done: 0, total, speed: None, allowance: 0.0, turned: real, content, figures }
    }

    /// How it stands, for the page.
    #[must_use]
    pub fn status(&self) -> ImportStatus {
        ImportStatus {
            name: self.name.clone(),
            stage: self.stage.clone(),
            done: self.done,
            total: self.total,
            speed: self.speed,
            figures: if self.figures.is_empty() { self.content.figures() } else { self.figures.clone() },
        }
    }

    /// Whether it has nothing more to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !matches!(self.stage, ImportStage::Running | ImportStage::Paused)
    }

    /// Whether it still has something for the open exchange.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        !matches!(self.content, Content::Nothing)
    }

    /// Goes on with a file that was under way: held, stopped or given a speed meanwhile, it still is.
    #[must_use]
    pub fn after(mut self, under_way: &Self) -> Self {
        self.speed = under_way.speed;
        match under_way.stage {
            ImportStage::Paused => self.stage = ImportStage::Paused,
            ImportStage::Canceled => self.end(ImportStage::Canceled),
            _ => {}
        }
        self
    }

    /// Does what was asked of it; without a desk there is nothing yet to take back. Forgetting it is the caller's.
    pub fn control(&mut self, desk: Option<&mut Desk>, real: f64, control: ImportControl) {
        self.turned = real;
        match (control, &self.stage) {
            (ImportControl::Pause, ImportStage::Running) => self.stage = ImportStage::Paused,
            (ImportControl::Resume, ImportStage::Paused) => self.stage = ImportStage::Running,
            // What was loaded as fast as it goes is no debt at the new speed.
            (ImportControl::Speed(speed), _) => {
                (self.speed, self.allowance) = (speed.map(|rows| rows.max(1)), 0.0);
            }
            (ImportControl::Cancel, ImportStage::Running | ImportStage::Paused) => self.cancel(desk, real),
            _ => {}
        }
    }

    fn cancel(&mut self, desk: Option<&mut Desk>, real: f64) {
        if let Some(desk) = desk {
            self.take_back(desk, real);
        }
        self.end(ImportStage::Canceled);
    }

    /// Cancels the orders of a file that were placed. What a replay did stays: its book is one of the recording.
    fn take_back(&mut self, desk: &mut Desk, real: f64) {
        match std::mem::replace(&mut self.content, Content::Nothing) {
            Content::Orders { loading, .. } => {
                let events = desk.venue.exchange().event_count();
                let undone = loading.undo(desk.now(), &mut desk.venue);
                desk.executed(real, events, true);
                self.figures = vec![
                    ("Orders taken back".to_owned(), undone.canceled.to_string()),
                    ("Orders that had traded or changed".to_owned(), undone.changed.to_string()),
                ];
            }
            content @ (Content::Replay { .. } | Content::Nothing) => self.content = content,
        }
    }

    /// Ends at a stage with the figures so far.
    fn end(&mut self, stage: ImportStage) {
        self.stage = stage;
        if let figures @ [_, ..] = self.content.figures().as_slice() {
            self.figures = figures.to_vec();
        }
        self.content = Content::Nothing;
    }

    /// Real milliseconds until the next row is due, or `None` if none is.
    #[must_use]
    pub fn next_row(&self) -> Option<f64> {
        if self.stage != ImportStage::Running || !self.is_bound() {
            return None;
        }
        let speed = f64::from(self.speed?);
        Some(((1.0 - self.allowance) / speed * 1_000.0).max(0.0))
    }

    /// Whether it wants every turn it can get.
    #[must_use]
    pub fn is_eager(&self) -> bool {
        self.speed.is_none()
            && self.stage == ImportStage::Running
            && !matches!(self.content, Content::Nothing)
    }

    /// Loads the rows that are due, until `deadline`.
    pub fn work(&mut self, desk: &mut Desk, real: f64, deadline: f64, clock: impl Fn() -> f64) {
        let elapsed = (real - self.turned).max(0.0);
        self.turned = real;
        if self.stage != ImportStage::Running || !self.is_bound() {
            return;
        }
        if let Some(speed) = self.speed {
            // No more than a second's rows are made up for.
            self.allowance =
                (self.allowance + elapsed * f64::from(speed) / 1_000.0).min(f64::from(speed).max(1.0));
        }
        let events = desk.venue.exchange().event_count();
        let mut looked = self.done;
        while self.speed.is_none() || self.allowance >= 1.0 {
            if desk.is_behind() || (self.done >= looked + ROWS_PER_LOOK && clock() >= deadline) {
                break;
            }
            if self.done >= looked + ROWS_PER_LOOK {
                looked = self.done;
            }
            let before = self.done;
            match self.row(desk) {
                Row::Done => self.allowance -= (self.done - before) as f64,
                Row::End => {
                    self.end(ImportStage::Finished);
                    break;
                }
                Row::Refused(error) => {
                    self.take_back(desk, real);
                    self.end(ImportStage::Refused(vec![error]));
                    break;
                }
            }
        }
        desk.executed(real, events, false);
    }

    /// Loads the next row, or all rows that belong together.
    fn row(&mut self, desk: &mut Desk) -> Row {
        match &mut self.content {
            Content::Orders { loading, .. } => {
                let placed = loading.step(desk.now(), &mut desk.venue);
                self.done = loading.progress().0 as u64;
                match placed {
                    Some(Ok(_)) => Row::Done,
                    Some(Err(refused)) => Row::Refused(RowError {
                        row: refused.row,
                        column: String::new(),
                        message: format!("{}; the orders before it were taken back", refused.reason),
                    }),
                    None => Row::End,
                }
            }
            Content::Replay { replay, first_difference } => {
                let Some(step) = replay.step(&mut desk.venue) else { return Row::End };
                self.done = step.row;
                if first_difference.is_none() {
                    *first_difference = step.difference.map(|difference| place(step.row, &difference));
                }
                Row::Done
            }
            Content::Nothing => Row::End,
        }
    }
}

/// What became of a row.
enum Row {
    Done,
    /// There was none.
    End,
    Refused(RowError),
}

fn place(row: u64, difference: &Difference) -> String {
    let side = match difference.side {
        Side::Buy => "bids",
        Side::Sell => "asks",
    };
    format!("row {row}, level {} of the {side}", difference.level)
}

impl Content {
    fn figures(&self) -> Vec<(String, String)> {
        match self {
            Self::Orders { loading, dropped } => {
                let mut figures = vec![("Orders placed".to_owned(), loading.progress().0.to_string())];
                if *dropped > 0 {
                    figures.push(("Rows left out".to_owned(), dropped.to_string()));
                }
                figures
            }
            Self::Replay { replay, first_difference } => {
                let summary = replay.summary();
                let mut figures = vec![
                    ("Rows compared", summary.compared.to_string()),
                    ("Rows differing", summary.differing.to_string()),
                    ("Levels from the book file", summary.from_book_file.to_string()),
                ];
                let aggressors = summary.aggressors;
                let known = aggressors.equal + aggressors.different;
                if known + aggressors.unknown > 0 {
                    figures.push(("Aggressors equal", aggressors.equal.to_string()));
                    figures.push(("Aggressors different", aggressors.different.to_string()));
                    figures.push(("Aggressors not comparable", aggressors.unknown.to_string()));
                    figures.push(("Share equal", share(aggressors.equal, known)));
                }
                if let Some(place) = first_difference {
                    figures.push(("First difference", place.clone()));
                }
                figures.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
            }
            Self::Nothing => Vec::new(),
        }
    }
}

/// A share in per cent with two digits, rounded down: 100 % means all.
fn share(part: u64, whole: u64) -> String {
    let hundredths = part * 10_000 / whole.max(1);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}
