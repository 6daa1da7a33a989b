//! Outcry with all it has: accounts, holds, fees, the ledger and the digest of every event.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, Exchange, FeeRate, InstrumentId, NewInstrument,
    NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use super::Engine;
use crate::flow::{ACCOUNTS, Flow};
use crate::message::{self, Message};
use crate::tally::{Depth, Tally};

/// Minor units that each account has of both assets: more than any flow can need.
const FUNDS: i64 = 1_000_000_000_000_000;
/// Nanoseconds of market time between two messages.
const PACE: u64 = 1_000;

/// Messages that are known before the first of them is sent, where Outcry is driven so.
const TOGETHER: usize = 32;

/// The one instrument.
pub(crate) const INSTRUMENT: InstrumentId = InstrumentId::new(0);

/// An exchange with one instrument and its accounts.
pub struct Outcry {
    exchange: Exchange,
    now: u64,
    events: Vec<Event>,
}

/// The exchange, and the commands of its next messages.
struct Ahead {
    outcry: Outcry,
    commands: Vec<Command>,
}

/// An exchange as a flow needs it.
#[must_use]
pub fn start(_: &Flow) -> Box<dyn Engine> {
    Box::new(Outcry::new())
}

/// The same, its messages known [`TOGETHER`] at a time and [looked ahead](Exchange::look_ahead), as a replay or a group
/// commit has them.
#[must_use]
pub fn start_ahead(_: &Flow) -> Box<dyn Engine> {
    Box::new(Ahead { outcry: Outcry::new(), commands: Vec::new() })
}

impl Default for Outcry {
    fn default() -> Self {
        Self::new()
    }
}

impl Outcry {
    /// An exchange with funded accounts and an empty book.
    #[must_use]
    pub fn new() -> Self {
        let mut outcry = Self { exchange: Exchange::new(), now: 0, events: Vec::new() };
        let symbol = |text| Symbol::new(text).expect("the symbol is short and plain");
        let fee = |ppm| FeeRate::from_ppm(ppm).expect("the fee is in range");
        let (base, quote) = (AssetId::new(0), AssetId::new(1));
        outcry.found(Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 });
        outcry.found(Command::CreateAsset { symbol: symbol("USD"), decimals: 2 });
        outcry.found(Command::CreateInstrument(NewInstrument {
            symbol: symbol("ACME"),
            base,
            quote,
            tick: Decimal::new(1, 2),
            lot: Decimal::ONE,
            maker_fee: fee(500),
            taker_fee: fee(1_000),
        }));
        let amount = Amount::new(FUNDS).expect("the funds are in range");
        for number in 1..=ACCOUNTS {
            let name = AccountName::new(&format!("Trader {number}")).expect("the name is short");
            outcry.found(Command::OpenAccount { name });
            for asset in [base, quote] {
                outcry.found(Command::Deposit { account: AccountId::new(number), asset, amount });
            }
        }
        outcry
    }

    /// Runs a command that must not be refused.
    pub(crate) fn found(&mut self, command: Command) {
        let mut tally = Tally::default();
        self.execute(&command, &mut tally);
        assert_eq!(tally.refused, 0, "the market is founded by commands that are in order: {command:?}");
    }

    /// Runs a command not before `at`, and reads every report.
    pub(crate) fn run(&mut self, at: Timestamp, command: &Command, tally: &mut Tally) {
        self.now = self.now.max(at.nanos());
        self.execute(command, tally);
    }

    /// The time of the latest command.
    pub(crate) const fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now)
    }

    /// Orders in the book.
    pub(crate) fn open_orders(&self) -> u64 {
        self.exchange.open_orders()
    }

    #[inline]
    fn execute(&mut self, command: &Command, tally: &mut Tally) {
        self.now += PACE;
        self.events.clear();
        self.exchange.execute(Timestamp::from_nanos(self.now), command, &mut self.events);
        for event in &self.events {
            read(event, tally);
        }
    }
}

impl Engine for Outcry {
    fn play(&mut self, messages: &[Message], tally: &mut Tally) {
        for message in messages {
            self.execute(&command(*message), tally);
        }
    }

    fn depth(&self) -> Depth {
        let side = |side| {
            let levels = self.exchange.depth(INSTRUMENT, side);
            levels.map(|level| (level.price.get().unsigned_abs(), level.quantity.get())).collect()
        };
        Depth { bids: side(Side::Buy), asks: side(Side::Sell) }
    }
}

impl Engine for Ahead {
    fn play(&mut self, messages: &[Message], tally: &mut Tally) {
        for messages in messages.chunks(TOGETHER) {
            self.commands.clear();
            self.commands.extend(messages.iter().map(|message| command(*message)));
            self.outcry.exchange.look_ahead(&self.commands);
            for command in &self.commands {
                self.outcry.execute(command, tally);
            }
        }
    }

    fn depth(&self) -> Depth {
        self.outcry.depth()
    }
}

#[inline]
fn read(event: &Event, tally: &mut Tally) {
    match event {
        Event::Traded(trade) => {
            let price = trade.price.get().unsigned_abs();
            tally.fill(trade.maker.get(), trade.taker.get(), price, trade.quantity.get());
        }
        Event::LedgerPosted(line) => {
            tally.report(line.available.get().unsigned_abs() ^ line.held.get().unsigned_abs());
        }
        Event::OrderAccepted { order, .. } => tally.report(order.get()),
        Event::OrderRested { order, ahead, .. } => tally.report(order.get() ^ ahead.get()),
        Event::OrderCanceled { order, canceled, .. } => tally.report(order.get() ^ canceled.get()),
        Event::CommandRejected(_) => tally.refused += 1,
        _ => tally.report(1),
    }
}

#[inline]
fn command(message: Message) -> Command {
    match message {
        Message::Limit { account, side, price, quantity } => {
            let price = Price::new(price.into()).expect("a flow's price is in range");
            place(account, side, OrderPrice::Limit(price), quantity, TimeInForce::GoodTillCancel)
        }
        Message::Market { account, side, quantity } => {
            place(account, side, OrderPrice::Market, quantity, TimeInForce::ImmediateOrCancel)
        }
        Message::Cancel { account, order, .. } => Command::CancelOrder {
            account: AccountId::new(account),
            order: OrderId::new(order.into()).expect("orders are numbered from 1"),
        },
    }
}

#[inline]
fn place(
    account: u32,
    side: message::Side,
    price: OrderPrice,
    quantity: u32,
    time_in_force: TimeInForce,
) -> Command {
    Command::PlaceOrder(NewOrder {
        account: AccountId::new(account),
        instrument: INSTRUMENT,
        side: match side {
            message::Side::Buy => Side::Buy,
            message::Side::Sell => Side::Sell,
        },
        price,
        quantity: Qty::new(quantity.into()).expect("a flow's quantity is in range"),
        time_in_force,
        posting: Posting::Any,
    })
}
