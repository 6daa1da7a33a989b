//! A session schedule as JSON: the file of `outcry simulate --schedule` and `outcry exec --schedule`.

use outcry_engine::Phase;

use crate::fields::{FieldError, Fields};
use crate::read::session::phase;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Most hours of a time within a span: 366 days.
const MAX_HOURS: u64 = 366 * 24;
/// Most sessions that are read.
const MAX_SESSIONS: u32 = 1_000;

/// A schedule as it was written. What its times may be to each other is for whoever keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleText {
    /// Nanoseconds after which it begins again.
    pub span: u64,
    /// In the order of the file.
    pub sessions: Vec<SessionText>,
}

/// One session of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionText {
    /// Nanoseconds from the beginning of the span.
    pub at: u64,
    /// How trading goes.
    pub phase: Phase,
    /// Nanoseconds after the next session's time up to which its end is drawn.
    pub random_end: u64,
}

/// Reads a schedule: one JSON object, described in `docs/exec.md`.
///
/// # Errors
/// One [`FieldError`] for each field that is wrong.
pub fn parse_schedule(text: &str) -> Result<ScheduleText, Vec<FieldError>> {
    let mut fields = Fields::read(text).map_err(|error| vec![error])?;
    let span = if fields.has("span") { fields.required("span", duration) } else { Some(24 * 3_600 * SECOND) };
    let mut sessions = Vec::new();
    for mut inside in fields.enter_list("sessions", MAX_SESSIONS).unwrap_or_default() {
        let at = inside.required("at", duration);
        let phase = phase(&mut inside, "phase");
        let random_end = inside.optional("random_end", duration).unwrap_or_default();
        if let (Some(at), Some(phase)) = (at, phase) {
            sessions.push(SessionText { at, phase, random_end });
        }
        fields.leave(inside);
    }
    let errors = fields.finish();
    match span {
        Some(span) if errors.is_empty() => Ok(ScheduleText { span, sessions }),
        _ => Err(errors),
    }
}

/// Reads `HH:MM:SS` with up to nine digits of a second behind a point; hours may pass 24.
fn duration(text: &str) -> Result<u64, String> {
    const FORM: &str =
        "is not hours, minutes and seconds such as \"08:50:00\" or \"00:00:02.5\", at most \"8784:00:00\"";
    let number = |digits: &str, most: u64| {
        let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|&number: &u64| plain && number <= most).ok_or(FORM)
    };
    let mut parts = text.split(':');
    let (Some(hours), Some(minutes), Some(seconds), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(FORM.to_owned());
    };
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let whole = (number(hours, MAX_HOURS)? * 60 + number(minutes, 59)?) * 60 + number(seconds, 59)?;
    let nanos = number(&format!("{fraction:0<9}"), SECOND - 1)?;
    let nanos = whole * SECOND + nanos;
    if nanos > MAX_HOURS * 3_600 * SECOND { Err(FORM.to_owned()) } else { Ok(nanos) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outcry_engine::Call;

    #[test]
    fn reads_a_day() {
        let text = r#"{"sessions":[
            {"at":"00:00:00","phase":"closed"},
            {"at":"08:50:00","phase":"opening_call","random_end":"00:00:30"},
            {"at":"09:00:00.5","phase":"batch","interval_nanos":1000000}
        ]}"#;
        let schedule = parse_schedule(text).unwrap();
        assert_eq!(schedule.span, 86_400 * SECOND);
        assert_eq!(
            schedule.sessions,
            [
                SessionText { at: 0, phase: Phase::Closed, random_end: 0 },
                SessionText {
                    at: 31_800 * SECOND,
                    phase: Phase::Call(Call::Opening),
                    random_end: 30 * SECOND
                },
                SessionText {
                    at: 32_400 * SECOND + SECOND / 2,
                    phase: Phase::Batch { interval: 1_000_000 },
                    random_end: 0
                },
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, field) in [
            ("[]", ""),
            ("{}", "sessions"),
            (r#"{"span":"24","sessions":[]}"#, "span"),
            (r#"{"span":"24:00:60","sessions":[]}"#, "span"),
            (r#"{"span":"8784:00:01","sessions":[]}"#, "span"),
            (r#"{"span":"+1:00:00","sessions":[]}"#, "span"),
            (r#"{"span":"00:00:00.0000000001","sessions":[]}"#, "span"),
            (r#"{"sessions":[1]}"#, "sessions[0]"),
            (r#"{"sessions":[{"at":"08:00:00","phase":"lunch"}]}"#, "sessions[0].phase"),
            (r#"{"sessions":[{"phase":"closed"}]}"#, "sessions[0].at"),
            (r#"{"sessions":[{"at":"08:00:00","phase":"batch"}]}"#, "sessions[0].interval_nanos"),
            (r#"{"sessions":[{"at":"08:00:00","phase":"closed","end":1}]}"#, "sessions[0].end"),
        ] {
            let errors = parse_schedule(text).unwrap_err();
            assert_eq!(errors[0].field, field, "{text}: {errors:?}");
        }
    }
}
