//! The invariants of a market, checked on the exchange itself after every command.
//!
//! The [`Auditor`] folds the events; here its fold is compared with the exchange, and the rules that need both are
//! checked: (1) best bid below best ask wherever orders match, (4, 5) every asset conserved, (6) held is what the open
//! orders need, (10) no empty level, no zero quantity, unique ids, (11) the fold over the events is the state: books,
//! waiting orders, phases, prices, balances and what is set about accounts, (12) a refused command changes nothing but
//! the sequence, (13) nothing is negative but what an account may owe, (14) the queue is in a strict order. The auditor
//! itself demands (2, 3, 7, 8, 9) of every event, (3) by the allocation of the instrument and for orders that are not kept
//! apart.

mod endurance;

use std::collections::{BTreeMap, BTreeSet};

use outcry_engine::{
    AccountId, AssetId, Command, Event, Exchange, InstrumentId, Layer, OrderId, Phase, Receipt, RestingOrder,
    Side, Timestamp,
};

pub use endurance::Endurance;

use crate::auditor::{AuditedOrder, Auditor, Violation, Whereabouts};
use crate::trial::Judge;

/// Checks an exchange after each of its commands.
#[derive(Debug, Default)]
pub struct Invariants {
    auditor: Auditor,
    exchange: Exchange,
    events: Vec<Event>,
}

impl Judge for Invariants {
    fn step(&mut self, at: Timestamp, command: &Command) -> Result<(), String> {
        self.events.clear();
        let receipt = self.exchange.execute(at, command, &mut self.events);
        let Self { auditor, exchange, events } = self;
        check(auditor, exchange, receipt, events).map_err(|violation| violation.to_string())
    }

    fn events(&self) -> &[Event] {
        &self.events
    }
}

/// Checks the exchange after a command that gave this receipt and these events, with an auditor that saw all before.
///
/// # Errors
/// The first rule that is broken.
pub fn check(
    auditor: &mut Auditor,
    exchange: &Exchange,
    receipt: Receipt,
    events: &[Event],
) -> Result<(), Violation> {
    auditor.audit(receipt, events)?;
    Fold { auditor, exchange }.compare().map_err(|rule| Violation { sequence: receipt.sequence, rule })
}

/// An exchange and what its events tell.
struct Fold<'a> {
    auditor: &'a Auditor,
    exchange: &'a Exchange,
}

impl Fold<'_> {
    fn compare(&self) -> Result<(), String> {
        for number in (0..).take(self.auditor.rules().markets().len()) {
            self.market(InstrumentId::new(number))?;
        }
        self.orders()?;
        self.accounts()
    }

    /// Queues, levels, touch, phase and prices of an instrument.
    fn market(&self, instrument: InstrumentId) -> Result<(), String> {
        let (exchange, market) = (self.exchange, self.auditor.rules().market(instrument));
        let same = [
            ("phase", exchange.phase(instrument) == market.phase),
            ("end of the phase", exchange.phase_end(instrument) == market.end),
            ("last price", exchange.last_price(instrument) == market.last),
            ("reference", exchange.reference_price(instrument) == market.reference.or(market.last)),
        ];
        for (what, same) in same {
            if !same {
                return Err(format!(
                    "the {what} of instrument {instrument} is not what the events tell: {market:?}"
                ));
            }
        }
        for side in Side::BOTH {
            self.side(instrument, side)?;
        }
        match (exchange.best(instrument, Side::Buy), exchange.best(instrument, Side::Sell)) {
            (Some(bid), Some(ask)) if bid >= ask && market.phase == Phase::Continuous => {
                Err(format!("the book is crossed: {bid:?} and {ask:?}"))
            }
            _ => Ok(()),
        }
    }

    fn side(&self, instrument: InstrumentId, side: Side) -> Result<(), String> {
        let mut line = self.auditor.books().line(instrument, side, Layer::Lit);
        let mut last = None;
        for order in self.exchange.queue(instrument, side) {
            let told = line.next().ok_or_else(|| format!("order {} rests and was not told", order.order))?;
            if told.order != order.order {
                return Err(format!("order {} rests where the events tell {}", order.order, told.order));
            }
            let rank = match side {
                Side::Buy => -order.price.get(),
                Side::Sell => order.price.get(),
            };
            if last.is_some_and(|last| last > rank) {
                return Err(format!("order {} stands behind a worse price", order.order));
            }
            last = Some(rank);
        }
        if line.next().is_some() {
            return Err("the events tell more orders than rest".to_owned());
        }
        for level in self.exchange.depth(instrument, side) {
            let told = self
                .auditor
                .books()
                .line(instrument, side, Layer::Lit)
                .filter(|order| order.place == Whereabouts::Rests(Layer::Lit, level.price));
            let shown: u64 = told.map(|order| order.shown).sum();
            if level.quantity.is_zero() || level.orders == 0 || level.quantity.get() != shown {
                return Err(format!("the level {level:?} should show {shown}"));
            }
        }
        Ok(())
    }

    /// Every open order, wherever it is.
    fn orders(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for told in self.auditor.books().orders() {
            if !seen.insert(told.order) {
                return Err(format!("order {} is open twice", told.order));
            }
            match (told.place, self.exchange.order(told.order)) {
                (Whereabouts::Rests(..), Some(found)) => self.resting(told, &found)?,
                (Whereabouts::Waits(_) | Whereabouts::Fired, None) => self.waiting(told)?,
                (_, found) => {
                    return Err(format!("order {} is {found:?}, the events tell {told:?}", told.order));
                }
            }
        }
        let waiting: BTreeSet<OrderId> = self.exchange.waiting().map(|order| order.order).collect();
        let open = self.exchange.open_orders() + waiting.len() as u64;
        if open != seen.len() as u64 || !waiting.is_subset(&seen) {
            return Err(format!("{open} orders are open, {} were told", seen.len()));
        }
        Ok(())
    }

    fn resting(&self, told: &AuditedOrder, found: &RestingOrder) -> Result<(), String> {
        let reserve = self.exchange.reserve_of(told.order).get();
        let same = (told.account, told.instrument, told.side, told.quantity)
            == (found.account, found.instrument, found.side, found.quantity.get())
            && told.place == Whereabouts::Rests(found.layer, found.price)
            && (told.shown, told.leaves - told.shown) == (found.leaves.get(), reserve);
        if same {
            return Ok(());
        }
        Err(format!("order {} is {found:?} with {reserve} in reserve, the events tell {told:?}", told.order))
    }

    fn waiting(&self, told: &AuditedOrder) -> Result<(), String> {
        let Some(found) = self.exchange.waiting_order(told.order) else {
            return Err(format!("order {} does not wait, the events tell {told:?}", told.order));
        };
        let place = found.waits_for.map_or(Whereabouts::Fired, Whereabouts::Waits);
        let terms = found.terms;
        let same = (told.account, told.instrument, told.side, told.quantity, told.price)
            == (terms.account, terms.instrument, terms.side, terms.quantity.get(), terms.price)
            && (told.place, told.leaves, told.expires) == (place, found.leaves.get(), found.expires)
            && told.conditions.minimum == found.conditions.minimum;
        if same {
            return Ok(());
        }
        Err(format!("order {} waits as {found:?}, the events tell {told:?}", told.order))
    }

    /// Balances, what is set about accounts, and the sum of each asset.
    fn accounts(&self) -> Result<(), String> {
        let told = self.auditor.purses().balances();
        let mut open: BTreeMap<AccountId, u32> = BTreeMap::new();
        for order in self.auditor.books().orders() {
            *open.entry(order.account).or_default() += 1;
        }
        let mut sums: BTreeMap<AssetId, i128> = BTreeMap::new();
        for (id, account) in (0..).map(AccountId::new).zip(self.exchange.accounts()) {
            let owner = self.auditor.rules().owner(id);
            let set = (account.group(), account.tier(), account.self_trade(), account.is_blocked());
            if set != (owner.group, owner.tier, owner.self_trade, owner.blocked) {
                return Err(format!("account {id} is {account:?}, the events tell {owner:?}"));
            }
            let open = open.get(&id).copied().unwrap_or_default();
            if account.open_orders() != open {
                return Err(format!("account {id} counts {} orders, {open} are open", account.open_orders()));
            }
            for (asset, balance) in account.balances() {
                let (available, held) = (balance.available.get(), balance.held.get());
                let expected = told.get(&(id, asset)).copied().unwrap_or_default();
                if (available, held) != expected {
                    return Err(format!(
                        "account {id} has {balance:?} of asset {asset}, lines tell {expected:?}"
                    ));
                }
                let owes = owner.shorts.get(&asset).map_or(0, |limit| limit.get());
                if held < 0 || available < -owes {
                    return Err(format!("account {id} has {balance:?} of asset {asset} and may owe {owes}"));
                }
                *sums.entry(asset).or_default() += i128::from(available) + i128::from(held);
            }
        }
        for asset in (0..).map(AssetId::new).take(self.auditor.assets().len()) {
            let sum = sums.get(&asset).copied().unwrap_or_default();
            let supply = self.auditor.purses().supply().get(&asset).copied().unwrap_or_default();
            if sum != supply {
                return Err(format!("there is {sum} of asset {asset}, {supply} came in"));
            }
        }
        Ok(())
    }
}
