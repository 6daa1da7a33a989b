//! What the oracle keeps: live orders, the markets of the instruments, accounts.

use std::collections::{BTreeMap, BTreeSet};

use outcry_engine::{
    AccountId, AccountName, Allocation, Amount, AssetId, Conditions, Display, FeeRate, Indication,
    InstrumentId, Layer, LimitUpDownTerms, NewInstrument, NewOrder, OrderId, OrderPrice, Phase, PhaseEnd,
    Posting, Price, PriceBand, PriceRange, Protection, Rulebook, SelfTrade, Side, TickRow, TimeInForce,
    Timestamp, VelocityTerms, WaitsFor, limits,
};

use super::limit_up_down::LimitUpDown;

/// Where a live order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// On its way in.
    Incoming,
    /// Outside the book.
    Waiting(WaitsFor),
    /// Outside the book, triggered: in the list of those to enter.
    Fired,
    /// In the book.
    Book,
}

/// What an entry order of a bracket brings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exits {
    pub(super) profit: Price,
    pub(super) loss: Price,
    pub(super) then: OrderPrice,
    pub(super) protection: Option<Protection>,
}

/// Exits that are due: the entry traded.
#[derive(Clone, Copy, Debug)]
pub(super) struct DueExits {
    pub(super) entry: OrderId,
    pub(super) account: AccountId,
    pub(super) side: Side,
    pub(super) exits: Exits,
    pub(super) lots: u64,
}

/// A live order: accepted and not closed.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: OrderId,
    pub(super) account: AccountId,
    pub(super) instrument: InstrumentId,
    pub(super) side: Side,
    /// As it is now: rules and replacements change it.
    pub(super) price: OrderPrice,
    /// The total; what is gone of it was filled, prevented or reduced.
    pub(super) quantity: u64,
    /// What is left of it, the reserve of an iceberg included.
    pub(super) left: u64,
    pub(super) time_in_force: TimeInForce,
    pub(super) posting: Posting,
    /// Its trigger price is that of now.
    pub(super) conditions: Conditions,
    pub(super) minimum_met: bool,
    /// A market order may not trade beyond.
    pub(super) bound: Option<Price>,
    /// The price that a market order to buy holds at, where it does not hold what its walk costs.
    pub(super) holds_at: Option<Price>,
    pub(super) held: i128,
    pub(super) at: At,
    /// The price at which it enters or rests: its limit, or what a peg follows.
    pub(super) level: Option<Price>,
    pub(super) layer: Layer,
    /// How much of it the queue sees.
    pub(super) shown: u64,
    /// Its place in the queue: lower is earlier.
    pub(super) stamp: u64,
    pub(super) refills: u64,
    /// The price of its last fill.
    pub(super) last_fill: Option<Price>,
    pub(super) expires: Option<Timestamp>,
    pub(super) cash: Option<Amount>,
    /// The other order of its pair, as long as both live.
    pub(super) pair: Option<OrderId>,
    /// Whether it is the stop of its pair.
    pub(super) is_stop: bool,
    pub(super) exits: Option<Exits>,
    pub(super) exit_of: Option<OrderId>,
    pub(super) quote: bool,
}

impl Order {
    /// An order that nobody has accepted yet; its number means nothing.
    pub(super) fn new(terms: &NewOrder, conditions: Conditions) -> Self {
        Self {
            id: OrderId::new(u64::MAX).expect("above zero"),
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price,
            quantity: terms.quantity.get(),
            left: terms.quantity.get(),
            time_in_force: terms.time_in_force,
            posting: terms.posting,
            conditions,
            minimum_met: conditions.minimum.is_none(),
            bound: None,
            holds_at: None,
            held: 0,
            at: At::Incoming,
            level: None,
            layer: Layer::Lit,
            shown: 0,
            stamp: 0,
            refills: 0,
            last_fill: None,
            expires: None,
            cash: None,
            pair: None,
            is_stop: false,
            exits: None,
            exit_of: None,
            quote: false,
        }
    }

    /// How far it may trade: its limit, what its peg follows, or its bound.
    pub(super) fn limit(&self) -> Option<Price> {
        match self.price {
            OrderPrice::Limit(price) => Some(self.level.unwrap_or(price)),
            OrderPrice::Market | OrderPrice::MarketToLimit => self.bound,
        }
    }

    /// The price it holds at; `None` where it holds what its walk costs.
    pub(super) fn holds_at(&self) -> Option<Price> {
        self.price.limit().or(self.holds_at)
    }

    /// Whether it may trade at a price.
    pub(super) fn reaches(&self, price: Price) -> bool {
        self.limit().is_none_or(|limit| within(self.side, limit, price))
    }

    /// The lots of its first execution, at least.
    pub(super) fn minimum(&self) -> u64 {
        match self.conditions.minimum {
            Some(_) if self.minimum_met => 1,
            Some(outcry_engine::Minimum::Quantity(minimum)) => minimum.get().min(self.left),
            Some(outcry_engine::Minimum::All) => self.left,
            None => 0,
        }
    }

    /// The layer in which it rests.
    pub(super) fn rests_in(&self) -> Layer {
        if self.conditions.display == Display::Hidden || self.conditions.peg.is_some() {
            Layer::Dark
        } else {
            Layer::Lit
        }
    }

    pub(super) fn in_book(&self) -> bool {
        self.at == At::Book
    }
}

/// Whether an order with this limit may trade at a price.
pub(super) fn within(side: Side, limit: Price, price: Price) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}

/// What can be set about an instrument.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) allocation: Allocation,
    pub(super) lead_makers: BTreeMap<AccountId, u32>,
    pub(super) rulebook: Rulebook,
    pub(super) tiers: BTreeMap<u8, (FeeRate, FeeRate)>,
    pub(super) ticks: Vec<TickRow>,
    pub(super) min_quantity: u64,
    pub(super) max_quantity: u64,
    pub(super) min_notional: i128,
    pub(super) price_band: Option<PriceBand>,
    pub(super) price_range: Option<PriceRange>,
    /// Length and window of the random end of a call after an interruption.
    pub(super) volatility_call: (u64, u64),
    pub(super) limit_up_down: Option<LimitUpDownTerms>,
    pub(super) velocity: Option<VelocityTerms>,
    pub(super) collar_ppm: u32,
    pub(super) halt_queues: bool,
    /// Opening and closing time of day.
    pub(super) hours: Option<(u64, u64)>,
    pub(super) day_end: u64,
    pub(super) follow_ups: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allocation: Allocation::Fifo,
            lead_makers: BTreeMap::new(),
            rulebook: Rulebook::Xetra,
            tiers: BTreeMap::new(),
            ticks: Vec::new(),
            min_quantity: 0,
            max_quantity: 0,
            min_notional: 0,
            price_band: None,
            price_range: None,
            volatility_call: (120_000_000_000, 0),
            limit_up_down: None,
            velocity: None,
            collar_ppm: 0,
            halt_queues: false,
            hours: None,
            day_end: 0,
            follow_ups: limits::FOLLOW_UPS,
        }
    }
}

/// An instrument and how trading goes in it.
#[derive(Clone, Debug)]
pub(super) struct Market {
    pub(super) terms: NewInstrument,
    pub(super) settings: Settings,
    pub(super) phase: Phase,
    pub(super) end: Option<PhaseEnd>,
    /// Whether the call was extended already.
    pub(super) extended: bool,
    /// Set, or the price of the last uncross.
    pub(super) reference: Option<Price>,
    /// The price of the last trade.
    pub(super) last: Option<Price>,
    /// The best quotes before the call.
    pub(super) inside: Option<(Price, Price)>,
    /// The orders that bettered the market, to buy and to sell.
    pub(super) tops: [Option<OrderId>; 2],
    /// What was last told of the call.
    pub(super) indication: Option<Indication>,
    /// When something was first done to its orders since the last batch.
    pub(super) changed: Option<Timestamp>,
    /// Triggered orders in the order in which they enter.
    pub(super) fired: Vec<OrderId>,
    pub(super) exits: Vec<DueExits>,
    /// Whether velocity logic stops trading as soon as the order under way lets it.
    pub(super) reserved: bool,
    /// Trades of the velocity window.
    pub(super) prints: Vec<(Timestamp, Price)>,
    pub(super) limit_up_down: Option<LimitUpDown>,
    /// What was last told of the bands.
    pub(super) bands: Option<(Price, Price)>,
}

impl Market {
    pub(super) fn new(terms: NewInstrument) -> Self {
        Self {
            terms,
            settings: Settings::default(),
            phase: Phase::Continuous,
            end: None,
            extended: false,
            reference: None,
            last: None,
            inside: None,
            tops: [None, None],
            indication: None,
            changed: None,
            fired: Vec::new(),
            exits: Vec::new(),
            reserved: false,
            prints: Vec::new(),
            limit_up_down: None,
            bands: None,
        }
    }

    /// The price that bands and collars are around: the reference, else the last trade.
    pub(super) fn around(&self) -> Option<Price> {
        self.reference.or(self.last)
    }
}

/// An account and its settings.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) name: AccountName,
    pub(super) blocked: bool,
    pub(super) group: u32,
    pub(super) self_trade: SelfTrade,
    pub(super) tier: u8,
    pub(super) short_limits: BTreeMap<AssetId, i128>,
    pub(super) max_open_orders: u32,
    pub(super) max_notional: BTreeMap<AssetId, i128>,
    pub(super) max_position: BTreeMap<AssetId, i128>,
}

impl Holder {
    pub(super) fn new(name: AccountName) -> Self {
        Self {
            name,
            blocked: false,
            group: 0,
            self_trade: SelfTrade::Allow,
            tier: 0,
            short_limits: BTreeMap::new(),
            max_open_orders: 0,
            max_notional: BTreeMap::new(),
            max_position: BTreeMap::new(),
        }
    }
}

/// Instruments that a command did something in.
pub(super) type Touched = BTreeSet<InstrumentId>;
