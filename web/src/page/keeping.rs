//! Whether the browser keeps this page's storage until the user deletes it, or may clear it when it needs room.
//!
//! Asked for once the user has placed an order: then there is something to keep, and a browser that wants to know
//! whether the page matters to its user can see that it does.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;

/// What the browser says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Nothing yet.
    #[default]
    Unknown,
    /// It keeps the storage until the user deletes it.
    Kept,
    /// It may clear the storage when it needs room.
    BestEffort,
}

impl Keeping {
    /// Its name in test data.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Kept => "kept",
            Self::BestEffort => "best-effort",
        }
    }

    /// What it means for the user.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Unknown => "This browser has not said how long it keeps what is stored here.",
            Self::Kept => "This browser keeps what is stored here until you delete it.",
            Self::BestEffort => {
                "This browser may clear what is stored here when it needs room. Export what must stay, or keep a copy \
                 on a server."
            }
        }
    }
}

/// Looks how it is, and asks for more if `ask`.
pub(crate) fn look(ask: bool, answer: Callback<Keeping>) {
    spawn_local(async move {
        let kept = said("persisted").await;
        let kept = if ask && kept == Some(false) { said("persist").await } else { kept };
        answer.emit(match kept {
            Some(true) => Keeping::Kept,
            Some(false) => Keeping::BestEffort,
            None => Keeping::Unknown,
        });
    });
}

/// The answer of one of the storage manager's questions, where the browser has it.
async fn said(question: &str) -> Option<bool> {
    let asked = || -> Result<Promise, JsValue> {
        let storage =
            Reflect::get(&Reflect::get(&js_sys::global(), &"navigator".into())?, &"storage".into())?;
        let method: Function = Reflect::get(&storage, &question.into())?.dyn_into()?;
        method.call0(&storage)?.dyn_into()
    };
    JsFuture::from(asked().ok()?).await.ok()?.as_bool()
}
