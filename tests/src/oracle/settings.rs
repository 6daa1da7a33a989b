//! Settings in the oracle: what each may be, and what it changes.

use outcry_engine::{
    AccountId, AccountSetting, Allocation, Amount, Event, InstrumentId, InstrumentSetting, MarketSetting,
    Reject, Rulebook, SettingField, Term, TickTableError, limits,
};

use super::market_wide::MarketWide;
use super::{Oracle, told_units};

/// Nanoseconds of a day.
const DAY: u64 = 86_400_000_000_000;
/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;
/// The whole in parts per million.
const WHOLE: u32 = 1_000_000;
/// Most rows of a tick table.
const MOST_ROWS: usize = 32;

/// Refuses a number outside a range.
fn in_range(setting: SettingField, given: i64, min: i64, max: i64) -> Result<(), Reject> {
    if (min..=max).contains(&given) {
        Ok(())
    } else {
        Err(Reject::SettingOutOfRange { setting, given, min, max })
    }
}

/// A number that may be beyond what a message can tell.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Oracle {
    pub(super) fn set_instrument(
        &mut self,
        instrument: InstrumentId,
        setting: InstrumentSetting,
    ) -> Result<(), Reject> {
        check_instrument_setting(&setting)?;
        self.check_instrument(instrument)?;
        self.check_in_instrument(instrument, &setting)?;
        self.touched.insert(instrument);
        self.tell(Event::InstrumentSet { instrument, setting });
        let market = self.market_mut(instrument);
        let settings = &mut market.settings;
        match setting {
            InstrumentSetting::Allocation(allocation) => {
                settings.allocation = allocation;
                market.tops = [None, None];
            }
            InstrumentSetting::LeadMaker { account, ppm: 0 } => {
                settings.lead_makers.remove(&account);
            }
            InstrumentSetting::LeadMaker { account, ppm } => {
                settings.lead_makers.insert(account, ppm);
            }
            InstrumentSetting::Rulebook(rulebook) => settings.rulebook = rulebook,
            InstrumentSetting::FeeTier { tier, maker, taker } => {
                settings.tiers.insert(tier, (maker, taker));
            }
            InstrumentSetting::TickRow(row) => settings.ticks.push(row),
            InstrumentSetting::Quantities { min, max } => {
                (settings.min_quantity, settings.max_quantity) = (min.get(), max.get());
            }
            InstrumentSetting::MinNotional(amount) => settings.min_notional = i128::from(amount.get()),
            InstrumentSetting::PriceBand(band) => settings.price_band = band,
            InstrumentSetting::PriceRange(range) => settings.price_range = range,
            InstrumentSetting::VolatilityCall { length, within } => {
                settings.volatility_call = (length, within)
            }
            InstrumentSetting::LimitUpDown(terms) => {
                settings.limit_up_down = terms;
                self.set_limits(instrument);
            }
            InstrumentSetting::Velocity(terms) => {
                settings.velocity = terms;
                market.prints.clear();
            }
            InstrumentSetting::Reference(price) => market.reference = Some(price),
            InstrumentSetting::AuctionCollar(ppm) => settings.collar_ppm = ppm,
            InstrumentSetting::HaltQueues(queues) => settings.halt_queues = queues,
            InstrumentSetting::TradingHours { opens, closes } => {
                settings.hours = (opens < closes).then_some((opens, closes));
            }
            InstrumentSetting::DayEnd(nanos) => settings.day_end = nanos,
            InstrumentSetting::FollowUps(most) => settings.follow_ups = most,
        }
        Ok(())
    }

    /// What a setting may be beside the instrument's terms and its other settings.
    fn check_in_instrument(
        &self,
        instrument: InstrumentId,
        setting: &InstrumentSetting,
    ) -> Result<(), Reject> {
        let market = self.market(instrument);
        match *setting {
            InstrumentSetting::LeadMaker { account, ppm } => {
                self.check_customer(account)?;
                let others = market.settings.lead_makers.iter().filter(|(other, _)| **other != account);
                let sum = i64::from(ppm) + others.map(|(_, ppm)| i64::from(*ppm)).sum::<i64>();
                in_range(SettingField::LeadMaker, sum, 0, i64::from(WHOLE))
            }
            InstrumentSetting::FeeTier { maker, taker, .. } => {
                let lowest = -i64::from(outcry_engine::FeeRate::MAX_PPM);
                let (own_maker, own_taker) = (market.terms.maker_fee.ppm(), market.terms.taker_fee.ppm());
                in_range(SettingField::MakerFee, i64::from(maker.ppm()), lowest, i64::from(own_maker))?;
                in_range(SettingField::TakerFee, i64::from(taker.ppm()), 0, i64::from(own_taker))
            }
            InstrumentSetting::TickRow(row) => {
                let rows = &market.settings.ticks;
                if rows.len() >= MOST_ROWS {
                    return Err(Reject::TickTable(TickTableError::Full));
                }
                match rows.last() {
                    Some(last) if row.from <= last.from => {
                        let (last, from) = (last.from, row.from);
                        Err(Reject::TickTable(TickTableError::NotRising { last, from }))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    pub(super) fn set_account(&mut self, account: AccountId, setting: AccountSetting) -> Result<(), Reject> {
        check_account_setting(&setting)?;
        if let AccountSetting::ShortLimit { asset, .. }
        | AccountSetting::MaxNotional { asset, .. }
        | AccountSetting::MaxPosition { asset, .. } = setting
        {
            self.decimals(asset)?;
        }
        self.check_customer(account)?;
        if let AccountSetting::ShortLimit { asset, amount } = setting {
            let limit = i128::from(amount.get());
            let now = self.holder(account).short_limits.get(&asset).copied().unwrap_or(0);
            let owed = -self.purse(account, asset).available.min(0);
            if owed > limit {
                return Err(Reject::ShortOwed { asset, owed: told_units(owed), amount });
            }
            let supply = self.supply(asset);
            if supply + self.short_limits(asset) - now + limit > i128::from(limits::MAX_AMOUNT) {
                return Err(Reject::SupplyTooLarge { asset, supply: told_units(supply), amount });
            }
        }
        self.tell(Event::AccountSet { account, setting });
        let units = |amount: Amount| i128::from(amount.get());
        let holder = &mut self.accounts[account.get() as usize];
        match setting {
            AccountSetting::Group(group) => holder.group = group,
            AccountSetting::SelfTrade(rule) => holder.self_trade = rule,
            AccountSetting::Tier(tier) => holder.tier = tier,
            AccountSetting::ShortLimit { asset, amount } => {
                holder.short_limits.insert(asset, units(amount));
            }
            AccountSetting::MaxOpenOrders(most) => holder.max_open_orders = most,
            AccountSetting::MaxNotional { asset, amount } => {
                holder.max_notional.insert(asset, units(amount));
            }
            AccountSetting::MaxPosition { asset, amount } => {
                holder.max_position.insert(asset, units(amount));
            }
        }
        Ok(())
    }

    pub(super) fn set_market(&mut self, setting: MarketSetting) -> Result<(), Reject> {
        let MarketSetting::MarketWide(terms) = setting;
        if let Some((index, terms)) = terms {
            terms.check().map_err(Reject::Band)?;
            self.check_instrument(index)?;
            if self.market(index).around().is_none() {
                return Err(Reject::NoReference { instrument: index, term: Term::MarketWide });
            }
        }
        self.tell(Event::MarketSet { setting });
        self.market_wide = terms.map(|(index, terms)| {
            let reference = self.market(index).around();
            MarketWide::new(index, terms, reference)
        });
        Ok(())
    }
}

fn check_instrument_setting(setting: &InstrumentSetting) -> Result<(), Reject> {
    match *setting {
        InstrumentSetting::Allocation(allocation) => {
            Allocation::check(&allocation).map_err(Reject::Allocation)
        }
        InstrumentSetting::LeadMaker { ppm, .. } => {
            in_range(SettingField::LeadMaker, i64::from(ppm), 0, i64::from(WHOLE))
        }
        InstrumentSetting::Rulebook(
            Rulebook::Nasdaq { collar_ppm: ppm, .. } | Rulebook::Pressure { bound_ppm: ppm },
        ) => in_range(SettingField::Rulebook, i64::from(ppm), 0, i64::from(WHOLE)),
        InstrumentSetting::FeeTier { tier, .. } => {
            in_range(SettingField::Tier, i64::from(tier), 1, i64::from(limits::MAX_TIER))
        }
        InstrumentSetting::Quantities { min, max } if !max.is_zero() && max < min => {
            let most = signed(limits::MAX_QTY);
            in_range(SettingField::MaxQuantity, signed(max.get()), signed(min.get()), most)
        }
        InstrumentSetting::MinNotional(amount) => {
            in_range(SettingField::MinNotional, amount.get(), 0, limits::MAX_AMOUNT)
        }
        InstrumentSetting::PriceBand(Some(band)) => band.check().map_err(Reject::Band),
        InstrumentSetting::PriceRange(Some(range)) => range.check().map_err(Reject::Band),
        InstrumentSetting::VolatilityCall { length, within } => {
            in_range(SettingField::VolatilityCall, signed(length), SECOND, signed(DAY))?;
            in_range(SettingField::VolatilityCall, signed(within), 0, signed(length))
        }
        InstrumentSetting::LimitUpDown(Some(terms)) => terms.check().map_err(Reject::Band),
        InstrumentSetting::Velocity(Some(terms)) => terms.check().map_err(Reject::Band),
        InstrumentSetting::AuctionCollar(ppm) => {
            in_range(SettingField::AuctionCollar, i64::from(ppm), 0, i64::from(WHOLE))
        }
        InstrumentSetting::TradingHours { opens: 0, closes: 0 } => Ok(()),
        InstrumentSetting::TradingHours { opens, closes } => {
            in_range(SettingField::TradingHours, signed(closes), 1, signed(DAY))?;
            in_range(SettingField::TradingHours, signed(opens), 0, signed(closes) - 1)
        }
        InstrumentSetting::DayEnd(nanos) => in_range(SettingField::DayEnd, signed(nanos), 0, signed(DAY) - 1),
        InstrumentSetting::FollowUps(most) => {
            in_range(SettingField::FollowUps, i64::from(most), 1, i64::from(limits::MAX_FOLLOW_UPS))
        }
        _ => Ok(()),
    }
}

fn check_account_setting(setting: &AccountSetting) -> Result<(), Reject> {
    match *setting {
        AccountSetting::Tier(tier) => {
            in_range(SettingField::Tier, i64::from(tier), 0, i64::from(limits::MAX_TIER))
        }
        AccountSetting::ShortLimit { amount, .. } => {
            in_range(SettingField::ShortLimit, amount.get(), 0, limits::MAX_AMOUNT)
        }
        AccountSetting::MaxNotional { amount, .. } | AccountSetting::MaxPosition { amount, .. } => {
            in_range(SettingField::AccountLimit, amount.get(), 0, limits::MAX_AMOUNT)
        }
        AccountSetting::Group(_) | AccountSetting::SelfTrade(_) | AccountSetting::MaxOpenOrders(_) => Ok(()),
    }
}
