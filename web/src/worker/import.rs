//! Errands that bring something in: a recording, a journal file, an exchange from a server.

use outcry_engine::{AccountId, AccountName, Amount, AssetId, Command, Event, Symbol, Timestamp};
use outcry_journal::{Chunk, FilePart, FileReader, JournalId, Snapshot};
use outcry_simulation::Market as _;
use outcry_simulation::lobster::{FileName, Mode, Recording, RecordingError, Replay};
use outcry_simulation::orders_csv::{self, COLUMNS, Duplicates, Options, Rejected};

use super::desk::{CrowdSetting, Desk};
use super::errand::{Errand, today};
use super::load::Load;
use super::lock::Manner;
use super::pulse::breathe;
use super::rescue::Place;
use super::service::Service;
use super::store::{ExchangeRecord, StoredSnapshot};
use super::venue::Venue;
use crate::protocol::{Import, NoticeLevel, RowError, Session};

/// Milliseconds of checking between two breaths.
const BREATH: f64 = 12.0;
/// Bytes of a file that are read at a time.
const PIECE: usize = 1 << 20;

/// A journal that was read whole and replayed.
#[derive(Debug)]
pub struct Checked {
    /// Its id.
    pub journal: JournalId,
    /// Its name.
    pub name: String,
    /// What stands for its beginning, if it was trimmed.
    pub base: Option<StoredSnapshot>,
    /// Its chunks by first sequence.
    pub chunks: Vec<(u64, Vec<u8>)>,
    /// The exchange at its end.
    pub venue: Venue,
}

impl Service {
    pub(super) async fn import(&self, import: Import) {
        match import {
            Import::Orders { name, bytes, account, client_view } => {
                self.orders(name, &bytes, account, client_view);
            }
            Import::Lobster { name, messages, book, rematch } => {
                self.lobster(name, messages, book, rematch).await
            }
            Import::Journal { name, bytes } => self.journal(name, &bytes).await,
        }
    }

    fn show_load(&self, load: Load) {
        self.state.borrow_mut().load = Some(load);
    }

    /// Goes on with the file that is under way.
    fn go_on(&self, load: Load) {
        let mut state = self.state.borrow_mut();
        let load = match &state.load {
            Some(under_way) => load.after(under_way),
            None => load,
        };
        state.load = Some(load);
    }

    /// Begins an import; one at a time.
    pub(super) fn begin_import(&self, import: Import) {
        let (Import::Orders { name, .. } | Import::Lobster { name, .. } | Import::Journal { name, .. }) =
            &import;
        if self.state.borrow().load.as_ref().is_some_and(|load| !load.is_over()) {
            let message = format!("{name} was not loaded: another import is running");
            return self.notice(NoticeLevel::Error, message);
        }
        self.show_load(Load::under_way(name.clone()));
        self.errand(Errand::Import(import));
    }

    /// Shows how far an import is; whether it may go on.
    fn progress(&self, done: u64, total: u64) -> bool {
        self.state.borrow_mut().load.as_mut().is_some_and(|load| load.progress(done, total))
    }

    fn refuse(&self, name: String, row: u64, column: &str, message: String) {
        self.show_load(Load::refused(name, vec![RowError { row, column: column.to_owned(), message }]));
    }

    /// Checks an orders file whole against the open exchange; a good one is then placed turn by turn.
    fn orders(&self, name: String, bytes: &[u8], account: AccountId, client_view: bool) {
        let view = if client_view { orders_csv::View::Client } else { orders_csv::View::Book };
        let real = self.now();
        let mut state = self.state.borrow_mut();
        let open = state.session == Session::Open;
        let Some(desk) = state.desk.as_ref().filter(|_| open) else {
            drop(state);
            return self.refuse(name, 0, "", "no exchange is open here for trading".to_owned());
        };
        let options = Options { account, view, duplicates: Duplicates::Reject };
        let load = match orders_csv::check(bytes, desk.venue.exchange(), options) {
            Ok(plan) => Load::orders(name, plan, real),
            Err(rejected) => Load::refused(name, row_errors(rejected)),
        };
        state.load = Some(load);
    }

    async fn lobster(&self, name: String, messages: Vec<u8>, book: Vec<u8>, rematch: bool) {
        let title = title(&name, &book);
        let recording = match Recording::read(title.symbol, title.midnight, title.levels, messages, book) {
            Ok(recording) => recording,
            Err(RecordingError::Row(error)) => {
                let column = error.column.map_or_else(String::new, |(_, column)| column);
                return self.refuse(
                    name,
                    error.row,
                    &column,
                    format!("{} file: {}", error.file, error.problem),
                );
            }
            Err(error) => return self.refuse(name, 0, "", error.to_string()),
        };
        let (mode, way) = match rematch {
            true => (Mode::Rematched, "re-matched"),
            false => (Mode::AsRecorded, "as recorded"),
        };
        let exchange_name = format!("{} {way}", title.symbol);
        let (id, mut venue, saver, lock) = match self.make(&exchange_name).await {
            Ok(Some(made)) => made,
            Ok(None) => return self.refuse(name, 0, "", "the open exchange could not be closed".to_owned()),
            Err(message) => return self.refuse(name, 0, "", message),
        };
        let replay = match Replay::open(recording, mode, &mut venue) {
            Ok(replay) => replay,
            Err(error) => return self.refuse(name, 0, "", error.to_string()),
        };
        open_visitor(&mut venue, title.midnight);
        let setting = CrowdSetting::new(0, false);
        let start = venue.exchange().now();
        let mut desk = Desk::new((id, exchange_name), venue, saver, setting, lock, start, self.now());
        desk.executed(self.now(), 0, false);
        self.go_on(Load::replay(name, replay, self.now()));
        self.show(desk, Session::Open).await;
    }

    async fn journal(&self, name: String, bytes: &[u8]) {
        let size = bytes.len() as u64;
        let checked = match self.check_journal(bytes, |done| self.progress(done, size)).await {
            Ok(checked) => checked,
            // Stopped, it is not refused.
            Err(_) if !self.progress(size, size) => return,
            Err(message) => return self.refuse(name, 0, "", message),
        };
        let rows = checked.venue.exchange().sequence();
        let digest = checked.venue.exchange().digest().to_string();
        match self.adopt(checked).await {
            Ok(()) => self.show_load(Load::finished(name, rows, vec![("Digest".to_owned(), digest)])),
            Err(message) => self.refuse(name, 0, "", message),
        }
    }

    /// Reads a journal file whole and replays it, without touching what is open or stored. `progress` is told the
    /// bytes that are good so far, and says whether to go on.
    ///
    /// # Errors
    /// What is wrong with it, and how much is good.
    pub(super) async fn check_journal(
        &self,
        bytes: &[u8],
        progress: impl Fn(u64) -> bool,
    ) -> Result<Checked, String> {
        let mut reader = FileReader::new();
        let mut checked: Option<Checked> = None;
        let mut breath = self.now();
        for piece in bytes.chunks(PIECE) {
            reader.push(piece);
            while let Some(part) = reader.take().map_err(|error| damage(&error.to_string(), &checked))? {
                match (part, &mut checked) {
                    (FilePart::Header(header), checked) => {
                        *checked = Some(Checked {
                            journal: header.journal(),
                            name: header.name().to_owned(),
                            base: None,
                            chunks: Vec::new(),
                            venue: Venue::new(header.journal(), 0, 0),
                        });
                    }
                    (FilePart::Snapshot(snapshot), Some(journal)) => journal.begin_with(snapshot)?,
                    (FilePart::Chunk(chunk), Some(journal)) => {
                        if let Err(error) = journal.take(&chunk) {
                            return Err(damage(&error, &checked));
                        }
                    }
                    (FilePart::Snapshot(_) | FilePart::Chunk(_), None) => {
                        return Err("the file has no header".to_owned());
                    }
                }
                if self.now() - breath > BREATH {
                    breathe().await;
                    breath = self.now();
                    if !progress(reader.good().bytes) {
                        return Err("it was stopped".to_owned());
                    }
                }
            }
        }
        reader.finish().map_err(|error| damage(&error.to_string(), &checked))?;
        checked.ok_or_else(|| "the file is empty".to_owned())
    }

    /// Stores a checked journal as an exchange of this browser and opens it, paused, as its writer from now: in
    /// the epoch after the journal's last.
    ///
    /// # Errors
    /// Why it was not; nothing has changed then.
    pub(super) async fn adopt(&self, checked: Checked) -> Result<(), String> {
        let id = checked.journal.to_string();
        let store = self.opened_store().ok_or("there is no store")?;
        let there = store.exchange(&id).await.map_err(|error| error.to_string())?;
        let place = self.place(&checked, there.as_ref())?;
        if place == Place::Beside {
            let beside = self.beside(&checked).await?;
            return Box::pin(self.adopt(beside)).await;
        }
        if !self.leave().await {
            return Err("the open exchange could not be closed".to_owned());
        }
        let exchange = checked.venue.exchange();
        let seen = self.state.borrow().witnesses.of(&id).map_or(0, |witness| witness.epoch);
        let before = there.map_or(seen, |there| there.epoch.max(seen));
        let name = if checked.name.is_empty() { "Restored".to_owned() } else { checked.name };
        let epoch = checked.venue.host().epoch().max(before) + 1;
        let digest = exchange.digest().to_string();
        let record = ExchangeRecord {
            sequence: exchange.sequence(),
            first: checked.base.as_ref().map_or(1, |base| base.sequence + 1),
            bytes: checked.chunks.iter().map(|(_, chunk)| chunk.len() as u64).sum(),
            ..ExchangeRecord::new(id.clone(), name, epoch, digest, today())
        };
        // Opened from at once, and so verified; not made, the chunks are replayed.
        let end = checked.venue.snapshot().ok();
        let base = checked.base.filter(|base| end.as_ref().is_none_or(|end| end.sequence > base.sequence));
        let snapshots: Vec<_> = base.into_iter().chain(end).collect();
        let stored = match place {
            Place::Instead => store.replace(&record, &checked.chunks, &snapshots).await,
            Place::New | Place::Beside => store.create(&record, &checked.chunks, &snapshots).await,
        };
        if stored.is_ok() {
            self.is_back(&id, record.sequence);
        }
        match stored {
            Ok(()) => self.open(&id, Manner::Wait).await,
            Err(_) => self.reopen().await,
        }
        stored.map_err(|error| error.to_string())
    }
}

impl Checked {
    /// Begins where the file of a trimmed journal does.
    fn begin_with(&mut self, snapshot: Snapshot) -> Result<(), String> {
        let (sequence, projections) = (snapshot.head().sequence, Vec::new());
        let base = StoredSnapshot { sequence, exchange: snapshot.into_bytes(), projections };
        self.venue = Venue::restore(&base, None, 0)?.venue;
        // What the screen showed before is not in the file: what the exchange itself knows stands for it from now.
        self.base = Some(StoredSnapshot { projections: self.venue.projections().to_bytes(), ..base });
        Ok(())
    }

    fn take(&mut self, chunk: &Chunk) -> Result<(), String> {
        self.venue.replay(chunk).map_err(|error| error.to_string())?;
        self.chunks.push((chunk.first_sequence(), chunk.to_bytes()));
        Ok(())
    }
}

fn row_errors(rejected: Rejected) -> Vec<RowError> {
    let column = |column: Option<usize>| column?.checked_sub(1).and_then(|index| COLUMNS.get(index).copied());
    let mut errors: Vec<RowError> = rejected
        .errors
        .into_iter()
        .map(|error| RowError {
            row: error.row,
            column: column(error.column).unwrap_or_default().to_owned(),
            message: error.message,
        })
        .collect();
    if rejected.more > 0 {
        let message = format!("and {} more errors", rejected.more);
        errors.push(RowError { row: 0, column: String::new(), message });
    }
    errors
}

fn damage(reason: &str, checked: &Option<Checked>) -> String {
    let good = checked.as_ref().map_or(0, |checked| checked.venue.exchange().sequence());
    if good == 0 { reason.to_owned() } else { format!("{reason}; the first {good} commands are good") }
}

/// Gives a person something to trade with beside the recording.
fn open_visitor(venue: &mut Venue, at: Timestamp) {
    let Ok(name) = AccountName::new("You") else { return };
    let Some(Event::AccountOpened { account, .. }) =
        venue.submit(at, Command::OpenAccount { name }).first().copied()
    else {
        return;
    };
    // A recording has a stock and the dollar: 1,000 shares, and 1,000,000 dollars of four decimals.
    for (asset, amount) in (0..).zip([1_000, 10_000_000_000]) {
        if let Ok(amount) = Amount::new(amount) {
            venue.submit(at, Command::Deposit { account, asset: AssetId::new(asset), amount });
        }
    }
}

/// What the name of a message file says, or what can be known without.
fn title(name: &str, book: &[u8]) -> Title {
    match FileName::parse(name) {
        Some(name) => Title { symbol: name.symbol, midnight: name.midnight, levels: name.levels },
        None => {
            let row = book.split(|&byte| byte == b'\n').next().unwrap_or_default();
            let columns = row.split(|&byte| byte == b',').count();
            let plain: String = name.chars().take_while(char::is_ascii_alphanumeric).take(16).collect();
            let symbol = Symbol::new(&plain.to_ascii_uppercase()).or_else(|_| Symbol::new("STOCK"));
            Title {
                symbol: symbol.expect("five letters are a symbol"),
                midnight: Timestamp::default(),
                levels: u32::try_from(columns / 4).unwrap_or(u32::MAX),
            }
        }
    }
}

struct Title {
    symbol: Symbol,
    midnight: Timestamp,
    levels: u32,
}
