//! The link between the open exchange and a server: which part of the journal the server has, and what is sent next.
//!
//! The decisions are the [replica](outcry_journal::sync)'s; here is where its chunks come from. Only what is stored
//! in this browser is ever sent.

use std::collections::BTreeMap;
use std::time::Duration;

use outcry_journal::limits::{MAX_CHUNK_BODY, SEALED_CHUNK_BODY};
use outcry_journal::sync::{Holding, Replica, State, Timing};
use outcry_journal::{Chunk, Head, History, HistoryHash, JournalId};

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
    /// The history up to a chunk that is sealed: sending looks for its chunk from there on.
    pub anchor: Anchor,
    /// Stored, and not yet told to the replica.
    waiting: Option<Head>,
    /// Real time when the replica was told last.
    told: f64,
}

/// A place in the stored journal where a chunk begins and always will.
#[derive(Clone, Debug)]
pub struct Anchor {
    journal: JournalId,
    history: History,
}

impl Anchor {
    fn beginning(journal: JournalId) -> Self {
        Self { journal, history: History::new(journal) }
    }
}

impl Link {
    /// A link that is on. `epoch` is this device's at the server, `saved` what is stored here.
    #[must_use]
    pub fn new(address: String, journal: JournalId, epoch: u64, saved: Head) -> Self {
        let mut replica = Replica::new(journal, epoch, saved, Timing::default());
        replica.switch_on();
        let anchor = Anchor::beginning(journal);
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

/// The newest head of the holding that is in the stored journal.
///
/// # Errors
/// What the store says.
pub async fn newest_common(store: &Store, journal: JournalId, holding: &Holding) -> Result<Head, String> {
    let asked: Vec<u64> = holding.borders.iter().chain([&holding.head]).map(|head| head.sequence).collect();
    let last = asked.iter().copied().max().unwrap_or(0);
    let mut own: BTreeMap<u64, HistoryHash> = BTreeMap::new();
    let mut history = History::new(journal);
    own.insert(0, history.head().hash);
    while history.head().sequence < last {
        let chunks = read(store, journal, history.head().sequence).await?;
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

/// The chunk of the stored journal that starts right after `after`, with its neighbours up to the size of a chunk,
/// and the anchor for the next look.
///
/// # Errors
/// What the store says, or that the stored journal has nothing there.
pub async fn next_chunk(store: &Store, anchor: &Anchor, after: Head) -> Result<(Chunk, Anchor), String> {
    let mut anchor = anchor.clone();
    let mut history = anchor.history.clone();
    // Whether everything so far is sealed, so that its end stays a border.
    let mut firm = true;
    let mut found: Option<Chunk> = None;
    loop {
        let next = found.as_ref().map_or(history.head().sequence, Chunk::last_sequence);
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
                found = Some(chunk.tail(after.sequence, &history).map_err(|error| error.to_string())?);
                continue;
            }
            history.extend(chunk.count().into(), chunk.body());
            firm &= chunk.body().len() >= SEALED_CHUNK_BODY;
            if firm {
                anchor.history = history.clone();
            }
        }
        breathe().await;
    }
    let found = found.ok_or_else(|| format!("this browser has nothing after command {}", after.sequence))?;
    Ok((found, anchor))
}

/// The stored chunks that start after `sequence`.
async fn read(store: &Store, journal: JournalId, sequence: u64) -> Result<Vec<Chunk>, String> {
    let stored = store.chunks(&journal.to_string(), sequence + 1, CHUNKS_PER_READ).await;
    let stored = stored.map_err(|error| error.to_string())?;
    stored.iter().map(|(_, bytes)| Chunk::decode(bytes).map_err(|error| error.to_string())).collect()
}
