//! Commands as JSON in, events and books as JSON out: whole sessions, read as a user would write them.

use expect_test::{Expect, expect};
use crate::terminal::{MARKET, Terminal};

/// Enters the lines after the opening ones and compares what they answer.
fn check(lines: &[&str], expected: Expect) {
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    let answers: Vec<String> = lines.iter().flat_map(|line| terminal.enter(line)).collect();
    expected.assert_eq(&(answers.join("\n") + "\n"));
}

#[test]
fn an_order_rests_trades_and_is_canceled() {
    check(
        &[
            r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","id":"b1","at":"2026-11-21T09:30:00Z"}"#,
            r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.30","quantity":"4","time_in_force":"ioc"}"#,
            r#"{"command":"cancel","account":"Bob","order":1}"#,
        ],
        expect![[""]],
    );
}

#[test]
fn a_replace_keeps_or_loses_its_place_and_a_market_order_has_no_price() {
    check(
        &[
            r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","post_only":true}"#,
            r#"{"command":"replace","account":"Bob","order":1,"price":"100.25","quantity":"5"}"#,
            r#"{"command":"replace","account":"Bob","order":1,"price":"100.20","quantity":"5"}"#,
            r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"2"}"#,
        ],
        expect![[""]],
    );
}

#[test]
fn a_refusal_is_an_event_with_its_code_and_numbers() {
    check(
        &[
            r#"{"command":"withdraw","account":"Alice","asset":"USD","amount":"5000.01","id":"w"}"#,
            r#"{"command":"cancel","account":"Alice","order":7}"#,
            // No order 7, so no tick either: the exchange answers, not the reader.
            r#"{"command":"replace","account":"Alice","order":7,"price":"1.005","quantity":"1"}"#,
            r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"1","time_in_force":"gtc"}"#,
        ],
        expect![[""]],
    );
}

#[test]
fn the_book_is_told_by_level_and_order_by_order() {
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    for (account, side, price, quantity) in
        [("Bob", "sell", "100.25", 10), ("Alice", "sell", "100.25", 5), ("Bob", "sell", "101", 1), ("Alice", "buy", "99.5", 2)]
    {
        terminal.enter(&format!(
            r#"{{"command":"place","account":"{account}","instrument":"ACME","side":"{side}","type":"limit","price":"{price}","quantity":"{quantity}"}}"#
        ));
    }
    expect![[""]].assert_eq(&(terminal.book("ACME") + "\n"));
}

#[test]
fn a_command_written_out_reads_back_as_itself() {
    let mut terminal = Terminal::new();
    let lines = [
        r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","time_in_force":"gtc","post_only":true}"#,
        r#"{"command":"replace","account":"Bob","order":1,"price":"100.20","quantity":"5"}"#,
        r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"2","time_in_force":"fok","post_only":false}"#,
        r#"{"command":"cancel","account":"Bob","order":1}"#,
        r#"{"command":"withdraw","account":"Alice","asset":"USD","amount":"1.00"}"#,
    ];
    for line in MARKET.iter().chain(&lines) {
        assert_eq!(&terminal.written_back(line), line);
        terminal.enter(line);
    }
}
