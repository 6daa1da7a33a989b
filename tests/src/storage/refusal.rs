//! The k-th call of the worker's database fails, once while the page trades and once while it opens.
//!
//! What must hold then: the store has a clean beginning of the journal with all that was shown as saved; the page says
//! what is wrong unless it helped itself; trying again works, and nothing is missing afterwards.

use outcry_simulation::Random;

use super::journal::Flaw;
use super::score::{Extent, Score};
use super::stage::{Fault, Manner, Stage};
use crate::browser::try_wait;

/// More calls than one write of the journal makes.
const CALLS_OF_A_WRITE: u64 = 7;
/// More calls than opening an exchange makes.
const CALLS_OF_AN_OPENING: u64 = 24;
/// Faults on one profile before a new one is taken.
const LIVES: u64 = 60;
/// Orders until a fault that was asked for must have struck: a write makes several calls.
const ORDERS: u32 = 6;

/// When the call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An order is being stored.
    Trading,
    /// A stored exchange is being opened.
    Opening,
}

/// Lets one call fail after the other.
#[must_use]
pub fn refusals(moment: Moment, extent: Extent) -> Score {
    let what = match moment {
        Moment::Trading => "a call fails while an order is stored",
        Moment::Opening => "a call fails while an exchange is opened",
    };
    let mut score = Score::new(10, what);
    let mut stage = None;
    let (mut struck, mut told) = (0_u64, 0_u64);
    for (run, (seed, mut random)) in (0..).zip(extent.runs()) {
        if run % LIVES == 0 {
            stage = None;
        }
        let at_work = stage.get_or_insert_with(|| Stage::instrumented("refusal", &[]));
        let before = (at_work.ledger.orders().1, at_work.ledger.saved());
        let done = score.attempt(seed, || match moment {
            Moment::Trading => at_work.refuse_while_trading(fault(seed, &mut random, CALLS_OF_A_WRITE)),
            Moment::Opening => at_work.refuse_while_opening(fault(seed, &mut random, CALLS_OF_AN_OPENING)),
        });
        let after = (at_work.ledger.orders().1, at_work.ledger.saved());
        score.acknowledged(after.0 - before.0, after.1 - before.1);
        match done {
            Some(Refused::Struck { was_told }) => {
                struck += 1;
                told += u64::from(was_told);
            }
            Some(Refused::Missed) => {}
            None => stage = None,
        }
    }
    score.remark(format!("{struck} calls failed, {told} told, the others made good without the user"));
    score
}

/// The seeds take all calls and manners in turn.
fn fault(seed: u64, random: &mut Random, calls: u64) -> Fault {
    let manner = random.pick(&Manner::ALL).copied().unwrap_or(Manner::Throws);
    Fault { call: 1 + seed % calls, manner }
}

/// A page that takes an abort for a completion: what the check finds once a write was given up.
///
/// # Errors
/// The [`Flaw`] that the bug made, which the check has to find.
pub fn after_ignored_abort(stage: &mut Stage) -> Result<(), Flaw> {
    for call in 1..=CALLS_OF_A_WRITE {
        stage.refuse_while_trading(Fault { call, manner: Manner::Aborts })?;
    }
    Ok(())
}

/// What came of a fault that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A call failed.
    Struck {
        /// The page said so; else it helped itself.
        was_told: bool,
    },
    /// There were fewer calls.
    Missed,
}

impl Stage {
    /// Places orders until the fault has struck, and asks for everything that must hold then.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn refuse_while_trading(&mut self, fault: Fault) -> Result<Refused, Flaw> {
        self.still();
        self.arm(fault);
        let mut placed = 0;
        let mut struck = None;
        for _ in 0..ORDERS {
            placed = self.place();
            // One order is one write: either it failed, or the next is needed.
            struck = try_wait(|| {
                let saved = self.look()?.saved >= placed;
                let struck = self.struck();
                (saved || struck.is_some()).then_some(struck)
            })
            .flatten();
            if struck.is_some() {
                break;
            }
        }
        let Some((call, stores)) = struck else { return Ok(Refused::Missed) };
        try_wait(|| (self.look()?.saved >= placed || !self.told().is_empty()).then_some(()));
        // Now, in the middle of it, what is stored is a clean beginning.
        self.check_stored()?;
        let told = self.told();
        // A connection that the browser has closed is opened again at once.
        let helped = call == "transaction" || call == "open" || stores == ["settings"];
        if told.is_empty() && !helped {
            return Err(Flaw::Untold(format!("{fault:?} struck {call} of {stores:?}")));
        }
        self.page.click_if_there("storage-retry");
        self.wait_saved(placed);
        self.page.wait_data("storage", "storage", "good");
        let shown = self.still();
        let journal = self.check_stored()?;
        let digest = journal.digest().to_string();
        if (shown.sequence, &shown.digest) != (journal.len(), &digest) {
            return Err(Flaw::Shown(format!("{shown:?}, stored are {} commands, {digest}", journal.len())));
        }
        Ok(Refused::Struck { was_told: !told.is_empty() })
    }

    /// Opens the page with the fault, and then without.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn refuse_while_opening(&mut self, fault: Fault) -> Result<Refused, Flaw> {
        let executed = self.place();
        self.wait_saved(executed);
        let before = self.check_stored()?;
        self.plan(Some(fault));
        self.load();
        let shown = try_wait(|| match (self.page.status(), self.page.session_state()) {
            (Some(status), _) => Some(Some(status)),
            (None, Some(state)) if !["starting", "opening", "open"].contains(&state.as_str()) => Some(None),
            _ => None,
        });
        let Some(shown) = shown else {
            return Err(Flaw::Untold(format!("{fault:?}: the page neither opens nor says why not")));
        };
        self.plan(None);
        let (struck, told) = (self.struck(), self.told());
        let same = shown.as_ref().is_some_and(|status| status.exchange == self.ledger.exchange());
        if !same && told.is_empty() {
            return Err(Flaw::Untold(format!("{fault:?} struck {struck:?}; shown is {shown:?}")));
        }
        // Nothing that was stored has suffered.
        self.check_stored()?.continues(&before)?;
        if shown.is_none() && self.page.has("retry") {
            self.page.click("retry");
        } else {
            self.load();
        }
        self.check_reopened(&before)?;
        let exchanges = self.page.stored_exchanges().len();
        if exchanges != 1 {
            return Err(Flaw::Shown(format!(
                "{exchanges} exchanges are stored after {fault:?} struck {struck:?}"
            )));
        }
        Ok(struck.map_or(Refused::Missed, |_| Refused::Struck { was_told: !told.is_empty() }))
    }
}
