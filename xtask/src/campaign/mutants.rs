//! `cargo xtask campaign mutants`: bugs planted one at a time in a copy of the sources, and which of them a test notices.
//!
//! What is not mutated, with the reasons, stands in `.cargo/mutants.toml`. A mutant that no test notices is a test to
//! write, or it is explained in `docs/mutants.md`. The whole takes days on one core: shards are meant to be run one by
//! one, each leaves its lists in `target/mutants`.

use std::fs;
use std::path::{Path, PathBuf};

use super::Mutants;
use super::outcomes::{Explained, Outcomes};
use crate::failure::{Context, Outcome};
use crate::process::{capture, overhear, quoted};
use crate::step::{Colour, note, paint, step};
use crate::tool;
use crate::workspace::Workspace;

/// The version of cargo-mutants that is used; its mutants, and so all figures, change from version to version.
const VERSION: &str = "27.1.0";
/// Where survivors are explained.
const EXPLAINED: &str = "docs/mutants.md";
/// What is mutated.
const SOURCES: [&str; 2] = ["engine/src/**/*.rs", "journal/src/**/*.rs"];
/// Packages whose tests are asked.
const TESTERS: [&str; 3] = ["outcry-engine", "outcry-journal", "outcry-tests"];
/// Programs of tests that are asked, beside the tests inside the packages: quick ones that look at much.
const TESTS: [&str; 6] = ["random_flow", "journal", "oracle", "scenarios", "invariants", "auditor"];
/// Commands that the oracle is asked about for each mutant: six seeds.
const COMMANDS: &str = "30000";

/// Plants the selected mutants; whether enough are caught and all others are explained.
pub(super) fn mutants(workspace: &Workspace, selection: &Mutants) -> Outcome<bool> {
    let why = "it plants the bugs";
    tool::cargo_tool(workspace, "cargo-mutants", "cargo-mutants", VERSION, why)?;
    let folder = workspace.target().join("mutants").join(name(selection));
    fs::create_dir_all(&folder).context(|| folder.display().to_string())?;
    let mut cargo = workspace.cargo();
    cargo.env("PATH", workspace.search_path(None)?).env("OUTCRY_COMMANDS", COMMANDS);
    // The copy is built beside itself, not into the folder of this checkout.
    cargo.env_remove("CARGO_TARGET_DIR");
    cargo.args(["mutants", "--no-shuffle", "--profile", "mutants", "--output"]).arg(&folder);
    for package in TESTERS {
        cargo.args(["--test-package", package]);
    }
    let sources: Vec<&str> = match &selection.files[..] {
        [] => SOURCES.to_vec(),
        files => files.iter().map(String::as_str).collect(),
    };
    for source in sources {
        cargo.args(["--file", source]);
    }
    if let Some(shard) = &selection.shard {
        cargo.args(["--shard", shard]);
    }
    if let Some(since) = &selection.since {
        cargo.arg("--in-diff").arg(changes(workspace, &folder, since)?);
    }
    cargo.args(["--", "--lib"]);
    for test in TESTS {
        cargo.args(["--test", test]);
    }
    step("plant mutants", || {
        note(&quoted(&cargo));
        // Survivors are no failure of the program; they are counted below, and none at all has no lists.
        overhear(&mut cargo, &mut std::io::stdout(), |_| ()).map(|_| ())
    })?;
    report(workspace, &folder)
}

/// The folder of a selection: a shard, files or changes of their own leave the lists of others alone.
fn name(selection: &Mutants) -> String {
    let parts = selection.shard.iter().chain(&selection.files).chain(&selection.since);
    let name: Vec<String> = parts
        .map(|part| part.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect())
        .collect();
    if name.is_empty() { "all".to_owned() } else { name.join("-") }
}

/// Writes down what changed in the mutated sources since a revision.
fn changes(workspace: &Workspace, folder: &Path, since: &str) -> Outcome<PathBuf> {
    let diff = capture(workspace.command("git").args(["diff", since, "--", "engine/src", "journal/src"]))?;
    let path = folder.join("changes.diff");
    fs::write(&path, diff).context(|| path.display().to_string())?;
    Ok(path)
}

/// Prints counts and survivors; whether the bar is met.
fn report(workspace: &Workspace, folder: &Path) -> Outcome<bool> {
    let outcomes = Outcomes::read(&folder.join("mutants.out"))?;
    let path = workspace.root().join(EXPLAINED);
    let explained = Explained::parse(&fs::read_to_string(&path).context(|| path.display().to_string())?);
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        outcomes.survivors().partition(|survivor| explained.has(survivor));
    for survivor in known {
        note(&format!("survived, explained in {EXPLAINED}: {survivor}"));
    }
    for survivor in &unknown {
        println!("    {} {survivor}", paint(Colour::Red, "survived:"));
    }
    println!("{}", outcomes.summary(unknown.len()));
    Ok(unknown.is_empty() && outcomes.meet_the_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selection_has_a_folder_of_its_own() {
        assert_eq!(name(&Mutants::default()), "all");
        let files = vec!["journal/**".to_owned()];
        let selection = Mutants { shard: Some("0/8".to_owned()), files, since: None };
        assert_eq!(name(&selection), "0_8-journal___");
    }

    #[test]
    fn the_page_of_survivors_can_be_read() {
        let workspace = Workspace::locate().unwrap();
        let text = fs::read_to_string(workspace.root().join(EXPLAINED)).unwrap();
        let rows = text.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(Explained::parse(&text).len(), rows, "every row has a mutant and a reason");
    }
}
