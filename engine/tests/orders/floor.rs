//! A small floor for flows of everything: seeded commands of every kind about orders, sessions and self-trade prevention.

use std::num::NonZeroU32;

use outcry_engine::life::{OrderLives, Report};
use outcry_engine::{
    AccountId, AccountName, AccountSetting, Amount, AssetId, Bracket, Call, Command, ConditionalOrder,
    Conditions, Display, Event, Exchange, FeeRate, InstrumentId, InstrumentSetting, Lots, MassQuote, Minimum,
    NewInstrument, NewOrder, OrderId, OrderPair, OrderPrice, Peg, PegTo, Phase, Posting, Price, Protection,
    Qty, Quote, SelfTrade, Side, Symbol, TimeInForce, Timestamp, Trail, Trigger, TriggerBy, TriggerKind,
};

const HALL: InstrumentId = InstrumentId::new(0);

/// A small generator, enough to walk the rules.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn price(&mut self) -> Price {
        Price::new(90 + self.below(21).cast_signed()).unwrap()
    }

    fn qty(&mut self) -> Qty {
        Qty::new(1 + self.below(20)).unwrap()
    }

    fn maybe<T>(&mut self, one_in: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.below(one_in) == 0 { Some(make(self)) } else { None }
    }
}

/// An exchange and a source of commands.
pub(crate) struct Floor {
    pub(crate) exchange: Exchange,
    random: Random,
    orders: u64,
}

/// A limit order of Alice to buy one lot.
pub(crate) fn limit() -> NewOrder {
    NewOrder {
        account: AccountId::new(1),
        instrument: HALL,
        side: Side::Buy,
        price: OrderPrice::Limit(Price::new(100).unwrap()),
        quantity: Qty::new(1).unwrap(),
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    }
}

/// A command in words: `alice buys 10 at 100`, `bob sells 4 at 99`, `alice replaces 1: 7 at 101`, `alice cancels 1`.
pub(crate) fn parse(text: &str) -> Option<Command> {
    let words: Vec<&str> = text.split([' ', ':']).filter(|word| !word.is_empty()).collect();
    let account = AccountId::new(match *words.first()? {
        "alice" => 1,
        "bob" => 2,
        _ => return None,
    });
    let number = |at: usize| words.get(at)?.parse::<u64>().ok();
    let price = |at| Price::new(number(at)?.cast_signed()).ok();
    let quantity = |at| Qty::new(number(at)?).ok();
    let order = |side| {
        let price = OrderPrice::Limit(price(4)?);
        Some(Command::PlaceOrder(NewOrder { account, side, price, quantity: quantity(2)?, ..limit() }))
    };
    match *words.get(1)? {
        "buys" => order(Side::Buy),
        "sells" => order(Side::Sell),
        "cancels" => Some(Command::CancelOrder { account, order: OrderId::new(number(2)?)? }),
        "replaces" => Some(Command::ReplaceOrder {
            account,
            order: OrderId::new(number(2)?)?,
            price: price(5)?,
            quantity: quantity(3)?,
        }),
        _ => None,
    }
}

impl Floor {
    /// Accounts with money and stock, and nothing else.
    pub(crate) fn empty() -> Self {
        let mut floor = Self { exchange: Exchange::new(), random: Random(0), orders: 0 };
        let symbol = |text| Symbol::new(text).unwrap();
        let mut commands = vec![
            Command::CreateAsset { symbol: symbol("USD"), decimals: 2 },
            Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 },
            Command::CreateInstrument(NewInstrument {
                symbol: symbol("ACME"),
                base: AssetId::new(1),
                quote: AssetId::new(0),
                tick: "0.01".parse().unwrap(),
                lot: "1".parse().unwrap(),
                maker_fee: FeeRate::from_ppm(300).unwrap(),
                taker_fee: FeeRate::from_ppm(1_700).unwrap(),
            }),
        ];
        for (account, name) in (1..).map(AccountId::new).zip(["Alice", "Bob", "Carol", "Dave"]) {
            commands.push(Command::OpenAccount { name: AccountName::new(name).unwrap() });
            for asset in [0, 1].map(AssetId::new) {
                let amount = Amount::new(10_000_000).unwrap();
                commands.push(Command::Deposit { account, asset, amount });
            }
        }
        for command in &commands {
            floor.exchange.execute(Timestamp::from_nanos(1), command, &mut Vec::new());
        }
        floor
    }

    /// A floor whose flow is this one's own: settings differ from seed to seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut floor = Self { random: Random(seed), ..Self::empty() };
        for _ in 0..10 {
            floor.random.below(2);
        }
        let mut settings = vec![InstrumentSetting::AuctionCollar(100_000)];
        settings.push(InstrumentSetting::Reference(Price::new(100).unwrap()));
        settings.push(InstrumentSetting::HaltQueues(seed.is_multiple_of(2)));
        if seed % 3 == 1 {
            settings.push(InstrumentSetting::Allocation(outcry_engine::Allocation::cme(
                outcry_engine::CmeAlgorithm::A,
            )));
        }
        for setting in settings {
            floor.exchange.execute(
                Timestamp::from_nanos(1),
                &Command::SetInstrument { instrument: HALL, setting },
                &mut Vec::new(),
            );
        }
        let rules = [SelfTrade::Allow, SelfTrade::CancelOldest, SelfTrade::Decrement, SelfTrade::CancelBoth];
        for (account, rule) in (1..).map(AccountId::new).zip(rules) {
            let setting = AccountSetting::SelfTrade(rule);
            floor.exchange.execute(
                Timestamp::from_nanos(1),
                &Command::SetAccount { account, setting },
                &mut Vec::new(),
            );
        }
        floor
    }

    /// Runs a command in words.
    pub(crate) fn run(&mut self, text: &str, lives: &mut OrderLives) -> Vec<Report> {
        self.execute(&parse(text).unwrap(), lives)
    }

    /// Runs the next command of the flow.
    pub(crate) fn step(&mut self, lives: &mut OrderLives) -> Vec<Report> {
        let command = self.next();
        self.execute(&command, lives)
    }

    fn execute(&mut self, command: &Command, lives: &mut OrderLives) -> Vec<Report> {
        let mut events = Vec::new();
        let at = Timestamp::from_nanos(self.exchange.now().nanos() + self.random.below(3));
        let receipt = self.exchange.execute(at, command, &mut events);
        self.count(&events);
        lives.take(command, &receipt, &events)
    }

    /// Counts the orders that were accepted: commands of the flow name them.
    pub(crate) fn count(&mut self, events: &[Event]) {
        let accepted = |event: &&Event| matches!(event, Event::OrderAccepted { .. });
        self.orders += events.iter().filter(accepted).count() as u64;
    }

    /// The next command of the flow.
    pub(crate) fn next(&mut self) -> Command {
        let order = OrderId::new(1 + self.orders.saturating_sub(self.random.below(30))).unwrap();
        let owner = self.exchange.order(order).map(|resting| resting.account);
        let owner = owner.or(self.exchange.waiting_order(order).map(|waiting| waiting.terms.account));
        let (random, now) = (&mut self.random, self.exchange.now());
        let account = AccountId::new(1 + u32::try_from(random.below(4)).unwrap());
        let owner = owner.unwrap_or(account);
        match random.below(100) {
            0..=39 => Command::PlaceOrder(plain(random, now, account)),
            40..=64 => Command::PlaceConditional(Box::new(conditional(random, now, account))),
            65..=68 => Command::PlacePair(Box::new(pair(random, account))),
            69..=72 => Command::PlaceBracket(Box::new(bracket(random, now, account))),
            73..=79 => Command::CancelOrder { account: owner, order },
            80..=89 => {
                Command::ReplaceOrder { account: owner, order, price: random.price(), quantity: random.qty() }
            }
            90..=92 => quote(random, account),
            93 => Command::CancelOrders { account, instrument: None, side: None },
            94 => Command::PlaceCashOrder {
                account,
                instrument: HALL,
                amount: Amount::new(random.below(2_000).cast_signed()).unwrap(),
            },
            95..=98 => phase(random),
            _ => Command::AdvanceClock,
        }
    }
}

fn phase(random: &mut Random) -> Command {
    let phase = random.one_of(&[
        Phase::Continuous,
        Phase::Continuous,
        Phase::Continuous,
        Phase::Continuous,
        Phase::Call(Call::Intraday),
        Phase::Halted,
        Phase::PreOpen,
        Phase::PostClose,
        Phase::Closed,
    ]);
    Command::SetPhase { instrument: HALL, phase, end: None }
}

fn plain(random: &mut Random, now: Timestamp, account: AccountId) -> NewOrder {
    let side = random.one_of(&Side::BOTH);
    let limit = NewOrder {
        account,
        side,
        price: OrderPrice::Limit(random.price()),
        quantity: random.qty(),
        ..limit()
    };
    let in_a_while = TimeInForce::GoodTillDate(Timestamp::from_nanos(now.nanos() + 1 + random.below(100)));
    match random.below(10) {
        0 => NewOrder { price: OrderPrice::Market, time_in_force: TimeInForce::ImmediateOrCancel, ..limit },
        1 => NewOrder { price: OrderPrice::MarketToLimit, ..limit },
        2 => NewOrder { time_in_force: TimeInForce::ImmediateOrCancel, ..limit },
        3 => NewOrder { time_in_force: TimeInForce::FillOrKill, ..limit },
        4 => NewOrder { posting: Posting::PostOnlyReprice, ..limit },
        5 => NewOrder { time_in_force: in_a_while, ..limit },
        _ => limit,
    }
}

fn trigger(random: &mut Random) -> Trigger {
    let kinds = [
        TriggerKind::Stop,
        TriggerKind::TakeProfit,
        TriggerKind::Trailing(Trail::Ticks(Price::new(1 + random.below(6).cast_signed()).unwrap())),
    ];
    Trigger {
        kind: random.one_of(&kinds),
        by: random.one_of(&[TriggerBy::Last, TriggerBy::Bid, TriggerBy::Ask]),
        price: random.price(),
    }
}

/// An order with conditions, most of them of one kind and some of several.
fn conditional(random: &mut Random, now: Timestamp, account: AccountId) -> ConditionalOrder {
    let terms = plain(random, now, account);
    let mut conditions = Conditions::NONE;
    match random.below(6) {
        0 => conditions.trigger = Some(trigger(random)),
        1 => {
            let peak = Qty::new(1 + random.below(5)).unwrap();
            conditions.display = Display::Iceberg { peak, spread: Lots::new(random.below(peak.get())) };
        }
        2 => conditions.display = Display::Hidden,
        3 => {
            conditions.minimum =
                Some(random.maybe(2, |_| Minimum::All).unwrap_or(Minimum::Quantity(random.qty())))
        }
        4 => {
            let to = random.one_of(&[PegTo::Primary, PegTo::Market, PegTo::Midpoint]);
            conditions.peg = Some(Peg { to, offset: i32::try_from(random.below(5)).unwrap() - 2 });
        }
        _ => {
            let ticks = NonZeroU32::new(1 + u32::try_from(random.below(5)).unwrap()).unwrap();
            conditions.protection = Some(Protection::Ticks(ticks));
        }
    }
    let rules = [SelfTrade::CancelNewest, SelfTrade::Decrement, SelfTrade::CancelBoth];
    conditions.self_trade = random.maybe(4, |random| random.one_of(&rules));
    ConditionalOrder { terms, conditions }
}

fn pair(random: &mut Random, account: AccountId) -> OrderPair {
    let limit = NewOrder {
        account,
        side: random.one_of(&Side::BOTH),
        price: OrderPrice::Limit(random.price()),
        quantity: random.qty(),
        ..limit()
    };
    let trigger = trigger(random);
    OrderPair { limit, trigger, then: OrderPrice::Limit(random.price()), protection: None }
}

fn bracket(random: &mut Random, now: Timestamp, account: AccountId) -> Bracket {
    let entry = plain(random, now, account);
    let (low, high) = (Price::new(92).unwrap(), Price::new(108).unwrap());
    let (profit, loss) = if entry.side == Side::Buy { (high, low) } else { (low, high) };
    Bracket { entry, profit, loss, then: OrderPrice::Limit(random.price()), protection: None }
}

fn quote(random: &mut Random, account: AccountId) -> Command {
    let bid = random.price();
    let ask = Price::new(bid.get() + 1 + random.below(3).cast_signed()).unwrap();
    let side =
        |random: &mut Random, price| random.maybe(4, |_| ()).map_or(Some((price, random.qty())), |()| None);
    let quote = Quote { instrument: HALL, bid: side(random, bid), ask: side(random, ask) };
    Command::Quote(Box::new(MassQuote { account, quotes: vec![quote] }))
}
