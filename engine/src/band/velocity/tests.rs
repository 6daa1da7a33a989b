//! Planted bugs these tests catch: `<` instead of `<=` at the window's end; only the last price compared; a
//! window that outlives the reserve; a queue that drops a price which may still become the extreme.

use proptest::prelude::*;

use super::*;

const TERMS: VelocityTerms = VelocityTerms { move_ticks: 10, window_millis: 1_000, reserve_millis: 5_000 };

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn at(millis: u64) -> Timestamp {
    Timestamp::from_nanos(millis * 1_000_000)
}

/// Trades as `(milliseconds, ticks)`; the change that the last one made.
fn run(trades: &[(u64, i64)]) -> Option<VelocityChange> {
    let mut velocity = Velocity::new(TERMS);
    let (last, before) = trades.split_last().unwrap();
    for (millis, ticks) in before {
        assert_eq!(velocity.trade(at(*millis), price(*ticks)), None, "at {millis} ms");
    }
    velocity.trade(at(last.0), price(last.1))
}

/// The worked examples of `docs/rules/bands.md`: 10 ticks within a second reserve for 5 seconds.
#[test]
fn ten_ticks_within_a_second_reserve_the_market() {
    let reserved = |low, high, until| {
        Some(VelocityChange::Reserved { low: price(low), high: price(high), until: at(until) })
    };
    assert_eq!(run(&[(0, 100), (400, 104), (800, 109)]), None);
    assert_eq!(run(&[(0, 100), (400, 104), (999, 110)]), reserved(100, 110, 5_999));
    assert_eq!(run(&[(0, 100), (400, 104), (1_000, 110)]), None, "the first has left the window");
    assert_eq!(
        run(&[(0, 100), (400, 95), (800, 105)]),
        reserved(95, 105, 5_800),
        "not only from the first price"
    );
    assert_eq!(run(&[(0, 105), (400, 100), (800, 95)]), reserved(95, 105, 5_800), "down as well as up");
    assert_eq!(run(&[(0, 100), (0, 110)]), reserved(100, 110, 5_000), "one sweep");
}

#[test]
fn a_reserve_ends_on_time_and_starts_from_nothing() {
    let mut velocity = Velocity::new(TERMS);
    velocity.trade(at(0), price(100));
    velocity.trade(at(1), price(90));
    assert_eq!(velocity.due(), Some(at(5_001)));
    assert_eq!(velocity.phase(), VelocityPhase::Reserved { until: at(5_001) });
    assert_eq!(velocity.trade(at(2), price(500)), None, "reported while reserved");
    assert_eq!(velocity.advance(Timestamp::from_nanos(5_000_999_999)), None);
    assert_eq!(velocity.advance(at(5_001)), Some(VelocityChange::Over));
    assert_eq!(velocity, Velocity::new(TERMS));
    assert_eq!(velocity.advance(at(5_001)), None);
    assert_eq!(velocity.trade(at(5_001), price(80)), None, "the uncross is the first price");
    assert!(velocity.trade(at(5_002), price(70)).is_some());
}

#[test]
fn settings_say_what_is_allowed() {
    let check = |move_ticks, window_millis, reserve_millis| {
        VelocityTerms { move_ticks, window_millis, reserve_millis }.check().map_err(|e| e.to_string())
    };
    assert_eq!(check(1, 1, 1), Ok(()));
    assert_eq!(check(10_000, 3_600_000, 3_600_000), Ok(()));
    assert_eq!(check(0, 0, 0).unwrap_err(), "move of the velocity rule 0 is outside 1 to 10000 ticks");
    assert_eq!(
        check(1, 0, 0).unwrap_err(),
        "window of the velocity rule 0 is outside 1 to 3600000 milliseconds"
    );
    assert_eq!(
        check(1, 1, 3_600_001).unwrap_err(),
        "reserve of the velocity rule 3600001 is outside 1 to 3600000 milliseconds"
    );
}

proptest! {
    /// Against all trades kept since the last reserve.
    #[test]
    fn reserves_just_when_the_span_of_the_window_is_the_move(
        move_ticks in 1_u32..12,
        steps in prop::collection::vec((prop_oneof![Just(0_u64), 1_u64..400, Just(500)], 1_i64..20), 1..120),
    ) {
        let terms = VelocityTerms { move_ticks, window_millis: 500, reserve_millis: 700 };
        let mut velocity = Velocity::new(terms);
        let (mut now, mut kept, mut until) = (0, Vec::new(), None);
        for (wait, ticks) in steps {
            now += wait;
            let over = until.is_some_and(|until| until <= now);
            prop_assert_eq!(velocity.advance(at(now)), over.then_some(VelocityChange::Over));
            until = until.filter(|_| !over);
            let change = velocity.trade(at(now), price(ticks));
            if until.is_some() {
                prop_assert_eq!(change, None);
                continue;
            }
            kept.push((now, ticks));
            let window = || kept.iter().filter(|(at, _)| at + 500 > now).map(|(_, ticks)| *ticks);
            let (low, high) = (window().min().unwrap(), window().max().unwrap());
            if high - low >= i64::from(move_ticks) {
                until = Some(now + 700);
                kept.clear();
                let (low, high, until) = (price(low), price(high), at(now + 700));
                prop_assert_eq!(change, Some(VelocityChange::Reserved { low, high, until }));
            } else {
                prop_assert_eq!(change, None);
            }
            for queue in [&velocity.lows, &velocity.highs] {
                prop_assert!(queue.len() <= move_ticks as usize);
            }
        }
    }
}
