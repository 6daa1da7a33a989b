//! Bad input: every field of every command at its limits, every wrong combination, every phase, every precedence.
//!
//! A row is a command and what must become of it. A refused one answers with exactly one event, names the field, the value
//! and what is allowed ([`rows`](row) are kept as text in `rows.txt`), and changes nothing but the sequence, the clock and the
//! history. The tables of wrong combinations and of phases are read out of `docs/rules/rejects.md`, so the rulebook is what
//! is tested.
//!
//! Planted, each caught: a clash taken out of the engine's table, a phase list without post-only, two neighbouring checks
//! swapped, a setting applied before its check, the largest quantity refused.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod floor;
mod row;
mod rulebook;

mod fields;
mod orders;
mod groups;
mod settings;
mod terms;
mod phases;
mod precedence;

use expect_test::expect_file;

/// All rows with the exact message of each, and nothing that is refused is left out.
#[test]
fn every_refusal_names_the_field_the_value_and_what_is_allowed() {
    let floor = floor::Floor::open();
    let rows: Vec<_> = [
        fields::rows(),
        orders::rows(&floor),
        groups::rows(),
        settings::rows(),
        terms::pair_rows(),
        phases::rows(&floor),
    ]
    .concat();
    let (mut text, mut wrong) = (String::new(), Vec::new());
    for row in &rows {
        match row.run(&floor.exchange) {
            Ok(line) => text = text + &line + "\n",
            Err(line) => wrong.push(line),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows.len() >= 500, "{} rows", rows.len());
    expect_file!["rows.txt"].assert_eq(&text);
}

/// Each code of the rulebook is refused by some row, but for the counts that take long to reach (`capacity.rs` and the
/// desk's own tests reach those).
#[test]
fn every_code_has_a_row() {
    let seen = include_str!("rows.txt");
    let far = [
        "too-many-assets",
        "too-many-instruments",
        "too-many-accounts",
        "too-many-desks",
        "too-many-orders",
        "desk",
    ];
    let missing: Vec<_> = rulebook::codes()
        .into_iter()
        .filter(|code| !far.contains(&code.as_str()) && !seen.contains(&format!("| {code} |")))
        .collect();
    assert!(missing.is_empty(), "no row is refused with {missing:?}");
}

/// The rulebook's list is the order of the variants and of the codes.
#[test]
fn the_rulebook_lists_the_codes_in_the_order_of_the_variants() {
    let source = include_str!("../../src/reject.rs");
    let (variants, codes) = source.split_once("impl Reject {").unwrap();
    let variants: Vec<_> = variants
        .split_once("pub enum Reject {")
        .unwrap()
        .1
        .lines()
        .filter_map(|line| {
            line.strip_prefix("    ").filter(|rest| rest.starts_with(|first: char| first.is_uppercase()))
        })
        .map(|line| kebab(line.split(|end: char| !end.is_alphanumeric()).next().unwrap()))
        .collect();
    let codes: Vec<_> = codes
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::"))
        .map(|line| kebab(line.split(|end: char| !end.is_alphanumeric()).next().unwrap()))
        .collect();
    assert_eq!(codes, variants);
    assert_eq!(rulebook::codes(), variants);
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
