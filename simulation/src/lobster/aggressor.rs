//! Re-matching: an aggressor is submitted as one order, and the exchange decides whom it meets.
//!
//! A marketable order appears in a recording only as the executions of the orders it met: consecutive, at the
//! same time, on the same side. Submitted as one immediate-or-cancel order of their sum, limited at the worst of
//! their prices, it must meet the same orders in the same order, where all of them are known.

use outcry_engine::{
    Command, Event, NewOrder, OrderId, OrderPrice, Posting, Price, Qty, Side, TimeInForce, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::market::Market;

use super::message::Visible;
use super::mirror::Mirror;

/// An aggressor, with its executions in the file and on the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggressor {
    /// Its own side.
    pub side: Side,
    /// The worst price at which it was executed.
    pub limit: Price,
    /// How they compare.
    pub outcome: Outcome,
    /// Its executions in the file.
    pub file: Vec<Fill>,
    /// Its executions on the exchange.
    pub exchange: Vec<Fill>,
}

/// One order that an aggressor met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The venue's number of the resting order; `None` for a quantity that was there before it was watched.
    pub order: Option<u64>,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
}

/// How the executions on the exchange compare with the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The same orders, quantities and prices, in the same order.
    Equal,
    /// Not the same.
    Different,
    /// The file names an order that came in unseen, so there is nothing to compare.
    Unknown,
}

/// An order as it should stand in the queue after the aggressor.
struct Expected {
    order: OrderId,
    number: Option<u64>,
    price: Price,
    leaves: u64,
}

/// Submits the aggressor that these executions show (at least one, all on one side), compares, and then makes
/// the queues what the file says they are.
pub(super) fn submit(
    mirror: &mut Mirror,
    market: &mut impl Market,
    at: Timestamp,
    run: &[Visible],
) -> Aggressor {
    let exchange = market.exchange();
    // Decided before the exchange answers, from the file alone.
    let known = run.iter().all(|execution| mirror.named(exchange, execution).is_some());
    let resting = run[0].side;
    let expected = expected_queue(mirror, market, resting, run);
    let file = fills(run.iter().map(|execution| Fill {
        order: Some(execution.order),
        price: execution.price,
        quantity: execution.quantity,
    }));
    let prices = run.iter().map(|execution| execution.price);
    let limit = prices.reduce(|worst, price| if resting.crosses(worst, price) { price } else { worst });
    let limit = limit.unwrap_or(run[0].price);

    let exchange = trade(mirror, market, at, (resting.opposite(), limit), run);
    realign(mirror, market, at, resting, &expected);
    let outcome = match known {
        false => Outcome::Unknown,
        true if file == exchange => Outcome::Equal,
        true => Outcome::Different,
    };
    Aggressor { side: resting.opposite(), limit, outcome, file, exchange }
}

/// Executions, with neighbours of the same order made one.
fn fills(executions: impl Iterator<Item = Fill>) -> Vec<Fill> {
    let mut fills: Vec<Fill> = Vec::new();
    for fill in executions {
        match fills.last_mut() {
            Some(last) if fill.order.is_some() && (last.order, last.price) == (fill.order, fill.price) => {
                last.quantity = Qty::new(last.quantity.get() + fill.quantity.get()).unwrap_or(last.quantity);
            }
            _ => fills.push(fill),
        }
    }
    fills
}

/// Submits the order and answers whom it met.
fn trade(
    mirror: &mut Mirror,
    market: &mut impl Market,
    at: Timestamp,
    (side, limit): (Side, Price),
    run: &[Visible],
) -> Vec<Fill> {
    let total = run.iter().map(|execution| execution.quantity.get()).sum();
    let Ok(quantity) = Qty::new(total) else { return Vec::new() };
    let order = NewOrder {
        account: mirror.listing.account(side),
        instrument: mirror.listing.instrument,
        side,
        price: OrderPrice::Limit(limit),
        quantity,
        time_in_force: TimeInForce::ImmediateOrCancel,
        posting: Posting::Any,
    };
    let mut filled = Vec::new();
    let events = market.submit(at, Command::PlaceOrder(order));
    let met = events.iter().filter_map(|event| match event {
        // What was due by the clock may have traded before.
        Event::Traded(trade) if trade.instrument == mirror.listing.instrument => Some(trade),
        _ => None,
    });
    let fills = fills(met.map(|trade| {
        if trade.maker_leaves.is_zero() {
            filled.push(trade.maker);
        }
        Fill { order: mirror.number(trade.maker), price: trade.price, quantity: trade.quantity }
    }));
    for order in filled {
        mirror.forget(order);
    }
    fills
}

/// The queue of a side as the file says it is after these executions.
fn expected_queue(mirror: &Mirror, market: &impl Market, side: Side, run: &[Visible]) -> Vec<Expected> {
    let queue = market.exchange().queue(mirror.listing.instrument, side);
    let mut queue: Vec<Expected> = queue
        .map(|order| Expected {
            order: order.order,
            number: mirror.number(order.order),
            price: order.price,
            leaves: order.leaves.get(),
        })
        .collect();
    for execution in run {
        let mut left = execution.quantity.get();
        for number in [Some(execution.order), None] {
            for order in
                queue.iter_mut().filter(|order| (order.number, order.price) == (number, execution.price))
            {
                let cut = left.min(order.leaves);
                order.leaves -= cut;
                left -= cut;
            }
        }
    }
    queue.retain(|order| order.leaves > 0);
    queue
}

/// Rebuilds every level whose queue is not the expected one, in the expected order.
fn realign(mirror: &mut Mirror, market: &mut impl Market, at: Timestamp, side: Side, expected: &[Expected]) {
    let actual: Vec<_> = market.exchange().queue(mirror.listing.instrument, side).collect();
    let mut prices: Vec<Price> = actual.iter().map(|order| order.price).collect();
    prices.extend(expected.iter().map(|order| order.price));
    prices.sort_unstable();
    prices.dedup();
    for price in prices {
        let expected = || expected.iter().filter(|order| order.price == price);
        let actual = || actual.iter().filter(|order| order.price == price);
        if expected().map(|o| (o.order, o.leaves)).eq(actual().map(|o| (o.order, o.leaves.get()))) {
            continue;
        }
        for order in actual() {
            mirror.cancel(market, at, order);
        }
        for order in expected() {
            if let Ok(quantity) = Qty::new(order.leaves) {
                mirror.add(market, at, order.number, (side, price, quantity));
            }
        }
    }
}
