//! Where the programs and files of an end-to-end test are.
//!
//! `cargo xtask test` builds them and names them in the environment: `OUTCRY_BIN`, `OUTCRY_DIST`, `CHROMEDRIVER`,
//! `CHROME_BIN`, `GECKODRIVER`, `FIREFOX_BIN`. A test started by hand finds the same builds in their usual places.

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

/// The programs and the built page.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The `outcry` program, built in release.
    pub outcry: PathBuf,
    /// The folder of the built page.
    pub page: PathBuf,
    /// The driver of Chromium.
    pub driver: PathBuf,
    /// The browser of most tests.
    pub chromium: PathBuf,
    /// The driver of Firefox.
    pub geckodriver: PathBuf,
    /// The other browser.
    pub firefox: PathBuf,
}

impl Programs {
    /// Those that the environment names, else those in their usual places.
    #[must_use]
    pub fn find() -> Self {
        let named = |variable: &str, usual: PathBuf| env::var_os(variable).map_or(usual, PathBuf::from);
        Self {
            outcry: named("OUTCRY_BIN", workspace().join("target/release/outcry")),
            page: named("OUTCRY_DIST", workspace().join("dist")),
            driver: named("CHROMEDRIVER", PathBuf::from("chromedriver")),
            chromium: named("CHROME_BIN", PathBuf::from("chromium")),
            geckodriver: named("GECKODRIVER", workspace().join("target/tools/bin/geckodriver")),
            firefox: named("FIREFOX_BIN", PathBuf::from("firefox")),
        }
    }

    /// # Panics
    /// If the server or the page was not built.
    pub(super) fn must_be_built(&self) {
        let built = self.outcry.is_file() && self.page.join("index.html").is_file();
        assert!(built, "the server or the page is not built: run `cargo xtask test --only e2e`");
    }
}

/// The workspace's root.
pub(super) fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A file of the market data that is kept beside the project, if it is there; otherwise says so on a line.
#[must_use]
pub fn data_file(name: &str) -> Option<PathBuf> {
    let path = workspace().join("../shared/data").join(name);
    if path.is_file() {
        return path.canonicalize().ok();
    }
    eprintln!("skipped: the data file {name} is not here");
    None
}

/// A port of this machine that was free a moment ago.
///
/// # Panics
/// If the machine has none left.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of loopback is free");
    listener.local_addr().expect("the listener is bound").port()
}
