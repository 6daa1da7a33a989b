//! The oracle: a second exchange, slow and obvious, that the engine is compared with.
//!
//! Written from the market rules and from the documentation of commands, events and rejects, not from the
//! engine: it shares the public types of the vocabulary and not one line that decides anything. One list of
//! orders in order of arrival, one map of balances, every question answered by a scan, every product in 128
//! bits. What it does for speed is nothing.
//!
//! [`Fault`] plants one known mistake, to show that a comparison with it can fail.

mod ledger;
mod orders;
pub(crate) mod terms;

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, InstrumentId, LedgerKind, Lots, NewInstrument,
    OrderId, Posting, Price, Reject, Side, Symbol, Timestamp, limits,
};

/// A mistake planted on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// None: the rules as they are written.
    #[default]
    None,
    /// The last order of a level trades first.
    LastInFirstOut,
    /// The venue receives each fee rounded up, the payer pays it rounded down.
    FeeRoundingLeaks,
    /// A trade prints at the aggressor's limit.
    AggressorsPrice,
    /// A replacement that only reduces goes to the end of its level.
    ReduceLosesPriority,
}

/// An open order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its id.
    pub order: OrderId,
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// Its limit.
    pub price: Price,
    /// Its total quantity in lots.
    pub quantity: u64,
    /// What has traded of it.
    pub filled: u64,
    /// Whether it may take.
    pub posting: Posting,
}

impl OpenOrder {
    /// What may still trade.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.quantity - self.filled
    }
}

/// Minor units that an account has of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// Free to use.
    pub available: i128,
    /// Set aside for open orders.
    pub held: i128,
}

/// The slow exchange.
#[derive(Debug)]
pub struct Oracle {
    fault: Fault,
    now: Timestamp,
    sequence: u64,
    event_count: u64,
    assets: Vec<(Symbol, u8)>,
    instruments: Vec<NewInstrument>,
    /// Names of the accounts after the venue's, which is number 0.
    accounts: Vec<AccountName>,
    purses: BTreeMap<(AccountId, AssetId), Purse>,
    /// Every open order; of two at one price the one that stands first in this list trades first.
    orders: Vec<OpenOrder>,
    orders_accepted: u64,
    trades: u64,
}

impl Oracle {
    /// An exchange with nothing but the venue's account.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            now: Timestamp::default(),
            sequence: 0,
            event_count: 0,
            assets: Vec::new(),
            instruments: Vec::new(),
            accounts: Vec::new(),
            purses: BTreeMap::new(),
            orders: Vec::new(),
            orders_accepted: 0,
            trades: 0,
        }
    }

    /// Executes a command; returns (sequence, time, number of its first event).
    pub fn execute(
        &mut self,
        at: Timestamp,
        command: &Command,
        events: &mut Vec<Event>,
    ) -> (u64, Timestamp, u64) {
        self.now = self.now.max(at);
        self.sequence += 1;
        let before = events.len();
        if let Err(reject) = self.obey(command, events) {
            assert_eq!(events.len(), before, "a refused command leaves no other event");
            events.push(Event::CommandRejected(reject));
        }
        let first_event = self.event_count + 1;
        self.event_count += u64::try_from(events.len() - before).expect("events of one command");
        (self.sequence, self.now, first_event)
    }

    fn obey(&mut self, command: &Command, events: &mut Vec<Event>) -> Result<(), Reject> {
        match *command {
            Command::CreateAsset { symbol, decimals } => self.create_asset(symbol, decimals, events),
            Command::CreateInstrument(terms) => self.create_instrument(terms, events),
            Command::OpenAccount { name } => self.open_account(name, events),
            Command::Deposit { account, asset, amount } => self.deposit(account, asset, amount, events),
            Command::Withdraw { account, asset, amount } => self.withdraw(account, asset, amount, events),
            Command::PlaceOrder(order) => self.place(order, events),
            Command::CancelOrder { account, order } => self.cancel(account, order, events),
            Command::ReplaceOrder { account, order, price, quantity } => {
                self.replace(account, order, price, quantity, events)
            }
            ref other => panic!("the oracle does not know {other:?}"),
        }
    }

    fn create_asset(&mut self, symbol: Symbol, decimals: u8, events: &mut Vec<Event>) -> Result<(), Reject> {
        if decimals > limits::MAX_DECIMALS {
            return Err(Reject::TooManyDecimals { decimals });
        }
        if self.assets.iter().any(|&(taken, _)| taken == symbol) {
            return Err(Reject::SymbolTaken { symbol });
        }
        if self.assets.len() >= limits::MAX_ASSETS as usize {
            return Err(Reject::TooManyAssets);
        }
        events.push(Event::AssetCreated { asset: AssetId::new(count(&self.assets)), symbol, decimals });
        self.assets.push((symbol, decimals));
        Ok(())
    }

    fn create_instrument(&mut self, terms: NewInstrument, events: &mut Vec<Event>) -> Result<(), Reject> {
        if terms.base == terms.quote {
            return Err(Reject::BaseIsQuote { asset: terms.base });
        }
        let base = self.decimals(terms.base)?;
        let quote = self.decimals(terms.quote)?;
        if self.instruments.iter().any(|taken| taken.symbol == terms.symbol) {
            return Err(Reject::SymbolTaken { symbol: terms.symbol });
        }
        terms::check(&terms, base, quote)?;
        if self.instruments.len() >= limits::MAX_INSTRUMENTS as usize {
            return Err(Reject::TooManyInstruments);
        }
        let instrument = InstrumentId::new(count(&self.instruments));
        events.push(Event::InstrumentCreated { instrument, terms });
        self.instruments.push(terms);
        Ok(())
    }

    fn open_account(&mut self, name: AccountName, events: &mut Vec<Event>) -> Result<(), Reject> {
        if name.as_str() == VENUE_NAME || self.accounts.contains(&name) {
            return Err(Reject::NameTaken { name });
        }
        if self.accounts.len() + 1 >= limits::MAX_ACCOUNTS as usize {
            return Err(Reject::TooManyAccounts);
        }
        self.accounts.push(name);
        events.push(Event::AccountOpened { account: AccountId::new(count(&self.accounts)), name });
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
        let supply = self.supply(asset);
        let units = i128::from(amount.get());
        if supply + units > i128::from(limits::MAX_AMOUNT) {
            return Err(Reject::SupplyTooLarge { asset, supply: minor_units(supply), amount });
        }
        self.change(account, asset, LedgerKind::Deposit, units, 0, None, events);
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
        let units = i128::from(amount.get());
        self.check_funds(account, asset, units)?;
        self.change(account, asset, LedgerKind::Withdraw, -units, 0, None, events);
        Ok(())
    }

    fn check_transfer(&self, account: AccountId, asset: AssetId, amount: Amount) -> Result<(), Reject> {
        if amount.get() <= 0 {
            return Err(Reject::AmountNotPositive { amount });
        }
        self.decimals(asset)?;
        self.check_account(account)?;
        if account == AccountId::VENUE {
            return Err(Reject::VenueAccount);
        }
        Ok(())
    }

    fn check_account(&self, account: AccountId) -> Result<(), Reject> {
        if account.get() as usize <= self.accounts.len() {
            Ok(())
        } else {
            Err(Reject::UnknownAccount { account })
        }
    }

    /// Digits of an asset that exists.
    fn decimals(&self, asset: AssetId) -> Result<u8, Reject> {
        match self.assets.get(asset.get() as usize) {
            Some(&(_, decimals)) => Ok(decimals),
            None => Err(Reject::UnknownAsset { asset }),
        }
    }

    /// Everything there is of an asset.
    #[must_use]
    pub fn supply(&self, asset: AssetId) -> i128 {
        self.purses
            .iter()
            .filter(|((_, of), _)| *of == asset)
            .map(|(_, purse)| purse.available + purse.held)
            .sum()
    }

    /// What an account has of an asset.
    #[must_use]
    pub fn purse(&self, account: AccountId, asset: AssetId) -> Purse {
        self.purses.get(&(account, asset)).copied().unwrap_or_default()
    }

    /// Every purse that was ever used.
    pub fn purses(&self) -> impl Iterator<Item = (AccountId, AssetId, Purse)> + '_ {
        self.purses.iter().map(|(&(account, asset), &purse)| (account, asset, purse))
    }

    /// The open orders of one side, the first to trade first.
    #[must_use]
    pub fn queue(&self, instrument: InstrumentId, side: Side) -> Vec<&OpenOrder> {
        let mut queue: Vec<_> =
            self.orders.iter().filter(|order| order.instrument == instrument && order.side == side).collect();
        queue.sort_by_key(|order| match side {
            Side::Buy => -order.price.get(),
            Side::Sell => order.price.get(),
        });
        if self.fault == Fault::LastInFirstOut {
            queue.reverse();
            queue.sort_by_key(|order| match side {
                Side::Buy => -order.price.get(),
                Side::Sell => order.price.get(),
            });
        }
        queue
    }

    /// Every open order, in order of arrival at its price.
    #[must_use]
    pub fn orders(&self) -> &[OpenOrder] {
        &self.orders
    }

    /// The terms of every instrument.
    #[must_use]
    pub fn instruments(&self) -> &[NewInstrument] {
        &self.instruments
    }
}

/// The name under which the venue's own account exists from the start.
const VENUE_NAME: &str = "Venue";

/// The number of things in a table that is limited to fewer than 2^32.
fn count<T>(table: &[T]) -> u32 {
    u32::try_from(table.len()).expect("every table is limited")
}

/// Minor units that the rules keep within the range of an amount.
fn minor_units(units: i128) -> Amount {
    let units = i64::try_from(units).expect("sums of an asset are limited");
    Amount::new(units).expect("sums of an asset are limited")
}

/// Lots of an order or trade.
fn lots(lots: u64) -> Lots {
    Lots::new(lots)
}
