//! Files in: what to load, how it goes, what is wrong and where.

use outcry_engine::AccountId;
use serde::{Deserialize, Serialize};

/// A file to load.
#[derive(Debug, Serialize, Deserialize)]
pub enum Import {
    /// Orders from a CSV `orderId,symbol,side,amount,price`, into the open exchange.
    Orders {
        /// File name, for messages.
        name: String,
        /// The file.
        bytes: Vec<u8>,
        /// For whom.
        account: AccountId,
        /// Whether `Buy` means an offer that a client may buy.
        client_view: bool,
    },
    /// A LOBSTER message file and its orderbook file, into a new exchange.
    Lobster {
        /// Name of the message file; symbol and date are read from it.
        name: String,
        /// The message file.
        messages: Vec<u8>,
        /// The orderbook file.
        book: Vec<u8>,
        /// Whether aggressors are matched again instead of taken as recorded.
        rematch: bool,
    },
    /// An exported journal, as an exchange of its own.
    Journal {
        /// File name, for messages.
        name: String,
        /// The file.
        bytes: Vec<u8>,
    },
}

/// Asks of a running import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportControl {
    /// Stop; what an orders file placed so far is canceled, what a replay did stays.
    Cancel,
    /// Hold.
    Pause,
    /// Go on.
    Resume,
    /// Rows per second of a replay, or `None` for as fast as it goes.
    Speed(Option<u32>),
    /// Forget a finished import.
    Dismiss,
}

/// A running or finished import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportStatus {
    /// File name.
    pub name: String,
    /// What it is doing.
    pub stage: ImportStage,
    /// Rows done.
    pub done: u64,
    /// Rows in the file.
    pub total: u64,
    /// Rows per second of a replay, or `None` for as fast as it goes.
    pub speed: Option<u32>,
    /// Figures so far, each a label and a value (rows differing, aggressors equal, ...).
    pub figures: Vec<(String, String)>,
}

/// Stage of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportStage {
    /// Going on.
    Running,
    /// Held by the user.
    Paused,
    /// Done.
    Finished,
    /// Stopped by the user.
    Canceled,
    /// Refused: nothing was written. Each row error names row and column.
    Refused(Vec<RowError>),
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Row, from 1; the header is row 1. 0 for the file as a whole.
    pub row: u64,
    /// Column name; empty for the row as a whole.
    pub column: String,
    /// What was given and what is allowed.
    pub message: String,
}
