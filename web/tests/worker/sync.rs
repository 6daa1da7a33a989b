//! The worker and a server: a copy kept, the network lost and found, a restore elsewhere, two devices.

use crate::page::{Page, bid};
use crate::server::{ADDRESS, Server};
use outcry_web::protocol::{
    CrowdControl, Frame, Outcome, RemoteExchange, Request, Response, Session, SyncControl, SyncState,
};
use wasm_bindgen_test::wasm_bindgen_test;

impl Page {
    fn sync(&self, control: SyncControl) {
        self.request(Request::Sync(control));
    }

    fn sync_on(&self) {
        self.sync(SyncControl::On { address: format!("{ADDRESS}/") });
    }

    /// Waits until all is on the server.
    async fn synced(&self) -> Frame {
        self.until(|frame| {
            let (status, sync) = (&frame.status, &frame.status.sync);
            sync.state == SyncState::UpToDate && sync.on_server == status.sequence
        })
        .await
    }

    async fn remote(&self) -> Result<Vec<RemoteExchange>, String> {
        self.sync(SyncControl::List { address: ADDRESS.to_owned() });
        self.answer(|response| match response {
            Response::Remote(listed) => Some(listed),
            _ => None,
        })
        .await
    }

    async fn conflict(&self) -> String {
        let frame = self.until(|frame| matches!(frame.status.sync.state, SyncState::Conflict { .. })).await;
        let SyncState::Conflict { message } = frame.status.sync.state else { unreachable!() };
        message
    }
}

#[wasm_bindgen_test]
async fn a_copy_is_kept_through_seals_and_a_lost_network() {
    let server = Server::start();
    let page = Page::open("copy").await;
    assert_eq!(page.frame().await.status.sync.state, SyncState::Off, "it is off by default");
    page.settle().await;
    page.sync_on();
    let frame = page.synced().await;
    assert_eq!(server.only(), (frame.status.sequence, frame.status.digest, "Demo".to_owned()));

    // Commands come in small chunks that are sealed behind the sender's back.
    page.request(Request::Crowd(CrowdControl::Speed(200)));
    page.request(Request::Crowd(CrowdControl::Start));
    page.until(|later| later.status.sequence > frame.status.sequence + 5_000).await;
    server.set_down(true);
    let offline = page.until(|frame| matches!(frame.status.sync.state, SyncState::Offline { .. })).await;
    page.until(|later| later.status.sequence > offline.status.sequence + 5_000).await;
    let paused = page.settle().await;
    assert!(paused.status.sync.on_server < paused.status.sequence, "trading went on");
    assert!(matches!(page.submit(bid(100)).await, Outcome::Done { .. }));
    server.set_down(false);
    page.sync(SyncControl::Now);
    let frame = page.synced().await;
    assert_eq!(server.only().0, frame.status.sequence);
    assert_eq!(server.only().1, frame.status.digest);

    drop(page);
    let page = Page::open("copy").await;
    let again = page.synced().await;
    assert_eq!(again.status.sync.address.as_deref(), Some(ADDRESS), "a reload remembers the server");
    page.sync(SyncControl::Off);
    page.until(|frame| frame.status.sync.state == SyncState::Off).await;
}

#[wasm_bindgen_test]
async fn an_exchange_is_restored_elsewhere_and_the_first_device_is_told() {
    let server = Server::start();
    let first = Page::open("first-device").await;
    first.submit(bid(100)).await;
    first.settle().await;
    first.sync_on();
    let before = first.synced().await;

    let second = Page::open("second-device").await;
    second.settle().await;
    let listed = second.remote().await.expect("the server answers");
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "Demo"));
    assert_eq!(listed[0].digest, before.status.digest);
    let (address, exchange) = (ADDRESS.to_owned(), listed[0].id.clone());
    second.sync(SyncControl::Restore { address, exchange: exchange.clone() });
    let restored = second.until(|frame| frame.status.exchange == exchange && open(frame)).await;
    assert_eq!(restored.status.digest, before.status.digest);
    assert_eq!(restored.status.name, "Demo");
    assert_eq!(restored.account, before.account);
    second.submit(bid(101)).await;
    let written = second.synced().await;
    assert_eq!(server.only().1, written.status.digest);

    first.submit(bid(102)).await;
    let message = first.conflict().await;
    assert!(message.contains("taken this exchange over"), "{message}");
    assert!(matches!(first.submit(bid(103)).await, Outcome::Done { .. }), "local trading is never gated");
    assert_eq!(server.only().1, written.status.digest);
}

fn open(frame: &Frame) -> bool {
    frame.status.session == Session::Open
}

#[wasm_bindgen_test]
async fn another_history_is_a_conflict() {
    let server = Server::start();
    let page = Page::open("parted").await;
    page.settle().await;
    page.sync_on();
    page.synced().await;
    page.submit(bid(100)).await;
    page.synced().await;
    server.rewrite(1, &bid(101));
    page.submit(bid(102)).await;
    let message = page.conflict().await;
    assert!(message.contains("nothing more is sent"), "{message}");
}

#[wasm_bindgen_test]
async fn no_server_is_said_to_be_none() {
    let server = Server::start();
    server.set_down(true);
    let page = Page::open("nobody-sync").await;
    page.settle().await;
    assert!(page.remote().await.expect_err("nobody answers").contains("Failed to fetch"));
    page.sync(SyncControl::List { address: "server.test".to_owned() });
    let refused = page.answer(|response| match response {
        Response::Remote(listed) => Some(listed),
        _ => None,
    });
    assert!(refused.await.expect_err("it is no address").contains("is not an address"));
    page.sync(SyncControl::Restore { address: ADDRESS.to_owned(), exchange: "0".repeat(32) });
    let notice = page.answer(|response| match response {
        Response::Notice(notice) => Some(notice.message),
        _ => None,
    });
    assert!(notice.await.contains("nothing was restored"));
    assert!(open(&page.frame().await), "what is open stays");
}
