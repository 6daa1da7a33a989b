//! What the page has to tell the user: a short list of notices, newest first, each gone after a while.

use crate::protocol::{Notice, NoticeLevel};

/// Most notices shown at once; older ones make room.
pub const MOST: usize = 4;

/// How long a notice stays, in milliseconds of the page's clock. Errors stay until they are dismissed.
pub const LIFETIME: f64 = 6_000.0;

/// A notice on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// Names it on this page.
    pub id: u32,
    /// What it says.
    pub notice: Notice,
    /// When it was posted, on the page's clock in milliseconds.
    at: f64,
}

/// The notices on the screen.
#[derive(Debug, Default)]
pub struct Notices {
    /// Newest first.
    posted: Vec<Posted>,
    last_id: u32,
}

impl Notices {
    /// Posts a notice. One that says what the newest says already only renews it.
    pub fn post(&mut self, notice: Notice, now: f64) {
        if let Some(newest) = self.posted.first_mut().filter(|newest| newest.notice == notice) {
            newest.at = now;
            return;
        }
        self.last_id = self.last_id.wrapping_add(1);
        self.posted.insert(0, Posted { id: self.last_id, notice, at: now });
        self.posted.truncate(MOST);
    }

    /// Takes a notice away.
    pub fn dismiss(&mut self, id: u32) {
        self.posted.retain(|posted| posted.id != id);
    }

    /// Takes away what has been there long enough; says whether anything went.
    pub fn expire(&mut self, now: f64) -> bool {
        let before = self.posted.len();
        self.posted.retain(|posted| posted.notice.level == NoticeLevel::Error || now - posted.at < LIFETIME);
        self.posted.len() != before
    }

    /// The notices, newest first.
    #[must_use]
    pub fn posted(&self) -> &[Posted] {
        &self.posted
    }
}
