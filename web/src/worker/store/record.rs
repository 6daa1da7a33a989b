//! What is kept of an exchange beside its journal.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// An exchange in the store: a plain object in the database, so that other tools can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRecord {
    /// The journal's id, 32 hex digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who may write; raised by each take-over.
    pub epoch: u64,
    /// Commands in the journal.
    pub sequence: u64,
    /// Bytes of the whole journal, with those that were [trimmed](ExchangeRecord::trimmed) away.
    pub bytes: u64,
    /// Digest after the last command, 32 hex digits.
    pub digest: String,
    /// The first command that is still in the journal; 1 unless it was trimmed.
    pub first: u64,
    /// Bytes of the journal that were trimmed away.
    pub trimmed: u64,
    /// Its snapshots, oldest first: the last command that each covers, and its bytes with those of what is kept
    /// beside it.
    pub snapshots: Vec<(u64, u64)>,
    /// When it was made, in milliseconds since 1970; 0 if nobody wrote it down.
    pub created: u64,
    /// When it was opened last, in milliseconds since 1970; 0 if nobody wrote it down.
    pub used: u64,
}

impl ExchangeRecord {
    /// The record of an exchange that begins with its journal, made and used at `now` milliseconds since 1970.
    #[must_use]
    pub fn new(id: String, name: String, epoch: u64, digest: String, now: u64) -> Self {
        Self {
            id,
            name,
            epoch,
            sequence: 0,
            bytes: 0,
            digest,
            first: 1,
            trimmed: 0,
            snapshots: Vec::new(),
            created: now,
            used: now,
        }
    }

    /// Bytes of the journal that are in the store.
    #[must_use]
    pub fn journal_bytes(&self) -> u64 {
        self.bytes.saturating_sub(self.trimmed)
    }

    /// Bytes of its snapshots.
    #[must_use]
    pub fn snapshot_bytes(&self) -> u64 {
        self.snapshots.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Reads an object of the database, or `None` if it is not one of ours.
    pub(super) fn from_value(value: &JsValue) -> Option<Self> {
        let field = |name: &str| Reflect::get(value, &name.into()).ok();
        let text = |name: &str| field(name)?.as_string();
        let number = |name: &str| whole(field(name)?.as_f64()?);
        // Version 1 did not write them.
        let later = |name: &str, absent: u64| match field(name) {
            Some(value) if !value.is_undefined() => whole(value.as_f64()?),
            Some(_) | None => Some(absent),
        };
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            epoch: number("epoch")?,
            sequence: number("sequence")?,
            bytes: number("bytes")?,
            digest: text("digest")?,
            first: later("first", 1)?,
            trimmed: later("trimmed", 0)?,
            snapshots: pairs(&field("snapshots")?)?,
            created: later("created", 0)?,
            used: later("used", 0)?,
        })
    }

    /// The object of the database.
    pub(super) fn to_value(&self) -> Result<JsValue, JsValue> {
        let object = Object::new();
        let fields: [(&str, JsValue); 11] = [
            ("id", self.id.as_str().into()),
            ("name", self.name.as_str().into()),
            ("epoch", number(self.epoch)),
            ("sequence", number(self.sequence)),
            ("bytes", number(self.bytes)),
            ("digest", self.digest.as_str().into()),
            ("first", number(self.first)),
            ("trimmed", number(self.trimmed)),
            (
                "snapshots",
                self.snapshots.iter().map(|&(at, bytes)| pair(at, bytes)).collect::<Array>().into(),
            ),
            ("created", number(self.created)),
            ("used", number(self.used)),
        ];
        for (name, value) in fields {
            Reflect::set(&object, &name.into(), &value)?;
        }
        Ok(object.into())
    }
}

/// A list of pairs of counts; none where there is no list.
fn pairs(value: &JsValue) -> Option<Vec<(u64, u64)>> {
    if value.is_undefined() {
        return Some(Vec::new());
    }
    let pair = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some((whole(pair.get(0).as_f64()?)?, whole(pair.get(1).as_f64()?)?))
    };
    Array::from(value).iter().map(pair).collect()
}

fn pair(first: u64, second: u64) -> Array {
    Array::of2(&number(first), &number(second))
}

/// A count as a JavaScript number: exact below 2^53, which no count of ours reaches.
pub(super) fn number(count: u64) -> JsValue {
    JsValue::from_f64(count as f64)
}

/// A JavaScript number as a count, if it is one.
#[must_use]
pub fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number)).then_some(number as u64)
}
