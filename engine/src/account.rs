//! Accounts, and the ledger that alone changes their balances.
//!
//! Every change is one [`LedgerLine`]; nothing else writes a balance. The sum of an asset over all accounts is
//! its supply, which only deposits and withdrawals change.

use crate::limits::MAX_AMOUNT;
use crate::{AccountId, AccountName, Amount, AssetId, Event, LedgerKind, LedgerLine, OrderId, Reject};

/// What an account has of one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Free to use.
    pub available: Amount,
    /// Reserved for open orders.
    pub held: Amount,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    name: AccountName,
    open_orders: u32,
    /// Indexed by asset, and only as long as the highest asset it ever had: most accounts have few.
    balances: Vec<Balance>,
}

impl Account {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> AccountName {
        self.name
    }

    /// How many of its orders are open.
    #[must_use]
    pub const fn open_orders(&self) -> u32 {
        self.open_orders
    }

    /// Its balances by asset, zeros included, up to the highest asset it ever had.
    pub fn balances(&self) -> impl Iterator<Item = (AssetId, Balance)> + '_ {
        (0..).map(AssetId::new).zip(self.balances.iter().copied())
    }

    /// Its balance of one asset.
    #[must_use]
    pub fn balance(&self, asset: AssetId) -> Balance {
        self.balances.get(asset.index()).copied().unwrap_or_default()
    }
}

/// All accounts and the supply of each asset.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    /// Indexed by account.
    accounts: Vec<Account>,
    /// Indexed by asset: the sum over all accounts.
    supply: Vec<i64>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let venue = AccountName::new("Venue").expect("a plain word is an account name");
        let mut ledger = Self { accounts: Vec::new(), supply: Vec::new() };
        ledger.open(venue);
        ledger
    }

    pub(crate) fn open(&mut self, name: AccountName) -> AccountId {
        let id = AccountId::new(u32::try_from(self.accounts.len()).expect("limited by MAX_ACCOUNTS"));
        self.accounts.push(Account { name, open_orders: 0, balances: Vec::new() });
        id
    }

    pub(crate) fn add_asset(&mut self) {
        self.supply.push(0);
    }

    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    pub(crate) fn account(&self, account: AccountId) -> Result<&Account, Reject> {
        self.accounts.get(account.index()).ok_or(Reject::UnknownAccount { account })
    }

    pub(crate) fn supply(&self, asset: AssetId) -> i64 {
        self.supply[asset.index()]
    }

    pub(crate) fn count_order(&mut self, account: AccountId) {
        self.accounts[account.index()].open_orders += 1;
    }

    pub(crate) fn uncount_order(&mut self, account: AccountId) {
        self.accounts[account.index()].open_orders -= 1;
    }

    /// Whether `needed` of `asset` is available.
    pub(crate) fn cover(&self, account: AccountId, asset: AssetId, needed: i64) -> Result<(), Reject> {
        let available = self.accounts[account.index()].balance(asset).available;
        if needed <= available.get() {
            return Ok(());
        }
        Err(Reject::InsufficientFunds { asset, needed: Amount::proved(needed), available })
    }

    /// Whether `amount` more of `asset` may exist.
    pub(crate) fn room(&self, asset: AssetId, amount: Amount) -> Result<(), Reject> {
        let supply = self.supply(asset);
        if amount.get() <= MAX_AMOUNT - supply {
            return Ok(());
        }
        Err(Reject::SupplyTooLarge { asset, supply: Amount::proved(supply), amount })
    }

    pub(crate) fn deposit(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Amount,
        events: &mut Vec<Event>,
    ) {
        self.supply[asset.index()] += amount.get();
        self.post(Posting::available(account, asset, LedgerKind::Deposit, amount.get(), None), events);
    }

    pub(crate) fn withdraw(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Amount,
        events: &mut Vec<Event>,
    ) {
        self.supply[asset.index()] -= amount.get();
        self.post(Posting::available(account, asset, LedgerKind::Withdraw, -amount.get(), None), events);
    }

    /// Posts one line. A posting of nothing is no line.
    #[inline]
    pub(crate) fn post(&mut self, posting: Posting, events: &mut Vec<Event>) {
        if posting.available == 0 && posting.held == 0 {
            return;
        }
        let balances = &mut self.accounts[posting.account.index()].balances;
        if balances.len() <= posting.asset.index() {
            balances.resize(posting.asset.index() + 1, Balance::default());
        }
        let balance = &mut balances[posting.asset.index()];
        balance.available = Amount::proved(balance.available.get() + posting.available);
        balance.held = Amount::proved(balance.held.get() + posting.held);
        debug_assert!(balance.available.get() >= 0 && balance.held.get() >= 0, "a balance went below zero");
        let amount = match posting.kind {
            LedgerKind::Hold | LedgerKind::Release => posting.held.abs(),
            _ => posting.available + posting.held,
        };
        events.push(Event::LedgerPosted(LedgerLine {
            account: posting.account,
            asset: posting.asset,
            kind: posting.kind,
            amount: Amount::proved(amount),
            available: balance.available,
            held: balance.held,
            order: posting.order,
        }));
    }
}

/// A change of one balance, before it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    account: AccountId,
    asset: AssetId,
    kind: LedgerKind,
    /// Signed change of the available amount.
    available: i64,
    /// Signed change of the held amount.
    held: i64,
    order: Option<OrderId>,
}

impl Posting {
    /// A change of the available amount.
    pub(crate) const fn available(
        account: AccountId,
        asset: AssetId,
        kind: LedgerKind,
        change: i64,
        order: Option<OrderId>,
    ) -> Self {
        Self { account, asset, kind, available: change, held: 0, order }
    }

    /// A change of the held amount.
    pub(crate) const fn held(
        account: AccountId,
        asset: AssetId,
        kind: LedgerKind,
        change: i64,
        order: OrderId,
    ) -> Self {
        Self { account, asset, kind, available: 0, held: change, order: Some(order) }
    }

    /// Available becomes held.
    pub(crate) const fn hold(account: AccountId, asset: AssetId, amount: i64, order: OrderId) -> Self {
        let kind = LedgerKind::Hold;
        Self { account, asset, kind, available: -amount, held: amount, order: Some(order) }
    }

    /// Held becomes available.
    pub(crate) const fn release(account: AccountId, asset: AssetId, amount: i64, order: OrderId) -> Self {
        let kind = LedgerKind::Release;
        Self { account, asset, kind, available: amount, held: -amount, order: Some(order) }
    }
}
