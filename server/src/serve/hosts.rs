//! Exchanges as the server runs them: what is stored was executed here first, and had the writer's digest.
//!
//! Each exchange has one [`Host`], rebuilt from the store when it is first needed, and a lock: its appends are one
//! after the other. A host that may differ from what is stored is dropped, never repaired.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use outcry_journal::sync::{Append, Decision, Holding, decide};
use outcry_journal::{Chunk, Head, Host, JournalError, JournalId};
use thiserror::Error;
use tokio::sync::Mutex as Turn;

use super::store::{Store, StoreError, Write};
use crate::exec::machine_time;

/// Exchanges that are kept in memory; beyond them the one not used for longest is dropped.
const MAX_HOSTS: usize = 64;

/// Why an append was not stored.
#[derive(Debug, Error)]
pub(super) enum AppendError {
    /// It does not begin where the stored history ends.
    #[error("it does not begin where the stored history ends, at sequence {}", .0.head.sequence)]
    Gap(Holding),
    /// It belongs to another history.
    #[error("it belongs to another history than the one stored")]
    Diverged(Holding),
    /// Its writer's epoch is over.
    #[error("the exchange was taken over: its epoch is {}", .0.epoch)]
    StaleEpoch(Holding),
    /// It is no continuation: it does not replay.
    #[error("{0}")]
    DoesNotReplay(JournalError),
    /// What is stored does not replay here.
    #[error("the stored history does not replay: {0}")]
    StoredDoesNotReplay(JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The task that did it panicked.
    #[error("the append was given up: {0}")]
    GivenUp(#[from] tokio::task::JoinError),
}

/// The exchanges in memory.
#[derive(Clone)]
pub(super) struct Hosts {
    store: Store,
    /// By id, looked up only: never iterated but for the oldest.
    slots: Arc<Mutex<Slots>>,
}

#[derive(Default)]
struct Slots {
    by_id: HashMap<JournalId, Slot>,
    uses: u64,
}

struct Slot {
    host: Arc<Turn<Option<Host>>>,
    last_use: u64,
}

impl Hosts {
    pub(super) fn new(store: Store) -> Self {
        Self { store, slots: Arc::default() }
    }

    /// Decides on an append, executes it, compares the digest, stores it, and answers when that is durable.
    pub(super) async fn append(&self, append: Append) -> Result<Head, AppendError> {
        let mut host = self.slot(append.journal()).lock_owned().await;
        let store = self.store.clone();
        // On a thread that may block; it goes on even if the client does not wait for the answer.
        tokio::task::spawn_blocking(move || append_now(&store, &mut host, &append)).await?
    }

    fn slot(&self, id: JournalId) -> Arc<Turn<Option<Host>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.uses += 1;
        let last_use = slots.uses;
        let slot = slots.by_id.entry(id).or_insert_with(|| Slot { host: Arc::default(), last_use });
        slot.last_use = last_use;
        let host = Arc::clone(&slot.host);
        if slots.by_id.len() > MAX_HOSTS {
            slots.drop_oldest();
        }
        host
    }
}

impl Slots {
    /// Drops the exchange not used for longest, of those nobody uses now.
    fn drop_oldest(&mut self) {
        let idle = self.by_id.iter().filter(|(_, slot)| Arc::strong_count(&slot.host) == 1);
        let oldest = idle.min_by_key(|(_, slot)| slot.last_use).map(|(&id, _)| id);
        if let Some(id) = oldest {
            self.by_id.remove(&id);
        }
    }
}

fn append_now(store: &Store, host: &mut Option<Host>, append: &Append) -> Result<Head, AppendError> {
    let (id, before, after) = (append.journal(), append.before(), append.after());
    let stored = store.stored(id, before.sequence, after.sequence)?;
    match decide(&stored, append) {
        Decision::AlreadyStored => return Ok(after),
        Decision::Gap => return Err(AppendError::Gap(store.holding(id)?)),
        Decision::Diverged => return Err(AppendError::Diverged(store.holding(id)?)),
        Decision::StaleEpoch => return Err(AppendError::StaleEpoch(store.holding(id)?)),
        Decision::Store => {}
    }
    let (epoch, at) = (append.epoch(), machine_time());
    let Some(chunk) = append.stores() else {
        store.write(Write::Claim { id, epoch, head: after, at })?;
        return Ok(after);
    };
    // Taken out, so that any way of failing but the first drops it.
    let mut replayed = match host.take() {
        Some(host) if host.head() == stored.head => host,
        _ => rebuild(store, id, stored.head)?,
    };
    match replayed.apply(chunk, |_, _, _| {}) {
        Ok(()) => {}
        Err(error @ JournalError::DigestMismatch { .. }) => return Err(AppendError::DoesNotReplay(error)),
        Err(error) => {
            // Nothing was executed.
            *host = Some(replayed);
            return Err(AppendError::DoesNotReplay(error));
        }
    }
    store.write(Write::Append {
        id,
        epoch,
        before,
        after,
        digest: chunk.digest(),
        chunk: chunk.to_bytes(),
        at,
    })?;
    *host = Some(replayed);
    Ok(after)
}

/// Replays what is stored.
fn rebuild(store: &Store, id: JournalId, head: Head) -> Result<Host, AppendError> {
    let mut host = Host::new(id, 0);
    store.replay(id, head.sequence, |chunk: &Chunk| {
        host.apply(chunk, |_, _, _| {}).map_err(AppendError::StoredDoesNotReplay)
    })?;
    if host.head() != head {
        let sequence = head.sequence;
        return Err(AppendError::StoredDoesNotReplay(JournalError::Diverged { sequence }));
    }
    Ok(host)
}
