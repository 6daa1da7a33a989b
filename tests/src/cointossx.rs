//! The scenarios of the CoinTossX project, read where they lie beside the project.
//!
//! Each test has an initial book, one input, the book expected after it and its trades, as CSV. Sides are `B` and
//! `O` (offer; one file of the limit group has the slip `BO`), types 1 market, 2 limit, 3 stop, 4 stop limit, 5
//! hidden with a minimum execution size (MES). Prices are ticks, sizes lots; books are compared as sets, because the
//! files list them in several orders.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, ConditionalOrder, Conditions, Display, Event, Exchange,
    FeeRate, InstrumentId, Layer, Minimum, NewInstrument, NewOrder, OrderId, OrderPrice, Posting, Price,
    Protection, Qty, Reject, Side, Symbol, TimeInForce, Timestamp, Trigger, TriggerBy, TriggerKind,
};
use rust_decimal::Decimal;

/// A row of a book or an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    side: Side,
    order: u64,
    kind: u8,
    /// The least that it trades at once; of hidden orders.
    minimum: Option<u64>,
    size: Option<u64>,
    /// Of a stop the price that it waits for.
    price: Option<i64>,
    /// Of a stop limit the price that it waits for.
    stop: Option<i64>,
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
    ///
    /// # Errors
    /// The difference to what is expected.
    pub fn run(&self, input: Input) -> Result<(), String> {
        let mut market = Market::open();
        for row in &self.initial {
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
        let mut expected = self.expected.clone();
        expected.sort();
        let book = market.book();
        if book != expected {
            return Err(format!("the book is {book:?}, expected {expected:?}"));
        }
        Ok(())
    }
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
        let limit = row.price.filter(|_| matches!(row.kind, 2 | 4 | 5)).map(Price::new).transpose();
        let limit = limit.map_err(|error| error.to_string())?;
        let terms = NewOrder {
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
        };
        let conditions = row.conditions()?;
        let events = self.execute(&if conditions == Conditions::default() {
            Command::PlaceOrder(terms)
        } else {
            Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }))
        });
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

    /// Everything open: displayed, hidden and waiting.
    fn book(&self) -> Vec<Row> {
        let open = self.orders.iter().filter_map(|(&number, &(order, _))| self.row(number, order));
        let mut rows: Vec<Row> = open.collect();
        rows.sort();
        let (resting, waiting) = (self.exchange.open_orders(), self.exchange.waiting().count());
        assert_eq!(resting + waiting as u64, rows.len() as u64, "every open order has a number of the file");
        rows
    }

    /// An open order as a row, by what the exchange says of it.
    fn row(&self, number: u64, order: OrderId) -> Option<Row> {
        let conditions = self.exchange.conditions(order).unwrap_or_default();
        let resting = self.exchange.order(order);
        let waiting = self.exchange.waiting_order(order);
        let (side, leaves, limit) = match (&resting, &waiting) {
            (Some(resting), _) => (resting.side, resting.leaves, Some(resting.price)),
            (None, Some(waiting)) => (waiting.terms.side, waiting.leaves, waiting.terms.price.limit()),
            (None, None) => return None,
        };
        let hidden = conditions.display == Display::Hidden;
        let dark = resting.is_some_and(|resting| resting.layer == Layer::Dark);
        assert!(hidden || !dark, "only hidden orders rest unseen");
        let trigger = waiting.and_then(|waiting| waiting.trigger).map(Price::get);
        Some(Row {
            side,
            order: number,
            kind: match (trigger, limit) {
                (Some(_), None) => 3,
                (Some(_), Some(_)) => 4,
                (None, _) if hidden => 5,
                (None, _) => 2,
            },
            minimum: match conditions.minimum {
                Some(Minimum::Quantity(minimum)) => Some(minimum.get()),
                Some(Minimum::All) | None => None,
            },
            size: Some(leaves.get()),
            price: limit.map(Price::get).or(trigger),
            stop: trigger.filter(|_| limit.is_some()),
        })
    }
}

impl Row {
    /// What the order asks for beyond a plain one.
    fn conditions(&self) -> Result<Conditions, String> {
        let waits_for = match self.kind {
            3 => self.price,
            4 => self.stop,
            _ => None,
        };
        let trigger = match waits_for.map(Price::new).transpose().map_err(|error| error.to_string())? {
            Some(price) => Some(Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price }),
            None if matches!(self.kind, 3 | 4) => {
                return Err(format!("order {} has no stop price", self.order));
            }
            None => None,
        };
        // A buyer's stop needs a bound for its hold; this one is as far as it can be.
        let protection = (self.kind == 3).then_some(Protection::Ppm(WHOLE));
        let minimum = self.minimum.map(Qty::new).transpose().map_err(|error| error.to_string())?;
        Ok(Conditions {
            trigger,
            protection,
            display: if self.kind == 5 { Display::Hidden } else { Display::Full },
            minimum: minimum.map(Minimum::Quantity),
            ..Conditions::default()
        })
    }
}

/// Parts per million of a whole.
const WHOLE: NonZeroU32 = NonZeroU32::new(1_000_000).expect("it is above zero");

fn rows(file: &Path) -> Result<Vec<Row>, String> {
    lines(file)?
        .into_iter()
        .map(|line| match line[..] {
            [ref side, ref order, ref kind, ref minimum, _, ref size, ref price, ref more @ ..] => Ok(Row {
                side: match side.as_str() {
                    "B" => Side::Buy,
                    "O" | "BO" => Side::Sell,
                    other => return Err(format!("{}: {other} is no side", file.display())),
                },
                order: number_in(order)?,
                kind: number_in(kind)?,
                minimum: optional(minimum)?,
                size: optional(size)?,
                price: optional(price)?,
                stop: more.first().map_or(Ok(None), |stop| optional(stop))?,
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
