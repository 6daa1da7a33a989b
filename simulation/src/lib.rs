//! Traders and market data: what can be put on an exchange, and what was recorded on others.
//!
//! Everything here is pure and seeded: no clock, no input or output, integers in all that decides. It reaches an
//! exchange through [`Market`] only, and everything it does there is a command.

mod market;
mod random;
pub mod demo;
pub mod flow;
pub mod lobster;
pub mod orders_csv;
pub mod schedule;

pub use market::{BareMarket, Market, keep_schedule};
pub use random::Random;
