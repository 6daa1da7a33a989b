//! Outcry and other open matching engines on the same flows, in one program.
//!
//! A [`flow`] is generated beforehand, in a form that belongs to no engine, against a [`reference`](mod@reference) book that
//! is slow and plain. Each [engine](engines) plays it through its own API, one message at a time; every report it gives
//! is read into a [`Tally`], and at the end tally and book must be those of the reference. Nothing here knows the
//! inside of any engine, Outcry included.

pub mod clock;
pub mod engines;
pub mod flow;
pub mod measure;
pub mod message;
pub mod reference;
pub mod sweep;
pub mod table;
pub mod tally;

pub use flow::{Flow, Kind};
pub use message::{Message, Side};
pub use tally::{Depth, Tally};
