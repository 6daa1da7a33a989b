//! What is kept of an exchange beside its journal.

use js_sys::{Object, Reflect};
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
    /// Bytes of the journal.
    pub bytes: u64,
    /// Digest after the last command, 32 hex digits.
    pub digest: String,
}

impl ExchangeRecord {
    /// Reads an object of the database, or `None` if it is not one of ours.
    pub(super) fn from_value(value: &JsValue) -> Option<Self> {
        let field = |name: &str| Reflect::get(value, &name.into()).ok();
        let text = |name: &str| field(name)?.as_string();
        let number = |name: &str| whole(field(name)?.as_f64()?);
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            epoch: number("epoch")?,
            sequence: number("sequence")?,
            bytes: number("bytes")?,
            digest: text("digest")?,
        })
    }

    /// The object of the database.
    pub(super) fn to_value(&self) -> Result<JsValue, JsValue> {
        let object = Object::new();
        let fields: [(&str, JsValue); 6] = [
            ("id", self.id.as_str().into()),
            ("name", self.name.as_str().into()),
            ("epoch", number(self.epoch)),
            ("sequence", number(self.sequence)),
            ("bytes", number(self.bytes)),
            ("digest", self.digest.as_str().into()),
        ];
        for (name, value) in fields {
            Reflect::set(&object, &name.into(), &value)?;
        }
        Ok(object.into())
    }
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
