//! Planted bugs these tests catch: a threshold rounded down; `<` instead of `<=` at it; a level that halts
//! twice; a level 1 after a level 2; a level that is spent by a fall after the cutoff; a level 3 that waits
//! for the cutoff.

use proptest::prelude::*;

use super::*;
use crate::limits::MAX_PRICE;

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(seconds * SECOND)
}

fn halted(level: Decline, until: u64) -> Option<MarketWideChange> {
    Some(MarketWideChange::Halted { level, until: at(until) })
}

/// The worked example of `docs/rules/bands.md`: the S&P 500 closed at 2,972.37 on 6 March 2020. A tick is
/// 0.01.
#[test]
fn the_ninth_of_march_2020() {
    let mut market = MarketWide::new(MarketWideTerms::default(), price(297_237));
    let levels = [Decline::First, Decline::Second, Decline::Third];
    let thresholds = levels.map(|level| market.threshold(level).unwrap().get());
    assert_eq!(thresholds, [276_430, 258_596, 237_789]);
    assert_eq!(market.index(at(0), price(276_431), Cutoff::Before), None);
    assert_eq!(market.index(at(253), price(276_430), Cutoff::Before), halted(Decline::First, 1_153));
    assert_eq!(market.phase(), MarketWidePhase::Halted { until: at(1_153) });
    assert_eq!(market.advance(at(1_152)), None);
    assert_eq!(market.advance(at(1_153)), Some(MarketWideChange::Over));
    assert_eq!(market.advance(at(1_153)), None);
    assert_eq!(market.index(at(2_000), price(290_000), Cutoff::Before), None);
    assert_eq!(market.index(at(3_000), price(274_656), Cutoff::Before), None, "level 1 halts once");
    assert_eq!(market.index(at(4_000), price(258_596), Cutoff::Before), halted(Decline::Second, 4_900));
    assert_eq!(market.advance(at(5_000)), Some(MarketWideChange::Over));
    assert_eq!(market.index(at(6_000), price(237_789), Cutoff::After), Some(MarketWideChange::Closed));
    assert_eq!((market.phase(), market.due()), (MarketWidePhase::Closed, None));
    assert_eq!(market.index(at(7_000), price(1), Cutoff::Before), None);
}

#[test]
fn a_fall_through_two_levels_halts_once() {
    let mut market = MarketWide::new(MarketWideTerms::default(), price(1_000));
    assert_eq!(market.index(at(0), price(860), Cutoff::Before), halted(Decline::Second, 900));
    assert_eq!(market.advance(at(900)), Some(MarketWideChange::Over));
    assert_eq!(market.index(at(901), price(920), Cutoff::Before), None, "level 1 is spent with level 2");
}

#[test]
fn a_further_level_in_a_halt_begins_it_anew() {
    let mut market = MarketWide::new(MarketWideTerms::default(), price(1_000));
    market.index(at(0), price(930), Cutoff::Before);
    assert_eq!(market.index(at(300), price(870), Cutoff::Before), halted(Decline::Second, 1_200));
    assert_eq!(market.index(at(400), price(800), Cutoff::Before), Some(MarketWideChange::Closed));
}

#[test]
fn after_the_cutoff_only_level_three_stops_the_market() {
    let mut market = MarketWide::new(MarketWideTerms::default(), price(1_000));
    assert_eq!(market.index(at(0), price(930), Cutoff::After), None);
    assert_eq!(market.index(at(1), price(870), Cutoff::After), None);
    assert_eq!(market.index(at(2), price(870), Cutoff::Before), halted(Decline::Second, 902), "not spent");
    assert_eq!(market.index(at(3), price(800), Cutoff::After), Some(MarketWideChange::Closed));
}

#[test]
fn settings_say_what_is_allowed() {
    let check = |first_ppm, second_ppm, third_ppm, halt_seconds| {
        MarketWideTerms { first_ppm, second_ppm, third_ppm, halt_seconds }.check().map_err(|e| e.to_string())
    };
    assert_eq!(MarketWideTerms::default().check(), Ok(()));
    assert_eq!(check(1, 2, 3, 1), Ok(()));
    assert_eq!(check(999_997, 999_998, 999_999, 86_400), Ok(()));
    assert_eq!(check(0, 2, 3, 1).unwrap_err(), "level 1 decline 0 is outside 1 to 999997 ppm");
    assert_eq!(check(7, 7, 9, 1).unwrap_err(), "level 2 decline 7 is outside 8 to 999998 ppm");
    assert_eq!(check(7, 8, 1_000_000, 1).unwrap_err(), "level 3 decline 1000000 is outside 9 to 999999 ppm");
    assert_eq!(check(7, 8, 9, 0).unwrap_err(), "halt of levels 1 and 2 0 is outside 1 to 86400 seconds");
}

proptest! {
    /// Against the rule itself, multiplied out, with a list of the levels that halted.
    #[test]
    fn halts_as_the_rule_says(
        reference in prop_oneof![1_i64..200, MAX_PRICE - 5..=MAX_PRICE],
        steps in prop::collection::vec((0_u64..1_000, 750_i64..1_010, -1_i64..2, any::<bool>()), 1..40),
    ) {
        let terms = MarketWideTerms::default();
        let mut market = MarketWide::new(terms, price(reference));
        let levels = [(Decline::First, 70_000), (Decline::Second, 130_000), (Decline::Third, 200_000)];
        let (mut now, mut halts, mut until) = (0, Vec::new(), None);
        for (wait, permille, step, late) in steps {
            now += wait;
            let over = until.is_some_and(|until| until <= now);
            until = until.filter(|_| !over);
            prop_assert_eq!(market.advance(at(now)), over.then_some(MarketWideChange::Over));
            let index = (reference * permille / 1_000 + step).clamp(1, MAX_PRICE);
            let fall = i128::from(reference - index) * 1_000_000;
            let fallen = levels.iter().rev().find(|(_, ppm)| fall >= i128::from(reference) * ppm);
            let new = fallen.map(|(level, _)| *level);
            let new = new.filter(|level| halts.iter().all(|before| before < level));
            let cutoff = if late { Cutoff::After } else { Cutoff::Before };
            let expected = match new {
                Some(Decline::Third) => Some(MarketWideChange::Closed),
                Some(level) if !late => halted(level, now + 900),
                _ => None,
            };
            prop_assert_eq!(market.index(at(now), price(index), cutoff), expected);
            if expected.is_some() {
                halts.extend(new);
                until = (new != Some(Decline::Third)).then_some(now + 900);
            }
            prop_assert_eq!(market.due(), until.map(at));
        }
    }
}
