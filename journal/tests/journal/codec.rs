//! Every command, at its limits, comes out of a chunk as it went in.

use outcry_engine::limits::{MAX_AMOUNT, MAX_PRICE, MAX_QTY};
use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, FeeRate, InstrumentId, NewInstrument, NewOrder,
    OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp,
};
use outcry_journal::limits::MAX_ENTRY_BYTES;
use outcry_journal::{Chunk, CommandId, Host, Submitted};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::workload::{JOURNAL, busy_host, entries};

fn number<T: Copy + std::fmt::Debug + 'static>(
    low: T,
    high: T,
    between: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![1 => Just(low), 1 => Just(high), 3 => between].boxed()
}

fn price() -> impl Strategy<Value = Price> {
    number(1, MAX_PRICE, 1..=MAX_PRICE).prop_map(|ticks| Price::new(ticks).unwrap())
}

fn quantity() -> impl Strategy<Value = Qty> {
    number(1, MAX_QTY, 1..=MAX_QTY).prop_map(|lots| Qty::new(lots).unwrap())
}

fn amount() -> impl Strategy<Value = Amount> {
    number(-MAX_AMOUNT, MAX_AMOUNT, -MAX_AMOUNT..=MAX_AMOUNT).prop_map(|units| Amount::new(units).unwrap())
}

fn fee() -> impl Strategy<Value = FeeRate> {
    number(0, FeeRate::MAX_PPM, 0..=FeeRate::MAX_PPM).prop_map(|ppm| FeeRate::from_ppm(ppm).unwrap())
}

fn index() -> impl Strategy<Value = u32> {
    number(0, u32::MAX, 0..1000_u32)
}

fn account() -> impl Strategy<Value = AccountId> {
    index().prop_map(AccountId::new)
}

fn asset() -> impl Strategy<Value = AssetId> {
    index().prop_map(AssetId::new)
}

fn order_id() -> impl Strategy<Value = OrderId> {
    number(1, u64::MAX, 1..u64::MAX).prop_map(|number| OrderId::new(number).unwrap())
}

fn symbol() -> impl Strategy<Value = Symbol> {
    "[A-Z0-9][A-Z0-9./_-]{0,15}".prop_map(|text| Symbol::new(&text).unwrap())
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let mantissa = number(0, (1_i128 << 96) - 1, 0..1_i128 << 96);
    (mantissa, number(0, Decimal::MAX_SCALE, 0..=Decimal::MAX_SCALE), any::<bool>()).prop_map(
        |(mantissa, scale, negative)| {
            let mut value = Decimal::from_i128_with_scale(mantissa, scale);
            value.set_sign_negative(negative);
            value
        },
    )
}

fn instrument() -> impl Strategy<Value = Command> {
    (symbol(), asset(), asset(), decimal(), decimal(), fee(), fee()).prop_map(
        |(symbol, base, quote, tick, lot, maker_fee, taker_fee)| {
            Command::CreateInstrument(NewInstrument { symbol, base, quote, tick, lot, maker_fee, taker_fee })
        },
    )
}

fn order() -> impl Strategy<Value = Command> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let price = prop_oneof![Just(OrderPrice::Market), price().prop_map(OrderPrice::Limit)];
    let time_in_force = prop_oneof![
        Just(TimeInForce::GoodTillCancel),
        Just(TimeInForce::ImmediateOrCancel),
        Just(TimeInForce::FillOrKill)
    ];
    let posting = prop_oneof![Just(Posting::Any), Just(Posting::PostOnly)];
    (account(), index(), side, price, quantity(), time_in_force, posting).prop_map(
        |(account, instrument, side, price, quantity, time_in_force, posting)| {
            let instrument = InstrumentId::new(instrument);
            Command::PlaceOrder(NewOrder {
                account,
                instrument,
                side,
                price,
                quantity,
                time_in_force,
                posting,
            })
        },
    )
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (symbol(), any::<u8>()).prop_map(|(symbol, decimals)| Command::CreateAsset { symbol, decimals }),
        instrument(),
        "[a-z€][a-z €]{0,7}".prop_map(|name| Command::OpenAccount { name: AccountName::new(&name).unwrap() }),
        (account(), asset(), amount()).prop_map(|(account, asset, amount)| Command::Deposit {
            account,
            asset,
            amount
        }),
        (account(), asset(), amount()).prop_map(|(account, asset, amount)| Command::Withdraw {
            account,
            asset,
            amount
        }),
        order(),
        (account(), order_id()).prop_map(|(account, order)| Command::CancelOrder { account, order }),
        (account(), order_id(), price(), quantity()).prop_map(|(account, order, price, quantity)| {
            Command::ReplaceOrder { account, order, price, quantity }
        }),
    ]
}

/// Bit for bit: `Decimal` calls 1.0 and 1.00 equal, and 0 and -0.
fn same(left: &Command, right: &Command) -> bool {
    format!("{left:?}") == format!("{right:?}")
        && match (left, right) {
            (Command::CreateInstrument(left), Command::CreateInstrument(right)) => {
                left.tick.serialize() == right.tick.serialize()
                    && left.lot.serialize() == right.lot.serialize()
            }
            _ => left == right,
        }
}

proptest! {
    #[test]
    fn commands_come_back(
        commands in prop::collection::vec(
            (any_command(), number(0, u64::MAX, 0..u64::MAX), 0..3_u64, 1..3_u64),
            1..20,
        )
    ) {
        let mut host = Host::new(JOURNAL, 1);
        let mut events = Vec::new();
        for (command, at, origin, step) in &commands {
            let before = host.pending().bytes;
            let id = CommandId { origin: *origin, counter: host.next_counter(*origin) - 1 + step };
            let submitted = host.submit(Timestamp::from_nanos(*at), id, command, &mut events);
            prop_assert!(matches!(submitted, Ok(Submitted::Executed(_))));
            prop_assert!(host.pending().bytes - before <= MAX_ENTRY_BYTES as u64);
        }
        let chunk = host.cut().unwrap();
        let chunk = Chunk::decode(&chunk.to_bytes()).unwrap();
        let entries = entries([&chunk]);
        prop_assert_eq!(entries.len(), commands.len());
        let mut latest = 0;
        for (number, (entry, (command, at, origin, _))) in entries.iter().zip(&commands).enumerate() {
            latest = latest.max(*at);
            prop_assert!(same(&entry.command, command), "{:?} became {:?}", command, entry.command);
            prop_assert_eq!(entry.at.nanos(), latest);
            prop_assert_eq!(entry.id.origin, *origin);
            prop_assert_eq!(entry.sequence, number as u64 + 1);
        }
    }
}

#[test]
fn the_longest_entry_fits() {
    let mut host = Host::new(JOURNAL, 1);
    let mut events = Vec::new();
    let id = CommandId { origin: u64::MAX, counter: u64::MAX };
    let longest = Command::CreateInstrument(NewInstrument {
        symbol: Symbol::new("ABCDEFGHIJKLMNOP").unwrap(),
        base: AssetId::new(u32::MAX),
        quote: AssetId::new(u32::MAX),
        tick: Decimal::MAX,
        lot: Decimal::MIN,
        maker_fee: FeeRate::from_ppm(FeeRate::MAX_PPM).unwrap(),
        taker_fee: FeeRate::from_ppm(FeeRate::MAX_PPM).unwrap(),
    });
    host.submit(Timestamp::from_nanos(u64::MAX), id, &longest, &mut events).unwrap();
    assert!(host.pending().bytes <= MAX_ENTRY_BYTES as u64, "{}", host.pending().bytes);
}

#[test]
fn a_typical_entry_is_small() {
    let mut host = busy_host(1, 10_000);
    let chunk = host.cut().unwrap();
    let each = chunk.body().len() as f64 / f64::from(chunk.count());
    assert!(each < 18.0, "{each} bytes an entry");
}
