//! Snapshots of the open exchange: when one is due, and how it is kept.
//!
//! A snapshot is taken between two turns, stored once all that it covers is, read back and restored before it counts. The
//! two newest that were verified are kept, and all others go then. Nothing waits for it, and nothing is lost if it
//! cannot be kept: the next opening takes longer.

use outcry_simulation::Market as _;

use super::pulse::breathe;
use super::service::Service;
use super::store::{Store, StoredSnapshot};
use super::venue::Venue;
use crate::protocol::{NoticeLevel, Session};

/// Commands after which the next snapshot is due: about 120 ms of replay.
pub const INTERVAL: u64 = 100_000;
/// Bytes of journal after which it is due.
pub const INTERVAL_BYTES: u64 = 8 << 20;
/// Commands since the last one that make one worth its while when the exchange is left.
pub const WORTH: u64 = 1_000;
/// Snapshots that are kept.
const KEPT: usize = 2;

/// When the next snapshot of an exchange is due.
#[derive(Debug, Default)]
pub struct Keeper {
    /// The newest snapshot, and the older ones that were verified since the exchange was opened. Oldest first.
    verified: Vec<u64>,
    /// The last command when the last one was taken or tried, and the bytes of the journal then.
    last: (u64, u64),
    /// One was asked for and is not done yet.
    asked: bool,
}

impl Keeper {
    /// Of an exchange that was opened from this snapshot, with a journal of so many bytes.
    #[must_use]
    pub fn new(snapshot: Option<u64>, journal_bytes: u64) -> Self {
        Self {
            verified: snapshot.into_iter().collect(),
            last: (snapshot.unwrap_or(0), journal_bytes),
            asked: false,
        }
    }

    /// Whether to take one now, at this command and length of the journal. Says so once.
    pub fn is_due(&mut self, sequence: u64, journal_bytes: u64) -> bool {
        let (last, bytes) = self.last;
        let due = sequence.saturating_sub(last) >= INTERVAL
            || journal_bytes.saturating_sub(bytes) >= INTERVAL_BYTES;
        due && !std::mem::replace(&mut self.asked, true)
    }

    /// Commands since the last one.
    pub(super) fn behind(&self, sequence: u64) -> u64 {
        sequence.saturating_sub(self.last.0)
    }

    fn tried(&mut self, sequence: u64, journal_bytes: u64) {
        self.last = (sequence, journal_bytes);
        self.asked = false;
    }

    /// The newest snapshot that was restored whole.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        self.verified.last().copied()
    }
}

impl Service {
    /// Keeps a snapshot of the exchange that is about to be left, if enough was executed since the last one.
    pub(super) async fn snapshot_before_leaving(&self) {
        let worth = {
            let state = self.state.borrow();
            let open = state.desk.as_ref().filter(|_| state.session == Session::Open);
            open.is_some_and(|desk| desk.keeper.behind(desk.venue.exchange().sequence()) >= WORTH)
        };
        if worth {
            self.keep_snapshot().await;
        }
    }

    /// Keeps a snapshot of the open exchange; says so if it cannot.
    pub(super) async fn keep_snapshot(&self) {
        if let Err(message) = self.try_snapshot().await {
            let message = format!(
                "no snapshot of this exchange was kept: {message}. Nothing is lost; opening it again takes longer"
            );
            return self.notice(NoticeLevel::Information, message);
        }
        self.trim_by_rule().await;
    }

    /// Takes a snapshot of the open exchange, stores it, verifies it as it is stored, and lets the oldest go.
    ///
    /// # Errors
    /// Why none was kept.
    pub(super) async fn try_snapshot(&self) -> Result<(), String> {
        let store = self.opened_store().ok_or("there is no store")?;
        let (id, epoch, snapshot) = {
            let mut state = self.state.borrow_mut();
            let open = state.session == Session::Open;
            let Some(desk) = state.desk.as_mut().filter(|_| open) else { return Ok(()) };
            let sequence = desk.venue.exchange().sequence();
            let behind = desk.keeper.behind(sequence);
            desk.keeper.tried(sequence, desk.saver.journal_bytes());
            if behind == 0 {
                return Ok(());
            }
            let snapshot = desk.venue.snapshot().map_err(|error| error.to_string())?;
            (desk.id.to_string(), desk.venue.host().epoch(), snapshot)
        };
        self.until_saved(snapshot.sequence).await?;
        store.keep_snapshot(&id, epoch, &snapshot).await.map_err(|error| error.to_string())?;
        breathe().await;
        let back = store.snapshot(&id, snapshot.sequence).await.map_err(|error| error.to_string())?;
        if back.as_ref() != Some(&snapshot) || !is_good(&snapshot, epoch) {
            // It is not listed as good; that it is still there does no harm.
            let _ = store.drop_snapshots(&id, epoch, &[snapshot.sequence]).await;
            return Err("it could not be read back as it was written".to_owned());
        }
        self.let_go_older(&store, &id, epoch, snapshot.sequence).await
    }

    /// Waits until this command of the open exchange is stored.
    async fn until_saved(&self, sequence: u64) -> Result<(), String> {
        loop {
            let writing = {
                let state = self.state.borrow();
                let open = state.desk.as_ref().filter(|_| state.session == Session::Open);
                let desk = open.ok_or("another tab has the exchange")?;
                if desk.saver.saved().sequence >= sequence {
                    return Ok(());
                }
                if let Some(trouble) = desk.saver.trouble() {
                    return Err(trouble.message.clone());
                }
                desk.saver.is_writing()
            };
            match if writing { None } else { self.next_write() } {
                Some(append) => self.write(append).await,
                None => breathe().await,
            }
        }
    }

    /// Deletes all snapshots but a new one that was verified and the newest other one that is good.
    async fn let_go_older(&self, store: &Store, id: &str, epoch: u64, newest: u64) -> Result<(), String> {
        let record = store.exchange(id).await.map_err(|error| error.to_string())?;
        let record = record.ok_or("the exchange is gone")?;
        let known = match &self.state.borrow().desk {
            Some(desk) => desk.keeper.verified.clone(),
            None => Vec::new(),
        };
        let mut good = vec![newest];
        let mut gone = Vec::new();
        for &(at, _) in record.snapshots.iter().rev().filter(|&&(at, _)| at != newest) {
            if good.len() < KEPT && (known.contains(&at) || is_good_in(store, id, epoch, at).await) {
                good.push(at);
            } else {
                gone.push(at);
            }
        }
        if !gone.is_empty() {
            store.drop_snapshots(id, epoch, &gone).await.map_err(|error| error.to_string())?;
        }
        good.reverse();
        if let Some(desk) = self.state.borrow_mut().desk.as_mut().filter(|desk| desk.id.to_string() == id) {
            desk.keeper.verified = good;
        }
        Ok(())
    }
}

/// Whether an exchange can be opened from a snapshot, with all that the screen shows.
fn is_good(snapshot: &StoredSnapshot, epoch: u64) -> bool {
    Venue::restore(snapshot, Some(epoch), 0).is_ok_and(|restored| restored.complete)
}

pub(super) async fn is_good_in(store: &Store, id: &str, epoch: u64, sequence: u64) -> bool {
    let stored = store.snapshot(id, sequence).await.ok().flatten();
    stored.is_some_and(|snapshot| is_good(&snapshot, epoch))
}
