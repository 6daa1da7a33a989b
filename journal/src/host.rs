//! The host of an exchange: executes commands once, keeps their history, and replays it.
//!
//! It is the one writer. What it executed since the last cut waits in memory as encoded entries until
//! [`Host::cut`] takes it away to be stored. Nothing here knows where that is.

use std::collections::{BTreeMap, VecDeque};

use outcry_engine::{Command, Event, Exchange, Receipt, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::Context;
use crate::limits::{MAX_CHUNK_BODY, MAX_ENTRY_BYTES, MAX_ORIGINS};
use crate::snapshot::{self, Standing};
use crate::{
    Chunk, CommandId, Entry, Head, History, JournalError, JournalId, Snapshot, SnapshotError, command,
};

/// What became of a submitted command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Submitted {
    /// It was executed; whether it was accepted or rejected is in its events.
    Executed(Receipt),
    /// It, or a later one of the same origin, was executed before; nothing happened.
    Repeated {
        /// The highest counter of this origin that was executed.
        highest: u64,
    },
}

/// What was executed and not yet cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Entries.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// An exchange with its history.
#[derive(Clone, Debug)]
pub struct Host {
    journal: JournalId,
    epoch: u64,
    exchange: Exchange,
    /// The highest counter of each origin. Ordered, so that nothing can depend on a hash.
    marks: BTreeMap<u64, u64>,
    /// The history up to the open chunk, and of the open chunk what was hashed.
    history: History,
    open: Open,
    /// The epoch of the last entry up to the open chunk; epochs never go back.
    last_epoch: u64,
    /// Full chunks that were not yet taken. A queue: they leave in the order in which they came.
    full: VecDeque<Chunk>,
    /// Where a replay differed from what its writer had.
    poisoned: Option<u64>,
}

/// The chunk being written.
#[derive(Clone, Debug)]
struct Open {
    before: Head,
    /// What its first entry is relative to.
    first_context: Context,
    /// What its next entry is relative to.
    context: Context,
    count: u32,
    body: Vec<u8>,
    /// Bytes and entries of it that are in the history.
    hashed: (usize, u32),
}

impl Open {
    fn new(before: Head, context: Context) -> Self {
        Self { before, first_context: context, context, count: 0, body: Vec::new(), hashed: (0, 0) }
    }

    /// Hashes what was not yet.
    fn hash_into(&self, history: &mut History) {
        let (bytes, entries) = self.hashed;
        history.extend(u64::from(self.count - entries), &self.body[bytes..]);
    }
}

/// Bytes that gather before they are hashed: few enough for [`Host::head`] to be cheap at any time.
const HASH_BATCH: usize = 4096;

impl Host {
    /// A new exchange, written in `epoch`. To continue a stored one, [apply](Host::apply) its chunks.
    #[must_use]
    pub fn new(journal: JournalId, epoch: u64) -> Self {
        let history = History::new(journal);
        let open = Open::new(history.head(), Context::default());
        Self {
            journal,
            epoch,
            exchange: Exchange::new(),
            marks: BTreeMap::new(),
            history,
            open,
            last_epoch: 0,
            full: VecDeque::new(),
            poisoned: None,
        }
    }

    /// What it has become: everything up to [`Host::head`], what is pending included. To be stored once that is.
    ///
    /// # Errors
    /// [`JournalError::Poisoned`].
    pub fn snapshot(&self) -> Result<Snapshot, JournalError> {
        self.check_sound()?;
        let mut history = self.history.clone();
        self.open.hash_into(&mut history);
        let standing = Standing {
            journal: self.journal,
            epoch: self.epoch,
            last_epoch: self.current_epoch(),
            context: self.open.context,
            history,
            marks: self.marks.clone(),
        };
        Ok(Snapshot::write(&standing, &self.exchange))
    }

    /// The host that wrote a snapshot, with nothing pending. It goes on with the chunks after [`Host::head`], or with
    /// new commands after [`Host::begin_epoch`].
    ///
    /// # Errors
    /// [`SnapshotError`]: replay the history instead.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (standing, exchange) = snapshot::read(bytes)?;
        Ok(Self {
            journal: standing.journal,
            epoch: standing.epoch,
            exchange,
            marks: standing.marks,
            open: Open::new(standing.history.head(), standing.context),
            history: standing.history,
            last_epoch: standing.last_epoch,
            full: VecDeque::new(),
            poisoned: None,
        })
    }

    /// The epoch of the last entry.
    fn current_epoch(&self) -> u64 {
        if self.open.count > 0 { self.epoch } else { self.last_epoch }
    }

    /// The journal's id.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        self.journal
    }

    /// The epoch in which it writes: the highest that it was given or has applied.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The exchange.
    #[must_use]
    pub const fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// The history so far, what is pending included.
    #[must_use]
    pub fn head(&self) -> Head {
        self.history().head()
    }

    /// The running hash of the history so far, what is pending included.
    #[must_use]
    pub fn history(&self) -> History {
        let mut history = self.history.clone();
        self.open.hash_into(&mut history);
        history
    }

    /// The counter of this origin's next command.
    #[must_use]
    pub fn next_counter(&self, origin: u64) -> u64 {
        self.mark(origin).saturating_add(1)
    }

    fn mark(&self, origin: u64) -> u64 {
        self.marks.get(&origin).copied().unwrap_or(0)
    }

    /// Writes in a new epoch from now.
    ///
    /// # Errors
    /// [`JournalError::StaleEpoch`] unless it is higher than the one before.
    pub fn begin_epoch(&mut self, epoch: u64) -> Result<(), JournalError> {
        if epoch <= self.epoch {
            return Err(JournalError::StaleEpoch { current: self.epoch, found: epoch });
        }
        self.close();
        self.epoch = epoch;
        Ok(())
    }

    /// Executes a command, unless it was before, and appends its events. A rejected command is an entry too.
    ///
    /// # Errors
    /// [`JournalError::TooManyOrigins`] if the id is of a new origin and there are [`MAX_ORIGINS`];
    /// [`JournalError::TooManyQuotes`]; [`JournalError::Poisoned`]. Nothing was executed then.
    pub fn submit(
        &mut self,
        at: Timestamp,
        id: CommandId,
        command: &Command,
        events: &mut Vec<Event>,
    ) -> Result<Submitted, JournalError> {
        self.check_sound()?;
        command::check(command)?;
        match self.marks.get_mut(&id.origin) {
            Some(mark) if id.counter <= *mark => return Ok(Submitted::Repeated { highest: *mark }),
            Some(mark) => *mark = id.counter,
            None if id.counter == 0 => return Ok(Submitted::Repeated { highest: 0 }),
            None => {
                if self.marks.len() >= MAX_ORIGINS {
                    return Err(too_many_origins());
                }
                self.marks.insert(id.origin, id.counter);
            }
        }
        if self.open.body.len() + MAX_ENTRY_BYTES > MAX_CHUNK_BODY {
            self.close();
        }
        let receipt = self.exchange.execute(at, command, events);
        let open = &mut self.open;
        open.context.put(&mut open.body, receipt.at, id, command);
        open.context = Context { at: receipt.at, origin: id.origin, counter: id.counter };
        open.count += 1;
        if open.body.len() - open.hashed.0 >= HASH_BATCH {
            open.hash_into(&mut self.history);
            open.hashed = (open.body.len(), open.count);
        }
        Ok(Submitted::Executed(receipt))
    }

    /// What the next [cuts](Host::cut) will take.
    #[must_use]
    pub fn pending(&self) -> Pending {
        let open = Pending { entries: self.open.count.into(), bytes: self.open.body.len() as u64 };
        self.full.iter().fold(open, |sum, chunk| Pending {
            entries: sum.entries + u64::from(chunk.count()),
            bytes: sum.bytes + chunk.body().len() as u64,
        })
    }

    /// Takes what was executed since the last cut, or `None` if that is nothing. After more than
    /// [`MAX_CHUNK_BODY`] bytes of entries it takes the first part; cut until nothing comes.
    pub fn cut(&mut self) -> Option<Chunk> {
        if self.full.is_empty() {
            self.close();
        }
        self.full.pop_front()
    }

    /// Moves the open chunk, if it has entries, to the full ones.
    fn close(&mut self) {
        if self.open.count == 0 {
            return;
        }
        self.open.hash_into(&mut self.history);
        let after = self.history.head();
        self.last_epoch = self.epoch;
        let next = Open::new(after, self.open.context);
        let open = std::mem::replace(&mut self.open, next);
        self.full.push_back(Chunk {
            journal: self.journal,
            epoch: self.epoch,
            count: open.count,
            context: open.first_context,
            before: open.before,
            body: open.body,
            hash_after: after.hash,
            digest: self.exchange.digest(),
        });
    }

    /// Executes a stored or received chunk that continues this history, and hands every entry with its events to
    /// `visit`, so that projections can be rebuilt in the same pass. What was applied is not pending.
    ///
    /// All that can be checked without executing is checked first; then the digests are compared.
    ///
    /// # Errors
    /// [`JournalError::WrongJournal`], [`JournalError::Gap`], [`JournalError::Diverged`] (the hash before or after
    /// it), [`JournalError::StaleEpoch`], [`JournalError::Malformed`], [`JournalError::TooManyOrigins`]: nothing
    /// was executed. [`JournalError::DigestMismatch`]: it was executed, and the host is poisoned: it refuses all
    /// that would execute more, because its exchange is not the one whose history it has.
    pub fn apply(
        &mut self,
        chunk: &Chunk,
        mut visit: impl FnMut(&Entry, Receipt, &[Event]),
    ) -> Result<(), JournalError> {
        self.check_sound()?;
        let mut history = self.history.clone();
        self.open.hash_into(&mut history);
        chunk.check_follows(self.journal, history.head())?;
        let last_epoch = self.current_epoch();
        if chunk.epoch() < last_epoch {
            return Err(JournalError::StaleEpoch { current: last_epoch, found: chunk.epoch() });
        }
        let checked = self.check_entries(chunk)?;
        history.extend(chunk.count().into(), chunk.body());
        if history.head() != chunk.after() {
            return Err(JournalError::Diverged { sequence: chunk.last_sequence() });
        }

        self.close();
        let mut events = Vec::new();
        for entry in chunk.entries() {
            let entry = entry.expect("every entry was read once before");
            events.clear();
            let receipt = self.exchange.execute(entry.at, &entry.command, &mut events);
            visit(&entry, receipt, &events);
        }
        self.marks.extend(checked.marks);
        self.epoch = self.epoch.max(chunk.epoch());
        self.last_epoch = chunk.epoch();
        self.open = Open::new(history.head(), checked.context);
        self.history = history;

        let found = self.exchange.digest();
        if found != chunk.digest() {
            let sequence = chunk.last_sequence();
            self.poisoned = Some(sequence);
            return Err(JournalError::DigestMismatch { sequence, expected: chunk.digest(), found });
        }
        Ok(())
    }

    fn check_entries(&self, chunk: &Chunk) -> Result<Checked, JournalError> {
        let mut entries = chunk.entries();
        if entries.context() != self.open.context {
            return Err(entries.malformed("a context that is not that of the entry before"));
        }
        // Only the origins of this chunk, so that checking a small chunk does not cost a copy of all marks.
        let mut marks = BTreeMap::new();
        let mut origins = self.marks.len();
        while let Some(entry) = entries.next() {
            let Entry { sequence, id, .. } = entry?;
            let mark = match marks.get_mut(&id.origin) {
                Some(mark) => mark,
                None => {
                    let mark = self.mark(id.origin);
                    origins += usize::from(mark == 0);
                    marks.entry(id.origin).or_insert(mark)
                }
            };
            if id.counter <= *mark {
                return Err(
                    entries.malformed(format_args!("entry {sequence} repeats a command of its origin"))
                );
            }
            *mark = id.counter;
        }
        if origins > MAX_ORIGINS {
            return Err(too_many_origins());
        }
        Ok(Checked { marks, context: entries.context() })
    }

    fn check_sound(&self) -> Result<(), JournalError> {
        self.poisoned.map_or(Ok(()), |sequence| Err(JournalError::Poisoned { sequence }))
    }
}

fn too_many_origins() -> JournalError {
    JournalError::TooManyOrigins { limit: MAX_ORIGINS as u64 }
}

/// What is known of a chunk before it is executed.
struct Checked {
    /// The highest counter of each origin in it.
    marks: BTreeMap<u64, u64>,
    /// What the entry after it is relative to.
    context: Context,
}
