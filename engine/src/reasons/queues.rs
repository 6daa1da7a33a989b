//! The queues of the books as events change them, from the state before a command.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dealt, Queued};
use crate::allocation::{Allocation, Basis};
use crate::{
    AccountId, Condition, Event, Exchange, Indication, InstrumentId, InstrumentSetting, Layer, Lots, Minimum,
    OrderId, OrderPrice, Phase, Place, Price, Priority, SelfTrade, Side, TradeKind, WaitsFor,
};

/// An order as far as a reason needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) account: AccountId,
    pub(super) side: Side,
    /// How far it may trade.
    pub(super) price: OrderPrice,
    pub(super) leaves: u64,
    pub(super) minimum: Option<Minimum>,
    /// Its own rule of self-trade prevention, if it brought one.
    pub(super) self_trade: Option<SelfTrade>,
}

/// An order in a queue: what it shows. What it has in reserve is the rest of its leaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) order: OrderId,
    pub(super) shown: u64,
}

/// The shares of a level, as its first trade gave them.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) taker: OrderId,
    pub(super) dealt: Vec<Dealt>,
    pub(super) basis: Option<Basis>,
    /// Orders that have a share and have not traded yet.
    pub(super) left: Vec<OrderId>,
}

/// The books of one instrument.
#[derive(Clone, Debug)]
pub(super) struct Book {
    /// By layer and side, then rank, best first.
    levels: BTreeMap<(Layer, Side), BTreeMap<i64, Vec<Entry>>>,
    /// Orders that wait for a minimum, by side, then rank of the limit and number.
    pub(super) minimums: BTreeMap<Side, BTreeSet<(i64, OrderId)>>,
    /// Market orders that stand for the uncross.
    pub(super) for_uncross: BTreeSet<OrderId>,
    pub(super) allocation: Allocation,
    pub(super) leads: BTreeMap<AccountId, u32>,
    pub(super) tops: [Option<OrderId>; 2],
    pub(super) phase: Phase,
    /// The uncross under way: what it gives, and both lines as they stand now. A line stands as it stood when the uncross
    /// began: an iceberg trades in the place of its peak.
    pub(super) uncross: Option<(Indication, BTreeMap<Side, Vec<Queued>>)>,
    /// What an allocation has given and what of it has not traded yet.
    pub(super) deal: Option<Deal>,
    /// What was kept apart from the aggressor since it came in.
    pub(super) apart: Vec<OrderId>,
}

/// All books that were asked for so far.
#[derive(Clone, Debug)]
pub(super) struct Queues<'a> {
    pub(super) before: &'a Exchange,
    books: BTreeMap<InstrumentId, Book>,
    /// Orders that events spoke of.
    known: BTreeMap<OrderId, Known>,
}

impl Book {
    fn of(exchange: &Exchange, instrument: InstrumentId) -> Self {
        let mut levels = BTreeMap::new();
        for (layer, side) in Layer::BOTH.into_iter().flat_map(|layer| Side::BOTH.map(|side| (layer, side))) {
            let queue = |level| {
                exchange
                    .books
                    .queue(level)
                    .map(|resting| Entry { order: resting.order, shown: resting.leaves.get() })
            };
            let ladder = exchange.books.levels(instrument, layer, side);
            let ladder = ladder.map(|level| (side.rank(level.price), queue(level).collect())).collect();
            levels.insert((layer, side), ladder);
        }
        let special = exchange.markets[instrument.index()].special.as_ref();
        let minimums = |side| special.map(|special| special.minimums(side).clone()).unwrap_or_default();
        let stands = |order: &&OrderId| exchange.tickets[order].terms.price == OrderPrice::Market;
        Self {
            levels,
            minimums: Side::BOTH.into_iter().map(|side| (side, minimums(side))).collect(),
            for_uncross: special
                .iter()
                .flat_map(|special| &special.for_uncross)
                .filter(stands)
                .copied()
                .collect(),
            allocation: special.map_or(Allocation::Fifo, |special| special.settings.allocation),
            leads: special.map(|special| special.settings.leads.clone()).unwrap_or_default(),
            tops: special.map_or([None, None], |special| special.tops),
            phase: special.map_or(Phase::Continuous, |special| special.phase),
            uncross: None,
            deal: None,
            apart: Vec::new(),
        }
    }

    /// The queue of a price.
    pub(super) fn level(&self, layer: Layer, side: Side, price: Price) -> &[Entry] {
        let ladder = self.levels.get(&(layer, side));
        ladder.and_then(|ladder| ladder.get(&side.rank(price))).map_or(&[], Vec::as_slice)
    }

    /// The levels of a side, best first, lit before dark at one price.
    pub(super) fn offers(&self, side: Side) -> Vec<(Price, Layer, &[Entry])> {
        let ladders =
            Layer::BOTH.into_iter().filter_map(|layer| Some((layer, self.levels.get(&(layer, side))?)));
        let mut offers: Vec<_> = ladders
            .flat_map(|(layer, ladder)| {
                ladder.iter().map(move |(&rank, queue)| (rank, layer, queue.as_slice()))
            })
            .collect();
        offers.sort_by_key(|&(rank, layer, _)| (rank, layer));
        offers
            .into_iter()
            .filter_map(|(rank, layer, queue)| Some((price_of(side, rank)?, layer, queue)))
            .collect()
    }

    /// Where an order rests: layer, side and price.
    pub(super) fn place(&self, order: OrderId) -> Option<(Layer, Side, Price)> {
        self.levels.iter().find_map(|(&(layer, side), ladder)| {
            let (&rank, _) =
                ladder.iter().find(|(_, queue)| queue.iter().any(|entry| entry.order == order))?;
            Some((layer, side, price_of(side, rank)?))
        })
    }

    fn remove(&mut self, order: OrderId) {
        for ladder in self.levels.values_mut() {
            for queue in ladder.values_mut() {
                queue.retain(|entry| entry.order != order);
            }
            ladder.retain(|_, queue| !queue.is_empty());
        }
        self.minimums.values_mut().for_each(|waiting| waiting.retain(|&(_, other)| other != order));
        self.for_uncross.remove(&order);
    }

    fn entry(&mut self, order: OrderId) -> Option<&mut Entry> {
        self.levels.values_mut().flat_map(BTreeMap::values_mut).flatten().find(|entry| entry.order == order)
    }

    fn rest(&mut self, (layer, side, price): (Layer, Side, Price), entry: Entry) {
        let best = self.levels.get(&(Layer::Lit, side)).and_then(|ladder| ladder.keys().next().copied());
        let rank = side.rank(price);
        let betters = best.is_none_or(|best| rank < best);
        if layer == Layer::Lit && betters && self.allocation.uses_top() && self.phase.matches() {
            self.tops[usize::from(side == Side::Sell)] = Some(entry.order);
        }
        self.levels.entry((layer, side)).or_default().entry(rank).or_default().push(entry);
    }

    /// The first of both lines have traded.
    fn move_lines(&mut self, lots: u64) {
        let Some((_, lines)) = &mut self.uncross else { return };
        for line in lines.values_mut() {
            if let Some(first) = line.first_mut() {
                first.lots = Lots::new(first.lots.get().saturating_sub(lots));
            }
            line.retain(|queued| !queued.lots.is_zero());
        }
    }

    /// Takes lots out of an order. What has nothing left is gone; a peak that is gone stands last until the next is shown.
    fn take(&mut self, order: OrderId, lots: u64, leaves: u64) {
        if leaves == 0 {
            self.remove(order);
        } else if let Some((layer, side, price)) = self.place(order) {
            let ladder = self.levels.entry((layer, side)).or_default();
            let queue = ladder.entry(side.rank(price)).or_default();
            let at = queue.iter().position(|entry| entry.order == order).expect("it rests there");
            let shown = queue[at].shown.saturating_sub(lots);
            if shown == 0 {
                queue.remove(at);
                queue.push(Entry { order, shown });
            } else {
                queue[at].shown = shown;
            }
        } else {
            // It waited: what is left of it comes in, or waits on.
            self.minimums.values_mut().for_each(|waiting| waiting.retain(|&(_, other)| other != order));
        }
    }
}

impl<'a> Queues<'a> {
    pub(super) const fn of(before: &'a Exchange) -> Self {
        Self { before, books: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// The books of an instrument.
    pub(super) fn book(&mut self, instrument: InstrumentId) -> &mut Book {
        let before = self.before;
        self.books.entry(instrument).or_insert_with(|| Book::of(before, instrument))
    }

    /// What is known of an order, from the events or from the state before.
    pub(super) fn order(&self, order: OrderId) -> Option<Known> {
        if let Some(known) = self.known.get(&order) {
            return Some(*known);
        }
        let ticket = self.before.tickets.get(&order);
        let conditions = ticket.map(|ticket| ticket.conditions);
        let known = |account, side, price, leaves| Known {
            account,
            side,
            price,
            leaves,
            minimum: conditions.and_then(|conditions| conditions.minimum),
            self_trade: conditions.and_then(|conditions| conditions.self_trade),
        };
        if let Some(resting) = self.before.order(order) {
            let leaves = resting.leaves.get() + self.before.reserve(order, resting.flags);
            return Some(known(resting.account, resting.side, OrderPrice::Limit(resting.price), leaves));
        }
        ticket.map(|ticket| known(ticket.terms.account, ticket.terms.side, ticket.terms.price, ticket.leaves))
    }

    /// How far an order may trade.
    pub(super) fn price_of(&self, order: OrderId) -> OrderPrice {
        self.order(order).map_or(OrderPrice::Market, |known| known.price)
    }

    /// What shows in the queue of a price.
    pub(super) fn level(
        &mut self,
        instrument: InstrumentId,
        layer: Layer,
        side: Side,
        price: Price,
    ) -> Vec<Queued> {
        let queue = self.book(instrument).level(layer, side, price);
        queue.iter().map(|entry| Queued { order: entry.order, lots: Lots::new(entry.shown) }).collect()
    }

    fn change(&mut self, order: OrderId, change: impl FnOnce(&mut Known)) {
        if let Some(mut known) = self.order(order) {
            change(&mut known);
            self.known.insert(order, known);
        }
    }

    /// Takes in an event.
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::OrderAccepted { order, terms } => {
                let known = Known {
                    account: terms.account,
                    side: terms.side,
                    price: terms.price,
                    leaves: terms.quantity.get(),
                    minimum: None,
                    self_trade: None,
                };
                self.known.insert(*order, known);
                self.book(terms.instrument).apart.clear();
            }
            Event::OrderConditioned { order, condition } => self.change(*order, |known| match condition {
                Condition::Bound(price) => known.price = OrderPrice::Limit(*price),
                Condition::Minimum(minimum) => known.minimum = Some(*minimum),
                Condition::SelfTrade(rule) => known.self_trade = Some(*rule),
                _ => {}
            }),
            Event::OrderWaits { order, instrument, side, waits_for, .. } => {
                let price = self.price_of(*order);
                let book = self.book(*instrument);
                book.remove(*order);
                match (waits_for, price) {
                    (WaitsFor::Minimum, OrderPrice::Limit(limit)) => {
                        book.minimums.entry(*side).or_default().insert((side.rank(limit), *order));
                    }
                    (WaitsFor::Uncross, _) => {
                        book.for_uncross.insert(*order);
                    }
                    _ => {}
                }
            }
            Event::OrderEntered { order, instrument, price, leaves, .. } => {
                self.change(*order, |known| (known.price, known.leaves) = (*price, leaves.get()));
                let book = self.book(*instrument);
                book.apart.clear();
                book.remove(*order);
            }
            Event::OrderRested { order, instrument, side, price, leaves, layer, .. } => {
                self.change(*order, |known| known.minimum = None);
                let book = self.book(*instrument);
                book.remove(*order);
                book.rest((*layer, *side, *price), Entry { order: *order, shown: leaves.get() });
            }
            Event::OrderRefilled { order, instrument, side, price, shown, .. } => {
                let book = self.book(*instrument);
                let layer = book.place(*order).map_or(Layer::Lit, |(layer, ..)| layer);
                let queue =
                    book.levels.entry((layer, *side)).or_default().entry(side.rank(*price)).or_default();
                queue.retain(|entry| entry.order != *order);
                queue.push(Entry { order: *order, shown: shown.get() });
            }
            Event::OrderRepriced { order, price, .. } => {
                self.change(*order, |known| known.price = OrderPrice::Limit(*price));
            }
            Event::OrderReduced { order, leaves, .. } => {
                self.change(*order, |known| known.leaves = leaves.get())
            }
            Event::OrderReplaced { order, instrument, price, leaves, priority, .. } => {
                self.change(*order, |known| {
                    (known.price, known.leaves) = (OrderPrice::Limit(*price), leaves.get());
                });
                let book = self.book(*instrument);
                book.apart.clear();
                match (priority, book.entry(*order)) {
                    (Priority::Kept, Some(entry)) => entry.shown = entry.shown.min(leaves.get()),
                    (Priority::Kept | Priority::Lost, _) => book.remove(*order),
                }
            }
            Event::OrderCanceled { order, instrument, from, .. } if *from != Place::Incoming => {
                self.book(*instrument).remove(*order);
            }
            _ => self.apply_to_book(event),
        }
    }

    fn apply_to_book(&mut self, event: &Event) {
        match event {
            Event::Traded(trade) => {
                let lots = trade.quantity.get();
                if trade.kind == TradeKind::Auction {
                    self.book(trade.instrument).move_lines(lots);
                }
                for (order, leaves) in [(trade.maker, trade.maker_leaves), (trade.taker, trade.taker_leaves)]
                {
                    self.change(order, |known| (known.leaves, known.minimum) = (leaves.get(), None));
                    self.book(trade.instrument).take(order, lots, leaves.get());
                }
            }
            Event::TradePrevented {
                maker,
                taker,
                instrument,
                quantity,
                maker_leaves,
                taker_leaves,
                rule,
                ..
            } => {
                self.book(*instrument).apart.push(*maker);
                if *rule == SelfTrade::Decrement {
                    self.change(*maker, |known| known.leaves = maker_leaves.get());
                    self.change(*taker, |known| known.leaves = taker_leaves.get());
                    self.book(*instrument).take(*maker, quantity.get(), maker_leaves.get());
                }
            }
            Event::PhaseChanged { instrument, phase, .. } => {
                let book = self.book(*instrument);
                (book.phase, book.tops, book.uncross) = (*phase, [None, None], None);
            }
            Event::Uncrossed { instrument, indication } => {
                let price = indication.price.unwrap_or(Price::LOWEST);
                let lines =
                    Side::BOTH.into_iter().map(|side| (side, self.line(*instrument, side, price))).collect();
                self.book(*instrument).uncross = Some((*indication, lines));
            }
            Event::InstrumentSet { instrument, setting: InstrumentSetting::Allocation(allocation) } => {
                let book = self.book(*instrument);
                (book.allocation, book.tops) = (*allocation, [None, None]);
            }
            Event::InstrumentSet { instrument, setting: InstrumentSetting::LeadMaker { account, ppm } } => {
                let leads = &mut self.book(*instrument).leads;
                leads.insert(*account, *ppm);
                leads.retain(|_, ppm| *ppm > 0);
            }
            _ => {}
        }
    }
}

/// The price of a rank.
fn price_of(side: Side, rank: i64) -> Option<Price> {
    Price::new(match side {
        Side::Buy => -rank,
        Side::Sell => rank,
    })
    .ok()
}
