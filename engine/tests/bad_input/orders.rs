//! The fields of orders, cancels and replacements at their limits.

use crate::floor::{
    ALICE, BOB, CALL, CAROL, DAVE, EMPTY, ERIN, FRANK, Floor, GINA, NO_INSTRUMENT, NOBODY, PLAIN, STRICT,
    amount, conditional, limit, market, price, qty, trigger,
};
use crate::row::{Row, row};
use outcry_engine::limits::{MAX_AMOUNT, MAX_PRICE, MAX_QTY};
use outcry_engine::{
    AccountId, Command, Conditions, Display, InstrumentId, Lots, Minimum, NewOrder, OrderId, Peg, PegTo,
    Posting, Protection, Side, TimeInForce, Timestamp, Trail, TriggerKind,
};
use std::num::NonZeroU32;

/// Commands about one order.
pub(crate) fn rows(floor: &Floor) -> Vec<Row> {
    [orders(), strict(), conditions(), own_limits(), cash(), cancels(floor), replaces(floor)].concat()
}

fn orders() -> Vec<Row> {
    let place = |order| Command::PlaceOrder(order);
    let buy = limit(Side::Buy, 9_700, 1);
    let until =
        |nanos| NewOrder { time_in_force: TimeInForce::GoodTillDate(Timestamp::from_nanos(nanos)), ..buy };
    let far = InstrumentId::new(u32::MAX);
    let mut rows = vec![
        row("unknown-account", "order of nobody", place(NewOrder { account: NOBODY, ..buy })),
        row(
            "unknown-account",
            "order of the highest number",
            place(NewOrder { account: AccountId::new(u32::MAX), ..buy }),
        ),
        row("venue-account", "order of the venue", place(NewOrder { account: AccountId::VENUE, ..buy })),
        row("account-blocked", "order of a blocked account", place(NewOrder { account: CAROL, ..buy })),
        row("unknown-instrument", "order in nothing", place(NewOrder { instrument: NO_INSTRUMENT, ..buy })),
        row("unknown-instrument", "order in the highest number", place(NewOrder { instrument: far, ..buy })),
        row("insufficient-funds", "order without money", place(NewOrder { account: ERIN, ..buy })),
        row(
            "insufficient-funds",
            "order without stock",
            place(NewOrder { account: ERIN, ..limit(Side::Sell, 1, 1) }),
        ),
        row(
            "insufficient-funds",
            "order beyond what may be owed",
            place(NewOrder { account: GINA, ..limit(Side::Sell, 10_500, 1) }),
        ),
    ];
    for (ticks, lots, code) in [
        (1, 1, "taken"),
        (1, MAX_QTY, "insufficient-funds"),
        (MAX_PRICE, 1, "insufficient-funds"),
        (MAX_PRICE, 909_090, "insufficient-funds"),
        (MAX_PRICE, 1_000_001, "notional-too-large"),
        (MAX_PRICE, MAX_QTY, "notional-too-large"),
    ] {
        rows.push(row(
            code,
            format!("{lots} lots to buy at {ticks} ticks"),
            place(limit(Side::Buy, ticks, lots)),
        ));
    }
    for (lots, code) in [(1_000, "taken"), (100_000, "insufficient-funds"), (MAX_QTY, "insufficient-funds")] {
        rows.push(row(code, format!("{lots} lots to sell"), place(limit(Side::Sell, 10_500, lots))));
        rows.push(row(code, format!("{lots} lots to sell at market"), place(market(Side::Sell, lots))));
    }
    for (nanos, code) in [
        (0, "expiry-passed"),
        (1_000_000_000, "expiry-passed"),
        (1_000_000_001, "taken"),
        (u64::MAX, "taken"),
    ] {
        rows.push(row(code, format!("order until {nanos} ns"), place(until(nanos))));
    }
    let post = |posting, side, ticks| place(NewOrder { posting, ..limit(side, ticks, 1) });
    rows.push(row("taken", "post-only one tick short", post(Posting::PostOnly, Side::Buy, 10_099)));
    rows.push(row(
        "post-only-would-take",
        "post-only at the best price",
        post(Posting::PostOnly, Side::Buy, 10_100),
    ));
    rows.push(row(
        "post-only-would-take",
        "post-only beyond the best price",
        post(Posting::PostOnly, Side::Sell, 1),
    ));
    rows.push(row("taken", "post-only with repricing", post(Posting::PostOnlyReprice, Side::Buy, 10_100)));
    let no_reference = place(NewOrder { instrument: CALL, ..market(Side::Buy, 1) });
    rows.push(row("not-in-phase", "market order in a call without a collar", no_reference));
    rows
}

/// The instrument with a tick table, quantities, a least value and a band.
fn strict() -> Vec<Row> {
    let place =
        |ticks, lots| Command::PlaceOrder(NewOrder { instrument: STRICT, ..limit(Side::Buy, ticks, lots) });
    [
        (9_500, 11, "taken"),
        (9_501, 11, "off-tick"),
        (9_504, 11, "off-tick"),
        (4_999, 100, "outside-band"),
        (9_500, 9, "quantity-out-of-range"),
        (9_500, 1_000, "taken"),
        (9_500, 1_001, "quantity-out-of-range"),
        (9_500, MAX_QTY, "quantity-out-of-range"),
        (10_000, 10, "taken"),
        (9_995, 10, "notional-too-small"),
        (9_000, 12, "taken"),
        (8_995, 12, "outside-band"),
        (11_000, 10, "taken"),
        (11_005, 10, "outside-band"),
        (MAX_PRICE, 10, "outside-band"),
        (1, 1_000, "notional-too-small"),
    ]
    .into_iter()
    .map(|(ticks, lots, code)| row(code, format!("strict: {lots} lots at {ticks} ticks"), place(ticks, lots)))
    .collect()
}

fn conditions() -> Vec<Row> {
    let none = Conditions::NONE;
    let sell = limit(Side::Sell, 10_500, 10);
    let asking = |conditions| conditional(sell, conditions);
    let mut rows = Vec::new();
    for (lots, code) in
        [(1, "taken"), (10, "taken"), (11, "minimum-above-quantity"), (MAX_QTY, "minimum-above-quantity")]
    {
        let minimum = Some(Minimum::Quantity(qty(lots)));
        rows.push(row(code, format!("minimum of {lots} of 10"), asking(Conditions { minimum, ..none })));
    }
    for (peak, spread, code) in [
        (1, 0, "taken"),
        (9, 8, "taken"),
        (10, 0, "peak-not-below-quantity"),
        (MAX_QTY, 0, "peak-not-below-quantity"),
        (9, 9, "peak-spread-too-wide"),
        (1, 1, "peak-spread-too-wide"),
        (9, u64::MAX, "peak-spread-too-wide"),
    ] {
        let display = Display::Iceberg { peak: qty(peak), spread: Lots::new(spread) };
        rows.push(row(
            code,
            format!("peak of {peak} with a spread of {spread} of 10"),
            asking(Conditions { display, ..none }),
        ));
    }
    for (lots, peak, spread, code) in [
        (20_000, 2, 0, "insufficient-funds"),
        (20_001, 2, 0, "peak-too-small"),
        (20_000, 3, 1, "insufficient-funds"),
        (20_001, 3, 1, "peak-too-small"),
    ] {
        let display = Display::Iceberg { peak: qty(peak), spread: Lots::new(spread) };
        rows.push(row(
            code,
            format!("peak of {peak} with a spread of {spread} of {lots}"),
            conditional(limit(Side::Sell, 10_500, lots), Conditions { display, ..none }),
        ));
    }
    let number = |number| NonZeroU32::new(number).unwrap();
    for (protection, code) in [
        (Protection::Ticks(number(1)), "taken"),
        (Protection::Ticks(number(u32::MAX)), "taken"),
        (Protection::Ppm(number(1)), "taken"),
        (Protection::Ppm(number(1_000_000)), "taken"),
        (Protection::Ppm(number(1_000_001)), "protection-too-wide"),
        (Protection::Ppm(number(u32::MAX)), "protection-too-wide"),
    ] {
        let conditions = Conditions { protection: Some(protection), ..none };
        rows.push(row(
            code,
            format!("market with {protection:?}"),
            conditional(market(Side::Buy, 1), conditions),
        ));
    }
    for ticks in [1, MAX_PRICE] {
        for kind in [TriggerKind::Stop, TriggerKind::TakeProfit] {
            let conditions = Conditions { trigger: Some(trigger(kind, ticks)), ..none };
            rows.push(row("taken", format!("{kind:?} at {ticks} ticks"), asking(conditions)));
        }
    }
    let trail = |trail| Conditions { trigger: Some(trigger(TriggerKind::Trailing(trail), 1)), ..none };
    for (name, distance, code) in [
        ("1 tick", Trail::Ticks(price(1)), "taken"),
        ("to the lowest price", Trail::Ticks(price(9_999)), "taken"),
        ("to nothing", Trail::Ticks(price(10_000)), "trail-too-wide"),
        ("the highest price", Trail::Ticks(price(MAX_PRICE)), "trail-too-wide"),
        ("1 ppm", Trail::Ppm(number(1)), "taken"),
        ("1000000 ppm", Trail::Ppm(number(1_000_000)), "trail-too-wide"),
        ("the highest ppm", Trail::Ppm(number(u32::MAX)), "trail-too-wide"),
    ] {
        rows.push(row(code, format!("trailing by {name}"), asking(trail(distance))));
    }
    let nowhere = conditional(NewOrder { instrument: EMPTY, ..sell }, trail(Trail::Ticks(price(1))));
    rows.push(row("no-reference", "trailing where nothing has traded", nowhere));
    let stop = Conditions { trigger: Some(trigger(TriggerKind::Stop, 11_000)), ..none };
    rows.push(row("protection-missing", "stop to buy at market", conditional(market(Side::Buy, 1), stop)));
    rows.push(row("taken", "stop to sell at market", conditional(market(Side::Sell, 1), stop)));
    for offset in [i32::MIN, 0, i32::MAX] {
        for to in [PegTo::Primary, PegTo::Market, PegTo::Midpoint] {
            let conditions = Conditions { peg: Some(Peg { to, offset }), ..none };
            rows.push(row("taken", format!("{to:?} peg with an offset of {offset}"), asking(conditions)));
        }
    }
    rows
}

/// The limits of accounts.
fn own_limits() -> Vec<Row> {
    let of = |account, order| Command::PlaceOrder(NewOrder { account, ..order });
    vec![
        row("order-limit", "one order more than the account may have", of(DAVE, limit(Side::Buy, 9_000, 1))),
        row("taken", "an order that does not stay", of(DAVE, market(Side::Buy, 1))),
        row("taken", "order of the highest value", of(FRANK, limit(Side::Buy, 10_000, 10))),
        row("notional-limit", "order of a higher value", of(FRANK, limit(Side::Buy, 10_001, 10))),
        row("notional-limit", "the same to sell", of(FRANK, limit(Side::Sell, 10_001, 10))),
        row("taken", "market order of less", of(FRANK, market(Side::Buy, 9))),
        row("notional-limit", "market order of more", of(FRANK, market(Side::Buy, 10))),
        row("taken", "order up to the highest position", of(FRANK, limit(Side::Buy, 3_000, 30))),
        row("position-limit", "order beyond it", of(FRANK, limit(Side::Buy, 3_000, 31))),
        row("taken", "order to sell whatever the position", of(FRANK, limit(Side::Sell, 5_000, 20))),
    ]
}

fn cash() -> Vec<Row> {
    let buy =
        |account, instrument, units| Command::PlaceCashOrder { account, instrument, amount: amount(units) };
    vec![
        // One lot at 101.00 and a fee of 0.17.
        row("taken", "cash for one lot", buy(ALICE, PLAIN, 10_117)),
        row("spends-nothing", "cash for less", buy(ALICE, PLAIN, 10_116)),
        row("spends-nothing", "cash where nothing is offered", buy(ALICE, EMPTY, MAX_AMOUNT)),
        row("taken", "cash for all there is", buy(ALICE, PLAIN, MAX_AMOUNT)),
        row("amount-not-positive", "cash of nothing", buy(ALICE, PLAIN, 0)),
        row("amount-not-positive", "cash below nothing", buy(ALICE, PLAIN, -MAX_AMOUNT)),
        row("unknown-instrument", "cash for nothing known", buy(ALICE, NO_INSTRUMENT, 1)),
        row("unknown-account", "cash of nobody", buy(NOBODY, PLAIN, 1)),
        row("venue-account", "cash of the venue", buy(AccountId::VENUE, PLAIN, 1)),
        row("account-blocked", "cash of a blocked account", buy(CAROL, PLAIN, 10_117)),
        row("insufficient-funds", "cash without money", buy(ERIN, PLAIN, 10_117)),
        row("taken", "cash beyond the account's orders, which does not stay", buy(DAVE, PLAIN, 10_117)),
        row("notional-limit", "cash beyond the account's value", buy(FRANK, PLAIN, 200_000)),
    ]
}

fn cancels(floor: &Floor) -> Vec<Row> {
    let cancel = |account, order| Command::CancelOrder { account, order };
    let known = floor.known;
    let mut rows = vec![
        row("unknown-account", "cancel of nobody", cancel(NOBODY, known.partly)),
        row("unknown-order", "cancel of the venue", cancel(AccountId::VENUE, known.partly)),
        row("unknown-order", "cancel of another's order", cancel(BOB, known.partly)),
        row("unknown-order", "cancel of a filled order", cancel(ALICE, known.filled)),
        row("unknown-order", "cancel of a canceled order", cancel(ALICE, known.canceled)),
        row("unknown-order", "cancel of an order to come", cancel(ALICE, OrderId::new(10_000).unwrap())),
        row("unknown-order", "cancel of the highest number", cancel(ALICE, OrderId::new(u64::MAX).unwrap())),
    ];
    for (name, order) in [
        ("a partly filled order", known.partly),
        ("a waiting stop", known.stop),
        ("a pegged order", known.peg),
        ("the limit order of a pair", known.pair_limit),
        ("the stop of a pair", known.pair_stop),
        ("a quote side", known.quote),
        ("an order that waits for its minimum", known.minimum),
        ("a post-only order", known.post_only),
        ("a market order in a call", known.for_uncross),
    ] {
        rows.push(row("taken", format!("cancel of {name}"), cancel(ALICE, order)));
    }
    rows
}

fn replaces(floor: &Floor) -> Vec<Row> {
    let replace = |account, order, ticks, lots| Command::ReplaceOrder {
        account,
        order,
        price: price(ticks),
        quantity: qty(lots),
    };
    let known = floor.known;
    let partly = |ticks, lots| replace(ALICE, known.partly, ticks, lots);
    let mut rows = vec![
        row("unknown-account", "replace of nobody", replace(NOBODY, known.partly, 9_800, 10)),
        row("unknown-order", "replace of another's order", replace(BOB, known.partly, 9_800, 10)),
        row("unknown-order", "replace of a filled order", replace(ALICE, known.filled, 9_800, 10)),
        row("unknown-order", "replace of a canceled order", replace(ALICE, known.canceled, 9_800, 10)),
        row("taken", "replace by the same", partly(9_800, 10)),
        row("taken", "replace by one lot more than filled", partly(9_800, 5)),
        row("below-filled", "replace by what is filled", partly(9_800, 4)),
        row("below-filled", "replace by less than filled", partly(9_800, 3)),
        row("below-filled", "replace by one lot at the lowest price", partly(1, 1)),
        row("insufficient-funds", "replace by the most lots", partly(1, MAX_QTY)),
        row(
            "notional-too-large",
            "replace by the most lots at the highest price",
            partly(MAX_PRICE, MAX_QTY),
        ),
        row("taken", "replace that trades", partly(10_100, 10)),
        row(
            "taken",
            "replace of an order that waits for its minimum",
            replace(ALICE, known.minimum, 9_999, 1),
        ),
        row("taken", "replace of a post-only order", replace(ALICE, known.post_only, 10_099, 1)),
        row("post-only-would-take", "the same to the other side", replace(ALICE, known.post_only, 10_100, 1)),
    ];
    for (ticks, lots, code) in [
        (9_600, 20, "taken"),
        (9_601, 20, "off-tick"),
        (9_500, 9, "quantity-out-of-range"),
        (9_500, 1_001, "quantity-out-of-range"),
        (9_500, 10, "notional-too-small"),
        (8_995, 20, "outside-band"),
    ] {
        let command = replace(ALICE, known.strict, ticks, lots);
        rows.push(row(code, format!("strict: replace by {lots} lots at {ticks} ticks"), command));
    }
    for (name, order) in [
        ("a waiting stop", known.stop),
        ("a pegged order", known.peg),
        ("the limit order of a pair", known.pair_limit),
        ("the stop of a pair", known.pair_stop),
        ("a quote side", known.quote),
        ("a market order in a call", known.for_uncross),
    ] {
        rows.push(row("not-replaceable", format!("replace of {name}"), replace(ALICE, order, 9_800, 1)));
    }
    rows
}
