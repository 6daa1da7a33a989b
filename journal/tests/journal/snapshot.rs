//! Snapshots: one and the tail after it are the whole history, and one that is not right is not taken.
//!
//! The harness can fail: `a_forgetful_snapshot_is_caught` drops fields of the exchange one by one. Where the writer's
//! digest stands, reading notices; where the digest forgets with it, the tail ends elsewhere than the whole history.

use outcry_engine::{Exchange, Timestamp};
use outcry_journal::{Chunk, CommandId, Host, JournalError, SNAPSHOT_VERSION, Snapshot, SnapshotError};
use sha2::Digest as _;

use crate::forgetful::forgetful;
use crate::workload::{Draw, ORIGIN, busy_host, cut_all, trade};

const HEADER: usize = 8 + 2 + 4 + 8 + 16 + 8 + 8 + 24 + 112 + 16;
const MARK: usize = 16;
const CHECKSUM: usize = 32;

/// What must be the same of two hosts of one history.
fn everything(host: &Host) -> (outcry_journal::Head, String, String, u64, u64) {
    let exchange = host.exchange();
    let digests = (exchange.digest().to_string(), exchange.state_digest().to_string());
    (host.head(), digests.0, digests.1, host.epoch(), host.next_counter(ORIGIN))
}

/// Applies the tail to what a snapshot gives, and says whether that is the whole history.
fn check_tail(snapshot: &[u8], tail: &[Chunk], whole: &Host) -> Result<(), String> {
    let mut host = Host::from_snapshot(snapshot).map_err(|e| e.to_string())?;
    for chunk in tail {
        host.apply(chunk, |_, _, _| ()).map_err(|e| e.to_string())?;
    }
    if everything(&host) != everything(whole) {
        return Err("the whole history ends elsewhere".to_owned());
    }
    host.exchange().check();
    Ok(())
}

#[test]
fn a_snapshot_and_its_tail_are_the_whole_history() {
    for seed in 0..10 {
        let mut whole = busy_host(seed, 0);
        let mut draw = Draw::new(seed);
        let (mut chunks, mut snapshots) = (cut_all(&mut whole), Vec::new());
        for number in 0..20 {
            trade(&mut whole, seed * 100 + number, 1 + draw.below(60));
            snapshots.push((whole.snapshot().unwrap(), chunks.len() + 1));
            chunks.extend(cut_all(&mut whole));
        }
        whole.exchange().check();
        for (snapshot, covered) in &snapshots {
            check_tail(snapshot.as_bytes(), &chunks[*covered..], &whole).unwrap();
            assert_eq!(snapshot.head(), chunks[covered - 1].after());
        }
    }
}

#[test]
fn a_restored_host_goes_on_as_the_one_that_wrote() {
    for seed in 0..20 {
        let mut host = busy_host(seed, 200);
        // In the middle of a chunk: what is pending belongs to the snapshot.
        let mut restored = Host::from_snapshot(host.snapshot().unwrap().as_bytes()).unwrap();
        assert_eq!(everything(&restored), everything(&host));
        assert_eq!(restored.pending().entries, 0);
        assert_eq!(restored.snapshot().unwrap(), host.snapshot().unwrap());
        cut_all(&mut host);
        for host in [&mut host, &mut restored] {
            trade(host, seed + 1, 100);
        }
        assert_eq!(everything(&restored), everything(&host));
        assert_eq!(cut_all(&mut restored), cut_all(&mut host));
        let again = CommandId { origin: ORIGIN, counter: 1 };
        let command = crate::workload::opening().remove(0);
        let submit = |host: &mut Host| host.submit(Timestamp::default(), again, &command, &mut Vec::new());
        assert_eq!(submit(&mut restored), submit(&mut host));
    }
}

#[test]
fn an_empty_exchange_has_a_snapshot_too() {
    let host = Host::new(crate::workload::JOURNAL, 3);
    let restored = Host::from_snapshot(host.snapshot().unwrap().as_bytes()).unwrap();
    assert_eq!(everything(&restored), everything(&host));
}

#[test]
fn epochs_go_on() {
    let mut host = busy_host(1, 10);
    cut_all(&mut host);
    host.begin_epoch(5).unwrap();
    let mut restored = Host::from_snapshot(host.snapshot().unwrap().as_bytes()).unwrap();
    assert_eq!(restored.epoch(), 5);
    assert_eq!(restored.begin_epoch(5), Err(JournalError::StaleEpoch { current: 5, found: 5 }));
    // The last entry is of epoch 1, so a chunk of it may still follow.
    let mut other = Host::from_snapshot(busy_host(1, 10).snapshot().unwrap().as_bytes()).unwrap();
    trade(&mut other, 2, 5);
    restored.apply(&other.cut().unwrap(), |_, _, _| ()).unwrap();
}

fn snapshot() -> Vec<u8> {
    busy_host(7, 30).snapshot().unwrap().into_bytes()
}

/// Makes the checksum right again.
fn reseal(bytes: &mut [u8]) {
    let len = bytes.len() - CHECKSUM;
    let sum = sha2::Sha256::digest(&bytes[..len]);
    bytes[len..].copy_from_slice(&sum);
}

#[test]
fn every_changed_byte_is_noticed() {
    let bytes = snapshot();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(Host::from_snapshot(&changed).is_err(), "byte {at}");
        assert!(Snapshot::decode(changed).is_err(), "byte {at}");
    }
    assert_eq!(Snapshot::decode(bytes.clone()).unwrap().as_bytes(), bytes);
}

#[test]
fn every_cut_is_noticed_and_says_what_is_missing() {
    let bytes = snapshot();
    for have in 0..bytes.len() {
        let Err(SnapshotError::Truncated { needed, have: found }) = Host::from_snapshot(&bytes[..have])
        else {
            panic!("cut at {have}");
        };
        assert_eq!(found, have as u64);
        assert!(needed > found && needed <= bytes.len() as u64);
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(Host::from_snapshot(&longer), Err(SnapshotError::Malformed(_))));
}

#[test]
fn what_is_wrong_is_named() {
    let good = snapshot();
    let error = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        reseal(&mut bytes);
        Host::from_snapshot(&bytes).unwrap_err().to_string()
    };
    assert_eq!(error(&|bytes| bytes[0] = b'X'), "not an Outcry snapshot");
    assert_eq!(
        error(&|bytes| bytes[8] = 9),
        format!("snapshot format 9 is not {SNAPSHOT_VERSION}, the one this release reads")
    );
    let huge = error(&|bytes| bytes[10..14].copy_from_slice(&u32::MAX.to_le_bytes()));
    assert_eq!(
        huge,
        "the snapshot is malformed at byte 10: a snapshot of 4294967295 origins, at most 65536 are allowed"
    );
    let longer = error(&|bytes| bytes[14..22].copy_from_slice(&u64::MAX.to_le_bytes()));
    assert!(longer.starts_with("the snapshot is cut off: 18446744073709551615 bytes are needed"), "{longer}");
    // The counter of the last entry.
    let counter = error(&|bytes| bytes[70] ^= 1);
    assert!(counter.ends_with("of a last entry that its marks or epochs do not know"), "{counter}");
    // The time of the last entry.
    let time = error(&|bytes| bytes[54] ^= 1);
    assert!(time.ends_with("of one history with the exchange of another"), "{time}");
    // The digest of the state.
    let digest = error(&|bytes| bytes[HEADER - 1] ^= 1);
    assert!(digest.contains("holds another exchange: digest"), "{digest}");
    let state = HEADER + MARK;
    let exchange = error(&|bytes| bytes[state..].fill(0xff));
    assert!(
        exchange.contains(&format!("malformed at byte {state}: an exchange that cannot be read")),
        "{exchange}"
    );
    let unsealed = {
        let mut bytes = good.clone();
        bytes[HEADER + 40] ^= 1;
        Host::from_snapshot(&bytes).unwrap_err().to_string()
    };
    assert_eq!(unsealed, "the snapshot is damaged: its checksum does not match");
}

#[test]
fn invented_snapshots_never_panic() {
    let mut draw = Draw::new(0xbad_5eed);
    let real = snapshot();
    for _ in 0..20_000 {
        let mut bytes = real.clone();
        for _ in 0..1 + draw.below(4) {
            let at = draw.below(bytes.len() as u64) as usize;
            match draw.below(3) {
                0 => bytes[at] ^= 1 << draw.below(8),
                1 => bytes[at] = draw.next() as u8,
                _ => {
                    bytes.remove(at);
                }
            }
        }
        reseal(&mut bytes);
        if let Ok(host) = Host::from_snapshot(&bytes) {
            // What decides about the exchange is as it was; epochs and journals may be any.
            assert_eq!(host.exchange().sequence(), host.head().sequence);
        }
    }
}

#[test]
fn a_poisoned_host_has_no_snapshot() {
    let mut writer = busy_host(1, 10);
    let chunk = writer.cut().unwrap();
    let mut bytes = chunk.to_bytes();
    let end = bytes.len() - 8;
    bytes[end - 1] ^= 1;
    let sum = sha2::Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum[..8]);
    let mut host = Host::new(crate::workload::JOURNAL, 0);
    host.apply(&Chunk::decode(&bytes).unwrap(), |_, _, _| ()).unwrap_err();
    assert!(matches!(host.snapshot(), Err(JournalError::Poisoned { .. })));
}

/// A snapshot with the exchange exchanged, under its own digest or another.
fn with_exchange(snapshot: &[u8], exchange: &[u8], digest: Option<[u8; 16]>) -> Vec<u8> {
    let mut bytes = snapshot[..HEADER + MARK].to_vec();
    bytes[14..22].copy_from_slice(&(exchange.len() as u64).to_le_bytes());
    if let Some(digest) = digest {
        bytes[HEADER - 16..HEADER].copy_from_slice(&digest);
    }
    bytes.extend_from_slice(exchange);
    bytes.extend_from_slice(&[0; CHECKSUM]);
    reseal(&mut bytes);
    bytes
}

#[test]
fn a_forgetful_snapshot_is_caught() {
    let mut whole = busy_host(3, 400);
    let first = cut_all(&mut whole);
    let snapshot = whole.snapshot().unwrap().into_bytes();
    let exchange: Exchange = whole.exchange().clone();
    trade(&mut whole, 4, 400);
    let tail = cut_all(&mut whole);
    assert_eq!(first.len(), 1);
    let (fields, as_written) = forgetful(&exchange, None);
    assert_eq!(
        with_exchange(&snapshot, &as_written, None),
        snapshot,
        "the harness writes what a snapshot has"
    );
    check_tail(&snapshot, &tail, &whole).unwrap();

    let (mut noticed, mut forgotten) = (0, 0);
    for &field in &fields {
        let (_, dropped) = forgetful(&exchange, Some(field));
        if dropped == as_written {
            continue;
        }
        noticed += 1;
        let under_the_old_digest = with_exchange(&snapshot, &dropped, None);
        assert!(Host::from_snapshot(&under_the_old_digest).is_err(), "{field} is dropped");
        // A writer that does not know the field at all computes its digest without it, too.
        let Ok(state) = postcard::from_bytes::<Exchange>(&dropped) else { continue };
        let counters = ["order_count", "trade_count", "event_count", "quotes", "desks"];
        if !counters.contains(&field) {
            continue;
        }
        forgotten += 1;
        let under_its_own = with_exchange(&snapshot, &dropped, Some(state.state_digest().to_bytes()));
        Host::from_snapshot(&under_its_own).unwrap();
        assert!(check_tail(&under_its_own, &tail, &whole).is_err(), "{field} is forgotten");
    }
    assert!(noticed >= 10 && forgotten >= 3, "{noticed} and {forgotten} of {fields:?}");
}

/// What the snapshots above are of: a market in which nearly everything happens.
#[test]
fn the_workload_uses_the_full_market() {
    let mut host = busy_host(1, 0);
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    trade(&mut host, 1, 5_000);
    let mut replayed = Host::new(crate::workload::JOURNAL, 0);
    for chunk in cut_all(&mut host) {
        let count =
            |_: &outcry_journal::Entry, _: outcry_engine::Receipt, events: &[outcry_engine::Event]| {
                for event in events {
                    let name = format!("{event:?}");
                    let end = name.find([' ', '(']).unwrap_or(name.len());
                    *seen.entry(name[..end].to_owned()).or_default() += 1;
                }
            };
        replayed.apply(&chunk, count).unwrap();
    }
    for name in [
        "OrderConditioned",
        "OrderWaits",
        "OrderTriggered",
        "OrderEntered",
        "OrderRefilled",
        "OrderRepriced",
        "OrderReduced",
        "TradePrevented",
        "OrdersCanceled",
        "Quoted",
        "AccountBlocked",
        "InstrumentSet",
        "AccountSet",
        "PhaseChanged",
        "IndicationChanged",
        "Uncrossed",
        "FollowUpsStopped",
        "ClockAdvanced",
        "CashSpent",
    ] {
        assert!(seen.contains_key(name), "{name} is not among {seen:?}");
    }
}
