//! Tests of the engine worker, in a worker of a real browser: as the page sees it, with a real IndexedDB behind.
//!
//! They can fail: with a saver that acknowledges a write before its transaction is complete, an append that does not
//! look at the epoch, or a portfolio that forgets its makers' fills, or a desk that leaves the clock alone, `saver`, `storage`, `projection` and `desk` do.

mod page;
mod server;
mod service;
mod desk;
mod storage;
mod migration;
mod snapshots;
mod retention;
mod witness;
mod import;
mod sync;
mod projection;
mod saver;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);
