//! Where exchanges are kept: the browser's database, or memory where the browser offers none.
//!
//! Object stores in the database `outcry`, version 2:
//! - `exchanges`: id -> [`ExchangeRecord`] (name, epoch, and what the journal holds);
//! - `chunks`: `[id, first sequence]` -> the bytes of one journal chunk;
//! - `settings`: key -> bytes, for what may be lost without harm (the last exchange, the crowd's speed);
//! - `snapshots`: `[id, sequence]` -> the bytes of one snapshot of an exchange;
//! - `records`: `[table, partition, sort]` -> bytes; the table `projections` (`id`, `sequence`) has what is kept beside a
//!   snapshot.
//!
//! The last two are of version 2; what version 1 wrote is read on.
//!
//! The rule that makes two writers harmless: every append reads the exchange's epoch in its own transaction and
//! writes nothing unless it is the writer's. A write counts only when its transaction is complete.

mod record;
mod request;
mod opening;
mod database;
mod snapshots;
mod memory;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::protocol::Cause;

pub use database::Database;
pub use memory::Memory;
pub use opening::VERSION;
pub use record::{ExchangeRecord, whole};
pub use request::describe;

/// Why the store did not do what was asked. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The browser offers no database here.
    #[error("this browser keeps nothing here: {0}")]
    Absent(String),
    /// The database was made by a newer version of Outcry.
    #[error("the stored exchanges were written by a newer version of Outcry")]
    NewerVersion,
    /// The database must be brought to this version and another tab holds the old one open. It is brought once that
    /// tab is closed; ask again then.
    #[error(
        "another tab holds the stored exchanges open in an older version of Outcry: close or reload that tab"
    )]
    Blocked,
    /// Another writer has raised the epoch.
    #[error("another tab has taken the exchange over (epoch {current})")]
    Superseded {
        /// The epoch found.
        current: u64,
    },
    /// There is no such exchange, or there is one already where a new one was to be made.
    #[error("{0}")]
    Conflict(String),
    /// The browser gives this page no more room.
    #[error("{0}")]
    Full(String),
    /// The exchange that was written to is not there any more: the storage was cleared while the page was open.
    #[error("the browser has cleared this page's storage: what was saved of this exchange is gone")]
    Cleared,
    /// The browser refused: a broken disk, a closed database.
    #[error("{0}")]
    Failed(String),
}

impl StoreError {
    /// Why, for the page.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::Full(_) => Cause::Full,
            Self::Cleared => Cause::Cleared,
            _ => Cause::Other,
        }
    }
}

/// One write to a journal: a chunk, in place of the smaller chunks that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The exchange.
    pub exchange: String,
    /// The writer's epoch.
    pub epoch: u64,
    /// First sequence of the chunk; a chunk stored at this place is replaced.
    pub first: u64,
    /// Last sequence of the chunk; chunks stored at places above `first` up to here are removed.
    pub last: u64,
    /// The chunk.
    pub chunk: Vec<u8>,
    /// Bytes of the whole journal afterwards.
    pub journal_bytes: u64,
    /// Digest after `last`, in hex digits.
    pub digest: String,
    /// When it counts as written.
    pub durability: Durability,
}

/// When a write counts as complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// When the browser has it: the death of the tab or of the browser cannot take it any more.
    Relaxed,
    /// When the disk has it, and with it all that was complete before: a power cut cannot take it any more.
    Strict,
}

/// A stored chunk: the first sequence under which it is kept, and its bytes.
pub type StoredChunk = (u64, Vec<u8>);

/// A snapshot as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSnapshot {
    /// The last command that it covers.
    pub sequence: u64,
    /// The exchange: the bytes of a snapshot of the journal's host.
    pub exchange: Vec<u8>,
    /// What the screen shows beside the exchange; empty if it is not there.
    pub projections: Vec<u8>,
}

impl StoredSnapshot {
    /// Bytes of both parts.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        (self.exchange.len() + self.projections.len()) as u64
    }
}

/// Takes the front of a journal away, up to a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trim {
    /// The exchange.
    pub exchange: String,
    /// The writer's epoch.
    pub epoch: u64,
    /// The snapshot from which the exchange can be opened afterwards.
    pub snapshot: u64,
    /// The first command that stays: a chunk begins with it, and it is not after the one that follows the snapshot.
    pub first: u64,
    /// Bytes of the chunks that go.
    pub bytes: u64,
}

impl Trim {
    /// What speaks against it, given what is stored: the record, and whether a chunk begins at `first`.
    fn objection(&self, record: &ExchangeRecord, begins: bool) -> Option<StoreError> {
        let Self { snapshot, first, .. } = *self;
        if record.epoch != self.epoch {
            return Some(StoreError::Superseded { current: record.epoch });
        }
        if !record.snapshots.iter().any(|&(at, _)| at == snapshot) {
            return Some(StoreError::Conflict(format!("there is no snapshot of command {snapshot}")));
        }
        (!begins || first > snapshot + 1 || first < record.first)
            .then(|| StoreError::Conflict(format!("the journal cannot begin with command {first}")))
    }
}

/// The acks that a store can give: what cannot be had is never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// *Saved* and *on disk*.
    Both,
    /// *Saved*: the browser is too old to say what is on disk.
    Saved,
    /// In memory only.
    Neither,
}

/// The store.
#[derive(Debug)]
pub enum Store {
    /// In the browser's database.
    Database(Database),
    /// In memory, until the worker ends.
    Memory(Memory),
}

impl Store {
    /// All exchanges, by id.
    ///
    /// # Errors
    /// [`StoreError`] if they cannot be read.
    pub async fn exchanges(&self) -> Result<Vec<ExchangeRecord>, StoreError> {
        match self {
            Self::Database(database) => database.exchanges().await,
            Self::Memory(memory) => Ok(memory.exchanges()),
        }
    }

    /// One exchange.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub async fn exchange(&self, id: &str) -> Result<Option<ExchangeRecord>, StoreError> {
        match self {
            Self::Database(database) => database.exchange(id).await,
            Self::Memory(memory) => Ok(memory.exchange(id)),
        }
    }

    /// Makes an exchange with the chunks and the snapshots it begins with, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is in use; [`StoreError::Failed`] if it cannot be written.
    pub async fn create(
        &self,
        record: &ExchangeRecord,
        chunks: &[StoredChunk],
        snapshots: &[StoredSnapshot],
    ) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.create(record, chunks, snapshots).await,
            Self::Memory(memory) => memory.create(record, chunks, snapshots),
        }
    }

    /// Puts an exchange with its chunks in the place of the one with its id, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if it cannot be written.
    pub async fn replace(
        &self,
        record: &ExchangeRecord,
        chunks: &[StoredChunk],
        snapshots: &[StoredSnapshot],
    ) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.replace(record, chunks, snapshots).await,
            Self::Memory(memory) => memory.replace(record, chunks, snapshots),
        }
    }

    /// Writes a chunk, if the epoch is still the writer's.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] if it is not; [`StoreError::Failed`] if it cannot be written.
    pub async fn append(&self, append: &Append) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.append(append).await,
            Self::Memory(memory) => memory.append(append),
        }
    }

    /// Has everything reach the disk that was written before, if the epoch is still the writer's.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub async fn barrier(&self, exchange: &str, epoch: u64) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.barrier(exchange, epoch).await,
            Self::Memory(memory) => memory.barrier(exchange, epoch),
        }
    }

    /// Which acks this store can give.
    #[must_use]
    pub fn acks(&self) -> Acks {
        match self {
            Self::Database(_) if request::has_durability() => Acks::Both,
            Self::Database(_) => Acks::Saved,
            Self::Memory(_) => Acks::Neither,
        }
    }

    /// What the browser says if it has lost what was in the database and made a new one.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        match self {
            Self::Database(database) => database.loss(),
            Self::Memory(_) => None,
        }
    }

    /// Makes the caller the writer: raises the epoch by one and returns it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such exchange; [`StoreError::Failed`] if it cannot be written.
    pub async fn raise_epoch(&self, id: &str) -> Result<u64, StoreError> {
        match self {
            Self::Database(database) => database.raise_epoch(id).await,
            Self::Memory(memory) => memory.raise_epoch(id),
        }
    }

    /// The next chunks of a journal that start at `from` or later, in order, at most `count`.
    ///
    /// # Errors
    /// [`StoreError`] if they cannot be read.
    pub async fn chunks(&self, id: &str, from: u64, count: u32) -> Result<Vec<StoredChunk>, StoreError> {
        match self {
            Self::Database(database) => database.chunks(id, from, count).await,
            Self::Memory(memory) => Ok(memory.chunks(id, from, count)),
        }
    }

    /// Where the chunk begins that holds a command or comes before it: the last that begins at `sequence` or earlier.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub async fn chunk_before(&self, id: &str, sequence: u64) -> Result<Option<u64>, StoreError> {
        match self {
            Self::Database(database) => database.chunk_before(id, sequence).await,
            Self::Memory(memory) => Ok(memory.chunk_before(id, sequence)),
        }
    }

    /// Keeps a snapshot of commands that are stored, if the epoch is still the writer's.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] if it is not; [`StoreError::Conflict`] if the journal does not reach so far, or if
    /// there is one of this command already; [`StoreError::Failed`] if it cannot be written.
    pub async fn keep_snapshot(
        &self,
        id: &str,
        epoch: u64,
        snapshot: &StoredSnapshot,
    ) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.keep_snapshot(id, epoch, snapshot).await,
            Self::Memory(memory) => memory.keep_snapshot(id, epoch, snapshot),
        }
    }

    /// A snapshot of an exchange, if it is there.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub async fn snapshot(&self, id: &str, sequence: u64) -> Result<Option<StoredSnapshot>, StoreError> {
        match self {
            Self::Database(database) => database.snapshot(id, sequence).await,
            Self::Memory(memory) => Ok(memory.snapshot(id, sequence)),
        }
    }

    /// Deletes snapshots, if the epoch is still the writer's.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] if it is not; [`StoreError::Failed`] if they cannot be deleted.
    pub async fn drop_snapshots(&self, id: &str, epoch: u64, sequences: &[u64]) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.drop_snapshots(id, epoch, sequences).await,
            Self::Memory(memory) => memory.drop_snapshots(id, epoch, sequences),
        }
    }

    /// Takes the front of a journal away.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] if the epoch is not the writer's; [`StoreError::Conflict`] if the snapshot or the
    /// chunk it names is not there; [`StoreError::Failed`] if it cannot be written.
    pub async fn trim(&self, trim: &Trim) -> Result<(), StoreError> {
        match self {
            Self::Database(database) => database.trim(trim).await,
            Self::Memory(memory) => memory.trim(trim),
        }
    }

    /// A setting, or `None` if it was never kept or cannot be read.
    pub async fn setting<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let bytes = match self {
            Self::Database(database) => database.setting(key).await.ok().flatten(),
            Self::Memory(memory) => memory.setting(key),
        };
        postcard::from_bytes(&bytes?).ok()
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if it cannot be written.
    pub async fn keep_setting<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StoreError> {
        let bytes = postcard::to_allocvec(value).map_err(|error| StoreError::Failed(error.to_string()))?;
        match self {
            Self::Database(database) => database.keep_setting(key, &bytes).await,
            Self::Memory(memory) => {
                memory.keep_setting(key, bytes);
                Ok(())
            }
        }
    }
}
