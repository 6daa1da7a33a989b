//! Files into the real page and out of it: orders as CSV, recordings, journals.
//!
//! Planted fault: `a_recording_that_differs_is_told` changes one figure of a book file, and the comparison sees it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use outcry_tests::browser::{Page, Programs, Server, data_file, wait};
use serde_json::Value;

const HEADER: &str = "orderId,symbol,side,amount,price\n";

/// A page on the demo with nothing moving, acted for by "You".
fn quiet(name: &'static str, server: &Server) -> Page {
    let page = Page::open(name, &server.address());
    page.stand_still();
    page.choose("instrument", "ACME");
    page.choose("account", "You");
    page
}

#[test]
fn orders_of_a_csv_are_placed() {
    let server = Server::start();
    let page = quiet("csv", &server);
    let before = page.stand_still();
    page.import_text(
        "orders.csv",
        &format!("{HEADER}1,ACME,Buy,10,50.00\n2,ACME,Sell,5,200.00\n3,BTC-EUR,Buy,0.01,100.00\n"),
    );
    let view = page.wait_import();
    assert_eq!((view.stage.as_str(), view.done, view.total), ("finished", 3, 3), "{view:?}");
    assert_eq!(view.figures.get("Orders placed").map(String::as_str), Some("3"), "{view:?}");
    page.keep_picture("done");
    let orders = page.wait_orders("three", |orders| orders.len() == 3);
    let sides: Vec<&str> = orders.iter().rev().map(|order| order.side.as_str()).collect();
    assert_eq!(sides, ["buy", "sell", "buy"]);
    assert_eq!(page.stand_still().sequence, before.sequence + 3);

    // With the client's view every side turns round.
    page.click("tab-files");
    page.dismiss_import();
    page.check("client-view", true);
    page.import_text("client.csv", &format!("{HEADER}7,ACME,Buy,4,210.00\n"));
    assert_eq!(page.wait_import().stage, "finished");
    let orders = page.wait_orders("one more", |orders| orders.len() == 4);
    assert_eq!((orders[0].side.as_str(), orders[0].cells[4].as_str()), ("sell", "210.00"));
    page.must_be_quiet(&[]);
}

#[test]
fn a_dropped_csv_is_loaded() {
    let server = Server::start();
    let page = quiet("drop", &server);
    page.drop_file("dropped.csv", &format!("{HEADER}1,ACME,Buy,10,50.00\n"));
    assert_eq!(page.wait_import().stage, "finished");
    page.wait_orders("one", |orders| orders.len() == 1);
    page.must_be_quiet(&[]);
}

/// Every bad file is refused whole, with row and column, and the exchange does not move.
#[test]
fn bad_csv_files_are_refused_whole_with_row_and_column() {
    let server = Server::start();
    let page = quiet("bad-csv", &server);
    let before = page.stand_still();
    let good = "1,ACME,Buy,1,50.00\n";
    let cases = [
        ("2,NOPE,Buy,1,50.00", 3, "symbol", "\"NOPE\" is not an instrument here"),
        ("2,<img src=x>,Buy,1,50.00", 3, "symbol", "\"<img src=x>\" is not an instrument here"),
        ("2,ACME,Hold,1,50.00", 3, "side", "\"Hold\" is not a side"),
        ("2,ACME,Buy,1,50.005", 3, "price", "not a multiple of 0.01"),
        ("2,ACME,Buy,1,0", 3, "price", "0"),
        ("2,ACME,Buy,1,-1", 3, "price", "-1"),
        ("2,ACME,Buy,0,50.00", 3, "amount", "0"),
        ("2,ACME,Buy,-5,50.00", 3, "amount", "-5"),
        ("2,ACME,Buy,1.5,50.00", 3, "amount", "not a multiple of 1"),
        ("2,ACME,Buy,99999999999999999999999999999999,50.00", 3, "amount", ""),
        ("2,ACME,Buy,1,99999999999999999999999999999999", 3, "price", ""),
        ("2,ACME,Buy,999999999999,9999999999.99", 3, "amount", "more than can exist"),
        ("x,ACME,Buy,1,50.00", 3, "orderId", "\"x\" is not an order id"),
        ("1,ACME,Buy,1,50.00", 3, "orderId", "in row 2 already"),
        ("2,ACME,Buy,1", 3, "", "4 columns"),
    ];
    for (bad, row, column, words) in cases {
        page.import_text("bad.csv", &format!("{HEADER}{good}{bad}\n"));
        let view = page.wait_import();
        assert_eq!(view.stage, "refused", "{bad}: {view:?}");
        let found = view.complaints.iter().any(|complaint| {
            (complaint.row, complaint.column.as_str()) == (row, column) && complaint.message.contains(words)
        });
        assert!(found, "{bad}: {view:?}");
        page.dismiss_import();
    }
    for (text, words) in [
        ("id,symbol,side,amount,price\n1,ACME,Buy,1,50.00\n", "orderId,symbol,side,amount,price is expected"),
        ("", "the file is empty"),
        (HEADER, "no orders"),
    ] {
        page.import_text("bad.csv", text);
        let view = page.wait_import();
        assert_eq!(view.stage, "refused", "{text:?}: {view:?}");
        assert!(
            view.complaints.iter().any(|complaint| complaint.message.contains(words)),
            "{text:?}: {view:?}"
        );
        page.dismiss_import();
    }
    // Two wrong fields of one row are both told.
    page.import_text("bad.csv", &format!("{HEADER}1,ACME,Buy,0,0\n2,ACME,Buy,1,50.001\n"));
    let view = page.wait_import();
    let places: Vec<_> =
        view.complaints.iter().map(|complaint| (complaint.row, complaint.column.as_str())).collect();
    assert_eq!(places, [(2, "amount"), (2, "price"), (3, "price")]);
    page.keep_picture("refused");
    // More than the account can pay.
    page.dismiss_import();
    page.import_text("bad.csv", &format!("{HEADER}1,ACME,Buy,1000,90.00\n2,ACME,Buy,1000,90.00\n"));
    let view = page.wait_import();
    assert!(
        view.complaints.iter().any(|complaint| complaint.row == 3 && complaint.message.contains("USD")),
        "{view:?}"
    );

    assert_eq!(page.stand_still(), before, "something was written");
    page.wait_orders("none", <[_]>::is_empty);
    page.must_be_quiet(&[]);
}

#[test]
fn a_canceled_import_takes_its_orders_back() {
    let server = Server::start();
    let page = quiet("cancel-import", &server);
    let money = page.balance("USD");
    let rows: String = (1..=300_000).map(|id| format!("{id},ACME,Buy,1,0.0{}\n", 1 + id % 9)).collect();
    page.pause_next_import();
    page.import_text("many.csv", &format!("{HEADER}{rows}"));
    let paused = page.wait_import_view("it is held", |view| view.stage == "paused");
    assert!(paused.done < paused.total, "{paused:?}");
    page.keep_picture("paused");
    page.click("import-cancel");
    let canceled = page.wait_import();
    assert_eq!(canceled.stage, "canceled", "{canceled:?}");
    page.wait_orders("none", <[_]>::is_empty);
    assert_eq!(page.wait_balance("USD", "all free again", |balance| *balance == money), money);
    let after = page.stand_still();
    page.reload();
    assert_eq!(page.stand_still(), after);
    page.must_be_quiet(&[]);
}

const MESSAGES: &str = "TEST_2012-06-21_34200000_57600000_message_1.csv";
const BOOK: &str = "TEST_2012-06-21_34200000_57600000_orderbook_1.csv";

/// Writes a recording of four messages: two orders, an execution, a cancellation. `book` is its book file.
fn recording(page: &Page, book: &str) -> [PathBuf; 2] {
    let messages = "34200.1,1,1,100,1000000,1\n34200.2,1,2,50,1000100,-1\n34200.3,4,1,40,1000000,1\n34200.4,2,2,10,1000100,-1\n";
    let paths = [page.drawer().join(MESSAGES), page.drawer().join(BOOK)];
    fs::write(&paths[0], messages).expect("the drawer takes files");
    fs::write(&paths[1], book).expect("the drawer takes files");
    paths
}

const TRUE_BOOK: &str =
    "9999999999,0,1000000,100\n1000100,50,1000000,100\n1000100,50,1000000,60\n1000100,40,1000000,60\n";

#[test]
fn a_recording_is_replayed_and_compared() {
    let server = Server::start();
    let page = quiet("recording", &server);
    let before = page.stand_still();
    page.import(&recording(&page, TRUE_BOOK));
    let view = page.wait_import();
    assert_eq!((view.stage.as_str(), view.total), ("finished", 4), "{view:?}");
    assert_eq!(view.figures.get("Rows compared").map(String::as_str), Some("4"), "{view:?}");
    assert_eq!(view.figures.get("Rows differing").map(String::as_str), Some("0"), "{view:?}");
    page.choose("instrument", "TEST");
    page.wait_ladder("the book of the last row", |row| {
        row.side == "buy" && row.price == "100.0000" && row.quantity == "60"
    });
    page.wait_ladder("the book of the last row", |row| {
        row.side == "sell" && row.price == "100.0100" && row.quantity == "40"
    });
    assert_ne!(page.stand_still().exchange, before.exchange, "a recording is an exchange of its own");
    page.must_be_quiet(&[]);
}

#[test]
fn a_recording_that_differs_is_told() {
    let server = Server::start();
    let page = quiet("differing-recording", &server);
    page.import(&recording(&page, &TRUE_BOOK.replace("1000000,60\n1000100,40", "1000000,61\n1000100,40")));
    let view = page.wait_import();
    assert_ne!(view.figures.get("Rows differing").map(String::as_str), Some("0"), "{view:?}");
    assert!(view.figures.get("First difference").is_some_and(|place| place.contains("row 3")), "{view:?}");
}

#[test]
fn bad_recordings_are_refused() {
    let server = Server::start();
    let page = quiet("bad-recording", &server);
    let before = page.stand_still();
    let paths = recording(&page, TRUE_BOOK);
    page.import(&paths[..1]);
    page.wait_text("file-error", "that the other file is missing", |text| text.contains("orderbook file"));
    page.import(&recording(&page, &TRUE_BOOK.replace(",60\n1000100,40", ",sixty\n1000100,40")));
    let view = page.wait_import();
    assert_eq!(view.stage, "refused", "{view:?}");
    assert!(
        view.complaints.iter().any(|complaint| complaint.row == 3 && complaint.message.contains("sixty")),
        "{view:?}"
    );
    page.dismiss_import();
    // One row less than messages.
    let short: String = TRUE_BOOK.split_inclusive('\n').take(3).collect();
    page.import(&recording(&page, &short));
    assert_eq!(page.wait_import().stage, "refused");
    assert_eq!(page.stand_still(), before, "something was written");
    page.must_be_quiet(&[]);
}

/// A market data file pair, with the figures that its replay must end with.
fn replay_data(
    page: &Page,
    symbol: &str,
    levels: u32,
    rematch: bool,
) -> Option<outcry_tests::browser::ImportView> {
    let name = |kind: &str| format!("lobster/{symbol}_2012-06-21_34200000_57600000_{kind}_{levels}.csv");
    let files = [data_file(&name("message"))?, data_file(&name("orderbook"))?];
    page.click("tab-files");
    page.check("rematch", rematch);
    page.import(&files);
    let view = page.wait_import_view("the replay is over", |view| {
        view.stage != "running" && view.figures.contains_key("Rows compared")
    });
    assert_eq!(view.stage, "finished", "{view:?}");
    Some(view)
}

fn share(view: &outcry_tests::browser::ImportView) -> f64 {
    let share = view.figures.get("Share equal").and_then(|share| share.split(' ').next()?.parse().ok());
    share.unwrap_or_else(|| panic!("there is no share: {view:?}"))
}

#[test]
fn aapl_is_replayed_without_a_difference() {
    let server = Server::start();
    let page = quiet("aapl", &server);
    let Some(view) = replay_data(&page, "AAPL", 10, false) else { return };
    assert_eq!(view.figures.get("Rows differing").map(String::as_str), Some("0"), "{view:?}");
    assert_eq!(view.figures.get("Rows compared").map(String::as_str), Some("999"), "{view:?}");
    page.keep_picture("replayed");
    page.dismiss_import();
    let Some(view) = replay_data(&page, "AAPL", 10, true) else { return };
    assert!(share(&view) >= 99.7, "{view:?}");
    page.must_be_quiet(&[]);
}

#[test]
fn a_replay_is_paused_and_its_speed_chosen() {
    let server = Server::start();
    let page = quiet("replay-speed", &server);
    let name = |kind: &str| format!("lobster/AMZN_2012-06-21_34200000_57600000_{kind}_1.csv");
    let (Some(messages), Some(book)) = (data_file(&name("message")), data_file(&name("orderbook"))) else {
        return;
    };
    page.pause_next_import();
    page.import(&[messages, book]);
    let paused = page.wait_import_view("it is held", |view| view.stage == "paused");
    // It may be held before its rows are counted: then none of them is done.
    assert!(paused.done < paused.total || (paused.done, paused.total) == (0, 0), "{paused:?}");
    page.choose("import-speed", "100 rows/s");
    page.click("import-resume");
    page.wait_import_view("it goes on", |view| view.done > paused.done && view.done < view.total);
    page.choose("import-speed", "as fast as it goes");
    let view = page.wait_import();
    assert_eq!((view.stage.as_str(), view.done), ("finished", 57_515), "{view:?}");
    assert_eq!(view.figures.get("Rows differing").map(String::as_str), Some("0"), "{view:?}");
    let after = page.stand_still();
    page.reload();
    assert_eq!(page.stand_still(), after);
    page.must_be_quiet(&[]);
}

#[test]
fn an_exported_journal_is_verified_and_comes_back_elsewhere() {
    let server = Server::start();
    let page = quiet("export", &server);
    assert_eq!(page.place_limit("buy", "50.00", "3").code, "done");
    let shown = page.stand_still();
    let file = page.export_journal();

    let verified =
        Command::new(&Programs::find().outcry).arg("verify").arg(&file).arg("--json").output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(verified["exchange"]["digest"], Value::from(shown.digest.as_str()), "{verified}");
    assert_eq!(verified["exchange"]["entries"], Value::from(shown.sequence), "{verified}");

    // Here it is already.
    page.import(std::slice::from_ref(&file));
    let view = page.wait_import();
    assert_eq!(view.stage, "refused", "{view:?}");
    assert!(view.complaints[0].message.contains("already"), "{view:?}");
    assert_eq!(page.stand_still(), shown);

    // A browser that never saw it gets the same exchange.
    let other = quiet("import-journal", &server);
    let own = other.stand_still();
    let bytes = fs::read(&file).unwrap();
    let cut = other.drawer().join("cut.outcry");
    fs::write(&cut, &bytes[..bytes.len() - 5]).unwrap();
    other.import(&[cut]);
    let view = other.wait_import();
    assert_eq!(view.stage, "refused", "{view:?}");
    assert_eq!(other.stand_still(), own);
    other.dismiss_import();
    let mut damaged = bytes;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let changed = other.drawer().join("changed.outcry");
    fs::write(&changed, damaged).unwrap();
    other.import(&[changed]);
    assert_eq!(other.wait_import().stage, "refused");
    assert_eq!(other.stand_still(), own);
    other.dismiss_import();

    other.import(&[file]);
    other.wait_status("the imported exchange", |status| status.exchange == shown.exchange);
    let there = other.stand_still();
    assert_eq!((there.sequence, &there.digest), (shown.sequence, &shown.digest));
    other.choose("instrument", "ACME");
    wait("the order came along", || (other.working_orders().len() == 1).then_some(()));
    assert_eq!(other.place_limit("buy", "51.00", "1").code, "done");
    other.must_be_quiet(&[]);
    page.must_be_quiet(&[]);
}
