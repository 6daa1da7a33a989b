//! Waiting for what a test needs: asked again and again until it is there, up to a deadline.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that a user would wait for. Generous: a loaded machine is no failure.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Time between two questions.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
///
/// # Panics
/// If there is none within [`DEADLINE`]: names `what` was waited for.
pub fn wait<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    wait_at_most(DEADLINE, what, ask)
}

/// As [`wait`], but `None` if there is no answer within [`DEADLINE`].
pub fn try_wait<T>(ask: impl FnMut() -> Option<T>) -> Option<T> {
    ask_until(DEADLINE, ask)
}

/// As [`wait`], with a deadline of its own.
///
/// # Panics
/// If there is no answer in time.
pub fn wait_at_most<T>(deadline: Duration, what: &str, ask: impl FnMut() -> Option<T>) -> T {
    ask_until(deadline, ask).unwrap_or_else(|| panic!("waited {deadline:?} in vain: {what}"))
}

/// Asks until there is an answer or the deadline is over.
pub(super) fn ask_until<T>(deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if started.elapsed() >= deadline {
            return None;
        }
        thread::sleep(PAUSE);
    }
}
