//! Why a subcommand could not do its work. Printed as one line; the program then exits with code 2.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The outside world failed.
#[derive(Debug, Error)]
pub enum Failure {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard input or output failed.
    #[error("cannot read standard input or write standard output: {0}")]
    Terminal(#[from] io::Error),
    /// A file is there and is not what was asked for.
    #[error("{}: {message}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The server cannot listen where it was told to.
    #[error("cannot listen on {address}: {hint}")]
    Listen {
        /// Where.
        address: String,
        /// Why, and what to do.
        hint: String,
    },
    /// The server's store cannot be used.
    #[error("cannot use the store in {}: {message}", path.display())]
    Store {
        /// Its folder.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The server stopped by itself.
    #[error("the server stopped: {0}")]
    Serve(io::Error),
}

impl Failure {
    /// For `map_err` after reading `path`.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Read { path: path.to_owned(), source }
    }

    /// For `map_err` after writing `path`.
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Write { path: path.to_owned(), source }
    }

    /// Whether it is only that nobody reads the output any more, as in `outcry exec | head`.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Terminal(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
