//! The reasons of fills, ends and refusals, against vectors that were worked out by hand; and in a random flow of everything
//! every fill has a reason that names the order which traded (`explain` asserts that the rule names it).
//!
//! Planted, each caught: a refilled peak that goes to the front, hidden orders before displayed ones, shares worked out of more
//! than is shown, a line of the uncross without its market orders.

use std::collections::BTreeMap;

use crate::floor::{Floor, limit, parse};
use outcry_engine::life::OrderLives;
use outcry_engine::reasons::{FillReason, Next, Queued, Reason, Rule, SkipReason, explain};
use outcry_engine::{
    Allocation, AuctionStep, Bracket, Call, CancelReason, CmeAlgorithm, Command, ConditionalOrder,
    Conditions, Display, Event, InstrumentSetting, Lots, Minimum, NewOrder, OrderId, OrderPair, OrderPrice,
    Phase, Posting, Price, Qty, Reject, SelfTrade, Side, Step, TimeInForce, Trigger, TriggerBy, TriggerKind,
};

/// Runs a command and answers its reasons.
fn run(floor: &mut Floor, command: &Command) -> Vec<Reason> {
    let before = floor.exchange.clone();
    let mut events = Vec::new();
    floor.exchange.execute(before.now(), command, &mut events);
    explain(&before, command, &events)
}

fn say(floor: &mut Floor, text: &str) -> Vec<Reason> {
    run(floor, &parse(text).unwrap())
}

fn fills(reasons: Vec<Reason>) -> Vec<FillReason> {
    let fill = |reason| match reason {
        Reason::Fill(fill) => Some(*fill),
        _ => None,
    };
    reasons.into_iter().filter_map(fill).collect()
}

fn id(number: u64) -> OrderId {
    OrderId::new(number).unwrap()
}

fn queue(orders: &[(u64, u64)]) -> Vec<Queued> {
    orders.iter().map(|&(order, lots)| Queued { order: id(order), lots: Lots::new(lots) }).collect()
}

fn next(order: u64, ticks: i64, within: bool) -> Option<Next> {
    Some(Next { order: id(order), price: Price::new(ticks).unwrap(), within })
}

fn skipped(fill: &FillReason) -> Vec<(u64, SkipReason)> {
    fill.skipped.iter().map(|skipped| (skipped.order.get(), skipped.why)).collect()
}

/// Bob's order with conditions.
fn asking(side: Side, ticks: i64, lots: u64, conditions: Conditions) -> Command {
    let Some(Command::PlaceOrder(terms)) =
        parse(&format!("bob {} {lots} at {ticks}", if side == Side::Buy { "buys" } else { "sells" }))
    else {
        panic!("a sentence that is no order")
    };
    Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }))
}

fn set(floor: &mut Floor, setting: InstrumentSetting) {
    run(floor, &Command::SetInstrument { instrument: limit().instrument, setting });
}

#[test]
fn price_then_time() {
    let mut floor = Floor::empty();
    for line in ["bob sells 5 at 101", "alice sells 5 at 100", "bob sells 5 at 100"] {
        say(&mut floor, line);
    }
    let fills = fills(say(&mut floor, "alice buys 12 at 100"));
    assert_eq!(fills.len(), 2);
    assert!(fills.iter().all(|fill| fill.rule == Rule::PriceTime && fill.place() == Some(1)));
    assert_eq!((&fills[0].before, &fills[0].after), (&queue(&[(2, 5), (3, 5)]), &queue(&[(3, 5)])));
    assert_eq!(fills[0].next, next(3, 100, true));
    assert_eq!((&fills[1].before, &fills[1].after), (&queue(&[(3, 5)]), &queue(&[])));
    assert_eq!(fills[1].next, next(1, 101, false), "the next is beyond the limit");
}

#[test]
fn hidden_orders_stand_behind_displayed_ones_and_a_peak_goes_to_the_end() {
    let mut floor = Floor::empty();
    let iceberg = Display::Iceberg { peak: Qty::new(2).unwrap(), spread: Lots::ZERO };
    run(&mut floor, &asking(Side::Sell, 100, 4, Conditions { display: Display::Hidden, ..Conditions::NONE }));
    run(&mut floor, &asking(Side::Sell, 100, 4, Conditions { display: iceberg, ..Conditions::NONE }));
    say(&mut floor, "bob sells 3 at 100");
    let fills = fills(say(&mut floor, "alice buys 8 at 100"));
    let makers: Vec<_> =
        fills.iter().map(|fill| (fill.trade.maker.get(), fill.trade.quantity.get())).collect();
    assert_eq!(makers, [(2, 2), (3, 3), (2, 2), (1, 1)]);
    assert_eq!(fills[0].before, queue(&[(2, 2), (3, 3)]));
    assert_eq!(fills[0].after, queue(&[(3, 3), (2, 0)]), "the next peak is not shown yet");
    assert_eq!(fills[1].before, queue(&[(3, 3), (2, 2)]));
    assert_eq!(skipped(&fills[0]), [(1, SkipReason::HiddenBehindDisplayed)]);
    assert_eq!(fills[2].next, next(1, 100, true));
    assert_eq!((&fills[3].rule, skipped(&fills[3])), (&Rule::Hidden, vec![]));
}

/// CME's A: sell 60 into TOP 10, then 5, 20, 50, 75 gives 10 | 0, 6, 16, 25, and the 3 left go to the 5.
#[test]
fn an_allocation_tells_its_shares_and_what_they_were_worked_out_of() {
    let mut floor = Floor::empty();
    set(&mut floor, InstrumentSetting::Allocation(Allocation::cme(CmeAlgorithm::A)));
    for lots in [10, 5, 20, 50, 75] {
        say(&mut floor, &format!("bob buys {lots} at 100"));
    }
    let fills = fills(say(&mut floor, "alice sells 60 at 100"));
    let made: Vec<_> = fills.iter().map(|fill| (fill.trade.maker.get(), fill.trade.quantity.get())).collect();
    assert_eq!(made, [(1, 10), (2, 3), (3, 6), (4, 16), (5, 25)]);
    for fill in &fills {
        let Rule::Allocation { deal, basis: Some(basis) } = &fill.rule else { panic!("{:?}", fill.rule) };
        let parts = |step| deal.iter().map(|dealt| dealt.share.part(step).get()).collect::<Vec<_>>();
        assert_eq!(parts(Step::Top), [10, 0, 0, 0, 0]);
        assert_eq!(parts(Step::ProRata), [0, 0, 6, 16, 25]);
        assert_eq!(parts(Step::Fifo), [0, 3, 0, 0, 0]);
        assert_eq!((basis.pool, basis.total, basis.quota(Lots::new(5))), (Lots::new(50), 150, Lots::new(1)));
    }
    assert_eq!(fills[0].before, queue(&[(1, 10), (2, 5), (3, 20), (4, 50), (5, 75)]));
    assert_eq!(fills[0].next, next(2, 100, true));
    assert_eq!(fills[4].next, next(2, 100, true), "what is left of the first order of the level");
    // Of 12 into 2, 14, 34, 50 the second would get 1.68 lots: below the minimum of 2, so none.
    let more = self::fills(say(&mut floor, "alice sells 12 at 100"));
    assert!(more.iter().all(|fill| skipped(fill) == [(3, SkipReason::NoShare)]), "{more:?}");
}

#[test]
fn a_minimum_that_is_not_met_is_passed_over_and_one_that_is_trades_last() {
    let mut floor = Floor::empty();
    let minimum = |lots| Some(Minimum::Quantity(Qty::new(lots).unwrap()));
    run(&mut floor, &asking(Side::Sell, 99, 9, Conditions { minimum: minimum(9), ..Conditions::NONE }));
    run(&mut floor, &asking(Side::Sell, 100, 4, Conditions { minimum: minimum(2), ..Conditions::NONE }));
    say(&mut floor, "bob sells 3 at 100");
    let fills = fills(say(&mut floor, "alice buys 5 at 100"));
    assert_eq!(fills.len(), 2);
    assert_eq!(fills[0].rule, Rule::PriceTime);
    assert_eq!(skipped(&fills[0]), [(1, SkipReason::Minimum), (2, SkipReason::Minimum)]);
    assert_eq!(fills[1].rule, Rule::Minimum { minimum: Lots::new(2) });
    assert_eq!((fills[1].trade.maker.get(), skipped(&fills[1])), (2, vec![(1, SkipReason::Minimum)]));
    assert_eq!(fills[1].before, queue(&[(1, 9), (2, 4)]));
    assert_eq!((fills[0].place(), fills[1].place()), (Some(1), Some(2)));
}

#[test]
fn orders_kept_apart_are_told() {
    let mut floor = Floor::empty();
    for line in ["alice sells 2 at 100", "bob sells 3 at 100"] {
        say(&mut floor, line);
    }
    let conditions = Conditions { self_trade: Some(SelfTrade::CancelOldest), ..Conditions::NONE };
    let terms = NewOrder { quantity: Qty::new(5).unwrap(), ..limit() };
    let command = Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }));
    let fills = fills(run(&mut floor, &command));
    assert_eq!(fills.len(), 1);
    assert_eq!((fills[0].trade.maker.get(), skipped(&fills[0])), (2, vec![(1, SkipReason::KeptApart)]));
    assert_eq!(fills[0].before, queue(&[(2, 3)]));
}

/// Bob's order waits because what is there is his own: prevention passes it by, and not its minimum.
#[test]
fn an_order_that_waits_and_is_kept_apart_is_told_so() {
    let mut floor = Floor::empty();
    let minimum = Some(Minimum::Quantity(Qty::new(2).unwrap()));
    run(&mut floor, &asking(Side::Sell, 100, 4, Conditions { minimum, ..Conditions::NONE }));
    say(&mut floor, "alice sells 3 at 100");
    let self_trade = Some(SelfTrade::CancelOldest);
    let fills =
        fills(run(&mut floor, &asking(Side::Buy, 100, 3, Conditions { self_trade, ..Conditions::NONE })));
    assert_eq!(fills.len(), 1);
    assert_eq!((fills[0].trade.maker.get(), skipped(&fills[0])), (2, vec![(1, SkipReason::KeptApart)]));
}

/// An order betters the market and sets off a stop that trades with it, all in one command: it is the top of its price.
#[test]
fn an_order_that_betters_the_market_is_the_top_for_what_it_sets_off() {
    for (side, own, behind, better, sent) in [
        (Side::Sell, 90, "alice buys 3 at 99", 101, "alice buys 6 at 101"),
        (Side::Buy, 110, "alice sells 3 at 101", 99, "alice sells 6 at 99"),
    ] {
        let mut floor = Floor::empty();
        set(&mut floor, InstrumentSetting::Allocation(Allocation::cme(CmeAlgorithm::A)));
        say(&mut floor, behind);
        let by = if side == Side::Sell { TriggerBy::Bid } else { TriggerBy::Ask };
        let (kind, price) = (TriggerKind::TakeProfit, Price::new(better).unwrap());
        let trigger = Some(Trigger { kind, by, price });
        run(&mut floor, &asking(side, own, 4, Conditions { trigger, ..Conditions::NONE }));
        let fills = fills(say(&mut floor, sent));
        assert_eq!((fills.len(), fills[0].trade.quantity.get()), (1, 4), "{side:?}");
        let Rule::Allocation { deal, .. } = &fills[0].rule else { panic!("{:?}", fills[0].rule) };
        let tops: Vec<_> = deal.iter().map(|dealt| dealt.share.part(Step::Top).get()).collect();
        assert_eq!(tops, [4], "{side:?}");
    }
}

/// A trade triggers two stops: one joins the top of a price, and the other trades with the top.
#[test]
fn an_order_that_joins_a_price_is_not_its_top() {
    let mut floor = Floor::empty();
    set(&mut floor, InstrumentSetting::Allocation(Allocation::cme(CmeAlgorithm::A)));
    say(&mut floor, "alice buys 3 at 99");
    say(&mut floor, "alice buys 9 at 101");
    for side in [Side::Buy, Side::Sell] {
        let (kind, by, price) = (TriggerKind::Stop, TriggerBy::Last, Price::new(101).unwrap());
        let trigger = Some(Trigger { kind, by, price });
        let limit = if side == Side::Buy { 101 } else { 95 };
        run(&mut floor, &asking(side, limit, 4, Conditions { trigger, ..Conditions::NONE }));
    }
    let fills = fills(say(&mut floor, "bob sells 1 at 101"));
    let made: Vec<_> = fills.iter().map(|fill| (fill.trade.maker.get(), fill.trade.quantity.get())).collect();
    assert_eq!(made, [(2, 1), (2, 4)]);
    assert_eq!(fills[1].before, queue(&[(2, 8), (3, 4)]));
}

#[test]
fn an_end_and_a_refusal_name_the_order_that_was_next() {
    let mut floor = Floor::empty();
    say(&mut floor, "bob sells 3 at 100");
    say(&mut floor, "bob sells 3 at 101");
    let ioc =
        NewOrder { quantity: Qty::new(5).unwrap(), time_in_force: TimeInForce::ImmediateOrCancel, ..limit() };
    let reasons = run(&mut floor, &Command::PlaceOrder(ioc));
    let [Reason::Fill(_), Reason::End(end)] = &reasons[..] else { panic!("{reasons:?}") };
    assert_eq!(
        (end.reason, end.canceled, end.next),
        (CancelReason::ImmediateOrCancel, Lots::new(2), next(2, 101, false))
    );
    let post = NewOrder {
        posting: Posting::PostOnly,
        price: OrderPrice::Limit(Price::new(102).unwrap()),
        ..limit()
    };
    let reasons = run(&mut floor, &Command::PlaceOrder(post));
    let [Reason::Reject(reject)] = &reasons[..] else { panic!("{reasons:?}") };
    assert!(matches!(reject.reject, Reject::PostOnlyWouldTake { .. }));
    assert_eq!((&reject.queue, reject.next), (&queue(&[(2, 3)]), next(2, 101, true)));
    // However the order comes.
    let trigger = Trigger { kind: TriggerKind::Stop, price: Price::new(110).unwrap(), by: TriggerBy::Last };
    let then = OrderPrice::Limit(Price::new(110).unwrap());
    let (profit, loss) = (Price::new(120).unwrap(), Price::new(90).unwrap());
    let others = [
        Command::PlaceConditional(Box::new(ConditionalOrder { terms: post, conditions: Conditions::NONE })),
        Command::PlacePair(Box::new(OrderPair { limit: post, trigger, then, protection: None })),
        Command::PlaceBracket(Box::new(Bracket {
            entry: post,
            profit,
            loss,
            then: OrderPrice::Limit(loss),
            protection: None,
        })),
    ];
    for command in others {
        let reasons = run(&mut floor, &command);
        let [Reason::Reject(reject)] = &reasons[..] else { panic!("{command:?}: {reasons:?}") };
        assert!(matches!(reject.reject, Reject::PostOnlyWouldTake { .. }), "{command:?}: {reject:?}");
        assert_eq!((&reject.queue, reject.next), (&queue(&[(2, 3)]), next(2, 101, true)));
    }
    let passive = NewOrder { price: OrderPrice::Limit(Price::new(90).unwrap()), ..post };
    run(&mut floor, &Command::PlaceOrder(passive));
    let own = floor.exchange.queue(post.instrument, Side::Buy).next().unwrap().order;
    let reasons = say(&mut floor, &format!("alice replaces {own}: 1 at 102"));
    let [Reason::Reject(reject)] = &reasons[..] else { panic!("{reasons:?}") };
    assert!(matches!(reject.reject, Reject::PostOnlyWouldTake { .. }), "{reject:?}");
    assert_eq!((&reject.queue, reject.next), (&queue(&[(2, 3)]), next(2, 101, true)));
    let reasons = say(&mut floor, "alice cancels 77");
    let [Reason::Reject(reject)] = &reasons[..] else { panic!("{reasons:?}") };
    assert_eq!((reject.queue.len(), reject.next), (0, None));
}

#[test]
fn an_uncross_goes_down_the_line() {
    let mut floor = Floor::empty();
    let instrument = limit().instrument;
    set(&mut floor, InstrumentSetting::Reference(Price::new(100).unwrap()));
    set(&mut floor, InstrumentSetting::AuctionCollar(100_000));
    let call = Command::SetPhase { instrument, phase: Phase::Call(Call::Opening), end: None };
    run(&mut floor, &call);
    say(&mut floor, "bob sells 10 at 99");
    say(&mut floor, "alice buys 4 at 101");
    let market = NewOrder {
        price: OrderPrice::Market,
        quantity: Qty::new(3).unwrap(),
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..limit()
    };
    run(&mut floor, &Command::PlaceOrder(market));
    say(&mut floor, "alice buys 5 at 99");
    let open = Command::SetPhase { instrument, phase: Phase::Continuous, end: None };
    let fills = fills(run(&mut floor, &open));
    let traded: Vec<_> = fills
        .iter()
        .map(|fill| (fill.trade.maker.get(), fill.trade.taker.get(), fill.trade.quantity.get()))
        .collect();
    assert_eq!(traded, [(1, 3, 3), (1, 2, 4), (1, 4, 3)]);
    for fill in &fills {
        assert!(
            matches!(fill.rule, Rule::Uncross { decided_by: Some(AuctionStep::Volume) }),
            "{:?}",
            fill.rule
        );
    }
    assert_eq!((&fills[0].before, &fills[0].after), (&queue(&[(1, 10)]), &queue(&[(1, 7)])));
    assert_eq!(fills[2].next, None);
}

/// Every fill of a random flow of everything has its reason, and the rule names the order that traded.
#[test]
fn every_fill_of_a_flow_has_the_reason_that_the_rules_give() {
    let mut rules = BTreeMap::new();
    for seed in 0..9 {
        let mut floor = Floor::new(seed);
        let mut lives = OrderLives::new();
        for _ in 0..1_500 {
            let before = floor.exchange.clone();
            let command = floor.next();
            let mut events = Vec::new();
            let at = before.now();
            let receipt = floor.exchange.execute(at, &command, &mut events);
            lives.take(&command, &receipt, &events);
            let reasons = explain(&before, &command, &events);
            let trades = events.iter().filter(|event| matches!(event, Event::Traded(_))).count();
            let fills = fills(reasons);
            assert_eq!(fills.len(), trades);
            for fill in &fills {
                let name = match fill.rule {
                    Rule::PriceTime => "price-time",
                    Rule::Allocation { .. } => "allocation",
                    Rule::Hidden => "hidden",
                    Rule::Minimum { .. } => "minimum",
                    Rule::Uncross { .. } => "uncross",
                };
                *rules.entry(name).or_insert(0_u32) += 1;
                assert!(fill.place().is_some(), "the maker stands in its queue: {fill:?}");
            }
            floor.count(&events);
        }
    }
    assert!(
        rules.len() == 5 && rules.values().all(|&count| count > 5),
        "the flow reaches every rule: {rules:?}"
    );
}
