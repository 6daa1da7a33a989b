//! What the reports of an engine told, folded as they come.

use std::collections::BTreeMap;

/// Odd, with well-spread bits: the multiplier of the fold.
const MIX: u64 = 0xff51_afd7_ed55_8ccd;

/// The sum of all reports. Reading every field of a report into it is what keeps a compiler from dropping the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Fills: one for each pair of orders that traded.
    pub fills: u64,
    /// Lots traded.
    pub volume: u64,
    /// Ticks times lots traded.
    pub value: u64,
    /// All fills in order: maker, taker, price and quantity.
    pub checksum: u64,
    /// Reports that are no fills.
    pub reports: u64,
    /// What those said.
    pub rest: u64,
    /// Messages that the engine refused.
    pub refused: u64,
}

impl Tally {
    /// Reads a fill. Orders are named as the engine names them.
    #[inline]
    pub const fn fill(&mut self, maker: u64, taker: u64, price: u64, quantity: u64) {
        self.fills += 1;
        self.volume += quantity;
        self.value += price * quantity;
        let word = maker ^ taker.rotate_left(20) ^ price.rotate_left(40) ^ quantity.rotate_left(56);
        self.checksum = (self.checksum ^ word).wrapping_mul(MIX).rotate_left(31);
    }

    /// Reads any other report.
    #[inline]
    pub const fn report(&mut self, word: u64) {
        self.reports += 1;
        self.rest = self.rest.rotate_left(5) ^ word;
    }
}

/// A book by price: lots at each price of both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Lots bid.
    pub bids: BTreeMap<u64, u64>,
    /// Lots offered.
    pub asks: BTreeMap<u64, u64>,
}
