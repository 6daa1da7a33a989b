//! Settings change: one command, one setting, checked before it counts.

use crate::band::{LimitUpDown, MarketWide, Velocity};
use crate::guard::MarketWideRule;
use crate::limits::{MAX_AMOUNT, MAX_FOLLOW_UPS, MAX_QTY, MAX_TIER, WHOLE_PPM};
use crate::{
    AccountId, AccountSetting, Event, Exchange, FeeRate, InstrumentId, InstrumentSetting, MarketSetting,
    Reject, SettingField,
};

/// Nanoseconds of a day.
const DAY: u64 = 86_400_000_000_000;
/// Nanoseconds of a second: a shorter call could follow itself too often in the time that one command brings.
const SECOND: u64 = 1_000_000_000;

impl Exchange {
    pub(crate) fn set_instrument(
        &mut self,
        instrument: InstrumentId,
        setting: InstrumentSetting,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        check_setting(setting)?;
        self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        self.check_in_instrument(instrument, setting)?;
        events.push(Event::InstrumentSet { instrument, setting });
        self.apply_setting(instrument, setting);
        if let InstrumentSetting::LimitUpDown(_) = setting {
            self.tell_bands(instrument, events);
        }
        self.touched.insert(instrument);
        Ok(())
    }

    /// What a setting may be beside the instrument's terms and its other settings.
    fn check_in_instrument(&self, id: InstrumentId, setting: InstrumentSetting) -> Result<(), Reject> {
        let settings = self.markets[id.index()].settings();
        match setting {
            InstrumentSetting::LeadMaker { account, ppm } => {
                self.known_customer(account)?;
                let others = settings.into_iter().flat_map(|settings| &settings.leads);
                let others = others.filter(|(lead, _)| **lead != account).map(|(_, ppm)| i64::from(*ppm));
                in_range(SettingField::LeadMaker, i64::from(ppm) + others.sum::<i64>(), 0, WHOLE_PPM)
            }
            InstrumentSetting::FeeTier { maker, taker, .. } => {
                let terms = self.instruments[id.index()].terms();
                let (own_maker, own_taker) = (terms.maker_fee.ppm(), terms.taker_fee.ppm());
                in_range(SettingField::MakerFee, maker.ppm(), -FeeRate::MAX_PPM, own_maker)?;
                in_range(SettingField::TakerFee, taker.ppm(), 0, own_taker)
            }
            InstrumentSetting::TickRow(row) => {
                let mut ticks = settings.map(|settings| settings.ticks.clone()).unwrap_or_default();
                ticks.push(row).map_err(Reject::TickTable)
            }
            _ => Ok(()),
        }
    }

    /// Changes a setting that was checked.
    fn apply_setting(&mut self, id: InstrumentId, setting: InstrumentSetting) {
        let now = self.now;
        let market = &mut self.markets[id.index()];
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
            InstrumentSetting::TickRow(row) => {
                settings.ticks.push(row).expect("the row was checked");
                special.pegs_settled = None;
            }
            InstrumentSetting::Quantities { min, max } => {
                (settings.min_quantity, settings.max_quantity) = (min.get(), max.get());
            }
            InstrumentSetting::MinNotional(amount) => settings.min_notional = amount.get(),
            InstrumentSetting::PriceBand(band) => settings.price_band = band,
            InstrumentSetting::PriceRange(range) => settings.price_range = range,
            InstrumentSetting::VolatilityCall { length, within } => {
                settings.volatility_call = (length, within)
            }
            InstrumentSetting::LimitUpDown(terms) => {
                settings.limit_up_down = terms;
                special.limit_up_down =
                    terms.zip(reference).map(|(terms, price)| LimitUpDown::open(terms, now, price));
                special.bands = None;
            }
            InstrumentSetting::Velocity(terms) => special.velocity = terms.map(Velocity::new),
            InstrumentSetting::Reference(price) => special.reference = Some(price),
            InstrumentSetting::AuctionCollar(ppm) => settings.collar_ppm = ppm,
            InstrumentSetting::HaltQueues(queues) => settings.halt_queues = queues,
            InstrumentSetting::TradingHours { opens, closes } => {
                settings.hours = (opens < closes).then_some((opens, closes));
            }
            InstrumentSetting::DayEnd(nanos) => settings.day_end = nanos,
            InstrumentSetting::FollowUps(count) => settings.follow_ups = count,
        }
    }

    pub(crate) fn set_account(
        &mut self,
        account: AccountId,
        setting: AccountSetting,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        check_account_setting(setting)?;
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

    pub(crate) fn set_market(
        &mut self,
        setting: MarketSetting,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let MarketSetting::MarketWide(rule) = setting;
        let rule = match rule {
            None => None,
            Some((index, terms)) => {
                terms.check().map_err(Reject::Band)?;
                self.instrument(index).ok_or(Reject::UnknownInstrument { instrument: index })?;
                let reference = self.markets[index.index()].reference();
                let term = crate::Term::MarketWide;
                let close = reference.ok_or(Reject::NoReference { instrument: index, term })?;
                // Prices are shown to the rule by a market that is more than plain.
                self.markets[index.index()].special_mut();
                Some(MarketWideRule { index, terms, day: Some(MarketWide::new(terms, close)) })
            }
        };
        self.market_wide = rule;
        events.push(Event::MarketSet { setting });
        Ok(())
    }
}

/// Checks what a setting says by itself.
fn check_setting(setting: InstrumentSetting) -> Result<(), Reject> {
    match setting {
        InstrumentSetting::Allocation(allocation) => allocation.check().map_err(Reject::Allocation),
        InstrumentSetting::LeadMaker { ppm, .. } => in_range(SettingField::LeadMaker, ppm, 0, WHOLE_PPM),
        InstrumentSetting::Rulebook(rulebook) => rulebook
            .check()
            .or_else(|error| in_range(SettingField::Rulebook, error.given, error.min, error.max)),
        InstrumentSetting::FeeTier { tier, .. } => in_range(SettingField::Tier, tier, 1, MAX_TIER),
        InstrumentSetting::Quantities { min, max } if !max.is_zero() && max < min => {
            in_range(SettingField::MaxQuantity, max.get(), min.get(), MAX_QTY)
        }
        InstrumentSetting::MinNotional(amount) => {
            in_range(SettingField::MinNotional, amount.get(), 0, MAX_AMOUNT)
        }
        InstrumentSetting::PriceBand(Some(band)) => band.check().map_err(Reject::Band),
        InstrumentSetting::PriceRange(Some(range)) => range.check().map_err(Reject::Band),
        InstrumentSetting::LimitUpDown(Some(terms)) => terms.check().map_err(Reject::Band),
        InstrumentSetting::Velocity(Some(terms)) => terms.check().map_err(Reject::Band),
        InstrumentSetting::VolatilityCall { length, within } => {
            in_range(SettingField::VolatilityCall, length, SECOND, DAY)?;
            in_range(SettingField::VolatilityCall, within, 0, length)
        }
        InstrumentSetting::AuctionCollar(ppm) => in_range(SettingField::AuctionCollar, ppm, 0, WHOLE_PPM),
        InstrumentSetting::TradingHours { opens: 0, closes: 0 } => Ok(()),
        InstrumentSetting::TradingHours { opens, closes } => {
            in_range(SettingField::TradingHours, closes, 1, DAY)?;
            in_range(SettingField::TradingHours, opens, 0, closes - 1)
        }
        InstrumentSetting::DayEnd(nanos) => in_range(SettingField::DayEnd, nanos, 0, DAY - 1),
        InstrumentSetting::FollowUps(count) => in_range(SettingField::FollowUps, count, 1, MAX_FOLLOW_UPS),
        _ => Ok(()),
    }
}

/// Checks what a setting of an account says by itself.
fn check_account_setting(setting: AccountSetting) -> Result<(), Reject> {
    match setting {
        AccountSetting::Tier(tier) => in_range(SettingField::Tier, tier, 0, MAX_TIER),
        AccountSetting::ShortLimit { amount, .. } => {
            in_range(SettingField::ShortLimit, amount.get(), 0, MAX_AMOUNT)
        }
        AccountSetting::MaxNotional { amount, .. } | AccountSetting::MaxPosition { amount, .. } => {
            in_range(SettingField::AccountLimit, amount.get(), 0, MAX_AMOUNT)
        }
        AccountSetting::Group(_) | AccountSetting::SelfTrade(_) | AccountSetting::MaxOpenOrders(_) => Ok(()),
    }
}

/// Refuses a number outside a range; what is beyond 64 bits is told as the nearest that is not.
fn in_range(
    setting: SettingField,
    given: impl Into<i128>,
    min: impl Into<i128>,
    max: impl Into<i128>,
) -> Result<(), Reject> {
    let (given, min, max) = (given.into(), min.into(), max.into());
    if (min..=max).contains(&given) {
        return Ok(());
    }
    let told = |number: i128| i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX });
    Err(Reject::SettingOutOfRange { setting, given: told(given), min: told(min), max: told(max) })
}
