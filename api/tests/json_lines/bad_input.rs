//! What is not a command: every mistake is told at its field, and nothing is executed.

use crate::terminal::{MARKET, Terminal};
use expect_test::{Expect, expect};

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
    check("", expect!["is not JSON: EOF while parsing a value at line 1 column 0"]);
    check("place 10 ACME", expect!["is not JSON: expected value at line 1 column 1"]);
    check(
        "[1,2]",
        expect![
            "is not a JSON object: invalid type: sequence, expected an object with fields at line 1 column 0"
        ],
    );
    check(r#"{"command":"place""#, expect!["is not JSON: EOF while parsing an object at line 1 column 18"]);
    check("{}", expect!["command: is missing"]);
    check(
        &"[".repeat(100_000),
        expect![
            "is not a JSON object: invalid type: sequence, expected an object with fields at line 1 column 0"
        ],
    );
}

#[test]
fn words() {
    check(
        r#"{"command":"buy"}"#,
        expect![[
            r#"command: "buy" is not one of create_asset, create_instrument, open_account, deposit, withdraw, place, place_pair, place_bracket, place_cash, cancel, cancel_orders, replace, quote, block_account, unblock_account, set_instrument, set_account, set_market, set_phase, halt_market, resume_market, advance_clock, open_desk, set_rate, buy_at_desk"#
        ]],
    );
    check(r#"{"command":7}"#, expect!["command: must be a JSON string in double quotes"]);
    check(&place_with("side", r#""BUY""#), expect![[r#"side: "BUY" is not one of buy, sell"#]]);
    check(
        &place_with("type", r#""stop""#),
        expect![[r#"type: "stop" is not one of limit, market, market_to_limit"#]],
    );
    check(
        &place_with("time_in_force", r#""forever""#),
        expect![[r#"time_in_force: "forever" is not one of gtc, ioc, fok, day, gtd"#]],
    );
    check(&place_with("post_only", r#""yes""#), expect!["post_only: is not true or false"]);
}

#[test]
fn names() {
    check(
        &place_with("instrument", r#""NOPE""#),
        expect![[r#"instrument: "NOPE" is not the symbol of an instrument here"#]],
    );
    check(
        &place_with("instrument", r#""acme""#),
        expect!["instrument: has the character 'a' at position 1, which is not allowed"],
    );
    check(
        &place_with("account", r#""Mallory""#),
        expect![[r#"account: "Mallory" is not the name of an account here"#]],
    );
    check(&place_with("account", r#""""#), expect!["account: is empty"]);
    check(&place_with("account", "null"), expect!["account: must be a JSON string in double quotes"]);
    check(
        r#"{"command":"open_account","name":"a name that is far too long for this"}"#,
        expect!["name: is 36 bytes long, at most 24 are allowed"],
    );
}

#[test]
fn prices_and_quantities() {
    check(
        &place_with("price", "100.25"),
        expect![[r#"price: must be a string, "100.25": a JSON number is not exact"#]],
    );
    check(&place_with("price", r#""100.255""#), expect!["price: 100.255 is not a multiple of 0.01"]);
    check(&place_with("price", r#""0""#), expect!["price: 0 is outside 0.01 to 10000000000"]);
    check(&place_with("price", r#""-1""#), expect!["price: -1 is outside 0.01 to 10000000000"]);
    check(
        &place_with("price", r#""1e2""#),
        expect![[r#"price: "1e2" is not a decimal number such as 12 or 0.05"#]],
    );
    check(
        &place_with("price", r#""99999999999999999999""#),
        expect!["price: 99999999999999999999 is outside 0.01 to 10000000000"],
    );
    check(&place_with("quantity", r#""1.5""#), expect!["quantity: 1.5 is not a multiple of 1"]);
    check(
        &place_with("quantity", r#""1000000000001""#),
        expect!["quantity: 1000000000001 is outside 1 to 1000000000000"],
    );
    check(
        &place_with("quantity", r#""ten""#),
        expect![[r#"quantity: "ten" is not a decimal number such as 12 or 0.05"#]],
    );
    check(&place_with("type", r#""market""#), expect!["price: does not belong to a market order"]);
    check(
        r#"{"command":"deposit","account":"Bob","asset":"USD","amount":1}"#,
        expect![[r#"amount: must be a string, "1": a JSON number is not exact"#]],
    );
    check(
        r#"{"command":"deposit","account":"Bob","asset":"USD","amount":"0.001"}"#,
        expect!["amount: 0.001 is not a multiple of 0.01"],
    );
}

#[test]
fn whole_numbers() {
    check(
        r#"{"command":"cancel","account":"Bob","order":0}"#,
        expect!["order: 0 is not a whole number from 1 to 18446744073709551615"],
    );
    check(
        r#"{"command":"cancel","account":"Bob","order":"1"}"#,
        expect![[r#"order: "1" is not a whole number from 1 to 18446744073709551615"#]],
    );
    check(
        r#"{"command":"cancel","account":"Bob","order":1.5}"#,
        expect!["order: 1.5 is not a whole number from 1 to 18446744073709551615"],
    );
    check(
        r#"{"command":"create_asset","symbol":"X","decimals":13}"#,
        expect!["decimals: 13 is not a whole number from 0 to 12"],
    );
    check(
        r#"{"command":"create_instrument","symbol":"X","base":"ACME","quote":"USD","tick":"1","lot":"1","maker_fee_ppm":100001}"#,
        expect!["maker_fee_ppm: 100001 is not a whole number from -100000 to 100000"],
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    check(
        r#"{"command":"place","side":"up","quantity":5,"colour":"red","id":"x","at":"noon"}"#,
        expect![[r#"
            at: is not a time in UTC such as "2026-11-21T09:30:00Z" or "2026-11-21T09:30:00.000000001Z"
            account: is missing
            instrument: is missing
            side: "up" is not one of buy, sell
            type: is missing
            quantity: must be a string, "5": a JSON number is not exact
            colour: is not a field here; the fields are id, at, command, account, instrument, side, type, price, quantity, time_in_force, expires, post_only, reprice, conditions"#]],
    );
    check(r#"{"command":"cancel","account":"Bob","order":1,"order":2}"#, expect!["order: is given twice"]);
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

/// An order with these conditions.
fn place_under(conditions: &str) -> String {
    place_with("conditions", conditions)
}

#[test]
fn what_is_inside_is_named_by_its_path() {
    check(&place_under(r#""stop""#), expect!["conditions: is not an object with fields"]);
    check(
        &place_under(r#"{"trigger":{"type":"stop","price":"99.005"}}"#),
        expect!["conditions.trigger.price: 99.005 is not a multiple of 0.01"],
    );
    check(
        &place_under(r#"{"trigger":{"type":"stop","price":"99","trail":{"ppm":1}}}"#),
        expect!["conditions.trigger.trail: is not a field here; the fields are type, by, price"],
    );
    check(
        &place_under(r#"{"trigger":{"type":"trailing","by":"mid","price":"99"}}"#),
        expect![[r#"
        conditions.trigger.by: "mid" is not one of last, bid, ask
        conditions.trigger.trail: is missing"#]],
    );
    check(
        &place_under(r#"{"trigger":{"type":"when","price":"99","depth":3}}"#),
        expect![[r#"conditions.trigger.type: "when" is not one of stop, take_profit, trailing"#]],
    );
    check(
        &place_under(r#"{"trigger":{"type":"trailing","price":"99","trail":{"ppm":0}}}"#),
        expect!["conditions.trigger.trail.ppm: 0 is not a whole number from 1 to 4294967295"],
    );
    check(
        &place_under(r#"{"trigger":{"type":"trailing","price":"99","trail":{"ppm":1,"distance":"1"}}}"#),
        expect!["conditions.trigger.trail.distance: does not go with ppm"],
    );
    check(
        &place_under(r#"{"display":{"type":"iceberg","peak":5}}"#),
        expect![[r#"conditions.display.peak: must be a string, "5": a JSON number is not exact"#]],
    );
    check(
        &place_under(r#"{"display":{"type":"hidden","peak":"5"}}"#),
        expect!["conditions.display.peak: is not a field here; the fields are type"],
    );
    check(
        &place_under(r#"{"minimum":"most"}"#),
        expect![[r#"conditions.minimum: "most" is not a decimal number such as 12 or 0.05; or "all""#]],
    );
    check(
        &place_under(r#"{"peg":{"to":"primary","offset":"0.001"}}"#),
        expect!["conditions.peg.offset: 0.001 is not a multiple of 0.01"],
    );
    check(
        &place_under(r#"{"protection":{"distance":"99999999.00"}}"#),
        expect!["conditions.protection.distance: 99999999.00 is more than 4294967295 ticks"],
    );
    check(&place_under(r#"{"protection":{}}"#), expect!["conditions.protection.distance: is missing"]);
    check(
        &place_under(r#"{"self_trade":"cn","self_trade":"co"}"#),
        expect![[r#"
        conditions.self_trade: "cn" is not one of allow, cancel_newest, cancel_oldest, cancel_both, decrement
        conditions.self_trade: is given twice"#]],
    );
    check(
        r#"{"command":"quote","account":"Bob","quotes":[{"instrument":"ACME","bid":{"price":"1"}},{"instrument":"NOPE"},5]}"#,
        expect![[r#"
            quotes[2]: is not an object with fields
            quotes[0].bid.quantity: is missing
            quotes[1].instrument: "NOPE" is not the symbol of an instrument here"#]],
    );
    check(r#"{"command":"quote","account":"Bob","quotes":{}}"#, expect!["quotes: is not a list of objects"]);
    let many = format!(r#"{{"command":"quote","account":"Bob","quotes":[{}{{}}]}}"#, "{},".repeat(1_000));
    check(&many, expect!["quotes: has 1001 entries, at most 1000 are allowed"]);
    check(
        r#"{"command":"place_pair","trigger":{"type":"stop","price":"1"},"then":{"type":"limit"}}"#,
        expect![[r#"
            limit: is missing
            then.price: is missing"#]],
    );
}

#[test]
fn combinations_and_settings() {
    check(&place_with("time_in_force", r#""gtd""#), expect!["expires: is missing"]);
    check(
        &place_with("expires", r#""2026-11-21T09:30:00Z""#),
        expect!["expires: belongs to the time in force gtd only"],
    );
    check(&place_with("reprice", "true"), expect!["reprice: belongs to a post-only order only"]);
    check(
        &place_with("type", r#""market_to_limit""#),
        expect!["price: does not belong to a market-to-limit order"],
    );
    let set = |fields: &str| format!(r#"{{"command":"set_instrument","instrument":"ACME",{fields}}}"#);
    check(
        &set(r#""setting":"colour","tier":1"#),
        expect![[
            r#"setting: "colour" is not one of allocation, lead_maker, rulebook, fee_tier, tick_row, quantities, min_notional, price_band, price_range, limit_up_down, velocity, reference, auction_collar, halt_queues, day_end, follow_ups, volatility_call, trading_hours"#
        ]],
    );
    check(
        &set(r#""setting":"fee_tier","tier":256,"maker_fee_ppm":-100001"#),
        expect![[r#"
        tier: 256 is not a whole number from 0 to 255
        maker_fee_ppm: -100001 is not a whole number from -100000 to 100000"#]],
    );
    check(
        &set(r#""setting":"price_band","width_ppm":1"#),
        expect![[r#"
        on: is missing
        width_ppm: is not a field here; the fields are id, at, command, instrument, setting, on"#]],
    );
    check(
        &set(r#""setting":"price_band","on":false,"width_ppm":1"#),
        expect!["width_ppm: is not a field here; the fields are id, at, command, instrument, setting, on"],
    );
    check(
        &set(r#""setting":"tick_row","from":"1","step":"0.001""#),
        expect!["step: 0.001 is not a multiple of 0.01"],
    );
    check(
        &set(r#""setting":"follow_ups","most":4294967296"#),
        expect!["most: 4294967296 is not a whole number from 0 to 4294967295"],
    );
    check(
        r#"{"command":"set_phase","instrument":"ACME","phase":"batch","end":{"at":"noon","then":"continuous","interval_nanos":1}}"#,
        expect![[r#"
            interval_nanos: is missing
            end.at: is not a time in UTC such as "2026-11-21T09:30:00Z" or "2026-11-21T09:30:00.000000001Z"
            end.interval_nanos: belongs to the phase batch only"#]],
    );
    check(
        r#"{"command":"set_phase","instrument":"ACME","phase":"lunch"}"#,
        expect![[
            r#"phase: "lunch" is not one of continuous, pre_open, opening_call, intraday_call, volatility_call, closing_call, batch, halted, post_close, closed"#
        ]],
    );
    check(
        r#"{"command":"buy_at_desk","desk":-1,"account":"Bob","money":"USD","amount":"1.001","key":"abc"}"#,
        expect![[r#"
            desk: -1 is not a whole number from 0 to 4294967295
            amount: 1.001 is not a multiple of 0.01
            key: is not 32 hexadecimal digits, nor a UUID"#]],
    );
    check(
        r#"{"command":"set_rate","desk":0,"money":"USD","rate":"0"}"#,
        expect!["rate: the rate 0 is not above zero"],
    );
    check(
        r#"{"command":"set_account","account":"Bob","setting":"short_limit","asset":"ACME","amount":"0.5"}"#,
        expect!["amount: 0.5 is not a multiple of 1"],
    );
}
