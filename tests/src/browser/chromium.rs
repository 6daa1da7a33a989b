//! The browser itself: a Chromium that we start, so that we can also kill it.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::process::Process;
use super::programs::Programs;
use super::wait::wait;

/// What Chromium needs to run without a screen, as root too, and without calling home.
const SWITCHES: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--window-size=1440,900",
    "--remote-debugging-port=0",
];

/// The file in the profile in which Chromium tells where it listens for a driver.
const PORT_FILE: &str = "DevToolsActivePort";

/// A running Chromium.
#[derive(Debug)]
pub(super) struct Chromium {
    process: Process,
    /// Where a driver attaches, `127.0.0.1:port`.
    pub(super) address: String,
}

impl Chromium {
    /// Starts Chromium on `profile`, which may be that of one that was killed.
    pub(super) fn start(programs: &Programs, profile: &Path, log: &Path) -> Self {
        let port_file = profile.join(PORT_FILE);
        // Left behind by one that was killed; absent on the first start.
        let _ = fs::remove_file(&port_file);
        let mut command = Command::new(&programs.chromium);
        command.args(SWITCHES).arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
        let mut process = Process::start(&mut command, log);
        let port = wait("Chromium listens for its driver", || {
            if let Some(end) = process.ended() {
                panic!("Chromium ended by itself: {end}");
            }
            let text = fs::read_to_string(&port_file).ok()?;
            text.lines().next()?.parse::<u16>().ok()
        });
        Self { process, address: format!("127.0.0.1:{port}") }
    }

    /// The number of its first process.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills the browser with SIGKILL: nothing that it had not handed to the system is written any more.
    pub(super) fn kill(&mut self) {
        self.process.kill();
    }
}
