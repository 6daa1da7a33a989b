//! The uncross: all orders that have gathered meet at one price.

use crate::auction::{Guide, Indication, Inside, Interest, indicate};
use crate::band::{References, Rounding};
use crate::book::Slot;
use crate::{
    AccountId, CancelReason, Event, Exchange, InstrumentId, Lots, OrderFlags, OrderId, OrderPrice, Phase, PhaseCause,
    PhaseEnd, Price, Qty, RestingOrder, Side, Timestamp, Trade, TradeId, TradeKind,
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
}

impl Exchange {
    /// What an uncross now would give.
    pub(crate) fn indication(&self, instrument: InstrumentId) -> Indication {
        let market = &self.markets[instrument.index()];
        let Some(special) = &market.special else { return Indication::NOTHING };
        let gathered = Gathered { exchange: self, instrument, market: self.market_lots(instrument) };
        let best = |side| special.inside[usize::from(side == Side::Sell)];
        let inside = best(Side::Buy).zip(best(Side::Sell)).map(|(bid, ask)| Inside { bid, ask });
        let within = if gathered.market == [0, 0] { None } else { market.collar() };
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

    /// Tells the indication if it is another one than was told.
    pub(crate) fn tell_indication(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        if !self.markets[instrument.index()].phase().indicates() {
            return;
        }
        let indication = self.indication(instrument);
        let special = self.markets[instrument.index()].special_mut();
        if special.indication != Some(indication) {
            special.indication = Some(indication);
            events.push(Event::IndicationChanged { instrument, indication });
        }
    }

    /// Extends a call whose price lies outside the price range, once; answers whether it did.
    pub(crate) fn extend_call(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) -> bool {
        let market = &self.markets[instrument.index()];
        let Some(special) = &market.special else { return false };
        let (Some(range), false) = (special.settings.price_range, special.extended) else { return false };
        let references = References { last_auction: special.reference, last_trade: market.last };
        let price = self.indication(instrument).price;
        if price.and_then(|price| range.breach(price, references)).is_none() {
            return false;
        }
        let phase = special.phase;
        let then = special.end.map_or(Phase::Continuous, |end| end.then);
        let at = Timestamp::from_nanos(self.now.nanos().saturating_add(special.settings.volatility_call.0));
        let end = Some(PhaseEnd { at, within: 0, then });
        let special = self.markets[instrument.index()].special_mut();
        (special.extended, special.end) = (true, end);
        events.push(Event::PhaseChanged { instrument, phase, end, cause: PhaseCause::PriceRange });
        true
    }

    /// Uncrosses the book: finds the price, trades, and cancels what stood for this uncross only.
    pub(crate) fn uncross(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let indication = self.indication(instrument);
        if let Some(price) = indication.price {
            events.push(Event::Uncrossed { instrument, indication });
            self.trade_at(instrument, price, indication.paired.get(), events);
            let now = self.now;
            let market = &mut self.markets[instrument.index()];
            market.last = Some(price);
            let special = market.special_mut();
            special.reference = Some(price);
            if let Some(rule) = &mut special.velocity {
                rule.clear();
            }
            if let Some(rule) = &mut special.limit_up_down {
                rule.reopen(now, Some(price));
                special.bands_moved = true;
            }
            let mut fired = Vec::new();
            special.triggers.last(price, &mut fired);
            for (order, trigger) in fired {
                self.fired(instrument, order, (trigger, price), events);
            }
        }
        let special = self.markets[instrument.index()].special_mut();
        special.indication = None;
        for order in std::mem::take(&mut special.for_uncross) {
            if self.is_open(order) {
                self.cancel_open(order, CancelReason::Uncross, events);
            }
        }
    }

    /// Trades `paired` lots at `price`: on each side market orders by number, then limits by price, layer and queue.
    fn trade_at(&mut self, instrument: InstrumentId, price: Price, paired: u64, events: &mut Vec<Event>) {
        let mut sides = Side::BOTH.map(|side| self.in_line(instrument, side, price, paired).into_iter());
        let mut left = paired;
        let (mut buyer, mut seller) = (sides[0].next(), sides[1].next());
        while let (Some(mut buy), Some(mut sell), true) = (buyer, seller, left > 0) {
            let lots = buy.leaves.min(sell.leaves).min(left);
            left -= lots;
            buy.leaves -= lots;
            sell.leaves -= lots;
            self.pair(instrument, price, lots, (buy, sell), events);
            buyer = if buy.leaves > 0 { Some(buy) } else { sides[0].next() };
            seller = if sell.leaves > 0 { Some(sell) } else { sides[1].next() };
        }
    }

    /// The orders of a side that may trade at `price`, in the order in which they do, as far as `lots` need them.
    fn in_line(&self, instrument: InstrumentId, side: Side, price: Price, lots: u64) -> Vec<Party> {
        let special = self.markets[instrument.index()].special.as_ref();
        let market = special.into_iter().flat_map(|special| &special.for_uncross).filter_map(|order| {
            let ticket = &self.tickets[order];
            let stands = ticket.terms.price == OrderPrice::Market && ticket.terms.side == side;
            stands.then_some(Party { order: *order, leaves: ticket.leaves })
        });
        let limits = self
            .offers(instrument, side)
            .take_while(|(_, level)| side.crosses(level.price, price))
            .flat_map(|(_, level)| self.books.queue(level))
            .map(|resting| Party {
                order: resting.order,
                leaves: resting.leaves.get() + self.reserve(resting.order, resting.flags),
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
        (buy, sell): (Party, Party),
        events: &mut Vec<Event>,
    ) {
        let instrument = self.instruments[id.index()];
        let buyer = self.take_for_uncross(buy, lots);
        let seller = self.take_for_uncross(sell, lots);
        let taker_side = if buy.order > sell.order { Side::Buy } else { Side::Sell };
        let (maker, taker) = match taker_side {
            Side::Buy => ((sell, seller.account), (buy, buyer.account)),
            Side::Sell => ((buy, buyer.account), (sell, seller.account)),
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
            maker_account: maker.1,
            taker_account: taker.1,
            maker_leaves: Lots::new(maker.0.leaves),
            taker_leaves: Lots::new(taker.0.leaves),
        };
        events.push(Event::Traded(trade));
        self.settle_uncross(&instrument, &trade, (buyer.hold_price, buy.leaves + lots), events);
        for (party, taken) in [(buy, buyer), (sell, seller)] {
            self.after_uncross(party, taken, lots, events);
        }
    }

    /// Takes the lots of a trade out of an order's place.
    fn take_for_uncross(&mut self, party: Party, lots: u64) -> Taken {
        let Some(slot) = self.books.find(party.order) else {
            let ticket = self.tickets.get_mut(&party.order).expect("an order that waits has a ticket");
            ticket.leaves = party.leaves;
            let hold_price = ticket.hold_price.unwrap_or(Price::LOWEST);
            let terms = ticket.terms;
            let held = self.instruments[terms.instrument.index()].hold(terms.side, hold_price, party.leaves);
            self.tickets.get_mut(&party.order).expect("found above").held = held;
            return Taken { account: terms.account, hold_price, flags: OrderFlags::TICKET, refills: None };
        };
        let resting = self.books.resting(slot);
        let taken = Taken {
            account: resting.account,
            hold_price: self.hold_price(&resting),
            flags: resting.flags,
            refills: None,
        };
        if party.leaves == 0 {
            self.take_out(slot, &resting);
            taken
        } else if lots < resting.leaves.get() {
            self.books.take(slot, lots);
            taken
        } else {
            Taken { refills: Some((resting, slot)), ..taken }
        }
    }

    /// What a trade of an uncross does to one of its orders and to others.
    fn after_uncross(&mut self, party: Party, taken: Taken, lots: u64, events: &mut Vec<Event>) {
        if let Some((resting, slot)) = taken.refills {
            let ticket = self.tickets.get_mut(&party.order).expect("an iceberg has a ticket");
            let reserve = std::mem::replace(&mut ticket.reserve, party.leaves);
            self.books.set_reserve(slot, reserve, party.leaves);
            self.refill(&resting, slot, party.leaves, events);
        }
        self.linked_fill(party.order, taken.flags, lots, events);
        if party.leaves == 0 && taken.flags.has(OrderFlags::TICKET) {
            if self.tickets.contains_key(&party.order) {
                self.leave_waiting(party.order);
            }
            self.close(party.order);
        }
    }

    /// Lets orders trade that still cross, as they may where a collar moved the price: of the best buyer and the best seller
    /// the one with the higher number enters anew, again and again.
    pub(crate) fn enter_crossed(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        while self.markets[instrument.index()].phase() == Phase::Continuous {
            let best = |side| {
                let (_, level) = self.offers(instrument, side).next()?;
                self.books.queue_slots(level).next().map(|front| (level.price, front))
            };
            let (Some((bid, buy)), Some((ask, sell))) = (best(Side::Buy), best(Side::Sell)) else { return };
            if bid < ask {
                return;
            }
            let later = if self.books.resting(buy).order > self.books.resting(sell).order { buy } else { sell };
            let mut incoming = self.take_in(later);
            let stop = self.trade(&mut incoming, events);
            self.finish(&mut incoming, stop, events);
        }
    }
}

/// What was taken out of an order's place for a trade.
#[derive(Clone, Copy, Debug)]
struct Taken {
    account: AccountId,
    hold_price: Price,
    flags: OrderFlags,
    /// An iceberg whose peak is gone, and where it rests.
    refills: Option<(RestingOrder, Slot)>,
}
