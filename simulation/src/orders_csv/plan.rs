//! The check of a whole file, and the orders that it gives.

use std::collections::BTreeMap;
use std::fmt;

use csv::{ByteRecord, ReaderBuilder};
use outcry_engine::{AccountId, Exchange, NewOrder, OrderPrice, Posting, TimeInForce};

use super::field::{self, Fields};
use super::funds::Funds;

/// The header, which must be exactly this.
pub const COLUMNS: [&str; 5] = ["orderId", "symbol", "side", "amount", "price"];
/// Most orders of one file.
pub const MAX_ROWS: u64 = 1_000_000;
/// Longest field in bytes.
pub const MAX_FIELD: usize = 256;
/// Most errors that are listed; the others are counted.
pub const MAX_ERRORS: usize = 100;

/// How a file is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whose orders they are.
    pub account: AccountId,
    /// Whose view the sides are.
    pub view: View,
    /// What becomes of an order id that comes again.
    pub duplicates: Duplicates,
}

/// Whose view the sides of a file are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The book's: a buy order buys.
    #[default]
    Book,
    /// A client's: an order of side buy is an offer that the client may buy, a sell order in the book.
    Client,
}

/// What becomes of an order id that comes again in the same file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// It is an error.
    #[default]
    Reject,
    /// The first stands; later ones are left out.
    Skip,
    /// The last stands, in its own place in the file.
    Overwrite,
}

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line of the file on which the row begins; the header is 1.
    pub row: u64,
    /// The column from 1; `None` if the row as a whole is wrong.
    pub column: Option<usize>,
    /// What is wrong, and what is allowed.
    pub message: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if let Some(column) = self.column {
            let name = column.checked_sub(1).and_then(|index| COLUMNS.get(index)).unwrap_or(&"");
            write!(f, ", column {column} ({name})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A file that is not loaded, and everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// What is wrong, in the order of the file; at least one, at most [`MAX_ERRORS`].
    pub errors: Vec<RowError>,
    /// How many more there are.
    pub more: u64,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "\n" })?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Rejected {}

/// The orders of a good file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    orders: Vec<PlannedOrder>,
    dropped: u64,
}

/// One order of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedOrder {
    /// The line of the file.
    pub row: u64,
    /// Its number in the file.
    pub id: u64,
    /// The order: good till canceled, at its limit.
    pub order: NewOrder,
}

impl Plan {
    /// The orders, in the order in which they will be placed.
    #[must_use]
    pub fn orders(&self) -> &[PlannedOrder] {
        &self.orders
    }

    /// Rows that were left out because their order id came before or comes again.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Checks a whole file against an exchange; nothing is changed.
///
/// Symbols must be instruments, prices multiples of their tick and amounts of their lot, all above zero. Sides are
/// `Buy` and `Sell` in any case. The account must have what all orders together hold, as if none of them traded.
///
/// # Errors
/// Everything that is wrong, each with row and column. The account's funds are judged where nothing else is wrong.
pub fn check(bytes: &[u8], exchange: &Exchange, options: Options) -> Result<Plan, Rejected> {
    let mut check = Check { exchange, options, errors: Vec::new(), more: 0 };
    let rows = check.rows(bytes);
    let plan = check.without_duplicates(rows);
    if check.errors.is_empty() {
        check.funds(&plan);
    }
    // Duplicates and funds were judged after the rows.
    check.errors.sort_by_key(|error| (error.row, error.column));
    match check.errors.is_empty() {
        true => Ok(plan),
        false => Err(Rejected { errors: check.errors, more: check.more }),
    }
}

/// A check under way.
struct Check<'a> {
    exchange: &'a Exchange,
    options: Options,
    errors: Vec<RowError>,
    more: u64,
}

impl Check<'_> {
    fn error(&mut self, row: u64, column: Option<usize>, message: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(RowError { row, column, message });
        } else {
            self.more += 1;
        }
    }

    /// Reads all rows; what is wrong is kept, and the good ones are answered.
    fn rows(&mut self, bytes: &[u8]) -> Vec<PlannedOrder> {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut record = ByteRecord::new();
        let mut lines = Lines { bytes, at: 0, line: 1 };
        let mut orders = Vec::new();
        let mut count = 0;
        // Reading from memory does not fail, and any bytes are some record.
        while let Ok(true) = reader.read_byte_record(&mut record) {
            let start = record.position().and_then(|start| usize::try_from(start.byte()).ok());
            let row = lines.line_at(start.unwrap_or(bytes.len()));
            if count == 0 {
                if let Err(message) = header(&record) {
                    self.error(row, None, message);
                    return Vec::new();
                }
            } else if count > MAX_ROWS {
                self.error(row, None, format!("more than {MAX_ROWS} orders"));
                return Vec::new();
            } else if let Some(order) = self.row(row, &record) {
                orders.push(order);
            }
            count += 1;
        }
        match count {
            0 => self.error(
                1,
                None,
                format!("the file is empty; the header {} is expected", COLUMNS.join(",")),
            ),
            1 => self.error(1, None, "there are no orders after the header".to_string()),
            _ => {}
        }
        orders
    }

    fn row(&mut self, row: u64, record: &ByteRecord) -> Option<PlannedOrder> {
        let found = record.len();
        let Ok(fields) = <[&[u8]; COLUMNS.len()]>::try_from(record.iter().collect::<Vec<_>>()) else {
            self.error(row, None, format!("{found} columns, {} are expected", COLUMNS.len()));
            return None;
        };
        let mut notes = field::Notes::new();
        let read = field::read(self.exchange, fields, &mut notes);
        for (column, message) in notes {
            self.error(row, Some(column), message);
        }
        let Fields { id, instrument, side, quantity, price } = read?;
        let side = match self.options.view {
            View::Book => side,
            View::Client => side.opposite(),
        };
        let order = NewOrder {
            account: self.options.account,
            instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        Some(PlannedOrder { row, id, order })
    }

    /// Applies the choice for order ids that come again.
    fn without_duplicates(&mut self, rows: Vec<PlannedOrder>) -> Plan {
        // Where the order with each id stands; ordered, so that memory does not depend on what the file says.
        let mut places: BTreeMap<u64, usize> = BTreeMap::new();
        let mut orders: Vec<Option<PlannedOrder>> = Vec::with_capacity(rows.len());
        let mut dropped = 0;
        for order in rows {
            let Some(&place) = places.get(&order.id) else {
                places.insert(order.id, orders.len());
                orders.push(Some(order));
                continue;
            };
            dropped += 1;
            match self.options.duplicates {
                Duplicates::Reject => {
                    let first = orders[place].map_or(0, |first| first.row);
                    self.error(
                        order.row,
                        Some(1),
                        format!("order id {} was in row {first} already", order.id),
                    );
                }
                Duplicates::Skip => {}
                Duplicates::Overwrite => {
                    orders[place] = None;
                    places.insert(order.id, orders.len());
                    orders.push(Some(order));
                }
            }
        }
        Plan { orders: orders.into_iter().flatten().collect(), dropped }
    }

    /// Whether the account has what all orders together hold.
    fn funds(&mut self, plan: &Plan) {
        let mut funds = Funds::new(self.exchange, self.options.account);
        for planned in plan.orders() {
            if let Some(message) = funds.hold(&planned.order) {
                // Amount decides how much is held.
                self.error(planned.row, Some(4), message);
            }
        }
    }
}

/// Counts lines as an editor does. (The reader's own count is off where lines end in CRLF or are empty.)
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line, from 1, of the first byte from `start` on that ends no line; never before the last one asked for.
    fn line_at(&mut self, start: usize) -> u64 {
        while let Some(&byte) = self.bytes.get(self.at) {
            let ends = match byte {
                b'\n' => true,
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                _ if self.at >= start => break,
                _ => false,
            };
            // The two bytes of one CRLF count once, at the second.
            self.at += 1;
            self.line += u64::from(ends);
        }
        self.line
    }
}

fn header(record: &ByteRecord) -> Result<(), String> {
    if record.iter().eq(COLUMNS.iter().map(|name| name.as_bytes())) {
        return Ok(());
    }
    let found: Vec<String> = record.iter().map(field::shown).take(2 * COLUMNS.len()).collect();
    Err(format!("the header is {}; {} is expected", found.join(","), COLUMNS.join(",")))
}
