//! The market's rules as text: every file of `scenarios/` reads as it would be written by running it.
//!
//! `UPDATE_EXPECT=1` writes the answers anew. `scenarios/RULES.md` says which file shows which rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use expect_test::expect_file;
use outcry_tests::scenario;

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
        stops
        time_in_force
        trailing
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
        "unknown-asset",
        "unknown-instrument",
        "unknown-account",
        "unknown-order",
        "symbol-taken",
        "name-taken",
        "tick-not-representable",
        "lot-not-representable",
        "venue-account",
        "supply-too-large",
        "notional-too-large",
        "insufficient-funds",
        "below-filled",
        "post-only-would-take",
    ];
    for code in codes {
        assert!(shown.contains(&format!("rejected {code}:")), "{code} is not shown");
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
