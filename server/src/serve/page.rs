//! The page's files, and the headers that make them safe and fast.
//!
//! Compressed siblings (`x.wasm.br`, `x.wasm.gz`) are served where the browser takes them. A file whose name holds its
//! hash never changes and is kept for a year; everything else is asked for again.

use std::path::Path;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Router, handler::HandlerWithoutStateExt};
use tower_http::services::ServeDir;

use super::problem::Problem;

/// What the page may do: run its own scripts and WebAssembly, and talk to this server, to any server over TLS, and to
/// a server on this machine (for sync). `'self'` is what the worker, which is held by its own response, gets as well.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self' https: http://127.0.0.1:* http://localhost:*; worker-src 'self'; \
    manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";
/// The API's docs page comes with its own styles inside.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// An answer of the API is data.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Kept for a year.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Kept, and asked for again before it is used.
const ASK_AGAIN: &str = "no-cache";

/// Everything that is no other route: the files of `folder`, or without one a note that there is no page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(folder: Option<&Path>) -> Router<S> {
    match folder {
        Some(folder) => Router::new().fallback_service(
            ServeDir::new(folder).precompressed_br().precompressed_gzip().fallback(no_file.into_service()),
        ),
        None => Router::new().fallback(no_page),
    }
}

async fn no_file() -> Problem {
    Problem::not_found("there is no such file")
}

async fn no_page() -> Problem {
    Problem::not_found("this server has no page; the API is described at /docs")
}

/// Adds the headers of a part of the site to every answer, refusals included.
pub(super) fn with_headers<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(middleware::from_fn(add_headers))
}

async fn add_headers(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let cache = cache_control(&path, response.status().is_success());
    let headers = response.headers_mut();
    let is_api = path.starts_with("/api/") || path == "/health" || path == "/openapi.json";
    let policy = match () {
        () if is_api => API_POLICY,
        () if path.starts_with("/docs") => DOCS_POLICY,
        () => PAGE_POLICY,
    };
    set(headers, header::CONTENT_SECURITY_POLICY, policy);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::CACHE_CONTROL, cache);
    if is_api {
        // Read by pages of other origins too; what they may is said by CORS.
        set(headers, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    } else {
        set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(headers, HeaderName::from_static("cross-origin-embedder-policy"), "require-corp");
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn cache_control(path: &str, found: bool) -> &'static str {
    if path.starts_with("/api/") || path == "/health" {
        "no-store"
    } else if found && is_hashed(path) {
        IMMUTABLE
    } else {
        ASK_AGAIN
    }
}

/// Whether the name holds a hash as trunk writes it: `page-0123456789abcdef.js` or `page-0123456789abcdef_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        (hash.len() == 15 || hash.len() == 16) && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_names_are_kept() {
        for path in
            ["/page-0123456789abcdef.js", "/page-0123456789abcdef_bg.wasm", "/a/x-fedcba9876543210.css"]
        {
            assert_eq!(cache_control(path, true), IMMUTABLE, "{path}");
            assert_eq!(cache_control(path, false), ASK_AGAIN, "{path}");
        }
        for path in [
            "/",
            "/index.html",
            "/worker.js",
            "/worker_bg.wasm",
            "/sw.js",
            "/page-2.js",
            "/page-ABCDEF0123456789.js",
        ] {
            assert_eq!(cache_control(path, true), ASK_AGAIN, "{path}");
        }
        assert_eq!(cache_control("/api/v1/exchanges", true), "no-store");
    }
}
