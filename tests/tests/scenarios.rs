//! The market's rules as text: every file of `scenarios/` reads as it would be written by running it.
//!
//! `UPDATE_EXPECT=1` writes the answers anew.

use std::collections::BTreeSet;
use std::fs;

use expect_test::expect_file;
use outcry_tests::scenario;

/// One test for each file, so that a failure names it; and the list, to find a file that is not run.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                let text = include_str!(concat!("../scenarios/", stringify!($name), ".txt"));
                let written = scenario::run(text).unwrap_or_else(|error| panic!("{}: {error}", stringify!($name)));
                expect_file![concat!("../scenarios/", stringify!($name), ".txt")].assert_eq(&written);
            }
        )+
        const RUN: &[&str] = &[$(stringify!($name)),+];
    };
}

scenarios! {
    other_engines_mistakes
    time_in_force
    replace
    money
    rejects
    reject_order
    limits
    decimals
    preview
}

#[test]
fn every_file_is_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, RUN.iter().map(|name| (*name).to_owned()).collect());
}

/// Every stable reject code is shown by some scenario, but for those of counts too large to write down (see
/// `capacity.rs`).
#[test]
fn every_reject_code_is_shown() {
    let shown = [
        include_str!("../scenarios/rejects.txt"),
        include_str!("../scenarios/reject_order.txt"),
        include_str!("../scenarios/limits.txt"),
    ]
    .concat();
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
    let text = include_str!("../scenarios/other_engines_mistakes.txt");
    let wrong = text.replacen("behind 0", "behind 1", 1);
    assert_ne!(text, wrong, "there was something to falsify");
    assert_ne!(scenario::run(&wrong).unwrap(), wrong);
    let unreadable = format!("{text}\ncarol buys some\n");
    assert!(scenario::run(&unreadable).unwrap_err().contains("carol buys some"));
}
