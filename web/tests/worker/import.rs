//! Files brought into the worker: orders, recordings and journals, good and bad.

use crate::page::{Page, YOU, bid};
use outcry_engine::AccountId;
use outcry_web::protocol::{
    CrowdControl, Frame, Import, ImportControl, ImportStage, ImportStatus, Request, Response, RowError,
    Session,
};
use wasm_bindgen_test::wasm_bindgen_test;

impl Page {
    /// Waits until an import is over; how it stands then, and the picture.
    async fn loaded(&self) -> (ImportStatus, Frame) {
        let over = |stage: &ImportStage| !matches!(stage, ImportStage::Running | ImportStage::Paused);
        let frame =
            self.until(|frame| frame.status.import.as_ref().is_some_and(|load| over(&load.stage))).await;
        (frame.status.import.clone().expect("it was there"), frame)
    }

    fn load_orders(&self, csv: &str) {
        let (name, bytes) = ("orders.csv".to_owned(), csv.as_bytes().to_vec());
        self.request(Request::Import(Import::Orders { name, bytes, account: YOU, client_view: false }));
    }

    fn load_recording(&self, book: &str, rematch: bool) {
        self.request(Request::Import(Import::Lobster {
            name: "TEST_2012-06-21_34200000_57600000_message_1.csv".to_owned(),
            messages: MESSAGES.as_bytes().to_vec(),
            book: book.as_bytes().to_vec(),
            rematch,
        }));
    }

    async fn export(&self) -> Vec<u8> {
        self.request(Request::Export);
        self.answer(|response| match response {
            Response::Exported { bytes, .. } => Some(bytes),
            _ => None,
        })
        .await
    }
}

/// Two orders rest and the first is executed in part.
const MESSAGES: &str = "34200.000000001,1,1,10,1000000,1\n\
                        34200.000000002,1,2,5,1000200,-1\n\
                        34200.000000003,4,1,4,1000000,1\n";
const BOOK: &str = "9999999999,0,1000000,10\n1000200,5,1000000,10\n1000200,5,1000000,6\n";

fn orders(count: usize) -> String {
    let rows = (1..=count).map(|id| format!("{id},ACME,Buy,1,{}.{:02}\n", 1 + id / 1_000, id % 100));
    "orderId,symbol,side,amount,price\n".to_owned() + &rows.collect::<String>()
}

#[wasm_bindgen_test]
async fn orders_of_a_file_are_placed() {
    let page = Page::open("orders").await;
    let before = page.settle().await;
    page.load_orders(&orders(300));
    let (load, after) = page.loaded().await;
    assert_eq!((load.stage, load.done, load.total), (ImportStage::Finished, 300, 300));
    assert_eq!(after.account.expect("it is ours").order_count, 300);
    assert_eq!(after.status.sequence, before.status.sequence + 300);
    page.request(Request::ImportControl(ImportControl::Dismiss));
    assert_eq!(page.frame().await.status.import, None);
}

#[wasm_bindgen_test]
async fn a_bad_file_is_refused_whole_with_row_and_column() {
    let page = Page::open("bad-orders").await;
    let before = page.settle().await;
    let bad = orders(3) + "4,ACME,Buy,1,1.005\n5,NONE,Sell,0,1.00\n";
    page.load_orders(&bad);
    let (load, after) = page.loaded().await;
    let ImportStage::Refused(errors) = load.stage else { panic!("it is refused: {load:?}") };
    let places: Vec<(u64, &str)> = errors.iter().map(|error| (error.row, error.column.as_str())).collect();
    assert_eq!(places[..2], [(5, "price"), (6, "symbol")], "{errors:?}");
    assert_eq!(after.status.sequence, before.status.sequence, "nothing was written");
}

#[wasm_bindgen_test]
async fn a_canceled_file_is_taken_back() {
    let page = Page::open("canceled").await;
    page.settle().await;
    page.load_orders(&orders(5_000));
    page.request(Request::ImportControl(ImportControl::Speed(Some(200))));
    let running = page.until(|frame| frame.status.import.as_ref().is_some_and(|load| load.done > 5)).await;
    let load = running.status.import.expect("it is there");
    assert!(load.stage == ImportStage::Running && load.done < 5_000, "{load:?}");
    page.request(Request::ImportControl(ImportControl::Pause));
    let paused = page.frame().await.status.import.expect("it is there");
    assert_eq!(paused.stage, ImportStage::Paused);
    page.request(Request::ImportControl(ImportControl::Cancel));
    let (load, after) = page.loaded().await;
    assert_eq!(load.stage, ImportStage::Canceled);
    assert_eq!(after.account.expect("it is ours").order_count, 0, "nothing stays: {:?}", load.figures);
}

#[wasm_bindgen_test]
async fn a_recording_plays_on_an_exchange_of_its_own() {
    let page = Page::open("recording").await;
    let demo = page.settle().await;
    page.load_recording(BOOK, false);
    let (load, after) = page.loaded().await;
    assert_eq!((load.stage, load.done, load.total), (ImportStage::Finished, 3, 3));
    let figure =
        |label: &str| load.figures.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str());
    assert_eq!((figure("Rows compared"), figure("Rows differing")), (Some("3"), Some("0")));
    assert_ne!(after.status.exchange, demo.status.exchange);
    assert_eq!((after.status.name.as_str(), after.status.crowd.present), ("TEST as recorded", false));
    let market = after.market.expect("it has its stock");
    let best =
        |levels: &[outcry_web::protocol::LadderLevel]| (levels[0].price.get(), levels[0].quantity.get());
    assert_eq!((best(&market.bids), best(&market.asks)), ((1_000_000, 6), (1_000_200, 5)));
    assert_eq!(
        after.catalog.expect("it is new").accounts.len(),
        1,
        "the visitor, not the recording's accounts"
    );

    page.until(|frame| frame.status.saved == frame.status.sequence).await;
    page.request(Request::Open { exchange: demo.status.exchange.clone() });
    let back = page.until(|frame| frame.status.session == Session::Open && frame.status.crowd.present).await;
    assert_eq!(back.status.digest, demo.status.digest, "the demo is as it was left");
}

/// Planted: a replay that replaces what was under way plays to its end.
#[wasm_bindgen_test]
async fn a_recording_held_before_it_is_read_stays_held() {
    let page = Page::open("held").await;
    page.settle().await;
    page.load_recording(BOOK, false);
    page.request(Request::ImportControl(ImportControl::Pause));
    let held = page.until(|frame| frame.status.name == "TEST as recorded").await;
    let load = held.status.import.expect("it is there");
    assert_eq!((load.stage, load.done), (ImportStage::Paused, 0));
    page.request(Request::ImportControl(ImportControl::Resume));
    assert_eq!(page.loaded().await.0.done, 3);
}

#[wasm_bindgen_test]
async fn a_row_that_differs_is_told() {
    let page = Page::open("differing").await;
    page.settle().await;
    page.load_recording(&BOOK.replace("1000000,6\n", "1000000,7\n"), false);
    let (load, _) = page.loaded().await;
    let figure =
        |label: &str| load.figures.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str());
    assert_eq!(figure("Rows differing"), Some("1"));
    assert_eq!(figure("First difference"), Some("row 3, level 1 of the bids"));
}

#[wasm_bindgen_test]
async fn an_aggressor_is_matched_again() {
    let page = Page::open("rematched").await;
    page.settle().await;
    page.load_recording(BOOK, true);
    let (load, after) = page.loaded().await;
    let figure =
        |label: &str| load.figures.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str());
    assert_eq!((figure("Aggressors equal"), figure("Share equal")), (Some("1"), Some("100.00 %")));
    assert_eq!(after.market.expect("it has its stock").session.trades, 1);
}

#[wasm_bindgen_test]
async fn a_bad_recording_leaves_the_open_exchange_alone() {
    let page = Page::open("bad-recording").await;
    let before = page.settle().await;
    page.load_recording(&BOOK.replace("1000200,5,1000000,10", "1000200,x,1000000,10"), false);
    let (load, after) = page.loaded().await;
    let ImportStage::Refused(errors) = load.stage else { panic!("it is refused: {load:?}") };
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].row, 2, "{errors:?}");
    assert_eq!(after.status.exchange, before.status.exchange);
    assert_eq!(after.status.session, Session::Open);
}

#[wasm_bindgen_test]
async fn a_journal_goes_out_and_comes_in_elsewhere() {
    let page = Page::open("from").await;
    page.submit(bid(100)).await;
    let before = page.settle().await;
    let bytes = page.export().await;
    let elsewhere = Page::open("to").await;
    elsewhere.settle().await;
    let import = |bytes: &[u8]| {
        Request::Import(Import::Journal { name: "demo.outcry".to_owned(), bytes: bytes.to_vec() })
    };
    elsewhere.request(import(&bytes));
    let (load, after) = elsewhere.loaded().await;
    assert_eq!(load.stage, ImportStage::Finished);
    assert_eq!(after.status.digest, before.status.digest);
    assert_eq!(after.status.exchange, before.status.exchange);
    assert!(!after.status.crowd.running, "it is shown as it came");
    assert_eq!(after.account, before.account);

    elsewhere.request(import(&bytes));
    let (load, after) = elsewhere.loaded().await;
    assert!(
        matches!(&load.stage, ImportStage::Refused(errors) if errors[0].message.contains("already")),
        "{load:?}"
    );
    assert_eq!(after.status.session, Session::Open);
    // It lives on there.
    elsewhere.request(Request::Crowd(CrowdControl::Start));
    elsewhere.until(|frame| frame.status.saved > before.status.sequence).await;
}

#[wasm_bindgen_test]
async fn a_damaged_journal_is_refused_with_what_is_good() {
    let page = Page::open("whole").await;
    let before = page.settle().await;
    page.submit(bid(100)).await;
    page.until(|frame| frame.status.saved > before.status.sequence).await;
    let mut bytes = page.export().await;
    bytes.truncate(bytes.len() - 1);
    page.request(Request::Import(Import::Journal { name: "cut.outcry".to_owned(), bytes }));
    let (load, after) = page.loaded().await;
    let ImportStage::Refused(errors) = load.stage else { panic!("it is refused: {load:?}") };
    let [RowError { message, .. }] = errors.as_slice() else { panic!("one: {errors:?}") };
    assert!(message.contains("cut off") && message.contains("commands are good"), "{message}");
    assert_eq!(after.status.exchange, before.status.exchange);
}

#[wasm_bindgen_test]
async fn orders_for_nobody_are_refused() {
    let page = Page::open("nobody-import").await;
    page.settle().await;
    let (name, bytes) = ("orders.csv".to_owned(), orders(1).into_bytes());
    let account = AccountId::new(999);
    page.request(Request::Import(Import::Orders { name, bytes, account, client_view: true }));
    let (load, _) = page.loaded().await;
    assert!(matches!(load.stage, ImportStage::Refused(_)), "{load:?}");
}
