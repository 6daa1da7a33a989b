//! No room: a quota at many sizes, and storage that is cleared under the open page.

use std::fs;
use std::path::Path;

use outcry_journal::{FilePart, FileReader};
use outcry_simulation::Random;
use serde_json::json;

use super::journal::{Flaw, StoredJournal};
use super::score::{Extent, Score};
use super::stage::Stage;
use crate::browser::{StoredChunk, try_wait, wait};

/// Bytes of room that are left beyond what is used when the page opens: none to a few hundred thousand.
const ROOM: u64 = 400_000;
/// Quotas on one profile before a new one is taken.
const LIVES: u64 = 8;

/// Gives the page less and less room, in a browser that starts anew, and more again.
#[must_use]
pub fn quotas(extent: Extent) -> Score {
    let mut score = Score::new(11, "a quota that is reached while trading");
    let mut stage = None;
    for (run, (seed, mut random)) in (0..).zip(extent.runs()) {
        if run % LIVES == 0 {
            stage = None;
        }
        let at_work = stage.get_or_insert_with(|| Stage::open("quota"));
        // Sizes of all orders of magnitude.
        let most = ROOM >> random.below(16);
        let room = random.below(most);
        let done = score.attempt(seed, || at_work.run_out_of_room(room, &mut random));
        score.acknowledged(1, at_work.ledger.saved());
        if done.is_none() {
            stage = None;
        }
    }
    score
}

/// Clears the storage of the open page.
#[must_use]
pub fn cleared(extent: Extent) -> Score {
    let mut score = Score::new(11, "storage cleared under the open page");
    let mut silent = 0_u64;
    for (seed, mut random) in extent.runs() {
        let mut stage = Stage::open("cleared");
        let done = score.attempt(seed, || stage.lose_the_store(&mut random));
        silent += u64::from(done == Some(Memory::None));
    }
    if silent > 0 {
        score.remark(format!("{silent} reloads began anew without a word: this page keeps no witness"));
    }
    score
}

/// What the page knows of a database that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// It said what there was.
    Told,
    /// It has no place to know it from.
    None,
}

impl Stage {
    /// Trades until the quota is reached, exports, gets more room, and goes on.
    fn run_out_of_room(&mut self, room: u64, random: &mut Random) -> Result<(), Flaw> {
        self.still();
        // Chromium remembers for half a minute how much room is left: only one that starts anew sees the limit at once.
        self.page.kill_browser();
        self.page.start_browser();
        self.page.leave();
        let used = self.page.script_async(
            "const finish = arguments[0]; navigator.storage.estimate().then(found => finish(found.usage))",
            &[],
        );
        let used = used.as_u64().unwrap_or_default();
        self.limit(Some(used + room));
        self.load();
        self.page.wait_status("open", |_| true);
        self.bustle();
        for _ in 0..=random.below(3) {
            self.place();
        }
        wait("the quota is reached", || {
            self.look();
            let state = self.page.data("storage", "storage");
            state.filter(|state| state == "failed")
        });
        self.page.set_crowd(false);
        // Trading goes on, and what is not saved is not shown as saved.
        let executed = self.place();
        let shown = wait("there is a status line", || self.look());
        self.check_stored()?;
        let told = self.told();
        if !told.iter().any(|words| words.to_lowercase().contains("room")) {
            return Err(Flaw::Untold(format!("the quota of {} bytes; it said {told:?}", used + room)));
        }
        // The export has what could not be stored.
        let exported = read_export(&self.page.export_journal(), self.ledger.exchange())?;
        self.ledger.check(&exported)?;
        if exported.len() < executed.max(shown.sequence) {
            return Err(Flaw::Shown(format!(
                "{executed} commands were executed, {} exported",
                exported.len()
            )));
        }
        self.limit(None);
        self.page.click_if_there("storage-retry");
        self.wait_saved(executed);
        self.page.wait_data("storage", "storage", "good");
        self.still();
        let journal = self.check_stored()?;
        self.load();
        self.check_reopened(&journal).map(|_| ())
    }

    /// Loses the whole database while the page is open, and opens the page again.
    fn lose_the_store(&mut self, random: &mut Random) -> Result<Memory, Flaw> {
        for _ in 0..=random.below(3) {
            let executed = self.place();
            self.wait_saved(executed);
        }
        let shown = self.still();
        let witnessed = self.has_witness();
        let origin = self.page.address().to_owned();
        self.page
            .devtools("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": "indexeddb" }));
        self.place();
        if try_wait(|| (!self.told().is_empty()).then_some(())).is_none() {
            return Err(Flaw::Untold("the database is gone, and the page trades on".to_owned()));
        }
        let now = wait("there is a status line", || self.page.status());
        if now.saved > shown.saved {
            return Err(Flaw::Lost { shown: now.saved, stored: 0 });
        }
        self.load();
        let told = self.outcome_of_opening();
        match told {
            Opening::Told(words) if words.replace(',', "").contains(&shown.sequence.to_string()) => {
                Ok(Memory::Told)
            }
            _ if !witnessed => Ok(Memory::None),
            other => {
                Err(Flaw::Untold(format!("{} commands are gone, and the page: {other:?}", shown.sequence)))
            }
        }
    }

    /// Leaves the page's origin so many bytes of room, or as many as the browser would.
    fn limit(&self, bytes: Option<u64>) {
        let mut arguments = json!({ "origin": self.page.address() });
        if let Some(bytes) = bytes {
            arguments["quotaSize"] = bytes.into();
        }
        self.page.devtools("Storage.overrideQuotaForOrigin", arguments);
    }

    /// Whether the page keeps a witness of what it has stored outside its database. If it does, waits until it has everything
    /// that was shown as saved: it is kept at most once a second.
    pub(super) fn has_witness(&self) -> bool {
        let script = "const kept = JSON.parse(localStorage.getItem('outcry/witness/outcry'));
            return kept && [kept.exchanges?.[arguments[0]]?.sequence ?? 0]";
        let look = || self.page.script(script, &[json!(self.ledger.exchange())]);
        if look().is_null() {
            return false;
        }
        wait("the witness has seen it all", || {
            look()[0].as_u64().filter(|sequence| *sequence >= self.ledger.saved())
        });
        true
    }

    /// Waits until the page shows an exchange or says why it does not.
    pub(super) fn outcome_of_opening(&self) -> Opening {
        let opened = try_wait(|| {
            if let Some(status) = self.page.status() {
                return Some(Opening::Open(status));
            }
            let state = self.page.session_state()?;
            let words = self.page.text("session")?;
            (!["starting", "opening", "open"].contains(&state.as_str())).then_some(Opening::Told(words))
        });
        opened.unwrap_or(Opening::Nothing)
    }
}

/// What became of opening the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// An exchange is open.
    Open(crate::browser::Status),
    /// None is, and this is said.
    Told(String),
    /// Neither.
    Nothing,
}

/// An exported journal, read as a stored one.
fn read_export(path: &Path, exchange: &str) -> Result<StoredJournal, Flaw> {
    let unsound = |why: &dyn std::fmt::Display| Flaw::Unsound(format!("the exported file: {why}"));
    let bytes = fs::read(path).map_err(|error| unsound(&error))?;
    // The next one would take its name, and its place.
    fs::remove_file(path).map_err(|error| unsound(&error))?;
    let mut reader = FileReader::new();
    reader.push(&bytes);
    let mut chunks = Vec::new();
    while let Some(part) = reader.take().map_err(|error| unsound(&error))? {
        if let FilePart::Chunk(chunk) = part {
            let first = chunk.first_sequence();
            chunks.push(StoredChunk { exchange: exchange.to_owned(), first, bytes: chunk.to_bytes() });
        }
    }
    reader.finish().map_err(|error| unsound(&error))?;
    StoredJournal::read(&chunks, exchange)
}
