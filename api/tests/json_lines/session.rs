//! Commands as JSON in, events and books as JSON out: whole sessions, read as a user would write them.

use crate::terminal::{MARKET, Terminal};
use expect_test::{Expect, expect};

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
        expect![[r#"
            {"sequence":9,"number":9,"at":"2026-11-21T09:30:00.000000000Z","id":"b1","event":"order_accepted","order":1,"account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","time_in_force":"gtc","post_only":false}
            {"sequence":9,"number":10,"at":"2026-11-21T09:30:00.000000000Z","id":"b1","event":"ledger_posted","account":"Bob","asset":"ACME","kind":"hold","amount":"10","available":"90","held":"10","order":1}
            {"sequence":9,"number":11,"at":"2026-11-21T09:30:00.000000000Z","id":"b1","event":"order_rested","order":1,"account":"Bob","instrument":"ACME","side":"sell","price":"100.25","leaves":"10","ahead":"0","layer":"lit"}
            {"sequence":10,"number":12,"at":"2026-11-21T09:30:00.000000000Z","event":"order_accepted","order":2,"account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.30","quantity":"4","time_in_force":"ioc","post_only":false}
            {"sequence":10,"number":13,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"hold","amount":"401.60","available":"4598.40","held":"401.60","order":2}
            {"sequence":10,"number":14,"at":"2026-11-21T09:30:00.000000000Z","event":"traded","trade":1,"instrument":"ACME","price":"100.25","quantity":"4","taker_side":"buy","kind":"continuous","maker_order":1,"maker_account":"Bob","maker_leaves":"6","taker_order":2,"taker_account":"Alice","taker_leaves":"0"}
            {"sequence":10,"number":15,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"buy","amount":"-401.00","available":"4598.40","held":"0.60","order":2}
            {"sequence":10,"number":16,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"ACME","kind":"buy","amount":"4","available":"54","held":"0","order":2}
            {"sequence":10,"number":17,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"ACME","kind":"sell","amount":"-4","available":"90","held":"6","order":1}
            {"sequence":10,"number":18,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"USD","kind":"sell","amount":"401.00","available":"401.00","held":"0.00","order":1}
            {"sequence":10,"number":19,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"fee","amount":"-0.40","available":"4598.40","held":"0.20","order":2}
            {"sequence":10,"number":20,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"USD","kind":"fee","amount":"-0.20","available":"400.80","held":"0.00","order":1}
            {"sequence":10,"number":21,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Venue","asset":"USD","kind":"fee","amount":"0.60","available":"0.60","held":"0.00","order":2}
            {"sequence":10,"number":22,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"release","amount":"0.20","available":"4598.60","held":"0.00","order":2}
            {"sequence":11,"number":23,"at":"2026-11-21T09:30:00.000000000Z","event":"order_canceled","order":1,"account":"Bob","instrument":"ACME","side":"sell","price":"100.25","canceled":"6","from":"lit","reason":"requested"}
            {"sequence":11,"number":24,"at":"2026-11-21T09:30:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"ACME","kind":"release","amount":"6","available":"96","held":"0","order":1}
        "#]],
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
        expect![[r#"
            {"sequence":9,"number":9,"at":"1970-01-01T00:00:00.000000000Z","event":"order_accepted","order":1,"account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","time_in_force":"gtc","post_only":true}
            {"sequence":9,"number":10,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"ACME","kind":"hold","amount":"10","available":"90","held":"10","order":1}
            {"sequence":9,"number":11,"at":"1970-01-01T00:00:00.000000000Z","event":"order_rested","order":1,"account":"Bob","instrument":"ACME","side":"sell","price":"100.25","leaves":"10","ahead":"0","layer":"lit"}
            {"sequence":10,"number":12,"at":"1970-01-01T00:00:00.000000000Z","event":"order_replaced","order":1,"account":"Bob","instrument":"ACME","side":"sell","old_price":"100.25","price":"100.25","quantity":"5","old_leaves":"10","leaves":"5","priority":"kept"}
            {"sequence":10,"number":13,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"ACME","kind":"release","amount":"5","available":"95","held":"5","order":1}
            {"sequence":11,"number":14,"at":"1970-01-01T00:00:00.000000000Z","event":"order_replaced","order":1,"account":"Bob","instrument":"ACME","side":"sell","old_price":"100.25","price":"100.20","quantity":"5","old_leaves":"5","leaves":"5","priority":"lost"}
            {"sequence":11,"number":15,"at":"1970-01-01T00:00:00.000000000Z","event":"order_rested","order":1,"account":"Bob","instrument":"ACME","side":"sell","price":"100.20","leaves":"5","ahead":"0","layer":"lit"}
            {"sequence":12,"number":16,"at":"1970-01-01T00:00:00.000000000Z","event":"order_accepted","order":2,"account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"2","time_in_force":"ioc","post_only":false}
            {"sequence":12,"number":17,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"hold","amount":"200.60","available":"4799.40","held":"200.60","order":2}
            {"sequence":12,"number":18,"at":"1970-01-01T00:00:00.000000000Z","event":"traded","trade":1,"instrument":"ACME","price":"100.20","quantity":"2","taker_side":"buy","kind":"continuous","maker_order":1,"maker_account":"Bob","maker_leaves":"3","taker_order":2,"taker_account":"Alice","taker_leaves":"0"}
            {"sequence":12,"number":19,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"buy","amount":"-200.40","available":"4799.40","held":"0.20","order":2}
            {"sequence":12,"number":20,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"ACME","kind":"buy","amount":"2","available":"52","held":"0","order":2}
            {"sequence":12,"number":21,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"ACME","kind":"sell","amount":"-2","available":"95","held":"3","order":1}
            {"sequence":12,"number":22,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"USD","kind":"sell","amount":"200.40","available":"200.40","held":"0.00","order":1}
            {"sequence":12,"number":23,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Alice","asset":"USD","kind":"fee","amount":"-0.20","available":"4799.40","held":"0.00","order":2}
            {"sequence":12,"number":24,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Bob","asset":"USD","kind":"fee","amount":"-0.10","available":"200.30","held":"0.00","order":1}
            {"sequence":12,"number":25,"at":"1970-01-01T00:00:00.000000000Z","event":"ledger_posted","account":"Venue","asset":"USD","kind":"fee","amount":"0.30","available":"0.30","held":"0.00","order":2}
        "#]],
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
        expect![[r#"
            {"sequence":9,"number":9,"at":"1970-01-01T00:00:00.000000000Z","id":"w","event":"command_rejected","code":"insufficient-funds","message":"5000.01 USD needed, 5000 USD available"}
            {"sequence":10,"number":10,"at":"1970-01-01T00:00:00.000000000Z","event":"command_rejected","code":"unknown-order","message":"the account has no open order 7"}
            {"sequence":11,"number":11,"at":"1970-01-01T00:00:00.000000000Z","event":"command_rejected","code":"unknown-order","message":"the account has no open order 7"}
            {"sequence":12,"number":12,"at":"1970-01-01T00:00:00.000000000Z","event":"command_rejected","code":"market-order-cannot-rest","message":"a market order cannot rest: its time in force is IOC or FOK"}
        "#]],
    );
}

#[test]
fn the_book_is_told_by_level_and_order_by_order() {
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    for (account, side, price, quantity) in [
        ("Bob", "sell", "100.25", 10),
        ("Alice", "sell", "100.25", 5),
        ("Bob", "sell", "101", 1),
        ("Alice", "buy", "99.5", 2),
    ] {
        terminal.enter(&format!(
            r#"{{"command":"place","account":"{account}","instrument":"ACME","side":"{side}","type":"limit","price":"{price}","quantity":"{quantity}"}}"#
        ));
    }
    expect![[r#"
        {"sequence":12,"at":"1970-01-01T00:00:00.000000000Z","book":"ACME","l2":{"bids":[{"price":"99.50","quantity":"2","orders":1}],"asks":[{"price":"100.25","quantity":"15","orders":2},{"price":"101.00","quantity":"1","orders":1}]},"l3":{"bids":[{"order":4,"account":"Alice","price":"99.50","quantity":"2","leaves":"2"}],"asks":[{"order":1,"account":"Bob","price":"100.25","quantity":"10","leaves":"10"},{"order":2,"account":"Alice","price":"100.25","quantity":"5","leaves":"5"},{"order":3,"account":"Bob","price":"101.00","quantity":"1","leaves":"1"}]}}
    "#]].assert_eq(&(terminal.book("ACME") + "\n"));
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
