//! An investor: patient orders away from the market, sometimes one inside it, canceled after a while.

use outcry_engine::{Exchange, OrderId, Posting, Qty, Side, Timestamp};

use crate::market::Market;
use crate::random::Random;

use super::turn::{Seat, Turn, outwards};

/// Most open orders.
const MOST: usize = 16;
/// Mean life of an order in nanoseconds.
const MEAN_LIFE: u64 = 40_000_000_000;
/// Mean distance of an order from the value, in grids.
const MEAN_DISTANCE: u64 = 20;
/// How many orders in a million better the market by one step.
const IMPROVE_PPM: u32 = 50_000;

/// One investor's open orders, and when each is given up.
#[derive(Clone, Debug)]
pub(super) struct Investor {
    orders: Vec<(OrderId, Timestamp)>,
}

impl Investor {
    pub(super) const MEAN_WAIT: u64 = 1_600_000_000;

    /// The investor, with the orders that it has in the book.
    pub(super) fn new(seat: &Seat, exchange: &Exchange, random: &mut Random) -> Self {
        let open = Side::BOTH.into_iter().flat_map(|side| seat.open_orders(exchange, side));
        Self { orders: open.map(|order| (order, end_of_life(exchange.now(), random))).collect() }
    }

    /// Gives up an old order and places a new one.
    pub(super) fn act(&mut self, turn: &mut Turn<'_>, market: &mut impl Market) {
        self.orders.retain(|&(order, _)| market.exchange().order(order).is_some());
        if let Some(old) = self.orders.iter().position(|&(_, until)| until <= turn.at) {
            let (order, _) = self.orders.swap_remove(old);
            turn.cancel(market, order);
        }
        if self.orders.len() < MOST {
            self.place(turn, market);
        }
    }

    fn place(&mut self, turn: &mut Turn<'_>, market: &mut impl Market) {
        let side = turn.any_side();
        let exchange = market.exchange();
        let listing = turn.seat.listing;
        let ticks = match exchange.best(turn.seat.instrument, side) {
            Some(best) if turn.random.chance(IMPROVE_PPM) => best.get() - outwards(side, listing.grid),
            _ => {
                let grids = turn.random.exponential(MEAN_DISTANCE).try_into().unwrap_or(0);
                turn.value + outwards(side, (listing.half_spread + grids) * listing.grid)
            }
        };
        let Some(price) = turn.seat.resting_price(exchange, side, ticks) else { return };
        let Ok(quantity) = Qty::new(1 + turn.random.exponential(listing.size / 2)) else { return };
        let placed = turn.place(market, (side, price, quantity), Posting::Any);
        self.orders.extend(placed.map(|order| (order, end_of_life(turn.at, turn.random))));
    }
}

/// When an order placed now is given up.
fn end_of_life(at: Timestamp, random: &mut Random) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(random.exponential(MEAN_LIFE)))
}
