//! What is to be stored, and how: small chunks soon after their commands, sealed into large ones as they gather.
//!
//! A pure state machine: the service asks for the next write, carries it out, and says how it went. What could not
//! be written stays here and is tried again, later each time. A command counts as *saved* when the transaction that
//! holds it is complete, and as *on disk* when a [strict](Durability) one is that was begun after that.

use std::collections::VecDeque;

use outcry_engine::Digest;
use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::{Chunk, Head, JournalError, JournalId};

use super::barrier::Barrier;
use super::store::{Append, Durability, StoreError};
use crate::protocol::Cause;

/// Milliseconds that commands gather before they are written.
pub const GATHER: f64 = 20.0;
/// Bytes of unsaved commands at which simulated traders and imports wait; the user never does.
pub const BACKLOG: u64 = 4 << 20;
const FIRST_RETRY: f64 = 500.0;
const LONGEST_RETRY: f64 = 30_000.0;

/// The unsaved part of a journal.
#[derive(Debug)]
pub struct Saver {
    exchange: String,
    epoch: u64,
    /// The history that is stored, and the digest at its end once a chunk was.
    saved: Head,
    digest: Option<Digest>,
    /// Bytes of the stored journal.
    journal_bytes: u64,
    /// The small chunks at its end, joined, and their bytes in the store.
    tail: Option<(Chunk, u64)>,
    /// Cut and not stored. A queue: written in order.
    waiting: VecDeque<Chunk>,
    /// What is being written: one write at a time.
    writing: Option<Writing>,
    /// Real time from which commands have been gathering.
    gathering_since: Option<f64>,
    trouble: Option<Trouble>,
    barrier: Barrier,
}

/// The next thing to have the store do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A chunk.
    Append(Append),
    /// Nothing new: what is saved is to reach the disk.
    Barrier {
        /// The exchange.
        exchange: String,
        /// The writer's epoch.
        epoch: u64,
    },
}

#[derive(Debug)]
enum Writing {
    Chunk(Box<NewChunk>),
    /// A barrier, and what was saved when it was begun.
    Barrier(Head),
}

#[derive(Debug)]
struct NewChunk {
    /// Kept until it is stored.
    chunk: Chunk,
    journal_bytes: u64,
    tail: Option<(Chunk, u64)>,
    durability: Durability,
}

/// Writes fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What the store said last.
    pub message: String,
    /// Why it failed.
    pub cause: Cause,
    /// Real time of the next try.
    pub(super) next: f64,
    /// How long it waited for that.
    wait: f64,
}

impl Trouble {
    /// After one more failure: waits twice as long as before.
    pub(super) fn after(earlier: Option<&Self>, real: f64, error: &StoreError) -> Self {
        let wait = earlier.map_or(FIRST_RETRY, |trouble| (trouble.wait * 2.0).min(LONGEST_RETRY));
        Self { message: error.to_string(), cause: error.cause(), next: real + wait, wait }
    }
}

impl Saver {
    /// For a journal of which nothing is stored.
    #[must_use]
    pub fn new(journal: JournalId, epoch: u64) -> Self {
        Self {
            exchange: journal.to_string(),
            epoch,
            saved: Head::genesis(journal),
            digest: None,
            journal_bytes: 0,
            tail: None,
            waiting: VecDeque::new(),
            writing: None,
            gathering_since: None,
            trouble: None,
            barrier: Barrier::default(),
        }
    }

    /// For a journal that is known up to `head` without reading it.
    #[must_use]
    pub fn resume(journal: JournalId, epoch: u64, head: Head) -> Self {
        let mut resumed = Self { saved: head, ..Self::new(journal, epoch) };
        resumed.barrier.saved(f64::NEG_INFINITY);
        resumed
    }

    /// Notes that the stored journal has so many bytes, whatever was noted of its chunks.
    pub fn is_long(&mut self, journal_bytes: u64) {
        self.journal_bytes = journal_bytes;
    }

    /// Notes a chunk that is stored already, in order. Whether it is on disk nobody knows: a barrier is due.
    pub fn stored(&mut self, chunk: &Chunk, bytes: u64) {
        (self.saved, self.digest) = (chunk.after(), Some(chunk.digest()));
        self.barrier.saved(f64::NEG_INFINITY);
        self.journal_bytes += bytes;
        self.tail = extend_tail(self.tail.take(), chunk, bytes);
    }

    /// The history whose transactions are complete.
    #[must_use]
    pub fn saved(&self) -> Head {
        self.saved
    }

    /// The last command up to which the borders of stored chunks stay: those after it may be joined.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.tail.as_ref().map_or(self.saved.sequence, |(tail, _)| tail.before().sequence)
    }

    /// The digest of the exchange there, if it is known.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The writer's epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Sequence of the last command that is on disk.
    #[must_use]
    pub fn on_disk(&self) -> u64 {
        self.barrier.on_disk()
    }

    /// Bytes of the stored journal.
    #[must_use]
    pub fn journal_bytes(&self) -> u64 {
        self.journal_bytes
    }

    /// Why the last write of commands failed, if it did.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Why the last barrier failed, if it did: what is saved may not be on disk.
    #[must_use]
    pub fn barrier_trouble(&self) -> Option<&Trouble> {
        self.barrier.trouble()
    }

    /// Whether what was saved is gone, because the storage was cleared.
    #[must_use]
    pub fn is_cleared(&self) -> bool {
        let troubles = [self.trouble.as_ref(), self.barrier.trouble()];
        troubles.into_iter().flatten().any(|trouble| trouble.cause == Cause::Cleared)
    }

    /// What is not stored: a chunk being written first, then those that wait, in order.
    pub fn unsaved(&self) -> impl Iterator<Item = &Chunk> {
        let writing = match &self.writing {
            Some(Writing::Chunk(new)) => Some(&new.chunk),
            Some(Writing::Barrier(_)) | None => None,
        };
        writing.into_iter().chain(&self.waiting)
    }

    /// Bytes of what is not stored.
    #[must_use]
    pub fn unsaved_bytes(&self) -> u64 {
        self.unsaved().map(|chunk| chunk.body().len() as u64).sum()
    }

    /// Whether a write is under way.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// Tries again at once instead of waiting.
    pub fn retry(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.next = 0.0;
        }
        self.barrier.retry();
    }

    /// Wants everything up to `sequence` written and on disk at once.
    pub fn settle(&mut self, sequence: u64) {
        self.barrier.want(sequence);
        self.retry();
        if self.gathering_since.is_some() {
            self.gathering_since = Some(f64::NEG_INFINITY);
        }
    }

    /// Notes that commands were executed; `urgent` ones (a user's) do not wait for others.
    pub fn executed(&mut self, real: f64, urgent: bool) {
        let since = if urgent { real - GATHER } else { real };
        self.gathering_since = Some(self.gathering_since.map_or(since, |earlier| earlier.min(since)));
    }

    /// Real time at which the next write is due, or `None` if there is nothing to write or a write is under way.
    #[must_use]
    pub fn due(&self) -> Option<f64> {
        if self.writing.is_some() {
            return None;
        }
        let gathered = self.gathering_since.map(|since| since + GATHER);
        let chunk = if self.waiting.is_empty() { gathered } else { Some(f64::NEG_INFINITY) };
        let chunk = chunk.map(|due| self.trouble.as_ref().map_or(due, |trouble| due.max(trouble.next)));
        [chunk, self.barrier.due()].into_iter().flatten().reduce(f64::min)
    }

    /// Takes what the host has cut.
    pub fn take(&mut self, chunk: Chunk) {
        self.waiting.push_back(chunk);
    }

    /// The next write, if one is to be made now; it is then under way until [`Saver::written`] or
    /// [`Saver::failed`]. While chunks cannot be written, a barrier goes alone for those that were.
    ///
    /// # Errors
    /// [`JournalError`] if the chunks do not follow each other, which the host rules out.
    pub fn begin(&mut self, real: f64) -> Result<Option<Write>, JournalError> {
        self.gathering_since = None;
        if self.writing.is_some() {
            return Ok(None);
        }
        let held_up = self.trouble.as_ref().is_some_and(|trouble| trouble.next > real);
        if held_up || self.waiting.is_empty() {
            return Ok(self.begin_barrier(real));
        }
        self.begin_chunk(real).map(|append| append.map(Write::Append))
    }

    fn begin_barrier(&mut self, real: f64) -> Option<Write> {
        self.barrier.due().filter(|&due| due <= real)?;
        self.writing = Some(Writing::Barrier(self.saved));
        Some(Write::Barrier { exchange: self.exchange.clone(), epoch: self.epoch })
    }

    fn begin_chunk(&mut self, real: f64) -> Result<Option<Append>, JournalError> {
        let Some(mut chunk) = self.waiting.pop_front() else { return Ok(None) };
        while let Some(next) = self.waiting.front() {
            match chunk.join(next) {
                Ok(()) => _ = self.waiting.pop_front(),
                Err(JournalError::TooLarge { .. }) => break,
                Err(error) => return Err(error),
            }
        }
        let sealed = self.tail.as_ref().and_then(|(tail, bytes)| {
            let full = tail.body().len() + chunk.body().len() >= SEALED_CHUNK_BODY;
            let mut whole = full.then(|| tail.clone())?;
            whole.join(&chunk).ok().map(|()| (whole, *bytes))
        });
        let (stored, replaced) = sealed.unwrap_or_else(|| (chunk.clone(), 0));
        let bytes = stored.to_bytes();
        let len = bytes.len() as u64;
        let journal_bytes = self.journal_bytes + len - replaced;
        let tail = if replaced > 0 { None } else { extend_tail(self.tail.clone(), &chunk, len) };
        // A chunk that goes when a barrier is due is that barrier.
        let durability = match self.barrier.is_due(real, chunk.last_sequence()) {
            true => Durability::Strict,
            false => Durability::Relaxed,
        };
        let append = Append {
            exchange: self.exchange.clone(),
            epoch: self.epoch,
            first: stored.first_sequence(),
            last: stored.last_sequence(),
            chunk: bytes,
            journal_bytes,
            digest: stored.digest().to_string(),
            durability,
        };
        let new = NewChunk { chunk, journal_bytes, tail, durability };
        self.writing = Some(Writing::Chunk(Box::new(new)));
        Ok(Some(append))
    }

    /// The write under way is complete, at the real time `real`.
    pub fn written(&mut self, real: f64) {
        match self.writing.take() {
            Some(Writing::Chunk(new)) => {
                (self.saved, self.digest) = (new.chunk.after(), Some(new.chunk.digest()));
                self.journal_bytes = new.journal_bytes;
                self.tail = new.tail;
                self.trouble = None;
                match new.durability {
                    Durability::Relaxed => self.barrier.saved(real),
                    Durability::Strict => self.barrier.passed(self.saved.sequence),
                }
            }
            Some(Writing::Barrier(covered)) => self.barrier.passed(covered.sequence),
            None => {}
        }
    }

    /// The write under way has failed; it will be due again.
    pub fn failed(&mut self, real: f64, error: &StoreError) {
        match self.writing.take() {
            Some(Writing::Chunk(new)) => {
                self.waiting.push_front(new.chunk);
                self.trouble = Some(Trouble::after(self.trouble.as_ref(), real, error));
            }
            Some(Writing::Barrier(_)) | None => self.barrier.failed(real, error),
        }
    }
}

/// The small chunks at the end of a journal after one more: none once it is large enough to stand alone.
fn extend_tail(tail: Option<(Chunk, u64)>, chunk: &Chunk, bytes: u64) -> Option<(Chunk, u64)> {
    if chunk.body().len() >= SEALED_CHUNK_BODY {
        return None;
    }
    if let Some((mut joined, stored)) = tail
        && joined.join(chunk).is_ok()
        && joined.body().len() < SEALED_CHUNK_BODY
    {
        return Some((joined, stored + bytes));
    }
    Some((chunk.clone(), bytes))
}
