//! Triggers: orders that wait for a price before they enter the book.
//!
//! A [`Trigger`] says which reference an order waits for and at which price it fires; `TriggerBook` keeps the waiting
//! orders of one instrument. Nothing here matches or enters an order: the book names what fires, in the order in which
//! it enters.
//!
//! A trigger fires on the reference reaching its price from below ([`Direction::Rising`]) or from above
//! ([`Direction::Falling`]). Prices are compared as ranks, which rise towards firing in both directions, so that both
//! share one path.

mod book;
mod watch;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::{OutOfRange, Price, Side};

pub(crate) use book::TriggerBook;

/// The price that a trigger watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TriggerBy {
    /// The latest trade.
    Last,
    /// The best bid.
    Bid,
    /// The best ask.
    Ask,
}

/// What a trigger waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TriggerKind {
    /// The market going against a position: a buy fires at its price or above, a sell at its price or below.
    Stop,
    /// The market going for a position: a buy fires at its price or below, a sell at its price or above.
    TakeProfit,
    /// A stop whose price follows the reference at a distance, and only ever comes closer to firing.
    Trailing(Trail),
}

/// How far a trailing stop stays behind the best reference since its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Trail {
    // Ordered, so that of two trails of one kind the lower one fires first.
    /// A fixed distance. The unit is that of a price: ticks, at least one.
    Ticks(Price),
    /// Parts per million of the reference, rounded up to the tick and so at least one tick.
    Ppm(NonZeroU32),
}

impl Trail {
    /// The trigger price of a trailing stop of `side` behind `reference`: above it for a buy, below it for a sell.
    ///
    /// # Errors
    /// [`OutOfRange`] if that is not a price. A trail that begins inside the range stays inside: a sell's price only
    /// rises with the reference and stays below it, a buy's only falls and stays above it.
    pub fn price(self, side: Side, reference: Price) -> Result<Price, OutOfRange> {
        let distance = self.distance(reference.get());
        Price::new(match side {
            Side::Buy => reference.get() + distance,
            Side::Sell => reference.get() - distance,
        })
    }

    /// The distance in ticks behind a reference of `ticks`, at least 1.
    const fn distance(self, ticks: i64) -> i64 {
        const MILLION: i64 = 1_000_000;
        match self {
            Self::Ticks(distance) => distance.get(),
            Self::Ppm(ppm) => {
                // Split, so that each product stays inside 64 bits: ticks <= 10^12, ppm < 2^32.
                let ppm = ppm.get() as i64;
                (ticks / MILLION) * ppm + ((ticks % MILLION) * ppm + MILLION - 1) / MILLION
            }
        }
    }
}

/// When a waiting order enters the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trigger {
    /// What it waits for.
    pub kind: TriggerKind,
    /// The price it watches.
    pub by: TriggerBy,
    /// The price it fires at; of a trailing stop the first one, [`Trail::price`] of the reference at its entry.
    pub price: Price,
}

impl Trigger {
    /// Whether an order of `side` fires at this reference.
    #[must_use]
    pub const fn reached(self, side: Side, reference: Price) -> bool {
        let direction = self.direction(side);
        direction.rank(self.price) <= direction.rank(reference)
    }

    const fn direction(self, side: Side) -> Direction {
        match (side, self.kind) {
            (Side::Buy, TriggerKind::Stop | TriggerKind::Trailing(_))
            | (Side::Sell, TriggerKind::TakeProfit) => Direction::Rising,
            (Side::Sell, TriggerKind::Stop | TriggerKind::Trailing(_))
            | (Side::Buy, TriggerKind::TakeProfit) => Direction::Falling,
        }
    }
}

/// Which way the reference has to go to fire a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Direction {
    /// Fires at its price or above.
    Rising,
    /// Fires at its price or below.
    Falling,
}

impl Direction {
    /// Both, in the order in which they fire.
    const BOTH: [Self; 2] = [Self::Rising, Self::Falling];

    /// The price as a number that grows the further the reference has gone this way.
    const fn rank(self, price: Price) -> i64 {
        match self {
            Self::Rising => price.get(),
            Self::Falling => -price.get(),
        }
    }

    /// The price of a rank.
    fn price(self, rank: i64) -> Price {
        Price::new(match self {
            Self::Rising => rank,
            Self::Falling => -rank,
        })
        .expect("a rank stands for a price")
    }
}
