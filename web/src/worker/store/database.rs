//! The store in IndexedDB.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction};

use super::opening::open;
use super::record::{number, whole};
use super::request::{answer, complete, failed, transaction};
use super::snapshots::{clear_snapshots, put_snapshot};
use super::{Append, Durability, ExchangeRecord, StoreError, StoredChunk, StoredSnapshot};

pub(super) const EXCHANGES: &str = "exchanges";
pub(super) const CHUNKS: &str = "chunks";
pub(super) const SETTINGS: &str = "settings";
pub(super) const SNAPSHOTS: &str = "snapshots";
pub(super) const RECORDS: &str = "records";
pub(super) const READ: &str = "readonly";
pub(super) const WRITE: &str = "readwrite";

/// Exchanges in a database of the browser. Opened again when the browser has closed it.
#[derive(Debug)]
pub struct Database {
    name: String,
    open: RefCell<Option<IdbDatabase>>,
    /// What the browser said that it has lost.
    loss: Loss,
}

/// Where the opening of a database notes what the browser says that it has lost.
pub(super) type Loss = Rc<RefCell<Option<String>>>;

impl Database {
    /// Opens the database of this name, made if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if the browser has none to give, [`StoreError::NewerVersion`] if a newer Outcry
    /// made it, [`StoreError::Blocked`] if another tab keeps one of an older version open, [`StoreError::Failed`]
    /// if one of an older version could not be brought to this one; it is as it was then.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let loss = Loss::default();
        let database = open(name, &loss).await?;
        Ok(Self { name: name.to_owned(), open: RefCell::new(Some(database)), loss })
    }

    pub(super) fn loss(&self) -> Option<String> {
        self.loss.borrow().clone()
    }

    /// Starts a transaction of relaxed durability.
    pub(super) async fn start(&self, stores: &[&str], mode: &str) -> Result<IdbTransaction, StoreError> {
        self.start_as(stores, mode, Durability::Relaxed).await
    }

    /// Starts a transaction; once more on a fresh connection if the browser had closed the old one.
    async fn start_as(
        &self,
        stores: &[&str],
        mode: &str,
        durability: Durability,
    ) -> Result<IdbTransaction, StoreError> {
        let current = self.open.borrow().clone();
        if let Some(database) = current
            && let Ok(transaction) = transaction(&database, stores, mode, durability)
        {
            return Ok(transaction);
        }
        let database = open(&self.name, &self.loss).await?;
        let transaction = transaction(&database, stores, mode, durability).map_err(|error| failed(&error));
        *self.open.borrow_mut() = Some(database);
        transaction
    }

    pub(super) async fn exchanges(&self) -> Result<Vec<ExchangeRecord>, StoreError> {
        let transaction = self.start(&[EXCHANGES], READ).await?;
        let request =
            part(&transaction, EXCHANGES).and_then(|store| store.get_all()).map_err(|e| failed(&e))?;
        let records = answer(&transaction, &request).await?;
        Ok(Array::from(&records).iter().filter_map(|value| ExchangeRecord::from_value(&value)).collect())
    }

    pub(super) async fn exchange(&self, id: &str) -> Result<Option<ExchangeRecord>, StoreError> {
        let value = self.read(EXCHANGES, id).await?;
        if value.is_undefined() {
            return Ok(None);
        }
        let damaged = || StoreError::Failed(format!("the record of the exchange {id} is damaged"));
        ExchangeRecord::from_value(&value).ok_or_else(damaged).map(Some)
    }

    pub(super) async fn create(
        &self,
        record: &ExchangeRecord,
        chunks: &[StoredChunk],
        snapshots: &[StoredSnapshot],
    ) -> Result<(), StoreError> {
        if self.exchange(&record.id).await?.is_some() {
            return Err(StoreError::Conflict(format!("the exchange {} is here already", record.id)));
        }
        let transaction = self.start(&[EXCHANGES, CHUNKS, SNAPSHOTS, RECORDS], WRITE).await?;
        let written = (|| {
            let record = put_parts(&transaction, record, chunks, snapshots)?;
            part(&transaction, EXCHANGES)?.add(&record.to_value()?)?;
            Ok(())
        })();
        settle(&transaction, written).await
    }

    /// In one transaction: the chunks that were there go, and the new ones and their record come.
    pub(super) async fn replace(
        &self,
        record: &ExchangeRecord,
        chunks: &[StoredChunk],
        snapshots: &[StoredSnapshot],
    ) -> Result<(), StoreError> {
        let stores = [EXCHANGES, CHUNKS, SNAPSHOTS, RECORDS];
        let transaction = self.start_as(&stores, WRITE, Durability::Strict).await?;
        let written = (|| {
            let store = part(&transaction, CHUNKS)?;
            store.delete(&span(&record.id, 0, MAX_SEQUENCE)?)?;
            clear_snapshots(&transaction, &record.id)?;
            let record = put_parts(&transaction, record, chunks, snapshots)?;
            part(&transaction, EXCHANGES)?.put(&record.to_value()?)?;
            Ok(())
        })();
        settle(&transaction, written).await
    }

    pub(super) async fn append(&self, append: &Append) -> Result<(), StoreError> {
        let transaction = self.start_as(&[EXCHANGES, CHUNKS], WRITE, append.durability).await?;
        let appended = append.clone();
        self.update(&transaction, &append.exchange, move |transaction, record| {
            if record.epoch != appended.epoch {
                return Ok(Err(StoreError::Superseded { current: record.epoch }));
            }
            record.sequence = appended.last;
            record.bytes = appended.journal_bytes;
            record.digest.clone_from(&appended.digest);
            let chunks = part(transaction, CHUNKS)?;
            if appended.last > appended.first {
                chunks.delete(&span(&appended.exchange, appended.first + 1, appended.last)?)?;
            }
            let chunk = Uint8Array::from(appended.chunk.as_slice());
            chunks.put_with_key(&chunk, &key(&appended.exchange, appended.first))?;
            Ok(Ok(()))
        })
        .await
        .map(|_| ())
        .map_err(cleared)
    }

    /// Writes the record again, with the stores of an append: it comes after every append that was begun before.
    pub(super) async fn barrier(&self, id: &str, epoch: u64) -> Result<(), StoreError> {
        let transaction = self.start_as(&[EXCHANGES, CHUNKS], WRITE, Durability::Strict).await?;
        self.update(&transaction, id, move |_, record| match record.epoch {
            current if current != epoch => Ok(Err(StoreError::Superseded { current })),
            _ => Ok(Ok(())),
        })
        .await
        .map(|_| ())
        .map_err(cleared)
    }

    pub(super) async fn raise_epoch(&self, id: &str) -> Result<u64, StoreError> {
        let transaction = self.start(&[EXCHANGES], WRITE).await?;
        self.update(&transaction, id, |_, record| {
            record.epoch += 1;
            Ok(Ok(()))
        })
        .await
        .map(|record| record.epoch)
    }

    pub(super) async fn chunks(
        &self,
        id: &str,
        from: u64,
        count: u32,
    ) -> Result<Vec<StoredChunk>, StoreError> {
        let transaction = self.start(&[CHUNKS], READ).await?;
        let requests = (|| {
            let (store, range) = (part(&transaction, CHUNKS)?, span(id, from, MAX_SEQUENCE)?);
            let keys = store.get_all_keys_with_key_and_limit(&range, count)?;
            Ok((keys, store.get_all_with_key_and_limit(&range, count)?))
        })();
        let (keys, values) = requests.map_err(|error: JsValue| failed(&error))?;
        let keys = Array::from(&answer(&transaction, &keys).await?);
        let values = Array::from(&values.result().map_err(|error| failed(&error))?);
        let chunk = |(key, value): (JsValue, JsValue)| {
            let first = Array::from(&key).get(1).as_f64().and_then(whole).unwrap_or(0);
            (first, value.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default())
        };
        Ok(keys.iter().zip(values.iter()).map(chunk).collect())
    }

    pub(super) async fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.read(SETTINGS, key).await?;
        Ok(value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
    }

    pub(super) async fn keep_setting(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let transaction = self.start(&[SETTINGS], WRITE).await?;
        let written = part(&transaction, SETTINGS)
            .and_then(|store| store.put_with_key(&Uint8Array::from(value), &key.into()))
            .map(|_| ());
        settle(&transaction, written).await
    }

    async fn read(&self, store: &str, key: &str) -> Result<JsValue, StoreError> {
        let transaction = self.start(&[store], READ).await?;
        let request =
            part(&transaction, store).and_then(|store| store.get(&key.into())).map_err(|e| failed(&e))?;
        answer(&transaction, &request).await
    }

    /// Reads an exchange's record and lets `change` alter it and write beside it, all in one transaction.
    /// Everything is asked for inside the read's own event: no promise stands between the check and the writes.
    pub(super) async fn update(
        &self,
        transaction: &IdbTransaction,
        id: &str,
        change: impl FnOnce(&IdbTransaction, &mut ExchangeRecord) -> Result<Result<(), StoreError>, JsValue>
        + 'static,
    ) -> Result<ExchangeRecord, StoreError> {
        let outcome: Rc<Cell<Option<Result<ExchangeRecord, StoreError>>>> = Rc::default();
        let (answered, missing) = (Rc::clone(&outcome), id.to_owned());
        let (reading, records) = (transaction.clone(), part(transaction, EXCHANGES).map_err(|e| failed(&e))?);
        let request: IdbRequest = records.get(&id.into()).map_err(|e| failed(&e))?;
        let read = request.clone();
        let decide = Closure::once(move || {
            let attempt = || -> Result<Result<ExchangeRecord, StoreError>, JsValue> {
                let Some(mut record) = ExchangeRecord::from_value(&read.result()?) else {
                    return Ok(Err(StoreError::Conflict(format!("there is no exchange {missing}"))));
                };
                if let Err(refused) = change(&reading, &mut record)? {
                    return Ok(Err(refused));
                }
                records.put(&record.to_value()?)?;
                Ok(Ok(record))
            };
            let changed = attempt();
            let changed = changed.unwrap_or_else(|error| Err(failed(&error)));
            if changed.is_err() {
                // Nothing of a refused change may stay. It fails only if the transaction is over already.
                let _ = reading.abort();
            }
            answered.set(Some(changed));
        });
        request.set_onsuccess(Some(decide.as_ref().unchecked_ref()));
        let completed = complete(transaction).await;
        match outcome.take() {
            Some(Err(refused)) => Err(refused),
            Some(Ok(record)) => completed.map(|()| record),
            None => {
                Err(completed.err().unwrap_or_else(|| StoreError::Failed("the store did not answer".into())))
            }
        }
    }
}

/// Writes chunks and snapshots of an exchange; answers with its record, which lists them.
fn put_parts(
    transaction: &IdbTransaction,
    record: &ExchangeRecord,
    chunks: &[StoredChunk],
    snapshots: &[StoredSnapshot],
) -> Result<ExchangeRecord, JsValue> {
    let store = part(transaction, CHUNKS)?;
    for (first, chunk) in chunks {
        store.put_with_key(&Uint8Array::from(chunk.as_slice()), &key(&record.id, *first))?;
    }
    for snapshot in snapshots {
        put_snapshot(transaction, &record.id, snapshot)?;
    }
    let mut record = record.clone();
    record.snapshots = snapshots.iter().map(|kept| (kept.sequence, kept.bytes())).collect();
    Ok(record)
}

/// A writer's exchange was there: if it is not, it was taken away.
fn cleared(error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(_) => StoreError::Cleared,
        error => error,
    }
}

/// Waits for a transaction whose requests were made, or gives it up if one could not be.
pub(super) async fn settle(
    transaction: &IdbTransaction,
    made: Result<(), JsValue>,
) -> Result<(), StoreError> {
    match made {
        Ok(()) => complete(transaction).await,
        Err(error) => {
            // It fails only if the transaction is over already.
            let _ = transaction.abort();
            Err(failed(&error))
        }
    }
}

/// Above every sequence that a JavaScript number counts exactly.
pub(super) const MAX_SEQUENCE: u64 = 1 << 53;

pub(super) fn part(transaction: &IdbTransaction, store: &str) -> Result<IdbObjectStore, JsValue> {
    transaction.object_store(store)
}

pub(super) fn key(exchange: &str, first: u64) -> JsValue {
    Array::of2(&exchange.into(), &number(first)).into()
}

pub(super) fn span(exchange: &str, from: u64, to: u64) -> Result<JsValue, JsValue> {
    IdbKeyRange::bound(&key(exchange, from), &key(exchange, to)).map(JsValue::from)
}
