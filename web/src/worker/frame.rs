//! One picture of the exchange, as far as the page does not have it yet.

use outcry_engine::{AccountId, Exchange, InstrumentId, Lots, OrderId, Side, Timestamp, TriggerKind};
use outcry_simulation::Market as _;

use super::projection::{Portfolio, Projections};
use crate::protocol::{AccountView, AssetBalance, LadderLevel, Market, Standing, View, WorkingOrder};

/// Most price levels of a side in one frame.
const MAX_LEVELS: u16 = 500;
/// Most open orders in one frame.
const MAX_ORDERS: usize = 500;
/// Marks versions of an account that are sequences of the exchange.
const FOLLOWING: u64 = 1 << 63;

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
    let exchange = venue.exchange();
    // A trailing stop follows the market without an event of its own: its account changes with every command.
    let follows = portfolio.orders().take(MAX_ORDERS).any(|(order, _)| trails(exchange, order));
    let version = if follows { FOLLOWING | exchange.sequence() } else { portfolio.version() };
    (version, (version != view.account_version).then(|| account_view(venue, account, portfolio)))
}

fn trails(exchange: &Exchange, order: OrderId) -> bool {
    let trigger = exchange.waiting_order(order).and_then(|waiting| waiting.conditions.trigger);
    trigger.is_some_and(|trigger| matches!(trigger.kind, TriggerKind::Trailing(_)))
}

fn account_view(venue: &Venue, account: AccountId, portfolio: &Portfolio) -> AccountView {
    let exchange = venue.exchange();
    let changed = |order| venue.fresh().changed(order, exchange.sequence());
    let balances = exchange.account(account).into_iter().flat_map(|account| account.balances());
    let open = portfolio.orders().take(MAX_ORDERS);
    let orders = open.filter_map(|(order, accepted)| {
        resting(exchange, order, accepted).or_else(|| waiting(exchange, order, accepted))
    });
    AccountView {
        account: Some(account),
        balances: balances
            .map(|(asset, balance)| AssetBalance { asset, available: balance.available, held: balance.held })
            .collect(),
        orders: orders.map(|order| WorkingOrder { changed: changed(order.order), ..order }).collect(),
        order_count: exchange.account(account).map_or(0, |account| account.open_orders()),
        ended: portfolio.ended_orders().map(|&order| (order, changed(order.order))).collect(),
        fills: portfolio.fills().copied().collect(),
    }
}

fn resting(exchange: &Exchange, order: OrderId, accepted: Timestamp) -> Option<WorkingOrder> {
    let resting = exchange.order(order)?;
    let reserve = exchange.reserve_of(order).get();
    Some(WorkingOrder {
        order,
        instrument: resting.instrument,
        side: resting.side,
        price: Some(resting.price),
        quantity: resting.quantity,
        leaves: Lots::new(resting.leaves.get().saturating_add(reserve)),
        posting: resting.posting(),
        conditions: exchange.conditions(order).unwrap_or_default(),
        standing: Standing::Rests,
        expires: exchange.expires(order),
        accepted,
        changed: 0,
    })
}

fn waiting(exchange: &Exchange, order: OrderId, accepted: Timestamp) -> Option<WorkingOrder> {
    let waiting = exchange.waiting_order(order)?;
    let terms = waiting.terms;
    Some(WorkingOrder {
        order,
        instrument: terms.instrument,
        side: terms.side,
        price: terms.price.limit(),
        quantity: terms.quantity,
        leaves: waiting.leaves.lots(),
        posting: terms.posting,
        conditions: waiting.conditions,
        standing: match waiting.waits_for {
            Some(waits_for) => Standing::Waits { waits_for, trigger: waiting.trigger },
            None => Standing::Enters,
        },
        expires: waiting.expires,
        accepted,
        changed: 0,
    })
}

/// What exists, if the page's catalog is old.
#[must_use]
pub fn catalog(projections: &Projections, view: &View, anew: bool) -> Option<crate::protocol::Catalog> {
    let catalog = projections.catalog.get();
    (anew || catalog.version != view.catalog_version).then(|| catalog.clone())
}
