//! Any command: every variant, every field at its limits and between.

use std::num::{NonZeroU32, NonZeroU64};

use outcry_engine::limits::{MAX_AMOUNT, MAX_PRICE, MAX_QTY, MAX_QUOTES};
use outcry_engine::{
    AccountId, AccountName, AccountSetting, Allocation, Amount, AssetId, Bracket, Call, Command,
    ConditionalOrder, Conditions, DeskId, Display, FeeRate, IdempotenceKey, InstrumentId, InstrumentSetting,
    LimitTier, LimitUpDownTerms, Lots, MarketSetting, MarketWideTerms, MassQuote, Minimum, NewInstrument,
    NewOrder, OrderId, OrderPair, OrderPrice, Peg, PegTo, Phase, PhaseEnd, Posting, Price, PriceBand,
    PriceRange, Protection, Qty, Quote, Rate, Rulebook, SelfTrade, Side, Steps, Symbol, TickRow, TimeInForce,
    Timestamp, Top, Trail, Trigger, TriggerBy, TriggerKind, VelocityTerms,
};
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// One of both limits, or something between.
pub(crate) fn number<T: Copy + std::fmt::Debug + 'static>(
    low: T,
    high: T,
    between: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![1 => Just(low), 1 => Just(high), 3 => between].boxed()
}

fn any32() -> BoxedStrategy<u32> {
    number(0, u32::MAX, 0..100_000_u32)
}

fn any64() -> BoxedStrategy<u64> {
    number(0, u64::MAX, any::<u64>())
}

fn nonzero32() -> impl Strategy<Value = NonZeroU32> {
    number(1, u32::MAX, 1..100_000_u32).prop_map(|number| NonZeroU32::new(number).unwrap())
}

fn nonzero64() -> impl Strategy<Value = NonZeroU64> {
    number(1, u64::MAX, 1..u64::MAX).prop_map(|number| NonZeroU64::new(number).unwrap())
}

fn time() -> impl Strategy<Value = Timestamp> {
    any64().prop_map(Timestamp::from_nanos)
}

fn price() -> impl Strategy<Value = Price> + Clone {
    number(1, MAX_PRICE, 1..=MAX_PRICE).prop_map(|ticks| Price::new(ticks).unwrap())
}

fn quantity() -> impl Strategy<Value = Qty> + Clone {
    number(1, MAX_QTY, 1..=MAX_QTY).prop_map(|lots| Qty::new(lots).unwrap())
}

fn lots() -> impl Strategy<Value = Lots> {
    any64().prop_map(Lots::new)
}

fn amount() -> impl Strategy<Value = Amount> {
    number(-MAX_AMOUNT, MAX_AMOUNT, -MAX_AMOUNT..=MAX_AMOUNT).prop_map(|units| Amount::new(units).unwrap())
}

fn fee() -> impl Strategy<Value = FeeRate> {
    const MOST: i32 = FeeRate::MAX_PPM;
    number(-MOST, MOST, -MOST..=MOST).prop_map(|ppm| FeeRate::from_ppm(ppm).unwrap())
}

fn index() -> impl Strategy<Value = u32> {
    number(0, u32::MAX, 0..1000_u32)
}

fn account() -> impl Strategy<Value = AccountId> {
    index().prop_map(AccountId::new)
}

fn asset() -> impl Strategy<Value = AssetId> {
    index().prop_map(AssetId::new)
}

fn instrument() -> impl Strategy<Value = InstrumentId> {
    index().prop_map(InstrumentId::new)
}

fn desk() -> impl Strategy<Value = DeskId> {
    index().prop_map(DeskId::new)
}

fn order_id() -> impl Strategy<Value = OrderId> {
    number(1, u64::MAX, 1..u64::MAX).prop_map(|number| OrderId::new(number).unwrap())
}

fn symbol() -> impl Strategy<Value = Symbol> {
    "[A-Z0-9][A-Z0-9./_-]{0,15}".prop_map(|text| Symbol::new(&text).unwrap())
}

fn name() -> impl Strategy<Value = AccountName> {
    "[a-z€][a-z €]{0,7}".prop_map(|name| AccountName::new(&name).unwrap())
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let mantissa = number(0, (1_i128 << 96) - 1, 0..1_i128 << 96);
    (mantissa, number(0, Decimal::MAX_SCALE, 0..=Decimal::MAX_SCALE), any::<bool>()).prop_map(
        |(mantissa, scale, negative)| {
            let mut value = Decimal::from_i128_with_scale(mantissa, scale);
            value.set_sign_negative(negative);
            value
        },
    )
}

fn rate() -> impl Strategy<Value = Rate> {
    decimal().prop_map(|value| Rate::new(value.abs()).unwrap_or(Rate::new(Decimal::ONE).unwrap()))
}

fn terms() -> impl Strategy<Value = NewInstrument> {
    (symbol(), asset(), asset(), decimal(), decimal(), fee(), fee()).prop_map(
        |(symbol, base, quote, tick, lot, maker_fee, taker_fee)| NewInstrument {
            symbol,
            base,
            quote,
            tick,
            lot,
            maker_fee,
            taker_fee,
        },
    )
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn order_price() -> impl Strategy<Value = OrderPrice> {
    prop_oneof![
        Just(OrderPrice::Market),
        Just(OrderPrice::MarketToLimit),
        price().prop_map(OrderPrice::Limit)
    ]
}

fn order() -> impl Strategy<Value = NewOrder> {
    let time_in_force = prop_oneof![
        Just(TimeInForce::GoodTillCancel),
        Just(TimeInForce::ImmediateOrCancel),
        Just(TimeInForce::FillOrKill),
        Just(TimeInForce::Day),
        time().prop_map(TimeInForce::GoodTillDate),
    ];
    let posting = prop_oneof![Just(Posting::Any), Just(Posting::PostOnly), Just(Posting::PostOnlyReprice)];
    (account(), instrument(), side(), order_price(), quantity(), time_in_force, posting).prop_map(
        |(account, instrument, side, price, quantity, time_in_force, posting)| NewOrder {
            account,
            instrument,
            side,
            price,
            quantity,
            time_in_force,
            posting,
        },
    )
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let kind = prop_oneof![
        Just(TriggerKind::Stop),
        Just(TriggerKind::TakeProfit),
        price().prop_map(|ticks| TriggerKind::Trailing(Trail::Ticks(ticks))),
        nonzero32().prop_map(|ppm| TriggerKind::Trailing(Trail::Ppm(ppm))),
    ];
    let by = prop_oneof![Just(TriggerBy::Last), Just(TriggerBy::Bid), Just(TriggerBy::Ask)];
    (kind, by, price()).prop_map(|(kind, by, price)| Trigger { kind, by, price })
}

fn protection() -> impl Strategy<Value = Protection> {
    prop_oneof![nonzero32().prop_map(Protection::Ticks), nonzero32().prop_map(Protection::Ppm)]
}

fn self_trade() -> impl Strategy<Value = SelfTrade> {
    prop_oneof![
        Just(SelfTrade::Allow),
        Just(SelfTrade::CancelNewest),
        Just(SelfTrade::CancelOldest),
        Just(SelfTrade::CancelBoth),
        Just(SelfTrade::Decrement),
    ]
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let display = prop_oneof![
        Just(Display::Full),
        (quantity(), lots()).prop_map(|(peak, spread)| Display::Iceberg { peak, spread }),
        Just(Display::Hidden),
    ];
    let minimum = prop_oneof![quantity().prop_map(Minimum::Quantity), Just(Minimum::All)];
    let to = prop_oneof![Just(PegTo::Primary), Just(PegTo::Market), Just(PegTo::Midpoint)];
    let peg = (to, number(i32::MIN, i32::MAX, -100..100)).prop_map(|(to, offset)| Peg { to, offset });
    (
        option::of(trigger()),
        display,
        option::of(minimum),
        option::of(peg),
        option::of(protection()),
        option::of(self_trade()),
    )
        .prop_map(|(trigger, display, minimum, peg, protection, self_trade)| Conditions {
            trigger,
            display,
            minimum,
            peg,
            protection,
            self_trade,
        })
}

fn mass_quote() -> impl Strategy<Value = MassQuote> {
    let half = || option::of((price(), quantity()));
    let quote = (instrument(), half(), half())
        .prop_map(|(instrument, bid, ask)| Quote { instrument, bid, ask })
        .boxed();
    let count = prop_oneof![8 => 0..4_usize, 1 => Just(MAX_QUOTES as usize)];
    (account(), count.prop_flat_map(move |count| prop::collection::vec(quote.clone(), count)))
        .prop_map(|(account, quotes)| MassQuote { account, quotes })
}

fn allocation() -> impl Strategy<Value = Allocation> {
    let top = (quantity(), option::of(quantity())).prop_map(|(minimum, maximum)| Top { minimum, maximum });
    let steps = (option::of(top), any::<bool>(), any32(), option::of(quantity()), any::<bool>()).prop_map(
        |(top, lead_makers, fifo_ppm, pro_rata, leveling)| Steps {
            top,
            lead_makers,
            fifo_ppm,
            pro_rata,
            leveling,
        },
    );
    prop_oneof![Just(Allocation::Fifo), Just(Allocation::PriceSizeTime), steps.prop_map(Allocation::Steps)]
}

fn instrument_setting() -> impl Strategy<Value = InstrumentSetting> {
    let rulebook = prop_oneof![
        Just(Rulebook::Xetra),
        Just(Rulebook::Euronext),
        (price(), any32()).prop_map(|(collar, collar_ppm)| Rulebook::Nasdaq { collar, collar_ppm }),
        any32().prop_map(|bound_ppm| Rulebook::Pressure { bound_ppm }),
    ];
    let row = (price(), nonzero32()).prop_map(|(from, step)| TickRow { from, step });
    let band = (any32(), any64()).prop_map(|(width_ppm, floor_ticks)| PriceBand { width_ppm, floor_ticks });
    let range = (option::of(nonzero32()), option::of(nonzero32()))
        .prop_map(|(static_ppm, dynamic_ppm)| PriceRange { static_ppm, dynamic_ppm });
    let tier = prop_oneof![Just(LimitTier::One), Just(LimitTier::Two)];
    let limit = (tier, option::of(nonzero64()), any32(), any32(), any32(), any32()).prop_map(
        |(tier, ticks_per_unit, limit_seconds, pause_seconds, move_ppm, hold_seconds)| LimitUpDownTerms {
            tier,
            ticks_per_unit,
            limit_seconds,
            pause_seconds,
            move_ppm,
            hold_seconds,
        },
    );
    let velocity = (any32(), any32(), any32()).prop_map(|(move_ticks, window_millis, reserve_millis)| {
        VelocityTerms { move_ticks, window_millis, reserve_millis }
    });
    prop_oneof![
        allocation().prop_map(InstrumentSetting::Allocation),
        (account(), any32()).prop_map(|(account, ppm)| InstrumentSetting::LeadMaker { account, ppm }),
        rulebook.prop_map(InstrumentSetting::Rulebook),
        (any::<u8>(), fee(), fee()).prop_map(|(tier, maker, taker)| InstrumentSetting::FeeTier {
            tier,
            maker,
            taker
        }),
        row.prop_map(InstrumentSetting::TickRow),
        (lots(), lots()).prop_map(|(min, max)| InstrumentSetting::Quantities { min, max }),
        amount().prop_map(InstrumentSetting::MinNotional),
        option::of(band).prop_map(InstrumentSetting::PriceBand),
        option::of(range).prop_map(InstrumentSetting::PriceRange),
        option::of(limit).prop_map(InstrumentSetting::LimitUpDown),
        option::of(velocity).prop_map(InstrumentSetting::Velocity),
        price().prop_map(InstrumentSetting::Reference),
        any32().prop_map(InstrumentSetting::AuctionCollar),
        any::<bool>().prop_map(InstrumentSetting::HaltQueues),
        any64().prop_map(InstrumentSetting::DayEnd),
        any32().prop_map(InstrumentSetting::FollowUps),
        (any64(), any64()).prop_map(|(length, within)| InstrumentSetting::VolatilityCall { length, within }),
        (any64(), any64()).prop_map(|(opens, closes)| InstrumentSetting::TradingHours { opens, closes }),
    ]
}

fn account_setting() -> impl Strategy<Value = AccountSetting> {
    prop_oneof![
        any32().prop_map(AccountSetting::Group),
        self_trade().prop_map(AccountSetting::SelfTrade),
        any::<u8>().prop_map(AccountSetting::Tier),
        (asset(), amount()).prop_map(|(asset, amount)| AccountSetting::ShortLimit { asset, amount }),
        any32().prop_map(AccountSetting::MaxOpenOrders),
        (asset(), amount()).prop_map(|(asset, amount)| AccountSetting::MaxNotional { asset, amount }),
        (asset(), amount()).prop_map(|(asset, amount)| AccountSetting::MaxPosition { asset, amount }),
    ]
}

fn market_setting() -> impl Strategy<Value = MarketSetting> {
    let terms =
        (any32(), any32(), any32(), any32()).prop_map(|(first_ppm, second_ppm, third_ppm, halt_seconds)| {
            MarketWideTerms { first_ppm, second_ppm, third_ppm, halt_seconds }
        });
    option::of((instrument(), terms)).prop_map(MarketSetting::MarketWide)
}

fn phase() -> impl Strategy<Value = Phase> {
    let call =
        prop_oneof![Just(Call::Opening), Just(Call::Intraday), Just(Call::Volatility), Just(Call::Closing)];
    prop_oneof![
        Just(Phase::Continuous),
        Just(Phase::PreOpen),
        call.prop_map(Phase::Call),
        any64().prop_map(|interval| Phase::Batch { interval }),
        Just(Phase::Halted),
        Just(Phase::PostClose),
        Just(Phase::Closed),
    ]
}

fn phase_end() -> impl Strategy<Value = PhaseEnd> {
    (time(), any64(), phase()).prop_map(|(at, within, then)| PhaseEnd { at, within, then })
}

fn administration() -> BoxedStrategy<Command> {
    prop_oneof![
        (symbol(), any::<u8>()).prop_map(|(symbol, decimals)| Command::CreateAsset { symbol, decimals }),
        terms().prop_map(Command::CreateInstrument),
        name().prop_map(|name| Command::OpenAccount { name }),
        (account(), asset(), amount()).prop_map(|(account, asset, amount)| Command::Deposit {
            account,
            asset,
            amount
        }),
        (account(), asset(), amount()).prop_map(|(account, asset, amount)| Command::Withdraw {
            account,
            asset,
            amount
        }),
        account().prop_map(|account| Command::BlockAccount { account }),
        account().prop_map(|account| Command::UnblockAccount { account }),
        (instrument(), instrument_setting())
            .prop_map(|(instrument, setting)| Command::SetInstrument { instrument, setting }),
        (account(), account_setting())
            .prop_map(|(account, setting)| Command::SetAccount { account, setting }),
        market_setting().prop_map(|setting| Command::SetMarket { setting }),
        (instrument(), phase(), option::of(phase_end()))
            .prop_map(|(instrument, phase, end)| Command::SetPhase { instrument, phase, end }),
        Just(Command::HaltMarket),
        Just(Command::ResumeMarket),
        Just(Command::AdvanceClock),
        (account(), asset(), amount()).prop_map(|(account, sells, cap)| Command::OpenDesk {
            account,
            sells,
            cap
        }),
        (desk(), asset(), rate()).prop_map(|(desk, money, rate)| Command::SetRate { desk, money, rate }),
        (desk(), account(), asset(), amount(), any::<u128>()).prop_map(
            |(desk, account, money, amount, key)| {
                Command::BuyAtDesk { desk, account, money, amount, key: IdempotenceKey::new(key) }
            }
        ),
    ]
    .boxed()
}

fn trading() -> BoxedStrategy<Command> {
    prop_oneof![
        order().prop_map(Command::PlaceOrder),
        (account(), order_id()).prop_map(|(account, order)| Command::CancelOrder { account, order }),
        (account(), order_id(), price(), quantity()).prop_map(|(account, order, price, quantity)| {
            Command::ReplaceOrder { account, order, price, quantity }
        }),
        (order(), conditions()).prop_map(|(terms, conditions)| {
            Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }))
        }),
        (order(), trigger(), order_price(), option::of(protection())).prop_map(
            |(limit, trigger, then, protection)| {
                Command::PlacePair(Box::new(OrderPair { limit, trigger, then, protection }))
            }
        ),
        (order(), price(), price(), order_price(), option::of(protection())).prop_map(
            |(entry, profit, loss, then, protection)| {
                Command::PlaceBracket(Box::new(Bracket { entry, profit, loss, then, protection }))
            }
        ),
        (account(), instrument(), amount()).prop_map(|(account, instrument, amount)| {
            Command::PlaceCashOrder { account, instrument, amount }
        }),
        (account(), option::of(instrument()), option::of(side()))
            .prop_map(|(account, instrument, side)| Command::CancelOrders { account, instrument, side }),
        mass_quote().prop_map(|mass| Command::Quote(Box::new(mass))),
    ]
    .boxed()
}

/// Any command at all.
pub(crate) fn any_command() -> BoxedStrategy<Command> {
    prop_oneof![trading(), administration()].boxed()
}
