//! The invariants of a market, checked on the exchange itself after every command.
//!
//! The [`Auditor`] folds the events; here its fold is compared with the exchange, and the rules that need both are
//! checked: (1) best bid below best ask, (4, 5) every asset conserved, (6) held is what the open orders need,
//! (10) no empty level, no zero quantity, unique ids, (11) the fold over the events is the state, (12) a refused
//! command changes nothing but the sequence (it folds to nothing, and the fold is the state), (13) nothing is
//! negative, (14) the queue is in a strict order. The auditor itself demands (2, 3, 7, 8, 9) of every event.

use std::collections::{BTreeMap, BTreeSet};

use outcry_engine::{AccountId, AssetId, Event, Exchange, InstrumentId, OrderId, Receipt, Side};

mod endurance;

pub use endurance::Endurance;

use crate::auditor::{Auditor, Violation};
use crate::oracle::terms;

/// Checks an exchange after each of its commands.
#[derive(Debug, Default)]
pub struct Invariants {
    auditor: Auditor,
}

impl Invariants {
    /// For an exchange at its beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the exchange after a command that gave this receipt and these events.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(
        &mut self,
        exchange: &Exchange,
        receipt: Receipt,
        events: &[Event],
    ) -> Result<(), Violation> {
        self.auditor.audit(receipt, events)?;
        self.state(exchange).map_err(|rule| Violation { sequence: receipt.sequence, rule })
    }

    fn state(&self, exchange: &Exchange) -> Result<(), String> {
        let mut needs: BTreeMap<(AccountId, AssetId), i128> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for number in 0..self.auditor.books().books().len() {
            let instrument = InstrumentId::new(u32::try_from(number).map_err(|error| error.to_string())?);
            self.book(exchange, instrument, &mut seen, &mut needs)?;
        }
        if seen.len() != self.auditor.books().resting().len() || exchange.open_orders() != seen.len() as u64 {
            return Err(format!("{} orders are open, {} were told", exchange.open_orders(), seen.len()));
        }
        self.balances(exchange, &needs)
    }

    fn book(
        &self,
        exchange: &Exchange,
        instrument: InstrumentId,
        seen: &mut BTreeSet<OrderId>,
        needs: &mut BTreeMap<(AccountId, AssetId), i128>,
    ) -> Result<(), String> {
        let book = &self.auditor.books().books()[instrument.get() as usize];
        for side in Side::BOTH {
            let mut line = book.line(side);
            let mut last = None;
            for order in exchange.queue(instrument, side) {
                if line.next() != Some(order.order) {
                    return Err(format!("order {} rests where the events tell another", order.order));
                }
                let told = &self.auditor.books().resting()[&order.order];
                if (told.account, told.quantity, told.leaves())
                    != (order.account, order.quantity.get(), order.leaves.get())
                {
                    return Err(format!("order {} is {order:?}, the events tell {told:?}", order.order));
                }
                let rank = match side {
                    Side::Buy => -order.price.get(),
                    Side::Sell => order.price.get(),
                };
                if last.is_some_and(|last| last > rank) {
                    return Err(format!("order {} stands behind a worse price", order.order));
                }
                last = Some(rank);
                if !seen.insert(order.order) {
                    return Err(format!("order {} rests twice", order.order));
                }
                let leaves = order.leaves.get();
                let (asset, need) = match side {
                    Side::Buy => {
                        let value = terms::value(&book.terms, book.quote_digits, order.price, leaves);
                        let rate = i128::from(book.terms.maker_fee.max(book.terms.taker_fee).ppm());
                        (book.terms.quote, value + value * rate / 1_000_000)
                    }
                    Side::Sell => (book.terms.base, terms::base_units(&book.terms, book.base_digits, leaves)),
                };
                *needs.entry((order.account, asset)).or_default() += need;
            }
            if line.next().is_some() {
                return Err("the events tell more orders than rest".to_owned());
            }
            for level in exchange.depth(instrument, side) {
                if level.quantity.is_zero() || level.orders == 0 {
                    return Err(format!("the level {level:?} is empty"));
                }
            }
        }
        match (exchange.best(instrument, Side::Buy), exchange.best(instrument, Side::Sell)) {
            (Some(bid), Some(ask)) if bid >= ask => Err(format!("the book is crossed: {bid:?} and {ask:?}")),
            _ => Ok(()),
        }
    }

    fn balances(
        &self,
        exchange: &Exchange,
        needs: &BTreeMap<(AccountId, AssetId), i128>,
    ) -> Result<(), String> {
        let told = self.auditor.purses().balances();
        let mut sums: BTreeMap<AssetId, i128> = BTreeMap::new();
        for (number, account) in exchange.accounts().iter().enumerate() {
            let id = AccountId::new(u32::try_from(number).map_err(|error| error.to_string())?);
            for (asset, balance) in account.balances() {
                let (available, held) = (balance.available.get(), balance.held.get());
                let expected = told.get(&(id, asset)).copied().unwrap_or_default();
                if (available, held) != expected {
                    return Err(format!(
                        "account {id} has {balance:?} of asset {asset}, lines tell {expected:?}"
                    ));
                }
                let need = needs.get(&(id, asset)).copied().unwrap_or_default();
                if i128::from(held) != need {
                    return Err(format!(
                        "account {id} holds {held} of asset {asset}, its orders need {need}"
                    ));
                }
                *sums.entry(asset).or_default() += i128::from(available) + i128::from(held);
            }
        }
        for number in 0..self.auditor.assets().len() {
            let asset = AssetId::new(u32::try_from(number).map_err(|error| error.to_string())?);
            let sum = sums.get(&asset).copied().unwrap_or_default();
            let supply = self.auditor.purses().supply().get(&asset).copied().unwrap_or_default();
            if sum != supply {
                return Err(format!("there is {sum} of asset {asset}, {supply} came in"));
            }
        }
        Ok(())
    }
}
