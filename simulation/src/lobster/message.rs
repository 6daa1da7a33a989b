//! The message file: one change per row.

use outcry_engine::{Price, Qty, Side};

use super::file_name::FileKind;
use super::row::{self, ColumnError, RowError, RowProblem};

/// One row of the message file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Nanoseconds after midnight.
    pub time: u64,
    /// What happened.
    pub content: Content,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Types 1 to 4: the visible book changed.
    Visible(Visible),
    /// Type 5: a hidden order was executed. The visible book did not change.
    HiddenExecution {
        /// At which price.
        price: Price,
        /// How much.
        quantity: Qty,
    },
    /// Type 6: a cross trade. The visible book did not change.
    Cross,
    /// Type 7: trading was halted, or resumed, or quotes were. The visible book did not change.
    Halt,
}

/// A change of one visible order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visible {
    /// What became of the order.
    pub change: Change,
    /// The venue's number of the order.
    pub order: u64,
    /// By how much it changed.
    pub quantity: Qty,
    /// The order's price.
    pub price: Price,
    /// The order's side. In an execution the aggressor is on the opposite one.
    pub side: Side,
}

/// What became of a visible order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Type 1: it is new.
    Added,
    /// Type 2: a part of it was canceled.
    Reduced,
    /// Type 3: it was canceled whole.
    Deleted,
    /// Type 4: it was executed, in part or whole.
    Executed,
}

const COLUMNS: [&str; 6] = ["time", "type", "order id", "size", "price", "direction"];

impl Message {
    /// Reads all rows of a message file, one at a time. After an error the next row follows.
    pub fn rows(mut bytes: &[u8]) -> impl Iterator<Item = Result<Self, RowError>> {
        (1..).map_while(move |row| Some((row, row::next_line(&mut bytes)?))).map(|(row, line)| {
            Self::parse(line).map_err(|(column, problem)| RowError {
                file: FileKind::Messages,
                row,
                column,
                problem,
            })
        })
    }

    /// Reads one row.
    pub(super) fn parse(line: &[u8]) -> Result<Self, ColumnError> {
        let mut fields = [&[][..]; COLUMNS.len()];
        for (slot, field) in fields.iter_mut().zip(row::columns(line, COLUMNS.len())?) {
            *slot = field;
        }
        let in_column = |index: usize| {
            move |problem: RowProblem| (Some((index + 1, COLUMNS[index].to_string())), problem)
        };
        let integer = |index: usize| row::integer(fields[index]).map_err(in_column(index));
        let not_allowed = |index: usize, given: i64, allowed: &'static str| {
            in_column(index)(RowProblem::NotAllowed { given, allowed })
        };

        let time = time(fields[0]).map_err(in_column(0))?;
        let (kind, order, size, ticks, direction) =
            (integer(1)?, integer(2)?, integer(3)?, integer(4)?, integer(5)?);
        let quantity = || {
            let quantity = u64::try_from(size).ok().and_then(|size| Qty::new(size).ok());
            quantity.ok_or_else(|| not_allowed(3, size, "a size of 1 to 1000000000000"))
        };
        let price = || Price::new(ticks).map_err(|_| not_allowed(4, ticks, "a price of 1 to 1000000000000"));
        let visible = |change| {
            let side = match direction {
                1 => Side::Buy,
                -1 => Side::Sell,
                other => return Err(not_allowed(5, other, "a direction, 1 or -1")),
            };
            let order = u64::try_from(order).map_err(|_| not_allowed(2, order, "an order id, 0 or more"))?;
            Ok(Content::Visible(Visible { change, order, quantity: quantity()?, price: price()?, side }))
        };
        let content = match kind {
            1 => visible(Change::Added)?,
            2 => visible(Change::Reduced)?,
            3 => visible(Change::Deleted)?,
            4 => visible(Change::Executed)?,
            5 => Content::HiddenExecution { price: price()?, quantity: quantity()? },
            6 => Content::Cross,
            7 => Content::Halt,
            other => return Err(not_allowed(1, other, "a type, 1 to 7")),
        };
        Ok(Self { time, content })
    }
}

/// Seconds after midnight such as `34200.004241176`, in nanoseconds, exactly.
fn time(field: &[u8]) -> Result<u64, RowProblem> {
    let bad = || RowProblem::NotATime { given: row::shown(field) };
    let (seconds, fraction) = match field.iter().position(|&byte| byte == b'.') {
        Some(point) => (&field[..point], &field[point + 1..]),
        None => (field, &b"0"[..]),
    };
    let plain =
        |digits: &[u8], most| (1..=most).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    if !plain(seconds, 6) || !plain(fraction, 9) {
        return Err(bad());
    }
    let number =
        |digits: &[u8]| digits.iter().fold(0, |value: u64, digit| value * 10 + u64::from(digit - b'0'));
    let scale = (fraction.len()..9).fold(1, |scale: u64, _| scale * 10);
    Ok(number(seconds) * 1_000_000_000 + number(fraction) * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        match Message::rows(text.as_bytes()).next().unwrap() {
            Ok(message) => format!("{message:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn times_are_exact() {
        assert_eq!(time(b"34200.004241176"), Ok(34_200_004_241_176));
        assert_eq!(time(b"34200.00426064"), Ok(34_200_004_260_640));
        assert_eq!(time(b"34200"), Ok(34_200_000_000_000));
        assert_eq!(time(b"0.5"), Ok(500_000_000));
        for text in ["", ".", "1.", ".5", "-1", "1e5", "1.2.3", "1.0000000001", "1234567.0"] {
            assert!(time(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn every_type_is_read() {
        let rows = "34200.1,1,7,18,5853300,1\n34200.1,2,7,8,5853300,1\r\n34200.1,3,7,10,5853300,-1\n\
                    34200.1,4,8,1,5853300,-1\n34200.1,5,0,1,2238200,-1\n34200.1,6,-1,100,2238200,-1\n\
                    34200.1,7,0,0,-1,-1";
        let read: Vec<Content> = Message::rows(rows.as_bytes()).map(|row| row.unwrap().content).collect();
        let visible = |change, order, quantity, side| {
            let (price, quantity) = (Price::new(5_853_300).unwrap(), Qty::new(quantity).unwrap());
            Content::Visible(Visible { change, order, quantity, price, side })
        };
        assert_eq!(
            read,
            [
                visible(Change::Added, 7, 18, Side::Buy),
                visible(Change::Reduced, 7, 8, Side::Buy),
                visible(Change::Deleted, 7, 10, Side::Sell),
                visible(Change::Executed, 8, 1, Side::Sell),
                Content::HiddenExecution {
                    price: Price::new(2_238_200).unwrap(),
                    quantity: Qty::new(1).unwrap()
                },
                Content::Cross,
                Content::Halt,
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_row_and_column() {
        let cases = [
            (
                "x,1,7,18,100,1",
                "messages row 1, column 1 (time): \"x\" is not a time in seconds after midnight with at most 9 digits behind the point",
            ),
            ("1.0,8,7,18,100,1", "messages row 1, column 2 (type): 8 is not a type, 1 to 7"),
            ("1.0,1,x,18,100,1", "messages row 1, column 3 (order id): \"x\" is not a whole number"),
            ("1.0,1,-7,18,100,1", "messages row 1, column 3 (order id): -7 is not an order id, 0 or more"),
            ("1.0,1,7,0,100,1", "messages row 1, column 4 (size): 0 is not a size of 1 to 1000000000000"),
            ("1.0,1,7,-5,100,1", "messages row 1, column 4 (size): -5 is not a size of 1 to 1000000000000"),
            ("1.0,4,7,18,0,1", "messages row 1, column 5 (price): 0 is not a price of 1 to 1000000000000"),
            ("1.0,1,7,18,100,0", "messages row 1, column 6 (direction): 0 is not a direction, 1 or -1"),
            ("1.0,1,7,18,100", "messages row 1: 5 columns, 6 are expected"),
            ("1.0,1,7,18,100,1,2", "messages row 1: 7 columns, 6 are expected"),
        ];
        for (row, expected) in cases {
            assert_eq!(message(row), expected);
        }
        let rows = "1.0,1,7,18,100,1\n\n1.0,1,7,18,100,1\n";
        let errors: Vec<String> =
            Message::rows(rows.as_bytes()).filter_map(|row| row.err()).map(|e| e.to_string()).collect();
        assert_eq!(errors, ["messages row 2: 1 columns, 6 are expected"]);
    }
}
