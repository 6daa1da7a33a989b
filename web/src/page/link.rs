//! The line to the engine worker: postcard frames in transferred buffers.

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};
use yew::Callback;

use super::fault::words;
use crate::protocol::{Request, Response};

/// Where Trunk puts the worker's start script.
const WORKER: &str = "worker_loader.js";

/// What comes over the line.
pub(crate) enum Heard {
    /// The worker says something.
    Answer(Response),
    /// The worker did not start or broke down.
    Broken(String),
}

#[wasm_bindgen]
extern "C" {
    /// The browser's `Worker`, made from a trusted URL instead of a text.
    #[wasm_bindgen(js_name = Worker, extends = web_sys::Worker)]
    type EngineWorker;

    #[wasm_bindgen(constructor, js_class = "Worker", catch)]
    fn start(url: &JsValue, options: &WorkerOptions) -> Result<EngineWorker, JsValue>;
}

/// An open line. Dropping it ends the worker.
pub(crate) struct Link {
    worker: EngineWorker,
    _onmessage: Closure<dyn Fn(MessageEvent)>,
    _onerror: Closure<dyn Fn(ErrorEvent)>,
}

impl Link {
    /// Starts the worker.
    ///
    /// # Errors
    /// The browser's words, if it refuses to start one.
    pub(crate) fn open(heard: Callback<Heard>) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("outcry-engine");
        let worker = EngineWorker::start(&worker_url().map_err(|error| words(&error))?, &options)
            .map_err(|error| words(&error))?;

        let answer = heard.clone();
        let onmessage = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = Uint8Array::new(&event.data()).to_vec();
            answer.emit(match postcard::from_bytes(&bytes) {
                Ok(response) => Heard::Answer(response),
                Err(_) => Heard::Broken("a message of the engine cannot be read".to_owned()),
            });
        });
        worker.set_onmessage(Some(onmessage.as_ref().unchecked_ref()));

        let onerror = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            let message = event.message();
            let told = if message.is_empty() { "it could not be loaded".to_owned() } else { message };
            heard.emit(Heard::Broken(told));
        });
        worker.set_onerror(Some(onerror.as_ref().unchecked_ref()));
        Ok(Self { worker, _onmessage: onmessage, _onerror: onerror })
    }

    /// Sends a request; its buffer is handed over, not copied.
    ///
    /// # Errors
    /// The browser's words, if it cannot be sent.
    pub(crate) fn send(&self, request: &Request) -> Result<(), String> {
        let bytes = postcard::to_allocvec(request).map_err(|_| "the request is too large".to_owned())?;
        let buffer = Uint8Array::from(bytes.as_slice()).buffer();
        self.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(|error| words(&error))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// The worker's URL, blessed by the page's one Trusted Types policy where the browser has them.
fn worker_url() -> Result<JsValue, JsValue> {
    let base = gloo::utils::document().base_uri()?.unwrap_or_default();
    let url = JsValue::from(web_sys::Url::new_with_base(WORKER, &base)?.href());
    let factory = Reflect::get(&js_sys::global(), &"trustedTypes".into())?;
    if factory.is_undefined() {
        return Ok(url);
    }
    let only = url.clone();
    let bless = Closure::<dyn Fn(JsValue) -> JsValue>::new(
        move |given: JsValue| {
            if given == only { given } else { JsValue::NULL }
        },
    );
    let rules = Object::new();
    Reflect::set(&rules, &"createScriptURL".into(), bless.as_ref())?;
    let create: Function = Reflect::get(&factory, &"createPolicy".into())?.dyn_into()?;
    let policy = create.call2(&factory, &"outcry".into(), &rules)?;
    let create_url: Function = Reflect::get(&policy, &"createScriptURL".into())?.dyn_into()?;
    create_url.call1(&policy, &url)
}
