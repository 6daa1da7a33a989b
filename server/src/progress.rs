//! Progress of long work, on standard error and only where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` of `unit`, such as 57,515 rows. It vanishes when it is dropped.
pub(crate) fn bar(total: u64, unit: &str) -> Progress {
    let bar = ProgressBar::new(total);
    let template = format!("{{bar:40}} {{human_pos}} of {{human_len}} {unit}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    Progress(bar)
}

/// A bar over `total` bytes.
pub(crate) fn bytes(total: u64) -> Progress {
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left") {
        bar.set_style(style);
    }
    Progress(bar)
}

/// Something that takes an unknown time.
pub(crate) fn spinner(message: String) -> Progress {
    let bar = ProgressBar::new_spinner();
    bar.set_message(message);
    bar.enable_steady_tick(Duration::from_millis(100));
    Progress(bar)
}

/// A shown progress.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// That much more is done.
    pub(crate) fn advance(&self, by: u64) {
        self.0.inc(by);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
