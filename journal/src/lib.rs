//! The history of a market.
//!
//! A journal is the ordered list of all commands of one exchange, each with its time and id. Executed from the first,
//! they give the exchange back, to the bit. This crate has the bytes of [entries](Entry), the [chunks](Chunk) in which
//! they are stored and sent, the [hash](History) that names a history, the [file](FileReader) in which it is exported,
//! the [`Host`] that executes, remembers and replays, the [`Snapshot`] from which it starts at once, and the [`sync`] protocol. It stores and sends nothing itself:
//! no input or output, clock or randomness.
//!
//! ```
//! use outcry_engine::{Command, Symbol, Timestamp};
//! use outcry_journal::{Chunk, CommandId, Host, JournalId, Submitted};
//!
//! let journal = JournalId::from_bytes([7; 16]);
//! let mut host = Host::new(journal, 1);
//! let mut events = Vec::new();
//! let id = CommandId { origin: 0xcafe, counter: host.next_counter(0xcafe) };
//! let command = Command::CreateAsset { symbol: Symbol::new("USD")?, decimals: 2 };
//! host.submit(Timestamp::from_nanos(1), id, &command, &mut events)?;
//! // Sent again, it does nothing.
//! let again = host.submit(Timestamp::from_nanos(2), id, &command, &mut events)?;
//! assert_eq!(again, Submitted::Repeated { highest: 1 });
//!
//! let stored: Vec<u8> = host.cut().expect("one entry is pending").to_bytes();
//!
//! let mut reloaded = Host::new(journal, 0);
//! reloaded.apply(&Chunk::decode(&stored)?, |_entry, _receipt, _events| ())?;
//! assert_eq!(reloaded.head(), host.head());
//! assert_eq!(reloaded.exchange().digest(), host.exchange().digest());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
mod snapshot;
pub mod sync;

pub use chunk::{Chunk, Entries, checksum};
pub use entry::Entry;
pub use error::JournalError;
pub use file::{FileHeader, FilePart, FileReader, Good};
pub use hex::HexError;
pub use history::{Head, History, HistoryHash};
pub use host::{Host, Pending, Submitted};
pub use id::{CommandId, JournalId};
pub use snapshot::{SNAPSHOT_VERSION, Snapshot, SnapshotError};

/// The version of the format that is written, and the newest that is read.
pub const FORMAT_VERSION: u16 = 1;
