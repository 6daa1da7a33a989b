//! The uncross: all orders that have gathered meet at one price.

use crate::auction::{Collar, Guide, Indication, Inside, Interest, indicate};
use crate::band::{References, Rounding};
use crate::{
    AccountId, CancelReason, Event, Exchange, InstrumentId, Lots, OrderFlags, OrderId, OrderPrice, Phase,
    Price, Qty, Side, Trade, TradeId, TradeKind,
};

/// The orders of an instrument that wait for an uncross.
struct Gathered<'a> {
    exchange: &'a Exchange,
    instrument: InstrumentId,
    /// Lots of market orders to buy and to sell.
    market: [u64; 2],
}

impl Interest for Gathered<'_> {
    fn market(&self, side: Side) -> u64 {
        self.market[usize::from(side == Side::Sell)]
    }

    fn limits(&self, side: Side) -> impl Iterator<Item = (Price, u64)> {
        let levels = self.exchange.offers(self.instrument, side);
        levels.map(|(_, level)| (level.price, level.quantity + level.reserve))
    }
}

/// One order on its way through an uncross.
#[derive(Clone, Copy, Debug)]
struct Party {
    order: OrderId,
    /// What is left of it.
    leaves: u64,
    /// What it has traded.
    traded: u64,
}

impl Exchange {
    /// What an uncross now would give.
    pub(crate) fn indication(&self, instrument: InstrumentId) -> Indication {
        let market = &self.markets[instrument.index()];
        let Some(special) = &market.special else { return Indication::NOTHING };
        let gathered = Gathered { exchange: self, instrument, market: self.market_lots(instrument) };
        let best = |side| special.inside[usize::from(side == Side::Sell)];
        let inside = best(Side::Buy).zip(best(Side::Sell)).map(|(bid, ask)| Inside { bid, ask });
        let within = self.collar_of_uncross(instrument, gathered.market);
        let guide = Guide { reference: market.reference(), inside, within };
        let ticks = &special.settings.ticks;
        indicate(special.settings.rulebook, &gathered, guide, |price| {
            let (down, up) = (ticks.round(price, Rounding::Down), ticks.round(price, Rounding::Up));
            let either = down.or(up).unwrap_or(price);
            (down.unwrap_or(either), up.unwrap_or(either))
        })
    }

    /// Lots of market orders that stand for the uncross, to buy and to sell.
    fn market_lots(&self, instrument: InstrumentId) -> [u64; 2] {
        let mut lots = [0, 0];
        let Some(special) = &self.markets[instrument.index()].special else { return lots };
        for order in &special.for_uncross {
            let ticket = &self.tickets[order];
            if ticket.terms.price == OrderPrice::Market {
                lots[usize::from(ticket.terms.side == Side::Sell)] += ticket.leaves;
            }
        }
        lots
    }

    /// Where the price must lie while market orders stand for the uncross: inside the collar as it is now, and never above what the
    /// lowest of those that buy holds, for the collar may have moved since it came in.
    fn collar_of_uncross(&self, instrument: InstrumentId, market_lots: [u64; 2]) -> Option<Collar> {
        if market_lots == [0, 0] {
            return None;
        }
        let market = &self.markets[instrument.index()];
        let stand =
            market.special.iter().flat_map(|special| &special.for_uncross).map(|order| &self.tickets[order]);
        let buys =
            stand.filter(|ticket| (ticket.terms.price, ticket.terms.side) == (OrderPrice::Market, Side::Buy));
        let held = buys.filter_map(|ticket| ticket.hold_price).min();
        let Some(high) = held else { return market.collar() };
        let collar = market.collar().unwrap_or(Collar { low: Price::LOWEST, high });
        let high = collar.high.min(high);
        Some(Collar { low: collar.low.min(high), high })
    }

    /// Tells the indication if it is another one than was told.
    pub(crate) fn tell_indication(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        if !self.markets[instrument.index()].phase().indicates() {
            return;
        }
        let indication = self.indication(instrument);
        let special = self.markets[instrument.index()].special_mut();
        if special.indication != indication {
            special.indication = indication;
            events.push(Event::IndicationChanged { instrument, indication });
        }
    }

    /// Whether the price of an uncross now lies outside the static or the dynamic range.
    pub(crate) fn uncross_leaves_range(&self, instrument: InstrumentId) -> bool {
        let market = &self.markets[instrument.index()];
        let Some(special) = &market.special else { return false };
        let Some(range) = special.settings.price_range else { return false };
        let references = References { last_auction: special.reference, last_trade: market.last };
        let price = self.indication(instrument).price;
        price.and_then(|price| range.breach(price, references)).is_some()
    }

    /// Uncrosses the book: finds the price, trades, and cancels what stood for this uncross only. Answers the price.
    pub(crate) fn uncross(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) -> Option<Price> {
        let indication = self.indication(instrument);
        if let Some(price) = indication.price {
            events.push(Event::Uncrossed { instrument, indication });
            self.trade_at(instrument, price, indication.paired.get(), events);
            let market = &mut self.markets[instrument.index()];
            market.last = Some(price);
            let special = market.special_mut();
            special.reference = Some(price);
            if let Some(rule) = &mut special.velocity {
                rule.clear();
            }
        }
        let special = self.markets[instrument.index()].special_mut();
        for order in std::mem::take(&mut special.for_uncross) {
            if self.is_open(order) {
                self.cancel_open(order, CancelReason::Uncross, events);
            }
        }
        indication.price
    }

    /// Trades `paired` lots at `price`: on each side market orders by number, then limits by price, layer and queue.
    fn trade_at(&mut self, instrument: InstrumentId, price: Price, paired: u64, events: &mut Vec<Event>) {
        let mut sides = Side::BOTH.map(|side| self.in_line(instrument, side, price, paired).into_iter());
        let mut left = paired;
        let (mut buyer, mut seller) = (sides[0].next(), sides[1].next());
        while let (Some(buy), Some(sell), true) = (&mut buyer, &mut seller, left > 0) {
            let lots = buy.leaves.min(sell.leaves).min(left);
            left -= lots;
            self.pair(instrument, price, lots, (buy, sell), events);
            if buy.leaves == 0 {
                buyer = sides[0].next();
            }
            if sell.leaves == 0 {
                seller = sides[1].next();
            }
        }
        let mut parts: Vec<Party> =
            [buyer, seller].into_iter().flatten().filter(|party| party.traded > 0).collect();
        parts.sort_unstable_by_key(|party| party.order);
        for party in parts {
            self.leave_part(party, events);
        }
    }

    /// The orders of a side that may trade at `price`, in the order in which they do, as far as `lots` need them.
    fn in_line(&self, instrument: InstrumentId, side: Side, price: Price, lots: u64) -> Vec<Party> {
        let special = self.markets[instrument.index()].special.as_ref();
        let market = special.into_iter().flat_map(|special| &special.for_uncross).filter_map(|order| {
            let ticket = &self.tickets[order];
            let stands = ticket.terms.price == OrderPrice::Market && ticket.terms.side == side;
            stands.then_some(Party { order: *order, leaves: ticket.leaves, traded: 0 })
        });
        let limits = self
            .offers(instrument, side)
            .take_while(|(_, level)| side.crosses(level.price, price))
            .flat_map(|(_, level)| self.books.queue(level))
            .map(|resting| Party {
                order: resting.order,
                leaves: resting.leaves.get() + self.reserve(resting.order, resting.flags),
                traded: 0,
            });
        let mut line = Vec::new();
        let mut sum = 0;
        for party in market.chain(limits) {
            if sum >= lots {
                break;
            }
            sum += party.leaves;
            line.push(party);
        }
        line
    }

    /// One trade of an uncross.
    fn pair(
        &mut self,
        id: InstrumentId,
        price: Price,
        lots: u64,
        (buy, sell): (&mut Party, &mut Party),
        events: &mut Vec<Event>,
    ) {
        let instrument = self.instruments[id.index()];
        let taken = [&mut *buy, &mut *sell].map(|party| {
            party.leaves -= lots;
            party.traded += lots;
            self.take_for_uncross(*party)
        });
        let taker_side = if buy.order > sell.order { Side::Buy } else { Side::Sell };
        let parties = [(*buy, taken[0]), (*sell, taken[1])];
        let (maker, taker) = match taker_side {
            Side::Buy => (parties[1], parties[0]),
            Side::Sell => (parties[0], parties[1]),
        };
        self.trade_count += 1;
        let trade = Trade {
            trade: TradeId::new(self.trade_count).expect("the count is above zero"),
            instrument: id,
            price,
            quantity: Qty::new(lots).expect("both orders have something left"),
            taker_side,
            kind: TradeKind::Auction,
            maker: maker.0.order,
            taker: taker.0.order,
            maker_account: maker.1.account,
            taker_account: taker.1.account,
            maker_leaves: Lots::new(maker.0.leaves),
            taker_leaves: Lots::new(taker.0.leaves),
        };
        events.push(Event::Traded(trade));
        self.settle_uncross(&instrument, &trade, (taken[0].hold_price, buy.leaves + lots), events);
        self.markets[id.index()].last = Some(price);
        self.watch_index(id, price);
        for (party, taken) in [maker, taker] {
            self.linked_fill(party.order, taken.flags, lots, events);
            if party.leaves == 0 && taken.flags.has(OrderFlags::TICKET) {
                if self.tickets.contains_key(&party.order) {
                    self.leave_waiting(party.order);
                }
                self.close(party.order);
            }
        }
    }

    /// What has to be known of an order that trades; one that is filled leaves its place.
    fn take_for_uncross(&mut self, party: Party) -> Taken {
        let Some(slot) = self.books.find(party.order) else {
            let ticket = &self.tickets[&party.order];
            let hold_price = ticket.hold_price.unwrap_or(Price::LOWEST);
            let terms = ticket.terms;
            let held = self.instruments[terms.instrument.index()].hold(terms.side, hold_price, party.leaves);
            let ticket = self.tickets.get_mut(&party.order).expect("found above");
            (ticket.leaves, ticket.held) = (party.leaves, held);
            ticket.version += 1;
            return Taken { account: terms.account, hold_price, flags: OrderFlags::TICKET };
        };
        let resting = self.books.resting(slot);
        let hold_price = self.hold_price(&resting);
        if party.leaves == 0 {
            self.take_out(slot, &resting);
        }
        Taken { account: resting.account, hold_price, flags: resting.flags }
    }

    /// An order that has traded in part: the book learns of it, and an iceberg shows its next peak.
    fn leave_part(&mut self, party: Party, events: &mut Vec<Event>) {
        let Some(slot) = self.books.find(party.order) else { return };
        let resting = self.books.resting(slot);
        if party.traded < resting.leaves.get() {
            self.books.take(slot, party.traded);
            return;
        }
        let ticket = self.tickets.get_mut(&party.order).expect("an iceberg has a ticket");
        let reserve = std::mem::replace(&mut ticket.reserve, party.leaves);
        self.books.set_reserve(slot, reserve, party.leaves);
        self.refill(&resting, slot, party.leaves, events);
    }

    /// Lets orders trade that still cross, as they may where a collar moved the price: of the best buyer and the best seller
    /// the one with the higher number enters anew, again and again. Pegged orders are left out: one that the price range keeps
    /// from trading rests crossed, and would do so again.
    pub(crate) fn enter_crossed(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        while self.markets[instrument.index()].phase() == Phase::Continuous {
            let best = |side| {
                self.offers(instrument, side).find_map(|(_, level)| {
                    let mut queue = self.books.queue_slots(level);
                    let front =
                        queue.find(|&slot| !self.books.resting(slot).flags.has(OrderFlags::PEGGED))?;
                    Some((level.price, front))
                })
            };
            let (Some((bid, buy)), Some((ask, sell))) = (best(Side::Buy), best(Side::Sell)) else { return };
            if bid < ask {
                return;
            }
            let later =
                if self.books.resting(buy).order > self.books.resting(sell).order { buy } else { sell };
            let from = self.books.resting(later).layer.into();
            let mut incoming = self.take_in(later);
            self.tell_entered(&incoming, from, events);
            self.go(&mut incoming, events);
        }
    }
}

/// What has to be known of an order that trades in an uncross.
#[derive(Clone, Copy, Debug)]
struct Taken {
    account: AccountId,
    hold_price: Price,
    flags: OrderFlags,
}
