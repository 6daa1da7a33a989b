//! One row's fields: each is read by itself, so that a row can have several things wrong.

use outcry_engine::{DecimalError, Exchange, Instrument, InstrumentId, Price, Qty, Side, Symbol};

use super::plan::MAX_FIELD;

/// Most instruments that a message lists.
const LISTED: usize = 8;

/// What a good row says.
pub(super) struct Fields {
    pub(super) id: u64,
    pub(super) instrument: InstrumentId,
    pub(super) side: Side,
    pub(super) quantity: Qty,
    pub(super) price: Price,
}

/// What is wrong with a row so far: columns from 1, and messages.
pub(super) type Notes = Vec<(usize, String)>;

/// Reads all fields; what is wrong is added to the notes.
pub(super) fn read(exchange: &Exchange, fields: [&[u8]; 5], notes: &mut Notes) -> Option<Fields> {
    let [id, symbol, side, quantity, price] = fields.map(text);
    let id = keep(notes, 1, id.and_then(order_id));
    let found = keep(notes, 2, symbol.and_then(|text| instrument(exchange, text)));
    let side = keep(notes, 3, side.and_then(self::side));
    // Without an instrument there is no tick and no lot to judge the numbers by.
    let (instrument, terms) = found?;
    let says = |error: DecimalError| error.to_string();
    let quantity = keep(notes, 4, quantity.and_then(|text| terms.parse_quantity(text).map_err(says)));
    let price = keep(notes, 5, price.and_then(|text| terms.parse_price(text).map_err(says)));
    let (quantity, price) = (quantity?, price?);
    if terms.value(price, quantity.lots()).is_none() || terms.base_units(quantity.lots()).is_none() {
        let (amount, price) = (terms.quantity_decimal(quantity.lots()), terms.price_decimal(price));
        notes.push((4, format!("{amount} at {price} is worth more than can exist")));
        return None;
    }
    Some(Fields { id: id?, instrument, side: side?, quantity, price })
}

/// Keeps what was read, or notes what is wrong with it.
fn keep<T>(notes: &mut Notes, column: usize, field: Result<T, String>) -> Option<T> {
    field.map_err(|message| notes.push((column, message))).ok()
}

/// A field as text.
fn text(field: &[u8]) -> Result<&str, String> {
    if field.len() > MAX_FIELD {
        return Err(format!("{} bytes, at most {MAX_FIELD} are allowed", field.len()));
    }
    let text = std::str::from_utf8(field).map_err(|error| {
        format!("{:?} is not UTF-8 from byte {} on", shown(field), error.valid_up_to() + 1)
    })?;
    Ok(text.trim())
}

/// What stands in a field, cut to 32 characters.
pub(super) fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(&field[..field.len().min(128)]).chars().take(32).collect()
}

fn order_id(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let id = if digits { text.parse().ok() } else { None };
    id.ok_or_else(|| {
        format!("{:?} is not an order id: a whole number from 0 to {}", shown(text.as_bytes()), u64::MAX)
    })
}

fn side(text: &str) -> Result<Side, String> {
    match text {
        _ if text.eq_ignore_ascii_case("Buy") => Ok(Side::Buy),
        _ if text.eq_ignore_ascii_case("Sell") => Ok(Side::Sell),
        _ => Err(format!("{:?} is not a side: Buy or Sell", shown(text.as_bytes()))),
    }
}

fn instrument<'a>(exchange: &'a Exchange, text: &str) -> Result<(InstrumentId, &'a Instrument), String> {
    let found = Symbol::new(text).ok().and_then(|symbol| exchange.find_instrument(symbol));
    if let Some((id, instrument)) = found.and_then(|id| Some((id, exchange.instrument(id)?))) {
        return Ok((id, instrument));
    }
    let all = exchange.instruments();
    let mut known: Vec<String> = all.iter().take(LISTED).map(|one| one.symbol().to_string()).collect();
    if all.len() > LISTED {
        known.push(format!("{} more", all.len() - LISTED));
    }
    let known = if known.is_empty() { "none".to_string() } else { known.join(", ") };
    Err(format!("{:?} is not an instrument here; there are {known}", shown(text.as_bytes())))
}
