//! A taker: trades at once, mostly small, sometimes through several levels.

use outcry_engine::{Command, NewOrder, OrderPrice, Posting, Price, Qty, Side, TimeInForce};

use crate::market::Market;

use super::turn::{Turn, outwards};

/// How many in a million orders are large.
const SWEEP_PPM: u32 = 30_000;
/// How many in a million go the way of the order before: flow comes in runs.
const PERSIST_PPM: u32 = 620_000;
/// How many in a million trade towards the value when the market has not caught up with it.
const INFORMED_PPM: u32 = 850_000;
/// How many in a million are market orders; the others are limited.
const MARKET_PPM: u32 = 500_000;
/// How far beyond the best price a limit goes, in grids.
const REACH: i64 = 4;

/// One taker.
#[derive(Clone, Debug)]
pub(super) struct Taker {
    side: Side,
}

impl Default for Taker {
    fn default() -> Self {
        Self { side: Side::Buy }
    }
}

impl Taker {
    pub(super) const MEAN_WAIT: u64 = 1_400_000_000;

    /// Takes what one order takes, where there is something to take.
    pub(super) fn act(&mut self, turn: &mut Turn<'_>, market: &mut impl Market) {
        let exchange = market.exchange();
        let [bid, ask] = Side::BOTH.map(|side| exchange.best(turn.seat.instrument, side));
        self.side = match (bid, ask) {
            (_, Some(ask)) if turn.value > ask.get() && turn.random.chance(INFORMED_PPM) => Side::Buy,
            (Some(bid), _) if turn.value < bid.get() && turn.random.chance(INFORMED_PPM) => Side::Sell,
            _ if turn.random.chance(PERSIST_PPM) => self.side,
            _ => self.side.opposite(),
        };
        let best = match self.side {
            Side::Buy => ask,
            Side::Sell => bid,
        };
        let Some(best) = best else { return };
        let size = turn.seat.listing.size;
        let mean = if turn.random.chance(SWEEP_PPM) { size * 6 } else { size / 2 };
        let Ok(quantity) = Qty::new(1 + turn.random.exponential(mean)) else { return };
        let order = NewOrder {
            account: turn.seat.account,
            instrument: turn.seat.instrument,
            side: self.side,
            price: self.price(best, turn),
            quantity,
            time_in_force: TimeInForce::ImmediateOrCancel,
            posting: Posting::Any,
        };
        market.submit(turn.at, Command::PlaceOrder(order));
    }

    fn price(&self, best: Price, turn: &mut Turn<'_>) -> OrderPrice {
        if turn.random.chance(MARKET_PPM) {
            return OrderPrice::Market;
        }
        let beyond = outwards(self.side.opposite(), REACH * turn.seat.listing.grid);
        OrderPrice::Limit(Price::new(best.get() + beyond).unwrap_or(best))
    }
}
