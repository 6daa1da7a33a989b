//! Requests to a server, and the few JSON forms of its answers.
//!
//! JSON is read by the browser and taken apart field by field: a parser of our own would be most of the worker's
//! size.

use js_sys::{Array, ArrayBuffer, JSON, Reflect, Uint8Array};
use outcry_journal::sync::{Answer, Holding};
use outcry_journal::{Head, HistoryHash};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response, WorkerGlobalScope};

use super::store::{describe, whole};
use crate::protocol::RemoteExchange;

/// Milliseconds that one request may take.
const PATIENCE: u32 = 30_000;

/// What a server answered.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Nothing.
    None,
    /// A JSON text.
    Json(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Sends a request and waits for the whole answer, whatever its status.
///
/// # Errors
/// What the browser says if there was none.
pub async fn send(method: &str, url: &str, body: Body<'_>) -> Result<Reply, String> {
    let fetched = async {
        let init = RequestInit::new();
        init.set_method(method);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
        let content_type = match body {
            Body::None => None,
            Body::Json(text) => {
                init.set_body(&text.into());
                Some("application/json")
            }
            Body::Bytes(bytes) => {
                init.set_body(&Uint8Array::from(bytes));
                Some("application/octet-stream")
            }
        };
        if let Some(content_type) = content_type {
            let headers = web_sys::Headers::new()?;
            headers.set("content-type", content_type)?;
            init.set_headers(&headers);
        }
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let response: Response =
            JsFuture::from(scope.fetch_with_str_and_init(url, &init)).await?.dyn_into()?;
        let body: ArrayBuffer = JsFuture::from(response.array_buffer()?).await?.dyn_into()?;
        Ok::<_, JsValue>(Reply { status: response.status(), body: Uint8Array::new(&body).to_vec() })
    };
    fetched.await.map_err(|error| describe(&error))
}

/// The text as a JSON string.
#[must_use]
pub fn quoted(text: &str) -> String {
    JSON::stringify(&text.into()).map(String::from).unwrap_or_else(|_| "\"\"".to_owned())
}

impl Reply {
    fn json(&self) -> Option<JsValue> {
        JSON::parse(std::str::from_utf8(&self.body).ok()?).ok()
    }

    /// What the server says went wrong.
    #[must_use]
    pub fn message(&self) -> String {
        let said = self.json().and_then(|json| text(&json, "message"));
        said.unwrap_or_else(|| format!("the server answered with status {}", self.status))
    }

    /// What the server holds, as it says when it is asked.
    #[must_use]
    pub fn holding(&self) -> Option<Holding> {
        (self.status == 200).then(|| self.json().and_then(|json| holding(&json)))?
    }

    /// The answer to an append, or `None` if this is none: a server in trouble.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        match self.status {
            200 => head(&field(&self.json()?, "stored")?).map(Answer::Stored),
            409 | 412 => holding(&field(&self.json()?, "holds")?).map(Answer::Holds),
            400 | 413 | 422 => Some(Answer::Refused { message: self.message() }),
            _ => None,
        }
    }

    /// The list of exchanges.
    #[must_use]
    pub fn exchanges(&self) -> Option<Vec<RemoteExchange>> {
        let list: Array = field(&self.json()?, "exchanges")?.dyn_into().ok()?;
        let exchange = |value: JsValue| {
            Some(RemoteExchange {
                id: text(&value, "id")?,
                name: text(&value, "name")?,
                sequence: count(&value, "sequence")?,
                digest: text(&value, "digest")?,
            })
        };
        list.iter().map(exchange).collect()
    }
}

fn holding(value: &JsValue) -> Option<Holding> {
    let borders: Array = field(value, "borders")?.dyn_into().ok()?;
    Some(Holding {
        epoch: count(value, "epoch")?,
        head: head(&field(value, "head")?)?,
        borders: borders.iter().map(|border| head(&border)).collect::<Option<_>>()?,
    })
}

fn head(value: &JsValue) -> Option<Head> {
    let hash: HistoryHash = text(value, "hash")?.parse().ok()?;
    Some(Head { sequence: count(value, "sequence")?, hash })
}

fn field(value: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(value, &name.into()).ok()
}

fn text(value: &JsValue, name: &str) -> Option<String> {
    field(value, name)?.as_string()
}

fn count(value: &JsValue, name: &str) -> Option<u64> {
    field(value, name)?.as_f64().and_then(whole)
}
