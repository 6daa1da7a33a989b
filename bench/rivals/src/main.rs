//! `rivals`: plays every flow on every engine in turns, then Outcry's sweeps, and prints tables.

use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use outcry_rivals::measure::{Contest, Latency, Plan, latency_of_nothing, measure};
use outcry_rivals::sweep::{SWEEPS, Swept};
use outcry_rivals::{Kind, table};
use serde::Serialize;

/// Outcry and other open matching engines on the same flows.
#[derive(Parser)]
struct Arguments {
    /// Timed messages of each flow.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=100_000_000))]
    messages: u32,
    /// Runs of each engine on each flow; the median is the figure.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    /// Seed of the flows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only flows whose name contains this.
    #[arg(long)]
    flow: Option<String>,
    /// Outcry, and only rivals whose name contains this.
    #[arg(long)]
    engine: Option<String>,
    /// Seconds after which a run is broken off.
    #[arg(long, default_value_t = 20)]
    patience: u64,
    /// Outcry's sweeps only.
    #[arg(long, conflicts_with_all = ["flow", "engine"])]
    sweeps: bool,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// All that was measured.
#[derive(Serialize)]
struct Report {
    contests: Vec<Contest>,
    latency_of_nothing: Latency,
    sweeps: Vec<Swept>,
}

fn main() -> Result<(), serde_json::Error> {
    let Arguments { messages, runs, seed, flow, engine, patience, sweeps: only_sweeps, json } =
        Arguments::parse();
    let wanted = |kind: &Kind| flow.as_ref().is_none_or(|part| kind.name().contains(part.as_str()));
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(wanted).collect();
    if kinds.is_empty() {
        let message =
            format!("no flow has that in its name; there are {}", Kind::ALL.map(Kind::name).join(", "));
        Arguments::command().error(ErrorKind::InvalidValue, message).exit();
    }
    let plan = Plan { kinds, engine, seed, messages, runs, patience: Duration::from_secs(patience) };
    let contests = if only_sweeps { Vec::new() } else { measure(&plan, |step| eprintln!("{step}")) };
    eprintln!("sweeps");
    let sweeps = SWEEPS.map(|sweep| sweep.measure(runs)).to_vec();
    let report = Report { contests, latency_of_nothing: latency_of_nothing(), sweeps };
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        if !only_sweeps {
            println!("{messages} messages a flow, seed {seed}, median of {runs} runs, engines in turns.");
            print!("{}", table::contests(&report.contests, report.latency_of_nothing));
        }
        print!("{}", table::sweeps(&report.sweeps));
    }
    Ok(())
}
