//! An exchange made of the beginning of another: the same commands under a new name, so that nothing of the other is
//! touched.

use outcry_engine::Digest;
use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::{Chunk, Head, History, JournalError, JournalId};
use outcry_simulation::Market as _;

use super::import::Checked;
use super::venue::Venue;

/// The epoch of a new exchange.
const FIRST_EPOCH: u64 = 1;

/// A fork in the making: executes every command once more, so that the new journal proves itself.
#[derive(Debug)]
pub struct Fork {
    name: String,
    venue: Venue,
    chunks: Vec<(u64, Vec<u8>)>,
}

impl Fork {
    /// An empty journal that will be `name`.
    #[must_use]
    pub fn new(journal: JournalId, name: String) -> Self {
        Self { name, venue: Venue::new(journal, FIRST_EPOCH, 0), chunks: Vec::new() }
    }

    /// Commands so far.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.venue.exchange().sequence()
    }

    /// Takes the commands of the other journal's next chunk.
    ///
    /// # Errors
    /// Why they cannot be executed.
    pub fn take(&mut self, chunk: &Chunk) -> Result<(), String> {
        if chunk.first_sequence() != self.sequence() + 1 {
            return Err(format!(
                "its journal goes on at command {} after command {}: what is between was trimmed or is lost",
                chunk.first_sequence(),
                self.sequence()
            ));
        }
        for entry in chunk.entries() {
            let repeated = entry.and_then(|entry| self.venue.repeat(&entry));
            repeated.map_err(|error| error.to_string())?;
            if self.venue.host().pending().bytes >= SEALED_CHUNK_BODY as u64 {
                self.cut();
            }
        }
        same(self.venue.exchange().digest(), chunk.digest())
    }

    fn cut(&mut self) {
        while let Some(chunk) = self.venue.cut() {
            self.chunks.push((chunk.first_sequence(), chunk.to_bytes()));
        }
    }

    /// The new exchange, to be stored.
    #[must_use]
    pub fn finish(mut self) -> Checked {
        self.cut();
        let Self { name, venue, chunks } = self;
        Checked { journal: venue.host().journal(), name, base: None, chunks, venue }
    }
}

fn same(here: Digest, there: Digest) -> Result<(), String> {
    (here == there).then_some(()).ok_or_else(|| "its commands do not lead to the same state".to_owned())
}

/// The head of a journal after `sequence` commands, or `None` if it has fewer.
///
/// # Errors
/// [`JournalError`] if the chunks do not follow each other.
pub fn head_at(
    journal: JournalId,
    chunks: &[(u64, Vec<u8>)],
    sequence: u64,
) -> Result<Option<Head>, JournalError> {
    let mut history = History::new(journal);
    for (_, bytes) in chunks {
        let chunk = Chunk::decode(bytes)?;
        if history.head().sequence == sequence {
            break;
        }
        if sequence < chunk.last_sequence() {
            return chunk.tail(sequence, &history).map(|tail| Some(tail.before()));
        }
        chunk.check_follows(journal, history.head())?;
        history.extend(chunk.count().into(), chunk.body());
    }
    Ok(Some(history.head()).filter(|head| head.sequence == sequence))
}
