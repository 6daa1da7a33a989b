//! What the page knows: a fold over the worker's frames.
//!
//! Holds view state only. Each part is replaced when a frame changes it and shared with the components that draw
//! it, so an unchanged part costs nothing to draw. [`State::view`] asks for what is missing, [`State::apply`]
//! takes the answer, which belongs to the view that was asked and not to what was chosen since.

use std::collections::VecDeque;

use outcry_engine::{AccountId, InstrumentId, Lots, Price, Timestamp};

use super::shared::Shared;
use super::venue::Venue;
use crate::protocol::{
    AccountView, Candle, Crowd, Frame, ImportStatus, LadderLevel, Market, Session, SessionStatistics, Status,
    SyncStatus, TapeTrade, View,
};

/// Trades kept for the tape.
pub const TAPE_LENGTH: usize = 100;
/// Candles kept for the chart.
pub const CANDLES: usize = 500;
/// Price levels asked for on each side: the ladder draws what it has room for, the depth chart all.
pub const LEVELS: u16 = 100;
/// Candle lengths to choose from, in seconds.
pub const INTERVALS: [u32; 7] = [1, 5, 15, 60, 300, 900, 3_600];

/// A version that no account view has.
const NO_VERSION: u64 = u64::MAX;

/// Both sides of the ladder, best first.
#[derive(Debug, Default, PartialEq)]
pub struct Book {
    /// Bids.
    pub bids: Vec<LadderLevel>,
    /// Asks.
    pub asks: Vec<LadderLevel>,
}

impl Book {
    /// The best bid and the best ask, where both exist.
    #[must_use]
    pub fn touch(&self) -> Option<(Price, Price)> {
        Some((self.bids.first()?.price, self.asks.first()?.price))
    }
}

/// The page's knowledge.
#[derive(Debug)]
pub struct State {
    /// The status line; `None` before the first frame.
    pub status: Option<Shared<Status>>,
    /// Exchange, session, crowd, import and sync, apart from the numbers that change with every frame.
    pub session: Option<Shared<Session>>,
    /// The simulated traders.
    pub crowd: Option<Crowd>,
    /// The running or last import.
    pub import: Option<Shared<ImportStatus>>,
    /// The server.
    pub sync: Shared<SyncStatus>,
    /// What can be traded and by whom.
    pub venue: Shared<Venue>,
    /// The instrument shown.
    pub instrument: Option<InstrumentId>,
    /// The account acted for.
    pub account: Option<AccountId>,
    /// The ladder.
    pub book: Shared<Book>,
    /// Last, high, low, volume.
    pub statistics: SessionStatistics,
    /// The tape, newest first.
    pub tape: Shared<VecDeque<TapeTrade>>,
    /// Candles, oldest first.
    pub candles: Shared<Vec<Candle>>,
    /// Length of a candle in seconds.
    pub candle_seconds: u32,
    /// The account's orders, fills and balances.
    pub holdings: Shared<AccountView>,
    epoch: u32,
    account_version: u64,
    /// The view that the next frame answers.
    asked: View,
}

impl Default for State {
    fn default() -> Self {
        Self {
            status: None,
            session: None,
            crowd: None,
            import: None,
            sync: Shared::default(),
            venue: Shared::default(),
            instrument: None,
            account: None,
            book: Shared::default(),
            statistics: SessionStatistics::default(),
            tape: Shared::default(),
            candles: Shared::default(),
            candle_seconds: INTERVALS[1],
            holdings: Shared::default(),
            epoch: 0,
            account_version: NO_VERSION,
            asked: View::default(),
        }
    }
}

impl State {
    /// What to ask the worker for next.
    pub fn view(&mut self) -> View {
        self.asked = View {
            epoch: self.epoch,
            catalog_version: self.venue.version(),
            instrument: self.instrument,
            account: self.account,
            levels: LEVELS,
            tape_after: self.tape.front().map_or(0, |trade| trade.trade.get()),
            candle_seconds: self.candle_seconds,
            candles_from: self.candles.last().map_or(Timestamp::default(), |candle| candle.start),
            account_version: self.account_version,
        };
        self.asked.clone()
    }

    /// Shows another instrument.
    pub fn show_instrument(&mut self, instrument: InstrumentId) {
        if self.instrument != Some(instrument) {
            self.instrument = Some(instrument);
            self.book = Shared::default();
            self.tape = Shared::default();
            self.candles = Shared::default();
            self.statistics = SessionStatistics::default();
        }
    }

    /// Acts for another account.
    pub fn show_account(&mut self, account: AccountId) {
        if self.account != Some(account) {
            self.account = Some(account);
            self.holdings = Shared::default();
            self.account_version = NO_VERSION;
        }
    }

    /// Draws candles of another length.
    pub fn show_interval(&mut self, seconds: u32) {
        if self.candle_seconds != seconds {
            self.candle_seconds = seconds.max(1);
            self.candles = Shared::default();
        }
    }

    /// Takes a frame, the answer to the last [`State::view`].
    ///
    /// # Errors
    /// A message when the catalog does not fit this page's engine; then nothing of it was taken.
    pub fn apply(&mut self, frame: Frame) -> Result<(), String> {
        let renewed = frame.epoch != self.epoch;
        if renewed {
            *self = Self {
                epoch: frame.epoch,
                candle_seconds: self.candle_seconds,
                asked: std::mem::take(&mut self.asked),
                ..Self::default()
            };
        }
        if let Some(catalog) = &frame.catalog {
            let venue = Venue::from_catalog(catalog)
                .map_err(|reject| format!("its catalog is refused ({})", reject.code()))?;
            self.venue = Shared::new(venue);
        }
        self.take_status(frame.status);
        if let Some(market) = frame.market {
            self.take_market(market, renewed);
        }
        self.take_account(frame.account, frame.account_version);
        if self.account.is_none() {
            self.account = self.venue.accounts().first().map(|&(id, _)| id);
        }
        Ok(())
    }

    fn take_status(&mut self, status: Status) {
        if self.session.as_deref() != Some(&status.session) {
            self.session = Some(Shared::new(status.session.clone()));
        }
        if self.import.as_deref() != status.import.as_ref() {
            self.import = status.import.clone().map(Shared::new);
        }
        if *self.sync != status.sync {
            self.sync = Shared::new(status.sync.clone());
        }
        self.crowd = Some(status.crowd);
        self.status = Some(Shared::new(status));
    }

    /// Takes the market, unless it belongs to a choice that has changed since it was asked for.
    fn take_market(&mut self, market: Market, renewed: bool) {
        let shown = *self.instrument.get_or_insert(market.instrument);
        if shown != market.instrument {
            return;
        }
        self.statistics = market.session;
        let book = Book { bids: market.bids, asks: market.asks };
        if *self.book != book {
            self.book = Shared::new(book);
        }
        if !market.tape.is_empty() {
            let known = self.tape.front().map_or(0, |trade| trade.trade.get());
            let newer = market.tape.into_iter().filter(|trade| trade.trade.get() > known);
            let mut tape: VecDeque<_> = newer.collect::<Vec<_>>().into_iter().rev().collect();
            tape.extend(self.tape.iter().copied());
            tape.truncate(TAPE_LENGTH);
            self.tape = Shared::new(tape);
        }
        let same_length = self.asked.candle_seconds == self.candle_seconds;
        let same_market = renewed || self.asked.instrument.is_none_or(|asked| asked == shown);
        if same_length && same_market {
            self.take_candles(market.candles);
        }
    }

    /// Replaces the candles from the first given on.
    fn take_candles(&mut self, changed: Vec<Candle>) {
        let Some(first) = changed.first() else { return };
        let kept = self.candles.partition_point(|candle| candle.start < first.start);
        if self.candles[kept..] == changed {
            return;
        }
        let mut candles = self.candles[..kept].to_vec();
        candles.extend(changed);
        candles.drain(..candles.len().saturating_sub(CANDLES));
        self.candles = Shared::new(candles);
    }

    fn take_account(&mut self, view: Option<AccountView>, version: u64) {
        if self.asked.account != self.account {
            return;
        }
        if let Some(view) = view.filter(|view| view.account == self.account) {
            self.holdings = Shared::new(view);
            self.account_version = version;
        }
    }
}

/// Lots from the best price down to each level, in the order of `levels`.
#[must_use]
pub fn cumulative(levels: &[LadderLevel]) -> Vec<Lots> {
    let mut total = 0u64;
    levels
        .iter()
        .map(|level| {
            total = total.saturating_add(level.quantity.get());
            Lots::new(total)
        })
        .collect()
}
