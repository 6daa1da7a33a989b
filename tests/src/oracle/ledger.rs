//! The oracle's money: holds, settlement, and the lines that tell of them.

use outcry_engine::{AccountId, AssetId, Event, LedgerKind, LedgerLine, OrderId, Reject};

use super::{Oracle, minor_units};

impl Oracle {
    /// Refuses if less is available than needed.
    pub(super) fn check_funds(&self, account: AccountId, asset: AssetId, needed: i128) -> Result<(), Reject> {
        let available = self.purse(account, asset).available;
        if needed > available {
            let (needed, available) = (minor_units(needed), minor_units(available));
            return Err(Reject::InsufficientFunds { asset, needed, available });
        }
        Ok(())
    }

    /// Changes a balance and writes its line: the sum of both changes, or for holds and releases what moved.
    #[expect(clippy::too_many_arguments, reason = "one line of a ledger has this many columns")]
    pub(super) fn change(
        &mut self,
        account: AccountId,
        asset: AssetId,
        kind: LedgerKind,
        available: i128,
        held: i128,
        order: Option<OrderId>,
        events: &mut Vec<Event>,
    ) {
        if available == 0 && held == 0 {
            return;
        }
        let purse = self.purses.entry((account, asset)).or_default();
        purse.available += available;
        purse.held += held;
        assert!(
            purse.available >= 0 && purse.held >= 0,
            "{account} has less than nothing of {asset}: {purse:?}"
        );
        let amount = match kind {
            LedgerKind::Hold => held,
            LedgerKind::Release => available,
            _ => available + held,
        };
        events.push(Event::LedgerPosted(LedgerLine {
            account,
            asset,
            kind,
            amount: minor_units(amount),
            available: minor_units(purse.available),
            held: minor_units(purse.held),
            order,
        }));
    }

    /// Sets an amount aside for an order.
    pub(super) fn hold(
        &mut self,
        (account, asset): (AccountId, AssetId),
        units: i128,
        order: OrderId,
        events: &mut Vec<Event>,
    ) {
        self.change(account, asset, LedgerKind::Hold, -units, units, Some(order), events);
    }

    /// Frees what was set aside for an order.
    pub(super) fn release(
        &mut self,
        (account, asset): (AccountId, AssetId),
        units: i128,
        order: OrderId,
        events: &mut Vec<Event>,
    ) {
        self.change(account, asset, LedgerKind::Release, units, -units, Some(order), events);
    }
}
