//! The chores of Outcry: `cargo xtask run`, `test`, `ci`, `bench`, `campaign`, `dist`, `style`.
//!
//! Every chore is a list of steps; a step says what it does, streams the output of the programs it
//! starts, and says how long it took. What is missing is installed below `target/tools`, reused when
//! present, and otherwise named in one line: what, why, how to get it. This crate has no dependencies,
//! because it is built before anything else.

mod arguments;
mod workspace;

mod run;
mod test;
mod ci;
mod bench;
mod rivals;
mod apart;
mod campaign;
mod page;
mod budget;
mod style;
mod tool;
mod browser;
mod firefox;
mod pass_through;
mod tally;
mod step;
mod process;
mod failure;

use std::process::ExitCode;

use arguments::Task;
use failure::Outcome;
use workspace::Workspace;

fn main() -> ExitCode {
    if pass_through::is_called_for() {
        return finish(pass_through::optimise().map(|()| true));
    }
    finish(perform())
}

/// Runs the chore named on the command line. `Ok(false)` means that it failed and has said so itself.
fn perform() -> Outcome<bool> {
    let task = Task::parse(std::env::args().skip(1))?;
    if let Task::Help = task {
        print!("{}", arguments::HELP);
        return Ok(true);
    }
    let workspace = Workspace::locate()?;
    match task {
        Task::Help => Ok(true),
        Task::Run(options) => run::run(&workspace, &options).map(|()| true),
        Task::Announce { server, options } => run::announce(server, &options).map(|()| true),
        Task::Test(selection) => test::test(&workspace, &selection),
        Task::Ci => ci::ci(&workspace),
        Task::Bench { filter } => bench::bench(&workspace, filter.as_deref()).map(|()| true),
        Task::Campaign(campaign) => campaign::campaign(&workspace, &campaign),
        Task::Dist => page::deliver(&workspace).map(|_| true),
        Task::Style => step::step("style", || style::check(&workspace)).map(|()| true),
    }
}

fn finish(outcome: Outcome<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{} {failure}", step::paint(step::Colour::Red, "error:"));
            ExitCode::FAILURE
        }
    }
}
