//! `campaign`: engine against oracle on all cores, for as long as it takes; `cargo xtask campaign oracle` builds and
//! starts it.
//!
//! Every seed is a run of its own ([`duel::length`]), so what was compared is named by the first and the last seed. The
//! first seed that differs is shrunk, told and written down as a scenario, and nothing new is begun.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use outcry_tests::duel;
use outcry_tests::oracle::Fault;
use outcry_tests::trial::{Failure, Tally};

/// What was asked for.
struct Arguments {
    /// At least this many commands.
    commands: u64,
    /// Where to begin.
    seed: u64,
    /// Where failures are written.
    found: PathBuf,
}

/// What all threads share.
struct Campaign {
    /// The next seed, and the one after the last.
    next: AtomicU64,
    end: u64,
    /// Whether a seed differed.
    over: AtomicBool,
    progress: Mutex<Progress>,
}

struct Progress {
    started: Instant,
    sum: Tally,
    /// Commands asked for, and how many hundredths of them were told.
    commands: u64,
    told: u64,
    failed: Vec<u64>,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("campaign: {problem}; usage: campaign COMMANDS SEED FOLDER");
            return ExitCode::FAILURE;
        }
    };
    let end = end(&arguments);
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get());
    let campaign = Campaign {
        next: AtomicU64::new(arguments.seed),
        end,
        over: AtomicBool::new(false),
        progress: Mutex::new(Progress {
            started: Instant::now(),
            sum: Tally::default(),
            commands: arguments.commands,
            told: 0,
            failed: Vec::new(),
        }),
    };
    println!("seeds {} to {}, {threads} threads", arguments.seed, end - 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| campaign.work(&arguments.found));
        }
    });
    let progress = campaign.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Progress { sum, failed, .. } = &progress;
    println!(
        "engine against oracle: {} commands (seeds {} to {}), {} events, {} trades, {} rejects; {} seeds differ; {threads} \
         threads, {}",
        grouped(sum.commands),
        arguments.seed,
        end - 1,
        grouped(sum.events),
        grouped(sum.trades),
        grouped(sum.rejects),
        failed.len(),
        duration(progress.started.elapsed()),
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Campaign {
    /// Runs seeds until there are none left, or one differed.
    fn work(&self, found: &Path) {
        while !self.over.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end {
                return;
            }
            let outcome = duel::run(seed, duel::length(seed), Fault::None);
            let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(tally) => progress.add(seed, tally),
                Err(failure) => {
                    self.over.store(true, Ordering::Relaxed);
                    progress.failed.push(seed);
                    println!("{failure}");
                    keep(found, &failure);
                }
            }
        }
    }
}

impl Progress {
    fn add(&mut self, seed: u64, tally: Tally) {
        self.sum.add(tally);
        let percent = self.sum.commands.saturating_mul(100) / self.commands.max(1);
        if percent > self.told {
            self.told = percent;
            let time = self.started.elapsed();
            let each = u128::from(self.sum.commands) * 1_000 / time.as_millis().max(1);
            println!(
                "{percent} %: {} commands, seed {seed}, {each} commands/s, {}",
                grouped(self.sum.commands),
                duration(time)
            );
        }
    }
}

/// Writes the shortened run, so that it becomes a scenario once its answers are right.
fn keep(found: &Path, failure: &Failure) {
    let path = found.join(format!("seed_{}.txt", failure.seed));
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let text = format!("# seed {}: {}\n{}", failure.seed, first(&failure.shown), failure.scenario);
    match fs::create_dir_all(found).and_then(|()| fs::write(&path, text)) {
        Ok(()) => println!("written to {}", path.display()),
        Err(error) => println!("{} could not be written: {error}", path.display()),
    }
}

/// The seed after the last that is needed for so many commands.
fn end(arguments: &Arguments) -> u64 {
    let (mut end, mut commands) = (arguments.seed, 0_u64);
    while commands < arguments.commands {
        commands = commands.saturating_add(duel::length(end));
        end += 1;
    }
    end
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut number = |name: &str| {
        let word = words.next().ok_or_else(|| format!("{name} is missing"))?;
        word.parse::<u64>().map_err(|_| format!("{word:?} is not a number of {name}"))
    };
    let (commands, seed) = (number("commands")?, number("seed")?);
    if commands == 0 || commands > 1 << 40 || seed > 1 << 62 {
        return Err(format!("{commands} commands from seed {seed} are none, or too many"));
    }
    let found = words.next().map(PathBuf::from).ok_or("the folder is missing")?;
    Ok(Arguments { commands, seed, found })
}

/// A number with a comma between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |(index, digit): (usize, char)| {
        let before = index > 0 && (digits.len() - index).is_multiple_of(3);
        [before.then_some(','), Some(digit)].into_iter().flatten()
    };
    digits.chars().enumerate().flat_map(comma).collect()
}

/// Hours, minutes and seconds.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{} h {:02} min {:02} s", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
