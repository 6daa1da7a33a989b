//! The store where the browser offers none: kept until the worker ends, with the same rules.

use std::cell::RefCell;

use super::{Append, ExchangeRecord, StoreError, StoredChunk};

/// Exchanges in memory: few, so that plain lists serve.
#[derive(Debug, Default)]
pub struct Memory {
    exchanges: RefCell<Vec<Journal>>,
    settings: RefCell<Vec<(String, Vec<u8>)>>,
}

#[derive(Debug)]
struct Journal {
    record: ExchangeRecord,
    /// In order of their first sequence.
    chunks: Vec<StoredChunk>,
}

impl Memory {
    pub(super) fn exchanges(&self) -> Vec<ExchangeRecord> {
        self.exchanges.borrow().iter().map(|journal| journal.record.clone()).collect()
    }

    pub(super) fn exchange(&self, id: &str) -> Option<ExchangeRecord> {
        self.exchanges.borrow().iter().map(|journal| &journal.record).find(|record| record.id == id).cloned()
    }

    pub(super) fn create(&self, record: &ExchangeRecord, chunks: &[StoredChunk]) -> Result<(), StoreError> {
        if self.exchange(&record.id).is_some() {
            return Err(StoreError::Conflict(format!("the exchange {} is here already", record.id)));
        }
        self.exchanges.borrow_mut().push(Journal { record: record.clone(), chunks: chunks.to_vec() });
        Ok(())
    }

    pub(super) fn replace(&self, record: &ExchangeRecord, chunks: &[StoredChunk]) {
        let mut exchanges = self.exchanges.borrow_mut();
        exchanges.retain(|journal| journal.record.id != record.id);
        exchanges.push(Journal { record: record.clone(), chunks: chunks.to_vec() });
    }

    pub(super) fn append(&self, append: &Append) -> Result<(), StoreError> {
        self.change(&append.exchange, |Journal { record, chunks }| {
            if record.epoch != append.epoch {
                return Err(StoreError::Superseded { current: record.epoch });
            }
            record.sequence = append.last;
            record.bytes = append.journal_bytes;
            record.digest.clone_from(&append.digest);
            let start = chunks.partition_point(|(first, _)| *first < append.first);
            let end = chunks.partition_point(|(first, _)| *first <= append.last);
            chunks.splice(start..end, [(append.first, append.chunk.clone())]);
            Ok(())
        })
    }

    pub(super) fn barrier(&self, id: &str, epoch: u64) -> Result<(), StoreError> {
        self.change(id, |Journal { record, .. }| match record.epoch {
            current if current != epoch => Err(StoreError::Superseded { current }),
            _ => Ok(()),
        })
    }

    pub(super) fn raise_epoch(&self, id: &str) -> Result<u64, StoreError> {
        self.change(id, |Journal { record, .. }| {
            record.epoch += 1;
            Ok(record.epoch)
        })
    }

    fn change<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Journal) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut exchanges = self.exchanges.borrow_mut();
        let journal = exchanges.iter_mut().find(|journal| journal.record.id == id);
        change(journal.ok_or_else(|| StoreError::Conflict(format!("there is no exchange {id}")))?)
    }

    pub(super) fn chunks(&self, id: &str, from: u64, count: u32) -> Vec<StoredChunk> {
        let exchanges = self.exchanges.borrow();
        let Some(journal) = exchanges.iter().find(|journal| journal.record.id == id) else {
            return Vec::new();
        };
        let start = journal.chunks.partition_point(|(first, _)| *first < from);
        journal.chunks[start..].iter().take(count as usize).cloned().collect()
    }

    pub(super) fn setting(&self, key: &str) -> Option<Vec<u8>> {
        self.settings.borrow().iter().find(|(kept, _)| kept == key).map(|(_, value)| value.clone())
    }

    pub(super) fn keep_setting(&self, key: &str, value: Vec<u8>) {
        let mut settings = self.settings.borrow_mut();
        match settings.iter_mut().find(|(kept, _)| kept == key) {
            Some((_, kept)) => *kept = value,
            None => settings.push((key.to_owned(), value)),
        }
    }
}
