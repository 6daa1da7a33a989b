//! What is told of orders: their lives and reports, and the reasons of what happened to them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod floor;
mod golden;
mod life;
mod reasons;
mod words;
