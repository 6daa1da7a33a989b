//! Every setting at its limits.

use crate::floor::{
    ACME, ALICE, EMPTY, Floor, GINA, NO_ASSET, NO_INSTRUMENT, NOBODY, PLAIN, STRICT, USD, amount, price, qty,
    set, set_account,
};
use crate::row::{Row, answer, row};
use outcry_engine::limits::{MAX_AMOUNT, MAX_FOLLOW_UPS, MAX_PRICE, MAX_TIER};
use outcry_engine::{
    AccountId, AccountSetting, Allocation, CmeAlgorithm, Command, Exchange, FeeRate, InstrumentSetting,
    LimitTier, LimitUpDownTerms, Lots, MarketSetting, MarketWideTerms, PriceBand, PriceRange, Rulebook,
    SelfTrade, Steps, TickRow, Timestamp, Top, VelocityTerms,
};
use std::num::{NonZeroU32, NonZeroU64};

const DAY: u64 = 86_400_000_000_000;

pub(crate) fn rows() -> Vec<Row> {
    [numbers(), allocations(), bands(), of_accounts(), of_the_market()].concat()
}

fn numbers() -> Vec<Row> {
    let range = "setting-out-of-range";
    let ppm = |ppm| FeeRate::from_ppm(ppm).unwrap();
    let lead = |account, ppm| InstrumentSetting::LeadMaker { account, ppm };
    let tier = |tier, maker, taker| InstrumentSetting::FeeTier { tier, maker: ppm(maker), taker: ppm(taker) };
    let quantities = |min, max| InstrumentSetting::Quantities { min: Lots::new(min), max: Lots::new(max) };
    let call = |length, within| InstrumentSetting::VolatilityCall { length, within };
    let hours = |opens, closes| InstrumentSetting::TradingHours { opens, closes };
    let row_from = |from, step| {
        InstrumentSetting::TickRow(TickRow { from: price(from), step: NonZeroU32::new(step).unwrap() })
    };
    let mut rows: Vec<_> = [
        ("lead maker of 0", lead(ALICE, 0), "taken"),
        ("lead maker of all", lead(ALICE, 1_000_000), "taken"),
        ("lead maker of more", lead(ALICE, 1_000_001), range),
        ("lead maker of the most", lead(ALICE, u32::MAX), range),
        ("lead maker nobody", lead(NOBODY, 1), "unknown-account"),
        ("lead maker the venue", lead(AccountId::VENUE, 1), "venue-account"),
        (
            "rulebook with a bound of all",
            InstrumentSetting::Rulebook(Rulebook::Pressure { bound_ppm: 1_000_000 }),
            "taken",
        ),
        (
            "rulebook with a wider bound",
            InstrumentSetting::Rulebook(Rulebook::Pressure { bound_ppm: 1_000_001 }),
            range,
        ),
        (
            "rulebook with a wider collar",
            InstrumentSetting::Rulebook(Rulebook::Nasdaq { collar: price(1), collar_ppm: u32::MAX }),
            range,
        ),
        ("tier 0", tier(0, 0, 0), range),
        ("tier 1", tier(1, 0, 0), "taken"),
        ("the highest tier", tier(MAX_TIER, -100_000, 0), "taken"),
        ("a higher tier", tier(MAX_TIER + 1, 0, 0), range),
        ("tier at the instrument's rates", tier(1, 300, 1_700), "taken"),
        ("tier with more for makers", tier(1, 301, 1_700), range),
        ("tier with more for takers", tier(1, 300, 1_701), range),
        ("tier with less than nothing for takers", tier(1, 300, -1), range),
        ("quantities of any size", quantities(0, 0), "taken"),
        ("quantities from 10", quantities(10, 0), "taken"),
        ("quantities of 10 only", quantities(10, 10), "taken"),
        ("quantities from 10 to 9", quantities(10, 9), range),
        ("quantities of the most", quantities(u64::MAX, u64::MAX), "taken"),
        ("least value 0", InstrumentSetting::MinNotional(amount(0)), "taken"),
        ("least value the most", InstrumentSetting::MinNotional(amount(MAX_AMOUNT)), "taken"),
        ("least value below zero", InstrumentSetting::MinNotional(amount(-1)), range),
        ("volatility call of a second", call(1_000_000_000, 1_000_000_000), "taken"),
        ("volatility call of less", call(999_999_999, 0), range),
        ("volatility call of a day", call(DAY, 0), "taken"),
        ("volatility call of more", call(DAY + 1, 0), range),
        ("volatility call with a wider window", call(1_000_000_000, 1_000_000_001), range),
        ("auction collar of all", InstrumentSetting::AuctionCollar(1_000_000), "taken"),
        ("auction collar of more", InstrumentSetting::AuctionCollar(1_000_001), range),
        ("no trading hours", hours(0, 0), "taken"),
        ("trading hours of a day", hours(0, DAY), "taken"),
        ("trading hours beyond a day", hours(0, DAY + 1), range),
        ("trading hours that close as they open", hours(5, 5), range),
        ("trading hours that close before they open", hours(6, 5), range),
        ("day that ends at midnight", InstrumentSetting::DayEnd(0), "taken"),
        ("day that ends just before", InstrumentSetting::DayEnd(DAY - 1), "taken"),
        ("day that ends after it", InstrumentSetting::DayEnd(DAY), range),
        ("no follow-ups", InstrumentSetting::FollowUps(0), range),
        ("one follow-up", InstrumentSetting::FollowUps(1), "taken"),
        ("the most follow-ups", InstrumentSetting::FollowUps(MAX_FOLLOW_UPS), "taken"),
        ("more follow-ups", InstrumentSetting::FollowUps(MAX_FOLLOW_UPS + 1), range),
        ("reference at the highest price", InstrumentSetting::Reference(price(MAX_PRICE)), "taken"),
        ("halts that queue", InstrumentSetting::HaltQueues(true), "taken"),
    ]
    .into_iter()
    .map(|(name, setting, code)| row(code, name, set(PLAIN, setting)))
    .collect();
    for (from, code) in [(5_001, "taken"), (5_000, "tick-table"), (1, "tick-table"), (MAX_PRICE, "taken")] {
        rows.push(row(code, format!("a second row of ticks from {from}"), set(STRICT, row_from(from, 10))));
    }
    rows.push(row(
        "unknown-instrument",
        "setting of nothing",
        set(NO_INSTRUMENT, InstrumentSetting::FollowUps(1)),
    ));
    rows
}

fn allocations() -> Vec<Row> {
    let steps = Steps { top: None, lead_makers: false, fifo_ppm: 0, pro_rata: None, leveling: false };
    let top = |minimum, maximum| Some(Top { minimum: qty(minimum), maximum: Some(qty(maximum)) });
    [
        ("FIFO", Allocation::Fifo, "taken"),
        ("largest first", Allocation::PriceSizeTime, "taken"),
        ("CME A", Allocation::cme(CmeAlgorithm::A), "taken"),
        ("CME T", Allocation::cme(CmeAlgorithm::T), "taken"),
        ("no steps", Allocation::Steps(steps), "allocation"),
        ("TOP of one size", Allocation::Steps(Steps { top: top(5, 5), ..steps }), "taken"),
        (
            "TOP with its minimum above its maximum",
            Allocation::Steps(Steps { top: top(6, 5), ..steps }),
            "allocation",
        ),
        ("all FIFO, then pro-rata", Allocation::split(1_000_000, qty(1)), "taken"),
        ("more than all FIFO", Allocation::split(1_000_001, qty(1)), "allocation"),
        ("a FIFO part without pro-rata", Allocation::Steps(Steps { fifo_ppm: 1, ..steps }), "allocation"),
        ("leveling without pro-rata", Allocation::Steps(Steps { leveling: true, ..steps }), "allocation"),
    ]
    .into_iter()
    .map(|(name, allocation, code)| {
        row(code, format!("allocation: {name}"), set(PLAIN, InstrumentSetting::Allocation(allocation)))
    })
    .collect()
}

fn bands() -> Vec<Row> {
    let band =
        |width_ppm, floor_ticks| InstrumentSetting::PriceBand(Some(PriceBand { width_ppm, floor_ticks }));
    let range = |fixed: u32, moving: u32| {
        let (static_ppm, dynamic_ppm) = (NonZeroU32::new(fixed), NonZeroU32::new(moving));
        InstrumentSetting::PriceRange(Some(PriceRange { static_ppm, dynamic_ppm }))
    };
    let plan = LimitUpDownTerms::plan(LimitTier::One, NonZeroU64::new(100));
    let limits = |terms| InstrumentSetting::LimitUpDown(Some(terms));
    let velocity = |move_ticks, window_millis, reserve_millis| {
        InstrumentSetting::Velocity(Some(VelocityTerms { move_ticks, window_millis, reserve_millis }))
    };
    [
        ("no price band", InstrumentSetting::PriceBand(None), "taken"),
        ("price band of nothing", band(0, 0), "band"),
        ("price band of one tick", band(0, 1), "taken"),
        ("price band of ten times the price", band(10_000_000, 0), "taken"),
        ("a wider price band", band(10_000_001, 0), "band"),
        ("price band with the highest floor", band(0, MAX_PRICE.unsigned_abs()), "taken"),
        ("price band with a higher floor", band(0, MAX_PRICE.unsigned_abs() + 1), "band"),
        ("price range of nothing", range(0, 0), "taken"),
        ("price range of ten times the price", range(10_000_000, 10_000_000), "taken"),
        ("a wider static range", range(10_000_001, 1), "band"),
        ("a wider dynamic range", range(1, 10_000_001), "band"),
        ("limit up, limit down", limits(plan), "taken"),
        ("limit state of nothing", limits(LimitUpDownTerms { limit_seconds: 0, ..plan }), "band"),
        ("limit state without end", limits(LimitUpDownTerms { limit_seconds: u32::MAX, ..plan }), "band"),
        ("pause without end", limits(LimitUpDownTerms { pause_seconds: u32::MAX, ..plan }), "band"),
        ("reference that never moves", limits(LimitUpDownTerms { move_ppm: u32::MAX, ..plan }), "band"),
        (
            "reference that stands forever",
            limits(LimitUpDownTerms { hold_seconds: u32::MAX, ..plan }),
            "band",
        ),
        ("velocity", velocity(1, 1_000, 1_000), "taken"),
        ("velocity of nothing", velocity(0, 1_000, 1_000), "band"),
        ("velocity without a window", velocity(1, 0, 1_000), "band"),
        ("velocity with an endless window", velocity(1, u32::MAX, 1_000), "band"),
        ("velocity without a reserve", velocity(1, 1_000, 0), "band"),
        ("velocity with an endless reserve", velocity(1, 1_000, u32::MAX), "band"),
    ]
    .into_iter()
    .map(|(name, setting, code)| row(code, name, set(PLAIN, setting)))
    .collect()
}

fn of_accounts() -> Vec<Row> {
    let range = "setting-out-of-range";
    let short = |asset, units| AccountSetting::ShortLimit { asset, amount: amount(units) };
    let notional = |asset, units| AccountSetting::MaxNotional { asset, amount: amount(units) };
    let position = |asset, units| AccountSetting::MaxPosition { asset, amount: amount(units) };
    // What may still be owed beside 40,020 ACME that exist and 5 that Gina may owe.
    let most = MAX_AMOUNT - 40_020 - 5;
    let mut rows: Vec<_> = [
        (ALICE, "group 0", AccountSetting::Group(0), "taken"),
        (ALICE, "the highest group", AccountSetting::Group(u32::MAX), "taken"),
        (ALICE, "self-trade prevention", AccountSetting::SelfTrade(SelfTrade::CancelBoth), "taken"),
        (ALICE, "tier 0 of an account", AccountSetting::Tier(0), "taken"),
        (ALICE, "the highest tier of an account", AccountSetting::Tier(MAX_TIER), "taken"),
        (ALICE, "a higher tier of an account", AccountSetting::Tier(MAX_TIER + 1), range),
        (ALICE, "open orders without limit", AccountSetting::MaxOpenOrders(0), "taken"),
        (ALICE, "the most open orders", AccountSetting::MaxOpenOrders(u32::MAX), "taken"),
        (ALICE, "value without limit", notional(USD, 0), "taken"),
        (ALICE, "value below zero", notional(USD, -1), range),
        (ALICE, "value of nothing known", notional(NO_ASSET, 1), "unknown-asset"),
        (ALICE, "position without limit", position(ACME, 0), "taken"),
        (ALICE, "position below zero", position(ACME, -1), range),
        (ALICE, "position of nothing known", position(NO_ASSET, 1), "unknown-asset"),
        (ALICE, "short limit of nothing", short(ACME, 0), "taken"),
        (ALICE, "short limit below zero", short(ACME, -1), range),
        (ALICE, "short limit of all that can exist", short(ACME, most), "taken"),
        (ALICE, "short limit of more", short(ACME, most + 1), "supply-too-large"),
        (ALICE, "short limit of nothing known", short(NO_ASSET, 1), "unknown-asset"),
        (GINA, "short limit of what is owed", short(ACME, 5), "taken"),
        (GINA, "short limit of less", short(ACME, 4), "short-owed"),
        (GINA, "short limit taken away", short(ACME, 0), "short-owed"),
        (NOBODY, "setting of nobody", AccountSetting::Group(1), "unknown-account"),
        (AccountId::VENUE, "setting of the venue", AccountSetting::Group(1), "venue-account"),
    ]
    .into_iter()
    .map(|(account, name, setting, code)| row(code, name, set_account(account, setting)))
    .collect();
    rows.push(row(
        "supply-too-large",
        "short limit of the highest amount",
        set_account(ALICE, short(ACME, MAX_AMOUNT)),
    ));
    rows
}

fn of_the_market() -> Vec<Row> {
    let halt = |instrument, first_ppm, second_ppm, third_ppm, halt_seconds| Command::SetMarket {
        setting: MarketSetting::MarketWide(Some((
            instrument,
            MarketWideTerms { first_ppm, second_ppm, third_ppm, halt_seconds },
        ))),
    };
    let usual = |instrument| halt(instrument, 70_000, 130_000, 200_000, 900);
    vec![
        row("taken", "no market-wide halt", Command::SetMarket { setting: MarketSetting::MarketWide(None) }),
        row("taken", "market-wide halt", usual(PLAIN)),
        row("unknown-instrument", "market-wide halt by nothing", usual(NO_INSTRUMENT)),
        row("no-reference", "market-wide halt by what has not traded", usual(EMPTY)),
        row("band", "market-wide halt at any fall", halt(PLAIN, 0, 130_000, 200_000, 900)),
        row("band", "market-wide halt with level 2 below 1", halt(PLAIN, 70_000, 69_999, 200_000, 900)),
        row("band", "market-wide halt with level 3 below 2", halt(PLAIN, 70_000, 130_000, 129_999, 900)),
        row("band", "market-wide halt at more than all", halt(PLAIN, 70_000, 130_000, 1_000_001, 900)),
        row("band", "market-wide halt without end", halt(PLAIN, 70_000, 130_000, 200_000, u32::MAX)),
    ]
}

/// Lead makers together, rows of a tick table and desks: limits that are reached one by one.
#[test]
fn what_is_full_takes_no_more() {
    let mut exchange = Floor::open().exchange;
    let mut events = Vec::new();
    let mut run = |exchange: &mut Exchange, command: &Command| {
        assert_eq!(answer(exchange, command), Ok(()), "{command:?}");
        exchange.execute(Timestamp::default(), command, &mut events);
    };
    run(&mut exchange, &set(PLAIN, InstrumentSetting::LeadMaker { account: ALICE, ppm: 600_000 }));
    for (account, ppm, message) in [
        (GINA, 400_001, Some("the lead makers' share in ppm 1000001 is outside 0 to 1000000")),
        (GINA, 400_000, None),
        (ALICE, 1_000_000, None),
    ] {
        let answer = answer(&exchange, &set(PLAIN, InstrumentSetting::LeadMaker { account, ppm }));
        assert_eq!(answer.err().map(|reject| exchange.explain(&reject)).as_deref(), message);
    }
    let ticks = |from| {
        set(
            PLAIN,
            InstrumentSetting::TickRow(TickRow { from: price(from), step: NonZeroU32::new(1).unwrap() }),
        )
    };
    for from in 1..=32 {
        run(&mut exchange, &ticks(from));
    }
    let full = answer(&exchange, &ticks(33)).unwrap_err();
    assert_eq!(exchange.explain(&full), "a tick table has at most 32 rows");
    let desk = Command::OpenDesk { account: ALICE, sells: ACME, cap: amount(1) };
    for _ in 1..256 {
        run(&mut exchange, &desk);
    }
    assert_eq!(answer(&exchange, &desk).unwrap_err().code(), "too-many-desks");
}
