//! The tests, which mutants each of them reaches, and which mutants they notice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::build::Copy;

/// Tests run beside each other.
const WORKERS: usize = 2;
/// A test that takes less is asked together with others of its program.
const QUICK: Duration = Duration::from_millis(500);
/// Address space of a test, in kB: a loop that collects ends soon.
const MEMORY: u32 = 4_000_000;

/// A program of tests, and which of its tests are asked.
pub(crate) struct Asked {
    /// The package and its program; the tests inside the sources are a program named like the crate.
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    /// Only tests whose names have one of these in them; all when empty.
    pub(crate) only: &'static [&'static str],
    /// How many commands it brings, if it lets itself be told.
    pub(crate) commands: &'static str,
}

/// A test, and what it reaches.
struct Test {
    name: String,
    reached: BTreeSet<u32>,
    took: Duration,
}

struct Program {
    path: PathBuf,
    /// Where its package is: tests are run there.
    folder: PathBuf,
    name: &'static str,
    commands: &'static str,
    tests: Vec<Test>,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A test of this program failed.
    Caught(&'static str),
    /// Tests of this program did not end.
    Timeout(&'static str),
    /// No test failed.
    Missed,
    /// No test came there.
    Unreached,
}

/// The programs of tests in the copy.
pub(crate) struct Tests(Vec<Program>);

impl Tests {
    /// Builds the programs and finds out which mutants each test reaches.
    pub(crate) fn new(copy: &Copy, asked: &[Asked]) -> Result<Self, String> {
        let mut words = vec!["test", "--no-run", "--profile", "mutants", "--message-format=json"];
        for asked in asked {
            words.extend(["-p", asked.package]);
            if asked.package.replace('-', "_") == asked.program {
                words.push("--lib");
            } else {
                words.extend(["--test", asked.program]);
            }
        }
        let output =
            copy.cargo(&words).stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
        let mut paths: BTreeMap<String, PathBuf> = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            if let (Some(name), Some(path)) = (line["target"]["name"].as_str(), line["executable"].as_str()) {
                paths.insert(name.to_owned(), PathBuf::from(path));
            }
        }
        if !output.status.success() {
            return Err("the tests do not compile".to_owned());
        }
        let mut programs = Vec::new();
        for asked in asked {
            let path =
                paths.get(asked.program).ok_or_else(|| format!("no program {}", asked.program))?.clone();
            let folder = copy.root.join(asked.package.trim_start_matches("outcry-"));
            let list =
                Command::new(&path).args(["--list", "--format", "terse"]).current_dir(&folder).output();
            let list = list.map_err(|error| error.to_string())?;
            let tests = String::from_utf8_lossy(&list.stdout)
                .lines()
                .filter_map(|line| line.strip_suffix(": test"))
                .filter(|name| asked.only.is_empty() || asked.only.iter().any(|part| name.contains(part)))
                .map(|name| Test { name: name.to_owned(), reached: BTreeSet::new(), took: Duration::ZERO })
                .collect();
            programs.push(Program { path, folder, name: asked.program, commands: asked.commands, tests });
        }
        let mut tests = Self(programs);
        tests.record(&copy.root)?;
        Ok(tests)
    }

    /// Runs each test by itself.
    fn record(&mut self, root: &Path) -> Result<(), String> {
        let all: Vec<(usize, usize)> = (self.0.iter().enumerate())
            .flat_map(|(program, it)| (0..it.tests.len()).map(move |test| (program, test)))
            .collect();
        let found = Mutex::new(Vec::new());
        beside(all.len(), |index| {
            let (program, test) = all[index];
            let it = &self.0[program];
            let file = root.join(format!("reached-{index}.txt"));
            let _ = fs::remove_file(&file);
            let started = Instant::now();
            let mut command = it.command("record", &[&it.tests[test]], 600);
            let well = command.env("OUTCRY_REACHED", &file).status().is_ok_and(|status| status.success());
            let took = started.elapsed();
            let text = fs::read_to_string(&file).unwrap_or_default();
            let _ = fs::remove_file(&file);
            let reached: BTreeSet<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
            if let Ok(mut found) = found.lock() {
                found.push((program, test, well, reached, took));
            }
        });
        for (program, test, well, reached, took) in found.into_inner().map_err(|error| error.to_string())? {
            let it = &mut self.0[program];
            if !well {
                return Err(format!("{}: {} fails without a mutant", it.name, it.tests[test].name));
            }
            it.tests[test].reached = reached;
            it.tests[test].took = took;
        }
        for program in &mut self.0 {
            program.tests.sort_by_key(|test| test.took);
            let took: Duration = program.tests.iter().map(|test| test.took).sum();
            let reached: BTreeSet<u32> =
                program.tests.iter().flat_map(|test| &test.reached).copied().collect();
            println!(
                "{}: {} tests, {took:.1?}, {} mutants reached",
                program.name,
                program.tests.len(),
                reached.len()
            );
        }
        Ok(())
    }

    /// Tells what becomes of each of these mutants, in whatever order they are done.
    pub(crate) fn judge(&self, mutants: &[u32], tell: impl Fn(u32, Fate) + Sync) {
        beside(mutants.len(), |index| tell(mutants[index], self.fate(mutants[index])));
    }

    fn fate(&self, mutant: u32) -> Fate {
        let mut slow: Vec<(&Program, Vec<&Test>)> = Vec::new();
        let mut steps: Vec<(&Program, Vec<&Test>)> = Vec::new();
        for program in &self.0 {
            let tests = program.tests.iter().filter(|test| test.reached.contains(&mutant));
            let (quick, others): (Vec<&Test>, Vec<&Test>) = tests.partition(|test| test.took < QUICK);
            if !quick.is_empty() {
                steps.push((program, quick));
            }
            slow.extend(others.into_iter().map(|test| (program, vec![test])));
        }
        // All that is quick, then what takes longer, alone.
        slow.sort_by_key(|(_, tests)| tests[0].took);
        steps.extend(slow);
        let mut fate = Fate::Unreached;
        for (program, tests) in steps {
            fate = Fate::Missed;
            let took: Duration = tests.iter().map(|test| test.took).sum();
            let limit = 10 + 5 * took.as_secs();
            let status = program.command(&mutant.to_string(), &tests, limit).status();
            match status {
                Ok(status) if status.success() => {}
                Ok(status) if is_timeout(status) => return Fate::Timeout(program.name),
                _ => return Fate::Caught(program.name),
            }
        }
        fate
    }
}

#[cfg(unix)]
fn is_timeout(status: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    // SIGXCPU and SIGKILL: the processor time is used up.
    matches!(status.signal(), Some(24 | 9)) || matches!(status.code(), Some(137 | 152))
}

impl Program {
    /// Some of its tests with a mutant, within so many seconds of processor time.
    fn command(&self, mutant: &str, tests: &[&Test], seconds: u64) -> Command {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("ulimit -t {seconds}; ulimit -v {MEMORY}; ulimit -c 0; exec \"$0\" \"$@\""));
        command.arg(&self.path).args(["--exact", "--test-threads=1"]);
        command.args(tests.iter().map(|test| &test.name)).current_dir(&self.folder);
        command.env("OUTCRY_MUTANT", mutant).env("OUTCRY_SHRINK", "0");
        if !self.commands.is_empty() {
            command.env("OUTCRY_COMMANDS", self.commands);
        }
        command
            .env("PROPTEST_CASES", "32")
            .env("RUST_BACKTRACE", "0")
            .env("CARGO_MANIFEST_DIR", &self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// Does so many things, a few at a time.
fn beside(count: usize, act: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    act(index);
                }
            });
        }
    });
}
