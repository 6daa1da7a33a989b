//! Settings of instruments, accounts and the market.

use std::num::{NonZeroU32, NonZeroU64};

use outcry_engine::{
    AccountSetting, Allocation, Command, InstrumentSetting, LimitTier, LimitUpDownTerms, MarketSetting,
    MarketWideTerms, PriceBand, PriceRange, Rulebook, SelfTrade, Steps, TickRow, Top, VelocityTerms,
    parse_decimal,
};

use super::{Reader, Terms};
use crate::word::Word;

/// What `setting` of an instrument may be.
const INSTRUMENT: [&str; 18] = [
    "allocation",
    "lead_maker",
    "rulebook",
    "fee_tier",
    "tick_row",
    "quantities",
    "min_notional",
    "price_band",
    "price_range",
    "limit_up_down",
    "velocity",
    "reference",
    "auction_collar",
    "halt_queues",
    "day_end",
    "follow_ups",
    "volatility_call",
    "trading_hours",
];
/// What `setting` of an account may be.
const ACCOUNT: [&str; 7] =
    ["group", "self_trade", "tier", "short_limit", "max_open_orders", "max_notional", "max_position"];
/// What `setting` of the market may be.
const MARKET: [&str; 1] = ["market_wide"];

impl<'a> Reader<'a> {
    pub(crate) fn set_instrument(&mut self) -> Option<Command> {
        let instrument = self.instrument("instrument");
        let scale = self.terms(instrument);
        let setting = match self.variant("setting", &INSTRUMENT)? {
            "allocation" => self.allocation(scale).map(InstrumentSetting::Allocation),
            "lead_maker" => self.lead_maker(),
            "rulebook" => self.rulebook(scale).map(InstrumentSetting::Rulebook),
            "fee_tier" => self.fee_tier(),
            "tick_row" => self.tick_row(scale).map(InstrumentSetting::TickRow),
            "quantities" => {
                let min = self.lots("min", scale);
                let max = self.lots("max", scale);
                min.zip(max).map(|(min, max)| InstrumentSetting::Quantities { min, max })
            }
            "min_notional" => self.quote_amount("amount", scale).map(InstrumentSetting::MinNotional),
            "price_band" => {
                self.switched(|reader| reader.price_band(scale)).map(InstrumentSetting::PriceBand)
            }
            "price_range" => self.switched(Self::price_range).map(InstrumentSetting::PriceRange),
            "limit_up_down" => self.switched(Self::limit_up_down).map(InstrumentSetting::LimitUpDown),
            "velocity" => self.switched(|reader| reader.velocity(scale)).map(InstrumentSetting::Velocity),
            "reference" => self.price("price", scale).map(InstrumentSetting::Reference),
            "auction_collar" => self.number("ppm").map(InstrumentSetting::AuctionCollar),
            "halt_queues" => self.fields.required_flag("queues").map(InstrumentSetting::HaltQueues),
            "day_end" => self.nanos("nanos").map(InstrumentSetting::DayEnd),
            "follow_ups" => self.number("most").map(InstrumentSetting::FollowUps),
            "volatility_call" => {
                let length = self.nanos("length_nanos");
                let within = self.nanos("within_nanos");
                length
                    .zip(within)
                    .map(|(length, within)| InstrumentSetting::VolatilityCall { length, within })
            }
            _ => {
                let opens = self.nanos("opens_nanos");
                let closes = self.nanos("closes_nanos");
                opens.zip(closes).map(|(opens, closes)| InstrumentSetting::TradingHours { opens, closes })
            }
        };
        Some(Command::SetInstrument { instrument: instrument?, setting: setting? })
    }

    fn number(&mut self, field: &'static str) -> Option<u32> {
        self.fields.required_integer(field, 0..=u32::MAX)
    }

    fn nanos(&mut self, field: &'static str) -> Option<u64> {
        self.fields.required_integer(field, 0..=u64::MAX)
    }

    fn some_number(&mut self, field: &'static str) -> Option<NonZeroU32> {
        self.fields.integer(field, 1..=u32::MAX).and_then(NonZeroU32::new)
    }

    /// A rule that is `on` with its terms, or off.
    fn switched<T>(&mut self, terms: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.fields.required_flag("on")? { terms(self).map(Some) } else { Some(None) }
    }

    fn allocation(&mut self, scale: Terms<'a>) -> Option<Allocation> {
        match self.variant("allocation", &["fifo", "price_size_time", "steps"])? {
            "fifo" => Some(Allocation::Fifo),
            "price_size_time" => Some(Allocation::PriceSizeTime),
            _ => {
                let top = self.object("top", |inside| {
                    let minimum = inside.quantity("minimum", scale);
                    let maximum = inside.optional_quantity("maximum", scale);
                    Some(Top { minimum: minimum?, maximum })
                });
                let lead_makers = self.fields.flag("lead_makers");
                let fifo_ppm = self.fields.integer("fifo_ppm", 0..=u32::MAX).unwrap_or_default();
                let pro_rata = self.optional_quantity("pro_rata", scale);
                let leveling = self.fields.flag("leveling");
                Some(Allocation::Steps(Steps { top, lead_makers, fifo_ppm, pro_rata, leveling }))
            }
        }
    }

    fn lead_maker(&mut self) -> Option<InstrumentSetting> {
        let account = self.account("account");
        let ppm = self.number("ppm");
        Some(InstrumentSetting::LeadMaker { account: account?, ppm: ppm? })
    }

    fn rulebook(&mut self, scale: Terms<'_>) -> Option<Rulebook> {
        match self.variant("rulebook", &["xetra", "euronext", "nasdaq", "pressure"])? {
            "xetra" => Some(Rulebook::Xetra),
            "euronext" => Some(Rulebook::Euronext),
            "nasdaq" => {
                let collar = self.distance("collar", scale);
                let collar_ppm = self.number("collar_ppm");
                Some(Rulebook::Nasdaq { collar: collar?, collar_ppm: collar_ppm? })
            }
            _ => self.number("bound_ppm").map(|bound_ppm| Rulebook::Pressure { bound_ppm }),
        }
    }

    fn fee_tier(&mut self) -> Option<InstrumentSetting> {
        let tier = self.fields.required_integer("tier", 0..=u8::MAX);
        let maker = self.fee("maker_fee_ppm");
        let taker = self.fee("taker_fee_ppm");
        Some(InstrumentSetting::FeeTier { tier: tier?, maker, taker })
    }

    fn tick_row(&mut self, scale: Terms<'_>) -> Option<TickRow> {
        let from = self.price("from", scale);
        let step = self.short_distance("step", scale).and_then(NonZeroU32::new);
        Some(TickRow { from: from?, step: step? })
    }

    fn price_band(&mut self, scale: Terms<'_>) -> Option<PriceBand> {
        let width_ppm = self.number("width_ppm");
        let floor_ticks = match self.fields.has("floor") {
            true => self.fields.decimal("floor", |text| match parse_decimal(text)? {
                zero if zero.is_zero() => Ok(0),
                _ => scale.price(text).map(|ticks| ticks.get().unsigned_abs()),
            }),
            false => {
                self.fields.discard("floor");
                Some(0)
            }
        };
        Some(PriceBand { width_ppm: width_ppm?, floor_ticks: floor_ticks? })
    }

    fn price_range(&mut self) -> Option<PriceRange> {
        let static_ppm = self.some_number("static_ppm");
        let dynamic_ppm = self.some_number("dynamic_ppm");
        Some(PriceRange { static_ppm, dynamic_ppm })
    }

    fn limit_up_down(&mut self) -> Option<LimitUpDownTerms> {
        let tier = self.fields.required("tier", LimitTier::read);
        let ticks_per_unit = self.fields.integer("ticks_per_unit", 1..=u64::MAX).and_then(NonZeroU64::new);
        let limit_seconds = self.number("limit_seconds");
        let pause_seconds = self.number("pause_seconds");
        let move_ppm = self.number("move_ppm");
        let hold_seconds = self.number("hold_seconds");
        Some(LimitUpDownTerms {
            tier: tier?,
            ticks_per_unit,
            limit_seconds: limit_seconds?,
            pause_seconds: pause_seconds?,
            move_ppm: move_ppm?,
            hold_seconds: hold_seconds?,
        })
    }

    fn velocity(&mut self, scale: Terms<'_>) -> Option<VelocityTerms> {
        let move_ticks = self.short_distance("move", scale);
        let window_millis = self.number("window_millis");
        let reserve_millis = self.number("reserve_millis");
        Some(VelocityTerms {
            move_ticks: move_ticks?,
            window_millis: window_millis?,
            reserve_millis: reserve_millis?,
        })
    }

    pub(crate) fn set_account(&mut self) -> Option<Command> {
        let account = self.account("account");
        let setting = match self.variant("setting", &ACCOUNT)? {
            "group" => self.number("group").map(AccountSetting::Group),
            "self_trade" => self.fields.required("rule", SelfTrade::read).map(AccountSetting::SelfTrade),
            "tier" => self.fields.required_integer("tier", 0..=u8::MAX).map(AccountSetting::Tier),
            "max_open_orders" => self.number("most").map(AccountSetting::MaxOpenOrders),
            of_asset => {
                let asset = self.asset("asset");
                let amount = self.amount_of("amount", asset);
                asset.zip(amount).map(|(asset, amount)| match of_asset {
                    "short_limit" => AccountSetting::ShortLimit { asset, amount },
                    "max_notional" => AccountSetting::MaxNotional { asset, amount },
                    _ => AccountSetting::MaxPosition { asset, amount },
                })
            }
        };
        Some(Command::SetAccount { account: account?, setting: setting? })
    }

    pub(crate) fn set_market(&mut self) -> Option<Command> {
        self.variant("setting", &MARKET)?;
        let setting = self.switched(|reader| {
            let index = reader.instrument("index");
            let first_ppm = reader.number("first_ppm");
            let second_ppm = reader.number("second_ppm");
            let third_ppm = reader.number("third_ppm");
            let halt_seconds = reader.number("halt_seconds");
            let terms = MarketWideTerms {
                first_ppm: first_ppm?,
                second_ppm: second_ppm?,
                third_ppm: third_ppm?,
                halt_seconds: halt_seconds?,
            };
            Some((index?, terms))
        });
        Some(Command::SetMarket { setting: MarketSetting::MarketWide(setting?) })
    }
}
