//! `outcry simulate`: lets the demo crowd trade on a fresh exchange and writes the journal of it.
//!
//! The same seed and number give the same file, byte for byte.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use outcry_api::{CommandText, TimeText};
use outcry_engine::{Command, Digest, Event, Exchange, Timestamp};
use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::{CommandId, FileHeader, HistoryHash, Host, JournalId};
use outcry_simulation::schedule::Schedule;
use outcry_simulation::{Market, Random, demo, keep_schedule};
use serde::Serialize;

use crate::Failure;
use crate::progress;

/// Market time at which the opening commands run, 2026-01-05T09:30:00Z: the file must not depend on the day it is made.
const OPENING_TIME: Timestamp = Timestamp::from_nanos(1_767_605_400_000_000_000);

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Simulated {
    /// The journal's id, made from the seed.
    pub id: JournalId,
    /// Commands.
    pub entries: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the history.
    pub hash: HistoryHash,
    /// The running digest over all events.
    pub digest: Digest,
}

impl fmt::Display for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "journal       {}", self.id)?;
        writeln!(f, "entries       {} in {} bytes", self.entries, self.bytes)?;
        writeln!(f, "history hash  {}", self.hash)?;
        write!(f, "digest        {}", self.digest)
    }
}

/// What to let happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Seed of the crowd.
    pub seed: u64,
    /// Commands, at least: the crowd acts in groups.
    pub commands: u64,
    /// The sessions to keep; without it trading is continuous.
    pub schedule: Option<Schedule>,
}

/// Writes the journal of a run to a new file.
///
/// # Errors
/// [`Failure::Write`], also if the file exists and `force` is not set.
pub fn simulate(run: &Run, path: &Path, force: bool) -> Result<Simulated, Failure> {
    let seed = run.seed;
    let file = File::options().write(true).create(true).create_new(!force).truncate(true).open(path);
    let mut file = Counted { inner: BufWriter::new(file.map_err(Failure::write(path))?), bytes: 0 };
    let mut market = HostMarket::new(seed);
    let header = FileHeader::new(market.host.journal(), &format!("Simulation {seed}"))
        .expect("the name is short and without control characters");
    file.write_all(&header.to_bytes()).map_err(Failure::write(path))?;
    perform(&mut market, run, |market| {
        if market.host.pending().bytes >= SEALED_CHUNK_BODY as u64 { market.flush(&mut file) } else { Ok(()) }
    })
    .map_err(Failure::write(path))?;
    market.flush(&mut file).and_then(|()| file.flush()).map_err(Failure::write(path))?;
    Ok(Simulated {
        id: market.host.journal(),
        entries: market.host.exchange().sequence(),
        bytes: file.bytes,
        hash: market.host.head().hash,
        digest: market.host.exchange().digest(),
    })
}

/// Writes the same commands as JSON lines for `outcry exec`.
///
/// # Errors
/// If writing fails.
pub fn simulate_lines(run: &Run, output: impl Write) -> io::Result<()> {
    let mut market = LineMarket { exchange: Exchange::new(), events: Vec::new(), output, failed: Ok(()) };
    perform(&mut market, run, |market| std::mem::replace(&mut market.failed, Ok(())))?;
    market.output.flush()
}

/// Opens the demo market and lets the crowd act until that many commands ran; `after` follows each step.
fn perform<M: Market>(
    market: &mut M,
    run: &Run,
    mut after: impl FnMut(&mut M) -> io::Result<()>,
) -> io::Result<()> {
    let &Run { seed, commands, ref schedule } = run;
    let progress = progress::bar(commands, "commands");
    for command in demo::opening() {
        market.submit(OPENING_TIME, command);
    }
    let mut crowd = demo::Crowd::new(seed, market.exchange());
    let mut done = market.exchange().sequence();
    progress.advance(done);
    while done < commands
        && let Some(due) = crowd.due()
    {
        if let Some(schedule) = schedule {
            keep_schedule(market, schedule, due);
        }
        crowd.act(market);
        after(market)?;
        let now = market.exchange().sequence();
        progress.advance(now - done);
        done = now;
    }
    after(market)
}

/// A market that keeps a journal.
struct HostMarket {
    host: Host,
    origin: u64,
    events: Vec<Event>,
}

impl HostMarket {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&random.bits().to_le_bytes());
        id[8..].copy_from_slice(&random.bits().to_le_bytes());
        Self { host: Host::new(JournalId::from_bytes(id), 1), origin: random.bits(), events: Vec::new() }
    }

    /// Writes everything that was executed since the last time.
    fn flush(&mut self, output: &mut impl Write) -> io::Result<()> {
        while let Some(chunk) = self.host.cut() {
            output.write_all(&chunk.to_bytes())?;
        }
        Ok(())
    }
}

impl Market for HostMarket {
    fn exchange(&self) -> &Exchange {
        self.host.exchange()
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        let id = CommandId { origin: self.origin, counter: self.host.next_counter(self.origin) };
        self.events.clear();
        self.host
            .submit(at, id, &command, &mut self.events)
            .expect("a fresh host with one origin refuses nothing");
        &self.events
    }
}

/// A market that writes down what it is told.
struct LineMarket<W> {
    exchange: Exchange,
    events: Vec<Event>,
    output: W,
    failed: io::Result<()>,
}

/// A command with its time.
#[derive(Serialize)]
struct CommandLine {
    #[serde(flatten)]
    command: CommandText,
    at: TimeText,
}

impl<W: Write> Market for LineMarket<W> {
    fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        if let Some(text) = CommandText::new(&command, &self.exchange)
            && self.failed.is_ok()
        {
            let line = CommandLine { command: text, at: TimeText(at) };
            self.failed = serde_json::to_writer(&mut self.output, &line)
                .map_err(io::Error::from)
                .and_then(|()| self.output.write_all(b"\n"));
        }
        self.events.clear();
        self.exchange.execute(at, &command, &mut self.events);
        &self.events
    }
}

/// A writer that counts.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
