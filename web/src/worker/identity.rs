//! Random numbers of the browser, for names that must be unique for ever.

use outcry_journal::JournalId;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use web_sys::WorkerGlobalScope;

/// `N` random bytes.
///
/// # Errors
/// What the browser says if it has none to give.
fn random<const N: usize>() -> Result<[u8; N], JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let mut bytes = [0; N];
    scope.crypto()?.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes)
}

/// A name for a new journal.
///
/// # Errors
/// What the browser says if it has no random numbers to give.
pub fn journal() -> Result<JournalId, JsValue> {
    random().map(JournalId::from_bytes)
}

/// A name for a maker of commands.
///
/// # Errors
/// What the browser says if it has no random numbers to give.
pub fn origin() -> Result<u64, JsValue> {
    random().map(u64::from_le_bytes)
}
