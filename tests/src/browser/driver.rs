//! The driver: a chromedriver or geckodriver of our own on a port that it picks itself.

use std::path::Path;
use std::process::Command;

use super::process::Process;
use super::programs::Programs;
use super::wait::wait;

/// What chromedriver says once it listens; the port follows, then a full stop.
const CHROMEDRIVER_STARTED: (&str, char) = ("was started successfully on port ", '.');

/// What geckodriver says once it listens; the port follows, then the end of the line.
const GECKODRIVER_STARTED: (&str, char) = ("Listening on 127.0.0.1:", '\n');

/// What chromedriver says when the port that it picked is not free after all.
const PORT_TAKEN: &str = "port not available";

/// A running driver.
#[derive(Debug)]
pub(super) struct Driver {
    _process: Process,
    /// Where it listens.
    pub(super) address: String,
}

impl Driver {
    /// Starts one that any Chromium can be attached to, and waits until it listens.
    pub(super) fn of_chromium(programs: &Programs, log: &Path) -> Self {
        Self::start(Command::new(&programs.driver).arg("--port=0"), CHROMEDRIVER_STARTED, log)
    }

    /// Starts one that attaches to the Firefox at `port`, and waits until it listens.
    pub(super) fn of_firefox(programs: &Programs, port: u16, log: &Path) -> Self {
        let mut command = Command::new(&programs.geckodriver);
        command.args(["--port", "0", "--connect-existing", "--marionette-port", &port.to_string()]);
        Self::start(&mut command, GECKODRIVER_STARTED, log)
    }

    fn start(command: &mut Command, (before, after): (&str, char), log: &Path) -> Self {
        let mut process = Process::start(command, log);
        let port = wait("the driver listens", || {
            if let Some(end) = process.ended() {
                // It picks a port that is free for IPv6 and takes it for IPv4 too, where somebody may have been quicker.
                assert!(end.contains(PORT_TAKEN), "the driver ended by itself: {end}");
                process = Process::start(command, log);
            }
            let said = process.said();
            let (_, rest) = said.split_once(before)?;
            // The line must be whole: a number that is still being written is another number.
            let (port, _) = rest.split_once(after)?;
            port.trim().parse::<u16>().ok()
        });
        Self { _process: process, address: format!("http://127.0.0.1:{port}") }
    }
}
