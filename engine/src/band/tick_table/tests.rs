//! Planted bugs these tests catch: `low = next.from` without looking for its first multiple; `<=` instead of
//! `<` at a row's end; a tie of [`Rounding::Nearest`] that goes down; `from < last.from` in `push`.

use proptest::prelude::*;

use super::*;
use crate::limits::MAX_PRICE;

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn table(rows: &[(i64, u32)]) -> TickTable {
    let rows =
        rows.iter().map(|(from, step)| TickRow { from: price(*from), step: NonZeroU32::new(*step).unwrap() });
    TickTable::try_from(rows.collect::<Vec<_>>()).unwrap()
}

fn ticks(price: Option<Price>) -> Option<i64> {
    price.map(Price::get)
}

/// The most liquid column of the MiFID II table (RTS 11, annex), where a tick is 0.0001.
fn mifid() -> TickTable {
    table(&[
        (10_000, 2),
        (20_000, 5),
        (50_000, 10),
        (100_000, 20),
        (200_000, 50),
        (500_000, 100),
        (1_000_000, 200),
        (2_000_000, 500),
        (5_000_000, 1_000),
        (10_000_000, 2_000),
        (20_000_000, 5_000),
        (50_000_000, 10_000),
        (100_000_000, 20_000),
        (200_000_000, 50_000),
        (500_000_000, 100_000),
    ])
}

#[test]
fn an_empty_table_allows_every_tick() {
    let table = TickTable::default();
    for ticks in [1, 2, 999, MAX_PRICE] {
        assert!(table.fits(price(ticks)));
        assert_eq!(table.round(price(ticks), Rounding::Nearest), Some(price(ticks)));
    }
    assert_eq!(table.next_up(price(7)), Some(price(8)));
    assert_eq!(table.next_down(price(7)), Some(price(6)));
    assert_eq!(table.next_down(price(1)), None);
    assert_eq!(table.next_up(price(MAX_PRICE)), None);
}

/// The worked example of `docs/rules/bands.md`.
#[test]
fn mifid_steps_change_at_ten() {
    let table = mifid();
    // 9.999 moves by 0.001, 10.000 by 0.002.
    assert!(table.fits(price(99_990)));
    assert!(!table.fits(price(100_010)));
    assert_eq!(table.next_up(price(99_990)), Some(price(100_000)));
    assert_eq!(table.next_up(price(100_000)), Some(price(100_020)));
    assert_eq!(table.next_down(price(100_000)), Some(price(99_990)));
    assert_eq!(table.round(price(100_030), Rounding::Down), Some(price(100_020)));
    assert_eq!(table.round(price(100_030), Rounding::Up), Some(price(100_040)));
    assert_eq!(table.round(price(100_030), Rounding::Nearest), Some(price(100_040)));
    assert_eq!(table.round(price(100_029), Rounding::Nearest), Some(price(100_020)));
    assert_eq!(table.step(price(1)).get(), 1);
    assert_eq!(table.step(price(MAX_PRICE)).get(), 100_000);
}

#[test]
fn a_row_may_begin_between_two_multiples() {
    // Above 3,000 by 5, above 5,000 by 10.
    let table = table(&[(3_001, 5), (5_001, 10)]);
    assert!(table.fits(price(2_999)) && table.fits(price(3_000)) && !table.fits(price(3_001)));
    assert_eq!(ticks(table.next_up(price(3_000))), Some(3_005));
    assert_eq!(ticks(table.next_down(price(3_005))), Some(3_000));
    assert_eq!(ticks(table.next_up(price(5_000))), Some(5_010));
    assert_eq!(ticks(table.round(price(5_009), Rounding::Down)), Some(5_000));
}

#[test]
fn a_row_may_have_no_price_and_an_end_no_neighbour() {
    let table = table(&[(11, 100), (50, 7), (60, 1_000_000_007)]);
    assert_eq!(ticks(table.next_up(price(10))), Some(56));
    assert_eq!(ticks(table.next_down(price(56))), Some(10));
    let last = MAX_PRICE / 1_000_000_007 * 1_000_000_007;
    assert_eq!(ticks(table.next_up(price(last))), None);
    assert_eq!(ticks(table.round(price(MAX_PRICE), Rounding::Nearest)), Some(last));
    // A multiple of the lower row's step that is the upper row's first price belongs to the upper row.
    assert_eq!(ticks(self::table(&[(1, 5), (10, 7)]).next_up(price(6))), Some(14));
    let coarse = self::table(&[(1, 5)]);
    assert_eq!(ticks(coarse.round(price(1), Rounding::Nearest)), Some(5));
    assert_eq!(ticks(coarse.round(price(4), Rounding::Down)), None);
}

#[test]
fn a_refused_row_says_why_and_changes_nothing() {
    let row = |from| TickRow { from: price(from), step: NonZeroU32::MIN };
    let mut table = TickTable::default();
    table.push(row(10)).unwrap();
    for from in [9, 10] {
        let error = table.push(row(from)).unwrap_err();
        assert_eq!(error, TickTableError::NotRising { last: price(10), from: price(from) });
        assert_eq!(
            error.to_string(),
            format!("a row from {from} ticks does not begin above the last one, 10")
        );
    }
    for from in 11..42 {
        table.push(row(from)).unwrap();
    }
    let full = table.clone();
    assert_eq!(table.push(row(99)).unwrap_err().to_string(), "a tick table has at most 32 rows");
    assert_eq!(table, full);
    assert_eq!(table.rows().len(), 32);
    assert_eq!(
        TickTable::try_from(vec![row(2), row(1)]).unwrap_err(),
        TickTableError::NotRising { last: price(2), from: price(1) }
    );
    assert_eq!(TickTable::try_from(Vec::from(full.clone())), Ok(full));
}

proptest! {
    /// Against a search through all prices.
    #[test]
    fn neighbours_are_those_of_a_search(
        rows in prop::collection::btree_map(1_i64..40, 1_u32..12, 0..6),
        ticks in 1_i64..60,
    ) {
        let rows: Vec<_> = rows.into_iter().collect();
        let table = table(&rows);
        let allowed = |ticks: i64| {
            let row = rows.iter().rfind(|(from, _)| *from <= ticks);
            let step = row.map_or(1, |(_, step)| *step);
            ticks % i64::from(step) == 0
        };
        let down = |from: i64| (1..=from).rev().find(|ticks| allowed(*ticks));
        let up = |from: i64| (from..1_000).find(|ticks| allowed(*ticks));
        prop_assert_eq!(table.fits(price(ticks)), allowed(ticks));
        prop_assert_eq!(self::ticks(table.next_up(price(ticks))), up(ticks + 1));
        prop_assert_eq!(self::ticks(table.next_down(price(ticks))), down(ticks - 1));
        prop_assert_eq!(self::ticks(table.round(price(ticks), Rounding::Down)), down(ticks));
        prop_assert_eq!(self::ticks(table.round(price(ticks), Rounding::Up)), up(ticks));
        let nearness = |other: &i64| ((ticks - other).abs(), -other);
        let nearest = (1..1_000).filter(|other| allowed(*other)).min_by_key(nearness);
        prop_assert_eq!(self::ticks(table.round(price(ticks), Rounding::Nearest)), nearest);
    }
}
