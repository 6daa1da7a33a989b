//! Entries: one command with its place, time and id, and their bytes.
//!
//! An entry is written relative to the entry before: the time as what was added, the id only where it is not the
//! next one of the same origin. A typical entry takes 10 to 18 bytes. What "the entry before" was is a [`Context`];
//! every chunk repeats it, so that a chunk can be read alone.

use outcry_engine::{Command, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bytes::{Reader, put_uvarint};
use crate::{CommandId, JournalError, command};

/// One command as it was executed, refused or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the journal, from 1, without gaps.
    pub sequence: u64,
    /// The exchange's time at which it was executed; never goes back.
    pub at: Timestamp,
    /// Its id.
    pub id: CommandId,
    /// What was asked.
    pub command: Command,
}

/// What the next entry is relative to: time and id of the entry before, zeros before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) at: Timestamp,
    pub(crate) origin: u64,
    pub(crate) counter: u64,
}

// The first byte of an entry: the command's tag and these.
/// Eight bytes of origin and a counter follow.
const OTHER_ORIGIN: u8 = 1 << 5;
/// A counter follows, of the same origin, that is not the next one.
const OTHER_COUNTER: u8 = 1 << 6;
/// The nanoseconds since the entry before follow, above zero.
const LATER: u8 = 1 << 7;
const TAG: u8 = OTHER_ORIGIN - 1;

impl Context {
    pub(crate) const fn after(entry: &Entry) -> Self {
        Self { at: entry.at, origin: entry.id.origin, counter: entry.id.counter }
    }

    fn next_counter(&self) -> Option<u64> {
        self.counter.checked_add(1)
    }

    /// Appends the bytes of the entry that follows. Its time is not before that of the context.
    pub(crate) fn put(&self, out: &mut Vec<u8>, at: Timestamp, id: CommandId, command: &Command) {
        let passed = at.nanos() - self.at.nanos();
        let other_origin = id.origin != self.origin;
        let other_counter = !other_origin && Some(id.counter) != self.next_counter();
        let mut first = command::tag(command);
        if other_origin {
            first |= OTHER_ORIGIN;
        }
        if other_counter {
            first |= OTHER_COUNTER;
        }
        if passed > 0 {
            first |= LATER;
        }
        out.push(first);
        if other_origin {
            out.extend_from_slice(&id.origin.to_le_bytes());
        }
        if other_origin || other_counter {
            put_uvarint(out, id.counter);
        }
        if passed > 0 {
            put_uvarint(out, passed);
        }
        command::put(out, command);
    }

    /// Reads the entry that follows.
    pub(crate) fn take(&self, from: &mut Reader<'_>, sequence: u64) -> Result<Entry, JournalError> {
        let start = *from;
        let first = from.u8()?;
        let id = match (first & OTHER_ORIGIN != 0, first & OTHER_COUNTER != 0) {
            (false, false) => {
                let counter =
                    self.next_counter().ok_or_else(|| start.malformed("a counter above 64 bits"))?;
                CommandId { origin: self.origin, counter }
            }
            (false, true) => CommandId { origin: self.origin, counter: from.uvarint()? },
            (true, false) => CommandId { origin: from.u64()?, counter: from.uvarint()? },
            (true, true) => return Err(start.malformed("an entry that names its counter twice")),
        };
        if id.counter == 0 {
            return Err(start.malformed("a command with counter 0"));
        }
        if first & OTHER_ORIGIN != 0 && id.origin == self.origin
            || first & OTHER_COUNTER != 0 && Some(id.counter) == self.next_counter()
        {
            return Err(start.malformed("a command id that is longer than it need be"));
        }
        let passed = if first & LATER == 0 { 0 } else { from.uvarint()? };
        if first & LATER != 0 && passed == 0 {
            return Err(start.malformed("a time that is longer than it need be"));
        }
        let at =
            self.at.nanos().checked_add(passed).ok_or_else(|| start.malformed("a time above 64 bits"))?;
        let command = command::take(first & TAG, from)?;
        Ok(Entry { sequence, at: Timestamp::from_nanos(at), id, command })
    }
}
