//! Accounts, and the ledger that alone changes their balances.
//!
//! Every change is one [`LedgerLine`]; nothing else writes a balance. The sum of an asset over all accounts is
//! its supply, which only deposits and withdrawals change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::MAX_AMOUNT;
use crate::{
    AccountId, AccountName, AccountSetting, Amount, AssetId, Event, LedgerKind, LedgerLine, OrderId, Reject,
    SelfTrade,
};

/// What an account has of one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Free to use; below zero only where the account may sell short.
    pub available: Amount,
    /// Reserved for open orders.
    pub held: Amount,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    name: AccountName,
    open_orders: u32,
    group: u32,
    tier: u8,
    blocked: bool,
    self_trade: SelfTrade,
    /// Boxed, because few accounts have any.
    limits: Option<Box<Limits>>,
    /// Indexed by asset, and only as long as the highest asset it ever had: most accounts have few.
    balances: Vec<Balance>,
}

impl Account {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> AccountName {
        self.name
    }

    /// How many of its orders are open, those that wait included.
    #[must_use]
    pub const fn open_orders(&self) -> u32 {
        self.open_orders
    }

    /// The group whose accounts count as one for self-trade prevention; 0 for none.
    #[must_use]
    pub const fn group(&self) -> u32 {
        self.group
    }

    /// Its fee tier; 0 for the instruments' own rates.
    #[must_use]
    pub const fn tier(&self) -> u8 {
        self.tier
    }

    /// Whether its kill switch is set.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// What happens when its order meets one of its own or its group's.
    #[must_use]
    pub const fn self_trade(&self) -> SelfTrade {
        self.self_trade
    }

    /// How much of an asset it may owe.
    #[must_use]
    pub fn short_limit(&self, asset: AssetId) -> Amount {
        let limit = self.limits.as_ref().and_then(|limits| limits.short.get(&asset).copied());
        Amount::proved(limit.unwrap_or_default())
    }

    /// Whether nothing about it is set: no block, no limits, no self-trade prevention.
    pub(crate) const fn is_plain(&self) -> bool {
        !self.blocked && self.limits.is_none() && matches!(self.self_trade, SelfTrade::Allow)
    }

    /// Whether it has limits of its own.
    pub(crate) const fn is_limited(&self) -> bool {
        self.limits.is_some()
    }

    /// Its own limits.
    pub(crate) fn limits(&self) -> &Limits {
        const NONE: &Limits = &Limits {
            open_orders: 0,
            notional: BTreeMap::new(),
            position: BTreeMap::new(),
            short: BTreeMap::new(),
        };
        self.limits.as_deref().unwrap_or(NONE)
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

/// The limits of an account, in minor units; what is not named is not limited, and may not be short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Zero for none.
    pub(crate) open_orders: u32,
    pub(crate) notional: BTreeMap<AssetId, i64>,
    pub(crate) position: BTreeMap<AssetId, i64>,
    pub(crate) short: BTreeMap<AssetId, i64>,
}

/// All accounts and the supply of each asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// Indexed by account.
    accounts: Vec<Account>,
    /// Indexed by asset: the sum over all accounts.
    supply: Vec<i64>,
    /// Indexed by asset: the sum of all short limits. What one account may own is at most this beyond the supply.
    shorts: Vec<i64>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let venue = AccountName::new("Venue").expect("a plain word is an account name");
        let mut ledger = Self { accounts: Vec::new(), supply: Vec::new(), shorts: Vec::new() };
        ledger.open(venue);
        ledger
    }

    pub(crate) fn open(&mut self, name: AccountName) -> AccountId {
        let id = AccountId::new(u32::try_from(self.accounts.len()).expect("limited by MAX_ACCOUNTS"));
        self.accounts.push(Account {
            name,
            open_orders: 0,
            group: 0,
            tier: 0,
            blocked: false,
            self_trade: SelfTrade::Allow,
            limits: None,
            balances: Vec::new(),
        });
        id
    }

    pub(crate) fn add_asset(&mut self) {
        self.supply.push(0);
        self.shorts.push(0);
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

    /// Sets or releases the kill switch.
    pub(crate) fn block(&mut self, account: AccountId, blocked: bool) {
        self.accounts[account.index()].blocked = blocked;
    }

    /// Changes a setting of an account that was checked by itself.
    pub(crate) fn set(&mut self, account: AccountId, setting: AccountSetting) -> Result<(), Reject> {
        let owner = &mut self.accounts[account.index()];
        match setting {
            AccountSetting::Group(group) => owner.group = group,
            AccountSetting::SelfTrade(rule) => owner.self_trade = rule,
            AccountSetting::Tier(tier) => owner.tier = tier,
            AccountSetting::MaxOpenOrders(max) => owner.limits.get_or_insert_default().open_orders = max,
            AccountSetting::MaxNotional { asset, amount } => {
                let limits = owner.limits.get_or_insert_default();
                put(&mut limits.notional, asset, amount.get());
            }
            AccountSetting::MaxPosition { asset, amount } => {
                let limits = owner.limits.get_or_insert_default();
                put(&mut limits.position, asset, amount.get());
            }
            AccountSetting::ShortLimit { asset, amount } => self.set_short(account, asset, amount)?,
        }
        self.accounts[account.index()].forget_no_limits();
        Ok(())
    }

    fn set_short(&mut self, account: AccountId, asset: AssetId, amount: Amount) -> Result<(), Reject> {
        let limit = amount.get();
        let owner = &self.accounts[account.index()];
        let (old, balance) = (owner.short_limit(asset).get(), owner.balance(asset));
        let others = self.shorts[asset.index()] - old;
        let supply = self.supply(asset);
        if limit > MAX_AMOUNT - supply - others {
            return Err(Reject::SupplyTooLarge { asset, supply: Amount::proved(supply), amount });
        }
        if -balance.available.get() > limit {
            let owed = Amount::proved(-balance.available.get());
            return Err(Reject::ShortOwed { asset, owed, amount });
        }
        self.shorts[asset.index()] = others + limit;
        put(&mut self.accounts[account.index()].limits.get_or_insert_default().short, asset, limit);
        Ok(())
    }

    /// The sum of all short limits in an asset.
    pub(crate) fn shorts(&self, asset: AssetId) -> i64 {
        self.shorts[asset.index()]
    }

    /// Whether `needed` of `asset` is available, as far as the account may go short.
    pub(crate) fn cover(&self, account: AccountId, asset: AssetId, needed: i64) -> Result<(), Reject> {
        let account = &self.accounts[account.index()];
        let available = account.balance(asset).available;
        if needed <= available.get() {
            return Ok(());
        }
        if account.is_limited() && needed <= available.get() + account.short_limit(asset).get() {
            return Ok(());
        }
        Err(Reject::InsufficientFunds { asset, needed: Amount::proved(needed), available })
    }

    /// Whether `amount` more of `asset` may exist.
    pub(crate) fn room(&self, asset: AssetId, amount: Amount) -> Result<(), Reject> {
        let supply = self.supply(asset);
        if amount.get() <= MAX_AMOUNT - supply - self.shorts[asset.index()] {
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
    ///
    /// Always in line: its callers know which kind it is and what it leaves alone, and nothing of a posting is ever
    /// written down.
    #[inline(always)]
    pub(crate) fn post(&mut self, posting: Posting, events: &mut Vec<Event>) {
        let Posting { account, asset, kind, available, held, order } = posting;
        if available == 0 && held == 0 {
            return;
        }
        let amount = match kind {
            LedgerKind::Hold | LedgerKind::Release => held.abs(),
            _ => available + held,
        };
        let balances = &mut self.accounts[account.index()].balances;
        if balances.len() <= asset.index() {
            lengthen(balances, asset);
        }
        let balance = &mut balances[asset.index()];
        balance.available = Amount::proved(balance.available.get() + available);
        balance.held = Amount::proved(balance.held.get() + held);
        debug_assert!(balance.held.get() >= 0, "a hold went below zero");
        events.push(Event::LedgerPosted(LedgerLine {
            account,
            asset,
            kind,
            amount: Amount::proved(amount),
            available: balance.available,
            held: balance.held,
            order,
        }));
    }
}

#[cold]
#[inline(never)]
fn lengthen(balances: &mut Vec<Balance>, asset: AssetId) {
    balances.resize(asset.index() + 1, Balance::default());
}

impl Account {
    /// Limits that limit nothing are none.
    fn forget_no_limits(&mut self) {
        if self.limits.as_deref() == Some(&Limits::default()) {
            self.limits = None;
        }
    }
}

/// Sets a limit, or takes it away at zero.
fn put(limits: &mut BTreeMap<AssetId, i64>, asset: AssetId, limit: i64) {
    if limit == 0 {
        limits.remove(&asset);
    } else {
        limits.insert(asset, limit);
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
