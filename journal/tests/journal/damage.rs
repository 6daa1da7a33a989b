//! Bytes that are not a journal: cut off, changed, newer, invented. Each has its own answer, and none panics.
//!
//! The harness can fail: `a_decoder_without_checksum_is_caught` runs it against one that trusts its input.

use outcry_engine::Digest;
use outcry_journal::{Chunk, FileReader, Host, JournalError, JournalId};
use sha2::Digest as _;

use crate::workload::{Draw, JOURNAL, busy_host, chunks, cut_all};

const BODY: usize = 106;
const TRAILER: usize = 32 + 16 + 8;

fn small_chunk() -> Chunk {
    busy_host(1, 20).cut().unwrap()
}

/// Makes the checksum right again.
fn reseal(bytes: &mut [u8]) {
    let len = bytes.len() - 8;
    let sum = sha2::Sha256::digest(&bytes[..len]);
    bytes[len..].copy_from_slice(&sum[..8]);
}

/// How many single-byte changes of a chunk `decode` does not notice.
fn unnoticed_flips(decode: impl Fn(&[u8]) -> Result<Chunk, JournalError>) -> usize {
    let bytes = small_chunk().to_bytes();
    let flips = (0..bytes.len()).flat_map(|at| [(at, 0x01), (at, 0x80), (at, 0xff)]);
    flips
        .filter(|&(at, mask)| {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            decode(&changed).is_ok()
        })
        .count()
}

#[test]
fn every_changed_byte_is_noticed() {
    assert_eq!(unnoticed_flips(Chunk::decode), 0);
}

#[test]
fn a_decoder_without_checksum_is_caught() {
    let trusting = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        reseal(&mut bytes);
        Chunk::decode(&bytes)
    };
    assert!(unnoticed_flips(trusting) > 0);
}

#[test]
fn every_cut_is_noticed_and_says_what_is_missing() {
    let bytes = small_chunk().to_bytes();
    for have in 0..bytes.len() {
        let Err(JournalError::Truncated { needed, have: found }) = Chunk::decode(&bytes[..have]) else {
            panic!("cut at {have}");
        };
        assert_eq!(found, have as u64);
        assert!(needed > found && needed <= bytes.len() as u64);
        if have >= BODY {
            assert_eq!(needed, bytes.len() as u64);
        }
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(Chunk::decode(&longer), Err(JournalError::Malformed { .. })));
    assert_eq!(Chunk::decode_prefix(&longer).unwrap().1, bytes.len());
}

#[test]
fn a_newer_version_is_named() {
    let mut bytes = small_chunk().to_bytes();
    bytes[8..10].copy_from_slice(&7_u16.to_le_bytes());
    reseal(&mut bytes);
    let error = Chunk::decode(&bytes).unwrap_err();
    assert_eq!(error, JournalError::NewerVersion { found: 7, supported: 1 });
    assert_eq!(error.to_string(), "journal format 7 is newer than 1, the newest this release reads");
    // It is named even where the newer layout is shorter than ours.
    assert_eq!(Chunk::decode(&bytes[..20]), Err(JournalError::NewerVersion { found: 7, supported: 1 }));
    bytes[8..10].copy_from_slice(&0_u16.to_le_bytes());
    assert!(matches!(Chunk::decode(&bytes), Err(JournalError::Malformed { at: 8, .. })));
}

#[test]
fn other_bytes_are_not_a_journal() {
    assert_eq!(Chunk::decode(b"orderId,symbol,side,amount,price"), Err(JournalError::NotAJournal));
    assert_eq!(Chunk::decode(b"x"), Err(JournalError::NotAJournal));
}

#[test]
fn a_length_beyond_the_limit_allocates_nothing() {
    let mut bytes = small_chunk().to_bytes();
    bytes[BODY - 4..BODY].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(Chunk::decode(&bytes), Err(JournalError::TooLarge { bytes: 0xffff_ffff, .. })));
}

/// Bodies changed by someone who makes the checksum right: the hash after the chunk still tells, and nothing of it
/// is executed.
#[test]
fn a_forged_body_is_refused_before_anything_is_executed() {
    let bytes = small_chunk().to_bytes();
    let before = Host::new(JOURNAL, 0).exchange().state_digest();
    for at in 0..bytes.len() - 8 {
        for mask in [0x01, 0x10, 0x80, 0xff] {
            let mut forged = bytes.clone();
            forged[at] ^= mask;
            reseal(&mut forged);
            let Ok(chunk) = Chunk::decode(&forged) else { continue };
            let mut host = Host::new(JOURNAL, 0);
            let applied = host.apply(&chunk, |_, _, _| ());
            let is_epoch = (26..34).contains(&at);
            let is_digest = at >= bytes.len() - TRAILER + 32;
            if is_epoch {
                assert_eq!(applied, Ok(()), "the epoch is the writer's claim, not part of the history");
            } else if is_digest {
                assert!(matches!(applied, Err(JournalError::DigestMismatch { .. })), "at {at}");
            } else {
                assert!(applied.is_err(), "at {at}");
                assert_eq!(host.exchange().sequence(), 0, "at {at}");
                assert_eq!(host.exchange().state_digest(), before, "at {at}");
            }
        }
    }
}

#[test]
fn a_wrong_digest_poisons_the_host() {
    let (writer, chunks) = chunks(2, 2, 10);
    let mut bytes = chunks[0].to_bytes();
    let digest = bytes.len() - TRAILER + 32;
    bytes[digest..digest + 16].fill(9);
    reseal(&mut bytes);
    let forged = Chunk::decode(&bytes).unwrap();
    let mut host = Host::new(JOURNAL, 0);
    let sequence = forged.last_sequence();
    let mismatch = JournalError::DigestMismatch {
        sequence,
        expected: Digest::from_bytes([9; 16]),
        found: chunks[0].digest(),
    };
    assert_eq!(host.apply(&forged, |_, _, _| ()), Err(mismatch));
    assert_eq!(host.apply(&chunks[1], |_, _, _| ()), Err(JournalError::Poisoned { sequence }));
    let id = outcry_journal::CommandId { origin: 1, counter: 1 };
    let command = &crate::workload::opening()[0];
    let at = writer.exchange().now();
    assert_eq!(host.submit(at, id, command, &mut Vec::new()), Err(JournalError::Poisoned { sequence }));
}

#[test]
fn invented_bytes_never_panic() {
    let mut draw = Draw::new(0xbad_5eed);
    let real = small_chunk().to_bytes();
    let mut applied = 0;
    for round in 0..100_000_u32 {
        let bytes = invented(&mut draw, &real, round);
        let mut reader = FileReader::new();
        reader.push(&bytes);
        while let Ok(Some(_)) = reader.take() {}
        _ = reader.finish();
        if let Ok(chunk) = Chunk::decode(&bytes) {
            _ = chunk.entries().collect::<Result<Vec<_>, _>>();
            applied += u32::from(Host::new(JOURNAL, 0).apply(&chunk, |_, _, _| ()).is_ok());
        }
    }
    assert!(applied < 100_000, "not every input is a journal");
}

/// Noise alone, noise behind a real header, or a real chunk with noise in its body and a right checksum.
fn invented(draw: &mut Draw, real: &[u8], round: u32) -> Vec<u8> {
    let mut noise: Vec<u8> = (0..draw.below(300)).map(|_| draw.next() as u8).collect();
    match round % 4 {
        0 => noise,
        1 => {
            let keep = draw.below(BODY as u64) as usize;
            noise.splice(0..0, real[..keep].iter().copied());
            noise
        }
        _ => {
            let mut bytes = real.to_vec();
            for _ in 0..1 + draw.below(4) {
                let at = 10 + draw.below(bytes.len() as u64 - 10) as usize;
                bytes[at] = draw.next() as u8;
            }
            if round % 4 == 2 {
                let body: Vec<u8> = (0..draw.below(200)).map(|_| draw.next() as u8 & 0x4f).collect();
                bytes[BODY - 4..BODY].copy_from_slice(&(body.len() as u32).to_le_bytes());
                bytes.splice(BODY..real.len() - TRAILER, body);
            }
            reseal(&mut bytes);
            bytes
        }
    }
}

#[test]
fn another_journal_is_refused() {
    let other = JournalId::from_bytes([9; 16]);
    let mut host = Host::new(other, 1);
    let chunk = cut_all(&mut busy_host(1, 1)).remove(0);
    let error = JournalError::WrongJournal { expected: other, found: JOURNAL };
    assert_eq!(host.apply(&chunk, |_, _, _| ()), Err(error));
}
