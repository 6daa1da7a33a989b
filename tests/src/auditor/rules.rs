//! The auditor's rules: settings of instruments and accounts as the events tell them.

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, AccountSetting, Allocation, Amount, AssetId, FeeRate, InstrumentId, InstrumentSetting,
    NewInstrument, Phase, PhaseEnd, Price, Rulebook, SelfTrade, Side, Trade, TradeKind,
};

use crate::oracle::terms;

/// An instrument and how it trades.
#[derive(Clone, Debug)]
pub(crate) struct Market {
    pub(crate) terms: NewInstrument,
    pub(crate) base_digits: u8,
    pub(crate) quote_digits: u8,
    pub(crate) phase: Phase,
    pub(crate) end: Option<PhaseEnd>,
    pub(crate) last: Option<Price>,
    /// As set, or of the last auction.
    pub(crate) reference: Option<Price>,
    pub(super) allocation: Allocation,
    pub(super) rulebook: Rulebook,
    pub(super) tiers: BTreeMap<u8, (FeeRate, FeeRate)>,
    pub(super) collar_ppm: u32,
    /// Whether there is a tick table.
    pub(super) ticks: bool,
    /// Whether there is a price range, and whether there are bands of limit up, limit down.
    pub(super) guards: [bool; 2],
    /// Whether the last command left follow-ups undone.
    pub(super) stopped: bool,
}

impl Market {
    pub(super) fn new(terms: NewInstrument, base_digits: u8, quote_digits: u8) -> Self {
        Self {
            terms,
            base_digits,
            quote_digits,
            phase: Phase::Continuous,
            end: None,
            last: None,
            reference: None,
            allocation: Allocation::Fifo,
            rulebook: Rulebook::Xetra,
            tiers: BTreeMap::new(),
            collar_ppm: 0,
            ticks: false,
            guards: [false; 2],
            stopped: false,
        }
    }

    pub(super) fn set(&mut self, setting: &InstrumentSetting) {
        match *setting {
            InstrumentSetting::Allocation(allocation) => self.allocation = allocation,
            InstrumentSetting::Rulebook(rulebook) => self.rulebook = rulebook,
            InstrumentSetting::FeeTier { tier, maker, taker } => {
                self.tiers.insert(tier, (maker, taker));
            }
            InstrumentSetting::TickRow(_) => self.ticks = true,
            InstrumentSetting::PriceRange(range) => self.guards[0] = range.is_some(),
            InstrumentSetting::LimitUpDown(terms) => self.guards[1] = terms.is_some(),
            InstrumentSetting::Reference(price) => self.reference = Some(price),
            InstrumentSetting::AuctionCollar(ppm) => self.collar_ppm = ppm,
            _ => {}
        }
    }

    /// Whether nothing but an order's own limit ends its walk.
    pub(super) fn unguarded(&self) -> bool {
        self.guards == [false; 2]
    }

    /// The highest price at which a market order in a call may buy, where no tick table moves it.
    pub(super) fn ceiling(&self) -> Option<Price> {
        let reference = self.reference.or(self.last).filter(|_| !self.ticks && self.collar_ppm > 0)?;
        let width = i128::from(reference.get()) * i128::from(self.collar_ppm) / 1_000_000;
        let high = i128::from(reference.get()) + width;
        Some(Price::new(i64::try_from(high).ok()?).unwrap_or(Price::HIGHEST))
    }

    /// What lots are worth at a price.
    pub(crate) fn value(&self, price: Price, lots: u64) -> i128 {
        terms::value(&self.terms, self.quote_digits, price, lots)
    }

    /// Lots in minor units of the base asset.
    pub(crate) fn units(&self, lots: u64) -> i128 {
        terms::base_units(&self.terms, self.base_digits, lots)
    }

    /// What lots of an order need, and of which asset.
    pub(super) fn need(&self, side: Side, price: Price, lots: u64) -> i128 {
        match side {
            Side::Buy => {
                let value = self.value(price, lots);
                let rate = self.terms.maker_fee.max(self.terms.taker_fee).max(FeeRate::ZERO);
                value + fee(rate, value)
            }
            Side::Sell => self.units(lots),
        }
    }

    /// The asset that a side gives.
    pub(crate) fn gives(&self, side: Side) -> AssetId {
        match side {
            Side::Buy => self.terms.quote,
            Side::Sell => self.terms.base,
        }
    }

    /// What maker and taker of a trade pay, each with the tier of its account.
    pub(super) fn fees(&self, trade: &Trade, [maker, taker]: [u8; 2]) -> (i128, i128) {
        let own = (self.terms.maker_fee, self.terms.taker_fee);
        let rates = |tier: u8| self.tiers.get(&tier).copied().filter(|_| tier > 0).unwrap_or(own);
        let value = self.value(trade.price, trade.quantity.get());
        match trade.kind {
            TradeKind::Continuous => {
                let paid = fee(rates(taker).1, value);
                (fee(rates(maker).0, value).max(-paid), paid)
            }
            TradeKind::Auction => (fee(rates(maker).0, value).max(0), fee(rates(taker).0, value).max(0)),
        }
    }
}

/// A fee, rounded toward zero.
fn fee(rate: FeeRate, value: i128) -> i128 {
    value * i128::from(rate.ppm()) / 1_000_000
}

/// What is set about an account.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) group: u32,
    pub(crate) tier: u8,
    pub(crate) self_trade: SelfTrade,
    pub(crate) blocked: bool,
    pub(crate) shorts: BTreeMap<AssetId, Amount>,
}

impl Default for Owner {
    fn default() -> Self {
        Self { group: 0, tier: 0, self_trade: SelfTrade::Allow, blocked: false, shorts: BTreeMap::new() }
    }
}

/// Everything that is set.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    markets: Vec<Market>,
    owners: BTreeMap<AccountId, Owner>,
}

impl Rules {
    pub(super) fn open(&mut self, market: Market) {
        self.markets.push(market);
    }

    pub(crate) fn markets(&self) -> &[Market] {
        &self.markets
    }

    pub(crate) fn market(&self, instrument: InstrumentId) -> &Market {
        &self.markets[instrument.get() as usize]
    }

    pub(super) fn market_mut(&mut self, instrument: InstrumentId) -> &mut Market {
        &mut self.markets[instrument.get() as usize]
    }

    pub(crate) fn owner(&self, account: AccountId) -> Owner {
        self.owners.get(&account).cloned().unwrap_or_default()
    }

    pub(super) fn block(&mut self, account: AccountId, blocked: bool) {
        self.owners.entry(account).or_default().blocked = blocked;
    }

    pub(super) fn set_account(&mut self, account: AccountId, setting: &AccountSetting) {
        let owner = self.owners.entry(account).or_default();
        match *setting {
            AccountSetting::Group(group) => owner.group = group,
            AccountSetting::SelfTrade(rule) => owner.self_trade = rule,
            AccountSetting::Tier(tier) => owner.tier = tier,
            AccountSetting::ShortLimit { asset, amount } => {
                owner.shorts.insert(asset, amount);
            }
            AccountSetting::MaxOpenOrders(_)
            | AccountSetting::MaxNotional { .. }
            | AccountSetting::MaxPosition { .. } => {}
        }
    }

    /// Whether orders of these accounts are one's own for self-trade prevention.
    pub(super) fn kept_apart(&self, one: AccountId, other: AccountId) -> bool {
        let group = self.owner(one).group;
        one == other || group != 0 && group == self.owner(other).group
    }
}
