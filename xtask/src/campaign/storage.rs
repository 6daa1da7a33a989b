//! `cargo xtask campaign storage`: faults of storage in the real page, as often as the table of bars asks for.
//!
//! It is the test `tests/tests/e2e_faults.rs` with more runs. What came of each fault is printed as a table, and written
//! to `target/campaign/storage.md`; a fault that was not borne is told with its seed.

use std::fs;
use std::io::stdout;
use std::time::Instant;

use super::Share;
use crate::browser::Browser;
use crate::failure::{Context, Outcome};
use crate::page;
use crate::process::overhear;
use crate::run::build_server;
use crate::step::{Seconds, step};
use crate::tally::Tally;
use crate::test::with_page;
use crate::workspace::Workspace;

/// What stands before a row of the table in the output of the tests.
const ROW: &str = "storage: |";
/// The head of the table.
const HEAD: &str = "\
| bar | fault | runs | own orders shown as saved | commands shown as saved | failed | fails at most (95 %) | time | remarks |
|---|---|---|---|---|---|---|---|---|
";

/// Builds page, server and test, runs it, and returns whether every fault was borne.
pub(super) fn storage(workspace: &Workspace, share: &Share) -> Outcome<bool> {
    let browser = Browser::ready(workspace)?;
    page::deliver(workspace)?;
    build_server(workspace)?;
    let mut cargo = with_page(workspace, &browser, "e2e_faults");
    cargo.env("OUTCRY_STORAGE_PERCENT", share.percent.to_string()).env("OUTCRY_SEED", share.seed.to_string());
    cargo.args(["--", "--nocapture", "--test-threads", "1"]).args(&share.filter);
    let started = Instant::now();
    let (mut rows, mut tests) = (String::new(), Tally::default());
    let well = step(&format!("faults of storage, {} % of a campaign", share.percent), || {
        overhear(&mut cargo, &mut stdout(), |line| {
            if let Some(row) = row(line) {
                rows += row;
                rows.push('\n');
            }
            if let Some(part) = Tally::parse(line) {
                tests += part;
            }
        })
    })?;
    let table = format!(
        "{HEAD}{rows}\nSeed {}, {} % of a campaign, {}; {tests}.\n",
        share.seed,
        share.percent,
        Seconds(started.elapsed())
    );
    let folder = workspace.root().join("target/campaign");
    let file = folder.join("storage.md");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&file, &table))
        .context(|| file.display().to_string())?;
    print!("\n{table}");
    Ok(well && tests.failed == 0 && !rows.is_empty())
}

/// The row of the table in a line, behind anything.
fn row(line: &str) -> Option<&str> {
    let start = line.find(ROW)?;
    line.get(start + ROW.len() - 1..).map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_behind_anything_and_other_lines_are_not() {
        assert_eq!(row("storage: | 7 | tab closed | 3 |"), Some("| 7 | tab closed | 3 |"));
        assert_eq!(row("test a_tab ... storage: | 7 | tab closed |\n"), Some("| 7 | tab closed |"));
        assert_eq!(row("storage: tab closed failed with seed 4: lost"), None);
    }
}
