//! What is remembered of an exchange outside the database, and what is said when the database has something else.

use serde::{Deserialize, Serialize};

use super::ExchangeId;

/// What was last seen saved of an exchange. The page keeps it where the browser does not wipe it together with the
/// database, and gives it to the worker at the next start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Its id.
    pub exchange: ExchangeId,
    /// Its name.
    pub name: String,
    /// Commands saved: never more than were.
    pub sequence: u64,
    /// Hash of the history up to there, 64 hex digits.
    pub hash: String,
    /// Digest of the exchange there, 32 hex digits; empty where it is not known.
    pub digest: String,
    /// The writer's epoch.
    pub epoch: u64,
    /// When it was seen, in milliseconds since 1970; 0 until the page has kept it.
    pub at: u64,
    /// The server that has a copy, if one was linked.
    pub server: Option<String>,
}

/// The database is not what the witness has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damaged {
    /// What is wrong.
    pub what: Damage,
    /// What was lost: first the exchange that was to be opened.
    pub losses: Vec<Loss>,
}

/// What is wrong with the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Damage {
    /// It has no exchange any more.
    Wiped {
        /// What the browser says, if it has noticed itself.
        message: Option<String>,
    },
    /// It has others, and this one no more.
    Missing,
    /// The exchange is shorter than it was. All that is here is good.
    Cut,
    /// The exchange has another history than it had.
    Changed,
    /// The browser does not open it.
    Closed {
        /// What the browser says.
        message: String,
    },
}

/// What was there of an exchange and what is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Its id; empty if that is lost too.
    pub exchange: ExchangeId,
    /// Its name.
    pub name: String,
    /// Commands that it had.
    pub had: u64,
    /// Commands that are here and can be read.
    pub found: u64,
    /// When it was whole last, in milliseconds since 1970; 0 if that is not known.
    pub at: u64,
    /// The server that has a copy, if one was linked.
    pub server: Option<String>,
}
