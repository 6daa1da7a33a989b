//! Tests of the engine worker, in a worker of a real browser: as the page sees it, with a real IndexedDB behind.

mod page;
mod server;
mod service;
mod storage;
mod import;
mod sync;
mod projection;
mod saver;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);
