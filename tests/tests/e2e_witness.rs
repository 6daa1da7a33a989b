//! What is shown as saved and as on disk, and what the page says and offers when the database is not what it was:
//! wiped, cut, changed, closed.
//!
//! Planted fault: `without_its_witness_the_page_would_begin_anew` takes the witness away together with the database,
//! and shows that every other test here would then see a first visit.

use std::path::PathBuf;

use outcry_engine::{AccountName, Command, Timestamp};
use outcry_journal::{Chunk, CommandId, Host};
use outcry_tests::browser::{Page, Server, Status, StoredChunk, wait};
use serde_json::json;

/// A page with an order in its book and nothing moving.
fn quiet(name: &'static str, server: &Server) -> (Page, Status) {
    let page = Page::open(name, &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let status = page.stand_still();
    wait_witness(&page, &status);
    (page, status)
}

/// Waits until the witness has everything.
fn wait_witness(page: &Page, status: &Status) {
    let script = "const kept = JSON.parse(localStorage.getItem('outcry/witness/outcry') ?? '{}');
        return kept.exchanges?.[arguments[0]]?.sequence ?? 0";
    wait("the witness has seen it all", || {
        let seen = page.script(script, &[json!(status.exchange)]);
        (seen.as_u64() == Some(status.sequence)).then_some(())
    });
}

/// The export of the open exchange, as the browser downloaded it.
fn export(page: &Page) -> PathBuf {
    page.click("tab-files");
    page.click("export");
    wait("the journal is downloaded", || {
        let files = std::fs::read_dir(page.downloads()).ok()?;
        let paths = files.filter_map(|file| Some(file.ok()?.path()));
        paths.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "outcry"))
    })
}

/// The screen must name both numbers of the exchange.
fn told(page: &Page, exchange: &str, had: u64, found: u64) -> String {
    let words = page.wait_session("damaged");
    let row = format!("return {{ ...document.querySelector('[data-exchange=\"{exchange}\"]')?.dataset }}");
    let row = page.script(&row, &[]);
    assert_eq!((&row["had"], &row["found"]), (&json!(had.to_string()), &json!(found.to_string())), "{words}");
    let plain = words.replace(',', "");
    assert!(plain.contains(&had.to_string()) && plain.contains(&found.to_string()), "{words}");
    words
}

/// Keeps pictures of the screen as it is now: wide, on a phone, and dark.
fn keep_pictures(page: &Page, what: &str) {
    page.keep_picture(what);
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
    page.devtools("Emulation.setDeviceMetricsOverride", phone);
    page.keep_picture(&format!("{what}-phone"));
    let sticks_out = "return [...document.querySelectorAll('.session-card *')]
        .filter(part => part.getBoundingClientRect().right > window.innerWidth && !part.closest('.visually-hidden'))
        .map(part => part.outerHTML)";
    let sticks_out = page.script(sticks_out, &[]);
    assert_eq!(sticks_out, json!([]), "{what} is wider than a phone");
    page.devtools("Emulation.clearDeviceMetricsOverride", json!({}));
    let theme = |value| json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
    page.devtools("Emulation.setEmulatedMedia", theme("dark"));
    page.keep_picture(&format!("{what}-dark"));
    page.devtools("Emulation.setEmulatedMedia", theme("light"));
}

#[test]
fn both_acks_are_shown_and_never_more_than_is_true() {
    let server = Server::start();
    let (page, status) = quiet("acks", &server);
    page.wait_text("saved", "that all is on disk", |text| text == "All on disk");
    assert_eq!(page.on_disk(), status.sequence);
    let ack = || {
        page.click("tab-orders");
        page.script(
            "return document.querySelector('[data-testid=orders] [data-order]')?.dataset.ack ?? null",
            &[],
        )
    };
    wait("the row says that the order is on disk", || (ack() == "on-disk").then_some(()));
    keep_pictures(&page, "on-disk");
    // Under load the marks follow each other in one order.
    page.choose("crowd-speed", "100\u{d7}");
    page.set_crowd(true);
    let marks = "const line = document.querySelector('[data-testid=status]').dataset;
        return ['sequence', 'saved', 'onDisk'].map(name => Number(line[name]))";
    let mut last = 0;
    wait("the disk has come by a hundred times", || {
        let marks = page.script(marks, &[]);
        let [sequence, saved, on_disk] = [0, 1, 2].map(|mark| marks[mark].as_u64().expect("it is a count"));
        assert!(on_disk <= saved && saved <= sequence, "{marks}");
        assert!(on_disk >= last, "{marks} after {last}");
        last = on_disk;
        (on_disk > status.sequence + 100).then_some(())
    });
    let order = page.place_limit("buy", "49.00", "1");
    assert_eq!(order.code, "done");
    wait("it is on disk among all the others", || (ack() == "on-disk").then_some(()));
    page.must_be_quiet(&[]);
}

#[test]
fn a_wiped_database_is_told_and_an_export_brings_the_exchange_back() {
    let server = Server::start();
    let (mut page, status) = quiet("wiped", &server);
    let file = export(&page);
    page.leave();
    page.wipe_store();
    page.load();
    let words = told(&page, &status.exchange, status.sequence, 0);
    assert!(words.contains("are gone"), "{words}");
    keep_pictures(&page, "wiped");
    page.click("retry");
    told(&page, &status.exchange, status.sequence, 0);
    page.reload();
    told(&page, &status.exchange, status.sequence, 0);
    page.give_files("import-input", &[file]);
    page.wait_status("the exchange is back", |now| now.exchange == status.exchange);
    assert_eq!(page.stand_still(), status);
    page.wait_orders("the order", |orders| orders.len() == 1);
    page.reload();
    assert_eq!(page.stand_still(), status, "and stays");
    page.must_be_quiet(&[]);
}

#[test]
fn who_starts_anew_is_not_asked_again() {
    let server = Server::start();
    let (mut page, status) = quiet("anew", &server);
    page.leave();
    page.wipe_store();
    page.load();
    let words = told(&page, &status.exchange, status.sequence, 0);
    assert!(words.contains("You give up"), "{words}");
    page.click("new-demo");
    let other = page.stand_still();
    assert_ne!(other.exchange, status.exchange);
    page.reload();
    assert_eq!(page.stand_still(), other);
    page.click("tab-exchanges");
    page.wait_text("exchanges", "one exchange", |text| text.matches("Demo").count() == 1);
    page.must_be_quiet(&[]);
}

#[test]
fn the_server_brings_a_wiped_exchange_back() {
    let server = Server::start();
    let (mut page, status) = quiet("wiped-server", &server);
    page.sync_to(&server.address());
    page.wait_sync("up-to-date");
    wait("the witness knows the server", || {
        let kept = page.script("return localStorage.getItem('outcry/witness/outcry')", &[]);
        kept.as_str()?.contains(&server.address()).then_some(())
    });
    page.leave();
    page.wipe_store();
    page.load();
    told(&page, &status.exchange, status.sequence, 0);
    page.keep_picture("screen");
    page.click("restore");
    page.wait_status("the exchange is back", |now| now.exchange == status.exchange);
    assert_eq!(page.stand_still(), status);
    // It is this browser's again, and goes on to the server.
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "51.00", "1").code, "done");
    let ahead = page.stand_still();
    wait("the server follows", || (page.on_server() == ahead.sequence).then_some(()));
    page.must_be_quiet(&[]);
}

/// Cuts the end of the journal off, so that what is left is whole; the commands that are left, and their digest.
fn cut(page: &Page, status: &Status) -> (u64, String) {
    page.leave();
    let chunks: Vec<StoredChunk> =
        page.stored_chunks().into_iter().filter(|chunk| chunk.exchange == status.exchange).collect();
    let left = &chunks[chunks.len() - 2];
    let chunk = Chunk::decode(&left.bytes).expect("it is whole");
    let (sequence, digest) = (chunk.last_sequence(), chunk.digest().to_string());
    page.end_journal(&status.exchange, left.first, sequence, &digest);
    (sequence, digest)
}

#[test]
fn a_cut_database_is_told_and_its_good_part_goes_on_as_another_exchange() {
    let server = Server::start();
    let (mut page, status) = quiet("cut", &server);
    let (found, digest) = cut(&page, &status);
    let before = page.stored_chunks();
    page.load();
    let words = told(&page, &status.exchange, status.sequence, found);
    assert!(words.contains("end of this exchange is missing"), "{words}");
    keep_pictures(&page, "cut");
    page.click("keep-good");
    let other = page.stand_still();
    assert_ne!(other.exchange, status.exchange);
    assert_eq!((other.sequence, &other.digest), (found, &digest));
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "1").code, "done");
    // The cut one is as it was, and listed with what it had.
    page.stand_still();
    page.click("tab-exchanges");
    let had = format!("[data-testid=exchanges] [data-had=\"{}\"] [data-testid=open]", status.sequence);
    page.keep_picture("listed");
    page.click_css(&had);
    told(&page, &status.exchange, status.sequence, found);
    // And the other one is offered there.
    page.click_css("[data-testid=others] [data-testid=open]");
    page.wait_status("the good part", |now| now.exchange == other.exchange);
    page.leave();
    let after = page.stored_chunks();
    assert!(before.iter().all(|chunk| after.contains(chunk)), "something was overwritten");
    page.load();
    page.stand_still();
    page.must_be_quiet(&[]);
}

#[test]
fn an_export_completes_a_cut_database() {
    let server = Server::start();
    let (mut page, status) = quiet("completed", &server);
    let file = export(&page);
    let (found, _) = cut(&page, &status);
    page.load();
    told(&page, &status.exchange, status.sequence, found);
    page.give_files("import-input", &[file]);
    page.wait_status("whole again", |now| now.sequence == status.sequence);
    assert_eq!(page.stand_still(), status);
    page.must_be_quiet(&[]);
}

#[test]
fn the_server_completes_a_cut_database() {
    let server = Server::start();
    let (mut page, status) = quiet("cut-server", &server);
    page.sync_to(&server.address());
    wait("the server has it all", || (page.on_server() == status.sequence).then_some(()));
    let (found, _) = cut(&page, &status);
    page.load();
    told(&page, &status.exchange, status.sequence, found);
    page.click("restore");
    page.wait_status("whole again", |now| now.sequence == status.sequence);
    assert_eq!(page.stand_still(), status);
    page.must_be_quiet(&[]);
}

#[test]
fn another_history_is_told_and_not_taken_for_the_old_one() {
    let server = Server::start();
    let (mut page, status) = quiet("changed", &server);
    let file = export(&page);
    page.leave();
    // One more command than the page has seen, and none of them its own.
    let mut host = Host::new(status.exchange.parse().expect("it is an id"), 1);
    for counter in 1..=status.sequence + 1 {
        let name = AccountName::new(&format!("Account {counter}")).expect("a name");
        let (id, at) = (CommandId { origin: 7, counter }, Timestamp::from_nanos(counter));
        host.submit(at, id, &Command::OpenAccount { name }, &mut Vec::new()).expect("it follows");
    }
    let chunk = host.cut().expect("there are commands");
    let stored = StoredChunk { exchange: status.exchange.clone(), first: 1, bytes: chunk.to_bytes() };
    page.rewrite_journal(&status.exchange, &stored, chunk.last_sequence(), &chunk.digest().to_string());
    page.load();
    let words = told(&page, &status.exchange, status.sequence, status.sequence + 1);
    assert!(words.contains("not the exchange that was here"), "{words}");
    keep_pictures(&page, "changed");
    // The export is the old one: it comes beside what is here.
    page.give_files("import-input", &[file]);
    let beside = page.wait_status("the old one under a new name", |now| now.digest == status.digest);
    assert_ne!(beside.exchange, status.exchange);
    page.leave();
    assert_eq!(page.stored_exchanges().len(), 2);
}

#[test]
fn storage_cleared_under_an_open_page_is_told_and_nothing_is_shown_as_saved() {
    let server = Server::start();
    let (page, status) = quiet("cleared", &server);
    let what = json!({ "origin": page.address(), "storageTypes": "indexeddb" });
    page.devtools("Storage.clearDataForOrigin", what);
    assert_eq!(page.place_limit("buy", "51.00", "1").code, "done");
    page.wait_data("storage", "cause", "cleared");
    let shown = page.wait_status("trading goes on", |now| now.sequence > status.sequence);
    assert_eq!((shown.saved, page.on_disk()), (0, 0));
    let acks = "return [...document.querySelectorAll('[data-testid=orders] [data-order]')].map(row => row.dataset.ack)";
    page.click("tab-orders");
    wait("both orders say that they are not saved", || {
        (page.script(acks, &[]) == json!(["executed", "executed"])).then_some(())
    });
    keep_pictures(&page, "cleared");
    page.click("storage-reload");
    told(&page, &status.exchange, status.sequence, 0);
    page.click("new-demo");
    page.stand_still();
    page.must_be_quiet(&[]);
}

#[test]
fn the_browser_is_asked_to_keep_the_storage_once_there_is_something_to_keep() {
    let server = Server::start();
    let page = Page::open("keeping", &server.address());
    page.script(
        "window.asked = 0;
         const persist = StorageManager.prototype.persist;
         StorageManager.prototype.persist = function () { window.asked++; return persist.call(this); }",
        &[],
    );
    page.stand_still();
    let asked = || page.script("return window.asked", &[]).as_u64();
    assert_eq!(asked(), Some(0), "not before");
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    wait("it was asked", || (asked() == Some(1)).then_some(()));
    wait("its answer is shown", || {
        page.data("storage", "keeping").filter(|keeping| keeping == "kept" || keeping == "best-effort")
    });
    assert_eq!(page.place_limit("buy", "51.00", "3").code, "done");
    assert_eq!(asked(), Some(1), "once");
    page.keep_picture("asked");
    page.must_be_quiet(&[]);
}

#[test]
fn without_its_witness_the_page_would_begin_anew() {
    let server = Server::start();
    let (mut page, status) = quiet("unseen", &server);
    page.leave();
    page.wipe_store();
    page.script("localStorage.removeItem('outcry/witness/outcry')", &[]);
    page.load();
    assert_ne!(page.stand_still().exchange, status.exchange);
}
