//! Worked examples: those the venues published, and those of `docs/rules/auctions.md`.
//!
//! Orders are written `lots@price`, a market order `lots@M`; prices are ticks. An answer reads
//! `price: paired, surplus side, step`.

use crate::{Price, Side};

use crate::auction::{Collar, Guide, Indication, Inside, Interest, Rulebook, indicate};

/// A book of a test: lots and limit, best first; `None` is a market order.
struct Book {
    buys: Vec<(Option<Price>, u64)>,
    sells: Vec<(Option<Price>, u64)>,
}

impl Book {
    fn side(&self, side: Side) -> &[(Option<Price>, u64)] {
        if side == Side::Buy { &self.buys } else { &self.sells }
    }
}

impl Interest for Book {
    fn market(&self, side: Side) -> u64 {
        self.side(side).iter().filter(|(limit, _)| limit.is_none()).map(|&(_, lots)| lots).sum()
    }

    fn limits(&self, side: Side) -> impl Iterator<Item = (Price, u64)> {
        self.side(side).iter().filter_map(|&(limit, lots)| Some((limit?, lots)))
    }
}

fn ticks(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn book(buys: &str, sells: &str) -> Book {
    let side = |text: &str, side: Side| {
        let order = |order: &str| {
            let (lots, limit) = order.split_once('@').unwrap();
            let limit = if limit == "M" { None } else { Some(ticks(limit.parse().unwrap())) };
            (limit, lots.parse().unwrap())
        };
        let mut orders: Vec<_> = text.split_whitespace().map(order).collect();
        orders.sort_by_key(|&(limit, _): &(Option<Price>, u64)| limit.map(|price| side.rank(price)));
        orders
    };
    Book { buys: side(buys, Side::Buy), sells: side(sells, Side::Sell) }
}

/// Every price is valid.
fn any(price: Price) -> (Price, Price) {
    (price, price)
}

fn told(indication: Indication) -> String {
    let Indication { price: Some(price), paired, surplus, surplus_side, decided_by: Some(step) } = indication
    else {
        assert_eq!(indication, Indication::NOTHING, "without a price there is nothing to tell");
        return "none".to_owned();
    };
    let side = surplus_side.map_or_else(|| "even".to_owned(), |side| format!("{} {side:?}", surplus.get()));
    format!("{}: {}, {side}, {step:?}", price.get(), paired.get())
}

fn check(rulebook: Rulebook, (buys, sells): (&str, &str), reference: impl Into<Option<i64>>, expected: &str) {
    let guide = Guide { reference: reference.into().map(ticks), ..Guide::default() };
    assert_eq!(told(indicate(rulebook, &book(buys, sells), guide, any)), expected, "{buys} | {sells}");
}

const FIVE_PERCENT: Rulebook = Rulebook::Pressure { bound_ppm: 50_000 };

/// Nasdaq at a tick of 0.01: 0.50 or 10 %.
fn nasdaq() -> Rulebook {
    Rulebook::Nasdaq { collar: ticks(50), collar_ppm: 100_000 }
}

fn all_rulebooks() -> [Rulebook; 4] {
    [Rulebook::Xetra, Rulebook::Euronext, nasdaq(), FIVE_PERCENT]
}

/// Examples 1 to 7 of the price determination in the Xetra market model for equities. In 4 and 5 the
/// reference price lies between two limits: there the model's "reference price or nearest limit" is read as
/// the rulebook here does, at the reference.
#[test]
fn xetra_market_model() {
    let check = |book, reference, expected| check(Rulebook::Xetra, book, reference, expected);
    check(("200@202 200@201 300@200", "100@200 200@198 400@197"), None, "200: 700, even, Volume");
    check(("400@202 200@201", "300@199 200@198"), None, "201: 500, 100 Buy, Pressure");
    check(("300@202 200@201", "400@199 200@198"), None, "199: 500, 100 Sell, Pressure");
    let mixed = ("100@M 100@199", "100@M 100@202");
    check(mixed, Some(199), "199: 100, 100 Buy, Reference");
    check(mixed, Some(200), "200: 100, even, Reference");
    check(mixed, Some(205), "202: 100, 100 Sell, Reference");
    let even = ("300@202 200@201", "300@199 200@198");
    check(even, Some(200), "200: 500, even, Reference");
    check(even, Some(202), "201: 500, even, Reference");
    check(even, Some(198), "199: 500, even, Reference");
    check(("900@M", "800@M"), Some(250), "250: 800, 100 Buy, MarketOrders");
    check(("900@M", "800@M"), None, "none");
    check(("80@200 80@199", "80@201"), Some(200), "none");
    check(("300@200 300@200", "400@200"), Some(199), "200: 400, 200 Buy, Volume");
    check(("250@M 150@199 50@M", "300@M 200@198"), None, "198: 450, 50 Sell, Pressure");
}

/// Examples 1 to 5 of the call phase in Euronext's description of pure market orders, at a tick of 0.01
/// (prices 10.08 = 1008), with market-to-limit orders as market orders; then two of the most that can trade
/// against market orders.
#[test]
fn euronext_pure_market_orders() {
    let check = |book, expected| check(Rulebook::Euronext, book, Some(1_000), expected);
    let sells = "40@M 100@1008 60@1015";
    check(("50@M 90@1010 10@990", sells), "1008: 140, even, Reference");
    check(("50@M 90@1010 10@990 20@M", sells), "1010: 140, 20 Buy, Pressure");
    check(("40@M", "45@M"), "1000: 40, 5 Sell, MarketOrders");
    check(("40@M 20@M", "45@M"), "1000: 45, 15 Buy, MarketOrders");
    check(("40@M", "40@998"), "1000: 40, even, Reference");
    check(("40@M", "41@998"), "998: 40, 1 Sell, Pressure");
    check(("40@M", "40@1002"), "1002: 40, even, Volume");
    check(("80@M", "40@1002 40@1004"), "1004: 80, even, Volume");
    check(("40@998 40@996", "80@M"), "996: 80, even, Volume");
}

/// Where Euronext and Xetra part: between two limits Xetra prints at the reference, Euronext at the nearer
/// limit, of two the higher.
#[test]
fn euronext_takes_a_limit() {
    let even = ("300@202 200@201", "300@199 200@198");
    check(Rulebook::Euronext, even, 200, "201: 500, even, Reference");
    check(Rulebook::Euronext, even, 190, "199: 500, even, Reference");
    let mixed = ("100@M 100@199", "100@M 100@202");
    check(Rulebook::Euronext, mixed, 200, "200: 100, even, Surplus");
    let limits_only = ("100@206 100@199", "100@195 100@202");
    check(Rulebook::Euronext, limits_only, 200, "199: 100, 100 Buy, Reference");
    check(Rulebook::Xetra, limits_only, 200, "200: 100, even, Reference");
    check(Rulebook::Euronext, limits_only, 201, "202: 100, 100 Sell, Reference");
}

/// All ten examples of the match steps of Beacon chain's DEX.
#[test]
fn beacon_dex_match_steps() {
    let check = |book, reference: Option<i64>, expected| check(FIVE_PERCENT, book, reference, expected);
    check(("150@100 150@98", "250@98 50@97"), None, "98: 300, even, Volume");
    check(("150@100 50@99 300@97", "200@97 100@96"), None, "97: 300, 200 Buy, Volume");
    let sells = "250@98 250@97 1000@96";
    check(("300@102 100@100 200@99 300@98", sells), None, "96: 900, 100 Sell, Surplus");
    check(("30@102 10@101 50@99 15@96", "10@98 50@97 50@95"), None, "97: 90, 10 Sell, Surplus");
    check(("10@102 10@97", "50@95"), Some(80), "95: 20, 30 Sell, Pressure");
    check(("10@99 10@94", "50@92"), Some(100), "94: 20, 30 Sell, Bound");
    check(("100@99", "50@92"), Some(90), "95: 50, 50 Buy, Bound");
    check(("10@101 10@96", "50@94"), Some(100), "95: 20, 30 Sell, Bound");
    let mixed = ("25@100 25@97", "25@98 25@95");
    check(mixed, Some(99), "99: 25, 25 Sell, Reference");
    check(mixed, Some(97), "97: 25, 25 Buy, Reference");
}

/// The ASX example of Comerton-Forde and Rydge (in cents), and a book of MarketGrid's documentation.
#[test]
fn published_books_that_need_no_reference() {
    let asx = ("500@640 500@639 500@639 1000@634 500@633", "1000@610 500@640 520@641 550@642 519@643");
    let buys = "45@130 95@129 25@128 35@127 25@126 55@125 200@124 80@123 60@122";
    let sells = "35@131 50@130 10@129 15@128 10@127 20@126 90@125 155@124 125@123 10@122";
    for rulebook in all_rulebooks() {
        check(rulebook, asx, 600, "639: 1000, 500 Buy, Surplus");
        check(rulebook, (buys, sells), 124, "124: 290, 190 Buy, Volume");
    }
}

/// Nasdaq's own numbers: quotes of 10.00 and 11.00 allow 8.95 to 12.05.
#[test]
fn nasdaq_threshold_and_midpoint() {
    let check = |rulebook, (buys, sells), (bid, ask), expected: &str| {
        let inside = Some(Inside { bid: ticks(bid), ask: ticks(ask) });
        let guide = Guide { reference: Some(ticks(1)), inside, within: None };
        assert_eq!(told(indicate(rulebook, &book(buys, sells), guide, any)), expected);
    };
    let quotes = (1_000, 1_100);
    check(nasdaq(), ("100@1500", "50@1300"), quotes, "none");
    check(nasdaq(), ("100@1500", "50@1200"), quotes, "1205: 50, 50 Buy, Collar");
    check(nasdaq(), ("50@800", "100@500"), quotes, "none");
    check(nasdaq(), ("50@900", "100@500"), quotes, "895: 50, 50 Sell, Collar");
    check(nasdaq(), ("50@1206", "50@896"), quotes, "896: 50, even, Reference");
    // As far from the midpoint 10.50, and from 10.505: the higher.
    check(nasdaq(), ("50@1205", "50@895"), quotes, "1205: 50, even, Reference");
    check(nasdaq(), ("50@1051", "50@1050"), (1_000, 1_101), "1051: 50, even, Reference");
    // A tenth of the midpoint is less than 0.50: 0.50 counts.
    check(nasdaq(), ("90@300", "50@100"), (200, 220), "270: 50, 40 Buy, Collar");
    check(nasdaq(), ("90@M", "50@M"), quotes, "none");
}

/// Without a reference the middle of the range stands in for it, between two ticks or limits the higher;
/// without quotes the reference for the midpoint.
#[test]
fn without_a_reference() {
    let even = ("500@202", "500@199");
    check(Rulebook::Xetra, even, None, "201: 500, even, Reference");
    check(FIVE_PERCENT, even, None, "201: 500, even, Reference");
    check(Rulebook::Euronext, even, None, "202: 500, even, Reference");
    check(nasdaq(), even, None, "202: 500, even, Reference");
    check(nasdaq(), even, 200, "199: 500, even, Reference");
    check(FIVE_PERCENT, ("600@202", "500@199"), None, "202: 500, 100 Buy, Pressure");
    check(FIVE_PERCENT, ("500@202", "600@199"), None, "199: 500, 100 Sell, Pressure");
}

/// A price that is no limit is a valid one: here every fifth tick. A limit stays what it is.
#[test]
fn prints_on_valid_prices_only() {
    let fives = |price: Price| {
        let below = price.get() / 5 * 5;
        (ticks(below.max(5)), ticks((price.get() + 4) / 5 * 5))
    };
    let priced = |rulebook, reference, (buys, sells)| {
        let guide = Guide { reference: Some(ticks(reference)), ..Guide::default() };
        told(indicate(rulebook, &book(buys, sells), guide, fives))
    };
    let even = ("500@220", "500@190");
    assert_eq!(priced(Rulebook::Xetra, 202, even), "200: 500, even, Reference");
    assert_eq!(priced(Rulebook::Xetra, 203, even), "205: 500, even, Reference");
    assert_eq!(priced(Rulebook::Xetra, 221, even), "220: 500, even, Reference");
    assert_eq!(priced(FIVE_PERCENT, 199, ("600@220", "500@190")), "210: 500, 100 Buy, Bound");
    assert_eq!(priced(Rulebook::Euronext, 203, ("9@M", "9@M")), "205: 9, even, MarketOrders");
    let guide = Guide { inside: Some(Inside { bid: ticks(101), ask: ticks(103) }), ..Guide::default() };
    let narrow = Rulebook::Nasdaq { collar: ticks(3), collar_ppm: 0 };
    assert_eq!(
        told(indicate(narrow, &book("9@120", "8@90"), guide, fives)),
        "105: 8, 1 Buy, Collar",
        "rounded inwards"
    );
}

/// What the market orders hold bounds the price of every rulebook.
#[test]
fn stays_within_what_is_held() {
    let within = Some(Collar { low: ticks(95), high: ticks(105) });
    for rulebook in all_rulebooks() {
        let guide = Guide { reference: Some(ticks(100)), within, inside: None };
        let priced = |buys, sells| told(indicate(rulebook, &book(buys, sells), guide, any));
        assert_eq!(priced("10@M", "10@100 10@110"), "100: 10, even, Surplus", "{rulebook:?}");
        assert_eq!(priced("20@M", "10@100 10@110"), "105: 10, 10 Buy, Collar", "{rulebook:?}");
        assert_eq!(priced("20@M", "20@110"), "none", "{rulebook:?}");
    }
}

/// The highest numbers there are.
#[test]
fn survives_the_edges_of_the_numbers() {
    let top = crate::limits::MAX_PRICE;
    let (high, low) = (format!("{}@{top} 1@1", u64::MAX), format!("{}@1 1@{top}", u64::MAX));
    for rulebook in [
        Rulebook::Xetra,
        Rulebook::Euronext,
        Rulebook::Nasdaq { collar: ticks(top), collar_ppm: u32::MAX },
        Rulebook::Pressure { bound_ppm: u32::MAX },
    ] {
        let inside = Some(Inside { bid: ticks(top), ask: ticks(top) });
        for reference in [1, top] {
            let guide = Guide { reference: Some(ticks(reference)), inside, within: None };
            let indication = indicate(rulebook, &book(&high, &low), guide, any);
            assert_eq!(indication.paired.get(), u64::MAX);
        }
    }
}
