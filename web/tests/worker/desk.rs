//! The desk drives the clock: what is due happens at its time, by one command, and only where no other did it.
//!
//! They can fail: with a desk that never advances, or that advances while nothing is due, while the market stands still or
//! while a file drives it, they do.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, FeeRate, InstrumentId, NewInstrument, NewOrder,
    OrderPrice, Phase, PhaseEnd, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp,
};
use outcry_journal::JournalId;
use outcry_simulation::Market as _;
use outcry_simulation::demo::opening;
use outcry_web::protocol::{CrowdControl, View};
use outcry_web::worker::desk::{CrowdSetting, Desk};
use outcry_web::worker::frame;
use outcry_web::worker::saver::Saver;
use outcry_web::worker::venue::Venue;
use rust_decimal::Decimal;
use wasm_bindgen_test::wasm_bindgen_test;

const YOU: AccountId = AccountId::new(1);
const ACME: InstrumentId = InstrumentId::new(0);
const SECOND: u64 = 1_000_000_000;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(seconds * SECOND)
}

fn open(commands: impl IntoIterator<Item = Command>) -> Desk {
    let id = JournalId::from_bytes([7; 16]);
    let mut venue = Venue::new(id, 1, 1);
    for command in commands {
        venue.submit(at(100), command);
    }
    let saver = Saver::new(id, 1);
    let setting = CrowdSetting::new(7, true);
    Desk::new((id, "Test".to_owned()), venue, saver, setting, None, at(100), 0.0)
}

/// An exchange without simulated traders, at 100 s.
fn quiet() -> Desk {
    let symbol = |text| Symbol::new(text).expect("a symbol");
    let asset = |text| Command::CreateAsset { symbol: symbol(text), decimals: 2 };
    open([
        asset("USD"),
        asset("ACME"),
        Command::CreateInstrument(NewInstrument {
            symbol: symbol("ACME-USD"),
            base: AssetId::new(1),
            quote: AssetId::new(0),
            tick: Decimal::new(1, 2),
            lot: Decimal::ONE,
            maker_fee: FeeRate::ZERO,
            taker_fee: FeeRate::ZERO,
        }),
        Command::OpenAccount { name: AccountName::new("You").expect("a name") },
        Command::Deposit {
            account: YOU,
            asset: AssetId::new(0),
            amount: Amount::new(1_000_000).expect("an amount"),
        },
    ])
}

/// An order of yours that expires at a second.
fn until(second: u64) -> Command {
    Command::PlaceOrder(NewOrder {
        account: YOU,
        instrument: ACME,
        side: Side::Buy,
        price: OrderPrice::Limit(Price::new(100).expect("a price")),
        quantity: Qty::new(1).expect("a quantity"),
        time_in_force: TimeInForce::GoodTillDate(at(second)),
        posting: Posting::Any,
    })
}

/// Commands executed by a turn at a real time in seconds.
fn turn(desk: &mut Desk, real: f64) -> u64 {
    let before = desk.venue.exchange().sequence();
    desk.work(real * 1_000.0, f64::MAX, || 0.0);
    desk.venue.exchange().sequence() - before
}

fn open_orders(desk: &Desk) -> u32 {
    desk.venue.exchange().account(YOU).map_or(0, |account| account.open_orders())
}

#[wasm_bindgen_test]
fn an_order_expires_at_its_time_by_one_command() {
    let mut desk = quiet();
    desk.submit(0.0, &until(102)).expect("the host runs");
    desk.submit(0.0, &until(102)).expect("the host runs");
    assert_eq!(desk.next_action(), Some(2_000.0), "the worker sleeps until then");
    assert_eq!(turn(&mut desk, 1.0), 0, "nothing is due");
    assert_eq!(open_orders(&desk), 2);
    assert_eq!(turn(&mut desk, 2.0), 1, "both by one command");
    assert_eq!(open_orders(&desk), 0);
    assert_eq!((turn(&mut desk, 3.0), desk.next_action()), (0, None), "and then none");
    let view = View { account: Some(YOU), ..View::default() };
    let (_, account) = frame::account(&desk.venue, &view);
    assert_eq!(account.expect("it is followed").ended.len(), 2, "the user is told");
}

#[wasm_bindgen_test]
fn another_command_that_comes_first_is_enough() {
    let mut desk = quiet();
    desk.submit(0.0, &until(101)).expect("the host runs");
    desk.submit(1_000.0, &until(109)).expect("the host runs");
    assert_eq!(open_orders(&desk), 1, "the second order came at the end of the first");
    assert_eq!(turn(&mut desk, 1.0), 0);
}

#[wasm_bindgen_test]
fn a_phase_ends_by_itself() {
    let mut desk = quiet();
    let end = Some(PhaseEnd { at: at(101), within: 0, then: Phase::Continuous });
    desk.submit(0.0, &Command::SetPhase { instrument: ACME, phase: Phase::Halted, end })
        .expect("the host runs");
    let trading = |desk: &Desk| {
        frame::market(&desk.venue, &View::default()).expect("it has an instrument").session.trading
    };
    assert_eq!((trading(&desk).phase, trading(&desk).end), (Phase::Halted, end));
    assert_eq!(turn(&mut desk, 1.0), 1);
    assert_eq!((trading(&desk).phase, trading(&desk).end), (Phase::Continuous, None));
}

#[wasm_bindgen_test]
fn nothing_is_sent_while_a_file_drives_the_market() {
    let mut desk = quiet();
    desk.submit(0.0, &until(101)).expect("the host runs");
    desk.drive(true);
    assert_eq!((turn(&mut desk, 1.0), desk.next_action()), (0, None));
    desk.drive(false);
    assert_eq!(turn(&mut desk, 1.0), 1, "it is made up for");
}

#[wasm_bindgen_test]
fn nothing_is_sent_while_the_market_stands_still() {
    let mut desk = open(opening());
    desk.control(0.0, CrowdControl::Pause);
    desk.submit(0.0, &until(101)).expect("the host runs");
    assert_eq!(open_orders(&desk), 1);
    for real in 1..5 {
        assert_eq!((turn(&mut desk, f64::from(real)), desk.next_action()), (0, None));
    }
    desk.control(5_000.0, CrowdControl::Start);
    turn(&mut desk, 6.0);
    assert_eq!(open_orders(&desk), 0, "time goes on");
}
