//! The command line of the chores, parsed by hand once into a [`Task`] the rest can trust.

use crate::campaign::Campaign;
use crate::failure::Outcome;

/// The port of `cargo xtask run` unless `--port` names another.
const DEFAULT_PORT: u16 = 8700;

/// What `cargo xtask --help` prints.
pub(crate) const HELP: &str = "\
The chores of Outcry.

Usage: cargo xtask <chore> [options]

Chores:
  run [--port N] [--no-open]   Build page and server in release, serve them on 127.0.0.1 and open the page.
                               N defaults to 8700; 0 picks a free port.
  test [--only STEP] [-- FILTER]
                               Install what tests need and run them all; STEP is one of
                                 native    the workspace on this machine, doc examples included
                                 browser   the page's own tests in headless Chromium
                                 node      the platform tests in Node and in a Chromium worker
                                 e2e       the real page and the real server in Chromium
                                 firefox   of each of these what a browser can do differently, in Firefox;
                                           skipped where there is none, unless it is asked for by name
                               FILTER keeps the tests whose name contains it.
  ci                           All that continuous integration runs: style, formatting, lints, licences,
                               the page with its size budget, and every test.
  bench [FILTER]               Build in release and measure: engine, page, reload; `sweeps`; other engines (`rivals`).
  campaign oracle [--commands N] [--seed S]
                               Compare engine and oracle on all cores: 100,000,000 commands unless told otherwise.
  campaign fuzz [--inputs N] [--seed S]
                               Feed every decoder changed inputs: 10,000,000 each unless told otherwise.
  campaign storage [--quick] [--percent P] [--seed S] [FILTER]
                               Kill tabs, renderers and browsers, fail calls of IndexedDB, fill, clear and damage the
                               store, overrule tabs, and look for a saved command that is lost: hundreds of runs of
                               each, or P hundredths of that (--quick: 5). The table is also in target/campaign.
  campaign mutants [--shard K/N] [--file GLOB] [--in-diff REVISION] [--go-on] [--one-by-one]
                               Plant bugs in a copy of engine and journal, one at a time, and list those that no test
                               notices: all, a part, those of files, or those in lines changed since a revision. One
                               build holds all behind switches; --one-by-one builds each. --go-on goes on where it ended.
  dist                         Build the page into dist/, compressed copies included.
  style                        Check the rules of style that no other tool checks.

Missing tools are installed below target/tools and reused: trunk, wasm-bindgen, wasm-opt, geckodriver. Tests also need
Chromium and chromedriver (CHROME and CHROMEDRIVER name them when they are not on PATH) and Firefox (FIREFOX).
";

/// A chore with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Print [`HELP`].
    Help,
    /// Build and serve.
    Run(RunOptions),
    /// Wait for the server that `run` becomes, and say where it is. Started by `run`, not by people.
    Announce {
        /// The process that becomes the server.
        server: u32,
        /// Where it serves, and whether to open the page.
        options: RunOptions,
    },
    /// Run the tests.
    Test(Selection),
    /// Run everything continuous integration runs.
    Ci,
    /// Measure; only what contains the filter, when there is one.
    Bench {
        /// A part of the name of what is measured.
        filter: Option<String>,
    },
    /// A long run.
    Campaign(Campaign),
    /// Build the page.
    Dist,
    /// Check the rules of style.
    Style,
}

/// Where to serve and whether to open the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunOptions {
    /// Port on 127.0.0.1; 0 for any that is free.
    pub(crate) port: u16,
    /// Whether the page is opened where there is a desktop.
    pub(crate) open: Opening,
}

/// Whether `run` opens the page by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Open it where there is a desktop.
    OnDesktop,
    /// Only print the address.
    Never,
}

/// Which tests to run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selection {
    /// One step alone, or all of them.
    pub(crate) only: Option<TestStep>,
    /// A part of the names of the tests to keep.
    pub(crate) filter: Option<String>,
}

/// The steps of `cargo xtask test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestStep {
    /// The workspace on this machine.
    Native,
    /// The page's own tests in Chromium.
    Browser,
    /// The platform tests in Node and in a Chromium worker.
    Node,
    /// The real page and the real server in Chromium.
    EndToEnd,
    /// The page's own tests, the platform tests and the real page in Firefox.
    Firefox,
}

impl TestStep {
    /// Every step, in the order they run.
    pub(crate) const ALL: [Self; 5] =
        [Self::Native, Self::Browser, Self::Node, Self::EndToEnd, Self::Firefox];

    /// The name on the command line and in the summary.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Browser => "browser",
            Self::Node => "node",
            Self::EndToEnd => "e2e",
            Self::Firefox => "firefox",
        }
    }

    fn parse(name: &str) -> Outcome<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("--only takes one of {names}, not {name:?}").into()
        })
    }
}

impl Task {
    /// Parses the words after `cargo xtask`. No words at all, `help`, `-h` and `--help` anywhere before `--` ask for help.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Outcome<Self> {
        let words: Vec<String> = words.collect();
        let asked =
            words.iter().take_while(|word| *word != "--").any(|word| word == "--help" || word == "-h");
        let Some((chore, rest)) = words.split_first() else { return Ok(Self::Help) };
        if asked || chore == "help" {
            return Ok(Self::Help);
        }
        match chore.as_str() {
            "run" => parse_run(rest).map(Self::Run),
            "announce" => parse_announce(rest),
            "test" => parse_test(rest).map(Self::Test),
            "bench" => Ok(Self::Bench { filter: parse_filter(chore, rest)? }),
            "campaign" => Campaign::parse(rest).map(Self::Campaign),
            "ci" => bare(chore, rest).map(|()| Self::Ci),
            "dist" => bare(chore, rest).map(|()| Self::Dist),
            "style" => bare(chore, rest).map(|()| Self::Style),
            other => Err(format!(
                "there is no chore {other:?}; there are run, test, ci, bench, campaign, dist and style (`cargo xtask --help`)"
            )
            .into()),
        }
    }
}

fn parse_run(words: &[String]) -> Outcome<RunOptions> {
    let mut options = RunOptions { port: DEFAULT_PORT, open: Opening::OnDesktop };
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--no-open" {
            options.open = Opening::Never;
        } else if let Some(value) = value_of("--port", word, &mut words)? {
            options.port =
                value.parse().map_err(|_| format!("--port takes a number from 0 to 65535, not {value:?}"))?;
        } else {
            return Err(unexpected("run", word));
        }
    }
    Ok(options)
}

fn parse_announce(words: &[String]) -> Outcome<Task> {
    let (server, rest) = words.split_first().ok_or("announce needs the number of the server's process")?;
    let server = server.parse().map_err(|_| format!("{server:?} is not the number of a process"))?;
    Ok(Task::Announce { server, options: parse_run(rest)? })
}

fn parse_test(words: &[String]) -> Outcome<Selection> {
    let mut selection = Selection::default();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--" {
            selection.filter = words.next().map(str::to_owned);
            if let Some(second) = words.next() {
                return Err(format!("test takes one filter, and {second:?} is a second one").into());
            }
        } else if let Some(value) = value_of("--only", word, &mut words)? {
            selection.only = Some(TestStep::parse(value)?);
        } else {
            return Err(unexpected("test", word));
        }
    }
    Ok(selection)
}

fn parse_filter(chore: &str, words: &[String]) -> Outcome<Option<String>> {
    match words {
        [] => Ok(None),
        [filter] if !filter.starts_with('-') => Ok(Some(filter.clone())),
        [dashes, filter] if dashes == "--" => Ok(Some(filter.clone())),
        [first, ..] => Err(unexpected(chore, first)),
    }
}

fn bare(chore: &str, words: &[String]) -> Outcome<()> {
    match words.first() {
        None => Ok(()),
        Some(word) => Err(unexpected(chore, word)),
    }
}

/// The value of `option` when `word` is it: `--option value` or `--option=value`.
pub(crate) fn value_of<'a>(
    option: &str,
    word: &'a str,
    rest: &mut impl Iterator<Item = &'a str>,
) -> Outcome<Option<&'a str>> {
    if word == option {
        return rest.next().map(Some).ok_or_else(|| format!("{option} needs a value").into());
    }
    Ok(word.strip_prefix(option).and_then(|rest| rest.strip_prefix('=')))
}

/// What is said about a word that a chore does not know.
pub(crate) fn unexpected(chore: &str, word: &str) -> crate::failure::Failure {
    format!("{chore} does not take {word:?} (`cargo xtask --help`)").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Task, String> {
        Task::parse(line.split_whitespace().map(str::to_owned)).map_err(|failure| failure.to_string())
    }

    fn run(port: u16, open: Opening) -> Result<Task, String> {
        Ok(Task::Run(RunOptions { port, open }))
    }

    #[test]
    fn good_lines_become_tasks() {
        assert_eq!(parse(""), Ok(Task::Help));
        assert_eq!(parse("run --help"), Ok(Task::Help));
        assert_eq!(parse("run"), run(8700, Opening::OnDesktop));
        assert_eq!(parse("run --port 9000 --no-open"), run(9000, Opening::Never));
        assert_eq!(parse("run --port=0"), run(0, Opening::OnDesktop));
        let options = RunOptions { port: 1, open: Opening::Never };
        assert_eq!(parse("announce 42 --port 1 --no-open"), Ok(Task::Announce { server: 42, options }));
        assert_eq!(parse("test"), Ok(Task::Test(Selection::default())));
        let selection = Selection { only: Some(TestStep::EndToEnd), filter: Some("reload".into()) };
        assert_eq!(parse("test --only e2e -- reload"), Ok(Task::Test(selection)));
        assert_eq!(parse("bench engine"), Ok(Task::Bench { filter: Some("engine".into()) }));
        assert_eq!(parse("ci"), Ok(Task::Ci));
    }

    #[test]
    fn bad_lines_say_what_was_given_and_what_is_allowed() {
        let table = [
            ("fly", "there is no chore \"fly\"; there are run, test, ci, bench, campaign, dist and style"),
            ("run --port", "--port needs a value"),
            ("run --port 70000", "--port takes a number from 0 to 65535, not \"70000\""),
            ("run fast", "run does not take \"fast\""),
            ("test --only unit", "--only takes one of native, browser, node, e2e, firefox, not \"unit\""),
            ("test -- a b", "test takes one filter, and \"b\" is a second one"),
            ("ci now", "ci does not take \"now\""),
        ];
        for (line, message) in table {
            let error = parse(line).unwrap_err();
            assert!(error.starts_with(message), "{line}: {error}");
        }
    }
}
