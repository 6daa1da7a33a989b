//! Every count has a limit, reaching it is a reject that names it, and up to it nothing is dropped silently.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, Exchange, FeeRate, InstrumentId, Lots,
    NewInstrument, NewOrder, OrderId, OrderPair, OrderPrice, Posting, Price, Qty, Reject, Side, Symbol,
    TimeInForce, Timestamp, Trigger, TriggerBy, TriggerKind, limits,
};
use rust_decimal::Decimal;

const TRADER: AccountId = AccountId::new(1);
const INSTRUMENT: InstrumentId = InstrumentId::new(0);

fn symbol(text: &str) -> Symbol {
    Symbol::new(text).unwrap()
}

/// The last event of a command.
fn answer(exchange: &mut Exchange, command: &Command) -> Event {
    let mut events = Vec::new();
    exchange.execute(Timestamp::default(), command, &mut events);
    *events.last().unwrap()
}

fn instrument(name: &str) -> Command {
    Command::CreateInstrument(NewInstrument {
        symbol: symbol(name),
        base: AssetId::new(1),
        quote: AssetId::new(0),
        tick: Decimal::ONE,
        lot: Decimal::ONE,
        maker_fee: FeeRate::ZERO,
        taker_fee: FeeRate::ZERO,
    })
}

/// Two assets, an instrument, and a trader who can buy and sell anything.
fn opened() -> Exchange {
    let mut exchange = Exchange::new();
    let amount = Amount::new(limits::MAX_AMOUNT).unwrap();
    let commands = [
        Command::CreateAsset { symbol: symbol("CASH"), decimals: 0 },
        Command::CreateAsset { symbol: symbol("STOCK"), decimals: 0 },
        instrument("STOCK"),
        Command::OpenAccount { name: AccountName::new("trader").unwrap() },
        Command::Deposit { account: TRADER, asset: AssetId::new(0), amount },
        Command::Deposit { account: TRADER, asset: AssetId::new(1), amount },
    ];
    for command in &commands {
        assert!(!matches!(answer(&mut exchange, command), Event::CommandRejected(_)), "{command:?}");
    }
    exchange
}

fn order(side: Side, price: i64) -> Command {
    Command::PlaceOrder(NewOrder {
        account: TRADER,
        instrument: INSTRUMENT,
        side,
        price: OrderPrice::Limit(Price::new(price).unwrap()),
        quantity: Qty::new(1).unwrap(),
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    })
}

#[test]
fn assets() {
    let mut exchange = Exchange::new();
    let create = |number: u32| Command::CreateAsset { symbol: symbol(&format!("A{number}")), decimals: 0 };
    for number in 0..limits::MAX_ASSETS {
        assert!(matches!(answer(&mut exchange, &create(number)), Event::AssetCreated { .. }));
    }
    let refused = answer(&mut exchange, &create(limits::MAX_ASSETS));
    assert_eq!(refused, Event::CommandRejected(Reject::TooManyAssets));
    assert_eq!(Reject::TooManyAssets.to_string(), "the exchange has its 1024 assets");
}

#[test]
fn instruments() {
    let mut exchange = opened();
    for number in 1..limits::MAX_INSTRUMENTS {
        let created = answer(&mut exchange, &instrument(&format!("I{number}")));
        assert!(matches!(created, Event::InstrumentCreated { .. }));
    }
    let refused = answer(&mut exchange, &instrument("ONEMORE"));
    assert_eq!(refused, Event::CommandRejected(Reject::TooManyInstruments));
    assert_eq!(Reject::TooManyInstruments.to_string(), "the exchange has its 65536 instruments");
}

#[test]
fn accounts() {
    let mut exchange = Exchange::new();
    let open = |number: u32| Command::OpenAccount { name: AccountName::new(&number.to_string()).unwrap() };
    for number in 1..limits::MAX_ACCOUNTS {
        assert!(matches!(answer(&mut exchange, &open(number)), Event::AccountOpened { .. }));
    }
    let refused = answer(&mut exchange, &open(limits::MAX_ACCOUNTS));
    assert_eq!(refused, Event::CommandRejected(Reject::TooManyAccounts));
    assert_eq!(Reject::TooManyAccounts.to_string(), "the exchange has its 1000000 accounts");
}

#[test]
fn open_orders_of_an_account() {
    let mut exchange = opened();
    for _ in 0..limits::MAX_OPEN_ORDERS {
        assert!(matches!(answer(&mut exchange, &order(Side::Buy, 1)), Event::OrderRested { .. }));
    }
    let refused = answer(&mut exchange, &order(Side::Buy, 1));
    assert_eq!(refused, Event::CommandRejected(Reject::TooManyOrders));
    assert_eq!(Reject::TooManyOrders.to_string(), "the account has its 2000000 open orders");
    // One that ends makes room for one.
    let cancel = Command::CancelOrder { account: TRADER, order: OrderId::new(1_000_000).unwrap() };
    assert!(matches!(answer(&mut exchange, &cancel), Event::LedgerPosted(_)));
    // Not for two; and an order that asks for more than price and time is counted as well.
    let Command::PlaceOrder(plain) = order(Side::Sell, 3) else { panic!("it is an order") };
    let post = Command::PlaceOrder(NewOrder { posting: Posting::PostOnly, ..plain });
    let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: Price::new(1).unwrap() };
    let then = OrderPrice::Limit(Price::new(1).unwrap());
    let pair = Command::PlacePair(Box::new(OrderPair { limit: plain, trigger, then, protection: None }));
    let refused = Event::CommandRejected(Reject::TooManyOrders);
    assert_eq!(answer(&mut exchange, &pair), refused);
    assert!(matches!(answer(&mut exchange, &post), Event::OrderRested { .. }));
    assert_eq!(answer(&mut exchange, &post), refused);
    assert_eq!(answer(&mut exchange, &order(Side::Buy, 1)), refused);
    assert_eq!(exchange.open_orders(), u64::from(limits::MAX_OPEN_ORDERS));
}

/// A hundred thousand levels a side, from one end of the prices to the other, in no order: every order is there,
/// each level in its place, and one sweep takes one side whole.
#[test]
fn far_apart_levels_are_all_kept() {
    const LEVELS: u64 = 100_000;
    let middle = limits::MAX_PRICE / 2;
    let gap = middle / i64::try_from(LEVELS).unwrap() - 1;
    let mut exchange = opened();
    for number in 0..LEVELS {
        // 7 919 is a prime that does not divide the number of levels: every level once, jumping about.
        let place = i64::try_from(number * 7_919 % LEVELS).unwrap() + 1;
        let ask = order(Side::Sell, middle + place * gap);
        // Bids of large prices would cost more than there is: they lie in the first ten million ticks.
        let bid = order(Side::Buy, 10_000_000 - place * 99);
        assert!(matches!(answer(&mut exchange, &ask), Event::OrderRested { ahead: Lots::ZERO, .. }));
        assert!(matches!(answer(&mut exchange, &bid), Event::OrderRested { ahead: Lots::ZERO, .. }));
    }
    exchange.check();
    let asks: Vec<i64> = exchange.depth(INSTRUMENT, Side::Sell).map(|level| level.price.get()).collect();
    let bids: Vec<i64> = exchange.depth(INSTRUMENT, Side::Buy).map(|level| level.price.get()).collect();
    let count = i64::try_from(LEVELS).unwrap();
    assert_eq!(asks, (1..=count).map(|place| middle + place * gap).collect::<Vec<_>>());
    assert_eq!(bids, (1..=count).map(|place| 10_000_000 - place * 99).collect::<Vec<_>>());

    let sweep = Command::PlaceOrder(NewOrder {
        account: TRADER,
        instrument: INSTRUMENT,
        side: Side::Sell,
        price: OrderPrice::Market,
        quantity: Qty::new(LEVELS + 1).unwrap(),
        time_in_force: TimeInForce::ImmediateOrCancel,
        posting: Posting::Any,
    });
    let mut events = Vec::new();
    exchange.execute(Timestamp::default(), &sweep, &mut events);
    let trades = events.iter().filter(|event| matches!(event, Event::Traded(_))).count();
    assert_eq!(trades as u64, LEVELS);
    assert_eq!(exchange.best(INSTRUMENT, Side::Buy), None);
    exchange.check();
}
