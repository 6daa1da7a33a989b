//! Both files of a recording, checked whole before anything is played.

use outcry_engine::{Symbol, Timestamp};

use super::book::BookRow;
use super::message::Message;
use super::row::{RowError, next_line};

/// Most levels of each side that an orderbook file may have.
pub const MAX_LEVELS: u32 = 1_000;

/// A message file and its orderbook file, row for row.
#[derive(Clone, Debug)]
pub struct Recording {
    symbol: Symbol,
    midnight: Timestamp,
    levels: u32,
    rows: u64,
    /// The files as they are: their rows are cheap to read again, and take less memory than what they say.
    messages: Vec<u8>,
    book: Vec<u8>,
}

/// Why two files are not a recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// Levels out of range.
    #[error("{given} levels, 1 to {MAX_LEVELS} are possible")]
    Levels {
        /// Given.
        given: u32,
    },
    /// A row that cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The files do not belong together.
    #[error("the message file has {messages} rows and the orderbook file has {book}: they must have as many")]
    RowCounts {
        /// Rows of the message file.
        messages: u64,
        /// Rows of the orderbook file.
        book: u64,
    },
    /// There is nothing to play.
    #[error("the message file is empty")]
    Empty,
}

impl Recording {
    /// Checks every row of both files.
    ///
    /// `midnight` is when the recorded day began, `levels` how many levels of each side the orderbook file has;
    /// [`FileName`](super::FileName) knows both, and the symbol.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, row and column.
    pub fn read(
        symbol: Symbol,
        midnight: Timestamp,
        levels: u32,
        messages: Vec<u8>,
        book: Vec<u8>,
    ) -> Result<Self, RecordingError> {
        if !(1..=MAX_LEVELS).contains(&levels) {
            return Err(RecordingError::Levels { given: levels });
        }
        let mut rows = 0;
        for message in Message::rows(&messages) {
            message?;
            rows += 1;
        }
        let mut book_rows = 0;
        for row in BookRow::rows(&book, levels) {
            row?;
            book_rows += 1;
        }
        if rows != book_rows {
            return Err(RecordingError::RowCounts { messages: rows, book: book_rows });
        }
        if rows == 0 {
            return Err(RecordingError::Empty);
        }
        Ok(Self { symbol, midnight, levels, rows, messages, book })
    }

    /// The stock.
    #[must_use]
    pub const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Levels of each side that the orderbook file shows.
    #[must_use]
    pub const fn levels(&self) -> u32 {
        self.levels
    }

    /// Rows of each file, at least one.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// When a message happened.
    pub(super) fn time(&self, message: &Message) -> Timestamp {
        Timestamp::from_nanos(self.midnight.nanos().saturating_add(message.time))
    }

    /// The message that begins at this byte, and where the next begins.
    pub(super) fn message(&self, start: usize) -> Option<(Message, usize)> {
        let mut rest = self.messages.get(start..)?;
        let line = next_line(&mut rest)?;
        Some((Message::parse(line).expect("every row was read once"), self.messages.len() - rest.len()))
    }

    /// Reads the row of the orderbook file that begins at this byte; answers where the next begins.
    pub(super) fn book_row(&self, start: usize, row: &mut BookRow) -> usize {
        let mut rest = self.book.get(start..).unwrap_or_default();
        if let Some(line) = next_line(&mut rest) {
            row.parse(line, self.levels).expect("every row was read once");
        }
        self.book.len() - rest.len()
    }
}
