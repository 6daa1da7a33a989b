//! What the auditor demands where orders meet in continuous trading: priority, price, self-trade prevention.

use outcry_engine::{
    Allocation, InstrumentId, Layer, OrderId, Phase, Price, SelfTrade, Side, TimeInForce, Trade, TradeKind,
    WaitsFor,
};

use super::books::Books;
use super::order::{AuditedOrder, Whereabouts, rank};
use super::rules::Rules;
use super::{Breach, demand};

/// An aggressor's share of a level that is not shared in time order: what the level still owes it, and up to which place of
/// the line it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    taker: OrderId,
    price: Price,
    due: u64,
    next: usize,
}

/// The rule of an aggressor.
pub(super) fn prevention(rules: &Rules, taker: &AuditedOrder) -> SelfTrade {
    taker.conditions.self_trade.unwrap_or_else(|| rules.owner(taker.account).self_trade)
}

/// Whether the rule of the aggressor keeps it from this order.
pub(super) fn apart(rules: &Rules, taker: &AuditedOrder, maker: &AuditedOrder) -> bool {
    prevention(rules, taker) != SelfTrade::Allow && rules.kept_apart(taker.account, maker.account)
}

/// A trade of an aggressor with a maker: both stand where they may, and nobody before the maker could have traded.
pub(super) fn trade(books: &Books, rules: &Rules, round: &mut Option<Round>, trade: &Trade) -> Breach {
    let market = rules.market(trade.instrument);
    demand!(trade.kind == TradeKind::Continuous, "trade {} is of an auction, but there is none", trade.trade);
    demand!(market.phase.matches(), "trade {} prints {}", trade.trade, market.phase);
    let (taker, maker) = (books.order(trade.taker)?, books.order(trade.maker)?);
    demand!(
        taker.place == Whereabouts::Incoming,
        "order {} takes, but does not enter: {taker:?}",
        trade.taker
    );
    demand!(
        (taker.account, taker.instrument, taker.side)
            == (trade.taker_account, trade.instrument, trade.taker_side),
        "trade {} misnames its taker",
        trade.trade
    );
    demand!(
        (maker.account, maker.instrument, maker.side)
            == (trade.maker_account, trade.instrument, trade.taker_side.opposite()),
        "trade {} misnames its maker",
        trade.trade
    );
    demand!(
        !apart(rules, taker, maker),
        "orders {} and {} are kept apart but trade",
        trade.maker,
        trade.taker
    );
    demand!(taker.admits(trade.price), "order {} trades beyond its limit: {taker:?}", trade.taker);
    let lots = trade.quantity.get();
    demand!(lots <= taker.leaves, "order {} trades more than is left of it", trade.taker);
    match maker.place {
        Whereabouts::Rests(layer, rests) => {
            let price = match (market.phase, market.last) {
                (Phase::PostClose, Some(close)) => close,
                _ => rests,
            };
            demand!(
                trade.price == price,
                "the trade prints at {:?}, the maker's price is {price:?}",
                trade.price
            );
            demand!(maker.admits(trade.price), "order {} trades beyond its limit: {maker:?}", trade.maker);
            demand!(lots <= maker.shown, "order {} trades more than it shows", trade.maker);
            first(books, trade.instrument, maker, (layer, rests))?;
            in_line(books, market.allocation, round, (taker, maker), (layer, rests, lots))
        }
        Whereabouts::Waits(WaitsFor::Minimum) => minimum(books, rules, (taker, maker), trade),
        _ => Err(format!("order {} trades as the maker but does not rest: {maker:?}", trade.maker)),
    }
}

/// No better price of its side, and none of the lit layer at its price, stands before a maker.
fn first(
    books: &Books,
    instrument: InstrumentId,
    maker: &AuditedOrder,
    (layer, price): (Layer, Price),
) -> Breach {
    let place = (rank(maker.side, price), layer == Layer::Dark);
    for other in [Layer::Lit, Layer::Dark] {
        if let Some(best) = books.best(instrument, maker.side, other) {
            demand!(
                place <= (rank(maker.side, best), other == Layer::Dark),
                "order {} trades at {price:?} although {best:?} is first in line ({other:?})",
                maker.order
            );
        }
    }
    Ok(())
}

/// The maker is the first in line, or the next that its level's allocation may give a share.
fn in_line(
    books: &Books,
    allocation: Allocation,
    round: &mut Option<Round>,
    (taker, maker): (&AuditedOrder, &AuditedOrder),
    (layer, price, lots): (Layer, Price, u64),
) -> Breach {
    let level = books.level(maker.instrument, maker.side, layer, price);
    if allocation == Allocation::Fifo || layer == Layer::Dark {
        let front = level.first().map(|front| front.order);
        demand!(
            front == Some(maker.order),
            "order {} trades although {front:?} is first in line",
            maker.order
        );
        return Ok(());
    }
    let there = level.iter().map(|order| order.shown).sum();
    let going =
        round.take().filter(|round| round.due > 0 && (round.taker, round.price) == (taker.order, price));
    let Round { due, next, .. } =
        going.unwrap_or(Round { taker: taker.order, price, due: taker.leaves.min(there), next: 0 });
    // Filled orders and refilled peaks leave the line, so a place in it is a number of an order, not an index.
    let place =
        level.iter().position(|order| order.order == maker.order).ok_or("the maker is not in its line")?;
    demand!(place >= next, "order {} trades after an order behind it", maker.order);
    demand!(lots <= due, "order {} gets more than its level has to give", maker.order);
    // An order that is filled or shows a new peak is gone from its place.
    let next = if lots == maker.shown { place } else { place + 1 };
    *round = Some(Round { taker: taker.order, price, due: due - lots, next });
    Ok(())
}

/// A level that is shared gives all of it before anything else happens.
pub(super) fn shared_out(round: Option<Round>) -> Breach {
    let left = round.map_or(0, |round| round.due);
    demand!(left == 0, "{left} lots of a level were not shared out");
    Ok(())
}

/// An order that waits for its minimum trades: the book has nothing more for the taker, and none that waits before it fits.
fn minimum(
    books: &Books,
    rules: &Rules,
    (taker, maker): (&AuditedOrder, &AuditedOrder),
    trade: &Trade,
) -> Breach {
    let limit = maker.limit().ok_or("an order with a minimum has a limit")?;
    demand!(trade.price == limit, "the trade prints at {:?}, the maker's price is {limit:?}", trade.price);
    demand!(
        trade.quantity.get() == taker.leaves.min(maker.leaves),
        "order {} trades less than it can",
        maker.order
    );
    demand!(taker.leaves >= maker.minimum(), "order {} trades below its minimum", maker.order);
    demand!(!shrinks(rules, taker), "order {} could reach minimums dearer than it holds for", taker.order);
    // The price that a pegged order goes by is not told when it first comes in.
    let told = taker.conditions.peg.is_none() || taker.follows.is_some();
    if let Some(best) = books.best_of_both(trade.instrument, maker.side).filter(|_| told) {
        demand!(!taker.admits(best), "order {} waits for a minimum and trades before the book", maker.order);
    }
    for other in waiting(books, trade.instrument, maker.side) {
        let before = (other.limit().map(|price| rank(other.side, price)), other.order)
            < (Some(rank(maker.side, limit)), maker.order);
        let fits = taker.leaves >= other.minimum() && !apart(rules, taker, other);
        demand!(
            !(before && fits),
            "order {} trades before order {}, whose minimum is there",
            maker.order,
            other.order
        );
    }
    Ok(())
}

/// Whether prevention may take from an order without a limit: it passes waiting minimums by.
fn shrinks(rules: &Rules, taker: &AuditedOrder) -> bool {
    let open_ended = taker.price.limit().is_none() && taker.time_in_force != TimeInForce::FillOrKill;
    open_ended && prevention(rules, taker) == SelfTrade::Decrement
}

/// The orders of a side that wait for their minimum.
fn waiting(books: &Books, instrument: InstrumentId, side: Side) -> impl Iterator<Item = &AuditedOrder> {
    books
        .orders()
        .filter(move |order| (order.instrument, order.side) == (instrument, side))
        .filter(|order| order.place == Whereabouts::Waits(WaitsFor::Minimum))
}

/// Lots that an order could trade with now, where no band ends its walk and it meets none of its own; `None` where that may be.
pub(super) fn reachable(books: &Books, rules: &Rules, taker: &AuditedOrder) -> Option<u64> {
    let market = rules.market(taker.instrument);
    let opposite = taker.side.opposite();
    let makers = books.both(taker.instrument, opposite);
    let mut waiting: Vec<_> = waiting(books, taker.instrument, opposite).collect();
    let own = makers.iter().map(|(_, maker)| *maker).chain(waiting.iter().copied());
    let clear = market.unguarded() && !own.into_iter().any(|maker| apart(rules, taker, maker));
    if market.phase != Phase::Continuous || !clear {
        return None;
    }
    let mut sum: u64 =
        makers.iter().filter(|(price, _)| taker.admits(*price)).map(|(_, maker)| maker.leaves).sum();
    waiting.sort_by_key(|order| (order.limit().map(|price| rank(order.side, price)), order.order));
    for maker in waiting.into_iter().filter(|_| !shrinks(rules, taker)) {
        let left = taker.leaves.saturating_sub(sum);
        if maker.limit().is_some_and(|limit| taker.admits(limit)) && left >= maker.minimum() {
            sum += maker.leaves;
        }
    }
    Some(sum)
}

/// Two orders met and were kept apart: by the aggressor's rule, and the maker was next.
pub(super) fn prevented(
    books: &Books,
    rules: &Rules,
    (maker, taker): (OrderId, OrderId),
    (price, quantity, rule): (Price, u64, SelfTrade),
) -> Breach {
    let (maker, taker) = (books.order(maker)?, books.order(taker)?);
    demand!(taker.place == Whereabouts::Incoming, "order {} meets its own but does not enter", taker.order);
    demand!(
        rules.kept_apart(maker.account, taker.account),
        "orders {} and {} may trade",
        maker.order,
        taker.order
    );
    let own = prevention(rules, taker);
    demand!(
        rule == own && rule != SelfTrade::Allow,
        "order {} is kept apart by {rule:?}, not {own:?}",
        taker.order
    );
    let Whereabouts::Rests(layer, rests) = maker.place else {
        return Err(format!("order {} is met but does not rest", maker.order));
    };
    demand!(rests == price && taker.admits(price), "order {} is met at {price:?}", maker.order);
    demand!(
        quantity == taker.leaves.min(maker.shown),
        "orders {} and {} meet for {quantity}",
        maker.order,
        taker.order
    );
    first(books, maker.instrument, maker, (layer, rests))?;
    let market = rules.market(maker.instrument);
    if market.allocation == Allocation::Fifo || layer == Layer::Dark {
        let level = books.level(maker.instrument, maker.side, layer, price);
        let front = level.first().map(|front| front.order);
        demand!(
            front == Some(maker.order),
            "order {} is met although {front:?} is first in line",
            maker.order
        );
    }
    Ok(())
}
