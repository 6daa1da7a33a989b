//! The oracle's money: what things are worth, what orders hold, and the lines that tell of it.

use outcry_engine::{
    AccountId, AssetId, Event, FeeRate, InstrumentId, LedgerKind, LedgerLine, OrderId, Price, Side,
};

use super::state::Order;
use super::{Oracle, minor_units, terms};

impl Oracle {
    /// Changes a balance and writes its line: the sum of both changes, or for holds and releases what moved.
    pub(super) fn change(
        &mut self,
        account: AccountId,
        asset: AssetId,
        kind: LedgerKind,
        available: i128,
        held: i128,
        order: Option<OrderId>,
    ) {
        if available == 0 && held == 0 {
            return;
        }
        let owes = self.holder(account).short_limits.get(&asset).copied().unwrap_or(0);
        let purse = self.purses.entry((account, asset)).or_default();
        purse.available += available;
        purse.held += held;
        assert!(
            purse.available >= -owes && purse.held >= 0,
            "{account} has less than it may of {asset}: {purse:?}"
        );
        let amount = match kind {
            LedgerKind::Hold => held,
            LedgerKind::Release => available,
            _ => available + held,
        };
        let line = LedgerLine {
            account,
            asset,
            kind,
            amount: minor_units(amount),
            available: minor_units(purse.available),
            held: minor_units(purse.held),
            order,
        };
        self.tell(Event::LedgerPosted(line));
    }

    /// Brings what an order holds to what it needs, if it lives: a hold or a release.
    pub(super) fn rehold(&mut self, id: OrderId) {
        if let Some(order) = self.find(id) {
            self.hold(id, self.need(order));
        }
    }

    /// Brings what an order holds to this amount.
    pub(super) fn hold(&mut self, id: OrderId, needed: i128) {
        let order = self.order_mut(id);
        let more = needed - order.held;
        order.held = needed;
        let (account, instrument, side) = (order.account, order.instrument, order.side);
        let kind = if more > 0 { LedgerKind::Hold } else { LedgerKind::Release };
        self.change(account, self.gives(instrument, side), kind, -more, more, Some(id));
    }

    /// What an order needs held for what is left of it.
    pub(super) fn need(&self, order: &Order) -> i128 {
        let alone = self.need_alone(order);
        match order.pair.and_then(|other| self.find(other)) {
            Some(limit) if order.is_stop => (alone - self.need_alone(limit)).max(0),
            _ => alone,
        }
    }

    /// The same as if it were no part of a pair.
    pub(super) fn need_alone(&self, order: &Order) -> i128 {
        match (order.side, order.holds_at()) {
            (Side::Sell, _) => self.goods(order.instrument, order.left),
            (Side::Buy, Some(price)) => self.cost(order.instrument, price, order.left),
            (Side::Buy, None) if order.left == 0 => 0,
            (Side::Buy, None) => order.held,
        }
    }

    /// What a purchase with this limit can cost at worst.
    pub(super) fn cost(&self, instrument: InstrumentId, price: Price, lots: u64) -> i128 {
        let value = self.value(instrument, price, lots);
        value + fee(value, self.worst_rate(instrument))
    }

    /// The highest rate that an order of the instrument may have to pay.
    pub(super) fn worst_rate(&self, instrument: InstrumentId) -> FeeRate {
        let terms = &self.market(instrument).terms;
        terms.maker_fee.max(terms.taker_fee).max(FeeRate::ZERO)
    }

    /// Maker's and taker's rate of an account: those of its tier, else the instrument's.
    pub(super) fn rates(&self, instrument: InstrumentId, account: AccountId) -> (FeeRate, FeeRate) {
        let market = self.market(instrument);
        let own = (market.terms.maker_fee, market.terms.taker_fee);
        market.settings.tiers.get(&self.holder(account).tier).copied().unwrap_or(own)
    }

    /// What a quantity is worth at a price.
    pub(super) fn value(&self, instrument: InstrumentId, price: Price, lots: u64) -> i128 {
        let terms = &self.market(instrument).terms;
        terms::value(terms, self.digits(terms.quote), price, lots)
    }

    /// Minor units of the base asset in a quantity.
    pub(super) fn goods(&self, instrument: InstrumentId, lots: u64) -> i128 {
        let terms = &self.market(instrument).terms;
        terms::base_units(terms, self.digits(terms.base), lots)
    }

    /// Digits of an asset that an instrument names.
    fn digits(&self, asset: AssetId) -> u8 {
        self.decimals(asset).expect("an instrument's assets exist")
    }

    /// The asset that an order gives: a purchase the quote, a sale the base.
    pub(super) fn gives(&self, instrument: InstrumentId, side: Side) -> AssetId {
        let terms = &self.market(instrument).terms;
        match side {
            Side::Buy => terms.quote,
            Side::Sell => terms.base,
        }
    }
}

/// The fee on a value: its millionths times the rate, rounded toward zero to the minor unit.
pub(super) fn fee(value: i128, rate: FeeRate) -> i128 {
    value.saturating_mul(i128::from(rate.ppm())) / 1_000_000
}
