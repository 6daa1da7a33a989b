//! Positions: what each account bought and sold of an instrument, at what cost, and what it made of it.
//!
//! A fold over trades and no part of the exchange's state: no rule depends on it, and it can be had anew from the events at any
//! time. Cost is kept by the average-cost method. Fees are not in it; they are lines of the ledger. Values are *ticks x
//! lots*, exact; [`Instrument::tick_value`](crate::Instrument::tick_value) makes money of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Event, InstrumentId, Price, Qty, Side};

/// The position of an account in an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Lots bought less lots sold: above zero long, below zero short.
    lots: i128,
    /// What the open lots were bought, or sold short, for.
    cost: i128,
    realised: i128,
}

impl Position {
    /// Lots: above zero long, below zero short.
    #[must_use]
    pub const fn lots(&self) -> i128 {
        self.lots
    }

    /// What the open lots were bought for, or sold short for, in ticks x lots; not below zero. Divided by the lots it is the
    /// average cost.
    #[must_use]
    pub const fn cost(&self) -> i128 {
        self.cost
    }

    /// Profit, or below zero loss, of what was closed, in ticks x lots.
    #[must_use]
    pub const fn realised(&self) -> i128 {
        self.realised
    }

    /// Profit or loss in ticks x lots if all of it were closed at this price.
    #[must_use]
    pub fn unrealised(&self, mark: Price) -> i128 {
        self.lots * i128::from(mark.get()) - self.lots.signum() * self.cost
    }

    /// A trade of the account. What goes against the position closes it, at its average cost rounded down to a tick x lot until
    /// the last lot, which takes what is left; the rest opens.
    pub fn trade(&mut self, side: Side, price: Price, quantity: Qty) {
        let (price, lots) = (i128::from(price.get()), i128::from(quantity.get()));
        let sign = match side {
            Side::Buy => 1,
            Side::Sell => -1,
        };
        let open = self.lots.abs();
        let closed = if self.lots.signum() == -sign { lots.min(open) } else { 0 };
        if closed > 0 {
            // Split, so that no product needs more than cost x lots of one trade.
            let share = self.cost / open * closed + self.cost % open * closed / open;
            self.realised += self.lots.signum() * (closed * price - share);
            self.cost -= share;
        }
        self.cost += (lots - closed) * price;
        self.lots += sign * lots;
    }
}

/// The positions of all accounts, as far as events were shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Positions {
    // Ordered, so that equal positions are equal values.
    positions: BTreeMap<(AccountId, InstrumentId), Position>,
}

impl Positions {
    /// Shows an event. An account that trades with itself has the position that it had.
    pub fn observe(&mut self, event: &Event) {
        let Event::Traded(trade) = event else { return };
        if trade.maker_account == trade.taker_account {
            return;
        }
        let sides =
            [(trade.maker_account, trade.taker_side.opposite()), (trade.taker_account, trade.taker_side)];
        for (account, side) in sides {
            let position = self.positions.entry((account, trade.instrument)).or_default();
            position.trade(side, trade.price, trade.quantity);
        }
    }

    /// The position of an account; nothing if it never traded there.
    #[must_use]
    pub fn of(&self, account: AccountId, instrument: InstrumentId) -> Position {
        self.positions.get(&(account, instrument)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(trades: &[(Side, i64, u64)]) -> Position {
        let mut position = Position::default();
        for &(side, price, lots) in trades {
            position.trade(side, Price::new(price).unwrap(), Qty::new(lots).unwrap());
        }
        position
    }

    #[test]
    fn a_long_position_has_the_average_cost_of_what_is_open() {
        let open = after(&[(Side::Buy, 100, 10), (Side::Buy, 110, 10)]);
        assert_eq!((open.lots(), open.cost(), open.realised()), (20, 2_100, 0));
        assert_eq!(open.unrealised(Price::new(104).unwrap()), -20);
        let sold = after(&[(Side::Buy, 100, 10), (Side::Buy, 110, 10), (Side::Sell, 120, 5)]);
        assert_eq!((sold.lots(), sold.cost(), sold.realised()), (15, 1_575, 75));
    }

    #[test]
    fn a_short_position_gains_when_the_price_falls() {
        let short = after(&[(Side::Sell, 100, 10), (Side::Buy, 90, 4)]);
        assert_eq!((short.lots(), short.cost(), short.realised()), (-6, 600, 40));
        assert_eq!(short.unrealised(Price::new(110).unwrap()), -60);
    }

    #[test]
    fn a_trade_through_zero_closes_and_opens() {
        let turned = after(&[(Side::Buy, 100, 10), (Side::Sell, 105, 15)]);
        assert_eq!((turned.lots(), turned.cost(), turned.realised()), (-5, 525, 50));
    }

    proptest! {
        /// Whatever the rounding on the way, money in less money out is what was made: realised and unrealised are the value of
        /// all trades at the mark. Planted: a share rounded up, and a closed lot that keeps its cost.
        #[test]
        fn nothing_is_lost(trades in prop::collection::vec((any::<bool>(), 1_i64..50, 1_u64..30), 0..60), mark in 1_i64..50) {
            let trades: Vec<_> = trades
                .into_iter()
                .map(|(buys, price, lots)| (if buys { Side::Buy } else { Side::Sell }, price, lots))
                .collect();
            let position = after(&trades);
            let made: i128 = trades
                .iter()
                .map(|&(side, price, lots)| {
                    let gain = i128::from(mark - price) * i128::from(lots);
                    if side == Side::Buy { gain } else { -gain }
                })
                .sum();
            prop_assert_eq!(position.realised() + position.unrealised(Price::new(mark).unwrap()), made);
            prop_assert!(position.cost() >= 0);
            prop_assert_eq!(position.lots() == 0, position.cost() == 0);
        }
    }
}
