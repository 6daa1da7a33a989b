//! The auditor's books: who may trade next, and at which price.

use std::collections::{BTreeMap, VecDeque};

use outcry_engine::{
    AccountId, CancelReason, FeeRate, InstrumentId, NewInstrument, NewOrder, OrderId, OrderPrice, Posting,
    Price, Priority, Side, TimeInForce, Trade,
};

use super::purses::{Leg, Settlement};
use super::{Breach, demand};
use crate::oracle::terms;

/// An order as the events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditedOrder {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// Its limit, if it has one.
    pub price: OrderPrice,
    /// Total lots.
    pub quantity: u64,
    /// Lots traded.
    pub filled: u64,
    /// Whether it may take.
    pub posting: Posting,
    time_in_force: TimeInForce,
}

impl AuditedOrder {
    /// Lots that may still trade.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.quantity - self.filled
    }
}

/// One side of a book: per price, best first, the orders in line.
type Lines = BTreeMap<i64, VecDeque<OrderId>>;

/// An instrument, its scales and its two sides.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) terms: NewInstrument,
    pub(crate) base_digits: u8,
    pub(crate) quote_digits: u8,
    buys: Lines,
    sells: Lines,
}

impl Book {
    fn lines(&mut self, side: Side) -> &mut Lines {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }

    /// The orders of a side in the order in which they may trade.
    pub(crate) fn line(&self, side: Side) -> impl Iterator<Item = OrderId> + '_ {
        let lines = match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        };
        lines.values().flatten().copied()
    }
}

/// Every order that is open, and the one that is entering.
#[derive(Debug, Default)]
pub(crate) struct Books {
    books: Vec<Book>,
    resting: BTreeMap<OrderId, AuditedOrder>,
    entering: Option<(OrderId, AuditedOrder)>,
    accepted: u64,
    trades: u64,
    /// The instrument of the last order event, which is the only one whose book may have changed.
    touched: Option<InstrumentId>,
}

impl Books {
    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    pub(super) fn trades(&self) -> u64 {
        self.trades
    }

    pub(crate) fn books(&self) -> &[Book] {
        &self.books
    }

    pub(crate) fn resting(&self) -> &BTreeMap<OrderId, AuditedOrder> {
        &self.resting
    }

    pub(super) fn open(
        &mut self,
        instrument: InstrumentId,
        terms: NewInstrument,
        base_digits: u8,
        quote_digits: u8,
    ) -> Breach {
        demand!(instrument.get() as usize == self.books.len(), "instrument {instrument} is not the next");
        self.books.push(Book { terms, base_digits, quote_digits, buys: Lines::new(), sells: Lines::new() });
        Ok(())
    }

    pub(super) fn accept(&mut self, order: OrderId, new: &NewOrder) -> Breach {
        demand!(order.get() == self.accepted + 1, "order {order} follows order {}", self.accepted);
        demand!(self.entering.is_none(), "order {order} enters while another does");
        self.accepted = order.get();
        self.touched = Some(new.instrument);
        let entering = AuditedOrder {
            account: new.account,
            instrument: new.instrument,
            side: new.side,
            price: new.price,
            quantity: new.quantity.get(),
            filled: 0,
            posting: new.posting,
            time_in_force: new.time_in_force,
        };
        self.entering = Some((order, entering));
        Ok(())
    }

    /// Checks a trade against both orders and gives what has to be paid.
    pub(super) fn trade(&mut self, trade: &Trade) -> Result<Settlement, String> {
        demand!(trade.trade.get() == self.trades + 1, "trade {} follows trade {}", trade.trade, self.trades);
        self.trades += 1;
        let lots = trade.quantity.get();
        let Some((taker_id, taker)) = &mut self.entering else {
            return Err(format!("trade {} has no order that enters", trade.trade));
        };
        demand!(*taker_id == trade.taker, "order {} takes, but {taker_id} enters", trade.taker);
        demand!(taker.posting == Posting::Any, "post-only order {taker_id} takes");
        demand!(
            (taker.account, taker.instrument, taker.side)
                == (trade.taker_account, trade.instrument, trade.taker_side),
            "trade {} misnames its taker",
            trade.trade
        );
        demand!(lots <= taker.leaves(), "order {taker_id} trades more than is left of it");
        taker.filled += lots;
        demand!(
            taker.leaves() == trade.taker_leaves.get(),
            "order {taker_id} has {} left, not {}: quantity is not filled and leaves",
            taker.leaves(),
            trade.taker_leaves.get()
        );
        if let OrderPrice::Limit(limit) = taker.price {
            demand!(inside(taker.side, limit, trade.price), "order {taker_id} trades beyond its limit");
        }

        let book = &mut self.books[trade.instrument.get() as usize];
        let lines = book.lines(trade.taker_side.opposite());
        let mut first = lines.first_entry().ok_or("a trade with an empty side")?;
        demand!(
            first.get().front() == Some(&trade.maker),
            "order {} trades although {:?} is first in line",
            trade.maker,
            first.get().front()
        );
        let maker = self.resting.get_mut(&trade.maker).ok_or("the maker does not rest")?;
        demand!(maker.account == trade.maker_account, "trade {} misnames its maker", trade.trade);
        demand!(
            maker.price == OrderPrice::Limit(trade.price),
            "the trade prints at {:?}, the maker's price is {:?}",
            trade.price,
            maker.price
        );
        demand!(lots <= maker.leaves(), "order {} trades more than is left of it", trade.maker);
        maker.filled += lots;
        demand!(
            maker.leaves() == trade.maker_leaves.get(),
            "order {} has {} left",
            trade.maker,
            maker.leaves()
        );
        if maker.leaves() == 0 {
            first.get_mut().pop_front();
            if first.get().is_empty() {
                first.remove();
            }
            self.resting.remove(&trade.maker);
        }
        Ok(settlement(&self.books[trade.instrument.get() as usize], trade))
    }

    pub(super) fn rest(
        &mut self,
        order: OrderId,
        identity: (AccountId, InstrumentId, Side),
        price: Price,
        leaves: u64,
        ahead: u64,
    ) -> Breach {
        let Some((entering_id, entering)) = self.entering.take() else {
            return Err(format!("order {order} rests without entering"));
        };
        demand!(entering_id == order, "order {order} rests while {entering_id} enters");
        demand!(
            identity == (entering.account, entering.instrument, entering.side),
            "order {order} rests as another"
        );
        demand!(
            entering.price == OrderPrice::Limit(price),
            "order {order} rests at a price that is not its own"
        );
        demand!(entering.leaves() == leaves, "order {order} rests with {leaves} of {}", entering.leaves());
        demand!(entering.time_in_force == TimeInForce::GoodTillCancel, "order {order} may not rest");
        let line = self.books[entering.instrument.get() as usize]
            .lines(entering.side)
            .entry(rank(entering.side, price));
        let line = line.or_default();
        let before: u64 =
            line.iter().filter_map(|other| self.resting.get(other)).map(AuditedOrder::leaves).sum();
        demand!(before == ahead, "order {order} rests behind {before}, not {ahead}");
        line.push_back(order);
        self.resting.insert(order, entering);
        Ok(())
    }

    pub(super) fn cancel(
        &mut self,
        order: OrderId,
        account: AccountId,
        canceled: u64,
        rested: bool,
        reason: CancelReason,
    ) -> Breach {
        let ended = if rested {
            let ended = self.resting.remove(&order).ok_or(format!("order {order} ends but does not rest"))?;
            self.leave(order, &ended)?;
            demand!(reason == CancelReason::Requested, "order {order} rests and ends by {reason:?}");
            ended
        } else {
            let (entering, ended) =
                self.entering.take().ok_or(format!("order {order} ends but does not enter"))?;
            demand!(entering == order, "order {order} ends while {entering} enters");
            let reachable = self.reachable(&ended);
            let may_end = match reason {
                CancelReason::Requested => false,
                CancelReason::ImmediateOrCancel | CancelReason::NoLiquidity => reachable == 0,
                CancelReason::FillOrKill => ended.filled == 0 && reachable < ended.quantity,
                _ => return Err(format!("no rule is known for the end of order {order} by {reason:?}")),
            };
            demand!(may_end, "order {order} ends by {reason:?} with {reachable} within reach: {ended:?}");
            ended
        };
        demand!(ended.account == account, "order {order} ends as another's");
        demand!(
            ended.quantity == ended.filled + canceled && canceled > 0,
            "order {order}: quantity {} is not filled {} and canceled {canceled}",
            ended.quantity,
            ended.filled
        );
        self.touched = Some(ended.instrument);
        Ok(())
    }

    /// Lots that an order could still trade with.
    fn reachable(&self, entering: &AuditedOrder) -> u64 {
        let opposite = entering.side.opposite();
        self.books[entering.instrument.get() as usize]
            .line(opposite)
            .map(|order| &self.resting[&order])
            .take_while(|maker| match (entering.price, maker.price) {
                (OrderPrice::Limit(limit), OrderPrice::Limit(price)) => inside(entering.side, limit, price),
                _ => true,
            })
            .map(AuditedOrder::leaves)
            .sum()
    }

    pub(super) fn replace(
        &mut self,
        order: OrderId,
        account: AccountId,
        (old_price, old_leaves): (Price, u64),
        price: Price,
        (quantity, leaves): (u64, u64),
        priority: Priority,
    ) -> Breach {
        let mut new =
            *self.resting.get(&order).ok_or(format!("order {order} is replaced but does not rest"))?;
        demand!(new.account == account, "order {order} is replaced by another's owner");
        demand!(
            new.price == OrderPrice::Limit(old_price) && new.leaves() == old_leaves,
            "order {order} had other terms"
        );
        demand!(quantity > new.filled && quantity - new.filled == leaves, "order {order} leaves {leaves}");
        let keeps = price == old_price && quantity <= new.quantity;
        demand!(keeps == (priority == Priority::Kept), "order {order} has {priority:?} its place");
        new.price = OrderPrice::Limit(price);
        new.quantity = quantity;
        self.touched = Some(new.instrument);
        if keeps {
            self.resting.insert(order, new);
            return Ok(());
        }
        let old = self.resting.remove(&order).ok_or("it was there")?;
        self.leave(order, &old)?;
        demand!(self.entering.is_none(), "order {order} enters again while another does");
        self.entering = Some((order, new));
        Ok(())
    }

    /// Takes an order out of its line.
    fn leave(&mut self, order: OrderId, old: &AuditedOrder) -> Breach {
        let OrderPrice::Limit(price) = old.price else { return Err(format!("order {order} has no price")) };
        let lines = self.books[old.instrument.get() as usize].lines(old.side);
        let line = lines.get_mut(&rank(old.side, price)).ok_or("its line is gone")?;
        let place = line.iter().position(|&other| other == order).ok_or("it is not in its line")?;
        line.remove(place);
        if line.is_empty() {
            lines.remove(&rank(old.side, price));
        }
        Ok(())
    }

    /// Between two commands: nobody is in the air, the book is not crossed.
    pub(super) fn consistent(&mut self) -> Breach {
        if let Some((order, entering)) = self.entering.take() {
            demand!(
                entering.leaves() == 0,
                "order {order} neither rests nor ends with {} left",
                entering.leaves()
            );
        }
        let Some(touched) = self.touched.take() else { return Ok(()) };
        let book = &self.books[touched.get() as usize];
        if let (Some((bid, _)), Some((ask, _))) = (book.buys.first_key_value(), book.sells.first_key_value())
        {
            demand!(-bid < *ask, "the book is crossed: bid {} and ask {ask}", -bid);
        }
        Ok(())
    }
}

/// What a trade moves.
fn settlement(book: &Book, trade: &Trade) -> Settlement {
    let lots = trade.quantity.get();
    let value = terms::value(&book.terms, book.quote_digits, trade.price, lots);
    let fee = |rate: FeeRate| value * i128::from(rate.ppm()) / 1_000_000;
    let maker = Leg { account: trade.maker_account, order: trade.maker, fee: fee(book.terms.maker_fee) };
    let taker = Leg { account: trade.taker_account, order: trade.taker, fee: fee(book.terms.taker_fee) };
    let (buyer, seller) = match trade.taker_side {
        Side::Buy => (taker, maker),
        Side::Sell => (maker, taker),
    };
    Settlement {
        base: book.terms.base,
        quote: book.terms.quote,
        units: terms::base_units(&book.terms, book.base_digits, lots),
        value,
        buyer,
        seller,
    }
}

/// A price as a number that is lower the earlier its line trades.
fn rank(side: Side, price: Price) -> i64 {
    match side {
        Side::Buy => -price.get(),
        Side::Sell => price.get(),
    }
}

/// Whether a trade at `price` is no worse for the order than its limit.
fn inside(side: Side, limit: Price, price: Price) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}
