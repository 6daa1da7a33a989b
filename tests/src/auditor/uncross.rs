//! What the auditor demands of an auction: the price, who trades, and in which order.

use std::collections::VecDeque;

use outcry_engine::{
    Indication, InstrumentId, OrderId, OrderPrice, Price, Rulebook, Side, Trade, TradeKind, WaitsFor,
};

use super::books::Books;
use super::order::{AuditedOrder, Whereabouts};
use super::rules::Rules;
use super::{Breach, demand};

/// An uncross whose trades are being told.
#[derive(Debug)]
pub(super) struct Uncross {
    instrument: InstrumentId,
    price: Price,
    left: u64,
    /// The orders of both sides that trade, in line, with what is left of each.
    lines: [VecDeque<(OrderId, u64)>; 2],
}

/// The orders of a side that have gathered: market orders by number, then the book.
fn gathered(books: &Books, instrument: InstrumentId, side: Side) -> Vec<(Option<Price>, &AuditedOrder)> {
    let market =
        books.orders().filter(|order| (order.instrument, order.side) == (instrument, side)).filter(|order| {
            order.place == Whereabouts::Waits(WaitsFor::Uncross) && order.price == OrderPrice::Market
        });
    let limits = books.both(instrument, side).into_iter().map(|(price, order)| (Some(price), order));
    market.map(|order| (None, order)).chain(limits).collect()
}

/// Lots of a side that would trade at a price.
fn curve(line: &[(Option<Price>, &AuditedOrder)], side: Side, price: Price) -> u64 {
    let trades = |limit: &Option<Price>| limit.is_none_or(|limit| side.crosses(limit, price));
    line.iter().filter(|(limit, _)| trades(limit)).map(|(_, order)| order.leaves).sum()
}

/// Checks what is said that an uncross now would give or gives, against the table of all limits.
pub(super) fn indication(
    books: &Books,
    rules: &Rules,
    instrument: InstrumentId,
    said: &Indication,
) -> Breach {
    let lines = Side::BOTH.map(|side| gathered(books, instrument, side));
    let at = |price| {
        let (buys, sells) = (curve(&lines[0], Side::Buy, price), curve(&lines[1], Side::Sell, price));
        (buys.min(sells), buys.abs_diff(sells))
    };
    let limits: Vec<Price> = lines.iter().flatten().filter_map(|&(limit, _)| limit).collect();
    let markets = lines.iter().flatten().any(|&(limit, _)| limit.is_none());
    let market = rules.market(instrument);
    let collared = markets || matches!(market.rulebook, Rulebook::Nasdaq { .. });
    let Some(price) = said.price else {
        let pairs = limits.iter().any(|&limit| at(limit).0 > 0);
        demand!(collared || !pairs, "no price although orders of instrument {instrument} meet");
        demand!(said.paired.is_zero(), "{:?} pairs without a price", said);
        return Ok(());
    };
    let (paired, surplus) = at(price);
    demand!(said.paired.get() == paired && paired > 0, "{said:?} pairs {paired}");
    demand!(said.surplus.get() == surplus, "{said:?} leaves {surplus}");
    if collared {
        return Ok(());
    }
    for &limit in &limits {
        let (more, less) = at(limit);
        demand!(more <= paired, "at {limit:?} pairs {more}, at {price:?} only {paired}");
        let bounded = matches!(market.rulebook, Rulebook::Pressure { .. });
        demand!(
            bounded || more < paired || less >= surplus,
            "at {limit:?} leaves {less}, at {price:?} {surplus}"
        );
    }
    // What is strictly better than the price trades whole, or a better price was there (only a bound may prevent it).
    for (side, line) in Side::BOTH.into_iter().zip(&lines) {
        let better: u64 = line
            .iter()
            .filter(|(limit, _)| limit.is_some_and(|limit| limit != price && side.crosses(limit, price)))
            .map(|(_, order)| order.leaves)
            .sum();
        let bounded = matches!(market.rulebook, Rulebook::Pressure { .. });
        demand!(bounded || better <= paired, "{better} lots are better than {price:?}, only {paired} trade");
    }
    Ok(())
}

impl Uncross {
    /// An uncross begins: who trades is settled by the books as they are now.
    pub(super) fn begin(
        books: &Books,
        rules: &Rules,
        instrument: InstrumentId,
        said: &Indication,
    ) -> Result<Self, String> {
        let phase = rules.market(instrument).phase;
        demand!(!phase.matches(), "instrument {instrument} is uncrossed {phase}");
        indication(books, rules, instrument, said)?;
        let price = said.price.ok_or("an uncross without a price")?;
        let lines = Side::BOTH.map(|side| {
            gathered(books, instrument, side)
                .into_iter()
                .map(|(_, order)| (order.order, order.leaves))
                .collect()
        });
        Ok(Self { instrument, price, left: said.paired.get(), lines })
    }

    /// One of its trades: the two that stand first, for the smaller of what both have left.
    pub(super) fn trade(&mut self, trade: &Trade) -> Breach {
        demand!(trade.kind == TradeKind::Auction, "trade {} is not of the auction", trade.trade);
        demand!(trade.instrument == self.instrument, "trade {} is of another instrument", trade.trade);
        demand!(
            trade.price == self.price,
            "trade {} prints at {:?}, not {:?}",
            trade.trade,
            trade.price,
            self.price
        );
        let [Some(buyer), Some(seller)] = self.lines.each_mut().map(VecDeque::front_mut) else {
            return Err(format!("trade {} has nobody to trade", trade.trade));
        };
        let lots = buyer.1.min(seller.1).min(self.left);
        demand!(
            lots == trade.quantity.get(),
            "trade {} is of {:?}, {lots} can trade",
            trade.trade,
            trade.quantity
        );
        let later = if buyer.0 > seller.0 { Side::Buy } else { Side::Sell };
        let (maker, taker) = if later == Side::Buy { (seller.0, buyer.0) } else { (buyer.0, seller.0) };
        demand!(
            (trade.maker, trade.taker, trade.taker_side) == (maker, taker, later),
            "trade {} is of {} and {}, {maker} and {taker} are first in line",
            trade.trade,
            trade.maker,
            trade.taker
        );
        self.left -= lots;
        for line in &mut self.lines {
            if let Some(front) = line.front_mut() {
                front.1 -= lots;
                if front.1 == 0 {
                    line.pop_front();
                }
            }
        }
        Ok(())
    }

    /// All that was paired has traded.
    pub(super) fn end(&self) -> Breach {
        demand!(
            self.left == 0,
            "{} lots of an uncross of instrument {} did not trade",
            self.left,
            self.instrument
        );
        Ok(())
    }

    pub(super) fn instrument(&self) -> InstrumentId {
        self.instrument
    }
}
