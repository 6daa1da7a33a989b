//! A database that is not what was seen of it: told with both numbers, and everything that is offered works.
//!
//! Planted faults: `a_witness_of_another_history_is_noticed` takes a witness whose hash is wrong by one digit, and
//! `without_a_witness_a_wiped_database_would_be_a_first_visit` shows what these tests would miss without one.

use js_sys::{Promise, eval};
use outcry_journal::{Chunk, JournalId};
use outcry_simulation::Market as _;
use outcry_web::protocol::{
    Cause, Damage, Damaged, Frame, Import, ImportStage, Outcome, Request, Response, Session, Storage, Witness,
};
use outcry_web::worker::store::{Database, ExchangeRecord, Store};
use outcry_web::worker::venue::Venue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Page, bid};

/// A closed exchange of a few chunks, and what a page has seen of it.
async fn seen(database: &str) -> Witness {
    let page = Page::open(database).await;
    page.settle().await;
    for price in 1..4 {
        page.submit(bid(price)).await;
        page.until(|frame| frame.status.saved == frame.status.sequence).await;
    }
    let status = page.frame().await.status;
    let witness = status.witness.expect("it is open and saved");
    assert_eq!((witness.sequence, &witness.digest), (status.saved, &status.digest));
    Witness { at: 1_700_000_000_000, ..witness }
}

async fn store(name: &str) -> Store {
    Store::Database(Database::open(name).await.expect("Chromium has IndexedDB"))
}

/// The script's promise, kept.
async fn run(script: &str) {
    let promise = Promise::from(eval(script).expect("it runs"));
    JsFuture::from(promise).await.expect("it is done");
}

async fn wipe(database: &str) {
    run(&format!(
        "new Promise((done, failed) => {{
            const request = indexedDB.deleteDatabase('{database}');
            request.onsuccess = done;
            request.onerror = request.onblocked = failed;
        }})"
    ))
    .await;
}

async fn damage(page: &Page) -> Damaged {
    let frame = page.until(|frame| matches!(frame.status.session, Session::Damaged(_))).await;
    let Session::Damaged(damaged) = frame.status.session else { unreachable!() };
    damaged
}

async fn opened(page: &Page) -> Frame {
    page.until(|frame| frame.status.session == Session::Open).await
}

/// Takes the last chunk away and makes the record fit what is left.
async fn cut(database: &str, witness: &Witness) -> (u64, String) {
    let store = store(database).await;
    let id = &witness.exchange;
    let mut chunks = store.chunks(id, 1, 10_000).await.expect("they can be read");
    chunks.pop();
    let last = Chunk::decode(&chunks.last().expect("some are left").1).expect("it is whole");
    let (sequence, digest) = (last.last_sequence(), last.digest().to_string());
    let record = store.exchange(id).await.expect("it can be read").expect("it is there");
    let record = ExchangeRecord { sequence, digest: digest.clone(), ..record };
    store.replace(&record, &chunks, &[]).await.expect("there is room");
    (sequence, digest)
}

#[wasm_bindgen_test]
async fn without_a_witness_a_wiped_database_would_be_a_first_visit() {
    seen("wiped-unseen").await;
    wipe("wiped-unseen").await;
    let frame = opened(&Page::start("wiped-unseen")).await;
    assert!(frame.status.sequence > 0, "a new demo, as if nothing had ever been there");
}

#[wasm_bindgen_test]
async fn a_wiped_database_is_told_and_an_export_brings_it_back() {
    let witness = seen("wiped").await;
    let page = Page::start_knowing("wiped", vec![witness.clone()]);
    opened(&page).await;
    let file = export(&page).await;
    drop(page);
    wipe("wiped").await;

    let page = Page::start_knowing("wiped", vec![witness.clone()]);
    let Damaged { what, losses } = damage(&page).await;
    assert_eq!(what, Damage::Wiped { message: None });
    assert_eq!(losses.len(), 1);
    let loss = &losses[0];
    assert_eq!((loss.had, loss.found, &loss.name), (witness.sequence, 0, &witness.name));
    assert_eq!(loss.at, witness.at);
    assert!(matches!(page.submit(bid(1)).await, Outcome::Refused(_)), "nothing is begun in its place");
    page.request(Request::Retry);
    assert_eq!(damage(&page).await.what, Damage::Wiped { message: None }, "nor at the second try");

    page.request(Request::Import(Import::Journal { name: "saved.outcry".to_owned(), bytes: file }));
    let frame = opened(&page).await;
    assert_eq!((frame.status.exchange, frame.status.sequence), (witness.exchange, witness.sequence));
    assert_eq!(frame.status.digest, witness.digest);
}

async fn export(page: &Page) -> Vec<u8> {
    page.request(Request::Export);
    page.answer(|response| match response {
        Response::Exported { bytes, .. } => Some(bytes),
        _ => None,
    })
    .await
}

#[wasm_bindgen_test]
async fn who_starts_anew_gives_the_lost_exchange_up_and_is_not_asked_again() {
    let witness = seen("anew").await;
    wipe("anew").await;
    let page = Page::start_knowing("anew", vec![witness.clone()]);
    damage(&page).await;
    page.request(Request::Forget { exchanges: vec![witness.exchange.clone()] });
    page.request(Request::NewDemo { seed: 7 });
    let frame = opened(&page).await;
    assert_ne!(frame.status.exchange, witness.exchange);
    page.request(Request::ListExchanges);
    let listed = page.answer(|response| match response {
        Response::Exchanges(listed) => Some(listed),
        _ => None,
    });
    assert_eq!(listed.await.len(), 1);
}

#[wasm_bindgen_test]
async fn a_lost_exchange_beside_a_whole_one_is_told_and_listed() {
    let whole = seen("beside").await;
    let other = Witness { exchange: "f".repeat(32), name: "Gone".to_owned(), sequence: 70, ..whole.clone() };
    let page = Page::start_knowing("beside", vec![whole.clone(), other.clone()]);
    let notice = page.answer(|response| match response {
        Response::Notice(notice) => Some(notice.message),
        _ => None,
    });
    assert!(notice.await.contains("Gone had 70 commands and has 0"));
    opened(&page).await;
    page.request(Request::ListExchanges);
    let listed = page.answer(|response| match response {
        Response::Exchanges(listed) => Some(listed),
        _ => None,
    });
    let had: Vec<_> = listed.await.into_iter().map(|stored| (stored.name, stored.had)).collect();
    assert_eq!(had, [(whole.name.clone(), None), ("Gone".to_owned(), Some(70))]);
    // Asked for, it says what it is.
    page.request(Request::Open { exchange: other.exchange });
    let Damaged { what, losses } = damage(&page).await;
    assert_eq!((what, losses[0].had, losses[0].found), (Damage::Missing, 70, 0));
    page.request(Request::Open { exchange: whole.exchange.clone() });
    assert_eq!(opened(&page).await.status.exchange, whole.exchange);
}

#[wasm_bindgen_test]
async fn a_record_that_is_gone_is_told_and_its_chunks_are_still_good() {
    let witness = seen("recordless").await;
    run("new Promise((done) => {
            const open = indexedDB.open('recordless');
            open.onsuccess = () => {
                const store = open.result.transaction('exchanges', 'readwrite').objectStore('exchanges');
                store.clear();
                store.transaction.oncomplete = () => { open.result.close(); done(); };
            };
        })")
    .await;
    let page = Page::start_knowing("recordless", vec![witness.clone()]);
    let Damaged { what, losses } = damage(&page).await;
    assert_eq!((what, losses[0].had, losses[0].found), (Damage::Missing, witness.sequence, witness.sequence));
    page.request(Request::KeepGood);
    let frame = opened(&page).await;
    assert_eq!((frame.status.sequence, frame.status.digest), (witness.sequence, witness.digest));
}

#[wasm_bindgen_test]
async fn a_cut_database_is_told_and_the_good_part_becomes_an_exchange_of_its_own() {
    let witness = seen("cut").await;
    let (found, digest) = cut("cut", &witness).await;
    assert!(found > 0 && found < witness.sequence);
    let page = Page::start_knowing("cut", vec![witness.clone()]);
    let Damaged { what, losses } = damage(&page).await;
    assert_eq!((what, losses[0].had, losses[0].found), (Damage::Cut, witness.sequence, found));
    assert!(matches!(page.submit(bid(1)).await, Outcome::Refused(_)));

    page.request(Request::KeepGood);
    let frame = opened(&page).await;
    assert_ne!(frame.status.exchange, witness.exchange);
    assert_eq!((frame.status.sequence, &frame.status.digest), (found, &digest));
    assert!(frame.status.name.contains("good part"), "{}", frame.status.name);
    assert!(matches!(page.submit(bid(1)).await, Outcome::Done { .. }), "it goes on");
    // The other one stays as it was.
    page.request(Request::Open { exchange: witness.exchange.clone() });
    assert_eq!(damage(&page).await.losses[0].found, found);
}

#[wasm_bindgen_test]
async fn an_export_of_the_whole_takes_the_place_of_what_is_left() {
    let witness = seen("completed").await;
    let page = Page::open("completed").await;
    let file = export(&page).await;
    drop(page);
    cut("completed", &witness).await;
    let page = Page::start_knowing("completed", vec![witness.clone()]);
    damage(&page).await;
    page.request(Request::Import(Import::Journal { name: "saved.outcry".to_owned(), bytes: file }));
    let frame = opened(&page).await;
    assert_eq!((frame.status.exchange, frame.status.digest), (witness.exchange.clone(), witness.digest));
    assert!(frame.status.witness.expect("it is open").epoch > witness.epoch, "it is a new writer's");
}

#[wasm_bindgen_test]
async fn an_export_of_something_else_comes_beside_what_is_here() {
    let witness = seen("short").await;
    let page = Page::open("short").await;
    let file = export(&page).await;
    drop(page);
    // Another history under the same name: the export has not what is here.
    other_history("short", &witness).await;
    let page = Page::start_knowing("short", vec![witness.clone()]);
    assert_eq!(damage(&page).await.what, Damage::Changed);
    page.request(Request::Import(Import::Journal { name: "saved.outcry".to_owned(), bytes: file }));
    let frame = opened(&page).await;
    assert_ne!(frame.status.exchange, witness.exchange);
    assert_eq!((frame.status.sequence, frame.status.digest), (witness.sequence, witness.digest));
    let stored = store("short").await.exchanges().await.expect("they can be read");
    assert_eq!(stored.len(), 2, "nothing was overwritten");
}

/// Puts another history of the same exchange into the database, longer than what was seen.
async fn other_history(database: &str, witness: &Witness) {
    let journal: JournalId = witness.exchange.parse().expect("it is an id");
    let mut venue = Venue::new(journal, witness.epoch, 77);
    for number in 0..=witness.sequence {
        let name = outcry_engine::AccountName::new(&format!("Account {number}")).expect("a name");
        venue.submit(Default::default(), outcry_engine::Command::OpenAccount { name });
    }
    let chunk = venue.cut().expect("there are commands");
    let store = store(database).await;
    let record = store.exchange(&witness.exchange).await.expect("it can be read").expect("it is there");
    let (sequence, digest) = (chunk.last_sequence(), chunk.digest().to_string());
    let record = ExchangeRecord { sequence, digest, ..record };
    store.replace(&record, &[(1, chunk.to_bytes())], &[]).await.expect("there is room");
}

#[wasm_bindgen_test]
async fn another_history_is_told_although_it_is_whole_and_longer() {
    let witness = seen("other").await;
    other_history("other", &witness).await;
    let page = Page::start_knowing("other", vec![witness.clone()]);
    let Damaged { what, losses } = damage(&page).await;
    assert_eq!(
        (what, losses[0].had, losses[0].found),
        (Damage::Changed, witness.sequence, witness.sequence + 1)
    );
}

#[wasm_bindgen_test]
async fn a_witness_of_another_history_is_noticed() {
    let witness = seen("digit").await;
    let changed = if witness.hash.starts_with('0') { '1' } else { '0' };
    let hash = format!("{changed}{}", &witness.hash[1..]);
    let page = Page::start_knowing("digit", vec![Witness { hash, ..witness.clone() }]);
    assert_eq!(damage(&page).await.what, Damage::Changed);
    drop(page);
    assert_eq!(
        opened(&Page::start_knowing("digit", vec![witness.clone()])).await.status.sequence,
        witness.sequence
    );
}

#[wasm_bindgen_test]
async fn a_journal_that_went_on_after_it_was_seen_is_no_damage() {
    let witness = seen("went-on").await;
    let page = Page::open("went-on").await;
    for price in 1..200 {
        page.submit(bid(price)).await;
    }
    page.settle().await;
    drop(page);
    let page = Page::start_knowing("went-on", vec![witness.clone()]);
    let frame = opened(&page).await;
    assert!(frame.status.sequence > witness.sequence);
    // In one process: what the worker itself has seen counts as well.
    page.request(Request::NewDemo { seed: 3 });
    page.until(|frame| frame.status.exchange != witness.exchange && frame.status.session == Session::Open)
        .await;
    cut("went-on", &witness).await;
    page.request(Request::Open { exchange: witness.exchange.clone() });
    assert_eq!(damage(&page).await.losses[0].had, frame.status.sequence);
}

#[wasm_bindgen_test]
async fn the_good_part_of_a_damaged_journal_goes_on_as_well() {
    let witness = seen("unreadable").await;
    let store = store("unreadable").await;
    let mut chunks = store.chunks(&witness.exchange, 1, 10_000).await.expect("they can be read");
    let count = chunks.len();
    let (first, bytes) = &mut chunks[count - 2];
    let good = *first - 1;
    bytes.truncate(bytes.len() - 3);
    let record = store.exchange(&witness.exchange).await.expect("it can be read").expect("it is there");
    store.replace(&record, &chunks, &[]).await.expect("there is room");
    let page = Page::start_knowing("unreadable", vec![witness.clone()]);
    page.until(|frame| matches!(frame.status.session, Session::Unreadable { .. })).await;
    page.request(Request::KeepGood);
    let frame = opened(&page).await;
    assert_eq!(frame.status.sequence, good);
    assert_eq!(store.chunks(&witness.exchange, 1, 10_000).await.expect("they can be read"), chunks);
    // What is no journal is told, and nothing happens.
    page.request(Request::Import(Import::Journal { name: "x".to_owned(), bytes: vec![1, 2, 3] }));
    let refused = page.until(|frame| {
        frame.status.import.as_ref().is_some_and(|import| matches!(import.stage, ImportStage::Refused(_)))
    });
    assert_eq!(refused.await.status.sequence, good);
}

#[wasm_bindgen_test]
async fn storage_cleared_under_an_open_exchange_is_told_and_nothing_is_said_to_be_saved_any_more() {
    let witness = seen("cleared").await;
    let page = Page::start_knowing("cleared", vec![witness.clone()]);
    opened(&page).await;
    // The worker closes its connection for this, as the browser closes it by force.
    wipe("cleared").await;
    assert!(matches!(page.submit(bid(1)).await, Outcome::Done { .. }), "trading goes on");
    let status = page.until(|frame| matches!(frame.status.storage, Storage::Failed { .. })).await.status;
    assert!(matches!(status.storage, Storage::Failed { cause: Cause::Cleared, .. }), "{:?}", status.storage);
    assert_eq!((status.saved, status.on_disk, status.witness), (0, 0, None));
    page.request(Request::Export);
    let notice = page.answer(|response| match response {
        Response::Notice(notice) => Some(notice.message),
        _ => None,
    });
    let message = notice.await;
    assert!(message.contains("nothing was exported"), "{message}");
    drop(page);
    let page = Page::start_knowing("cleared", vec![witness.clone()]);
    let Damaged { losses, .. } = damage(&page).await;
    assert_eq!((losses[0].had, losses[0].found), (witness.sequence, 0));
}

#[wasm_bindgen_test]
async fn a_database_that_does_not_open_is_no_first_visit_when_something_was_in_it() {
    let witness = seen("closed").await;
    let refuse = "self.realOpen = IDBFactory.prototype.open;
        IDBFactory.prototype.open = () => { throw new DOMException('broken', 'UnknownError'); }";
    eval(refuse).expect("it runs");
    let page = Page::start_knowing("closed", vec![witness.clone()]);
    let Damaged { what, losses } = damage(&page).await;
    assert!(matches!(&what, Damage::Closed { message } if message.contains("broken")), "{what:?}");
    assert_eq!((losses[0].had, losses[0].found), (witness.sequence, 0));
    // Who goes on all the same does so in memory, and is told.
    page.request(Request::NewDemo { seed: 4 });
    let frame = opened(&page).await;
    assert!(matches!(frame.status.storage, Storage::Absent { .. }), "{:?}", frame.status.storage);
    assert_eq!(frame.status.saved, 0);
    drop(page);
    let page = Page::start_knowing("closed", vec![witness.clone()]);
    damage(&page).await;
    eval("IDBFactory.prototype.open = self.realOpen").expect("it runs");
    page.request(Request::Retry);
    let frame = opened(&page).await;
    assert_eq!((frame.status.exchange, frame.status.storage), (witness.exchange, Storage::Good));
}
