//! The order ticket as text, and the order that it asks for.
//!
//! A field is read by the engine's own parser; what is wrong with it is said at the field.

use outcry_engine::{
    AccountId, DecimalError, Instrument, InstrumentId, NewOrder, OrderPrice, Posting, Side, TimeInForce,
};

/// Limit or market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderKind {
    /// No worse than a price.
    #[default]
    Limit,
    /// Whatever the book offers.
    Market,
}

/// The ticket's fields as the user left them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub kind: OrderKind,
    /// Text of the price field.
    pub price: String,
    /// Text of the quantity field.
    pub quantity: String,
    /// Chosen for limit orders.
    pub time_in_force: TimeInForce,
    /// Whether a market order must fill whole.
    pub whole: bool,
    /// Chosen for limit orders that may rest.
    pub post_only: bool,
}

impl Default for Ticket {
    fn default() -> Self {
        Self {
            side: Side::Buy,
            kind: OrderKind::Limit,
            price: String::new(),
            quantity: String::new(),
            time_in_force: TimeInForce::GoodTillCancel,
            whole: false,
            post_only: false,
        }
    }
}

/// What is wrong with the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors {
    /// At the price.
    pub price: Option<String>,
    /// At the quantity.
    pub quantity: Option<String>,
}

/// The fields of a ticket, as places for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The price.
    Price,
    /// The quantity.
    Quantity,
    /// None of them: the ticket as a whole.
    Whole,
}

impl Ticket {
    /// Whether post-only can be chosen: a limit order that may rest.
    #[must_use]
    pub fn may_rest(&self) -> bool {
        self.kind == OrderKind::Limit && self.time_in_force.rests()
    }

    /// The order, if every field can be read.
    ///
    /// # Errors
    /// What is wrong, at each field that cannot.
    pub fn order(
        &self,
        account: AccountId,
        id: InstrumentId,
        instrument: &Instrument,
    ) -> Result<NewOrder, FieldErrors> {
        let quantity = instrument.parse_quantity(&self.quantity);
        let price = match self.kind {
            OrderKind::Market => Ok(OrderPrice::Market),
            OrderKind::Limit => instrument.parse_price(&self.price).map(OrderPrice::Limit),
        };
        match (price, quantity) {
            (Ok(price), Ok(quantity)) => Ok(NewOrder {
                account,
                instrument: id,
                side: self.side,
                price,
                quantity,
                time_in_force: self.lifetime(),
                posting: if self.post_only && self.may_rest() { Posting::PostOnly } else { Posting::Any },
            }),
            (price, quantity) => Err(FieldErrors {
                price: price.err().map(|error| sentence("Price", &error)),
                quantity: quantity.err().map(|error| sentence("Quantity", &error)),
            }),
        }
    }

    fn lifetime(&self) -> TimeInForce {
        match (self.kind, self.whole) {
            (OrderKind::Limit, _) => self.time_in_force,
            (OrderKind::Market, true) => TimeInForce::FillOrKill,
            (OrderKind::Market, false) => TimeInForce::ImmediateOrCancel,
        }
    }
}

/// `Price 10.005 is not a multiple of 0.01`: the name of the field and the parser's words.
#[must_use]
pub fn sentence(field: &str, error: &DecimalError) -> String {
    format!("{field} {error}")
}

/// The field that a refusal is about, by its stable code.
#[must_use]
pub fn field_of(code: &str) -> Field {
    match code {
        "post-only-would-take" => Field::Price,
        "insufficient-funds" | "notional-too-large" | "below-filled" => Field::Quantity,
        _ => Field::Whole,
    }
}
