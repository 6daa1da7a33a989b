//! The log: a stream of events on standard error, as text or as JSON lines.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::LogFormat;

/// What is logged unless `RUST_LOG` says otherwise.
const DEFAULT: &str = "info";

/// Starts the log of this process. A second start changes nothing.
pub(super) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "the log was started before");
    }
}
