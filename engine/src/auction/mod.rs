//! Call auctions: one price for all orders that wait.
//!
//! The price of an auction, as a function and nothing else: the waiting orders as two curves ([`Interest`]),
//! what is known from outside ([`Guide`]) and a [`Rulebook`] in, an [`Indication`] out. The same function
//! gives the indicative price during a call and the price of the uncross. Who is filled, and when a call
//! begins and ends, is not decided here.
//!
//! Rules and worked examples for readers: `docs/rules/auctions.md`.

mod rulebook;
mod indication;
mod interest;
mod candidates;
mod price;
#[cfg(test)]
mod tests;

pub use indication::{AuctionStep, Indication};
pub(crate) use interest::{Collar, Guide, Inside, Interest};
pub(crate) use price::indicate;
pub use rulebook::Rulebook;
