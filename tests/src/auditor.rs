//! The auditor: judges a market by its stream of receipts and events alone.
//!
//! It never sees the exchange. From the events it keeps its own books, waiting orders, settings and purses, and demands
//! of every event that the rules allow it there: numbers without a gap, the front of the best level trading first (lit
//! before dark), at its own price and inside both limits, no order that ends although it could trade, levels shared out
//! to the lot, auctions at a price that pairs the most with its trades in line, triggers that are reached, both legs of
//! equal worth, fees to the minor unit, ledger lines that continue where the last one ended, every asset conserved,
//! every open order holding what it needs, no command that leaves the book crossed or an order in the air. The first
//! breach is a [`Violation`].

mod books;
mod ending;
mod entry;
mod matching;
mod order;
mod purses;
mod rules;
mod uncross;

use std::collections::BTreeSet;
use std::fmt;

use outcry_engine::{AccountId, Amount, AssetId, Event, InstrumentId, Receipt, Timestamp};

use books::Books;
use matching::Round;
pub use order::{AuditedOrder, Whereabouts};
use purses::{Purchase, Purses};
use rules::{Market, Rules};
use uncross::Uncross;

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
    trades: u64,
    /// Decimals of each asset.
    assets: Vec<u8>,
    accounts: u32,
    desks: Vec<Desk>,
    rules: Rules,
    books: Books,
    purses: Purses,
    /// A level that is being shared out.
    round: Option<Round>,
    /// An uncross whose trades are being told.
    uncross: Option<Uncross>,
    /// Instruments that the command has touched.
    touched: BTreeSet<InstrumentId>,
    /// Those of them whose follow-ups were stopped.
    stopped: BTreeSet<InstrumentId>,
}

/// A cash desk: who sells what, how much at most, and how much so far.
#[derive(Debug)]
struct Desk {
    account: AccountId,
    sells: AssetId,
    cap: i128,
    sold: i128,
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
        for (index, event) in events.iter().enumerate() {
            let last = index + 1 == events.len();
            let broken = |rule| Violation { sequence, rule: format!("event {index}: {rule}") };
            self.event(event, last).map_err(broken)?;
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
        self.trades
    }

    /// The books as the events tell them.
    pub(crate) fn books(&self) -> &Books {
        &self.books
    }

    /// The settings as the events tell them.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
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

    fn event(&mut self, event: &Event, last: bool) -> Breach {
        if !matches!(event, Event::LedgerPosted(_)) {
            self.purses.settled()?;
        }
        match event {
            Event::CommandRejected(_) => {
                demand!(last, "a refusal is not the last event of its command");
            }
            Event::AssetCreated { asset, decimals, .. } => {
                demand!(asset.get() as usize == self.assets.len(), "asset {asset} is not the next");
                self.assets.push(*decimals);
            }
            Event::AccountOpened { account, .. } => {
                demand!(account.get() == self.accounts + 1, "account {account} is not the next");
                self.accounts = account.get();
            }
            Event::InstrumentCreated { instrument, terms } => {
                let (base, quote) = (self.digits(terms.base)?, self.digits(terms.quote)?);
                let next = self.rules.markets().len();
                demand!(instrument.get() as usize == next, "instrument {instrument} is not the next");
                self.rules.open(Market::new(*terms, base, quote));
                self.books.open();
            }
            Event::LedgerPosted(line) => {
                demand!(line.account.get() <= self.accounts, "account {} has a line", line.account);
                self.purses.post(line, &self.rules)?;
            }
            Event::InstrumentSet { instrument, setting } => {
                self.touched.insert(*instrument);
                self.rules.market_mut(*instrument).set(setting);
            }
            Event::AccountSet { account, setting } => self.rules.set_account(*account, setting),
            Event::AccountBlocked { account } => self.rules.block(*account, true),
            Event::AccountUnblocked { account } => self.rules.block(*account, false),
            Event::PhaseChanged { instrument, phase, end, cause } => {
                self.phase(*instrument, (*phase, *end), *cause)?;
            }
            Event::IndicationChanged { instrument, indication } => {
                uncross::indication(&self.books, &self.rules, *instrument, indication)?;
            }
            Event::Uncrossed { instrument, indication } => {
                self.end_uncross()?;
                self.uncross = Some(Uncross::begin(&self.books, &self.rules, *instrument, indication)?);
                self.rules.market_mut(*instrument).reference = indication.price;
            }
            Event::FollowUpsStopped { instrument, done } => {
                demand!(*done > 0, "follow-ups are stopped before the first");
                self.stopped.insert(*instrument);
            }
            Event::DeskOpened { desk, account, sells, cap } => {
                demand!(desk.get() as usize == self.desks.len(), "desk {desk} is not the next");
                let (account, sells, cap) = (*account, *sells, i128::from(cap.get()));
                self.desks.push(Desk { account, sells, cap, sold: 0 });
            }
            Event::CashSpent { desk, account, money, amount, coins, repeated: false, .. } => {
                self.spend(desk.get(), (*account, *money, *amount), *coins)?;
            }
            _ => self.order_event(event)?,
        }
        Ok(())
    }

    /// A purchase at a desk.
    fn spend(
        &mut self,
        desk: u32,
        (account, money, amount): (AccountId, AssetId, Amount),
        coins: Amount,
    ) -> Breach {
        let desk = self.desks.get_mut(desk as usize).ok_or("there is no such desk")?;
        desk.sold += i128::from(coins.get());
        demand!(desk.sold <= desk.cap, "a desk has sold {} of {}", desk.sold, desk.cap);
        self.purses.expect_purchase(Purchase {
            client: (account, money, i128::from(amount.get())),
            seller: (desk.account, desk.sells, i128::from(coins.get())),
        });
        Ok(())
    }

    fn end_uncross(&mut self) -> Breach {
        self.uncross.take().map_or(Ok(()), |uncross| uncross.end())
    }

    fn digits(&self, asset: AssetId) -> Result<u8, String> {
        self.assets.get(asset.get() as usize).copied().ok_or_else(|| format!("there is no asset {asset}"))
    }
}
