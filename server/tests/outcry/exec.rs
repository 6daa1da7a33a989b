//! `outcry exec`: lines in, lines out, one at a time.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;

use expect_test::{Expect, expect};
use outcry_server::exec::{ExecOptions, Executed, MAX_LINE, exec};
use serde_json::Value;

use crate::program::outcry;

const MARKET: &str = r#"{"command":"create_asset","symbol":"USD","decimals":2}
{"command":"create_asset","symbol":"ACME","decimals":0}
{"command":"create_instrument","symbol":"ACME","base":"ACME","quote":"USD","tick":"0.01","lot":"1"}
{"command":"open_account","name":"Alice"}
{"command":"deposit","account":"Alice","asset":"USD","amount":"5000.00"}
"#;

fn run(input: impl AsRef<[u8]>) -> (Executed, String) {
    let mut output = Vec::new();
    let executed = exec(input.as_ref(), &mut output, ExecOptions::default()).unwrap();
    (executed, String::from_utf8(output).unwrap())
}

#[test]
fn a_schedule_is_answered_like_commands_before_the_line_whose_time_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("day.json");
    let sessions = r#"[{"at":"08:00:00","phase":"opening_call"},{"at":"09:00:00","phase":"continuous"}]"#;
    std::fs::write(&plan, format!(r#"{{"sessions":{sessions}}}"#)).unwrap();
    let input = MARKET.replace("}\n", ",\"at\":\"2026-01-05T08:30:00Z\"}\n")
        + r#"{"command":"advance_clock","at":"2026-01-05T09:30:00Z","id":"last"}"#;
    let ran = outcry(&["exec", "--schedule", plan.to_str().unwrap()], &input);
    let phases: Vec<Value> = ran
        .output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["event"] == "phase_changed")
        .collect();
    let seen: Vec<_> = phases.iter().map(|line| [line["at"].as_str(), line["phase"].as_str()]).collect();
    assert_eq!(
        seen,
        [
            [Some("2026-01-05T08:30:00.000000000Z"), Some("opening_call")],
            [Some("2026-01-05T09:00:00.000000000Z"), Some("continuous")],
            [Some("2026-01-05T09:00:00.000000000Z"), Some("continuous")],
        ]
    );
}

fn check_errors(input: impl AsRef<[u8]>, expected: Expect) {
    let (_, output) = run(input);
    let errors: Vec<&str> = output.lines().filter(|line| line.contains(r#""error""#)).collect();
    expected.assert_eq(&errors.join("\n"));
}

#[test]
fn a_line_that_is_no_command_is_answered_and_the_next_is_read() {
    let input = format!(
        "{MARKET}\nnonsense\n{{\"command\":\"place\",\"id\":\"7\"}}\n{{\"command\":\"open_account\",\"name\":\"Bob\"}}"
    );
    let (executed, output) = run(&input);
    assert_eq!(executed, Executed { commands: 6, bad_lines: 2 });
    assert!(output.lines().last().unwrap().contains(r#""event":"account_opened","name":"Bob""#), "{output}");
    check_errors(
        &input,
        expect![[r#"
        {"error":"is not JSON: expected ident at line 1 column 2","line":7,"fields":[{"field":"","message":"is not JSON: expected ident at line 1 column 2"}]}
        {"error":"account: is missing; instrument: is missing; side: is missing; type: is missing; quantity: is missing","line":8,"id":"7","fields":[{"field":"account","message":"is missing"},{"field":"instrument","message":"is missing"},{"field":"side","message":"is missing"},{"field":"type","message":"is missing"},{"field":"quantity","message":"is missing"}]}"#]],
    );
}

#[test]
fn lines_that_are_too_long_or_no_text_are_told_with_their_number() {
    check_errors(
        format!("{}\n{{}}\n", "x".repeat(usize::try_from(MAX_LINE).unwrap() + 1)),
        expect![[r#"
        {"error":"the line is longer than 65536 bytes","line":1,"fields":[{"field":"","message":"the line is longer than 65536 bytes"}]}
        {"error":"command: is missing","line":2,"fields":[{"field":"command","message":"is missing"}]}"#]],
    );
    check_errors(
        b"{}\n\xff\xfe\n",
        expect![[r#"
        {"error":"command: is missing","line":1,"fields":[{"field":"command","message":"is missing"}]}
        {"error":"the line is not UTF-8 from byte 1","line":2,"fields":[{"field":"","message":"the line is not UTF-8 from byte 1"}]}"#]],
    );
    // Exactly as long as allowed.
    let mut line = String::from(r#"{"command":"open_account","name":"Bob"}"#);
    line.push_str(&" ".repeat(usize::try_from(MAX_LINE).unwrap() - 1 - line.len()));
    let (executed, _) = run(format!("{line}\n"));
    assert_eq!(executed, Executed { commands: 1, bad_lines: 0 });
}

#[test]
fn the_code_tells_whether_every_line_was_a_command() {
    let refused = r#"{"command":"withdraw","account":"Alice","asset":"USD","amount":"9000"}"#;
    let ran = outcry(&["exec"], &format!("{MARKET}{refused}\n"));
    assert_eq!(ran.code, 0, "a refusal is an answer: {}", ran.errors);
    assert!(ran.output.contains(r#""code":"insufficient-funds""#), "{}", ran.output);
    assert_eq!(outcry(&["exec"], "nonsense\n").code, 1);
    assert_eq!(outcry(&["exec"], "").code, 0);
    assert_eq!(outcry(&["exec", "--colour"], "").code, 2);
}

#[test]
fn the_book_follows_the_events_of_each_command() {
    let order = r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.25","quantity":"10"}"#;
    let cancel = r#"{"command":"cancel","account":"Alice","order":1}"#;
    let ran = outcry(&["exec", "--book"], &format!("{MARKET}{order}\n{cancel}\n"));
    let books: Vec<&str> = ran.output.lines().filter(|line| line.contains(r#""book""#)).collect();
    let expected = [
        r#"{"sequence":3,"at":"1970-01-01T00:00:00.000000000Z","book":"ACME","l2":{"bids":[],"asks":[]},"l3":{"bids":[],"asks":[]}}"#,
        r#"{"sequence":6,"at":"1970-01-01T00:00:00.000000000Z","book":"ACME","l2":{"bids":[{"price":"100.25","quantity":"10","orders":1}],"asks":[]},"l3":{"bids":[{"order":1,"account":"Alice","price":"100.25","quantity":"10","leaves":"10"}],"asks":[]}}"#,
        r#"{"sequence":7,"at":"1970-01-01T00:00:00.000000000Z","book":"ACME","l2":{"bids":[],"asks":[]},"l3":{"bids":[],"asks":[]}}"#,
    ];
    assert_eq!(books, expected);
}

/// What was written and not flushed yet, in bytes: shared by the two ends of a conversation.
#[derive(Clone, Default)]
struct Unflushed(Rc<Cell<usize>>);

impl Write for Unflushed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.set(0);
        Ok(())
    }
}

/// Says the next line only after the answers to the last one can have arrived.
struct Patient<'a> {
    lines: &'a [&'a str],
    unflushed: Unflushed,
}

impl Read for Patient<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        unreachable!("lines are read through the buffer")
    }
}

impl BufRead for Patient<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        assert_eq!(self.unflushed.0.get(), 0, "the last answer was not flushed");
        Ok(self.lines.first().map_or(&[], |line| line.as_bytes()))
    }

    fn consume(&mut self, bytes: usize) {
        if bytes > 0 {
            assert_eq!(bytes, self.lines[0].len());
            self.lines = &self.lines[1..];
        }
    }
}

/// Fails if the flush after a command is left out: with a real pipe both ends would wait for ever.
#[test]
fn every_answer_is_flushed_before_the_next_line_is_read() {
    let unflushed = Unflushed::default();
    let lines = [
        "{\"command\":\"open_account\",\"name\":\"Alice\"}\n",
        "nonsense\n",
        "{\"command\":\"open_account\",\"name\":\"Bob\"}\n",
    ];
    let input = Patient { lines: &lines, unflushed: unflushed.clone() };
    let executed = exec(input, unflushed, ExecOptions::default()).unwrap();
    assert_eq!(executed, Executed { commands: 2, bad_lines: 1 });
}

#[test]
fn a_command_without_a_time_runs_at_the_one_before_or_now() {
    let lines = r#"{"command":"open_account","name":"Alice","at":"2020-01-01T00:00:00Z"}
{"command":"open_account","name":"Bob"}
"#;
    let time = |args: &[&str]| {
        let ran = outcry(args, lines);
        let last: Value = serde_json::from_str(ran.output.lines().last().unwrap()).unwrap();
        last["at"].as_str().unwrap().to_owned()
    };
    assert_eq!(time(&["exec"]), "2020-01-01T00:00:00.000000000Z");
    assert!(time(&["exec", "--clock", "machine"]).as_str() > "2026");
}
