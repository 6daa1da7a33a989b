//! A writer of a journal, as a browser is one, and a server driven without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use outcry_engine::{AccountName, Command, Timestamp};
use outcry_journal::{Chunk, CommandId, Host, JournalId};
use outcry_server::serve::{Store, app};
use serde_json::Value;
use tower::ServiceExt;

/// A host whose commands are accounts being opened.
pub(crate) struct Writer {
    pub(crate) host: Host,
    origin: u64,
}

impl Writer {
    pub(crate) fn new(id: u8) -> Self {
        Self::in_epoch(id, 1)
    }

    pub(crate) fn in_epoch(id: u8, epoch: u64) -> Self {
        Self { host: Host::new(JournalId::from_bytes([id; 16]), epoch), origin: epoch }
    }

    pub(crate) fn id(&self) -> JournalId {
        self.host.journal()
    }

    /// Executes that many commands and cuts them off as a chunk.
    pub(crate) fn chunk(&mut self, commands: u64) -> Chunk {
        for _ in 0..commands {
            let counter = self.host.next_counter(self.origin);
            let name = AccountName::new(&format!("{} of {}", counter, self.origin)).unwrap();
            let at = Timestamp::from_nanos(self.host.exchange().sequence() * 1_000);
            let id = CommandId { origin: self.origin, counter };
            self.host.submit(at, id, &Command::OpenAccount { name }, &mut Vec::new()).unwrap();
        }
        self.host.cut().unwrap()
    }
}

/// A server over a folder that is there as long as the test.
pub(crate) struct Site {
    pub(crate) app: Router,
    pub(crate) folder: tempfile::TempDir,
}

/// An answer that was read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?} is not JSON"))
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        assert!(!json["reference"].as_str().unwrap().is_empty());
        assert!(!json["message"].as_str().unwrap().is_empty());
        json["code"].as_str().unwrap().to_owned()
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { app: app(Store::open(folder.path()).unwrap(), None), folder }
    }

    /// Another server over the same folder, at the same time.
    pub(crate) fn beside(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { app: app(Store::open(self.folder.path()).unwrap(), None), folder }
    }

    /// The same store, another server.
    pub(crate) fn restart(self) -> Self {
        let Self { app: old, folder } = self;
        drop(old);
        Self { app: app(Store::open(folder.path()).unwrap(), None), folder }
    }

    pub(crate) async fn respond(&self, request: Request<Body>) -> Response<Body> {
        self.app.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if path.contains("/append") {
            request = request.header("content-type", "application/octet-stream");
        } else {
            request = request.header("content-type", "application/json");
        }
        let response = self.respond(request.body(body.into()).unwrap()).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn append(&self, epoch: u64, chunk: &Chunk) -> Answer {
        self.append_bytes(chunk.journal(), epoch, chunk.to_bytes()).await
    }

    pub(crate) async fn append_bytes(&self, id: JournalId, epoch: u64, bytes: Vec<u8>) -> Answer {
        self.send(Method::POST, &format!("/api/v1/exchanges/{id}/append?epoch={epoch}"), bytes).await
    }
}
