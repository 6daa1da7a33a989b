//! What can be wrong with a journal. Each way has its own variant, so that a caller can tell a file cut off from a
//! damaged one, and both from a history that is whole but another.

use outcry_engine::Digest;
use thiserror::Error;

use crate::JournalId;

/// Why bytes are not, or cannot become, part of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JournalError {
    /// The bytes end too early; what is there may be good.
    #[error("cut off: {needed} bytes are needed, {have} are there")]
    Truncated {
        /// Bytes needed from the start of the part.
        needed: u64,
        /// Bytes that are there.
        have: u64,
    },
    /// The bytes do not begin like a journal.
    #[error("not an Outcry journal")]
    NotAJournal,
    /// Written by a newer release.
    #[error("journal format {found} is newer than {supported}, the newest this release reads")]
    NewerVersion {
        /// Given.
        found: u16,
        /// The newest that can be read.
        supported: u16,
    },
    /// The checksum does not match: bytes were changed.
    #[error("damaged: the checksum does not match")]
    Damaged,
    /// A part of another journal.
    #[error("belongs to journal {found}, not to {expected}")]
    WrongJournal {
        /// The journal at hand.
        expected: JournalId,
        /// Given.
        found: JournalId,
    },
    /// Entries are missing, or there already.
    #[error("starts at sequence {found}, the next one is {expected}")]
    Gap {
        /// The next sequence.
        expected: u64,
        /// Given.
        found: u64,
    },
    /// A different history: the hash does not match.
    #[error("another history: the hash at sequence {sequence} does not match")]
    Diverged {
        /// The last sequence that the hash covers.
        sequence: u64,
    },
    /// Written in an epoch that is over.
    #[error("epoch {found} is over, the current one is {current}")]
    StaleEpoch {
        /// The current epoch.
        current: u64,
        /// Given.
        found: u64,
    },
    /// The commands were executed and the exchange is not what the writer had. The host that found out is poisoned.
    #[error("replay differs at sequence {sequence}: digest {found} instead of {expected}")]
    DigestMismatch {
        /// The sequence after which the digests were compared.
        sequence: u64,
        /// The writer's.
        expected: Digest,
        /// Ours.
        found: Digest,
    },
    /// The checksum matches and the content makes no sense: written by a faulty program.
    #[error("malformed at byte {at}: {what}")]
    Malformed {
        /// Where, from the start of the part.
        at: u64,
        /// What is wrong there.
        what: String,
    },
    /// Longer than allowed.
    #[error("{bytes} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Given.
        bytes: u64,
        /// Allowed.
        limit: u64,
    },
    /// A mass quote of more entries than a journal takes. It was not executed.
    #[error("{given} quotes, at most {limit} are allowed")]
    TooManyQuotes {
        /// Given.
        given: u64,
        /// Allowed.
        limit: u64,
    },
    /// A command of one origin more than a journal can have.
    #[error("the journal has commands of {limit} origins, which is the most it can have")]
    TooManyOrigins {
        /// Allowed.
        limit: u64,
    },
    /// An earlier replay differed ([`JournalError::DigestMismatch`]); nothing more can be executed here.
    #[error("stopped, because the replay differed at sequence {sequence}")]
    Poisoned {
        /// Where it differed.
        sequence: u64,
    },
}

impl JournalError {
    pub(crate) fn malformed(at: usize, what: impl ToString) -> Self {
        Self::Malformed { at: at as u64, what: what.to_string() }
    }
}
