//! The order of checks, walked row by row: everything is wrong at first and is put right one thing at a time, so that each
//! refusal hides all that follow it. Each walk rises through the rulebook's list.

use std::num::NonZeroU32;

use outcry_engine::{
    AccountId, AccountSetting, Allocation, AssetId, Bracket, Command, Conditions, DeskId, Display, Exchange,
    FeeRate, IdempotenceKey, InstrumentId, InstrumentSetting, Lots, MassQuote, Minimum, NewInstrument,
    NewOrder, OrderId, OrderPair, OrderPrice, Phase, PhaseEnd, Posting, Protection, Side, Steps, TimeInForce,
    Timestamp, Trail, Trigger, TriggerBy, TriggerKind,
};

use crate::floor::{
    ACME, ALICE, BOB, CAROL, COIN, DAVE, DESK, EMPTY, ERIN, FRANK, Floor, GINA, NO_ASSET, NO_INSTRUMENT,
    NOBODY, PLAIN, STRICT, USD, amount, conditional, limit, of_phase, price, qty, quote, set, set_account,
    symbol, trigger,
};
use crate::row::answer;
use crate::rulebook;

/// The halted instrument, which takes no orders.
fn halted() -> InstrumentId {
    of_phase(4)
}

/// A walk over one exchange.
struct Walk {
    exchange: Exchange,
    order: Vec<String>,
    /// Where in the list the walk stands.
    at: Option<usize>,
}

impl Walk {
    fn begin(floor: &Floor) -> Self {
        Self { exchange: floor.exchange.clone(), order: rulebook::codes(), at: None }
    }

    /// The command is refused with this code, which stands after those before.
    fn refused(&mut self, code: &str, command: &Command) {
        let answer = answer(&self.exchange, command);
        let refused = answer.as_ref().err().map(|reject| reject.code());
        assert_eq!(refused, Some(code), "{command:?} gives {answer:?}");
        // What a desk refuses has codes of its own.
        let place = match answer {
            Err(outcry_engine::Reject::Desk(_)) => "desk",
            _ => code,
        };
        let found = self.order.iter().position(|listed| listed == place);
        assert!(found.is_some() && (found > self.at || place == "desk"), "{code} is checked too early");
        self.at = found;
    }

    /// Changes the market on the way.
    fn run(&mut self, command: &Command) {
        self.taken(command);
        self.exchange.execute(Timestamp::default(), command, &mut Vec::new());
    }

    fn taken(&self, command: &Command) {
        assert_eq!(answer(&self.exchange, command), Ok(()), "{command:?}");
    }
}

#[test]
fn an_order() {
    let mut walk = Walk::begin(&Floor::open());
    let wide = NonZeroU32::new(1_000_001).unwrap();
    let mut order = NewOrder {
        account: NOBODY,
        instrument: NO_INSTRUMENT,
        price: OrderPrice::Market,
        posting: Posting::PostOnly,
        time_in_force: TimeInForce::Day,
        ..limit(Side::Buy, 1, 9)
    };
    let mut asks = Conditions {
        trigger: Some(trigger(TriggerKind::Stop, 11_000)),
        display: Display::Iceberg { peak: qty(9), spread: Lots::new(9) },
        minimum: Some(Minimum::Quantity(qty(10))),
        protection: Some(Protection::Ppm(wide)),
        ..Conditions::NONE
    };
    walk.refused("market-order-cannot-rest", &conditional(order, asks));
    order.time_in_force = TimeInForce::ImmediateOrCancel;
    walk.refused("post-only-must-rest", &conditional(order, asks));
    order.posting = Posting::Any;
    walk.refused("minimum-above-quantity", &conditional(order, asks));
    asks.minimum = Some(Minimum::Quantity(qty(9)));
    walk.refused("peak-not-below-quantity", &conditional(order, asks));
    asks.display = Display::Iceberg { peak: qty(8), spread: Lots::new(9) };
    walk.refused("peak-spread-too-wide", &conditional(order, asks));
    asks.display = Display::Iceberg { peak: qty(8), spread: Lots::new(7) };
    order.quantity = qty(10_001);
    walk.refused("peak-too-small", &conditional(order, asks));
    order.quantity = qty(9);
    walk.refused("protection-too-wide", &conditional(order, asks));
    asks.protection = None;
    walk.refused("protection-missing", &conditional(order, asks));
    (order.price, order.time_in_force) =
        (OrderPrice::Limit(price(12_001)), TimeInForce::GoodTillDate(Timestamp::default()));
    walk.refused("incompatible", &conditional(order, asks));
    (asks.minimum, asks.display) = (None, Display::Full);
    asks.trigger = Some(Trigger {
        by: TriggerBy::Ask,
        ..trigger(TriggerKind::Trailing(Trail::Ticks(price(20_000_000))), 1)
    });
    order.side = Side::Sell;
    walk.refused("unknown-instrument", &conditional(order, asks));
    order.instrument = halted();
    walk.refused("unknown-account", &conditional(order, asks));
    order.account = AccountId::VENUE;
    walk.refused("venue-account", &conditional(order, asks));
    order.account = CAROL;
    walk.refused("account-blocked", &conditional(order, asks));
    order.account = ERIN;
    walk.refused("not-in-phase", &conditional(order, asks));
    order.instrument = STRICT;
    walk.refused("expiry-passed", &conditional(order, asks));
    order.time_in_force = TimeInForce::Day;
    walk.refused("off-tick", &conditional(order, asks));
    order.price = OrderPrice::Limit(price(5_000));
    walk.refused("quantity-out-of-range", &conditional(order, asks));
    order.quantity = qty(10);
    walk.refused("notional-too-small", &conditional(order, asks));
    order.quantity = qty(100);
    walk.refused("outside-band", &conditional(order, asks));
    order.price = OrderPrice::Limit(price(9_500));
    walk.refused("no-reference", &conditional(order, asks));
    let by_bid = |trail| {
        Some(Trigger { by: TriggerBy::Bid, ..trigger(TriggerKind::Trailing(Trail::Ticks(price(trail))), 1) })
    };
    asks.trigger = by_bid(9_500);
    walk.refused("trail-too-wide", &conditional(order, asks));
    asks.trigger = by_bid(9_499);
    walk.refused("insufficient-funds", &conditional(order, asks));
    order.account = ALICE;
    walk.taken(&conditional(order, asks));
}

#[test]
fn money_limits_and_the_book() {
    let mut walk = Walk::begin(&Floor::open());
    let mut order = NewOrder {
        account: FRANK,
        posting: Posting::PostOnly,
        ..limit(Side::Buy, 1_000_000_000_000, 1_000_001)
    };
    walk.run(&Command::PlaceOrder(NewOrder { account: FRANK, ..limit(Side::Buy, 5_000, 1) }));
    walk.run(&set_account(FRANK, AccountSetting::MaxOpenOrders(1)));
    walk.run(&set_account(FRANK, AccountSetting::MaxPosition { asset: ACME, amount: amount(29) }));
    walk.refused("notional-too-large", &Command::PlaceOrder(order));
    order.quantity = qty(10_000);
    walk.refused("insufficient-funds", &Command::PlaceOrder(order));
    (order.price, order.quantity) = (OrderPrice::Limit(price(10_100)), qty(10));
    walk.refused("order-limit", &Command::PlaceOrder(order));
    walk.run(&set_account(FRANK, AccountSetting::MaxOpenOrders(0)));
    walk.refused("notional-limit", &Command::PlaceOrder(order));
    order.quantity = qty(9);
    walk.refused("position-limit", &Command::PlaceOrder(order));
    walk.run(&set_account(FRANK, AccountSetting::MaxPosition { asset: ACME, amount: amount(0) }));
    walk.refused("post-only-would-take", &Command::PlaceOrder(order));
    order.posting = Posting::Any;
    walk.taken(&Command::PlaceOrder(order));
}

#[test]
fn a_pair() {
    let mut walk = Walk::begin(&Floor::open());
    let mut pair = OrderPair {
        limit: NewOrder {
            account: NOBODY,
            instrument: NO_INSTRUMENT,
            time_in_force: TimeInForce::FillOrKill,
            posting: Posting::PostOnly,
            ..limit(Side::Buy, 10_100, 1)
        },
        trigger: trigger(TriggerKind::Stop, 12_000),
        then: OrderPrice::Market,
        protection: Some(Protection::Ppm(NonZeroU32::MAX)),
    };
    let command = |pair: &OrderPair| Command::PlacePair(Box::new(*pair));
    walk.refused("post-only-must-rest", &command(&pair));
    pair.limit.posting = Posting::Any;
    walk.refused("protection-too-wide", &command(&pair));
    pair.protection = None;
    walk.refused("protection-missing", &command(&pair));
    pair.then = OrderPrice::Limit(price(12_001));
    walk.refused("incompatible", &command(&pair));
    (pair.limit.time_in_force, pair.limit.posting) =
        (TimeInForce::GoodTillDate(Timestamp::default()), Posting::PostOnly);
    walk.refused("unknown-instrument", &command(&pair));
    pair.limit.instrument = halted();
    walk.refused("unknown-account", &command(&pair));
    pair.limit.account = CAROL;
    walk.refused("account-blocked", &command(&pair));
    pair.limit.account = ERIN;
    walk.refused("not-in-phase", &command(&pair));
    pair.limit.instrument = PLAIN;
    walk.refused("expiry-passed", &command(&pair));
    pair.limit.time_in_force = TimeInForce::GoodTillCancel;
    walk.refused("insufficient-funds", &command(&pair));
    pair.limit.account = ALICE;
    walk.refused("post-only-would-take", &command(&pair));
    // The limit order is right: the stop beside it is asked from the start of the list.
    walk.at = None;
    (pair.limit.instrument, pair.limit.price, pair.limit.quantity) =
        (STRICT, OrderPrice::Limit(price(9_500)), qty(20));
    walk.refused("off-tick", &command(&pair));
    pair.then = OrderPrice::Limit(price(12_000));
    walk.refused("outside-band", &command(&pair));
    pair.then = OrderPrice::Limit(price(11_000));
    walk.taken(&command(&pair));
    pair.limit.quantity = qty(1_000);
    walk.run(&Command::Withdraw { account: ALICE, asset: USD, amount: amount(99_000_000) });
    walk.refused("insufficient-funds", &command(&pair));
}

#[test]
fn a_bracket() {
    let mut walk = Walk::begin(&Floor::open());
    let mut bracket = Bracket {
        entry: NewOrder {
            account: NOBODY,
            instrument: NO_INSTRUMENT,
            price: OrderPrice::Market,
            posting: Posting::PostOnly,
            ..limit(Side::Sell, 1, 1)
        },
        profit: price(11_000),
        loss: price(11_000),
        then: OrderPrice::Market,
        protection: Some(Protection::Ppm(NonZeroU32::MAX)),
    };
    let command = |bracket: &Bracket| Command::PlaceBracket(Box::new(*bracket));
    walk.refused("market-order-cannot-rest", &command(&bracket));
    bracket.entry.time_in_force = TimeInForce::FillOrKill;
    walk.refused("post-only-must-rest", &command(&bracket));
    (bracket.entry.posting, bracket.entry.price) = (Posting::Any, OrderPrice::MarketToLimit);
    walk.refused("protection-too-wide", &command(&bracket));
    bracket.protection = None;
    walk.refused("protection-missing", &command(&bracket));
    bracket.protection = Some(Protection::Ppm(NonZeroU32::MIN));
    walk.refused("incompatible", &command(&bracket));
    bracket.entry.price = OrderPrice::Market;
    walk.refused("bracket-prices", &command(&bracket));
    bracket.profit = price(9_000);
    walk.refused("unknown-instrument", &command(&bracket));
    bracket.entry.instrument = halted();
    walk.refused("unknown-account", &command(&bracket));
    bracket.entry.account = ALICE;
    walk.refused("not-in-phase", &command(&bracket));
    bracket.entry.instrument = PLAIN;
    walk.taken(&command(&bracket));
}

#[test]
fn a_replacement() {
    let floor = Floor::open();
    let mut walk = Walk::begin(&floor);
    let replace = |account, order, ticks, lots| Command::ReplaceOrder {
        account,
        order,
        price: price(ticks),
        quantity: qty(lots),
    };
    let known = floor.known;
    walk.refused("unknown-account", &replace(NOBODY, OrderId::new(9_999).unwrap(), 1, 1));
    walk.refused("unknown-order", &replace(ALICE, OrderId::new(9_999).unwrap(), 1, 1));
    walk.refused("not-in-phase", &replace(ALICE, known.in_phase[4], 1, 1));
    walk.refused("not-replaceable", &replace(ALICE, known.peg, 1, 1));
    walk.refused("off-tick", &replace(ALICE, known.strict, 12_001, 9));
    walk.refused("quantity-out-of-range", &replace(ALICE, known.strict, 5_000, 9));
    walk.refused("notional-too-small", &replace(ALICE, known.strict, 5_000, 10));
    walk.refused("outside-band", &replace(ALICE, known.strict, 5_000, 100));
    walk.refused("notional-too-large", &replace(ALICE, known.partly, 1_000_000_000_000, 1_000_001));
    walk.refused("insufficient-funds", &replace(ALICE, known.partly, 1_000_000_000_000, 10_000));
    walk.refused("below-filled", &replace(ALICE, known.partly, 10_100, 4));
    walk.refused("post-only-would-take", &replace(ALICE, known.post_only, 10_100, 1));
    walk.taken(&replace(ALICE, known.partly, 10_100, 5));
}

#[test]
fn an_instrument() {
    let mut walk = Walk::begin(&Floor::open());
    let mut new = NewInstrument {
        symbol: symbol("PLAIN"),
        base: NO_ASSET,
        quote: NO_ASSET,
        tick: "0".parse().unwrap(),
        lot: "0".parse().unwrap(),
        maker_fee: FeeRate::ZERO,
        taker_fee: FeeRate::from_ppm(-1).unwrap(),
    };
    walk.refused("base-is-quote", &Command::CreateInstrument(new));
    new.quote = AssetId::new(8);
    walk.refused("setting-out-of-range", &Command::CreateInstrument(new));
    new.taker_fee = FeeRate::ZERO;
    walk.refused("unknown-asset", &Command::CreateInstrument(new));
    (new.base, new.quote) = (COIN, USD);
    walk.refused("symbol-taken", &Command::CreateInstrument(new));
    new.symbol = symbol("NEW");
    walk.refused("lot-not-representable", &Command::CreateInstrument(new));
    new.lot = "1".parse().unwrap();
    walk.refused("tick-not-representable", &Command::CreateInstrument(new));
    new.tick = "0.01".parse().unwrap();
    walk.taken(&Command::CreateInstrument(new));
    let mut walk = Walk::begin(&Floor::open());
    walk.refused("too-many-decimals", &Command::CreateAsset { symbol: symbol("USD"), decimals: 13 });
    walk.refused("symbol-taken", &Command::CreateAsset { symbol: symbol("USD"), decimals: 12 });
}

#[test]
fn settings_and_phases() {
    let floor = Floor::open();
    let mut walk = Walk::begin(&floor);
    let steps = Steps { top: None, lead_makers: false, fifo_ppm: 0, pro_rata: None, leveling: false };
    walk.refused("allocation", &set(NO_INSTRUMENT, InstrumentSetting::Allocation(Allocation::Steps(steps))));
    walk.refused("setting-out-of-range", &set(NO_INSTRUMENT, InstrumentSetting::FollowUps(0)));
    let lead = |instrument, account, ppm| set(instrument, InstrumentSetting::LeadMaker { account, ppm });
    let mut walk = Walk::begin(&floor);
    walk.refused("setting-out-of-range", &lead(NO_INSTRUMENT, NOBODY, 1_000_001));
    walk.refused("unknown-instrument", &lead(NO_INSTRUMENT, NOBODY, 1));
    walk.refused("unknown-account", &lead(PLAIN, NOBODY, 1));
    walk.refused("venue-account", &lead(PLAIN, AccountId::VENUE, 1));
    let tier = |tier, taker| {
        let taker = FeeRate::from_ppm(taker).unwrap();
        set(NO_INSTRUMENT, InstrumentSetting::FeeTier { tier, maker: FeeRate::ZERO, taker })
    };
    let mut walk = Walk::begin(&floor);
    walk.refused("setting-out-of-range", &tier(0, -1));
    walk.refused("unknown-instrument", &tier(1, -1));
    let short = |account, asset, units| {
        set_account(account, AccountSetting::ShortLimit { asset, amount: amount(units) })
    };
    let mut walk = Walk::begin(&floor);
    walk.refused("setting-out-of-range", &short(NOBODY, NO_ASSET, -1));
    walk.refused("unknown-asset", &short(NOBODY, NO_ASSET, 4));
    walk.refused("unknown-account", &short(NOBODY, ACME, 4));
    walk.refused("short-owed", &short(GINA, ACME, 4));
    let phase = |instrument, interval, at| Command::SetPhase {
        instrument,
        phase: Phase::Batch { interval },
        end: Some(PhaseEnd { at: Timestamp::from_nanos(at), within: 0, then: Phase::Closed }),
    };
    let mut walk = Walk::begin(&floor);
    walk.refused("setting-out-of-range", &phase(NO_INSTRUMENT, 0, 0));
    walk.refused("unknown-instrument", &phase(NO_INSTRUMENT, 1_000_000, 0));
    walk.refused("expiry-passed", &phase(EMPTY, 1_000_000, 0));
    walk.taken(&phase(EMPTY, 1_000_000, 2_000_000_000));
}

#[test]
fn money_in_and_out() {
    let floor = Floor::open();
    let transfers: [fn(AccountId, AssetId, i64) -> Command; 2] = [
        |account, asset, units| Command::Deposit { account, asset, amount: amount(units) },
        |account, asset, units| Command::Withdraw { account, asset, amount: amount(units) },
    ];
    for (make, last) in transfers.into_iter().zip(["supply-too-large", "insufficient-funds"]) {
        let most = outcry_engine::limits::MAX_AMOUNT;
        let mut walk = Walk::begin(&floor);
        walk.refused("amount-not-positive", &make(NOBODY, NO_ASSET, 0));
        walk.refused("unknown-asset", &make(NOBODY, NO_ASSET, most));
        walk.refused("unknown-account", &make(NOBODY, USD, most));
        walk.refused("venue-account", &make(AccountId::VENUE, USD, most));
        walk.refused(last, &make(ALICE, USD, most));
    }
    let mut walk = Walk::begin(&floor);
    let cancel =
        |account, instrument| Command::CancelOrders { account, instrument: Some(instrument), side: None };
    walk.refused("unknown-instrument", &cancel(NOBODY, NO_INSTRUMENT));
    walk.refused("unknown-account", &cancel(NOBODY, PLAIN));
    walk.refused("venue-account", &cancel(AccountId::VENUE, PLAIN));
    let mut walk = Walk::begin(&floor);
    let cancel = |account| Command::CancelOrder { account, order: OrderId::new(9_999).unwrap() };
    walk.refused("unknown-account", &cancel(NOBODY));
    walk.refused("unknown-order", &cancel(AccountId::VENUE));
}

#[test]
fn cash_and_desks() {
    let floor = Floor::open();
    let cash =
        |account, instrument, units| Command::PlaceCashOrder { account, instrument, amount: amount(units) };
    let mut walk = Walk::begin(&floor);
    walk.refused("amount-not-positive", &cash(NOBODY, NO_INSTRUMENT, 0));
    walk.refused("unknown-instrument", &cash(NOBODY, NO_INSTRUMENT, 1));
    walk.refused("unknown-account", &cash(NOBODY, halted(), 1));
    walk.refused("venue-account", &cash(AccountId::VENUE, halted(), 1));
    walk.refused("account-blocked", &cash(CAROL, halted(), 1));
    walk.refused("not-in-phase", &cash(DAVE, halted(), 1));
    walk.refused("spends-nothing", &cash(DAVE, PLAIN, 1));
    walk.refused("insufficient-funds", &cash(ERIN, PLAIN, 10_117));
    walk.refused("notional-limit", &cash(FRANK, PLAIN, 200_000));
    walk.taken(&cash(ALICE, PLAIN, 10_117));
    let buy = |desk, account, money, units| Command::BuyAtDesk {
        desk: DeskId::new(desk),
        account,
        money,
        amount: amount(units),
        key: IdempotenceKey::new(1),
    };
    let mut walk = Walk::begin(&floor);
    // Whether a purchase repeats is asked of its desk before everything else.
    walk.refused("unknown-desk", &buy(9, NOBODY, NO_ASSET, 0));
    walk.refused("amount-not-positive", &buy(DESK.get(), NOBODY, NO_ASSET, 0));
    walk.at = None;
    walk.refused("unknown-asset", &buy(DESK.get(), NOBODY, NO_ASSET, 1));
    walk.refused("unknown-account", &buy(DESK.get(), NOBODY, ACME, 1));
    walk.refused("venue-account", &buy(DESK.get(), AccountId::VENUE, ACME, 1));
    walk.refused("currency-not-taken", &buy(DESK.get(), BOB, ACME, 1));
    walk.refused("own-desk", &buy(DESK.get(), BOB, USD, 200_001));
    walk.refused("above-cap", &buy(DESK.get(), ERIN, USD, 200_001));
    walk.refused("insufficient-funds", &buy(DESK.get(), ERIN, USD, 200_000));
    walk.taken(&buy(DESK.get(), ALICE, USD, 200_000));
}

#[test]
fn a_mass_quote() {
    let mut walk = Walk::begin(&Floor::open());
    let command = |account, quotes| Command::Quote(Box::new(MassQuote { account, quotes }));
    walk.refused("quote-count", &command(NOBODY, Vec::new()));
    walk.refused("unknown-account", &command(NOBODY, vec![quote(NO_INSTRUMENT, Some((2, 1)), Some((1, 1)))]));
    walk.refused("account-blocked", &command(CAROL, vec![quote(NO_INSTRUMENT, Some((2, 1)), Some((1, 1)))]));
    // An entry is asked from the start of the list.
    walk.at = None;
    let mut one = |code: &str, instrument, bid, ask| {
        walk.refused(code, &command(ERIN, vec![quote(instrument, Some(bid), Some(ask))]));
    };
    one("quote-crossed", NO_INSTRUMENT, (12_002, 9), (12_001, 9));
    one("unknown-instrument", NO_INSTRUMENT, (12_001, 9), (12_002, 9));
    one("not-in-phase", halted(), (12_001, 9), (12_002, 9));
    one("off-tick", STRICT, (12_001, 9), (12_002, 9));
    one("quantity-out-of-range", STRICT, (5_000, 9), (12_002, 9));
    one("notional-too-small", STRICT, (5_000, 10), (12_002, 9));
    one("outside-band", STRICT, (5_000, 100), (12_002, 9));
    one("insufficient-funds", STRICT, (9_500, 100), (12_002, 9));
    walk.at = None;
    walk.refused("off-tick", &command(ALICE, vec![quote(STRICT, None, Some((12_002, 9)))]));
}
