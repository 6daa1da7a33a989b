//! The demo market: what a first visit finds, and the crowd that keeps it alive.
//!
//! [`opening`] is the commands that set an empty exchange up; [`Crowd`] then trades on it. The crowd submits
//! commands like anyone else, so a journal of the demo replays without it, and a later version of the crowd may
//! trade differently without touching any journal.

mod opening;
mod turn;
mod crowd;
mod value;
mod maker;
mod taker;
mod investor;

pub use crowd::Crowd;
pub use opening::{USERS, opening};
