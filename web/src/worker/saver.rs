//! What is to be stored, and how: small chunks soon after their commands, sealed into large ones as they gather.
//!
//! A pure state machine: the service asks for the next write, carries it out, and says how it went. What could not
//! be written stays here and is tried again, later each time. A command counts as saved when the transaction that
//! holds it is complete.

use std::collections::VecDeque;

use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::{Chunk, Head, JournalError, JournalId};

use super::store::Append;

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
    /// The history that is stored.
    saved: Head,
    /// Bytes of the stored journal.
    journal_bytes: u64,
    /// The small chunks at its end, joined, and their bytes in the store.
    tail: Option<(Chunk, u64)>,
    /// Cut and not stored. A queue: written in order.
    waiting: VecDeque<Chunk>,
    /// What is being written.
    writing: Option<Write>,
    /// Real time from which commands have been gathering.
    gathering_since: Option<f64>,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Write {
    /// The new chunk, kept until it is stored.
    chunk: Chunk,
    journal_bytes: u64,
    tail: Option<(Chunk, u64)>,
}

/// Writes fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What the store said last.
    pub message: String,
    /// Real time of the next try.
    next: f64,
    /// How long it waited for that.
    wait: f64,
}

impl Saver {
    /// For a journal of which nothing is stored.
    #[must_use]
    pub fn new(journal: JournalId, epoch: u64) -> Self {
        Self {
            exchange: journal.to_string(),
            epoch,
            saved: Head::genesis(journal),
            journal_bytes: 0,
            tail: None,
            waiting: VecDeque::new(),
            writing: None,
            gathering_since: None,
            trouble: None,
        }
    }

    /// For a journal that is known up to `head` without reading it, and is `journal_bytes` long as it is stored.
    #[must_use]
    pub fn resume(journal: JournalId, epoch: u64, head: Head, journal_bytes: u64) -> Self {
        Self { saved: head, journal_bytes, ..Self::new(journal, epoch) }
    }

    /// Notes a chunk at the end of a [resumed](Saver::resume) journal, in order: it is in the length already.
    pub fn known(&mut self, chunk: &Chunk, bytes: u64) {
        self.stored(chunk, bytes);
        self.journal_bytes -= bytes.min(self.journal_bytes);
    }

    /// Notes a chunk that is stored already, in order.
    pub fn stored(&mut self, chunk: &Chunk, bytes: u64) {
        self.saved = chunk.after();
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

    /// Bytes of the stored journal.
    #[must_use]
    pub fn journal_bytes(&self) -> u64 {
        self.journal_bytes
    }

    /// Why the last write failed, if it did.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// What is not stored: a chunk being written first, then those that wait, in order.
    pub fn unsaved(&self) -> impl Iterator<Item = &Chunk> {
        self.writing.iter().map(|write| &write.chunk).chain(&self.waiting)
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
        let due = if self.waiting.is_empty() { gathered? } else { 0.0 };
        Some(self.trouble.as_ref().map_or(due, |trouble| due.max(trouble.next)))
    }

    /// Takes what the host has cut.
    pub fn take(&mut self, chunk: Chunk) {
        self.waiting.push_back(chunk);
    }

    /// The next write, if one is to be made now; it is then under way until [`Saver::written`] or
    /// [`Saver::failed`].
    ///
    /// # Errors
    /// [`JournalError`] if the chunks do not follow each other, which the host rules out.
    pub fn begin(&mut self) -> Result<Option<Append>, JournalError> {
        self.gathering_since = None;
        if self.writing.is_some() {
            return Ok(None);
        }
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
        let append = Append {
            exchange: self.exchange.clone(),
            epoch: self.epoch,
            first: stored.first_sequence(),
            last: stored.last_sequence(),
            chunk: bytes,
            journal_bytes,
            digest: stored.digest().to_string(),
        };
        self.writing = Some(Write { chunk, journal_bytes, tail });
        Ok(Some(append))
    }

    /// The write under way is complete.
    pub fn written(&mut self) {
        if let Some(write) = self.writing.take() {
            self.saved = write.chunk.after();
            self.journal_bytes = write.journal_bytes;
            self.tail = write.tail;
        }
        self.trouble = None;
    }

    /// The write under way has failed; it will be due again.
    pub fn failed(&mut self, real: f64, message: String) {
        if let Some(write) = self.writing.take() {
            self.waiting.push_front(write.chunk);
        }
        let wait =
            self.trouble.as_ref().map_or(FIRST_RETRY, |trouble| (trouble.wait * 2.0).min(LONGEST_RETRY));
        self.trouble = Some(Trouble { message, next: real + wait, wait });
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
