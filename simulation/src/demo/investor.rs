//! An investor: patient orders away from the market, sometimes one inside it, canceled after a while.

use outcry_engine::{
    Command, Exchange, NewOrder, OrderId, OrderPrice, Posting, Qty, Side, TimeInForce, Timestamp,
};

use crate::market::Market;
use crate::random::Random;

use super::crowd::Seat;
use super::maker::accepted;

/// Most open orders.
const MOST: usize = 16;
/// Mean life of an order in nanoseconds.
const MEAN_LIFE: u64 = 40_000_000_000;
/// Mean distance of an order from the value, in grids.
const MEAN_DISTANCE: u64 = 20;
/// How many orders in a million better the market by one step.
const IMPROVE_PPM: u32 = 150_000;

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
        Self { orders: open.map(|order| (order, life(exchange.now(), random))).collect() }
    }

    /// Gives up what is old, or else places an order.
    pub(super) fn act(
        &mut self,
        seat: &Seat,
        at: Timestamp,
        value: i64,
        random: &mut Random,
        market: &mut impl Market,
    ) {
        self.orders.retain(|&(order, _)| market.exchange().order(order).is_some());
        if let Some(old) = self.orders.iter().position(|&(_, until)| until <= at) {
            let (order, _) = self.orders.swap_remove(old);
            market.submit(at, Command::CancelOrder { account: seat.account, order });
        }
        if self.orders.len() < MOST {
            self.place(seat, at, value, random, market);
        }
    }

    fn place(
        &mut self,
        seat: &Seat,
        at: Timestamp,
        value: i64,
        random: &mut Random,
        market: &mut impl Market,
    ) {
        let side = if random.chance(500_000) { Side::Buy } else { Side::Sell };
        let exchange = market.exchange();
        let grid = seat.listing.grid;
        let inwards = match side {
            Side::Buy => 1,
            Side::Sell => -1,
        };
        let ticks = match exchange.best(seat.instrument, side) {
            Some(best) if random.chance(IMPROVE_PPM) => best.get() + grid * inwards,
            _ => {
                let steps = seat.listing.half_spread.unsigned_abs() + random.exponential(MEAN_DISTANCE);
                value - i64::try_from(steps).unwrap_or(i64::MAX).saturating_mul(grid).saturating_mul(inwards)
            }
        };
        let Some(price) = seat.resting_price(exchange, side, ticks) else { return };
        let Ok(quantity) = Qty::new(1 + random.exponential(seat.listing.size / 2)) else { return };
        let order = NewOrder {
            account: seat.account,
            instrument: seat.instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity,
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        let placed = accepted(market.submit(at, Command::PlaceOrder(order)));
        self.orders.extend(placed.map(|order| (order, life(at, random))));
    }
}

/// When an order placed now is given up.
fn life(at: Timestamp, random: &mut Random) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(random.exponential(MEAN_LIFE)))
}
