//! The history of a market.
//!
//! A journal is the ordered list of all commands of one exchange, each with its time and id. Executed from the first,
//! they give the exchange back, to the bit. This crate has the bytes of [entries](Entry), the [chunks](Chunk) in which
//! they are stored and sent, the [hash](History) that names a history, the [file](FileReader) in which it is exported,
//! the [`Host`] that executes, remembers and replays, and the [`sync`] protocol. It stores and sends nothing itself:
//! no input or output, clock or randomness.

pub mod limits;

mod hex;
mod id;
mod error;
mod bytes;
mod command;
mod entry;
mod history;
mod chunk;
mod file;
mod host;
pub mod sync;

pub use chunk::{Chunk, Entries};
pub use entry::Entry;
pub use error::JournalError;
pub use file::{FileHeader, FilePart, FileReader, Good};
pub use hex::HexError;
pub use history::{Head, History, HistoryHash};
pub use host::{Host, Pending, Submitted};
pub use id::{CommandId, JournalId};

/// The version of the format that is written, and the newest that is read.
pub const FORMAT_VERSION: u16 = 1;
