//! Opening a stored exchange: from the newest snapshot that is good and the tail of the journal after it, or by replaying
//! all of it.
//!
//! A snapshot that is not good is passed over: the next older one is tried, and at last the whole journal if its beginning
//! is there. What the journal says counts: a snapshot is deleted only once the exchange is open without it.

use outcry_journal::{Chunk, JournalError, JournalId};
use outcry_simulation::Market as _;

use super::clock::wall;
use super::desk::{CrowdSetting, Desk};
use super::errand::{BREATH, CHUNKS_PER_READ, FIRST_SEED};
use super::identity;
use super::keeper::Keeper;
use super::lock::{Grant, Manner};
use super::pulse::breathe;
use super::saver::Saver;
use super::service::{Service, crowd_key};
use super::store::{ExchangeRecord, Store, describe};
use super::venue::{Restored, Venue};
use super::witness::Comparison;
use crate::protocol::{NoticeLevel, Session};

/// What was read of a stored exchange.
struct Reading {
    venue: Venue,
    saver: Saver,
    /// The snapshot that it started from.
    snapshot: Option<u64>,
    damage: Option<Damage>,
    /// The comparison with what was seen outside the database.
    seen: Comparison,
}

/// Why a journal could not be read to its end.
struct Damage {
    reason: String,
    newer_version: bool,
    /// Whether the snapshot may be what is wrong, and not the journal.
    perhaps_snapshot: bool,
}

/// A snapshot that was passed over, and why.
type PassedOver = (u64, String);

impl Service {
    /// Opens a stored exchange. Afterwards the session is open, locked or unreadable.
    pub(super) async fn open(&self, exchange: &str, manner: Manner) {
        {
            let mut state = self.state.borrow_mut();
            state.epoch += 1;
            state.chosen = Some(exchange.to_owned());
            state.session = Session::Opening { replayed: 0, total: 0 };
        }
        let Some(store) = self.opened_store() else { return };
        let Ok(journal) = exchange.parse::<JournalId>() else {
            return self.unreadable(format!("{exchange:?} is not the id of an exchange"), 0, false);
        };
        let (lock, exclusive) = match self.lock(exchange, manner).await {
            Grant::Held(lock) => (Some(lock), manner == Manner::Wait),
            Grant::Unsupported => (None, false),
            Grant::Busy => {
                self.state.borrow_mut().session = Session::Locked;
                return;
            }
        };
        // Whoever may still write here, a frozen tab or one without locks, is shut out by the higher epoch.
        if !exclusive && let Err(error) = store.raise_epoch(exchange).await {
            return self.unreadable(error.to_string(), 0, false);
        }
        let stored = store.exchange(exchange).await;
        let missing = stored == Ok(None);
        let record = match stored {
            Ok(Some(record)) => record,
            Ok(None) => self.state.borrow().witnesses.record(exchange),
            Err(error) => return self.unreadable(error.to_string(), 0, false),
        };
        let Some(origin) = self.origin(&store, &record).await else { return };
        let (reading, passed_over) = self.read_back(&store, &record, (journal, origin)).await;
        let Reading { venue, saver, snapshot, damage, seen } = reading;
        let session = match damage {
            _ if missing => self.missing(&record, saver.saved().sequence),
            Some(damage) => told(&record, &venue, damage),
            None => seen.end(venue.host().head()).map_or(Session::Open, Session::Damaged),
        };
        let setting = store.setting(&crowd_key(exchange)).await;
        // Without a setting it came from elsewhere: it is shown as it came.
        let setting = setting.unwrap_or(CrowdSetting::new(FIRST_SEED, false));
        let keeper = Keeper::new(snapshot, saver.journal_bytes());
        let mut desk =
            Desk::new((journal, record.name.clone()), venue, saver, setting, lock, wall(), self.now());
        desk.keeper = keeper;
        let open = session == Session::Open;
        self.show(desk, session).await;
        if open {
            self.pass_over(&store, &record, &passed_over).await;
        }
    }

    /// The origin of this writer's commands: the same as long as the epoch is, so that a journal that is reopened
    /// often does not gather origins. An id is never used for two stored commands, for the counter goes on from
    /// the journal; and nothing is sent anywhere before it is stored.
    async fn origin(&self, store: &Store, record: &ExchangeRecord) -> Option<u64> {
        let key = format!("origin/{}", record.id);
        if let Some((epoch, origin)) = store.setting::<(u64, u64)>(&key).await
            && epoch == record.epoch
        {
            return Some(origin);
        }
        match identity::origin() {
            Ok(origin) => {
                // Not kept, the next opening makes another.
                let _ = store.keep_setting(&key, &(record.epoch, origin)).await;
                Some(origin)
            }
            Err(error) => {
                self.unreadable(format!("the browser has no random numbers: {}", describe(&error)), 0, false);
                None
            }
        }
    }

    /// Reads a stored exchange back the shortest way that works, or else as far as it is good; and the snapshots that
    /// were passed over for it.
    async fn read_back(
        &self,
        store: &Store,
        record: &ExchangeRecord,
        (journal, origin): (JournalId, u64),
    ) -> (Reading, Vec<PassedOver>) {
        let seen = Comparison::new(self.state.borrow().witnesses.of(&record.id));
        let begin =
            |venue, saver, snapshot| Reading { venue, saver, snapshot, damage: None, seen: seen.clone() };
        let mut passed_over = Vec::new();
        let mut best: Option<Reading> = None;
        for &(sequence, _) in record.snapshots.iter().rev() {
            let restored = match restore(store, record, sequence, (journal, origin)).await {
                Ok(restored) => restored,
                Err(reason) => {
                    passed_over.push((sequence, reason));
                    continue;
                }
            };
            if !restored.complete && record.first == 1 {
                passed_over.push((sequence, "it lacks fills, trades and candles".to_owned()));
                continue;
            }
            let venue = restored.venue;
            let saver = Saver::resume(journal, record.epoch, venue.host().head());
            let reading = self.replay(store, record, begin(venue, saver, Some(sequence))).await;
            match &reading.damage {
                None => return (reading, passed_over),
                Some(damage) if damage.perhaps_snapshot => {
                    passed_over.push((sequence, damage.reason.clone()))
                }
                // The journal after it is damaged, whatever one starts from.
                Some(_) => return (reading, passed_over),
            }
            best = Some(further(best, reading));
        }
        if record.first == 1 {
            let venue = Venue::new(journal, record.epoch, origin);
            let saver = Saver::new(journal, record.epoch);
            let reading = self.replay(store, record, begin(venue, saver, None)).await;
            if reading.damage.is_none() {
                return (reading, passed_over);
            }
            best = Some(further(best, reading));
        }
        let reading = best.unwrap_or_else(|| {
            let why = passed_over.first().map_or("there is none", |(_, reason)| reason);
            let reason = format!(
                "its journal was trimmed before command {}, and no snapshot to start from can be read: {why}",
                record.first
            );
            Reading {
                venue: Venue::new(journal, record.epoch, origin),
                saver: Saver::new(journal, record.epoch),
                snapshot: None,
                damage: Some(Damage { reason, newer_version: false, perhaps_snapshot: false }),
                seen,
            }
        });
        (reading, passed_over)
    }

    /// Replays what is stored after the commands that a reading has already, and says what is wrong with it if
    /// something is.
    async fn replay(&self, store: &Store, record: &ExchangeRecord, mut reading: Reading) -> Reading {
        let Reading { venue, saver, seen, .. } = &mut reading;
        let start = venue.exchange().sequence();
        let mut breath = self.now();
        // The chunk that the snapshot ends in comes first.
        let mut next = match store.chunk_before(&record.id, start + 1).await {
            Ok(first) => first.unwrap_or(1),
            Err(error) => {
                reading.damage = Some(Damage::of_store(error.to_string()));
                return reading;
            }
        };
        reading.damage = 'reading: loop {
            let chunks = match store.chunks(&record.id, next, CHUNKS_PER_READ).await {
                Ok(chunks) if chunks.is_empty() => {
                    let perhaps_snapshot = venue.exchange().sequence() == record.sequence;
                    break missing(record, venue).map(|reason| Damage {
                        reason,
                        newer_version: false,
                        perhaps_snapshot,
                    });
                }
                Ok(chunks) => chunks,
                Err(error) => break Some(Damage::of_store(error.to_string())),
            };
            for (_, bytes) in chunks {
                if let Err(error) = take(venue, saver, seen, &bytes) {
                    let newer_version = matches!(error, JournalError::NewerVersion { .. });
                    let wrong = matches!(error, JournalError::DigestMismatch { .. });
                    let perhaps_snapshot = start > 0 && (wrong || venue.exchange().sequence() == start);
                    break 'reading Some(Damage {
                        reason: error.to_string(),
                        newer_version,
                        perhaps_snapshot,
                    });
                }
                if self.now() - breath > BREATH {
                    let replayed = venue.exchange().sequence();
                    self.state.borrow_mut().session = Session::Opening { replayed, total: record.sequence };
                    breathe().await;
                    breath = self.now();
                }
            }
            next = venue.exchange().sequence() + 1;
        };
        // What is before the first chunk that was read is in the length too.
        if reading.damage.is_none() {
            reading.saver.is_long(record.bytes);
        }
        reading
    }

    /// Says which snapshots of the exchange that is now open were not good, and deletes them. Those of a trimmed journal
    /// stay until newer ones are kept: they may be all that another release can read.
    async fn pass_over(&self, store: &Store, record: &ExchangeRecord, passed_over: &[PassedOver]) {
        let Some((sequence, reason)) = passed_over.first() else { return };
        let message = format!(
            "the snapshot of command {sequence} was not used ({reason}): the exchange was opened from an earlier one or by \
             replaying its journal, and is complete"
        );
        self.notice(NoticeLevel::Information, message);
        let bad: Vec<u64> = passed_over.iter().map(|&(sequence, _)| sequence).collect();
        if record.first == 1
            && let Err(error) = store.drop_snapshots(&record.id, record.epoch, &bad).await
        {
            self.notice(NoticeLevel::Information, format!("it could not be deleted: {error}"));
        }
    }
}

impl Damage {
    fn of_store(reason: String) -> Self {
        Self { reason, newer_version: false, perhaps_snapshot: false }
    }
}

/// The exchange as a stored snapshot has it.
///
/// # Errors
/// Why it cannot be used.
async fn restore(
    store: &Store,
    record: &ExchangeRecord,
    sequence: u64,
    (journal, origin): (JournalId, u64),
) -> Result<Restored, String> {
    let stored = store.snapshot(&record.id, sequence).await.map_err(|error| error.to_string())?;
    let stored = stored.ok_or("it is not in the store")?;
    let restored = Venue::restore(&stored, Some(record.epoch), origin)?;
    if restored.venue.host().journal() != journal {
        return Err("it is of another exchange".to_owned());
    }
    Ok(restored)
}

/// Replays a stored chunk, as far as it comes after what the venue has.
fn take(
    venue: &mut Venue,
    saver: &mut Saver,
    seen: &mut Comparison,
    bytes: &[u8],
) -> Result<(), JournalError> {
    let chunk = Chunk::decode(bytes)?;
    let head = venue.host().head();
    if chunk.first_sequence() > head.sequence {
        seen.pass(venue.host(), &chunk);
        venue.replay(&chunk)?;
    } else if chunk.last_sequence() > head.sequence {
        let rest = chunk.rest(head)?;
        seen.pass(venue.host(), &rest);
        venue.replay(&rest)?;
    } else if chunk.after() != head {
        // Nothing comes after the snapshot: its last chunk must end as the snapshot does.
        return Err(JournalError::Diverged { sequence: chunk.last_sequence() });
    }
    saver.stored(&chunk, bytes.len() as u64);
    Ok(())
}

/// The reading that got further; the earlier of two that got equally far.
fn further(best: Option<Reading>, reading: Reading) -> Reading {
    match best {
        Some(best) if best.venue.exchange().sequence() >= reading.venue.exchange().sequence() => best,
        Some(_) | None => reading,
    }
}

/// Damage as the page is told of it.
fn told(record: &ExchangeRecord, venue: &Venue, damage: Damage) -> Session {
    let Damage { reason, newer_version, .. } = damage;
    let good = venue.exchange().sequence();
    let message = format!("this exchange had {} commands, {good} can be read: {reason}", record.sequence);
    Session::Unreadable { message, good, newer_version }
}

/// What is wrong if the chunks end before, or otherwise than, the record says.
fn missing(record: &ExchangeRecord, venue: &Venue) -> Option<String> {
    let exchange = venue.exchange();
    if exchange.sequence() != record.sequence {
        return Some("the rest of its journal is missing".to_owned());
    }
    (exchange.digest().to_string() != record.digest)
        .then(|| "its digest is not the one that was stored with it".to_owned())
}
