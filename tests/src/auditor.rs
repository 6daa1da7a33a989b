//! The auditor: judges a market by its stream of receipts and events alone.
//!
//! It never sees the exchange. From the events it keeps its own books and purses, and demands of every event
//! that the rules allow it there: numbers without a gap, the front of the best level trading first, at its own
//! price and inside both limits, no order that ends although it could trade, both legs of equal worth, fees to the minor unit, ledger lines that continue
//! where the last one ended, every asset conserved, no command that leaves the book crossed or an order in the
//! air. The first breach is a [`Violation`].

mod books;
mod purses;

use std::fmt;

use outcry_engine::{AssetId, Event, Place, Receipt, Timestamp};

pub use books::AuditedOrder;
use books::Books;
use purses::Purses;

/// What broke a rule, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The sequence of the command.
    pub sequence: u64,
    /// The rule, with the numbers involved.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "command {}: {}", self.sequence, self.rule)
    }
}

/// A broken rule, before it is known where.
type Breach = Result<(), String>;

/// Demands that a rule holds; the arguments after it tell what was found.
macro_rules! demand {
    ($rule:expr, $($found:tt)+) => {
        if !$rule {
            return Err(format!($($found)+));
        }
    };
}
use demand;

/// A fold over receipts and events that checks each of them.
#[derive(Debug, Default)]
pub struct Auditor {
    sequence: u64,
    now: Timestamp,
    events: u64,
    /// Decimals of each asset.
    assets: Vec<u8>,
    accounts: u32,
    books: Books,
    purses: Purses,
}

impl Auditor {
    /// An auditor of an exchange at its beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what one command did.
    ///
    /// # Errors
    /// The first rule it broke. The auditor is of no use afterwards.
    pub fn audit(&mut self, receipt: Receipt, events: &[Event]) -> Result<(), Violation> {
        let sequence = receipt.sequence;
        self.receipt(receipt, events).map_err(|rule| Violation { sequence, rule })?;
        for event in events {
            self.event(event, events.len()).map_err(|rule| Violation { sequence, rule })?;
        }
        self.end().map_err(|rule| Violation { sequence, rule })
    }

    /// Orders taken in so far.
    #[must_use]
    pub fn orders(&self) -> u64 {
        self.books.accepted()
    }

    /// Trades taken in so far.
    #[must_use]
    pub fn trades(&self) -> u64 {
        self.books.trades()
    }

    /// The books as the events tell them.
    pub(crate) fn books(&self) -> &Books {
        &self.books
    }

    /// The balances as the events tell them.
    pub(crate) fn purses(&self) -> &Purses {
        &self.purses
    }

    /// Decimals of every asset.
    pub(crate) fn assets(&self) -> &[u8] {
        &self.assets
    }

    fn receipt(&mut self, receipt: Receipt, events: &[Event]) -> Breach {
        demand!(
            receipt.sequence == self.sequence + 1,
            "sequence {} follows {}",
            receipt.sequence,
            self.sequence
        );
        demand!(receipt.at >= self.now, "time goes back from {:?} to {:?}", self.now, receipt.at);
        demand!(
            receipt.first_event == self.events + 1,
            "event {} follows event {}: the numbering has a gap",
            receipt.first_event,
            self.events
        );
        demand!(!events.is_empty(), "a command has at least one event");
        self.sequence = receipt.sequence;
        self.now = receipt.at;
        self.events += u64::try_from(events.len()).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn event(&mut self, event: &Event, in_command: usize) -> Breach {
        if !matches!(event, Event::LedgerPosted(_)) {
            self.purses.settled()?;
        }
        match event {
            Event::CommandRejected(_) => {
                demand!(in_command == 1, "a refused command has {in_command} events");
                Ok(())
            }
            Event::AssetCreated { asset, decimals, .. } => {
                demand!(asset.get() as usize == self.assets.len(), "asset {asset} is not the next");
                self.assets.push(*decimals);
                Ok(())
            }
            Event::AccountOpened { account, .. } => {
                demand!(account.get() == self.accounts + 1, "account {account} is not the next");
                self.accounts = account.get();
                Ok(())
            }
            Event::InstrumentCreated { instrument, terms } => {
                let (base, quote) = (self.digits(terms.base)?, self.digits(terms.quote)?);
                self.books.open(*instrument, *terms, base, quote)
            }
            Event::LedgerPosted(line) => {
                demand!(line.account.get() <= self.accounts, "account {} has a line", line.account);
                self.purses.post(line)
            }
            Event::OrderAccepted { order, terms } => {
                demand!(terms.account.get() <= self.accounts, "account {} orders", terms.account);
                self.books.accept(*order, terms)
            }
            Event::Traded(trade) => {
                let settlement = self.books.trade(trade)?;
                self.purses.expect(settlement);
                Ok(())
            }
            Event::OrderRested { order, price, leaves, ahead, side, account, instrument, .. } => {
                self.books.rest(*order, (*account, *instrument, *side), *price, leaves.get(), ahead.get())
            }
            Event::OrderCanceled { order, account, canceled, from, reason, .. } => {
                self.books.cancel(*order, *account, canceled.get(), *from == Place::Lit, *reason)
            }
            Event::OrderReplaced {
                order,
                account,
                old_price,
                price,
                quantity,
                old_leaves,
                leaves,
                priority,
                ..
            } => {
                let (old, new) = ((*old_price, old_leaves.get()), (quantity.get(), leaves.get()));
                self.books.replace(*order, *account, old, *price, new, *priority)
            }
            other => Err(format!("no rule is known for {other:?}")),
        }
    }

    fn digits(&self, asset: AssetId) -> Result<u8, String> {
        self.assets.get(asset.get() as usize).copied().ok_or_else(|| format!("there is no asset {asset}"))
    }

    /// What must be true between two commands.
    fn end(&mut self) -> Breach {
        self.purses.settled()?;
        self.purses.conserved()?;
        self.books.consistent()
    }
}
