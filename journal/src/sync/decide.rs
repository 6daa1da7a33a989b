//! The server's side: what to do with an append.

use crate::sync::Append;
use crate::{Head, HistoryHash, JournalId};

/// What the server has stored, as far as one append needs it. Read in the transaction that will store the append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The journal.
    pub journal: JournalId,
    /// The highest epoch accepted; 0 before the first.
    pub epoch: u64,
    /// The end of the stored history.
    pub head: Head,
    /// The hash at the sequence of [`Append::before`], if a stored chunk ends there.
    pub hash_before: Option<HistoryHash>,
    /// The hash at the sequence of [`Append::after`], if a stored chunk ends there.
    pub hash_after: Option<HistoryHash>,
}

impl Stored {
    /// Nothing is stored of this journal.
    #[must_use]
    pub fn nothing(journal: JournalId) -> Self {
        Self { journal, epoch: 0, head: Head::genesis(journal), hash_before: None, hash_after: None }
    }

    /// The hash at a sequence: looked up, or known anyway.
    fn hash(&self, sequence: u64, looked_up: Option<HistoryHash>) -> Option<HistoryHash> {
        if sequence == self.head.sequence {
            Some(self.head.hash)
        } else if sequence > self.head.sequence {
            None
        } else if sequence == 0 {
            Some(Head::genesis(self.journal).hash)
        } else {
            looked_up
        }
    }
}

/// What to do with an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It continues the stored history: execute, compare the digest, store it and its epoch together.
    Store,
    /// All of it is stored already: an identical resend. Nothing changes.
    AlreadyStored,
    /// It does not begin where the stored history ends.
    Gap,
    /// It belongs to another history of the same journal.
    Diverged,
    /// Its writer's epoch is over.
    StaleEpoch,
}

/// Decides on an append. Checked in this order: a repeat, the epoch, the history. One of another journal is another
/// history.
///
/// A repeat is recognised first, whatever its epoch: the writer that lost its epoch after the server stored, but
/// before it heard of it, still learns the truth.
#[must_use]
pub fn decide(stored: &Stored, append: &Append) -> Decision {
    if append.journal() != stored.journal {
        return Decision::Diverged;
    }
    let (before, after) = (append.before(), append.after());
    let known_before = stored.hash(before.sequence, stored.hash_before);
    let known_after = stored.hash(after.sequence, stored.hash_after);
    let is_claim = append.stores().is_none();

    if !is_claim && known_after == Some(after.hash) {
        return Decision::AlreadyStored;
    }
    if append.epoch() < stored.epoch {
        return Decision::StaleEpoch;
    }
    if known_before.is_some_and(|hash| hash != before.hash)
        || known_after.is_some_and(|hash| hash != after.hash)
    {
        return Decision::Diverged;
    }
    if before != stored.head {
        return Decision::Gap;
    }
    if is_claim && append.epoch() == stored.epoch {
        return Decision::AlreadyStored;
    }
    Decision::Store
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNAL: JournalId = JournalId::from_bytes([1; 16]);

    fn head(sequence: u64, history: u8) -> Head {
        Head { sequence, hash: HistoryHash::from_bytes([history; 32]) }
    }

    /// A server that has entries 1 to 20 of history 7 in epoch 3.
    fn stored() -> Stored {
        Stored { journal: JOURNAL, epoch: 3, head: head(20, 7), hash_before: None, hash_after: None }
    }

    #[test]
    fn a_claim_needs_the_servers_own_head_and_a_higher_epoch() {
        let claim = |epoch, at| decide(&stored(), &Append::claim(JOURNAL, epoch, at));
        assert_eq!(claim(4, head(20, 7)), Decision::Store);
        assert_eq!(claim(3, head(20, 7)), Decision::AlreadyStored);
        assert_eq!(claim(2, head(20, 7)), Decision::StaleEpoch);
        assert_eq!(claim(4, head(20, 8)), Decision::Diverged);
        assert_eq!(claim(4, head(21, 7)), Decision::Gap);
        assert_eq!(claim(4, head(19, 7)), Decision::Gap);
        assert_eq!(claim(4, head(0, 7)), Decision::Diverged, "the beginning is known without a look-up");
        assert_eq!(claim(4, Head::genesis(JOURNAL)), Decision::Gap);
    }

    #[test]
    fn an_unknown_journal_takes_its_beginning_only() {
        let nothing = Stored::nothing(JOURNAL);
        assert_eq!(decide(&nothing, &Append::claim(JOURNAL, 1, Head::genesis(JOURNAL))), Decision::Store);
        assert_eq!(decide(&nothing, &Append::claim(JOURNAL, 1, head(5, 7))), Decision::Gap);
        let other = JournalId::from_bytes([2; 16]);
        assert_eq!(decide(&nothing, &Append::claim(other, 1, Head::genesis(other))), Decision::Diverged);
    }
}
