//! The trading screen and the engine worker.
//!
//! Two programs share this crate: the page (`src/bin/page.rs`) holds view state only; the worker
//! (`src/bin/worker.rs`) holds the exchange, its journal and the store. They talk in [`protocol`] messages.

pub mod page;
pub mod protocol;
pub mod worker;
