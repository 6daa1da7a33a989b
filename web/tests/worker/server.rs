//! A server without a network: `fetch` is answered from memory by the journal's own rules.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use outcry_journal::sync::{Append, Decision, Holding, Stored, decide};
use outcry_journal::{Chunk, FileHeader, Head, HistoryHash, Host, JournalId};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Response, ResponseInit};

pub(crate) const ADDRESS: &str = "http://server.test";

/// What it has of one journal.
struct Kept {
    name: String,
    epoch: u64,
    host: Host,
    chunks: Vec<Chunk>,
}

/// The server, in place of `fetch` until it is dropped.
pub(crate) struct Server {
    kept: Rc<RefCell<BTreeMap<JournalId, Kept>>>,
    down: Rc<Cell<bool>>,
    real: JsValue,
}

impl Server {
    pub(crate) fn start() -> Self {
        let kept: Rc<RefCell<BTreeMap<JournalId, Kept>>> = Rc::default();
        let down = Rc::new(Cell::new(false));
        let (answering, is_down) = (Rc::clone(&kept), Rc::clone(&down));
        let fetch =
            Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |url: JsValue, init: JsValue| {
                if is_down.get() {
                    return Promise::reject(&js_sys::TypeError::new("Failed to fetch"));
                }
                let field = |name: &str| Reflect::get(&init, &name.into()).unwrap_or_default();
                let method = field("method").as_string().unwrap_or_else(|| "GET".to_owned());
                let body = match field("body").dyn_into::<Uint8Array>() {
                    Ok(bytes) => bytes.to_vec(),
                    Err(text) => text.as_string().unwrap_or_default().into_bytes(),
                };
                let url = url.as_string().unwrap_or_default();
                let path = url.strip_prefix(ADDRESS).expect("there is one server").to_owned();
                let (status, mut body) = answer(&mut answering.borrow_mut(), &method, &path, &body);
                let init = ResponseInit::new();
                init.set_status(status);
                let response = Response::new_with_opt_u8_array_and_init(Some(&mut body), &init);
                Promise::resolve(&JsValue::from(response.expect("it is well-formed")))
            });
        let global = js_sys::global();
        let real = Reflect::get(&global, &"fetch".into()).expect("a worker has it");
        let fetch: Function = fetch.into_js_value().unchecked_into();
        Reflect::set(&global, &"fetch".into(), &fetch).expect("it can be replaced");
        Self { kept, down, real }
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.down.set(down);
    }

    /// Sequence, digest and name of the only exchange.
    pub(crate) fn only(&self) -> (u64, String, String) {
        let kept = self.kept.borrow();
        assert_eq!(kept.len(), 1);
        let (_, journal) = kept.first_key_value().expect("there is one");
        let exchange = journal.host.exchange();
        (exchange.sequence(), exchange.digest().to_string(), journal.name.clone())
    }

    /// Another device stores a command of its own after the first `count` chunks, in place of what was there.
    pub(crate) fn rewrite(&self, count: usize, command: &outcry_engine::Command) {
        let mut kept = self.kept.borrow_mut();
        let mut journal = kept.first_entry().expect("there is one");
        let journal = journal.get_mut();
        let mut host = Host::new(journal.host.journal(), 1);
        journal.chunks.truncate(count);
        for chunk in &journal.chunks {
            host.apply(chunk, |_, _, _| ()).expect("it was stored");
        }
        let id = outcry_journal::CommandId { origin: 99, counter: 1 };
        host.submit(host.exchange().now(), id, command, &mut Vec::new()).expect("it is sound");
        journal.chunks.push(host.cut().expect("there is a command"));
        journal.host = host;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Reflect::set(&js_sys::global(), &"fetch".into(), &self.real);
    }
}

fn answer(kept: &mut BTreeMap<JournalId, Kept>, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let path = path.strip_prefix("/api/v1/exchanges").expect("nothing else is asked for");
    if path.is_empty() {
        let list: Vec<String> = kept.iter().map(|(id, journal)| listed(*id, journal)).collect();
        return (200, format!("{{\"exchanges\":[{}]}}", list.join(",")).into_bytes());
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut parts = path[1..].split('/');
    let id: JournalId = parts.next().expect("a part").parse().expect("an id");
    match (method, parts.next()) {
        ("PUT", None) => {
            let text = String::from_utf8(body.to_vec()).expect("it is text");
            let name = text.strip_prefix("{\"name\":\"").and_then(|text| text.strip_suffix("\"}"));
            kept.get_mut(&id).expect("it was appended to").name = name.expect("a name").to_owned();
            (200, b"{}".to_vec())
        }
        ("GET", Some("head")) => (200, holding(id, kept.get(&id)).into_bytes()),
        ("GET", Some("chunks")) => {
            let journal = &kept[&id];
            let mut file = FileHeader::new(id, &journal.name).expect("a name").to_bytes();
            journal.chunks.iter().for_each(|chunk| file.extend(chunk.to_bytes()));
            (200, file)
        }
        ("POST", Some("append")) => {
            let epoch = query.strip_prefix("epoch=").expect("an epoch").parse().expect("a number");
            store(kept, id, Append::chunk(epoch, Chunk::decode(body).expect("a chunk")))
        }
        ("POST", Some("claim")) => {
            let text =
                js_sys::JSON::parse(std::str::from_utf8(body).expect("it is text")).expect("it is JSON");
            let field = |value: &JsValue, name: &str| Reflect::get(value, &name.into()).expect("it is there");
            let head = field(&text, "head");
            let hash = field(&head, "hash").as_string().expect("a text").parse().expect("a hash");
            let sequence = field(&head, "sequence").as_f64().expect("a number") as u64;
            let epoch = field(&text, "epoch").as_f64().expect("a number") as u64;
            store(kept, id, Append::claim(id, epoch, Head { sequence, hash }))
        }
        other => panic!("{other:?} is not asked for"),
    }
}

fn store(kept: &mut BTreeMap<JournalId, Kept>, id: JournalId, append: Append) -> (u16, Vec<u8>) {
    let journal = kept.entry(id).or_insert_with(|| Kept {
        name: String::new(),
        epoch: 0,
        host: Host::new(id, 1),
        chunks: Vec::new(),
    });
    let border = |sequence: u64| -> Option<HistoryHash> {
        journal.chunks.iter().map(Chunk::after).find(|head| head.sequence == sequence).map(|head| head.hash)
    };
    let stored = Stored {
        journal: id,
        epoch: journal.epoch,
        head: journal.host.head(),
        hash_before: border(append.before().sequence),
        hash_after: border(append.after().sequence),
    };
    match decide(&stored, &append) {
        Decision::Store => {
            journal.epoch = append.epoch();
            if let Some(chunk) = append.stores() {
                journal.host.apply(chunk, |_, _, _| ()).expect("it replays");
                journal.chunks.push(chunk.clone());
            }
            (200, format!("{{\"stored\":{}}}", head(append.after())).into_bytes())
        }
        Decision::AlreadyStored => (200, format!("{{\"stored\":{}}}", head(append.after())).into_bytes()),
        decision => {
            let status = if decision == Decision::StaleEpoch { 412 } else { 409 };
            (status, format!("{{\"holds\":{}}}", holding(id, Some(journal))).into_bytes())
        }
    }
}

fn listed(id: JournalId, journal: &Kept) -> String {
    let exchange = journal.host.exchange();
    let (name, sequence, digest) = (&journal.name, exchange.sequence(), exchange.digest());
    format!(r#"{{"id":"{id}","name":"{name}","sequence":{sequence},"digest":"{digest}"}}"#)
}

fn holding(id: JournalId, journal: Option<&Kept>) -> String {
    let holding = journal.map_or_else(
        || Holding::nothing(id),
        |journal| {
            let borders = journal.chunks.iter().rev().skip(1).map(Chunk::after);
            Holding::new(journal.epoch, journal.host.head(), borders)
        },
    );
    let borders: Vec<String> = holding.borders.iter().copied().map(head).collect();
    format!(
        r#"{{"epoch":{},"head":{},"borders":[{}]}}"#,
        holding.epoch,
        head(holding.head),
        borders.join(",")
    )
}

fn head(head: Head) -> String {
    format!(r#"{{"sequence":{},"hash":"{}"}}"#, head.sequence, head.hash)
}
