//! The exchange: one command in, its events out.
//!
//! Each command is validated whole before anything changes, so a refused command changes nothing but the
//! sequence and the clock. Orders are matched in [`matching`](crate::matching), money moves in
//! [`settlement`](crate::settlement), and only [`Ledger`](crate::account::Ledger) writes a balance.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::Ledger;
use crate::band::MarketWideChange;
use crate::book::Books;
use crate::clock::Clock;
use crate::digest::Hasher;
use crate::guard::MarketWideRule;
use crate::limits::{MAX_ACCOUNTS, MAX_ASSETS, MAX_DECIMALS, MAX_INSTRUMENTS};
use crate::market::Market;
use crate::quoting::QuoteOrders;
use crate::ticket::Ticket;
use crate::{
    Account, AccountId, AccountName, Amount, Asset, AssetId, Balance, CashOrder, Command, Desk, Digest,
    Event, FeeRate, Instrument, InstrumentId, Layer, Level, NewInstrument, OrderId, Price, Reject,
    RestingOrder, SettingField, Side, Symbol, Timestamp,
};

/// A market: instruments, books, accounts and the counters that name things.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exchange {
    pub(crate) sequence: u64,
    pub(crate) now: Timestamp,
    pub(crate) event_count: u64,
    pub(crate) order_count: u64,
    pub(crate) trade_count: u64,
    pub(crate) history: Hasher,
    /// Indexed by [`AssetId`].
    pub(crate) assets: Vec<Asset>,
    /// Indexed by [`InstrumentId`].
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) ledger: Ledger,
    pub(crate) books: Books,
    /// Indexed by [`InstrumentId`].
    pub(crate) markets: Vec<Market>,
    // Ordered maps: their order is that of the numbers, which rules may depend on. Plain orders are in none of them.
    pub(crate) tickets: BTreeMap<OrderId, Ticket>,
    pub(crate) quotes: BTreeMap<(AccountId, InstrumentId), QuoteOrders>,
    pub(crate) clock: Clock,
    pub(crate) market_wide: Option<MarketWideRule>,
    /// A market-wide halt that the command under way has set off.
    pub(crate) market_halt: Option<MarketWideChange>,
    /// Instruments in which the command under way may have set something off.
    pub(crate) touched: BTreeSet<InstrumentId>,
    pub(crate) desks: Vec<Desk>,
    // Ordered, so that no hash order can ever leak into a decision; looked up on rare commands only.
    asset_symbols: BTreeMap<Symbol, AssetId>,
    instrument_symbols: BTreeMap<Symbol, InstrumentId>,
    account_names: BTreeMap<AccountName, AccountId>,
}

/// Where a command stands in the history of its exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Sequence of the command, from 1.
    pub sequence: u64,
    /// The time it ran at.
    pub at: Timestamp,
    /// Number of its first event; the others follow without a gap.
    pub first_event: u64,
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

impl Exchange {
    /// An exchange with nothing but the venue's own account.
    #[must_use]
    pub fn new() -> Self {
        let ledger = Ledger::new();
        let account_names = BTreeMap::from([(ledger.accounts()[0].name(), AccountId::VENUE)]);
        Self {
            sequence: 0,
            now: Timestamp::default(),
            event_count: 0,
            order_count: 0,
            trade_count: 0,
            history: Hasher::new(),
            assets: Vec::new(),
            instruments: Vec::new(),
            ledger,
            books: Books::default(),
            markets: Vec::new(),
            tickets: BTreeMap::new(),
            quotes: BTreeMap::new(),
            clock: Clock::default(),
            market_wide: None,
            market_halt: None,
            touched: BTreeSet::new(),
            desks: Vec::new(),
            asset_symbols: BTreeMap::new(),
            instrument_symbols: BTreeMap::new(),
            account_names,
        }
    }

    /// Runs one command at a time and appends its events, at least one.
    ///
    /// Time never goes back: a command stamped before [`Exchange::now`] runs at now. A command that breaks a
    /// rule is answered by exactly one [`Event::CommandRejected`], the last of its events: what is due by its time comes before.
    pub fn execute(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Event>) -> Receipt {
        let start = events.len();
        self.sequence += 1;
        if self.clock.is_due(at) {
            self.run_due(at, events);
        }
        self.now = self.now.max(at);
        let first = events.len();
        let outcome = match command {
            Command::CreateAsset { symbol, decimals } => self.create_asset(*symbol, *decimals, events),
            Command::CreateInstrument(terms) => self.create_instrument(terms, events),
            Command::OpenAccount { name } => self.open_account(*name, events),
            Command::Deposit { account, asset, amount } => self.deposit(*account, *asset, *amount, events),
            Command::Withdraw { account, asset, amount } => self.withdraw(*account, *asset, *amount, events),
            Command::PlaceOrder(terms) => self.place(terms, events),
            Command::CancelOrder { account, order } => self.cancel(*account, *order, events),
            Command::ReplaceOrder { account, order, price, quantity } => {
                self.replace(*account, *order, *price, *quantity, events)
            }
            _ => self.execute_seldom(command, events),
        };
        if !self.touched.is_empty() {
            self.finish_command(events);
        }
        if let Err(reject) = outcome {
            debug_assert_eq!(events.len(), first, "a refused command has no other event");
            events.push(Event::CommandRejected(reject));
        }
        let receipt = Receipt { sequence: self.sequence, at: self.now, first_event: self.event_count + 1 };
        self.history.word(self.now.nanos());
        for event in &events[start..] {
            event.digest(&mut self.history);
            self.event_count += 1;
        }
        receipt
    }

    /// The commands that are not the daily bread of a market.
    #[inline(never)]
    fn execute_seldom(&mut self, command: &Command, events: &mut Vec<Event>) -> Result<(), Reject> {
        match command {
            Command::PlaceConditional(order) => self.place_conditional(order, events),
            Command::PlacePair(pair) => self.place_pair(pair, events),
            Command::PlaceBracket(bracket) => self.place_bracket(bracket, events),
            Command::PlaceCashOrder { account, instrument, amount } => {
                self.place_cash_order(*account, *instrument, *amount, events)
            }
            Command::CancelOrders { account, instrument, side } => {
                self.cancel_orders(*account, *instrument, *side, events)
            }
            Command::Quote(quote) => self.quote(quote, events),
            Command::BlockAccount { account } => self.block_account(*account, events),
            Command::UnblockAccount { account } => self.unblock_account(*account, events),
            Command::SetInstrument { instrument, setting } => {
                self.set_instrument(*instrument, *setting, events)
            }
            Command::SetAccount { account, setting } => self.set_account(*account, *setting, events),
            Command::SetMarket { setting } => self.set_market(*setting, events),
            Command::SetPhase { instrument, phase, end } => self.set_phase(*instrument, *phase, *end, events),
            Command::HaltMarket => {
                self.halt_market(events);
                Ok(())
            }
            Command::ResumeMarket => {
                self.resume_all(events);
                Ok(())
            }
            Command::AdvanceClock => {
                events.push(Event::ClockAdvanced);
                Ok(())
            }
            Command::OpenDesk { account, sells, cap } => self.open_desk(*account, *sells, *cap, events),
            Command::SetRate { desk, money, rate } => self.set_rate(*desk, *money, *rate, events),
            Command::BuyAtDesk { desk, account, money, amount, key } => {
                let order = CashOrder { client: *account, money: *money, amount: *amount, key: *key };
                self.buy_at_desk(*desk, order, events)
            }
            Command::CreateAsset { .. }
            | Command::CreateInstrument(_)
            | Command::OpenAccount { .. }
            | Command::Deposit { .. }
            | Command::Withdraw { .. }
            | Command::PlaceOrder(_)
            | Command::CancelOrder { .. }
            | Command::ReplaceOrder { .. } => unreachable!("handled by the caller"),
        }
    }

    /// Commands run so far.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The time of the latest command.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Events so far.
    #[must_use]
    pub const fn event_count(&self) -> u64 {
        self.event_count
    }

    /// Digest of the time and all events of every command so far. Costs nothing: it is kept while running.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.history.finish()
    }

    /// All assets; the index is the [`AssetId`].
    #[must_use]
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// One asset.
    #[must_use]
    pub fn asset(&self, asset: AssetId) -> Option<&Asset> {
        self.assets.get(asset.index())
    }

    /// The asset with this symbol.
    #[must_use]
    pub fn find_asset(&self, symbol: Symbol) -> Option<AssetId> {
        self.asset_symbols.get(&symbol).copied()
    }

    /// All instruments; the index is the [`InstrumentId`].
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// One instrument.
    #[must_use]
    pub fn instrument(&self, instrument: InstrumentId) -> Option<&Instrument> {
        self.instruments.get(instrument.index())
    }

    /// The instrument with this symbol.
    #[must_use]
    pub fn find_instrument(&self, symbol: Symbol) -> Option<InstrumentId> {
        self.instrument_symbols.get(&symbol).copied()
    }

    /// All accounts, the venue's first; the index is the [`AccountId`].
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        self.ledger.accounts()
    }

    /// One account.
    #[must_use]
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.ledger.account(account).ok()
    }

    /// The account with this name.
    #[must_use]
    pub fn find_account(&self, name: AccountName) -> Option<AccountId> {
        self.account_names.get(&name).copied()
    }

    /// What an account has of an asset; zeros if either is unknown.
    #[must_use]
    pub fn balance(&self, account: AccountId, asset: AssetId) -> Balance {
        self.account(account).map(|account| account.balance(asset)).unwrap_or_default()
    }

    /// The best price of a side, `None` if the side is empty or the instrument unknown.
    #[must_use]
    pub fn best(&self, instrument: InstrumentId, side: Side) -> Option<Price> {
        self.instrument(instrument)?;
        self.books.best(instrument, Layer::Lit, side)
    }

    /// The price levels of a side, best first (L2).
    pub fn depth(&self, instrument: InstrumentId, side: Side) -> impl Iterator<Item = Level> + '_ {
        let known = self.instrument(instrument).map(|_| instrument);
        known
            .into_iter()
            .flat_map(move |id| self.books.levels(id, Layer::Lit, side))
            .map(|level| level.view())
    }

    /// The resting orders of a side in priority order (L3).
    pub fn queue(&self, instrument: InstrumentId, side: Side) -> impl Iterator<Item = RestingOrder> + '_ {
        self.layer_queue(instrument, Layer::Lit, side)
    }

    /// The resting orders of a side of a layer in priority order: those that others see, or those that they do not.
    pub fn layer_queue(
        &self,
        instrument: InstrumentId,
        layer: Layer,
        side: Side,
    ) -> impl Iterator<Item = RestingOrder> + '_ {
        let known = self.instrument(instrument).map(|_| instrument);
        known
            .into_iter()
            .flat_map(move |id| self.books.levels(id, layer, side))
            .flat_map(|level| self.books.queue(level))
    }

    /// An open order, `None` if it was never accepted or is closed.
    #[must_use]
    pub fn order(&self, order: OrderId) -> Option<RestingOrder> {
        self.books.find(order).map(|slot| self.books.resting(slot))
    }

    /// How many orders are open.
    #[must_use]
    pub fn open_orders(&self) -> u64 {
        self.books.len()
    }

    fn create_asset(&mut self, symbol: Symbol, decimals: u8, events: &mut Vec<Event>) -> Result<(), Reject> {
        if decimals > MAX_DECIMALS {
            return Err(Reject::TooManyDecimals { decimals });
        }
        if self.asset_symbols.contains_key(&symbol) {
            return Err(Reject::SymbolTaken { symbol });
        }
        let asset = next_id(self.assets.len(), MAX_ASSETS).map(AssetId::new).ok_or(Reject::TooManyAssets)?;
        self.assets.push(Asset::new(symbol, decimals));
        self.asset_symbols.insert(symbol, asset);
        self.ledger.add_asset();
        events.push(Event::AssetCreated { asset, symbol, decimals });
        Ok(())
    }

    fn create_instrument(&mut self, terms: &NewInstrument, events: &mut Vec<Event>) -> Result<(), Reject> {
        if terms.base == terms.quote {
            return Err(Reject::BaseIsQuote { asset: terms.base });
        }
        if terms.taker_fee < FeeRate::ZERO {
            return Err(Reject::SettingOutOfRange {
                setting: SettingField::TakerFee,
                given: terms.taker_fee.ppm().into(),
                min: 0,
                max: FeeRate::MAX_PPM.into(),
            });
        }
        let base = self.known_asset(terms.base)?;
        let quote = self.known_asset(terms.quote)?;
        if self.instrument_symbols.contains_key(&terms.symbol) {
            return Err(Reject::SymbolTaken { symbol: terms.symbol });
        }
        let scaled = Instrument::from_terms(*terms, base.decimals(), quote.decimals())?;
        let instrument = next_id(self.instruments.len(), MAX_INSTRUMENTS)
            .map(InstrumentId::new)
            .ok_or(Reject::TooManyInstruments)?;
        self.instruments.push(scaled);
        self.instrument_symbols.insert(terms.symbol, instrument);
        self.books.add_instrument();
        self.markets.push(Market::default());
        events.push(Event::InstrumentCreated { instrument, terms: *terms });
        Ok(())
    }

    fn open_account(&mut self, name: AccountName, events: &mut Vec<Event>) -> Result<(), Reject> {
        if self.account_names.contains_key(&name) {
            return Err(Reject::NameTaken { name });
        }
        next_id(self.accounts().len(), MAX_ACCOUNTS).ok_or(Reject::TooManyAccounts)?;
        let account = self.ledger.open(name);
        self.account_names.insert(name, account);
        events.push(Event::AccountOpened { account, name });
        Ok(())
    }

    fn deposit(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Amount,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        self.check_transfer(account, asset, amount)?;
        self.ledger.room(asset, amount)?;
        self.ledger.deposit(account, asset, amount, events);
        Ok(())
    }

    fn withdraw(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Amount,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        self.check_transfer(account, asset, amount)?;
        // Never on credit: a short limit is for selling.
        let available = self.balance(account, asset).available;
        if amount > available {
            return Err(Reject::InsufficientFunds { asset, needed: amount, available });
        }
        self.ledger.withdraw(account, asset, amount, events);
        Ok(())
    }

    fn check_transfer(&self, account: AccountId, asset: AssetId, amount: Amount) -> Result<(), Reject> {
        if amount <= Amount::ZERO {
            return Err(Reject::AmountNotPositive { amount });
        }
        self.known_asset(asset)?;
        self.known_customer(account)
    }

    pub(crate) fn known_asset(&self, asset: AssetId) -> Result<&Asset, Reject> {
        self.asset(asset).ok_or(Reject::UnknownAsset { asset })
    }

    /// An account that exists and is not the venue's.
    pub(crate) fn known_customer(&self, account: AccountId) -> Result<(), Reject> {
        self.ledger.account(account)?;
        if account == AccountId::VENUE {
            return Err(Reject::VenueAccount);
        }
        Ok(())
    }
}

/// The next number of a dense id, unless `max` exist.
fn next_id(existing: usize, max: u32) -> Option<u32> {
    u32::try_from(existing).ok().filter(|&next| next < max)
}
