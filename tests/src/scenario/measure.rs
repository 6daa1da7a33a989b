//! Times, durations and shares as a trader writes them: `09:30:00.000`, `15s`, `2.5%`.

use outcry_engine::Timestamp;

use super::words::{Fault, Parsed, whole};

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Names of durations, the longest first.
const UNITS: [(&str, u64); 6] =
    [("h", 3_600 * SECOND), ("m", 60 * SECOND), ("s", SECOND), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// A time: of the first day, or so many days later (`09:30:00.000+1`).
pub(super) fn time(text: &str) -> Parsed<Timestamp> {
    let (of_day, days) = text.split_once('+').unwrap_or((text, "0"));
    let days: u64 = whole(days)?;
    let nanos = time_of_day(of_day)?;
    let nanos = days.checked_mul(DAY).and_then(|days| days.checked_add(nanos));
    nanos.map(Timestamp::from_nanos).ok_or_else(|| Fault::Line(format!("{text} is after the end of time")))
}

/// A time of day in nanoseconds after midnight. That it lies within the day is for the engine to say.
pub(super) fn time_of_day(text: &str) -> Parsed<u64> {
    let unreadable = || Fault::Line(format!("{text} is not a time such as 09:30:00.000"));
    let [hours, minutes, seconds] = text.split(':').collect::<Vec<_>>()[..] else { return Err(unreadable()) };
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    if fraction.is_empty() || fraction.len() > 9 {
        return Err(unreadable());
    }
    let fraction: u64 = whole(&format!("{fraction:0<9}"))?;
    let [hours, minutes, seconds]: [u64; 3] = [whole(hours)?, whole(minutes)?, whole(seconds)?];
    if minutes > 59 || seconds > 59 {
        return Err(unreadable());
    }
    let seconds = hours.checked_mul(3_600).and_then(|hours| hours.checked_add(minutes * 60 + seconds));
    let nanos = seconds.and_then(|seconds| seconds.checked_mul(SECOND)?.checked_add(fraction));
    nanos.ok_or_else(unreadable)
}

/// Writes what [`time`] reads, to the millisecond unless it is finer.
pub(super) fn written_time(at: Timestamp) -> String {
    match at.nanos() / DAY {
        0 => written_time_of_day(at.nanos()),
        days => format!("{}+{days}", written_time_of_day(at.nanos() % DAY)),
    }
}

/// Writes what [`time_of_day`] reads.
pub(super) fn written_time_of_day(nanos: u64) -> String {
    let (seconds, fraction) = (nanos / SECOND, nanos % SECOND);
    let fraction = if fraction.is_multiple_of(1_000_000) {
        format!("{:03}", fraction / 1_000_000)
    } else {
        format!("{fraction:09}")
    };
    format!("{:02}:{:02}:{:02}.{fraction}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A duration in nanoseconds, such as `15s` or `500ms`.
pub(super) fn duration(text: &str) -> Parsed<u64> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    let unit = unit.ok_or_else(|| Fault::Line(format!("{text} is not a duration such as 15s")))?.1;
    let nanos = whole::<u64>(number)?.checked_mul(unit);
    nanos.ok_or_else(|| Fault::Line(format!("{text} is too long")))
}

/// A duration in units of `unit` nanoseconds.
pub(super) fn duration_in<T: TryFrom<u64>>(unit: u64, text: &str) -> Parsed<T> {
    let nanos = duration(text)?;
    let count = (nanos % unit == 0).then(|| T::try_from(nanos / unit).ok()).flatten();
    count.ok_or_else(|| Fault::Line(format!("{text} is not a whole number of {}", written_duration(unit))))
}

/// Writes what [`duration`] reads.
pub(super) fn written_duration(nanos: u64) -> String {
    let fits = UNITS.iter().find(|(_, unit)| nanos >= *unit && nanos.is_multiple_of(*unit));
    let (name, unit) = fits.unwrap_or(&("ns", 1));
    format!("{}{name}", nanos / unit)
}

/// A share in parts per million, such as `2.5%`.
pub(super) fn share(text: &str) -> Parsed<u32> {
    let unreadable = || Fault::Line(format!("{text} is not a share such as 2.5%"));
    let number = text.strip_suffix('%').ok_or_else(unreadable)?;
    let (whole_part, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 4 {
        return Err(unreadable());
    }
    let ppm = whole::<u64>(whole_part)? * 10_000 + whole::<u64>(&format!("{fraction:0<4}"))?;
    u32::try_from(ppm).map_err(|_| unreadable())
}

/// Writes what [`share`] reads.
pub(super) fn written_share(ppm: u32) -> String {
    let (whole_part, fraction) = (ppm / 10_000, ppm % 10_000);
    if fraction == 0 {
        return format!("{whole_part}%");
    }
    format!("{whole_part}.{}%", format!("{fraction:04}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        for nanos in [0, 1, 34_200 * SECOND, 34_200 * SECOND + 5_000_000, 3 * DAY + 7, DAY - 1, DAY] {
            let at = Timestamp::from_nanos(nanos);
            assert_eq!(time(&written_time(at)).ok(), Some(at), "{}", written_time(at));
            assert_eq!(duration(&written_duration(nanos)).ok(), Some(nanos), "{}", written_duration(nanos));
        }
        for ppm in [0, 1, 10_000, 25_000, 333, 1_000_000, u32::MAX] {
            assert_eq!(share(&written_share(ppm)).ok(), Some(ppm), "{}", written_share(ppm));
        }
        assert_eq!(written_time(Timestamp::from_nanos(34_200 * SECOND)), "09:30:00.000");
        assert_eq!(
            (written_duration(90 * SECOND), written_share(25_000)),
            ("90s".to_owned(), "2.5%".to_owned())
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["9", "9999999:00:00", "09:60:00", "09:30:00.", "09:30", "09:30:00.0000000001", "09:30:00+x"]
        {
            assert!(time(text).is_err(), "{text}");
        }
        for text in ["15", "15 s", "s", "1.5s", "99999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["5", "0.00001%", "99999999%", "%"] {
            assert!(share(text).is_err(), "{text}");
        }
    }
}
