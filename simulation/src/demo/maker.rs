//! A market maker: a ladder of quotes on both sides of the value, moved as the value moves.

use outcry_engine::{
    Command, Event, Exchange, NewOrder, OrderId, OrderPrice, Posting, Price, Qty, RestingOrder, Side,
    TimeInForce, Timestamp,
};

use crate::market::Market;
use crate::random::Random;

use super::crowd::Seat;

/// Quotes on each side.
const LEVELS: usize = 8;
/// Most commands of one action while the ladder is whole; an empty ladder is built at once.
const BURST: usize = 4;
/// How many times in a million actions a quote is taken away for a moment.
const WITHDRAW_PPM: u32 = 150_000;

/// One maker's ladder.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    /// Each side's quotes, nearest first; `None` where one is missing.
    quotes: [[Option<OrderId>; LEVELS]; 2],
    /// Open orders beyond the ladder, left by an earlier crowd.
    surplus: Vec<OrderId>,
    /// Its distance from the value, and between its quotes, in grids: makers differ.
    half_spread: i64,
    step: i64,
}

/// What a quote should be.
#[derive(Clone, Copy)]
struct Target {
    side: Side,
    level: usize,
    ticks: i64,
}

impl Maker {
    pub(super) const MEAN_WAIT: u64 = 800_000_000;

    /// The maker with this number from 1, with the orders that it has in the book.
    pub(super) fn new(seat: &Seat, number: u32, exchange: &Exchange) -> Self {
        let number = i64::from(number);
        let mut surplus = Vec::new();
        let quotes = Side::BOTH.map(|side| {
            let mut orders = seat.open_orders(exchange, side).into_iter();
            let quotes = std::array::from_fn(|_| orders.next());
            surplus.extend(orders);
            quotes
        });
        Self { quotes, surplus, half_spread: seat.listing.half_spread + number - 2, step: 1 + number / 2 }
    }

    /// Looks at the ladder and puts right what is furthest from where it should be.
    pub(super) fn act(
        &mut self,
        seat: &Seat,
        at: Timestamp,
        value: i64,
        random: &mut Random,
        market: &mut impl Market,
    ) {
        if let Some(order) = self.surplus.pop() {
            market.submit(at, Command::CancelOrder { account: seat.account, order });
            return;
        }
        let mut commands = self.burst(market.exchange());
        let side = if random.chance(500_000) { Side::Buy } else { Side::Sell };
        for level in 0..LEVELS {
            // A random side first, so that neither is always the better supplied.
            for side in [side, side.opposite()] {
                let ticks =
                    value + outwards(side, (self.half_spread + self.step * step(level)) * seat.listing.grid);
                let target = Target { side, level, ticks };
                if commands > 0 && self.adjust(seat, at, target, random, market) {
                    commands -= 1;
                }
            }
        }
        if random.chance(WITHDRAW_PPM) {
            self.withdraw(seat, at, side, random, market);
        }
    }

    /// How many commands this action may take.
    fn burst(&self, exchange: &Exchange) -> usize {
        let all = self.quotes.iter().flatten();
        let open = all.filter(|order| order.is_some_and(|order| exchange.order(order).is_some())).count();
        if open < LEVELS { 2 * LEVELS } else { BURST }
    }

    /// Brings one quote to its target; answers whether that took a command.
    fn adjust(
        &mut self,
        seat: &Seat,
        at: Timestamp,
        target: Target,
        random: &mut Random,
        market: &mut impl Market,
    ) -> bool {
        let Target { side, level, ticks } = target;
        let exchange = market.exchange();
        let open = self.quote(side, level).and_then(|order| exchange.order(order));
        let Some(price) = seat.resting_price(exchange, side, ticks) else { return false };
        match open {
            Some(order) if self.is_near(seat, &order, &target, price) => return false,
            Some(order) => {
                let filled = order.quantity.get() - order.leaves.get();
                let Ok(quantity) = Qty::new(filled + size(seat, level, random)) else { return false };
                let account = seat.account;
                market.submit(at, Command::ReplaceOrder { account, order: order.order, price, quantity });
            }
            None => {
                let Ok(quantity) = Qty::new(size(seat, level, random)) else { return false };
                let order = NewOrder {
                    account: seat.account,
                    instrument: seat.instrument,
                    side,
                    price: OrderPrice::Limit(price),
                    quantity,
                    time_in_force: TimeInForce::GoodTillCancel,
                    posting: Posting::PostOnly,
                };
                *self.slot(side, level) = accepted(market.submit(at, Command::PlaceOrder(order)));
            }
        }
        true
    }

    /// Whether an order may stay where it is: near its target, and never on the wrong side of it. Deep quotes
    /// are given more room than near ones, so that not every move of the value moves the whole ladder.
    fn is_near(&self, seat: &Seat, order: &RestingOrder, target: &Target, reachable: Price) -> bool {
        let room = seat.listing.grid * self.step * (1 + step(target.level) / 2);
        let inside = outwards(target.side, target.ticks - order.price.get());
        order.price == reachable || (-room..=seat.listing.grid * self.step).contains(&inside)
    }

    fn withdraw(
        &mut self,
        seat: &Seat,
        at: Timestamp,
        side: Side,
        random: &mut Random,
        market: &mut impl Market,
    ) {
        let level = usize::try_from(random.below(LEVELS as u64)).unwrap_or(0);
        let Some(order) = self.slot(side, level).take() else { return };
        if market.exchange().order(order).is_some() {
            market.submit(at, Command::CancelOrder { account: seat.account, order });
        }
    }

    fn quote(&self, side: Side, level: usize) -> Option<OrderId> {
        self.quotes[index(side)][level]
    }

    fn slot(&mut self, side: Side, level: usize) -> &mut Option<OrderId> {
        &mut self.quotes[index(side)][level]
    }
}

const fn index(side: Side) -> usize {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

/// A distance away from the middle of the market, as a change of price.
const fn outwards(side: Side, distance: i64) -> i64 {
    match side {
        Side::Buy => -distance,
        Side::Sell => distance,
    }
}

/// The level as a number to multiply prices with.
fn step(level: usize) -> i64 {
    i64::try_from(level).unwrap_or(i64::MAX)
}

/// A random quantity; deeper quotes are larger.
fn size(seat: &Seat, level: usize, random: &mut Random) -> u64 {
    let mean = seat.listing.size;
    mean / 4 + random.exponential(mean) * (3 + u64::try_from(level).unwrap_or(0)) / 6
}

/// The order that these events accepted and left in the book.
pub(super) fn accepted(events: &[Event]) -> Option<OrderId> {
    match events.first() {
        Some(Event::OrderAccepted { order, .. }) => Some(*order),
        _ => None,
    }
}
