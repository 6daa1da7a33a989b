//! How a workload changes the market itself: settings, phases, halts, time, desks.

use std::num::NonZeroU64;

use outcry_engine::{
    AccountSetting, Allocation, Call, CmeAlgorithm, Command, DeskId, FeeRate, IdempotenceKey, InstrumentId,
    InstrumentSetting, LimitTier, LimitUpDownTerms, Lots, MarketSetting, MarketWideTerms, Phase, PhaseEnd,
    PriceBand, PriceRange, Rate, Rulebook, Side, TickRow, Timestamp, Top, VelocityTerms, limits,
};
use rust_decimal::Decimal;

use super::Workload;
use super::admin::amount;
use super::conditions::nonzero;
use super::orders::{qty, ticks};

const MILLI: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

impl Workload {
    /// One setting of an instrument.
    pub(super) fn instrument_setting(&mut self) -> Command {
        let instrument =
            if self.random.chance(10_000) { InstrumentId::new(1_000) } else { self.instrument() };
        let setting = match self.random.below(20) {
            0 | 1 => InstrumentSetting::Allocation(self.allocation()),
            2 => InstrumentSetting::LeadMaker {
                account: self.account(),
                ppm: self.one_of(&[0, 1, 400_000, 600_000, 1_000_000]),
            },
            3 => InstrumentSetting::Rulebook(self.rulebook()),
            4 => self.fee_tier(instrument),
            5 => InstrumentSetting::TickRow(self.tick_row()),
            6 => {
                let lots = self.swarm.lots;
                let (min, max) =
                    self.one_of(&[(0, 0), (0, 0), (1, lots), (2, 0), (1, 1), (lots, 1), (0, lots + 5)]);
                InstrumentSetting::Quantities { min: Lots::new(min), max: Lots::new(max) }
            }
            7 => InstrumentSetting::MinNotional(amount(self.one_of(&[
                0,
                0,
                1,
                10_000,
                -1,
                limits::MAX_AMOUNT,
            ]))),
            8 => InstrumentSetting::PriceBand(self.price_band()),
            9 => InstrumentSetting::PriceRange(self.price_range()),
            10 => self.volatility_call(),
            11 => InstrumentSetting::LimitUpDown(self.limit_up_down()),
            12 => InstrumentSetting::Velocity(self.velocity()),
            13 => InstrumentSetting::Reference(self.price(instrument, Side::Buy)),
            14 | 15 => InstrumentSetting::AuctionCollar(
                self.one_of(&[0, 1, 1_000, 50_000, 200_000, 1_000_000, 1_000_001]),
            ),
            16 => InstrumentSetting::HaltQueues(self.random.chance(500_000)),
            17 => self.trading_hours(),
            18 => InstrumentSetting::DayEnd(self.one_of(&[
                0,
                1,
                12 * 3_600 * SECOND,
                self.at % DAY,
                DAY - 1,
                DAY,
            ])),
            _ => InstrumentSetting::FollowUps(self.one_of(&[1, 1, 2, 3, 20, 500, 0, 100_001])),
        };
        Command::SetInstrument { instrument, setting }
    }

    fn allocation(&mut self) -> Allocation {
        let minimum = qty(1 + self.random.below(3));
        let maximum = self.random.chance(500_000).then(|| qty(1 + self.random.below(self.swarm.lots)));
        let top = Top { minimum: qty(1 + self.random.below(3)), maximum };
        let fifo_ppm = self.one_of(&[0, 1, 400_000, 1_000_000, 1_000_001]);
        let leveling = self.random.chance(500_000);
        let presets = [
            Allocation::Fifo,
            Allocation::PriceSizeTime,
            Allocation::cme(CmeAlgorithm::A),
            Allocation::cme(CmeAlgorithm::C { minimum }),
            Allocation::cme(CmeAlgorithm::K { top: Some(top), fifo_ppm, minimum, leveling }),
            Allocation::cme(CmeAlgorithm::K { top: None, fifo_ppm, minimum, leveling }),
            Allocation::cme(CmeAlgorithm::O { top, minimum }),
            Allocation::cme(CmeAlgorithm::Q { top, minimum }),
            Allocation::cme(CmeAlgorithm::S { top }),
            Allocation::cme(CmeAlgorithm::T),
            Allocation::split(fifo_ppm, minimum),
        ];
        self.one_of(&presets)
    }

    fn rulebook(&mut self) -> Rulebook {
        let collar_ppm = self.one_of(&[0, 1_000, 100_000, 1_000_000, 1_000_001]);
        let collar = ticks(1 + self.random.between(0, self.swarm.width));
        let rulebooks = [
            Rulebook::Xetra,
            Rulebook::Euronext,
            Rulebook::Nasdaq { collar, collar_ppm },
            Rulebook::Pressure { bound_ppm: collar_ppm },
        ];
        self.one_of(&rulebooks)
    }

    fn fee_tier(&mut self, instrument: InstrumentId) -> InstrumentSetting {
        let own = self.terms(instrument);
        let (maker, taker) = own.map_or((0, 0), |terms| (terms.maker_fee.ppm(), terms.taker_fee.ppm()));
        let rate =
            |ppm: i32| FeeRate::from_ppm(ppm.clamp(-FeeRate::MAX_PPM, FeeRate::MAX_PPM)).expect("clamped");
        let tier = self.one_of(&[1, 1, 2, 3, limits::MAX_TIER, 0, limits::MAX_TIER + 1]);
        let maker = self.one_of(&[maker, maker - 1, maker / 2, -1, -500, -FeeRate::MAX_PPM, maker + 1]);
        let taker = self.one_of(&[taker, taker - 1, taker / 2, 0, taker + 1]);
        InstrumentSetting::FeeTier { tier, maker: rate(maker), taker: rate(taker) }
    }

    /// A row about where prices are; a table often begins low and coarse.
    fn tick_row(&mut self) -> TickRow {
        let (middle, width) = (self.swarm.middle, self.swarm.width);
        let from = self.one_of(&[1, middle - width, middle, middle + 1, middle + width, middle + 50]);
        TickRow { from: ticks(from), step: nonzero(self.one_of(&[1, 2, 2, 3, 5, 10])) }
    }

    fn price_band(&mut self) -> Option<PriceBand> {
        let width_ppm = self.one_of(&[0, 0, 100, 10_000, 500_000, 10_000_000, 10_000_001]);
        let floor_ticks = self.one_of(&[0, 1, 5, 100]);
        self.random.chance(600_000).then_some(PriceBand { width_ppm, floor_ticks })
    }

    fn price_range(&mut self) -> Option<PriceRange> {
        let ppm = [1, 100, 1_000, 20_000, 300_000, 10_000_001].map(nonzero);
        let static_ppm = self.random.chance(600_000).then(|| self.one_of(&ppm));
        let dynamic_ppm = self.random.chance(600_000).then(|| self.one_of(&ppm));
        self.random.chance(700_000).then_some(PriceRange { static_ppm, dynamic_ppm })
    }

    fn volatility_call(&mut self) -> InstrumentSetting {
        let length = self.one_of(&[SECOND, SECOND, 2 * SECOND, 120 * SECOND, DAY, DAY + 1, SECOND - 1]);
        let within = self.one_of(&[0, 0, 1, length, length + 1]);
        InstrumentSetting::VolatilityCall { length, within }
    }

    fn limit_up_down(&mut self) -> Option<LimitUpDownTerms> {
        let terms = LimitUpDownTerms {
            tier: self.one_of(&[LimitTier::One, LimitTier::Two]),
            ticks_per_unit: self.one_of(&[None, NonZeroU64::new(100), NonZeroU64::new(1)]),
            limit_seconds: self.one_of(&[1, 15, 15, 3_600, 0]),
            pause_seconds: self.one_of(&[1, 300, 86_400]),
            move_ppm: self.one_of(&[0, 1, 10_000, 1_000_000]),
            hold_seconds: self.one_of(&[0, 1, 30, 300]),
        };
        self.random.chance(700_000).then_some(terms)
    }

    fn velocity(&mut self) -> Option<VelocityTerms> {
        let terms = VelocityTerms {
            move_ticks: self.one_of(&[1, 2, 3, 10, 10_000, 0]),
            window_millis: self.one_of(&[1, 100, 1_000, 3_600_000]),
            reserve_millis: self.one_of(&[1, 5_000, 3_600_000]),
        };
        self.random.chance(700_000).then_some(terms)
    }

    fn trading_hours(&mut self) -> InstrumentSetting {
        let now = self.at % DAY;
        let hour = 3_600 * SECOND;
        let (opens, closes) = self.one_of(&[
            (0, 0),
            (now, (now + hour).min(DAY)),
            (now.saturating_sub(hour), (now + 24 * 60 * SECOND).min(DAY)),
            (0, DAY),
            (5, 5),
            (0, DAY + 1),
        ]);
        InstrumentSetting::TradingHours { opens, closes }
    }

    /// One setting of an account.
    pub(super) fn account_setting(&mut self) -> Command {
        let account = self.owner();
        let asset = self.asset();
        let available = self.sight.available(account, asset);
        let units = self.one_of(&[0, 1, 1_000, 1_000_000, available, available.saturating_mul(2), -1]);
        let amount = amount(units);
        let setting = match self.random.below(10) {
            0..=2 => AccountSetting::SelfTrade(self.prevention()),
            3 => AccountSetting::Group(self.one_of(&[0, 1, 1, 2, u32::MAX])),
            4 => AccountSetting::Tier(self.one_of(&[0, 1, 1, 2, limits::MAX_TIER, limits::MAX_TIER + 1])),
            5 | 6 => AccountSetting::ShortLimit { asset, amount },
            7 => AccountSetting::MaxOpenOrders(self.one_of(&[0, 0, 1, 3, 10])),
            8 => AccountSetting::MaxNotional { asset, amount },
            _ => AccountSetting::MaxPosition { asset, amount },
        };
        Command::SetAccount { account, setting }
    }

    pub(super) fn market_setting(&mut self) -> Command {
        let terms = MarketWideTerms {
            first_ppm: self.one_of(&[70_000, 100, 1, 0]),
            second_ppm: self.one_of(&[130_000, 200, 100_000]),
            third_ppm: self.one_of(&[200_000, 300, 999_999]),
            halt_seconds: self.one_of(&[900, 1, 1, 86_400]),
        };
        let instrument = self.instrument();
        Command::SetMarket {
            setting: MarketSetting::MarketWide(self.random.chance(700_000).then_some((instrument, terms))),
        }
    }

    /// Another phase; mostly back to continuous trading where there is none.
    pub(super) fn set_phase(&mut self) -> Command {
        let instrument = self.instrument();
        let trades = self.sight.phase(instrument) == Phase::Continuous;
        let phase = if !trades && self.random.chance(600_000) { Phase::Continuous } else { self.phase() };
        let calls = !matches!(phase, Phase::Continuous);
        let ends = self.random.chance(if calls { 800_000 } else { 100_000 });
        let end = ends.then(|| {
            let at = match self.random.below(10) {
                0 if self.random.chance(100_000) => self.at,
                1 => self.at + 1,
                2 => self.random.pick(self.sight.ahead()).copied().unwrap_or(self.at).max(self.at + 1),
                _ => self.at + 1 + self.random.below(self.swarm.pace * 40),
            };
            let within = self.one_of(&[0, 0, 1, self.swarm.pace * 10]);
            let then = if self.random.chance(700_000) { Phase::Continuous } else { self.phase() };
            PhaseEnd { at: Timestamp::from_nanos(at), within, then }
        });
        Command::SetPhase { instrument, phase, end }
    }

    fn phase(&mut self) -> Phase {
        let batch = self.one_of(&[MILLI, SECOND, self.swarm.pace.max(MILLI) * 3, DAY, MILLI - 1]);
        self.one_of(&[
            Phase::Continuous,
            Phase::PreOpen,
            Phase::Call(Call::Opening),
            Phase::Call(Call::Intraday),
            Phase::Call(Call::Volatility),
            Phase::Call(Call::Closing),
            Phase::Batch { interval: batch.min(DAY) },
            Phase::Batch { interval: batch.min(DAY) },
            Phase::Halted,
            Phase::PostClose,
            Phase::Closed,
        ])
    }

    /// A desk, a rate, or a purchase: usual, again with the same key, at the cap, too dear.
    pub(super) fn at_desk(&mut self) -> Command {
        let desks = self.sight.desks();
        if desks == 0 || self.random.chance(30_000) {
            let cap = amount(self.one_of(&[1, 1_000, 1_000_000, limits::MAX_AMOUNT, 0]));
            return Command::OpenDesk { account: self.owner(), sells: self.asset(), cap };
        }
        let unknown = u32::from(self.random.chance(20_000)) * 7;
        let desk = DeskId::new(u32::try_from(self.random.below(u64::from(desks))).expect("few") + unknown);
        let money = self.asset();
        if self.random.chance(200_000) {
            let rates = [
                Decimal::new(4_847_888, 2),
                Decimal::ONE,
                Decimal::new(1, 6),
                Decimal::new(3, 0),
                Decimal::MAX,
            ];
            let rate = Rate::new(self.one_of(&rates)).expect("above zero");
            return Command::SetRate { desk, money, rate };
        }
        let account = self.owner();
        let available = self.sight.available(account, money);
        let units = self.one_of(&[1, 100, 12_345, available, available + 1, 0, -1, limits::MAX_AMOUNT]);
        let key = IdempotenceKey::new(u128::from(self.random.below(4)));
        Command::BuyAtDesk { desk, account, money, amount: amount(units), key }
    }

    /// One of these.
    pub(super) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        *self.random.pick(items).expect("written by hand, not empty")
    }
}
