//! What is shown as saved is kept: through a reload, a second tab and a damaged store. Sudden ends and failing calls are in
//! `e2e_faults.rs`.
//!
//! Planted fault: `a_loss_would_be_noticed` takes the newest chunk away behind the page's back and shows that the
//! check sees it.

use outcry_tests::browser::{Page, Server, Status, StoredChunk, wait};

/// Bytes before the format version in a chunk.
const VERSION_AT: usize = 8;

/// The exchange in the browser's store has at least what was shown as saved. The page must have been left.
fn kept(page: &Page, shown: &Status) -> Result<(), String> {
    let stored = page.stored_exchanges();
    match stored.iter().find(|(id, _)| *id == shown.exchange) {
        Some((_, sequence)) if *sequence < shown.saved => {
            return Err(format!("{} commands were shown as saved, {sequence} are stored", shown.saved));
        }
        Some(_) => {}
        None => return Err(format!("the exchange is not in the store: {stored:?}")),
    }
    // The record says so; the chunks must hold it.
    let chunks = page.stored_chunks();
    let mut next = 1;
    for chunk in chunks.iter().filter(|chunk| chunk.exchange == shown.exchange) {
        let decoded = outcry_journal::Chunk::decode(&chunk.bytes).map_err(|error| error.to_string())?;
        if chunk.first != next || decoded.first_sequence() != next {
            return Err(format!("a chunk starts at {} instead of {next}", chunk.first));
        }
        next = decoded.last_sequence() + 1;
    }
    if next <= shown.saved {
        return Err(format!("{} commands were shown as saved, the chunks hold {}", shown.saved, next - 1));
    }
    Ok(())
}

fn order_numbers(page: &Page) -> Vec<u64> {
    page.working_orders().iter().map(|order| order.order).collect()
}

#[test]
fn a_reload_restores_the_same_exchange() {
    let server = Server::start();
    let page = Page::open("reload", &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let before = page.stand_still();
    let orders = page.wait_orders("one", |orders| orders.len() == 1);
    let money = page.balance("USD");
    for _ in 0..2 {
        page.reload();
        let after = page.stand_still();
        assert_eq!(after, before);
        assert!(!page.crowd_runs(), "the simulated traders stay paused");
        assert_eq!(page.wait_orders("the same one", |orders| orders.len() == 1), orders);
        assert_eq!(page.balance("USD"), money);
    }
    // The journal goes on where it was.
    assert_eq!(page.place_limit("buy", "51.00", "1").code, "done");
    assert_eq!(page.stand_still().sequence, before.sequence + 1);
    page.must_be_quiet(&[]);
}

#[test]
fn a_loss_would_be_noticed() {
    let server = Server::start();
    let page = Page::open("planted-loss", &server.address());
    let shown = page.stand_still();
    page.leave();
    assert_eq!(kept(&page, &shown), Ok(()));
    let last = page.stored_chunks().pop().expect("the journal has chunks");
    page.remove_chunk(&last);
    let loss = kept(&page, &shown).expect_err("the missing chunk was not noticed");
    assert!(loss.contains("were shown as saved"), "{loss}");
}

#[test]
fn a_second_click_on_cancel_does_no_harm() {
    let server = Server::start();
    let page = Page::open("double-click", &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    let money = page.balance("USD");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    page.wait_orders("one", |orders| orders.len() == 1);
    let before = page.stand_still();
    let twice =
        "const cancel = document.querySelector('[data-testid=cancel]'); cancel.click(); cancel.click()";
    page.script(twice, &[]);
    page.wait_orders("none", <[_]>::is_empty);
    page.wait_notice("was not canceled");
    // Both are in the journal, the second as a reject.
    let after = page.wait_status("both executed and saved", |status| {
        status.sequence == before.sequence + 2 && status.saved == status.sequence
    });
    assert_eq!(page.balance("USD"), money);
    page.reload();
    assert_eq!(page.stand_still(), after);
    page.must_be_quiet(&[]);
}

#[test]
fn a_second_tab_waits_or_takes_over_and_nothing_is_lost() {
    let server = Server::start();
    let mut page = Page::open("two-tabs", &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let before = page.stand_still();
    let first = page.tab();

    let second = page.open_second_tab();
    let words = page.wait_session("locked");
    assert!(words.contains("another tab"), "{words}");
    page.keep_picture("locked");
    page.click("retry");
    page.wait_session("locked");
    page.click("take-over");
    assert_eq!(page.stand_still(), before);
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "51.00", "2").code, "done");
    let taken = page.stand_still();
    assert_eq!(order_numbers(&page).len(), 2);

    page.show_tab(&first);
    page.wait_session("lost");
    page.keep_picture("lost");
    page.click("take-over");
    assert_eq!(page.stand_still(), taken);

    page.show_tab(&second);
    page.wait_session("lost");
    // The writer goes: the other may write again without taking anything from anyone.
    page.show_tab(&first);
    page.close_tab(&second);
    page.click("take-over");
    assert_eq!(page.stand_still(), taken);
    page.choose("instrument", "ACME");
    assert_eq!(order_numbers(&page).len(), 2);
    page.must_be_quiet(&[]);
}

#[test]
fn a_waiting_tab_opens_when_the_writer_is_closed() {
    let server = Server::start();
    let mut page = Page::open("waiting-tab", &server.address());
    let before = page.stand_still();
    let first = page.tab();
    let second = page.open_second_tab();
    page.wait_session("locked");
    page.show_tab(&first);
    page.close_tab(&second);
    wait("the exchange opens here", || {
        // The lock of a closed tab passes on within moments, and with it the button goes.
        page.click_if_there("retry");
        page.status()
    });
    assert_eq!(page.stand_still(), before);
    page.must_be_quiet(&[]);
}

/// Damages one stored chunk, opens the page on it, and returns the words of the screen; nothing may have been deleted.
fn words_about(
    name: &'static str,
    pick: impl Fn(&[StoredChunk]) -> usize,
    damage: impl Fn(&mut Vec<u8>),
) -> (String, u64) {
    let server = Server::start();
    let mut page = Page::open(name, &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    // A chunk of its own, so that there is something good before it.
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let whole = page.stand_still();
    page.leave();
    let chunks = page.stored_chunks();
    let mut damaged = chunks.clone();
    let place = pick(&chunks);
    damage(&mut damaged[place].bytes);
    page.put_chunk(&damaged[place]);

    page.load();
    let words = page.wait_session("unreadable");
    page.keep_picture("unreadable");
    page.click("retry");
    assert_eq!(page.wait_session("unreadable"), words, "it is as unreadable at the second try");
    // What is good can still be taken out.
    if damaged[place].first > 1 {
        page.click("export");
        wait("the good part is downloaded", || std::fs::read_dir(page.downloads()).ok()?.next()?.ok());
    }
    // A new demo beside it leaves it as it is.
    page.click("new-demo");
    let other = page.stand_still();
    assert_ne!(other.exchange, whole.exchange);
    page.leave();
    let kept: Vec<_> =
        page.stored_chunks().into_iter().filter(|chunk| chunk.exchange == whole.exchange).collect();
    assert_eq!(kept, damaged, "something was deleted or overwritten");

    // Put right again, the exchange is back.
    page.put_chunk(&chunks[place]);
    page.load();
    page.click("tab-exchanges");
    page.click_css(&format!(
        "[data-testid=exchanges] [data-exchange=\"{}\"] [data-testid=open]",
        whole.exchange
    ));
    let back = page.wait_status("the first exchange", |status| status.exchange == whole.exchange);
    assert_eq!(back, whole);
    page.must_be_quiet(&[]);
    (words, damaged[place].first - 1)
}

#[test]
fn a_truncated_chunk_is_told_and_nothing_is_deleted() {
    let (words, good) =
        words_about("truncated", |chunks| chunks.len() - 1, |bytes| bytes.truncate(bytes.len() / 2));
    assert!(words.contains("cannot be read on"), "{words}");
    assert!(words.replace(',', "").contains(&format!("{good} commands before it are good")), "{words}");
    assert!(words.contains("Nothing was deleted"), "{words}");
}

#[test]
fn a_changed_byte_is_told_and_nothing_is_deleted() {
    let flip = |bytes: &mut Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    let (words, good) = words_about("flipped", |_| 0, flip);
    assert_eq!(good, 0);
    assert!(words.contains("0 commands before it are good"), "{words}");
}

#[test]
fn a_journal_of_a_newer_version_is_told_and_left_alone() {
    let raise = |bytes: &mut Vec<u8>| bytes[VERSION_AT..VERSION_AT + 2].copy_from_slice(&9_u16.to_le_bytes());
    let (words, _) = words_about("newer", |chunks| chunks.len() - 1, raise);
    assert!(words.contains("newer version of Outcry"), "{words}");
}

#[test]
fn a_missing_end_is_told() {
    let server = Server::start();
    let mut page = Page::open("missing-end", &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let whole = page.stand_still();
    page.leave();
    let last = page.stored_chunks().pop().expect("the journal has chunks");
    page.remove_chunk(&last);
    page.load();
    let words = page.wait_session("unreadable").replace(',', "");
    assert!(words.contains(&format!("had {} commands", whole.sequence)), "{words}");
    assert!(words.contains(&format!("{} commands before it are good", last.first - 1)), "{words}");
    page.must_be_quiet(&[]);
}

#[test]
fn a_store_of_a_newer_version_is_told_and_left_alone() {
    let server = Server::start();
    let mut page = Page::open("newer-store", &server.address());
    let whole = page.stand_still();
    page.leave();
    let chunks = page.stored_chunks();
    page.raise_store_version(99);
    page.load();
    let words = page.wait_session("unreadable");
    assert!(words.contains("newer version of Outcry"), "{words}");
    page.leave();
    assert_eq!(page.stored_chunks(), chunks);
    assert_eq!(kept(&page, &whole), Ok(()));
}

/// Leaves the page's origin so many bytes of room, or as many as the browser would.
fn limit_store(page: &Page, bytes: Option<u64>) {
    let mut arguments = serde_json::json!({ "origin": page.address() });
    if let Some(bytes) = bytes {
        arguments["quotaSize"] = bytes.into();
    }
    page.devtools("Storage.overrideQuotaForOrigin", arguments);
}

#[test]
fn a_full_store_is_told_trading_goes_on_and_it_recovers() {
    let server = Server::start();
    let mut page = Page::open("quota", &server.address());
    page.stand_still();
    // Chromium remembers for half a minute how much room is left: only one that starts anew sees the limit at once.
    page.kill_browser();
    page.start_browser();
    page.leave();
    limit_store(&page, Some(1));
    page.load();
    page.choose("instrument", "ACME");
    let before = page.wait_status("open", |_| true);
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    page.wait_data("storage", "storage", "failed");
    page.keep_picture("full");
    assert_eq!(page.place_limit("buy", "51.00", "3").code, "done");
    let unsaved = page.wait_status("two commands on", |status| status.sequence == before.sequence + 2);
    assert_eq!(unsaved.saved, before.saved, "what failed is not shown as saved");
    limit_store(&page, None);
    // It tries again by itself too, and then the button is gone.
    page.click_if_there("storage-retry");
    page.wait_data("storage", "storage", "good");
    let after = page.stand_still();
    assert_eq!(after.sequence, before.sequence + 2);
    page.reload();
    assert_eq!(page.stand_still(), after);
}

#[test]
fn several_exchanges_live_side_by_side() {
    let server = Server::start();
    let page = Page::open("exchanges", &server.address());
    let first = page.stand_still();
    page.click("tab-exchanges");
    page.click("new-demo");
    let second = page.wait_status("another exchange", |status| status.exchange != first.exchange);
    let second_still = page.stand_still();
    assert_eq!(second_still.exchange, second.exchange);
    page.click("tab-exchanges");
    page.click_css(&format!(
        "[data-testid=exchanges] [data-exchange=\"{}\"] [data-testid=open]",
        first.exchange
    ));
    assert_eq!(page.wait_status("the first again", |status| status.exchange == first.exchange), first);
    page.reload();
    assert_eq!(page.stand_still(), first, "a reload opens what was open last");
    page.must_be_quiet(&[]);
}
