//! One account: which orders are open, what of them rests at each price, and the newest fills.
//!
//! The terms and leaves of an open order are the engine's; only what it does not keep stands here.

use std::collections::{BTreeMap, VecDeque};

use outcry_engine::{
    Amount, InstrumentId, LedgerKind, LedgerLine, Lots, OrderId, Price, Side, Timestamp, Trade, TradeKind,
};
use serde::{Deserialize, Serialize};

use crate::protocol::{EndedOrder, Fill};

/// Fills kept: as many as one frame may carry.
const KEPT: usize = 200;
/// Orders canceled by the market that are kept.
const ENDED_KEPT: usize = 20;

/// What is kept of an open order.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Open {
    accepted: Timestamp,
    shown: Option<Shown>,
}

/// What others see of an order, and where.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) instrument: InstrumentId,
    pub(super) side: Side,
    pub(super) price: Price,
    pub(super) lots: Lots,
}

/// Orders and fills of one account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Portfolio {
    pub(super) version: u64,
    /// Every open order; ordered, because the newest are shown first.
    orders: BTreeMap<OrderId, Open>,
    /// What is displayed at each price; ordered by nothing but its key, small for a person's account.
    resting: BTreeMap<(InstrumentId, Side, Price), Lots>,
    /// A queue: fills enter at the back and leave at the front.
    fills: VecDeque<Fill>,
    /// A queue, as the fills.
    ended: VecDeque<EndedOrder>,
}

impl Portfolio {
    /// Changes with everything that a view of the account shows; no two accounts share one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Open orders and when they were accepted, newest first.
    pub fn orders(&self) -> impl Iterator<Item = (OrderId, Timestamp)> + '_ {
        self.orders.iter().rev().map(|(&order, open)| (order, open.accepted))
    }

    /// How much of a price level is the account's.
    #[must_use]
    pub fn resting_at(&self, instrument: InstrumentId, side: Side, price: Price) -> Lots {
        self.resting.get(&(instrument, side, price)).copied().unwrap_or_default()
    }

    /// Fills, newest first.
    pub fn fills(&self) -> impl Iterator<Item = &Fill> + '_ {
        self.fills.iter().rev()
    }

    /// Orders that the market canceled without being asked, newest first.
    pub fn ended_orders(&self) -> impl Iterator<Item = &EndedOrder> + '_ {
        self.ended.iter().rev()
    }

    pub(super) fn ended(&mut self, order: EndedOrder) {
        if self.ended.len() == ENDED_KEPT {
            self.ended.pop_front();
        }
        self.ended.push_back(order);
    }

    pub(super) fn accepted(&mut self, order: OrderId, at: Timestamp) {
        self.orders.insert(order, Open { accepted: at, shown: None });
    }

    /// Whether the account has the order open.
    pub(super) fn has(&self, order: OrderId) -> bool {
        self.orders.contains_key(&order)
    }

    /// Notes what others see of an order from now.
    pub(super) fn show(&mut self, order: OrderId, shown: Option<Shown>) {
        let Some(open) = self.orders.get_mut(&order) else { return };
        let before = std::mem::replace(&mut open.shown, shown);
        if let Some(Shown { instrument, side, price, lots }) = before {
            let key = (instrument, side, price);
            if let Some(level) = self.resting.get_mut(&key) {
                *level = Lots::new(level.get().saturating_sub(lots.get()));
                if level.is_zero() {
                    self.resting.remove(&key);
                }
            }
        }
        if let Some(Shown { instrument, side, price, lots }) = shown {
            let level = self.resting.entry((instrument, side, price)).or_default();
            *level = Lots::new(level.get().saturating_add(lots.get()));
        }
    }

    /// Takes lots off what others see of an order, and closes it when nothing is left of it.
    pub(super) fn take(&mut self, order: OrderId, lots: Lots, leaves: Lots) {
        let Some(shown) = self.orders.get(&order).map(|open| open.shown) else { return };
        if let Some(shown) = shown {
            let left = shown.lots.get().saturating_sub(lots.get());
            self.show(order, (left > 0).then_some(Shown { lots: Lots::new(left), ..shown }));
        }
        if leaves.is_zero() {
            self.closed(order);
        }
    }

    /// An order has no more left than this: no more of it can be seen.
    pub(super) fn shrink(&mut self, order: OrderId, leaves: Lots) {
        let shown = self.orders.get(&order).and_then(|open| open.shown);
        let beyond = shown.map_or(0, |shown| shown.lots.get().saturating_sub(leaves.get()));
        self.take(order, Lots::new(beyond), leaves);
    }

    pub(super) fn closed(&mut self, order: OrderId) {
        self.show(order, None);
        self.orders.remove(&order);
    }

    pub(super) fn made(&mut self, at: Timestamp, trade: &Trade) {
        self.take(trade.maker, trade.quantity.lots(), trade.maker_leaves);
        self.filled(at, trade, trade.maker, trade.taker_side.opposite(), true);
    }

    /// In an auction both orders waited, and both pay what a maker pays.
    pub(super) fn took(&mut self, at: Timestamp, trade: &Trade) {
        self.take(trade.taker, trade.quantity.lots(), trade.taker_leaves);
        self.filled(at, trade, trade.taker, trade.taker_side, trade.kind == TradeKind::Auction);
    }

    fn filled(&mut self, at: Timestamp, trade: &Trade, order: OrderId, side: Side, maker: bool) {
        if self.fills.len() == KEPT {
            self.fills.pop_front();
        }
        self.fills.push_back(Fill {
            trade: trade.trade,
            order,
            instrument: trade.instrument,
            side,
            price: trade.price,
            quantity: trade.quantity,
            // Told by the ledger line that follows, if there is one.
            fee: Amount::ZERO,
            maker,
            at,
        });
    }

    pub(super) fn ledger(&mut self, line: &LedgerLine) {
        if line.kind != LedgerKind::Fee {
            return;
        }
        // The newest fill of the order is the one that the fee is for: its lines follow the trade.
        let fill = self.fills.iter_mut().rev().take(2).find(|fill| Some(fill.order) == line.order);
        if let Some(fill) = fill
            && let Ok(fee) = Amount::new(-line.amount.get())
        {
            fill.fee = fee;
        }
    }
}
