//! The floor that all rows stand on: an exchange with every phase, every kind of open order, and accounts of all sorts.

use std::num::NonZeroU32;

use outcry_engine::{
    AccountId, AccountName, AccountSetting, Amount, AssetId, Bracket, Call, Command, ConditionalOrder,
    Conditions, DeskId, Event, Exchange, FeeRate, InstrumentId, InstrumentSetting, Lots, MarketSetting,
    MarketWideTerms, MassQuote, Minimum, NewInstrument, NewOrder, OrderId, OrderPair, OrderPrice, Peg, PegTo,
    Phase, Posting, Price, PriceBand, Qty, Quote, Rate, Side, Symbol, TickRow, TimeInForce, Timestamp,
    Trigger, TriggerBy, TriggerKind,
};

pub(crate) const USD: AssetId = AssetId::new(0);
pub(crate) const ACME: AssetId = AssetId::new(1);
pub(crate) const COIN: AssetId = AssetId::new(2);
pub(crate) const NO_ASSET: AssetId = AssetId::new(9);

/// Trades as orders come, last trade at 100.00, bid 99.00, ask 101.00.
pub(crate) const PLAIN: InstrumentId = InstrumentId::new(0);
/// The same with a tick table, quantities, a smallest value and a price band.
pub(crate) const STRICT: InstrumentId = InstrumentId::new(1);
/// Never traded.
pub(crate) const EMPTY: InstrumentId = InstrumentId::new(2);
/// In a call, without a collar.
pub(crate) const CALL: InstrumentId = InstrumentId::new(3);
/// One instrument of each phase from here on, each with a last price of 100.00 and a collar.
pub(crate) const PHASES: u32 = 4;
pub(crate) const NO_INSTRUMENT: InstrumentId = InstrumentId::new(99);

pub(crate) const ALICE: AccountId = AccountId::new(1);
pub(crate) const BOB: AccountId = AccountId::new(2);
/// Her kill switch is set.
pub(crate) const CAROL: AccountId = AccountId::new(3);
/// He may have one open order, and has it.
pub(crate) const DAVE: AccountId = AccountId::new(4);
/// She has nothing.
pub(crate) const ERIN: AccountId = AccountId::new(5);
/// He may enter 1000.00 and own 50 ACME, of which he has 20.
pub(crate) const FRANK: AccountId = AccountId::new(6);
/// She may owe 5 ACME, and does.
pub(crate) const GINA: AccountId = AccountId::new(7);
pub(crate) const NOBODY: AccountId = AccountId::new(99);

pub(crate) const DESK: DeskId = DeskId::new(0);

/// The phases that stand on the floor, with the settings of each.
pub(crate) const FLOOR_PHASES: [(&str, Phase, bool); 8] = [
    ("continuous", Phase::Continuous, false),
    ("pre-open", Phase::PreOpen, false),
    ("call", Phase::Call(Call::Intraday), false),
    ("batch", Phase::Batch { interval: 1_000_000_000 }, false),
    ("halted", Phase::Halted, false),
    ("halted, queues", Phase::Halted, true),
    ("after the close", Phase::PostClose, false),
    ("closed", Phase::Closed, false),
];

/// The instrument of a phase.
pub(crate) fn of_phase(index: usize) -> InstrumentId {
    InstrumentId::new(PHASES + u32::try_from(index).unwrap())
}

/// Orders that rows speak of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Alice's, 10 to buy at 98.00, of which 4 are filled.
    pub(crate) partly: OrderId,
    pub(crate) filled: OrderId,
    pub(crate) canceled: OrderId,
    pub(crate) stop: OrderId,
    pub(crate) peg: OrderId,
    pub(crate) pair_limit: OrderId,
    pub(crate) pair_stop: OrderId,
    pub(crate) quote: OrderId,
    pub(crate) minimum: OrderId,
    pub(crate) post_only: OrderId,
    pub(crate) strict: OrderId,
    /// A market order that stands for the uncross.
    pub(crate) for_uncross: OrderId,
    /// Alice's order in each phase.
    pub(crate) in_phase: [OrderId; FLOOR_PHASES.len()],
}

/// The exchange and its orders.
pub(crate) struct Floor {
    pub(crate) exchange: Exchange,
    pub(crate) known: Known,
}

pub(crate) fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

pub(crate) fn qty(lots: u64) -> Qty {
    Qty::new(lots).unwrap()
}

pub(crate) fn amount(units: i64) -> Amount {
    Amount::new(units).unwrap()
}

pub(crate) fn symbol(text: &str) -> Symbol {
    Symbol::new(text).unwrap()
}

/// A limit order of Alice in the plain instrument, good till cancel.
pub(crate) fn limit(side: Side, ticks: i64, lots: u64) -> NewOrder {
    NewOrder {
        account: ALICE,
        instrument: PLAIN,
        side,
        price: OrderPrice::Limit(price(ticks)),
        quantity: qty(lots),
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    }
}

/// A market order of Alice.
pub(crate) fn market(side: Side, lots: u64) -> NewOrder {
    NewOrder {
        price: OrderPrice::Market,
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..limit(side, 1, lots)
    }
}

pub(crate) fn conditional(terms: NewOrder, conditions: Conditions) -> Command {
    Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }))
}

pub(crate) fn trigger(kind: TriggerKind, ticks: i64) -> Trigger {
    Trigger { kind, by: TriggerBy::Last, price: price(ticks) }
}

/// A pair of Alice to sell: 110.00, or a market order from 90.00 down.
pub(crate) fn pair() -> OrderPair {
    OrderPair {
        limit: limit(Side::Sell, 11_000, 5),
        trigger: trigger(TriggerKind::Stop, 9_000),
        then: OrderPrice::Market,
        protection: None,
    }
}

/// A bracket of Alice to buy at 98.00, out at 110.00 or 90.00.
pub(crate) fn bracket() -> Bracket {
    Bracket {
        entry: limit(Side::Buy, 9_800, 5),
        profit: price(11_000),
        loss: price(9_000),
        then: OrderPrice::Market,
        protection: None,
    }
}

pub(crate) fn quote(instrument: InstrumentId, bid: Option<(i64, u64)>, ask: Option<(i64, u64)>) -> Quote {
    let side = |side: Option<(i64, u64)>| side.map(|(ticks, lots)| (price(ticks), qty(lots)));
    Quote { instrument, bid: side(bid), ask: side(ask) }
}

pub(crate) fn mass_quote(account: AccountId, quotes: Vec<Quote>) -> Command {
    Command::Quote(Box::new(MassQuote { account, quotes }))
}

pub(crate) fn instrument(text: &str) -> NewInstrument {
    NewInstrument {
        symbol: symbol(text),
        base: ACME,
        quote: USD,
        tick: "0.01".parse().unwrap(),
        lot: "1".parse().unwrap(),
        maker_fee: FeeRate::from_ppm(300).unwrap(),
        taker_fee: FeeRate::from_ppm(1_700).unwrap(),
    }
}

pub(crate) fn set(instrument: InstrumentId, setting: InstrumentSetting) -> Command {
    Command::SetInstrument { instrument, setting }
}

pub(crate) fn set_account(account: AccountId, setting: AccountSetting) -> Command {
    Command::SetAccount { account, setting }
}

struct Builder {
    exchange: Exchange,
    events: Vec<Event>,
}

impl Builder {
    fn run(&mut self, command: &Command) {
        self.events.clear();
        self.exchange.execute(Timestamp::from_nanos(1_000_000_000), command, &mut self.events);
        let refused =
            |event: &&Event| matches!(event, Event::CommandRejected(_) | Event::QuoteRefused { .. });
        assert_eq!(self.events.iter().find(refused), None, "{command:?}");
    }

    /// Runs a command and answers the last order that it accepted.
    fn order(&mut self, command: &Command) -> OrderId {
        self.run(command);
        let accepted = |event: &Event| match event {
            Event::OrderAccepted { order, .. } => Some(*order),
            _ => None,
        };
        self.events.iter().rev().find_map(accepted).unwrap()
    }

    fn place(&mut self, terms: NewOrder) -> OrderId {
        self.order(&Command::PlaceOrder(terms))
    }

    /// A trade of Bob with himself at 100.00.
    fn print(&mut self, instrument: InstrumentId) {
        let of = |side| NewOrder { account: BOB, instrument, ..limit(side, 10_000, 10) };
        self.place(of(Side::Sell));
        self.place(of(Side::Buy));
    }
}

impl Floor {
    pub(crate) fn open() -> Self {
        let mut builder = Builder { exchange: Exchange::new(), events: Vec::new() };
        builder.assets();
        builder.accounts();
        builder.print(PLAIN);
        let filled = builder.place(limit(Side::Buy, 9_950, 3));
        builder.place(NewOrder { account: BOB, ..limit(Side::Sell, 9_950, 3) });
        let partly = builder.place(limit(Side::Buy, 9_800, 10));
        builder.place(NewOrder { account: BOB, ..limit(Side::Sell, 9_800, 4) });
        builder.print(PLAIN);
        let canceled = builder.place(limit(Side::Buy, 9_700, 1));
        builder.run(&Command::CancelOrder { account: ALICE, order: canceled });
        builder.place(NewOrder { account: BOB, ..limit(Side::Buy, 9_900, 10) });
        builder.place(NewOrder { account: BOB, ..limit(Side::Sell, 10_100, 10) });
        let stop = Conditions { trigger: Some(trigger(TriggerKind::Stop, 9_000)), ..Conditions::NONE };
        let stop = builder.order(&conditional(limit(Side::Sell, 8_900, 1), stop));
        let peg = Conditions { peg: Some(Peg { to: PegTo::Primary, offset: -1 }), ..Conditions::NONE };
        let peg = builder.order(&conditional(limit(Side::Buy, 9_900, 1), peg));
        let pair_stop = builder.order(&Command::PlacePair(Box::new(pair())));
        let pair_limit = OrderId::new(pair_stop.get() - 1).unwrap();
        let quote = builder.order(&mass_quote(ALICE, vec![quote(PLAIN, Some((9_600, 2)), None)]));
        let minimum = Conditions { minimum: Some(Minimum::All), ..Conditions::NONE };
        let minimum = builder.order(&conditional(limit(Side::Buy, 10_000, 1), minimum));
        let post_only = builder.place(NewOrder { posting: Posting::PostOnly, ..limit(Side::Buy, 9_500, 1) });
        let strict = builder.strict();
        let for_uncross = builder.phases();
        let in_phase = builder.orders_in_phases();
        let terms =
            MarketWideTerms { first_ppm: 70_000, second_ppm: 130_000, third_ppm: 200_000, halt_seconds: 900 };
        builder.run(&Command::SetMarket { setting: MarketSetting::MarketWide(Some((PLAIN, terms))) });
        let known = Known {
            partly,
            filled,
            canceled,
            stop,
            peg,
            pair_limit,
            pair_stop,
            quote,
            minimum,
            post_only,
            strict,
            for_uncross,
            in_phase,
        };
        Self { exchange: builder.exchange, known }
    }
}

impl Builder {
    fn assets(&mut self) {
        for (text, decimals) in [("USD", 2), ("ACME", 0), ("COIN", 2)] {
            self.run(&Command::CreateAsset { symbol: symbol(text), decimals });
        }
        for text in ["PLAIN", "STRICT", "EMPTY", "CALL"] {
            self.run(&Command::CreateInstrument(instrument(text)));
        }
        for (index, _) in FLOOR_PHASES.iter().enumerate() {
            self.run(&Command::CreateInstrument(instrument(&format!("PHASE{index}"))));
        }
    }

    fn accounts(&mut self) {
        for name in ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Gina"] {
            self.run(&Command::OpenAccount { name: AccountName::new(name).unwrap() });
        }
        for account in [ALICE, BOB, CAROL, DAVE, FRANK] {
            for (asset, units) in [(USD, 100_000_000), (ACME, 10_000), (COIN, 1_000_000)] {
                self.run(&Command::Deposit { account, asset, amount: amount(units) });
            }
        }
        self.run(&Command::Withdraw { account: FRANK, asset: ACME, amount: amount(9_980) });
        self.run(&Command::BlockAccount { account: CAROL });
        self.run(&set_account(DAVE, AccountSetting::MaxOpenOrders(1)));
        self.place(NewOrder { account: DAVE, ..limit(Side::Buy, 9_000, 1) });
        self.run(&set_account(FRANK, AccountSetting::MaxNotional { asset: USD, amount: amount(100_000) }));
        self.run(&set_account(FRANK, AccountSetting::MaxPosition { asset: ACME, amount: amount(50) }));
        self.run(&set_account(GINA, AccountSetting::ShortLimit { asset: ACME, amount: amount(5) }));
        self.place(NewOrder { account: BOB, ..limit(Side::Buy, 10_000, 5) });
        self.place(NewOrder { account: GINA, ..limit(Side::Sell, 10_000, 5) });
        self.run(&Command::OpenDesk { account: BOB, sells: COIN, cap: amount(100_000) });
        let rate = Rate::new("2".parse().unwrap()).unwrap();
        self.run(&Command::SetRate { desk: DESK, money: USD, rate });
    }

    /// Every fifth tick from 50.00, 10 to 1,000 lots, 1000.00 at least, 10 % around 100.00.
    fn strict(&mut self) -> OrderId {
        self.print(STRICT);
        let step = NonZeroU32::new(5).unwrap();
        for setting in [
            InstrumentSetting::TickRow(TickRow { from: price(5_000), step }),
            InstrumentSetting::Quantities { min: Lots::new(10), max: Lots::new(1_000) },
            InstrumentSetting::MinNotional(amount(100_000)),
            InstrumentSetting::PriceBand(Some(PriceBand { width_ppm: 100_000, floor_ticks: 0 })),
        ] {
            self.run(&set(STRICT, setting));
        }
        self.place(NewOrder { instrument: STRICT, ..limit(Side::Buy, 9_500, 20) })
    }

    /// Brings every instrument into its phase; answers a market order that stands for the uncross.
    fn phases(&mut self) -> OrderId {
        self.print(CALL);
        self.run(&Command::SetPhase { instrument: CALL, phase: Phase::Call(Call::Opening), end: None });
        let collared = of_phase(2);
        for (index, (_, _, queues)) in FLOOR_PHASES.into_iter().enumerate() {
            let instrument = of_phase(index);
            self.print(instrument);
            self.place(NewOrder { account: BOB, instrument, ..limit(Side::Sell, 10_100, 20) });
            self.run(&set(instrument, InstrumentSetting::AuctionCollar(100_000)));
            self.run(&set(instrument, InstrumentSetting::HaltQueues(queues)));
        }
        self.run(&Command::SetPhase { instrument: collared, phase: FLOOR_PHASES[2].1, end: None });
        self.place(NewOrder { instrument: collared, ..market(Side::Sell, 1) })
    }

    /// Rests an order of Alice in each instrument, then changes its phase.
    fn orders_in_phases(&mut self) -> [OrderId; FLOOR_PHASES.len()] {
        let mut index = 0;
        FLOOR_PHASES.map(|(_, phase, _)| {
            let instrument = of_phase(index);
            index += 1;
            let order = self.place(NewOrder { instrument, ..limit(Side::Buy, 9_500, 5) });
            if phase != FLOOR_PHASES[2].1 {
                self.run(&Command::SetPhase { instrument, phase, end: None });
            }
            order
        })
    }
}
