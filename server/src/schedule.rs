//! The file of `--schedule`: a session schedule that is kept while commands run.

use std::fs;
use std::path::Path;

use outcry_api::parse_schedule;
use outcry_simulation::schedule::{Schedule, Session};

use crate::Failure;

/// Reads a schedule; its form is in `docs/exec.md`.
///
/// # Errors
/// If the file cannot be read or is no schedule; every wrong field is named.
pub fn read(path: &Path) -> Result<Schedule, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::read(path))?;
    let content = |message: String| Failure::Content { path: path.to_owned(), message };
    let schedule = parse_schedule(&text).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        content(errors.join("; "))
    })?;
    let session = |session: &outcry_api::SessionText| Session {
        at: session.at,
        phase: session.phase,
        random_end: session.random_end,
    };
    Schedule::new(schedule.span, schedule.sessions.iter().map(session).collect())
        .map_err(|error| content(error.to_string()))
}
