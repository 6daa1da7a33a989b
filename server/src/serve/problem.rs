//! What a request is answered that could not be done: a stable code, a message, and a reference for support.
//!
//! The reference is in the log beside the cause. Of failures that are ours the client learns only the reference.

use std::fmt::Display;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use outcry_journal::sync::Holding;
use outcry_journal::{JournalError, limits};
use serde::Serialize;
use utoipa::ToSchema;

use super::hosts::AppendError;
use super::store::StoreError;
use super::wire::HoldingBody;
use crate::exec::machine_time;

/// Why a request was not done.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// Boxed, because every answer of a handler has room for it.
    body: Box<ProblemBody>,
}

/// Why a request was not done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemBody {
    /// Stable, for programs.
    #[schema(example = "gap")]
    code: &'static str,
    /// For people: what was wrong, and what is allowed.
    message: String,
    /// Names this answer in the server's log.
    reference: String,
    /// What the server holds, where an append does not fit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<HoldingBody>,
}

impl Problem {
    /// The client's mistake.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Display) -> Self {
        let body = ProblemBody { code, message: message.to_string(), reference: reference(), holds: None };
        tracing::debug!(reference = body.reference, code, message = body.message, "refused");
        Self { status, body: Box::new(body) }
    }

    pub(super) fn bad_request(message: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", message)
    }

    pub(super) fn not_found(message: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", message)
    }

    /// Our failure: the cause goes to the log only.
    pub(super) fn internal(cause: &dyn Display) -> Self {
        let message = "the server failed; what was stored is safe, try again later".to_owned();
        let body = ProblemBody { code: "internal", message, reference: reference(), holds: None };
        tracing::error!(reference = body.reference, %cause, "failed");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: Box::new(body) }
    }

    fn holds(mut self, holding: Holding) -> Self {
        self.body.holds = Some(holding.into());
        self
    }
}

/// A short text that is not used twice by this process, and hardly by two.
fn reference() -> String {
    static STARTED: LazyLock<u64> = LazyLock::new(|| machine_time().nanos() / 1_000_000);
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{}", *STARTED & 0xffff_ffff, COUNT.fetch_add(1, Ordering::Relaxed))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        let message = error.to_string();
        match error {
            AppendError::Gap(holding) => Self::new(StatusCode::CONFLICT, "gap", message).holds(holding),
            AppendError::Diverged(holding) => {
                Self::new(StatusCode::CONFLICT, "diverged", message).holds(holding)
            }
            AppendError::StaleEpoch(holding) => {
                Self::new(StatusCode::PRECONDITION_FAILED, "stale-epoch", message).holds(holding)
            }
            AppendError::DoesNotReplay(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "does-not-replay", message)
            }
            AppendError::Store(StoreError::Conflict) => Self::unavailable(&message),
            AppendError::Store(error) => Self::from(error),
            AppendError::StoredDoesNotReplay(_) | AppendError::GivenUp(_) => Self::internal(&message),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal(&error)
    }
}

/// A body that is not a chunk.
impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::TooLarge { .. } => Self::too_large(error),
            JournalError::WrongJournal { .. } => Self::new(StatusCode::BAD_REQUEST, "wrong-journal", error),
            JournalError::NewerVersion { .. } => Self::new(StatusCode::BAD_REQUEST, "newer-version", error),
            _ => Self::new(StatusCode::BAD_REQUEST, "malformed", format!("the body is not a chunk: {error}")),
        }
    }
}

impl Problem {
    /// Something that passes by itself.
    pub(super) fn unavailable(cause: &dyn Display) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "the server is busy, try again");
        tracing::warn!(reference = problem.body.reference, %cause, "unavailable");
        problem
    }

    fn too_large(message: impl Display) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let limit = limits::MAX_CHUNK_BODY;
            return Self::too_large(format!("a chunk has at most {limit} bytes of entries"));
        }
        Self::bad_request(rejection.body_text())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::too_large("the body is too long");
        }
        Self::bad_request(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}
