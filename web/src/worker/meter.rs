//! Events per second of real time, over the last second.

const PARTS: usize = 10;
const PART: f64 = 1_000.0 / PARTS as f64;

/// Counts by tenth of a second, in a ring.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    counts: [u64; PARTS],
    /// Number of the tenth counted last.
    part: u64,
}

impl Meter {
    /// Counts events that happened now, in milliseconds.
    pub fn count(&mut self, real: f64, events: u64) {
        self.turn(real);
        self.counts[self.part as usize % PARTS] += events;
    }

    /// Events in the last second.
    #[must_use]
    pub fn rate(&mut self, real: f64) -> u32 {
        self.turn(real);
        u32::try_from(self.counts.iter().sum::<u64>()).unwrap_or(u32::MAX)
    }

    fn turn(&mut self, real: f64) {
        let part = (real / PART) as u64;
        for passed in (self.part + 1..=part).take(PARTS) {
            self.counts[passed as usize % PARTS] = 0;
        }
        if part > self.part + PARTS as u64 {
            self.counts = [0; PARTS];
        }
        self.part = self.part.max(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn forgets_after_a_second() {
        let mut meter = Meter::default();
        meter.count(50.0, 3);
        meter.count(500.0, 4);
        assert_eq!(meter.rate(999.0), 7);
        assert_eq!(meter.rate(1_050.0), 4);
        assert_eq!(meter.rate(1_600.0), 0);
        meter.count(1_000_000.0, 5);
        assert_eq!(meter.rate(1_000_001.0), 5);
    }
}
