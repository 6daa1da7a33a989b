//! The benchmark's mixed flow: new orders, cancels of random live orders, replaces and takers over a deep book.
//!
//! The flow is generated beforehand against an exchange of its own, because a cancel must name an order that is open
//! when its turn comes. Playing it is then nothing but the engine's work, the same on every platform: what is
//! measured natively and in a browser's worker is the same list of commands with the same digest at its end.
//!
//! Of each hundred commands, 45 are new resting orders, 45 cancel one of the live orders, each as likely as any other
//! and so far from each other in memory, 5 replace one, and 5 take from the opposite side.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, Exchange, FeeRate, InstrumentId, NewInstrument,
    NewOrder, OrderId, OrderPrice, Place, Posting, Price, Priority, Qty, RestingOrder, Side, Symbol,
    TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use crate::random::Random;

/// Accounts that trade.
const TRADERS: u32 = 100;
/// The price the book opens around, in ticks.
const OPENING_PRICE: i64 = 100_000;
/// Mean distance of a new order from the opposite best price, in ticks.
const MEAN_DISTANCE: u64 = 200;
/// Largest quantity of a resting order in lots.
const MAX_RESTING: i64 = 100;
/// Largest quantity of a taker in lots.
const MAX_TAKING: i64 = 10;
/// Minor units that each trader has of both assets.
const FUNDS: i64 = 1_000_000_000_000_000;
/// Nanoseconds of market time between two commands.
const PACE: u64 = 1_000;
/// Commands that are known before the first of them runs, as a replay or a group commit has them.
const COMMAND_BATCH: usize = 32;
/// Events that are kept before they are dropped, as a consumer would read them in batches.
const EVENT_BATCH: usize = 1_024;

const INSTRUMENT: InstrumentId = InstrumentId::new(0);

/// A generated flow.
pub struct Flow {
    /// Makes assets, instrument, accounts and the resting orders.
    pub opening: Vec<Command>,
    /// The mixed flow over them: what is measured.
    pub mixed: Vec<Command>,
}

impl Flow {
    /// The flow of this seed, with `resting` orders in the book at its start and `commands` mixed commands.
    #[must_use]
    pub fn new(seed: u64, resting: u32, commands: u32) -> Self {
        let mut generator = Generator::new(seed);
        generator.found_market();
        for _ in 0..resting {
            generator.new_order();
        }
        let opening = std::mem::take(&mut generator.commands);
        for _ in 0..commands {
            // Takers fill a few orders: as many more are new than are canceled, and the book keeps its depth.
            match generator.random.below(1_000) {
                0..453 => generator.new_order(),
                453..900 => generator.cancel(),
                900..950 => generator.replace(),
                _ => generator.take(),
            }
        }
        Self { opening, mixed: generator.commands }
    }
}

/// Executes the commands one at a time and answers how many events they made.
pub fn play(exchange: &mut Exchange, commands: &[Command]) -> u64 {
    let before = exchange.event_count();
    let mut events = Vec::new();
    for command in commands {
        play_one(exchange, command, &mut events);
    }
    exchange.event_count() - before
}

/// The same, with the next commands [looked ahead](Exchange::look_ahead) by 32.
pub fn play_in_batches(exchange: &mut Exchange, commands: &[Command]) -> u64 {
    let before = exchange.event_count();
    let mut events = Vec::new();
    for batch in commands.chunks(COMMAND_BATCH) {
        exchange.look_ahead(batch);
        for command in batch {
            play_one(exchange, command, &mut events);
        }
    }
    exchange.event_count() - before
}

/// Executes a command one microsecond of market time after the one before. Events are dropped when there are many.
#[inline]
pub fn play_one(exchange: &mut Exchange, command: &Command, events: &mut Vec<Event>) {
    if events.len() > EVENT_BATCH {
        events.clear();
    }
    let at = Timestamp::from_nanos(exchange.now().nanos() + PACE);
    exchange.execute(at, command, events);
}

struct Generator {
    random: Random,
    exchange: Exchange,
    events: Vec<Event>,
    commands: Vec<Command>,
    /// Every open order, in no order: one is drawn by its index and swapped out.
    live: Vec<OrderId>,
    /// Where an order stands in `live`, by its number.
    places: Vec<Option<u32>>,
}

impl Generator {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            exchange: Exchange::new(),
            events: Vec::new(),
            commands: Vec::new(),
            live: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Runs a command, keeps it, and follows which orders are open.
    fn push(&mut self, command: Command) {
        let at = self.exchange.now().nanos() + PACE;
        self.events.clear();
        self.exchange.execute(Timestamp::from_nanos(at), &command, &mut self.events);
        self.commands.push(command);
        for index in 0..self.events.len() {
            match self.events[index] {
                Event::OrderRested { order, .. } => self.insert(order),
                Event::Traded(trade) if trade.maker_leaves.is_zero() => self.remove(trade.maker),
                Event::OrderCanceled { order, from: Place::Lit, .. }
                | Event::OrderReplaced { order, priority: Priority::Lost, .. } => self.remove(order),
                _ => {}
            }
        }
    }

    fn insert(&mut self, order: OrderId) {
        let number = index(order.get());
        if self.places.len() <= number {
            self.places.resize(number + 1, None);
        }
        self.places[number] = u32::try_from(self.live.len()).ok();
        self.live.push(order);
    }

    fn remove(&mut self, order: OrderId) {
        let Some(place) = self.places.get_mut(index(order.get())).and_then(Option::take) else { return };
        self.live.swap_remove(index(place.into()));
        if let Some(moved) = self.live.get(index(place.into())) {
            self.places[index(moved.get())] = Some(place);
        }
    }

    fn found_market(&mut self) {
        let symbol = |text| Symbol::new(text).expect("the symbols of the flow are valid");
        let fee = |ppm| FeeRate::from_ppm(ppm).expect("the fees of the flow are valid");
        let (base, quote) = (AssetId::new(0), AssetId::new(1));
        self.push(Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 });
        self.push(Command::CreateAsset { symbol: symbol("USD"), decimals: 2 });
        self.push(Command::CreateInstrument(NewInstrument {
            symbol: symbol("ACME"),
            base,
            quote,
            tick: Decimal::new(1, 2),
            lot: Decimal::ONE,
            maker_fee: fee(500),
            taker_fee: fee(1_000),
        }));
        let amount = Amount::new(FUNDS).expect("the funds of the flow are in range");
        for number in 1..=TRADERS {
            let name = AccountName::new(&format!("Trader {number}")).expect("a short name is valid");
            self.push(Command::OpenAccount { name });
            for asset in [base, quote] {
                self.push(Command::Deposit { account: AccountId::new(number), asset, amount });
            }
        }
    }

    fn trader(&mut self) -> AccountId {
        AccountId::new(self.random.between(1, TRADERS.into()).try_into().unwrap_or(1))
    }

    fn side(&mut self) -> Side {
        if self.random.chance(500_000) { Side::Buy } else { Side::Sell }
    }

    fn quantity(&mut self, max: i64) -> Qty {
        let lots = self.random.between(1, max).unsigned_abs();
        Qty::new(lots).expect("a quantity of the flow is in range")
    }

    /// A price on this side that does not trade: behind the opposite best, mostly near it.
    fn passive_price(&mut self, side: Side) -> Price {
        let opposite = self.exchange.best(INSTRUMENT, side.opposite()).map_or(OPENING_PRICE, Price::get);
        let distance = 1 + i64::try_from(self.random.exponential(MEAN_DISTANCE)).unwrap_or(0);
        limit(if side == Side::Buy { opposite - distance } else { opposite + distance })
    }

    fn place(&mut self, side: Side, price: Price, quantity: Qty, time_in_force: TimeInForce) {
        let account = self.trader();
        self.push(Command::PlaceOrder(NewOrder {
            account,
            instrument: INSTRUMENT,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force,
            posting: Posting::Any,
        }));
    }

    fn new_order(&mut self) {
        let side = self.side();
        let price = self.passive_price(side);
        let quantity = self.quantity(MAX_RESTING);
        self.place(side, price, quantity, TimeInForce::GoodTillCancel);
    }

    fn live_order(&mut self) -> Option<RestingOrder> {
        let order = *self.random.pick(&self.live)?;
        self.exchange.order(order)
    }

    fn cancel(&mut self) {
        match self.live_order() {
            Some(resting) => {
                self.push(Command::CancelOrder { account: resting.account, order: resting.order })
            }
            None => self.new_order(),
        }
    }

    /// Half of the replaces make the order smaller and keep its place, half move it.
    fn replace(&mut self) {
        let Some(resting) = self.live_order() else { return self.new_order() };
        let filled = resting.quantity.get() - resting.leaves.get();
        let (price, quantity) = if self.random.chance(500_000) {
            let total = filled + resting.leaves.get().div_ceil(2);
            (resting.price, Qty::new(total).unwrap_or(resting.quantity))
        } else {
            (self.passive_price(resting.side), resting.quantity)
        };
        self.push(Command::ReplaceOrder { account: resting.account, order: resting.order, price, quantity });
    }

    fn take(&mut self) {
        let side = self.side();
        let quantity = self.quantity(MAX_TAKING);
        let Some(best) = self.exchange.best(INSTRUMENT, side.opposite()) else { return self.new_order() };
        let reach = self.random.between(0, 5);
        let price = limit(if side == Side::Buy { best.get() + reach } else { best.get() - reach });
        self.place(side, price, quantity, TimeInForce::ImmediateOrCancel);
    }
}

/// The price of so many ticks, at least one.
fn limit(ticks: i64) -> Price {
    Price::new(ticks.max(1)).expect("a price of the flow is in range")
}

/// A place in a list: numbers of the flow fit into memory, and so into the platform's index.
fn index(number: u64) -> usize {
    usize::try_from(number).expect("an order of the flow has a small number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_is_what_it_says_and_nothing_in_it_is_refused() {
        let flow = Flow::new(1, 5_000, 20_000);
        let mut exchange = Exchange::new();
        play(&mut exchange, &flow.opening);
        assert_eq!(exchange.open_orders(), 5_000);

        let share =
            |wanted: fn(&Command) -> bool| flow.mixed.iter().filter(|c| wanted(c)).count() * 100 / 20_000;
        let placed = |time| move |c: &Command| matches!(c, Command::PlaceOrder(o) if o.time_in_force == time);
        let count = |time| flow.mixed.iter().filter(|c| placed(time)(c)).count() * 100 / 20_000;
        assert!((44..=46).contains(&count(TimeInForce::GoodTillCancel)));
        assert!((4..=5).contains(&count(TimeInForce::ImmediateOrCancel)));
        assert!((44..=46).contains(&share(|c| matches!(c, Command::CancelOrder { .. }))));
        assert!((4..=5).contains(&share(|c| matches!(c, Command::ReplaceOrder { .. }))));

        let mut events = Vec::new();
        for command in &flow.mixed {
            exchange.execute(exchange.now(), command, &mut events);
        }
        assert!(!events.iter().any(|event| matches!(event, Event::CommandRejected(_))));
        assert!(events.iter().any(|event| matches!(event, Event::Traded(_))));
        assert!((4_000..6_000).contains(&exchange.open_orders()), "{}", exchange.open_orders());
        exchange.check();
    }

    #[test]
    fn the_same_seed_gives_the_same_flow() {
        let digest = |seed| {
            let flow = Flow::new(seed, 100, 1_000);
            let mut exchange = Exchange::new();
            play(&mut exchange, &flow.opening);
            play(&mut exchange, &flow.mixed);
            exchange.digest()
        };
        assert_eq!(digest(7), digest(7));
        assert_ne!(digest(7), digest(8));
    }
}
