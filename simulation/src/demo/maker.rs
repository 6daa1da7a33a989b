//! A market maker: a ladder of quotes on both sides of the value, moved as the value moves.

use outcry_engine::{Command, Exchange, OrderId, Posting, Price, Qty, RestingOrder, Side};

use crate::market::Market;

use super::turn::{Seat, Turn, outwards};

/// Quotes on each side.
const LEVELS: usize = 8;
/// Most commands of one action while the ladder is whole; an empty ladder is built at once.
const BURST: usize = 3;
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
    pub(super) const MEAN_WAIT: u64 = 900_000_000;

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

    /// Looks at the ladder and puts right what is nearest to the market and out of place.
    pub(super) fn act(&mut self, turn: &mut Turn<'_>, market: &mut impl Market) {
        if let Some(order) = self.surplus.pop() {
            turn.cancel(market, order);
            return;
        }
        let mut commands = self.burst(market.exchange());
        // A random side first, so that neither is always the better supplied.
        let side = turn.any_side();
        for level in 0..LEVELS {
            for side in [side, side.opposite()] {
                let grids = self.half_spread + self.step * steps(level);
                let ticks = turn.value + outwards(side, grids * turn.seat.listing.grid);
                if commands > 0 && self.adjust(turn, Target { side, level, ticks }, market) {
                    commands -= 1;
                }
            }
        }
        if turn.random.chance(WITHDRAW_PPM) {
            self.withdraw(side, turn, market);
        }
    }

    /// How many commands this action may take.
    fn burst(&self, exchange: &Exchange) -> usize {
        let quotes = self.quotes.iter().flatten();
        let open = quotes.filter(|quote| quote.is_some_and(|order| exchange.order(order).is_some())).count();
        if open < LEVELS { 2 * LEVELS } else { BURST }
    }

    /// Brings one quote to its target; answers whether that took a command.
    fn adjust(&mut self, turn: &mut Turn<'_>, target: Target, market: &mut impl Market) -> bool {
        let Target { side, level, ticks } = target;
        let exchange = market.exchange();
        let open = self.slot(side, level).and_then(|order| exchange.order(order));
        let Some(price) = turn.seat.resting_price(exchange, side, ticks) else { return false };
        if open.is_some_and(|order| self.is_near(&turn.seat, &order, &target, price)) {
            return false;
        }
        let filled = open.map_or(0, |order| order.quantity.get() - order.leaves.get());
        let Ok(quantity) = Qty::new(filled + size(turn, level)) else { return false };
        match open {
            Some(RestingOrder { account, order, .. }) => {
                market.submit(turn.at, Command::ReplaceOrder { account, order, price, quantity });
            }
            None => {
                // Where orders gather, none takes, and a venue refuses the condition.
                let trades = exchange.phase(turn.seat.instrument).matches();
                let posting = if trades { Posting::PostOnly } else { Posting::Any };
                *self.slot(side, level) = turn.place(market, (side, price, quantity), posting);
            }
        }
        true
    }

    /// Whether an order may stay where it is. Deep quotes are given more room than near ones, so that not every
    /// move of the value moves the whole ladder.
    fn is_near(&self, seat: &Seat, order: &RestingOrder, target: &Target, reachable: Price) -> bool {
        let room = seat.listing.grid * self.step;
        let closer = outwards(target.side, target.ticks - order.price.get());
        order.price == reachable || (-room * (1 + steps(target.level) / 2)..=room).contains(&closer)
    }

    fn withdraw(&mut self, side: Side, turn: &mut Turn<'_>, market: &mut impl Market) {
        let level = usize::try_from(turn.random.below(LEVELS as u64)).unwrap_or(0);
        if let Some(order) = self.slot(side, level).take() {
            turn.cancel(market, order);
        }
    }

    fn slot(&mut self, side: Side, level: usize) -> &mut Option<OrderId> {
        match side {
            Side::Buy => &mut self.quotes[0][level],
            Side::Sell => &mut self.quotes[1][level],
        }
    }
}

/// A level as a number to multiply prices with.
fn steps(level: usize) -> i64 {
    i64::try_from(level).unwrap_or(i64::MAX)
}

/// A random quantity; deeper quotes are larger.
fn size(turn: &mut Turn<'_>, level: usize) -> u64 {
    let mean = turn.seat.listing.size;
    mean / 4 + turn.random.exponential(mean) * (3 + steps(level).unsigned_abs()) / 6
}
