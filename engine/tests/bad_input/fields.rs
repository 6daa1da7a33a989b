//! The fields of commands that make a market, move money and change how trading goes, at their limits: the last value that is
//! taken, the first that is not.

use crate::floor::{
    ACME, ALICE, BOB, CAROL, COIN, DESK, EMPTY, ERIN, FRANK, NO_ASSET, NO_INSTRUMENT, NOBODY, PLAIN, USD,
    amount, instrument, symbol,
};
use crate::row::{Row, row};
use outcry_engine::limits::{MAX_AMOUNT, MAX_DECIMALS};
use outcry_engine::{
    AccountId, AccountName, AssetId, Command, DeskId, FeeRate, IdempotenceKey, NewInstrument, Phase,
    PhaseEnd, Rate, Side, Timestamp,
};

/// Commands that make a market, move money and change how trading goes.
pub(crate) fn rows() -> Vec<Row> {
    [assets(), instruments(), transfers(), accounts(), phases(), desks()].concat()
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
