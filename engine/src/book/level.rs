//! Price levels.

use super::Slot;
use crate::{Lots, Price};

/// What rests at a price, as others see it (L2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// What rests there.
    pub quantity: Lots,
    /// In how many orders.
    pub orders: u32,
}

/// A price level and the ends of its queue. It is never empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LevelQueue {
    pub(crate) price: Price,
    /// Sum of what is left of its orders, in lots.
    pub(crate) quantity: u64,
    /// Sum of what its icebergs have behind what they display, in lots.
    pub(crate) reserve: u64,
    pub(crate) orders: u32,
    pub(crate) head: Slot,
    pub(crate) tail: Slot,
}

impl LevelQueue {
    pub(crate) const fn view(&self) -> Level {
        Level { price: self.price, quantity: Lots::new(self.quantity), orders: self.orders }
    }
}
