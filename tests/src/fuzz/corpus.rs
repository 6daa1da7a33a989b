//! Good inputs: histories of the workload, and texts written by hand.

use std::num::NonZeroU32;

use outcry_engine::{
    AccountId, AccountSetting, Amount, Bracket, Command, ConditionalOrder, Conditions, DeskId, Display,
    Event, Exchange, IdempotenceKey, InstrumentId, InstrumentSetting, Lots, MassQuote, Minimum, NewOrder,
    OrderId, OrderPair, OrderPrice, Peg, PegTo, Posting, Price, PriceBand, Protection, Qty, Quote, Rate,
    Rulebook, SelfTrade, Side, TimeInForce, Timestamp, Trail, Trigger, TriggerBy, TriggerKind,
};
use outcry_journal::sync::{Answer, Holding};
use outcry_journal::{Chunk, CommandId, FileHeader, Head, History, HistoryHash, Host, JournalId};
use rust_decimal::Decimal;

use crate::workload::Workload;

/// The journal of every good chunk and file.
pub(super) const JOURNAL: JournalId = JournalId::from_bytes(*b"journal of fuzz.");

const BUYER: AccountId = AccountId::new(1);
const STOCK: InstrumentId = InstrumentId::new(0);

fn price(ticks: i64) -> Price {
    Price::new(ticks).expect("above zero and not high")
}

fn quantity(lots: u64) -> Qty {
    Qty::new(lots).expect("above zero and not high")
}

fn amount(units: i64) -> Amount {
    Amount::new(units).expect("not high")
}

fn ppm(ppm: u32) -> NonZeroU32 {
    NonZeroU32::new(ppm).expect("above zero")
}

fn order(side: Side, ticks: i64) -> NewOrder {
    NewOrder {
        account: BUYER,
        instrument: STOCK,
        side,
        price: OrderPrice::Limit(price(ticks)),
        quantity: quantity(300),
        time_in_force: TimeInForce::GoodTillDate(Timestamp::from_nanos(1 << 60)),
        posting: Posting::Any,
    }
}

/// Commands with much in them, whatever the workload draws.
fn rich() -> Vec<Command> {
    let trigger = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: price(10_000) };
    let trailing = Trigger { kind: TriggerKind::Trailing(Trail::Ppm(ppm(50_000))), ..trigger };
    let protection = Some(Protection::Ppm(ppm(20_000)));
    let conditions = Conditions {
        trigger: Some(trailing),
        display: Display::Iceberg { peak: quantity(30), spread: Lots::new(10) },
        minimum: Some(Minimum::Quantity(quantity(20))),
        peg: Some(Peg { to: PegTo::Midpoint, offset: -3 }),
        protection,
        self_trade: Some(SelfTrade::Decrement),
    };
    let half = Some((price(9_999), quantity(7)));
    let quote = Quote { instrument: STOCK, bid: half, ask: Some((price(1 << 39), quantity(1 << 30))) };
    let quotes = vec![quote, Quote { bid: None, ..quote }, Quote { bid: None, ask: None, ..quote }];
    let set = |setting| Command::SetInstrument { instrument: STOCK, setting };
    vec![
        Command::PlaceConditional(Box::new(ConditionalOrder { terms: order(Side::Buy, 9_000), conditions })),
        Command::PlacePair(Box::new(OrderPair {
            limit: order(Side::Sell, 11_000),
            trigger,
            then: OrderPrice::Market,
            protection,
        })),
        Command::PlaceBracket(Box::new(Bracket {
            entry: order(Side::Buy, 10_000),
            profit: price(12_000),
            loss: price(8_000),
            then: OrderPrice::Limit(price(7_900)),
            protection,
        })),
        Command::PlaceCashOrder { account: BUYER, instrument: STOCK, amount: amount(1_000_000) },
        Command::CancelOrders { account: BUYER, instrument: Some(STOCK), side: Some(Side::Sell) },
        Command::Quote(Box::new(MassQuote { account: BUYER, quotes })),
        Command::ReplaceOrder {
            account: BUYER,
            order: OrderId::new(1 << 50).expect("above zero"),
            price: price(5),
            quantity: quantity(6),
        },
        set(InstrumentSetting::Rulebook(Rulebook::default())),
        set(InstrumentSetting::LeadMaker { account: BUYER, ppm: 400_000 }),
        set(InstrumentSetting::Quantities { min: Lots::new(2), max: Lots::new(1 << 33) }),
        set(InstrumentSetting::VolatilityCall { length: 120_000_000_000, within: 30_000_000_000 }),
        set(InstrumentSetting::PriceBand(None::<PriceBand>)),
        Command::SetAccount { account: BUYER, setting: AccountSetting::SelfTrade(SelfTrade::CancelBoth) },
        Command::HaltMarket,
        Command::ResumeMarket,
        Command::AdvanceClock,
        Command::OpenDesk { account: BUYER, sells: outcry_engine::AssetId::new(0), cap: amount(1 << 40) },
        Command::SetRate {
            desk: DeskId::new(0),
            money: outcry_engine::AssetId::new(1),
            rate: Rate::new(Decimal::new(123_456, 7)).expect("above zero"),
        },
        Command::BuyAtDesk {
            desk: DeskId::new(0),
            account: BUYER,
            money: outcry_engine::AssetId::new(1),
            amount: amount(99),
            key: IdempotenceKey::new(u128::MAX / 3),
        },
    ]
}

fn submit(host: &mut Host, at: Timestamp, origin: u64, command: &Command) -> Vec<Event> {
    let id = CommandId { origin, counter: host.next_counter(origin) };
    let mut events = Vec::new();
    host.submit(at, id, command, &mut events).expect("a command under its next id is executed");
    events
}

/// Every kind of command: the rich ones, and those of the workload.
pub(super) fn commands() -> Vec<Command> {
    let chunks = histories().into_iter().flatten();
    let commands =
        chunks.flat_map(|chunk| chunk.entries().flatten().map(|entry| entry.command).collect::<Vec<_>>());
    rich().into_iter().chain(commands).collect()
}

/// Histories of a few chunks: of the workload, and of the rich commands.
fn histories() -> Vec<Vec<Chunk>> {
    let mut histories = Vec::new();
    for seed in 1..=8 {
        let mut workload = Workload::new(seed);
        let mut host = Host::new(JOURNAL, 1);
        let mut chunks = Vec::new();
        for number in 0..120 {
            let (at, command) = workload.next_command();
            workload.observe(&submit(&mut host, at, number % 3, &command));
            if number % 20 == 19 {
                chunks.extend(host.cut());
            }
        }
        histories.push(chunks);
    }
    let mut host = Host::new(JOURNAL, 1);
    let mut chunks = Vec::new();
    for (at, command) in (0..).map(|number| number * 1_000_000_007).map(Timestamp::from_nanos).zip(rich()) {
        submit(&mut host, at, u64::MAX, &command);
        chunks.extend(host.cut());
    }
    histories.push(chunks);
    histories
}

/// Chunks, as bytes.
pub(super) fn chunks() -> Vec<Vec<u8>> {
    histories().iter().flatten().map(Chunk::to_bytes).collect()
}

/// Chunks that begin a history, as bytes: an empty host can execute them.
pub(super) fn beginnings() -> Vec<Vec<u8>> {
    let merged = |chunks: &Vec<Chunk>| Chunk::merge(chunks).ok().flatten();
    let whole = histories();
    whole
        .iter()
        .filter_map(merged)
        .chain(whole.iter().filter_map(|chunks| chunks.first().cloned()))
        .map(|chunk| chunk.to_bytes())
        .collect()
}

/// Snapshots of young exchanges, which are small.
pub(super) fn snapshots() -> Vec<Vec<u8>> {
    let mut snapshots = Vec::new();
    for chunks in histories() {
        let mut host = Host::new(JOURNAL, 1);
        for chunk in chunks.iter().take(3) {
            host.apply(chunk, |_, _, _| ()).expect("a history can be replayed");
            snapshots.push(host.snapshot().expect("a sound host has one").into_bytes());
        }
    }
    snapshots
}

/// Files, as bytes.
pub(super) fn files() -> Vec<Vec<u8>> {
    let names = ["", "Demo", "Börse №1", "An exchange with a longer name", "5", "6", "7", "8", "9"];
    let file = |(name, chunks): (&str, Vec<Chunk>)| {
        let mut bytes = FileHeader::new(JOURNAL, name).expect("a short name").to_bytes();
        chunks.iter().for_each(|chunk| bytes.extend(chunk.to_bytes()));
        bytes
    };
    names.into_iter().zip(histories()).map(file).collect()
}

/// Snapshots after each chunk of a history.
pub(super) fn snapshots() -> Vec<Vec<u8>> {
    let mut snapshots = Vec::new();
    for history in histories() {
        let mut host = Host::new(JOURNAL, 0);
        for chunk in history {
            host.apply(&chunk, |_, _, _| ()).expect("what a host wrote, a host can replay");
            snapshots.push(host.snapshot().expect("a sound host").into_bytes());
        }
    }
    snapshots
}

/// Saved running hashes of histories of many lengths.
pub(super) fn saved_histories() -> Vec<Vec<u8>> {
    let saved = |length: usize| {
        let mut history = History::new(JOURNAL);
        history.extend(1, &vec![7; length]);
        history.save().to_vec()
    };
    [0, 1, 31, 32, 63, 64, 1_000].map(saved).to_vec()
}

/// Answers of a server.
pub(super) fn answers() -> Vec<Answer> {
    let head = |sequence, byte| Head { sequence, hash: HistoryHash::from_bytes([byte; 32]) };
    let borders = (1..30).rev().map(|sequence| head(sequence, 7));
    vec![
        Answer::Stored(head(10, 7)),
        Answer::Stored(head(u64::MAX, 0)),
        Answer::Holds(Holding::nothing(JOURNAL)),
        Answer::Holds(Holding::new(3, head(40, 7), borders)),
        Answer::Refused { message: "does not replay".to_owned() },
    ]
}

/// Lines that open a market and trade in it, of `docs/exec.md`.
pub(super) const LINES: [&str; 18] = [
    r#"{"command":"create_asset","symbol":"USD","decimals":2}"#,
    r#"{"command":"create_asset","symbol":"ACME","decimals":0,"at":"2026-11-21T09:30:00.000000001Z"}"#,
    r#"{"command":"create_instrument","symbol":"ACME","base":"ACME","quote":"USD","tick":"0.01","lot":"1","maker_fee_ppm":500,"taker_fee_ppm":1000}"#,
    r#"{"command":"open_account","name":"Alice"}"#,
    r#"{"command":"open_account","name":"Böb €","id":"b1"}"#,
    r#"{"command":"deposit","account":"Alice","asset":"USD","amount":"1000000.00"}"#,
    r#"{"command":"deposit","account":"Böb €","asset":"ACME","amount":"1000"}"#,
    r#"{"command":"deposit","account":"Alice","asset":"ACME","amount":"10000"}"#,
    r#"{"command":"withdraw","account":"Alice","asset":"USD","amount":"1.5"}"#,
    r#"{"command":"place","account":"Böb €","instrument":"ACME","side":"sell","type":"limit","price":"100.25","quantity":"10","id":"s"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"99","quantity":"2","time_in_force":"gtc"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"3"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"3","time_in_force":"ioc"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"98","quantity":"2","time_in_force":"fok"}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"97.01","quantity":"2","post_only":true}"#,
    r#"{"command":"replace","account":"Alice","order":2,"price":"99.00","quantity":"1"}"#,
    r#"{"command":"cancel","account":"Alice","order":2,"id":"again"}"#,
    r#"{"id":"x","at":"2026-11-21T10:00:00Z","command":"cancel","account":"Böb €","order":18446744073709551615}"#,
];

/// The market that the first lines of [`LINES`] open, and the orders of the next.
pub(super) fn market() -> Exchange {
    let mut exchange = Exchange::new();
    for line in &LINES[..11] {
        let request = outcry_api::parse(line, &exchange).expect("the lines are good in this order");
        exchange.execute(request.at.unwrap_or_default(), &request.command, &mut Vec::new());
    }
    exchange
}

/// Files of orders for [`market`].
pub(super) const ORDERS: [&str; 3] = [
    "orderId,symbol,side,amount,price\n1,ACME,Buy,20,99.50\n2,ACME,Sell,200,99.51\n3,ACME,Buy,5,48.5\n",
    "\u{feff}orderId,symbol,side,amount,price\r\n\"17\",\"ACME\",buy,1,0.01\r\n18,ACME,SELL,299,101.1\r\n",
    "orderId,symbol,side,amount,price\n999999999,ACME,Buy,2,99\n0007,ACME,Sell,3,100\n",
];

/// Message file and orderbook file of LOBSTER, two levels.
pub(super) const RECORDINGS: [(&str, &str); 2] = [
    (
        "34200.1,1,501,5,1010000,-1\n34200.2,4,501,2,1010000,-1\n34200.2,5,0,3,1010000,-1\n34200.300000001,1,502,4,990000,1\n",
        "1010000,15,980000,25,1020000,1,970000,2\n1010000,13,980000,25,1020000,1,970000,2\n\
         1010000,13,980000,25,1020000,1,970000,2\n1010000,13,990000,4,1020000,1,980000,25\n",
    ),
    (
        "34200.0,3,7,100,2238200,1\r\n34200.5,2,8,50,2238100,1\r\n57600,7,0,0,-1,-1",
        "2239500,100,2238100,21,9999999999,0,-9999999999,0\r\n2239500,100,2238100,21,9999999999,0,-9999999999,0\r\n\
         2239500,100,2238100,21,9999999999,0,-9999999999,0",
    ),
];

/// Names of LOBSTER files.
pub(super) const NAMES: [&str; 3] = [
    "AAPL_2012-06-21_34200000_57600000_message_10.csv",
    "SPY_2012-06-21_34200000_37800000_orderbook_50.csv",
    "BRK.B_1999-12-31_0_86400000_message_1.csv",
];
