//! The auditor's books: who stands where, and who may trade next.

use std::collections::{BTreeMap, VecDeque};

use outcry_engine::{InstrumentId, Layer, OrderId, Price, Side};

use super::order::{AuditedOrder, Whereabouts, rank};
use super::{Breach, demand};

/// One side of one layer: per price, best first, the orders in line.
type Lines = BTreeMap<i64, VecDeque<OrderId>>;

/// The lines of an instrument.
#[derive(Debug, Default)]
struct Book {
    /// By side and layer.
    lines: [[Lines; 2]; 2],
}

/// Every open order and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Books {
    books: Vec<Book>,
    orders: BTreeMap<OrderId, AuditedOrder>,
    accepted: u64,
}

const fn number(layer: Layer) -> usize {
    match layer {
        Layer::Lit => 0,
        Layer::Dark => 1,
    }
}

impl Books {
    pub(super) fn open(&mut self) {
        self.books.push(Book::default());
    }

    /// How many orders were accepted.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    pub(super) fn accept(&mut self, order: AuditedOrder) -> Breach {
        demand!(
            order.order.get() == self.accepted + 1,
            "order {} follows order {}",
            order.order,
            self.accepted
        );
        self.accepted += 1;
        self.orders.insert(order.order, order);
        Ok(())
    }

    /// Every open order, by number.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &AuditedOrder> {
        self.orders.values()
    }

    pub(crate) fn find(&self, order: OrderId) -> Option<&AuditedOrder> {
        self.orders.get(&order)
    }

    pub(super) fn order(&self, order: OrderId) -> Result<&AuditedOrder, String> {
        self.orders.get(&order).ok_or_else(|| format!("order {order} is not open"))
    }

    pub(super) fn order_mut(&mut self, order: OrderId) -> Result<&mut AuditedOrder, String> {
        self.orders.get_mut(&order).ok_or_else(|| format!("order {order} is not open"))
    }

    /// Takes a closed order away.
    pub(super) fn close(&mut self, order: OrderId) -> Breach {
        self.leave(order)?;
        let closed = self.orders.remove(&order);
        if let Some(partner) =
            closed.and_then(|closed| closed.pair).and_then(|pair| self.orders.get_mut(&pair))
        {
            partner.pair = None;
        }
        Ok(())
    }

    fn lines(&self, instrument: InstrumentId, side: Side, layer: Layer) -> &Lines {
        &self.books[instrument.get() as usize].lines[side as usize][number(layer)]
    }

    fn lines_mut(&mut self, instrument: InstrumentId, side: Side, layer: Layer) -> &mut Lines {
        &mut self.books[instrument.get() as usize].lines[side as usize][number(layer)]
    }

    /// The orders of a layer in the order in which they may trade.
    pub(crate) fn line(
        &self,
        instrument: InstrumentId,
        side: Side,
        layer: Layer,
    ) -> impl Iterator<Item = &AuditedOrder> {
        self.lines(instrument, side, layer).values().flatten().map(|order| &self.orders[order])
    }

    /// The orders of both layers, best price first, lit before dark at one price, each with its price.
    pub(super) fn both(&self, instrument: InstrumentId, side: Side) -> Vec<(Price, &AuditedOrder)> {
        let mut all: Vec<(i64, usize, Price, &AuditedOrder)> = Vec::new();
        for layer in [Layer::Lit, Layer::Dark] {
            for order in self.line(instrument, side, layer) {
                if let Whereabouts::Rests(_, price) = order.place {
                    all.push((rank(side, price), number(layer), price, order));
                }
            }
        }
        // Stable: the queue stays as it is.
        all.sort_by_key(|&(rank, layer, ..)| (rank, layer));
        all.into_iter().map(|(_, _, price, order)| (price, order)).collect()
    }

    /// The best price of a layer.
    pub(super) fn best(&self, instrument: InstrumentId, side: Side, layer: Layer) -> Option<Price> {
        self.line(instrument, side, layer).next().and_then(|order| match order.place {
            Whereabouts::Rests(_, price) => Some(price),
            _ => None,
        })
    }

    /// The best price of both layers.
    pub(super) fn best_of_both(&self, instrument: InstrumentId, side: Side) -> Option<Price> {
        let layers = [Layer::Lit, Layer::Dark].map(|layer| self.best(instrument, side, layer));
        layers.into_iter().flatten().min_by_key(|&price| rank(side, price))
    }

    /// The orders at one price of a layer, in line.
    pub(super) fn level(
        &self,
        instrument: InstrumentId,
        side: Side,
        layer: Layer,
        price: Price,
    ) -> Vec<&AuditedOrder> {
        let line = self.lines(instrument, side, layer).get(&rank(side, price));
        line.into_iter().flatten().map(|order| &self.orders[order]).collect()
    }

    /// Puts an order at the end of a line; answers the lots before it.
    pub(super) fn queue(&mut self, order: OrderId, layer: Layer, price: Price) -> Result<u64, String> {
        let (instrument, side) = {
            let order = self.order(order)?;
            (order.instrument, order.side)
        };
        let ahead = self.level(instrument, side, layer, price).iter().map(|order| order.shown).sum();
        self.lines_mut(instrument, side, layer).entry(rank(side, price)).or_default().push_back(order);
        self.order_mut(order)?.place = Whereabouts::Rests(layer, price);
        Ok(ahead)
    }

    /// Takes an order out of its line, if it stands in one.
    pub(super) fn leave(&mut self, order: OrderId) -> Breach {
        let found = self.order_mut(order)?;
        let Whereabouts::Rests(layer, price) = found.place else { return Ok(()) };
        found.place = Whereabouts::Incoming;
        let (instrument, side) = (found.instrument, found.side);
        let lines = self.lines_mut(instrument, side, layer);
        let line = lines.get_mut(&rank(side, price)).ok_or("its line is gone")?;
        let place = line.iter().position(|&other| other == order).ok_or("it is not in its line")?;
        line.remove(place);
        if line.is_empty() {
            lines.remove(&rank(side, price));
        }
        Ok(())
    }
}
