//! The page and the real server: a copy is kept there, the network goes and comes back, another browser restores it.
//!
//! Planted fault: `a_diverged_copy_is_told` gives the server another history of the same exchange. A sync that
//! overwrote it, or that took it for its own, would show "up-to-date" and fail the test.

use outcry_tests::browser::{Page, Server, Status, free_port};

/// What Chromium logs when a server is not there or answers with a conflict; anything else is a fault of the page.
const NETWORK: [&str; 3] = ["ERR_CONNECTION_REFUSED", "status of 409", "status of 412"];

/// A page on the demo with nothing moving.
fn quiet(name: &'static str, server: &Server) -> Page {
    let page = Page::open(name, &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    page
}

fn wait_on_server(page: &Page, status: &Status) {
    page.wait_sync("up-to-date");
    assert_eq!(page.on_server(), status.sequence);
}

#[test]
fn a_copy_is_kept_and_restored_in_another_browser() {
    let server = Server::start();
    let page = quiet("sync", &server);
    assert_eq!(page.data("sync", "sync").as_deref(), Some("off"), "sync is off by default");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let first = page.stand_still();
    page.sync_to(&server.address());
    wait_on_server(&page, &first);
    assert_eq!(page.not_on_server(), 0);
    page.keep_picture("server");
    assert_eq!(page.place_limit("buy", "51.00", "2").code, "done");
    let shown = page.stand_still();
    page.wait_status("two commands", |_| page.on_server() == shown.sequence);

    let mut other = Page::blank("restore", &server.address());
    other.load();
    other.stand_still();
    let listed = other.remote_exchanges(&server.address());
    assert_eq!(listed, [(shown.exchange.clone(), shown.digest.clone())]);
    other.restore(&shown.exchange);
    other.wait_status("the restored exchange", |status| status.exchange == shown.exchange);
    let restored = other.stand_still();
    assert_eq!((restored.sequence, &restored.digest), (shown.sequence, &shown.digest));
    other.choose("instrument", "ACME");
    other.wait_orders("both orders", |orders| orders.len() == 2);
    // The restored one writes from now on.
    assert_eq!(other.place_limit("buy", "52.00", "1").code, "done");
    let ahead = other.stand_still();
    wait_on_server(&other, &ahead);
    other.must_be_quiet(&NETWORK);

    // The first one notices, keeps what it has and says so.
    assert_eq!(page.place_limit("buy", "53.00", "1").code, "done");
    page.wait_sync("conflict");
    let words = page.sync_words();
    assert!(words.contains("another device has taken this exchange over"), "{words}");
    page.keep_picture("taken-over");
    assert_eq!(page.place_limit("buy", "54.00", "1").code, "done", "trading goes on");
    page.must_be_quiet(&NETWORK);
}

#[test]
fn trading_goes_on_while_the_server_is_down_and_it_catches_up() {
    let mut server = Server::start();
    let page = quiet("server-down", &server);
    let before = page.stand_still();
    page.sync_to(&server.address());
    wait_on_server(&page, &before);

    for round in 0..2 {
        server.kill();
        let known = page.on_server();
        assert_eq!(page.place_limit("buy", &format!("{}.00", 50 + round), "1").code, "done");
        page.wait_sync("offline");
        assert_eq!(page.place_limit("buy", &format!("{}.00", 60 + round), "1").code, "done");
        let still = page.stand_still();
        assert_eq!(page.not_on_server(), 2, "round {round}");
        assert_eq!(page.on_server(), known);
        page.keep_picture("offline");

        server.come_back();
        page.click("tab-server");
        page.click("sync-now");
        wait_on_server(&page, &still);
        assert_eq!(page.not_on_server(), 0, "round {round}");
    }
    // Off again, nothing is sent; on again, it goes on where the server is.
    page.click("sync-off");
    page.wait_sync("off");
    assert_eq!(page.place_limit("buy", "70.00", "1").code, "done");
    let last = page.stand_still();
    page.sync_to(&server.address());
    wait_on_server(&page, &last);
    page.must_be_quiet(&NETWORK);
}

#[test]
fn sync_is_remembered_over_a_reload() {
    let server = Server::start();
    let page = quiet("sync-reload", &server);
    page.sync_to(&server.address());
    page.wait_sync("up-to-date");
    page.reload();
    let still = page.stand_still();
    wait_on_server(&page, &still);
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "1").code, "done");
    let more = page.stand_still();
    page.wait_status("it is on the server", |_| page.on_server() == more.sequence);
    page.must_be_quiet(&NETWORK);
}

#[test]
fn a_living_market_is_kept_on_the_server() {
    let mut server = Server::start();
    let page = Page::open("sync-living", &server.address());
    page.wait_status("open", |_| true);
    page.choose("crowd-speed", "100\u{d7}");
    page.sync_to(&server.address());
    let start = page.on_server();
    page.wait_status("the copy grows", |_| page.on_server() > start + 200);
    server.kill();
    server.come_back();
    page.wait_status("it grows on", |status| page.on_server() > start + 200 && status.sequence > 0);
    let still = page.stand_still();
    page.click("tab-server");
    page.click("sync-now");
    wait_on_server(&page, &still);
    let listed = server.digest_of(&still.exchange);
    assert_eq!(listed.as_deref(), Some(still.digest.as_str()), "the server executed the same");
    page.must_be_quiet(&NETWORK);
}

/// Two browsers hold the same exchange from a file, go different ways, and one of them is on the server.
#[test]
fn a_diverged_copy_is_told() {
    let server = Server::start();
    let page = quiet("diverged", &server);
    let common = page.stand_still();
    let file = page.export_journal();
    let other = quiet("other-history", &server);
    other.import(&[file]);
    other.wait_status("the imported exchange", |status| status.exchange == common.exchange);
    other.choose("instrument", "ACME");
    other.choose("account", "You");
    assert_eq!(other.place_limit("buy", "40.00", "1").code, "done");
    let theirs = other.stand_still();
    other.sync_to(&server.address());
    wait_on_server(&other, &theirs);

    assert_eq!(page.place_limit("buy", "41.00", "2").code, "done");
    let ours = page.stand_still();
    page.sync_to(&server.address());
    page.wait_sync("conflict");
    let words = page.sync_words().replace(',', "");
    assert!(
        words.contains(&format!("only the first {} are those of this browser", common.sequence)),
        "{words}"
    );
    page.keep_picture("diverged");
    assert_eq!(page.stand_still(), ours);
    assert_eq!(server.digest_of(&ours.exchange), Some(theirs.digest), "the server keeps what it has");
    page.must_be_quiet(&NETWORK);
    other.must_be_quiet(&NETWORK);
}

#[test]
fn a_bad_or_dead_address_says_so() {
    let server = Server::start();
    let page = quiet("bad-address", &server);
    page.click("tab-server");
    page.fill("server-address", "not an address");
    page.click("sync-on");
    page.wait_text("server-address-error", "what is wrong", |text| text.contains("is not an address"));
    assert_eq!(page.data("sync", "sync").as_deref(), Some("off"));
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    page.fill("server-address", &nowhere);
    page.click("sync-list");
    page.wait_text("remote-error", "that nobody answers", |text| !text.is_empty());
    page.sync_to(&nowhere);
    page.wait_sync("offline");
    assert_eq!(page.place_limit("buy", "50.00", "1").code, "done", "trading goes on");
    page.must_be_quiet(&NETWORK);
}
