//! Terms of an order that do not go together: every pair, and the whole product of all terms.

use std::num::NonZeroU32;

use outcry_engine::{
    Command, Conditions, Display, Lots, Minimum, NewOrder, OrderPrice, Peg, PegTo, Posting, Protection,
    Reject, Side, TimeInForce, Timestamp, TriggerKind,
};

use crate::floor::{Floor, conditional, limit, price, qty, trigger};
use crate::row::{Row, answer, refused, taken};
use crate::rulebook;

/// The terms of the rulebook's table by the dimension that they belong to: of each an order has one.
const DIMENSIONS: [&[Option<&str>]; 8] = [
    &[Some("limit"), Some("market"), Some("market-to-limit")],
    &[Some("resting"), Some("IOC"), Some("FOK")],
    &[None, Some("post-only")],
    &[None, Some("iceberg"), Some("hidden")],
    &[None, Some("minimum"), Some("all-or-none")],
    &[None, Some("trigger")],
    &[None, Some("peg")],
    &[None, Some("protection")],
];

/// How a term says itself in a message.
const SAID: [(&str, &str); 14] = [
    ("limit", "a limit order"),
    ("market", "a market order"),
    ("market-to-limit", "a market-to-limit order"),
    ("resting", "a resting time in force"),
    ("IOC", "IOC"),
    ("FOK", "FOK"),
    ("post-only", "post-only"),
    ("iceberg", "an iceberg"),
    ("hidden", "a hidden order"),
    ("minimum", "a minimum quantity"),
    ("all-or-none", "all-or-none"),
    ("trigger", "a trigger"),
    ("peg", "a peg"),
    ("protection", "a protection"),
];

/// Every pair of terms that can be asked together and does not go, as an order that asks for no more than it must.
pub(crate) fn pair_rows() -> Vec<Row> {
    let book = Combinations::read();
    let mut rows = Vec::new();
    for (one, other, cell) in &book.cells {
        let mut orders: Vec<_> = product()
            .into_iter()
            .filter(|terms| terms.contains(&one.as_str()) && terms.contains(&other.as_str()))
            .collect();
        // The order that has no other clash; where each of them has one, the pair is seen in the product below.
        orders.retain(|terms| book.clashes(terms).len() == usize::from(cell != "+"));
        let Some(terms) = orders.into_iter().min_by_key(Vec::len) else { continue };
        let (side, name) = (Side::Sell, format!("{one} + {other}"));
        let command = order(side, &terms, 0);
        rows.push(match book.expected(side, &terms).first() {
            Some(code) => refused(code, name, command),
            None => taken(name, command),
        });
    }
    rows
}

/// All terms of all dimensions with each other, on both sides and in all their variants: an order is refused if the
/// rulebook has two of its terms apart, and then with such a pair.
#[test]
fn the_whole_product_goes_by_the_rulebook() {
    let (floor, book) = (Floor::open(), Combinations::read());
    let mut refusals = 0_u32;
    let mut all = 0_u32;
    for terms in product() {
        for (side, variant) in
            Side::BOTH.into_iter().flat_map(|side| (0..3).map(move |variant| (side, variant)))
        {
            let expected = book.expected(side, &terms);
            let answer = answer(&floor.exchange, &order(side, &terms, variant));
            let code = answer.as_ref().err().map(Reject::code);
            assert_eq!(code, expected.first().copied(), "{side:?} {terms:?}");
            if let Err(reject @ Reject::Incompatible { one, other }) = answer {
                let named = [one.to_string(), other.to_string()];
                assert!(book.parts(&terms, &named), "{terms:?} is refused with {reject}");
            }
            refusals += u32::from(code.is_some());
            all += 1;
        }
    }
    assert_eq!(all, 3 * 3 * 2 * 3 * 3 * 2 * 2 * 2 * 6);
    assert!((all / 2..all).contains(&refusals), "{refusals} of {all} are refused");
}

/// Every set of terms that an order can ask for.
fn product() -> Vec<Vec<&'static str>> {
    DIMENSIONS.iter().fold(vec![Vec::new()], |sets, dimension| {
        sets.iter()
            .flat_map(|set| dimension.iter().map(move |term| set.iter().copied().chain(*term).collect()))
            .collect()
    })
}

/// An order with these terms. The variant chooses among those that count as one.
fn order(side: Side, terms: &[&str], variant: usize) -> Command {
    let has = |term: &str| terms.contains(&term);
    let ticks = if side == Side::Buy { 9_700 } else { 10_300 };
    let plain = limit(side, ticks, 10);
    let resting = [
        TimeInForce::GoodTillCancel,
        TimeInForce::Day,
        TimeInForce::GoodTillDate(Timestamp::from_nanos(2_000_000_000)),
    ][variant];
    let order = NewOrder {
        price: match (has("market"), has("market-to-limit")) {
            (true, _) => OrderPrice::Market,
            (_, true) => OrderPrice::MarketToLimit,
            _ => plain.price,
        },
        time_in_force: match (has("IOC"), has("FOK")) {
            (true, _) => TimeInForce::ImmediateOrCancel,
            (_, true) => TimeInForce::FillOrKill,
            _ => resting,
        },
        posting: match (has("post-only"), variant) {
            (false, _) => Posting::Any,
            (true, 0) => Posting::PostOnly,
            (true, _) => Posting::PostOnlyReprice,
        },
        ..plain
    };
    let kind = [
        TriggerKind::Stop,
        TriggerKind::TakeProfit,
        TriggerKind::Trailing(outcry_engine::Trail::Ticks(price(50))),
    ][variant];
    let conditions = Conditions {
        trigger: has("trigger").then(|| trigger(kind, if side == Side::Buy { 11_000 } else { 9_000 })),
        display: match (has("iceberg"), has("hidden")) {
            (true, _) => Display::Iceberg { peak: qty(3), spread: Lots::new(1) },
            (_, true) => Display::Hidden,
            _ => Display::Full,
        },
        minimum: match (has("minimum"), has("all-or-none")) {
            (true, _) => Some(Minimum::Quantity(qty(5))),
            (_, true) => Some(Minimum::All),
            _ => None,
        },
        peg: has("peg")
            .then(|| Peg { to: [PegTo::Primary, PegTo::Market, PegTo::Midpoint][variant], offset: -5 }),
        protection: has("protection").then(|| {
            let number = NonZeroU32::new(1_000).unwrap();
            if variant == 0 { Protection::Ticks(number) } else { Protection::Ppm(number) }
        }),
        self_trade: None,
    };
    conditional(order, conditions)
}

/// The rulebook's table.
struct Combinations {
    cells: Vec<(String, String, String)>,
}

impl Combinations {
    fn read() -> Self {
        let table = rulebook::combinations();
        let mut cells = Vec::new();
        for (one, row) in table.rows {
            for (other, cell) in table.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                cells.push((one.clone(), other.clone(), cell));
            }
        }
        assert_eq!(cells.len(), 83, "every pair of terms of different dimensions has a cell");
        Self { cells }
    }

    /// The cells of these terms that do not go.
    fn clashes(&self, terms: &[&str]) -> Vec<&(String, String, String)> {
        let has = |term: &String| terms.contains(&term.as_str());
        self.cells.iter().filter(|(one, other, cell)| cell != "+" && has(one) && has(other)).collect()
    }

    /// The codes that these terms deserve, in the order of checks.
    fn expected(&self, side: Side, terms: &[&str]) -> Vec<&'static str> {
        let clashes = self.clashes(terms);
        let any = |kind: &str| clashes.iter().any(|(_, _, cell)| cell == kind);
        let has = |term| terms.contains(&term);
        let missing = side == Side::Buy && has("market") && has("trigger") && !has("protection");
        let codes = [
            (any("R"), "market-order-cannot-rest"),
            (any("P"), "post-only-must-rest"),
            (missing, "protection-missing"),
            (any("x"), "incompatible"),
        ];
        codes.into_iter().filter(|(given, _)| *given).map(|(_, code)| code).collect()
    }

    /// Whether the rulebook has these two apart.
    fn parts(&self, terms: &[&str], named: &[String; 2]) -> bool {
        let said = |term: &str| SAID.iter().find(|(name, _)| *name == term).unwrap().1;
        self.clashes(terms).iter().any(|(one, other, cell)| {
            let pair = [said(one), said(other)];
            cell == "x" && named.iter().all(|name| pair.contains(&name.as_str()))
        })
    }
}
