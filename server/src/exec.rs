//! `outcry exec`: commands as JSON lines in, events as JSON lines out, one command at a time.
//!
//! Every answer is written and flushed before the next line is read, so a program can hold a conversation. The
//! format is `docs/exec.md`.

use std::io::{self, BufRead, Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use outcry_api::{BookLine, FieldError, RequestError, concerned, event_lines, parse};
use outcry_engine::{Exchange, Timestamp};
use outcry_simulation::schedule::Schedule;
use serde::Serialize;

/// Longest line in bytes, its end included.
pub const MAX_LINE: u64 = 64 * 1024;

/// Where the time of a command comes from that does not say `at`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The time of the command before, so that the same lines always give the same answers.
    #[default]
    Input,
    /// The machine's clock.
    Machine,
}

/// What to add to the events, and which clock to use.
#[derive(Clone, Debug, Default)]
pub struct ExecOptions {
    /// Write the book of the instrument concerned after each command.
    pub book: bool,
    /// Whose time it is.
    pub clock: Clock,
    /// The sessions to keep.
    pub schedule: Option<Schedule>,
}

/// What came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Executed {
    /// Lines that were commands, refused or not.
    pub commands: u64,
    /// Lines that were not.
    pub bad_lines: u64,
}

/// A line that is not a command.
#[derive(Serialize)]
struct ErrorLine<'a> {
    error: String,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    fields: &'a [FieldError],
}

/// Executes lines on an empty exchange until the input ends.
///
/// # Errors
/// If reading or writing fails. A line that is not a command is no error here: it is answered, and counted.
pub fn exec(mut input: impl BufRead, mut output: impl Write, options: ExecOptions) -> io::Result<Executed> {
    let mut exchange = Exchange::new();
    let mut events = Vec::new();
    let mut executed = Executed::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let request = match text(&line) {
            Ok("") => continue,
            Ok(text) => parse(text, &exchange),
            Err(message) => {
                if !line.ends_with(b"\n") {
                    input.skip_until(b'\n')?;
                }
                Err(whole_line(message))
            }
        };
        match request {
            Ok(request) => {
                executed.commands += 1;
                let at = request.at.unwrap_or_else(|| options.clock.now(&exchange));
                while let Some((due, command)) = options.schedule.as_ref().and_then(|s| s.next(&exchange, at))
                {
                    events.clear();
                    let receipt = exchange.execute(due, &command, &mut events);
                    for line in event_lines(&exchange, receipt, None, &events) {
                        write_line(&mut output, &line)?;
                    }
                }
                events.clear();
                let receipt = exchange.execute(at, &request.command, &mut events);
                for line in event_lines(&exchange, receipt, request.id.as_deref(), &events) {
                    write_line(&mut output, &line)?;
                }
                if options.book
                    && let Some(instrument) = concerned(&request.command, &events)
                    && let Some(book) = BookLine::new(&exchange, instrument)
                {
                    write_line(&mut output, &book)?;
                }
            }
            Err(error) => {
                executed.bad_lines += 1;
                let (message, id) = (error.to_string(), error.id.as_deref());
                write_line(
                    &mut output,
                    &ErrorLine { error: message, line: number, id, fields: &error.fields },
                )?;
            }
        }
        output.flush()?;
    }
    Ok(executed)
}

impl Clock {
    fn now(self, exchange: &Exchange) -> Timestamp {
        match self {
            Self::Input => exchange.now(),
            Self::Machine => machine_time(),
        }
    }
}

/// The machine's time; before 1970 it is 1970.
pub(crate) fn machine_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

/// The text of a whole line without its end.
fn text(line: &[u8]) -> Result<&str, String> {
    if !line.ends_with(b"\n") && line.len() as u64 == MAX_LINE {
        return Err(format!("the line is longer than {MAX_LINE} bytes"));
    }
    std::str::from_utf8(line)
        .map(str::trim)
        .map_err(|e| format!("the line is not UTF-8 from byte {}", e.valid_up_to() + 1))
}

fn whole_line(message: String) -> RequestError {
    RequestError { id: None, fields: vec![FieldError { field: String::new(), given: None, message }] }
}

fn write_line(output: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, line)?;
    output.write_all(b"\n")
}
