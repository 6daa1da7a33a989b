//! The engine worker: holds the exchange, its journal and the store, and answers the page.
//!
//! [`messages`] connects it with the page, [`Service`] answers, [errands](errand) do what waits for the browser. An
//! [`opening`] reads a stored exchange back, the [`keeper`] says when a snapshot of it is due,
//! [`retention`] trims its journal. An
//! open exchange is a [`desk`]: the [`venue`] (journal host and projections), the market's [`clock`], the simulated
//! traders, and the [`saver`], which decides what is written to the [`store`] and when.

pub mod messages;
pub mod service;
pub mod errand;
pub mod opening;
pub mod keeper;
pub mod retention;
pub mod desk;
pub mod venue;
pub mod fresh;
pub mod load;
pub mod import;
pub mod link;
pub mod sync;
pub mod http;
pub mod frame;
pub mod clock;
pub mod meter;
pub mod pulse;
pub mod lock;
pub mod identity;
pub mod bench;
pub mod witness;
pub mod fork;
pub mod rescue;
pub mod saver;
pub mod barrier;
pub mod projection;
pub mod store;

pub use messages::serve;
pub use service::Service;
