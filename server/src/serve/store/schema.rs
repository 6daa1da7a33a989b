//! The tables, and how an older file becomes the current one.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Each step once, in order; `user_version` counts the steps a file has taken.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE exchange (
        id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
        name     TEXT    NOT NULL,
        epoch    INTEGER NOT NULL,
        sequence INTEGER NOT NULL CHECK (sequence >= 0),
        hash     BLOB    NOT NULL CHECK (length(hash) = 32),
        digest   BLOB    NOT NULL CHECK (length(digest) = 16),
        created  INTEGER NOT NULL,
        updated  INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- One row for each chunk as it came. The key is where it ends, because that is what is looked up: the hash at a
    -- sequence, and the first chunk after one.
    CREATE TABLE chunk (
        exchange BLOB    NOT NULL REFERENCES exchange (id),
        last     INTEGER NOT NULL,
        hash     BLOB    NOT NULL CHECK (length(hash) = 32),
        bytes    BLOB    NOT NULL,
        PRIMARY KEY (exchange, last)
    ) STRICT;
"];

/// What a current file has.
const VERSION: u32 = MIGRATIONS.len() as u32;

/// Opens the file with the settings that every connection needs.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A write is answered when it is on the disk: each commit waits for it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Brings the file to the current version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let newer = StoreError::Newer { found: done, supported: VERSION };
    let left = usize::try_from(done).ok().and_then(|done| MIGRATIONS.get(done..)).ok_or(newer)?;
    for step in left {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}
