//! Snapshots: an exchange with what its host must know to go on, so that a start need not replay the whole history.
//!
//! A snapshot is a cache. It stands for the entries up to its [head](Snapshot::head) and gives the same host as their
//! replay; whatever is wrong with one is found when it is read, and the history is replayed instead. It carries
//! the exchange in its serde form, which belongs to one release: a snapshot of another format version is not read.
//!
//! Read strictly, from outside in: length and SHA-256 of the bytes, then the exchange, whose digest is computed anew, and
//! last what must agree between both. Against damage and faults of programs, not against an adversary.

use std::collections::BTreeMap;

use outcry_engine::{Digest, Exchange, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::bytes::Reader;
use crate::entry::Context;
use crate::limits::MAX_ORIGINS;
use crate::{Head, History, JournalError, JournalId};

/// The version of the format that is written, and the only one that is read.
pub const SNAPSHOT_VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"OUTCRYSN";
/// All before the marks: magic, version, lengths, then what the host knows.
const HEADER: usize = 8 + 2 + 4 + 8 + 16 + 8 + 8 + 24 + History::SAVED_BYTES + 16;
/// Where the lengths stand, of the marks and of the exchange.
const LENGTHS: usize = 8 + 2;
/// Where the running hash of the history stands.
const HISTORY: usize = HEADER - 16 - History::SAVED_BYTES;
/// Bytes of the high-water mark of one origin.
const MARK: usize = 16;
/// SHA-256 of all before it.
const CHECKSUM: usize = 32;

/// Why bytes are not a snapshot that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// The bytes end too early.
    #[error("the snapshot is cut off: {needed} bytes are needed, {have} are there")]
    Truncated {
        /// Bytes needed.
        needed: u64,
        /// Bytes that are there.
        have: u64,
    },
    /// The bytes do not begin like a snapshot.
    #[error("not an Outcry snapshot")]
    NotASnapshot,
    /// Written by another release.
    #[error("snapshot format {found} is not {supported}, the one this release reads")]
    OtherVersion {
        /// Given.
        found: u16,
        /// The one that can be read.
        supported: u16,
    },
    /// The checksum does not match: bytes were changed.
    #[error("the snapshot is damaged: its checksum does not match")]
    Damaged,
    /// The checksum matches and the content makes no sense: written by a faulty program.
    #[error("the snapshot is {0}")]
    Malformed(#[from] JournalError),
    /// The exchange that was read is not the one that was written.
    #[error(
        "the snapshot of sequence {sequence} holds another exchange: digest {found} instead of {expected}"
    )]
    WrongState {
        /// The last command it claims to cover.
        sequence: u64,
        /// The writer's.
        expected: Digest,
        /// Of what was read.
        found: Digest,
    },
}

/// What a host knows beside its exchange.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) journal: JournalId,
    pub(crate) epoch: u64,
    pub(crate) last_epoch: u64,
    /// What the next entry is relative to.
    pub(crate) context: Context,
    pub(crate) history: History,
    /// The highest counter of each origin.
    pub(crate) marks: BTreeMap<u64, u64>,
}

/// A snapshot as bytes that were written here, or whose frame was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    bytes: Vec<u8>,
    journal: JournalId,
    head: Head,
    state: Digest,
}

impl Snapshot {
    /// Whose history.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        self.journal
    }

    /// The history it stands for.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Digest of the [whole state](Exchange::state_digest) of its exchange.
    #[must_use]
    pub const fn state_digest(&self) -> Digest {
        self.state
    }

    /// The running hash of the history it stands for, so that what comes after it can be hashed on.
    #[must_use]
    pub fn history(&self) -> History {
        let saved = self.bytes[HISTORY..HISTORY + History::SAVED_BYTES].try_into();
        let saved = saved.expect("the frame of a snapshot was written or checked here");
        History::restore(&saved).expect("its history was written or restored here")
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes down what a host knows and its exchange.
    pub(crate) fn write(standing: &Standing, exchange: &Exchange) -> Self {
        let state = exchange.state_digest();
        Self {
            bytes: encode(standing, state, exchange),
            journal: standing.journal,
            head: standing.history.head(),
            state,
        }
    }

    /// Checks the frame of a snapshot that is all of `bytes`: that it is whole and undamaged. What is in it is checked
    /// by [`Host::from_snapshot`](crate::Host::from_snapshot).
    ///
    /// # Errors
    /// [`SnapshotError`], but for [`SnapshotError::WrongState`].
    pub fn decode(bytes: Vec<u8>) -> Result<Self, SnapshotError> {
        let frame = Frame::read(&bytes)?;
        let (journal, head, state) = (frame.standing.journal, frame.standing.history.head(), frame.state);
        Ok(Self { bytes, journal, head, state })
    }
}

/// The bytes of a snapshot of any exchange-like thing: the exchange itself, but for tests.
fn encode(standing: &Standing, digest: Digest, exchange: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + standing.marks.len() * MARK + CHECKSUM);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&SNAPSHOT_VERSION.to_le_bytes());
    out.extend_from_slice(&(standing.marks.len() as u32).to_le_bytes());
    out.extend_from_slice(&0_u64.to_le_bytes());
    out.extend_from_slice(&standing.journal.to_bytes());
    out.extend_from_slice(&standing.epoch.to_le_bytes());
    out.extend_from_slice(&standing.last_epoch.to_le_bytes());
    out.extend_from_slice(&standing.context.at.nanos().to_le_bytes());
    out.extend_from_slice(&standing.context.origin.to_le_bytes());
    out.extend_from_slice(&standing.context.counter.to_le_bytes());
    out.extend_from_slice(&standing.history.save());
    out.extend_from_slice(&digest.to_bytes());
    debug_assert_eq!(out.len(), HEADER);
    for (origin, mark) in &standing.marks {
        out.extend_from_slice(&origin.to_le_bytes());
        out.extend_from_slice(&mark.to_le_bytes());
    }
    let start = out.len();
    let mut out =
        postcard::to_extend(exchange, out).expect("memory takes what is written, and all of it has a form");
    let len = (out.len() - start) as u64;
    out[LENGTHS + 4..LENGTHS + 12].copy_from_slice(&len.to_le_bytes());
    let checksum = Sha256::digest(&out);
    out.extend_from_slice(&checksum);
    out
}

/// Reads a snapshot, whole.
///
/// # Errors
/// [`SnapshotError`].
pub(crate) fn read(bytes: &[u8]) -> Result<(Standing, Exchange), SnapshotError> {
    let Frame { standing, state, at, exchange } = Frame::read(bytes)?;
    let exchange: Exchange = take_state(exchange, at)?;
    let found = exchange.state_digest();
    if found != state {
        let sequence = standing.history.head().sequence;
        return Err(SnapshotError::WrongState { sequence, expected: state, found });
    }
    if exchange.sequence() != standing.history.head().sequence || exchange.now() != standing.context.at {
        return Err(JournalError::malformed(at, "of one history with the exchange of another").into());
    }
    Ok((standing, exchange))
}

/// The exchange, or what a test has in its place, that is all of `bytes`.
fn take_state<'a, T: Deserialize<'a>>(bytes: &'a [u8], at: usize) -> Result<T, SnapshotError> {
    let (state, rest) = postcard::take_from_bytes(bytes)
        .map_err(|e| JournalError::malformed(at, format_args!("an exchange that cannot be read: {e}")))?;
    if !rest.is_empty() {
        return Err(
            JournalError::malformed(at + bytes.len() - rest.len(), "more bytes after the exchange").into()
        );
    }
    Ok(state)
}

/// A snapshot whose bytes are whole and undamaged, with its exchange still to be read.
struct Frame<'a> {
    standing: Standing,
    /// Digest of the state of the exchange as it was written.
    state: Digest,
    /// Where the exchange begins.
    at: usize,
    exchange: &'a [u8],
}

impl<'a> Frame<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, SnapshotError> {
        let len = whole_length(bytes)?;
        if bytes.len() > len {
            return Err(JournalError::malformed(len, "more bytes after the snapshot").into());
        }
        let (content, sum) = bytes.split_at(len - CHECKSUM);
        if Sha256::digest(content).as_slice() != sum {
            return Err(SnapshotError::Damaged);
        }
        let mut from = Reader::new(content, 0);
        from.take(LENGTHS)?;
        let count = from.u32()?;
        from.u64()?;
        let journal = JournalId::from_bytes(from.array()?);
        let (epoch, last_epoch) = (from.u64()?, from.u64()?);
        let at = Timestamp::from_nanos(from.u64()?);
        let context = Context { at, origin: from.u64()?, counter: from.u64()? };
        let history = History::restore(&from.array()?)?;
        let state = Digest::from_bytes(from.array()?);
        let mut marks = BTreeMap::new();
        for _ in 0..count {
            let start = from;
            let (origin, mark) = (from.u64()?, from.u64()?);
            if mark == 0 || marks.last_key_value().is_some_and(|(&last, _)| last >= origin) {
                return Err(start.malformed("marks that are not in the order of their origins").into());
            }
            marks.insert(origin, mark);
        }
        let last = marks.get(&context.origin).copied().unwrap_or(0);
        if last != context.counter || last_epoch > epoch {
            return Err(from.malformed("of a last entry that its marks or epochs do not know").into());
        }
        let standing = Standing { journal, epoch, last_epoch, context, history, marks };
        let at = from.position();
        Ok(Self { standing, state, at, exchange: &content[at..] })
    }
}

/// The length of a snapshot, as its header says.
fn whole_length(bytes: &[u8]) -> Result<usize, SnapshotError> {
    let cut_off = |needed: u64| SnapshotError::Truncated { needed, have: bytes.len() as u64 };
    if bytes.iter().zip(MAGIC).any(|(found, expected)| found != expected) {
        return Err(SnapshotError::NotASnapshot);
    }
    let Some(version) = bytes.get(MAGIC.len()..LENGTHS) else { return Err(cut_off(LENGTHS as u64)) };
    let found = u16::from_le_bytes([version[0], version[1]]);
    if found != SNAPSHOT_VERSION {
        return Err(SnapshotError::OtherVersion { found, supported: SNAPSHOT_VERSION });
    }
    let Some(lengths) = bytes.get(LENGTHS..HEADER) else { return Err(cut_off(HEADER as u64)) };
    let mut lengths = Reader::new(lengths, LENGTHS);
    let (marks, state) = (lengths.u32()?, lengths.u64()?);
    if u64::from(marks) > MAX_ORIGINS as u64 {
        let what =
            format_args!("a snapshot of {marks} origins, at most {MAX_ORIGINS} are allowed").to_string();
        return Err(JournalError::malformed(LENGTHS, what).into());
    }
    let needed = (HEADER as u64 + u64::from(marks) * MARK as u64 + CHECKSUM as u64).saturating_add(state);
    if (bytes.len() as u64) < needed {
        return Err(cut_off(needed));
    }
    // Not above the length of what is there.
    Ok(needed as usize)
}
