//! The messages between a replica and a server.

use serde::{Deserialize, Serialize};

use crate::{Chunk, Head, HistoryHash, JournalId};

/// A writer's request: hold its epoch, and store its next chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    epoch: u64,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Chunk(Chunk),
    Claim { journal: JournalId, at: Head },
}

impl Append {
    /// Asks to store a chunk. `epoch` is the sending device's at this server ([module](crate::sync)), which is not
    /// that in the chunk.
    #[must_use]
    pub const fn chunk(epoch: u64, chunk: Chunk) -> Self {
        Self { epoch, content: Content::Chunk(chunk) }
    }

    /// Claims the epoch without storing anything: from now on, earlier writers are refused. `at` is the server's
    /// own head, to which the claimant's history agrees.
    #[must_use]
    pub const fn claim(journal: JournalId, epoch: u64, at: Head) -> Self {
        Self { epoch, content: Content::Claim { journal, at } }
    }

    /// Whose history.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        match &self.content {
            Content::Chunk(chunk) => chunk.journal(),
            Content::Claim { journal, .. } => *journal,
        }
    }

    /// The sending device's epoch at this server.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The history that it continues.
    #[must_use]
    pub const fn before(&self) -> Head {
        match &self.content {
            Content::Chunk(chunk) => chunk.before(),
            Content::Claim { at, .. } => *at,
        }
    }

    /// The history once it is stored.
    #[must_use]
    pub const fn after(&self) -> Head {
        match &self.content {
            Content::Chunk(chunk) => chunk.after(),
            Content::Claim { at, .. } => *at,
        }
    }

    /// What is to be stored; `None` for a claim.
    #[must_use]
    pub const fn stores(&self) -> Option<&Chunk> {
        match &self.content {
            Content::Chunk(chunk) => Some(chunk),
            Content::Claim { .. } => None,
        }
    }
}

/// What a server has of a journal. Of one it does not know: epoch 0 and the head without entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The highest epoch it has accepted.
    pub epoch: u64,
    /// The end of its history.
    pub head: Head,
    /// Some of the chunk borders before its head, newest first, from which a replica finds where histories part.
    pub borders: Vec<Head>,
}

/// Borders that are given one by one before they thin out.
const NEAR_BORDERS: usize = 8;

impl Holding {
    /// What there is of a journal that nobody has stored anything of.
    #[must_use]
    pub fn nothing(journal: JournalId) -> Self {
        Self { epoch: 0, head: Head::genesis(journal), borders: Vec::new() }
    }

    /// Thins out all borders before the head, given newest first, to the last few and then ever larger steps.
    #[must_use]
    pub fn new(epoch: u64, head: Head, borders_newest_first: impl IntoIterator<Item = Head>) -> Self {
        let borders = borders_newest_first
            .into_iter()
            .enumerate()
            .filter(|&(index, _)| index < NEAR_BORDERS || index.is_power_of_two())
            .map(|(_, border)| border)
            .collect();
        Self { epoch, head, borders }
    }

    /// The newest of its heads that is in another history too, which is given as its hash at a sequence (`None`
    /// where it has none). Two histories of one journal always have the beginning in common.
    #[must_use]
    pub fn newest_common(&self, journal: JournalId, mut own: impl FnMut(u64) -> Option<HistoryHash>) -> Head {
        std::iter::once(&self.head)
            .chain(&self.borders)
            .copied()
            .find(|head| own(head.sequence) == Some(head.hash))
            .unwrap_or_else(|| Head::genesis(journal))
    }
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The append is stored, now or before: the history up to this head, which is that after the append.
    Stored(Head),
    /// What the server holds: asked for, or the reason why it did not store an append.
    Holds(Holding),
    /// It will never store this append.
    Refused {
        /// Why, for people.
        message: String,
    },
}
