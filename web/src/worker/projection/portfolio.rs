//! One account: which orders are open, what of them rests at each price, and the newest fills.
//!
//! The terms and leaves of an open order are the engine's; only what it does not keep stands here.

use std::collections::{BTreeMap, VecDeque};

use outcry_engine::{
    Amount, InstrumentId, LedgerKind, LedgerLine, Lots, OrderId, OrderPrice, Price, Side, Timestamp, Trade,
};

use crate::protocol::Fill;

/// Fills kept: as many as one frame may carry.
const KEPT: usize = 200;

/// Orders and fills of one account.
#[derive(Clone, Debug, Default)]
pub struct Portfolio {
    pub(super) version: u64,
    /// When each open order was accepted; ordered, because the newest are shown first.
    orders: BTreeMap<OrderId, Timestamp>,
    /// What rests at each price; ordered by nothing but its key, small for a person's account.
    resting: BTreeMap<(InstrumentId, Side, Price), Lots>,
    /// A queue: fills enter at the back and leave at the front.
    fills: VecDeque<Fill>,
}

impl Portfolio {
    /// Changes with everything that a view of the account shows; no two accounts share one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Open orders and when they were accepted, newest first.
    pub fn orders(&self) -> impl Iterator<Item = (OrderId, Timestamp)> + '_ {
        self.orders.iter().rev().map(|(&order, &accepted)| (order, accepted))
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

    pub(super) fn accepted(&mut self, order: OrderId, at: Timestamp) {
        self.orders.insert(order, at);
    }

    pub(super) fn rested(&mut self, instrument: InstrumentId, side: Side, price: Price, lots: Lots) {
        let level = self.resting.entry((instrument, side, price)).or_default();
        *level = Lots::new(level.get() + lots.get());
    }

    pub(super) fn left(&mut self, instrument: InstrumentId, side: Side, price: Price, lots: Lots) {
        let key = (instrument, side, price);
        let Some(level) = self.resting.get_mut(&key) else { return };
        *level = Lots::new(level.get().saturating_sub(lots.get()));
        if level.is_zero() {
            self.resting.remove(&key);
        }
    }

    pub(super) fn canceled(
        &mut self,
        order: OrderId,
        instrument: InstrumentId,
        side: Side,
        rested: Option<(OrderPrice, Lots)>,
    ) {
        self.orders.remove(&order);
        if let Some((OrderPrice::Limit(price), lots)) = rested {
            self.left(instrument, side, price, lots);
        }
    }

    pub(super) fn made(&mut self, at: Timestamp, trade: &Trade) {
        let side = trade.taker_side.opposite();
        self.left(trade.instrument, side, trade.price, trade.quantity.lots());
        self.filled(at, trade, trade.maker, side, trade.maker_leaves, true);
    }

    pub(super) fn took(&mut self, at: Timestamp, trade: &Trade) {
        self.filled(at, trade, trade.taker, trade.taker_side, trade.taker_leaves, false);
    }

    fn filled(
        &mut self,
        at: Timestamp,
        trade: &Trade,
        order: OrderId,
        side: Side,
        leaves: Lots,
        maker: bool,
    ) {
        if leaves.is_zero() {
            self.orders.remove(&order);
        }
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
