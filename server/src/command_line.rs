//! The arguments of `outcry`, and the help that teaches them.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use outcry_engine::Symbol;
use outcry_simulation::lobster::MAX_LEVELS;

use crate::exec::Clock;

/// A whole exchange: matching engine, journal, market data and server.
#[derive(Debug, Parser)]
#[command(name = "outcry", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, and the answer is good
  1  done, and the answer is not: rows differ, a file is damaged, a line was not a command
  2  could not be done: bad arguments, an unreadable file, a port in use";

/// What `outcry` can do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Serve the page and the sync API
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// Read commands as JSON lines, answer with events as JSON lines
    #[command(after_help = EXEC_HELP)]
    Exec(Exec),
    /// Replay market data through the engine and compare the books
    #[command(after_help = REPLAY_HELP)]
    Replay(Replay),
    /// Replay an exported journal and print its digests
    #[command(after_help = VERIFY_HELP)]
    Verify(Verify),
    /// Let the demo crowd trade and write the journal of it
    #[command(after_help = SIMULATE_HELP)]
    Simulate(Simulate),
    /// Measure the engine alone with the mixed flow
    #[command(after_help = BENCH_HELP)]
    Bench(Bench),
}

const SERVE_HELP: &str = "\
Examples:
  outcry serve                                  the sync API on http://127.0.0.1:8700, data in ./outcry-data
  outcry serve --page dist                      the page as well
  outcry serve --host 0.0.0.0 --port 80 --data /var/lib/outcry --log json

Every option can be set in the environment instead (OUTCRY_PORT=9000 outcry serve). The API is described at /docs \
and /openapi.json, and /health answers when the server is up. Stops cleanly on Ctrl-C and SIGTERM.";

/// `outcry serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Port to listen on; 0 takes a free one
    #[arg(long, env = "OUTCRY_PORT", default_value_t = 8700)]
    pub port: u16,
    /// Address to listen on
    #[arg(long, env = "OUTCRY_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Folder of the store; made if absent
    #[arg(long, env = "OUTCRY_DATA", default_value = "outcry-data", value_name = "DIR")]
    pub data: PathBuf,
    /// Folder of the built page; without it only the API is served
    #[arg(long, env = "OUTCRY_PAGE", value_name = "DIR")]
    pub page: Option<PathBuf>,
    /// How to write the log, on standard error; RUST_LOG sets what is logged
    #[arg(long, env = "OUTCRY_LOG", value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object per line
    Json,
}

const EXEC_HELP: &str = r#"One command per line, each answered before the next is read, on an exchange that starts empty:

  {"command":"create_asset","symbol":"USD","decimals":2}
  {"command":"create_asset","symbol":"ACME","decimals":0}
  {"command":"create_instrument","symbol":"ACME","base":"ACME","quote":"USD","tick":"0.01","lot":"1"}
  {"command":"open_account","name":"Alice"}
  {"command":"deposit","account":"Alice","asset":"USD","amount":"5000.00"}
  {"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.25","quantity":"10"}
  {"command":"replace","account":"Alice","order":1,"price":"100.20","quantity":"5"}
  {"command":"cancel","account":"Alice","order":1}

Decimals are strings. "at" gives a command its time, "id" is repeated in its answers. A refused command is answered by
a command_rejected event; a line that is not a command by {"error":...,"line":...,"fields":[...]}, it is not executed
and the next line is read. docs/exec.md describes all of it, docs/exec.schema.json is its JSON Schema.

Examples:
  outcry exec --book < commands.jsonl
  outcry simulate --seed 1 --commands 1000 --json-lines | outcry exec | grep traded

Exits with 0 if every line was a command (refused or not), with 1 if at least one was not."#;

/// `outcry exec`.
#[derive(Clone, Debug, Args)]
pub struct Exec {
    /// Write the L2 and L3 book of the instrument concerned after each command
    #[arg(long)]
    pub book: bool,
    /// Where the time of a command without "at" comes from
    #[arg(long, value_enum, default_value_t = ClockSource::Input)]
    pub clock: ClockSource,
    /// Keep the sessions of this schedule; its commands are executed at their times and answered like the others
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
}

/// Whose clock it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockSource {
    /// The time of the command before: the same lines always give the same answers
    Input,
    /// The clock of the machine
    Machine,
}

impl From<ClockSource> for Clock {
    fn from(source: ClockSource) -> Self {
        match source {
            ClockSource::Input => Self::Input,
            ClockSource::Machine => Self::Machine,
        }
    }
}

const REPLAY_HELP: &str = "\
LOBSTER files come in pairs: messages, and the book after each of them. Row i of the book file is compared with the \
engine's book after message i. Only a level that enters at the deep end of the file's window is taken from the book \
file, because the messages cannot tell it; those are counted. Symbol and levels are read from the file name if it is \
LOBSTER's own (AAPL_2012-06-21_34200000_57600000_message_10.csv).

As recorded, an execution reduces the order it names. With --rematch each aggressor is submitted as one IOC order and \
the engine's fills are compared with the file's; only aggressors whose resting orders are all known are compared.

Examples:
  outcry replay --lobster AAPL_message_10.csv AAPL_orderbook_10.csv --levels 10
  outcry replay --lobster AMZN_message_1.csv AMZN_orderbook_1.csv --levels 1 --rematch --json

Exits with 0 only if no row differs; with --rematch only if at least 99.7 % of the aggressors that were compared are \
equal (the venue itself is not strictly first in, first out, so a few never are).";

/// `outcry replay`.
#[derive(Clone, Debug, Args)]
pub struct Replay {
    /// The message file and the orderbook file
    #[arg(long, num_args = 2, value_names = ["MESSAGES", "BOOK"], required = true)]
    pub lobster: Vec<PathBuf>,
    /// Levels of the book file; from the file name if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LEVELS)))]
    pub levels: Option<u32>,
    /// Submit each aggressor as one IOC order and compare its fills
    #[arg(long)]
    pub rematch: bool,
    /// Symbol of the instrument; from the file name if not given
    #[arg(long)]
    pub symbol: Option<Symbol>,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

const VERIFY_HELP: &str = "\
Replays every command of the file and compares the digests its writer stored. A file that was cut off or damaged is \
read as far as it is good, and the answer says how far that is.

Examples:
  outcry verify demo.outcry
  outcry verify demo.outcry --json

Exits with 0 if the whole file is good, with 1 if not.";

/// `outcry verify`.
#[derive(Clone, Debug, Args)]
pub struct Verify {
    /// The exported journal
    pub file: PathBuf,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

const SIMULATE_HELP: &str = "\
The same seed and number of commands give the same file, byte for byte.

Examples:
  outcry simulate --seed 7 --commands 100000 --out demo.outcry
  outcry verify demo.outcry
  outcry simulate --seed 7 --commands 1000 --json-lines | outcry exec --book";

/// `outcry simulate`.
#[derive(Clone, Debug, Args)]
pub struct Simulate {
    /// Seed of the crowd
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Commands to run, at least (the crowd acts in groups)
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    pub commands: u64,
    /// Keep the sessions of this schedule (docs/exec.md says how it is written)
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
    /// The journal file to write
    #[arg(long, value_name = "FILE", required_unless_present = "json_lines")]
    pub out: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Write the commands to standard output as JSON lines for `outcry exec` instead
    #[arg(long, conflicts_with_all = ["out", "json"])]
    pub json_lines: bool,
    /// Write what was made as one JSON object
    #[arg(long)]
    pub json: bool,
}

const BENCH_HELP: &str = "\
45 % new orders, 45 % cancels of random live orders, 5 % replaces, 5 % takers, over a book of many resting orders; \
events produced and digest kept. The flow is generated before the clock starts. The median run is the figure.

Examples:
  outcry bench
  outcry bench --runs 11 --json";

/// `outcry bench`.
#[derive(Clone, Copy, Debug, Args)]
pub struct Bench {
    /// Commands of each run
    #[arg(long, default_value_t = 1_000_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    pub commands: u32,
    /// Resting orders at the start
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=2_000_000))]
    pub resting: u32,
    /// Runs
    #[arg(long, default_value_t = 7, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub runs: u32,
    /// Seed of the flow
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}
