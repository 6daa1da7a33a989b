//! Where a chart puts its grid lines: round prices and round times.

/// Round values of price ticks between `low` and `high`, about `most` of them and at most one more, lowest first.
#[must_use]
pub fn round_prices(low: i64, high: i64, most: usize) -> Vec<i64> {
    let span = high.saturating_sub(low).max(1);
    let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
    let mut step = 1i64;
    // 1, 2, 5, 10, 20, 50, ...
    for factor in [2, 5, 10].iter().cycle() {
        if span / step < most {
            break;
        }
        let decade = 10i64.saturating_pow(step.ilog10());
        step = decade.saturating_mul(*factor);
    }
    multiples(low, high, step)
}

/// Round points of time in nanoseconds between `from` and `to`, about `most` of them and at most one more, earliest
/// first.
#[must_use]
pub fn round_times(from: u64, to: u64, most: usize) -> Vec<u64> {
    const SECOND: u64 = 1_000_000_000;
    const STEPS: [u64; 20] = [
        1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800,
        2_592_000, 7_776_000, 31_536_000,
    ];
    let fits = |step: &&u64| (to.saturating_sub(from) / (**step * SECOND)) <= most.max(1) as u64;
    let step = STEPS.iter().find(fits).unwrap_or(&STEPS[STEPS.len() - 1]) * SECOND;
    let first = from.div_ceil(step).saturating_mul(step);
    std::iter::successors(Some(first), |&at| at.checked_add(step)).take_while(|&at| at <= to).collect()
}

fn multiples(low: i64, high: i64, step: i64) -> Vec<i64> {
    let first = low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step };
    std::iter::successors(Some(first), |&value| value.checked_add(step)).take_while(|&v| v <= high).collect()
}
