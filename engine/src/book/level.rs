//! Price levels.

use super::Slot;
use crate::{InstrumentId, Layer, Lots, Price, Side};

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
    pub(super) head: Slot,
    pub(super) tail: Slot,
    pub(super) book: BookSide,
}

impl LevelQueue {
    pub(crate) const fn view(&self) -> Level {
        Level { price: self.price, quantity: Lots::new(self.quantity), orders: self.orders }
    }
}

/// One side of one layer of one instrument, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BookSide(u32);

impl BookSide {
    pub(super) const fn new(instrument: InstrumentId, layer: Layer, side: Side) -> Self {
        Self(instrument.get() << 2 | (layer as u32) << 1 | side as u32)
    }

    pub(super) const fn instrument(self) -> InstrumentId {
        InstrumentId::new(self.0 >> 2)
    }

    pub(super) const fn layer(self) -> Layer {
        if self.0 & 2 == 0 { Layer::Lit } else { Layer::Dark }
    }

    pub(super) const fn side(self) -> Side {
        if self.0 & 1 == 0 { Side::Buy } else { Side::Sell }
    }
}
