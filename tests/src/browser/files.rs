//! Files in and out: picked, dropped, and offered for download.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::page::{Page, selector};
use super::wait::{wait, wait_at_most};

/// How long an import may take: a whole day of messages on a loaded machine.
const IMPORT_DEADLINE: Duration = Duration::from_secs(180);

/// An import as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportView {
    /// `running`, `paused`, `finished`, `canceled`, `refused`.
    pub stage: String,
    /// Rows done.
    pub done: u64,
    /// Rows in the file.
    pub total: u64,
    /// The figures, by label.
    pub figures: BTreeMap<String, String>,
    /// What is wrong in the file.
    pub complaints: Vec<RowComplaint>,
}

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowComplaint {
    /// The row, from 1; 0 for the file as a whole.
    pub row: u64,
    /// The column; empty for the row as a whole.
    pub column: String,
    /// In words.
    pub message: String,
}

impl Page {
    /// Writes a file and gives it to the page by its file field.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn import_text(&self, name: &str, text: &str) {
        let path = self.drawer().join(name);
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.import(&[path]);
    }

    /// Gives files to the page by its file field.
    pub fn import(&self, paths: &[PathBuf]) {
        self.click("tab-files");
        self.give_files("file-input", paths);
    }

    /// Presses pause from the first moment of the next import on until it is held, quicker than any hand: in the page
    /// itself, once a frame. While a file is still being read there is nothing to hold yet.
    pub fn pause_next_import(&self) {
        let script = "
            const press = () => {
                if (document.querySelector('[data-testid=import]')?.dataset.stage === 'paused') return;
                document.querySelector('[data-testid=import-pause]')?.click();
                requestAnimationFrame(press);
            };
            press()";
        self.script(script, &[]);
    }

    /// Drops a file onto the drop zone.
    pub fn drop_file(&self, name: &str, text: &str) {
        self.click("tab-files");
        let script = "
            const files = new DataTransfer();
            files.items.add(new File([arguments[2]], arguments[1]));
            const zone = document.querySelector(arguments[0]);
            for (const kind of ['dragenter', 'dragover', 'drop'])
                zone.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));";
        self.script(script, &[json!(selector("drop-zone")), json!(name), json!(text)]);
    }

    /// The import, if one is shown.
    #[must_use]
    pub fn import_view(&self) -> Option<ImportView> {
        let script = "
            const view = document.querySelector('[data-testid=import]');
            return view && {
                ...view.dataset,
                figures: [...view.querySelectorAll('[data-figure]')].map(f => [f.dataset.figure, f.textContent]),
                complaints: [...view.querySelectorAll('[data-row]')]
                    .map(row => [row.dataset.row, row.dataset.column, row.lastElementChild.textContent]),
            }";
        let view = self.script(script, &[]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |name: &str| view[name].as_array().cloned().unwrap_or_default();
        Some(ImportView {
            stage: view["stage"].as_str()?.to_owned(),
            done: view["done"].as_str()?.parse().ok()?,
            total: view["total"].as_str()?.parse().ok()?,
            figures: list("figures").iter().map(|figure| (text(&figure[0]), text(&figure[1]))).collect(),
            complaints: list("complaints")
                .iter()
                .map(|row| RowComplaint {
                    row: text(&row[0]).parse().unwrap_or_default(),
                    column: text(&row[1]),
                    message: text(&row[2]),
                })
                .collect(),
        })
    }

    /// Waits until the import is over, however it ends.
    ///
    /// # Panics
    /// If it is not in time.
    pub fn wait_import(&self) -> ImportView {
        self.wait_import_view("it is over", |view| !matches!(view.stage.as_str(), "running" | "paused"))
    }

    /// Waits until the import fulfils a condition.
    ///
    /// # Panics
    /// If it does not in time.
    pub fn wait_import_view(&self, what: &str, holds: impl Fn(&ImportView) -> bool) -> ImportView {
        self.click("tab-files");
        wait_at_most(IMPORT_DEADLINE, &format!("the import: {what}"), || self.import_view().filter(&holds))
    }

    /// Takes the view of an import that is over off the screen.
    pub fn dismiss_import(&self) {
        self.click("tab-files");
        self.click("import-dismiss");
        wait("the import is off the screen", || (!self.has("import")).then_some(()));
    }

    /// Exports the journal and waits for the file.
    ///
    /// # Panics
    /// If the browser does not finish the download in time.
    pub fn export_journal(&self) -> PathBuf {
        let before = listed(&self.downloads());
        self.click("tab-files");
        self.click("export");
        wait("the exported journal is downloaded", || {
            let now = listed(&self.downloads());
            // A download that is under way has a name of the browser's own.
            let whole = |path: &PathBuf| path.extension().is_none_or(|ending| ending != "crdownload");
            now.into_iter().find(|path| !before.contains(path) && whole(path))
        })
    }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
