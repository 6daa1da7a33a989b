//! When the worker works: at once through a message channel, whose messages no browser delays, or after a while by a
//! timer. Requests of the page come between two turns.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessagePort};

/// Calls one function, its turn, whenever one is asked for.
pub struct Pulse {
    doorbell: MessagePort,
    /// A message is on its way.
    rung: Rc<Cell<bool>>,
    timer: RefCell<Option<Timeout>>,
    /// Kept alive for the port.
    _listener: Closure<dyn FnMut()>,
    listening: MessagePort,
}

impl Pulse {
    /// A pulse that calls `turn`, through a channel of its own.
    #[must_use]
    pub fn new(channel: &MessageChannel, turn: impl Fn() + 'static) -> Self {
        let rung = Rc::new(Cell::new(false));
        let heard = Rc::clone(&rung);
        let listener = Closure::<dyn FnMut()>::new(move || {
            heard.set(false);
            turn();
        });
        channel.port1().set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Self {
            doorbell: channel.port2(),
            rung,
            timer: RefCell::new(None),
            _listener: listener,
            listening: channel.port1(),
        }
    }

    /// A turn as soon as what waits already is done.
    pub fn now(&self) {
        if !self.rung.replace(true) && self.doorbell.post_message(&JsValue::NULL).is_err() {
            self.rung.set(false);
            self.after(0.0);
        }
    }

    /// A turn after `milliseconds`, instead of an earlier such request; [`Pulse::now`] is not affected.
    pub fn after(self: &Pulse, milliseconds: f64) {
        let (doorbell, rung) = (self.doorbell.clone(), Rc::clone(&self.rung));
        let timeout = Timeout::new(milliseconds.max(0.0) as u32, move || {
            if !rung.replace(true) && doorbell.post_message(&JsValue::NULL).is_err() {
                rung.set(false);
            }
        });
        // Dropping the earlier one clears it.
        *self.timer.borrow_mut() = Some(timeout);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.listening.set_onmessage(None);
        self.listening.close();
    }
}

/// Lets everything else that waits have its turn.
pub async fn breathe() {
    let Ok(channel) = MessageChannel::new() else { return };
    let passed = js_sys::Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        // Without a message the promise would never end; posting to an open port cannot fail.
        let _ = channel.port2().post_message(&JsValue::NULL);
    });
    // It is never rejected.
    let _ = wasm_bindgen_futures::JsFuture::from(passed).await;
    channel.port1().close();
}
