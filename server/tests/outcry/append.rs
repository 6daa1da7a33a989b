//! The append protocol over HTTP: every answer it can give, and that nothing is stored that does not replay.

use axum::http::{Method, StatusCode};
use outcry_journal::sync::Holding;
use outcry_journal::{Chunk, FilePart, FileReader, Head, Host};
use serde_json::json;

use crate::writer::{Site, Writer};

async fn holding(site: &Site, writer: &Writer) -> Holding {
    let answer = site.get(&format!("/api/v1/exchanges/{}/head", writer.id())).await;
    assert_eq!(answer.status, StatusCode::OK);
    serde_json::from_slice(&answer.body).unwrap()
}

/// Restores from the server into a host of its own.
async fn restore(site: &Site, writer: &Writer) -> Host {
    let answer = site.get(&format!("/api/v1/exchanges/{}/chunks", writer.id())).await;
    assert_eq!(answer.status, StatusCode::OK);
    let mut reader = FileReader::new();
    reader.push(&answer.body);
    let mut host = Host::new(writer.id(), 1);
    while let Some(part) = reader.take().unwrap() {
        if let FilePart::Chunk(chunk) = part {
            host.apply(&chunk, |_, _, _| {}).unwrap();
        }
    }
    reader.finish().unwrap();
    host
}

#[tokio::test]
async fn chunks_are_stored_in_order_and_restored_to_the_same_digest() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    assert_eq!(holding(&site, &writer).await, Holding::nothing(writer.id()));
    for commands in [1, 10, 3] {
        let chunk = writer.chunk(commands);
        let answer = site.append(1, &chunk).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.json()["stored"]["sequence"], chunk.last_sequence());
    }
    let held = holding(&site, &writer).await;
    assert_eq!((held.epoch, held.head), (1, writer.host.head()));
    assert_eq!(held.borders.iter().map(|head| head.sequence).collect::<Vec<_>>(), [11, 1]);

    let site = site.restart();
    let restored = restore(&site, &writer).await;
    assert_eq!(restored.head(), writer.host.head());
    assert_eq!(restored.exchange().digest(), writer.host.exchange().digest());
    assert_eq!(restored.exchange().state_digest(), writer.host.exchange().state_digest());

    // The server goes on where it was, with its exchange rebuilt from the store.
    assert_eq!(site.append(1, &writer.chunk(2)).await.status, StatusCode::OK);
    assert_eq!(restore(&site, &writer).await.head(), writer.host.head());
}

#[tokio::test]
async fn a_restore_may_begin_inside() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    for _ in 0..3 {
        site.append(1, &writer.chunk(10)).await;
    }
    let tail = |after: u64| {
        let site = &site;
        let id = writer.id();
        async move {
            let body = site.get(&format!("/api/v1/exchanges/{id}/chunks?after={after}")).await.body;
            let (_, mut start) = outcry_journal::FileHeader::decode_prefix(&body).unwrap();
            let mut ranges = Vec::new();
            while start < body.len() {
                let (chunk, len) = Chunk::decode_prefix(&body[start..]).unwrap();
                ranges.push((chunk.first_sequence(), chunk.last_sequence()));
                start += len;
            }
            ranges
        }
    };
    assert_eq!(tail(10).await, [(11, 20), (21, 30)]);
    assert_eq!(tail(15).await, [(11, 20), (21, 30)]);
    assert_eq!(tail(30).await, []);
    assert_eq!(tail(u64::MAX).await, []);
}

#[tokio::test]
async fn an_identical_resend_changes_nothing() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    let (first, second) = (writer.chunk(5), writer.chunk(5));
    let answers = [
        site.append(1, &first).await,
        site.append(1, &first).await,
        site.append(1, &second).await,
        site.append(1, &first).await,
        site.append(1, &second).await,
    ];
    assert!(answers.iter().all(|answer| answer.status == StatusCode::OK), "{answers:?}");
    assert_eq!(restore(&site, &writer).await.head(), writer.host.head());
}

#[tokio::test]
async fn a_gap_and_another_history_are_answered_with_what_is_stored() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    let (first, _missing, third) = (writer.chunk(5), writer.chunk(5), writer.chunk(5));
    site.append(1, &first).await;
    let gap = site.append(1, &third).await;
    assert_eq!((gap.status, gap.code().as_str()), (StatusCode::CONFLICT, "gap"));
    let held: Holding = serde_json::from_value(gap.json()["holds"].clone()).unwrap();
    assert_eq!(held.head, first.after());

    // Another history of the same journal: the same epoch, other commands.
    let mut other = Writer::in_epoch(1, 1);
    let diverged = other.chunk(6);
    let answer = site.append(1, &diverged).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::CONFLICT, "gap"),
        "it begins before the end"
    );
    let mut other = Writer::in_epoch(1, 2);
    let (_, second) = (other.chunk(5), other.chunk(1));
    let answer = site.append(2, &second).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "diverged"));
    assert_eq!(holding(&site, &writer).await.head, first.after());
}

#[tokio::test]
async fn a_take_over_ends_the_earlier_epoch() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    site.append(1, &writer.chunk(5)).await;
    let head = writer.host.head();
    let claim = |epoch: u64, head: Head| {
        let (site, id) = (&site, writer.id());
        async move {
            let body = json!({ "epoch": epoch, "head": head }).to_string();
            site.send(Method::POST, &format!("/api/v1/exchanges/{id}/claim"), body).await
        }
    };
    assert_eq!(claim(2, head).await.status, StatusCode::OK);
    assert_eq!(claim(2, head).await.status, StatusCode::OK, "asked twice");
    let late = claim(1, head).await;
    assert_eq!((late.status, late.code().as_str()), (StatusCode::PRECONDITION_FAILED, "stale-epoch"));
    assert_eq!(claim(3, Head::genesis(writer.id())).await.status, StatusCode::CONFLICT);
    assert_eq!(claim(u64::MAX, head).await.status, StatusCode::BAD_REQUEST);

    let stale = writer.chunk(1);
    let answer = site.append(1, &stale).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PRECONDITION_FAILED, "stale-epoch"));
    assert_eq!(answer.json()["holds"]["epoch"], 2);
    // The one who took over may send what was written before.
    assert_eq!(site.append(2, &stale).await.status, StatusCode::OK);
}

/// Planted: a chunk whose frame is right and whose digest is not, as a faulty engine would write it.
#[tokio::test]
async fn what_does_not_replay_is_not_stored() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    let first = writer.chunk(5);
    site.append(1, &first).await;
    let second = writer.chunk(5);
    let mut bytes = second.to_bytes();
    let digest_at = bytes.len() - 8 - 16;
    bytes[digest_at] ^= 1;
    let damaged = site.append_bytes(writer.id(), 1, bytes.clone()).await;
    assert_eq!((damaged.status, damaged.code().as_str()), (StatusCode::BAD_REQUEST, "malformed"));
    sign(&mut bytes);
    let planted = site.append_bytes(writer.id(), 1, bytes).await;
    assert_eq!(
        (planted.status, planted.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "does-not-replay")
    );
    assert_eq!(holding(&site, &writer).await.head, first.after());
    // The true one is taken, so the exchange in memory was thrown away with the planted one.
    assert_eq!(site.append(1, &second).await.status, StatusCode::OK);
    assert_eq!(restore(&site, &writer).await.head(), writer.host.head());
}

/// Makes the checksum of changed bytes right again.
fn sign(bytes: &mut [u8]) {
    use sha2::Digest as _;
    let (content, sum) = bytes.split_at_mut(bytes.len() - 8);
    sum.copy_from_slice(&sha2::Sha256::digest(content)[..8]);
}

#[tokio::test]
async fn bodies_that_are_no_chunk() {
    let site = Site::new();
    let mut writer = Writer::new(1);
    let chunk = writer.chunk(5);
    let bytes = chunk.to_bytes();
    let id = writer.id();
    for (body, status, code) in [
        (Vec::new(), StatusCode::BAD_REQUEST, "malformed"),
        (b"hello, this is not a chunk".to_vec(), StatusCode::BAD_REQUEST, "malformed"),
        (bytes[..bytes.len() - 1].to_vec(), StatusCode::BAD_REQUEST, "malformed"),
        ([bytes.as_slice(), b"x"].concat(), StatusCode::BAD_REQUEST, "malformed"),
        (vec![0; 2 << 20], StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        (Writer::new(2).chunk(1).to_bytes(), StatusCode::BAD_REQUEST, "wrong-journal"),
    ] {
        let answer = site.append_bytes(id, 1, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
    }
    let mut newer = bytes.clone();
    newer[8] = 9;
    assert_eq!(site.append_bytes(id, 1, newer).await.code(), "newer-version");
    let post = |path: String| site.send(Method::POST, Box::leak(path.into_boxed_str()), bytes.clone());
    assert_eq!(post("/api/v1/exchanges/xyz/append?epoch=1".into()).await.code(), "bad-request");
    assert_eq!(post(format!("/api/v1/exchanges/{id}/append")).await.code(), "bad-request");
    assert_eq!(post(format!("/api/v1/exchanges/{id}/append?epoch=-1")).await.code(), "bad-request");
    assert_eq!(post(format!("/api/v1/exchanges/{id}/append?epoch=1&x=1")).await.code(), "bad-request");
    assert_eq!(holding(&site, &writer).await, Holding::nothing(id), "nothing of it was stored");
}

/// Many exchanges at once share commits; each keeps its own order.
#[tokio::test(flavor = "multi_thread")]
async fn appends_of_many_exchanges_do_not_mix() {
    let site = std::sync::Arc::new(Site::new());
    let tasks: Vec<_> = (1..=20)
        .map(|id| {
            let site = std::sync::Arc::clone(&site);
            tokio::spawn(async move {
                let mut writer = Writer::new(id);
                for _ in 0..10 {
                    assert_eq!(site.append(1, &writer.chunk(3)).await.status, StatusCode::OK);
                }
                assert_eq!(restore(&site, &writer).await.head(), writer.host.head());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Two writers race with the same chunks: each is stored once.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_chunk_at_the_same_time_is_stored_once() {
    let site = std::sync::Arc::new(Site::new());
    let mut writer = Writer::new(1);
    for _ in 0..20 {
        let chunk = writer.chunk(2);
        let (a, b) = tokio::join!(site.append(1, &chunk), site.append(1, &chunk));
        assert_eq!((a.status, b.status), (StatusCode::OK, StatusCode::OK));
    }
    assert_eq!(restore(&site, &writer).await.head(), writer.host.head());
}

/// Two servers over one folder are not meant to be, and do no harm: each finds out that its exchange is behind.
#[tokio::test]
async fn two_servers_over_one_store_do_not_tear_a_history() {
    let site = Site::new();
    let other = site.beside();
    let mut writer = Writer::new(1);
    for server in [&site, &other, &site, &site, &other] {
        assert_eq!(server.append(1, &writer.chunk(3)).await.status, StatusCode::OK);
    }
    assert_eq!(restore(&other, &writer).await.head(), writer.host.head());
}

/// More exchanges than are kept in memory: the first is rebuilt when it is needed again.
#[tokio::test]
async fn an_exchange_that_left_the_memory_goes_on() {
    let site = Site::new();
    let mut first = Writer::new(0);
    site.append(1, &first.chunk(2)).await;
    for id in 1..=80 {
        assert_eq!(site.append(1, &Writer::new(id).chunk(1)).await.status, StatusCode::OK);
    }
    assert_eq!(site.append(1, &first.chunk(2)).await.status, StatusCode::OK);
    assert_eq!(restore(&site, &first).await.head(), first.host.head());
}
