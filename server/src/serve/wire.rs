//! Bodies of requests and answers as JSON.

use outcry_api::TimeText;
use outcry_journal::sync::Holding;
use outcry_journal::{Head, HistoryHash};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::Summary;

/// An exchange and where its stored history ends.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExchangeBody {
    /// The journal's id.
    #[schema(example = "3d91ae2a001a2c0e149e4efaddc80f2c")]
    id: String,
    /// Its name; empty until somebody names it.
    name: String,
    /// The highest epoch accepted.
    epoch: u64,
    /// The last command stored; 0 before the first.
    sequence: u64,
    /// SHA-256 of the history up to it.
    hash: String,
    /// The digest of the exchange after it.
    digest: String,
    /// When it was first heard of.
    #[schema(example = "2026-11-21T09:30:00.000000000Z")]
    created: String,
    /// When something of it was last stored.
    updated: String,
}

impl From<Summary> for ExchangeBody {
    fn from(summary: Summary) -> Self {
        Self {
            id: summary.id.to_string(),
            name: summary.name,
            epoch: summary.epoch,
            sequence: summary.head.sequence,
            hash: summary.head.hash.to_string(),
            digest: summary.digest.to_string(),
            created: TimeText(summary.created).to_string(),
            updated: TimeText(summary.updated).to_string(),
        }
    }
}

/// Every exchange on this server.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExchangesBody {
    /// The one that changed last first.
    pub(super) exchanges: Vec<ExchangeBody>,
}

/// The name of an exchange.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameBody {
    /// 1 to 120 bytes of UTF-8 without control characters.
    #[schema(min_length = 1, max_length = 120)]
    pub(super) name: String,
}

/// The end of a prefix of a history.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadBody {
    /// Its last entry; 0 before the first.
    sequence: u64,
    /// SHA-256 up to it.
    #[schema(value_type = String)]
    hash: HistoryHash,
}

impl From<Head> for HeadBody {
    fn from(head: Head) -> Self {
        Self { sequence: head.sequence, hash: head.hash }
    }
}

impl From<HeadBody> for Head {
    fn from(body: HeadBody) -> Self {
        Self { sequence: body.sequence, hash: body.hash }
    }
}

/// What the server has of a history.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoldingBody {
    /// The highest epoch accepted; 0 before the first.
    epoch: u64,
    /// The end of the history.
    head: HeadBody,
    /// Some of the chunk borders before it, newest first, to find where histories part.
    borders: Vec<HeadBody>,
}

impl From<Holding> for HoldingBody {
    fn from(holding: Holding) -> Self {
        Self {
            epoch: holding.epoch,
            head: holding.head.into(),
            borders: holding.borders.into_iter().map(HeadBody::from).collect(),
        }
    }
}

/// The append is on the server, now or since before.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoredBody {
    /// The history after it.
    pub(super) stored: HeadBody,
}

/// A take-over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimBody {
    /// The claimant's epoch, higher than the server's.
    pub(super) epoch: u64,
    /// The end of the server's history, to which the claimant's agrees.
    pub(super) head: HeadBody,
}

/// The server is up and can read its store.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthBody {
    /// `ok`.
    pub(super) status: &'static str,
    /// The release.
    pub(super) version: &'static str,
}
