//! The engine worker as the page sees it: requests in, responses out, with a real IndexedDB behind.

use crate::page::Page;
use outcry_web::protocol::{Request, Session};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_first_visit_finds_a_living_market() {
    let page = Page::open("first-visit").await;
    let first = page.frame().await;
    let market = first.market.expect("the demo has instruments");
    assert!(market.bids.len() >= 5 && market.asks.len() >= 5, "a ladder: {market:?}");
    assert!(market.session.trades > 0 && market.candles.len() > 100, "a past: {:?}", market.session);
    assert_eq!(first.catalog.expect("it is sent at first").accounts.len(), 3);
    let later = page.until(|frame| frame.status.sequence > first.status.sequence + 20).await;
    assert_eq!(later.status.session, Session::Open);
    page.until(|frame| frame.status.saved > first.status.sequence).await;
    page.request(Request::Crowd(outcry_web::protocol::CrowdControl::Pause));
    page.until(|frame| frame.status.saved == frame.status.sequence).await;
}
