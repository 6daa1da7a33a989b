//! One picture of the exchange, as far as the page does not have it yet.

use outcry_engine::{
    AccountId, Exchange, InstrumentId, Lots, OrderId, OrderPrice, Qty, Side, Timestamp, WaitsFor,
};
use outcry_simulation::Market as _;

use super::projection::{Portfolio, Projections};
use crate::protocol::{AccountView, AssetBalance, LadderLevel, Market, View, Waits, WorkingOrder};

/// Most price levels of a side in one frame.
const MAX_LEVELS: u16 = 500;
/// Most open orders in one frame.
const MAX_ORDERS: usize = 500;

use super::venue::Venue;

/// The instrument that is looked at, or the first; `None` while there is none.
#[must_use]
pub fn market(venue: &Venue, view: &View) -> Option<Market> {
    let (exchange, projections) = (venue.exchange(), venue.projections());
    let chosen = view.instrument.filter(|&instrument| exchange.instrument(instrument).is_some());
    let instrument = chosen.unwrap_or(InstrumentId::new(0));
    let traded = projections.market(instrument)?;
    let own = view.account.and_then(|account| projections.portfolio(account));
    let ladder = |side| levels(exchange, instrument, side, own, view.levels.min(MAX_LEVELS));
    Some(Market {
        instrument,
        bids: ladder(Side::Buy),
        asks: ladder(Side::Sell),
        session: traded.statistics.get(),
        tape: traded.tape.after(view.tape_after),
        candles: traded.candles.since(view.candles_from, view.candle_seconds),
    })
}

fn levels(
    exchange: &Exchange,
    instrument: InstrumentId,
    side: Side,
    own: Option<&Portfolio>,
    count: u16,
) -> Vec<LadderLevel> {
    let depth = exchange.depth(instrument, side).take(count.into());
    depth
        .map(|level| LadderLevel {
            price: level.price,
            quantity: level.quantity,
            orders: level.orders,
            own: own.map_or(Lots::ZERO, |own| own.resting_at(instrument, side, level.price)),
        })
        .collect()
}

/// The chosen account's version, and its view if the page's is old.
#[must_use]
pub fn account(venue: &Venue, view: &View) -> (u64, Option<AccountView>) {
    let chosen = view.account.and_then(|account| Some((account, venue.projections().portfolio(account)?)));
    let Some((account, portfolio)) = chosen else { return (0, None) };
    let version = portfolio.version();
    (version, (version != view.account_version).then(|| account_view(venue.exchange(), account, portfolio)))
}

fn account_view(exchange: &Exchange, account: AccountId, portfolio: &Portfolio) -> AccountView {
    let balances = exchange.account(account).into_iter().flat_map(|account| account.balances());
    let orders = portfolio.orders().take(MAX_ORDERS);
    let orders = orders.filter_map(|(order, accepted)| working_order(exchange, order, accepted));
    AccountView {
        account: Some(account),
        balances: balances
            .map(|(asset, balance)| AssetBalance { asset, available: balance.available, held: balance.held })
            .collect(),
        orders: orders.collect(),
        order_count: exchange.account(account).map_or(0, |account| account.open_orders()),
        fills: portfolio.fills().copied().collect(),
    }
}

/// An open order, in the book or waiting outside it.
fn working_order(exchange: &Exchange, order: OrderId, accepted: Timestamp) -> Option<WorkingOrder> {
    if let Some(resting) = exchange.order(order) {
        let leaves = resting.leaves.get() + exchange.reserve_of(order).get();
        return Some(WorkingOrder {
            order,
            instrument: resting.instrument,
            side: resting.side,
            price: OrderPrice::Limit(resting.price),
            quantity: resting.quantity,
            leaves: Qty::new(leaves).unwrap_or(resting.leaves),
            posting: resting.posting(),
            accepted,
            waits: None,
        });
    }
    let waiting = exchange.waiting_order(order)?;
    Some(WorkingOrder {
        order,
        instrument: waiting.terms.instrument,
        side: waiting.terms.side,
        price: waiting.terms.price,
        quantity: waiting.terms.quantity,
        leaves: waiting.leaves,
        posting: waiting.terms.posting,
        accepted,
        waits: Some(match (waiting.waits_for, waiting.trigger) {
            (None, _) => Waits::Fired,
            (Some(WaitsFor::Trigger), Some(price)) => Waits::Trigger(price),
            (Some(waits_for), _) => Waits::For(waits_for),
        }),
    })
}

/// What exists, if the page's catalog is old.
#[must_use]
pub fn catalog(projections: &Projections, view: &View, anew: bool) -> Option<crate::protocol::Catalog> {
    let catalog = projections.catalog.get();
    (anew || catalog.version != view.catalog_version).then(|| catalog.clone())
}
