//! `cargo xtask campaign mutants`: bugs planted one at a time in a copy of the sources, and which of them a test notices.
//!
//! cargo-mutants says which bugs there are. All are built at once, each behind a switch (`tests/mutants`), so that a mutant costs
//! no build of its own. The few that cannot be switched, and whoever doubts the switches, take `--one-by-one`: there
//! cargo-mutants plants, builds and asks by itself. What is not mutated, with the reasons, stands in `.cargo/mutants.toml`. A
//! mutant that no test notices is a test to write, or it is explained in `docs/mutants.md`. Lists are left in
//! `target/mutants`; `--go-on` goes on with those of a run that was ended.

use std::fs;
use std::io::stdout;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::arguments::{Manner, Mutants};
use super::outcomes::{Explained, Outcomes};
use crate::apart::MUTANTS;
use crate::failure::{Context, Failure, Outcome};
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
        tests: &[
            "scenarios",
            "bad_input",
            "orders",
            "random_flow",
            "oracle",
            "invariants",
            "auditor",
            "capacity",
        ],
    },
];
/// Commands that the oracle is asked about for each mutant that is built alone: six seeds.
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
    let lists = folder.join("mutants.out");
    if lists.exists() && !selection.go_on {
        fs::remove_dir_all(&lists).context(|| lists.display().to_string())?;
    }
    let chosen = choice(workspace, selection, part, (&folder, files))?;
    step(&format!("plant mutants in {}", part.folder), || {
        let mut program = match selection.manner {
            Manner::Switched => switched(workspace, part, (&folder, &lists), &chosen)?,
            Manner::OneByOne => one_by_one(workspace, part, &folder, &chosen)?,
        };
        note(&quoted(&program));
        let well = overhear(&mut program, &mut stdout(), |_| ())?;
        let outcomes = Outcomes::read(&lists)?;
        // Survivors are a bad end of cargo-mutants too, and are counted; no mutants at all is a good one.
        if !well && (outcomes.is_empty() || selection.manner == Manner::Switched) {
            return Err("the mutants were not tried: see above".into());
        }
        Ok(outcomes)
    })
}

/// The words with which cargo-mutants takes what is selected of a part.
fn choice(
    workspace: &Workspace,
    selection: &Mutants,
    part: Part,
    (folder, files): (&Path, &[&str]),
) -> Outcome<Vec<String>> {
    let mut words: Vec<String> = files.iter().flat_map(|file| ["--file", file]).map(str::to_owned).collect();
    if let Some(shard) = &selection.shard {
        // Every n-th mutant, so that one shard is a sample of all.
        words.extend(["--shard", shard, "--sharding", "round-robin"].map(str::to_owned));
    }
    if let Some(since) = &selection.since {
        words
            .extend(["--in-diff".to_owned(), changes(workspace, folder, part, since)?.display().to_string()]);
    }
    Ok(words)
}

/// cargo-mutants, on a part.
fn cargo_mutants(workspace: &Workspace, part: Part) -> Outcome<Command> {
    let mut cargo = workspace.cargo();
    cargo.env("PATH", workspace.search_path(None)?);
    // The copy is built inside itself, not into the folder of this checkout.
    cargo.env_remove("CARGO_TARGET_DIR");
    cargo.args(["mutants", "--package", part.package]);
    Ok(cargo)
}

/// The program that switches mutants, with the lists of all and of those that are chosen.
fn switched(
    workspace: &Workspace,
    part: Part,
    (folder, lists): (&Path, &Path),
    chosen: &[String],
) -> Outcome<Command> {
    let write = |name: &str, words: &[String]| {
        let list = capture(cargo_mutants(workspace, part)?.args(["--list", "--json"]).args(words))?;
        let path = folder.join(name);
        fs::write(&path, list).context(|| path.display().to_string())?;
        Ok::<PathBuf, Failure>(path)
    };
    let (all, chosen) = (write("all.json", &[])?, write("chosen.json", chosen)?);
    let mut program = MUTANTS.cargo(workspace, "run");
    program.args(["--quiet", "--release", "--"]);
    program.arg(workspace.root()).arg(workspace.target().join("mutants").join("copy"));
    program.args([&all, &chosen]).arg(part.folder).arg(lists);
    Ok(program)
}

/// cargo-mutants itself: a build and a run of the tests for each mutant.
fn one_by_one(workspace: &Workspace, part: Part, folder: &Path, chosen: &[String]) -> Outcome<Command> {
    let mut cargo = cargo_mutants(workspace, part)?;
    cargo.env("OUTCRY_COMMANDS", COMMANDS).env("OUTCRY_SHRINK", "0");
    cargo.args(["--no-shuffle", "--profile", "mutants", "--output"]).arg(folder).args(chosen);
    for package in part.testers {
        cargo.args(["--test-package", package]);
    }
    cargo.args(["--", "--lib"]);
    for test in part.tests {
        cargo.args(["--test", test]);
    }
    // The planted faults of the oracle say nothing about a mutant.
    cargo.args(["--", "--skip", "caught"]);
    Ok(cargo)
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
        let selection = Mutants { shard: Some("0/8".to_owned()), files, ..Mutants::default() };
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
