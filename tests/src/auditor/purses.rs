//! The auditor's purses: every line continues the last, every trade is paid exactly.

use std::collections::BTreeMap;

use outcry_engine::{AccountId, AssetId, LedgerKind, LedgerLine, OrderId};

use super::rules::Rules;
use super::{Breach, demand};

/// One party of a trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) account: AccountId,
    pub(super) order: OrderId,
    pub(super) fee: i128,
}

/// What the lines after a trade must add up to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settlement {
    pub(super) base: AssetId,
    pub(super) quote: AssetId,
    pub(super) units: i128,
    pub(super) value: i128,
    pub(super) buyer: Leg,
    pub(super) seller: Leg,
}

/// A purchase at a desk: who pays, who sells, what for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purchase {
    pub(super) client: (AccountId, AssetId, i128),
    pub(super) seller: (AccountId, AssetId, i128),
}

/// A line that is still owed: who, of what, why, for which order.
type Due = (AccountId, AssetId, LedgerKind, Option<OrderId>);

/// Balances as the lines tell them.
#[derive(Debug, Default)]
pub(crate) struct Purses {
    /// Available and held.
    balances: BTreeMap<(AccountId, AssetId), (i64, i64)>,
    /// What is held for each order.
    held: BTreeMap<OrderId, i128>,
    /// Brought in less taken out.
    supply: BTreeMap<AssetId, i128>,
    /// What the lines of this command added to each asset beyond deposits and withdrawals.
    created: BTreeMap<AssetId, i128>,
    /// Lines that the last trade or purchase still owes.
    due: Vec<(Due, i128)>,
}

impl Purses {
    pub(crate) fn balances(&self) -> &BTreeMap<(AccountId, AssetId), (i64, i64)> {
        &self.balances
    }

    pub(crate) fn supply(&self) -> &BTreeMap<AssetId, i128> {
        &self.supply
    }

    /// What is held for each order; nothing for those that are not here.
    pub(super) fn held(&self) -> &BTreeMap<OrderId, i128> {
        &self.held
    }

    /// A trade: its lines must follow, each exactly once.
    pub(super) fn expect(&mut self, trade: Settlement) {
        let Settlement { base, quote, units, value, buyer, seller } = trade;
        self.due = vec![
            ((buyer.account, quote, LedgerKind::Buy, Some(buyer.order)), -value),
            ((buyer.account, base, LedgerKind::Buy, Some(buyer.order)), units),
            ((seller.account, base, LedgerKind::Sell, Some(seller.order)), -units),
            ((seller.account, quote, LedgerKind::Sell, Some(seller.order)), value),
            ((buyer.account, quote, LedgerKind::Fee, Some(buyer.order)), -buyer.fee),
            ((seller.account, quote, LedgerKind::Fee, Some(seller.order)), -seller.fee),
        ];
        // The venue's line names one of the two orders; only its sum is settled by the rules.
        let earned = buyer.fee + seller.fee;
        self.due.push(((AccountId::VENUE, quote, LedgerKind::Fee, None), earned));
        self.due.retain(|&(_, amount)| amount != 0);
    }

    /// A purchase at a desk: its lines must follow.
    pub(super) fn expect_purchase(&mut self, purchase: Purchase) {
        let ((client, money, amount), (seller, sells, coins)) = (purchase.client, purchase.seller);
        self.due = vec![
            ((client, money, LedgerKind::Buy, None), -amount),
            ((client, sells, LedgerKind::Buy, None), coins),
            ((seller, sells, LedgerKind::Sell, None), -coins),
            ((seller, money, LedgerKind::Sell, None), amount),
        ];
        self.due.retain(|&(_, amount)| amount != 0);
    }

    /// Nothing is owed any more.
    pub(super) fn settled(&self) -> Breach {
        demand!(self.due.is_empty(), "a trade was not paid: {:?} is missing", self.due);
        Ok(())
    }

    /// One line.
    pub(super) fn post(&mut self, line: &LedgerLine, rules: &Rules) -> Breach {
        let amount = line.amount.get();
        let (before, held_before) =
            self.balances.get(&(line.account, line.asset)).copied().unwrap_or_default();
        let (available, held) = (line.available.get(), line.held.get());
        let (change, held_change) = (available - before, held - held_before);
        let owes = rules.owner(line.account).shorts.get(&line.asset).map_or(0, |limit| limit.get());
        demand!(available >= -owes && held >= 0, "account {} has less than nothing", line.account);
        demand!(amount != 0, "a line that changes nothing: {line:?}");
        let fits = match line.kind {
            LedgerKind::Deposit => change == amount && held_change == 0 && amount > 0,
            LedgerKind::Withdraw => change == amount && held_change == 0 && amount < 0,
            LedgerKind::Hold => change == -amount && held_change == amount && amount > 0,
            LedgerKind::Release => change == amount && held_change == -amount && amount > 0,
            // A trade gives from held, a purchase at a desk from available; the seller's fee comes from available.
            LedgerKind::Buy | LedgerKind::Sell if amount < 0 && line.order.is_some() => {
                change == 0 && held_change == amount
            }
            LedgerKind::Fee if amount < 0 => {
                change + held_change == amount && (change == 0 || held_change == 0)
            }
            LedgerKind::Buy | LedgerKind::Sell | LedgerKind::Fee => change == amount && held_change == 0,
        };
        demand!(fits, "{line:?} does not continue {before} available and {held_before} held");
        self.balances.insert((line.account, line.asset), (available, held));
        if held_change != 0 {
            let Some(order) = line.order else { return Err(format!("{line:?} holds for no order")) };
            *self.held.entry(order).or_default() += i128::from(held_change);
        }
        let total = i128::from(change) + i128::from(held_change);
        match line.kind {
            LedgerKind::Deposit | LedgerKind::Withdraw => {
                *self.supply.entry(line.asset).or_default() += total;
            }
            LedgerKind::Hold | LedgerKind::Release => {}
            LedgerKind::Buy | LedgerKind::Sell | LedgerKind::Fee => {
                *self.created.entry(line.asset).or_default() += total;
                let order = line.order.filter(|_| line.account != AccountId::VENUE);
                let due = ((line.account, line.asset, line.kind, order), i128::from(amount));
                let Some(place) = self.due.iter().position(|owed| *owed == due) else {
                    return Err(format!("{line:?} is not what a trade owes: {:?}", self.due));
                };
                self.due.remove(place);
            }
        }
        Ok(())
    }

    /// Between two commands: no asset was made or lost.
    pub(super) fn conserved(&mut self) -> Breach {
        for (asset, created) in &self.created {
            demand!(*created == 0, "{created} of asset {asset} came from nowhere");
        }
        self.created.clear();
        self.held.retain(|_, held| *held != 0);
        Ok(())
    }
}
