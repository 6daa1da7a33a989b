//! The price of an auction found slowly: a table of every price, and the rules applied to its rows one after
//! another.
//!
//! Written from the rules and sharing no code with what it checks. Eight mistakes were planted in
//! `candidates.rs` and `price.rs`, by hand and one at a time: the ends of the surviving range too far out on
//! either side, ties given to the lower price, a mixed surplus treated as one to buy, buys and sells at the
//! same price not paired, the prices of what is left over counted as balanced, the reference always a
//! candidate of Euronext, a bound rounded down. `agrees_with_the_model` caught each of them. `model_can_tell`
//! plants one that every run repeats.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Price, Side};

use crate::auction::{Collar, Guide, Inside, Interest, Rulebook, indicate};

/// Prices of the tests: 1 to this.
const TOP: i64 = 14;

/// Orders of a test: limit (0 is a market order) and lots.
#[derive(Clone, Debug)]
struct Orders {
    buys: Vec<(i64, u64)>,
    sells: Vec<(i64, u64)>,
}

impl Interest for Orders {
    fn market(&self, side: Side) -> u64 {
        let orders = if side == Side::Buy { &self.buys } else { &self.sells };
        orders.iter().filter(|&&(limit, _)| limit == 0).map(|&(_, lots)| lots).sum()
    }

    fn limits(&self, side: Side) -> impl Iterator<Item = (Price, u64)> {
        let mut levels: Vec<_> = if side == Side::Buy { self.buys.clone() } else { self.sells.clone() };
        levels.retain(|&(limit, _)| limit > 0);
        levels.sort_by_key(|&(limit, _)| if side == Side::Buy { -limit } else { limit });
        levels.into_iter().map(|(limit, lots)| (ticks(limit), lots))
    }
}

fn ticks(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

impl Orders {
    /// B(p) and S(p).
    fn at(&self, price: i64) -> (i64, i64) {
        let sum = |orders: &[(i64, u64)], fits: &dyn Fn(i64) -> bool| {
            orders.iter().filter(|order| fits(order.0)).map(|order| order.1.cast_signed()).sum()
        };
        (
            sum(&self.buys, &|limit| limit == 0 || limit >= price),
            sum(&self.sells, &|limit| limit == 0 || limit <= price),
        )
    }

    fn volume(&self, price: i64) -> i64 {
        let (buys, sells) = self.at(price);
        buys.min(sells)
    }

    fn surplus(&self, price: i64) -> i64 {
        let (buys, sells) = self.at(price);
        buys - sells
    }
}

#[derive(Clone, Debug)]
struct Case {
    rulebook: Rulebook,
    orders: Orders,
    reference: Option<i64>,
    inside: Option<(i64, i64)>,
    within: Option<(i64, i64)>,
    /// Valid prices are the multiples of this; limits are valid.
    step: i64,
}

/// The members of `rows` with the least `key`.
fn least(rows: &[i64], key: impl Fn(i64) -> i64) -> Vec<i64> {
    let least = rows.iter().map(|&row| key(row)).min().unwrap();
    rows.iter().copied().filter(|&row| key(row) == least).collect()
}

impl Case {
    fn valid(&self, half_ticks: i64) -> i64 {
        let prices: Vec<i64> = (1..=10 * TOP).map(|number| number * self.step).collect();
        *least(&prices, |price| (2 * price - half_ticks).abs()).last().unwrap()
    }

    fn around(&self) -> impl Fn(Price) -> (Price, Price) {
        let step = self.step;
        move |price| {
            let below = price.get() / step * step;
            let above = (price.get() + step - 1) / step * step;
            (ticks(if below == 0 { step } else { below }), ticks(above))
        }
    }

    fn price(&self) -> Option<i64> {
        let orders = &self.orders;
        let reference = self.reference.map(|reference| self.valid(2 * reference));
        let mut rows: Vec<i64> =
            orders.buys.iter().chain(&orders.sells).map(|order| order.0).filter(|&limit| limit > 0).collect();
        rows.sort_unstable();
        rows.dedup();
        let markets_only = rows.is_empty();
        let market = |side| orders.market(side).cast_signed();
        let most = rows
            .iter()
            .map(|&row| orders.volume(row))
            .max()
            .unwrap_or(market(Side::Buy).min(market(Side::Sell)));
        if most == 0 {
            return None;
        }
        let one_side_is_market = most <= market(Side::Buy) || most <= market(Side::Sell);
        match self.rulebook {
            Rulebook::Xetra if markets_only => rows.extend(reference),
            Rulebook::Euronext if one_side_is_market => rows.extend(reference),
            _ => {}
        }
        rows.sort_unstable();
        if rows.is_empty() {
            return None;
        }
        let rows = least(&rows, |row| -orders.volume(row));
        let rows = least(&rows, |row| orders.surplus(row).abs());
        Some(self.moved(self.chosen(&rows)))
    }

    /// Steps 3 and 4.
    fn chosen(&self, rows: &[i64]) -> i64 {
        let (lowest, highest) = (rows[0], *rows.last().unwrap());
        let surplus = |row: &i64| self.orders.surplus(*row);
        let reference = self.reference.map(|reference| self.valid(2 * reference));
        if let Rulebook::Pressure { bound_ppm } = self.rulebook {
            let bound = |sign: i64| {
                let ppm = i64::from(bound_ppm);
                self.reference.map(|price| price + sign * ((price * ppm + 500_000) / 1_000_000))
            };
            if rows.iter().all(|row| surplus(row) > 0) {
                return bound(1).map_or(highest, |bound| self.valid(2 * bound.max(1)).clamp(lowest, highest));
            }
            if rows.iter().all(|row| surplus(row) < 0) {
                return bound(-1).map_or(lowest, |bound| self.valid(2 * bound.max(1)).clamp(lowest, highest));
            }
            return reference.unwrap_or(self.valid(lowest + highest)).clamp(lowest, highest);
        }
        // An order through the price is filled whole: of rows with the same surplus to buy only the highest
        // does that, of those with a surplus to sell only the lowest.
        let buy = rows.iter().rev().find(|row| surplus(row) > 0);
        let sell = rows.iter().find(|row| surplus(row) < 0);
        let kept: Vec<i64> = rows.iter().copied().filter(|row| surplus(row) == 0).collect();
        let kept = if kept.is_empty() { buy.into_iter().chain(sell).copied().collect() } else { kept };
        let (lowest, highest) = (kept[0], *kept.last().unwrap());
        match self.rulebook {
            Rulebook::Xetra => reference.unwrap_or(self.valid(lowest + highest)).clamp(lowest, highest),
            Rulebook::Euronext | Rulebook::Nasdaq { .. } => {
                let midpoint =
                    self.inside.filter(|_| self.rulebook != Rulebook::Euronext).map(|(bid, ask)| bid + ask);
                let target = midpoint.or(reference.map(|price| 2 * price)).unwrap_or(lowest + highest);
                *least(&kept, |row| (2 * row - target).abs()).last().unwrap()
            }
            Rulebook::Pressure { .. } => unreachable!("answered above"),
        }
    }

    fn moved(&self, price: i64) -> i64 {
        let mut price = price;
        if let (Rulebook::Nasdaq { collar, collar_ppm }, Some((bid, ask))) = (self.rulebook, self.inside) {
            let most = collar.get().max((bid + ask) * i64::from(collar_ppm) / 2_000_000);
            let low = (1..).find(|low| low % self.step == 0 && *low >= bid - most).unwrap();
            let high = (1..=ask + most).rev().find(|high| high % self.step == 0).unwrap_or(self.step);
            price = price.max(low).min(high);
        }
        if let Some((low, high)) = self.within {
            price = price.max(low).min(high);
        }
        price
    }

    fn check(&self, expected: Option<i64>) -> Result<(), TestCaseError> {
        let span = |(low, high)| Collar { low: ticks(low), high: ticks(high) };
        let guide = Guide {
            reference: self.reference.map(ticks),
            inside: self.inside.map(|(bid, ask)| Inside { bid: ticks(bid), ask: ticks(ask) }),
            within: self.within.map(span),
        };
        let told = indicate(self.rulebook, &self.orders, guide, self.around());
        let expected = expected.filter(|&price| self.orders.volume(price) > 0);
        prop_assert_eq!(told.price.map(Price::get), expected);
        let Some(price) = expected else { return Ok(()) };
        let surplus = self.orders.surplus(price);
        let side = (surplus != 0).then_some(if surplus > 0 { Side::Buy } else { Side::Sell });
        prop_assert_eq!(told.paired.get().cast_signed(), self.orders.volume(price));
        prop_assert_eq!(told.surplus.get(), surplus.unsigned_abs());
        prop_assert_eq!(told.surplus_side, side);
        Ok(())
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let side = || vec((0..=TOP, 1..4_u64), 0..7);
    let rulebook = prop_oneof![
        Just(Rulebook::Xetra),
        Just(Rulebook::Euronext),
        (1..4_i64, 0..400_000_u32)
            .prop_map(|(collar, collar_ppm)| Rulebook::Nasdaq { collar: ticks(collar), collar_ppm }),
        (0..600_000_u32).prop_map(|bound_ppm| Rulebook::Pressure { bound_ppm }),
    ];
    let reference = prop::option::of(1..=TOP);
    let span = || prop::option::weighted(0.4, (1..=TOP, 0..=TOP).prop_map(|(low, width)| (low, low + width)));
    (rulebook, side(), side(), reference, span(), span(), 1..4_i64).prop_map(
        |(rulebook, buys, sells, reference, inside, within, step)| {
            let valid = |orders: Vec<(i64, u64)>| {
                orders.into_iter().map(|(limit, lots)| (limit * step, lots)).collect()
            };
            let within = within.map(|(low, high)| (low * step, high * step));
            let scaled = |price: i64| price * step - step / 2;
            Case {
                rulebook,
                orders: Orders { buys: valid(buys), sells: valid(sells) },
                reference: reference.map(scaled),
                inside: inside.map(|(bid, ask)| (scaled(bid), scaled(ask))),
                within,
                step,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_model(case in cases()) {
        case.check(case.price())?;
    }

    /// Without a collar no price lets more trade, and limits through the price are filled whole, but for
    /// bounded pressure.
    #[test]
    fn trades_the_most_and_respects_limits(case in cases()) {
        let case = Case { inside: None, within: None, ..case };
        let Some(price) = case.price() else { return Ok(()) };
        case.check(Some(price))?;
        let (orders, volume) = (&case.orders, case.orders.volume(price));
        for other in 1..=TOP * case.step {
            prop_assert!(orders.volume(other) <= volume, "{} is better", other);
        }
        if matches!(case.rulebook, Rulebook::Pressure { .. }) {
            return Ok(());
        }
        let limits = |side| (volume - orders.market(side).cast_signed()).max(0);
        let market = |side| orders.market(side).cast_signed();
        prop_assert!(orders.at(price + 1).0 - market(Side::Buy) <= limits(Side::Buy), "a buy is cut");
        prop_assert!(orders.at(price - 1).1 - market(Side::Sell) <= limits(Side::Sell), "a sell is cut");
    }

    /// Moving the price to the edge of a collar lets as much trade as any price in the collar does, with no
    /// larger surplus; under bounded pressure the bound comes before the surplus.
    #[test]
    fn the_edge_is_the_best_of_the_collar(case in cases(), low in 1..=TOP, width in 0..=TOP) {
        let (low, high) = (low * case.step, (low + width) * case.step);
        let free = Case { inside: None, within: None, ..case.clone() };
        let case = Case { inside: None, within: Some((low, high)), ..case };
        case.check(case.price())?;
        let (Some(price), Some(unbound)) = (case.price(), free.price()) else { return Ok(()) };
        if price == unbound {
            return Ok(());
        }
        let bounded = matches!(case.rulebook, Rulebook::Pressure { .. });
        let surplus = |price| if bounded { 0 } else { case.orders.surplus(price).abs() };
        let key = |price| (-case.orders.volume(price), surplus(price));
        for other in (low..=high).filter(|other| other % case.step == 0) {
            prop_assert!(key(price) <= key(other), "{} is better", other);
        }
    }
}

/// A model that prefers the lower of two equally near limits is found out.
#[test]
fn model_can_tell() {
    let case = Case {
        rulebook: Rulebook::Euronext,
        orders: Orders { buys: vec![(12, 5)], sells: vec![(8, 5)] },
        reference: Some(10),
        inside: None,
        within: None,
        step: 1,
    };
    assert!(case.check(case.price()).is_ok());
    assert!(case.check(Some(8)).is_err());
}
