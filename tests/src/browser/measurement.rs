//! What the page is measured by: moments and bytes of a first visit and of a reload, and the engine in the worker.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use outcry_web::protocol::{Benchmark, Request, Response};
use serde_json::{Value, json};

use super::page::Page;
use super::wait::wait_at_most;

/// Notes, in milliseconds since the visit began, when the ladder had rows, when it first changed after that, and when
/// the status line was there. Looks once per change of the document, which costs next to nothing.
const WATCH: &str = "
    window.moments = {};
    let first;
    new MutationObserver(() => {
        const moments = window.moments, now = performance.now();
        if (moments.status === undefined && document.querySelector('[data-testid=status]')) moments.status = now;
        if (moments.moving !== undefined) return;
        const rows = [...document.querySelectorAll('[data-testid=ladder] [data-price]')];
        if (rows.length === 0) return;
        const picture = rows.map(row => row.dataset.price + ' ' + row.dataset.quantity).join();
        if (first === undefined) { first = picture; moments.ladder = now; }
        else if (picture !== first) moments.moving = now;
    }).observe(document, { subtree: true, childList: true, attributes: true });";

/// Starts the engine worker once more, sends it the bytes of a request and calls back with those of the answer.
const ASK_WORKER: &str = "
    const finish = arguments[arguments.length - 1];
    const policy = trustedTypes.createPolicy('measurement', { createScriptURL: url => url });
    const worker = new Worker(policy.createScriptURL('/worker_loader.js'), { type: 'module' });
    let ready = false;
    worker.onerror = event => finish({ failed: event.message });
    worker.onmessage = event => {
        if (ready) { finish([...new Uint8Array(event.data)]); worker.terminate(); }
        else { ready = true; worker.postMessage(new Uint8Array(arguments[0]).buffer); }
    };";

/// Sends the ticket and calls back with the milliseconds until the command is shown as saved, looking once a frame.
const SAVED_AFTER: &str = "
    const finish = arguments[arguments.length - 1];
    const status = () => document.querySelector('[data-testid=status]').dataset;
    const sequence = 1 + Number(status().sequence), start = performance.now();
    const look = () => {
        if (Number(status().saved) >= sequence) finish(performance.now() - start);
        else requestAnimationFrame(look);
    };
    document.querySelector('[data-testid=submit]').click();
    look()";

/// How long anything that is measured may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(180);

/// Moments of one visit, in milliseconds since it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The ladder had rows.
    pub ladder: f64,
    /// The ladder had changed.
    pub moving: f64,
}

impl Page {
    /// Watches the visits from now on.
    pub fn watch_moments(&self) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
    }

    /// The moments of this visit, once the ladder moves.
    ///
    /// # Panics
    /// If it never does.
    #[must_use]
    pub fn moments(&self) -> Moments {
        wait_at_most(PATIENCE, "the ladder moves", || {
            let moments = self.script("return window.moments ?? {}", &[]);
            Some(Moments { ladder: moments["ladder"].as_f64()?, moving: moments["moving"].as_f64()? })
        })
    }

    /// Milliseconds from the start of this visit to the first status line: the exchange is open.
    ///
    /// # Panics
    /// If it never is.
    #[must_use]
    pub fn opened_after(&self) -> f64 {
        wait_at_most(PATIENCE, "the exchange opens", || {
            self.script("return window.moments?.status ?? null", &[]).as_f64()
        })
    }

    /// Sends the ticket as it is and returns the milliseconds until the status line shows the command as saved. The
    /// simulated traders must stand still.
    ///
    /// # Panics
    /// If it is never saved.
    #[must_use]
    pub fn saved_after(&self) -> f64 {
        self.script_async(SAVED_AFTER, &[]).as_f64().expect("the command is saved")
    }

    /// Executes the benchmark's mixed flow in an engine worker of its own, beside the page's.
    ///
    /// # Panics
    /// If the worker does not answer with figures.
    #[must_use]
    pub fn bench_worker(&self, commands: u32) -> Benchmark {
        let request = postcard::to_allocvec(&Request::Bench { commands }).expect("a request can be written");
        let answer = self.script_async(ASK_WORKER, &[json!(request)]);
        let bytes: Vec<u8> = answer
            .as_array()
            .unwrap_or_else(|| panic!("the worker failed: {answer}"))
            .iter()
            .filter_map(Value::as_u64)
            .filter_map(|byte| u8::try_from(byte).ok())
            .collect();
        match postcard::from_bytes(&bytes) {
            Ok(Response::Benchmarked(benchmark)) => benchmark,
            other => panic!("the worker answered with something else: {other:?}"),
        }
    }
}

/// Passes connections on to a server and counts what comes back, heads and bodies, as it goes over the wire.
#[derive(Debug)]
pub struct Meter {
    port: u16,
    received: Arc<AtomicU64>,
}

impl Meter {
    /// A meter in front of the server at an address such as `http://127.0.0.1:8700`.
    ///
    /// # Panics
    /// If loopback has no port left.
    #[must_use]
    pub fn before(address: &str) -> Self {
        let server = address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of loopback is free");
        let port = listener.local_addr().expect("the listener is bound").port();
        let received = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&received);
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(&server) {
                    pass(&browser, &server, None);
                    pass(&server, &browser, Some(Arc::clone(&count)));
                }
            }
        });
        Self { port, received }
    }

    /// Where the browser finds it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Bytes that came back from the server so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::SeqCst)
    }
}

/// Passes bytes on in a thread of its own until one side closes.
fn pass(from: &TcpStream, to: &TcpStream, count: Option<Arc<AtomicU64>>) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if let Some(count) = &count {
                count.fetch_add(length as u64, Ordering::SeqCst);
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        // It fails only if the other side is gone already.
        let _ = to.shutdown(Shutdown::Write);
    });
}
