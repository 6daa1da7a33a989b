//! The one writer: a thread that commits together what waits together.
//!
//! While a commit waits for the disk, more writes arrive; they share the next one. If one of them fails, the batch is
//! rolled back and each is tried alone, so that nobody fails for another's mistake.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use outcry_engine::{Digest, Timestamp};
use outcry_journal::{Head, JournalId};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{StoreError, signed};

/// Most writes of one commit.
const BATCH: usize = 256;

/// What can be written.
#[derive(Clone, Debug)]
pub(in crate::serve) enum Write {
    /// Make an exchange known, or give it another name.
    Name {
        /// Which.
        id: JournalId,
        /// Its name from now.
        name: String,
        /// The time.
        at: Timestamp,
    },
    /// Continue a history.
    Append {
        /// Whose.
        id: JournalId,
        /// The epoch from now.
        epoch: u64,
        /// Where the history has to end now.
        before: Head,
        /// Where it ends then.
        after: Head,
        /// The digest of the exchange there.
        digest: Digest,
        /// The encoded chunk.
        chunk: Vec<u8>,
        /// The time.
        at: Timestamp,
    },
    /// Take an exchange over: nothing but its epoch changes.
    Claim {
        /// Which.
        id: JournalId,
        /// The epoch from now.
        epoch: u64,
        /// Where the history has to end now.
        head: Head,
        /// The time.
        at: Timestamp,
    },
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Written {
    /// The exchange was not known before.
    Created,
    /// It was.
    Changed,
}

struct Job {
    write: Write,
    answer: SyncSender<Result<Written, StoreError>>,
}

/// The writer thread. It ends, after all that waits is written, when this is dropped.
pub(super) struct Writer {
    /// `None` only while it is dropped.
    jobs: Option<SyncSender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::sync_channel(BATCH);
        let thread = std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || run(connection, &receiver))?;
        Ok(Self { jobs: Some(sender), thread: Mutex::new(Some(thread)) })
    }

    /// Hands a write over and waits until it is durable.
    pub(super) fn write(&self, write: Write) -> Result<Written, StoreError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(Job { write, answer }).map_err(|_| StoreError::Closed)?;
        answered.recv().unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the store's writer panicked");
        }
    }
}

fn run(mut connection: Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)).collect();
        let together = write_all(&mut connection, batch.iter().map(|job| &job.write));
        match together {
            Ok(written) => {
                for (job, written) in batch.into_iter().zip(written) {
                    answer(job, Ok(written));
                }
            }
            Err(_) => {
                for job in batch {
                    let alone = write_all(&mut connection, [&job.write]).map(|written| written[0]);
                    answer(job, alone);
                }
            }
        }
    }
}

/// Tells the one who waits. It may be gone; what was written stays.
fn answer(job: Job, result: Result<Written, StoreError>) {
    drop(job.answer.send(result));
}

/// Writes all or nothing. An error rolls back as the transaction is dropped.
fn write_all<'a>(
    connection: &mut Connection,
    writes: impl IntoIterator<Item = &'a Write>,
) -> Result<Vec<Written>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let written = writes.into_iter().map(|write| write_one(&transaction, write)).collect::<Result<_, _>>()?;
    transaction.commit()?;
    Ok(written)
}

fn write_one(transaction: &Transaction<'_>, write: &Write) -> Result<Written, StoreError> {
    match write {
        Write::Name { id, name, at } => {
            let created = create(transaction, *id, *at)?;
            transaction
                .prepare_cached("UPDATE exchange SET name = ?2 WHERE id = ?1")?
                .execute(params![id.to_bytes(), name])?;
            Ok(created)
        }
        Write::Append { id, epoch, before, after, digest, chunk, at } => {
            let created = create(transaction, *id, *at)?;
            let continued = transaction
                .prepare_cached(&format!(
                    "UPDATE exchange SET epoch = ?4, updated = ?5, sequence = ?6, hash = ?7, digest = ?8 {STILL}"
                ))?
                .execute(params![
                    id.to_bytes(),
                    signed(before.sequence),
                    before.hash.to_bytes(),
                    signed(*epoch),
                    signed(at.nanos()),
                    signed(after.sequence),
                    after.hash.to_bytes(),
                    digest.to_bytes(),
                ])?;
            check_still(continued)?;
            transaction
                .prepare_cached("INSERT INTO chunk (exchange, last, hash, bytes) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id.to_bytes(), signed(after.sequence), after.hash.to_bytes(), chunk])?;
            Ok(created)
        }
        Write::Claim { id, epoch, head, at } => {
            let created = create(transaction, *id, *at)?;
            let claimed = transaction
                .prepare_cached(&format!("UPDATE exchange SET epoch = ?4, updated = ?5 {STILL}"))?
                .execute(params![
                    id.to_bytes(),
                    signed(head.sequence),
                    head.hash.to_bytes(),
                    signed(*epoch),
                    signed(at.nanos()),
                ])?;
            check_still(claimed)?;
            Ok(created)
        }
    }
}

/// The row must still be what was decided on, whoever else may write to this file.
const STILL: &str = "WHERE id = ?1 AND sequence = ?2 AND hash = ?3 AND epoch <= ?4";

fn check_still(changed: usize) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Makes sure that the exchange has its row.
fn create(transaction: &Transaction<'_>, id: JournalId, at: Timestamp) -> Result<Written, StoreError> {
    let genesis = Head::genesis(id);
    let digest = outcry_engine::Exchange::new().digest();
    let created = transaction
        .prepare_cached(
            "INSERT INTO exchange (id, name, epoch, sequence, hash, digest, created, updated)
             VALUES (?1, '', 0, 0, ?2, ?3, ?4, ?4) ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![id.to_bytes(), genesis.hash.to_bytes(), digest.to_bytes(), signed(at.nanos())])?;
    Ok(if created == 1 { Written::Created } else { Written::Changed })
}
