//! The `outcry` program from outside: the binary itself, and its server as a router without a socket.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

mod program;
mod writer;
mod exec;
mod help;
mod journals;
mod replay;
mod server;
mod append;
mod page;
mod crash;
