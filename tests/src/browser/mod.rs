//! The real page in a real browser, driven as a user drives it, with the real server behind it.
//!
//! A test starts a [`Server`] and opens a [`Page`] on it: a Chromium (or, [if asked](Page::open_in), a Firefox) with a
//! profile of its own, a driver of its own and the page in a tab. The page's verbs are a user's: place, cancel, pick a price, drop a file, read the ladder.
//! Elements are found by the test ids that `web/src/page/mod.rs` lists, so nothing here depends on how the page looks.
//!
//! Rules: waiting means asking until an answer is there, with a deadline ([`wait`]); no pause stands for an event.
//! Everything that was started ends with its owner. A failing test leaves a picture and the browser's log in
//! `target/screens/`.

mod programs;
mod process;
mod wait;
mod server;
mod chromium;
mod firefox;
mod driver;
mod console;
mod session;
mod page;
mod renderer;
mod status;
mod market;
mod ticket;
mod account;
mod files;
mod remote;
mod store;
mod measurement;

pub use account::{Balance, WorkingOrder};
pub use files::{ImportView, RowComplaint};
pub use market::LadderRow;
pub use measurement::{Meter, Moments};
pub use page::{Kind, Page};
pub use programs::{Programs, data_file, free_port};
pub use renderer::Renderer;
pub use server::Server;
pub use status::Status;
pub use store::StoredChunk;
pub use ticket::Answer;
pub use wait::{DEADLINE, try_wait, wait, wait_at_most};
