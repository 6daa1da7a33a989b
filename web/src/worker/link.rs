//! The link between the open exchange and a server: which part of the journal the server has, and what is sent next.
//!
//! The decisions are the [replica](outcry_journal::sync)'s; here is where its chunks come from. Only what is stored
//! in this browser is ever sent.

use std::collections::BTreeMap;
use std::time::Duration;

use outcry_journal::limits::MAX_CHUNK_BODY;
use outcry_journal::sync::{Holding, Replica, State, Timing};
use outcry_journal::{Chunk, Head, History, HistoryHash, JournalError, JournalId, Snapshot};

use super::pulse::breathe;
use super::store::Store;
use crate::protocol::{SyncState, SyncStatus};

/// Milliseconds between two sends while commands keep coming.
const PACE: f64 = 400.0;
/// Chunks read from the store at a time.
const CHUNKS_PER_READ: u32 = 16;

/// A link to one server.
#[derive(Debug)]
pub struct Link {
    /// The server, without a slash at the end.
    pub address: String,
    /// What decides.
    pub replica: Replica,
    /// Whether the server was told the exchange's name.
    pub named: bool,
    /// A place in the journal before what is sent next: sending looks for its chunk from there on.
    pub anchor: Anchor,
    /// Stored, and not yet told to the replica.
    waiting: Option<Head>,
    /// Real time when the replica was told last.
    told: f64,
}

/// A place in the stored journal, with the history up to it.
#[derive(Clone, Debug)]
pub struct Anchor {
    journal: JournalId,
    history: History,
}

impl Anchor {
    /// Where a stored journal begins: with its first command or, trimmed, after a snapshot.
    #[must_use]
    pub fn beginning(journal: JournalId, snapshot: Option<&Snapshot>) -> Self {
        Self { journal, history: snapshot.map_or_else(|| History::new(journal), Snapshot::history) }
    }
}

impl Link {
    /// A link that is on. `epoch` is this device's at the server, `saved` what is stored here, from `anchor` on.
    #[must_use]
    pub fn new(address: String, anchor: Anchor, epoch: u64, saved: Head) -> Self {
        let mut replica = Replica::new(anchor.journal, epoch, saved, Timing::default());
        replica.switch_on();
        Self { address, replica, named: false, anchor, waiting: None, told: 0.0 }
    }

    /// Notes what is stored.
    pub fn saved(&mut self, head: Head) {
        self.waiting = Some(head);
    }

    /// Tells the replica of what was stored, at the pace of sending; answers when to ask again, if there is more.
    pub fn tell(&mut self, real: f64) -> Option<f64> {
        let head = self.waiting?;
        if real < self.told + PACE {
            return Some(self.told + PACE);
        }
        self.replica.advanced(head);
        (self.waiting, self.told) = (None, real);
        None
    }

    /// Tries at once.
    pub fn hurry(&mut self) {
        self.told = 0.0;
        self.replica.retry_now();
    }

    /// How it stands, for the page.
    #[must_use]
    pub fn status(&self, real: f64) -> SyncStatus {
        let status = self.replica.status();
        let conflict = |message: String| SyncState::Conflict { message };
        let state = match status.state {
            State::Off => SyncState::Off,
            State::Idle if self.waiting.is_none() => SyncState::UpToDate,
            State::Idle | State::Asking | State::Sending => SyncState::Sending,
            State::Waiting { until } => SyncState::Offline {
                message: status.last_error.unwrap_or_default(),
                retry_in: until.saturating_sub(moment(real)).as_secs_f64().ceil() as u32,
            },
            State::Diverged { fork, server } => conflict(format!(
                "the server has {} commands of this exchange, of which only the first {} are those of this browser; \
                 nothing more is sent",
                server.sequence, fork.sequence
            )),
            State::Superseded { fork, .. } => conflict(format!(
                "another device has taken this exchange over after command {}; nothing more is sent",
                fork.sequence
            )),
            State::Refused => {
                conflict(format!("the server refuses it: {}", status.last_error.unwrap_or_default()))
            }
        };
        SyncStatus { address: Some(self.address.clone()), on_server: status.on_server.unwrap_or(0), state }
    }
}

/// Real time in milliseconds, as the replica wants it.
#[must_use]
pub fn moment(real: f64) -> Duration {
    Duration::from_micros((real * 1_000.0) as u64)
}

/// The newest head of the holding that is in the stored journal, which begins at `anchor`.
///
/// # Errors
/// What the store says, or that all the server has is before what this browser still has.
pub async fn newest_common(store: &Store, anchor: &Anchor, holding: &Holding) -> Result<Head, String> {
    let journal = anchor.journal;
    let asked: Vec<u64> = holding.borders.iter().chain([&holding.head]).map(|head| head.sequence).collect();
    let last = asked.iter().copied().max().unwrap_or(0);
    let mut own: BTreeMap<u64, HistoryHash> = BTreeMap::new();
    let mut history = anchor.history.clone();
    own.insert(0, Head::genesis(journal).hash);
    own.insert(history.head().sequence, history.head().hash);
    if last > 0 && last < history.head().sequence {
        return Err(trimmed(history.head().sequence));
    }
    while history.head().sequence < last {
        let chunks = read(store, journal, history.head()).await?;
        if chunks.is_empty() {
            break;
        }
        for chunk in chunks {
            let inside =
                asked.iter().filter(|&&at| at > chunk.before().sequence && at < chunk.last_sequence());
            for &at in inside {
                let tail = chunk.tail(at, &history).map_err(|error| error.to_string())?;
                own.insert(at, tail.before().hash);
            }
            history.extend(chunk.count().into(), chunk.body());
            own.insert(chunk.last_sequence(), history.head().hash);
        }
        breathe().await;
    }
    Ok(holding.newest_common(journal, |sequence| own.get(&sequence).copied()))
}

fn trimmed(before: u64) -> String {
    format!(
        "this browser has trimmed the journal up to command {before}, and the server does not have all of that: \
         nothing can be sent"
    )
}

/// The chunk of the stored journal that starts right after `after`, with its neighbours up to the size of a chunk,
/// and the anchor for the next look.
///
/// # Errors
/// What the store says, or that the stored journal has nothing there.
pub async fn next_chunk(store: &Store, anchor: &Anchor, after: Head) -> Result<(Chunk, Anchor), String> {
    let mut anchor = anchor.clone();
    if after.sequence < anchor.history.head().sequence {
        return Err(trimmed(anchor.history.head().sequence));
    }
    let mut found: Option<Chunk> = None;
    loop {
        let next = found.as_ref().map_or(anchor.history.head(), Chunk::after);
        let chunks = read(store, anchor.journal, next).await?;
        if chunks.is_empty() {
            break;
        }
        for chunk in chunks {
            if let Some(found) = &mut found {
                // Full enough, of another epoch, or already gone: the next send takes it.
                if found.body().len() + chunk.body().len() > MAX_CHUNK_BODY / 4 || found.join(&chunk).is_err()
                {
                    return Ok((found.clone(), anchor));
                }
                continue;
            }
            if chunk.last_sequence() > after.sequence {
                let rest = chunk.tail(after.sequence, &anchor.history);
                found = Some(rest.map_err(|error| error.to_string())?);
                continue;
            }
            anchor.history.extend(chunk.count().into(), chunk.body());
        }
        breathe().await;
    }
    let found = found.ok_or_else(|| format!("this browser has nothing after command {}", after.sequence))?;
    Ok((found, anchor))
}

/// The stored chunks after `head`, of the one that it is in the rest.
async fn read(store: &Store, journal: JournalId, head: Head) -> Result<Vec<Chunk>, String> {
    let id = journal.to_string();
    let first = store.chunk_before(&id, head.sequence + 1).await.map_err(|error| error.to_string())?;
    let stored = store.chunks(&id, first.unwrap_or(1), CHUNKS_PER_READ).await;
    let stored = stored.map_err(|error| error.to_string())?;
    let chunk = |(_, bytes): &(u64, Vec<u8>)| {
        let chunk = Chunk::decode(bytes)?;
        match chunk.first_sequence() <= head.sequence {
            true if chunk.last_sequence() <= head.sequence => Ok(None),
            true => chunk.rest(head).map(Some),
            false => Ok(Some(chunk)),
        }
    };
    let chunks: Result<Vec<_>, JournalError> = stored.iter().map(chunk).collect();
    Ok(chunks.map_err(|error| error.to_string())?.into_iter().flatten().collect())
}
