//! What commands and rejects say of themselves: the instrument that a command names, and messages in integer units, for whom
//! no exchange is at hand.

use outcry_engine::life::OrdStatus;
use outcry_engine::limits::MAX_QTY;
use outcry_engine::{
    AccountId, Amount, AssetId, Bracket, Call, Command, ConditionalOrder, Conditions, Digest, Exchange,
    InstrumentId, InstrumentSetting, Lots, MassQuote, NewOrder, OrderId, OrderPair, OrderPrice, Phase,
    PhaseEnd, Price, Qty, Quote, Reject, Side, Term, TimeInForce, Timestamp, Trigger, TriggerBy, TriggerKind,
};

use crate::floor::{Floor, limit};

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn amount(units: i64) -> Amount {
    Amount::new(units).unwrap()
}

/// A pair and a bracket around an order.
fn around(terms: NewOrder) -> [Command; 2] {
    let then = OrderPrice::Limit(price(110));
    let trigger = Trigger { kind: TriggerKind::Stop, price: price(110), by: TriggerBy::Last };
    [
        Command::PlacePair(Box::new(OrderPair { limit: terms, trigger, then, protection: None })),
        Command::PlaceBracket(Box::new(Bracket {
            entry: terms,
            profit: price(120),
            loss: price(90),
            then: OrderPrice::Limit(price(90)),
            protection: None,
        })),
    ]
}

#[test]
fn a_command_names_its_instrument() {
    let instrument = InstrumentId::new(3);
    let terms = NewOrder { instrument, ..limit() };
    let account = terms.account;
    let quote = |instrument| Quote { instrument, bid: None, ask: None };
    let quotes = |quotes| Command::Quote(Box::new(MassQuote { account, quotes }));
    let [pair, bracket] = around(terms);
    let naming = [
        Command::PlaceOrder(terms),
        Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions: Conditions::NONE })),
        pair,
        bracket,
        Command::PlaceCashOrder { account, instrument, amount: amount(1) },
        Command::SetInstrument { instrument, setting: InstrumentSetting::FollowUps(1) },
        Command::SetPhase { instrument, phase: Phase::Halted, end: None },
        Command::CancelOrders { account, instrument: Some(instrument), side: None },
        quotes(vec![quote(instrument)]),
    ];
    for command in naming {
        assert_eq!(command.instrument(), Some(instrument), "{command:?}");
    }
    let silent = [
        Command::CancelOrders { account, instrument: None, side: None },
        quotes(vec![quote(instrument), quote(InstrumentId::new(4))]),
        Command::HaltMarket,
    ];
    for command in silent {
        assert_eq!(command.instrument(), None, "{command:?}");
    }
}

#[test]
fn a_message_without_an_exchange_speaks_of_units_and_numbers() {
    let (asset, instrument, account) = (AssetId::new(3), InstrumentId::new(2), AccountId::new(4));
    let quantity = Qty::new(6).unwrap();
    let table = [
        (Reject::BaseIsQuote { asset }, "base and quote are both asset 3"),
        (Reject::AccountBlocked { account }, "the kill switch of account 4 is set"),
        (Reject::UnknownOrder { order: OrderId::new(7).unwrap() }, "the account has no open order 7"),
        (
            Reject::NoReference { instrument, term: Term::Peg },
            "a peg needs a reference price, and instrument 2 has none yet",
        ),
        (
            Reject::InsufficientFunds { asset, needed: amount(9), available: amount(4) },
            "9 of asset 3 needed, 4 available",
        ),
        (Reject::AmountNotPositive { amount: amount(-5) }, "the amount -5 is not above zero"),
        (
            Reject::NotionalTooSmall { instrument, value: amount(5), min: amount(8) },
            "the order is worth 5 minor units, at least 8 minor units is allowed",
        ),
        (
            Reject::NotionalTooLarge { instrument, price: Some(price(12)), quantity },
            "6 lots at 12 ticks is more than 1000000000000000000 minor units or worth more than 1000000000000000000 minor units, \
             the most that can exist",
        ),
        (
            Reject::OffTick { instrument, price: price(13), step: 5 },
            "the price 13 ticks is not a multiple of the 5 ticks that are a step there",
        ),
        (
            Reject::BelowFilled { instrument, quantity, filled: Qty::new(7).unwrap() },
            "the total 6 lots is not above the 7 lots filled already",
        ),
    ];
    for (reject, message) in table {
        assert_eq!(reject.to_string(), message);
        // An exchange without them says the same in its own words for what it does not know.
        assert!(!Exchange::new().explain(&reject).is_empty());
    }
}

#[test]
fn text_that_is_no_digest_is_told_so() {
    let error = "xyzzy".parse::<Digest>().unwrap_err();
    assert!(error.to_string().contains("32"), "{error}");
}

/// "Precedence of Order Status values" of FIX, of the statuses that there are.
#[test]
fn statuses_have_the_precedence_of_fix() {
    let mut order = OrdStatus::ALL.to_vec();
    order.sort_by_key(|status| status.precedence());
    let values: Vec<u8> = order.iter().map(|status| status.precedence()).collect();
    assert_eq!(values, [2, 2, 3, 4, 4, 7]);
    assert_eq!((OrdStatus::New.precedence(), OrdStatus::Rejected.precedence()), (2, 2));
    assert_eq!((OrdStatus::PartiallyFilled.precedence(), OrdStatus::Filled.precedence()), (3, 7));
}

/// An order that comes without conditions clashes with itself as one with none of them does.
#[test]
fn a_market_to_limit_order_is_not_taken_for_now_only() {
    let mut floor = Floor::empty();
    let terms = NewOrder {
        price: OrderPrice::MarketToLimit,
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..limit()
    };
    let expected = Reject::Incompatible { one: Term::MarketToLimit, other: Term::ImmediateOrCancel };
    let conditional = Box::new(ConditionalOrder { terms, conditions: Conditions::NONE });
    for command in [Command::PlaceOrder(terms), Command::PlaceConditional(conditional)] {
        let mut events = Vec::new();
        floor.exchange.execute(Timestamp::from_nanos(2), &command, &mut events);
        assert_eq!(events, [outcry_engine::Event::CommandRejected(expected)]);
    }
}

/// A number of lots is a quantity where it is one to the most that an order may have.
#[test]
fn lots_are_a_quantity_in_its_range() {
    assert_eq!(Lots::ZERO.qty(), None);
    for lots in [1, MAX_QTY] {
        assert_eq!(Lots::new(lots).qty().map(Qty::get), Some(lots));
    }
    assert_eq!(Lots::new(MAX_QTY + 1).qty(), None);
}

/// What whoever shows an exchange asks it for.
#[test]
fn an_exchange_tells_what_it_has() {
    let mut exchange = Floor::empty().exchange;
    let instrument = limit().instrument;
    let symbols: Vec<String> = exchange.assets().iter().map(|asset| asset.symbol().to_string()).collect();
    assert_eq!(symbols, ["USD", "ACME"]);
    assert_eq!((exchange.instruments().len(), exchange.accounts().len()), (1, 5));
    let names: Vec<String> =
        exchange.accounts()[1..].iter().map(|account| account.name().to_string()).collect();
    assert_eq!(names, ["Alice", "Bob", "Carol", "Dave"]);
    let of_alice: Vec<_> = exchange.account(limit().account).unwrap().balances().collect();
    assert_eq!(of_alice.len(), 2);
    assert!(exchange.desks().is_empty());
    let (account, sells, cap) = (AccountId::new(4), AssetId::new(1), amount(7));
    exchange.execute(Timestamp::from_nanos(2), &Command::OpenDesk { account, sells, cap }, &mut Vec::new());
    let desks: Vec<_> =
        exchange.desks().iter().map(|desk| (desk.account(), desk.sells(), desk.cap())).collect();
    assert_eq!(desks, [(account, sells, cap)]);
    assert_eq!((exchange.phase(instrument), exchange.phase_end(instrument)), (Phase::Continuous, None));
    assert_eq!((exchange.indicative(instrument), exchange.last_price(instrument)), (None, None));
    let end = PhaseEnd { at: Timestamp::from_nanos(90), within: 0, then: Phase::Continuous };
    let call = Command::SetPhase { instrument, phase: Phase::Call(Call::Opening), end: Some(end) };
    let sell = NewOrder { side: Side::Sell, account: AccountId::new(2), ..limit() };
    for command in [call, Command::PlaceOrder(limit()), Command::PlaceOrder(sell)] {
        exchange.execute(Timestamp::from_nanos(3), &command, &mut Vec::new());
    }
    assert_eq!(exchange.phase_end(instrument), Some(end));
    assert_eq!(exchange.next_due(), Some(end.at));
    let indicated = exchange.indicative(instrument).unwrap();
    assert_eq!((indicated.price, indicated.paired), (Some(price(100)), Lots::new(1)));
    exchange.execute(end.at, &Command::AdvanceClock, &mut Vec::new());
    assert_eq!((exchange.phase_end(instrument), exchange.next_due()), (None, None));
    assert_eq!(
        (exchange.last_price(instrument), exchange.reference_price(instrument)),
        (Some(price(100)), Some(price(100)))
    );
}
