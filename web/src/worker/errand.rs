//! Errands: what takes a while because it waits for the browser, one after another in the order of asking.

use std::rc::Rc;

use outcry_journal::{Chunk, FileHeader, Head, JournalError, JournalId, Snapshot};
use outcry_simulation::{Market as _, demo};
use wasm_bindgen_futures::spawn_local;

use super::clock::wall;
use super::desk::{CrowdSetting, Desk};
use super::identity;
use super::lock::{self, Grant, Lock, Manner};
use super::pulse::breathe;
use super::retention::keep_key;
use super::saver::Saver;
use super::service::{Service, crowd_key};
use super::store::{Database, ExchangeRecord, Memory, Store, StoreError, describe};
use super::venue::Venue;
use crate::protocol::{Import, Keep, NoticeLevel, Response, Session, Storage, SyncControl, TrimPlan};

/// Seed of the first demo.
pub(super) const FIRST_SEED: u64 = 1;
/// Market time that a new demo has behind it, in nanoseconds: the chart has a shape at first sight.
const WARM_UP: u64 = 10 * 60 * 1_000_000_000;
/// Chunks read from the store at a time: about four megabytes.
pub(super) const CHUNKS_PER_READ: u32 = 64;
/// Milliseconds of replay between two breaths.
pub(super) const BREATH: f64 = 12.0;
/// Where the id of the last exchange is kept.
const LAST: &str = "last";

/// Something that takes a while.
#[derive(Debug)]
pub enum Errand {
    /// Open the store, and the last exchange or the first demo.
    Start,
    /// Open a stored exchange.
    Open {
        /// Which.
        exchange: String,
    },
    /// Make and open a demo.
    NewDemo {
        /// Seed of its crowd.
        seed: u64,
    },
    /// Take the chosen exchange from the tab that has it.
    TakeOver,
    /// Bring a file in.
    Import(Import),
    /// Do what was asked of sync.
    Sync(SyncControl),
    /// Keep a snapshot of the open exchange.
    Snapshot,
    /// Answer with what a trim of the open exchange would take.
    PlanTrim,
    /// Trim the open exchange.
    Trim(TrimPlan),
    /// Keep so much of the open exchange's journal.
    Keep(Keep),
    /// Make an exchange of what is good of the damaged one.
    KeepGood,
    /// Answer with the stored exchanges.
    List,
    /// Answer with the journal file of the open exchange.
    Export,
}

impl Service {
    /// Asks for an errand.
    pub(super) fn errand(&self, errand: Errand) {
        let mut state = self.state.borrow_mut();
        state.errands.push_back(errand);
        if !std::mem::replace(&mut state.busy, true)
            && let Some(this) = self.handle().upgrade()
        {
            spawn_local(this.run_errands());
        }
    }

    async fn run_errands(self: Rc<Self>) {
        loop {
            let next = self.state.borrow_mut().errands.pop_front();
            let Some(errand) = next else { break };
            self.run_errand(errand).await;
            self.wake();
        }
        self.state.borrow_mut().busy = false;
    }

    async fn run_errand(&self, errand: Errand) {
        match errand {
            Errand::Start => self.start().await,
            Errand::Open { exchange } => {
                if self.leave().await {
                    self.open(&exchange, Manner::Wait).await;
                }
            }
            Errand::NewDemo { seed } => {
                if let Err(message) = self.new_demo(seed).await {
                    self.notice(NoticeLevel::Error, message);
                }
            }
            Errand::TakeOver => {
                let chosen = self.state.borrow().chosen.clone();
                if let Some(exchange) = chosen {
                    self.close();
                    self.open(&exchange, Manner::Steal).await;
                }
            }
            Errand::Import(import) => self.import(import).await,
            Errand::Sync(control) => self.control_sync(control).await,
            Errand::Snapshot => self.keep_snapshot().await,
            Errand::PlanTrim => self.plan_trim().await,
            Errand::Trim(plan) => self.trim(&plan).await,
            Errand::Keep(keep) => self.keep(keep).await,
            Errand::KeepGood => self.keep_good().await,
            Errand::List => self.list().await,
            Errand::Export => self.export().await,
        }
    }

    async fn start(&self) {
        if self.store.borrow().is_none() {
            let (store, storage) = match self.database().await {
                Ok(database) => (Store::Database(database), Storage::Good),
                Err(error @ StoreError::Absent(_)) if self.was_closed(&error.to_string()) => return,
                Err(error @ StoreError::Absent(_)) => {
                    (Store::Memory(Memory::default()), Storage::Absent { message: error.to_string() })
                }
                // What is there stays there: never in memory beside it.
                Err(error) => {
                    let newer_version = error == StoreError::NewerVersion;
                    return self.unreadable(error.to_string(), 0, newer_version);
                }
            };
            *self.store.borrow_mut() = Some(Rc::new(store));
            self.state.borrow_mut().storage = storage;
        }
        if self.state.borrow().desk.is_some() {
            return;
        }
        let Some(store) = self.opened_store() else { return };
        match store.setting::<String>(LAST).await {
            Some(exchange) => self.open(&exchange, Manner::Wait).await,
            // No last exchange, yet some are there: the setting was lost, the exchanges were not.
            None => match store.exchanges().await.map(|exchanges| exchanges.into_iter().next()) {
                Ok(Some(exchange)) => self.open(&exchange.id, Manner::Wait).await,
                Ok(None) if self.was_wiped(store.loss()) => {}
                Ok(None) => self.first_demo().await,
                Err(error) => self.unreadable(error.to_string(), 0, false),
            },
        }
        self.tell_losses(&store).await;
    }

    /// Opens the database; says so while another tab keeps it from being brought to this version, and waits for that.
    async fn database(&self) -> Result<Database, StoreError> {
        match Database::open(&self.database).await {
            Err(error @ StoreError::Blocked) => {
                self.unreadable(error.to_string(), 0, false);
                // This one comes after the one that is blocked, and is not told of it again.
                Database::open(&self.database).await
            }
            opened => opened,
        }
    }

    /// The demo of a first visit: in memory, where the store takes nothing.
    async fn first_demo(&self) {
        let Err(message) = self.new_demo(FIRST_SEED).await else { return };
        *self.store.borrow_mut() = Some(Rc::new(Store::Memory(Memory::default())));
        self.state.borrow_mut().storage = Storage::Absent { message };
        if let Err(message) = self.new_demo(FIRST_SEED).await {
            self.unreadable(message, 0, false);
        }
    }

    pub(super) fn opened_store(&self) -> Option<Rc<Store>> {
        self.store.borrow().clone()
    }

    /// Stores what is not yet, as before closing the open exchange; says so itself if it cannot.
    async fn flushed(&self) -> bool {
        if let Err(message) = self.flush().await {
            let message =
                format!("this exchange stays open, because its last commands cannot be saved: {message}");
            self.notice(NoticeLevel::Error, message);
            return false;
        }
        true
    }

    /// Stores what is not yet and closes the open exchange; whether it could.
    pub(super) async fn leave(&self) -> bool {
        self.snapshot_before_leaving().await;
        let flushed = self.flushed().await;
        if flushed {
            self.close();
        }
        flushed
    }

    fn close(&self) {
        let acks = self.acks();
        let mut state = self.state.borrow_mut();
        if let Some(witness) = state.witness(acks) {
            state.witnesses.note(witness);
        }
        state.desk = None;
        // Orders and rows go into the exchange that is open; what is checked or over is not about it.
        state.load.take_if(|load| load.is_bound());
        state.epoch += 1;
        state.session = Session::Opening { replayed: 0, total: 0 };
    }

    /// Waits until everything executed so far is saved and, if the disk takes it, on disk.
    async fn flush(&self) -> Result<(), String> {
        self.settle();
        loop {
            let writing = {
                let state = self.state.borrow();
                let Some(desk) = state.desk.as_ref().filter(|_| state.session == Session::Open) else {
                    return Ok(());
                };
                desk.saver.is_writing()
            };
            if writing {
                breathe().await;
                continue;
            }
            let next = self.next_write();
            let done = next.is_none();
            if let Some(write) = next {
                self.write(write).await;
            }
            let state = self.state.borrow();
            if let Some(trouble) = state.desk.as_ref().and_then(|desk| desk.saver.trouble()) {
                return Err(trouble.message.clone());
            }
            if done {
                return Ok(());
            }
        }
    }

    /// Opens the exchange that was left, because what was to follow it could not be made.
    pub(super) async fn reopen(&self) {
        let left = self.state.borrow().chosen.clone();
        if let Some(exchange) = left {
            self.open(&exchange, Manner::Wait).await;
        }
    }

    pub(super) fn unreadable(&self, message: String, good: u64, newer_version: bool) {
        self.state.borrow_mut().session = Session::Unreadable { message, good, newer_version };
    }

    /// Takes the lock of an exchange.
    pub(super) async fn lock(&self, exchange: &str, manner: Manner) -> Grant {
        let (this, about) = (self.handle(), exchange.to_owned());
        let stolen = move || {
            if let Some(service) = this.upgrade() {
                service.lose(&about);
            }
        };
        // Databases of different names (tests) do not share locks.
        lock::request(&format!("{}:{exchange}", self.database), manner, stolen).await
    }

    /// Another writer has this exchange now: stops at once, and says what could not be stored.
    pub(super) fn lose(&self, exchange: &str) {
        let mut state = self.state.borrow_mut();
        if state.chosen.as_deref() != Some(exchange) || state.session == Session::Lost {
            return;
        }
        state.session = Session::Lost;
        let unsaved = state
            .desk
            .as_ref()
            .map_or(0, |desk| desk.venue.exchange().sequence() - desk.saver.saved().sequence);
        drop(state);
        if unsaved > 0 {
            let message =
                format!("another tab has taken the exchange over before {unsaved} commands were saved");
            self.notice(NoticeLevel::Error, message);
        }
    }

    /// Puts an exchange on the screen and remembers it as the last one.
    pub(super) async fn show(&self, mut desk: Desk, session: Session) {
        desk.count_anew();
        let (journal, id) = (desk.id, desk.id.to_string());
        {
            let mut state = self.state.borrow_mut();
            // The lock may have been stolen while the journal was read.
            let lost = state.session == Session::Lost;
            state.session = if lost { Session::Lost } else { session };
            state.chosen = Some(id.clone());
            state.desk = Some(desk);
        }
        let Some(store) = self.opened_store() else { return };
        if let Err(error) = store.keep_setting(LAST, &id).await {
            self.notice(NoticeLevel::Error, format!("the store does not take anything: {error}"));
        }
        self.link_again(journal).await;
    }

    /// Makes and opens a demo; whether it could be stored.
    async fn new_demo(&self, seed: u64) -> Result<(), String> {
        let name = if seed == FIRST_SEED { "Demo".to_owned() } else { format!("Demo {seed}") };
        let setting = CrowdSetting::new(seed, true);
        let Some((journal, mut venue, saver, lock)) = self.make(&name).await? else { return Ok(()) };
        let opening = outcry_engine::Timestamp::from_nanos(wall().nanos().saturating_sub(WARM_UP));
        for command in demo::opening() {
            venue.submit(opening, command);
        }
        let mut desk = Desk::new((journal, name), venue, saver, setting, lock, opening, self.now());
        let present = wall();
        while !desk.catch_up(present, self.now(), self.now() + BREATH, || self.now()) {
            breathe().await;
        }
        if let Some(store) = self.opened_store() {
            // Not kept, the crowd pauses after the next opening.
            let _ = store.keep_setting(&crowd_key(&journal.to_string()), &setting).await;
        }
        self.show(desk, Session::Open).await;
        Ok(())
    }

    /// Makes an empty exchange in the store, locked for this tab, and closes the one that was open; `None` if that
    /// one could not be closed.
    ///
    /// # Errors
    /// Why it could not be stored; the open exchange stays.
    pub(super) async fn make(&self, name: &str) -> Result<Option<Made>, String> {
        let store = self.opened_store().ok_or("there is no store")?;
        let names = identity::journal().and_then(|journal| Ok((journal, identity::origin()?)));
        let (journal, origin) = names.map_err(|error| describe(&error))?;
        let id = journal.to_string();
        let venue = Venue::new(journal, FIRST_EPOCH, origin);
        let digest = venue.exchange().digest().to_string();
        let record = ExchangeRecord::new(id.clone(), name.to_owned(), FIRST_EPOCH, digest, today());
        if !self.flushed().await {
            return Ok(None);
        }
        store
            .create(&record, &[], &[])
            .await
            .map_err(|error| format!("no new exchange can be stored: {error}"))?;
        // Not kept, the next opening makes another.
        let _ = store.keep_setting(&format!("origin/{id}"), &(FIRST_EPOCH, origin)).await;
        if !self.leave().await {
            return Ok(None);
        }
        self.state.borrow_mut().chosen = Some(id.clone());
        let lock = match self.lock(&id, Manner::Wait).await {
            Grant::Held(lock) => Some(lock),
            // Nobody else knows a name that was just made.
            Grant::Busy | Grant::Unsupported => None,
        };
        Ok(Some((journal, venue, Saver::new(journal, FIRST_EPOCH), lock)))
    }

    pub(super) async fn list(&self) {
        let Some(store) = self.opened_store() else { return };
        let records = match store.exchanges().await {
            Ok(records) => records,
            Err(error) => {
                return self.notice(NoticeLevel::Error, format!("the exchanges cannot be listed: {error}"));
            }
        };
        let mut listed = self.state.borrow().witnesses.list(records);
        for stored in &mut listed {
            stored.keep = store.setting(&keep_key(&stored.id)).await.unwrap_or_default();
        }
        self.respond(Response::Exchanges(listed));
    }

    /// The journal file: what is stored, and what could not be.
    async fn export(&self) {
        match self.journal_file().await {
            Ok((name, bytes)) => self.respond(Response::Exported { name, bytes }),
            Err(message) => self.notice(NoticeLevel::Error, format!("nothing was exported: {message}")),
        }
    }

    async fn journal_file(&self) -> Result<(String, Vec<u8>), String> {
        // What cannot be stored is taken from memory below.
        let _ = self.flush().await;
        let (journal, name, epoch) = {
            let state = self.state.borrow();
            let desk = state.desk.as_ref().ok_or("no exchange is open")?;
            (desk.id, desk.name.clone(), state.epoch)
        };
        let store = self.opened_store().ok_or("there is no store")?;
        let (mut file, mut head) = beginning(&store, journal, &name).await?;
        let id = journal.to_string();
        let first = store.chunk_before(&id, head.sequence + 1).await.map_err(|error| error.to_string())?;
        let mut next = first.unwrap_or(1);
        loop {
            let chunks = store.chunks(&id, next, CHUNKS_PER_READ).await.map_err(|error| error.to_string())?;
            if chunks.is_empty() {
                break;
            }
            for (_, bytes) in chunks {
                // What follows damage is of no use to a reader.
                let Ok(chunk) = Chunk::decode(&bytes) else { return Ok((file_name(&name), file)) };
                next = chunk.last_sequence() + 1;
                if next <= head.sequence + 1 {
                    continue;
                }
                let rest = chunk.rest(head);
                file.extend_from_slice(&rest.map_or(bytes, |rest| rest.to_bytes()));
                head = chunk.after();
            }
        }
        let state = self.state.borrow();
        let desk = state.desk.as_ref().filter(|_| state.epoch == epoch).ok_or("the exchange was closed")?;
        if state.session == Session::Open && head.sequence < desk.saver.saved().sequence {
            return Err(StoreError::Cleared.to_string());
        }
        for chunk in desk.saver.unsaved() {
            // After a take-over the store has the history of another tab.
            if chunk.before() == head {
                file.extend_from_slice(&chunk.to_bytes());
                head = chunk.after();
            }
        }
        Ok((file_name(&name), file))
    }
}

/// What the file of a journal begins with, and the history that this stands for: of a trimmed one the oldest snapshot that
/// its chunks follow.
async fn beginning(store: &Store, journal: JournalId, name: &str) -> Result<(Vec<u8>, Head), String> {
    let words = |error: JournalError| error.to_string();
    let record = store.exchange(&journal.to_string()).await.map_err(|error| error.to_string())?;
    let Some(record) = record.filter(|record| record.first > 1) else {
        return Ok((FileHeader::new(journal, name).map_err(words)?.to_bytes(), Head::genesis(journal)));
    };
    let snapshot = oldest_snapshot(store, &record).await?;
    let mut file = FileHeader::trimmed(&snapshot, name).map_err(words)?.to_bytes();
    file.extend_from_slice(snapshot.as_bytes());
    Ok((file, snapshot.head()))
}

/// The oldest good snapshot of a trimmed journal.
///
/// # Errors
/// That there is none.
pub(super) async fn oldest_snapshot(store: &Store, record: &ExchangeRecord) -> Result<Snapshot, String> {
    for &(at, _) in record.snapshots.iter().filter(|(at, _)| at + 1 >= record.first) {
        let stored = store.snapshot(&record.id, at).await.map_err(|error| error.to_string())?;
        if let Some(Ok(snapshot)) = stored.map(|stored| Snapshot::decode(stored.exchange)) {
            return Ok(snapshot);
        }
    }
    Err(format!("its journal was trimmed before command {}, and no snapshot of it is good", record.first))
}

/// A new exchange: its id, its empty venue and saver, and its lock.
pub(super) type Made = (JournalId, Venue, Saver, Option<Lock>);

/// The epoch of a new exchange.
const FIRST_EPOCH: u64 = 1;

/// The time of day, in milliseconds since 1970.
pub(super) fn today() -> u64 {
    wall().nanos() / 1_000_000
}

fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    format!("{}.outcry", plain.to_lowercase())
}
