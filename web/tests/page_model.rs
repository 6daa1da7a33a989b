//! The page's model without a browser: numbers, times, the ticket, the fold over frames.
//!
//! Runs natively and as WebAssembly. Each harness is shown to fail: see the tests named `..._is_caught`.

#![allow(clippy::unwrap_used, reason = "a failed test says enough")]

use outcry_engine::{
    AccountId, AccountName, Amount, Asset, AssetId, FeeRate, InstrumentId, Lots, NewInstrument, OrderId,
    OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp, TradeId,
};
use outcry_web::page::acks::{Ack, Marks};
use outcry_web::page::answer::Answer;
use outcry_web::page::intake::{self, Intake};
use outcry_web::page::notices::{LIFETIME, MOST, Notices};
use outcry_web::page::state::{State, TAPE_LENGTH, cumulative};
use outcry_web::page::ticket::{Field, OrderKind, Ticket, field_of};
use outcry_web::page::venue::Venue;
use outcry_web::page::{axis, number, time};
use outcry_web::protocol::*;
use rust_decimal::Decimal;
use wasm_bindgen_test::wasm_bindgen_test;

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(seconds * 1_000_000_000)
}

/// USD with 6 digits, BTC with 8, ACME with none; ACME in cents, BTC in cents by 0.0001.
fn catalog() -> Catalog {
    let symbol = |text| Symbol::new(text).unwrap();
    let instrument = |name, base, lot| NewInstrument {
        symbol: symbol(name),
        base: AssetId::new(base),
        quote: AssetId::new(0),
        tick: Decimal::new(1, 2),
        lot,
        maker_fee: FeeRate::ZERO,
        taker_fee: FeeRate::from_ppm(1_000).unwrap(),
    };
    Catalog {
        version: 3,
        assets: vec![(symbol("USD"), 6), (symbol("ACME"), 0), (symbol("BTC"), 8)],
        instruments: vec![instrument("ACME", 1, Decimal::ONE), instrument("BTC-USD", 2, Decimal::new(1, 4))],
        accounts: vec![
            (AccountId::new(1), AccountName::new("You").unwrap()),
            (AccountId::new(2), AccountName::new("Alice").unwrap()),
        ],
    }
}

fn status() -> Status {
    Status {
        session: Session::Open,
        exchange: "0".repeat(32),
        name: "Demo".to_owned(),
        now: at(1),
        sequence: 10,
        on_disk: 0,
        saved: 9,
        digest: "f".repeat(32),
        events_per_second: 0,
        storage: Storage::Good,
        witness: None,
        crowd: Crowd { present: true, running: true, speed: 1, sessions: false },
        import: None,
        sync: SyncStatus::default(),
    }
}

fn market(instrument: u32) -> Market {
    Market {
        instrument: InstrumentId::new(instrument),
        bids: vec![],
        asks: vec![],
        session: SessionStatistics::default(),
        tape: vec![],
        candles: vec![],
    }
}

fn frame(market: Option<Market>) -> Frame {
    Frame { epoch: 1, catalog: Some(catalog()), status: status(), market, account: None, account_version: 0 }
}

fn trade(id: u64) -> TapeTrade {
    TapeTrade {
        trade: TradeId::new(id).unwrap(),
        at: at(id),
        price: price(100),
        quantity: Qty::new(1).unwrap(),
        taker_side: Side::Buy,
    }
}

fn candle(start: u64, close: i64) -> Candle {
    let close = price(close);
    Candle { start: at(start), open: close, high: close, low: close, close, volume: Lots::new(1) }
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_are_exact_and_grouped() {
    assert_eq!(number::grouped(4_847_888, 2), "48,478.88");
    assert_eq!(number::grouped(5, 2), "0.05");
    assert_eq!(number::grouped(-1_234_567, 3), "\u{2212}1,234.567");
    assert_eq!(number::grouped(0, 0), "0");
    assert_eq!(number::grouped(i128::from(i64::MAX), 0), "9,223,372,036,854,775,807");
    assert_eq!(number::count(57_515), "57,515");
    let usd = Asset::new(Symbol::new("USD").unwrap(), 6);
    assert_eq!(number::amount(&usd, Amount::new(100_000_000_000).unwrap()), "100,000.00");
    assert_eq!(number::amount(&usd, Amount::new(1_234_500).unwrap()), "1.2345");
    assert_eq!(number::change(price(10_000), price(10_125)), "+1.25 %");
    assert_eq!(number::change(price(10_000), price(9_875)), "\u{2212}1.25 %");
    assert_eq!(number::change(price(3), price(3)), "0.00 %");
    assert_eq!(number::bytes(999), "999 B");
    assert_eq!(number::bytes(1_450_000), "1.4 MB");
    assert_eq!((number::percent(1, 3), number::percent(0, 0), number::percent(9, 3)), (33, 100, 100));
}

#[wasm_bindgen_test(unsupported = test)]
fn market_time_is_printed_in_utc() {
    let moment = Timestamp::from_nanos(1_340_271_000_004_241_176);
    assert_eq!(time::date(moment), "2012-06-21");
    assert_eq!(time::clock_millis(moment), "09:30:00.004");
    assert_eq!(time::hour_minute(moment), "09:30");
    assert_eq!(time::date(Timestamp::default()), "1970-01-01");
    assert_eq!(time::date(at(951_782_400)), "2000-02-29");
    assert_eq!(
        (time::length(5), time::length(900), time::length(3_600)),
        ("5 s".into(), "15 min".into(), "1 h".into())
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn grid_lines_are_round_and_few() {
    assert_eq!(axis::round_prices(9_989, 10_044, 4), [10_000, 10_020, 10_040]);
    assert_eq!(axis::round_prices(1, 3, 10), [1, 2, 3]);
    assert_eq!(axis::round_prices(5, 5, 3), [5]);
    for most in 1..12 {
        for span in [1, 7, 99, 12_345, 1_000_000_000_000] {
            let lines = axis::round_prices(17, 17 + span, most);
            assert!(lines.len() <= most + 1, "{span} into {most}: {lines:?}");
        }
    }
    let minute = 60_000_000_000;
    assert_eq!(axis::round_times(minute / 2, 3 * minute, 3), [minute, 2 * minute, 3 * minute]);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_ticket_becomes_the_order_it_shows() {
    let venue = Venue::from_catalog(&catalog()).unwrap();
    let (account, id) = (AccountId::new(1), InstrumentId::new(1));
    let instrument = venue.instrument(id).unwrap();
    let ticket =
        Ticket { price: "48478.88".into(), quantity: "0.0012".into(), post_only: true, ..Ticket::default() };
    let order = ticket.order(account, id, instrument).unwrap();
    assert_eq!(order.price, OrderPrice::Limit(price(4_847_888)));
    assert_eq!(order.quantity.get(), 12);
    assert_eq!((order.time_in_force, order.posting), (TimeInForce::GoodTillCancel, Posting::PostOnly));

    // Post-only is for orders that may rest: another choice puts it aside instead of sending what is refused.
    let ioc = Ticket { time_in_force: TimeInForce::ImmediateOrCancel, ..ticket.clone() };
    assert_eq!(ioc.order(account, id, instrument).unwrap().posting, Posting::Any);

    // A market order has no price, whatever is left in the field.
    let market = Ticket { kind: OrderKind::Market, price: "nonsense".into(), ..ticket };
    let order = market.order(account, id, instrument).unwrap();
    assert_eq!((order.price, order.time_in_force), (OrderPrice::Market, TimeInForce::ImmediateOrCancel));
    let whole = Ticket { whole: true, ..market };
    assert_eq!(whole.order(account, id, instrument).unwrap().time_in_force, TimeInForce::FillOrKill);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_wrong_field_says_what_was_given_and_what_is_allowed() {
    let venue = Venue::from_catalog(&catalog()).unwrap();
    let (account, id) = (AccountId::new(1), InstrumentId::new(0));
    let instrument = venue.instrument(id).unwrap();
    let errors = |price: &str, quantity: &str| {
        let ticket = Ticket { price: price.into(), quantity: quantity.into(), ..Ticket::default() };
        ticket.order(account, id, instrument).unwrap_err()
    };
    let both = errors("10.005", "1.5");
    assert_eq!(both.price.as_deref(), Some("Price 10.005 is not a multiple of 0.01"));
    assert_eq!(both.quantity.as_deref(), Some("Quantity 1.5 is not a multiple of 1"));
    assert_eq!(errors("", "1").price.as_deref(), Some("Price is empty"));
    assert_eq!(errors("", "1").quantity, None);
    for wrong in ["0", "-1", "1e5", "1,000", "99999999999999999999999999"] {
        assert!(errors(wrong, "1").price.is_some(), "price {wrong}");
        assert!(errors("1", wrong).quantity.is_some(), "quantity {wrong}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn refusals_find_their_field() {
    assert_eq!(field_of("post-only-would-take"), Field::Price);
    assert_eq!(field_of("insufficient-funds"), Field::Quantity);
    assert_eq!(field_of("unknown-order"), Field::Whole);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_first_frame_chooses_instrument_and_account() {
    let mut state = State::default();
    let first = state.view();
    assert_eq!((first.instrument, first.account, first.catalog_version), (None, None, 0));
    state.apply(frame(Some(market(0)))).unwrap();
    let second = state.view();
    assert_eq!((second.instrument, second.account), (Some(InstrumentId::new(0)), Some(AccountId::new(1))));
    assert_eq!((second.epoch, second.catalog_version), (1, 3));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_tape_grows_at_its_top_and_is_bounded() {
    let mut state = State::default();
    state.view();
    state.apply(frame(Some(Market { tape: vec![trade(1), trade(2)], ..market(0) }))).unwrap();
    assert_eq!(state.view().tape_after, 2);
    // A trade that is known already is not shown twice.
    state.apply(frame(Some(Market { tape: vec![trade(2), trade(3)], ..market(0) }))).unwrap();
    let ids: Vec<_> = state.tape.iter().map(|trade| trade.trade.get()).collect();
    assert_eq!(ids, [3, 2, 1]);
    let many = (4..=500).map(trade).collect();
    state.apply(frame(Some(Market { tape: many, ..market(0) }))).unwrap();
    assert_eq!((state.tape.len(), state.tape[0].trade.get()), (TAPE_LENGTH, 500));
}

#[wasm_bindgen_test(unsupported = test)]
fn candles_are_replaced_from_the_first_that_changed() {
    let mut state = State::default();
    state.view();
    state.apply(frame(Some(Market { candles: vec![candle(0, 1), candle(5, 2)], ..market(0) }))).unwrap();
    assert_eq!(state.view().candles_from, at(5));
    state.apply(frame(Some(Market { candles: vec![candle(5, 3), candle(10, 4)], ..market(0) }))).unwrap();
    let closes: Vec<_> = state.candles.iter().map(|candle| candle.close.get()).collect();
    assert_eq!(closes, [1, 3, 4]);
    // The same again is not a change: what is drawn stays the same value.
    let drawn = state.candles.clone();
    state.view();
    state.apply(frame(Some(Market { candles: vec![candle(10, 4)], ..market(0) }))).unwrap();
    assert!(state.candles == drawn);
}

/// A frame that was asked for before the user chose something else must not be shown as the new choice. The
/// planted bug is a state that takes every frame: it would show five-second candles under the new length.
#[wasm_bindgen_test(unsupported = test)]
fn an_answer_to_an_old_choice_is_caught() {
    let mut state = State::default();
    state.view();
    state.apply(frame(Some(market(0)))).unwrap();
    state.view();
    state.show_interval(60);
    state.apply(frame(Some(Market { candles: vec![candle(5, 2)], ..market(0) }))).unwrap();
    assert!(state.candles.is_empty(), "candles of another length");

    state.view();
    state.show_instrument(InstrumentId::new(1));
    state.apply(frame(Some(Market { tape: vec![trade(7)], ..market(0) }))).unwrap();
    assert!(state.tape.is_empty(), "trades of another instrument");
    state.view();
    state
        .apply(frame(Some(Market { tape: vec![trade(8)], candles: vec![candle(0, 9)], ..market(1) })))
        .unwrap();
    assert_eq!((state.tape.len(), state.candles.len()), (1, 1));

    let of = |number| AccountView { account: Some(AccountId::new(number)), ..AccountView::default() };
    state.view();
    state.show_account(AccountId::new(2));
    state.apply(Frame { account: Some(of(1)), account_version: 9, ..frame(None) }).unwrap();
    assert_eq!(state.holdings.account, None, "the holdings of another account");
    let asked = state.view();
    assert_ne!(asked.account_version, 9);
    state.apply(Frame { account: Some(of(2)), account_version: 9, ..frame(None) }).unwrap();
    assert_eq!((state.holdings.account, state.view().account_version), (Some(AccountId::new(2)), 9));
}

#[wasm_bindgen_test(unsupported = test)]
fn another_exchange_voids_what_was_kept() {
    let mut state = State::default();
    state.view();
    state
        .apply(frame(Some(Market { tape: vec![trade(5)], candles: vec![candle(0, 1)], ..market(1) })))
        .unwrap();
    state.view();
    state.apply(Frame { epoch: 2, ..frame(Some(Market { tape: vec![trade(1)], ..market(0) })) }).unwrap();
    assert_eq!(state.instrument, Some(InstrumentId::new(0)));
    assert_eq!((state.tape.len(), state.tape[0].trade.get()), (1, 1));
    assert!(state.candles.is_empty());
    assert_eq!(state.view().epoch, 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn depth_adds_up_from_the_best_price() {
    let level = |ticks, lots| LadderLevel {
        price: price(ticks),
        quantity: Lots::new(lots),
        orders: 1,
        own: Lots::ZERO,
    };
    let totals = cumulative(&[level(100, 5), level(101, 7), level(103, u64::MAX)]);
    assert_eq!(totals, [Lots::new(5), Lots::new(12), Lots::new(u64::MAX)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn answers_say_what_became_of_an_order() {
    let venue = Venue::from_catalog(&catalog()).unwrap();
    let receipt = outcry_engine::Receipt { sequence: 1, at: at(1), first_event: 1 };
    let done = Outcome::Done {
        receipt,
        order: OrderId::new(17),
        filled: Lots::new(12),
        rests: Lots::new(1_000),
        canceled: Lots::ZERO,
        reason: None,
    };
    let answer = Answer::to_order(done, &venue, InstrumentId::new(1));
    assert_eq!(answer, Answer::Done("Order 17: filled 0.0012, resting 0.1000".into()));
}

#[wasm_bindgen_test(unsupported = test)]
fn notices_come_and_go() {
    let say = |level, text: &str| Notice { level, message: text.into() };
    let mut notices = Notices::default();
    notices.post(say(NoticeLevel::Error, "disk full"), 0.0);
    notices.post(say(NoticeLevel::Information, "canceled"), 10.0);
    notices.post(say(NoticeLevel::Information, "canceled"), 20.0);
    assert_eq!(notices.posted().len(), 2, "the same thing is not said twice");
    assert!(!notices.expire(LIFETIME + 15.0), "renewed by its repetition");
    assert!(notices.expire(LIFETIME + 20.0));
    assert_eq!(notices.posted()[0].notice.message, "disk full", "errors stay");
    let id = notices.posted()[0].id;
    notices.dismiss(id);
    assert!(notices.posted().is_empty());
    for number in 0..20 {
        notices.post(say(NoticeLevel::Error, &number.to_string()), 0.0);
    }
    assert_eq!((notices.posted().len(), notices.posted()[0].notice.message.as_str()), (MOST, "19"));
}

#[wasm_bindgen_test(unsupported = test)]
fn files_are_told_apart_by_name() {
    let sort = |names: &[&str]| intake::sort(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    assert_eq!(sort(&["orders.csv"]), Ok(Intake::Orders(0)));
    assert_eq!(sort(&["demo.outcry"]), Ok(Intake::Journal(0)));
    let (book, messages) = (
        "AAPL_2012-06-21_34200000_57600000_orderbook_10.csv",
        "AAPL_2012-06-21_34200000_57600000_message_10.csv",
    );
    assert_eq!(sort(&[book, messages]), Ok(Intake::Lobster { messages: 1, book: 0 }));
    assert!(sort(&[messages]).unwrap_err().contains("needs its orderbook file"));
    assert!(sort(&[book]).unwrap_err().contains("needs its message file"));
    assert!(sort(&["a.csv", "b.csv"]).unwrap_err().contains("too many"));
    assert!(sort(&[]).is_err());
}

#[wasm_bindgen_test(unsupported = test)]
fn an_ack_is_never_better_than_the_marks() {
    let marks = Marks { saved: 10, on_disk: 7 };
    assert_eq!(marks.ack(7), Ack::OnDisk);
    assert_eq!(marks.ack(8), Ack::Saved);
    assert_eq!(marks.ack(11), Ack::Executed);
    // Nothing that is not saved is on disk, whatever a store says.
    assert_eq!(Marks { saved: 3, on_disk: 7 }.ack(5), Ack::Executed);
    // In memory only.
    assert_eq!(Marks::default().ack(1), Ack::Executed);
    let rows = marks.up_to(8);
    assert_eq!(rows, Marks { saved: 11, on_disk: 7 }.up_to(8), "nothing changed for those rows");
    assert_ne!(rows, Marks { saved: 11, on_disk: 8 }.up_to(8));
    for sequence in 0..=8 {
        assert_eq!(rows.ack(sequence), marks.ack(sequence));
    }
}
