//! Chunks: runs of entries as they are stored and sent.
//!
//! A chunk stands alone: it repeats the context of its first entry, names the history before and after it by hash,
//! and carries the digest of the exchange after it, by which a replay proves itself. Neighbours of one epoch join
//! by putting their bodies together, so a store may write small chunks and seal them later.

use outcry_engine::{Digest, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::bytes::Reader;
use crate::entry::Context;
use crate::limits::MAX_CHUNK_BODY;
use crate::{Entry, FORMAT_VERSION, Head, History, HistoryHash, JournalError, JournalId};

const MAGIC: &[u8; 8] = b"OUTCRYCH";
const HEADER: usize = 8 + 2 + 16 + 8 + 8 + 4 + 24 + 32 + 4;
const TRAILER: usize = 32 + 16 + CHECKSUM;
const CHECKSUM: usize = 8;

/// A run of entries of one epoch. Its frame is checked; its entries are when they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub(crate) journal: JournalId,
    pub(crate) epoch: u64,
    pub(crate) count: u32,
    pub(crate) context: Context,
    pub(crate) before: Head,
    pub(crate) body: Vec<u8>,
    pub(crate) hash_after: HistoryHash,
    pub(crate) digest: Digest,
}

impl Chunk {
    /// Bytes of a chunk beside its entries.
    pub const FRAME_BYTES: usize = HEADER + TRAILER;

    /// Whose history.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        self.journal
    }

    /// The epoch of its writer.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How many entries; at least one.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Its first entry.
    #[must_use]
    pub const fn first_sequence(&self) -> u64 {
        self.before.sequence + 1
    }

    /// Its last entry.
    #[must_use]
    pub const fn last_sequence(&self) -> u64 {
        self.before.sequence + self.count as u64
    }

    /// The history before it.
    #[must_use]
    pub const fn before(&self) -> Head {
        self.before
    }

    /// The history up to and with it.
    #[must_use]
    pub const fn after(&self) -> Head {
        Head { sequence: self.last_sequence(), hash: self.hash_after }
    }

    /// The digest of the exchange after its last entry.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The bytes of its entries.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Its entries, read one by one.
    #[must_use]
    pub fn entries(&self) -> Entries<'_> {
        Entries {
            reader: Reader::new(&self.body, HEADER),
            context: self.context,
            sequence: self.before.sequence,
            left: self.count,
        }
    }

    /// Checks that it is the next part of the history that ends at `head`.
    ///
    /// # Errors
    /// [`JournalError::WrongJournal`], [`JournalError::Gap`] or [`JournalError::Diverged`].
    pub fn check_follows(&self, journal: JournalId, head: Head) -> Result<(), JournalError> {
        if self.journal != journal {
            return Err(JournalError::WrongJournal { expected: journal, found: self.journal });
        }
        if self.before.sequence != head.sequence {
            return Err(JournalError::Gap { expected: head.sequence + 1, found: self.first_sequence() });
        }
        if self.before.hash != head.hash {
            return Err(JournalError::Diverged { sequence: head.sequence });
        }
        Ok(())
    }

    /// Appends the chunk after it. On an error nothing has changed.
    ///
    /// # Errors
    /// As [`Chunk::check_follows`]; [`JournalError::StaleEpoch`] if the epochs differ; [`JournalError::TooLarge`]
    /// above [`MAX_CHUNK_BODY`].
    pub fn join(&mut self, next: &Self) -> Result<(), JournalError> {
        next.check_follows(self.journal, self.after())?;
        if next.epoch != self.epoch {
            return Err(JournalError::StaleEpoch { current: self.epoch, found: next.epoch });
        }
        check_body(self.body.len() + next.body.len())?;
        self.body.extend_from_slice(&next.body);
        self.count += next.count;
        self.hash_after = next.hash_after;
        self.digest = next.digest;
        Ok(())
    }

    /// Joins neighbours in order into one; `None` of none.
    ///
    /// # Errors
    /// As [`Chunk::join`].
    pub fn merge<'a>(chunks: impl IntoIterator<Item = &'a Self>) -> Result<Option<Self>, JournalError> {
        let mut chunks = chunks.into_iter();
        let Some(first) = chunks.next() else { return Ok(None) };
        let mut merged = first.clone();
        chunks.try_for_each(|next| merged.join(next))?;
        Ok(Some(merged))
    }

    /// The entries after `sequence` as a chunk of their own, and the history up to it. `history` is the one before
    /// this chunk. For a receiver that has part of a chunk, because it was cut elsewhere.
    ///
    /// # Errors
    /// [`JournalError::Gap`] unless `sequence` is inside this chunk and not its end; [`JournalError::Diverged`] if
    /// `history` is not the one before it; [`JournalError::Malformed`].
    pub fn tail(&self, sequence: u64, history: &History) -> Result<Self, JournalError> {
        self.check_follows(self.journal, history.head())?;
        let (cut, entries) = self.skip_to(sequence)?;
        let mut history = history.clone();
        history.extend(sequence - self.before.sequence, &self.body[..cut]);
        Ok(self.after_cut(cut, &entries, history.head()))
    }

    /// The entries after `head` as a chunk of their own. For a reader that starts from a snapshot of `head`: the history
    /// before this chunk is not needed, and that `head` is in it is proved by the hash after it once it is applied.
    ///
    /// # Errors
    /// [`JournalError::Gap`] unless `head` is inside this chunk and not its end; [`JournalError::Diverged`] if it is
    /// its beginning and another; [`JournalError::Malformed`].
    pub fn rest(&self, head: Head) -> Result<Self, JournalError> {
        if head.sequence == self.before.sequence {
            return self.check_follows(self.journal, head).map(|()| self.clone());
        }
        let (cut, entries) = self.skip_to(head.sequence)?;
        Ok(self.after_cut(cut, &entries, head))
    }

    /// Reads the entries up to `sequence`: where they end, and those after them.
    fn skip_to(&self, sequence: u64) -> Result<(usize, Entries<'_>), JournalError> {
        if sequence < self.before.sequence || sequence >= self.last_sequence() {
            return Err(JournalError::Gap { expected: sequence + 1, found: self.first_sequence() });
        }
        let mut entries = self.entries();
        while entries.sequence < sequence {
            entries.next().transpose()?;
        }
        Ok((entries.reader.position(), entries))
    }

    fn after_cut(&self, cut: usize, entries: &Entries<'_>, before: Head) -> Self {
        Self {
            count: entries.left,
            context: entries.context,
            before,
            body: self.body[cut..].to_vec(),
            ..*self
        }
    }

    /// The chunk as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::FRAME_BYTES + self.body.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        out.extend_from_slice(&self.journal.to_bytes());
        out.extend_from_slice(&self.epoch.to_le_bytes());
        out.extend_from_slice(&self.first_sequence().to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&self.context.at.nanos().to_le_bytes());
        out.extend_from_slice(&self.context.origin.to_le_bytes());
        out.extend_from_slice(&self.context.counter.to_le_bytes());
        out.extend_from_slice(&self.before.hash.to_bytes());
        out.extend_from_slice(&(self.body.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.body);
        out.extend_from_slice(&self.hash_after.to_bytes());
        out.extend_from_slice(&self.digest.to_bytes());
        let checksum = checksum(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads a chunk that is all of `bytes`.
    ///
    /// # Errors
    /// [`JournalError`] as the bytes are: too short, of something else, newer, damaged, or followed by more.
    pub fn decode(bytes: &[u8]) -> Result<Self, JournalError> {
        let (chunk, len) = Self::decode_prefix(bytes)?;
        if len < bytes.len() {
            return Err(JournalError::malformed(len, "more bytes after the chunk"));
        }
        Ok(chunk)
    }

    /// Reads the chunk at the front of `bytes`, and says how many of them it takes.
    ///
    /// # Errors
    /// As [`Chunk::decode`].
    pub fn decode_prefix(bytes: &[u8]) -> Result<(Self, usize), JournalError> {
        let len = frame(bytes)?;
        let bytes = &bytes[..len];
        let (content, sum) = bytes.split_at(len - CHECKSUM);
        if checksum(content) != sum {
            return Err(JournalError::Damaged);
        }
        let mut from = Reader::new(content, 0);
        from.take(MAGIC.len() + 2)?;
        let journal = JournalId::from_bytes(from.array()?);
        let epoch = from.u64()?;
        let first = from.u64()?;
        let before = first.checked_sub(1).ok_or_else(|| from.malformed("sequence 0"))?;
        let count = from.u32()?;
        if count == 0 || before.checked_add(count.into()).is_none() {
            return Err(from.malformed(format_args!("{count} entries from sequence {first}")));
        }
        let at = Timestamp::from_nanos(from.u64()?);
        let context = Context { at, origin: from.u64()?, counter: from.u64()? };
        let before = Head { sequence: before, hash: HistoryHash::from_bytes(from.array()?) };
        let body_len = from.u32()? as usize;
        let body = from.take(body_len)?.to_vec();
        let hash_after = HistoryHash::from_bytes(from.array()?);
        let digest = Digest::from_bytes(from.array()?);
        Ok((Self { journal, epoch, count, context, before, body, hash_after, digest }, len))
    }
}

/// The length of the chunk at the front, as its header says.
fn frame(bytes: &[u8]) -> Result<usize, JournalError> {
    check_magic(MAGIC, FORMAT_VERSION, bytes)?;
    check_len(HEADER, bytes)?;
    let body = Reader::new(&bytes[HEADER - 4..], HEADER - 4).u32()?;
    let body = usize::try_from(body).unwrap_or(usize::MAX);
    check_body(body)?;
    check_len(HEADER + body + TRAILER, bytes)?;
    Ok(HEADER + body + TRAILER)
}

/// Checks the magic and the format version, as far as the bytes go; the version, at most `newest`.
pub(crate) fn check_magic(magic: &[u8; 8], newest: u16, bytes: &[u8]) -> Result<u16, JournalError> {
    if bytes.iter().zip(magic).any(|(found, expected)| found != expected) {
        return Err(JournalError::NotAJournal);
    }
    check_len(magic.len() + 2, bytes)?;
    match u16::from_le_bytes([bytes[8], bytes[9]]) {
        0 => Err(JournalError::malformed(8, "format version 0")),
        found if found > newest => Err(JournalError::NewerVersion { found, supported: newest }),
        found => Ok(found),
    }
}

pub(crate) fn check_len(needed: usize, bytes: &[u8]) -> Result<(), JournalError> {
    if bytes.len() < needed {
        return Err(JournalError::Truncated { needed: needed as u64, have: bytes.len() as u64 });
    }
    Ok(())
}

fn check_body(bytes: usize) -> Result<(), JournalError> {
    if bytes > MAX_CHUNK_BODY {
        return Err(JournalError::TooLarge { bytes: bytes as u64, limit: MAX_CHUNK_BODY as u64 });
    }
    Ok(())
}

/// The first bytes of SHA-256. Against damage, not against an adversary.
#[must_use]
pub fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&Sha256::digest(bytes)[..CHECKSUM]);
    sum
}

/// The entries of a chunk, one by one. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    reader: Reader<'a>,
    context: Context,
    sequence: u64,
    left: u32,
}

impl Entries<'_> {
    /// What the next entry is relative to.
    pub(crate) const fn context(&self) -> Context {
        self.context
    }

    /// An error at the place reached.
    pub(crate) fn malformed(&self, what: impl ToString) -> JournalError {
        self.reader.malformed(what)
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.left.checked_sub(1)?;
        let entry = self.context.take(&mut self.reader, self.sequence + 1).and_then(|entry| {
            if left == 0 && !self.reader.is_empty() {
                return Err(self.reader.malformed("more bytes after the last entry"));
            }
            Ok(entry)
        });
        match &entry {
            Ok(entry) => {
                self.sequence = entry.sequence;
                self.context = Context::after(entry);
                self.left = left;
            }
            Err(_) => self.left = 0,
        }
        Some(entry)
    }
}
