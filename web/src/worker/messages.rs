//! Messages of the page: postcard in transferred buffers.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::service::Service;
use super::store::describe;
use crate::protocol::{BUILD, Notice, NoticeLevel, Request, Response};

/// The database of this origin.
const DATABASE: &str = "outcry";

/// Runs the worker: greets the page and answers it until the page is gone.
pub fn serve() {
    tell_of_panics();
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let service = Service::new(DATABASE, post);
    let service = match service {
        Ok(service) => service,
        Err(error) => return post(error_notice(format!("the engine could not start: {}", describe(&error)))),
    };
    let answering = Rc::clone(&service);
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let request =
            event.data().dyn_into::<ArrayBuffer>().ok().map(|buffer| Uint8Array::new(&buffer).to_vec());
        match request.and_then(|bytes| postcard::from_bytes::<Request>(&bytes).ok()) {
            Some(request) => answering.request(request),
            None => {
                post(error_notice("page and engine do not understand each other: reload the page".to_owned()))
            }
        }
    });
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
    post(Response::Ready { build: BUILD.to_owned() });
}

/// Sends a message; its buffer goes over without a copy.
fn post(response: Response) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let sent = match postcard::to_allocvec(&response) {
        Ok(bytes) => {
            let buffer = Uint8Array::from(bytes.as_slice()).buffer();
            scope.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(|error| describe(&error))
        }
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = sent {
        web_sys::console::error_1(&format!("an answer to the page was lost: {error}").into());
    }
}

/// The engine's last words go to the page as well: after a panic it answers no more.
fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
        post(error_notice(format!(
            "the engine has stopped; what is saved is safe, reload the page ({panic})"
        )));
    }));
}

fn error_notice(message: String) -> Response {
    Response::Notice(Notice { level: NoticeLevel::Error, message })
}
