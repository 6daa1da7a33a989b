//! Requests and transactions of IndexedDB as futures.
//!
//! A transaction's requests are all made before anything is awaited, and only its `complete` event counts: a full
//! disk is reported by `abort` alone, never by a request.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbRequest, IdbTransaction};

use super::{Durability, StoreError};

/// What the browser says about an error, in one line; that there is no room, in plain words.
#[must_use]
pub fn describe(error: &JsValue) -> String {
    if let Some(exception) = error.dyn_ref::<DomException>() {
        let (name, message) = (exception.name(), exception.message());
        if name == "QuotaExceededError" {
            return format!("the browser gives this page no more room ({name})");
        }
        return if message.is_empty() { name } else { format!("{name}: {message}") };
    }
    if let Some(error) = error.dyn_ref::<js_sys::Error>() {
        return String::from(error.to_string());
    }
    error.as_string().unwrap_or_else(|| "an error without a description".to_owned())
}

pub(super) fn failed(error: &JsValue) -> StoreError {
    let full = error.dyn_ref::<DomException>().is_some_and(|error| error.name() == "QuotaExceededError");
    if full { StoreError::Full(describe(error)) } else { StoreError::Failed(describe(error)) }
}

/// What the browser says if it has lost what was in a database that it now makes anew: Chromium does, some others
/// say nothing.
pub(super) fn data_loss(event: &JsValue) -> Option<String> {
    let text = |name: &str| Reflect::get(event, &name.into()).ok()?.as_string();
    let loss = text("dataLoss").filter(|loss| loss != "none")?;
    Some(text("dataLossMessage").filter(|message| !message.is_empty()).unwrap_or(loss))
}

/// Whether the browser lets a transaction say what `complete` is to mean; one that does not ignores the wish.
pub(super) fn has_durability() -> bool {
    let prototype = |class: JsValue| Reflect::get(&class, &"prototype".into());
    let class = Reflect::get(&js_sys::global(), &"IDBTransaction".into());
    class
        .and_then(prototype)
        .and_then(|prototype| Reflect::has(&prototype, &"durability".into()))
        .unwrap_or(false)
}

/// Opens a transaction whose `complete` means what `durability` says.
pub(super) fn transaction(
    database: &IdbDatabase,
    stores: &[&str],
    mode: &str,
    durability: Durability,
) -> Result<IdbTransaction, JsValue> {
    // The options stand behind an unstable flag in web-sys.
    let options = Object::new();
    let wish = match durability {
        Durability::Relaxed => "relaxed",
        Durability::Strict => "strict",
    };
    Reflect::set(&options, &"durability".into(), &wish.into())?;
    let names: js_sys::Array = stores.iter().map(|&name| JsValue::from_str(name)).collect();
    let open: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    open.call3(database, &names, &mode.into(), &options)?.dyn_into()
}

/// Waits until the transaction is complete.
///
/// # Errors
/// What made it abort.
pub(super) async fn complete(transaction: &IdbTransaction) -> Result<(), StoreError> {
    let done = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match JsFuture::from(done).await {
        Ok(_) => Ok(()),
        Err(_) => Err(match transaction.error() {
            Some(error) => failed(&error),
            None => StoreError::Failed("the browser gave the write up".to_owned()),
        }),
    }
}

/// Waits until the transaction is complete and takes the result of one of its requests.
///
/// # Errors
/// What made it abort.
pub(super) async fn answer(
    transaction: &IdbTransaction,
    request: &IdbRequest,
) -> Result<JsValue, StoreError> {
    complete(transaction).await?;
    request.result().map_err(|error| failed(&error))
}
