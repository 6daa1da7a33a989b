//! The market's clock: logical time that moves with real time while it runs, faster at a higher speed, and never
//! back. A browser that sleeps stops it: a long gap between two readings counts as [`LONGEST_STEP`].

use outcry_engine::Timestamp;

/// Most real time in milliseconds that passes between two readings.
pub const LONGEST_STEP: f64 = 1_000.0;
const NANOS_PER_MILLISECOND: f64 = 1e6;

/// Market time.
#[derive(Clone, Debug)]
pub struct Clock {
    now: Timestamp,
    running: bool,
    /// Market seconds per real second.
    speed: u16,
    /// Real time of the last reading, in milliseconds.
    read: f64,
}

impl Clock {
    /// A clock that stands at `now`; `real` is the present real time in milliseconds.
    #[must_use]
    pub fn new(now: Timestamp, real: f64) -> Self {
        Self { now, running: false, speed: 1, read: real }
    }

    /// Market time as of the last reading.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Moves market time on by the real time since the last reading.
    pub fn read(&mut self, real: f64) {
        let elapsed = (real - self.read).clamp(0.0, LONGEST_STEP);
        self.read = real;
        if self.running {
            let nanos = elapsed * NANOS_PER_MILLISECOND * f64::from(self.speed);
            self.now = Timestamp::from_nanos(self.now.nanos().saturating_add(nanos as u64));
        }
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Runs at a speed, or stands still.
    pub fn set(&mut self, running: bool, speed: u16) {
        (self.running, self.speed) = (running, speed.max(1));
    }

    /// Puts the clock forward to `at`, if it is behind.
    pub fn forward(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
    }

    /// Puts the clock back to `at`, if it is before: for work that could not keep up and was not done yet. Only
    /// times that no command has yet may be taken back.
    pub fn wait_for(&mut self, at: Timestamp) {
        self.now = self.now.min(at);
    }

    /// Real milliseconds until market time is `at`, or `None` while the clock stands still.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Option<f64> {
        let nanos = at.nanos().saturating_sub(self.now.nanos());
        self.running.then(|| nanos as f64 / NANOS_PER_MILLISECOND / f64::from(self.speed))
    }
}

/// The present real date as a market time.
#[must_use]
pub fn wall() -> Timestamp {
    Timestamp::from_nanos((js_sys::Date::now() * NANOS_PER_MILLISECOND) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    #[wasm_bindgen_test]
    fn runs_at_its_speed_and_sleeps_with_the_browser() {
        let mut clock = Clock::new(at(100), 0.0);
        clock.read(500.0);
        assert_eq!(clock.now(), at(100), "it stands still until it is set running");
        clock.set(true, 20);
        clock.read(1_000.0);
        assert_eq!(clock.now(), at(110));
        assert_eq!(clock.until(at(120)), Some(500.0));
        clock.read(3_600_000.0);
        assert_eq!(clock.now(), at(130), "an hour's sleep counts as one second");
        clock.read(0.0);
        assert_eq!(clock.now(), at(130), "never back");
    }
}
