//! Points in time as text: RFC 3339 in UTC, always with nine digits of a second, so that texts sort as times do.

use std::fmt;

use outcry_engine::Timestamp;
use serde::{Serialize, Serializer};

/// A time that prints and serialises as `2026-11-21T09:30:00.000000001Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeText(pub Timestamp);

/// Why a text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not RFC 3339 in UTC.
    #[error("is not a time in UTC such as \"2026-11-21T09:30:00Z\" or \"2026-11-21T09:30:00.000000001Z\"")]
    NotATime,
    /// Before 1970 or after the last nanosecond that fits, in the year 2554.
    #[error("is outside 1970-01-01T00:00:00Z to 2554-07-21T23:34:33.709551615Z")]
    OutOfRange,
}

impl TimeText {
    /// Reads RFC 3339 in UTC (it ends with `Z`) with up to nine digits of a second.
    ///
    /// # Errors
    /// [`TimeError`] if it is written otherwise or out of range.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let (date, time) = text.split_once('T').ok_or(TimeError::NotATime)?;
        let clock = time.strip_suffix('Z').ok_or(TimeError::NotATime)?;
        let plain = date.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            && clock.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.')
            && date.len() == 10
            && clock.len() >= 8;
        if !plain {
            return Err(TimeError::NotATime);
        }
        let time: jiff::Timestamp = text.parse().map_err(|_| TimeError::NotATime)?;
        let nanos = u64::try_from(time.as_nanosecond()).map_err(|_| TimeError::OutOfRange)?;
        Ok(Self(Timestamp::from_nanos(nanos)))
    }
}

impl fmt::Display for TimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_nanosecond(i128::from(self.0.nanos()))
            .expect("the year 2554, where 64 bits of nanoseconds end, is within the calendar's 9999");
        write!(f, "{time:.9}")
    }
}

impl Serialize for TimeText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_the_whole_range() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1_795_253_400_000_000_001, "2026-11-21T09:30:00.000000001Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ] {
            let time = TimeText(Timestamp::from_nanos(nanos));
            assert_eq!(time.to_string(), text);
            assert_eq!(TimeText::parse(text), Ok(time));
        }
        assert_eq!(
            TimeText::parse("1970-01-01T00:00:01Z"),
            Ok(TimeText(Timestamp::from_nanos(1_000_000_000)))
        );
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "now",
            "2026-11-21",
            "2026-11-21T09:30:00",
            "2026-11-21T09:30:00+01:00",
            "2026-11-21 09:30:00Z",
            "2026-02-30T09:30:00Z",
            "2026-11-21T09:30:00.1234567891Z",
            "2026-11-21T09Z",
            "1795253400000000001",
        ] {
            assert_eq!(TimeText::parse(text), Err(TimeError::NotATime), "{text}");
        }
        assert_eq!(TimeText::parse("1969-12-31T23:59:59Z"), Err(TimeError::OutOfRange));
        assert_eq!(TimeText::parse("2554-07-21T23:34:33.709551616Z"), Err(TimeError::OutOfRange));
    }
}
