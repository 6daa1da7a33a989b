//! The other browser: a Firefox that we start, so that we can also kill it.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::process::Process;
use super::programs::Programs;
use super::wait::wait;

/// What Firefox needs to run without a screen and to let its driver read the browser's own console.
const SWITCHES: [&str; 9] = [
    "--headless",
    "--no-remote",
    "--marionette",
    "--remote-allow-system-access",
    "--width",
    "1440",
    "--height",
    "900",
    "about:blank",
];

/// A port that Firefox picks itself; what pages tell their console on its standard output too; and JSON as a plain document of
/// its origin, not in a viewer. That it does not call home, update or ask is set by its own part for drivers.
const SETTINGS: &str = "user_pref('marionette.port', 0);
user_pref('devtools.console.stdout.content', true);
user_pref('devtools.jsonview.enabled', false);
";

/// The file in the profile in which Firefox tells where it listens for a driver.
const PORT_FILE: &str = "MarionetteActivePort";

/// What stands before an error that a page told its console: words are in quotes there. What Firefox says of itself begins
/// with a name instead.
const TOLD: &str = "console.error: \"";

/// A running Firefox.
#[derive(Debug)]
pub(super) struct Firefox {
    process: Process,
    /// Where a driver attaches, on loopback.
    pub(super) port: u16,
}

impl Firefox {
    /// Starts Firefox on `profile`, which may be that of one that was killed.
    pub(super) fn start(programs: &Programs, profile: &Path, log: &Path) -> Self {
        let port_file = profile.join(PORT_FILE);
        // Left behind by one that was killed; absent on the first start.
        let _ = fs::remove_file(&port_file);
        fs::create_dir_all(profile)
            .and_then(|()| fs::write(profile.join("user.js"), SETTINGS))
            .expect("a profile can be written");
        let mut command = Command::new(&programs.firefox);
        // It refuses a home that is another user's, and writes into any.
        command.env("HOME", profile).arg("--profile").arg(profile).args(SWITCHES);
        let mut process = Process::start(&mut command, log);
        let port = wait("Firefox listens for its driver", || {
            if let Some(end) = process.ended() {
                panic!("Firefox ended by itself: {end}");
            }
            fs::read_to_string(&port_file).ok()?.trim().parse::<u16>().ok()
        });
        Self { process, port }
    }

    /// What pages told their console as errors, panics among them.
    pub(super) fn errors_told(&self) -> Vec<String> {
        let said = self.process.said();
        said.lines().filter(|line| line.contains(TOLD)).map(str::to_owned).collect()
    }

    /// Kills the browser with SIGKILL: nothing that it had not handed to the system is written any more.
    pub(super) fn kill(&mut self) {
        self.process.kill();
    }
}
