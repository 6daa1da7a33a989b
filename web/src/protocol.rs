//! What the page and the engine worker say to each other.
//!
//! Binary frames (postcard) in transferred buffers. The page asks and the worker answers; the page pulls one
//! [`Frame`] per animation frame, so a slow page slows nothing but itself. Both sides are built together and
//! compare [`BUILD`] in their first message, so the format needs no versions.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, InstrumentId, Lots, NewInstrument, NewOrder, OrderId, Posting,
    Preview, Price, Qty, Receipt, Side, Symbol, Timestamp, TradeId,
};
use serde::{Deserialize, Serialize};

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
    },
    /// What to show; answered with [`Response::Frame`].
    Frame(View),
    /// A command of the user; answered with [`Response::Submitted`].
    Submit {
        /// Chosen by the page, to match the answer.
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
    /// Become the writer of this exchange although another tab is: that tab loses it.
    TakeOver,
    /// Try again what failed ([`Storage::Failed`], [`Session::Locked`]).
    Retry,
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
    /// Commands whose transaction is complete.
    pub saved: u64,
    /// Digest of the running state, 32 hex digits.
    pub digest: String,
    /// Events in the last second of real time.
    pub events_per_second: u32,
    /// How the store is.
    pub storage: Storage,
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
    },
    /// There is no store (private window of some browsers): nothing is kept.
    Absent {
        /// What the browser says.
        message: String,
    },
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
}

/// One instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Market {
    /// Which.
    pub instrument: InstrumentId,
    /// Bids, best first.
    pub bids: Vec<LadderLevel>,
    /// Asks, best first.
    pub asks: Vec<LadderLevel>,
    /// Since the exchange was opened for the first time.
    pub session: SessionStatistics,
    /// Trades after [`View::tape_after`], oldest first.
    pub tape: Vec<TapeTrade>,
    /// Candles from [`View::candles_from`], oldest first. Seconds without a trade have none.
    pub candles: Vec<Candle>,
}

/// A price level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderLevel {
    /// Its price.
    pub price: Price,
    /// What rests.
    pub quantity: Lots,
    /// In how many orders.
    pub orders: u32,
    /// How much of it is the chosen account's.
    pub own: Lots,
}

/// Statistics of an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStatistics {
    /// First trade.
    pub open: Option<Price>,
    /// Highest trade.
    pub high: Option<Price>,
    /// Lowest trade.
    pub low: Option<Price>,
    /// Last trade.
    pub last: Option<Price>,
    /// Quantity traded.
    pub volume: Lots,
    /// Number of trades.
    pub trades: u64,
}

/// One line of the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapeTrade {
    /// Its id.
    pub trade: TradeId,
    /// When.
    pub at: Timestamp,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
    /// Side of the aggressor.
    pub taker_side: Side,
}

/// Trades of one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle {
    /// Start of the interval, a multiple of its length.
    pub start: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Quantity traded.
    pub volume: Lots,
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountView {
    /// Which.
    pub account: Option<AccountId>,
    /// Available and held, of each asset that it ever had.
    pub balances: Vec<AssetBalance>,
    /// Open orders, newest first, at most 500.
    pub orders: Vec<WorkingOrder>,
    /// Open orders in all.
    pub order_count: u32,
    /// Fills, newest first, at most 200.
    pub fills: Vec<Fill>,
}

/// What an account has of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetBalance {
    /// Of what.
    pub asset: AssetId,
    /// Free to use.
    pub available: Amount,
    /// Reserved for open orders.
    pub held: Amount,
}

/// An open order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingOrder {
    /// Its id.
    pub order: OrderId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// Its limit.
    pub price: Price,
    /// Its total.
    pub quantity: Qty,
    /// What is left.
    pub leaves: Qty,
    /// Whether it is post-only.
    pub posting: Posting,
    /// When it was accepted.
    pub accepted: Timestamp,
}

/// A trade from one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The trade.
    pub trade: TradeId,
    /// The account's order.
    pub order: OrderId,
    /// Of what.
    pub instrument: InstrumentId,
    /// Bought or sold.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
    /// The fee paid, in the quote asset.
    pub fee: Amount,
    /// Whether the account's order rested.
    pub maker: bool,
    /// When.
    pub at: Timestamp,
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

/// A file to load.
#[derive(Debug, Serialize, Deserialize)]
pub enum Import {
    /// Orders from a CSV `orderId,symbol,side,amount,price`, into the open exchange.
    Orders {
        /// File name, for messages.
        name: String,
        /// The file.
        bytes: Vec<u8>,
        /// For whom.
        account: AccountId,
        /// Whether `Buy` means an offer that a client may buy.
        client_view: bool,
    },
    /// A LOBSTER message file and its orderbook file, into a new exchange.
    Lobster {
        /// Name of the message file; symbol and date are read from it.
        name: String,
        /// The message file.
        messages: Vec<u8>,
        /// The orderbook file.
        book: Vec<u8>,
        /// Whether aggressors are matched again instead of taken as recorded.
        rematch: bool,
    },
    /// An exported journal, as an exchange of its own.
    Journal {
        /// File name, for messages.
        name: String,
        /// The file.
        bytes: Vec<u8>,
    },
}

/// Asks of a running import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportControl {
    /// Stop; what an orders file placed so far is canceled, what a replay did stays.
    Cancel,
    /// Hold.
    Pause,
    /// Go on.
    Resume,
    /// Rows per second of a replay, or `None` for as fast as it goes.
    Speed(Option<u32>),
    /// Forget a finished import.
    Dismiss,
}

/// A running or finished import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportStatus {
    /// File name.
    pub name: String,
    /// What it is doing.
    pub stage: ImportStage,
    /// Rows done.
    pub done: u64,
    /// Rows in the file.
    pub total: u64,
    /// Rows per second of a replay, or `None` for as fast as it goes.
    pub speed: Option<u32>,
    /// Figures so far, each a label and a value (rows differing, aggressors equal, ...).
    pub figures: Vec<(String, String)>,
}

/// Stage of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportStage {
    /// Going on.
    Running,
    /// Held by the user.
    Paused,
    /// Done.
    Finished,
    /// Stopped by the user.
    Canceled,
    /// Refused: nothing was written. Each row error names row and column.
    Refused(Vec<RowError>),
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Row, from 1; the header is row 1. 0 for the file as a whole.
    pub row: u64,
    /// Column name; empty for the row as a whole.
    pub column: String,
    /// What was given and what is allowed.
    pub message: String,
}

/// Asks of sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncControl {
    /// Keep a copy of this exchange on the server at this address (`http://host:port`); remembered.
    On {
        /// The address.
        address: String,
    },
    /// Stop.
    Off,
    /// What the server has; answered with [`Response::Remote`].
    List {
        /// The address.
        address: String,
    },
    /// Bring an exchange from the server into this browser and open it.
    Restore {
        /// The address.
        address: String,
        /// Which.
        exchange: ExchangeId,
    },
    /// Try now instead of waiting.
    Now,
}

/// How sync stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncStatus {
    /// The address; `None` while off.
    pub address: Option<String>,
    /// Commands that the server has confirmed.
    pub on_server: u64,
    /// What it is doing.
    pub state: SyncState,
}

/// What sync is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncState {
    /// Nothing.
    #[default]
    Off,
    /// All is on the server.
    UpToDate,
    /// Sending.
    Sending,
    /// The server did not answer; tried again by itself.
    Offline {
        /// What the browser says.
        message: String,
        /// Seconds until the next try.
        retry_in: u32,
    },
    /// The server has another history, or another device took over. Nothing more is sent.
    Conflict {
        /// For the user.
        message: String,
    },
}

/// An exchange in the browser's store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExchange {
    /// Its id.
    pub id: ExchangeId,
    /// Its name.
    pub name: String,
    /// Commands in its journal.
    pub sequence: u64,
    /// Bytes of its journal.
    pub bytes: u64,
}

/// An exchange on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteExchange {
    /// Its id.
    pub id: ExchangeId,
    /// Its name.
    pub name: String,
    /// Commands that the server has.
    pub sequence: u64,
    /// Digest of its state, 32 hex digits.
    pub digest: String,
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
