//! `outcry serve`: the page, and the server's side of sync.
//!
//! [`app`] is the whole of it as one router, which tests drive without a socket; [`serve`] puts it on a port and stops
//! it cleanly. Every piece of state is in the store: a server that is killed goes on where it was.

mod exchanges;
mod hosts;
mod logs;
mod page;
mod problem;
mod store;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use hosts::Hosts;
use problem::{Problem, ProblemBody};
pub use store::{Store, StoreError, Summary};
use wire::HealthBody;

use crate::{Failure, Serve};

/// Longest a request may take until its answer begins.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// Longest that requests under way may take when the server is told to stop.
const STOP_TIME: Duration = Duration::from_secs(10);
/// How long a browser may remember that it may ask.
const CORS_AGE: Duration = Duration::from_secs(3600);

/// What every handler has.
#[derive(Clone)]
struct Server {
    store: Store,
    hosts: Hosts,
}

/// The description of the API, which the handlers fill in.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Outcry",
        description = "Keeps copies of exchanges that run in browsers. Everything stored is executed here first.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "exchanges", description = "What is on this server"),
        (name = "sync", description = "Append-only: a writer sends chunks of its journal, anyone restores them"),
        (name = "server", description = "The server itself"),
    ),
)]
struct Description;

/// The whole server as a router: API, its description, and the page in `page` if there is one.
pub fn app(store: Store, page: Option<&Path>) -> Router {
    let server = Server { hosts: Hosts::new(store.clone()), store };
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::PUT, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .max_age(CORS_AGE);
    let (api, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health))
        .merge(exchanges::routes())
        .split_for_parts();
    let api = api
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "this address has other methods",
            )
        })
        .nest("/api", Router::new().fallback(async || Problem::not_found("there is no such address")))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .layer(cors);
    let docs = SwaggerUi::new("/docs").url("/openapi.json", description);
    let router = api.merge(docs).merge(page::routes(page)).with_state(server);
    page::with_headers(router).layer(CatchPanicLayer::custom(panicked)).layer(TraceLayer::new_for_http())
}

/// Whether the server is up and can read its store
#[utoipa::path(
    get, path = "/health", tag = "server",
    responses((status = OK, body = HealthBody), (status = SERVICE_UNAVAILABLE, body = ProblemBody)),
)]
async fn health(State(server): State<Server>) -> Result<Json<HealthBody>, Problem> {
    server.blocking(|server| server.store.ping()).await.map_err(|_| Problem::unavailable(&"the store"))?;
    Ok(Json(HealthBody { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    let message = panic.downcast_ref::<&str>().map(ToString::to_string);
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Problem::internal(&format!("panic: {message}")).into_response()
}

/// Serves until it is told to stop by Ctrl-C or SIGTERM.
///
/// # Errors
/// [`Failure`] if the store or the port cannot be used.
pub fn serve(args: &Serve) -> Result<(), Failure> {
    logs::start(args.log);
    if let Some(page) = &args.page
        && !page.join("index.html").is_file()
    {
        let message = "has no index.html; build the page first with `cargo xtask dist`".to_owned();
        return Err(Failure::Content { path: page.clone(), message });
    }
    let unusable = |error: StoreError| Failure::Store { path: args.data.clone(), message: error.to_string() };
    let store = Store::open(&args.data).map_err(unusable)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::Serve)?;
    let result = runtime.block_on(listen(args, app(store, args.page.as_deref())));
    // Whatever still waits for a blocking thread is given up; what was answered is durable.
    runtime.shutdown_timeout(STOP_TIME);
    result
}

async fn listen(args: &Serve, app: Router) -> Result<(), Failure> {
    let address = SocketAddr::new(args.host, args.port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "something else listens there; stop it, or take another port with --port".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "not allowed; ports below 1024 need rights, or --port".to_owned()
            }
            _ => error.to_string(),
        };
        Failure::Listen { address: address.to_string(), hint }
    })?;
    let address = listener.local_addr().map_err(Failure::Serve)?;
    println!("Outcry on http://{address}");
    tracing::info!(%address, data = %args.data.display(), "listening");
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        stop_signal().await;
        tracing::info!("stopping");
        // Nobody waits only if serving has ended already.
        let _ = stopping.send(());
    });
    let too_long = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(STOP_TIME).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        served = serving.into_future() => served.map_err(Failure::Serve)?,
        () = too_long => tracing::warn!("gave up requests that took too long"),
    }
    tracing::info!("stopped");
    Ok(())
}

/// Resolves when the process is told to stop.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
