//! The browser's own words for what it refuses.

use js_sys::Error;
use wasm_bindgen::{JsCast, JsValue};

/// The message of an error, or the text that was thrown.
pub(crate) fn words(error: &JsValue) -> String {
    match error.dyn_ref::<Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| "the browser does not say why".to_owned()),
    }
}
