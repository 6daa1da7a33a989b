//! Every field of every command at its limits: the last value that is taken, the first that is not.

use std::num::NonZeroU32;

use outcry_engine::limits::{MAX_AMOUNT, MAX_DECIMALS, MAX_PRICE, MAX_QTY, MAX_QUOTES};
use outcry_engine::{
    AccountId, AccountName, AssetId, Bracket, Command, Conditions, DeskId, Display, FeeRate, IdempotenceKey,
    InstrumentId, Lots, Minimum, NewInstrument, NewOrder, OrderId, OrderPair, OrderPrice, Peg, PegTo, Phase,
    PhaseEnd, Posting, Protection, Rate, Side, TimeInForce, Timestamp, Trail, TriggerKind,
};

use crate::floor::{
    ACME, ALICE, BOB, CALL, CAROL, COIN, DAVE, DESK, EMPTY, ERIN, FRANK, Floor, GINA, NO_ASSET,
    NO_INSTRUMENT, NOBODY, PLAIN, STRICT, USD, amount, bracket, conditional, instrument, limit, market,
    mass_quote, of_phase, pair, price, qty, quote, symbol, trigger,
};
use crate::row::{Row, refused, taken};

/// A row by its code; `taken` for one that is taken.
fn row(code: &str, name: impl Into<String>, command: Command) -> Row {
    if code == "taken" { taken(name, command) } else { refused(code, name, command) }
}

/// Commands that make a market, move money and change how trading goes.
pub(crate) fn rows() -> Vec<Row> {
    [assets(), instruments(), transfers(), accounts(), phases(), desks()].concat()
}

/// Commands about orders.
pub(crate) fn order_rows(floor: &Floor) -> Vec<Row> {
    [
        orders(),
        strict(),
        conditions(),
        own_limits(),
        pairs(),
        brackets(),
        quotes(),
        cash(),
        cancels(floor),
        replaces(floor),
    ]
    .concat()
}

fn assets() -> Vec<Row> {
    let create = |text, decimals| Command::CreateAsset { symbol: symbol(text), decimals };
    let mut rows: Vec<_> =
        [(0, "taken"), (MAX_DECIMALS, "taken"), (13, "too-many-decimals"), (255, "too-many-decimals")]
            .into_iter()
            .map(|(decimals, code)| {
                row(code, format!("asset with {decimals} decimals"), create("NEW", decimals))
            })
            .collect();
    rows.push(row("symbol-taken", "asset that exists", create("USD", 2)));
    rows.push(row("taken", "asset with the symbol of an instrument", create("PLAIN", 2)));
    rows.push(row("taken", "asset with the longest symbol", create("ABCDEFGHIJKLMNOP", 2)));
    rows
}

fn instruments() -> Vec<Row> {
    let new = instrument("NEW");
    let of = |base, quote| Command::CreateInstrument(NewInstrument { base, quote, ..new });
    let fees = |maker: i32, taker: i32| {
        let rate = |ppm| FeeRate::from_ppm(ppm).unwrap();
        Command::CreateInstrument(NewInstrument { maker_fee: rate(maker), taker_fee: rate(taker), ..new })
    };
    let steps = |tick: &str, lot: &str| {
        let (tick, lot) = (tick.parse().unwrap(), lot.parse().unwrap());
        Command::CreateInstrument(NewInstrument { tick, lot, ..new })
    };
    let mut rows = vec![
        row("taken", "instrument", of(ACME, USD)),
        row("base-is-quote", "instrument against itself", of(USD, USD)),
        row("base-is-quote", "unknown asset against itself", of(NO_ASSET, NO_ASSET)),
        row("unknown-asset", "instrument with an unknown base", of(NO_ASSET, USD)),
        row("unknown-asset", "instrument with an unknown quote", of(ACME, AssetId::new(u32::MAX))),
        row("symbol-taken", "instrument that exists", Command::CreateInstrument(instrument("PLAIN"))),
        row("taken", "instrument with the symbol of an asset", Command::CreateInstrument(instrument("ACME"))),
    ];
    for (lot, code) in [
        ("0", "lot-not-representable"),
        ("-1", "lot-not-representable"),
        ("0.5", "lot-not-representable"),
        ("1000000000000000001", "lot-not-representable"),
        ("1.0", "taken"),
        ("100", "taken"),
    ] {
        rows.push(row(code, format!("lot of {lot}"), steps("0.01", lot)));
    }
    for (tick, lot, code) in [
        ("0", "1", "tick-not-representable"),
        ("-0.01", "1", "tick-not-representable"),
        ("0.001", "1", "tick-not-representable"),
        ("10000000000000000.01", "1", "tick-not-representable"),
        ("0.001", "10", "taken"),
        ("10000000000000000", "1", "taken"),
    ] {
        rows.push(row(code, format!("tick of {tick}, lot of {lot}"), steps(tick, lot)));
    }
    for (maker, taker, code) in [
        (-100_000, 0, "taken"),
        (100_000, 100_000, "taken"),
        (0, -1, "setting-out-of-range"),
        (0, -100_000, "setting-out-of-range"),
    ] {
        rows.push(row(code, format!("fees of {maker} and {taker} ppm"), fees(maker, taker)));
    }
    rows
}

fn transfers() -> Vec<Row> {
    let deposit = |account, asset, units| Command::Deposit { account, asset, amount: amount(units) };
    let withdraw = |account, asset, units| Command::Withdraw { account, asset, amount: amount(units) };
    // What may still come in beside five times 10,000 ACME, less what Frank took out and what Gina may owe.
    let room = MAX_AMOUNT - (5 * 10_000 - 9_980) - 5;
    let mut rows = Vec::new();
    for (name, make) in
        [("deposit", deposit as fn(AccountId, AssetId, i64) -> Command), ("withdrawal", withdraw)]
    {
        for (units, code) in [
            (0, "amount-not-positive"),
            (-1, "amount-not-positive"),
            (-MAX_AMOUNT, "amount-not-positive"),
            (1, "taken"),
        ] {
            rows.push(row(code, format!("{name} of {units}"), make(ALICE, USD, units)));
        }
        rows.push(row("unknown-asset", format!("{name} of an unknown asset"), make(ALICE, NO_ASSET, 1)));
        rows.push(row("unknown-account", format!("{name} of an unknown account"), make(NOBODY, USD, 1)));
        rows.push(row("venue-account", format!("{name} of the venue"), make(AccountId::VENUE, USD, 1)));
        rows.push(row("taken", format!("{name} of a blocked account"), make(CAROL, USD, 1)));
    }
    rows.push(row("taken", "deposit of all that can exist", deposit(ALICE, ACME, room)));
    rows.push(row("supply-too-large", "deposit of one more", deposit(ALICE, ACME, room + 1)));
    rows.push(row("supply-too-large", "deposit of the highest amount", deposit(ALICE, ACME, MAX_AMOUNT)));
    rows.push(row("taken", "withdrawal of all that is available", withdraw(FRANK, ACME, 20)));
    rows.push(row("insufficient-funds", "withdrawal of one more", withdraw(FRANK, ACME, 21)));
    rows.push(row(
        "insufficient-funds",
        "withdrawal of the highest amount",
        withdraw(FRANK, ACME, MAX_AMOUNT),
    ));
    rows.push(row("insufficient-funds", "withdrawal with nothing there", withdraw(ERIN, USD, 1)));
    rows
}

fn accounts() -> Vec<Row> {
    let open = |text| Command::OpenAccount { name: AccountName::new(text).unwrap() };
    let mut rows = vec![
        row("taken", "account", open("Hugo")),
        row("taken", "account with the longest name", open("ABCDEFGHIJKLMNOPQRSTUVWX")),
        row("name-taken", "account that exists", open("Alice")),
        row("name-taken", "account with the venue's name", open("Venue")),
    ];
    for (name, make) in [
        ("kill switch", (|account| Command::BlockAccount { account }) as fn(AccountId) -> Command),
        ("release of the kill switch", |account| Command::UnblockAccount { account }),
        ("mass cancel", |account| Command::CancelOrders { account, instrument: None, side: None }),
    ] {
        rows.push(row("taken", format!("{name} of a blocked account"), make(CAROL)));
        rows.push(row("taken", format!("{name} of an account without orders"), make(ERIN)));
        rows.push(row("unknown-account", format!("{name} of an unknown account"), make(NOBODY)));
        rows.push(row("venue-account", format!("{name} of the venue"), make(AccountId::VENUE)));
    }
    let of = |instrument| Command::CancelOrders {
        account: ALICE,
        instrument: Some(instrument),
        side: Some(Side::Buy),
    };
    rows.push(row("taken", "mass cancel of one side of an instrument", of(PLAIN)));
    rows.push(row("unknown-instrument", "mass cancel of an unknown instrument", of(NO_INSTRUMENT)));
    rows
}

fn phases() -> Vec<Row> {
    const DAY: u64 = 86_400_000_000_000;
    let set = |instrument, phase, end| Command::SetPhase { instrument, phase, end };
    let end = |at, within, then| Some(PhaseEnd { at: Timestamp::from_nanos(at), within, then });
    let mut rows =
        vec![row("unknown-instrument", "phase of nothing", set(NO_INSTRUMENT, Phase::Halted, None))];
    for (interval, code) in [
        (0, "setting-out-of-range"),
        (999_999, "setting-out-of-range"),
        (1_000_000, "taken"),
        (DAY, "taken"),
        (DAY + 1, "setting-out-of-range"),
        (u64::MAX, "setting-out-of-range"),
    ] {
        let batch = Phase::Batch { interval };
        rows.push(row(code, format!("batches of {interval} ns"), set(EMPTY, batch, None)));
        rows.push(row(
            code,
            format!("then batches of {interval} ns"),
            set(EMPTY, Phase::Halted, end(u64::MAX, 0, batch)),
        ));
    }
    for (at, code) in [
        (0, "expiry-passed"),
        (1_000_000_000, "expiry-passed"),
        (1_000_000_001, "taken"),
        (u64::MAX, "taken"),
    ] {
        let phase = set(EMPTY, Phase::PreOpen, end(at, 0, Phase::Continuous));
        rows.push(row(code, format!("phase that ends at {at} ns"), phase));
    }
    for within in [0, 1, u64::MAX] {
        let phase = set(EMPTY, Phase::PreOpen, end(2_000_000_000, within, Phase::Continuous));
        rows.push(row("taken", format!("phase with a random end within {within} ns"), phase));
    }
    rows.push(row("taken", "halt of the market", Command::HaltMarket));
    rows.push(row("taken", "end of the halt", Command::ResumeMarket));
    rows.push(row("taken", "the clock", Command::AdvanceClock));
    rows
}

fn desks() -> Vec<Row> {
    let open = |account, sells, cap| Command::OpenDesk { account, sells, cap: amount(cap) };
    let rate = |desk, money| Command::SetRate { desk, money, rate: Rate::new("2".parse().unwrap()).unwrap() };
    let buy = |account, money, units| Command::BuyAtDesk {
        desk: DESK,
        account,
        money,
        amount: amount(units),
        key: IdempotenceKey::new(7),
    };
    let no_desk = DeskId::new(1);
    vec![
        row("taken", "desk with the lowest cap", open(BOB, COIN, 1)),
        row("taken", "desk with the highest cap", open(BOB, COIN, MAX_AMOUNT)),
        row("cap-not-positive", "desk with no cap", open(BOB, COIN, 0)),
        row("cap-not-positive", "desk with a cap below zero", open(BOB, COIN, -1)),
        row("unknown-asset", "desk for nothing", open(BOB, NO_ASSET, 1)),
        row("unknown-account", "desk of nobody", open(NOBODY, COIN, 1)),
        row("venue-account", "desk of the venue", open(AccountId::VENUE, COIN, 1)),
        row("taken", "rate", rate(DESK, ACME)),
        row("unknown-desk", "rate of no desk", rate(no_desk, USD)),
        row("unknown-asset", "rate for nothing", rate(DESK, NO_ASSET)),
        row("own-asset", "rate for what is sold", rate(DESK, COIN)),
        row("taken", "purchase", buy(ALICE, USD, 1)),
        row("taken", "purchase of the whole cap", buy(ALICE, USD, 200_000)),
        row("above-cap", "purchase of more", buy(ALICE, USD, 200_001)),
        row("amount-not-positive", "purchase for nothing", buy(ALICE, USD, 0)),
        row("amount-not-positive", "purchase for less than nothing", buy(ALICE, USD, -1)),
        row("amount-too-large", "purchase for a billion", buy(ALICE, USD, 100_000_000_000)),
        row("above-cap", "purchase for less than a billion", buy(ALICE, USD, 99_999_999_999)),
        row("currency-not-taken", "purchase for stock", buy(ALICE, ACME, 1)),
        row("unknown-asset", "purchase for an unknown asset", buy(ALICE, NO_ASSET, 1)),
        row("unknown-account", "purchase of nobody", buy(NOBODY, USD, 1)),
        row("venue-account", "purchase of the venue", buy(AccountId::VENUE, USD, 1)),
        row("own-desk", "purchase of the desk's own account", buy(BOB, USD, 1)),
        row("insufficient-funds", "purchase without money", buy(ERIN, USD, 1)),
        row(
            "unknown-desk",
            "purchase at no desk",
            Command::BuyAtDesk {
                desk: no_desk,
                account: ALICE,
                money: USD,
                amount: amount(1),
                key: IdempotenceKey::new(0),
            },
        ),
    ]
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
        row("order-limit", "the same, of an order that does not stay", of(DAVE, market(Side::Buy, 1))),
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
        row("order-limit", "cash beyond the account's orders", buy(DAVE, PLAIN, 10_117)),
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
