//! How often, and what came of it.

use std::env;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use outcry_simulation::Random;

use super::journal::Flaw;

/// How often a fault is tried, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Runs.
    pub runs: u64,
    /// The first seed.
    pub seed: u64,
}

impl Extent {
    /// The runs of a test, or those of a campaign when `OUTCRY_STORAGE_PERCENT` asks for that many hundredths of
    /// `campaign`. `OUTCRY_SEED` names the seed; it is 1 otherwise.
    ///
    /// # Panics
    /// If one of them is no number.
    #[must_use]
    pub fn asked(test: u64, campaign: u64) -> Self {
        let number = |name: &str| {
            let text = env::var(name).ok()?;
            Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name} takes a number, not {text:?}")))
        };
        let runs = match number("OUTCRY_STORAGE_PERCENT") {
            Some(percent) => (campaign * percent).div_ceil(100).max(1),
            None => test,
        };
        Self { runs, seed: number("OUTCRY_SEED").unwrap_or(1) }
    }

    /// So many hundredths of `campaign` runs, or none unless a campaign was asked for.
    #[must_use]
    pub fn of_campaign(campaign: u64) -> Option<Self> {
        env::var_os("OUTCRY_STORAGE_PERCENT").map(|_| Self::asked(1, campaign))
    }

    /// The seed and the random numbers of each run.
    pub fn runs(self) -> impl Iterator<Item = (u64, Random)> {
        (self.seed..self.seed + self.runs).map(|seed| (seed, Random::new(seed)))
    }
}

/// What came of the runs of one fault.
#[derive(Clone, Debug)]
pub struct Score {
    bar: u32,
    what: String,
    runs: u64,
    /// Own orders that were shown as saved, each of which had to be there.
    acknowledged: u64,
    /// Commands that were shown as saved.
    commands: u64,
    /// What failed, with its seed.
    failures: Vec<(u64, String)>,
    /// What else there is to say.
    remarks: Vec<String>,
    started: Instant,
}

impl Score {
    /// Nothing so far, of a bar of the reliability page.
    #[must_use]
    pub fn new(bar: u32, what: &str) -> Self {
        Self {
            bar,
            what: what.to_owned(),
            runs: 0,
            acknowledged: 0,
            commands: 0,
            failures: Vec::new(),
            remarks: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Carries out a run and counts it; `None` if it failed, be it that something was waited for in vain.
    pub fn attempt<T>(&mut self, seed: u64, run: impl FnOnce() -> Result<T, Flaw>) -> Option<T> {
        let outcome = panic::catch_unwind(AssertUnwindSafe(run));
        self.runs += 1;
        let failure = match outcome {
            Ok(Ok(done)) => return Some(done),
            Ok(Err(flaw)) => flaw.to_string(),
            Err(panicked) => {
                let words = panicked.downcast_ref::<String>().cloned();
                words
                    .or_else(|| panicked.downcast_ref::<&str>().map(|words| (*words).to_owned()))
                    .unwrap_or_default()
            }
        };
        println!("storage: {} failed with seed {seed}: {failure}", self.what);
        self.failures.push((seed, failure));
        None
    }

    /// Counts what was shown as saved in it.
    pub fn acknowledged(&mut self, orders: u64, commands: u64) {
        self.acknowledged += orders;
        self.commands += commands;
    }

    /// Says something beside the counts.
    pub fn remark(&mut self, words: String) {
        self.remarks.push(words);
    }

    /// Runs that failed, with their seeds.
    #[must_use]
    pub fn failures(&self) -> &[(u64, String)] {
        &self.failures
    }

    /// Prints the row of the campaign's table, and fails the test if a run failed.
    ///
    /// # Panics
    /// If one did.
    pub fn conclude(self) {
        println!("{self}");
        assert!(self.failures.is_empty(), "{}: {:#?}", self.what, self.failures);
        assert!(self.runs > 0, "{} was never tried", self.what);
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "storage: | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            self.bar,
            self.what,
            self.runs,
            self.acknowledged,
            self.commands,
            self.failures.len(),
            bound(self.runs, self.failures.len()),
            seconds(self.started.elapsed()),
            self.remarks.join("; "),
        )
    }
}

/// Up to which share of runs may fail, at 95 %, when none did: three by their number (the rule of three).
fn bound(runs: u64, failures: usize) -> String {
    if failures > 0 || runs == 0 {
        return "-".to_owned();
    }
    let hundredths = (30_000_u64).div_ceil(runs).min(10_000);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}
