//! `outcry verify`: replays an exported journal and says whether it is whole, and what it is.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use outcry_api::TimeText;
use outcry_engine::Digest;
use outcry_journal::{FilePart, FileReader, HistoryHash, Host, JournalId};
use serde::Serialize;

use crate::Failure;
use crate::progress;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 1 << 16;

/// What a journal file holds, as far as it is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Whether the whole file is good.
    pub good: bool,
    /// What is wrong with the rest of the file.
    pub error: Option<String>,
    /// Bytes from the start that are good.
    pub good_bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// The exchange; absent if not even the file's header is good.
    pub exchange: Option<VerifiedExchange>,
}

/// The exchange that the good part of a file ends in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifiedExchange {
    /// Its id.
    pub id: JournalId,
    /// Its name.
    pub name: String,
    /// Commands since its beginning.
    pub entries: u64,
    /// How many of them stand as a snapshot only, because the journal was trimmed: they cannot be replayed or verified.
    pub trimmed: u64,
    /// Chunks they are stored in.
    pub chunks: u64,
    /// The epoch of the last one.
    pub epoch: u64,
    /// Market time of the last one.
    pub at: TimeText,
    /// SHA-256 of the history.
    pub hash: HistoryHash,
    /// The running digest over all events.
    pub digest: Digest,
    /// The digest of the whole state.
    pub state_digest: Digest,
}

/// Reads and replays a journal file. What is wrong with its content is in the answer.
///
/// # Errors
/// [`Failure::Read`] if it cannot be read.
pub fn verify(path: &Path) -> Result<Verified, Failure> {
    let mut file = File::open(path).map_err(Failure::read(path))?;
    let file_bytes = file.metadata().map_err(Failure::read(path))?.len();
    let progress = progress::bytes(file_bytes);
    let mut replay = Replay::default();
    let mut buffer = vec![0; READ_BYTES];
    let error = loop {
        let read = file.read(&mut buffer).map_err(Failure::read(path))?;
        let step = if read == 0 {
            replay.reader.finish().map(drop).map_err(|error| error.to_string())
        } else {
            replay.push(&buffer[..read])
        };
        progress.advance(read as u64);
        match step {
            Ok(()) if read == 0 => break None,
            Ok(()) => {}
            Err(error) => break Some(error),
        }
    };
    let good_bytes = replay.good_bytes;
    let exchange = replay.host.as_ref().map(|host| VerifiedExchange {
        id: host.journal(),
        name: replay.name.clone(),
        entries: host.exchange().sequence(),
        trimmed: replay.trimmed,
        chunks: replay.chunks,
        epoch: host.epoch(),
        at: TimeText(host.exchange().now()),
        hash: host.head().hash,
        digest: host.exchange().digest(),
        state_digest: host.exchange().state_digest(),
    });
    Ok(Verified { good: error.is_none(), error, good_bytes, file_bytes, exchange })
}

/// A replay that follows a file as it is read.
#[derive(Default)]
struct Replay {
    reader: FileReader,
    name: String,
    host: Option<Host>,
    trimmed: u64,
    chunks: u64,
    good_bytes: u64,
}

impl Replay {
    fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.reader.push(bytes);
        while let Some(part) = self.reader.take().map_err(|error| error.to_string())? {
            match (part, &mut self.host) {
                (FilePart::Header(header), host) => {
                    self.name = header.name().to_owned();
                    *host = Some(Host::new(header.journal(), 1));
                }
                (FilePart::Snapshot(snapshot), host) => {
                    let restored = Host::from_snapshot(snapshot.as_bytes());
                    *host = Some(restored.map_err(|error| error.to_string())?);
                    self.trimmed = snapshot.head().sequence;
                }
                (FilePart::Chunk(chunk), Some(host)) => {
                    host.apply(&chunk, |_, _, _| {}).map_err(|error| error.to_string())?;
                    self.chunks += 1;
                }
                (FilePart::Chunk(_), None) => return Err("the file has no header".to_owned()),
            }
            self.good_bytes = self.reader.good().bytes;
        }
        Ok(())
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(exchange) = &self.exchange {
            writeln!(f, "exchange      {} ({})", exchange.name, exchange.id)?;
            writeln!(
                f,
                "entries       {} in {} chunks, epoch {}",
                exchange.entries, exchange.chunks, exchange.epoch
            )?;
            if exchange.trimmed > 0 {
                writeln!(
                    f,
                    "trimmed       the first {} entries are a snapshot; they cannot be replayed or verified",
                    exchange.trimmed
                )?;
            }
            writeln!(f, "market time   {}", exchange.at)?;
            writeln!(f, "history hash  {}", exchange.hash)?;
            writeln!(f, "digest        {}", exchange.digest)?;
            writeln!(f, "state digest  {}", exchange.state_digest)?;
        }
        match &self.error {
            None => write!(f, "good: all {} bytes", self.file_bytes),
            Some(error) => {
                write!(
                    f,
                    "NOT GOOD: {error}. The first {} of {} bytes are good",
                    self.good_bytes, self.file_bytes
                )?;
                let entries = self.exchange.as_ref().map_or(0, |exchange| exchange.entries);
                write!(f, ", with {entries} entries")
            }
        }
    }
}
