//! A journal as it is in the store: read chunk by chunk, replayed natively, without a gap or it is none.

use std::collections::BTreeSet;
use std::fmt;

use outcry_engine::{AccountId, Asset, Command, Digest, Event, Exchange, OrderId, OrderPrice, Symbol};
use outcry_journal::{Chunk, Entry, Host, JournalId};

use crate::browser::StoredChunk;

/// Who acts on the page.
const USER: &str = "You";
/// What own orders are paid in.
pub(super) const MONEY: &str = "USD";

/// What is wrong with what is stored, or shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The chunks are no journal: damaged, with a gap, not following each other, another digest.
    Unsound(String),
    /// Fewer commands than were shown as saved.
    Lost {
        /// How many were shown.
        shown: u64,
        /// How many there are.
        stored: u64,
    },
    /// An own order that was shown as saved is not there, or one is there twice, or they are in another order.
    OwnOrders(String),
    /// What was stored at this place is something else now: two have written.
    Rewritten {
        /// The first such place.
        sequence: u64,
    },
    /// The page shows something else than what is stored.
    Shown(String),
    /// Something went wrong and the page did not say so.
    Untold(String),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsound(why) => write!(f, "the stored chunks are no journal: {why}"),
            Self::Lost { shown, stored } => {
                write!(f, "{shown} commands were shown as saved, {stored} are stored")
            }
            Self::OwnOrders(why) => write!(f, "own orders: {why}"),
            Self::Rewritten { sequence } => {
                write!(f, "two writers: what was stored at {sequence} is something else now")
            }
            Self::Shown(why) => write!(f, "the page shows something else than is stored: {why}"),
            Self::Untold(why) => write!(f, "not told: {why}"),
        }
    }
}

/// An order that the user placed, as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    /// Where its command stands.
    pub sequence: u64,
    /// Its number; `None` if it was refused.
    pub order: Option<OrderId>,
    /// Its limit in ticks.
    pub ticks: i64,
}

/// A journal read from the store.
#[derive(Debug)]
pub struct StoredJournal {
    host: Host,
    entries: Vec<Entry>,
    /// First sequence and epoch of each chunk.
    epochs: Vec<(u64, u64)>,
    placed: Vec<PlacedOrder>,
    /// Who acts on the page, once the account is open.
    user: Option<AccountId>,
}

impl StoredJournal {
    /// Reads and replays the journal of an exchange.
    ///
    /// # Errors
    /// [`Flaw::Unsound`] if there is none, or a chunk is damaged, missing, out of place or of an earlier writer, or its
    /// digest is not that of the replay.
    pub fn read(chunks: &[StoredChunk], exchange: &str) -> Result<Self, Flaw> {
        let unsound = |why: String| Flaw::Unsound(why);
        let journal: JournalId =
            exchange.parse().map_err(|error| unsound(format!("{exchange:?} is no id: {error}")))?;
        let mut read = Self {
            host: Host::new(journal, 1),
            entries: Vec::new(),
            epochs: Vec::new(),
            placed: Vec::new(),
            user: None,
        };
        for stored in chunks.iter().filter(|chunk| chunk.exchange == exchange) {
            let at = |error: &dyn fmt::Display| unsound(format!("the chunk at {}: {error}", stored.first));
            let chunk = Chunk::decode(&stored.bytes).map_err(|error| at(&error))?;
            if chunk.first_sequence() != stored.first {
                return Err(at(&format!("it begins at {}", chunk.first_sequence())));
            }
            read.take(&chunk).map_err(|error| at(&error))?;
        }
        Ok(read)
    }

    fn take(&mut self, chunk: &Chunk) -> Result<(), outcry_journal::JournalError> {
        let (entries, placed) = (&mut self.entries, &mut self.placed);
        let user = &mut self.user;
        self.host.apply(chunk, |entry, _, events| {
            entries.push(entry.clone());
            *user = user.or_else(|| events.iter().find_map(opened));
            if let Command::PlaceOrder(terms) = &entry.command
                && Some(terms.account) == *user
                && let OrderPrice::Limit(price) = terms.price
            {
                let order = events.iter().find_map(|event| match event {
                    Event::OrderAccepted { order, .. } => Some(*order),
                    _ => None,
                });
                placed.push(PlacedOrder { sequence: entry.sequence, order, ticks: price.get() });
            }
        })?;
        self.epochs.push((chunk.first_sequence(), chunk.epoch()));
        Ok(())
    }

    /// How many commands it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The digest after its last command.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.host.exchange().digest()
    }

    /// The exchange after its last command.
    #[must_use]
    pub fn exchange(&self) -> &Exchange {
        self.host.exchange()
    }

    /// What the user placed, in order.
    #[must_use]
    pub fn placed(&self) -> &[PlacedOrder] {
        &self.placed
    }

    /// The user's working orders by number.
    #[must_use]
    pub fn working(&self) -> BTreeSet<u64> {
        let orders = self.placed.iter().filter_map(|placed| placed.order);
        orders.filter(|order| self.exchange().order(*order).is_some()).map(|order| order.get()).collect()
    }

    /// What is held of the user's money for open orders, in minor units, and how many of them are shown behind the point.
    #[must_use]
    pub fn held(&self) -> (i128, u8) {
        let exchange = self.exchange();
        let money = Symbol::new(MONEY).ok().and_then(|symbol| exchange.find_asset(symbol));
        let decimals = exchange
            .assets()
            .iter()
            .find(|asset| asset.symbol().as_str() == MONEY)
            .map_or(0, Asset::decimals);
        let held =
            self.user.zip(money).map_or(0, |(user, money)| exchange.balance(user, money).held.get().into());
        (held, decimals)
    }

    /// The epochs of its writers, each once.
    #[must_use]
    pub fn writers(&self) -> BTreeSet<u64> {
        self.epochs.iter().map(|(_, epoch)| *epoch).collect()
    }

    /// Checks that it goes on from an earlier look at the same journal: nothing that was stored has changed or gone.
    ///
    /// # Errors
    /// [`Flaw::Rewritten`] at the first difference, [`Flaw::Lost`] if it is shorter.
    pub fn continues(&self, earlier: &Self) -> Result<(), Flaw> {
        let both = self.entries.iter().zip(&earlier.entries);
        if let Some((_, was)) = both.clone().find(|(is, was)| is != was) {
            return Err(Flaw::Rewritten { sequence: was.sequence });
        }
        if self.len() < earlier.len() {
            return Err(Flaw::Lost { shown: earlier.len(), stored: self.len() });
        }
        Ok(())
    }
}

/// The user's account, if this opens it.
fn opened(event: &Event) -> Option<AccountId> {
    match event {
        Event::AccountOpened { account, name } if name.as_str() == USER => Some(*account),
        _ => None,
    }
}
