//! The server's store: SQLite beside it, one writer thread, any number of readers.
//!
//! A write is answered when it is durable: WAL with `synchronous=FULL`, one commit for all writes that wait
//! ([`writer`]). What is stored is chunks and, for each exchange, one row with where its history ends; both change
//! in one transaction. Nothing here knows what a chunk means.

mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use outcry_engine::{Digest, Timestamp};
use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::sync::{Holding, Stored};
use outcry_journal::{Chunk, Head, HistoryHash, JournalError, JournalId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use thiserror::Error;

use writer::Writer;
pub(super) use writer::{Write, Written};

/// The database's file in the data folder.
const FILE: &str = "outcry.sqlite";
/// Readers that are kept open.
const IDLE_READERS: usize = 8;
/// Borders that are looked at to tell a client what there is: they thin out to about 20.
const BORDERS: u32 = 4096;

/// Why the store failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder cannot be made or used.
    #[error("{0}")]
    Folder(#[from] std::io::Error),
    /// SQLite failed.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Made by a newer release.
    #[error("its schema is version {found}, this release knows up to {supported}")]
    Newer {
        /// Of the file.
        found: u32,
        /// The newest known.
        supported: u32,
    },
    /// What is stored cannot be read.
    #[error("what is stored of {journal} cannot be read: {message}")]
    Unreadable {
        /// Whose history.
        journal: JournalId,
        /// Why.
        message: String,
    },
    /// The exchange's history does not end where the append begins: another process wrote in between.
    #[error("the history was changed by another writer")]
    Conflict,
    /// The writer has stopped.
    #[error("the store is closed")]
    Closed,
}

/// Where the history of an exchange ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: JournalId,
    /// Its name; empty until somebody names it.
    pub name: String,
    /// The highest epoch accepted.
    pub epoch: u64,
    /// The end of its history.
    pub head: Head,
    /// The digest of the exchange there.
    pub digest: Digest,
    /// When it was first heard of.
    pub created: Timestamp,
    /// When something of it was last stored.
    pub updated: Timestamp,
}

/// An open store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    writer: Writer,
}

impl Store {
    /// Opens the store in `folder`, and makes or migrates it where needed.
    ///
    /// # Errors
    /// [`StoreError`] if folder or file cannot be used, or a newer release made it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        let mut connection = schema::connect(&path)?;
        schema::migrate(&mut connection)?;
        let writer = Writer::start(connection)?;
        Ok(Self { shared: Arc::new(Shared { path, readers: Mutex::default(), writer }) })
    }

    /// Writes, and returns when it is durable. Blocks: call it where that is allowed.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of it was written.
    pub(super) fn write(&self, write: Write) -> Result<Written, StoreError> {
        self.shared.writer.write(write)
    }

    /// Runs a query on a reader of its own. Blocks.
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let readers = || self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = readers().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::connect(&self.shared.path)?,
        };
        let result = query(&connection);
        let mut readers = readers();
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(result?)
    }

    /// Whether it can be read.
    ///
    /// # Errors
    /// [`StoreError`] if not.
    pub(super) fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| connection.query_row("SELECT count(*) FROM exchange", [], |_| Ok(())))
    }

    /// Every exchange, the one that changed last first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn exchanges(&self) -> Result<Vec<Summary>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY updated DESC, id"))?;
            statement.query_map([], summary)?.collect()
        })
    }

    /// One exchange, if it is known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn exchange(&self, id: JournalId) -> Result<Option<Summary>, StoreError> {
        self.read(|connection| one(connection, id))
    }

    /// What a writer may compare with: where the history ends and some borders before that.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn holding(&self, id: JournalId) -> Result<Holding, StoreError> {
        self.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let Some(summary) = one(&snapshot, id)? else { return Ok(Holding::nothing(id)) };
            let mut statement = snapshot.prepare_cached(
                "SELECT last, hash FROM chunk WHERE exchange = ?1 AND last < ?2 ORDER BY last DESC LIMIT ?3",
            )?;
            let rows = statement
                .query_map(params![id.to_bytes(), signed(summary.head.sequence), BORDERS], |row| {
                    Ok(Head { sequence: unsigned(row.get(0)?), hash: hash(row.get(1)?) })
                })?;
            let borders = rows.collect::<rusqlite::Result<Vec<Head>>>()?;
            Ok(Holding::new(summary.epoch, summary.head, borders))
        })
    }

    /// What [`decide`](outcry_journal::sync::decide) needs to know for an append from `before` to `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn stored(&self, id: JournalId, before: u64, after: u64) -> Result<Stored, StoreError> {
        self.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let Some(summary) = one(&snapshot, id)? else { return Ok(Stored::nothing(id)) };
            let mut statement =
                snapshot.prepare_cached("SELECT hash FROM chunk WHERE exchange = ?1 AND last = ?2")?;
            let mut border = |sequence| {
                statement
                    .query_row(params![id.to_bytes(), signed(sequence)], |row| Ok(hash(row.get(0)?)))
                    .optional()
            };
            let (hash_before, hash_after) = (border(before)?, border(after)?);
            Ok(Stored { journal: id, epoch: summary.epoch, head: summary.head, hash_before, hash_after })
        })
    }

    /// The next chunks that have an entry above `sequence`, about 64 kB of them; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn chunks_after(
        &self,
        id: JournalId,
        sequence: u64,
    ) -> Result<Option<StoredChunks>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT last, bytes FROM chunk WHERE exchange = ?1 AND last > ?2 ORDER BY last",
            )?;
            let mut rows = statement.query(params![id.to_bytes(), signed(sequence)])?;
            let mut chunks: Option<StoredChunks> = None;
            while let Some(row) = rows.next()? {
                let chunks = chunks.get_or_insert_default();
                chunks.last = unsigned(row.get(0)?);
                chunks.bytes.extend_from_slice(row.get_ref(1)?.as_blob()?);
                if chunks.bytes.len() >= SEALED_CHUNK_BODY {
                    break;
                }
            }
            Ok(chunks)
        })
    }

    /// Every chunk from the first to `until`, in order.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if one is damaged, or the error of `take`.
    pub(super) fn replay<E: From<StoreError>>(
        &self,
        id: JournalId,
        until: u64,
        mut take: impl FnMut(&Chunk) -> Result<(), E>,
    ) -> Result<(), E> {
        let unreadable =
            |error: JournalError| StoreError::Unreadable { journal: id, message: error.to_string() };
        let mut sequence = 0;
        while sequence < until
            && let Some(stored) = self.chunks_after(id, sequence)?
        {
            let mut rest = stored.bytes.as_slice();
            while !rest.is_empty() && sequence < until {
                let (chunk, len) = Chunk::decode_prefix(rest).map_err(unreadable)?;
                rest = &rest[len..];
                sequence = chunk.last_sequence();
                take(&chunk)?;
            }
        }
        Ok(())
    }
}

/// Neighbouring chunks as they are stored.
#[derive(Default)]
pub(super) struct StoredChunks {
    /// The last entry of the last one.
    pub(super) last: u64,
    /// The encoded chunks, one after another.
    pub(super) bytes: Vec<u8>,
}

const SELECT: &str = "SELECT id, name, epoch, sequence, hash, digest, created, updated FROM exchange";

fn one(connection: &Connection, id: JournalId) -> rusqlite::Result<Option<Summary>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
        .query_row(params![id.to_bytes()], summary)
        .optional()
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: JournalId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        epoch: unsigned(row.get(2)?),
        head: Head { sequence: unsigned(row.get(3)?), hash: hash(row.get(4)?) },
        digest: Digest::from_bytes(row.get(5)?),
        created: Timestamp::from_nanos(unsigned(row.get(6)?)),
        updated: Timestamp::from_nanos(unsigned(row.get(7)?)),
    })
}

fn hash(bytes: [u8; 32]) -> HistoryHash {
    HistoryHash::from_bytes(bytes)
}

/// SQLite's integers are signed: the same 64 bits. (Sequences, which are compared, stay far below the sign.)
const fn signed(number: u64) -> i64 {
    number.cast_signed()
}

const fn unsigned(number: i64) -> u64 {
    number.cast_unsigned()
}
