//! Rows of comma-separated integers, and where in a file something is wrong.

use std::fmt;

use super::file_name::FileKind;

/// A row that cannot be read: the file, the row from 1, the column from 1 with its name, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} row {row}{}: {problem}", Place(.column))]
pub struct RowError {
    /// Which file.
    pub file: FileKind,
    /// Which row, from 1.
    pub row: u64,
    /// Which column, from 1, and what it holds; `None` if the row as a whole is wrong.
    pub column: Option<(usize, String)>,
    /// What is wrong.
    pub problem: RowProblem,
}

struct Place<'a>(&'a Option<(usize, String)>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((number, name)) => write!(f, ", column {number} ({name})"),
            None => Ok(()),
        }
    }
}

/// What is wrong with a row or a column of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// Too few or too many columns.
    #[error("{found} columns, {expected} are expected")]
    Columns {
        /// In the row.
        found: usize,
        /// In every row.
        expected: usize,
    },
    /// Not a whole number of at most 18 digits.
    #[error("{given:?} is not a whole number")]
    NotAnInteger {
        /// What stands there, cut to 32 characters.
        given: String,
    },
    /// Not a time.
    #[error("{given:?} is not a time in seconds after midnight with at most 9 digits behind the point")]
    NotATime {
        /// What stands there, cut to 32 characters.
        given: String,
    },
    /// A number outside what the column allows.
    #[error("{given} is not {allowed}")]
    NotAllowed {
        /// What stands there.
        given: i64,
        /// What may.
        allowed: &'static str,
    },
    /// A level that is not worse than the one before it.
    #[error("{given} is not further from the market than {before} before it")]
    OutOfOrder {
        /// The price that stands there.
        given: i64,
        /// The price of the level before.
        before: i64,
    },
}

/// Something wrong in a row whose number the caller knows.
pub(super) type ColumnError = (Option<(usize, String)>, RowProblem);

/// Takes the next line from `bytes`, without its line end (LF or CRLF; the last line needs none).
pub(super) fn next_line<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    if bytes.is_empty() {
        return None;
    }
    let (line, rest) = match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (*bytes, &[][..]),
    };
    *bytes = rest;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// The columns of a row, which must be exactly `expected`.
pub(super) fn columns(line: &[u8], expected: usize) -> Result<impl Iterator<Item = &[u8]>, ColumnError> {
    let found = line.split(|&byte| byte == b',').count();
    if found != expected {
        return Err((None, RowProblem::Columns { found, expected }));
    }
    Ok(line.split(|&byte| byte == b',').map(<[u8]>::trim_ascii))
}

/// Reads a whole number of at most 18 digits.
pub(super) fn integer(field: &[u8]) -> Result<i64, RowProblem> {
    let (negative, digits) = match field.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, field),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(RowProblem::NotAnInteger { given: shown(field) });
    }
    let value = digits.iter().fold(0, |value: i64, digit| value * 10 + i64::from(digit - b'0'));
    Ok(if negative { -value } else { value })
}

/// What stands in a field, for a message.
pub(super) fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(&field[..field.len().min(128)]).chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_lf_crlf_or_nothing() {
        let mut bytes = &b"a\nb\r\n\nlast"[..];
        let lines: Vec<&[u8]> = std::iter::from_fn(|| next_line(&mut bytes)).collect();
        assert_eq!(lines, [&b"a"[..], b"b", b"", b"last"]);
    }

    #[test]
    fn only_whole_numbers_are_read() {
        assert_eq!(integer(b"-123456789012345678"), Ok(-123_456_789_012_345_678));
        assert_eq!(integer(b"007"), Ok(7));
        for text in ["", "-", "+1", "1.0", "1e3", "1234567890123456789", "\u{661}", " 1"] {
            assert!(integer(text.as_bytes()).is_err(), "{text}");
        }
    }
}
