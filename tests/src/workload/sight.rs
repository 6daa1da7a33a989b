//! What a workload knows: no more than the events told it.

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, AssetId, Event, InstrumentId, NewInstrument, OrderId, OrderPrice, Price, Side,
};

/// How many closed orders are remembered.
const REMEMBERED: usize = 32;

/// An order that rests.
#[derive(Clone, Copy, Debug)]
pub struct LiveOrder {
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
    /// What is left in lots.
    pub leaves: u64,
    /// What has traded of it.
    pub filled: u64,
}

/// A fold over events, just large enough to aim with.
#[derive(Debug, Default)]
pub struct Sight {
    live: Vec<LiveOrder>,
    closed: Vec<OrderId>,
    available: BTreeMap<(AccountId, AssetId), i64>,
    instruments: Vec<NewInstrument>,
    assets: Vec<u8>,
    accounts: u32,
    last_order: u64,
    /// The order that is being entered or entered again, and what has traded of it.
    entering: Option<(OrderId, u64)>,
}

impl Sight {
    /// Orders that rest.
    pub(super) fn live(&self) -> &[LiveOrder] {
        &self.live
    }

    /// Orders that were closed lately.
    pub(super) fn closed(&self) -> &[OrderId] {
        &self.closed
    }

    /// Every instrument's terms.
    pub(super) fn instruments(&self) -> &[NewInstrument] {
        &self.instruments
    }

    /// Every asset's decimals.
    pub(super) fn assets(&self) -> &[u8] {
        &self.assets
    }

    /// The highest number of an account.
    pub(super) fn accounts(&self) -> u32 {
        self.accounts
    }

    /// The highest number of an order.
    pub(super) fn last_order(&self) -> u64 {
        self.last_order
    }

    /// What an account can use of an asset.
    pub(super) fn available(&self, account: AccountId, asset: AssetId) -> i64 {
        self.available.get(&(account, asset)).copied().unwrap_or(0)
    }

    /// The best order of a side, the first come of its price.
    pub(super) fn best(&self, instrument: InstrumentId, side: Side) -> Option<&LiveOrder> {
        self.live.iter().filter(|live| live.instrument == instrument && live.side == side).min_by_key(
            |live| match side {
                Side::Buy => -live.price.get(),
                Side::Sell => live.price.get(),
            },
        )
    }

    /// Lots of the other side that an order could trade with.
    pub(super) fn reachable(&self, instrument: InstrumentId, side: Side, price: OrderPrice) -> u64 {
        self.live
            .iter()
            .filter(|live| live.instrument == instrument && live.side == side.opposite())
            .filter(|live| match price {
                OrderPrice::Market | OrderPrice::MarketToLimit => true,
                OrderPrice::Limit(limit) => side.crosses(limit, live.price),
            })
            .map(|live| live.leaves)
            .sum()
    }

    /// Takes one event in.
    pub(super) fn see(&mut self, event: &Event) {
        match *event {
            Event::CommandRejected(_) => {}
            Event::AssetCreated { decimals, .. } => self.assets.push(decimals),
            Event::InstrumentCreated { terms, .. } => self.instruments.push(terms),
            Event::AccountOpened { account, .. } => self.accounts = account.get(),
            Event::LedgerPosted(line) => {
                self.available.insert((line.account, line.asset), line.available.get());
            }
            Event::OrderAccepted { order, .. } => {
                self.last_order = order.get();
                self.entering = Some((order, 0));
            }
            Event::OrderRested { order, account, instrument, side, price, leaves, .. } => {
                let filled =
                    self.entering.filter(|entering| entering.0 == order).map_or(0, |entering| entering.1);
                let leaves = leaves.get();
                self.live.push(LiveOrder { order, account, instrument, side, price, leaves, filled });
            }
            Event::Traded(trade) => {
                let quantity = trade.quantity.get();
                if let Some(entering) = &mut self.entering {
                    entering.1 += quantity;
                }
                if let Some(maker) = self.live.iter_mut().find(|live| live.order == trade.maker) {
                    maker.leaves = trade.maker_leaves.get();
                    maker.filled += quantity;
                }
                if trade.maker_leaves.is_zero() {
                    self.close(trade.maker);
                }
                if trade.taker_leaves.is_zero() {
                    self.close(trade.taker);
                }
            }
            Event::OrderCanceled { order, .. } => self.close(order),
            Event::OrderReplaced { order, leaves, priority, .. } => {
                let Some(place) = self.live.iter().position(|live| live.order == order) else { return };
                match priority {
                    outcry_engine::Priority::Kept => self.live[place].leaves = leaves.get(),
                    outcry_engine::Priority::Lost => {
                        self.entering = Some((order, self.live[place].filled));
                        self.live.remove(place);
                    }
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, order: OrderId) {
        self.live.retain(|live| live.order != order);
        if self.closed.len() == REMEMBERED {
            self.closed.remove(0);
        }
        self.closed.push(order);
    }
}
