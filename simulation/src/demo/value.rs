//! What a group of instruments is worth: a mean-reverting random walk with trends and jumps.
//!
//! Makers quote around it and informed takers trade towards it, so it is what gives the chart its shape. It is a
//! relative deviation from the starting price, so that one walk can move instruments in several currencies.

use crate::random::Random;

use super::opening::Listing;

/// One, in the parts per thousand million that deviations are counted in.
const ONE: i64 = 1_000_000_000;
/// The furthest a price strays from its start: half of it.
const FURTHEST: i64 = ONE / 2;
/// Standard noise of one step: each of three draws is within plus or minus this.
const NOISE: i64 = 18_000;
/// Strongest trend, per step.
const TREND: i64 = 4_000;
/// Smallest and largest jump.
const JUMP: (i64, i64) = (300_000, 1_200_000);
/// How many times in a million steps a new trend begins, and the value jumps.
const NEW_TREND_PPM: u32 = 6_000;
const JUMP_PPM: u32 = 2_500;
/// The deviation that a step takes back is one part in this many.
const REVERSION: i64 = 8_192;

/// The current deviation of one group from its starting prices.
#[derive(Clone, Debug)]
pub(super) struct Value {
    random: Random,
    deviation: i64,
    trend: i64,
}

impl Value {
    /// Mean market time between two steps, in nanoseconds.
    pub(super) const MEAN_WAIT: u64 = 250_000_000;

    /// A value at the starting prices.
    pub(super) fn new(mut random: Random) -> Self {
        let trend = random.between(-TREND, TREND);
        Self { random, deviation: 0, trend }
    }

    /// Continues from a price that the market shows.
    pub(super) fn align(&mut self, listing: &Listing, ticks: i64) {
        let distance = i128::from(ticks - listing.start) * i128::from(ONE) / i128::from(listing.start);
        let furthest = i128::from(FURTHEST);
        self.deviation = i64::try_from(distance.clamp(-furthest, furthest)).unwrap_or(0);
    }

    /// The value of an instrument, in ticks.
    pub(super) fn ticks(&self, listing: &Listing) -> i64 {
        listing.start + listing.start * self.deviation / ONE
    }

    /// Time until the next step, in nanoseconds.
    pub(super) fn wait(&mut self) -> u64 {
        self.random.exponential(Self::MEAN_WAIT)
    }

    /// One step of the walk.
    pub(super) fn step(&mut self) {
        let random = &mut self.random;
        if random.chance(NEW_TREND_PPM) {
            self.trend = random.between(-TREND, TREND);
        }
        let mut change = self.trend - self.deviation / REVERSION;
        for _ in 0..3 {
            change += random.between(-NOISE, NOISE);
        }
        if random.chance(JUMP_PPM) {
            let jump = random.between(JUMP.0, JUMP.1);
            change += if random.chance(500_000) { jump } else { -jump };
        }
        self.deviation = (self.deviation + change).clamp(-FURTHEST, FURTHEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::opening::LISTINGS;

    #[test]
    fn strays_but_comes_back() {
        for seed in 0..5 {
            let mut value = Value::new(Random::new(seed));
            let walk: Vec<i64> = (0..1_000_000)
                .map(|_| {
                    value.step();
                    value.ticks(&LISTINGS[0])
                })
                .collect();
            let (low, high) = (walk.iter().min().unwrap(), walk.iter().max().unwrap());
            assert!(*low > 8_500 && *high < 11_500, "seed {seed}: {low} to {high}");
            assert!(high - low > 200, "seed {seed}: {low} to {high}");
            let above = walk.iter().filter(|&&ticks| ticks > 10_000).count();
            assert!((100_000..900_000).contains(&above), "seed {seed}: {above}");
        }
    }

    #[test]
    fn aligns_with_a_price() {
        let mut value = Value::new(Random::new(1));
        for listing in &LISTINGS {
            for ticks in [listing.start * 3 / 4, listing.start, listing.start + 7] {
                value.align(listing, ticks);
                assert!((value.ticks(listing) - ticks).abs() <= 1);
            }
            value.align(listing, i64::MAX / 2);
            assert_eq!(value.ticks(listing), listing.start + listing.start / 2);
        }
    }
}
