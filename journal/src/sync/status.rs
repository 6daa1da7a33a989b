//! What a replica says of itself, for the user.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Head;

/// What a replica is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nothing is sent.
    Off,
    /// Finding out what the server has.
    Asking,
    /// The server has all of it.
    Idle,
    /// Entries are on their way, or about to be.
    Sending,
    /// The last request failed; the next one is made at this time.
    Waiting {
        /// When.
        until: Duration,
    },
    /// The server has other entries after `fork`. If that is the local head, the local history is merely behind.
    Diverged {
        /// The newest known common head.
        fork: Head,
        /// The server's head.
        server: Head,
    },
    /// Another writer took over.
    Superseded {
        /// Its epoch.
        epoch: u64,
        /// The newest known common head.
        fork: Head,
        /// The server's head.
        server: Head,
    },
    /// The server will not store the next entries; the reason is the last error.
    Refused,
}

/// What a user wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// The last entry that the server is known to have; `None` before it was asked.
    pub on_server: Option<u64>,
    /// Entries that it is not known to have.
    pub not_yet: u64,
    /// What went wrong last, until something goes right.
    pub last_error: Option<String>,
}
