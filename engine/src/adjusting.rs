//! Settings change: one command, one setting, checked before it counts.

use crate::band::{LimitUpDown, MarketWide, Velocity};
use crate::limits::{MAX_FOLLOW_UPS, MAX_TIER, WHOLE_PPM};
use crate::{
    AccountId, AccountSetting, Amount, Event, Exchange, FeeRate, InstrumentId, InstrumentSetting, MarketSetting,
    Reject, SettingField,
};

/// Nanoseconds of a day.
const DAY: u64 = 86_400_000_000_000;

impl Exchange {
    pub(crate) fn set_instrument(
        &mut self,
        instrument: InstrumentId,
        setting: InstrumentSetting,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        self.check_setting(instrument, setting)?;
        self.apply_setting(instrument, setting)?;
        events.push(Event::InstrumentSet { instrument, setting });
        self.follow_up(instrument, events);
        Ok(())
    }

    /// Checks a setting; nothing has changed yet.
    fn check_setting(&self, id: InstrumentId, setting: InstrumentSetting) -> Result<(), Reject> {
        match setting {
            InstrumentSetting::Allocation(allocation) => allocation.check().map_err(Reject::Allocation),
            InstrumentSetting::LeadMaker { account, ppm } => self.check_lead(id, account, ppm),
            InstrumentSetting::Rulebook(rulebook) => rulebook.check().map_err(|error| {
                out_of_range(SettingField::Rulebook, error.given, error.min, error.max)
            }),
            InstrumentSetting::FeeTier { tier, maker, taker } => self.check_tier(id, tier, maker, taker),
            InstrumentSetting::Quantities { min, max } if !max.is_zero() && max < min => {
                Err(out_of_range(SettingField::MaxQuantity, max.get(), min.get(), u64::MAX))
            }
            InstrumentSetting::MinNotional(amount) if amount < Amount::ZERO => {
                Err(out_of_range(SettingField::MinNotional, amount.get(), 0, crate::limits::MAX_AMOUNT))
            }
            InstrumentSetting::PriceBand(Some(band)) => band.check().map_err(Reject::Band),
            InstrumentSetting::PriceRange(Some(range)) => range.check().map_err(Reject::Band),
            InstrumentSetting::LimitUpDown(Some(terms)) => terms.check().map_err(Reject::Band),
            InstrumentSetting::Velocity(Some(terms)) => terms.check().map_err(Reject::Band),
            InstrumentSetting::VolatilityCall { length, .. } if !(1_000_000..=DAY).contains(&length) => {
                Err(out_of_range(SettingField::VolatilityCall, length, 1_000_000, DAY))
            }
            InstrumentSetting::VolatilityCall { length, within } if within > length => {
                Err(out_of_range(SettingField::VolatilityCall, within, 0, length))
            }
            InstrumentSetting::AuctionCollar(ppm) if ppm > WHOLE_PPM => {
                Err(out_of_range(SettingField::AuctionCollar, ppm, 0, WHOLE_PPM))
            }
            InstrumentSetting::TradingHours { opens, closes } if closes > DAY => {
                Err(out_of_range(SettingField::TradingHours, closes, opens, DAY))
            }
            InstrumentSetting::TradingHours { opens, closes } if opens >= closes && closes > 0 => {
                Err(out_of_range(SettingField::TradingHours, opens, 0, closes - 1))
            }
            InstrumentSetting::DayEnd(nanos) if nanos >= DAY => {
                Err(out_of_range(SettingField::DayEnd, nanos, 0, DAY - 1))
            }
            InstrumentSetting::FollowUps(count) if !(1..=MAX_FOLLOW_UPS).contains(&count) => {
                Err(out_of_range(SettingField::FollowUps, count, 1, MAX_FOLLOW_UPS))
            }
            _ => Ok(()),
        }
    }

    fn check_lead(&self, id: InstrumentId, account: AccountId, ppm: u32) -> Result<(), Reject> {
        self.known_customer(account)?;
        let others: u32 = self.markets[id.index()].settings().map_or(0, |settings| {
            settings.leads.iter().filter(|(lead, _)| **lead != account).map(|(_, ppm)| ppm).sum()
        });
        let max = WHOLE_PPM - others;
        if ppm > max {
            return Err(out_of_range(SettingField::LeadMaker, ppm, 0, max));
        }
        Ok(())
    }

    fn check_tier(&self, id: InstrumentId, tier: u8, maker: FeeRate, taker: FeeRate) -> Result<(), Reject> {
        let terms = self.instruments[id.index()].terms();
        if !(1..=MAX_TIER).contains(&tier) {
            return Err(out_of_range(SettingField::Tier, tier, 1, MAX_TIER));
        }
        if maker > terms.maker_fee {
            let lowest = -FeeRate::MAX_PPM;
            return Err(out_of_range(SettingField::MakerFee, maker.ppm(), lowest, terms.maker_fee.ppm()));
        }
        if taker > terms.taker_fee || taker < FeeRate::ZERO {
            return Err(out_of_range(SettingField::TakerFee, taker.ppm(), 0, terms.taker_fee.ppm()));
        }
        Ok(())
    }

    /// Changes a setting that was checked. Only the tick table may still refuse, before it changes.
    fn apply_setting(&mut self, id: InstrumentId, setting: InstrumentSetting) -> Result<(), Reject> {
        let now = self.now;
        let market = &mut self.markets[id.index()];
        if let InstrumentSetting::TickRow(row) = setting {
            let mut ticks = market.settings().map(|settings| settings.ticks.clone()).unwrap_or_default();
            ticks.push(row).map_err(Reject::TickTable)?;
            market.special_mut().settings.ticks = ticks;
            return Ok(());
        }
        let reference = market.reference();
        let special = market.special_mut();
        let settings = &mut special.settings;
        match setting {
            InstrumentSetting::Allocation(allocation) => {
                settings.allocation = allocation;
                special.tops = [None, None];
            }
            InstrumentSetting::LeadMaker { account, ppm: 0 } => {
                settings.leads.remove(&account);
            }
            InstrumentSetting::LeadMaker { account, ppm } => {
                settings.leads.insert(account, ppm);
            }
            InstrumentSetting::Rulebook(rulebook) => settings.rulebook = rulebook,
            InstrumentSetting::FeeTier { tier, maker, taker } => {
                settings.tiers.insert(tier, (maker, taker));
            }
            InstrumentSetting::TickRow(_) => {}
            InstrumentSetting::Quantities { min, max } => {
                (settings.min_quantity, settings.max_quantity) = (min.get(), max.get());
            }
            InstrumentSetting::MinNotional(amount) => settings.min_notional = amount.get(),
            InstrumentSetting::PriceBand(band) => settings.price_band = band,
            InstrumentSetting::PriceRange(range) => settings.price_range = range,
            InstrumentSetting::VolatilityCall { length, within } => settings.volatility_call = (length, within),
            InstrumentSetting::LimitUpDown(terms) => {
                settings.limit_up_down = terms;
                special.limit_up_down =
                    terms.zip(reference).map(|(terms, price)| LimitUpDown::open(terms, now, price));
                special.bands_moved = special.limit_up_down.is_some();
            }
            InstrumentSetting::Velocity(terms) => special.velocity = terms.map(Velocity::new),
            InstrumentSetting::Reference(price) => {
                special.reference = Some(price);
                if special.limit_up_down.is_none() {
                    let terms = special.settings.limit_up_down;
                    special.limit_up_down = terms.map(|terms| LimitUpDown::open(terms, now, price));
                    special.bands_moved = terms.is_some();
                }
            }
            InstrumentSetting::AuctionCollar(ppm) => settings.collar_ppm = ppm,
            InstrumentSetting::HaltQueues(queues) => settings.halt_queues = queues,
            InstrumentSetting::TradingHours { opens, closes } => {
                settings.hours = (closes > 0).then_some((opens, closes));
            }
            InstrumentSetting::DayEnd(nanos) => settings.day_end = nanos,
            InstrumentSetting::FollowUps(count) => settings.follow_ups = count,
        }
        Ok(())
    }

    pub(crate) fn set_account(
        &mut self,
        account: AccountId,
        setting: AccountSetting,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        match setting {
            AccountSetting::ShortLimit { asset, .. }
            | AccountSetting::MaxNotional { asset, .. }
            | AccountSetting::MaxPosition { asset, .. } => {
                self.known_asset(asset)?;
            }
            _ => {}
        }
        self.known_customer(account)?;
        self.ledger.set(account, setting)?;
        events.push(Event::AccountSet { account, setting });
        Ok(())
    }

    pub(crate) fn set_market(&mut self, setting: MarketSetting, events: &mut Vec<Event>) -> Result<(), Reject> {
        let MarketSetting::MarketWide(rule) = setting;
        let rule = match rule {
            None => None,
            Some((instrument, terms)) => {
                terms.check().map_err(Reject::Band)?;
                self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
                let reference = self.markets[instrument.index()].reference();
                let term = crate::Term::MarketWide;
                let close = reference.ok_or(Reject::NoReference { instrument, term })?;
                Some((instrument, MarketWide::new(terms, close)))
            }
        };
        self.market_wide = rule;
        events.push(Event::MarketSet { setting });
        Ok(())
    }
}

/// A setting outside its range; numbers beyond 64 bits are told as the nearest that is not.
fn out_of_range(
    setting: SettingField,
    given: impl TryInto<i64>,
    min: impl TryInto<i64>,
    max: impl TryInto<i64>,
) -> Reject {
    Reject::SettingOutOfRange {
        setting,
        given: given.try_into().unwrap_or(i64::MAX),
        min: min.try_into().unwrap_or(0),
        max: max.try_into().unwrap_or(i64::MAX),
    }
}
