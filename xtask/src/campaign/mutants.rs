//! `cargo xtask campaign mutants`: bugs planted one at a time in a copy of the sources, and which of them a test notices.
//!
//! What is not mutated, with the reasons, stands in `.cargo/mutants.toml`. A mutant that no test notices is a test to
//! write, or it is explained in `docs/mutants.md`. The whole takes days on one core: shards are meant to be run one by
//! one, each leaves its lists in `target/mutants`.

use std::fs;
use std::io::stdout;
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
/// What is mutated, one after the other.
const PARTS: [Part; 2] = [
    Part { folder: "journal", package: "outcry-journal", testers: &["outcry-journal"], tests: &["journal"] },
    Part {
        folder: "engine",
        package: "outcry-engine",
        testers: &["outcry-engine", "outcry-tests"],
        tests: &["random_flow", "bad_input", "oracle", "scenarios", "invariants", "auditor"],
    },
];
/// Commands that the oracle is asked about for each mutant: six seeds.
const COMMANDS: &str = "30000";

/// Sources, and the tests that are asked about them: quick ones that look at much.
#[derive(Debug, Clone, Copy)]
struct Part {
    folder: &'static str,
    package: &'static str,
    /// The packages whose tests are asked.
    testers: &'static [&'static str],
    /// Their programs of tests, beside the tests inside the sources.
    tests: &'static [&'static str],
}

impl Part {
    /// The files of the selection that are in this part: all of them when none is named.
    fn files<'a>(&self, selection: &'a Mutants) -> Vec<&'a str> {
        let folder = format!("{}/", self.folder);
        selection.files.iter().map(String::as_str).filter(|file| file.starts_with(&folder)).collect()
    }
}

/// Plants the selected mutants; whether enough are caught and all others are explained.
pub(super) fn mutants(workspace: &Workspace, selection: &Mutants) -> Outcome<bool> {
    if let Some(file) = selection.files.iter().find(|file| !is_in_a_part(file)) {
        return Err(format!("--file takes files of journal/ and engine/, not {file:?}").into());
    }
    tool::cargo_tool(workspace, "cargo-mutants", "cargo-mutants", VERSION, "it plants the bugs")?;
    let mut sum = Outcomes::default();
    for part in PARTS {
        let files = part.files(selection);
        if selection.files.is_empty() || !files.is_empty() {
            sum.add(plant(workspace, selection, part, &files)?);
        }
    }
    report(workspace, &sum)
}

fn is_in_a_part(file: &str) -> bool {
    file.split_once('/').is_some_and(|(folder, _)| PARTS.iter().any(|part| part.folder == folder))
}

/// Plants the mutants of one part.
fn plant(workspace: &Workspace, selection: &Mutants, part: Part, files: &[&str]) -> Outcome<Outcomes> {
    let folder = workspace.target().join("mutants").join(part.folder).join(name(selection));
    fs::create_dir_all(&folder).context(|| folder.display().to_string())?;
    let mut cargo = workspace.cargo();
    cargo.env("PATH", workspace.search_path(None)?).env("OUTCRY_COMMANDS", COMMANDS);
    // The copy is built inside itself, not into the folder of this checkout.
    cargo.env_remove("CARGO_TARGET_DIR");
    cargo.args(["mutants", "--no-shuffle", "--profile", "mutants", "--package", part.package, "--output"]);
    cargo.arg(&folder);
    for package in part.testers {
        cargo.args(["--test-package", package]);
    }
    for file in files {
        cargo.args(["--file", file]);
    }
    if let Some(shard) = &selection.shard {
        // Every n-th mutant, so that one shard is a sample of all.
        cargo.args(["--shard", shard, "--sharding", "round-robin"]);
    }
    if let Some(since) = &selection.since {
        cargo.arg("--in-diff").arg(changes(workspace, &folder, part, since)?);
    }
    cargo.args(["--", "--lib"]);
    for test in part.tests {
        cargo.args(["--test", test]);
    }
    let lists = folder.join("mutants.out");
    if lists.exists() {
        fs::remove_dir_all(&lists).context(|| lists.display().to_string())?;
    }
    step(&format!("plant mutants in {}", part.folder), || {
        note(&quoted(&cargo));
        let well = overhear(&mut cargo, &mut stdout(), |_| ())?;
        let outcomes = Outcomes::read(&lists)?;
        // Survivors are a bad end too, and are counted; no mutants at all is a good one.
        if !well && outcomes.is_empty() {
            return Err(
                "no mutant was tried: the tests fail without one, or there is nothing to plant".into()
            );
        }
        Ok(outcomes)
    })
}

/// The folder of a selection: a shard, files or changes of their own leave the lists of others alone.
fn name(selection: &Mutants) -> String {
    let parts = selection.shard.iter().chain(&selection.files).chain(&selection.since);
    let name: Vec<String> = parts
        .map(|part| part.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect())
        .collect();
    if name.is_empty() { "all".to_owned() } else { name.join("-") }
}

/// Writes down what changed in a part since a revision.
fn changes(workspace: &Workspace, folder: &Path, part: Part, since: &str) -> Outcome<PathBuf> {
    let sources = format!("{}/src", part.folder);
    let diff = capture(workspace.command("git").args(["diff", since, "--", &sources]))?;
    let path = folder.join("changes.diff");
    fs::write(&path, diff).context(|| path.display().to_string())?;
    Ok(path)
}

/// Prints counts and survivors; whether the bar is met.
fn report(workspace: &Workspace, outcomes: &Outcomes) -> Outcome<bool> {
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
        assert_eq!(PARTS.map(|part| part.files(&selection).len()), [1, 0]);
        assert_eq!(
            ["journal/src/a.rs", "engine/**", "web/src/a.rs", "engine"].map(is_in_a_part),
            [true, true, false, false]
        );
    }

    #[test]
    fn the_page_of_survivors_can_be_read() {
        let workspace = Workspace::locate().unwrap();
        let text = fs::read_to_string(workspace.root().join(EXPLAINED)).unwrap();
        let rows = text.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(Explained::parse(&text).len(), rows, "every row has a mutant and a reason");
    }
}
