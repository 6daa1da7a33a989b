//! What the market does by itself, in the real page: a call ends and an order expires while nobody does anything.
//!
//! It can fail: with a worker that leaves the clock alone the call never ends, and the wait for it does.

use std::fs;

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Call, Command, ConditionalOrder, Conditions, Display, FeeRate,
    InstrumentId, Lots, Minimum, NewInstrument, NewOrder, OrderPrice, Peg, PegTo, Phase, PhaseEnd, Posting,
    Price, Qty, Side, Symbol, TimeInForce, Timestamp, Trail, Trigger, TriggerBy, TriggerKind,
};
use outcry_journal::{CommandId, FileHeader, Host, JournalId};
use outcry_tests::browser::{Page, Server};
use rust_decimal::Decimal;

const USD: AssetId = AssetId::new(0);
const ACME: AssetId = AssetId::new(1);
const YOU: AccountId = AccountId::new(1);
const OTHER: AccountId = AccountId::new(2);
/// When everything was entered, in seconds; market time goes on from here when the file is opened.
const START: u64 = 1_000_000;

fn at(second: u64) -> Timestamp {
    Timestamp::from_nanos(second * 1_000_000_000)
}

fn price(ticks: i64) -> Price {
    Price::new(ticks).expect("a price")
}

fn order(account: AccountId, side: Side, ticks: i64, lots: u64) -> NewOrder {
    NewOrder {
        account,
        instrument: InstrumentId::new(0),
        side,
        price: OrderPrice::Limit(price(ticks)),
        quantity: Qty::new(lots).expect("a quantity"),
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    }
}

fn stop(kind: TriggerKind, ticks: i64) -> Command {
    let trigger = Some(Trigger { kind, by: TriggerBy::Last, price: price(ticks) });
    conditional(order(YOU, Side::Sell, 9_000, 5), Conditions { trigger, ..Conditions::default() })
}

fn conditional(terms: NewOrder, conditions: Conditions) -> Command {
    Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }))
}

/// Two traders, a trade at 100.00, and orders of all kinds that wait.
fn opening() -> Vec<Command> {
    let symbol = |text| Symbol::new(text).expect("a symbol");
    let deposit = |account, asset, amount| Command::Deposit {
        account,
        asset,
        amount: Amount::new(amount).expect("an amount"),
    };
    let expiring = NewOrder {
        time_in_force: TimeInForce::GoodTillDate(at(START + 10)),
        ..order(YOU, Side::Buy, 9_900, 7)
    };
    let iceberg = Display::Iceberg { peak: Qty::new(3).expect("a peak"), spread: Lots::ZERO };
    let peg = Some(Peg { to: PegTo::Primary, offset: -2 });
    vec![
        Command::CreateAsset { symbol: symbol("USD"), decimals: 2 },
        Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 },
        Command::CreateInstrument(NewInstrument {
            symbol: symbol("ACME"),
            base: ACME,
            quote: USD,
            tick: Decimal::new(1, 2),
            lot: Decimal::ONE,
            maker_fee: FeeRate::ZERO,
            taker_fee: FeeRate::ZERO,
        }),
        Command::OpenAccount { name: AccountName::new("You").expect("a name") },
        Command::OpenAccount { name: AccountName::new("Bob").expect("a name") },
        deposit(YOU, USD, 100_000_000),
        deposit(YOU, ACME, 1_000),
        deposit(OTHER, USD, 100_000_000),
        deposit(OTHER, ACME, 1_000),
        Command::PlaceOrder(order(OTHER, Side::Sell, 10_000, 1)),
        Command::PlaceOrder(order(YOU, Side::Buy, 10_000, 1)),
        Command::PlaceOrder(expiring),
        stop(TriggerKind::Stop, 9_500),
        stop(TriggerKind::Trailing(Trail::Ticks(price(400))), 9_600),
        conditional(
            order(YOU, Side::Buy, 9_800, 20),
            Conditions { display: iceberg, ..Conditions::default() },
        ),
        conditional(order(YOU, Side::Buy, 9_950, 4), Conditions { peg, ..Conditions::default() }),
        conditional(
            order(YOU, Side::Buy, 9_700, 4),
            Conditions { minimum: Some(Minimum::All), ..Conditions::default() },
        ),
    ]
}

/// An opening call that ends 20 seconds after the start, in which 6 of 10 lots find a counterpart.
fn call() -> [Command; 3] {
    let end = Some(PhaseEnd { at: at(START + 20), within: 0, then: Phase::Continuous });
    [
        Command::SetPhase { instrument: InstrumentId::new(0), phase: Phase::Call(Call::Opening), end },
        Command::PlaceOrder(order(OTHER, Side::Sell, 10_050, 10)),
        Command::PlaceOrder(order(YOU, Side::Buy, 10_100, 6)),
    ]
}

fn journal() -> Vec<u8> {
    let id = JournalId::from_bytes([9; 16]);
    let mut host = Host::new(id, 1);
    let mut events = Vec::new();
    for (command, counter) in opening().into_iter().chain(call()).zip(1..) {
        let submitted = host.submit(at(START), CommandId { origin: 5, counter }, &command, &mut events);
        submitted.expect("the host runs");
    }
    let mut bytes = FileHeader::new(id, "Session").expect("a name").to_bytes();
    while let Some(chunk) = host.cut() {
        bytes.extend(chunk.to_bytes());
    }
    bytes
}

#[test]
fn a_call_ends_and_an_order_expires_while_nobody_does_anything() {
    let server = Server::start();
    let page = Page::open("sessions", &server.address());
    page.stand_still();
    let path = page.drawer().join("session.outcry");
    fs::write(&path, journal()).expect("the drawer takes files");
    page.import(&[path]);
    page.wait_text("exchange-name", "the journal's", |name| name == "Session");
    page.wait_text("phase", "a call with its end", |phase| {
        phase.starts_with("Opening call") && phase.ends_with("then continuous")
    });
    page.wait_text("paired", "what would trade", |paired| paired == "6");
    page.wait_text("surplus", "what would not", |surplus| surplus == "4 to sell");
    let orders = page.wait_orders("all of them", |orders| orders.len() >= 6);
    let words: Vec<&str> = orders.iter().rev().map(|order| order.cells[8].as_str()).collect();
    for expected in [
        "stop: waits for the last price at 95.00 or below",
        "trailing stop: waits for the last price at 96.00 or below \u{b7} trails by 4.00",
        "iceberg of 3",
        "waits for a price to follow \u{b7} pegged to the best price of its side, -2 ticks",
        "waits for its minimum \u{b7} all or none",
    ] {
        assert!(words.contains(&expected), "{expected}: {words:?}");
    }
    page.keep_picture("call");
    page.wait_text("ended", "the expired order", |ended| ended.contains("its time has come"));
    page.wait_text("phase", "the call is over", |phase| phase == "Continuous");
    page.wait_text("last", "the price of the auction", |last| last == "100.50");
    page.keep_picture("continuous");
    page.must_be_quiet(&[]);
}

/// Planted: without the schedule's commands no call ever begins, and the wait for it ends the test.
#[test]
fn a_trading_day_goes_through_its_sessions_and_is_left_again() {
    let server = Server::start();
    let page = Page::open("trading-day", &server.address());
    page.wait_text("phase", "trading as it is without a day", |phase| phase == "Continuous");
    page.choose("crowd-speed", "100\u{d7}");
    page.click("sessions");
    page.wait_text("phase", "an auction", |phase| phase.starts_with("Closing call"));
    page.keep_picture("closing-call");
    page.wait_text("phase", "the end of the day", |phase| phase.starts_with("Closed"));
    page.keep_picture("closed");
    page.wait_text("phase", "the next morning", |phase| phase.starts_with("Opening call"));
    page.click("sessions");
    page.wait_text("phase", "trading without a day again", |phase| phase == "Continuous");
    page.must_be_quiet(&[]);
}
