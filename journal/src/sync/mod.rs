//! Sync: how a journal gets to a server, as pure state machines. What carries the messages is outside.
//!
//! It is an append-only log, never a merge. A [`Replica`] beside the writer asks what the server [holds](Holding),
//! compares that with its own history, and sends [`Append`]s one at a time; the server [decides](decide) on each from
//! what it has stored. An answer that never arrives is harmless: the same append is sent again, and the server
//! recognises it. A server that has another history, or knows a later epoch, answers with what it holds, and the
//! replica finds out where the two part.
//!
//! | decision | HTTP | answer |
//! |---|---|---|
//! | [`Decision::Store`] (then executed, compared and stored in one transaction) | 200 | [`Answer::Stored`] |
//! | [`Decision::AlreadyStored`] | 200 | [`Answer::Stored`] |
//! | [`Decision::Gap`], [`Decision::Diverged`] | 409 | [`Answer::Holds`] |
//! | [`Decision::StaleEpoch`] | 412 | [`Answer::Holds`] |
//! | chunk does not replay, is malformed or too large | 422, 400, 413 | [`Answer::Refused`] |
//!
//! The epoch here is that of a device at a server: 1 when it begins to sync, kept with the journal, and one more than
//! the server's when it takes over. A reload does not raise it, or a tab that knows nothing of the take-over would win
//! against it. (The epoch inside a chunk is about tabs, and only has to rise along a history.) A device that takes over
//! writes nothing before the server has accepted its claim: [`Replica::holds_epoch`]. Two devices that claim the same
//! epoch at the same moment are told apart by the history: the second one's first append does not follow.

mod append;
mod decide;
mod status;
mod replica;

pub use append::{Answer, Append, Holding};
pub use decide::{Decision, Stored, decide};
pub use replica::{Replica, Step, Timing};
pub use status::{State, Status};
