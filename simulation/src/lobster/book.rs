//! The orderbook file: after each message, the visible levels of both sides.

use outcry_engine::{Price, Qty, Side};

use super::file_name::FileKind;
use super::row::{self, ColumnError, RowError, RowProblem};

/// What stands for the price of a level that does not exist: this, or its negative.
const NO_PRICE: i64 = 9_999_999_999;
/// A level's columns: ask price, ask size, bid price, bid size.
const LEVEL_COLUMNS: usize = 4;

/// The levels of one row, best first. A side with fewer levels than the file shows has no more than these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookRow {
    bids: Vec<(Price, Qty)>,
    asks: Vec<(Price, Qty)>,
}

impl BookRow {
    /// The levels of a side, best first.
    #[must_use]
    pub fn levels(&self, side: Side) -> &[(Price, Qty)] {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    /// Reads all rows of an orderbook file with that many levels, one at a time.
    pub fn rows(mut bytes: &[u8], levels: u32) -> impl Iterator<Item = Result<Self, RowError>> {
        (1..).map_while(move |row| Some((row, row::next_line(&mut bytes)?))).map(move |(row, line)| {
            let mut read = Self::default();
            match read.parse(line, levels) {
                Ok(()) => Ok(read),
                Err((column, problem)) => Err(RowError { file: FileKind::Book, row, column, problem }),
            }
        })
    }

    /// Reads one row into this one, whose memory is used again.
    pub(super) fn parse(&mut self, line: &[u8], levels: u32) -> Result<(), ColumnError> {
        self.bids.clear();
        self.asks.clear();
        let expected = usize::try_from(levels).unwrap_or(usize::MAX).saturating_mul(LEVEL_COLUMNS);
        let mut fields = row::columns(line, expected)?.enumerate();
        while let (Some(price), Some(size)) = (fields.next(), fields.next()) {
            let side = if price.0 % LEVEL_COLUMNS == 0 { Side::Sell } else { Side::Buy };
            if let Some(level) = level(price, size)? {
                self.push(side, level, price.0)?;
            }
        }
        Ok(())
    }

    /// Adds a level, which must be worse than the last.
    fn push(&mut self, side: Side, level: (Price, Qty), column: usize) -> Result<(), ColumnError> {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        if let Some(&(before, _)) = levels.last()
            && side.crosses(level.0, before)
        {
            let problem = RowProblem::OutOfOrder { given: level.0.get(), before: before.get() };
            return Err((Some((column + 1, name(column))), problem));
        }
        levels.push(level);
        Ok(())
    }
}

/// Reads one level, or `None` where there is none.
fn level(
    (price_column, price): (usize, &[u8]),
    (size_column, size): (usize, &[u8]),
) -> Result<Option<(Price, Qty)>, ColumnError> {
    let wrong = |column: usize, problem| (Some((column + 1, name(column))), problem);
    let ticks = row::integer(price).map_err(|problem| wrong(price_column, problem))?;
    let size = row::integer(size).map_err(|problem| wrong(size_column, problem))?;
    if ticks.abs() == NO_PRICE && size == 0 {
        return Ok(None);
    }
    let price = Price::new(ticks).map_err(|_| {
        wrong(price_column, RowProblem::NotAllowed { given: ticks, allowed: "a price of 1 to 1000000000000" })
    })?;
    let quantity = u64::try_from(size).ok().and_then(|size| Qty::new(size).ok()).ok_or_else(|| {
        wrong(size_column, RowProblem::NotAllowed { given: size, allowed: "a size of 1 to 1000000000000" })
    })?;
    Ok(Some((price, quantity)))
}

/// What a column holds, for a message.
fn name(column: usize) -> String {
    let what = ["ask price", "ask size", "bid price", "bid size"][column % LEVEL_COLUMNS];
    format!("{what} {}", column / LEVEL_COLUMNS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Result<BookRow, String> {
        BookRow::rows(text.as_bytes(), 2).next().unwrap().map_err(|error| error.to_string())
    }

    fn shown(levels: &[(Price, Qty)]) -> Vec<(i64, u64)> {
        levels.iter().map(|(price, quantity)| (price.get(), quantity.get())).collect()
    }

    #[test]
    fn levels_are_read_and_missing_ones_left_out() {
        let read = row("110,5,100,7,120,6,90,8\r\n").unwrap();
        assert_eq!(shown(read.levels(Side::Sell)), [(110, 5), (120, 6)]);
        assert_eq!(shown(read.levels(Side::Buy)), [(100, 7), (90, 8)]);
        let read = row("9999999999,0,100,7,9999999999,0,-9999999999,0").unwrap();
        assert_eq!(shown(read.levels(Side::Sell)), []);
        assert_eq!(shown(read.levels(Side::Buy)), [(100, 7)]);
    }

    #[test]
    fn what_is_wrong_is_named_with_row_and_column() {
        for (text, expected) in [
            ("110,5,100,7,120,6,90", "orderbook row 1: 7 columns, 8 are expected"),
            ("110,x,100,7,120,6,90,8", "orderbook row 1, column 2 (ask size 1): \"x\" is not a whole number"),
            (
                "110,5,100,7,120,6,90,0",
                "orderbook row 1, column 8 (bid size 2): 0 is not a size of 1 to 1000000000000",
            ),
            (
                "110,5,-1,7,120,6,90,8",
                "orderbook row 1, column 3 (bid price 1): -1 is not a price of 1 to 1000000000000",
            ),
            (
                "110,5,100,7,120,6,100,8",
                "orderbook row 1, column 7 (bid price 2): 100 is not further from the market than 100 before it",
            ),
            (
                "110,5,100,7,109,6,90,8",
                "orderbook row 1, column 5 (ask price 2): 109 is not further from the market than 110 before it",
            ),
        ] {
            assert_eq!(row(text).unwrap_err(), expected);
        }
    }
}
