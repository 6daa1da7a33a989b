//! The life of an order, as a fold over events, and the execution reports that FIX would send of it.
//!
//! Nothing here is known to the matcher and nothing is stored with the market: a [`OrderLives`] takes in what commands were
//! answered with, knows every order since, and answers with a [`Report`] for each event that concerns an order. The statuses
//! follow one table ([`OrdStatus::after`]); the rules for readers are in `docs/rules/order-life.md`.

mod status;
mod average;
mod order;
mod lives;
mod report;
mod fix;

pub use average::AveragePrice;
pub use lives::OrderLives;
pub use order::OrderLife;
pub use report::{
    CancelReject, ExecType, ExecutionReport, Fill, Liquidity, Reason, Report, ResponseTo, RestatementReason,
};
pub use status::{Happening, OrdStatus};
