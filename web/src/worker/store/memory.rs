//! The store where the browser offers none: kept until the worker ends, with the same rules.

use std::cell::RefCell;

use super::{Append, ExchangeRecord, StoreError, StoredChunk, StoredSnapshot, Trim, snapshots};

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
    snapshots: Vec<StoredSnapshot>,
}

impl Memory {
    pub(super) fn exchanges(&self) -> Vec<ExchangeRecord> {
        self.exchanges.borrow().iter().map(|journal| journal.record.clone()).collect()
    }

    pub(super) fn exchange(&self, id: &str) -> Option<ExchangeRecord> {
        self.exchanges.borrow().iter().map(|journal| &journal.record).find(|record| record.id == id).cloned()
    }

    pub(super) fn create(
        &self,
        record: &ExchangeRecord,
        chunks: &[StoredChunk],
        snapshots: &[StoredSnapshot],
    ) -> Result<(), StoreError> {
        if self.exchange(&record.id).is_some() {
            return Err(StoreError::Conflict(format!("the exchange {} is here already", record.id)));
        }
        let mut record = record.clone();
        record.snapshots = snapshots.iter().map(|kept| (kept.sequence, kept.bytes())).collect();
        let (chunks, snapshots) = (chunks.to_vec(), snapshots.to_vec());
        self.exchanges.borrow_mut().push(Journal { record, chunks, snapshots });
        Ok(())
    }

    pub(super) fn replace(
        &self,
        record: &ExchangeRecord,
        chunks: &[StoredChunk],
        snapshots: &[StoredSnapshot],
    ) -> Result<(), StoreError> {
        self.exchanges.borrow_mut().retain(|journal| journal.record.id != record.id);
        self.create(record, chunks, snapshots)
    }

    pub(super) fn append(&self, append: &Append) -> Result<(), StoreError> {
        self.change(&append.exchange, |Journal { record, chunks, .. }| {
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

    pub(super) fn chunk_before(&self, id: &str, sequence: u64) -> Option<u64> {
        let exchanges = self.exchanges.borrow();
        let journal = exchanges.iter().find(|journal| journal.record.id == id)?;
        let later = journal.chunks.partition_point(|(first, _)| *first <= sequence);
        later.checked_sub(1).map(|place| journal.chunks[place].0)
    }

    pub(super) fn keep_snapshot(
        &self,
        id: &str,
        epoch: u64,
        snapshot: &StoredSnapshot,
    ) -> Result<(), StoreError> {
        self.change(id, |journal| {
            snapshots::note(&mut journal.record, epoch, snapshot)?;
            journal.snapshots.push(snapshot.clone());
            Ok(())
        })
    }

    pub(super) fn snapshot(&self, id: &str, sequence: u64) -> Option<StoredSnapshot> {
        let exchanges = self.exchanges.borrow();
        let journal = exchanges.iter().find(|journal| journal.record.id == id)?;
        journal.snapshots.iter().find(|kept| kept.sequence == sequence).cloned()
    }

    pub(super) fn drop_snapshots(&self, id: &str, epoch: u64, sequences: &[u64]) -> Result<(), StoreError> {
        self.change(id, |journal| {
            snapshots::forget(&mut journal.record, epoch, sequences)?;
            journal.snapshots.retain(|kept| !sequences.contains(&kept.sequence));
            Ok(())
        })
    }

    pub(super) fn trim(&self, trim: &Trim) -> Result<(), StoreError> {
        self.change(&trim.exchange, |Journal { record, chunks, .. }| {
            let begins = chunks.iter().any(|(first, _)| *first == trim.first);
            if let Some(objection) = trim.objection(record, begins) {
                return Err(objection);
            }
            snapshots::cut(record, trim);
            chunks.retain(|(first, _)| *first >= trim.first);
            Ok(())
        })
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
