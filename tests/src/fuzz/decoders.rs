//! Everything of Outcry that reads bytes from outside, each with good inputs and the memory it may take.

use std::time::Duration;

use outcry_engine::{AccountId, Command, Symbol, Timestamp};
use outcry_journal::sync::{Answer, Append, Decision, Replica, Step, Stored, Timing, decide};
use outcry_journal::{Chunk, FileReader, Head, History, Host, JournalId, Snapshot};
use outcry_simulation::lobster::{FileName, Recording};
use outcry_simulation::orders_csv::{Duplicates, Options, View, check};
use sha2::{Digest as _, Sha256};

use super::{Bound, Decoder, corpus};

/// Where a chunk has the length of its body, and where the body begins.
const BODY_LENGTH: usize = 102;
const BODY: usize = BODY_LENGTH + 4;
const TRAILER: usize = 32 + 16 + CHECKSUM;
const CHECKSUM: usize = 8;
/// Where the header of a file has the length of its name, and where the name begins.
const NAME_LENGTH: usize = 26;
const NAME: usize = NAME_LENGTH + 2;
/// Where a snapshot has its lengths, all before its marks, and its checksum.
const SNAPSHOT_LENGTHS: usize = 10;
const SNAPSHOT_HEADER: u64 = 94 + History::SAVED_BYTES as u64;
const SNAPSHOT_CHECKSUM: usize = 32;

/// What separates the two files of a recording in one input.
const BETWEEN: u8 = 0;

/// Error messages, tables of a handful of entries, buffers of fixed size.
const SMALL: u64 = 16 << 10;

/// A chunk with the entries in it.
#[must_use]
pub fn chunk() -> Decoder {
    Decoder {
        name: "chunk",
        good: corpus::chunks(),
        seal: seal_chunk,
        read: Box::new(|bytes| {
            let Ok(chunk) = Chunk::decode(bytes) else { return false };
            assert_eq!(chunk.to_bytes(), bytes, "a chunk has one encoding");
            chunk.entries().all(|entry| entry.is_ok())
        }),
        // The chunk, and its bytes again; a mass quote of a thousand entries while it is read.
        bound: Bound { per_byte: 4, fixed: 256 << 10 },
    }
}

/// A chunk that a host executes: right checksum, right hash of its history, any commands.
#[must_use]
pub fn execution() -> Decoder {
    Decoder {
        name: "execution",
        good: corpus::beginnings(),
        seal: seal_history,
        read: Box::new(|bytes| {
            let Ok(chunk) = Chunk::decode(bytes) else { return false };
            let mut host = Host::new(corpus::JOURNAL, 0);
            let applied = host.apply(&chunk, |_, _, _| ());
            host.exchange().check();
            applied.is_ok()
        }),
        // An exchange with its tables: what a command makes it hold is bounded by the engine's limits.
        bound: Bound { per_byte: 1 << 10, fixed: 4 << 20 },
    }
}

/// A snapshot, and the host that it gives.
#[must_use]
pub fn snapshot() -> Decoder {
    Decoder {
        name: "snapshot",
        good: corpus::snapshots(),
        seal: seal_snapshot,
        read: Box::new(|bytes| {
            let whole = Snapshot::decode(bytes.to_vec()).is_ok();
            let Ok(host) = Host::from_snapshot(bytes) else { return false };
            assert!(whole, "what gives a host has a good frame");
            host.exchange().check();
            true
        }),
        // The books of as many instruments as there may be are made before it shows that they are empty. Beside that an
        // empty list takes a byte and some dozens in memory, and whatever length one claims, serde sets aside at most
        // 1 MiB before it has read its entries.
        bound: Bound { per_byte: 128, fixed: 16 << 20 },
    }
}

/// A journal file that arrives in pieces.
#[must_use]
pub fn file() -> Decoder {
    Decoder {
        name: "file",
        good: corpus::files(),
        seal: seal_file,
        read: Box::new(|bytes| {
            let mut reader = FileReader::new();
            // The length of the pieces comes from the input, so that one input is one run.
            let piece = 1 + bytes.len() % 977;
            for piece in bytes.chunks(piece) {
                reader.push(piece);
                while let Ok(Some(part)) = reader.take() {
                    if let outcry_journal::FilePart::Chunk(chunk) = part {
                        chunk.entries().for_each(drop);
                    }
                }
            }
            assert!(reader.good().bytes <= bytes.len() as u64, "no more can be good than there is");
            reader.finish().is_ok()
        }),
        bound: Bound { per_byte: 6, fixed: 256 << 10 },
    }
}

/// A snapshot of a host: right checksum and length, any exchange.
#[must_use]
pub fn snapshot() -> Decoder {
    Decoder {
        name: "snapshot",
        good: corpus::snapshots(),
        seal: seal_snapshot,
        read: Box::new(|bytes| {
            let Ok(host) = Host::from_snapshot(bytes) else { return false };
            host.exchange().check();
            host.snapshot().is_ok_and(|again| again.as_bytes() == bytes)
        }),
        // An exchange with its tables, in which a byte may stand for an instrument and its book.
        bound: Bound { per_byte: 4 << 10, fixed: 4 << 20 },
    }
}

/// The saved running hash of a history.
#[must_use]
pub fn history() -> Decoder {
    Decoder {
        name: "history",
        good: corpus::saved_histories(),
        seal: |_| (),
        read: Box::new(|bytes| {
            let Ok(saved) = bytes.try_into() else { return false };
            let Ok(mut history) = History::restore(saved) else { return false };
            history.extend(0, &[1; 200]);
            history.head().sequence == u64::from_le_bytes(bytes[..8].try_into().expect("eight of many"))
        }),
        bound: Bound { per_byte: 0, fixed: SMALL },
    }
}

/// An append as a server receives it: chunk and epoch, against what it has stored.
#[must_use]
pub fn append() -> Decoder {
    Decoder {
        name: "append",
        good: corpus::chunks(),
        seal: seal_chunk,
        read: Box::new(|bytes| {
            let Ok(chunk) = Chunk::decode(bytes) else { return false };
            let append = Append::chunk(chunk.epoch(), chunk);
            let head = Head { sequence: append.before().sequence, ..Head::genesis(corpus::JOURNAL) };
            for head in [head, append.before(), append.after()] {
                let hash_before = Some(append.before().hash);
                let stored = Stored { head, hash_before, ..Stored::nothing(corpus::JOURNAL) };
                let follows = append.before() == head && append.journal() == corpus::JOURNAL;
                assert!(decide(&stored, &append) != Decision::Store || follows, "{stored:?}");
            }
            true
        }),
        bound: Bound { per_byte: 2, fixed: SMALL },
    }
}

/// A server's answer as JSON, and what a replica makes of it.
#[must_use]
pub fn answer() -> Decoder {
    let json = |answer: &Answer| serde_json::to_vec(answer).expect("an answer is written");
    Decoder {
        name: "answer",
        good: corpus::answers().iter().map(json).collect(),
        seal: |_| (),
        read: Box::new(|bytes| {
            let Ok(answer) = serde_json::from_slice::<Answer>(bytes) else { return false };
            answered(&answer);
            true
        }),
        // A head takes less room than its JSON; while a list grows, its old place is held too.
        bound: Bound { per_byte: 6, fixed: SMALL },
    }
}

/// Gives an answer to whatever a replica asks, a few times over.
fn answered(answer: &Answer) {
    let local = Head { sequence: 30, ..Head::genesis(corpus::JOURNAL) };
    let mut replica = Replica::new(corpus::JOURNAL, 2, local, Timing::default());
    replica.switch_on();
    for second in (0..400).step_by(50) {
        let now = Duration::from_secs(second);
        match replica.next(now) {
            Step::Ask { attempt } | Step::Send { attempt, .. } | Step::Claim { attempt, .. } => {
                replica.answered(attempt, answer.clone(), now);
            }
            Step::Compare { attempt, holding } => {
                let own = |sequence| (sequence % 3 == 0).then_some(holding.head.hash);
                replica.compared(attempt, holding.newest_common(corpus::JOURNAL, own), now);
            }
            Step::Wait { .. } | Step::Rest => {}
        }
        assert!(replica.status().not_yet <= local.sequence, "no more can be missing than there is");
    }
}

/// A command as the page hands it to the worker.
#[must_use]
pub fn frame() -> Decoder {
    let frame = |command: &Command| postcard::to_allocvec(command).expect("a command is written");
    Decoder {
        name: "frame",
        good: corpus::commands().iter().map(frame).collect(),
        seal: |_| (),
        read: Box::new(|bytes| {
            let Ok(command) = postcard::from_bytes::<Command>(bytes) else { return false };
            let again = postcard::to_allocvec(&command).map(|bytes| postcard::from_bytes(&bytes));
            assert_eq!(again, Ok(Ok(command)), "a command comes back");
            true
        }),
        // Whatever length a list claims, serde sets aside at most 1 MiB before it has read its entries.
        bound: Bound { per_byte: 64, fixed: (1 << 20) + SMALL },
    }
}

/// A line of `outcry exec`.
#[must_use]
pub fn json_line() -> Decoder {
    let exchange = corpus::market();
    Decoder {
        name: "json_line",
        good: corpus::LINES.iter().map(|line| line.as_bytes().to_vec()).collect(),
        seal: |_| (),
        read: Box::new(move |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            outcry_api::parse(text, &exchange).is_ok()
        }),
        // `[[],[],...` is the worst: a value of JSON for every three bytes, and twice that while a list grows; every
        // unknown field is told.
        bound: Bound { per_byte: 160, fixed: SMALL },
    }
}

/// A file of orders.
#[must_use]
pub fn orders_csv() -> Decoder {
    let exchange = corpus::market();
    Decoder {
        name: "orders_csv",
        good: corpus::ORDERS.iter().map(|file| file.as_bytes().to_vec()).collect(),
        seal: |_| (),
        read: Box::new(move |bytes| {
            let choices = [Duplicates::Reject, Duplicates::Skip, Duplicates::Overwrite];
            let duplicates = choices[bytes.len() % choices.len()];
            let options = Options { account: AccountId::new(1), view: View::Book, duplicates };
            check(bytes, &exchange, options).is_ok()
        }),
        // A row is at least nine bytes and becomes a planned order, its id remembered; the first errors of many are kept.
        bound: Bound { per_byte: 64, fixed: 64 << 10 },
    }
}

/// The two files of a LOBSTER recording.
#[must_use]
pub fn lobster() -> Decoder {
    let both = |(messages, book): &(&str, &str)| [messages.as_bytes(), &[BETWEEN], book.as_bytes()].concat();
    let symbol = Symbol::new("TEST").expect("a symbol");
    Decoder {
        name: "lobster",
        good: corpus::RECORDINGS.iter().map(both).collect(),
        seal: |_| (),
        read: Box::new(move |bytes| {
            let middle = bytes.iter().position(|&byte| byte == BETWEEN).unwrap_or(bytes.len());
            let (messages, book) =
                (bytes[..middle].to_vec(), bytes.get(middle + 1..).unwrap_or_default().to_vec());
            Recording::read(symbol, Timestamp::from_nanos(1), 2, messages, book).is_ok()
        }),
        bound: Bound { per_byte: 2, fixed: SMALL },
    }
}

/// The name of a LOBSTER file, and the id of a journal.
#[must_use]
pub fn name() -> Decoder {
    let journal = corpus::JOURNAL.to_string();
    Decoder {
        name: "name",
        good: corpus::NAMES
            .into_iter()
            .chain([journal.as_str()])
            .map(|name| name.as_bytes().to_vec())
            .collect(),
        seal: |_| (),
        read: Box::new(|bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            FileName::parse(text).is_some() || text.parse::<JournalId>().is_ok()
        }),
        bound: Bound { per_byte: 4, fixed: SMALL },
    }
}

/// Sets the length of the body to what is there, and the checksum.
fn seal_chunk(bytes: &mut [u8]) {
    let Some(body) = bytes.len().checked_sub(BODY + TRAILER) else { return };
    let body = u32::try_from(body).unwrap_or(u32::MAX);
    bytes[BODY_LENGTH..BODY].copy_from_slice(&body.to_le_bytes());
    seal_end(bytes, 0);
}

/// As [`seal_chunk`], of the first chunk of a history: also journal, sequence and the hash after it.
fn seal_history(bytes: &mut [u8]) {
    let Some(end) = bytes.len().checked_sub(TRAILER).filter(|&end| end >= BODY) else { return };
    bytes[10..26].copy_from_slice(&corpus::JOURNAL.to_bytes());
    bytes[34..42].copy_from_slice(&1_u64.to_le_bytes());
    bytes[70..BODY_LENGTH].copy_from_slice(&Head::genesis(corpus::JOURNAL).hash.to_bytes());
    let mut history = History::new(corpus::JOURNAL);
    history.extend(1, &bytes[BODY..end]);
    bytes[end..end + 32].copy_from_slice(&history.head().hash.to_bytes());
    seal_chunk(bytes);
}

/// Sets the length of the exchange to what is there behind the marks, and the checksum.
fn seal_snapshot(bytes: &mut [u8]) {
    let Some(&[a, b, c, d]) = bytes.get(SNAPSHOT_LENGTHS..SNAPSHOT_LENGTHS + 4) else { return };
    let marks = u64::from(u32::from_le_bytes([a, b, c, d])) * 16;
    let frame = SNAPSHOT_HEADER + marks + SNAPSHOT_CHECKSUM as u64;
    let Some(exchange) = (bytes.len() as u64).checked_sub(frame) else { return };
    bytes[SNAPSHOT_LENGTHS + 4..SNAPSHOT_LENGTHS + 12].copy_from_slice(&exchange.to_le_bytes());
    let end = bytes.len() - SNAPSHOT_CHECKSUM;
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum);
}

/// Sets the checksums of the header and of every chunk whose length fits.
fn seal_file(bytes: &mut [u8]) {
    let Some(&[low, high]) = bytes.get(NAME_LENGTH..NAME) else { return };
    let mut end = NAME + usize::from(u16::from_le_bytes([low, high])) + CHECKSUM;
    let mut start = 0;
    while end <= bytes.len() {
        seal_end(&mut bytes[..end], start);
        start = end;
        let Some(&[a, b, c, d]) = bytes.get(start + BODY_LENGTH..start + BODY) else { return };
        end = start
            + BODY
            + TRAILER
            + usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX >> 1);
    }
}

/// Sets the length of the exchange to what is there, and the checksum.
fn seal_snapshot(bytes: &mut [u8]) {
    const MARKS: usize = 10;
    const STATE_LENGTH: usize = 14;
    const HEADER: usize = 206;
    const MARK: usize = 16;
    const SUM: usize = 32;
    let Some(state) = bytes.len().checked_sub(HEADER + SUM) else { return };
    let marks =
        bytes[MARKS..STATE_LENGTH].iter().rev().fold(0, |count, &byte| count << 8 | usize::from(byte));
    let state = state.saturating_sub(marks.saturating_mul(MARK)) as u64;
    bytes[STATE_LENGTH..STATE_LENGTH + 8].copy_from_slice(&state.to_le_bytes());
    let end = bytes.len() - SUM;
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum);
}

/// The last bytes are the checksum of those before, from `start`.
fn seal_end(bytes: &mut [u8], start: usize) {
    let end = bytes.len() - CHECKSUM;
    let sum = Sha256::digest(&bytes[start..end]);
    bytes[end..].copy_from_slice(&sum[..CHECKSUM]);
}
