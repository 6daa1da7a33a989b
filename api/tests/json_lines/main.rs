//! The JSON lines of `outcry exec`, held against an exchange and against their schema.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

mod terminal;
mod session;
mod bad_input;
mod every_command;
mod every_event;
mod schema;
