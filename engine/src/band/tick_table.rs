//! Tick tables: the step of prices grows with the price.
//!
//! A row says: from this price on, a price must be a multiple of so many ticks, until the next row. Below the
//! first row, and in an empty table, every tick is allowed. A multiple is one of zero, not of the row's first
//! price, and a row may begin between two multiples ("above 3,000": from 3,001 by 5): its first price is then
//! 3,005. That is how the MiFID II regime (RTS 11, Commission Delegated Regulation (EU) 2017/588), the US
//! rule 612 and the tables of Tokyo are all written.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::Rounding;
use crate::Price;

/// A row of a [`TickTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickRow {
    /// The first price it applies to.
    pub from: Price,
    /// Prices are multiples of this many ticks.
    pub step: NonZeroU32,
}

/// A row that a [`TickTable`] refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TickTableError {
    /// The table has [`TickTable::MAX_ROWS`].
    Full,
    /// The row does not begin above the last one.
    NotRising {
        /// Where the last row begins.
        last: Price,
        /// Given.
        from: Price,
    },
}

impl fmt::Display for TickTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "a tick table has at most {} rows", TickTable::MAX_ROWS),
            Self::NotRising { last, from } => {
                write!(f, "a row from {} ticks does not begin above the last one, {}", from.get(), last.get())
            }
        }
    }
}

impl std::error::Error for TickTableError {}

/// Which prices an instrument allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<TickRow>", into = "Vec<TickRow>")]
pub struct TickTable {
    /// Rising by `from`; a vector because there are few and they are searched by halving.
    rows: Vec<TickRow>,
}

impl TickTable {
    /// Most rows of a table.
    pub const MAX_ROWS: usize = 32;

    /// Adds a row above the others.
    ///
    /// # Errors
    /// [`TickTableError`] if the table is full or the row does not begin above the last one.
    pub fn push(&mut self, row: TickRow) -> Result<(), TickTableError> {
        if self.rows.len() >= Self::MAX_ROWS {
            return Err(TickTableError::Full);
        }
        if let Some(last) = self.rows.last()
            && row.from <= last.from
        {
            return Err(TickTableError::NotRising { last: last.from, from: row.from });
        }
        self.rows.push(row);
        Ok(())
    }

    /// Its rows, lowest first.
    #[must_use]
    pub fn rows(&self) -> &[TickRow] {
        &self.rows
    }

    /// The step that applies at a price, in ticks.
    #[must_use]
    pub fn step(&self, price: Price) -> NonZeroU32 {
        match self.rows_up_to(price).last() {
            Some(row) => row.step,
            None => NonZeroU32::MIN,
        }
    }

    /// Whether the price is allowed.
    #[must_use]
    pub fn fits(&self, price: Price) -> bool {
        price.get() % i64::from(self.step(price).get()) == 0
    }

    /// The price itself if it is allowed, otherwise the allowed neighbour, or `None` if there is none that
    /// way.
    ///
    /// [`Rounding::Nearest`] answers the other neighbour where one is missing.
    #[must_use]
    pub fn round(&self, price: Price, rounding: Rounding) -> Option<Price> {
        let (down, up) = match rounding {
            Rounding::Down => return self.at_most(price.get()),
            Rounding::Up => return self.at_least(price.get()),
            Rounding::Nearest => (self.at_most(price.get()), self.at_least(price.get())),
        };
        match (down, up) {
            (Some(down), Some(up)) if price.get() - down.get() < up.get() - price.get() => Some(down),
            (down, up) => up.or(down),
        }
    }

    /// The lowest allowed price above, or `None` if there is none.
    #[must_use]
    pub fn next_up(&self, price: Price) -> Option<Price> {
        self.at_least(price.get() + 1)
    }

    /// The highest allowed price below, or `None` if there is none.
    #[must_use]
    pub fn next_down(&self, price: Price) -> Option<Price> {
        self.at_most(price.get() - 1)
    }

    /// The rows that begin at or below a price; the last of them applies to it.
    fn rows_up_to(&self, price: Price) -> &[TickRow] {
        let count = self.rows.partition_point(|row| row.from <= price);
        &self.rows[..count]
    }

    /// The lowest allowed price from `ticks` on. A row without any multiple sends on to the next.
    fn at_least(&self, ticks: i64) -> Option<Price> {
        let mut low = Price::new(ticks).ok()?;
        let applied = self.rows_up_to(low).len();
        let mut step = i64::from(self.step(low).get());
        for next in &self.rows[applied..] {
            let multiple = multiple_above(low, step);
            if multiple < next.from.get() {
                return Price::new(multiple).ok();
            }
            low = next.from;
            step = i64::from(next.step.get());
        }
        Price::new(multiple_above(low, step)).ok()
    }

    /// The highest allowed price down from `ticks`. A row without any multiple sends on to the one before.
    fn at_most(&self, ticks: i64) -> Option<Price> {
        let mut high = Price::new(ticks).ok()?;
        for row in self.rows_up_to(high).iter().rev() {
            let step = i64::from(row.step.get());
            let multiple = high.get() / step * step;
            if multiple >= row.from.get() {
                return Price::new(multiple).ok();
            }
            high = Price::new(row.from.get() - 1).ok()?;
        }
        Some(high)
    }
}

/// The lowest multiple of `step` that is not below the price: at most 10^12 + 2^32, far inside 64 bits.
const fn multiple_above(price: Price, step: i64) -> i64 {
    (price.get() + step - 1) / step * step
}

impl TryFrom<Vec<TickRow>> for TickTable {
    type Error = TickTableError;

    fn try_from(rows: Vec<TickRow>) -> Result<Self, TickTableError> {
        let mut table = Self::default();
        rows.into_iter().try_for_each(|row| table.push(row))?;
        Ok(table)
    }
}

impl From<TickTable> for Vec<TickRow> {
    fn from(table: TickTable) -> Self {
        table.rows
    }
}

#[cfg(test)]
mod tests;
