//! What a run made use of: every command, condition, setting, phase and reason of the engine, counted.
//!
//! Proof on journals is worth no more than what the journals use. The lists here are the engine's own: each is
//! matched in full, so that a feature that is new in the engine does not compile until it is listed, and is missed
//! until a journal uses it. What was refused was not used, and what a command only switches off was not either.

use std::collections::BTreeMap;

use outcry_engine::{
    AccountSetting, Allocation, Call, CancelReason, Command, Condition, Conditions, Display, Event,
    InstrumentSetting, Layer, LedgerKind, MarketSetting, Minimum, NewOrder, OrderPrice, PegTo, Phase,
    PhaseCause, Place, Posting, Priority, Protection, ReduceReason, RepriceReason, Rulebook, SelfTrade, Side,
    Steps, TimeInForce, TradeKind, Trail, TriggerBy, TriggerKind, WaitsFor,
};

/// A feature: its kind and its name there, such as `Condition` and `Peg`.
type Feature = (&'static str, &'static str);

/// Writes a function for each enum that names a value of it, and the list of all names. The match in it has no
/// other arm, so that the list is complete or does not compile.
macro_rules! features {
    ($($function:ident: $kind:ident { $($variant:ident),+ $(,)? })+) => {
        $(
            const fn $function(value: &$kind) -> Feature {
                match value {
                    $($kind::$variant { .. } => (stringify!($kind), stringify!($variant)),)+
                }
            }
        )+

        /// Every feature there is.
        const ALL: &[Feature] = &[$($((stringify!($kind), stringify!($variant)),)+)+];
    };
}

features! {
    command: Command {
        CreateAsset, CreateInstrument, OpenAccount, Deposit, Withdraw, PlaceOrder, CancelOrder, ReplaceOrder,
        PlaceConditional, PlacePair, PlaceBracket, PlaceCashOrder, CancelOrders, Quote, BlockAccount,
        UnblockAccount, SetInstrument, SetAccount, SetMarket, SetPhase, HaltMarket, ResumeMarket, AdvanceClock,
        OpenDesk, SetRate, BuyAtDesk,
    }
    event: Event {
        CommandRejected, AssetCreated, InstrumentCreated, AccountOpened, LedgerPosted, OrderAccepted,
        OrderConditioned, OrderWaits, OrderTriggered, OrderEntered, OrderRested, OrderRefilled, OrderRepriced,
        OrderReduced, TradePrevented, Traded, OrderCanceled, OrderReplaced, OrdersCanceled, Quoted, MarketHalted,
        MarketResumed, QuoteRefused, AccountBlocked, AccountUnblocked, InstrumentSet, AccountSet, MarketSet,
        PhaseChanged, IndicationChanged, Uncrossed, BandsMoved, LimitState, FollowUpsStopped, ClockAdvanced,
        DeskOpened, RateSet, CashSpent,
    }
    side: Side { Buy, Sell }
    order_price: OrderPrice { Limit, Market, MarketToLimit }
    time_in_force: TimeInForce { GoodTillCancel, ImmediateOrCancel, FillOrKill, Day, GoodTillDate }
    posting: Posting { Any, PostOnly, PostOnlyReprice }
    condition: Condition {
        Trigger, Display, Minimum, Peg, Bound, SelfTrade, Expires, Cash, Pair, Exits, ExitOf, Quote,
    }
    trigger_kind: TriggerKind { Stop, TakeProfit, Trailing }
    trigger_by: TriggerBy { Last, Bid, Ask }
    trail: Trail { Ticks, Ppm }
    display: Display { Full, Iceberg, Hidden }
    minimum: Minimum { Quantity, All }
    peg_to: PegTo { Primary, Market, Midpoint }
    protection: Protection { Ticks, Ppm }
    self_trade: SelfTrade { Allow, CancelNewest, CancelOldest, CancelBoth, Decrement }
    instrument_setting: InstrumentSetting {
        Allocation, LeadMaker, Rulebook, FeeTier, TickRow, Quantities, MinNotional, PriceBand, PriceRange,
        VolatilityCall, LimitUpDown, Velocity, Reference, AuctionCollar, HaltQueues, TradingHours, DayEnd,
        FollowUps,
    }
    account_setting: AccountSetting {
        Group, SelfTrade, Tier, ShortLimit, MaxOpenOrders, MaxNotional, MaxPosition,
    }
    market_setting: MarketSetting { MarketWide }
    allocation: Allocation { Fifo, PriceSizeTime, Steps }
    allocation_part: Part { Top, LeadMakers, FifoShare, ProRata, Leveling }
    rulebook: Rulebook { Xetra, Euronext, Nasdaq, Pressure }
    phase: Phase { Continuous, PreOpen, Call, Batch, Halted, PostClose, Closed }
    call: Call { Opening, Intraday, Volatility, Closing }
    phase_cause: PhaseCause { Ordered, Scheduled, PriceRange, Velocity, LimitUpDown, MarketWide }
    place: Place { Incoming, Waiting, Lit, Dark }
    layer: Layer { Lit, Dark }
    waits_for: WaitsFor { Trigger, Minimum, Reference, Uncross }
    reprice_reason: RepriceReason { PostOnly, MarketToLimit, Band, PostClose }
    reduce_reason: ReduceReason { Pair }
    trade_kind: TradeKind { Continuous, Auction }
    cancel_reason: CancelReason {
        Requested, ImmediateOrCancel, FillOrKill, NoLiquidity, Minimum, Expired, SelfTrade, Pair, MassCancel,
        AccountBlocked, Requoted, NotCovered, Interrupted, Band, Uncross,
    }
    priority: Priority { Kept, Lost }
    ledger_kind: LedgerKind { Deposit, Withdraw, Hold, Release, Buy, Sell, Fee }
}

/// A step that an allocation may have.
enum Part {
    Top,
    LeadMakers,
    FifoShare,
    ProRata,
    Leveling,
}

/// How often each feature was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    used: BTreeMap<Feature, u64>,
}

impl Features {
    /// Counts what a command and its events made use of.
    pub fn see(&mut self, asked: &Command, events: &[Event]) {
        let refused = matches!(events.last(), Some(Event::CommandRejected(_)));
        if !refused {
            self.count(command(asked));
            if let Command::PlaceConditional(order) = asked {
                self.conditions(&order.conditions);
            }
        }
        for told in events {
            self.count(event(told));
            self.told(told);
        }
    }

    /// Every feature that was not used, as `Kind::Name`, in the order of the lists.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let missing = ALL.iter().filter(|feature| !self.used.contains_key(*feature));
        missing.map(|(kind, name)| format!("{kind}::{name}")).collect()
    }

    /// Every feature that was used, with how often, the rarest first.
    #[must_use]
    pub fn rarest(&self) -> Vec<(String, u64)> {
        let mut used: Vec<_> =
            self.used.iter().map(|((kind, name), times)| (format!("{kind}::{name}"), *times)).collect();
        used.sort_by_key(|(_, times)| *times);
        used
    }

    fn count(&mut self, feature: Feature) {
        *self.used.entry(feature).or_default() += 1;
    }

    fn terms(&mut self, terms: &NewOrder) {
        self.count(side(&terms.side));
        self.count(order_price(&terms.price));
        self.count(time_in_force(&terms.time_in_force));
        self.count(posting(&terms.posting));
    }

    /// What events do not tell of an order as it was asked for.
    fn conditions(&mut self, conditions: &Conditions) {
        if let Some(reach) = &conditions.protection {
            self.count(protection(reach));
        }
        if conditions.display == Display::Full {
            self.count(display(&conditions.display));
        }
    }

    fn told(&mut self, told: &Event) {
        match told {
            Event::OrderAccepted { terms, .. } => self.terms(terms),
            Event::OrderConditioned { condition: has, .. } => self.conditioned(has),
            Event::OrderWaits { waits_for: what, .. } => self.count(waits_for(what)),
            Event::OrderEntered { from, .. } => self.count(place(from)),
            Event::OrderRested { layer: where_to, .. } => self.count(layer(where_to)),
            Event::OrderRepriced { reason, .. } => self.count(reprice_reason(reason)),
            Event::OrderReduced { reason, .. } => self.count(reduce_reason(reason)),
            Event::TradePrevented { rule, .. } => self.count(self_trade(rule)),
            Event::Traded(trade) => self.count(trade_kind(&trade.kind)),
            Event::OrderCanceled { from, reason, .. } => {
                self.count(place(from));
                self.count(cancel_reason(reason));
            }
            Event::OrderReplaced { priority: kept, .. } => self.count(priority(kept)),
            Event::LedgerPosted(line) => self.count(ledger_kind(&line.kind)),
            Event::InstrumentSet { setting, .. } => self.instrument(setting),
            Event::AccountSet { setting, .. } => {
                self.count(account_setting(setting));
                if let AccountSetting::SelfTrade(rule) = setting {
                    self.count(self_trade(rule));
                }
            }
            Event::MarketSet { setting } => {
                let MarketSetting::MarketWide(terms) = setting;
                if terms.is_some() {
                    self.count(market_setting(setting));
                }
            }
            Event::PhaseChanged { phase: now, cause, .. } => {
                self.count(phase(now));
                self.count(phase_cause(cause));
                if let Phase::Call(why) = now {
                    self.count(call(why));
                }
            }
            _ => {}
        }
    }

    fn conditioned(&mut self, has: &Condition) {
        self.count(condition(has));
        match has {
            Condition::Trigger(trigger) => {
                self.count(trigger_kind(&trigger.kind));
                self.count(trigger_by(&trigger.by));
                if let TriggerKind::Trailing(distance) = &trigger.kind {
                    self.count(trail(distance));
                }
            }
            Condition::Display(shown) => self.count(display(shown)),
            Condition::Minimum(least) => self.count(minimum(least)),
            Condition::Peg(peg) => self.count(peg_to(&peg.to)),
            Condition::SelfTrade(rule) => self.count(self_trade(rule)),
            _ => {}
        }
    }

    fn instrument(&mut self, setting: &InstrumentSetting) {
        let off = matches!(
            setting,
            InstrumentSetting::PriceBand(None)
                | InstrumentSetting::PriceRange(None)
                | InstrumentSetting::LimitUpDown(None)
                | InstrumentSetting::Velocity(None)
                | InstrumentSetting::HaltQueues(false)
                | InstrumentSetting::AuctionCollar(0)
        );
        if !off {
            self.count(instrument_setting(setting));
        }
        match setting {
            InstrumentSetting::Allocation(rule) => {
                self.count(allocation(rule));
                if let Allocation::Steps(steps) = rule {
                    self.steps(steps);
                }
            }
            InstrumentSetting::Rulebook(book) => self.count(rulebook(book)),
            _ => {}
        }
    }

    fn steps(&mut self, steps: &Steps) {
        let parts = [
            (steps.top.is_some(), Part::Top),
            (steps.lead_makers, Part::LeadMakers),
            (steps.fifo_ppm > 0, Part::FifoShare),
            (steps.pro_rata.is_some(), Part::ProRata),
            (steps.leveling, Part::Leveling),
        ];
        for (_, part) in parts.iter().filter(|(has, _)| *has) {
            self.count(allocation_part(part));
        }
    }
}
