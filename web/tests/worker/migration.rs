//! Databases of earlier versions: made by hand as version 1 made them, opened by this program.
//!
//! The harness can fail: an upgrade that goes on after a failure (`let _ =` in place of `?`) leaves a database of version 2
//! without `records`, and `an_upgrade_that_fails_leaves_version_1` sees it. A record that must have the fields of version 2
//! hides the exchange, and `a_database_of_version_1_is_read_on` sees that.

use js_sys::{Array, Function, Uint8Array, eval};
use outcry_engine::Timestamp;
use outcry_journal::{Chunk, CommandId, Host, JournalId};
use outcry_simulation::demo;
use outcry_web::protocol::{Outcome, Request, Session};
use outcry_web::worker::store::VERSION;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Page, bid};
use crate::storage::{database, only_exchange};

const ID: [u8; 16] = [0xab; 16];

/// Calls an asynchronous JavaScript function.
pub(crate) async fn script(source: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = eval(&format!("({source})")).expect("it can be read").unchecked_into();
    let promise = function.apply(&JsValue::NULL, &arguments.iter().collect::<Array>()).expect("it runs");
    JsFuture::from(js_sys::Promise::from(promise)).await.expect("it is done")
}

/// The host of a young exchange and its journal in two chunks.
fn journal() -> (Host, [Chunk; 2]) {
    let mut host = Host::new(JournalId::from_bytes(ID), 1);
    let mut events = Vec::new();
    let mut chunks = Vec::new();
    let opening = demo::opening();
    for (counter, command) in (1..).zip(&opening) {
        let id = CommandId { origin: 5, counter };
        host.submit(Timestamp::from_nanos(1_000), id, command, &mut events).expect("it is sound");
        if counter == 10 || counter == opening.len() as u64 {
            chunks.extend(host.cut());
        }
    }
    (host, chunks.try_into().expect("it was cut twice"))
}

/// A database as version 1 of the store made it, with one exchange.
async fn version_1(name: &str) -> Host {
    let (host, chunks) = journal();
    let bytes: Array = chunks
        .iter()
        .map(|chunk| {
            Array::of2(
                &chunk.first_sequence().to_string().into(),
                &Uint8Array::from(chunk.to_bytes().as_slice()),
            )
        })
        .collect();
    let exchange = host.exchange();
    script(
        "async (name, id, sequence, bytes, digest, chunks) => {
            const open = indexedDB.open(name, 1);
            open.onupgradeneeded = () => {
                open.result.createObjectStore('exchanges', { keyPath: 'id' });
                open.result.createObjectStore('chunks');
                open.result.createObjectStore('settings');
            };
            await new Promise((done) => open.onsuccess = done);
            const stores = open.result.transaction(['exchanges', 'chunks'], 'readwrite');
            const record = { id, name: 'Old', epoch: 1, sequence: Number(sequence), bytes: Number(bytes), digest };
            stores.objectStore('exchanges').put(record);
            for (const [first, chunk] of chunks) stores.objectStore('chunks').put(chunk, [id, Number(first)]);
            await new Promise((done) => stores.oncomplete = done);
            open.result.close();
        }",
        &[
            name.into(),
            JournalId::from_bytes(ID).to_string().into(),
            exchange.sequence().to_string().into(),
            chunks.iter().map(|chunk| chunk.to_bytes().len()).sum::<usize>().to_string().into(),
            exchange.digest().to_string().into(),
            bytes.into(),
        ],
    )
    .await;
    host
}

/// The version of a database and its object stores, as the browser says.
async fn shape(name: &str) -> String {
    let shape = script(
        "async (name) => {
            const open = indexedDB.open(name);
            await new Promise((done) => open.onsuccess = done);
            const shape = open.result.version + ': ' + [...open.result.objectStoreNames].join(' ');
            open.result.close();
            return shape;
        }",
        &[name.into()],
    )
    .await;
    shape.as_string().expect("it is a text")
}

const SHAPE_1: &str = "1: chunks exchanges settings";
const SHAPE_2: &str = "2: chunks exchanges records settings snapshots";

#[wasm_bindgen_test]
async fn a_database_of_version_1_is_read_on() {
    let host = version_1("version-1").await;
    assert_eq!(shape("version-1").await, SHAPE_1);
    let page = Page::open("version-1").await;
    let frame = page.frame().await;
    assert_eq!(frame.status.digest, host.exchange().digest().to_string());
    assert_eq!((frame.status.name.as_str(), frame.status.sequence), ("Old", host.exchange().sequence()));
    assert_eq!(shape("version-1").await, SHAPE_2);
    assert_eq!(VERSION, 2);

    assert!(matches!(page.submit(bid(100)).await, Outcome::Done { .. }));
    let before = page.settle().await;
    drop(page);
    let after = Page::open("version-1").await.frame().await;
    assert_eq!(after.status.digest, before.status.digest, "it is written on");
    let store = database("version-1").await;
    let id = only_exchange(&store).await;
    let record = store.exchange(&id).await.expect("it can be read").expect("it is there");
    assert_eq!((record.first, record.trimmed, record.snapshot_bytes(), record.created), (1, 0, 0, 0));
}

#[wasm_bindgen_test]
async fn a_new_database_has_the_same_shape() {
    let page = Page::open("version-2").await;
    page.settle().await;
    assert_eq!(shape("version-2").await, SHAPE_2);
}

/// Makes the making of one object store fail, from within, after others were made.
fn fail_to_make(store: Option<&str>) {
    let script = match store {
        Some(store) => format!(
            "self.makeStore = IDBDatabase.prototype.createObjectStore;
             IDBDatabase.prototype.createObjectStore = function (...given) {{
                 if (given[0] === '{store}') throw new DOMException('planted', 'UnknownError');
                 return self.makeStore.apply(this, given);
             }};"
        ),
        None => "IDBDatabase.prototype.createObjectStore = self.makeStore;".to_owned(),
    };
    eval(&script).expect("it runs");
}

#[wasm_bindgen_test]
async fn an_upgrade_that_fails_leaves_version_1() {
    let host = version_1("half").await;
    fail_to_make(Some("records"));
    let page = Page::start("half");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    fail_to_make(None);
    let Session::Unreadable { message, newer_version, .. } = frame.status.session else { unreachable!() };
    assert!(message.contains("from version 1") && message.contains("as they were"), "{message}");
    assert!(!newer_version);
    assert_eq!(shape("half").await, SHAPE_1, "whole or not at all");
    page.request(Request::Retry);
    let frame = page.until(|frame| frame.status.session == Session::Open).await;
    assert_eq!(frame.status.digest, host.exchange().digest().to_string());
    assert_eq!(shape("half").await, SHAPE_2);
}

/// As when the worker dies in the middle: the browser then aborts the transaction of the upgrade.
#[wasm_bindgen_test]
async fn an_upgrade_that_is_cut_off_leaves_version_1() {
    let host = version_1("cut-off").await;
    let killed = script(
        "async (name) => {
            const open = indexedDB.open(name, 2);
            open.onupgradeneeded = () => {
                open.result.createObjectStore('snapshots');
                open.transaction.abort();
            };
            return await new Promise((done) => open.onerror = () => done(open.error.name));
        }",
        &["cut-off".into()],
    )
    .await;
    assert_eq!(killed.as_string().as_deref(), Some("AbortError"));
    assert_eq!(shape("cut-off").await, SHAPE_1);
    let page = Page::open("cut-off").await;
    assert_eq!(page.frame().await.status.digest, host.exchange().digest().to_string());
    assert_eq!(shape("cut-off").await, SHAPE_2);
}

#[wasm_bindgen_test]
async fn an_upgrade_waits_for_a_tab_that_keeps_the_old_version_open() {
    let host = version_1("blocked").await;
    // A frozen tab: it holds a connection and does not hear that it should let go.
    script(
        "async (name) => {
            const open = indexedDB.open(name, 1);
            await new Promise((done) => open.onsuccess = done);
            self.frozen = open.result;
        }",
        &["blocked".into()],
    )
    .await;
    let page = Page::start("blocked");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    let Session::Unreadable { message, .. } = frame.status.session else { unreachable!() };
    assert!(message.contains("another tab"), "{message}");
    script("async () => self.frozen.close()", &[]).await;
    // By itself: nobody need ask.
    let frame = page.until(|frame| frame.status.session == Session::Open).await;
    assert_eq!(frame.status.digest, host.exchange().digest().to_string());
    assert_eq!(shape("blocked").await, SHAPE_2);
}

#[wasm_bindgen_test]
async fn an_old_tab_makes_way_and_is_told() {
    version_1("makes-way").await;
    // The connection of an old program closes when it is asked to, and cannot open the database again.
    script(
        "async (name) => {
            const open = indexedDB.open(name, 1);
            await new Promise((done) => open.onsuccess = done);
            open.result.onversionchange = () => open.result.close();
            self.old = open.result;
        }",
        &["makes-way".into()],
    )
    .await;
    let page = Page::open("makes-way").await;
    assert_eq!(page.frame().await.status.session, Session::Open);
    let refused = script(
        "async (name) => {
            const open = indexedDB.open(name, 1);
            return await new Promise((done) => open.onerror = () => done(open.error.name));
        }",
        &["makes-way".into()],
    )
    .await;
    assert_eq!(refused.as_string().as_deref(), Some("VersionError"));
}
