//! The status line, and the screen that stands in its place while there is no exchange to show.

use serde_json::Value;

use super::page::Page;
use super::wait::{DEADLINE, ask_until, wait};

/// The status line at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Id of the exchange.
    pub exchange: String,
    /// Commands executed.
    pub sequence: u64,
    /// Commands saved.
    pub saved: u64,
    /// Digest of the exchange.
    pub digest: String,
}

impl Page {
    /// The status line, or `None` while there is none.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        let line = self.script("return { ...document.querySelector('[data-testid=status]')?.dataset }", &[]);
        let text = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Status {
            exchange: text("exchange")?,
            sequence: text("sequence")?.parse().ok()?,
            saved: text("saved")?.parse().ok()?,
            digest: text("digest")?,
        })
    }

    /// Waits until the status line says what is asked for, and returns it.
    ///
    /// # Panics
    /// If that does not happen in time.
    pub fn wait_status(&self, what: &str, holds: impl Fn(&Status) -> bool) -> Status {
        let mut last = None;
        let found = ask_until(DEADLINE, || {
            last = self.status();
            last.clone().filter(&holds)
        });
        found.unwrap_or_else(|| {
            panic!("the status should be: {what}; it is {last:?}, the session is {:?}", self.session_state())
        })
    }

    /// Pauses the simulated traders and waits until everything is executed and saved: the exchange stands still.
    ///
    /// # Panics
    /// If that does not happen in time.
    pub fn stand_still(&self) -> Status {
        self.wait_status("open", |_| true);
        if self.has("crowd-toggle") {
            self.set_crowd(false);
        }
        self.wait_status("all saved", |status| status.sequence > 0 && status.saved == status.sequence)
    }

    /// Commands that are on disk, as the status line says; 0 while there is none.
    #[must_use]
    pub fn on_disk(&self) -> u64 {
        self.data("status", "on-disk").and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    /// The state of the screen that stands in place of the exchange (`opening`, `locked`, ...), if it does.
    #[must_use]
    pub fn session_state(&self) -> Option<String> {
        self.data("session", "session")
    }

    /// Waits for such a screen and returns its words.
    ///
    /// # Panics
    /// If it does not appear in time.
    pub fn wait_session(&self, state: &str) -> String {
        // State and words in one look: between two looks the screen may change.
        let look = "const screen = document.querySelector('[data-testid=session]');
            return screen && [screen.dataset.session, screen.innerText]";
        let mut last = Value::Null;
        let found = ask_until(DEADLINE, || {
            last = self.script(look, &[]);
            last[1].as_str().filter(|_| last[0] == state).map(str::to_owned)
        });
        found.unwrap_or_else(|| {
            panic!("the session should be {state}; it is {last}, the status {:?}", self.status())
        })
    }

    /// The notices that are shown, as (level, words).
    #[must_use]
    pub fn notices(&self) -> Vec<(String, String)> {
        let script = "return [...document.querySelectorAll('[data-testid=notice]')]
            .map(notice => [notice.dataset.level, notice.innerText])";
        let notices = self.script(script, &[]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        notices.as_array().into_iter().flatten().map(|notice| (text(&notice[0]), text(&notice[1]))).collect()
    }

    /// Waits for a notice that contains the words.
    ///
    /// # Panics
    /// If it does not appear in time.
    pub fn wait_notice(&self, words: &str) -> String {
        wait(&format!("a notice that says {words:?}"), || {
            self.notices().into_iter().map(|(_, said)| said).find(|said| said.contains(words))
        })
    }
}
