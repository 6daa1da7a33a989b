//! What is not a command: every mistake is told at its field, and nothing is executed.

use expect_test::{Expect, expect};
use crate::terminal::{MARKET, Terminal};

fn check(line: &str, expected: Expect) {
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    let error = terminal.try_enter(line).expect_err(line);
    let lines: Vec<String> = error.fields.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

/// A `place` with one field exchanged for another text.
fn place_with(field: &str, value: &str) -> String {
    let fields = [
        ("command", r#""place""#),
        ("account", r#""Alice""#),
        ("instrument", r#""ACME""#),
        ("side", r#""buy""#),
        ("type", r#""limit""#),
        ("price", r#""100.25""#),
        ("quantity", r#""10""#),
    ];
    let known = fields.iter().any(|(name, _)| *name == field);
    let mut entries: Vec<String> = fields
        .iter()
        .map(|&(name, given)| format!(r#""{name}":{}"#, if name == field { value } else { given }))
        .collect();
    if !known {
        entries.push(format!(r#""{field}":{value}"#));
    }
    format!("{{{}}}", entries.join(","))
}

#[test]
fn texts_that_are_no_object() {
    check("", expect![""]);
    check("place 10 ACME", expect![""]);
    check("[1,2]", expect![""]);
    check(r#"{"command":"place""#, expect![""]);
    check("{}", expect![""]);
    check(&"[".repeat(100_000), expect![""]);
}

#[test]
fn words() {
    check(r#"{"command":"buy"}"#, expect![""]);
    check(r#"{"command":7}"#, expect![""]);
    check(&place_with("side", r#""BUY""#), expect![""]);
    check(&place_with("type", r#""stop""#), expect![""]);
    check(&place_with("time_in_force", r#""day""#), expect![""]);
    check(&place_with("post_only", r#""yes""#), expect![""]);
}

#[test]
fn names() {
    check(&place_with("instrument", r#""NOPE""#), expect![""]);
    check(&place_with("instrument", r#""acme""#), expect![""]);
    check(&place_with("account", r#""Mallory""#), expect![""]);
    check(&place_with("account", r#""""#), expect![""]);
    check(&place_with("account", "null"), expect![""]);
    check(r#"{"command":"open_account","name":"a name that is far too long for this"}"#, expect![""]);
}

#[test]
fn prices_and_quantities() {
    check(&place_with("price", "100.25"), expect![""]);
    check(&place_with("price", r#""100.255""#), expect![""]);
    check(&place_with("price", r#""0""#), expect![""]);
    check(&place_with("price", r#""-1""#), expect![""]);
    check(&place_with("price", r#""1e2""#), expect![""]);
    check(&place_with("price", r#""99999999999999999999""#), expect![""]);
    check(&place_with("quantity", r#""1.5""#), expect![""]);
    check(&place_with("quantity", r#""1000000000001""#), expect![""]);
    check(&place_with("quantity", r#""ten""#), expect![""]);
    check(&place_with("type", r#""market""#), expect![""]);
    check(r#"{"command":"deposit","account":"Bob","asset":"USD","amount":1}"#, expect![""]);
    check(r#"{"command":"deposit","account":"Bob","asset":"USD","amount":"0.001"}"#, expect![""]);
}

#[test]
fn whole_numbers() {
    check(r#"{"command":"cancel","account":"Bob","order":0}"#, expect![""]);
    check(r#"{"command":"cancel","account":"Bob","order":"1"}"#, expect![""]);
    check(r#"{"command":"cancel","account":"Bob","order":1.5}"#, expect![""]);
    check(r#"{"command":"create_asset","symbol":"X","decimals":13}"#, expect![""]);
    check(
        r#"{"command":"create_instrument","symbol":"X","base":"ACME","quote":"USD","tick":"1","lot":"1","maker_fee_ppm":100001}"#,
        expect![""],
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    check(r#"{"command":"place","side":"up","quantity":5,"colour":"red","id":"x","at":"noon"}"#, expect![""]);
    check(r#"{"command":"cancel","account":"Bob","order":1,"order":2}"#, expect![""]);
}

#[test]
fn a_bad_line_changes_nothing_and_keeps_its_mark() {
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    let before = terminal.book("ACME");
    let error = terminal.try_enter(r#"{"id":"mine","command":"place","price":5}"#).unwrap_err();
    assert_eq!(error.id.as_deref(), Some("mine"));
    assert_eq!(terminal.book("ACME"), before);
}
