//! What was last seen saved of each exchange, kept in `localStorage`: outside the database, so that a database that
//! was wiped, cut or changed is noticed.
//!
//! `outcry/witness/outcry` holds `{v: 1, exchanges: {id: {name, sequence, hash, digest, epoch, at, server}}}`. Every
//! write reads it anew first, because other tabs keep their exchanges there too.

use gloo::utils::window;
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Storage;

use crate::protocol::Witness;

const KEY: &str = "outcry/witness/outcry";
const VERSION: f64 = 1.0;
/// Milliseconds between two writes.
const PACE: f64 = 1_000.0;

/// Keeps what frames show.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    /// Seen and not kept yet.
    waiting: Option<Witness>,
    /// What was kept last.
    kept: Option<Witness>,
    /// When that was, on the page's clock.
    at: f64,
}

impl Keeper {
    /// Takes what a frame shows, and keeps it if that was not done for a while.
    pub(crate) fn see(&mut self, witness: Option<Witness>, now: f64) {
        self.waiting = witness.filter(|witness| self.kept.as_ref() != Some(witness));
        if self.kept.is_none() || now >= self.at + PACE {
            self.keep(now);
        }
    }

    /// Keeps what was seen last.
    pub(crate) fn keep(&mut self, now: f64) {
        let Some(witness) = self.waiting.take() else { return };
        self.at = now;
        // Where the browser keeps nothing there is no witness; that is no reason to stop.
        let _ = change(|exchanges| put(exchanges, &witness));
        self.kept = Some(witness);
    }

    /// Forgets exchanges that were given up.
    pub(crate) fn forget(&mut self, gone: &[String]) {
        self.waiting = None;
        let _ = change(|exchanges| {
            gone.iter().try_for_each(|id| Reflect::delete_property(exchanges, &id.into()).map(|_| ()))
        });
    }
}

/// All that was kept.
pub(crate) fn recall() -> Vec<Witness> {
    let Ok(exchanges) = storage().map(|storage| read(&storage)) else { return Vec::new() };
    let entries = Object::entries(&exchanges);
    entries.iter().filter_map(|entry| from_entry(&js_sys::Array::from(&entry))).collect()
}

fn storage() -> Result<Storage, JsValue> {
    window().local_storage()?.ok_or(JsValue::UNDEFINED)
}

/// The object of all exchanges; empty if nothing is kept or it is not ours.
fn read(storage: &Storage) -> Object {
    let parsed = || {
        let kept = JSON::parse(&storage.get_item(KEY).ok()??).ok()?;
        let version = Reflect::get(&kept, &"v".into()).ok()?.as_f64()?;
        let exchanges = Reflect::get(&kept, &"exchanges".into()).ok()?;
        (version == VERSION && exchanges.is_object()).then(|| exchanges.into())
    };
    parsed().unwrap_or_default()
}

fn change(with: impl FnOnce(&Object) -> Result<(), JsValue>) -> Result<(), JsValue> {
    let storage = storage()?;
    let exchanges = read(&storage);
    with(&exchanges)?;
    let whole = Object::new();
    Reflect::set(&whole, &"v".into(), &VERSION.into())?;
    Reflect::set(&whole, &"exchanges".into(), &exchanges)?;
    storage.set_item(KEY, &String::from(JSON::stringify(&whole)?))
}

/// Puts a witness in; never one of an older writer, or with less, over another.
fn put(exchanges: &Object, witness: &Witness) -> Result<(), JsValue> {
    let key = JsValue::from_str(&witness.exchange);
    let there = Reflect::get(exchanges, &key)?;
    let number = |name: &str| Reflect::get(&there, &name.into()).ok().and_then(|value| value.as_f64());
    let newer = there.is_object()
        && (number("epoch"), number("sequence"))
            > (Some(witness.epoch as f64), Some(witness.sequence as f64));
    if newer {
        return Ok(());
    }
    let object = Object::new();
    let fields: [(&str, JsValue); 7] = [
        ("name", witness.name.as_str().into()),
        ("sequence", (witness.sequence as f64).into()),
        ("hash", witness.hash.as_str().into()),
        ("digest", witness.digest.as_str().into()),
        ("epoch", (witness.epoch as f64).into()),
        ("at", js_sys::Date::now().into()),
        ("server", witness.server.as_deref().map_or(JsValue::NULL, JsValue::from_str)),
    ];
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value)?;
    }
    Reflect::set(exchanges, &key, &object).map(|_| ())
}

fn from_entry(entry: &js_sys::Array) -> Option<Witness> {
    let object = entry.get(1);
    let field = |name: &str| Reflect::get(&object, &name.into()).ok();
    let text = |name: &str| field(name)?.as_string();
    let count = |name: &str| Some(field(name)?.as_f64()? as u64);
    Some(Witness {
        exchange: entry.get(0).as_string()?,
        name: text("name")?,
        sequence: count("sequence")?,
        hash: text("hash")?,
        digest: text("digest").unwrap_or_default(),
        epoch: count("epoch")?,
        at: count("at").unwrap_or(0),
        server: text("server"),
    })
}
