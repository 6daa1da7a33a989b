//! The cash desk: sells one asset for money at a rate that is frozen into each order.
//!
//! A desk is not a book: it has no queue and no opposite side. It decides and remembers; the coins of its account and
//! the client's money are moved by the exchange through the ledger, in the same command. [`Desk::decide`] changes
//! nothing and [`Desk::apply`] cannot refuse, so a refused order provably changes nothing and the desk is a fold
//! over its purchases. An exchange has one writer that runs one command at a time, so nothing can come between the
//! two: the cap holds and a key sells once however many clients ask at the same instant.
//!
//! Checks run in one order: sent before (a replay is answered before anything else, even rate and cap), amount,
//! currency, client, number of orders, cap, the client's money, the desk's coins. The rules are told in
//! `docs/rules/cash.md`.

mod rate;
mod purchase;
mod refusal;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::{CASH_UNITS_LIMIT, MAX_CASH_ORDERS};
use crate::{AccountId, Amount, AssetId, Timestamp};

pub use purchase::{CashOrder, CashOrderId, CashPurchase, IdempotenceKey};
pub use rate::Rate;
pub(crate) use rate::Scales;
pub use refusal::{Refusal, UnknownPurchase};

/// A seller of one asset for money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    sells: AssetId,
    account: AccountId,
    cap: Amount,
    sold: Amount,
    /// Ordered, for its serde form; a desk takes few currencies.
    rates: BTreeMap<AssetId, Rate>,
    /// The purchase with number `n` stands at `n - 1`, so that a page is a slice.
    orders: Vec<CashPurchase>,
    /// Which purchase answered an order. Ordered, so that the same desk always has the same serde form.
    keys: BTreeMap<CashOrder, CashOrderId>,
}

/// What both parties of a purchase have available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Funds {
    /// The client's money, of the currency of the order.
    pub(crate) money: Amount,
    /// The coins of the desk's account.
    pub(crate) coins: Amount,
}

/// What a desk answers to an order it does not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The order was answered before, by this purchase; nothing is to be done.
    Replayed(CashPurchase),
    /// A new purchase: to be applied, and its money and coins to be moved.
    Sold(CashPurchase),
}

impl Desk {
    /// A desk that sells at most `cap` of the asset `sells` in total, out of the inventory of `account`, which is
    /// paid. It takes no currency until it has a rate for it.
    ///
    /// # Errors
    /// [`Refusal::CapNotPositive`].
    pub(crate) fn open(sells: AssetId, account: AccountId, cap: Amount) -> Result<Self, Refusal> {
        if cap <= Amount::ZERO {
            return Err(Refusal::CapNotPositive { cap });
        }
        let (rates, orders, keys) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Ok(Self { sells, account, cap, sold: Amount::ZERO, rates, orders, keys })
    }

    /// What it sells.
    #[must_use]
    pub const fn sells(&self) -> AssetId {
        self.sells
    }

    /// Whose inventory is sold, and who is paid.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The most it may sell in total, in minor units of what it sells.
    #[must_use]
    pub const fn cap(&self) -> Amount {
        self.cap
    }

    /// What it has sold so far, in the same units; never above the cap.
    #[must_use]
    pub const fn sold(&self) -> Amount {
        self.sold
    }

    /// The rates at which it sells now, by currency.
    pub fn rates(&self) -> impl Iterator<Item = (AssetId, Rate)> + '_ {
        self.rates.iter().map(|(&money, &rate)| (money, rate))
    }

    /// The rate for a currency, or `None` if the desk does not take it.
    #[must_use]
    pub fn rate(&self, money: AssetId) -> Option<Rate> {
        self.rates.get(&money).copied()
    }

    /// The purchase with this number.
    #[must_use]
    pub fn purchase(&self, id: CashOrderId) -> Option<&CashPurchase> {
        self.orders.get(id.index())
    }

    /// How many purchases it has made.
    #[must_use]
    pub const fn purchases(&self) -> usize {
        self.orders.len()
    }

    /// At most `size` purchases, newest first: the newest of all, or those made just before the purchase `before`.
    ///
    /// Every page costs the same, and purchases made while someone turns the pages move none of them.
    ///
    /// # Errors
    /// [`UnknownPurchase`] if there is no purchase `before`.
    pub fn page(
        &self,
        before: Option<CashOrderId>,
        size: u32,
    ) -> Result<impl ExactSizeIterator<Item = &CashPurchase> + use<'_>, UnknownPurchase> {
        let end = match before {
            None => self.orders.len(),
            Some(id) if self.purchase(id).is_some() => id.index(),
            Some(given) => return Err(UnknownPurchase { given }),
        };
        let start = end.saturating_sub(size as usize);
        Ok(self.orders[start..end].iter().rev())
    }

    /// Whether a rate for `money` may be set.
    ///
    /// # Errors
    /// [`Refusal::OwnAsset`] if that is what the desk sells.
    pub(crate) fn check_rate(&self, money: AssetId) -> Result<(), Refusal> {
        if money == self.sells { Err(Refusal::OwnAsset { asset: money }) } else { Ok(()) }
    }

    /// Sets the rate for a currency; purchases made before keep theirs. [`Desk::check_rate`] has passed.
    pub(crate) fn set_rate(&mut self, money: AssetId, rate: Rate) {
        assert!(money != self.sells, "a desk has no rate for what it sells");
        self.rates.insert(money, rate);
    }

    /// The purchase that answered this very order before.
    pub(crate) fn repeated(&self, order: &CashOrder) -> Option<&CashPurchase> {
        self.keys.get(order).and_then(|&id| self.purchase(id))
    }

    /// What the desk answers to an order at the time `at`; nothing changes.
    ///
    /// A replay is found by the order alone: `scales` and `funds` do not matter to it.
    ///
    /// # Errors
    /// The first [`Refusal`] in the order of its variants.
    pub(crate) fn decide(
        &self,
        at: Timestamp,
        order: CashOrder,
        scales: Scales,
        funds: Funds,
    ) -> Result<Answer, Refusal> {
        if let Some(purchase) = self.repeated(&order) {
            return Ok(Answer::Replayed(*purchase));
        }
        let CashOrder { client, money, amount, .. } = order;
        check_amount(money, amount, scales)?;
        let rate = self.rate(money).ok_or(Refusal::CurrencyNotTaken { money })?;
        if client == self.account {
            return Err(Refusal::OwnDesk { account: client });
        }
        let id = self.next_id().ok_or(Refusal::TooManyCashOrders)?;
        let coins = self.within_cap(rate.coins(amount, scales))?;
        if amount > funds.money {
            return Err(Refusal::ClientShort { asset: money, needed: amount, available: funds.money });
        }
        if coins > funds.coins {
            return Err(Refusal::DeskShort { asset: self.sells, needed: coins, available: funds.coins });
        }
        Ok(Answer::Sold(CashPurchase { id, at, order, rate, coins }))
    }

    /// Keeps a purchase that [`Desk::decide`] has just made.
    ///
    /// # Panics
    /// If it is not this desk's next purchase, which is a bug of the caller.
    pub(crate) fn apply(&mut self, purchase: CashPurchase) {
        assert_eq!(Some(purchase.id), self.next_id(), "purchases are applied in order, each once");
        let sold = self.within_cap(Some(purchase.coins)).map(|coins| self.sold.get() + coins.get());
        self.sold = Amount::proved(sold.expect("a purchase was decided within the cap"));
        let before = self.keys.insert(purchase.order, purchase.id);
        assert_eq!(before, None, "an order is answered by one purchase");
        self.orders.push(purchase);
    }

    /// Walks the desk and panics with the rule that is broken; `decimals` are those of an asset's minor unit.
    ///
    /// # Panics
    /// If a rule is broken, which is a bug of the engine.
    pub(crate) fn check(&self, decimals: impl Fn(AssetId) -> u8) {
        let mut sold = 0_i128;
        for (id, purchase) in (1..).map(CashOrderId::new).zip(&self.orders) {
            let CashPurchase { order, rate, coins, .. } = *purchase;
            let scales = Scales { money: decimals(order.money), coins: decimals(self.sells) };
            assert_eq!(id, Some(purchase.id), "purchases are numbered from 1 without a gap");
            assert_eq!(check_amount(order.money, order.amount, scales), Ok(()), "purchase {}", purchase.id);
            assert_eq!(rate.coins(order.amount, scales), Some(coins), "coins of purchase {}", purchase.id);
            assert_eq!(self.keys.get(&order), Some(&purchase.id), "a replay finds purchase {}", purchase.id);
            assert!(order.client != self.account, "the desk's account does not buy from it");
            sold += i128::from(coins.get());
        }
        assert_eq!(self.keys.len(), self.orders.len(), "each key belongs to a purchase");
        assert_eq!(sold, i128::from(self.sold.get()), "what was sold is the sum of the purchases");
        assert!(self.sold <= self.cap, "a desk sells no more than its cap");
        assert!(!self.rates.contains_key(&self.sells), "a desk has no rate for what it sells");
    }

    fn next_id(&self) -> Option<CashOrderId> {
        let made = u32::try_from(self.orders.len()).ok().filter(|&made| made < MAX_CASH_ORDERS)?;
        CashOrderId::new(made + 1)
    }

    /// The coins, if they may be sold beside those sold already; `None` is more than can exist. Exactly the cap is
    /// allowed.
    fn within_cap(&self, coins: Option<Amount>) -> Result<Amount, Refusal> {
        let left = self.cap.get() - self.sold.get();
        coins.filter(|coins| coins.get() <= left).ok_or(Refusal::AboveCap {
            asset: self.sells,
            cap: self.cap,
            sold: self.sold,
            coins,
        })
    }
}

/// Whether the amount is above zero and below [`CASH_UNITS_LIMIT`] whole units. Being counted in minor units, it
/// is always a multiple of one.
fn check_amount(money: AssetId, amount: Amount, scales: Scales) -> Result<(), Refusal> {
    if amount <= Amount::ZERO {
        return Err(Refusal::AmountNotPositive { amount });
    }
    // With so many decimals that the limit is beyond 64 bits, no amount reaches it.
    match CASH_UNITS_LIMIT.checked_mul(10_i64.pow(u32::from(scales.money))) {
        Some(limit) if amount.get() >= limit => {
            Err(Refusal::AmountTooLarge { money, amount, limit: Amount::proved(limit) })
        }
        _ => Ok(()),
    }
}
