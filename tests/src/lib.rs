//! Proof that crosses crates.
//!
//! Here live the instruments of proof: an [`oracle`] to compare the engine with, a [`workload`] to drive both, a
//! [`duel`] between them, an [`auditor`] that judges a stream of events alone, the [`invariants`] of a market, the
//! [`trial`] that shrinks what fails, [`scenario`]s as text, and the fuzzing of all that reads bytes from outside
//! (`fuzz`); beside them the scenarios of another project ([`cointossx`]), and, with the feature `e2e`, the real page in a
//! real browser, and faults of its storage. What they prove stands in `tests/`.

pub mod auditor;
#[cfg(feature = "e2e")]
pub mod browser;
pub mod cointossx;
pub mod duel;
pub mod features;
#[cfg(not(target_arch = "wasm32"))]
pub mod fuzz;
pub mod invariants;
pub mod oracle;
pub mod scenario;
#[cfg(feature = "e2e")]
pub mod storage;
pub mod trial;
pub mod workload;
