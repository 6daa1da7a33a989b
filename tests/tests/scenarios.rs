//! The market's rules as text: every file of `scenarios/` reads as it would be written by running it.
//!
//! `UPDATE_EXPECT=1` writes the answers anew. `scenarios/RULES.md` says which file shows which rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use expect_test::expect_file;
use outcry_engine::{Command, Exchange, Timestamp};
use outcry_tests::scenario;
use outcry_tests::workload::Workload;

/// One test for each file, so that a failure names it; and the list, to find a file that is not run.
macro_rules! scenarios {
    ($($folder:literal $module:ident { $($name:ident)+ })+) => {
        $(
            mod $module {
                $(
                    #[test]
                    fn $name() {
                        super::check(concat!($folder, stringify!($name), ".txt"));
                    }
                )+
            }
        )+
        const RUN: &[&str] = &[$($(concat!($folder, stringify!($name), ".txt")),+),+];
    };
}

scenarios! {
    "" edges {
        decimals
        limits
        reject_order
        rejects
        wrong_combinations
    }
    "continuous/" continuous {
        all_or_nothing
        expiry
        icebergs
        market
        minimum_quantity
        pairs
        pegged
        post_only
        priority
        replace
        reports
        stops
        time_in_force
        trailing
    }
    "found/" found {
        engine
    }
    "self-trade/" self_trade {
        groups
        rules
    }
    "allocation/" allocation {
        rules
        step_lists
        top
    }
    "auctions/" auctions {
        euronext
        filling
        nasdaq
        pressure
        volatility
        xetra
    }
    "sessions/" sessions {
        batch
        call
        day
        halts
    }
    "bands/" bands {
        entry
        kill_switch
        limit_up_down
        market_wide
        velocity
    }
    "accounts/" accounts {
        fees
        holds
        ledger
        limits
        money
        positions
        short
    }
    "cash/" cash {
        book
        desk
    }
    "order-management/" order_management {
        preview
        quote_and_sweep
        quotes
    }
    "known-mistakes/" known_mistakes {
        other_engines_mistakes
        sweeps
    }
}

fn check(file: &str) {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let written = scenario::run(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    expect_file![folder().join(file)].assert_eq(&written);
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))
}

#[test]
fn every_file_is_run() {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder().to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "txt") {
                files.insert(path.strip_prefix(folder()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(files, RUN.iter().map(|name| (*name).to_owned()).collect());
}

/// Every stable reject code is shown by some scenario, but for those of counts too large to write down (see
/// `capacity.rs`).
#[test]
fn every_reject_code_is_shown() {
    let shown: String = RUN.iter().map(|file| fs::read_to_string(folder().join(file)).unwrap()).collect();
    let codes = [
        "too-many-decimals",
        "base-is-quote",
        "amount-not-positive",
        "market-order-cannot-rest",
        "post-only-must-rest",
        "minimum-above-quantity",
        "peak-not-below-quantity",
        "peak-spread-too-wide",
        "peak-too-small",
        "protection-too-wide",
        "protection-missing",
        "incompatible",
        "bracket-prices",
        "quote-count",
        "quote-crossed",
        "allocation",
        "band",
        "setting-out-of-range",
        "unknown-asset",
        "unknown-instrument",
        "unknown-desk",
        "unknown-account",
        "unknown-order",
        "symbol-taken",
        "name-taken",
        "tick-not-representable",
        "lot-not-representable",
        "venue-account",
        "account-blocked",
        "not-in-phase",
        "not-replaceable",
        "tick-table",
        "short-owed",
        "cap-not-positive",
        "amount-too-large",
        "currency-not-taken",
        "own-desk",
        "above-cap",
        "desk-short",
        "own-asset",
        "supply-too-large",
        "spends-nothing",
        "expiry-passed",
        "off-tick",
        "quantity-out-of-range",
        "notional-too-small",
        "outside-band",
        "no-reference",
        "trail-too-wide",
        "notional-too-large",
        "insufficient-funds",
        "order-limit",
        "notional-limit",
        "position-limit",
        "below-filled",
        "post-only-would-take",
    ];
    for code in codes {
        assert!(
            ["rejected", "refused"].iter().any(|word| shown.contains(&format!("{word} {code}:"))),
            "{code} is not shown"
        );
    }
}

/// Planted: an answer that is wrong by one lot, and a command that cannot be read.
#[test]
fn a_wrong_answer_is_noticed() {
    let text = include_str!("../scenarios/known-mistakes/other_engines_mistakes.txt");
    let wrong = text.replacen("behind 0", "behind 1", 1);
    assert_ne!(text, wrong, "there was something to falsify");
    assert_ne!(scenario::run(&wrong).unwrap(), wrong);
    let unreadable = format!("{text}\ncarol buys some\n");
    assert!(scenario::run(&unreadable).unwrap_err().contains("carol buys some"));
}

/// Each rule of `scenarios/RULES.md` names scenarios, each of them runs, and each scenario shows a rule.
#[test]
fn every_rule_has_its_scenario() {
    let page = fs::read_to_string(folder().join("RULES.md")).unwrap();
    let rules = rules_in(&page);
    assert!(rules.len() > 30, "the page names the rules");
    let mut named = BTreeSet::new();
    for (rule, files) in &rules {
        assert!(!files.is_empty(), "no scenario shows: {rule}");
        named.extend(files.iter().map(String::as_str));
    }
    assert_eq!(named, RUN.iter().copied().collect());
}

/// The page has every line of the market rules that lie beside the project. Planted: a page that lacks one of them.
#[test]
fn the_page_has_every_rule() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/market-rules.md");
    let Ok(market_rules) = fs::read_to_string(beside) else {
        println!("skipped: the market rules are not there");
        return;
    };
    let market = market_rules.split("\n## Market data").next().unwrap_or_default();
    let rules: Vec<String> = lines_of_rules(market);
    assert!(rules.len() > 30, "the market rules were read");
    let page = fs::read_to_string(folder().join("RULES.md")).unwrap();
    let on_page: BTreeSet<String> = rules_in(&page).into_iter().map(|(rule, _)| rule).collect();
    let lacking: Vec<_> = rules.iter().filter(|rule| !on_page.contains(*rule)).collect();
    assert!(lacking.is_empty(), "RULES.md lacks {lacking:#?}");
    let shorter = page.replacen(&rules[3], "", 1);
    assert!(!rules_in(&shorter).iter().any(|(rule, _)| *rule == rules[3]));
}

/// The rules of the page, each with the scenarios that show it.
fn rules_in(page: &str) -> Vec<(String, Vec<String>)> {
    let mut rules: Vec<(String, Vec<String>)> = Vec::new();
    for line in page.lines() {
        if let Some(rule) = line.strip_prefix("- ") {
            rules.push((rule.to_owned(), Vec::new()));
        } else if let (Some(file), Some((_, files))) = (line.strip_prefix("  - "), rules.last_mut()) {
            files.push(file.trim_matches('`').to_owned());
        }
    }
    rules
}

/// The points, rows and paragraphs of the sections of a page of rules, each in one line.
fn lines_of_rules(page: &str) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in page.lines().skip_while(|line| !line.starts_with("## ")) {
        let text = line.strip_prefix("- ").unwrap_or(line).trim();
        if line.starts_with('|') {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            if !line.starts_with("| step") && !line.starts_with("|--") {
                rules.push(cells.join(" \u{b7} "));
            }
            goes_on = false;
        } else if text.is_empty() || line.starts_with('#') {
            goes_on = false;
        } else if let (false, true, Some(rule)) = (line.starts_with("- "), goes_on, rules.last_mut()) {
            rule.push(' ');
            rule.push_str(text);
        } else {
            rules.push(text.to_owned());
            goes_on = true;
        }
    }
    rules
}

/// Whatever commands there are, the script written of them does the same: every command, condition, setting and phase has
/// its line. Planted: a script that lacks its last command.
#[test]
fn every_command_can_be_written_and_read() {
    let mut kinds = BTreeSet::new();
    for seed in 0..40 {
        let (mut workload, mut exchange) = (Workload::new(seed), Exchange::new());
        let mut commands: Vec<(Timestamp, Command)> = Vec::new();
        for _ in 0..300 {
            let (at, command) = workload.next_command();
            let mut events = Vec::new();
            exchange.execute(at, &command, &mut events);
            workload.observe(&events);
            kinds.insert(format!("{command:?}").split([' ', '(']).next().unwrap_or_default().to_owned());
            commands.push((at, command));
        }
        let script = scenario::write(&commands);
        let replayed =
            scenario::replay(&script).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{script}"));
        assert_eq!(replayed.digest(), exchange.digest(), "seed {seed}:\n{script}");
        let lacking = scenario::write(&commands[..commands.len() - 1]);
        assert_ne!(scenario::replay(&lacking).unwrap().digest(), exchange.digest());
    }
    assert_eq!(kinds.len(), 26, "every kind of command came: {kinds:?}");
}
