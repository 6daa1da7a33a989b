//! The projections against the exchange that they follow, after tens of thousands of commands of the crowd.
//!
//! Everything they keep is counted again from the books and from the trades as they came.

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, Amount, Command, Event, Exchange, InstrumentId, LedgerKind, NewOrder, OrderPrice, Posting,
    Price, Qty, Side, TimeInForce, Timestamp, Trade,
};
use outcry_simulation::Market;
use outcry_simulation::demo::{Crowd, opening};
use outcry_web::protocol::Candle;
use outcry_web::worker::projection::Projections;
use wasm_bindgen_test::wasm_bindgen_test;

const SECOND: u64 = 1_000_000_000;

/// An exchange whose every account is followed, and all its trades with their times and fees.
struct Followed {
    exchange: Exchange,
    projections: Projections,
    events: Vec<Event>,
    trades: Vec<(Timestamp, Trade)>,
    fees: BTreeMap<AccountId, i64>,
}

impl Market for Followed {
    fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        self.events.clear();
        let receipt = self.exchange.execute(at, &command, &mut self.events);
        self.projections.apply(receipt, &self.events);
        for event in &self.events {
            match event {
                Event::Traded(trade) => self.trades.push((receipt.at, *trade)),
                Event::LedgerPosted(line) if line.kind == LedgerKind::Fee => {
                    *self.fees.entry(line.account).or_default() += line.amount.get();
                }
                _ => {}
            }
        }
        &self.events
    }
}

/// The demo after `actions` actions of its crowd.
fn demo(actions: u32) -> Followed {
    let mut market = Followed {
        exchange: Exchange::new(),
        projections: Projections::new(|_| false),
        events: Vec::new(),
        trades: Vec::new(),
        fees: BTreeMap::new(),
    };
    for command in opening() {
        market.submit(Timestamp::from_nanos(1_000 * SECOND), command);
    }
    let mut crowd = Crowd::new(7, &market.exchange);
    (0..actions).for_each(|_| crowd.act(&mut market));
    market
}

fn instruments(exchange: &Exchange) -> impl Iterator<Item = InstrumentId> {
    (0..exchange.instruments().len() as u32).map(InstrumentId::new)
}

fn accounts(exchange: &Exchange) -> impl Iterator<Item = AccountId> {
    (1..exchange.accounts().len() as u32).map(AccountId::new)
}

#[wasm_bindgen_test]
fn open_orders_and_their_levels_are_the_books() {
    let market = demo(30_000);
    let exchange = &market.exchange;
    let mut orders = 0;
    for account in accounts(exchange) {
        let portfolio = market.projections.portfolio(account).expect("every account is followed");
        let followed: Vec<_> = portfolio.orders().map(|(order, _)| order).collect();
        assert!(followed.is_sorted_by(|newer, older| newer > older), "newest first");
        assert_eq!(followed.len(), exchange.account(account).expect("it is open").open_orders() as usize);
        for order in followed {
            assert_eq!(exchange.order(order).expect("it is open").account, account);
            orders += 1;
        }
        for instrument in instruments(exchange) {
            for side in Side::BOTH {
                for level in exchange.depth(instrument, side) {
                    let queue = exchange.queue(instrument, side);
                    let own = queue.filter(|order| order.account == account && order.price == level.price);
                    let own: u64 = own.map(|order| order.leaves.get()).sum();
                    assert_eq!(portfolio.resting_at(instrument, side, level.price).get(), own);
                }
            }
        }
    }
    assert_eq!(orders, exchange.open_orders());
    assert!(orders > 50, "there is something to follow: {orders}");
}

#[wasm_bindgen_test]
fn tape_candles_and_statistics_are_the_trades() {
    let market = demo(30_000);
    for instrument in instruments(&market.exchange) {
        let trades: Vec<_> =
            market.trades.iter().filter(|(_, trade)| trade.instrument == instrument).collect();
        let view = market.projections.market(instrument).expect("it exists");
        let statistics = view.statistics.get();
        assert_eq!(statistics.trades, trades.len() as u64);
        assert_eq!(
            statistics.volume.get(),
            trades.iter().map(|(_, trade)| trade.quantity.get()).sum::<u64>()
        );
        let prices = || trades.iter().map(|(_, trade)| trade.price);
        assert_eq!((statistics.open, statistics.last), (prices().next(), prices().next_back()));
        assert_eq!((statistics.high, statistics.low), (prices().max(), prices().min()));

        let tape = view.tape.after(0);
        assert_eq!(tape.len(), trades.len().min(200));
        assert_eq!(tape.last().map(|line| line.trade), trades.last().map(|(_, trade)| trade.trade));
        let known = tape[tape.len() - 3].trade.get();
        assert_eq!(view.tape.after(known).len(), 2);

        for seconds in [1, 7, 60, 300, 3_600] {
            let expected = candles(&trades, seconds);
            let from = expected.len().saturating_sub(500);
            let found = view.candles.since(Timestamp::default(), seconds);
            assert_eq!(found, expected[from..], "candles of {seconds} s");
            let last = *expected.last().expect("there are trades");
            assert_eq!(view.candles.since(last.start, seconds), [last]);
        }
    }
}

/// Candles made from the trades themselves.
fn candles(trades: &[&(Timestamp, Trade)], seconds: u32) -> Vec<Candle> {
    let mut candles: Vec<Candle> = Vec::new();
    for (at, trade) in trades {
        let length = u64::from(seconds) * SECOND;
        let start = Timestamp::from_nanos(at.nanos() / length * length);
        if candles.last().is_none_or(|candle| candle.start != start) {
            let (price, volume) = (trade.price, outcry_engine::Lots::ZERO);
            candles.push(Candle { start, open: price, high: price, low: price, close: price, volume });
        }
        let candle = candles.last_mut().expect("one was pushed");
        candle.high = candle.high.max(trade.price);
        candle.low = candle.low.min(trade.price);
        candle.close = trade.price;
        candle.volume = outcry_engine::Lots::new(candle.volume.get() + trade.quantity.get());
    }
    candles
}

#[wasm_bindgen_test]
fn fills_have_their_sides_and_fees() {
    // Few enough that no account's fills leave its ring.
    let market = demo(600);
    let mut fills = 0;
    for account in accounts(&market.exchange) {
        let portfolio = market.projections.portfolio(account).expect("every account is followed");
        let paid: i64 = portfolio.fills().map(|fill| fill.fee.get()).sum();
        assert_eq!(-paid, market.fees.get(&account).copied().unwrap_or(0), "fees of account {account}");
        for fill in portfolio.fills() {
            let (_, trade) = market.trades[fill.trade.get() as usize - 1];
            let (order, side) = match fill.maker {
                true => (trade.maker, trade.taker_side.opposite()),
                false => (trade.taker, trade.taker_side),
            };
            assert_eq!((fill.order, fill.side, fill.price), (order, side, trade.price));
            fills += 1;
        }
    }
    assert!(fills > 40, "there is something to see: {fills}");
    assert_eq!(fills, 2 * market.trades.len());
}

#[wasm_bindgen_test]
fn an_account_that_trades_with_itself_has_both_fills() {
    let mut market = demo(0);
    let account = AccountId::new(1);
    for side in Side::BOTH {
        market.submit(
            Timestamp::default(),
            Command::PlaceOrder(NewOrder {
                account,
                instrument: InstrumentId::new(0),
                side,
                price: OrderPrice::Limit(Price::new(10_000).expect("a price")),
                quantity: Qty::new(10).expect("a quantity"),
                time_in_force: TimeInForce::GoodTillCancel,
                posting: Posting::Any,
            }),
        );
    }
    let portfolio = market.projections.portfolio(account).expect("it is followed");
    let fills: Vec<_> = portfolio.fills().map(|fill| (fill.side, fill.maker, fill.fee)).collect();
    // 1,000 dollars: 500 and 1,000 parts per million, in minor units of six decimals.
    let fee = |units| Amount::new(units).expect("it is small");
    assert_eq!(fills, [(Side::Sell, false, fee(1_000_000)), (Side::Buy, true, fee(500_000))]);
    assert_eq!(portfolio.orders().count(), 0);
}

#[wasm_bindgen_test]
fn versions_change_with_what_they_stand_for_and_are_never_shared() {
    let mut market = demo(0);
    let version = |market: &Followed, account| {
        market.projections.portfolio(AccountId::new(account)).expect("it is followed").version()
    };
    let before: Vec<u64> = (1..4).map(|account| version(&market, account)).collect();
    assert!(before.windows(2).all(|pair| pair[0] != pair[1]), "{before:?}");
    let deposit = |account| Command::Deposit {
        account: AccountId::new(account),
        asset: outcry_engine::AssetId::new(0),
        amount: Amount::new(1).expect("it is small"),
    };
    market.submit(Timestamp::default(), deposit(2));
    assert_eq!(version(&market, 1), before[0]);
    assert!(version(&market, 2) > before.into_iter().max().expect("there are three"));
}

/// Kept as bytes in between or not, they end as the same; and a changed byte is noticed, wherever it is.
#[wasm_bindgen_test]
fn kept_as_bytes_they_go_on_as_if_they_had_not_been() {
    let mut market = demo(20_000);
    let bytes = market.projections.to_bytes();
    let kept = Projections::from_bytes(&bytes, |_| false).expect("it was just written");
    assert_eq!(kept.to_bytes(), bytes);
    let mut copy = Followed { projections: kept, exchange: market.exchange.clone(), ..demo(0) };
    let crowd = Crowd::new(8, &market.exchange);
    for market in [&mut market, &mut copy] {
        let mut crowd = crowd.clone();
        (0..2_000).for_each(|_| crowd.act(market));
    }
    assert_ne!(market.projections.to_bytes(), bytes, "they went on");
    assert_eq!(copy.projections.to_bytes(), market.projections.to_bytes());
    for at in (0..bytes.len()).step_by(97).chain(0..16) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(Projections::from_bytes(&changed, |_| false).is_none(), "byte {at}");
    }
    assert!(Projections::from_bytes(&bytes[..bytes.len() - 1], |_| false).is_none());
    assert!(Projections::from_bytes(&[], |_| false).is_none());
}

/// What a journal that was trimmed leaves where the projections are lost: all that is open, and where it stands.
#[wasm_bindgen_test]
fn of_the_exchange_alone_they_have_everything_that_is_open() {
    let market = demo(20_000);
    let (whole, made) = (&market.projections, Projections::of(&market.exchange, |_| false));
    let (known, catalog) = (whole.catalog.get(), made.catalog.get());
    assert_eq!(catalog.assets, known.assets);
    assert_eq!(catalog.instruments, known.instruments);
    assert_eq!(catalog.accounts, known.accounts);
    for account in accounts(&market.exchange) {
        let whole = whole.portfolio(account).expect("every account is followed");
        let made = made.portfolio(account).expect("every account is followed");
        let orders: Vec<_> = made.orders().map(|(order, _)| order).collect();
        assert_eq!(orders, whole.orders().map(|(order, _)| order).collect::<Vec<_>>());
        for instrument in instruments(&market.exchange) {
            for side in Side::BOTH {
                for level in market.exchange.depth(instrument, side) {
                    let place = (instrument, side, level.price);
                    let resting = |portfolio: &outcry_web::worker::projection::Portfolio| {
                        portfolio.resting_at(place.0, place.1, place.2)
                    };
                    assert_eq!(resting(made), resting(whole));
                }
            }
        }
    }
    for instrument in instruments(&market.exchange) {
        let figures =
            |projections: &Projections| projections.market(instrument).expect("it exists").statistics.get();
        let (whole, made) = (figures(whole), figures(&made));
        assert_eq!((made.last, made.trading.phase), (whole.last, whole.trading.phase));
    }
}
