//! Journal files: how an exchange is exported, kept and handed on.
//!
//! A header with the journal's id and name, then its chunks from the first, one after another. Written by putting
//! bytes together, read as a stream: push what has arrived, take what is whole. A file that was cut off or damaged
//! gives all that is good, and says how much that is.

use serde::{Deserialize, Serialize};

use crate::bytes::Reader;
use crate::chunk::{check_len, check_magic, checksum};
use crate::limits::MAX_JOURNAL_NAME;
use crate::{Chunk, FORMAT_VERSION, Head, JournalError, JournalId};

const MAGIC: &[u8; 8] = b"OUTCRYJF";
const FIXED: usize = 8 + 2 + 16 + 2;
const CHECKSUM: usize = 8;

/// What a journal file begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHeader {
    journal: JournalId,
    name: String,
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
        Ok(Self { journal, name: name.to_owned() })
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

    /// The header as bytes; [`Chunk::to_bytes`] of every chunk follow.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED + self.name.len() + CHECKSUM);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        out.extend_from_slice(&self.journal.to_bytes());
        out.extend_from_slice(&(self.name.len() as u16).to_le_bytes());
        out.extend_from_slice(self.name.as_bytes());
        let checksum = checksum(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads the header at the front of `bytes`, and says how many of them it takes.
    ///
    /// # Errors
    /// [`JournalError`] as the bytes are: too short, of something else, newer or damaged.
    pub fn decode_prefix(bytes: &[u8]) -> Result<(Self, usize), JournalError> {
        check_magic(MAGIC, bytes)?;
        check_len(FIXED, bytes)?;
        let name_len = usize::from(Reader::new(&bytes[FIXED - 2..], FIXED - 2).u16()?);
        if name_len > MAX_JOURNAL_NAME {
            return Err(JournalError::TooLarge { bytes: name_len as u64, limit: MAX_JOURNAL_NAME as u64 });
        }
        let len = FIXED + name_len + CHECKSUM;
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
        Ok((Self::new(journal, name)?, len))
    }
}

/// One part of a journal file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilePart {
    /// Its beginning.
    Header(FileHeader),
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
                self.good.head = Some(Head::genesis(header.journal));
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
        if rest.is_empty() && self.journal.is_some() {
            return Ok(self.good);
        }
        self.part(rest).map(|_| self.good)
    }
}
