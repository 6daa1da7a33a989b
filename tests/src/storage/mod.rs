//! Faults of storage in a real browser, and the check that nothing shown as saved is lost: what `cargo xtask campaign
//! storage` repeats for hours and `tests/tests/e2e_faults.rs` for seconds.
//!
//! A [`Stage`] is the real server with the real page in a Chromium, and beside them a [`Ledger`]: what this page showed as
//! saved, and every order that was sent through its ticket. A fault happens, and then two things are asked, what is in the
//! store (a [`StoredJournal`], replayed natively) and what the page shows once it is opened again; both must hold all that
//! the ledger has. Faults are real: a process gets a signal, the browser refuses room, bytes of the profile are changed.
//! Only single calls of IndexedDB are failed by a script (`faults.js`), because no browser fails them on demand; the
//! engine worker behind it is the one that is delivered, byte for byte.

mod journal;
mod ledger;
mod score;
mod stage;
mod death;
mod refusal;
mod writers;
mod room;
mod damage;

pub use damage::{Bench, Found, damage};
pub use death::{Death, Work, after_early_acknowledgement, deaths};
pub use journal::{Flaw, StoredJournal};
pub use ledger::Ledger;

pub use refusal::{Moment, Refused, after_ignored_abort, refusals};
pub use room::{cleared, quotas};
pub use score::{Extent, Score};
pub use stage::{Fault, Manner, Planted, Stage};
pub use writers::{Fate, Tabs, writers};
