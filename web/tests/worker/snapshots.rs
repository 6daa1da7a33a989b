//! Snapshots beside the journal: an opening from one ends where a replay of everything does, and one that is not good is
//! passed over.
//!
//! The harness can fail: with projections that are not kept (`Projections::new` in their place) `an_opening_from_a_snapshot_is_the_whole_replay`
//! misses fills and candles; without the comparison of what was read back, `a_snapshot_that_cannot_be_read_back_is_not_kept`
//! finds it listed; with an opening that gives up at the first bad snapshot, each case of `a_bad_snapshot_is_passed_over` fails.

use js_sys::{Uint8Array, eval};
use outcry_journal::Chunk;
use outcry_simulation::Market as _;
use outcry_web::protocol::{
    AccountView, CrowdControl, Frame, Notice, NoticeLevel, Outcome, Request, Response, Session,
};
use outcry_web::worker::keeper::{INTERVAL, INTERVAL_BYTES, Keeper, WORTH};
use outcry_web::worker::store::{ExchangeRecord, Memory, Store, StoreError, StoredSnapshot, Trim};
use outcry_web::worker::venue::Venue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::migration::script;
use crate::page::{Page, bid};
use crate::storage::database;

const ID: &str = "00112233445566778899aabbccddeeff";

fn snapshot(sequence: u64, byte: u8) -> StoredSnapshot {
    StoredSnapshot { sequence, exchange: vec![byte; 5], projections: vec![byte; 2] }
}

pub(crate) async fn record(store: &Store, id: &str) -> ExchangeRecord {
    store.exchange(id).await.expect("it can be read").expect("it is there")
}

/// The stores keep the same rules, in the database and in memory.
async fn keeps_the_rules(store: &Store) {
    let new = ExchangeRecord {
        sequence: 30,
        bytes: 9,
        ..ExchangeRecord::new(ID.to_owned(), "Test".to_owned(), 7, "d".repeat(32), 0)
    };
    let chunks = [(1, vec![1; 3]), (11, vec![2; 3]), (21, vec![3; 3])];
    store.create(&new, &chunks, &[snapshot(10, 1)]).await.expect("it is new");
    assert_eq!(record(store, ID).await.snapshots, [(10, 7)]);
    assert_eq!(store.snapshot(ID, 10).await, Ok(Some(snapshot(10, 1))));
    assert_eq!(store.snapshot(ID, 11).await, Ok(None));
    for (sequence, first) in [(0, None), (1, Some(1)), (10, Some(1)), (11, Some(11)), (99, Some(21))] {
        assert_eq!(store.chunk_before(ID, sequence).await, Ok(first), "{sequence}");
    }

    assert_eq!(store.keep_snapshot(ID, 7, &snapshot(25, 2)).await, Ok(()));
    assert_eq!(
        store.keep_snapshot(ID, 6, &snapshot(26, 2)).await,
        Err(StoreError::Superseded { current: 7 })
    );
    for taken in [25, 31] {
        let refused = store.keep_snapshot(ID, 7, &snapshot(taken, 2)).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{taken}");
    }
    assert_eq!(store.snapshot(ID, 25).await, Ok(Some(snapshot(25, 2))), "what was refused changed nothing");
    assert_eq!(record(store, ID).await.snapshots, [(10, 7), (25, 7)]);

    let trim = Trim { exchange: ID.to_owned(), epoch: 7, snapshot: 25, first: 21, bytes: 6 };
    let stale = Trim { epoch: 6, ..trim.clone() };
    assert_eq!(store.trim(&stale).await, Err(StoreError::Superseded { current: 7 }));
    // Without its snapshot, not at a chunk, and beyond the snapshot.
    for (snapshot, first) in [(24, 21), (25, 20), (10, 21)] {
        let refused = store.trim(&Trim { snapshot, first, ..trim.clone() }).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{snapshot} {first}");
    }
    assert_eq!(store.chunks(ID, 1, 10).await, Ok(chunks.to_vec()), "what was refused changed nothing");
    assert_eq!(store.trim(&trim).await, Ok(()));
    assert_eq!(store.chunks(ID, 1, 10).await, Ok(chunks[2..].to_vec()));
    let trimmed = record(store, ID).await;
    assert_eq!((trimmed.first, trimmed.bytes, trimmed.trimmed, trimmed.journal_bytes()), (21, 9, 6, 3));

    assert_eq!(store.drop_snapshots(ID, 6, &[10]).await, Err(StoreError::Superseded { current: 7 }));
    assert_eq!(store.drop_snapshots(ID, 7, &[10]).await, Ok(()));
    assert_eq!(store.snapshot(ID, 10).await, Ok(None));
    assert_eq!(record(store, ID).await.snapshots, [(25, 7)]);
}

#[wasm_bindgen_test]
async fn the_database_keeps_the_rules_of_snapshots() {
    keeps_the_rules(&database("snapshot-rules").await).await;
}

#[wasm_bindgen_test]
async fn memory_keeps_the_rules_of_snapshots() {
    keeps_the_rules(&Store::Memory(Memory::default())).await;
}

#[wasm_bindgen_test]
fn a_snapshot_is_due_after_so_many_commands_or_bytes_and_asked_for_once() {
    let mut keeper = Keeper::new(Some(500), 1_000);
    assert!(!keeper.is_due(500 + INTERVAL - 1, 1_000 + INTERVAL_BYTES - 1));
    assert!(keeper.is_due(500 + INTERVAL, 1_000));
    assert!(!keeper.is_due(500 + INTERVAL, 1_000), "it is on its way");
    assert!(Keeper::new(Some(500), 1_000).is_due(501, 1_000 + INTERVAL_BYTES));
    assert!(Keeper::new(None, 0).is_due(INTERVAL, 0), "a journal without any is behind from its beginning");
    assert_eq!((keeper.newest(), Keeper::new(None, 0).newest()), (Some(500), None));
}

/// Lets the crowd execute enough for a snapshot to be worth its while, and stops it; a picture then.
pub(crate) async fn trade_on(page: &Page) -> Frame {
    let start = page.frame().await.status.sequence;
    page.request(Request::Crowd(CrowdControl::Speed(1_000)));
    page.request(Request::Crowd(CrowdControl::Start));
    page.until(|frame| frame.status.sequence > start + WORTH + 200).await;
    page.settle().await
}

/// Leaves the open exchange for a new one, which keeps a snapshot.
pub(crate) async fn leave(page: &Page, seed: u64) {
    let left = page.frame().await.status.exchange;
    page.request(Request::NewDemo { seed });
    page.until(|frame| frame.status.session == Session::Open && frame.status.exchange != left).await;
    page.settle().await;
}

pub(crate) async fn back(page: &Page, exchange: &str) -> Frame {
    page.request(Request::Open { exchange: exchange.to_owned() });
    page.until(|frame| {
        frame.status.exchange == exchange
            && frame.status.session != Session::Opening { replayed: 0, total: 0 }
    })
    .await;
    page.until(|frame| !matches!(frame.status.session, Session::Opening { .. })).await
}

/// What the user is told next.
pub(crate) async fn notice(page: &Page) -> Notice {
    let told = page.answer(|response| match response {
        Response::Notice(notice) => Some(notice),
        _ => None,
    });
    told.await
}

/// An exchange with orders, fills and two snapshots that was left, and a picture of it; the page is at another.
pub(crate) async fn two_snapshots(name: &str) -> (Page, Frame) {
    let page = Page::open(name).await;
    page.submit(bid(100)).await;
    page.submit(crate::page::sweep()).await;
    let first = trade_on(&page).await;
    leave(&page, 2).await;
    back(&page, &first.status.exchange).await;
    page.submit(bid(101)).await;
    let frame = trade_on(&page).await;
    assert_eq!(frame.status.exchange, first.status.exchange);
    leave(&page, 3).await;
    let record = record(&database(name).await, &frame.status.exchange).await;
    assert_eq!(record.snapshots.len(), 2, "{record:?}");
    assert_eq!(record.snapshots[1].0, frame.status.sequence);
    (page, frame)
}

/// An account but for what its rows know of the disk: that is about this run.
fn held(frame: &Frame) -> Option<AccountView> {
    let mut account = frame.account.clone()?;
    account.orders.iter_mut().for_each(|order| order.changed = 0);
    account.ended.iter_mut().for_each(|(_, changed)| *changed = 0);
    Some(account)
}

/// Two pictures of one exchange at one command.
#[track_caller]
pub(crate) fn assert_same(after: &Frame, before: &Frame) {
    assert_eq!(after.status.session, Session::Open);
    assert_eq!(after.status.digest, before.status.digest);
    assert_eq!(after.status.sequence, before.status.sequence);
    assert_eq!(held(after), held(before), "orders, fills and balances");
    assert_eq!(after.market, before.market, "ladder, tape, candles and figures");
}

#[wasm_bindgen_test]
async fn an_opening_from_a_snapshot_is_the_whole_replay() {
    let (page, before) = two_snapshots("from-snapshot").await;
    let id = before.status.exchange.clone();
    let account = before.account.as_ref().expect("it is ours");
    assert!(
        !account.fills.is_empty() && account.orders.len() == 2,
        "there is something to be kept: {account:?}"
    );
    assert_same(&back(&page, &id).await, &before);

    // The journal alone says the same.
    let store = database("from-snapshot").await;
    let stored = record(&store, &id).await;
    let mut venue = Venue::new(id.parse().expect("an id"), 0, 0);
    for (_, chunk) in store.chunks(&id, 1, 100_000).await.expect("they can be read") {
        venue.replay(&Chunk::decode(&chunk).expect("it is whole")).expect("it follows");
    }
    assert_eq!(venue.exchange().digest().to_string(), before.status.digest);
    let newest = store.snapshot(&id, venue.exchange().sequence()).await.expect("it can be read");
    let newest = newest.expect("it is there");
    assert_eq!(newest, venue.snapshot().expect("it is sound"), "to the byte, projections included");
    // Trading goes on as if nothing had been, and a tail comes after the snapshot.
    assert!(matches!(page.submit(bid(102)).await, Outcome::Done { .. }));
    let longer = page.settle().await;
    drop(page);
    let page = Page::open("from-snapshot").await;
    assert_same(&page.frame().await, &longer);
    // Without any snapshot it is read back from the beginning, and is the same.
    let page = {
        drop(page);
        let all: Vec<u64> = stored.snapshots.iter().map(|&(at, _)| at).collect();
        store.drop_snapshots(&id, record(&store, &id).await.epoch, &all).await.expect("the epoch is right");
        Page::open("from-snapshot").await
    };
    assert_same(&page.frame().await, &longer);
    let ours = record(&store, &id).await;
    let sum: usize =
        store.chunks(&id, 1, 100_000).await.expect("they can be read").iter().map(|(_, c)| c.len()).sum();
    assert_eq!(ours.bytes, sum as u64, "bytes are counted on after an opening from a snapshot");
}

#[wasm_bindgen_test]
async fn an_opening_from_a_snapshot_does_not_read_what_is_before_it() {
    let (page, before) = two_snapshots("short-way").await;
    let id = &before.status.exchange;
    drop(page);
    script(
        "async (id) => {
            const open = indexedDB.open('short-way');
            await new Promise((done) => open.onsuccess = done);
            const chunks = open.result.transaction('chunks', 'readwrite').objectStore('chunks');
            chunks.delete([id, 1]);
            await new Promise((done) => chunks.transaction.oncomplete = done);
            open.result.close();
        }",
        &[id.as_str().into()],
    )
    .await;
    let page = Page::start("short-way");
    page.until(|frame| frame.status.session == Session::Open).await;
    assert_same(&back(&page, id).await, &before);
}

/// Puts bytes in place of a stored snapshot, or of what is kept beside it.
pub(crate) async fn put(
    database: &str,
    id: &str,
    sequence: u64,
    snapshot: Option<&[u8]>,
    projections: Option<&[u8]>,
) {
    let value = |bytes: Option<&[u8]>| {
        bytes.map_or(wasm_bindgen::JsValue::NULL, |bytes| Uint8Array::from(bytes).into())
    };
    script(
        "async (name, id, sequence, snapshot, projections) => {
            const open = indexedDB.open(name);
            await new Promise((done) => open.onsuccess = done);
            const stores = open.result.transaction(['snapshots', 'records'], 'readwrite');
            if (snapshot) stores.objectStore('snapshots').put(snapshot, [id, sequence]);
            if (projections) stores.objectStore('records').put(projections, ['projections', id, sequence]);
            await new Promise((done) => stores.oncomplete = done);
            open.result.close();
        }",
        &[database.into(), id.into(), (sequence as f64).into(), value(snapshot), value(projections)],
    )
    .await;
}

/// What is wrong, and what stands in the store in place of the snapshot and of what is kept beside it.
type Case = (&'static str, Option<Vec<u8>>, Option<Vec<u8>>);

#[wasm_bindgen_test]
async fn a_bad_snapshot_is_passed_over() {
    let (page, before) = two_snapshots("bad").await;
    let id = before.status.exchange.as_str();
    let store = database("bad").await;
    let listed = record(&store, id).await;
    let [(older, _), (newest, _)] = listed.snapshots[..] else { panic!("two are kept") };
    let good = store.snapshot(id, newest).await.expect("it can be read").expect("it is there");
    let old = store.snapshot(id, older).await.expect("it can be read").expect("it is there");
    let changed = |change: fn(&mut Vec<u8>)| {
        let mut bytes = good.exchange.clone();
        change(&mut bytes);
        bytes
    };
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        bytes
    };
    let foreign = foreign_snapshot(newest);
    let cases: [Case; 8] = [
        ("a flipped bit", Some(flipped(&good.exchange)), None),
        ("cut off", Some(changed(|bytes| bytes.truncate(bytes.len() - 7))), None),
        ("empty", Some(Vec::new()), None),
        ("of another release", Some(changed(|bytes| bytes[8] = 9)), None),
        ("of an earlier command", Some(old.exchange.clone()), None),
        ("of another exchange", Some(foreign), None),
        ("projections with a flipped bit", None, Some(flipped(&good.projections))),
        ("projections of another version", None, Some([&[9], &good.projections[1..]].concat())),
    ];
    for (what, snapshot, projections) in cases {
        put("bad", id, newest, snapshot.as_deref(), projections.as_deref()).await;
        assert_same(&back(&page, id).await, &before);
        let notice = notice(&page).await;
        assert_eq!(notice.level, NoticeLevel::Information, "{what}");
        assert!(
            notice.message.contains(&format!("the snapshot of command {newest} was not used")),
            "{what}: {notice:?}"
        );
        assert_eq!(record(&store, id).await.snapshots, listed.snapshots[..1], "{what}: it is deleted");
        // What is behind the older one is worth a new one, which is as the bad one was before.
        leave(&page, 4).await;
        assert_eq!(store.snapshot(id, newest).await, Ok(Some(good.clone())), "{what}");
    }
    // All of them bad: the journal is replayed.
    put("bad", id, newest, Some(&[1]), None).await;
    put("bad", id, older, Some(&[1]), None).await;
    assert_same(&back(&page, id).await, &before);
    notice(&page).await;
    assert_eq!(record(&store, id).await.snapshots, []);
}

/// A snapshot of another exchange that has as many commands.
fn foreign_snapshot(sequence: u64) -> Vec<u8> {
    let mut venue = Venue::new(outcry_journal::JournalId::from_bytes([9; 16]), 1, 1);
    while venue.exchange().sequence() < sequence {
        venue.submit(outcry_engine::Timestamp::from_nanos(1), outcry_engine::Command::AdvanceClock);
    }
    venue.snapshot().expect("it is sound").exchange
}

#[wasm_bindgen_test]
async fn damage_after_a_snapshot_is_told_as_ever() {
    let (page, before) = two_snapshots("tail-damage").await;
    let id = before.status.exchange.clone();
    back(&page, &id).await;
    page.submit(bid(103)).await;
    page.settle().await;
    page.submit(bid(104)).await;
    let longer = page.settle().await;
    drop(page);
    script(
        "async (id, last) => {
            const open = indexedDB.open('tail-damage');
            await new Promise((done) => open.onsuccess = done);
            const chunks = open.result.transaction('chunks', 'readwrite').objectStore('chunks');
            chunks.put(new Uint8Array(9), [id, last]);
            await new Promise((done) => chunks.transaction.oncomplete = done);
            open.result.close();
        }",
        &[id.as_str().into(), (longer.status.sequence as f64).into()],
    )
    .await;
    let page = Page::start("tail-damage");
    let frame = page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    let Session::Unreadable { good, .. } = frame.status.session else { unreachable!() };
    assert_eq!(good, longer.status.sequence - 1);
    assert_eq!(record(&database("tail-damage").await, &id).await.snapshots.len(), 2, "nothing is deleted");
}

#[wasm_bindgen_test]
async fn a_snapshot_that_cannot_be_read_back_is_not_kept() {
    let (page, before) = two_snapshots("no-read-back").await;
    let id = before.status.exchange.clone();
    let store = database("no-read-back").await;
    let listed = record(&store, &id).await.snapshots;
    back(&page, &id).await;
    let frame = trade_on(&page).await;
    // A disk that keeps something else than it was given, and says nothing.
    eval(
        "self.realPut = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = function (value, ...key) {
             if (this.name === 'snapshots') value[value.length >> 1] ^= 1;
             return self.realPut.call(this, value, ...key);
         };",
    )
    .expect("it runs");
    page.request(Request::NewDemo { seed: 5 });
    let notice = notice(&page).await;
    eval("IDBObjectStore.prototype.put = self.realPut;").expect("it runs");
    assert_eq!(notice.level, NoticeLevel::Information);
    assert!(notice.message.contains("read back"), "{notice:?}");
    assert_eq!(record(&store, &id).await.snapshots, listed, "the older ones stay");
    assert_same(&back(&page, &id).await, &frame);
}

#[wasm_bindgen_test]
async fn the_two_newest_snapshots_are_kept() {
    let (page, mut before) = two_snapshots("two").await;
    let id = before.status.exchange.clone();
    let store = database("two").await;
    for seed in 6..8 {
        let older = before.status.sequence;
        back(&page, &id).await;
        before = trade_on(&page).await;
        leave(&page, seed).await;
        let listed = record(&store, &id).await.snapshots;
        assert_eq!(listed.iter().map(|&(at, _)| at).collect::<Vec<_>>(), [older, before.status.sequence]);
        for (at, _) in listed {
            assert!(store.snapshot(&id, at).await.expect("it can be read").is_some());
        }
    }
    // Leaving at once keeps none: there is nothing new in it.
    back(&page, &id).await;
    leave(&page, 9).await;
    assert_eq!(record(&store, &id).await.snapshots[1].0, before.status.sequence);
}
