//! What the screen shows beside the engine's own state: folds over the events, kept while commands run and made
//! anew by the same pass that replays a journal. Nothing here is stored.
//!
//! Everything is bounded: the tape, the fills and the candles keep the newest only.

mod catalog;
mod tape;
mod candles;
mod statistics;
mod portfolio;

use std::collections::BTreeMap;

use outcry_engine::{AccountId, AccountName, CancelReason, Event, InstrumentId, Priority, Receipt, Trade};

pub use candles::Candles;
pub use catalog::CatalogView;
pub use portfolio::Portfolio;
pub use statistics::Statistics;
pub use tape::Tape;

/// All projections of one exchange.
#[derive(Debug)]
pub struct Projections {
    /// Assets, instruments and the accounts that a user may act for.
    pub catalog: CatalogView,
    /// By instrument, in order of creation.
    markets: Vec<MarketView>,
    /// The accounts that a user may act for; looked up for each event, and few.
    portfolios: BTreeMap<AccountId, Portfolio>,
    /// Whose portfolio is not kept.
    simulated: fn(&AccountName) -> bool,
    /// Grows with each change of a portfolio; portfolios take their versions from it, so that no two share one.
    version: u64,
}

/// What was traded in one instrument.
#[derive(Clone, Debug, Default)]
pub struct MarketView {
    /// The newest trades.
    pub tape: Tape,
    /// Trades by interval.
    pub candles: Candles,
    /// Since the first trade.
    pub statistics: Statistics,
}

impl Projections {
    /// Of an exchange without commands; accounts that `simulated` names are left out.
    #[must_use]
    pub fn new(simulated: fn(&AccountName) -> bool) -> Self {
        Self {
            catalog: CatalogView::default(),
            markets: Vec::new(),
            portfolios: BTreeMap::new(),
            simulated,
            version: 0,
        }
    }

    /// What was traded in an instrument.
    #[must_use]
    pub fn market(&self, instrument: InstrumentId) -> Option<&MarketView> {
        self.markets.get(instrument.get() as usize)
    }

    /// Orders and fills of an account, if a user may act for it.
    #[must_use]
    pub fn portfolio(&self, account: AccountId) -> Option<&Portfolio> {
        self.portfolios.get(&account)
    }

    /// Folds the events of one command in.
    pub fn apply(&mut self, receipt: Receipt, events: &[Event]) {
        for event in events {
            match event {
                Event::CommandRejected(_) => {}
                Event::AssetCreated { symbol, decimals, .. } => {
                    self.catalog.asset_created(*symbol, *decimals)
                }
                Event::InstrumentCreated { terms, .. } => {
                    self.catalog.instrument_created(*terms);
                    self.markets.push(MarketView::default());
                }
                Event::AccountOpened { account, name } => {
                    if !(self.simulated)(name) {
                        self.catalog.account_opened(*account, *name);
                        self.portfolios.insert(*account, Portfolio::default());
                        self.change(*account, |_| ());
                    }
                }
                Event::LedgerPosted(line) => self.change(line.account, |portfolio| portfolio.ledger(line)),
                Event::OrderAccepted { order, terms } => {
                    self.change(terms.account, |portfolio| portfolio.accepted(*order, receipt.at));
                }
                Event::OrderRested { account, instrument, side, price, leaves, .. } => {
                    self.change(*account, |p| p.rested(*instrument, *side, *price, leaves.lots()));
                }
                Event::Traded(trade) => self.traded(receipt, trade),
                Event::OrderCanceled {
                    order,
                    account,
                    instrument,
                    side,
                    price,
                    canceled,
                    rested,
                    reason,
                } => {
                    debug_assert!(!rested || *reason == CancelReason::Requested);
                    let left = rested.then_some((*price, *canceled));
                    self.change(*account, |p| p.canceled(*order, *instrument, *side, left));
                }
                Event::OrderReplaced {
                    account,
                    instrument,
                    side,
                    old_price,
                    price,
                    old_leaves,
                    leaves,
                    priority,
                    ..
                } => {
                    self.change(*account, |portfolio| {
                        portfolio.left(*instrument, *side, *old_price, old_leaves.lots());
                        match priority {
                            Priority::Kept => portfolio.rested(*instrument, *side, *price, leaves.lots()),
                            // Its new entry is told by the events that follow.
                            Priority::Lost => {}
                        }
                    });
                }
            }
        }
    }

    fn traded(&mut self, receipt: Receipt, trade: &Trade) {
        if let Some(market) = self.markets.get_mut(trade.instrument.get() as usize) {
            market.tape.traded(receipt.at, trade);
            market.candles.traded(receipt.at, trade.price, trade.quantity);
            market.statistics.traded(trade.price, trade.quantity);
        }
        self.change(trade.maker_account, |portfolio| portfolio.made(receipt.at, trade));
        self.change(trade.taker_account, |portfolio| portfolio.took(receipt.at, trade));
    }

    fn change(&mut self, account: AccountId, change: impl FnOnce(&mut Portfolio)) {
        if let Some(portfolio) = self.portfolios.get_mut(&account) {
            change(portfolio);
            self.version += 1;
            portfolio.version = self.version;
        }
    }
}
