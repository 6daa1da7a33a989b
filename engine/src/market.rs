//! What an instrument's market has beside its book: settings, phase, and the orders that wait outside it.
//!
//! Until one of them is used an instrument has none of it ([`Market::special`] is `None`), and costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::allocation::Allocation;
use crate::auction::{Collar, Indication, Rulebook};
use crate::band::{
    Corridor, LimitUpDown, LimitUpDownTerms, PriceBand, PriceRange, Rounding, TickTable, Velocity,
};
use crate::limits::FOLLOW_UPS;
use crate::ticket::Exits;
use crate::trigger::TriggerBook;
use crate::{AccountId, FeeRate, OrderId, Phase, PhaseEnd, Price, Side, Timestamp};

/// The market of an instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Market {
    /// The price of the last trade.
    pub(crate) last: Option<Price>,
    /// Everything beyond plain continuous trading.
    pub(crate) special: Option<Box<Special>>,
}

/// Settings and state of a market that is more than plain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Special {
    pub(crate) settings: Settings,
    pub(crate) phase: Phase,
    pub(crate) end: Option<PhaseEnd>,
    /// Whether the call was extended already.
    pub(crate) extended: bool,
    /// The reference price: set, or that of the last auction.
    pub(crate) reference: Option<Price>,
    pub(crate) limit_up_down: Option<LimitUpDown>,
    pub(crate) velocity: Option<Velocity>,
    pub(crate) triggers: TriggerBook,
    /// Triggered, by their places in the line to enter: a map, because any of them may be canceled while it stands in line.
    pub(crate) fired: BTreeMap<u64, OrderId>,
    /// Orders whose price follows the book, wherever they are.
    pub(crate) pegs: BTreeSet<OrderId>,
    /// Best bid and ask at which each of them was where it belongs; `None` once one of them, or the tick table, has changed.
    pub(crate) pegs_settled: Option<[Option<Price>; 2]>,
    /// Orders that wait for their minimum, by side, rank of their limit and number.
    pub(crate) minimums: [BTreeSet<(i64, OrderId)>; 2],
    /// Those of them whose minimum is met already: they wait only because they would have rested crossed.
    pub(crate) met: BTreeSet<OrderId>,
    /// Entries of brackets that traded since their exits were last entered.
    pub(crate) exits: BTreeMap<OrderId, DueExits>,
    /// Market and IOC orders that stand for the next uncross.
    pub(crate) for_uncross: BTreeSet<OrderId>,
    /// The order of each side that last bettered the market and has not been bettered since.
    pub(crate) tops: [Option<OrderId>; 2],
    /// What was last told.
    pub(crate) indication: Indication,
    /// Whether there is something new for the next batch.
    pub(crate) changed: bool,
    /// Best bid and ask when trading last stopped.
    pub(crate) inside: [Option<Price>; 2],
    /// The bands of limit up, limit down as they were told.
    pub(crate) bands: Option<Corridor>,
    /// Velocity logic has reserved the market until then.
    pub(crate) reserved: Option<Timestamp>,
    /// When the next batch is due.
    pub(crate) batch: Option<Timestamp>,
    /// When the market is looked at again: the earliest end of a phase, a batch or a rule.
    pub(crate) timer: Option<Timestamp>,
}

/// Exits that a bracket's entry is due, for what it has traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DueExits {
    pub(crate) account: AccountId,
    /// The side of the exits.
    pub(crate) side: Side,
    pub(crate) lots: u64,
    pub(crate) exits: Exits,
}

/// The settings of an instrument, each with the value it has until it is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) allocation: Allocation,
    /// Shares of lead market makers, in ppm.
    pub(crate) leads: BTreeMap<AccountId, u32>,
    pub(crate) rulebook: Rulebook,
    /// Maker's and taker's rate by tier.
    pub(crate) tiers: BTreeMap<u8, (FeeRate, FeeRate)>,
    pub(crate) ticks: TickTable,
    /// Lots, zero for none.
    pub(crate) min_quantity: u64,
    pub(crate) max_quantity: u64,
    /// Minor units of the quote asset, zero for none.
    pub(crate) min_notional: i64,
    pub(crate) price_band: Option<PriceBand>,
    pub(crate) price_range: Option<PriceRange>,
    /// Length of a volatility call and the window of its random end, in nanoseconds.
    pub(crate) volatility_call: (u64, u64),
    pub(crate) limit_up_down: Option<LimitUpDownTerms>,
    pub(crate) collar_ppm: u32,
    pub(crate) halt_queues: bool,
    /// When trading opens and closes, nanoseconds after midnight.
    pub(crate) hours: Option<(u64, u64)>,
    /// Nanoseconds after midnight.
    pub(crate) day_end: u64,
    pub(crate) follow_ups: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allocation: Allocation::Fifo,
            leads: BTreeMap::new(),
            rulebook: Rulebook::default(),
            tiers: BTreeMap::new(),
            ticks: TickTable::default(),
            min_quantity: 0,
            max_quantity: 0,
            min_notional: 0,
            price_band: None,
            price_range: None,
            volatility_call: (120_000_000_000, 0),
            limit_up_down: None,
            collar_ppm: 0,
            halt_queues: false,
            hours: None,
            day_end: 0,
            follow_ups: FOLLOW_UPS,
        }
    }
}

impl Default for Special {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            phase: Phase::Continuous,
            end: None,
            extended: false,
            reference: None,
            limit_up_down: None,
            velocity: None,
            triggers: TriggerBook::default(),
            fired: BTreeMap::new(),
            pegs: BTreeSet::new(),
            pegs_settled: None,
            minimums: [BTreeSet::new(), BTreeSet::new()],
            met: BTreeSet::new(),
            exits: BTreeMap::new(),
            for_uncross: BTreeSet::new(),
            tops: [None, None],
            indication: Indication::NOTHING,
            changed: false,
            inside: [None, None],
            bands: None,
            reserved: None,
            batch: None,
            timer: None,
        }
    }
}

impl Market {
    /// What is more than plain; made on first use.
    pub(crate) fn special_mut(&mut self) -> &mut Special {
        self.special.get_or_insert_default()
    }

    /// The phase.
    pub(crate) fn phase(&self) -> Phase {
        self.special.as_ref().map_or(Phase::Continuous, |special| special.phase)
    }

    /// The settings, if any was ever set.
    pub(crate) fn settings(&self) -> Option<&Settings> {
        self.special.as_ref().map(|special| &special.settings)
    }

    /// The prices at which an auction with market orders may trade, if the instrument lets them in: the reference plus and minus
    /// the collar, rounded inwards to valid prices.
    pub(crate) fn collar(&self) -> Option<Collar> {
        let settings = self.settings().filter(|settings| settings.collar_ppm > 0)?;
        let reference = self.reference()?;
        let width = Rounding::Down.share(reference, settings.collar_ppm);
        let around = Corridor::around(reference, width);
        let low = settings.ticks.round(around.low, Rounding::Up)?;
        let high = settings.ticks.round(around.high, Rounding::Down)?;
        (low <= high).then_some(Collar { low, high })
    }

    /// The price that bands are around: the reference, else the last trade.
    pub(crate) fn reference(&self) -> Option<Price> {
        self.special.as_ref().and_then(|special| special.reference).or(self.last)
    }
}

impl Special {
    /// Puts a triggered order at the end of the line to enter, and answers its place there.
    pub(crate) fn line_up(&mut self, order: OrderId) -> u64 {
        let place = self.fired.last_key_value().map_or(0, |(last, _)| last + 1);
        self.fired.insert(place, order);
        place
    }

    /// The orders of a side that wait for their minimum.
    pub(crate) const fn minimums_mut(&mut self, side: Side) -> &mut BTreeSet<(i64, OrderId)> {
        match side {
            Side::Buy => &mut self.minimums[0],
            Side::Sell => &mut self.minimums[1],
        }
    }

    /// The same, to read.
    pub(crate) const fn minimums(&self, side: Side) -> &BTreeSet<(i64, OrderId)> {
        match side {
            Side::Buy => &self.minimums[0],
            Side::Sell => &self.minimums[1],
        }
    }

    /// The order that leads a side.
    pub(crate) const fn top(&self, side: Side) -> Option<OrderId> {
        match side {
            Side::Buy => self.tops[0],
            Side::Sell => self.tops[1],
        }
    }

    /// The same, to change.
    pub(crate) const fn top_mut(&mut self, side: Side) -> &mut Option<OrderId> {
        match side {
            Side::Buy => &mut self.tops[0],
            Side::Sell => &mut self.tops[1],
        }
    }
}

impl Phase {
    /// Whether orders trade as they come.
    #[must_use]
    pub const fn matches(self) -> bool {
        matches!(self, Self::Continuous | Self::PostClose)
    }

    /// Whether orders gather for an uncross, with an indication.
    #[must_use]
    pub const fn indicates(self) -> bool {
        matches!(self, Self::Call(_) | Self::Batch { .. })
    }
}
