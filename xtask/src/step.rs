//! Steps: what is announced before it starts and timed when it ends.
//!
//! Everything goes to standard output, coloured only on a terminal and never when `NO_COLOR` is set.

use std::fmt;
use std::io::{IsTerminal, stdout};
use std::time::{Duration, Instant};

use crate::failure::Outcome;

/// The colours that chores print in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// A step begins.
    Blue,
    /// Something went well.
    Green,
    /// Something failed.
    Red,
    /// Something is missing but the chore goes on.
    Yellow,
}

/// Whether output may be coloured.
pub(crate) fn is_coloured() -> bool {
    stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// `text` in `colour` on a terminal, `text` unchanged elsewhere.
pub(crate) fn paint(colour: Colour, text: &str) -> String {
    if !is_coloured() {
        return text.to_owned();
    }
    let code = match colour {
        Colour::Blue => "1;34",
        Colour::Green => "1;32",
        Colour::Red => "1;31",
        Colour::Yellow => "1;33",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// Announces `title`, does `work`, and says how long it took and whether it succeeded.
pub(crate) fn step<T>(title: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    println!("{} {title}", paint(Colour::Blue, "==>"));
    let started = Instant::now();
    let outcome = work();
    let time = Seconds(started.elapsed());
    match &outcome {
        Ok(_) => println!("    {} in {time}", paint(Colour::Green, "done")),
        Err(_) => println!("    {} after {time}", paint(Colour::Red, "failed")),
    }
    outcome
}

/// Prints a line that belongs to the step under way.
pub(crate) fn note(line: &str) {
    println!("    {line}");
}

/// Prints a line about something that is missing while the chore goes on without it.
pub(crate) fn warn(line: &str) {
    println!("    {} {line}", paint(Colour::Yellow, "without:"));
}

/// A length of time as people read it: `4.2 s`, `3 min 05 s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.as_secs();
        let text = if whole < 60 {
            format!("{whole}.{} s", self.0.subsec_millis() / 100)
        } else {
            format!("{} min {:02} s", whole / 60, whole % 60)
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_reads_in_seconds_then_minutes() {
        assert_eq!(Seconds(Duration::from_millis(4_290)).to_string(), "4.2 s");
        assert_eq!(Seconds(Duration::from_secs(59)).to_string(), "59.0 s");
        assert_eq!(Seconds(Duration::from_secs(185)).to_string(), "3 min 05 s");
    }

    #[test]
    fn a_step_hands_on_what_its_work_returned() {
        assert_eq!(step("counts", || Ok(7)), Ok(7));
        assert_eq!(step("fails", || Err::<(), _>("no".into())), Err("no".into()));
    }
}
