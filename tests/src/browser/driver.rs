//! The driver: a chromedriver of our own on a port that it picks itself.

use std::path::Path;
use std::process::Command;

use super::process::Process;
use super::programs::Programs;
use super::wait::wait;

/// What chromedriver says once it listens; the port follows.
const STARTED: &str = "was started successfully on port ";

/// A running chromedriver.
#[derive(Debug)]
pub(super) struct Driver {
    _process: Process,
    /// Where it listens.
    pub(super) address: String,
}

impl Driver {
    /// Starts one and waits until it listens.
    pub(super) fn start(programs: &Programs, log: &Path) -> Self {
        let mut process = Process::start(Command::new(&programs.driver).arg("--port=0"), log);
        let port = wait("chromedriver listens", || {
            if let Some(end) = process.ended() {
                panic!("chromedriver ended by itself: {end}");
            }
            let said = process.said();
            let (_, rest) = said.split_once(STARTED)?;
            // The line must be whole: a number that is still being written is another number.
            let (port, _) = rest.split_once('.')?;
            port.parse::<u16>().ok()
        });
        Self { _process: process, address: format!("http://127.0.0.1:{port}") }
    }
}
