//! Reports: what FIX would send to the owner of an order for an event.

use serde::{Deserialize, Serialize};

use super::{AveragePrice, OrdStatus};
use crate::{
    AccountId, CancelReason, InstrumentId, Lots, NewOrder, OrderId, Price, Qty, Reject, RepriceReason,
    SelfTrade, Timestamp, TradeId,
};

/// One message to the owner of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// About an order (`ExecutionReport`, 35=8).
    Execution(Box<ExecutionReport>),
    /// About a cancel or replace that was refused (`OrderCancelReject`, 35=9).
    CancelReject(CancelReject),
}

/// What happened to an order, and how it stands after that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionReport {
    /// The number of the event; with the order it names the report (`ExecID`).
    pub event: u64,
    /// When.
    pub at: Timestamp,
    /// Which; `None` if it was refused and has no number.
    pub order: Option<OrderId>,
    /// What happened.
    pub exec_type: ExecType,
    /// Its status after that.
    pub status: OrdStatus,
    /// What was asked; price and total as they are now.
    pub terms: NewOrder,
    /// The price that triggers it (`StopPx`), if it has one.
    pub trigger: Option<Price>,
    /// Its total without what rules took away (`OrderQty`).
    pub quantity: Lots,
    /// All that was filled (`CumQty`), and at which average price (`AvgPx`).
    pub average: AveragePrice,
    /// What may still be filled (`LeavesQty`).
    pub leaves: Lots,
    /// What of it others see (4.4: `MaxFloor`), if that is not all.
    pub shown: Option<Lots>,
    /// When it expires, if it does.
    pub expires: Option<Timestamp>,
    /// The fill that it is about.
    pub fill: Option<Fill>,
    /// Why a rule changed it.
    pub restated: Option<RestatementReason>,
    /// Why, in words.
    pub reason: Option<Reason>,
}

/// `ExecType`, FIX tag 150.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExecType {
    /// Accepted.
    New,
    /// Filled, whole or in part.
    Trade,
    /// Canceled, or reduced to nothing.
    Canceled,
    /// Changed by its owner.
    Replaced,
    /// Refused.
    Rejected,
    /// Its time came.
    Expired,
    /// Changed by a rule.
    Restated,
    /// Its trigger fired (of FIX 5.0, an extension to 4.4).
    Triggered,
    /// Where it is now: it rests, waits, enters, shows another peak, or met an order that it may not trade with.
    OrderStatus,
}

impl ExecType {
    /// The value of tag 150.
    #[must_use]
    pub const fn fix(self) -> char {
        match self {
            Self::New => '0',
            Self::Canceled => '4',
            Self::Replaced => '5',
            Self::Rejected => '8',
            Self::Expired => 'C',
            Self::Restated => 'D',
            Self::Trade => 'F',
            Self::OrderStatus => 'I',
            Self::Triggered => 'L',
        }
    }
}

/// One fill of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The trade (`TrdMatchID`).
    pub trade: TradeId,
    /// `LastPx`.
    pub price: Price,
    /// `LastQty`.
    pub quantity: Qty,
    /// `LastLiquidityInd`.
    pub liquidity: Liquidity,
}

/// Which part an order had in a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Liquidity {
    /// It rested.
    Added,
    /// It came in.
    Removed,
    /// Both waited for an uncross.
    Auction,
}

impl Liquidity {
    /// The value of tag 851.
    #[must_use]
    pub const fn fix(self) -> char {
        match self {
            Self::Added => '1',
            Self::Removed => '2',
            Self::Auction => '4',
        }
    }
}

/// `ExecRestatementReason`, FIX tag 378.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RestatementReason {
    /// Its limit was changed.
    Repricing,
    /// It was made smaller.
    PartialDecline,
    /// It follows the book.
    PegRefresh,
}

impl RestatementReason {
    /// The value of tag 378.
    #[must_use]
    pub const fn fix(self) -> u8 {
        match self {
            Self::Repricing => 3,
            Self::PartialDecline => 5,
            Self::PegRefresh => 11,
        }
    }
}

/// The rule behind a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Why it was canceled.
    Canceled(CancelReason),
    /// Why its limit was changed.
    Repriced(RepriceReason),
    /// Self-trade prevention.
    Prevented(SelfTrade),
    /// It was made smaller with the other order of its pair.
    Paired,
    /// Why it was refused.
    Refused(Reject),
}

/// A cancel or replace that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelReject {
    /// The number of the event.
    pub event: u64,
    /// When.
    pub at: Timestamp,
    /// Who asked.
    pub account: AccountId,
    /// For which order.
    pub order: OrderId,
    /// Where that is, if it is known and theirs.
    pub instrument: Option<InstrumentId>,
    /// Its status; rejected if it is not known or another's, as FIX has it.
    pub status: OrdStatus,
    /// What was asked.
    pub response_to: ResponseTo,
    /// Why not.
    pub reject: Reject,
}

/// `CxlRejResponseTo`, FIX tag 434.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ResponseTo {
    /// A cancel.
    Cancel,
    /// A cancel/replace.
    Replace,
}
