//! What was measured, as Markdown.

use std::fmt::Write;

use crate::engines::{CONTENDERS, Contender};
use crate::measure::{Contest, Latency, Verdict};
use crate::sweep::Swept;

/// All tables of the contests, with the remarks below them.
#[must_use]
pub fn contests(contests: &[Contest], nothing: Latency) -> String {
    let mut text = String::new();
    let names = names(contests);
    let title = |what: &str| format!("\n{what}\n\n");

    text += &title("Million messages per second of processor time; in brackets on the wall");
    text += &head(&names, &["resting", "fills", "to the fastest rival"]);
    for contest in contests {
        let cells = contest.outcomes.iter().map(|outcome| {
            let mark = if outcome.verdict == Verdict::Equal { "" } else { " *" };
            format!("{} ({}){mark}", millions(outcome.per_second), millions(outcome.per_second_on_the_wall))
        });
        let more = [contest.resting.to_string(), contest.fills.to_string(), lead(contest)];
        text += &row(contest.flow, cells.chain(more));
    }

    text += &title("Nanoseconds of one message on the wall: p50 / p99 / p99.9");
    text += &head(&names, &[]);
    for contest in contests {
        text += &row(contest.flow, contest.outcomes.iter().map(|outcome| percentiles(outcome.latency)));
    }
    let _ = writeln!(text, "\nTiming nothing in the same way takes {}.", percentiles(Some(nothing)));

    let mut remarks = String::new();
    for contest in contests {
        for outcome in contest.outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Equal) {
            let _ = writeln!(remarks, "- {}, {}: {}", contest.flow, outcome.engine, outcome.verdict);
        }
    }
    if remarks.is_empty() {
        text += "\nAll engines made the same fills in the same order and left the same book.\n";
    } else {
        let _ = write!(
            text,
            "\n* All others made the same fills in the same order and left the same book.\n{remarks}"
        );
    }
    text
}

/// The table of the sweeps.
#[must_use]
pub fn sweeps(swept: &[Swept]) -> String {
    let mut text = String::from("\n| sweep | time | at ten times the size | ratio (10 is linear) | each |\n");
    text += "|---|---|---|---|---|\n";
    for sweep in swept {
        let ratio = sweep.ratio_in_hundredths();
        let _ = writeln!(
            text,
            "| {} | {} {} in {} | {} | {}.{:02} | {} ns |",
            sweep.name,
            sweep.size,
            sweep.unit,
            micros(sweep.nanos),
            micros(sweep.nanos_at_ten_times),
            ratio / 100,
            ratio % 100,
            sweep.nanos_each(),
        );
    }
    text
}

/// The table of the bytes per resting order.
#[must_use]
pub fn memory(orders: u32, bytes: &[(&str, usize)]) -> String {
    let mut text = format!("\n| engine | bytes per resting order, of {orders} |\n|---|---|\n");
    for (engine, bytes) in bytes {
        let hundredths = bytes * 100 / orders.max(1) as usize;
        let _ = writeln!(text, "| {engine} | {}.{:02} |", hundredths / 100, hundredths % 100);
    }
    text
}

/// The engines of the contests, with their versions.
fn names(contests: &[Contest]) -> Vec<String> {
    let outcomes = contests.first().map_or(&[][..], |contest| &contest.outcomes);
    outcomes.iter().map(|outcome| format!("{} {}", outcome.engine, outcome.version)).collect()
}

fn head(names: &[String], more: &[&str]) -> String {
    let cells = names.iter().map(String::as_str).chain(more.iter().copied());
    let rule = "|---".repeat(1 + names.len() + more.len());
    format!("{}{rule}|\n", row("flow", cells.map(str::to_owned)))
}

fn row(first: &str, cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().collect();
    format!("| {first} | {} |\n", cells.join(" | "))
}

/// How many times as fast as the fastest rival Outcry was.
fn lead(contest: &Contest) -> String {
    let own = contest.outcomes.iter().find(|outcome| outcome.engine == CONTENDERS[0].name);
    let own = own.map_or(0, |outcome| outcome.per_second);
    let rivals = contest.outcomes.iter().filter(|outcome| !Contender::is_own(outcome.engine));
    match rivals.map(|outcome| outcome.per_second).max() {
        None | Some(0) => "-".to_owned(),
        Some(fastest) => format!("{}.{:02} x", own / fastest, own * 100 / fastest % 100),
    }
}

fn percentiles(latency: Option<Latency>) -> String {
    latency.map_or_else(|| "-".to_owned(), |l| format!("{} / {} / {}", l.p50, l.p99, l.p99_9))
}

fn millions(count: u64) -> String {
    format!("{}.{:02}", count / 1_000_000, count % 1_000_000 / 10_000)
}

fn micros(nanos: u64) -> String {
    format!("{}.{} us", nanos / 1_000, nanos % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Outcome;

    fn outcome(engine: &'static str, per_second: u64, verdict: Verdict) -> Outcome {
        let latency = Some(Latency { p50: 100, p99: 200, p99_9: 300 });
        let runs = vec![per_second];
        Outcome {
            engine,
            version: "1.0.0",
            per_second,
            per_second_on_the_wall: per_second,
            runs,
            latency,
            verdict,
        }
    }

    #[test]
    fn tables_show_rates_leads_and_what_differs() {
        let contest = Contest {
            flow: "normal",
            resting: 10,
            messages: 100,
            fills: 7,
            outcomes: vec![
                outcome("outcry-engine", 6_000_000, Verdict::Equal),
                outcome("lobster", 1_500_000, Verdict::Differs("fills 6, not 7".to_owned())),
                outcome("outcry-engine, 32 ahead", 9_000_000, Verdict::Equal),
            ],
        };
        let text = contests(&[contest], Latency { p50: 20, p99: 30, p99_9: 40 });
        assert!(
            text.contains(
                "| flow | outcry-engine 1.0.0 | lobster 1.0.0 | outcry-engine, 32 ahead 1.0.0 | resting |"
            ),
            "{text}"
        );
        assert!(
            text.contains("| normal | 6.00 (6.00) | 1.50 (1.50) * | 9.00 (9.00) | 10 | 7 | 4.00 x |"),
            "{text}"
        );
        assert!(text.contains("- normal, lobster: differs: fills 6, not 7"), "{text}");
        assert!(text.contains("100 / 200 / 300"), "{text}");
    }
}
