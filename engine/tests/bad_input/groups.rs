//! The fields of pairs, brackets and mass quotes at their limits.

use crate::floor::{
    ALICE, CAROL, DAVE, EMPTY, ERIN, NO_INSTRUMENT, NOBODY, PLAIN, STRICT, bracket, limit, market,
    mass_quote, of_phase, pair, price, quote, trigger,
};
use crate::row::{Row, row};
use outcry_engine::limits::{MAX_PRICE, MAX_QTY, MAX_QUOTES};
use outcry_engine::{
    AccountId, Bracket, Command, NewOrder, OrderPair, OrderPrice, Posting, Protection, Side, TimeInForce,
    Timestamp, Trail, TriggerKind,
};
use std::num::NonZeroU32;

/// Commands about several orders.
pub(crate) fn rows() -> Vec<Row> {
    [pairs(), brackets(), quotes()].concat()
}

fn pairs() -> Vec<Row> {
    let place = |pair: OrderPair| Command::PlacePair(Box::new(pair));
    let pair = pair();
    let buy = OrderPair {
        limit: limit(Side::Buy, 9_000, 5),
        trigger: trigger(TriggerKind::Stop, 11_000),
        then: OrderPrice::Limit(price(11_100)),
        protection: None,
    };
    let limit_of = |change: fn(&mut NewOrder)| {
        let mut changed = pair;
        change(&mut changed.limit);
        place(changed)
    };
    let ppm = |ppm| Some(Protection::Ppm(NonZeroU32::new(ppm).unwrap()));
    let strict = |ticks, then| {
        let limit = NewOrder { instrument: STRICT, ..limit(Side::Sell, ticks, 20) };
        place(OrderPair { limit, then: OrderPrice::Limit(price(then)), ..pair })
    };
    vec![
        row("taken", "pair to sell", place(pair)),
        row("taken", "pair to buy", place(buy)),
        row(
            "market-order-cannot-rest",
            "pair of a market order",
            limit_of(|limit| limit.price = OrderPrice::Market),
        ),
        row(
            "incompatible",
            "pair of a market order, IOC",
            limit_of(|limit| {
                (limit.price, limit.time_in_force) = (OrderPrice::Market, TimeInForce::ImmediateOrCancel);
            }),
        ),
        row(
            "incompatible",
            "pair of a market-to-limit order",
            limit_of(|limit| limit.price = OrderPrice::MarketToLimit),
        ),
        row(
            "incompatible",
            "pair, IOC",
            limit_of(|limit| limit.time_in_force = TimeInForce::ImmediateOrCancel),
        ),
        row("incompatible", "pair, FOK", limit_of(|limit| limit.time_in_force = TimeInForce::FillOrKill)),
        row(
            "post-only-must-rest",
            "pair, IOC and post-only",
            limit_of(|limit| {
                (limit.posting, limit.time_in_force) = (Posting::PostOnly, TimeInForce::ImmediateOrCancel);
            }),
        ),
        row(
            "incompatible",
            "pair with market-to-limit",
            place(OrderPair { then: OrderPrice::MarketToLimit, ..pair }),
        ),
        row(
            "protection-missing",
            "pair to buy at market",
            place(OrderPair { then: OrderPrice::Market, ..buy }),
        ),
        row(
            "taken",
            "the same with protection",
            place(OrderPair { then: OrderPrice::Market, protection: ppm(1_000), ..buy }),
        ),
        row(
            "incompatible",
            "pair with a protected limit",
            place(OrderPair { protection: ppm(1_000), ..buy }),
        ),
        row(
            "protection-too-wide",
            "pair with too much protection",
            place(OrderPair { protection: ppm(1_000_001), ..pair }),
        ),
        row("unknown-account", "pair of nobody", limit_of(|limit| limit.account = NOBODY)),
        row("venue-account", "pair of the venue", limit_of(|limit| limit.account = AccountId::VENUE)),
        row("account-blocked", "pair of a blocked account", limit_of(|limit| limit.account = CAROL)),
        row("unknown-instrument", "pair in nothing", limit_of(|limit| limit.instrument = NO_INSTRUMENT)),
        row("insufficient-funds", "pair without stock", limit_of(|limit| limit.account = ERIN)),
        row(
            "expiry-passed",
            "pair until now",
            limit_of(|limit| {
                limit.time_in_force = TimeInForce::GoodTillDate(Timestamp::from_nanos(1_000_000_000));
            }),
        ),
        row(
            "post-only-would-take",
            "pair that would take, post-only",
            limit_of(|limit| {
                (limit.posting, limit.price) = (Posting::PostOnly, OrderPrice::Limit(price(9_900)));
            }),
        ),
        row("taken", "pair on the tick table", strict(10_500, 9_500)),
        row("off-tick", "pair with its limit off the tick table", strict(10_501, 9_500)),
        row("off-tick", "pair with its stop's limit off the tick table", strict(10_500, 9_501)),
        row("outside-band", "pair with its stop's limit outside the band", strict(10_500, 8_995)),
        row(
            "no-reference",
            "pair that trails where nothing has traded",
            place(OrderPair {
                limit: NewOrder { instrument: EMPTY, ..pair.limit },
                trigger: trigger(TriggerKind::Trailing(Trail::Ticks(price(1))), 1),
                ..pair
            }),
        ),
    ]
}

fn brackets() -> Vec<Row> {
    let place = |bracket: Bracket| Command::PlaceBracket(Box::new(bracket));
    let bracket = bracket();
    let short = Bracket {
        entry: limit(Side::Sell, 10_200, 5),
        profit: price(9_000),
        loss: price(11_000),
        then: OrderPrice::Limit(price(11_100)),
        protection: None,
    };
    let exits = |profit, loss| place(Bracket { profit: price(profit), loss: price(loss), ..bracket });
    let entry = |entry| place(Bracket { entry, ..bracket });
    let ppm = |ppm| Some(Protection::Ppm(NonZeroU32::new(ppm).unwrap()));
    vec![
        row("taken", "bracket to buy", place(bracket)),
        row("taken", "bracket to sell", place(short)),
        row("taken", "bracket at market", entry(market(Side::Buy, 1))),
        row("bracket-prices", "bracket with profit at loss", exits(9_000, 9_000)),
        row("bracket-prices", "bracket with profit below loss", exits(8_999, 9_000)),
        row(
            "bracket-prices",
            "bracket to sell with profit above loss",
            place(Bracket { profit: price(11_001), ..short }),
        ),
        row("taken", "bracket from end to end", exits(MAX_PRICE, 1)),
        row(
            "incompatible",
            "bracket with market-to-limit",
            place(Bracket { then: OrderPrice::MarketToLimit, ..bracket }),
        ),
        row(
            "protection-missing",
            "bracket to sell, out at market",
            place(Bracket { then: OrderPrice::Market, ..short }),
        ),
        row("incompatible", "bracket with a protected limit", place(Bracket { protection: ppm(1), ..short })),
        row(
            "protection-too-wide",
            "bracket with too much protection",
            place(Bracket { protection: ppm(1_000_001), ..bracket }),
        ),
        row(
            "market-order-cannot-rest",
            "bracket of a market order that rests",
            entry(NewOrder { time_in_force: TimeInForce::Day, ..market(Side::Buy, 1) }),
        ),
        row(
            "incompatible",
            "bracket of a market-to-limit order, FOK",
            entry(NewOrder {
                price: OrderPrice::MarketToLimit,
                time_in_force: TimeInForce::FillOrKill,
                ..limit(Side::Buy, 1, 1)
            }),
        ),
        row("unknown-account", "bracket of nobody", entry(NewOrder { account: NOBODY, ..bracket.entry })),
        row(
            "unknown-instrument",
            "bracket in nothing",
            entry(NewOrder { instrument: NO_INSTRUMENT, ..bracket.entry }),
        ),
        row(
            "insufficient-funds",
            "bracket without money",
            entry(NewOrder { account: ERIN, ..bracket.entry }),
        ),
        row(
            "off-tick",
            "bracket off the tick table",
            entry(NewOrder { instrument: STRICT, ..limit(Side::Buy, 9_501, 20) }),
        ),
        row(
            "post-only-would-take",
            "bracket that would take, post-only",
            entry(NewOrder { posting: Posting::PostOnly, ..limit(Side::Buy, 10_100, 1) }),
        ),
    ]
}

fn quotes() -> Vec<Row> {
    let one = |account, bid, ask| mass_quote(account, vec![quote(PLAIN, bid, ask)]);
    let many = |count: u32| mass_quote(ALICE, (0..count).map(|_| quote(PLAIN, None, None)).collect());
    let strict = |bid, ask| mass_quote(ALICE, vec![quote(STRICT, bid, ask)]);
    let mut rows = vec![
        row("quote-count", "mass quote of nothing", many(0)),
        row("taken", "mass quote of one", many(1)),
        row("taken", "mass quote of the most", many(MAX_QUOTES)),
        row("quote-count", "mass quote of one more", many(MAX_QUOTES + 1)),
        row("taken", "quote", one(ALICE, Some((9_600, 1)), Some((10_400, 1)))),
        row("taken", "quote one tick wide", one(ALICE, Some((10_000, 1)), Some((10_001, 1)))),
        row("quote-crossed", "quote locked", one(ALICE, Some((10_000, 1)), Some((10_000, 1)))),
        row("quote-crossed", "quote crossed", one(ALICE, Some((10_001, 1)), Some((10_000, 1)))),
        row("unknown-account", "quote of nobody", one(NOBODY, None, None)),
        row("venue-account", "quote of the venue", one(AccountId::VENUE, None, None)),
        row("account-blocked", "quote of a blocked account", one(CAROL, None, None)),
        row(
            "unknown-instrument",
            "quote in nothing",
            mass_quote(ALICE, vec![quote(NO_INSTRUMENT, None, None)]),
        ),
        row("insufficient-funds", "quote without money", one(ERIN, Some((9_600, 1)), None)),
        row("insufficient-funds", "quote without stock", one(ERIN, None, Some((10_400, 1)))),
        row(
            "notional-too-large",
            "quote of more than can exist",
            mass_quote(ALICE, vec![quote(EMPTY, None, Some((MAX_PRICE, MAX_QTY)))]),
        ),
        row("off-tick", "quote off the tick table", strict(Some((9_501, 20)), None)),
        row("quantity-out-of-range", "quote of too few lots", strict(Some((9_500, 9)), None)),
        row("outside-band", "quote outside the band", strict(None, Some((11_005, 20)))),
        row("order-limit", "quote beyond the account's orders", one(DAVE, Some((9_000, 1)), None)),
    ];
    for (index, (phase, ..)) in crate::floor::FLOOR_PHASES.into_iter().enumerate() {
        let withdraw = mass_quote(ALICE, vec![quote(of_phase(index), None, None)]);
        rows.push(row("taken", format!("quote taken away, {phase}"), withdraw));
    }
    rows
}
