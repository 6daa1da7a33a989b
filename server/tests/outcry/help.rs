//! The help teaches: every subcommand has its examples, and they parse.

use clap::{CommandFactory, Parser};
use outcry_server::CommandLine;

use crate::program::{command, outcry};

#[test]
fn the_arguments_are_consistent() {
    CommandLine::command().debug_assert();
}

#[test]
fn every_subcommand_has_examples_that_parse() {
    let ran = outcry(&["--help"], "");
    assert_eq!(ran.code, 0);
    assert!(ran.output.contains("Exit codes:"));
    for subcommand in CommandLine::command().get_subcommands() {
        let name = subcommand.get_name();
        let help = outcry(&[name, "--help"], "").output;
        let examples: Vec<&str> = help.lines().filter(|line| line.starts_with("  outcry ")).collect();
        assert!(!examples.is_empty(), "{name} has examples");
        for example in examples {
            let words = example.split("   ").next().unwrap_or_default();
            let words = words.split(['<', '|']).next().unwrap_or_default().split_whitespace();
            assert!(CommandLine::try_parse_from(words.clone()).is_ok(), "{name}: {words:?}");
        }
    }
}

#[test]
fn a_wrong_argument_is_named() {
    let ran = outcry(&["serve", "--port", "70000"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.errors.contains("--port") && ran.errors.contains("70000"), "{}", ran.errors);
}

#[test]
fn what_is_set_in_the_environment_counts() {
    let ran = command().arg("serve").env("OUTCRY_PORT", "lots").output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("'lots'"));
}
