//! What the worker stores, how it comes back, and what it says when it does not.
//!
//! Each test has a database of its own. The faults are made the way they come: chunks are cut and changed in the
//! database itself, writes fail inside IndexedDB's own functions.

use crate::page::{Page, bid};
use js_sys::eval;
use outcry_engine::Exchange;
use outcry_journal::Chunk;
use outcry_web::protocol::{Frame, Outcome, Request, Response, Session, Storage};
use outcry_web::worker::store::{Append, Database, Durability, ExchangeRecord, Store, StoreError};
use wasm_bindgen_test::wasm_bindgen_test;

const ID: &str = "00112233445566778899aabbccddeeff";

fn record() -> ExchangeRecord {
    ExchangeRecord::new(
        ID.to_owned(),
        "Test".to_owned(),
        7,
        Exchange::new().digest().to_string(),
        1_800_000_000_000,
    )
}

fn append(epoch: u64, first: u64, last: u64, byte: u8) -> Append {
    let (exchange, chunk, durability) = (ID.to_owned(), vec![byte; 3], Durability::Relaxed);
    Append { exchange, epoch, first, last, chunk, journal_bytes: 3, digest: "d".repeat(32), durability }
}

pub(crate) async fn database(name: &str) -> Store {
    Store::Database(Database::open(name).await.expect("Chromium has IndexedDB"))
}

/// The id of the only exchange of a database.
pub(crate) async fn only_exchange(store: &Store) -> String {
    let exchanges = store.exchanges().await.expect("they can be read");
    assert_eq!(exchanges.len(), 1);
    exchanges[0].id.clone()
}

/// The stores keep the same rules, in the database and in memory.
async fn keeps_the_rules(store: &Store) {
    assert_eq!(store.exchange(ID).await, Ok(None));
    store.create(&record(), &[(1, vec![9])], &[]).await.expect("it is new");
    assert!(matches!(store.create(&record(), &[], &[]).await, Err(StoreError::Conflict(_))));
    assert_eq!(store.exchange(ID).await, Ok(Some(record())));

    for (first, last, byte) in [(2, 5, 1), (6, 6, 2), (7, 10, 3)] {
        store.append(&append(7, first, last, byte)).await.expect("the epoch is ours");
    }
    let found = store.chunks(ID, 1, 10).await;
    assert_eq!(found, Ok(vec![(1, vec![9]), (2, vec![1; 3]), (6, vec![2; 3]), (7, vec![3; 3])]));
    assert_eq!(store.chunks(ID, 6, 1).await, Ok(vec![(6, vec![2; 3])]));
    // A seal: one chunk in place of three.
    store.append(&append(7, 2, 12, 4)).await.expect("the epoch is ours");
    assert_eq!(store.chunks(ID, 1, 10).await, Ok(vec![(1, vec![9]), (2, vec![4; 3])]));
    let stored = store.exchange(ID).await.expect("it can be read").expect("it is there");
    assert_eq!((stored.sequence, stored.epoch), (12, 7));

    // A stale writer changes nothing.
    assert_eq!(store.raise_epoch(ID).await, Ok(8));
    assert_eq!(store.append(&append(7, 13, 13, 5)).await, Err(StoreError::Superseded { current: 8 }));
    assert_eq!(store.chunks(ID, 13, 10).await, Ok(vec![]));
    assert_eq!(store.exchange(ID).await.expect("it can be read").expect("it is there").sequence, 12);
    store.append(&append(8, 13, 13, 5)).await.expect("the epoch is ours");

    assert_eq!(store.barrier(ID, 8).await, Ok(()));
    assert_eq!(store.barrier(ID, 7).await, Err(StoreError::Superseded { current: 8 }));
    assert_eq!(store.exchange(ID).await.expect("it can be read").expect("it is there").sequence, 13);

    assert_eq!(store.setting::<String>("last").await, None);
    store.keep_setting("last", &ID.to_owned()).await.expect("there is room");
    assert_eq!(store.setting::<String>("last").await.as_deref(), Some(ID));
}

#[wasm_bindgen_test]
async fn the_database_keeps_the_rules() {
    keeps_the_rules(&database("rules").await).await;
}

#[wasm_bindgen_test]
async fn memory_keeps_the_rules() {
    keeps_the_rules(&Store::Memory(outcry_web::worker::store::Memory::default())).await;
}

#[wasm_bindgen_test]
async fn a_reload_restores_the_exchange_to_the_same_digest() {
    let page = Page::open("reload").await;
    page.submit(bid(100)).await;
    let before = page.settle().await;
    drop(page);
    let page = Page::open("reload").await;
    let after = page.frame().await;
    assert_eq!(after.status.digest, before.status.digest);
    assert_eq!(after.status.sequence, before.status.sequence);
    assert_eq!(after.status.exchange, before.status.exchange);
    assert_eq!(after.status.saved, after.status.sequence);
    assert_eq!(after.account, before.account, "orders, fills and balances are rebuilt");
    assert_eq!(after.market, before.market, "so are ladder, tape and candles");
    assert!(!after.status.crowd.running, "the crowd is as it was left");
}

#[wasm_bindgen_test]
async fn a_command_said_to_be_saved_survives_the_worker() {
    let page = Page::open("death").await;
    let Outcome::Done { receipt, .. } = page.submit(bid(101)).await else { panic!("the order is good") };
    let saved = page.until(|frame| frame.status.saved >= receipt.sequence).await.status.saved;
    // No farewell: what was executed since is lost, what was saved is not.
    drop(page);
    let page = Page::open("death").await;
    let frame = page.frame().await;
    assert!(frame.status.sequence >= saved);
    assert_eq!(frame.account.expect("it is ours").orders.len(), 1);
}

#[wasm_bindgen_test]
async fn an_order_is_saved_then_on_disk_and_its_row_can_tell() {
    let page = Page::open("acks").await;
    page.settle().await;
    let Outcome::Done { receipt, order, .. } = page.submit(bid(101)).await else { panic!("a good order") };
    let order = order.expect("it rests");
    let changed = |frame: &Frame| {
        let orders = &frame.account.as_ref().expect("it is ours").orders;
        orders.iter().find(|row| row.order == order).expect("it rests").changed
    };
    let frame = page.frame().await;
    assert_eq!(changed(&frame), receipt.sequence);
    assert!(frame.status.on_disk < receipt.sequence, "nobody asked the disk yet");
    // By itself.
    let frame = page.until(|frame| frame.status.on_disk == frame.status.sequence).await;
    assert!(changed(&frame) <= frame.status.on_disk);
    // At once, where it is wanted.
    page.submit(bid(102)).await;
    page.request(Request::Settle);
    let frame = page.until(|frame| frame.status.saved == frame.status.sequence).await;
    assert_eq!(frame.status.on_disk, frame.status.saved, "in one write");
    drop(page);
    let again = Page::open("acks").await;
    let frame = again.until(|frame| frame.status.on_disk == frame.status.sequence).await;
    assert!(changed(&frame) <= frame.status.on_disk);
}

#[wasm_bindgen_test]
async fn a_double_submit_executes_once() {
    let page = Page::open("double").await;
    page.settle().await;
    let first = page.submit_as(5, bid(102)).await;
    let again = page.submit_as(5, bid(102)).await;
    assert_eq!(first, again);
    assert_eq!(page.frame().await.account.expect("it is ours").orders.len(), 1);
    page.submit_as(6, bid(102)).await;
    assert_eq!(
        page.frame().await.account.expect("it is ours").orders.len(),
        2,
        "another ticket is another order"
    );
}

#[wasm_bindgen_test]
async fn small_chunks_are_sealed_into_large_ones() {
    let page = Page::open("seal").await;
    page.settle().await;
    let store = database("seal").await;
    let id = only_exchange(&store).await;
    // One chunk each, until they have been sealed and begun anew.
    let mut most = 0;
    for price in 0..160 {
        let Outcome::Done { receipt, .. } = page.submit(bid(1 + price)).await else { panic!("a good order") };
        for step in 0..90 {
            page.submit(bid(1 + price + step)).await;
        }
        page.until(|frame| frame.status.saved > receipt.sequence).await;
        if price % 20 == 0 {
            most = most.max(store.chunks(&id, 1, 10_000).await.expect("they can be read").len());
        }
    }
    page.until(|frame| frame.status.saved == frame.status.sequence).await;
    let chunks = store.chunks(&id, 1, 10_000).await.expect("they can be read");
    let decoded: Vec<Chunk> =
        chunks.iter().map(|(_, bytes)| Chunk::decode(bytes).expect("it is whole")).collect();
    assert!(most > 20, "they gather first: {most}");
    assert!(decoded.len() < 160, "then they are sealed: {}", decoded.len());
    assert!(decoded.windows(2).all(|pair| pair[0].after() == pair[1].before()), "without a gap");
    let stored = store.exchange(&id).await.expect("it can be read").expect("it is there");
    assert_eq!(stored.bytes, chunks.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
}

#[wasm_bindgen_test]
async fn a_second_tab_is_told_and_may_take_over() {
    let first = Page::open("tabs").await;
    first.submit(bid(103)).await;
    first.settle().await;
    let second = Page::start("tabs");
    second.until(|frame| frame.status.session == Session::Locked).await;
    assert!(matches!(second.submit(bid(104)).await, Outcome::Refused(_)), "it cannot write");

    second.request(Request::TakeOver);
    second.until(|frame| frame.status.session == Session::Open).await;
    first.until(|frame| frame.status.session == Session::Lost).await;
    assert!(matches!(first.submit(bid(105)).await, Outcome::Refused(_)), "nor can the first any more");
    second.submit(bid(106)).await;
    let before = second.settle().await;
    assert_eq!(before.account.as_ref().expect("it is ours").orders.len(), 2);
    drop((first, second));
    let after = Page::open("tabs").await.frame().await;
    assert_eq!(after.status.digest, before.status.digest);
}

#[wasm_bindgen_test]
async fn a_writer_without_its_lock_is_stopped_by_the_epoch() {
    let page = Page::open("epoch").await;
    page.settle().await;
    let store = database("epoch").await;
    let id = only_exchange(&store).await;
    let stored = store.exchange(&id).await.expect("it can be read").expect("it is there");
    // As another browser context does that does not share the lock.
    store.raise_epoch(&id).await.expect("there is room");
    page.submit(bid(107)).await;
    page.until(|frame| frame.status.session == Session::Lost).await;
    let after = store.exchange(&id).await.expect("it can be read").expect("it is there");
    assert_eq!((after.sequence, after.digest), (stored.sequence, stored.digest), "nothing was written");
}

/// Replaces a chunk of the only exchange in a database by what `change` makes of it.
async fn spoil(database: &str, place: usize, change: impl Fn(&mut Vec<u8>)) {
    let store = self::database(database).await;
    let id = only_exchange(&store).await;
    let chunks = store.chunks(&id, 1, 10_000).await.expect("they can be read");
    let record = store.exchange(&id).await.expect("it can be read").expect("it is there");
    let (first, bytes) = &chunks[place];
    let mut chunk = bytes.clone();
    change(&mut chunk);
    let last = Chunk::decode(bytes).expect("it was whole").last_sequence();
    let append = Append {
        exchange: id,
        epoch: record.epoch,
        first: *first,
        last,
        chunk,
        journal_bytes: 0,
        digest: String::new(),
        durability: Durability::Strict,
    };
    // The record keeps what it says of the whole journal.
    store.append(&append).await.expect("there is room");
    let rest = Append { first: record.sequence, last: record.sequence, digest: record.digest, ..append };
    if place + 1 < chunks.len() {
        let (first, chunk) = chunks.last().expect("there is one").clone();
        store.append(&Append { first, chunk, ..rest }).await.expect("there is room");
    }
}

/// An exchange with a few chunks, closed.
async fn several_chunks(database: &str) -> (u64, usize) {
    let page = Page::open(database).await;
    page.settle().await;
    for price in 1..4 {
        page.submit(bid(price)).await;
        page.until(|frame| frame.status.saved == frame.status.sequence).await;
    }
    let sequence = page.frame().await.status.sequence;
    let store = self::database(database).await;
    let id = only_exchange(&store).await;
    (sequence, store.chunks(&id, 1, 10_000).await.expect("they can be read").len())
}

#[wasm_bindgen_test]
async fn a_truncated_chunk_is_told_and_what_is_good_is_shown() {
    let (sequence, count) = several_chunks("truncated").await;
    spoil("truncated", count - 2, |chunk| chunk.truncate(chunk.len() - 5)).await;
    let page = Page::start("truncated");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    let Session::Unreadable { message, good, newer_version } = frame.status.session else { unreachable!() };
    assert_eq!((good, newer_version), (sequence - 2, false), "{message}");
    assert_eq!(frame.status.sequence, good, "what is good is shown");
    assert!(message.contains(&format!("had {sequence} commands, {good} can be read")), "{message}");
    assert!(matches!(page.submit(bid(1)).await, Outcome::Refused(_)));
    let store = database("truncated").await;
    let id = only_exchange(&store).await;
    assert_eq!(
        store.chunks(&id, 1, 10_000).await.expect("they can be read").len(),
        count,
        "nothing is deleted"
    );
}

#[wasm_bindgen_test]
async fn a_changed_byte_is_told() {
    let (sequence, count) = several_chunks("changed").await;
    spoil("changed", count - 1, |chunk| *chunk.last_mut().expect("a chunk has bytes") ^= 1).await;
    let page = Page::start("changed");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    assert!(frame.status.sequence < sequence);
}

#[wasm_bindgen_test]
async fn a_chunk_of_a_newer_version_is_told_apart_from_damage() {
    let (_, count) = several_chunks("newer").await;
    // The version stands after the eight bytes of the magic.
    spoil("newer", count - 2, |chunk| chunk[8] = 2).await;
    let page = Page::start("newer");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    let Session::Unreadable { message, newer_version, .. } = frame.status.session else { unreachable!() };
    assert!(newer_version, "{message}");
}

#[wasm_bindgen_test]
async fn a_lost_end_is_noticed_although_all_that_is_there_is_good() {
    let (sequence, _) = several_chunks("lost").await;
    eval(
        "new Promise((done) => {
            const open = indexedDB.open('lost');
            open.onsuccess = () => {
                const store = open.result.transaction('chunks', 'readwrite').objectStore('chunks');
                store.openCursor(null, 'prev').onsuccess = (event) => event.target.result.delete();
                store.transaction.oncomplete = () => { open.result.close(); done(); };
            };
        })",
    )
    .map(|promise| wasm_bindgen_futures::JsFuture::from(js_sys::Promise::from(promise)))
    .expect("it runs")
    .await
    .expect("it is deleted");
    let page = Page::start("lost");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    let Session::Unreadable { message, good, .. } = frame.status.session else { unreachable!() };
    assert_eq!(good, sequence - 1, "{message}");
    assert!(message.contains("missing"), "{message}");
}

/// Makes writes fail as a full disk does: the transaction aborts after its requests were taken.
fn fill_the_disk(full: bool) {
    let script = if full {
        "for (const write of ['put', 'add']) {
             const real = self[write] = IDBObjectStore.prototype[write];
             IDBObjectStore.prototype[write] = function (...given) {
                 const request = real.apply(this, given);
                 this.transaction.abort();
                 return request;
             };
         }"
    } else {
        "for (const write of ['put', 'add']) IDBObjectStore.prototype[write] = self[write];"
    };
    eval(script).expect("it runs");
}

#[wasm_bindgen_test]
async fn a_full_disk_is_told_nothing_is_lost_and_it_recovers() {
    let page = Page::open("full").await;
    page.settle().await;
    fill_the_disk(true);
    page.submit(bid(108)).await;
    let failed = page.until(|frame| matches!(frame.status.storage, Storage::Failed { .. })).await;
    assert_eq!(failed.status.saved, failed.status.sequence - 1, "it is not said to be saved");
    assert!(matches!(page.submit(bid(109)).await, Outcome::Done { .. }), "trading goes on");
    page.request(Request::Export);
    let exported = page.answer(|response| match response {
        Response::Exported { bytes, .. } => Some(bytes),
        _ => None,
    });
    let exported = exported.await;
    fill_the_disk(false);
    page.request(Request::Retry);
    let recovered = page.until(|frame| frame.status.saved == frame.status.sequence).await;
    assert_eq!(recovered.status.storage, Storage::Good);
    let mut reader = outcry_journal::FileReader::new();
    reader.push(&exported);
    while reader.take().expect("the file is good").is_some() {}
    let head = reader.finish().expect("it is whole").head.expect("it has a head");
    assert_eq!(head.sequence, recovered.status.sequence, "the export had what could not be stored");
    drop(page);
    let after = Page::open("full").await.frame().await;
    assert_eq!(after.status.digest, recovered.status.digest);
}

#[wasm_bindgen_test]
async fn a_new_exchange_that_cannot_be_stored_leaves_the_open_one() {
    let page = Page::open("no-room").await;
    let before = page.settle().await;
    fill_the_disk(true);
    page.request(Request::NewDemo { seed: 5 });
    let notice = page.answer(|response| match response {
        Response::Notice(notice) => Some(notice.message),
        _ => None,
    });
    let message = notice.await;
    fill_the_disk(false);
    assert!(message.contains("no new exchange can be stored"), "{message}");
    let after = page.frame().await;
    assert_eq!((after.status.session, after.status.exchange), (Session::Open, before.status.exchange));
    assert!(matches!(page.submit(bid(110)).await, Outcome::Done { .. }));
}

#[wasm_bindgen_test]
async fn a_first_visit_without_room_runs_in_memory_and_says_so() {
    fill_the_disk(true);
    let page = Page::open("first-no-room").await;
    fill_the_disk(false);
    page.submit(bid(111)).await;
    let frame = page.settle_unsaved().await;
    assert!(matches!(frame.status.storage, Storage::Absent { .. }), "{:?}", frame.status.storage);
    assert_eq!(frame.status.saved, 0, "what is only in memory is not saved");
    page.request(Request::Settle);
    assert_eq!(page.settle_unsaved().await.status.on_disk, 0, "nor on disk");
}
