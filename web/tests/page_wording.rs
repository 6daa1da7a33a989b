//! Phases, conditions and reasons in words, as the page shows them.
//!
//! Runs natively and as WebAssembly. It can fail: a buy stop that is said to wait for a lower price is caught.

#![allow(clippy::unwrap_used, reason = "a failed test says enough")]

use std::num::NonZeroU32;

use outcry_engine::{
    Call, CancelReason, Conditions, Display, FeeRate, InstrumentId, Lots, Minimum, NewInstrument, OrderId,
    Peg, PegTo, Phase, PhaseCause, PhaseEnd, Posting, Price, Qty, Side, Symbol, Timestamp, Trail, Trigger,
    TriggerBy, TriggerKind, WaitsFor,
};
use outcry_web::page::answer::Answer;
use outcry_web::page::venue::Venue;
use outcry_web::page::wording::{phase, phase_end, surplus, terms};
use outcry_web::protocol::{Catalog, Outcome, Standing, Trading, WorkingOrder};
use rust_decimal::Decimal;
use wasm_bindgen_test::wasm_bindgen_test;

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(seconds * 1_000_000_000)
}

fn venue() -> Venue {
    let symbol = |text| Symbol::new(text).unwrap();
    Venue::from_catalog(&Catalog {
        version: 1,
        assets: vec![(symbol("USD"), 2), (symbol("ACME"), 0)],
        instruments: vec![NewInstrument {
            symbol: symbol("ACME"),
            base: outcry_engine::AssetId::new(1),
            quote: outcry_engine::AssetId::new(0),
            tick: Decimal::new(1, 2),
            lot: Decimal::ONE,
            maker_fee: FeeRate::ZERO,
            taker_fee: FeeRate::ZERO,
        }],
        accounts: vec![],
    })
    .unwrap()
}

/// An order in the book that asks for nothing.
fn plain() -> WorkingOrder {
    WorkingOrder {
        order: OrderId::new(1).unwrap(),
        instrument: InstrumentId::new(0),
        side: Side::Buy,
        price: Some(price(100)),
        quantity: Qty::new(10).unwrap(),
        leaves: Lots::new(10),
        posting: Posting::Any,
        conditions: Conditions::default(),
        standing: Standing::Rests,
        expires: None,
        accepted: at(60),
        changed: 0,
    }
}

/// A trailing stop of a side that waits at 99.50.
fn trailing(side: Side) -> WorkingOrder {
    let kind = TriggerKind::Trailing(Trail::Ppm(NonZeroU32::new(2_500).unwrap()));
    let trigger = Some(Trigger { kind, by: TriggerBy::Last, price: price(9_900) });
    WorkingOrder {
        side,
        conditions: Conditions { trigger, ..Conditions::default() },
        standing: Standing::Waits { waits_for: WaitsFor::Trigger, trigger: Some(price(9_950)) },
        ..plain()
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_plain_order_needs_no_words() {
    assert!(terms(&venue(), &plain()).is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn an_order_says_what_it_waits_for() {
    let sell = terms(&venue(), &trailing(Side::Sell));
    let expected = "trailing stop: waits for the last price at 99.50 or below";
    assert_eq!(sell, [expected, "trails by 0.25 %"]);
    let buy = terms(&venue(), &trailing(Side::Buy));
    assert!(buy[0].ends_with("99.50 or above"), "{buy:?}");
    let standing = Standing::Waits { waits_for: WaitsFor::Minimum, trigger: None };
    let conditions = Conditions { minimum: Some(Minimum::All), ..Conditions::default() };
    let words = terms(&venue(), &WorkingOrder { standing, conditions, ..plain() });
    assert_eq!(words, ["waits for its minimum", "all or none"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_order_says_how_it_is_shown_and_until_when() {
    let display = Display::Iceberg { peak: Qty::new(3).unwrap(), spread: Lots::ZERO };
    let iceberg = WorkingOrder {
        conditions: Conditions { display, ..Conditions::default() },
        expires: Some(at(3_600)),
        ..plain()
    };
    assert_eq!(terms(&venue(), &iceberg), ["iceberg of 3", "until 01:00:00"]);
    let peg = Some(Peg { to: PegTo::Midpoint, offset: -2 });
    let pegged = WorkingOrder {
        conditions: Conditions { peg, display: Display::Hidden, ..Conditions::default() },
        expires: Some(at(86_400)),
        ..plain()
    };
    let expected = ["pegged to the midpoint, -2 ticks", "until 1970-01-02 00:00:00"];
    assert_eq!(terms(&venue(), &pegged), expected);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_phase_says_why_and_until_when() {
    let trading = Trading {
        phase: Phase::Call(Call::Volatility),
        cause: Some(PhaseCause::PriceRange),
        end: Some(PhaseEnd { at: at(65), within: 0, then: Phase::Continuous }),
        ..Trading::default()
    };
    assert_eq!(phase(&trading), "Volatility call (price left its range)");
    assert_eq!(phase_end(&trading).unwrap(), "until 00:01:05, then continuous");
    let batch = |interval| phase(&Trading { phase: Phase::Batch { interval }, ..Trading::default() });
    assert_eq!(
        (batch(100_000_000), batch(2_000_000_000)),
        ("Batches, every 100 ms".into(), "Batches, every 2 s".into())
    );
    assert_eq!((surplus("5", Some(Side::Sell)), surplus("0", None)), ("5 to sell".into(), "none".into()));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_answer_says_why_something_was_canceled() {
    let done = Outcome::Done {
        receipt: outcry_engine::Receipt { sequence: 1, at: at(1), first_event: 1 },
        order: OrderId::new(17),
        filled: Lots::new(4),
        rests: Lots::ZERO,
        canceled: Lots::new(6),
        reason: Some(CancelReason::ImmediateOrCancel),
    };
    let expected = "Order 17: filled 4, canceled 6 (immediate or cancel: nothing more was there)";
    assert_eq!(Answer::to_order(done, &venue(), InstrumentId::new(0)), Answer::Done(expected.into()));
}
