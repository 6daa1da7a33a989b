//! Market time as the page prints it, in UTC.

use outcry_engine::Timestamp;

const NANOS: u64 = 1_000_000_000;

/// `14:03:59`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    let second = at.nanos() / NANOS % 86_400;
    format!("{}:{}:{}", two(second / 3_600), two(second / 60 % 60), two(second % 60))
}

/// `14:03:59.125`.
#[must_use]
pub fn clock_millis(at: Timestamp) -> String {
    let millis = at.nanos() % NANOS / 1_000_000;
    let pad = match millis {
        0..10 => "00",
        10..100 => "0",
        _ => "",
    };
    format!("{}.{pad}{millis}", clock(at))
}

/// `14:03`.
#[must_use]
pub fn hour_minute(at: Timestamp) -> String {
    let mut text = clock(at);
    text.truncate(5);
    text
}

/// `2026-11-21`, by the proleptic Gregorian calendar (days-to-civil, H. Hinnant).
#[must_use]
pub fn date(at: Timestamp) -> String {
    let days = at.nanos() / NANOS / 86_400 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{}-{}", two(month), two(day))
}

/// A length of time in its largest whole unit: `5 s`, `15 min`, `1 h`.
#[must_use]
pub fn length(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

fn two(value: u64) -> String {
    if value < 10 { format!("0{value}") } else { value.to_string() }
}
