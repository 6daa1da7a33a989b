//! Starting programs: streamed, captured, or streamed while a listener reads along.
//!
//! A program that cannot be started and a program that ends badly are both failures that quote the
//! command line, so that it can be repeated by hand.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read, Write};
use std::process::{Command, Stdio};

use crate::failure::{Context, Failure, Outcome};

/// Runs `command` with its output on ours, and fails unless it ends well.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(ended_badly(command, status)) }
}

/// Runs `command` silently and returns what it wrote on standard output; its standard error is part of
/// the failure when it ends badly.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}\n{}", ended_badly(command, output.status), complaint.trim_end()).into())
}

/// Runs `command`, passes its standard output on to `screen` as it comes, hands every line of it to
/// `listen`, and returns whether it ended well.
pub(crate) fn overhear(
    command: &mut Command,
    screen: &mut impl Write,
    mut listen: impl FnMut(&str),
) -> Outcome<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    let mut pipe = child.stdout.take().ok_or("the output of a program was not piped")?;
    let mut line = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let length = match pipe.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(format!("reading from {}: {error}", quoted(command)).into()),
        };
        let bytes = &chunk[..length];
        screen
            .write_all(bytes)
            .and_then(|()| screen.flush())
            .context(|| "passing on the output of a program".to_owned())?;
        for &byte in bytes {
            if byte == b'\n' {
                listen(String::from_utf8_lossy(&line).trim_end());
                line.clear();
            } else {
                line.push(byte);
            }
        }
    }
    if !line.is_empty() {
        listen(String::from_utf8_lossy(&line).trim_end());
    }
    let status = child.wait().context(|| format!("waiting for {}", quoted(command)))?;
    Ok(status.success())
}

/// The command line of `command`, as one would type it.
pub(crate) fn quoted(command: &Command) -> String {
    let mut words = vec![word(command.get_program())];
    words.extend(command.get_args().map(word));
    format!("`{}`", words.join(" "))
}

fn word(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    if word.is_empty() || word.contains([' ', '*', '"']) { format!("'{word}'") } else { word.into_owned() }
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    format!("{} could not be started: {error}", quoted(command)).into()
}

fn ended_badly(command: &Command, status: std::process::ExitStatus) -> Failure {
    format!("{} ended with {status}", quoted(command)).into()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_listener_hears_every_line_also_an_unfinished_one() {
        let (mut heard, mut screen) = (Vec::new(), Vec::new());
        let mut command = shell("printf 'one\\ntwo\\r\\nthree'");
        let well = overhear(&mut command, &mut screen, |line| heard.push(line.to_owned()));
        assert_eq!(well, Ok(true));
        assert_eq!(heard, ["one", "two", "three"]);
        assert_eq!(screen, b"one\ntwo\r\nthree");
    }

    #[test]
    fn a_bad_end_is_reported_with_the_command_line() {
        assert_eq!(overhear(&mut shell("exit 3"), &mut Vec::new(), |_| ()), Ok(false));
        let failure = run(&mut shell("exit 3")).unwrap_err().to_string();
        assert_eq!(failure, "`sh -c 'exit 3'` ended with exit status: 3");
        let failure = capture(&mut shell("echo because >&2; exit 4")).unwrap_err().to_string();
        assert!(failure.ends_with("exit status: 4\nbecause"), "{failure}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let failure = run(&mut Command::new("outcry-no-such-program")).unwrap_err().to_string();
        assert!(failure.starts_with("`outcry-no-such-program` could not be started"), "{failure}");
    }
}
