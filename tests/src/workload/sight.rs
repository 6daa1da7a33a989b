//! What a workload knows: no more than the events told it.

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, AssetId, Condition, Event, InstrumentId, NewInstrument, NewOrder, OrderId, OrderPrice, Phase,
    Price, Side,
};

/// How many closed orders are remembered.
const REMEMBERED: usize = 32;
/// How many times to come are remembered.
const AHEAD: usize = 64;

/// An order that is open.
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
    /// Where it rests, else its limit or, without one, the lowest price.
    pub price: Price,
    /// What is left in lots.
    pub leaves: u64,
    /// Its total less what is left: traded or lost.
    pub filled: u64,
    /// Whether it rests in the book.
    pub rests: bool,
}

/// A fold over events, just large enough to aim with.
#[derive(Debug, Default)]
pub struct Sight {
    live: Vec<LiveOrder>,
    closed: Vec<OrderId>,
    available: BTreeMap<(AccountId, AssetId), i64>,
    instruments: Vec<NewInstrument>,
    phases: BTreeMap<InstrumentId, Phase>,
    assets: Vec<u8>,
    accounts: u32,
    desks: u32,
    blocked: Vec<AccountId>,
    last_order: u64,
    last_price: BTreeMap<InstrumentId, Price>,
    /// Times at which something is due, in nanoseconds.
    ahead: Vec<u64>,
}

impl Sight {
    /// Orders that are open.
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

    /// How an instrument trades.
    pub(super) fn phase(&self, instrument: InstrumentId) -> Phase {
        self.phases.get(&instrument).copied().unwrap_or_default()
    }

    /// The last trade's price.
    pub(super) fn last_price(&self, instrument: InstrumentId) -> Option<Price> {
        self.last_price.get(&instrument).copied()
    }

    /// Every asset's decimals.
    pub(super) fn assets(&self) -> &[u8] {
        &self.assets
    }

    /// The highest number of an account.
    pub(super) fn accounts(&self) -> u32 {
        self.accounts
    }

    /// How many desks are open.
    pub(super) fn desks(&self) -> u32 {
        self.desks
    }

    /// Accounts whose kill switch is set.
    pub(super) fn blocked(&self) -> &[AccountId] {
        &self.blocked
    }

    /// The highest number of an order.
    pub(super) fn last_order(&self) -> u64 {
        self.last_order
    }

    /// Times at which something is or was due.
    pub(super) fn ahead(&self) -> &[u64] {
        &self.ahead
    }

    /// What an account can use of an asset.
    pub(super) fn available(&self, account: AccountId, asset: AssetId) -> i64 {
        self.available.get(&(account, asset)).copied().unwrap_or(0)
    }

    /// The best order of a side, the first come of its price.
    pub(super) fn best(&self, instrument: InstrumentId, side: Side) -> Option<&LiveOrder> {
        self.live
            .iter()
            .filter(|live| live.rests && live.instrument == instrument && live.side == side)
            .min_by_key(|live| match side {
                Side::Buy => -live.price.get(),
                Side::Sell => live.price.get(),
            })
    }

    /// Lots of the other side that an order could trade with.
    pub(super) fn reachable(&self, instrument: InstrumentId, side: Side, price: OrderPrice) -> u64 {
        self.live
            .iter()
            .filter(|live| live.rests && live.instrument == instrument && live.side == side.opposite())
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
            Event::AssetCreated { decimals, .. } => self.assets.push(decimals),
            Event::InstrumentCreated { terms, .. } => self.instruments.push(terms),
            Event::AccountOpened { account, .. } => self.accounts = account.get(),
            Event::DeskOpened { .. } => self.desks += 1,
            Event::AccountBlocked { account } => self.blocked.push(account),
            Event::AccountUnblocked { account } => self.blocked.retain(|&blocked| blocked != account),
            Event::LedgerPosted(line) => {
                self.available.insert((line.account, line.asset), line.available.get());
            }
            Event::OrderConditioned { condition: Condition::Expires(at), .. } => self.expect(at.nanos()),
            Event::PhaseChanged { instrument, phase, end, .. } => {
                self.phases.insert(instrument, phase);
                if let Some(end) = end {
                    self.expect(end.at.nanos());
                }
            }
            Event::MarketHalted { until: Some(until) } => self.expect(until.nanos()),
            _ => self.see_order(event),
        }
    }

    /// Takes in what happens to an order.
    fn see_order(&mut self, event: &Event) {
        match *event {
            Event::OrderAccepted { order, terms } => self.open(order, &terms),
            Event::OrderRested { order, price, .. } => {
                self.change(order, |live| (live.price, live.rests) = (price, true))
            }
            Event::OrderWaits { order, .. } => self.change(order, |live| live.rests = false),
            Event::OrderRepriced { order, price, .. } => self.change(order, |live| live.price = price),
            Event::Traded(trade) => {
                self.last_price.insert(trade.instrument, trade.price);
                self.left(trade.maker, trade.maker_leaves.get());
                self.left(trade.taker, trade.taker_leaves.get());
            }
            Event::TradePrevented { maker, taker, maker_leaves, taker_leaves, .. } => {
                self.left(maker, maker_leaves.get());
                self.left(taker, taker_leaves.get());
            }
            Event::OrderReduced { order, leaves, .. } => self.left(order, leaves.get()),
            Event::OrderCanceled { order, .. } => self.left(order, 0),
            Event::OrderReplaced { order, price, quantity, leaves, .. } => self.change(order, |live| {
                (live.price, live.leaves) = (price, leaves.get());
                live.filled = quantity.get() - leaves.get();
            }),
            _ => {}
        }
    }

    fn open(&mut self, order: OrderId, terms: &NewOrder) {
        self.last_order = order.get();
        self.live.push(LiveOrder {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price.limit().unwrap_or(Price::LOWEST),
            leaves: terms.quantity.get(),
            filled: 0,
            rests: false,
        });
    }

    fn change(&mut self, order: OrderId, change: impl FnOnce(&mut LiveOrder)) {
        if let Some(live) = self.live.iter_mut().find(|live| live.order == order) {
            change(live);
        }
    }

    /// So much is left of an order; it is closed when that is nothing.
    fn left(&mut self, order: OrderId, leaves: u64) {
        self.change(order, |live| {
            live.filled += live.leaves - leaves;
            live.leaves = leaves;
        });
        if leaves == 0 {
            self.live.retain(|live| live.order != order);
            if self.closed.len() == REMEMBERED {
                self.closed.remove(0);
            }
            self.closed.push(order);
        }
    }

    fn expect(&mut self, at: u64) {
        if self.ahead.len() == AHEAD {
            self.ahead.remove(0);
        }
        self.ahead.push(at);
    }
}
