//! What the name of a LOBSTER file says: `AAPL_2012-06-21_34200000_57600000_message_10.csv`.

use std::fmt;

use outcry_engine::{Symbol, Timestamp};

/// Which of the two files of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// One change per row.
    Messages,
    /// The visible levels after each change.
    Book,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Messages => "messages",
            Self::Book => "orderbook",
        })
    }
}

/// The parts of a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Of which stock.
    pub symbol: Symbol,
    /// Midnight of its day, taken as UTC: LOBSTER times are local to the venue and do not say where that is.
    pub midnight: Timestamp,
    /// Which file.
    pub kind: FileKind,
    /// Levels of each side in the orderbook file.
    pub levels: u32,
}

impl FileName {
    /// Reads a name, with or without folders before it; `None` if it is not a LOBSTER name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.rsplit(['/', '\\']).next()?.strip_suffix(".csv")?;
        let mut parts = name.rsplitn(6, '_');
        let levels = parts.next()?.parse().ok()?;
        let kind = match parts.next()? {
            "message" => FileKind::Messages,
            "orderbook" => FileKind::Book,
            _ => return None,
        };
        let (_end, _start) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?);
        let midnight = midnight(parts.next()?)?;
        let symbol = Symbol::new(parts.next()?).ok()?;
        Some(Self { symbol, midnight, kind, levels })
    }
}

/// Midnight UTC of a day such as `2012-06-21`, from 1970 on.
fn midnight(day: &str) -> Option<Timestamp> {
    let mut parts = day.splitn(3, '-').map(str::parse::<u64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    if !(1970..=2500).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the leap day is the last of its year (Hinnant, `days_from_civil`).
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    Some(Timestamp::from_nanos(days * 86_400_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_files_are_read() {
        let name = FileName::parse("some/folder/AAPL_2012-06-21_34200000_57600000_message_10.csv").unwrap();
        assert_eq!(name.symbol.as_str(), "AAPL");
        assert_eq!((name.kind, name.levels), (FileKind::Messages, 10));
        // `date -u -d 2012-06-21 +%s`
        assert_eq!(name.midnight.nanos(), 1_340_236_800 * 1_000_000_000);
        let name = FileName::parse("BRK_B_1970-01-01_0_1_orderbook_1.csv").unwrap();
        assert_eq!((name.symbol.as_str(), name.kind, name.midnight.nanos()), ("BRK_B", FileKind::Book, 0));
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "",
            "orders.csv",
            "AAPL_2012-06-21_34200000_57600000_message_10.txt",
            "AAPL_2012-06-21_34200000_57600000_other_10.csv",
            "AAPL_2012-13-21_34200000_57600000_message_10.csv",
            "AAPL_1969-12-31_34200000_57600000_message_10.csv",
            "aapl_2012-06-21_34200000_57600000_message_10.csv",
            "AAPL_2012-06-21_34200000_57600000_message_x.csv",
        ] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn leap_days_count() {
        // `date -u -d 2000-02-29 +%s` and the day after.
        assert_eq!(midnight("2000-02-29").unwrap().nanos(), 951_782_400 * 1_000_000_000);
        assert_eq!(midnight("2000-03-01").unwrap().nanos(), 951_868_800 * 1_000_000_000);
    }
}
