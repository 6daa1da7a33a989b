//! The scenarios of the CoinTossX project, read where they lie beside the project.
//!
//! Each test has an initial book, one input, the book expected after it and its trades, as CSV. Sides are `B` and
//! `O` (offer; one file of the limit group has the slip `BO`), types 1 market, 2 limit, 3 stop, 4 stop limit, 5
//! hidden with a minimum execution size. Prices are ticks, sizes lots; books are compared as sets, because the
//! files list them in several orders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, Exchange, FeeRate, InstrumentId, NewInstrument,
    NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Reject, Side, Symbol, TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

/// What came of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Book and trades are as expected.
    Passed,
    /// They are, but for orders of a kind that the exchange does not have, which were left out on both sides.
    PassedInPart(String),
    /// It is about a kind of order that the exchange does not have.
    LeftForLater(String),
    /// They are not.
    Failed(String),
}

/// A row of a book or an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    side: Side,
    order: u64,
    kind: u8,
    size: Option<u64>,
    price: Option<i64>,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The book before.
    pub initial: Vec<Row>,
    /// What comes in.
    pub input: Row,
    /// The book after.
    pub expected: Vec<Row>,
    /// Price and quantity of each trade.
    pub trades: Vec<(i64, u64)>,
}

/// What the input of a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// An order.
    Order,
    /// The cancel of an order.
    Cancel,
}

/// Where the scenarios lie, if they are there.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/cointossx");
    folder.is_dir().then_some(folder)
}

impl Scenario {
    /// Reads test `number` of the group in `folder`.
    ///
    /// # Errors
    /// The file and line that cannot be read.
    pub fn read(folder: &Path, number: u32) -> Result<Self, String> {
        let file = |part: &str| folder.join(format!("Test{number}_{part}.csv"));
        let initial = if file("Init").exists() { rows(&file("Init"))? } else { Vec::new() };
        let input = rows(&file("Input"))?.into_iter().next().ok_or("no input")?;
        let trades = lines(&file("Trades"))?
            .into_iter()
            .map(|line| match line[..] {
                [_, ref price, ref quantity] => Ok((number_in(price)?, number_in(quantity)?)),
                _ => Err(format!("{line:?} is no trade")),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { initial, input, expected: rows(&file("Output"))?, trades })
    }

    /// Runs it on a new exchange.
    #[must_use]
    pub fn run(&self, input: Input) -> Outcome {
        let kind = |kind: u8| match kind {
            3 => "a stop order",
            4 => "a stop-limit order",
            _ => "a hidden order",
        };
        if !matches!(self.input.kind, 1 | 2) {
            return Outcome::LeftForLater(format!(
                "{} comes in, which the exchange does not have yet",
                kind(self.input.kind)
            ));
        }
        match self.play(input) {
            Err(difference) => Outcome::Failed(difference),
            Ok(()) => match self.initial.iter().find(|row| !plain(row)) {
                Some(row) => Outcome::PassedInPart(format!("without {} that rests", kind(row.kind))),
                None => Outcome::Passed,
            },
        }
    }

    fn play(&self, input: Input) -> Result<(), String> {
        let mut market = Market::open();
        for row in self.initial.iter().filter(|row| plain(row)) {
            market.place(row)?;
        }
        let events = match input {
            Input::Order => market.place(&self.input)?,
            Input::Cancel => market.cancel(&self.input),
        };
        let known = market.orders.contains_key(&self.input.order);
        let refused = matches!(events[..], [Event::CommandRejected(Reject::UnknownOrder { .. })]);
        if input == Input::Cancel && known == refused {
            return Err(format!("the cancel answers {events:?}"));
        }
        let trades: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Traded(trade) => Some((trade.price.get(), trade.quantity.get())),
                _ => None,
            })
            .collect();
        if trades != self.trades {
            return Err(format!("trades are {trades:?}, expected {:?}", self.trades));
        }
        let mut expected: Vec<Row> = self.expected.iter().filter(|row| plain(row)).cloned().collect();
        expected.sort();
        let book = market.book();
        if book != expected {
            return Err(format!("the book is {book:?}, expected {expected:?}"));
        }
        Ok(())
    }
}

fn plain(row: &Row) -> bool {
    matches!(row.kind, 1 | 2)
}

/// An exchange with one instrument of whole ticks and lots, a buyer and a seller.
struct Market {
    exchange: Exchange,
    /// Numbers of the file, and the ids they were given.
    orders: BTreeMap<u64, (OrderId, AccountId)>,
}

const INSTRUMENT: InstrumentId = InstrumentId::new(0);
const BUYER: AccountId = AccountId::new(1);
const SELLER: AccountId = AccountId::new(2);

impl Market {
    fn open() -> Self {
        let mut market = Self { exchange: Exchange::new(), orders: BTreeMap::new() };
        let symbol = |text| Symbol::new(text).expect("written by hand");
        let name = |text| AccountName::new(text).expect("written by hand");
        let amount = Amount::new(1_000_000_000_000).expect("within range");
        let commands = [
            Command::CreateAsset { symbol: symbol("CASH"), decimals: 0 },
            Command::CreateAsset { symbol: symbol("STOCK"), decimals: 0 },
            Command::CreateInstrument(NewInstrument {
                symbol: symbol("STOCK"),
                base: AssetId::new(1),
                quote: AssetId::new(0),
                tick: Decimal::ONE,
                lot: Decimal::ONE,
                maker_fee: FeeRate::ZERO,
                taker_fee: FeeRate::ZERO,
            }),
            Command::OpenAccount { name: name("buyer") },
            Command::OpenAccount { name: name("seller") },
            Command::Deposit { account: BUYER, asset: AssetId::new(0), amount },
            Command::Deposit { account: SELLER, asset: AssetId::new(1), amount },
        ];
        for command in commands {
            market.execute(&command);
        }
        market
    }

    fn execute(&mut self, command: &Command) -> Vec<Event> {
        let mut events = Vec::new();
        self.exchange.execute(Timestamp::default(), command, &mut events);
        events
    }

    fn place(&mut self, row: &Row) -> Result<Vec<Event>, String> {
        let account = if row.side == Side::Buy { BUYER } else { SELLER };
        let limit =
            row.price.filter(|_| row.kind == 2).map(Price::new).transpose().map_err(|e| e.to_string())?;
        let events = self.execute(&Command::PlaceOrder(NewOrder {
            account,
            instrument: INSTRUMENT,
            side: row.side,
            price: limit.map_or(OrderPrice::Market, OrderPrice::Limit),
            quantity: Qty::new(row.size.ok_or("no size")?).map_err(|error| error.to_string())?,
            time_in_force: match limit {
                Some(_) => TimeInForce::GoodTillCancel,
                None => TimeInForce::ImmediateOrCancel,
            },
            posting: Posting::Any,
        }));
        match events[0] {
            Event::OrderAccepted { order, .. } => self.orders.insert(row.order, (order, account)),
            ref other => return Err(format!("order {} is answered by {other:?}", row.order)),
        };
        Ok(events)
    }

    fn cancel(&mut self, row: &Row) -> Vec<Event> {
        let never_given = OrderId::new(row.order).expect("the files count from 1");
        let (order, account) = self.orders.get(&row.order).copied().unwrap_or((never_given, BUYER));
        self.execute(&Command::CancelOrder { account, order })
    }

    fn book(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Side::BOTH
            .into_iter()
            .flat_map(|side| self.exchange.queue(INSTRUMENT, side))
            .map(|resting| {
                let named = self.orders.iter().find(|(_, (order, _))| *order == resting.order);
                Row {
                    side: resting.side,
                    order: named.map_or(0, |(number, _)| *number),
                    kind: 2,
                    size: Some(resting.leaves.get()),
                    price: Some(resting.price.get()),
                }
            })
            .collect();
        rows.sort();
        rows
    }
}

fn rows(file: &Path) -> Result<Vec<Row>, String> {
    lines(file)?
        .into_iter()
        .map(|line| match line[..] {
            [ref side, ref order, ref kind, _, _, ref size, ref price, ..] => Ok(Row {
                side: match side.as_str() {
                    "B" => Side::Buy,
                    "O" | "BO" => Side::Sell,
                    other => return Err(format!("{}: {other} is no side", file.display())),
                },
                order: number_in(order)?,
                kind: number_in(kind)?,
                size: optional(size)?,
                price: optional(price)?,
            }),
            _ => Err(format!("{}: {line:?} is no row", file.display())),
        })
        .collect()
}

/// The fields of every line after the header.
fn lines(file: &Path) -> Result<Vec<Vec<String>>, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let filled = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    Ok(filled.map(|line| line.split(',').map(|field| field.trim().to_owned()).collect()).collect())
}

fn optional<T: std::str::FromStr>(text: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { number_in(text).map(Some) }
}

fn number_in<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}
