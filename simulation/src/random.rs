//! Seeded random numbers: the same seed gives the same draws on every platform.
//!
//! The generator is xoshiro256++ 1.0 (Blackman and Vigna), seeded through splitmix64 as its authors advise. It is
//! written out here, with its published vectors as tests, because a recorded seed must mean the same for ever:
//! crates of generators reserve the right to change theirs. Draws use integers only; there is no float.

/// A stream of random numbers that its seed fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random {
    state: [u64; 4],
}

/// One million: what chances are counted in.
const MILLION: u64 = 1_000_000;
/// `ln 2 * 2^32`, rounded.
const LN_2: u128 = 2_977_044_472;
/// Binary digits behind the point that [`minus_log2`] gives.
const LOG_BITS: u32 = 32;

impl Random {
    /// The stream of this seed. Any seed is good, 0 included.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut seeder = seed;
        Self { state: std::array::from_fn(|_| splitmix64(&mut seeder)) }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// An independent stream, so that one trader's draws do not move another's.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self::new(self.bits())
    }

    /// A number from 0 to `bound - 1`, every one exactly as likely (Lemire's multiply and reject); 0 if `bound`
    /// is 0 or 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound <= 1 {
            return 0;
        }
        // Of the 2^64 values, the lowest `2^64 mod bound` of the low halves would be drawn once too often.
        let reject = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            if low(product) >= reject {
                return high(product);
            }
        }
    }

    /// A number from `low` to `high`, both included, every one exactly as likely; `low` if `high` is below it.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        let drawn = match high.abs_diff(low).checked_add(1) {
            Some(count) => self.below(count),
            None => self.bits(),
        };
        low.wrapping_add_unsigned(drawn)
    }

    /// Whether something happens that happens `ppm` times in a million.
    pub fn chance(&mut self, ppm: u32) -> bool {
        self.below(MILLION) < u64::from(ppm)
    }

    /// One of `items`, or `None` if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(items.len()).ok()?;
        items.get(usize::try_from(self.below(count)).ok()?)
    }

    /// A waiting time, or any exponentially distributed size, with this mean: `-mean * ln(u)`, u uniform in
    /// (0, 1]. At most 45 times the mean; `u64::MAX` where that is more.
    pub fn exponential(&mut self, mean: u64) -> u64 {
        let log2 = minus_log2(self.bits() | 1);
        // The logarithm has at most 39 bits and the mean 64, so no product leaves 128.
        let natural = (u128::from(log2) * LN_2) >> LOG_BITS;
        let scaled = (u128::from(mean) * natural) >> LOG_BITS;
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }
}

/// The seeding generator: one step of splitmix64.
fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The upper 64 bits.
const fn high(product: u128) -> u64 {
    (product >> 64) as u64
}

/// The lower 64 bits.
const fn low(product: u128) -> u64 {
    product as u64
}

/// `-log2(u / 2^64)` with [`LOG_BITS`] digits behind the point, rounded down; `u` is not zero.
///
/// The digits come one by one from squaring the mantissa: it reaches 2 exactly where the next digit is 1.
fn minus_log2(u: u64) -> u64 {
    let shift = u.leading_zeros();
    // 1 <= mantissa < 2, with 63 bits behind the point.
    let mut mantissa = u << shift;
    let mut fraction = 0u64;
    for _ in 0..LOG_BITS {
        let square = u128::from(mantissa) * u128::from(mantissa);
        let carry = high(square) >> 63;
        fraction = (fraction << 1) | carry;
        mantissa = if carry == 1 { high(square) } else { low(square >> 63) };
    }
    // log2(u) = 63 - shift + fraction, so 64 minus it is 1 + shift - fraction.
    ((u64::from(shift) + 1) << LOG_BITS) - fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs of the authors' C programs, as the `rand_xoshiro` crate also checks them.
    #[test]
    fn published_vectors() {
        let mut random = Random { state: [1, 2, 3, 4] };
        let expected = [
            41_943_041,
            58_720_359,
            3_588_806_011_781_223,
            3_591_011_842_654_386,
            9_228_616_714_210_784_205,
            9_973_669_472_204_895_162,
            14_011_001_112_246_962_877,
            12_406_186_145_184_390_807,
            15_849_039_046_786_891_736,
            10_450_023_813_501_588_000,
        ];
        assert_eq!(expected, std::array::from_fn(|_| random.bits()));

        let mut state = 1_477_776_061_723_855_037;
        let expected = [1_985_237_415_132_408_290, 2_979_275_885_539_914_483, 13_511_426_838_097_143_398];
        assert_eq!(expected, std::array::from_fn(|_| splitmix64(&mut state)));
    }

    #[test]
    fn bounded_draws_stay_inside_and_reach_every_value() {
        let mut random = Random::new(1);
        let mut seen = [0u32; 7];
        for _ in 0..70_000 {
            seen[usize::try_from(random.below(7)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|&n| (9_500..10_500).contains(&n)), "{seen:?}");
        assert_eq!([random.below(0), random.below(1)], [0, 0]);
        // Just above half the range, where taking the remainder would be off by a factor of two.
        let bound = (1 << 63) + 1;
        let upper = (0..10_000).filter(|_| random.below(bound) >= bound / 2).count();
        assert!((4_700..5_300).contains(&upper), "{upper}");
    }

    #[test]
    fn ranges_include_both_ends() {
        let mut random = Random::new(2);
        let drawn: Vec<i64> = (0..200).map(|_| random.between(-2, 1)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&1)));
        assert_eq!(random.between(5, 5), 5);
        assert_eq!(random.between(5, 4), 5);
        random.between(i64::MIN, i64::MAX);
    }

    #[test]
    fn logarithms_are_exact_at_powers_of_two_and_fall_between() {
        for power in 0..64u32 {
            assert_eq!(minus_log2(1 << power), u64::from(64 - power) << LOG_BITS, "2^{power}");
        }
        // -log2(3/4) = 0.415037499...
        assert_eq!((minus_log2(3 << 62) * 1_000_000) >> LOG_BITS, 415_037);
        assert!(minus_log2(u64::MAX) <= 1);
    }

    #[test]
    fn waiting_times_have_their_mean_and_their_tail() {
        let mut random = Random::new(3);
        let mean = 1_000_000;
        let draws: Vec<u64> = (0..100_000).map(|_| random.exponential(mean)).collect();
        let average = draws.iter().sum::<u64>() / 100_000;
        assert!((985_000..1_015_000).contains(&average), "{average}");
        // A share of 1/e waits longer than the mean, 1/e^3 longer than three times it.
        let longer = |limit| draws.iter().filter(|&&draw| draw > limit).count();
        assert!((36_000..37_600).contains(&longer(mean)), "{}", longer(mean));
        assert!((4_700..5_300).contains(&longer(3 * mean)), "{}", longer(3 * mean));
        assert_eq!(random.exponential(0), 0);
        random.exponential(u64::MAX);
    }

    #[test]
    fn the_same_seed_gives_the_same_stream_and_splits_differ() {
        let (mut a, mut b) = (Random::new(7), Random::new(7));
        assert_eq!(a.bits(), b.bits());
        let mut split = a.split();
        assert_ne!(split.bits(), a.bits());
        assert_eq!(a.chance(0) as u32 + u32::from(!a.chance(1_000_000)), 0);
        assert_eq!(a.pick::<u8>(&[]), None);
        assert_eq!(a.pick(&[4]), Some(&4));
    }
}
