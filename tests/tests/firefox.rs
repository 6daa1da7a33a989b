//! The real page in Firefox: it opens on a living market, takes an order, keeps it, and ends in the same digest as here.
//!
//! What a browser can do differently is tried once; the rest of the page is proved in Chromium (`e2e_*.rs`).
//!
//! Planted: a page that misbehaves in every way the harness must notice, as in `e2e_harness.rs`; and a journal without its
//! newest chunk, which leads to another digest than the page shows.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use outcry_journal::{Chunk, Host};
use outcry_tests::browser::{Kind, Page, Server, Status, StoredChunk, wait};

/// Inline script and style that the policy refuses, a script that fails, and a complaint to the console.
const BAD_PAGE: &str = r#"<!doctype html><title>Bad</title><script>window.ran = true</script>
<p style="color: red">red?</p><script src="/script.js"></script>"#;

const BAD_SCRIPT: &str = "console.error('planted complaint'); throw new Error('planted error');";

/// Serves [`BAD_PAGE`] under a strict policy on a port of loopback, until the test ends.
fn serve_bad_page() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = format!("http://{}", listener.local_addr().expect("the listener is bound"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            let wants_script = request[..length].starts_with(b"GET /script.js");
            let (kind, body) =
                if wants_script { ("text/javascript", BAD_SCRIPT) } else { ("text/html", BAD_PAGE) };
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\
                 content-security-policy: default-src 'self'; style-src 'self'\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

/// What the journal in the store leads to when it is executed here: commands and digest. The page must have been left.
fn replayed(chunks: &[StoredChunk]) -> (u64, String) {
    let mut host: Option<Host> = None;
    for stored in chunks {
        let chunk = Chunk::decode(&stored.bytes).expect("the page stored a chunk that can be read");
        let host = host.get_or_insert_with(|| Host::new(chunk.journal(), chunk.epoch()));
        host.apply(&chunk, |_, _, _| {}).expect("it follows the chunk before");
    }
    let host = host.expect("the journal has chunks");
    (host.exchange().sequence(), host.exchange().digest().to_string())
}

/// The page shows what its journal leads to on this machine.
fn agrees(shown: &Status, chunks: &[StoredChunk]) -> bool {
    replayed(chunks) == (shown.sequence, shown.digest.clone())
}

#[test]
fn the_market_moves_and_an_order_is_kept_through_reload_and_kill() {
    let server = Server::start();
    let mut page = Page::open_in(Kind::Firefox, "firefox", &server.address());
    page.wait_status("open", |status| status.sequence > 0);
    assert!(page.crowd_runs(), "the simulated traders act on a first visit");
    page.choose("crowd-speed", "100\u{d7}");
    let first = page.ladder();
    wait("the ladder moves", || (page.ladder() != first).then_some(()));
    let newest = page.tape().first().copied().unwrap_or(0);
    wait("the tape grows", || page.tape().first().is_some_and(|&trade| trade > newest).then_some(()));

    page.stand_still();
    page.choose("instrument", "ACME");
    page.choose("account", "You");
    let answer = page.place_limit("buy", "50.00", "3");
    assert_eq!(answer.code, "done", "{answer:?}");
    let orders = page.wait_orders("one", |orders| orders.len() == 1);
    let money = page.balance("USD");
    let before = page.stand_still();
    page.keep_picture("market");

    page.reload();
    assert_eq!(page.stand_still(), before);
    page.must_be_quiet(&[]);

    page.kill_browser();
    page.start_browser();
    page.leave();
    let chunks = page.stored_chunks();
    assert!(agrees(&before, &chunks), "{before:?} is shown, {:?} is stored", replayed(&chunks));
    assert!(!agrees(&before, &chunks[..chunks.len() - 1]), "the missing chunk was not noticed");

    page.load();
    assert_eq!(page.stand_still(), before);
    page.choose("instrument", "ACME");
    page.choose("account", "You");
    assert_eq!(page.wait_orders("the same one", |orders| orders.len() == 1), orders);
    assert_eq!(page.balance("USD"), money);
    // The journal goes on where it was.
    page.cancel_order(orders[0].order);
    page.wait_orders("none", <[_]>::is_empty);
    assert_eq!(page.stand_still().sequence, before.sequence + 1);
    // For the plain document, whose policy admits no picture, Firefox asks for one.
    page.must_be_quiet(&["favicon.ico"]);
}

#[test]
fn a_page_that_misbehaves_is_noticed() {
    let page = Page::open_in(Kind::Firefox, "bad-page-in-firefox", &serve_bad_page());
    let parts = ["planted error", "planted complaint", "script-src", "style-src"];
    let complaints = wait("all four complaints", || {
        let complaints = page.complaints();
        let seen = |part: &&str| complaints.iter().any(|complaint| complaint.contains(*part));
        parts.iter().all(seen).then_some(complaints)
    });
    assert!(complaints.iter().any(|complaint| complaint.contains("refused by policy")), "{complaints:?}");
    let quiet = catch_unwind(AssertUnwindSafe(|| page.must_be_quiet(&[])));
    assert!(quiet.is_err(), "the page was taken for quiet");
}
