//! The open exchange: its host, which executes and remembers, and the projections that follow.
//!
//! Everyone who trades goes through [`Market::submit`]: the user, the crowd, imports. Each command gets an id of
//! this writer's origin.

use outcry_engine::{AccountName, Command, Event, Exchange, Receipt, Reject, Symbol, Timestamp};
use outcry_journal::{Chunk, CommandId, Entry, Host, JournalError, JournalId, Submitted};
use outcry_simulation::Market;

use super::fresh::Fresh;
use super::projection::Projections;
use super::store::StoredSnapshot;

/// A host with its projections.
#[derive(Debug)]
pub struct Venue {
    host: Host,
    projections: Projections,
    fresh: Fresh,
    origin: u64,
    /// Counter of the next command.
    counter: u64,
    /// Events of the last command; kept so that its memory is used again.
    events: Vec<Event>,
    /// Where the last command stands.
    receipt: Receipt,
    /// Why the host executes no more.
    failure: Option<JournalError>,
}

/// What a snapshot gave.
#[derive(Debug)]
pub struct Restored {
    /// The exchange.
    pub venue: Venue,
    /// Whether the screen shows what it did; else fills, trades and candles before the snapshot are missing.
    pub complete: bool,
}

impl Venue {
    /// A new exchange, written in `epoch` with commands of `origin`.
    #[must_use]
    pub fn new(journal: JournalId, epoch: u64, origin: u64) -> Self {
        Self {
            host: Host::new(journal, epoch),
            projections: Projections::new(is_simulated),
            fresh: Fresh::default(),
            origin,
            counter: 1,
            events: Vec::new(),
            receipt: Receipt { sequence: 0, at: Timestamp::default(), first_event: 0 },
            failure: None,
        }
    }

    /// An exchange that goes on where a snapshot of it was taken, written in `epoch` or else in that of the snapshot.
    ///
    /// # Errors
    /// Why the snapshot cannot be used, in words.
    pub fn restore(stored: &StoredSnapshot, epoch: Option<u64>, origin: u64) -> Result<Restored, String> {
        let mut host = Host::from_snapshot(&stored.exchange).map_err(|error| error.to_string())?;
        let epoch = epoch.unwrap_or(host.epoch());
        if host.head().sequence != stored.sequence || host.epoch() > epoch {
            return Err("the snapshot is of another command or epoch than it is kept for".to_owned());
        }
        if host.epoch() < epoch {
            host.begin_epoch(epoch).map_err(|error| error.to_string())?;
        }
        let kept = Projections::from_bytes(&stored.projections, is_simulated);
        let complete = kept.is_some();
        let projections = kept.unwrap_or_else(|| Projections::of(host.exchange(), is_simulated));
        let counter = host.next_counter(origin);
        let venue =
            Self { host, projections, origin, counter, ..Self::new(JournalId::from_bytes([0; 16]), 0, 0) };
        Ok(Restored { venue, complete })
    }

    /// What it is now, to be stored once its last command is.
    ///
    /// # Errors
    /// [`JournalError::Poisoned`].
    pub fn snapshot(&self) -> Result<StoredSnapshot, JournalError> {
        let snapshot = self.host.snapshot()?;
        Ok(StoredSnapshot {
            sequence: snapshot.head().sequence,
            exchange: snapshot.into_bytes(),
            projections: self.projections.to_bytes(),
        })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// What the screen shows beside the exchange.
    #[must_use]
    pub fn projections(&self) -> &Projections {
        &self.projections
    }

    /// Which orders were changed by commands that may not be on disk.
    #[must_use]
    pub fn fresh(&self) -> &Fresh {
        &self.fresh
    }

    /// Notes what is on disk.
    pub fn settled(&mut self, on_disk: u64) {
        self.fresh.settled(on_disk);
    }

    /// Why nothing more can be executed, if so.
    #[must_use]
    pub fn failure(&self) -> Option<&JournalError> {
        self.failure.as_ref()
    }

    /// Replays a stored chunk; of one that is known in part, the rest.
    ///
    /// # Errors
    /// As [`Host::apply`].
    pub fn replay(&mut self, chunk: &Chunk) -> Result<(), JournalError> {
        let projections = &mut self.projections;
        let head = self.host.head();
        let rest = (chunk.first_sequence() <= head.sequence).then(|| chunk.rest(head)).transpose()?;
        let replayed = self
            .host
            .apply(rest.as_ref().unwrap_or(chunk), |_, receipt, events| projections.apply(receipt, events));
        self.counter = self.host.next_counter(self.origin);
        replayed
    }

    /// Takes what was executed since the last cut, to be stored.
    pub fn cut(&mut self) -> Option<Chunk> {
        self.host.cut()
    }

    /// Executes a command and answers with its receipt and events, or `None` if the host executes no more.
    pub fn execute(&mut self, at: Timestamp, command: &Command) -> Option<(Receipt, &[Event])> {
        self.events.clear();
        let id = CommandId { origin: self.origin, counter: self.counter };
        match self.host.submit(at, id, command, &mut self.events) {
            Ok(Submitted::Executed(receipt)) => {
                self.counter += 1;
                self.receipt = receipt;
                self.projections.apply(receipt, &self.events);
                let projections = &self.projections;
                let shown = |account| projections.portfolio(account).is_some();
                self.fresh.apply(receipt.sequence, &self.events, shown);
                Some((receipt, &self.events))
            }
            // The counter is this writer's own and always new.
            Ok(Submitted::Repeated { highest }) => {
                self.counter = highest + 1;
                None
            }
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }
}

impl Venue {
    /// Executes an entry of another journal as it was executed there, with its time and its id.
    ///
    /// # Errors
    /// As [`Host::submit`](outcry_journal::Host::submit).
    pub fn repeat(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.events.clear();
        if let Submitted::Executed(receipt) =
            self.host.submit(entry.at, entry.id, &entry.command, &mut self.events)?
        {
            self.projections.apply(receipt, &self.events);
        }
        Ok(())
    }
}

impl Market for Venue {
    fn exchange(&self) -> &Exchange {
        self.host.exchange()
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        self.execute(at, &command).map_or(&STOPPED, |(_, events)| events)
    }
}

/// What a command gets after the host has failed: traders know refusals, and the session ends with their turn.
const STOPPED: [Event; 1] = [Event::CommandRejected(Reject::VenueAccount)];

/// Whether an account of this name belongs to the simulated crowd ("Maker 1") or to a recording ("AAPL buyers"):
/// nobody acts for it, and nobody sees its orders.
fn is_simulated(name: &AccountName) -> bool {
    let Some((first, second)) = name.as_str().split_once(' ') else { return false };
    match second {
        "buyers" | "sellers" => first.parse::<Symbol>().is_ok(),
        number => {
            matches!(first, "Maker" | "Taker" | "Investor")
                && number.bytes().all(|digit| digit.is_ascii_digit())
        }
    }
}
