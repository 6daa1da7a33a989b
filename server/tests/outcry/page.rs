//! The page as the server sends it: types, compression, caching and the headers that keep it safe.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use outcry_server::serve::{Store, app};
use tower::ServiceExt;

struct Site {
    app: Router,
    _folder: tempfile::TempDir,
}

fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page");
    std::fs::create_dir(&page).unwrap();
    for (name, content) in [
        ("index.html", "<!doctype html><title>Outcry</title>"),
        ("page-0123456789abcdef_bg.wasm", "\0asm"),
        ("page-0123456789abcdef_bg.wasm.br", "brotli"),
        ("page-0123456789abcdef_bg.wasm.gz", "gzip"),
        ("page-0123456789abcdef.js", "import"),
        ("worker.js", "importScripts"),
    ] {
        std::fs::write(page.join(name), content).unwrap();
    }
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let store = Store::open(&folder.path().join("data")).unwrap();
    Site { app: app(store, Some(&page)), _folder: folder }
}

async fn get(site: &Site, path: &str, encodings: &str) -> Response<Body> {
    let request =
        Request::builder().uri(path).header("accept-encoding", encodings).body(Body::empty()).unwrap();
    site.app.clone().oneshot(request).await.unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn types_compression_and_caching() {
    let site = site();
    let index = get(&site, "/", "br").await;
    assert_eq!(header(&index, "content-type"), "text/html");
    assert_eq!(header(&index, "cache-control"), "no-cache");

    let wasm = get(&site, "/page-0123456789abcdef_bg.wasm", "gzip, br").await;
    assert_eq!(header(&wasm, "content-type"), "application/wasm");
    assert_eq!(header(&wasm, "content-encoding"), "br");
    assert_eq!(header(&wasm, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(text(wasm).await, "brotli");
    assert_eq!(text(get(&site, "/page-0123456789abcdef_bg.wasm", "gzip").await).await, "gzip");
    assert_eq!(text(get(&site, "/page-0123456789abcdef_bg.wasm", "").await).await, "\0asm");

    let worker = get(&site, "/worker.js", "br").await;
    assert_eq!(header(&worker, "cache-control"), "no-cache");
    assert!(header(&worker, "content-type").contains("javascript"));
}

#[tokio::test]
async fn every_answer_has_its_policy() {
    let site = site();
    for path in ["/", "/worker.js", "/page-0123456789abcdef.js", "/nothing"] {
        let response = get(&site, path, "").await;
        assert!(
            header(&response, "content-security-policy").contains("script-src 'self' 'wasm-unsafe-eval'"),
            "{path}"
        );
        assert_eq!(header(&response, "cross-origin-opener-policy"), "same-origin");
        assert_eq!(header(&response, "cross-origin-embedder-policy"), "require-corp");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    }
    let docs = get(&site, "/docs/", "").await;
    assert!(header(&docs, "content-security-policy").contains("style-src 'self' 'unsafe-inline'"));
    let api = get(&site, "/api/v1/exchanges", "").await;
    assert_eq!(header(&api, "content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(header(&api, "cache-control"), "no-store");
    assert_eq!(header(&api, "cross-origin-resource-policy"), "cross-origin");
}

#[tokio::test]
async fn nothing_outside_the_page_is_served() {
    let site = site();
    for path in ["/../secret", "/..%2fsecret", "/%2e%2e/secret", "/nothing.js", "/page/../../secret"] {
        let response = get(&site, path, "").await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(!text(response).await.contains("secret"), "{path}");
    }
}
