//! The Web Lock that keeps two tabs off one exchange.
//!
//! The lock only makes collisions rare and tells about them at once; the epoch makes them harmless (a frozen tab
//! keeps its lock, a stolen lock does not stop a write under way). Where the browser has no locks (a page that is
//! not served securely), the epoch is all there is.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortSignal;

/// Milliseconds to wait for a lock: the worker of a page that was just left lets go within about 30.
const PATIENCE: u32 = 700;

/// A held lock. Dropped, it passes on.
#[derive(Debug)]
pub struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolving a promise cannot fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// What became of a request for a lock.
#[derive(Debug)]
pub enum Grant {
    /// It is ours.
    Held(Lock),
    /// Another tab has it.
    Busy,
    /// The browser has no locks here.
    Unsupported,
}

/// How to ask for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Wait a moment for it.
    Wait,
    /// Take it from whoever has it.
    Steal,
}

/// Asks for the lock of this name; `stolen` is called when another tab takes it away.
pub async fn request(name: &str, manner: Manner, stolen: impl FnOnce() + 'static) -> Grant {
    match ask(name, manner, stolen) {
        Ok(granted) => granted.await,
        Err(_) => Grant::Unsupported,
    }
}

fn ask(
    name: &str,
    manner: Manner,
    stolen: impl FnOnce() + 'static,
) -> Result<impl Future<Output = Grant>, JsValue> {
    // Web Locks stand behind an unstable flag in web-sys.
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let locks = Reflect::get(&navigator, &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    let options = Object::new();
    match manner {
        Manner::Wait => Reflect::set(&options, &"signal".into(), &AbortSignal::timeout_with_u32(PATIENCE))?,
        Manner::Steal => Reflect::set(&options, &"steal".into(), &JsValue::TRUE)?,
    };

    // Held until this promise is resolved, which dropping the lock does.
    let mut release = None;
    let held = Promise::new(&mut |resolve, _| release = Some(resolve));
    let release = release.ok_or(JsValue::UNDEFINED)?;
    let mut tell = None;
    let granted = Promise::new(&mut |resolve, _| tell = Some(resolve));
    let tell: Function = tell.ok_or(JsValue::UNDEFINED)?;

    let was_granted = Rc::new(RefCell::new(false));
    let on_grant = {
        let (tell, was_granted) = (tell.clone(), Rc::clone(&was_granted));
        Closure::once_into_js(move |_lock: JsValue| -> Promise {
            *was_granted.borrow_mut() = true;
            // Resolving a promise cannot fail.
            let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
            held
        })
    };
    let whole: Promise = request.call3(&locks, &name.into(), &options, &on_grant)?.dyn_into()?;
    spawn_local(async move {
        // Rejected when the wait was too long, and when the lock was stolen later.
        if JsFuture::from(whole).await.is_err() {
            let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::FALSE);
            if *was_granted.borrow() {
                stolen();
            }
        }
    });
    Ok(async move {
        match JsFuture::from(granted).await {
            Ok(answer) if answer.is_truthy() => Grant::Held(Lock { release }),
            Ok(_) | Err(_) => Grant::Busy,
        }
    })
}
