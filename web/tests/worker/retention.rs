//! Trimming: what goes is named before, goes whole, and the exchange opens, is exported and comes back without it.

use outcry_journal::{Chunk, FilePart, FileReader, Head, Host};
use outcry_web::protocol::{
    Frame, Import, ImportStage, Keep, NoticeLevel, Outcome, Request, Response, Session, StoredExchange,
    TrimPlan,
};
use outcry_web::worker::link::{Anchor, next_chunk};
use outcry_web::worker::store::Store;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Page, bid};
use crate::snapshots::{assert_same, back, leave, notice, put, record, trade_on, two_snapshots};
use crate::storage::database;

async fn plan(page: &Page) -> Result<TrimPlan, String> {
    page.request(Request::PlanTrim);
    let plan = page.answer(|response| match response {
        Response::TrimPlan(plan) => Some(plan),
        _ => None,
    });
    plan.await
}

async fn listed(page: &Page, id: &str) -> StoredExchange {
    let exchanges = page.answer(|response| match response {
        Response::Exchanges(exchanges) => Some(exchanges),
        _ => None,
    });
    exchanges.await.into_iter().find(|stored| stored.id == id).expect("it is listed")
}

/// An exchange that was trimmed by hand and left, what went, and a picture of it; the page is at another.
async fn trimmed(name: &str) -> (Page, TrimPlan, Frame) {
    let (page, before) = two_snapshots(name).await;
    let id = before.status.exchange.clone();
    back(&page, &id).await;
    let plan = plan(&page).await.expect("there are two snapshots");
    page.request(Request::Trim(plan.clone()));
    assert_eq!(listed(&page, &id).await.first, plan.last + 1);
    leave(&page, 11).await;
    (page, plan, before)
}

async fn sizes(store: &Store, id: &str) -> Vec<(u64, u64)> {
    let chunks = store.chunks(id, 0, 100_000).await.expect("they can be read");
    chunks.into_iter().map(|(first, bytes)| (first, bytes.len() as u64)).collect()
}

#[wasm_bindgen_test]
async fn what_goes_is_named_and_goes_whole() {
    let (page, before) = two_snapshots("named").await;
    let id = before.status.exchange.clone();
    let store = database("named").await;
    let (whole, chunks) = (record(&store, &id).await, sizes(&store, &id).await);
    back(&page, &id).await;
    let plan = plan(&page).await.expect("there are two snapshots");
    assert_eq!(plan, self::plan(&page).await.expect("there still are"), "to ask changes nothing");
    assert_eq!((plan.first, plan.exchange.as_str()), (1, id.as_str()));
    let older = whole.snapshots[0].0;
    let next =
        chunks.iter().map(|&(first, _)| first).find(|&first| first > plan.last).expect("the rest stays");
    assert_eq!(next, plan.last + 1, "whole chunks go");
    assert!(plan.last <= older, "and none after the older snapshot: {plan:?}");
    let gone: u64 = chunks.iter().filter(|(first, _)| *first <= plan.last).map(|(_, bytes)| bytes).sum();
    assert_eq!(plan.bytes, gone);
    assert!(plan.from < plan.to && plan.to <= before.status.now, "{plan:?}");
    assert_eq!(sizes(&store, &id).await, chunks, "nothing went yet");

    // What was agreed to is what goes, or nothing does.
    page.request(Request::Trim(TrimPlan { bytes: plan.bytes + 1, ..plan.clone() }));
    let told = notice(&page).await;
    assert_eq!(told.level, NoticeLevel::Error);
    assert!(told.message.contains("nothing was trimmed"), "{told:?}");
    assert_eq!(sizes(&store, &id).await, chunks);

    page.request(Request::Trim(plan.clone()));
    let told = notice(&page).await;
    assert!(told.message.contains("the journal was trimmed"), "{told:?}");
    let listed = listed(&page, &id).await;
    let after = record(&store, &id).await;
    let left: Vec<_> = chunks.into_iter().filter(|(first, _)| *first > plan.last).collect();
    assert_eq!(sizes(&store, &id).await, left);
    assert_eq!(after.journal_bytes(), left.iter().map(|(_, bytes)| bytes).sum::<u64>());
    assert_eq!((listed.first, listed.bytes), (plan.last + 1, after.journal_bytes()));
    assert_eq!(listed.snapshot_bytes, whole.snapshots.iter().map(|(_, bytes)| bytes).sum::<u64>());
    let refused = self::plan(&page).await.expect_err("it is trimmed already");
    assert!(refused.contains("trimmed already"), "{refused}");
    assert!(matches!(page.submit(bid(105)).await, Outcome::Done { .. }), "trading goes on");
}

#[wasm_bindgen_test]
async fn without_two_snapshots_nothing_is_trimmed() {
    let page = Page::open("too-young").await;
    page.submit(bid(100)).await;
    page.settle().await;
    // To ask keeps a snapshot, which is the first.
    let refused = plan(&page).await.expect_err("it is young");
    assert!(refused.contains("the older of two snapshots, and 1 is there"), "{refused}");
    let frame = trade_on(&page).await;
    plan(&page).await.expect("now there are two");
    assert_same(&page.frame().await, &frame);
}

#[wasm_bindgen_test]
async fn a_trimmed_journal_opens_from_either_snapshot() {
    let (page, _, before) = trimmed("either").await;
    let id = before.status.exchange.as_str();
    let store = database("either").await;
    assert_same(&back(&page, id).await, &before);
    leave(&page, 12).await;
    let snapshots = record(&store, id).await.snapshots;
    let [(older, _), (newest, _)] = snapshots[..] else { panic!("two are kept: {snapshots:?}") };
    // The newest is damaged: from the older one and the tail after it.
    put("either", id, newest, Some(&[7; 20]), None).await;
    assert_same(&back(&page, id).await, &before);
    leave(&page, 13).await;
    put("either", id, newest, Some(&[7; 20]), None).await;
    put("either", id, older, Some(&[7; 20]), None).await;
    let frame = back(&page, id).await;
    let Session::Unreadable { message, good, .. } = frame.status.session else {
        panic!("{:?}", frame.status)
    };
    assert_eq!(good, 0);
    assert!(message.contains("was trimmed before command") && message.contains("no snapshot"), "{message}");
    assert!(matches!(page.submit(bid(1)).await, Outcome::Refused(_)), "it never starts as if new");
    assert_eq!(record(&store, id).await.snapshots.len(), 2, "nothing is deleted");
}

#[wasm_bindgen_test]
async fn a_trimmed_journal_without_its_projections_shows_all_that_is_open() {
    let (page, _, before) = trimmed("bare").await;
    let id = before.status.exchange.as_str();
    let store = database("bare").await;
    for (at, _) in record(&store, id).await.snapshots {
        put("bare", id, at, None, Some(&[1])).await;
    }
    let after = back(&page, id).await;
    assert_eq!(after.status.session, Session::Open);
    assert_eq!(after.status.digest, before.status.digest);
    let (then, now) = (before.account.expect("it is ours"), after.account.expect("it is ours"));
    assert_eq!(now.balances, then.balances);
    assert_eq!(now.orders.len(), then.orders.len());
    assert_eq!(after.market.expect("it exists").bids, before.market.expect("it exists").bids);
}

/// What a journal file replays to.
fn replayed(file: &[u8]) -> (Host, u64) {
    let mut reader = FileReader::new();
    reader.push(file);
    let (mut host, mut base) = (None, 0);
    while let Some(part) = reader.take().expect("the file is good") {
        match part {
            FilePart::Header(header) => host = Some(Host::new(header.journal(), 0)),
            FilePart::Snapshot(snapshot) => {
                base = snapshot.head().sequence;
                host = Some(Host::from_snapshot(snapshot.as_bytes()).expect("the snapshot is good"));
            }
            FilePart::Chunk(chunk) => {
                host.as_mut().expect("there is a header").apply(&chunk, |_, _, _| ()).expect("it follows");
            }
        }
    }
    reader.finish().expect("it is whole");
    (host.expect("there is a header"), base)
}

#[wasm_bindgen_test]
async fn the_export_of_a_trimmed_journal_comes_back() {
    let (page, plan, before) = trimmed("export").await;
    let id = before.status.exchange.clone();
    back(&page, &id).await;
    page.submit(bid(106)).await;
    let before = page.settle().await;
    page.request(Request::Export);
    let exported = page.answer(|response| match response {
        Response::Exported { bytes, .. } => Some(bytes),
        _ => None,
    });
    let file = exported.await;
    let (host, base) = replayed(&file);
    assert_eq!(host.exchange().digest().to_string(), before.status.digest);
    assert!(base >= plan.last, "it begins with the older snapshot");

    let other = Page::open("export-2").await;
    other.settle().await;
    other
        .request(Request::Import(Import::Journal { name: "trimmed.outcry".to_owned(), bytes: file.clone() }));
    let after =
        other.until(|frame| frame.status.exchange == id && frame.status.session == Session::Open).await;
    assert_eq!(after.status.digest, before.status.digest);
    assert_eq!(
        after.account.expect("it is ours").orders.len(),
        before.account.expect("it is ours").orders.len()
    );
    let stored = record(&database("export-2").await, &id).await;
    assert_eq!((stored.first, stored.snapshots.len(), stored.trimmed), (base + 1, 2, 0));
    assert!(matches!(other.submit(bid(107)).await, Outcome::Done { .. }), "trading goes on");
    let longer = other.settle().await;
    leave(&other, 14).await;
    assert_eq!(back(&other, &id).await.status.digest, longer.status.digest);
    other.request(Request::Export);
    let again = other.answer(|response| match response {
        Response::Exported { bytes, .. } => Some(bytes),
        _ => None,
    });
    assert_eq!(replayed(&again.await).0.exchange().digest().to_string(), longer.status.digest);

    // A damaged one is refused, and nothing is stored of it.
    let third = Page::open("export-3").await;
    third.settle().await;
    let mut damaged = file;
    damaged[200] ^= 1;
    third.request(Request::Import(Import::Journal { name: "bad.outcry".to_owned(), bytes: damaged }));
    let refused = third.until(|frame| {
        frame.status.import.as_ref().is_some_and(|import| matches!(import.stage, ImportStage::Refused(_)))
    });
    assert_ne!(refused.await.status.exchange, id);
    assert_eq!(database("export-3").await.exchange(&id).await, Ok(None));
}

#[wasm_bindgen_test]
async fn a_rule_trims_by_itself_and_says_so() {
    let (page, before) = two_snapshots("rule").await;
    let id = before.status.exchange.clone();
    back(&page, &id).await;
    for generous in [Keep::Megabytes(1_000), Keep::Days(30), Keep::All] {
        page.request(Request::Keep(generous));
        let stored = listed(&page, &id).await;
        assert_eq!((stored.keep, stored.first), (generous, 1), "nothing is too much for it");
    }
    page.request(Request::Keep(Keep::Megabytes(0)));
    let told = notice(&page).await;
    assert!(told.message.contains("the journal was trimmed"), "{told:?}");
    let first = listed(&page, &id).await.first;
    assert!(first > 1);
    assert_same(&page.frame().await, &before);
    // And again when there is a newer snapshot.
    trade_on(&page).await;
    leave(&page, 15).await;
    let store = database("rule").await;
    let later = record(&store, &id).await;
    assert!(later.first > first, "{later:?}");
    assert_eq!(later.snapshots.len(), 2);
}

/// What a server lacks must not be looked for where nothing is any more.
#[wasm_bindgen_test]
async fn sending_goes_on_in_a_trimmed_journal_and_not_before_it() {
    let (page, plan, before) = trimmed("send").await;
    drop(page);
    let id = before.status.exchange.as_str();
    let store = database("send").await;
    let older = record(&store, id).await.snapshots[0].0;
    let snapshot = store.snapshot(id, older).await.expect("it can be read").expect("it is there");
    let snapshot = outcry_journal::Snapshot::decode(snapshot.exchange).expect("it is good");
    let mut host = Host::from_snapshot(snapshot.as_bytes()).expect("it is good");
    let mut anchor = Anchor::beginning(snapshot.journal(), Some(&snapshot));
    let early = next_chunk(&store, &anchor, Head::genesis(snapshot.journal())).await;
    let words = early.expect_err("it is gone");
    assert!(words.contains("trimmed"), "{words}");
    while host.exchange().sequence() < before.status.sequence {
        let (chunk, next): (Chunk, Anchor) =
            next_chunk(&store, &anchor, host.head()).await.expect("it is there");
        host.apply(&chunk, |_, _, _| ()).expect("it follows");
        anchor = next;
    }
    assert_eq!(host.exchange().digest().to_string(), before.status.digest);
    assert!(plan.last <= older);
}
