//! Conditions of an order: what it may ask for beyond price, quantity and time in force.
//!
//! A plain order has none of them and costs nothing for their being there: orders with conditions come by a command
//! of their own and are kept in a table of their own.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::trigger::Trigger;
use crate::{Lots, NewOrder, OrderPrice, Price, Qty};

/// An order with conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConditionalOrder {
    /// The order.
    pub terms: NewOrder,
    /// What else it asks for.
    pub conditions: Conditions,
}

/// What an order may ask for beyond its terms. The default asks for nothing.
///
/// Combinations that contradict each other are refused ([`Reject::Incompatible`](crate::Reject)): displayed in part with
/// IOC or FOK, a minimum with FOK, a peg with a trigger or without a limit, and so on; the rulebook has the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conditions {
    /// Waits until a price is reached: stop, take-profit, trailing stop.
    pub trigger: Option<Trigger>,
    /// How much of it others see.
    pub display: Display,
    /// The least that its first execution must fill.
    pub minimum: Option<Minimum>,
    /// Follows a price of the book.
    pub peg: Option<Peg>,
    /// How far a market order may reach.
    pub protection: Option<Protection>,
    /// What happens when it meets an order of the same account or group, instead of the account's own setting.
    pub self_trade: Option<SelfTrade>,
}

/// How much of a resting order others see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Display {
    /// All of it.
    #[default]
    Full,
    /// Iceberg: a peak. When the peak has traded, a new one is shown at the end of the queue of its price.
    Iceberg {
        /// Lots shown, below the quantity of the order.
        peak: Qty,
        /// The size of each further peak is drawn from `peak - spread` to `peak + spread`; below `peak`.
        spread: Lots,
    },
    /// Nothing: it trades after all displayed orders of its price.
    Hidden,
}

/// The least that the first execution of an order must fill. Until that is there the order waits outside the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Minimum {
    /// This much; not above the quantity.
    Quantity(Qty),
    /// AON: all of it.
    All,
}

/// A limit that follows the displayed book. A pegged order is hidden and needs a limit, which it never passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Peg {
    /// Which price it follows.
    pub to: PegTo,
    /// Ticks away from that price: above zero more aggressive (a buyer higher, a seller lower), below zero less.
    pub offset: i32,
}

/// Which price a pegged order follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PegTo {
    /// The best price of its own side.
    Primary,
    /// The best price of the other side.
    Market,
    /// The middle of both; half a tick is rounded away from the other side (a buyer down, a seller up).
    Midpoint,
}

/// How far from where it starts a market order may trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protection {
    /// So many ticks.
    Ticks(NonZeroU32),
    /// So many parts per million of the price, rounded down to the tick; at most 1,000,000.
    Ppm(NonZeroU32),
}

/// What happens when an order would trade with one of the same account or group. The setting of the aggressor decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SelfTrade {
    /// They trade.
    Allow,
    /// `cn`: what is left of the aggressor is canceled (Binance EXPIRE_TAKER).
    CancelNewest,
    /// `co`: the resting order is canceled and the aggressor goes on (EXPIRE_MAKER).
    CancelOldest,
    /// `cb`: both are canceled (EXPIRE_BOTH).
    CancelBoth,
    /// `dc`: both are reduced by the smaller of the two quantities (DECREMENT); what is at zero is closed.
    Decrement,
}

/// OCO, one cancels the other: a limit order that rests and a stop that waits, for one quantity.
///
/// A fill of the limit order reduces the stop by as much; the stop's trigger cancels the limit order; a cancel or the
/// expiry of one takes the other with it. Both together hold what the dearer one needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderPair {
    /// The limit order: GTC, DAY or GTD.
    pub limit: NewOrder,
    /// What the other waits for.
    pub trigger: Trigger,
    /// What the other becomes: a limit or market order of the same account, side and quantity.
    pub then: OrderPrice,
    /// How far it may trade if it becomes a market order; a buyer must give it.
    pub protection: Option<Protection>,
}

/// Bracket: an order, and an OCO pair of exits for what it fills.
///
/// After each command in which the entry traded, a pair for the quantity of that command is entered on the other side: a
/// limit order at `profit` and a stop at `loss`. Exits that are not covered are canceled at once, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bracket {
    /// The order that opens the position.
    pub entry: NewOrder,
    /// Limit of the exit with a profit.
    pub profit: Price,
    /// Trigger price, by last trade, of the exit with a loss.
    pub loss: Price,
    /// Price of the exit with a loss: a limit, or market.
    pub then: OrderPrice,
    /// How far the exit with a loss may trade if it is a market order; must be given if the exits buy.
    pub protection: Option<Protection>,
}

/// One condition of an accepted order, as events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// It waits for a price. For a trailing stop the price is the first one.
    Trigger(Trigger),
    /// It is not fully displayed.
    Display(Display),
    /// Its first execution has a least quantity.
    Minimum(Minimum),
    /// It follows the book.
    Peg(Peg),
    /// It may not trade beyond this price.
    Bound(Price),
    /// It brought its own self-trade prevention.
    SelfTrade(SelfTrade),
    /// It expires at this time (DAY and GTD).
    Expires(crate::Timestamp),
    /// It came as an amount of money to spend.
    Cash(crate::Amount),
    /// It is the limit order of this stop, or the stop of this limit order (OCO).
    Pair(crate::OrderId),
    /// It brings exits: profit and loss price of the bracket.
    Exits {
        /// Limit of the exit with a profit.
        profit: Price,
        /// Trigger price of the exit with a loss.
        loss: Price,
    },
    /// It is an exit of this entry.
    ExitOf(crate::OrderId),
    /// It is a side of its account's quote.
    Quote,
}
