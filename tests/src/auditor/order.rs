//! An order as the events tell it.

use outcry_engine::{
    AccountId, Condition, Conditions, Display, InstrumentId, Layer, Minimum, NewOrder, OrderId, OrderPrice,
    Posting, Price, Side, TimeInForce, Timestamp, WaitsFor,
};

/// Where an order is between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// On its way in.
    Incoming,
    /// In the book.
    Rests(Layer, Price),
    /// Outside the book.
    Waits(WaitsFor),
    /// Triggered; it enters soon.
    Fired,
}

/// An order that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedOrder {
    /// Its id.
    pub order: OrderId,
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// On which side.
    pub side: Side,
    /// What it asks for, as rules have changed it.
    pub price: OrderPrice,
    /// Total lots.
    pub quantity: u64,
    /// Lots that may still trade.
    pub leaves: u64,
    /// Lots of these that stand in the queue; the others are an iceberg's reserve.
    pub shown: u64,
    /// Whether it may take.
    pub posting: Posting,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// What else it asks for. A minimum is gone once it is met.
    pub conditions: Conditions,
    /// Where it is.
    pub place: Whereabouts,
    /// How far it may trade if it has no limit.
    pub bound: Option<Price>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// The other order of its pair, while it lives.
    pub pair: Option<OrderId>,
    /// The price that a pegged order goes by, where it was told.
    pub follows: Option<Price>,
    /// At which price it last traded since it came in.
    pub last_fill: Option<Price>,
}

impl AuditedOrder {
    pub(super) fn new(order: OrderId, terms: &NewOrder) -> Self {
        Self {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price,
            quantity: terms.quantity.get(),
            leaves: terms.quantity.get(),
            shown: 0,
            posting: terms.posting,
            time_in_force: terms.time_in_force,
            conditions: Conditions::NONE,
            place: Whereabouts::Incoming,
            bound: None,
            expires: None,
            pair: None,
            follows: None,
            last_fill: None,
        }
    }

    /// Takes in one of its conditions.
    pub(super) fn condition(&mut self, condition: Condition) {
        match condition {
            Condition::Trigger(trigger) => self.conditions.trigger = Some(trigger),
            Condition::Display(display) => self.conditions.display = display,
            Condition::Minimum(minimum) => self.conditions.minimum = Some(minimum),
            Condition::Peg(peg) => self.conditions.peg = Some(peg),
            Condition::Bound(bound) => self.bound = Some(bound),
            Condition::SelfTrade(rule) => self.conditions.self_trade = Some(rule),
            Condition::Expires(at) => self.expires = Some(at),
            Condition::Pair(other) => self.pair = Some(other),
            Condition::Cash(_) | Condition::Exits { .. } | Condition::ExitOf(_) | Condition::Quote => {}
        }
    }

    /// The layer in which it rests.
    pub(super) fn layer(&self) -> Layer {
        if self.conditions.display == Display::Hidden || self.conditions.peg.is_some() {
            Layer::Dark
        } else {
            Layer::Lit
        }
    }

    /// The worst price at which it may trade.
    pub(super) fn limit(&self) -> Option<Price> {
        self.follows.or(self.price.limit()).or(self.bound)
    }

    /// Whether it may trade at a price.
    pub(super) fn admits(&self, price: Price) -> bool {
        self.limit().is_none_or(|limit| match self.side {
            Side::Buy => price <= limit,
            Side::Sell => price >= limit,
        })
    }

    /// The least that its next execution must fill.
    pub(super) fn minimum(&self) -> u64 {
        match self.conditions.minimum {
            Some(Minimum::Quantity(minimum)) => minimum.get().min(self.leaves),
            Some(Minimum::All) => self.leaves,
            None => 1,
        }
    }

    /// Lots that an iceberg may show next.
    pub(super) fn peaks(&self) -> (u64, u64) {
        match self.conditions.display {
            Display::Iceberg { peak, spread } => {
                let (peak, spread) = (peak.get(), spread.get());
                ((peak - spread).min(self.leaves), (peak + spread).min(self.leaves))
            }
            Display::Full | Display::Hidden => (self.leaves, self.leaves),
        }
    }
}

/// A price as a number that is lower the earlier its line trades.
pub(super) fn rank(side: Side, price: Price) -> i64 {
    match side {
        Side::Buy => -price.get(),
        Side::Sell => price.get(),
    }
}
