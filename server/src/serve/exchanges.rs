//! The sync API: list, name, append, claim and restore exchanges.
//!
//! The protocol is that of [`outcry_journal::sync`]; here it meets HTTP. No accounts yet: who reaches the server may
//! use all of it, which is why it listens on the loopback address unless told otherwise.

use std::io;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use outcry_journal::sync::Append;
use outcry_journal::{Chunk, FileHeader, Head, JournalError, JournalId, limits};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Server;
use super::problem::{Problem, ProblemBody};
use super::store::{StoreError, Write, Written};
use super::wire::{ClaimBody, ExchangeBody, ExchangesBody, HoldingBody, NameBody, StoredBody};
use crate::exec::machine_time;

/// Longest body that is JSON, in bytes.
const MAX_JSON: usize = 16 * 1024;
/// Highest epoch: the store's integers are signed.
const MAX_EPOCH: u64 = i64::MAX.unsigned_abs();

/// The routes, with their description.
pub(super) fn routes() -> OpenApiRouter<Server> {
    let json = OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, name))
        .routes(routes!(head))
        .routes(routes!(claim))
        .routes(routes!(chunks))
        .layer(DefaultBodyLimit::max(MAX_JSON));
    let binary = OpenApiRouter::new()
        .routes(routes!(append))
        .layer(DefaultBodyLimit::max(limits::MAX_CHUNK_BODY + Chunk::FRAME_BYTES));
    json.merge(binary)
}

/// Every exchange on this server
#[utoipa::path(
    get, path = "/api/v1/exchanges", tag = "exchanges",
    responses((status = OK, body = ExchangesBody)),
)]
async fn list(State(server): State<Server>) -> Result<Json<ExchangesBody>, Problem> {
    let exchanges = server.blocking(|server| server.store.exchanges()).await?;
    Ok(Json(ExchangesBody { exchanges: exchanges.into_iter().map(ExchangeBody::from).collect() }))
}

/// One exchange
#[utoipa::path(
    get, path = "/api/v1/exchanges/{id}", tag = "exchanges", params(("id" = String, Path, description = ID)),
    responses((status = OK, body = ExchangeBody), (status = NOT_FOUND, body = ProblemBody)),
)]
async fn show(State(server): State<Server>, Path(id): Path<String>) -> Result<Json<ExchangeBody>, Problem> {
    let id = journal_id(&id)?;
    let found = server.blocking(move |server| server.store.exchange(id)).await?;
    Ok(Json(found.ok_or_else(|| unknown(id))?.into()))
}

/// Make an exchange known, or give it another name
#[utoipa::path(
    put, path = "/api/v1/exchanges/{id}", tag = "exchanges", params(("id" = String, Path, description = ID)),
    request_body = NameBody,
    responses(
        (status = CREATED, body = ExchangeBody, description = "It was not known before"),
        (status = OK, body = ExchangeBody, description = "It was"),
        (status = BAD_REQUEST, body = ProblemBody),
    ),
)]
async fn name(
    State(server): State<Server>,
    Path(id): Path<String>,
    body: Result<Json<NameBody>, JsonRejection>,
) -> Result<(StatusCode, Json<ExchangeBody>), Problem> {
    let id = journal_id(&id)?;
    let Json(NameBody { name }) = body?;
    if name.is_empty() {
        return Err(Problem::bad_request("name: is empty"));
    }
    FileHeader::new(id, &name).map_err(|error| Problem::bad_request(format_args!("name: {error}")))?;
    let (written, summary) = server
        .blocking(move |server| {
            let written = server.store.write(Write::Name { id, name, at: machine_time() })?;
            Ok((written, server.store.exchange(id)?))
        })
        .await?;
    let status = match written {
        Written::Created => StatusCode::CREATED,
        Written::Changed => StatusCode::OK,
    };
    Ok((status, Json(summary.ok_or_else(|| unknown(id))?.into())))
}

/// What the server holds of an exchange
///
/// Of one it does not know: epoch 0 and the head without entries.
#[utoipa::path(
    get, path = "/api/v1/exchanges/{id}/head", tag = "sync", params(("id" = String, Path, description = ID)),
    responses((status = OK, body = HoldingBody)),
)]
async fn head(State(server): State<Server>, Path(id): Path<String>) -> Result<Json<HoldingBody>, Problem> {
    let id = journal_id(&id)?;
    let holding = server.blocking(move |server| server.store.holding(id)).await?;
    Ok(Json(holding.into()))
}

/// The writer's epoch.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AppendQuery {
    /// The epoch of the one who sends; the chunk may be from an earlier one.
    epoch: u64,
}

/// Append a chunk to an exchange
///
/// The body is one encoded chunk. It is executed here first; when it is answered with 200 it is durable. The same chunk
/// may be sent again. An exchange that is not known is made, without a name.
#[utoipa::path(
    post, path = "/api/v1/exchanges/{id}/append", tag = "sync",
    params(("id" = String, Path, description = ID), AppendQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = OK, body = StoredBody, description = "Stored, now or before"),
        (status = BAD_REQUEST, body = ProblemBody, description = "Not a chunk of this exchange"),
        (status = CONFLICT, body = ProblemBody, description = "A gap, or another history: `holds` says what is stored"),
        (status = PRECONDITION_FAILED, body = ProblemBody, description = "The exchange was taken over"),
        (status = PAYLOAD_TOO_LARGE, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, description = "It does not replay to its own digest"),
    ),
)]
async fn append(
    State(server): State<Server>,
    Path(id): Path<String>,
    query: Result<Query<AppendQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<StoredBody>, Problem> {
    let id = journal_id(&id)?;
    let Query(AppendQuery { epoch }) = query?;
    let chunk = Chunk::decode(&body?)?;
    if chunk.journal() != id {
        return Err(JournalError::WrongJournal { expected: id, found: chunk.journal() }.into());
    }
    store(&server, Append::chunk(epoch, chunk)).await
}

/// Take an exchange over
///
/// From now on, what writers of earlier epochs send is refused.
#[utoipa::path(
    post, path = "/api/v1/exchanges/{id}/claim", tag = "sync", params(("id" = String, Path, description = ID)),
    request_body = ClaimBody,
    responses(
        (status = OK, body = StoredBody, description = "Taken over, now or before"),
        (status = BAD_REQUEST, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody, description = "The head is not the server's"),
        (status = PRECONDITION_FAILED, body = ProblemBody, description = "Somebody else was faster"),
    ),
)]
async fn claim(
    State(server): State<Server>,
    Path(id): Path<String>,
    body: Result<Json<ClaimBody>, JsonRejection>,
) -> Result<Json<StoredBody>, Problem> {
    let id = journal_id(&id)?;
    let Json(ClaimBody { epoch, head }) = body?;
    store(&server, Append::claim(id, epoch, Head::from(head))).await
}

async fn store(server: &Server, append: Append) -> Result<Json<StoredBody>, Problem> {
    if append.epoch() > MAX_EPOCH {
        return Err(Problem::bad_request(format_args!("epoch: is above {MAX_EPOCH}")));
    }
    let head = server.hosts.append(append).await?;
    Ok(Json(StoredBody { stored: head.into() }))
}

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChunksQuery {
    /// Only chunks with an entry above this sequence; absent or 0 for the whole journal.
    after: Option<u64>,
}

/// Restore an exchange
///
/// A stream of the journal file's header and then every chunk that has an entry above `after`, in order. Without
/// `after` this is a journal file, as `outcry verify` reads it.
#[utoipa::path(
    get, path = "/api/v1/exchanges/{id}/chunks", tag = "sync",
    params(("id" = String, Path, description = ID), ChunksQuery),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
async fn chunks(
    State(server): State<Server>,
    Path(id): Path<String>,
    query: Result<Query<ChunksQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let id = journal_id(&id)?;
    let after = query?.after.unwrap_or(0).min(MAX_EPOCH);
    let found = server.blocking(move |server| server.store.exchange(id)).await?;
    let summary = found.ok_or_else(|| unknown(id))?;
    let file_header = FileHeader::new(id, &summary.name).map_err(|error| Problem::internal(&error))?;
    let first = futures_util::stream::once(std::future::ready(Ok(file_header.to_bytes())));
    let chunks = futures_util::stream::try_unfold((server, after), move |(server, after)| async move {
        let next = server.blocking(move |server| server.store.chunks_after(id, after)).await;
        let next = next.map_err(|problem| io::Error::other(format!("{problem:?}")))?;
        Ok::<_, io::Error>(next.map(|chunks| (chunks.bytes, (server, chunks.last))))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(first, chunks));
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response())
}

const ID: &str = "The journal's id: 32 lower-case hex digits";

fn journal_id(text: &str) -> Result<JournalId, Problem> {
    text.parse().map_err(|error| Problem::bad_request(format_args!("the id {error}")))
}

fn unknown(id: JournalId) -> Problem {
    Problem::not_found(format_args!("there is no exchange {id} on this server"))
}

impl Server {
    /// Runs what may block where that is allowed.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let server = self.clone();
        Ok(tokio::task::spawn_blocking(move || work(&server)).await??)
    }
}
