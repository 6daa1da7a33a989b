//! How much of a journal is kept.

use outcry_engine::Timestamp;
use serde::{Deserialize, Serialize};

use super::ExchangeId;

/// What a trim takes away: these commands can no longer be replayed or verified afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrimPlan {
    /// Of which exchange.
    pub exchange: ExchangeId,
    /// The first command that goes.
    pub first: u64,
    /// The last command that goes.
    pub last: u64,
    /// Market time of the first.
    pub from: Timestamp,
    /// Market time of the last.
    pub to: Timestamp,
    /// Bytes that become free.
    pub bytes: u64,
}

/// A rule by which a journal is trimmed, whenever a snapshot of it was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    /// Nothing is trimmed.
    #[default]
    All,
    /// About so many megabytes of journal and snapshots; the newest two snapshots and all after the older one in any case.
    Megabytes(u32),
    /// About so many days of market time; the newest two snapshots and all after the older one in any case.
    Days(u32),
}
