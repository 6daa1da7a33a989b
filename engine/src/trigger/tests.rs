//! The trigger book against a list that is searched from end to end, and worked examples.
//!
//! Planted bugs that were caught: falling triggers fired in ascending order, falling before rising, what two references
//! fire not put in order, a trigger that needs the reference beyond its price, a trailing stop that follows back, extremes
//! merged under the newest entry number or with the smaller group lost, only the nearest trail in ticks taken for due, a
//! share of the reference rounded down.

use std::cmp::Reverse;
use std::num::NonZeroU32;

use proptest::prelude::*;

use super::book::TriggerBook;
use super::{Trail, Trigger, TriggerBy, TriggerKind};
use crate::{OrderId, Price, Side};

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn ticks(distance: i64) -> Trail {
    Trail::Ticks(price(distance))
}

fn ppm(rate: u32) -> Trail {
    Trail::Ppm(NonZeroU32::new(rate).unwrap())
}

fn order(number: u64) -> OrderId {
    OrderId::new(number).unwrap()
}

fn numbers(orders: &[(OrderId, Price)]) -> Vec<u64> {
    orders.iter().map(|(order, _)| order.get()).collect()
}

/// A trigger on the latest trade; a trailing one starts behind a reference at `at`.
fn on_last(side: Side, kind: TriggerKind, at: i64) -> Trigger {
    let price = match kind {
        TriggerKind::Trailing(trail) => trail.price(side, price(at)).unwrap(),
        TriggerKind::Stop | TriggerKind::TakeProfit => price(at),
    };
    Trigger { kind, by: TriggerBy::Last, price }
}

fn last(book: &mut TriggerBook, ticks: i64) -> Vec<u64> {
    let mut fired = Vec::new();
    book.last(price(ticks), &mut fired);
    book.check();
    numbers(&fired)
}

fn touch(book: &mut TriggerBook, bid: Option<i64>, ask: Option<i64>) -> Vec<u64> {
    let mut fired = Vec::new();
    book.touch(bid.map(price), ask.map(price), &mut fired);
    book.check();
    numbers(&fired)
}

#[test]
fn each_kind_fires_at_its_price_and_not_a_tick_before() {
    for (side, kind, before) in [
        (Side::Buy, TriggerKind::Stop, 99),
        (Side::Sell, TriggerKind::Stop, 101),
        (Side::Buy, TriggerKind::TakeProfit, 101),
        (Side::Sell, TriggerKind::TakeProfit, 99),
    ] {
        let trigger = on_last(side, kind, 100);
        let mut book = TriggerBook::default();
        book.insert(order(1), side, trigger, None);
        assert!(!trigger.reached(side, price(before)));
        assert_eq!(last(&mut book, before), []);
        assert_eq!(book.get(order(1)), Some(price(100)));
        assert!(trigger.reached(side, price(100)));
        assert_eq!(last(&mut book, 100), [1]);
        assert_eq!(book, TriggerBook::default());
    }
}

/// The example of `docs/rules/stops.md`.
#[test]
fn they_enter_in_the_order_in_which_the_price_reached_them() {
    let mut book = TriggerBook::default();
    for (number, side, kind, at) in [
        (1, Side::Buy, TriggerKind::Stop, 103),
        (2, Side::Buy, TriggerKind::Stop, 101),
        (3, Side::Sell, TriggerKind::TakeProfit, 101),
        (4, Side::Buy, TriggerKind::TakeProfit, 105),
        (5, Side::Sell, TriggerKind::Stop, 107),
        (6, Side::Buy, TriggerKind::Stop, 109),
    ] {
        book.insert(order(number), side, on_last(side, kind, at), None);
    }
    assert_eq!(last(&mut book, 104), [2, 3, 1, 5, 4]);
    assert_eq!(book.remaining().collect::<Vec<_>>(), [(order(6), price(109))]);
}

/// The example of `docs/rules/stops.md`, where each that fires trades one or two ticks lower.
#[test]
fn a_cascade_runs_until_nothing_fires() {
    let mut book = TriggerBook::default();
    for (number, at) in [(1, 99), (2, 98), (3, 95)] {
        book.insert(order(number), Side::Sell, on_last(Side::Sell, TriggerKind::Stop, at), None);
    }
    assert_eq!(last(&mut book, 99), [1]);
    assert_eq!(last(&mut book, 98), [2]);
    assert_eq!(last(&mut book, 96), []);
    assert_eq!(book.remaining().collect::<Vec<_>>(), [(order(3), price(95))]);
}

/// The example of `docs/rules/stops.md`.
#[test]
fn a_trailing_stop_follows_one_way() {
    let mut book = TriggerBook::default();
    let trailing = TriggerKind::Trailing(ticks(5));
    book.insert(order(1), Side::Sell, on_last(Side::Sell, trailing, 100), Some(price(100)));
    for (trade, trigger) in [(97, 95), (103, 98), (100, 98), (108, 103), (104, 103)] {
        assert_eq!(last(&mut book, trade), []);
        assert_eq!(book.get(order(1)), Some(price(trigger)), "after a trade at {trade}");
    }
    assert_eq!(last(&mut book, 103), [1]);

    book.insert(order(2), Side::Buy, on_last(Side::Buy, trailing, 100), Some(price(100)));
    for (trade, trigger) in [(104, 105), (92, 97), (96, 97)] {
        assert_eq!(last(&mut book, trade), []);
        assert_eq!(book.get(order(2)), Some(price(trigger)), "after a trade at {trade}");
    }
    assert_eq!(last(&mut book, 97), [2]);
}

/// The table of `docs/rules/stops.md`.
#[test]
fn a_trail_in_parts_per_million_is_rounded_up_to_the_tick() {
    for (reference, rate, buy, sell) in [
        (10_000, 20_000, 10_200, 9_800),
        (10_001, 20_000, 10_202, 9_800),
        (10, 1, 11, 9),
        (1_000_000_000, 1, 1_000_001_000, 999_999_000),
        (999_999_999, 1, 1_000_000_999, 999_998_999),
    ] {
        assert_eq!(ppm(rate).price(Side::Buy, price(reference)), Ok(price(buy)));
        assert_eq!(ppm(rate).price(Side::Sell, price(reference)), Ok(price(sell)));
    }
}

#[test]
fn a_trail_that_leaves_the_range_of_prices_is_refused() {
    let refused =
        |trail: Trail, side, reference| trail.price(side, price(reference)).unwrap_err().to_string();
    let highest = crate::limits::MAX_PRICE;
    assert_eq!(refused(ticks(5), Side::Sell, 5), format!("0 is outside 1 to {highest}"));
    assert_eq!(refused(ppm(1_000_000), Side::Sell, 70), format!("0 is outside 1 to {highest}"));
    assert_eq!(
        refused(ppm(u32::MAX), Side::Buy, highest),
        format!("4295967295000000 is outside 1 to {highest}")
    );
    assert_eq!(refused(ticks(1), Side::Buy, highest), format!("{} is outside 1 to {highest}", highest + 1));
    assert_eq!(ticks(4).price(Side::Sell, price(5)), Ok(price(1)));
}

#[test]
fn bid_and_ask_are_watched_apart_and_fire_as_one() {
    let mut book = TriggerBook::default();
    let stop = |by, at| Trigger { kind: TriggerKind::Stop, by, price: price(at) };
    book.insert(order(1), Side::Buy, stop(TriggerBy::Ask, 102), None);
    book.insert(order(2), Side::Buy, stop(TriggerBy::Bid, 101), None);
    book.insert(order(3), Side::Buy, stop(TriggerBy::Ask, 100), None);
    book.insert(order(4), Side::Sell, stop(TriggerBy::Bid, 110), None);
    book.insert(order(5), Side::Sell, stop(TriggerBy::Last, 200), None);
    book.insert(order(6), Side::Buy, stop(TriggerBy::Ask, 99), None);
    let all = book.clone();
    assert_eq!(touch(&mut book, None, None), []);
    assert_eq!(book, all, "an empty book fires nothing and moves nothing");
    assert_eq!(touch(&mut book, None, Some(99)), [6]);
    assert_eq!(touch(&mut book, Some(101), Some(102)), [3, 2, 1, 4]);
    assert_eq!(last(&mut book, 150), [5]);
}

#[test]
fn ten_thousand_fire_at_one_price() {
    let mut book = TriggerBook::default();
    for number in 1..=10_000 {
        book.insert(order(number), Side::Sell, on_last(Side::Sell, TriggerKind::Stop, 500), None);
    }
    assert_eq!(last(&mut book, 501), []);
    assert_eq!(last(&mut book, 500), (1..=10_000).collect::<Vec<_>>());
    assert_eq!(book, TriggerBook::default());
}

/// Every trail differs, and each of 100,000 new highs moves them all: a billion moves if it were done one by one.
#[test]
fn a_trend_carries_all_trailing_stops_at_once() {
    let mut book = TriggerBook::default();
    for number in 1..=10_000 {
        let trailing = TriggerKind::Trailing(if number % 2 == 0 {
            ticks(i64::try_from(number).unwrap())
        } else {
            ppm(u32::try_from(number).unwrap())
        });
        book.insert(
            order(number),
            Side::Sell,
            on_last(Side::Sell, trailing, 1_000_000),
            Some(price(1_000_000)),
        );
    }
    let mut fired = Vec::new();
    for trade in 1_000_001..=1_100_000 {
        book.last(price(trade), &mut fired);
    }
    assert_eq!(numbers(&fired), []);
    book.check();
    assert_eq!(book.get(order(2)), Some(price(1_099_998)));
    assert_eq!(book.get(order(9_999)), Some(price(1_089_001)), "1 % of it, rounded up");
    // Orders 1 and 2 trail by two ticks: one part per million of 1,100,000 is rounded up.
    assert_eq!(last(&mut book, 1_099_998), [1, 2]);
    assert_eq!(last(&mut book, 1).len(), 9_998);
}

/// What the book stands for, as plainly as it can be said: all waiting orders in a list.
#[derive(Default)]
struct Model(Vec<(OrderId, Side, Trigger)>);

impl Model {
    fn rises(side: Side, trigger: &Trigger) -> bool {
        (side == Side::Buy) != (trigger.kind == TriggerKind::TakeProfit)
    }

    fn follow(&mut self, by: TriggerBy, reference: Price, sides: &[Side]) {
        for (_, side, trigger) in &mut self.0 {
            if let TriggerKind::Trailing(trail) = trigger.kind
                && trigger.by == by
                && sides.contains(side)
                && let Ok(next) = trail.price(*side, reference)
            {
                trigger.price = match side {
                    Side::Buy => trigger.price.min(next),
                    Side::Sell => trigger.price.max(next),
                };
            }
        }
    }

    fn observe(&mut self, references: &[(TriggerBy, Option<Price>)]) -> Vec<u64> {
        let (mut rising, mut falling) = (Vec::new(), Vec::new());
        for &(by, reference) in references {
            let Some(reference) = reference else { continue };
            self.follow(by, reference, &Side::BOTH);
            self.0.retain(|(order, side, trigger)| {
                let watched = trigger.by == by;
                if watched && Self::rises(*side, trigger) && reference >= trigger.price {
                    rising.push((trigger.price, *order));
                    false
                } else if watched && !Self::rises(*side, trigger) && reference <= trigger.price {
                    falling.push((trigger.price, *order));
                    false
                } else {
                    true
                }
            });
        }
        rising.sort();
        falling.sort_by_key(|&(price, order)| (Reverse(price), order));
        rising.into_iter().chain(falling).map(|(_, order)| order.get()).collect()
    }

    fn remaining(&self) -> Vec<(OrderId, Price)> {
        let mut all: Vec<_> = self.0.iter().map(|(order, _, trigger)| (*order, trigger.price)).collect();
        all.sort();
        all
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert { number: u64, side: Side, kind: TriggerKind, by: TriggerBy, at: i64 },
    Remove { number: u64 },
    Last(i64),
    Touch(Option<i64>, Option<i64>),
}

/// Few prices, few orders and few trails, so that everything meets everything.
fn step() -> impl Strategy<Value = Step> {
    let at = 1..=20_i64;
    let trail = prop_oneof![
        (1..=4_i64).prop_map(ticks),
        prop::sample::select(vec![1, 60_000, 100_000, 250_000, 600_000]).prop_map(ppm),
    ];
    let kind = prop_oneof![
        1 => Just(TriggerKind::Stop),
        1 => Just(TriggerKind::TakeProfit),
        3 => trail.prop_map(TriggerKind::Trailing),
    ];
    let side = prop::sample::select(Side::BOTH.to_vec());
    let by = prop_oneof![
        2 => Just(TriggerBy::Last),
        1 => Just(TriggerBy::Bid),
        1 => Just(TriggerBy::Ask),
    ];
    prop_oneof![
        6 => (1..=24_u64, side, kind, by, at.clone())
            .prop_map(|(number, side, kind, by, at)| Step::Insert { number, side, kind, by, at }),
        1 => (1..=24_u64).prop_map(|number| Step::Remove { number }),
        4 => at.clone().prop_map(Step::Last),
        2 => (prop::option::of(at.clone()), prop::option::of(at)).prop_map(|(bid, ask)| Step::Touch(bid, ask)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Inserting also passes references that no trade or touch has told before: the orders that trail the same way
    /// follow them, and nothing fires.
    #[test]
    fn the_book_is_the_list(steps in prop::collection::vec(step(), 1..80)) {
        let mut book = TriggerBook::default();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Insert { number, side, kind, by, at } => {
                    let first = match kind {
                        TriggerKind::Trailing(trail) => trail.price(side, price(at)),
                        TriggerKind::Stop | TriggerKind::TakeProfit => Ok(price(at)),
                    };
                    if let Ok(first) = first && book.get(order(number)).is_none() {
                        let trigger = Trigger { kind, by, price: first };
                        book.insert(order(number), side, trigger, Some(price(at)));
                        if matches!(kind, TriggerKind::Trailing(_)) {
                            model.follow(by, price(at), &[side]);
                        }
                        model.0.push((order(number), side, trigger));
                    }
                }
                Step::Remove { number } => {
                    let waiting = model.0.len();
                    model.0.retain(|(other, ..)| *other != order(number));
                    prop_assert_eq!(book.remove(order(number)), model.0.len() < waiting);
                }
                Step::Last(at) => {
                    prop_assert_eq!(last(&mut book, at), model.observe(&[(TriggerBy::Last, Some(price(at)))]));
                }
                Step::Touch(bid, ask) => {
                    let references = [(TriggerBy::Bid, bid.map(price)), (TriggerBy::Ask, ask.map(price))];
                    prop_assert_eq!(touch(&mut book, bid, ask), model.observe(&references));
                }
            }
            book.check();
            prop_assert_eq!(book.remaining().collect::<Vec<_>>(), model.remaining());
        }
        for (order, price) in model.remaining() {
            prop_assert_eq!(book.get(order), Some(price));
            prop_assert!(book.remove(order));
            book.check();
        }
        prop_assert_eq!(book, TriggerBook::default());
    }
}
