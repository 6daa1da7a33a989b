//! Journal files: how an exchange is exported, kept and handed on.
//!
//! A header with the journal's id and name, then its chunks from the first, one after another. Of a journal that was
//! trimmed, a snapshot stands between them, and the chunks are those after it: such a file is of version 2, so that
//! a reader which knows whole journals only does not take it for one. Written by putting bytes together, read as a
//! stream: push what has arrived, take what is whole. A file that was cut off or damaged gives all that is good, and
//! says how much that is.

use serde::{Deserialize, Serialize};

use crate::bytes::Reader;
use crate::chunk::{check_len, check_magic, checksum};
use crate::limits::MAX_JOURNAL_NAME;
use crate::{Chunk, Head, JournalError, JournalId, Snapshot, SnapshotError};

const MAGIC: &[u8; 8] = b"OUTCRYJF";
const FIXED: usize = 8 + 2 + 16 + 2;
const CHECKSUM: usize = 8;
/// The version of a file of a whole journal.
const WHOLE: u16 = 1;
/// The version of a file of a trimmed journal: the length of a snapshot follows the name.
const TRIMMED: u16 = 2;
/// Bytes of that length.
const LENGTH: usize = 8;

/// What a journal file begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHeader {
    journal: JournalId,
    name: String,
    /// Bytes of the snapshot that follows, if one does.
    snapshot: Option<u64>,
}

impl FileHeader {
    /// The header of a file of this journal. The name is the exchange's, for people.
    ///
    /// # Errors
    /// [`JournalError::TooLarge`] above [`MAX_JOURNAL_NAME`] bytes; [`JournalError::Malformed`] with a control
    /// character in the name.
    pub fn new(journal: JournalId, name: &str) -> Result<Self, JournalError> {
        if name.len() > MAX_JOURNAL_NAME {
            return Err(JournalError::TooLarge { bytes: name.len() as u64, limit: MAX_JOURNAL_NAME as u64 });
        }
        if let Some((at, _)) = name.char_indices().find(|(_, character)| character.is_control()) {
            return Err(JournalError::malformed(FIXED + at, "a control character in the name"));
        }
        Ok(Self { journal, name: name.to_owned(), snapshot: None })
    }

    /// The header of a file of a trimmed journal: the bytes of this snapshot follow it, and then the chunks after its
    /// [head](Snapshot::head).
    ///
    /// # Errors
    /// As [`FileHeader::new`].
    pub fn trimmed(snapshot: &Snapshot, name: &str) -> Result<Self, JournalError> {
        let header = Self::new(snapshot.journal(), name)?;
        Ok(Self { snapshot: Some(snapshot.as_bytes().len() as u64), ..header })
    }

    /// Whose history.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        self.journal
    }

    /// The exchange's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the journal was trimmed, so that a snapshot follows.
    #[must_use]
    pub const fn is_trimmed(&self) -> bool {
        self.snapshot.is_some()
    }

    /// The header as bytes; [`Chunk::to_bytes`] of every chunk follow.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED + self.name.len() + CHECKSUM);
        out.extend_from_slice(MAGIC);
        let version = if self.is_trimmed() { TRIMMED } else { WHOLE };
        out.extend_from_slice(&version.to_le_bytes());
        out.extend_from_slice(&self.journal.to_bytes());
        out.extend_from_slice(&(self.name.len() as u16).to_le_bytes());
        out.extend_from_slice(self.name.as_bytes());
        if let Some(length) = self.snapshot {
            out.extend_from_slice(&length.to_le_bytes());
        }
        let checksum = checksum(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads the header at the front of `bytes`, and says how many of them it takes.
    ///
    /// # Errors
    /// [`JournalError`] as the bytes are: too short, of something else, newer or damaged.
    pub fn decode_prefix(bytes: &[u8]) -> Result<(Self, usize), JournalError> {
        let version = check_magic(MAGIC, TRIMMED, bytes)?;
        check_len(FIXED, bytes)?;
        let name_len = usize::from(Reader::new(&bytes[FIXED - 2..], FIXED - 2).u16()?);
        if name_len > MAX_JOURNAL_NAME {
            return Err(JournalError::TooLarge { bytes: name_len as u64, limit: MAX_JOURNAL_NAME as u64 });
        }
        let len = FIXED + name_len + if version == TRIMMED { LENGTH } else { 0 } + CHECKSUM;
        check_len(len, bytes)?;
        let (content, sum) = bytes[..len].split_at(len - CHECKSUM);
        if checksum(content) != sum {
            return Err(JournalError::Damaged);
        }
        let mut from = Reader::new(content, 0);
        from.take(MAGIC.len() + 2)?;
        let journal = JournalId::from_bytes(from.array()?);
        from.u16()?;
        let name = from.take(name_len)?;
        let name = std::str::from_utf8(name)
            .map_err(|_| JournalError::malformed(FIXED, "a name that is not UTF-8"))?;
        let snapshot = if version == TRIMMED { Some(from.u64()?) } else { None };
        Ok((Self { snapshot, ..Self::new(journal, name)? }, len))
    }
}

/// One part of a journal file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilePart {
    /// Its beginning.
    Header(FileHeader),
    /// What the file of a trimmed journal has in place of the entries up to its head. Its frame is checked; what is in it
    /// is when it is [restored](crate::Host::from_snapshot).
    Snapshot(Snapshot),
    /// The next run of entries. Its place in the history is checked, its entries are not yet.
    Chunk(Chunk),
}

/// How much of a file was read and found good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Good {
    /// Bytes from the start of the file.
    pub bytes: u64,
    /// Whole chunks in them.
    pub chunks: u64,
    /// The history they make; `None` before the header.
    pub head: Option<Head>,
}

/// Reads a journal file as it arrives.
///
/// It holds what was pushed and not yet taken, so take all parts after each push; then it never holds more than one
/// chunk and one push.
#[derive(Clone, Debug, Default)]
pub struct FileReader {
    buffer: Vec<u8>,
    /// How much of the buffer was taken.
    taken: usize,
    journal: Option<JournalId>,
    /// Bytes of the snapshot that comes next, if one does.
    snapshot: Option<u64>,
    good: Good,
}

impl FileReader {
    /// A reader at the start of a file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the next part, or `None` if more bytes are needed for it. An error stays: the same one comes again.
    ///
    /// # Errors
    /// [`JournalError`] as the next part is: of something else, newer, damaged, not the next of this history.
    pub fn take(&mut self) -> Result<Option<FilePart>, JournalError> {
        let rest = &self.buffer[self.taken..];
        let (part, len) = match self.part(rest) {
            Ok(part) => part,
            Err(JournalError::Truncated { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match &part {
            FilePart::Header(header) => {
                self.journal = Some(header.journal);
                self.snapshot = header.snapshot;
                self.good.head = Some(Head::genesis(header.journal));
            }
            FilePart::Snapshot(snapshot) => {
                self.snapshot = None;
                self.good.head = Some(snapshot.head());
            }
            FilePart::Chunk(chunk) => {
                self.good.head = Some(chunk.after());
                self.good.chunks += 1;
            }
        }
        self.taken += len;
        self.good.bytes += len as u64;
        Ok(Some(part))
    }

    fn part(&self, rest: &[u8]) -> Result<(FilePart, usize), JournalError> {
        if let (Some(journal), Some(len)) = (self.journal, self.snapshot) {
            return snapshot(rest, len, journal);
        }
        match self.journal.zip(self.good.head) {
            None => FileHeader::decode_prefix(rest).map(|(header, len)| (FilePart::Header(header), len)),
            Some((journal, head)) => {
                let (chunk, len) = Chunk::decode_prefix(rest)?;
                chunk.check_follows(journal, head)?;
                Ok((FilePart::Chunk(chunk), len))
            }
        }
    }

    /// How much was taken so far. What has arrived beyond it is not whole, or not good.
    #[must_use]
    pub const fn good(&self) -> Good {
        self.good
    }

    /// The file has no more bytes: says what it was.
    ///
    /// # Errors
    /// [`JournalError::Truncated`] in the middle of a part, an empty file included, or the error that stopped
    /// [`FileReader::take`].
    pub fn finish(&self) -> Result<Good, JournalError> {
        let rest = &self.buffer[self.taken..];
        if rest.is_empty() && self.journal.is_some() && self.snapshot.is_none() {
            return Ok(self.good);
        }
        self.part(rest).map(|_| self.good)
    }
}

/// The snapshot of so many bytes at the front.
fn snapshot(bytes: &[u8], len: u64, journal: JournalId) -> Result<(FilePart, usize), JournalError> {
    let have = bytes.len() as u64;
    let cut_off = || JournalError::Truncated { needed: len, have };
    let len = usize::try_from(len).map_err(|_| cut_off())?;
    let snapshot = Snapshot::decode(bytes.get(..len).ok_or_else(cut_off)?.to_vec());
    let snapshot = snapshot.map_err(|error| match error {
        SnapshotError::Damaged => JournalError::Damaged,
        SnapshotError::Malformed(error) => error,
        SnapshotError::OtherVersion { found, supported } if found > supported => {
            JournalError::NewerVersion { found, supported }
        }
        SnapshotError::Truncated { .. }
        | SnapshotError::NotASnapshot
        | SnapshotError::OtherVersion { .. }
        | SnapshotError::WrongState { .. } => JournalError::malformed(0, error),
    })?;
    if snapshot.journal() != journal {
        return Err(JournalError::WrongJournal { expected: journal, found: snapshot.journal() });
    }
    Ok((FilePart::Snapshot(snapshot), len))
}
