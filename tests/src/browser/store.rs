//! The page's IndexedDB, looked at and damaged from outside: by a script on a plain document of the same origin,
//! while the page itself is not loaded.

use serde_json::{Value, json};

use super::page::Page;

/// A chunk of a journal in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChunk {
    /// Id of the exchange.
    pub exchange: String,
    /// Sequence of its first command.
    pub first: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Opens the database, hands it to `work` and calls back with what that resolves to, or with the error's words.
const WITH_STORE: &str = "
    const finish = arguments[arguments.length - 1];
    const asked = request => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const complete = transaction => new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve(null);
        transaction.onabort = () => reject(transaction.error);
    });
    let database;
    const open = async version => database = await asked(indexedDB.open('outcry', version));
    const run = async () => { WORK };
    // An open connection would keep others from raising the version.
    run().then(finish, error => finish({ failed: String(error) })).finally(() => database?.close());";

impl Page {
    /// Every chunk in the store, by exchange and sequence. Call [`Page::leave`] first.
    ///
    /// # Panics
    /// If the store cannot be read.
    #[must_use]
    pub fn stored_chunks(&self) -> Vec<StoredChunk> {
        let found = self.with_store(
            "const store = (await open()).transaction('chunks').objectStore('chunks');
             const [keys, values] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
             const text = bytes => Array.from(bytes, byte => String.fromCharCode(byte)).join('');
             return keys.map((key, i) => [key[0], key[1], text(values[i])])",
            &[],
        );
        let chunk = |row: &Value| {
            Some(StoredChunk {
                exchange: row[0].as_str()?.to_owned(),
                first: row[1].as_u64()?,
                // One character for each byte: the shortest way through JSON.
                bytes: row[2].as_str()?.chars().filter_map(|byte| u8::try_from(byte).ok()).collect(),
            })
        };
        found.as_array().into_iter().flatten().filter_map(chunk).collect()
    }

    /// What the store holds of the exchanges: (id, commands in the journal). Call [`Page::leave`] first.
    ///
    /// # Panics
    /// If the store cannot be read.
    #[must_use]
    pub fn stored_exchanges(&self) -> Vec<(String, u64)> {
        let found = self.with_store(
            "const store = (await open()).transaction('exchanges').objectStore('exchanges');
             return (await asked(store.getAll())).map(record => [record.id, record.sequence])",
            &[],
        );
        let record = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].as_u64()?));
        found.as_array().into_iter().flatten().filter_map(record).collect()
    }

    /// Puts a chunk into the store in place of what is there.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn put_chunk(&self, chunk: &StoredChunk) {
        self.with_store(
            "const transaction = (await open()).transaction('chunks', 'readwrite');
             transaction.objectStore('chunks').put(new Uint8Array(arguments[2]), [arguments[0], arguments[1]]);
             return complete(transaction)",
            &[json!(chunk.exchange), json!(chunk.first), json!(chunk.bytes)],
        );
    }

    /// Takes a chunk out of the store.
    ///
    /// # Panics
    /// If that fails.
    pub fn remove_chunk(&self, chunk: &StoredChunk) {
        self.with_store(
            "const transaction = (await open()).transaction('chunks', 'readwrite');
             transaction.objectStore('chunks').delete([arguments[0], arguments[1]]);
             return complete(transaction)",
            &[json!(chunk.exchange), json!(chunk.first)],
        );
    }

    /// Deletes the page's database, as a browser does that makes room, or a user who clears it: what the page keeps
    /// elsewhere stays. Call [`Page::leave`] first.
    ///
    /// # Panics
    /// If that fails.
    pub fn wipe_store(&self) {
        self.with_store("await asked(indexedDB.deleteDatabase('outcry')); return null", &[]);
    }

    /// Puts one chunk in the place of a journal's chunks from its first command on, and makes the record fit it: what
    /// is there afterwards is whole, and not what was there. Call [`Page::leave`] first.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn rewrite_journal(&self, exchange: &str, chunk: &StoredChunk, sequence: u64, digest: &str) {
        self.put_chunk(chunk);
        self.end_journal(exchange, chunk.first, sequence, digest);
    }

    /// Takes every chunk after the one that begins at `last` away and makes the record say that the journal ends with
    /// it. Call [`Page::leave`] first.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn end_journal(&self, exchange: &str, last: u64, sequence: u64, digest: &str) {
        self.with_store(
            "const [id, last, sequence, digest] = arguments;
             const transaction = (await open()).transaction(['exchanges', 'chunks'], 'readwrite');
             const [records, chunks] = ['exchanges', 'chunks'].map(name => transaction.objectStore(name));
             chunks.delete(IDBKeyRange.bound([id, last], [id, Number.MAX_SAFE_INTEGER], true));
             const record = await asked(records.get(id));
             records.put({ ...record, sequence, digest });
             return complete(transaction)",
            &[json!(exchange), json!(last), json!(sequence), json!(digest)],
        );
    }

    /// Makes an empty store of the page's shape, where the page itself never ran.
    ///
    /// # Panics
    /// If that fails.
    pub fn make_store(&self) {
        self.with_store(
            "const request = indexedDB.open('outcry', 1);
             request.onupgradeneeded = () => request.result.createObjectStore('chunks');
             database = await asked(request); return null",
            &[],
        );
    }

    /// Raises the version of the database, as a newer Outcry would.
    ///
    /// # Panics
    /// If that fails.
    pub fn raise_store_version(&self, version: u32) {
        self.with_store("await open(arguments[0]); return null", &[json!(version)]);
    }

    fn with_store(&self, work: &str, arguments: &[Value]) -> Value {
        let answer = self.script_async(&WITH_STORE.replace("WORK", work), arguments);
        assert!(answer.get("failed").is_none(), "the store answers {answer}");
        answer
    }
}
