//! A taker: trades at once, mostly small, sometimes through several levels.

use outcry_engine::{Command, NewOrder, OrderPrice, Posting, Price, Qty, Side, TimeInForce, Timestamp};

use crate::market::Market;
use crate::random::Random;

use super::crowd::Seat;

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
    pub(super) fn act(
        &mut self,
        seat: &Seat,
        at: Timestamp,
        value: i64,
        random: &mut Random,
        market: &mut impl Market,
    ) {
        let exchange = market.exchange();
        let [bid, ask] = Side::BOTH.map(|side| exchange.best(seat.instrument, side));
        self.side = match (bid, ask) {
            (_, Some(ask)) if value > ask.get() && random.chance(INFORMED_PPM) => Side::Buy,
            (Some(bid), _) if value < bid.get() && random.chance(INFORMED_PPM) => Side::Sell,
            _ if random.chance(PERSIST_PPM) => self.side,
            _ => self.side.opposite(),
        };
        let Some(best) = (match self.side {
            Side::Buy => ask,
            Side::Sell => bid,
        }) else {
            return;
        };
        let mean = if random.chance(SWEEP_PPM) { seat.listing.size * 6 } else { seat.listing.size / 2 };
        let Ok(quantity) = Qty::new(1 + random.exponential(mean)) else { return };
        let order = NewOrder {
            account: seat.account,
            instrument: seat.instrument,
            side: self.side,
            price: limit(seat, self.side, best, random),
            quantity,
            time_in_force: TimeInForce::ImmediateOrCancel,
            posting: Posting::Any,
        };
        market.submit(at, Command::PlaceOrder(order));
    }
}

fn limit(seat: &Seat, side: Side, best: Price, random: &mut Random) -> OrderPrice {
    if random.chance(MARKET_PPM) {
        return OrderPrice::Market;
    }
    let reach = REACH * seat.listing.grid;
    let ticks = match side {
        Side::Buy => best.get() + reach,
        Side::Sell => best.get() - reach,
    };
    OrderPrice::Limit(Price::new(ticks).unwrap_or(best))
}
