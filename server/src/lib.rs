//! The `outcry` program: the exchange on the command line and as a server.
//!
//! Each subcommand is a function of its own that a test can call; [`run`] only joins them to the arguments. The
//! server is a router made once by [`app`](serve::app) and driven in tests without a socket.

mod command_line;
mod failure;
mod progress;
pub mod exec;
pub mod replay;
pub mod verify;
pub mod schedule;
pub mod simulate;
pub mod bench;
pub mod serve;

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use outcry_simulation::lobster::Mode;
use serde::Serialize;

pub use command_line::{
    Bench, ClockSource, CommandLine, Exec, LogFormat, Replay, Serve, Simulate, Task, Verify,
};
pub use failure::Failure;

/// How a run that could be done ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is good.
    Good,
    /// The answer is not: rows differ, a file is damaged, a line was not a command.
    NotGood,
}

impl Outcome {
    fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::NotGood }
    }
}

/// Runs one subcommand.
///
/// # Errors
/// [`Failure`] if it could not be done at all.
pub fn run(line: CommandLine) -> Result<Outcome, Failure> {
    let outcome = match line.task {
        Task::Serve(args) => serve::serve(&args).map(|()| Outcome::Good),
        Task::Replay(args) => {
            let replayed = replay::replay(&replay_options(&args))?;
            print(&replayed, args.json).map(|()| Outcome::of(replayed.good))
        }
        Task::Exec(args) => {
            let schedule = args.schedule.as_deref().map(schedule::read).transpose()?;
            let options = exec::ExecOptions { book: args.book, clock: args.clock.into(), schedule };
            exec::exec(io::stdin().lock(), BufWriter::new(io::stdout().lock()), options)
                .map(|executed| Outcome::of(executed.bad_lines == 0))
                .map_err(Failure::Terminal)
        }
        Task::Verify(args) => {
            let verified = verify::verify(&args.file)?;
            print(&verified, args.json).map(|()| Outcome::of(verified.good))
        }
        Task::Simulate(Simulate { seed, commands, schedule, out, force, json, .. }) => {
            let schedule = schedule.as_deref().map(schedule::read).transpose()?;
            let run = simulate::Run { seed, commands, schedule };
            match out {
                Some(out) => {
                    let simulated = simulate::simulate(&run, &out, force)?;
                    print(&simulated, json).map(|()| Outcome::Good)
                }
                None => simulate::simulate_lines(&run, BufWriter::new(io::stdout().lock()))
                    .map(|()| Outcome::Good)
                    .map_err(Failure::Terminal),
            }
        }
        Task::Bench(Bench { seed, resting, commands, runs, json }) => {
            let benched = bench::bench(bench::BenchOptions { seed, resting, commands, runs });
            print(&benched, json).map(|()| Outcome::Good)
        }
    };
    match outcome {
        Err(failure) if failure.is_closed_pipe() => Ok(Outcome::Good),
        outcome => outcome,
    }
}

fn replay_options(args: &Replay) -> replay::ReplayOptions {
    let [messages, book] = args.lobster.as_slice() else { unreachable!("clap takes exactly two files") };
    replay::ReplayOptions {
        messages: messages.clone(),
        book: book.clone(),
        levels: args.levels,
        symbol: args.symbol,
        mode: if args.rematch { Mode::Rematched } else { Mode::AsRecorded },
    }
}

/// Writes an answer for people, or as one JSON object for scripts.
fn print(answer: &(impl Display + Serialize), json: bool) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut output, answer).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        writeln!(output, "{answer}")?;
    }
    Ok(())
}
