//! Messages: what is asked of every engine, in a form that is none of theirs.

/// Which side of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Bids.
    Buy,
    /// Asks.
    Sell,
}

impl Side {
    /// The side it trades against.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// One message. Prices are in ticks, quantities in lots, both at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A new order with a limit, good till canceled.
    Limit {
        /// Whose, from 1. Only Outcry keeps accounts.
        account: u32,
        /// Its side.
        side: Side,
        /// Its limit.
        price: u32,
        /// Its quantity.
        quantity: u32,
    },
    /// A new order that takes what the book offers; the rest is canceled.
    Market {
        /// Whose, from 1.
        account: u32,
        /// Its side.
        side: Side,
        /// Its quantity.
        quantity: u32,
    },
    /// Cancels what is left of a resting order.
    Cancel {
        /// Whose, from 1.
        account: u32,
        /// Which, by the number of the order: the how manieth new order of the flow, from 1.
        order: u32,
        /// Which, by the number of the message that entered it, from 0. Some engines name orders so.
        entered: u32,
    },
}
