//! The JSON lines of `outcry exec`, held against an exchange and against their schema.

mod terminal;
mod session;
mod bad_input;
mod schema;
