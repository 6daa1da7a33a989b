//! The journal from outside: what goes in comes out, and nothing else is taken for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod workload;
mod feature;
mod arbitrary;
mod codec;
mod chunk;
mod damage;
mod file;
mod host;
mod forgetful;
mod snapshot;
mod golden;
mod replica;
mod sync;
