//! The visible levels: what the recording shows, what the exchange has, and where they differ.
//!
//! The exchange's book holds exactly the levels that the recording shows. A level that drops out at the deep end
//! is taken out, since what happens to it is no longer recorded; a level that comes in at the deep end, where
//! another has gone, is taken from the orderbook file. Everything else must follow from the messages.

use outcry_engine::{Exchange, Level, Lots, Price, Qty, Side, Timestamp};
use serde::{Deserialize, Serialize};

use crate::market::Market;

use super::book::BookRow;
use super::mirror::Mirror;

/// The first level in which the exchange's book is not the recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// On which side.
    pub side: Side,
    /// Which level, from 1, the best.
    pub level: u32,
    /// Price and quantity in the file, or `None` if it has no such level.
    pub file: Option<(Price, Lots)>,
    /// Price and quantity on the exchange, or `None` if it has no such level.
    pub exchange: Option<(Price, Lots)>,
}

/// How many levels each side of the exchange's book had before a message: buy, then sell.
pub(super) type Counts = [usize; 2];

/// The number of levels of each side.
pub(super) fn counts(exchange: &Exchange, mirror: &Mirror) -> Counts {
    Side::BOTH.map(|side| exchange.depth(mirror.listing.instrument, side).count())
}

/// Lets levels leave and enter at the deep end; answers how many were taken from the file.
pub(super) fn follow(
    mirror: &mut Mirror,
    market: &mut impl Market,
    at: Timestamp,
    (before, shown): (Counts, usize),
    row: &BookRow,
) -> u64 {
    let mut taken = 0;
    for (side, before) in Side::BOTH.into_iter().zip(before) {
        let levels: Vec<Level> = market.exchange().depth(mirror.listing.instrument, side).collect();
        for level in levels.iter().skip(shown) {
            clear(mirror, market, at, side, level.price);
        }
        // Only where the file's window was full may there be more behind it.
        let room = if before >= shown { shown.saturating_sub(levels.len()) } else { 0 };
        for &(price, quantity) in row.levels(side).iter().skip(levels.len()).take(room) {
            if levels.last().is_none_or(|last| !side.crosses(price, last.price)) {
                mirror.add(market, at, None, (side, price, quantity));
                taken += 1;
            }
        }
    }
    taken
}

/// The first difference between the exchange's book and a row, buy side first.
pub(super) fn difference(exchange: &Exchange, mirror: &Mirror, row: &BookRow) -> Option<Difference> {
    Side::BOTH.into_iter().find_map(|side| side_difference(exchange, mirror, row, side))
}

fn side_difference(exchange: &Exchange, mirror: &Mirror, row: &BookRow, side: Side) -> Option<Difference> {
    let mut exchange = exchange.depth(mirror.listing.instrument, side);
    let mut file = row.levels(side).iter();
    for level in 1.. {
        let exchange = exchange.next().map(|level| (level.price, level.quantity));
        let file = file.next().map(|&(price, quantity)| (price, Qty::lots(quantity)));
        if exchange != file {
            return Some(Difference { side, level, file, exchange });
        }
        if file.is_none() {
            break;
        }
    }
    None
}

/// After a difference: makes the sides that differ what the row shows, so that the next row can be compared.
pub(super) fn reseed(mirror: &mut Mirror, market: &mut impl Market, at: Timestamp, row: &BookRow) {
    let differ = Side::BOTH.map(|side| side_difference(market.exchange(), mirror, row, side).is_some());
    let sides = || Side::BOTH.into_iter().zip(differ).filter_map(|(side, differs)| differs.then_some(side));
    // Both sides are emptied before either is filled, so that they cannot meet.
    for side in sides() {
        let levels: Vec<Level> = market.exchange().depth(mirror.listing.instrument, side).collect();
        for level in levels {
            clear(mirror, market, at, side, level.price);
        }
    }
    for side in sides() {
        for &(price, quantity) in row.levels(side) {
            mirror.add(market, at, None, (side, price, quantity));
        }
    }
}

fn clear(mirror: &mut Mirror, market: &mut impl Market, at: Timestamp, side: Side, price: Price) {
    for order in mirror.level(market.exchange(), side, price) {
        mirror.cancel(market, at, &order);
    }
}
