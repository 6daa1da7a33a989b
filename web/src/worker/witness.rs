//! Compares what the database has with what was seen outside of it: a wiped, cut or changed database looks like any
//! other from inside.

use outcry_journal::{Chunk, Head, Host};

use super::store::ExchangeRecord;
use crate::protocol::{Damage, Damaged, ExchangeId, Keep, Loss, StoredExchange, Witness};

/// The witnesses of all exchanges of this browser: few, so that a list serves.
#[derive(Debug, Default)]
pub struct Witnesses {
    known: Vec<Witness>,
}

impl Witnesses {
    /// What the page remembered.
    #[must_use]
    pub fn new(known: Vec<Witness>) -> Self {
        Self { known }
    }

    /// The witness of an exchange.
    #[must_use]
    pub fn of(&self, exchange: &str) -> Option<&Witness> {
        self.known.iter().find(|witness| witness.exchange == exchange)
    }

    /// Takes what was just seen saved in place of what was seen before.
    pub fn note(&mut self, witness: Witness) {
        self.forget(&witness.exchange);
        self.known.push(witness);
    }

    /// Forgets an exchange: it was given up, or put in place of what was seen.
    pub fn forget(&mut self, exchange: &str) {
        self.known.retain(|witness| witness.exchange != exchange);
    }

    /// What the records lack: exchanges that are not there or shorter than they were seen, the newest first.
    #[must_use]
    pub fn losses(&self, records: &[ExchangeRecord]) -> Vec<Loss> {
        let mut lost: Vec<Loss> = self.known.iter().filter_map(|witness| lost(witness, records)).collect();
        lost.sort_by_key(|loss| std::cmp::Reverse(loss.at));
        lost
    }

    /// The stored exchanges and those that should be among them.
    #[must_use]
    pub fn list(&self, records: Vec<ExchangeRecord>) -> Vec<StoredExchange> {
        let losses = self.losses(&records);
        let had = |id: &str| losses.iter().find(|loss| loss.exchange == id).map(|loss| loss.had);
        let stored = records.into_iter().map(|record| StoredExchange {
            had: had(&record.id),
            sequence: record.sequence,
            first: record.first,
            bytes: record.journal_bytes(),
            snapshot_bytes: record.snapshot_bytes(),
            keep: Keep::default(),
            id: record.id,
            name: record.name,
        });
        let mut list: Vec<StoredExchange> = stored.collect();
        for loss in losses {
            if list.iter().all(|stored| stored.id != loss.exchange) {
                let Loss { exchange: id, name, had, .. } = loss;
                list.push(StoredExchange { id, name, had: Some(had), ..StoredExchange::default() });
            }
        }
        list
    }

    /// The record that an exchange had, for one whose record is gone: what is left of its journal is read by it.
    #[must_use]
    pub fn record(&self, exchange: &str) -> ExchangeRecord {
        let witness = self.of(exchange).cloned().unwrap_or_default();
        let Witness { name, epoch, sequence, digest, .. } = witness;
        let (id, name) = (exchange.to_owned(), if name.is_empty() { "An exchange".to_owned() } else { name });
        ExchangeRecord { sequence, ..ExchangeRecord::new(id, name, epoch, digest, 0) }
    }
}

fn lost(witness: &Witness, records: &[ExchangeRecord]) -> Option<Loss> {
    let record = records.iter().find(|record| record.id == witness.exchange);
    let found = record.map_or(0, |record| record.sequence);
    (record.is_none() || found < witness.sequence).then(|| loss(witness, found))
}

/// What a witness has seen against what is here.
#[must_use]
pub fn loss(witness: &Witness, found: u64) -> Loss {
    Loss {
        exchange: witness.exchange.clone(),
        name: witness.name.clone(),
        had: witness.sequence,
        found,
        at: witness.at,
        server: witness.server.clone(),
    }
}

/// One comparison, made while a journal is replayed.
#[derive(Clone, Debug)]
pub struct Comparison {
    witness: Option<Witness>,
    /// Whether the history has the hash that was seen, once it came by that place.
    agrees: Option<bool>,
}

impl Comparison {
    /// With what was seen of the exchange, if anything was.
    #[must_use]
    pub fn new(witness: Option<&Witness>) -> Self {
        Self { witness: witness.cloned(), agrees: None }
    }

    /// Looks at a chunk before it is replayed.
    pub fn pass(&mut self, host: &Host, chunk: &Chunk) {
        let Some(witness) = &self.witness else { return };
        let (before, after) = (chunk.before(), chunk.after());
        if before.sequence == witness.sequence {
            self.agrees = Some(is_seen(witness, before));
        }
        if before.sequence < witness.sequence && witness.sequence < after.sequence {
            let there = chunk.tail(witness.sequence, &host.history()).map(|tail| tail.before());
            // A chunk that does not follow is told by the replay.
            self.agrees = there.ok().map(|there| is_seen(witness, there));
        }
    }

    /// What is wrong with a history that was replayed to its end, if something is.
    #[must_use]
    pub fn end(&self, head: Head) -> Option<Damaged> {
        let witness = self.witness.as_ref()?;
        let what = match head.sequence.cmp(&witness.sequence) {
            std::cmp::Ordering::Less => Damage::Cut,
            std::cmp::Ordering::Equal if !is_seen(witness, head) => Damage::Changed,
            std::cmp::Ordering::Greater if self.agrees == Some(false) => Damage::Changed,
            _ => return None,
        };
        Some(Damaged { what, losses: vec![loss(witness, head.sequence)] })
    }
}

fn is_seen(witness: &Witness, head: Head) -> bool {
    witness.sequence == head.sequence && witness.hash == head.hash.to_string()
}

/// The words of a notice about exchanges that are lost or cut beside the one that is opened.
#[must_use]
pub fn notice(losses: &[Loss], opened: &ExchangeId) -> Option<String> {
    let others = losses.iter().filter(|loss| loss.exchange != *opened);
    let names: Vec<String> = others
        .map(|Loss { name, had, found, .. }| format!("{name} had {had} commands and has {found}"))
        .collect();
    (!names.is_empty())
        .then(|| format!("this browser has lost commands: {}; see the list of exchanges", names.join(", ")))
}
