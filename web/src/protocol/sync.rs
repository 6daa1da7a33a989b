//! The server: what is asked of sync and how it stands.

use serde::{Deserialize, Serialize};

use super::ExchangeId;

/// Asks of sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncControl {
    /// Keep a copy of this exchange on the server at this address (`http://host:port`); remembered.
    On {
        /// The address.
        address: String,
    },
    /// Stop.
    Off,
    /// What the server has; answered with [`Response::Remote`].
    List {
        /// The address.
        address: String,
    },
    /// Bring an exchange from the server into this browser and open it.
    Restore {
        /// The address.
        address: String,
        /// Which.
        exchange: ExchangeId,
    },
    /// Try now instead of waiting.
    Now,
}

/// How sync stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncStatus {
    /// The address; `None` while off.
    pub address: Option<String>,
    /// Commands that the server has confirmed.
    pub on_server: u64,
    /// What it is doing.
    pub state: SyncState,
}

/// What sync is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncState {
    /// Nothing.
    #[default]
    Off,
    /// All is on the server.
    UpToDate,
    /// Sending.
    Sending,
    /// The server did not answer; tried again by itself.
    Offline {
        /// What the browser says.
        message: String,
        /// Seconds until the next try.
        retry_in: u32,
    },
    /// The server has another history, or another device took over. Nothing more is sent.
    Conflict {
        /// For the user.
        message: String,
    },
}

/// An exchange on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteExchange {
    /// Its id.
    pub id: ExchangeId,
    /// Its name.
    pub name: String,
    /// Commands that the server has.
    pub sequence: u64,
    /// Digest of its state, 32 hex digits.
    pub digest: String,
}
