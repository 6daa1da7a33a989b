//! What the page and the engine worker say to each other.
//!
//! Binary frames (postcard) in transferred buffers. The page asks and the worker answers; the page pulls one
//! [`Frame`] per animation frame, so a slow page slows nothing but itself. Both sides are built together and
//! compare [`BUILD`] in their first message, so the format needs no versions.

mod market;
mod account;
mod import;
mod sync;
mod retention;
mod witness;

use outcry_engine::{
    AccountId, AccountName, CancelReason, Command, InstrumentId, Lots, NewInstrument, NewOrder, OrderId,
    Preview, Receipt, Symbol, Timestamp,
};
use serde::{Deserialize, Serialize};

pub use account::{AccountView, AssetBalance, EndedOrder, Fill, Standing, WorkingOrder};
pub use import::{Import, ImportControl, ImportStage, ImportStatus, RowError};
pub use market::{Candle, LadderLevel, Market, SessionStatistics, TapeTrade, Trading};
pub use retention::{Keep, TrimPlan};
pub use sync::{RemoteExchange, SyncControl, SyncState, SyncStatus};
pub use witness::{Damage, Damaged, Loss, Witness};

/// Names this build of page and worker; two builds do not talk.
pub const BUILD: &str = match option_env!("OUTCRY_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// Page to worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// First message: open the last exchange, or a new demo on the first visit.
    Hello {
        /// The page's [`BUILD`].
        build: String,
        /// What the page remembers of this browser's exchanges.
        witnesses: Vec<Witness>,
    },
    /// What to show; answered with [`Response::Frame`].
    Frame(View),
    /// A command of the user; answered with [`Response::Submitted`].
    Submit {
        /// Chosen by the page, to match the answer; never used twice. A repeat executes nothing and gets the
        /// first answer again.
        ticket: u32,
        /// The command.
        command: Command,
    },
    /// What an order would do; answered with [`Response::Previewed`].
    Preview {
        /// Chosen by the page, to match the answer.
        ticket: u32,
        /// The order.
        order: NewOrder,
    },
    /// The simulated traders.
    Crowd(CrowdControl),
    /// Load a file.
    Import(Import),
    /// A running import.
    ImportControl(ImportControl),
    /// The server.
    Sync(SyncControl),
    /// The list of stored exchanges; answered with [`Response::Exchanges`].
    ListExchanges,
    /// Close the exchange and open another.
    Open {
        /// Which.
        exchange: ExchangeId,
    },
    /// Close the exchange and start a new demo.
    NewDemo {
        /// Seed of the simulated traders.
        seed: u64,
    },
    /// The whole journal as a file; answered with [`Response::Exported`].
    Export,
    /// What a trim of the open exchange would take; answered with [`Response::TrimPlan`].
    PlanTrim,
    /// Trim the open exchange as planned, and nothing if it would take anything else by now; answered with
    /// [`Response::Exchanges`].
    Trim(TrimPlan),
    /// How much of the open exchange's journal is to be kept from now on; answered with [`Response::Exchanges`].
    Keep(Keep),
    /// Have everything executed so far saved and on disk at once: the page hides, or the user wants it.
    Settle,
    /// Become the writer of this exchange although another tab is: that tab loses it.
    TakeOver,
    /// Try again what failed ([`Storage::Failed`], [`Session::Locked`]).
    Retry,
    /// Make a new exchange of what is good of the one that cannot be opened, and open it; the other stays as it is.
    KeepGood,
    /// Give exchanges up that are not in the database any more: they are not asked for again.
    Forget {
        /// Which.
        exchanges: Vec<ExchangeId>,
    },
    /// Measure the engine in this worker; answered with [`Response::Benchmarked`]. Nothing else runs meanwhile.
    Bench {
        /// Mixed commands to execute.
        commands: u32,
    },
}

/// Worker to page.
#[derive(Debug, Serialize, Deserialize)]
pub enum Response {
    /// The worker runs; sent once by itself, before any request.
    Ready {
        /// The worker's [`BUILD`].
        build: String,
    },
    /// Answer to [`Request::Frame`].
    Frame(Box<Frame>),
    /// Answer to [`Request::Submit`].
    Submitted {
        /// The page's number.
        ticket: u32,
        /// What became of it.
        outcome: Outcome,
    },
    /// Answer to [`Request::Preview`].
    Previewed {
        /// The page's number.
        ticket: u32,
        /// What it would do, or why it would be refused.
        preview: Result<Preview, Refusal>,
    },
    /// Answer to [`Request::ListExchanges`].
    Exchanges(Vec<StoredExchange>),
    /// Answer to [`Request::PlanTrim`], or why nothing can be trimmed.
    TrimPlan(Result<TrimPlan, String>),
    /// Answer to [`SyncControl::List`].
    Remote(Result<Vec<RemoteExchange>, String>),
    /// Answer to [`Request::Export`]: the journal file.
    Exported {
        /// Suggested file name.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Something to tell the user once.
    Notice(Notice),
    /// Answer to [`Request::Bench`].
    Benchmarked(Benchmark),
}

/// What the engine did with the benchmark's mixed flow in this worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// Commands executed.
    pub commands: u64,
    /// Events made.
    pub events: u64,
    /// Milliseconds it took.
    pub milliseconds: f64,
    /// Digest at the end, to compare with other platforms.
    pub digest: String,
}

/// A journal's id, as 32 hex digits.
pub type ExchangeId = String;

/// What the page is looking at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// [`Frame::epoch`] of the last frame; when it is old, everything is sent anew.
    pub epoch: u32,
    /// [`Catalog::version`] that the page has.
    pub catalog_version: u32,
    /// The instrument shown, if one is chosen.
    pub instrument: Option<InstrumentId>,
    /// The account shown, if one is chosen.
    pub account: Option<AccountId>,
    /// Price levels wanted on each side, at most 500.
    pub levels: u16,
    /// Newest trade that the page has; later ones are sent, at most 200 and the newest.
    pub tape_after: u64,
    /// Length of a candle in seconds, at least 1.
    pub candle_seconds: u32,
    /// Start of the oldest candle that may have changed since the last frame; that one and later are sent, at
    /// most 500.
    pub candles_from: Timestamp,
    /// [`Frame::account_version`] that the page has.
    pub account_version: u64,
}

/// One picture of the exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Changes when another exchange was opened: what the page kept is void.
    pub epoch: u32,
    /// Sent when the page's version is old.
    pub catalog: Option<Catalog>,
    /// The status line.
    pub status: Status,
    /// The chosen instrument, or the first; `None` while there is none.
    pub market: Option<Market>,
    /// The chosen account, sent when its version changed.
    pub account: Option<AccountView>,
    /// Version of the chosen account's view.
    pub account_version: u64,
}

/// What exists on the exchange.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// Grows with each change.
    pub version: u32,
    /// Assets; the index is the [`AssetId`].
    pub assets: Vec<(Symbol, u8)>,
    /// Instruments; the index is the [`InstrumentId`].
    pub instruments: Vec<NewInstrument>,
    /// Accounts that a user may act for, in order of opening: neither the venue's nor the simulated traders'.
    pub accounts: Vec<(AccountId, AccountName)>,
}

/// The status line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Which exchange is open, and how the page holds it.
    pub session: Session,
    /// The exchange's id; empty until one is open.
    pub exchange: ExchangeId,
    /// The exchange's name.
    pub name: String,
    /// The market's clock.
    pub now: Timestamp,
    /// Commands executed.
    pub sequence: u64,
    /// Commands whose transaction is complete: the death of the tab or the browser cannot take them any more.
    pub saved: u64,
    /// Commands that are on disk: a power cut cannot take them any more.
    pub on_disk: u64,
    /// Digest of the running state, 32 hex digits.
    pub digest: String,
    /// Events in the last second of real time.
    pub events_per_second: u32,
    /// How the store is.
    pub storage: Storage,
    /// What is saved of the open exchange, for the page to remember.
    pub witness: Option<Witness>,
    /// The simulated traders.
    pub crowd: Crowd,
    /// The running or last import.
    pub import: Option<ImportStatus>,
    /// The server.
    pub sync: SyncStatus,
}

/// How the page holds the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Session {
    /// Reading the journal back.
    Opening {
        /// Commands replayed.
        replayed: u64,
        /// Commands in the journal.
        total: u64,
    },
    /// This tab writes.
    Open,
    /// Another tab is the writer. Nothing can be done here but [`Request::TakeOver`] or [`Request::Retry`].
    Locked,
    /// Another tab took the exchange over. What is stored is safe.
    Lost,
    /// The database is not what was seen of it.
    Damaged(Damaged),
    /// The journal cannot be read on.
    Unreadable {
        /// What is wrong, for the user.
        message: String,
        /// Commands that are good.
        good: u64,
        /// Whether the journal was written by a newer version of Outcry.
        newer_version: bool,
    },
}

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Storage {
    /// Nothing failed.
    Good,
    /// A write failed; commands go on in memory and are written again by [`Request::Retry`] and by themselves.
    Failed {
        /// What the browser says.
        message: String,
        /// Why.
        cause: Cause,
    },
    /// There is no store (private window of some browsers): nothing is kept.
    Absent {
        /// What the browser says.
        message: String,
    },
}

/// Why a write failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The browser gives this page no more room.
    Full,
    /// What was saved is gone: the browser has cleared this page's storage while it was open.
    Cleared,
    /// Something else.
    Other,
}

/// The simulated traders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// Whether this exchange has any.
    pub present: bool,
    /// Whether they act.
    pub running: bool,
    /// Market seconds per real second, 1 to 1000.
    pub speed: u16,
    /// Whether the market keeps the sessions of a short trading day; else trading is continuous.
    pub sessions: bool,
}

/// Asks of the simulated traders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrowdControl {
    /// Act.
    Start,
    /// Stop acting; market time stands still.
    Pause,
    /// One action, while paused.
    Step,
    /// Market seconds per real second, 1 to 1000.
    Speed(u16),
    /// Keep the sessions of a short trading day, or bring every instrument back to continuous trading.
    Sessions(bool),
}

/// What became of a command of the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was executed.
    Done {
        /// Its place in the journal.
        receipt: Receipt,
        /// The order it made or changed.
        order: Option<OrderId>,
        /// Quantity traded by it.
        filled: Lots,
        /// Quantity that now rests.
        rests: Lots,
        /// Quantity canceled.
        canceled: Lots,
        /// Why it was canceled.
        reason: Option<CancelReason>,
    },
    /// It was refused.
    Refused(Refusal),
}

/// A reject in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code.
    pub code: String,
    /// The reason, in decimals and symbols.
    pub message: String,
}

/// An exchange in the browser's store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExchange {
    /// Its id.
    pub id: ExchangeId,
    /// Its name.
    pub name: String,
    /// Commands since its beginning.
    pub sequence: u64,
    /// The first command that is still in its journal; 1 unless it was trimmed.
    pub first: u64,
    /// Bytes of its journal.
    pub bytes: u64,
    /// Bytes of its snapshots.
    pub snapshot_bytes: u64,
    /// How much of its journal is kept.
    pub keep: Keep,
    /// How many commands it had, if it has lost some or all.
    pub had: Option<u64>,
}

/// Something to tell the user once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How serious it is.
    pub level: NoticeLevel,
    /// What to say.
    pub message: String,
}

/// How serious a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeLevel {
    /// Good to know.
    Information,
    /// Something went wrong.
    Error,
}
