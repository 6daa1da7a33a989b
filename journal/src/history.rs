//! The hash over a whole history, and the head that names it.
//!
//! One SHA-256 runs over the header and then the bytes of every entry from the first. Chunk borders do not enter
//! it, so two stores that cut the same history differently have the same head.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest as _, Sha256};

use crate::hex::hex_bytes;
use crate::{FORMAT_VERSION, JournalError, JournalId};

hex_bytes!(
    /// SHA-256 over a history from its first entry.
    HistoryHash,
    32
);

/// Names a whole prefix of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The last entry covered; 0 before the first.
    pub sequence: u64,
    /// The hash up to and with that entry.
    pub hash: HistoryHash,
}

impl Head {
    /// The head of a journal without entries.
    #[must_use]
    pub fn genesis(journal: JournalId) -> Self {
        History::new(journal).head()
    }
}

/// The running hash of a history.
#[derive(Clone)]
pub struct History {
    hasher: Sha256,
    sequence: u64,
}

impl History {
    /// Bytes of a saved running hash.
    pub const SAVED_BYTES: usize = 8 + HASHER_BYTES;

    /// The history of a journal without entries.
    #[must_use]
    pub fn new(journal: JournalId) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"OUTCRY JOURNAL");
        hasher.update(FORMAT_VERSION.to_le_bytes());
        hasher.update(journal.to_bytes());
        Self { hasher, sequence: 0 }
    }

    /// Appends `entries` entries, given as their bytes.
    pub fn extend(&mut self, entries: u64, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.sequence += entries;
    }

    /// The head so far.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: HistoryHash::from_bytes(self.hasher.clone().finalize().into()) }
    }

    /// The running hash as bytes, so that a snapshot need not hash the history before it again.
    #[must_use]
    pub fn save(&self) -> [u8; Self::SAVED_BYTES] {
        let mut bytes = [0; Self::SAVED_BYTES];
        let (sequence, hasher) = bytes.split_at_mut(8);
        sequence.copy_from_slice(&self.sequence.to_le_bytes());
        hasher.copy_from_slice(&self.hasher.serialize());
        bytes
    }

    /// Reads what [`History::save`] wrote.
    ///
    /// # Errors
    /// [`JournalError::Malformed`] if it cannot be the state of a hash.
    pub fn restore(bytes: &[u8; Self::SAVED_BYTES]) -> Result<Self, JournalError> {
        let (sequence, hasher) = bytes.split_at(8);
        let not_a_state = |_| JournalError::malformed(8, "not a saved running hash");
        let blocks = hasher.get(BLOCKS..BLOCKS + 8).and_then(|blocks| blocks.try_into().ok());
        if blocks.map(u64::from_le_bytes).is_none_or(|blocks| blocks > MOST_BLOCKS) {
            return Err(JournalError::malformed(8 + BLOCKS, "a saved hash of more bytes than can be"));
        }
        let state: SerializedState<Sha256> = <[u8; HASHER_BYTES]>::try_from(hasher)
            .map_err(|_| JournalError::malformed(8, "a saved running hash has another length"))?
            .into();
        let hasher = Sha256::deserialize(&state).map_err(not_a_state)?;
        let mut number = [0; 8];
        number.copy_from_slice(sequence);
        Ok(Self { hasher, sequence: u64::from_le_bytes(number) })
    }
}

/// Eight words of state and the number of blocks, then the block being filled.
const HASHER_BYTES: usize = 40 + 64;
/// Where the number of blocks is.
const BLOCKS: usize = 32;
/// More than any history has, and few enough that the hash can count their bits in 64.
const MOST_BLOCKS: u64 = 1 << 50;

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("History").field(&self.head()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_do_not_enter_the_hash() {
        let id = JournalId::from_bytes([7; 16]);
        let mut whole = History::new(id);
        whole.extend(3, b"abcdef");
        let mut parts = History::new(id);
        parts.extend(1, b"ab");
        parts.extend(2, b"cdef");
        assert_eq!(whole.head(), parts.head());
        assert_ne!(Head::genesis(id), Head::genesis(JournalId::from_bytes([8; 16])));
    }

    #[test]
    fn a_saved_hash_goes_on() {
        let bytes = [5; 300];
        for cut in 0..=bytes.len() {
            let mut history = History::new(JournalId::from_bytes([1; 16]));
            history.extend(1, &bytes[..cut]);
            let mut restored = History::restore(&history.save()).unwrap();
            history.extend(1, &bytes[cut..]);
            restored.extend(1, &bytes[cut..]);
            assert_eq!(history.head(), restored.head());
        }
        assert!(History::restore(&[0xff; History::SAVED_BYTES]).is_err());
    }

    /// Found by fuzzing: a count of blocks whose bits cannot be counted made the hash panic, or wrap.
    #[test]
    fn a_saved_hash_of_too_many_bytes_is_refused() {
        let mut history = History::new(JournalId::from_bytes([1; 16]));
        history.extend(1, &[5; 300]);
        let place = 8 + BLOCKS;
        for (blocks, good) in [(1 << 50, true), ((1 << 50) + 1, false), (1 << 55, false), (u64::MAX, false)] {
            let mut saved = history.save();
            saved[place..place + 8].copy_from_slice(&u64::to_le_bytes(blocks));
            let restored = History::restore(&saved);
            assert_eq!(restored.is_ok(), good, "{blocks}");
            match restored {
                Ok(restored) => _ = restored.head(),
                Err(error) => assert!(error.to_string().starts_with("malformed at byte 40: "), "{error}"),
            }
        }
    }
}
