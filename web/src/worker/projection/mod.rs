//! What the screen shows beside the engine's own state: folds over the events, kept while commands run and made
//! anew by the same pass that replays a journal. Beside a snapshot they are [kept as bytes](Projections::to_bytes), so that a
//! start from it need not replay what made them.
//!
//! Everything is bounded: the tape, the fills and the candles keep the newest only. What grows with the exchange are its
//! assets, instruments and accounts, and the open orders of those accounts.

mod catalog;
mod tape;
mod candles;
mod statistics;
mod portfolio;
mod kept;

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, AccountName, CancelReason, Event, InstrumentId, Layer, OrderId, Phase, PhaseCause, PhaseEnd,
    Priority, Receipt, SelfTrade, Timestamp, Trade,
};

pub use candles::Candles;
pub use catalog::CatalogView;
pub use portfolio::Portfolio;
use portfolio::Shown;
use serde::{Deserialize, Serialize};
pub use statistics::Statistics;
pub use tape::Tape;

use crate::protocol::{EndedOrder, Trading};

/// All projections of one exchange.
#[derive(Debug, Serialize, Deserialize)]
pub struct Projections {
    /// Assets, instruments and the accounts that a user may act for.
    pub catalog: CatalogView,
    /// By instrument, in order of creation.
    markets: Vec<MarketView>,
    /// The accounts that a user may act for; looked up for each event, and few.
    portfolios: BTreeMap<AccountId, Portfolio>,
    /// When the last market-wide halt ends by itself.
    halted_until: Option<Timestamp>,
    /// Whose portfolio is not kept.
    #[serde(skip, default = "kept::nobody")]
    simulated: fn(&AccountName) -> bool,
    /// Grows with each change of a portfolio; portfolios take their versions from it, so that no two share one.
    version: u64,
}

/// What was traded in one instrument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
            halted_until: None,
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
                &Event::OrderRested { order, account, instrument, side, price, leaves, layer, .. } => {
                    let seen = match layer {
                        Layer::Lit => Some(Shown { instrument, side, price, lots: leaves.lots() }),
                        Layer::Dark => None,
                    };
                    self.change(account, |portfolio| portfolio.show(order, seen));
                }
                &Event::OrderRefilled { order, account, instrument, side, price, shown, .. } => {
                    let seen = Shown { instrument, side, price, lots: shown.lots() };
                    self.change(account, |portfolio| portfolio.show(order, Some(seen)));
                }
                Event::OrderWaits { order, account, .. } | Event::OrderEntered { order, account, .. } => {
                    self.change(*account, |portfolio| portfolio.show(*order, None));
                }
                Event::OrderReduced { order, account, leaves, .. } => {
                    self.change(*account, |portfolio| portfolio.shrink(*order, *leaves));
                }
                Event::TradePrevented {
                    maker,
                    taker,
                    quantity,
                    maker_leaves,
                    taker_leaves,
                    rule: SelfTrade::Decrement,
                    ..
                } => {
                    self.change_owner(*maker, |own| own.take(*maker, quantity.lots(), *maker_leaves));
                    self.change_owner(*taker, |own| own.take(*taker, quantity.lots(), *taker_leaves));
                }
                Event::Traded(trade) => self.traded(receipt, trade),
                &Event::OrderCanceled { order, account, instrument, side, canceled, reason, .. } => {
                    self.change(account, |portfolio| {
                        portfolio.closed(order);
                        if reason != CancelReason::Requested {
                            let at = receipt.at;
                            portfolio.ended(EndedOrder { order, instrument, side, canceled, reason, at });
                        }
                    });
                }
                Event::OrderTriggered { account, .. } => self.change(*account, |_| ()),
                Event::OrderReplaced { order, account, leaves, priority, .. } => {
                    self.change(*account, |portfolio| match priority {
                        Priority::Kept => portfolio.shrink(*order, leaves.lots()),
                        // Its new entry is told by the events that follow.
                        Priority::Lost => portfolio.show(*order, None),
                    });
                }
                &Event::PhaseChanged { instrument, phase, end, cause } => {
                    self.phase_changed(instrument, phase, end, cause);
                }
                Event::MarketHalted { until } => self.halted_until = *until,
                Event::IndicationChanged { instrument, indication } => {
                    self.change_statistics(*instrument, |figures| figures.indicated(*indication));
                }
                Event::LimitState { instrument, entered } => {
                    self.change_statistics(*instrument, |figures| figures.at_limit(*entered));
                }
                // What is canceled follows; the rest changes nothing that is kept here.
                Event::TradePrevented { .. }
                | Event::OrderConditioned { .. }
                | Event::OrderRepriced { .. }
                | Event::OrdersCanceled { .. }
                | Event::Quoted { .. }
                | Event::QuoteRefused { .. }
                | Event::MarketResumed
                | Event::AccountBlocked { .. }
                | Event::AccountUnblocked { .. }
                | Event::InstrumentSet { .. }
                | Event::AccountSet { .. }
                | Event::MarketSet { .. }
                | Event::Uncrossed { .. }
                | Event::BandsMoved { .. }
                | Event::FollowUpsStopped { .. }
                | Event::ClockAdvanced
                | Event::DeskOpened { .. }
                | Event::RateSet { .. }
                | Event::CashSpent { .. } => {}
            }
        }
    }

    fn phase_changed(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        end: Option<PhaseEnd>,
        cause: PhaseCause,
    ) {
        // A market-wide halt has one end for all.
        let market_wide = self
            .halted_until
            .filter(|_| phase == Phase::Halted && cause == PhaseCause::MarketWide)
            .map(|at| PhaseEnd { at, within: 0, then: Phase::Continuous });
        let end = end.or(market_wide);
        let trading = Trading { phase, cause: Some(cause), end, ..Trading::default() };
        self.change_statistics(instrument, |figures| figures.phase_changed(trading));
    }

    fn change_statistics(&mut self, instrument: InstrumentId, change: impl FnOnce(&mut Statistics)) {
        if let Some(market) = self.markets.get_mut(instrument.get() as usize) {
            change(&mut market.statistics);
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

    /// Changes the portfolio that has the order, if one is kept.
    fn change_owner(&mut self, order: OrderId, change: impl FnOnce(&mut Portfolio)) {
        let owner = self.portfolios.iter().find(|(_, portfolio)| portfolio.has(order));
        if let Some(owner) = owner.map(|(&account, _)| account) {
            self.change(owner, change);
        }
    }

    fn change(&mut self, account: AccountId, change: impl FnOnce(&mut Portfolio)) {
        if let Some(portfolio) = self.portfolios.get_mut(&account) {
            change(portfolio);
            self.version += 1;
            portfolio.version = self.version;
        }
    }
}
