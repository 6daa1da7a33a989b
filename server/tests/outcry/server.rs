//! The rest of the API: health, the list, names, the description, and what is no address.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use outcry_server::serve::Store;
use serde_json::json;

use crate::writer::{Site, Writer};

#[tokio::test]
async fn health_and_description() {
    let site = Site::new();
    assert_eq!(site.get("/health").await.json()["status"], "ok");
    let description = site.get("/openapi.json").await.json();
    for path in
        ["/health", "/api/v1/exchanges", "/api/v1/exchanges/{id}/append", "/api/v1/exchanges/{id}/chunks"]
    {
        assert!(description["paths"][path].is_object(), "{path} is described");
    }
    let docs = site.get("/docs/").await;
    assert_eq!(docs.status, StatusCode::OK);
    let html = String::from_utf8(docs.body).unwrap();
    // Its policy forbids scripts in the document: the page must come without.
    assert!(!html.contains("<script>"), "{html}");
}

#[tokio::test]
async fn exchanges_are_named_and_listed() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    let path = format!("/api/v1/exchanges/{}", writer.id());
    let name = |name: &str| json!({ "name": name }).to_string();
    assert_eq!(site.get(&path).await.code(), "not-found");
    assert_eq!(site.send(Method::PUT, &path, name("Mine")).await.status, StatusCode::CREATED);
    assert_eq!(site.send(Method::PUT, &path, name("Ours")).await.status, StatusCode::OK);
    let chunk = writer.chunk(4);
    site.append(3, &chunk).await;
    site.append(1, &Writer::new(2).chunk(1)).await;

    let shown = site.get(&path).await.json();
    assert_eq!(shown["name"], "Ours");
    assert_eq!((shown["sequence"].as_u64(), shown["epoch"].as_u64()), (Some(4), Some(3)));
    assert_eq!(shown["hash"], chunk.after().hash.to_string());
    assert_eq!(shown["digest"], writer.host.exchange().digest().to_string());
    let listed = site.get("/api/v1/exchanges").await.json();
    let names: Vec<&str> = listed["exchanges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exchange| exchange["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["", "Ours"], "the one that changed last comes first");

    for bad in [
        name(""),
        name("a\nb"),
        name(&"x".repeat(121)),
        "{}".into(),
        json!({"name": "a", "x": 1}).to_string(),
        "nonsense".into(),
    ] {
        let answer = site.send(Method::PUT, &path, bad).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "bad-request"));
    }
    assert_eq!(site.send(Method::PUT, &path, name(&"x".repeat(100_000))).await.code(), "too-large");
}

#[tokio::test]
async fn what_is_no_address_or_method_has_its_answer() {
    let site = Site::new();
    for path in ["/api/v2/exchanges", "/api/v1/nothing", "/api", "/nothing"] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not-found"), "{path}");
    }
    let answer = site.send(Method::DELETE, "/api/v1/exchanges", Body::empty()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
    );
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let site = Site::new();
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(format!("/api/v1/exchanges/{}/append?epoch=1", Writer::new(1).id()))
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(Body::empty())
        .unwrap();
    let response = site.respond(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    let methods = response.headers()["access-control-allow-methods"].to_str().unwrap().to_owned();
    assert_eq!(methods, "GET,PUT,POST");
}

#[test]
fn a_store_of_a_newer_release_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let file = rusqlite::Connection::open(folder.path().join("outcry.sqlite")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(folder.path()).err().unwrap().to_string();
    assert_eq!(error, "its schema is version 99, this release knows up to 1");
    let version: u32 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}
