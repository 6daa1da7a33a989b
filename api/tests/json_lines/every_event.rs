//! Every event, whether or not it is easily brought about: it has a text, and the schema takes it.

use std::collections::BTreeSet;

use expect_test::expect;
use outcry_engine::{
    AccountId, AccountName, AccountSetting, Amount, AssetId, AuctionStep, Call, CancelReason, CashOrderId,
    Condition, DeskId, Display, Event, Indication, InstrumentId, InstrumentSetting, Layer, LedgerKind,
    LedgerLine, Lots, MarketSetting, Minimum, NewOrder, OrderId, OrderPrice, Peg, PegTo, Phase, PhaseCause,
    PhaseEnd, Place, Posting, Price, Priority, Qty, Rate, ReduceReason, Reject, RepriceReason, SelfTrade,
    Side, Symbol, TimeInForce, Timestamp, Trade, TradeId, TradeKind, Trail, Trigger, TriggerBy, TriggerKind,
    WaitsFor,
};

use crate::schema::{assert_valid, schema};
use crate::terminal::{MARKET, Terminal};

const ALICE: AccountId = AccountId::new(1);
const BOB: AccountId = AccountId::new(2);
const USD: AssetId = AssetId::new(0);
const STOCK: AssetId = AssetId::new(1);
const ACME: InstrumentId = InstrumentId::new(0);
const DESK: DeskId = DeskId::new(0);

fn order(number: u64) -> OrderId {
    OrderId::new(number).unwrap()
}

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn qty(lots: u64) -> Qty {
    Qty::new(lots).unwrap()
}

fn terms(time_in_force: TimeInForce, posting: Posting, price: OrderPrice) -> NewOrder {
    NewOrder {
        account: BOB,
        instrument: ACME,
        side: Side::Sell,
        price,
        quantity: qty(10),
        time_in_force,
        posting,
    }
}

/// The events of one thing after the other; orders are named as they are accepted.
fn events() -> Vec<Event> {
    let time = Timestamp::from_nanos(1_795_253_400_000_000_001);
    let mut all = vec![
        Event::CommandRejected(Reject::VenueAccount),
        Event::AssetCreated { asset: USD, symbol: Symbol::new("USD").unwrap(), decimals: 2 },
        Event::AccountOpened { account: ALICE, name: AccountName::new("Alice").unwrap() },
    ];
    for kind in [
        LedgerKind::Deposit,
        LedgerKind::Withdraw,
        LedgerKind::Hold,
        LedgerKind::Release,
        LedgerKind::Buy,
        LedgerKind::Sell,
        LedgerKind::Fee,
    ] {
        let amount = Amount::new(-150).unwrap();
        let (available, held) = (Amount::ZERO, Amount::ZERO);
        let line =
            LedgerLine { account: ALICE, asset: USD, kind, amount, available, held, order: Some(order(1)) };
        all.push(Event::LedgerPosted(line));
    }
    let limit = OrderPrice::Limit(price(10_025));
    for terms in [
        terms(TimeInForce::GoodTillCancel, Posting::PostOnly, limit),
        terms(TimeInForce::Day, Posting::PostOnlyReprice, limit),
        terms(TimeInForce::GoodTillDate(time), Posting::Any, limit),
        terms(TimeInForce::ImmediateOrCancel, Posting::Any, OrderPrice::Market),
        terms(TimeInForce::FillOrKill, Posting::Any, OrderPrice::Market),
        terms(TimeInForce::GoodTillCancel, Posting::Any, OrderPrice::MarketToLimit),
    ] {
        all.push(Event::OrderAccepted { order: order(9), terms });
    }
    all.extend(
        conditions(time).into_iter().map(|condition| Event::OrderConditioned { order: order(9), condition }),
    );
    all.extend(life());
    all.extend(market(time));
    all
}

fn conditions(time: Timestamp) -> Vec<Condition> {
    let trigger = |kind, by| Condition::Trigger(Trigger { kind, by, price: price(9_900) });
    vec![
        trigger(TriggerKind::Stop, TriggerBy::Last),
        trigger(TriggerKind::TakeProfit, TriggerBy::Bid),
        trigger(TriggerKind::Trailing(Trail::Ticks(price(150))), TriggerBy::Ask),
        trigger(TriggerKind::Trailing(Trail::Ppm(5_000.try_into().unwrap())), TriggerBy::Last),
        Condition::Display(Display::Full),
        Condition::Display(Display::Hidden),
        Condition::Display(Display::Iceberg { peak: qty(5), spread: Lots::new(2) }),
        Condition::Minimum(Minimum::All),
        Condition::Minimum(Minimum::Quantity(qty(3))),
        Condition::Peg(Peg { to: PegTo::Primary, offset: -2 }),
        Condition::Peg(Peg { to: PegTo::Market, offset: 0 }),
        Condition::Peg(Peg { to: PegTo::Midpoint, offset: 2 }),
        Condition::Bound(price(10_100)),
        Condition::SelfTrade(SelfTrade::CancelBoth),
        Condition::Expires(time),
        Condition::Cash(Amount::new(25_000).unwrap()),
        Condition::Pair(order(10)),
        Condition::Exits { profit: price(10_600), loss: price(9_800) },
        Condition::ExitOf(order(8)),
        Condition::Quote,
    ]
}

/// What becomes of orders.
fn life() -> Vec<Event> {
    let (account, instrument, side) = (BOB, ACME, Side::Sell);
    let mut all = Vec::new();
    for waits_for in [WaitsFor::Trigger, WaitsFor::Minimum, WaitsFor::Reference, WaitsFor::Uncross] {
        all.push(Event::OrderWaits {
            order: order(9),
            account,
            instrument,
            side,
            leaves: qty(10),
            waits_for,
        });
    }
    let (trigger, reference) = (price(9_900), price(9_899));
    all.push(Event::OrderTriggered { order: order(9), account, instrument, side, trigger, reference });
    for (price, from) in [(OrderPrice::Limit(price(9_900)), Place::Waiting), (OrderPrice::Market, Place::Lit)]
    {
        let leaves = qty(10);
        all.push(Event::OrderEntered { order: order(9), account, instrument, side, price, leaves, from });
    }
    for layer in Layer::BOTH {
        all.push(Event::OrderRested {
            order: order(9),
            account,
            instrument,
            side,
            price: price(9_900),
            leaves: qty(10),
            ahead: Lots::new(3),
            layer,
        });
    }
    let (shown, ahead) = (qty(4), Lots::ZERO);
    all.push(Event::OrderRefilled {
        order: order(9),
        account,
        instrument,
        side,
        price: price(9_900),
        shown,
        ahead,
    });
    for reason in
        [RepriceReason::PostOnly, RepriceReason::MarketToLimit, RepriceReason::Band, RepriceReason::PostClose]
    {
        let (old_price, price) = (price(9_900), price(9_901));
        all.push(Event::OrderRepriced { order: order(9), instrument, old_price, price, reason });
    }
    let (by, leaves, reason) = (Lots::new(2), Lots::ZERO, ReduceReason::Pair);
    all.push(Event::OrderReduced { order: order(9), account, instrument, by, leaves, reason });
    for rule in [
        SelfTrade::Allow,
        SelfTrade::CancelNewest,
        SelfTrade::CancelOldest,
        SelfTrade::CancelBoth,
        SelfTrade::Decrement,
    ] {
        all.push(Event::TradePrevented {
            maker: order(8),
            taker: order(9),
            instrument,
            price: price(9_900),
            quantity: qty(1),
            maker_leaves: Lots::ZERO,
            taker_leaves: Lots::new(5),
            rule,
        });
    }
    for kind in [TradeKind::Continuous, TradeKind::Auction] {
        all.push(Event::Traded(Trade {
            trade: TradeId::new(1).unwrap(),
            instrument,
            price: price(9_900),
            quantity: qty(1),
            taker_side: side,
            kind,
            maker: order(8),
            taker: order(9),
            maker_account: ALICE,
            taker_account: BOB,
            maker_leaves: Lots::ZERO,
            taker_leaves: Lots::new(5),
        }));
    }
    for reason in [
        CancelReason::Requested,
        CancelReason::ImmediateOrCancel,
        CancelReason::FillOrKill,
        CancelReason::NoLiquidity,
        CancelReason::Minimum,
        CancelReason::Expired,
        CancelReason::SelfTrade,
        CancelReason::Pair,
        CancelReason::MassCancel,
        CancelReason::AccountBlocked,
        CancelReason::Requoted,
        CancelReason::NotCovered,
        CancelReason::Interrupted,
        CancelReason::Band,
        CancelReason::Uncross,
    ] {
        for (price, from) in
            [(OrderPrice::Market, Place::Incoming), (OrderPrice::Limit(price(9_900)), Place::Dark)]
        {
            let canceled = Lots::new(5);
            all.push(Event::OrderCanceled {
                order: order(9),
                account,
                instrument,
                side,
                price,
                canceled,
                from,
                reason,
            });
        }
    }
    for priority in [Priority::Kept, Priority::Lost] {
        all.push(Event::OrderReplaced {
            order: order(9),
            account,
            instrument,
            side,
            old_price: price(9_900),
            price: price(9_901),
            quantity: qty(10),
            old_leaves: qty(10),
            leaves: qty(9),
            priority,
        });
    }
    all
}

/// What becomes of accounts, instruments, the market and desks.
fn market(time: Timestamp) -> Vec<Event> {
    let instrument = ACME;
    let mut all = vec![
        Event::OrdersCanceled { account: BOB, instrument: None, side: None },
        Event::OrdersCanceled { account: BOB, instrument: Some(ACME), side: Some(Side::Buy) },
        Event::Quoted { account: BOB, entries: 2 },
        Event::QuoteRefused { entry: 1, reject: Reject::QuoteCrossed { bid: price(2), ask: price(1) } },
        Event::AccountBlocked { account: BOB },
        Event::AccountUnblocked { account: BOB },
        Event::InstrumentSet { instrument, setting: InstrumentSetting::HaltQueues(true) },
        Event::AccountSet { account: BOB, setting: AccountSetting::Tier(1) },
        Event::MarketSet { setting: MarketSetting::MarketWide(None) },
        Event::MarketHalted { until: None },
        Event::MarketHalted { until: Some(time) },
        Event::MarketResumed,
        Event::BandsMoved { instrument, low: price(9_500), high: price(10_500) },
        Event::LimitState { instrument, entered: true },
        Event::FollowUpsStopped { instrument, done: 20_000 },
        Event::ClockAdvanced,
        Event::DeskOpened { desk: DESK, account: BOB, sells: STOCK, cap: Amount::new(40).unwrap() },
        Event::RateSet { desk: DESK, money: USD, rate: Rate::new(5.into()).unwrap() },
        Event::CashSpent {
            desk: DESK,
            purchase: CashOrderId::new(1).unwrap(),
            account: ALICE,
            money: USD,
            amount: Amount::new(20_100).unwrap(),
            rate: Rate::new(5.into()).unwrap(),
            coins: Amount::new(41).unwrap(),
            repeated: false,
        },
    ];
    let causes = [
        PhaseCause::Ordered,
        PhaseCause::Scheduled,
        PhaseCause::PriceRange,
        PhaseCause::Velocity,
        PhaseCause::LimitUpDown,
        PhaseCause::MarketWide,
    ];
    let end = PhaseEnd { at: time, within: 5, then: Phase::Batch { interval: 1_000_000 } };
    for cause in causes {
        let phase = Phase::Call(Call::Volatility);
        all.push(Event::PhaseChanged { instrument, phase, end: Some(end), cause });
        let phase = Phase::Batch { interval: 1_000_000 };
        all.push(Event::PhaseChanged { instrument, phase, end: None, cause });
    }
    for step in [
        AuctionStep::Volume,
        AuctionStep::Surplus,
        AuctionStep::Pressure,
        AuctionStep::Bound,
        AuctionStep::Reference,
        AuctionStep::MarketOrders,
        AuctionStep::Collar,
    ] {
        let indication = Indication {
            price: Some(price(10_000)),
            paired: Lots::new(7),
            surplus: Lots::new(3),
            surplus_side: Some(Side::Buy),
            decided_by: Some(step),
        };
        all.push(Event::Uncrossed { instrument, indication });
    }
    all.push(Event::IndicationChanged { instrument, indication: Indication::NOTHING });
    all
}

/// Names every variant: a new one does not compile until it is here, and is not done until one is above.
fn kind(event: &Event) -> &'static str {
    match event {
        Event::CommandRejected(_) => "command_rejected",
        Event::AssetCreated { .. } => "asset_created",
        Event::InstrumentCreated { .. } => "instrument_created",
        Event::AccountOpened { .. } => "account_opened",
        Event::LedgerPosted(_) => "ledger_posted",
        Event::OrderAccepted { .. } => "order_accepted",
        Event::OrderConditioned { .. } => "order_conditioned",
        Event::OrderWaits { .. } => "order_waits",
        Event::OrderTriggered { .. } => "order_triggered",
        Event::OrderEntered { .. } => "order_entered",
        Event::OrderRested { .. } => "order_rested",
        Event::OrderRefilled { .. } => "order_refilled",
        Event::OrderRepriced { .. } => "order_repriced",
        Event::OrderReduced { .. } => "order_reduced",
        Event::TradePrevented { .. } => "trade_prevented",
        Event::Traded(_) => "traded",
        Event::OrderCanceled { .. } => "order_canceled",
        Event::OrderReplaced { .. } => "order_replaced",
        Event::OrdersCanceled { .. } => "orders_canceled",
        Event::Quoted { .. } => "quoted",
        Event::QuoteRefused { .. } => "quote_refused",
        Event::AccountBlocked { .. } => "account_blocked",
        Event::AccountUnblocked { .. } => "account_unblocked",
        Event::InstrumentSet { .. } => "instrument_set",
        Event::AccountSet { .. } => "account_set",
        Event::MarketSet { .. } => "market_set",
        Event::PhaseChanged { .. } => "phase_changed",
        Event::MarketHalted { .. } => "market_halted",
        Event::MarketResumed => "market_resumed",
        Event::IndicationChanged { .. } => "indication_changed",
        Event::Uncrossed { .. } => "uncrossed",
        Event::BandsMoved { .. } => "bands_moved",
        Event::LimitState { .. } => "limit_state",
        Event::FollowUpsStopped { .. } => "follow_ups_stopped",
        Event::ClockAdvanced => "clock_advanced",
        Event::DeskOpened { .. } => "desk_opened",
        Event::RateSet { .. } => "rate_set",
        Event::CashSpent { .. } => "cash_spent",
    }
}

fn terminal() -> Terminal {
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    terminal.enter(r#"{"command":"open_desk","account":"Bob","sells":"ACME","cap":"40"}"#);
    terminal
}

#[test]
fn every_event_is_valid() {
    let output = schema("output");
    let events = events();
    let mut kinds: BTreeSet<_> = events.iter().map(kind).collect();
    for (line, event) in terminal().told(&events).iter().zip(&events) {
        assert_valid(&output, line);
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["event"], kind(event));
        // Planted: a field that nobody knows, and one that is missing.
        let mut planted = value.clone();
        planted["colour"] = "red".into();
        assert!(!output.is_valid(&planted), "{planted}");
    }
    kinds.insert("instrument_created");
    assert_eq!(kinds.len(), 38, "{kinds:?}");
}

#[test]
fn numbers_are_told_in_the_scale_of_their_instrument_and_asset() {
    let events = events();
    let chosen = ["order_conditioned", "order_repriced", "uncrossed", "cash_spent", "quote_refused"];
    let mut lines = Vec::new();
    for name in chosen {
        let place = events.iter().position(|event| kind(event) == name).unwrap();
        // With the order that its conditions follow.
        let start = if name == "order_conditioned" { place - 1 } else { place };
        let told = terminal().told(&events[start..=place]);
        let line = told.last().unwrap();
        lines.push(line[line.find("\"event\"").unwrap()..].to_owned());
    }
    expect![[r#"
        "event":"order_conditioned","order":9,"condition":"trigger","type":"stop","by":"last","price":"99.00"}
        "event":"order_repriced","order":9,"instrument":"ACME","old_price":"99.00","price":"99.01","reason":"post_only"}
        "event":"uncrossed","instrument":"ACME","price":"100.00","paired":"7","surplus":"3","surplus_side":"buy","decided_by":"volume"}
        "event":"cash_spent","desk":0,"purchase":1,"account":"Alice","money":"USD","amount":"201.00","rate":"5","coins":"41","repeated":false}
        "event":"quote_refused","entry":1,"code":"quote-crossed","message":"the bid at 2 ticks is not below the ask at 1 ticks"}
    "#]].assert_eq(&(lines.join("\n") + "\n"));
}
