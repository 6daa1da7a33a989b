//! Planted bugs these tests catch: one class for all prices; 3.00 or 0.75 on the wrong side; a mean rounded
//! down; a window of 299 seconds; time steps taken at the time of asking; a pause that begins at the time of
//! asking; a hold that does not begin anew when a limit state is left; trades from before the auction or out
//! of the window in the mean; a limit state that goes on from one band to the other.

use std::num::NonZeroU32;

use proptest::prelude::*;

use super::super::TickRow;
use super::*;
use crate::limits::MAX_PRICE;

const CENTS: Option<NonZeroU64> = NonZeroU64::new(100);
const PLAN: LimitUpDownTerms = LimitUpDownTerms::plan(LimitTier::One, CENTS);

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(seconds * SECOND)
}

fn nanos_before(at: Timestamp) -> Timestamp {
    Timestamp::from_nanos(at.nanos() - 1)
}

fn bands(tier: LimitTier, ticks: i64, width: Width) -> (i64, i64) {
    let rule = LimitUpDown::open(LimitUpDownTerms::plan(tier, CENTS), at(0), price(ticks));
    let bands = rule.bands(width, &TickTable::default());
    (bands.low.get(), bands.high.get())
}

/// The worked examples of `docs/rules/bands.md`: a tick is a cent.
#[test]
fn width_is_by_tier_price_and_time_of_day() {
    use LimitTier::{One, Two};
    use Width::{Double, Single};
    assert_eq!(bands(One, 10_000, Single), (9_500, 10_500));
    assert_eq!(bands(One, 10_000, Double), (9_000, 11_000));
    assert_eq!(bands(Two, 10_000, Single), (9_000, 11_000));
    assert_eq!(bands(Two, 10_000, Double), (8_000, 12_000));
    // 5 % of 3.01 is 15.05 cents.
    assert_eq!(bands(One, 301, Single), (286, 316));
    // 20 % from 3.00 down to 0.75, whatever the tier.
    assert_eq!(bands(One, 300, Single), (240, 360));
    assert_eq!(bands(Two, 75, Single), (60, 90));
    // Below, the lesser of 15 cents and 75 %.
    assert_eq!(bands(One, 74, Single), (59, 89));
    assert_eq!(bands(One, 74, Double), (44, 104));
    assert_eq!(bands(One, 10, Single), (2, 18));
    assert_eq!(bands(One, 10, Double), (1, 25));
    assert_eq!(bands(One, 1, Single), (1, 2));
}

#[test]
fn without_money_or_at_the_ends_the_bands_are_still_bands() {
    let terms = LimitUpDownTerms::plan(LimitTier::One, None);
    let low = LimitUpDown::open(terms, at(0), price(10)).bands(Width::Single, &TickTable::default());
    assert_eq!((low.low.get(), low.high.get()), (9, 11), "5 % of 10 is half a tick, rounded up");
    let high = LimitUpDown::open(terms, at(0), price(MAX_PRICE)).bands(Width::Double, &TickTable::default());
    assert_eq!((high.low.get(), high.high.get()), (900_000_000_000, MAX_PRICE));
    let huge = LimitUpDownTerms::plan(LimitTier::One, NonZeroU64::new(u64::MAX));
    let small = LimitUpDown::open(huge, at(0), price(MAX_PRICE)).bands(Width::Double, &TickTable::default());
    assert_eq!((small.low.get(), small.high.get()), (1, MAX_PRICE), "a price far below 0.75");
}

#[test]
fn bands_are_prices_of_the_tick_table() {
    let mut table = TickTable::default();
    table.push(TickRow { from: price(1), step: NonZeroU32::new(20).unwrap() }).unwrap();
    let bands = |ticks| {
        let bands = LimitUpDown::open(PLAN, at(0), price(ticks)).bands(Width::Single, &table);
        (bands.low.get(), bands.high.get())
    };
    assert_eq!(bands(10_010), (9_500, 10_520), "9,509 and 10,511 to the nearest");
    // 5 % of 3.10 is 16 ticks; the table leaves the next price on each side.
    assert_eq!(bands(310), (300, 320));
    assert_eq!(bands(320), (300, 340));
}

#[test]
fn the_first_price_settles_the_class_for_the_session() {
    let later = |opened, reopened| {
        let mut rule = LimitUpDown::open(PLAN, at(0), price(opened));
        assert_eq!(
            rule.reopen(at(1), Some(price(reopened))),
            LimitChange::Reopened { price: price(reopened) }
        );
        let bands = rule.bands(Width::Single, &TickTable::default());
        (bands.low.get(), bands.high.get())
    };
    assert_eq!(later(301, 200), (190, 210), "still 5 %");
    assert_eq!(later(300, 1_000), (800, 1_200), "still 20 %");
    assert_eq!(later(75, 100), (80, 120), "still 20 %");
    assert_eq!(later(74, 100), (85, 115), "still 0.15");
}

#[test]
fn the_touch_tells_the_band() {
    let bands = Corridor { low: price(95), high: price(105) };
    let edge = |bid: Option<i64>, ask: Option<i64>| Edge::of(bands, bid.map(price), ask.map(price));
    assert_eq!(edge(None, None), None);
    assert_eq!(edge(Some(104), Some(96)), None);
    assert_eq!(
        edge(Some(95), Some(105)),
        None,
        "an ask at the upper band or a bid at the lower is no limit state"
    );
    assert_eq!(edge(Some(105), None), Some(Edge::Upper));
    assert_eq!(edge(None, Some(95)), Some(Edge::Lower));
    assert_eq!(edge(Some(106), Some(94)), Some(Edge::Upper));
}

/// The worked example of `docs/rules/bands.md`.
#[test]
fn a_limit_state_that_lasts_pauses_trading() {
    let mut rule = LimitUpDown::open(PLAN, at(0), price(10_000));
    assert_eq!(
        rule.touch(at(60), Some(Edge::Upper)),
        Some(LimitChange::Entered { edge: Edge::Upper, until: at(75) })
    );
    assert_eq!(rule.touch(at(70), Some(Edge::Upper)), None, "goes on");
    assert_eq!(rule.trade(at(70), price(10_500)), None, "the reference stands still");
    assert_eq!(rule.advance(nanos_before(at(75))), None);
    // Asked late, the pause still began at 75.
    assert_eq!(rule.due(), Some(at(75)));
    assert_eq!(rule.advance(at(80)), Some(LimitChange::Paused { until: at(375) }));
    assert_eq!(rule.touch(at(80), None), None);
    assert_eq!(rule.trade(at(80), price(20_000)), None);
    assert_eq!(rule.advance(nanos_before(at(375))), None);
    assert_eq!(rule.advance(at(375)), Some(LimitChange::PauseOver));
    assert_eq!((rule.phase(), rule.due()), (LimitPhase::Auction, None));
    assert_eq!(rule.advance(at(9_999)), None, "the caller's auction decides");
    assert_eq!(rule.reopen(at(400), Some(price(10_650))), LimitChange::Reopened { price: price(10_650) });
    assert_eq!(rule.phase(), LimitPhase::Normal);
    assert_eq!(rule.window, TradeWindow::default());
}

/// The worked example of `docs/rules/bands.md`.
#[test]
fn a_limit_state_that_is_left_renews_the_reference_at_once() {
    let mut rule = LimitUpDown::open(PLAN, at(0), price(10_000));
    rule.trade(at(50), price(10_500));
    rule.advance(at(60));
    assert_eq!(rule.reference(), price(10_500));
    rule.touch(at(61), Some(Edge::Upper));
    rule.trade(at(62), price(11_000));
    let left = rule.touch(nanos_before(at(76)), None);
    assert_eq!(left, Some(LimitChange::Left { price: price(10_750) }), "the mean of both, after 1 s of 30");
    assert_eq!(rule.advance(at(90)), None);
    let mut old = LimitUpDown::open(PLAN, at(0), price(10_000));
    old.trade(at(0), price(10_000));
    old.trade(at(290), price(10_050));
    old.touch(at(290), Some(Edge::Upper));
    let left = old.touch(at(300), None);
    assert_eq!(left, Some(LimitChange::Left { price: price(10_050) }), "the first trade has left the window");
    let mut empty = LimitUpDown::open(PLAN, at(0), price(10_000));
    empty.touch(at(1), Some(Edge::Lower));
    assert_eq!(empty.touch(at(2), None), Some(LimitChange::Left { price: price(10_000) }), "no trades");
}

#[test]
fn the_other_band_is_a_new_limit_state() {
    let mut rule = LimitUpDown::open(PLAN, at(0), price(10_000));
    rule.touch(at(0), Some(Edge::Upper));
    let entered = LimitChange::Entered { edge: Edge::Lower, until: at(29) };
    assert_eq!(rule.touch(at(14), Some(Edge::Lower)), Some(entered));
    assert_eq!(rule.advance(at(15)), None);
}

/// The worked example of `docs/rules/bands.md`.
#[test]
fn the_reference_follows_the_mean_when_it_is_far_and_old_enough() {
    let mut rule = LimitUpDown::open(PLAN, at(0), price(10_000));
    // At 10 s the mean is 101.00, 1 % away, but the reference has to stand until 30 s.
    assert_eq!(rule.trade(at(10), price(10_100)), None);
    assert_eq!(rule.advance(nanos_before(at(30))), None);
    assert_eq!(rule.advance(at(40)), Some(LimitChange::Reference { price: price(10_100) }));
    assert_eq!(rule.since, at(30));
    assert_eq!(rule.advance(at(40)), None);
    // Mean of 101.00 and 102.99: 101.995, rounded up to 102.00, not 1 % from 101.00.
    assert_eq!(rule.advance(at(60)), None);
    assert_eq!(rule.trade(at(60), price(10_299)), None);
    assert_eq!(rule.window.mean(), Some(price(10_200)));
    // The third trade makes it 102.01.
    let reference = LimitChange::Reference { price: price(10_201) };
    assert_eq!(rule.trade(at(61), price(10_204)), Some(reference));
    // The trade of 10 s leaves at 310 s: 102.515 is the mean of the others, not yet 1 % away.
    assert_eq!(rule.advance(at(310)), None);
    assert_eq!(rule.window.mean(), Some(price(10_252)));
    // The one of 60 s leaves at 360 s; the other stays for another second and the reference for good.
    assert_eq!(rule.advance(at(9_999)), None);
    assert_eq!((rule.window.mean(), rule.reference()), (None, price(10_201)));
}

#[test]
fn memory_is_bounded_by_seconds_in_every_phase() {
    let terms = LimitUpDownTerms { limit_seconds: 3_600, ..PLAN };
    let mut rule = LimitUpDown::open(terms, at(0), price(10_000));
    let mut most = 0;
    for half in 0..4_000_u64 {
        let now = Timestamp::from_nanos(half * SECOND / 2);
        while rule.advance(now).is_some() {}
        if half == 1_000 {
            rule.touch(now, Some(Edge::Upper));
        }
        rule.trade(now, price(10_000));
        most = most.max(rule.window.len());
    }
    assert_eq!(most, 300);
    assert_eq!(rule.window.mean(), Some(price(10_000)));
}

#[test]
fn settings_say_what_is_allowed() {
    let ends = [(1, 1, 0, 0), (3_600, 86_400, 1_000_000, 300)];
    let terms = |(limit_seconds, pause_seconds, move_ppm, hold_seconds)| LimitUpDownTerms {
        limit_seconds,
        pause_seconds,
        move_ppm,
        hold_seconds,
        ..PLAN
    };
    assert!(ends.into_iter().all(|end| terms(end).check().is_ok()) && PLAN.check().is_ok());
    let wrong = [
        ((0, 1, 0, 0), "length of a limit state 0 is outside 1 to 3600 seconds"),
        ((3_601, 1, 0, 0), "length of a limit state 3601 is outside 1 to 3600 seconds"),
        ((1, 0, 0, 0), "pause after a limit state 0 is outside 1 to 86400 seconds"),
        ((1, 86_401, 0, 0), "pause after a limit state 86401 is outside 1 to 86400 seconds"),
        ((1, 1, 1_000_001, 0), "move that renews the reference 1000001 is outside 0 to 1000000 ppm"),
        ((1, 1, 0, 301), "time a reference stands 301 is outside 0 to 300 seconds"),
    ];
    for (given, message) in wrong {
        assert_eq!(terms(given).check().unwrap_err().to_string(), message);
    }
}

/// The rule by the letter: all trades are kept, and every second and every due time is looked at.
struct Model {
    terms: LimitUpDownTerms,
    trades: Vec<(u64, i64)>,
    reference: i64,
    since: u64,
    phase: LimitPhase,
    changes: Vec<LimitChange>,
}

impl Model {
    fn mean(&self, now: u64) -> Option<i64> {
        let inside = || self.trades.iter().filter(|(at, _)| at / SECOND + 300 > now / SECOND);
        let count = i64::try_from(inside().count()).unwrap();
        let sum: i64 = inside().map(|(_, ticks)| ticks).sum();
        (count > 0).then(|| sum / count + i64::from(2 * (sum % count) >= count))
    }

    fn renew(&mut self, now: u64) {
        let held = self.since + u64::from(self.terms.hold_seconds) * SECOND;
        if self.phase != LimitPhase::Normal || now < held {
            return;
        }
        let Some(mean) = self.mean(now) else { return };
        let distance = (mean - self.reference).abs();
        if distance > 0 && distance * 1_000_000 >= self.reference * i64::from(self.terms.move_ppm) {
            (self.reference, self.since) = (mean, now);
            self.changes.push(LimitChange::Reference { price: price(mean) });
        }
    }

    fn step(&mut self, now: u64) {
        match self.phase {
            LimitPhase::LimitState { until, .. } if until.nanos() <= now => {
                let until = Timestamp::from_nanos(now + u64::from(self.terms.pause_seconds) * SECOND);
                self.phase = LimitPhase::Pause { until };
                self.changes.push(LimitChange::Paused { until });
            }
            LimitPhase::Pause { until } if until.nanos() <= now => {
                self.phase = LimitPhase::Auction;
                self.changes.push(LimitChange::PauseOver);
            }
            _ => self.renew(now),
        }
    }

    fn run(&mut self, mut now: u64, to: u64) {
        while now < to {
            let held = self.since + u64::from(self.terms.hold_seconds) * SECOND;
            let until = match self.phase {
                LimitPhase::LimitState { until, .. } | LimitPhase::Pause { until } => until.nanos(),
                _ => to,
            };
            let next = [(now / SECOND + 1) * SECOND, held, until, to];
            now = next.into_iter().filter(|next| *next > now).min().unwrap();
            self.step(now);
        }
    }

    fn touch(&mut self, now: u64, edge: Option<Edge>) {
        let before = match self.phase {
            LimitPhase::Normal => None,
            LimitPhase::LimitState { edge, .. } => Some(edge),
            LimitPhase::Pause { .. } | LimitPhase::Auction => return,
        };
        match edge {
            _ if edge == before => {}
            Some(edge) => {
                let until = Timestamp::from_nanos(now + u64::from(self.terms.limit_seconds) * SECOND);
                self.phase = LimitPhase::LimitState { edge, until };
                self.changes.push(LimitChange::Entered { edge, until });
            }
            None => {
                self.phase = LimitPhase::Normal;
                (self.reference, self.since) = (self.mean(now).unwrap_or(self.reference), now);
                self.changes.push(LimitChange::Left { price: price(self.reference) });
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Ask,
    Trade(i64),
    Touch(Option<Edge>),
    Reopen(Option<i64>),
}

fn inputs() -> impl Strategy<Value = Vec<(u64, Input)>> {
    let wait =
        prop_oneof![Just(0), Just(SECOND), Just(15 * SECOND), 0..SECOND, 0..40 * SECOND, 0..330 * SECOND];
    let edge = prop_oneof![Just(Edge::Upper), Just(Edge::Lower)];
    let input = prop_oneof![
        3 => Just(Input::Ask),
        8 => (970_i64..1_030).prop_map(Input::Trade),
        2 => prop::option::weighted(0.6, edge).prop_map(Input::Touch),
        1 => prop::option::of(970_i64..1_030).prop_map(Input::Reopen),
    ];
    prop::collection::vec((wait, input), 1..60)
}

proptest! {
    /// The same changes and the same state as the rule by the letter, however often and whenever it is asked.
    #[test]
    fn follows_the_rule_by_the_letter(
        inputs in inputs(),
        hold_seconds in prop_oneof![Just(0_u32), Just(30), 0_u32..=300],
        move_ppm in prop_oneof![Just(0_u32), Just(1_000), Just(10_000)],
        limit_seconds in prop_oneof![Just(15_u32), Just(200)],
    ) {
        let terms = LimitUpDownTerms { hold_seconds, move_ppm, limit_seconds, pause_seconds: 60, ..PLAN };
        let mut now = 1_000 * SECOND + 250_000_000;
        let mut rule = LimitUpDown::open(terms, Timestamp::from_nanos(now), price(1_000));
        let mut changes = Vec::new();
        let mut model = Model {
            terms,
            trades: Vec::new(),
            reference: 1_000,
            since: now,
            phase: LimitPhase::Normal,
            changes: Vec::new(),
        };
        for (wait, input) in inputs {
            let before = now;
            now += wait;
            let at = Timestamp::from_nanos(now);
            while let Some(change) = rule.advance(at) {
                changes.push(change);
            }
            model.run(before, now);
            match input {
                Input::Ask => {}
                Input::Trade(ticks) => {
                    changes.extend(rule.trade(at, price(ticks)));
                    if matches!(model.phase, LimitPhase::Normal | LimitPhase::LimitState { .. }) {
                        model.trades.push((now, ticks));
                        model.renew(now);
                    }
                }
                Input::Touch(edge) => {
                    changes.extend(rule.touch(at, edge));
                    model.touch(now, edge);
                }
                Input::Reopen(ticks) => {
                    changes.push(rule.reopen(at, ticks.map(price)));
                    model.trades.clear();
                    model.phase = LimitPhase::Normal;
                    (model.reference, model.since) = (ticks.unwrap_or(model.reference), now);
                    model.changes.push(LimitChange::Reopened { price: price(model.reference) });
                }
            }
            prop_assert_eq!(&changes, &model.changes);
            prop_assert_eq!((rule.reference().get(), rule.since.nanos()), (model.reference, model.since));
            prop_assert_eq!(rule.phase(), model.phase);
            prop_assert!(rule.window.len() <= 300);
        }
    }
}

/// A trade that leaves the window at the very instant at which the hold ends is in the mean no longer.
#[test]
fn a_trade_that_leaves_when_the_hold_ends_no_longer_counts() {
    let mut rule = LimitUpDown::open(PLAN, at(0), price(10_000));
    assert_eq!(rule.trade(at(0), price(10_000)), None);
    let renewed = rule.trade(at(270), price(10_400));
    assert_eq!(renewed, Some(LimitChange::Reference { price: price(10_200) }));
    assert_eq!(rule.trade(at(280), price(9_800)), None, "held until 300");
    // The mean of all three is 100.66, more than 1 % away; of the two that are left 101.00, less than that.
    assert_eq!(rule.advance(at(300)), None);
    assert_eq!(rule.reference, price(10_200));
}
