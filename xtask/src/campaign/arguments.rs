//! The words after `cargo xtask campaign`.

use crate::arguments::{unexpected, value_of};
use crate::failure::Outcome;

/// Commands that engine and oracle are compared on, unless told otherwise.
const COMMANDS: u64 = 100_000_000;
/// Inputs that each decoder reads, unless told otherwise: with ten decoders and one slow one 10^8 in all.
const INPUTS: u64 = 10_000_000;

/// A long run with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Campaign {
    /// Engine against oracle: so many commands.
    Oracle(Stretch),
    /// Every decoder: so many inputs each.
    Fuzz(Stretch),
    /// Faults of storage in the real page.
    Storage(Share),
    /// Bugs planted by cargo-mutants.
    Mutants(Mutants),
}

/// How much, and the seed where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Commands or inputs, above zero.
    pub(crate) amount: u64,
    /// The first seed.
    pub(crate) seed: u64,
}

/// How much of a campaign of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// Hundredths of it, above zero.
    pub(crate) percent: u64,
    /// The first seed.
    pub(crate) seed: u64,
    /// A part of the names of the tests to keep.
    pub(crate) filter: Option<String>,
}

/// Which mutants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mutants {
    /// `k/n`: the k-th of n parts, counted from 0.
    pub(crate) shard: Option<String>,
    /// Only those of files that match, such as `journal/src/chunk.rs` or `journal/**`.
    pub(crate) files: Vec<String>,
    /// Only those in lines changed since this revision.
    pub(crate) since: Option<String>,
    /// How they are planted.
    pub(crate) manner: Manner,
    /// Whether lists of an earlier run of the same selection are gone on with.
    pub(crate) go_on: bool,
}

/// How mutants are planted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All in one build, each behind a switch.
    #[default]
    Switched,
    /// Each in a build of its own.
    OneByOne,
}

impl Campaign {
    /// Parses a kind of campaign and its options.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let (kind, rest) =
            words.split_first().ok_or("campaign needs one of oracle, fuzz, storage and mutants")?;
        match kind.as_str() {
            "oracle" => stretch(rest, "campaign oracle", "--commands", COMMANDS).map(Self::Oracle),
            "fuzz" => stretch(rest, "campaign fuzz", "--inputs", INPUTS).map(Self::Fuzz),
            "storage" => share(rest).map(Self::Storage),
            "mutants" => mutants(rest).map(Self::Mutants),
            other => {
                Err(format!("there is no campaign {other:?}; there are oracle, fuzz, storage and mutants")
                    .into())
            }
        }
    }
}

fn stretch(words: &[String], chore: &str, option: &str, usual: u64) -> Outcome<Stretch> {
    let mut stretch = Stretch { amount: usual, seed: 1 };
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some(value) = value_of(option, word, &mut words)? {
            let amount = value.parse().ok().filter(|&amount| amount > 0);
            stretch.amount =
                amount.ok_or_else(|| format!("{option} takes a number from 1, not {value:?}"))?;
        } else if let Some(value) = value_of("--seed", word, &mut words)? {
            stretch.seed = value.parse().map_err(|_| format!("--seed takes a number, not {value:?}"))?;
        } else {
            return Err(unexpected(chore, word));
        }
    }
    Ok(stretch)
}

/// Hundredths of a campaign that are quick.
const QUICK: u64 = 5;

fn share(words: &[String]) -> Outcome<Share> {
    let mut share = Share { percent: 100, seed: 1, filter: None };
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some(value) = value_of("--percent", word, &mut words)? {
            let percent = value.parse().ok().filter(|&percent| percent > 0);
            share.percent =
                percent.ok_or_else(|| format!("--percent takes a number from 1, not {value:?}"))?;
        } else if let Some(value) = value_of("--seed", word, &mut words)? {
            share.seed = value.parse().map_err(|_| format!("--seed takes a number, not {value:?}"))?;
        } else if word == "--quick" {
            share.percent = QUICK;
        } else if !word.starts_with('-') && share.filter.is_none() {
            share.filter = Some(word.to_owned());
        } else {
            return Err(unexpected("campaign storage", word));
        }
    }
    Ok(share)
}

fn mutants(words: &[String]) -> Outcome<Mutants> {
    let mut selection = Mutants::default();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some(value) = value_of("--shard", word, &mut words)? {
            if !is_shard(value) {
                return Err(format!("--shard takes k/n with k below n, such as 0/8, not {value:?}").into());
            }
            selection.shard = Some(value.to_owned());
        } else if let Some(value) = value_of("--file", word, &mut words)? {
            selection.files.push(value.to_owned());
        } else if let Some(value) = value_of("--in-diff", word, &mut words)? {
            selection.since = Some(value.to_owned());
        } else if word == "--one-by-one" {
            selection.manner = Manner::OneByOne;
        } else if word == "--go-on" {
            selection.go_on = true;
        } else {
            return Err(unexpected("campaign mutants", word));
        }
    }
    Ok(selection)
}

fn is_shard(text: &str) -> bool {
    let numbers = text.split_once('/').map(|(k, n)| (k.parse::<u32>(), n.parse::<u32>()));
    matches!(numbers, Some((Ok(k), Ok(n))) if k < n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Campaign, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Campaign::parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn good_lines_become_campaigns() {
        assert_eq!(parse("oracle"), Ok(Campaign::Oracle(Stretch { amount: COMMANDS, seed: 1 })));
        let stretch = Stretch { amount: 7, seed: 9 };
        assert_eq!(parse("oracle --commands 7 --seed=9"), Ok(Campaign::Oracle(stretch)));
        assert_eq!(parse("fuzz --inputs 7 --seed 9"), Ok(Campaign::Fuzz(stretch)));
        let share = Share { percent: 100, seed: 1, filter: None };
        assert_eq!(parse("storage"), Ok(Campaign::Storage(share.clone())));
        let quick = Share { percent: QUICK, seed: 9, filter: Some("writer".into()) };
        assert_eq!(parse("storage --quick writer --seed 9"), Ok(Campaign::Storage(quick)));
        assert_eq!(parse("storage --percent=7"), Ok(Campaign::Storage(Share { percent: 7, ..share })));
        let selection = Mutants {
            shard: Some("3/8".into()),
            files: vec!["journal/**".into(), "engine/src/units.rs".into()],
            since: Some("HEAD~3".into()),
            manner: Manner::OneByOne,
            go_on: true,
        };
        assert_eq!(
            parse(
                "mutants --shard 3/8 --file journal/** --file engine/src/units.rs --in-diff HEAD~3 --one-by-one --go-on"
            ),
            Ok(Campaign::Mutants(selection))
        );
    }

    #[test]
    fn bad_lines_say_what_was_given_and_what_is_allowed() {
        let table = [
            ("", "campaign needs one of oracle, fuzz, storage and mutants"),
            ("war", "there is no campaign \"war\"; there are oracle, fuzz, storage and mutants"),
            ("oracle --commands 0", "--commands takes a number from 1, not \"0\""),
            ("fuzz --seed x", "--seed takes a number, not \"x\""),
            ("fuzz --commands 5", "campaign fuzz does not take \"--commands\""),
            ("storage --percent 0", "--percent takes a number from 1, not \"0\""),
            ("storage writer killed", "campaign storage does not take \"killed\""),
            ("mutants --shard 8/8", "--shard takes k/n with k below n, such as 0/8, not \"8/8\""),
            ("mutants --shard 8", "--shard takes k/n"),
            ("mutants --in-diff", "--in-diff needs a value"),
        ];
        for (line, message) in table {
            let error = parse(line).unwrap_err();
            assert!(error.starts_with(message), "{line}: {error}");
        }
    }
}
