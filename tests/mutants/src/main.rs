//! All bugs that cargo-mutants would plant, in one build, each behind a switch; and which of them a test notices.
//!
//! `outcry-mutants PROJECT COPY ALL.json CHOSEN.json PART OUT` takes what `cargo mutants --list --json` prints for a part, and
//! for what is chosen of it. The part is copied with all switches, and the tests are built once. Each test runs alone to see
//! which mutants it reaches; then each mutant is switched on and the tests that reach it run, those that are quick first,
//! until one fails. A mutant costs about a second, where building it alone takes a minute.
//!
//! The lists in `OUT` are those that cargo-mutants leaves; `by.txt` says which program of tests caught a mutant, `unreached.txt`
//! which survivors no test comes to, and `untried.txt` what cannot be switched: constants, functions behind `impl`. What is on a
//! list already is not done again.

mod build;
mod judge;
mod mutant;
mod plant;
mod render;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use crate::build::{Copy, Planted};
use crate::judge::{Asked, Fate, Tests};
use crate::mutant::Mutant;

/// The tests that are asked about the engine.
const ENGINE: [Asked; 10] = [
    Asked { package: "outcry-tests", program: "scenarios", only: &["::"], commands: "" },
    Asked { package: "outcry-engine", program: "outcry_engine", only: &[], commands: "" },
    Asked { package: "outcry-engine", program: "bad_input", only: &[], commands: "" },
    Asked { package: "outcry-engine", program: "orders", only: &[], commands: "" },
    Asked { package: "outcry-engine", program: "random_flow", only: &[], commands: "" },
    Asked {
        package: "outcry-tests",
        program: "oracle",
        only: &["engine_and_oracle_agree"],
        commands: "20000",
    },
    Asked {
        package: "outcry-tests",
        program: "invariants",
        only: &["a_refused_command_changes_only", "the_engine_endures", "invariants_hold"],
        commands: "5000",
    },
    Asked { package: "outcry-tests", program: "platform", only: &["journals_end"], commands: "" },
    Asked { package: "outcry-tests", program: "auditor", only: &["workloads_at"], commands: "" },
    Asked { package: "outcry-tests", program: "capacity", only: &[], commands: "" },
];
/// The tests that are asked about the journal.
const JOURNAL: [Asked; 2] = [
    Asked { package: "outcry-journal", program: "outcry_journal", only: &[], commands: "" },
    Asked { package: "outcry-journal", program: "journal", only: &[], commands: "" },
];
/// How many samples the mutants fall into: every n-th is in one, and one is done after the other.
const SAMPLES: u32 = 40;
/// The lists of what is done.
const DONE: [&str; 5] = ["caught.txt", "timeout.txt", "missed.txt", "unviable.txt", "untried.txt"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), String> {
    let [project, copy, all, chosen, part, out] = words else {
        return Err("outcry-mutants PROJECT COPY ALL.json CHOSEN.json PART OUT".to_owned());
    };
    let asked: &[Asked] = match part.as_str() {
        "engine" => &ENGINE,
        "journal" => &JOURNAL,
        _ => return Err(format!("the parts are engine and journal, not {part:?}")),
    };
    let root = Path::new(copy);
    let mutants = mutant::read(Path::new(all))?;
    let chosen: BTreeSet<String> =
        mutant::read(Path::new(chosen))?.into_iter().map(|mutant| mutant.name).collect();
    let mut copy = Copy::new(Path::new(project), root, part)?;
    let planted = copy.plant(&mutants, &root.join(format!("without-{part}.txt")))?;
    println!(
        "{} mutants: {} switched, {} do not compile",
        mutants.len(),
        planted.switched.len(),
        planted.unviable.len()
    );
    let tests = Tests::new(&copy, asked)?;
    Lists::new(out)?.judge(&tests, &planted, mutants.iter().filter(|mutant| chosen.contains(&mutant.name)))
}

/// The lists of what became of mutants.
struct Lists {
    folder: PathBuf,
    done: BTreeSet<String>,
}

impl Lists {
    fn new(folder: &str) -> Result<Self, String> {
        let folder = PathBuf::from(folder);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut done = BTreeSet::new();
        for list in DONE {
            let text = fs::read_to_string(folder.join(list)).unwrap_or_default();
            done.extend(text.lines().map(str::to_owned));
        }
        Ok(Self { folder, done })
    }

    fn add(&self, list: &str, line: &str) -> Result<(), String> {
        let path = self.folder.join(list);
        let file = OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| writeln!(file, "{line}"))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Asks the tests about all that is not on a list yet.
    fn judge<'a>(
        &self,
        tests: &Tests,
        planted: &Planted,
        mutants: impl Iterator<Item = &'a Mutant>,
    ) -> Result<(), String> {
        let mut names: BTreeMap<u32, &str> = BTreeMap::new();
        for mutant in mutants.filter(|mutant| !self.done.contains(&mutant.name)) {
            if planted.switched.contains(&mutant.id) {
                names.insert(mutant.id, &mutant.name);
            } else if planted.unviable.contains(&mutant.id) {
                self.add("unviable.txt", &mutant.name)?;
            } else {
                self.add("untried.txt", &mutant.name)?;
            }
        }
        let mut order: Vec<u32> = names.keys().copied().collect();
        // Whatever is done at any time is a sample of all.
        order.sort_by_key(|id| (id % SAMPLES, *id));
        let count = Mutex::new((0_usize, 0_usize));
        let failed = Mutex::new(None);
        tests.judge(&order, |id, fate| {
            let name = names[&id];
            let told = match fate {
                Fate::Caught(program) => self
                    .add("caught.txt", name)
                    .and_then(|()| self.add("by.txt", &format!("{program} {name}"))),
                Fate::Timeout(program) => self
                    .add("timeout.txt", name)
                    .and_then(|()| self.add("by.txt", &format!("{program} {name}"))),
                // Whoever calls it may do so in a constant, which is computed without mutants.
                Fate::Unreached if planted.maybe_constant.contains(&id) => self.add("untried.txt", name),
                Fate::Unreached => {
                    self.add("missed.txt", name).and_then(|()| self.add("unreached.txt", name))
                }
                Fate::Missed => self.add("missed.txt", name),
            };
            if let (Err(error), Ok(mut failed)) = (told, failed.lock()) {
                *failed = Some(error);
            }
            if let Ok(mut count) = count.lock() {
                count.0 += 1;
                count.1 += usize::from(matches!(fate, Fate::Missed | Fate::Unreached));
                if count.0.is_multiple_of(50) || count.0 == order.len() {
                    println!("{} of {} tried, {} not noticed", count.0, order.len(), count.1);
                }
            }
        });
        failed.into_inner().ok().flatten().map_or(Ok(()), Err)
    }
}
