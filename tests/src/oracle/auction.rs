//! The oracle's price of an auction: a table of candidates, struck out rule by rule.

use outcry_engine::{
    AuctionStep, Indication, InstrumentId, OrderPrice, Price, Rulebook, Side, WaitsFor, limits,
};

use super::state::{At, Order, within};
use super::ticks::{clamped, ticks};
use super::{Fault, Oracle, lots};

/// Nothing would trade.
pub(super) const NOTHING: Indication = Indication {
    price: None,
    paired: outcry_engine::Lots::ZERO,
    surplus: outcry_engine::Lots::ZERO,
    surplus_side: None,
    decided_by: None,
};

/// A candidate: its price, what can trade at it, and what wants to buy beyond that (sell, below zero).
#[derive(Clone, Copy, Debug)]
struct Row {
    price: Price,
    volume: i128,
    surplus: i128,
}

impl Oracle {
    /// What an uncross now would give.
    pub(super) fn indication(&self, instrument: InstrumentId) -> Indication {
        let Some((price, step)) = self.auction_price(instrument) else { return NOTHING };
        let mut edge = price;
        let stand = Side::BOTH.iter().any(|&side| self.executable(instrument, side, None) > 0);
        let held = if stand { self.collar_now(instrument) } else { None };
        for (low, high) in [self.nasdaq_collar(instrument), held].into_iter().flatten() {
            edge = edge.max(low).min(high);
        }
        let row = self.row(instrument, edge);
        if row.volume == 0 {
            return NOTHING;
        }
        let surplus = u64::try_from(row.surplus.unsigned_abs()).expect("lots of orders that are covered");
        Indication {
            price: Some(edge),
            paired: lots(u64::try_from(row.volume).expect("lots of orders that are covered")),
            surplus: lots(surplus),
            surplus_side: match row.surplus.signum() {
                1 => Some(Side::Buy),
                -1 => Some(Side::Sell),
                _ => None,
            },
            decided_by: Some(if edge == price { step } else { AuctionStep::Collar }),
        }
    }

    /// The collar, but never above what a market order to buy holds: the collar may have moved since it came in.
    fn collar_now(&self, instrument: InstrumentId) -> Option<(Price, Price)> {
        let collar = self.collar(instrument);
        let of = |order: &&Order| order.instrument == instrument && order.side == Side::Buy;
        let standing =
            self.orders.iter().filter(of).filter(|order| order.at == At::Waiting(WaitsFor::Uncross));
        let Some(most) = standing.filter_map(|order| order.holds_at).min() else { return collar };
        let (low, high) = collar.unwrap_or((clamped(1), most));
        let high = high.min(most);
        Some((low.min(high), high))
    }

    /// Orders that take part in an uncross.
    pub(super) fn takes_part(order: &Order) -> bool {
        order.in_book() || order.at == At::Waiting(WaitsFor::Uncross)
    }

    /// Lots of a side that may trade at a price; at none, those of market orders.
    fn executable(&self, instrument: InstrumentId, side: Side, price: Option<Price>) -> i128 {
        let on_side = |order: &&Order| order.instrument == instrument && order.side == side;
        let trades = |order: &&Order| match (order.price, price) {
            (OrderPrice::Limit(limit), Some(price)) => within(side, limit, price),
            (OrderPrice::Limit(_), None) => false,
            (OrderPrice::Market | OrderPrice::MarketToLimit, _) => true,
        };
        let orders = self.orders.iter().filter(on_side).filter(|order| Self::takes_part(order));
        orders.filter(trades).map(|order| i128::from(order.left)).sum()
    }

    fn row(&self, instrument: InstrumentId, price: Price) -> Row {
        let [buys, sells] = Side::BOTH.map(|side| self.executable(instrument, side, Some(price)));
        Row { price, volume: buys.min(sells), surplus: buys - sells }
    }

    /// The price by the rulebook alone, and the step that left it.
    fn auction_price(&self, instrument: InstrumentId) -> Option<(Price, AuctionStep)> {
        let market = self.market(instrument);
        let rulebook = market.settings.rulebook;
        let raw = market.around();
        let reference = raw.and_then(|price| self.nearest(instrument, 2 * i128::from(price.get())));
        let mut prices: Vec<Price> = self
            .orders
            .iter()
            .filter(|order| order.instrument == instrument && Self::takes_part(order))
            .filter_map(|order| order.price.limit())
            .collect();
        let [buys, sells] = Side::BOTH.map(|side| self.executable(instrument, side, None));
        if prices.is_empty() {
            let trades = buys > 0 && sells > 0 && matches!(rulebook, Rulebook::Xetra | Rulebook::Euronext);
            return reference.filter(|_| trades).map(|price| (price, AuctionStep::MarketOrders));
        }
        let most = prices.iter().map(|&price| self.row(instrument, price).volume).max().unwrap_or(0);
        if rulebook == Rulebook::Euronext && (most <= buys || most <= sells) && most > 0 {
            prices.extend(reference);
        }
        prices.sort();
        prices.dedup();
        let mut rows: Vec<Row> = prices.iter().map(|&price| self.row(instrument, price)).collect();
        let most = rows.iter().map(|row| row.volume).max().filter(|&most| most > 0)?;
        rows.retain(|row| row.volume == most);
        if rows.len() == 1 || self.fault == Fault::AuctionTakesLowest {
            return Some((rows[0].price, AuctionStep::Volume));
        }
        let least = rows.iter().map(|row| row.surplus.abs()).min()?;
        rows.retain(|row| row.surplus.abs() == least);
        if rows.len() == 1 {
            return Some((rows[0].price, AuctionStep::Surplus));
        }
        Some(self.choose(instrument, rulebook, raw, reference, &rows))
    }

    /// Among the rows that are left.
    fn choose(
        &self,
        instrument: InstrumentId,
        rulebook: Rulebook,
        raw: Option<Price>,
        reference: Option<Price>,
        rows: &[Row],
    ) -> (Price, AuctionStep) {
        let (low, high) = (rows[0].price, rows[rows.len() - 1].price);
        let limits_only = matches!(rulebook, Rulebook::Euronext | Rulebook::Nasdaq { .. });
        let (all_buy, all_sell) =
            (rows.iter().all(|row| row.surplus > 0), rows.iter().all(|row| row.surplus < 0));
        if all_buy || all_sell {
            let end = if all_buy { high } else { low };
            let Some((Rulebook::Pressure { bound_ppm }, reference)) = raw.map(|raw| (rulebook, raw)) else {
                return (end, AuctionStep::Pressure);
            };
            let ticks = i128::from(reference.get());
            let distance = (ticks * i128::from(bound_ppm) + 500_000) / 1_000_000;
            let bound = clamped(if all_buy { ticks + distance } else { ticks - distance });
            let bound = self.nearest(instrument, 2 * i128::from(bound.get())).unwrap_or(bound);
            let price = bound.max(low).min(high);
            return (price, if price == end { AuctionStep::Pressure } else { AuctionStep::Bound });
        }
        let (mut from, mut to) = (low, high);
        let mixed = rows.iter().any(|row| row.surplus != 0);
        if mixed && !matches!(rulebook, Rulebook::Pressure { .. }) {
            from = rows.iter().rfind(|row| row.surplus > 0).map_or(low, |row| row.price);
            to = rows.iter().find(|row| row.surplus < 0).map_or(high, |row| row.price);
        }
        if limits_only {
            let inside = self.market(instrument).inside;
            let midpoint = inside.filter(|_| matches!(rulebook, Rulebook::Nasdaq { .. }));
            let target = midpoint
                .map(|(bid, ask)| i128::from(bid.get()) + i128::from(ask.get()))
                .or(reference.map(|price| 2 * i128::from(price.get())))
                .unwrap_or(i128::from(from.get()) + i128::from(to.get()));
            let distance = |price: Price| (2 * i128::from(price.get()) - target).abs();
            let candidates = rows.iter().map(|row| row.price).filter(|&price| from <= price && price <= to);
            let nearest = candidates.min_by_key(|&price| (distance(price), -price.get()));
            return (nearest.unwrap_or(low), AuctionStep::Reference);
        }
        let middle = || self.nearest(instrument, i128::from(from.get()) + i128::from(to.get()));
        let price = reference.or_else(middle).unwrap_or(from);
        (price.max(from).min(to), AuctionStep::Reference)
    }

    /// Where the crosses of Nasdaq may print: so far beyond the best quotes before the call.
    fn nasdaq_collar(&self, instrument: InstrumentId) -> Option<(Price, Price)> {
        let market = self.market(instrument);
        let Rulebook::Nasdaq { collar, collar_ppm } = market.settings.rulebook else { return None };
        let (bid, ask) = market.inside?;
        let (bid, ask) = (i128::from(bid.get()), i128::from(ask.get()));
        let share = (bid + ask) * i128::from(collar_ppm) / 2_000_000;
        let threshold = share.max(i128::from(collar.get()));
        let lowest = (bid - threshold).max(1);
        let highest = (ask + threshold).min(i128::from(limits::MAX_PRICE));
        let low = self.at_least(instrument, lowest).or(ticks(lowest))?;
        let high = self.at_most(instrument, highest).or(ticks(highest))?;
        Some((low, high))
    }
}
