//! Events: everything an exchange answers. State is a fold over them.
//!
//! Events of one command are numbered on from the last event of the command before, without a gap; the number,
//! the command's sequence and its time are in the [`Receipt`](crate::Receipt) of the command.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AccountName, Amount, AssetId, InstrumentId, Lots, NewInstrument, NewOrder, OrderId, OrderPrice, Price,
    Qty, Reject, Side, Symbol, TradeId,
};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The command was refused. Nothing but the sequence changed.
    CommandRejected(Reject),
    /// An asset exists.
    AssetCreated {
        /// Its id.
        asset: AssetId,
        /// Its symbol.
        symbol: Symbol,
        /// Digits behind the decimal point.
        decimals: u8,
    },
    /// An instrument can be traded.
    InstrumentCreated {
        /// Its id.
        instrument: InstrumentId,
        /// Its terms.
        terms: NewInstrument,
    },
    /// An account is open.
    AccountOpened {
        /// Its id.
        account: AccountId,
        /// Its name.
        name: AccountName,
    },
    /// A balance changed.
    LedgerPosted(LedgerLine),
    /// An order was accepted. It has not traded or rested yet; what it does follows in the same command.
    OrderAccepted {
        /// Its id, new.
        order: OrderId,
        /// What was asked.
        terms: NewOrder,
    },
    /// What is left of an order went into the book, behind `ahead` lots at its price.
    OrderRested {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// At which price.
        price: Price,
        /// How much rests.
        leaves: Qty,
        /// Lots before it in the queue of its price.
        ahead: Lots,
    },
    /// Two orders traded, at the price of the maker.
    Traded(Trade),
    /// What was left of an order is gone; it is closed.
    OrderCanceled {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// Its price.
        price: OrderPrice,
        /// The quantity that was canceled.
        canceled: Lots,
        /// Whether that quantity rested in the book until now.
        rested: bool,
        /// Why.
        reason: CancelReason,
    },
    /// An order has new terms. With [`Priority::Lost`] it left the book, and what follows in the same command
    /// (trades, then perhaps [`Event::OrderRested`]) is its new entry.
    OrderReplaced {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// Price until now.
        old_price: Price,
        /// Price from now.
        price: Price,
        /// Total quantity from now.
        quantity: Qty,
        /// What was left until now.
        old_leaves: Qty,
        /// What is left from now.
        leaves: Qty,
        /// What became of its place in the queue.
        priority: Priority,
    },
}

/// Two orders met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Its id.
    pub trade: TradeId,
    /// Of what.
    pub instrument: InstrumentId,
    /// The maker's price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
    /// The side of the aggressor.
    pub taker_side: Side,
    /// The resting order.
    pub maker: OrderId,
    /// The aggressor.
    pub taker: OrderId,
    /// Whose order rested.
    pub maker_account: AccountId,
    /// Whose order came in.
    pub taker_account: AccountId,
    /// What is left of the resting order; at zero it is filled and gone from the book.
    pub maker_leaves: Lots,
    /// What is left of the aggressor.
    pub taker_leaves: Lots,
}

/// Why an order ended before it was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelReason {
    /// Its owner asked.
    Requested,
    /// IOC: nothing more was there within its limit.
    ImmediateOrCancel,
    /// FOK: the book could not fill it whole.
    FillOrKill,
    /// Market: the book was empty.
    NoLiquidity,
}

/// What became of an order's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Priority {
    /// Same price, smaller quantity: the place is kept.
    Kept,
    /// The order goes to the end of its price's queue.
    Lost,
}

/// One line of an account's ledger: what changed, and the balance after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub asset: AssetId,
    /// Why.
    pub kind: LedgerKind,
    /// The signed change of the account's total (available and held together); for [`LedgerKind::Hold`] and
    /// [`LedgerKind::Release`], which do not change it, the amount moved, above zero.
    pub amount: Amount,
    /// Available after.
    pub available: Amount,
    /// Held after.
    pub held: Amount,
    /// The order that caused it, if one did.
    pub order: Option<OrderId>,
}

/// Kinds of ledger lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LedgerKind {
    /// Brought in: available grows.
    Deposit,
    /// Taken out: available shrinks.
    Withdraw,
    /// Available becomes held, for an order.
    Hold,
    /// Held becomes available again.
    Release,
    /// A leg of a trade, for the buyer: paid from held, received into available.
    Buy,
    /// A leg of a trade, for the seller: given from held, received into available.
    Sell,
    /// A trading fee: paid from held by the buyer and from available by the seller, received by the venue.
    Fee,
}
