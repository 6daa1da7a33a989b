//! Opening the database, and bringing one of an older version to this one.
//!
//! A change of version is one transaction of the browser: it is done whole or not at all, whatever dies in between.
//! What fails in it gives it up, and the database stays as it was.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbVersionChangeEvent};

use super::StoreError;
use super::database::{CHUNKS, EXCHANGES, Loss, RECORDS, SETTINGS, SNAPSHOTS};
use super::request::{data_loss, describe};

/// The version of the database that this program makes and reads.
pub const VERSION: u32 = 2;

/// Opens the database of this name, made or brought to [`VERSION`] if need be.
pub(super) async fn open(name: &str, loss: &Loss) -> Result<IdbDatabase, StoreError> {
    let absent = |error: &JsValue| StoreError::Absent(describe(error));
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).map_err(|error| absent(&error))?;
    let Ok(factory) = factory.dyn_into::<IdbFactory>() else {
        return Err(StoreError::Absent("there is no IndexedDB".to_owned()));
    };
    let request = factory.open_with_u32(name, VERSION).map_err(|error| absent(&error))?;
    // The version that is brought up to date, if one is; 0 for a new database.
    let old: Rc<Cell<Option<u32>>> = Rc::default();
    let upgrade = {
        let (request, old, loss) = (request.clone(), Rc::clone(&old), Rc::clone(loss));
        Closure::once(move |event: IdbVersionChangeEvent| {
            *loss.borrow_mut() = data_loss(&event);
            let version = event.old_version() as u32;
            old.set(Some(version));
            if upgrade(&request, version).is_err()
                && let Some(transaction) = request.transaction()
            {
                // It fails only if the transaction is over already; the opening then reports why.
                let _ = transaction.abort();
            }
        })
    };
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let blocked: Rc<Cell<bool>> = Rc::default();
    let opened = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        let (blocked, reject) = (Rc::clone(&blocked), reject);
        let tell = Closure::once_into_js(move || {
            blocked.set(true);
            // Rejecting a promise cannot fail.
            let _ = reject.call0(&JsValue::UNDEFINED);
        });
        request.set_onblocked(Some(tell.unchecked_ref()));
    });
    let opened = JsFuture::from(opened).await;
    if blocked.get() {
        let_go_later(&request, upgrade);
        return Err(StoreError::Blocked);
    }
    if opened.is_err() {
        return Err(match request.error() {
            Ok(Some(error)) if error.name() == "VersionError" => StoreError::NewerVersion,
            Ok(Some(error)) => match old.get() {
                Some(from @ 1..) => {
                    let why = describe(&error);
                    StoreError::Failed(format!(
                        "the stored exchanges could not be brought from version {from} of the store to {VERSION}, and are as they were: {why}"
                    ))
                }
                Some(0) | None => absent(&error),
            },
            Ok(None) | Err(_) => StoreError::Absent("the browser does not say why".to_owned()),
        });
    }
    let database: IdbDatabase = request.result().map_err(|error| absent(&error))?.unchecked_into();
    // A newer Outcry in another tab wants to change the database: make way; the next write says so.
    let making_way = database.clone();
    let close = Closure::<dyn FnMut()>::new(move || making_way.close());
    database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
    close.forget();
    Ok(database)
}

/// Makes what a database of version `old` lacks.
fn upgrade(request: &IdbOpenDbRequest, old: u32) -> Result<(), JsValue> {
    let database: IdbDatabase = request.result()?.unchecked_into();
    if old < 1 {
        let keyed_by_id = web_sys::IdbObjectStoreParameters::new();
        keyed_by_id.set_key_path(&"id".into());
        database.create_object_store_with_optional_parameters(EXCHANGES, &keyed_by_id)?;
        database.create_object_store(CHUNKS)?;
        database.create_object_store(SETTINGS)?;
    }
    if old < 2 {
        database.create_object_store(SNAPSHOTS)?;
        database.create_object_store(RECORDS)?;
    }
    Ok(())
}

/// A blocked request goes on waiting by itself and changes the version once the other tab is gone. Nobody waits for
/// its connection any more, so that it is closed at once, or it would block the next one.
fn let_go_later(request: &IdbOpenDbRequest, upgrade: Closure<dyn FnMut(IdbVersionChangeEvent)>) {
    let late = request.clone();
    let close = Closure::once_into_js(move || {
        if let Ok(database) = late.result() {
            database.unchecked_into::<IdbDatabase>().close();
        }
        drop(upgrade);
    });
    request.set_onsuccess(Some(close.unchecked_ref()));
    request.set_onerror(None);
}
