//! Snapshots in the database, and the trimming that they make possible.
//!
//! The record of an exchange lists them; list and snapshots change in one transaction, which checks the epoch as every
//! append does.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbCursor, IdbCursorDirection, IdbKeyRange, IdbRequest, IdbTransaction};

use super::database::{CHUNKS, EXCHANGES, MAX_SEQUENCE, READ, RECORDS, SNAPSHOTS, WRITE, key, part, span};
use super::record::{number, whole};
use super::request::{answer, complete, failed};
use super::{Database, ExchangeRecord, StoreError, StoredSnapshot, Trim};

/// The table of what is kept beside snapshots.
const PROJECTIONS: &str = "projections";

impl Database {
    pub(super) async fn chunk_before(&self, id: &str, sequence: u64) -> Result<Option<u64>, StoreError> {
        let transaction = self.start(&[CHUNKS], READ).await?;
        let request = part(&transaction, CHUNKS).and_then(|chunks| {
            let range = span(id, 0, sequence)?;
            chunks.open_key_cursor_with_range_and_direction(&range, IdbCursorDirection::Prev)
        });
        let cursor = answer(&transaction, &request.map_err(|error| failed(&error))?).await?;
        let Ok(cursor) = cursor.dyn_into::<IdbCursor>() else { return Ok(None) };
        let found = cursor.key().map_err(|error| failed(&error))?;
        Ok(Array::from(&found).get(1).as_f64().and_then(whole))
    }

    pub(super) async fn keep_snapshot(
        &self,
        id: &str,
        epoch: u64,
        snapshot: &StoredSnapshot,
    ) -> Result<(), StoreError> {
        let transaction = self.start(&[EXCHANGES, SNAPSHOTS, RECORDS], WRITE).await?;
        let (exchange, snapshot) = (id.to_owned(), snapshot.clone());
        self.update(&transaction, id, move |transaction, record| {
            if let Err(refused) = note(record, epoch, &snapshot) {
                return Ok(Err(refused));
            }
            put_snapshot(transaction, &exchange, &snapshot).map(Ok)
        })
        .await
        .map(|_| ())
    }

    pub(super) async fn snapshot(
        &self,
        id: &str,
        sequence: u64,
    ) -> Result<Option<StoredSnapshot>, StoreError> {
        let transaction = self.start(&[SNAPSHOTS, RECORDS], READ).await?;
        let requests = (|| {
            let exchange = part(&transaction, SNAPSHOTS)?.get(&key(id, sequence))?;
            Ok((exchange, part(&transaction, RECORDS)?.get(&beside(id, sequence))?))
        })();
        let (exchange, projections) = requests.map_err(|error: JsValue| failed(&error))?;
        complete(&transaction).await?;
        let bytes = |request: &IdbRequest| {
            let value = request.result().map_err(|error| failed(&error))?;
            Ok::<_, StoreError>(value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
        };
        let Some(exchange) = bytes(&exchange)? else { return Ok(None) };
        let projections = bytes(&projections)?.unwrap_or_default();
        Ok(Some(StoredSnapshot { sequence, exchange, projections }))
    }

    pub(super) async fn drop_snapshots(
        &self,
        id: &str,
        epoch: u64,
        sequences: &[u64],
    ) -> Result<(), StoreError> {
        let transaction = self.start(&[EXCHANGES, SNAPSHOTS, RECORDS], WRITE).await?;
        let (exchange, sequences) = (id.to_owned(), sequences.to_vec());
        self.update(&transaction, id, move |transaction, record| {
            if let Err(refused) = forget(record, epoch, &sequences) {
                return Ok(Err(refused));
            }
            for sequence in sequences {
                part(transaction, SNAPSHOTS)?.delete(&key(&exchange, sequence))?;
                part(transaction, RECORDS)?.delete(&beside(&exchange, sequence))?;
            }
            Ok(Ok(()))
        })
        .await
        .map(|_| ())
    }

    pub(super) async fn trim(&self, trim: &Trim) -> Result<(), StoreError> {
        let transaction = self.start(&[EXCHANGES, CHUNKS], WRITE).await?;
        // Answered before the record is: requests of a transaction are carried out in order.
        let begins = part(&transaction, CHUNKS)
            .and_then(|chunks| chunks.count_with_key(&key(&trim.exchange, trim.first)))
            .map_err(|error| failed(&error))?;
        let wanted = trim.clone();
        self.update(&transaction, &trim.exchange, move |transaction, record| {
            let begins = begins.result()?.as_f64().is_some_and(|count| count > 0.0);
            if let Some(objection) = wanted.objection(record, begins) {
                return Ok(Err(objection));
            }
            if wanted.first > 1 {
                let before = span(&wanted.exchange, 0, wanted.first - 1)?;
                part(transaction, CHUNKS)?.delete(&before)?;
            }
            cut(record, &wanted);
            Ok(Ok(()))
        })
        .await
        .map(|_| ())
    }
}

/// Writes both parts of a snapshot.
pub(super) fn put_snapshot(
    transaction: &IdbTransaction,
    exchange: &str,
    snapshot: &StoredSnapshot,
) -> Result<(), JsValue> {
    let (engine, projections) = (&snapshot.exchange[..], &snapshot.projections[..]);
    let store = part(transaction, SNAPSHOTS)?;
    store.put_with_key(&Uint8Array::from(engine), &key(exchange, snapshot.sequence))?;
    let store = part(transaction, RECORDS)?;
    store.put_with_key(&Uint8Array::from(projections), &beside(exchange, snapshot.sequence))?;
    Ok(())
}

/// Deletes all snapshots of an exchange.
pub(super) fn clear_snapshots(transaction: &IdbTransaction, exchange: &str) -> Result<(), JsValue> {
    part(transaction, SNAPSHOTS)?.delete(&span(exchange, 0, MAX_SEQUENCE)?)?;
    let all = IdbKeyRange::bound(&beside(exchange, 0), &beside(exchange, MAX_SEQUENCE))?;
    part(transaction, RECORDS)?.delete(&all)?;
    Ok(())
}

/// Where the projections of a snapshot are.
fn beside(exchange: &str, sequence: u64) -> JsValue {
    Array::of3(&PROJECTIONS.into(), &exchange.into(), &number(sequence)).into()
}

/// Lists a new snapshot.
///
/// # Errors
/// [`StoreError::Superseded`], [`StoreError::Conflict`].
pub(super) fn note(
    record: &mut ExchangeRecord,
    epoch: u64,
    snapshot: &StoredSnapshot,
) -> Result<(), StoreError> {
    check_epoch(record, epoch)?;
    let sequence = snapshot.sequence;
    if sequence > record.sequence || record.snapshots.iter().any(|&(at, _)| at == sequence) {
        let message = format!(
            "no snapshot of command {sequence} can be added to a journal that ends at {}",
            record.sequence
        );
        return Err(StoreError::Conflict(message));
    }
    record.snapshots.push((sequence, snapshot.bytes()));
    record.snapshots.sort_unstable();
    Ok(())
}

/// Takes snapshots off the list.
///
/// # Errors
/// [`StoreError::Superseded`].
pub(super) fn forget(record: &mut ExchangeRecord, epoch: u64, sequences: &[u64]) -> Result<(), StoreError> {
    check_epoch(record, epoch)?;
    record.snapshots.retain(|(at, _)| !sequences.contains(at));
    Ok(())
}

/// Notes that the front is gone.
pub(super) fn cut(record: &mut ExchangeRecord, trim: &Trim) {
    record.first = trim.first;
    record.trimmed += trim.bytes;
}

fn check_epoch(record: &ExchangeRecord, epoch: u64) -> Result<(), StoreError> {
    if record.epoch == epoch { Ok(()) } else { Err(StoreError::Superseded { current: record.epoch }) }
}
