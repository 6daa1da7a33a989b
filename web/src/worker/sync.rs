//! Carries out what the replica of the open exchange decides, and the user's asks of a server.

use outcry_journal::sync::{Answer, Append, Step};
use outcry_journal::{Head, JournalId};
use wasm_bindgen_futures::spawn_local;

use super::errand::oldest_snapshot;
use super::http::{Body, Reply, quoted, send};
use super::link::{Anchor, Link, moment, newest_common, next_chunk};
use super::rescue::Place;
use super::service::Service;
use super::store::Store;
use crate::protocol::{NoticeLevel, Response, SyncControl};

/// Tries of a restore while another device goes on writing.
const RESTORES: u32 = 3;
/// This device's epoch at a server where it never took over.
const FIRST_EPOCH: u64 = 1;

/// What one request to the server came to.
enum Came {
    Answer(Answer),
    Failure(String),
    Common(Head),
}

impl Service {
    pub(super) async fn control_sync(&self, control: SyncControl) {
        match control {
            SyncControl::On { address } => match server(&address) {
                Ok(address) => self.switch_on(address).await,
                Err(message) => self.notice(NoticeLevel::Error, message),
            },
            SyncControl::Off => self.switch_off().await,
            SyncControl::List { address } => self.list_remote(address),
            SyncControl::Restore { address, exchange } => {
                let restored = match server(&address) {
                    Ok(address) => self.restore(&address, &exchange).await,
                    Err(message) => Err(message),
                };
                if let Err(message) = restored {
                    self.notice(NoticeLevel::Error, format!("nothing was restored: {message}"));
                }
            }
            SyncControl::Now => {
                if let Some(link) = self.state.borrow_mut().desk.as_mut().and_then(|desk| desk.link.as_mut())
                {
                    link.hurry();
                }
            }
        }
    }

    /// Answers with what a server has. No errand: nothing waits for it.
    pub(super) fn list_remote(&self, address: String) {
        let Some(this) = self.handle().upgrade() else { return };
        spawn_local(async move {
            let listed = match server(&address) {
                Ok(address) => list(&address).await,
                Err(message) => Err(message),
            };
            this.respond(Response::Remote(listed));
        });
    }

    async fn switch_on(&self, address: String) {
        let Some(id) = self.state.borrow().desk.as_ref().map(|desk| desk.id) else { return };
        self.keep_link(id, Some(address.clone())).await;
        self.link(id, address).await;
    }

    async fn switch_off(&self) {
        let id = {
            let mut state = self.state.borrow_mut();
            let Some(desk) = state.desk.as_mut() else { return };
            desk.link = None;
            desk.id
        };
        self.keep_link(id, None).await;
    }

    async fn keep_link(&self, id: JournalId, address: Option<String>) {
        let Some(store) = self.opened_store() else { return };
        if let Err(error) = store.keep_setting(&format!("sync/{id}"), &address).await {
            self.notice(NoticeLevel::Error, format!("the server's address cannot be kept: {error}"));
        }
    }

    /// Links the open exchange to the server that it was linked to last.
    pub(super) async fn link_again(&self, id: JournalId) {
        let Some(store) = self.opened_store() else { return };
        if let Some(Some(address)) = store.setting::<Option<String>>(&format!("sync/{id}")).await {
            self.link(id, address).await;
        }
    }

    async fn link(&self, id: JournalId, address: String) {
        let Some(store) = self.opened_store() else { return };
        let epoch = store.setting(&device_key(id, &address)).await.unwrap_or(FIRST_EPOCH);
        let anchor = match beginning(&store, id).await {
            Ok(anchor) => anchor,
            Err(message) => {
                return self.notice(NoticeLevel::Error, format!("nothing is sent to a server: {message}"));
            }
        };
        let mut state = self.state.borrow_mut();
        if let Some(desk) = state.desk.as_mut().filter(|desk| desk.id == id) {
            desk.link = Some(Link::new(address, anchor, epoch, desk.saver.saved()));
        }
    }

    /// Does what the replica wants done; answers the real time at which to ask it again.
    pub(super) fn sync(&self) -> Option<f64> {
        let real = self.now();
        loop {
            let mut state = self.state.borrow_mut();
            let epoch = state.epoch;
            let link = state.desk.as_mut()?.link.as_mut()?;
            let told = link.tell(real);
            match link.replica.next(moment(real)) {
                Step::Rest => return told,
                Step::Wait { until } => {
                    let until = until.as_secs_f64() * 1_000.0;
                    return Some(told.map_or(until, |told| told.min(until)));
                }
                step => {
                    drop(state);
                    self.begin(epoch, step);
                }
            }
        }
    }

    /// Starts one step of the replica that waits for the store or the server.
    fn begin(&self, epoch: u32, step: Step) {
        let Some(this) = self.handle().upgrade() else { return };
        spawn_local(async move {
            let (attempt, came) = match step {
                Step::Ask { attempt } => (attempt, this.ask().await),
                Step::Compare { attempt, holding } => {
                    let common = match (this.linked(), this.opened_store()) {
                        (Some((id, ..)), Some(store)) => match beginning(&store, id).await {
                            Ok(beginning) => newest_common(&store, &beginning, &holding).await,
                            Err(message) => Err(message),
                        },
                        _ => return,
                    };
                    (attempt, common.map_or_else(Came::Failure, Came::Common))
                }
                Step::Send { attempt, epoch, after } => (attempt, this.send_after(epoch, after).await),
                Step::Claim { attempt, epoch, at } => {
                    let Some((id, address, _)) = this.linked() else { return };
                    (attempt, claim(&address, &Append::claim(id, epoch, at)).await)
                }
                Step::Rest | Step::Wait { .. } => return,
            };
            this.came(epoch, attempt, came);
        });
    }

    /// Gives the replica what came of an attempt.
    fn came(&self, epoch: u32, attempt: u64, came: Came) {
        let now = moment(self.now());
        let mut state = self.state.borrow_mut();
        if state.epoch != epoch {
            return;
        }
        let Some(link) = state.desk.as_mut().and_then(|desk| desk.link.as_mut()) else { return };
        match came {
            Came::Answer(answer) => link.replica.answered(attempt, answer, now),
            Came::Failure(message) => link.replica.failed(attempt, message, now),
            Came::Common(head) => link.replica.compared(attempt, head, now),
        }
        drop(state);
        self.wake();
    }

    /// The open exchange's id, the server's address, and where to look for what is to be sent.
    fn linked(&self) -> Option<(JournalId, String, Anchor)> {
        let state = self.state.borrow();
        let desk = state.desk.as_ref()?;
        let link = desk.link.as_ref()?;
        Some((desk.id, link.address.clone(), link.anchor.clone()))
    }

    async fn ask(&self) -> Came {
        let Some((id, address, _)) = self.linked() else { return gone() };
        match holding(&address, id).await {
            Ok(holding) => Came::Answer(Answer::Holds(holding)),
            Err(message) => Came::Failure(message),
        }
    }

    async fn send_after(&self, epoch: u64, after: Head) -> Came {
        let (Some((id, address, anchor)), Some(store)) = (self.linked(), self.opened_store()) else {
            return gone();
        };
        let (chunk, anchor) = match next_chunk(&store, &anchor, after).await {
            Ok(found) => found,
            Err(message) => return Came::Failure(message),
        };
        if let Some(link) = self
            .state
            .borrow_mut()
            .desk
            .as_mut()
            .and_then(|desk| desk.link.as_mut())
            .filter(|link| link.replica.journal() == id)
        {
            link.anchor = anchor;
            // What was read is stored, though the replica may not have been told of it: it must know that it is sent.
            link.replica.advanced(chunk.after());
        }
        let url = format!("{}/append?epoch={epoch}", exchange_url(&address, id));
        let came = answer(send("POST", &url, Body::Bytes(&chunk.to_bytes())).await);
        if matches!(came, Came::Answer(Answer::Stored(_))) {
            self.tell_name(id, &address).await;
        }
        came
    }

    /// Tells the server the exchange's name, once. A name that did not arrive is no harm.
    async fn tell_name(&self, id: JournalId, address: &str) {
        let name = {
            let mut state = self.state.borrow_mut();
            let Some(desk) = state.desk.as_mut().filter(|desk| desk.id == id) else { return };
            let Some(link) = desk.link.as_mut() else { return };
            if link.named || link.address != address {
                return;
            }
            link.named = true;
            desk.name.clone()
        };
        let body = format!("{{\"name\":{}}}", quoted(&name));
        let _ = send("PUT", &exchange_url(address, id), Body::Json(&body)).await;
    }

    /// Brings an exchange here and makes this device its writer: the one that wrote until now is refused from then
    /// on, and says so.
    async fn restore(&self, address: &str, exchange: &str) -> Result<(), String> {
        let id: JournalId =
            exchange.parse().map_err(|_| format!("{exchange:?} is not the id of an exchange"))?;
        let store = self.opened_store().ok_or("there is no store")?;
        let there = store.exchange(exchange).await.map_err(|error| error.to_string())?;
        if there.is_some() && self.state.borrow().good_of(id).is_none() {
            return Err("this browser has this exchange already: open it from the list".to_owned());
        }
        for _ in 0..RESTORES {
            let reply = send("GET", &format!("{}/chunks", exchange_url(address, id)), Body::None).await?;
            if reply.status != 200 {
                return Err(reply.message());
            }
            let mut checked = self.check_journal(&reply.body, |_| true).await?;
            if checked.journal != id {
                return Err(format!("the server sent the exchange {}", checked.journal));
            }
            if self.place(&checked, there.as_ref())? == Place::Beside {
                return Err(
                    "the server's copy does not go on from what is good here, or is shorter".to_owned()
                );
            }
            let holding = holding(address, id).await?;
            let epoch = holding.epoch + 1;
            match claim(address, &Append::claim(id, epoch, checked.venue.host().head())).await {
                Came::Answer(Answer::Stored(_)) => {
                    store
                        .keep_setting(&device_key(id, address), &epoch)
                        .await
                        .map_err(|error| error.to_string())?;
                    if let Some(name) = remote_name(address, exchange).await {
                        checked.name = name;
                    }
                    self.keep_link(id, Some(address.to_owned())).await;
                    return self.adopt(checked).await;
                }
                // It was written on meanwhile: once more.
                Came::Answer(Answer::Holds(_)) | Came::Common(_) => {}
                Came::Answer(Answer::Refused { message }) | Came::Failure(message) => return Err(message),
            }
        }
        Err("another device writes it all the time: pause it there first".to_owned())
    }
}

/// Where the stored journal of an exchange begins.
async fn beginning(store: &Store, id: JournalId) -> Result<Anchor, String> {
    let record = store.exchange(&id.to_string()).await.map_err(|error| error.to_string())?;
    let snapshot = match record.filter(|record| record.first > 1) {
        Some(record) => Some(oldest_snapshot(store, &record).await?),
        None => None,
    };
    Ok(Anchor::beginning(id, snapshot.as_ref()))
}

/// A request whose exchange was closed meanwhile; nobody waits for its outcome.
fn gone() -> Came {
    Came::Failure("the exchange was closed".to_owned())
}

fn answer(reply: Result<Reply, String>) -> Came {
    match reply {
        Ok(reply) => reply.answer().map_or_else(|| Came::Failure(reply.message()), Came::Answer),
        Err(message) => Came::Failure(message),
    }
}

async fn claim(address: &str, claim: &Append) -> Came {
    let Head { sequence, hash } = claim.after();
    let body = format!(r#"{{"epoch":{},"head":{{"sequence":{sequence},"hash":"{hash}"}}}}"#, claim.epoch());
    answer(
        send("POST", &format!("{}/claim", exchange_url(address, claim.journal())), Body::Json(&body)).await,
    )
}

async fn holding(address: &str, id: JournalId) -> Result<outcry_journal::sync::Holding, String> {
    let reply = send("GET", &format!("{}/head", exchange_url(address, id)), Body::None).await?;
    reply.holding().ok_or_else(|| reply.message())
}

async fn list(address: &str) -> Result<Vec<crate::protocol::RemoteExchange>, String> {
    let reply = send("GET", &format!("{address}/api/v1/exchanges"), Body::None).await?;
    if reply.status != 200 {
        return Err(reply.message());
    }
    reply.exchanges().ok_or_else(|| "this is not an Outcry server".to_owned())
}

async fn remote_name(address: &str, exchange: &str) -> Option<String> {
    let listed = list(address).await.ok()?;
    listed
        .into_iter()
        .find(|remote| remote.id == exchange)
        .map(|remote| remote.name)
        .filter(|name| !name.is_empty())
}

fn exchange_url(address: &str, id: JournalId) -> String {
    format!("{address}/api/v1/exchanges/{id}")
}

/// Where this device's epoch at a server is kept.
fn device_key(id: JournalId, address: &str) -> String {
    format!("device/{id}/{address}")
}

/// The address of a server as it is used: `http://host:port` without a slash at the end.
fn server(address: &str) -> Result<String, String> {
    let plain = address.trim().trim_end_matches('/');
    if plain.starts_with("http://") || plain.starts_with("https://") {
        Ok(plain.to_owned())
    } else {
        Err(format!("{address:?} is not an address such as http://127.0.0.1:8700"))
    }
}
