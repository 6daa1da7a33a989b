//! Draws: numbers that look random and are a function of numbers that everybody knows.
//!
//! A draw has no state, so no order of events can change another's draw, and a replay draws the same.

/// A number from 0 to `below - 1`, by `a` and `b`: the high half of `mix(mix(a) + b) * below`. `below` is not zero.
///
/// The mixer is the finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) fn draw(a: u64, b: u64, below: u64) -> u64 {
    let mixed = mix(mix(a).wrapping_add(b));
    let high = (u128::from(mixed) * u128::from(below)) >> 64;
    u64::try_from(high).expect("the high half of a product of two words is a word")
}

const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_below_and_reach_every_number() {
        let mut seen = [0_u32; 7];
        for a in 1..100 {
            for b in 0..10 {
                seen[usize::try_from(draw(a, b, 7)).unwrap()] += 1;
            }
        }
        assert!(seen.iter().all(|&count| (100..180).contains(&count)), "{seen:?}");
        assert_eq!(draw(5, 6, 1), 0);
    }
}
