//! LOBSTER files: a recorded day of one stock, and its replay through an exchange.
//!
//! A recording is a message file (one change of the book per row) and an orderbook file (the visible levels after
//! each message). [`Recording::read`] checks both whole; [`Replay`] then plays them on an exchange and compares
//! the exchange's book with every row. Prices are in ticks of 0.0001, quantities in shares; times are the venue's
//! local time.

mod file_name;
mod row;
mod message;
mod book;
mod recording;
mod listing;
mod mirror;
mod window;
mod aggressor;
mod replay;

pub use aggressor::{Aggressor, Fill, Outcome};
pub use book::BookRow;
pub use file_name::{FileKind, FileName};
pub use listing::OpenError;
pub use message::{Change, Content, Message, Visible};
pub use recording::{MAX_LEVELS, Recording, RecordingError};
pub use replay::{Aggressors, Mode, Replay, Step, Summary};
pub use row::{RowError, RowProblem};
pub use window::Difference;
