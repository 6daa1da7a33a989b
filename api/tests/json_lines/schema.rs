//! The schema in `docs/` against real lines, both ways: what the reader takes and the writer writes is valid, and what
//! is not a command is not.

use crate::terminal::{MARKET, Terminal};
use jsonschema::Validator;
use serde_json::Value;

/// The schema narrowed to one of its definitions.
pub(crate) fn schema(definition: &str) -> Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/exec.schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let root = schema.as_object_mut().unwrap();
    root.remove("anyOf").expect("the root takes input and output");
    root.insert("$ref".to_owned(), format!("#/$defs/{definition}").into());
    jsonschema::draft202012::options().build(&schema).unwrap()
}

#[track_caller]
pub(crate) fn assert_valid(schema: &Validator, line: &str) {
    let value: Value = serde_json::from_str(line).unwrap();
    let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{line}: {errors:?}");
}

const COMMANDS: &[&str] = &[
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","id":"b1","at":"2026-11-21T09:30:00Z"}"#,
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.30","quantity":"10","post_only":true}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.30","quantity":"12","time_in_force":"gtc"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"99","quantity":"2"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"20","time_in_force":"ioc"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"20"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"98","quantity":"2","time_in_force":"fok"}"#,
    r#"{"command":"replace","account":"Alice","order":4,"price":"99.00","quantity":"1"}"#,
    r#"{"command":"replace","account":"Alice","order":4,"price":"99.01","quantity":"1"}"#,
    r#"{"command":"cancel","account":"Alice","order":4}"#,
    r#"{"command":"cancel","account":"Alice","order":4,"id":"again"}"#,
    r#"{"command":"withdraw","account":"Bob","asset":"USD","amount":"1.5"}"#,
];

#[test]
fn every_line_in_and_out_is_valid() {
    let (input, output) = (schema("input"), schema("output"));
    let mut terminal = Terminal::new();
    let mut seen = std::collections::BTreeSet::new();
    for line in MARKET.iter().chain(COMMANDS) {
        assert_valid(&input, line);
        for answer in terminal.enter(line) {
            assert_valid(&output, &answer);
            let answer: Value = serde_json::from_str(&answer).unwrap();
            seen.insert(answer["event"].as_str().unwrap().to_owned());
        }
        if terminal.knows("ACME") {
            assert_valid(&output, &terminal.book("ACME"));
        }
    }
    assert_eq!(seen.len(), 10, "every kind of event was seen: {seen:?}");
}

/// Planted mistakes: the schema and the reader refuse the same lines.
#[test]
fn what_is_not_a_command_is_not_valid() {
    let input = schema("input");
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    let good = r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10"}"#;
    for (from, to) in [
        (r#""price":"100.25""#, r#""price":100.25"#),
        (r#""price":"100.25""#, r#""price":"1e2""#),
        (r#","price":"100.25""#, ""),
        (r#""type":"limit""#, r#""type":"market""#),
        (r#""type":"limit""#, r#""type":"market","time_in_force":"forever""#),
        (r#""side":"sell""#, r#""side":"SELL""#),
        (r#""quantity":"10""#, r#""quantity":"10","colour":"red""#),
        (r#""quantity":"10""#, r#""quantity":"10","post_only":1"#),
        (r#""quantity":"10""#, r#""quantity":"10","at":"noon""#),
        (r#""command":"place""#, r#""command":"put""#),
        (r#""instrument":"ACME""#, r#""instrument":"acme""#),
        (r#""account":"Bob","#, ""),
    ] {
        let line = good.replace(from, to);
        assert_ne!(line, good);
        assert!(!input.is_valid(&serde_json::from_str(&line).unwrap()), "the schema takes {line}");
        assert!(terminal.try_enter(&line).is_err(), "the reader takes {line}");
    }
}

#[test]
fn an_answer_with_a_number_for_a_decimal_is_not_valid() {
    let output = schema("output");
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    let answers = terminal.enter(COMMANDS[0]);
    let accepted: Value = serde_json::from_str(&answers[0]).unwrap();
    assert!(output.is_valid(&accepted));
    let mut planted = accepted.clone();
    planted["price"] = 100.25.into();
    assert!(!output.is_valid(&planted));
    let mut planted = accepted;
    planted.as_object_mut().unwrap().remove("number");
    assert!(!output.is_valid(&planted));
}
