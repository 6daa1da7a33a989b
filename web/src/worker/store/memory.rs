//! The store where the browser offers none: kept until the worker ends, with the same rules.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Append, ExchangeRecord, StoreError, StoredChunk};

/// Exchanges in memory.
#[derive(Debug, Default)]
pub struct Memory {
    /// By id, in order, as the database lists them.
    exchanges: RefCell<BTreeMap<String, ExchangeRecord>>,
    /// By exchange and first sequence, so that a journal is one run.
    chunks: RefCell<BTreeMap<(String, u64), Vec<u8>>>,
    settings: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Memory {
    pub(super) fn exchanges(&self) -> Vec<ExchangeRecord> {
        self.exchanges.borrow().values().cloned().collect()
    }

    pub(super) fn exchange(&self, id: &str) -> Option<ExchangeRecord> {
        self.exchanges.borrow().get(id).cloned()
    }

    pub(super) fn create(&self, record: &ExchangeRecord, chunks: &[StoredChunk]) -> Result<(), StoreError> {
        let mut exchanges = self.exchanges.borrow_mut();
        if exchanges.contains_key(&record.id) {
            return Err(StoreError::Conflict(format!("the exchange {} is here already", record.id)));
        }
        exchanges.insert(record.id.clone(), record.clone());
        let stored = chunks.iter().map(|(first, chunk)| ((record.id.clone(), *first), chunk.clone()));
        self.chunks.borrow_mut().extend(stored);
        Ok(())
    }

    pub(super) fn append(&self, append: &Append) -> Result<(), StoreError> {
        let mut exchanges = self.exchanges.borrow_mut();
        let record = exchanges.get_mut(&append.exchange).ok_or_else(|| absent(&append.exchange))?;
        if record.epoch != append.epoch {
            return Err(StoreError::Superseded { current: record.epoch });
        }
        record.sequence = append.last;
        record.bytes = append.journal_bytes;
        record.digest.clone_from(&append.digest);
        let mut chunks = self.chunks.borrow_mut();
        let key = |sequence| (append.exchange.clone(), sequence);
        let replaced: Vec<_> =
            chunks.range(key(append.first)..=key(append.last)).map(|(key, _)| key.clone()).collect();
        for key in replaced {
            chunks.remove(&key);
        }
        chunks.insert(key(append.first), append.chunk.clone());
        Ok(())
    }

    pub(super) fn raise_epoch(&self, id: &str) -> Result<u64, StoreError> {
        let mut exchanges = self.exchanges.borrow_mut();
        let record = exchanges.get_mut(id).ok_or_else(|| absent(id))?;
        record.epoch += 1;
        Ok(record.epoch)
    }

    pub(super) fn chunks(&self, id: &str, from: u64, count: u32) -> Vec<StoredChunk> {
        let chunks = self.chunks.borrow();
        let journal = chunks.range((id.to_owned(), from)..=(id.to_owned(), u64::MAX));
        journal.take(count as usize).map(|((_, first), chunk)| (*first, chunk.clone())).collect()
    }

    pub(super) fn setting(&self, key: &str) -> Option<Vec<u8>> {
        self.settings.borrow().get(key).cloned()
    }

    pub(super) fn keep_setting(&self, key: &str, value: Vec<u8>) {
        self.settings.borrow_mut().insert(key.to_owned(), value);
    }
}

fn absent(id: &str) -> StoreError {
    StoreError::Conflict(format!("there is no exchange {id}"))
}
