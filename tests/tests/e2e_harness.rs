//! The harness of the end-to-end tests, tried on a page of our own that misbehaves in every way it must notice.
//!
//! This is the planted fault behind [`Page::must_be_quiet`]: every end-to-end test ends with it, and here it is shown
//! to see a script error, a refused inline script and a refused style. The verbs are tried on plain elements.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use outcry_tests::browser::{Page, wait};
use serde_json::json;

/// A page under a strict policy: its inline script and inline style are refused, its own script fails.
const BAD_PAGE: &str = r#"<!doctype html><title>Bad</title><script>window.ran = true</script>
<p style="color: red">red?</p><script src="/script.js"></script>"#;

/// A page with something to use.
const GOOD_PAGE: &str = r#"<!doctype html><title>Good</title>
<input data-testid="field" value="old"><button data-testid="button">Press</button>
<select data-testid="choice"><option>One</option><option>Two</option></select>
<input type="file" multiple data-testid="files"><output data-testid="told" data-count="0"></output>
<script src="/good.js"></script>"#;

const GOOD_SCRIPT: &str = "
    const told = document.querySelector('output');
    document.querySelector('button').onclick = () => {
        told.dataset.count = 1 + Number(told.dataset.count);
        told.textContent = document.querySelector('input').value + ' ' + document.querySelector('select').value;
    };";

/// Answers every request on a port of loopback from a table of paths, until the test ends.
fn serve(pages: &'static [(&'static str, &'static str, &'static str)]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = format!("http://{}", listener.local_addr().expect("the listener is bound"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let found = pages.iter().find(|(at, ..)| *at == path);
            let (status, kind, body) =
                found.map_or(("404 Not Found", "text/plain", ""), |(_, kind, body)| ("200 OK", kind, body));
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\
                 content-security-policy: default-src 'self'; style-src 'self'\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[test]
fn script_errors_and_refused_content_are_noticed() {
    let address = serve(&[
        ("/", "text/html", BAD_PAGE),
        ("/script.js", "text/javascript", "throw new Error('planted')"),
    ]);
    let page = Page::open("bad-page", &address);
    let complaints = wait("all three complaints", || {
        let complaints = page.complaints();
        let all = ["planted", "script-src", "style-src"];
        all.iter()
            .all(|part| complaints.iter().any(|complaint| complaint.contains(part)))
            .then_some(complaints)
    });
    assert!(complaints.iter().any(|complaint| complaint.contains("refused by policy")), "{complaints:?}");
    let quiet = catch_unwind(AssertUnwindSafe(|| page.must_be_quiet(&[])));
    assert!(quiet.is_err(), "the page was taken for quiet");
}

#[test]
fn a_user_can_type_choose_click_and_give_files() {
    let pages = &[
        ("/", "text/html", GOOD_PAGE),
        ("/good.js", "text/javascript", GOOD_SCRIPT),
        ("/health", "text/plain", "ok"),
    ];
    let mut page = Page::open("good-page", &serve(pages));
    page.fill("field", "new");
    assert_eq!(page.value("field").as_deref(), Some("new"));
    page.choose("choice", "Two");
    page.click("button");
    page.wait_text("told", "what was typed and chosen", |text| text == "new Two");
    page.wait_data("told", "count", "1");
    page.focus("button");
    assert_eq!(page.focused().as_deref(), Some("button"));
    page.type_keys(" ");
    page.wait_data("told", "count", "2");

    let path = page.drawer().join("given.csv");
    std::fs::write(&path, "one\n").expect("loopback has a free port");
    page.give_files("files", &[path.clone(), path]);
    let names =
        page.script("return [...document.querySelector('[data-testid=files]').files].map(f => f.name)", &[]);
    assert_eq!(names, json!(["given.csv", "given.csv"]));

    let first = page.tab();
    let second = page.open_second_tab();
    page.wait_data("told", "count", "0");
    page.close_tab(&first);
    assert_ne!(first, second);
    page.wait_data("told", "count", "2");
    page.must_be_quiet(&["favicon"]);
}

/// What was written through to the profile before the kill is there afterwards, in a browser of the same profile.
#[test]
fn a_killed_browser_comes_back_with_its_profile() {
    let pages = &[
        ("/", "text/html", GOOD_PAGE),
        ("/good.js", "text/javascript", GOOD_SCRIPT),
        ("/health", "text/plain", "ok"),
    ];
    let mut page = Page::open("killed-browser", &serve(pages));
    page.leave();
    page.make_store();
    let chunk =
        outcry_tests::browser::StoredChunk { exchange: "e".to_owned(), first: 1, bytes: vec![1, 2, 255] };
    page.put_chunk(&chunk);
    page.kill_browser();
    page.start_browser();
    page.leave();
    assert_eq!(page.stored_chunks(), std::slice::from_ref(&chunk));
    page.remove_chunk(&chunk);
    assert_eq!(page.stored_chunks(), []);
}
