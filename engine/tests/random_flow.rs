//! A long random flow keeps every rule that [`Exchange::check`] knows, and a preview tells what its order does.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, Exchange, FeeRate, InstrumentId, Lots,
    NewInstrument, NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp,
};

/// A small generator, enough to walk the rules.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn exchange() -> Exchange {
    let mut exchange = Exchange::new();
    let mut events = Vec::new();
    let symbol = |text| Symbol::new(text).unwrap();
    let mut commands = vec![
        Command::CreateAsset { symbol: symbol("USD"), decimals: 2 },
        Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 },
        Command::CreateInstrument(NewInstrument {
            symbol: symbol("ACME"),
            base: AssetId::new(1),
            quote: AssetId::new(0),
            tick: "0.01".parse().unwrap(),
            lot: "1".parse().unwrap(),
            maker_fee: FeeRate::from_ppm(300).unwrap(),
            taker_fee: FeeRate::from_ppm(1_700).unwrap(),
        }),
    ];
    for (number, name) in (1..).zip(["Alice", "Bob", "Carol", "Dave"]) {
        let account = AccountId::new(number);
        commands.push(Command::OpenAccount { name: AccountName::new(name).unwrap() });
        for asset in [0, 1] {
            let amount = Amount::new(if asset == 0 { 5_000_000 } else { 400 }).unwrap();
            commands.push(Command::Deposit { account, asset: AssetId::new(asset), amount });
        }
    }
    for command in &commands {
        exchange.execute(Timestamp::from_nanos(1), command, &mut events);
    }
    assert!(!events.iter().any(|event| matches!(event, Event::CommandRejected(_))), "{events:?}");
    exchange
}

fn order(random: &mut Random) -> NewOrder {
    let limit = OrderPrice::Limit(Price::new(9_990 + random.below(20).cast_signed()).unwrap());
    let (price, time_in_force, posting) = match random.below(10) {
        0 => (OrderPrice::Market, TimeInForce::ImmediateOrCancel, Posting::Any),
        1 => (limit, TimeInForce::ImmediateOrCancel, Posting::Any),
        2 => (limit, TimeInForce::FillOrKill, Posting::Any),
        3 => (limit, TimeInForce::GoodTillCancel, Posting::PostOnly),
        4 => (OrderPrice::Market, TimeInForce::FillOrKill, Posting::Any),
        _ => (limit, TimeInForce::GoodTillCancel, Posting::Any),
    };
    NewOrder {
        account: AccountId::new(1 + u32::try_from(random.below(4)).unwrap()),
        instrument: InstrumentId::new(0),
        side: if random.below(2) == 0 { Side::Buy } else { Side::Sell },
        price,
        quantity: Qty::new(1 + random.below(30)).unwrap(),
        time_in_force,
        posting,
    }
}

#[test]
fn every_rule_holds_and_previews_come_true() {
    let (mut exchange, mut random, mut events) = (exchange(), Random(7), Vec::new());
    let mut kinds = [0_u32; 4];
    for step in 0..60_000_u64 {
        events.clear();
        let before = exchange.state_digest();
        let account = AccountId::new(1 + u32::try_from(random.below(4)).unwrap());
        let known = OrderId::new(1 + random.below(exchange.sequence())).unwrap();
        let command = match random.below(10) {
            0..=5 => Command::PlaceOrder(order(&mut random)),
            6..=7 => Command::CancelOrder { account, order: known },
            _ => Command::ReplaceOrder {
                account,
                order: known,
                price: Price::new(9_990 + random.below(20).cast_signed()).unwrap(),
                quantity: Qty::new(1 + random.below(40)).unwrap(),
            },
        };
        let preview = match &command {
            Command::PlaceOrder(terms) => Some(exchange.preview(terms)),
            _ => None,
        };
        assert_eq!(exchange.state_digest(), before, "a preview changes nothing");
        exchange.execute(Timestamp::from_nanos(step), &command, &mut events);
        match (preview, &events[0]) {
            (Some(Err(expected)), Event::CommandRejected(reject)) => assert_eq!(*reject, expected),
            (Some(Ok(preview)), _) => {
                let (mut filled, mut rested, mut canceled) = (0, Lots::ZERO, Lots::ZERO);
                for event in &events {
                    match event {
                        Event::Traded(trade) => filled += trade.quantity.get(),
                        Event::OrderRested { leaves, ahead, .. } => {
                            rested = leaves.lots();
                            assert_eq!(*ahead, preview.ahead);
                        }
                        Event::OrderCanceled { canceled: lots, .. } => canceled = *lots,
                        _ => {}
                    }
                }
                assert_eq!(
                    (filled, rested, canceled),
                    (preview.filled.get(), preview.rests, preview.canceled)
                );
                kinds[0] += u32::from(filled > 0);
                kinds[1] += u32::from(!rested.is_zero());
                kinds[2] += u32::from(!canceled.is_zero());
            }
            (Some(Err(expected)), other) => panic!("preview refused with {expected:?}, then {other:?}"),
            (None, _) => kinds[3] += 1,
        }
        if step % 16 == 0 {
            exchange.check();
        }
    }
    assert!(kinds.iter().all(|&count| count > 500), "the flow reaches everything: {kinds:?}");
}
