//! Orders meet: the one loop in which an aggressor trades with the book.
//!
//! An aggressor takes the best opposite price of both layers, displayed before hidden at one price, at the maker's price,
//! until it is filled, its price ends or a rule stops it. Every entry goes through [`Exchange::trade`]: new orders, replaced
//! ones, and those that waited. The rules are in `docs/rules/orders.md`.

use crate::account::Posting as Line;
use crate::allocation::{Allocation, Claim, allocate};
use crate::book::{LevelQueue, Slot};
use crate::guard::Guard;
use crate::ticket::{Link, State};
use crate::{
    AccountId, CancelReason, Event, Exchange, Instrument, InstrumentId, Layer, Lots, OrderFlags, OrderId,
    OrderPrice, Phase, PhaseCause, Place, Posting, Price, Qty, RepriceReason, RestingOrder, SelfTrade, Side,
    Trade, TradeId, TradeKind, WaitsFor,
};

/// An order on its way through the book.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
    /// How far it may trade now.
    pub(crate) price: OrderPrice,
    pub(crate) quantity: Qty,
    pub(crate) leaves: u64,
    pub(crate) flags: OrderFlags,
    /// What is still held for it, of the asset it gives.
    pub(crate) held: i64,
    /// The price that its hold is made at; `None` if it holds a quantity, or what its walk costs.
    pub(crate) hold_price: Option<Price>,
    pub(crate) self_trade: SelfTrade,
    pub(crate) remainder: Remainder,
    /// Changes to it so far, as it rested or waited.
    pub(crate) version: u32,
    /// Whether it trades whole or not at all.
    pub(crate) whole: bool,
    /// The price of its last fill.
    pub(crate) last_fill: Option<Price>,
    /// Its price as it was asked for.
    pub(crate) asked: OrderPrice,
}

impl Incoming {
    /// Whether prevention may take from it while what it holds is what its walk costs: with less left of it, it would pass by
    /// the cheap minimum that it holds for and reach a dearer one.
    fn shrinks(&self) -> bool {
        self.self_trade == SelfTrade::Decrement && self.asked.limit().is_none() && !self.whole
    }
}

/// What becomes of what is left of an order after it has traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remainder {
    /// It rests at this limit.
    Rests(Price),
    /// It rests at the price of the last fill.
    RestsAtLastFill,
    /// It is canceled.
    Canceled,
}

/// Why an aggressor stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is filled, or nothing more is there within its price.
    Done,
    /// Self-trade prevention canceled what is left of it.
    SelfTrade,
    /// Velocity logic has reserved the market.
    Velocity,
    /// The next trade would leave the price range: trading is interrupted.
    PriceRange,
    /// The next trade would be beyond this band (limit up, limit down).
    Band(Price),
}

impl Exchange {
    /// Trades an incoming order with the book as far as it goes.
    pub(crate) fn trade(&mut self, incoming: &mut Incoming, events: &mut Vec<Event>) -> Stop {
        let instrument = self.instruments[incoming.instrument.index()];
        if self.markets[incoming.instrument.index()].special.is_some()
            || incoming.self_trade != SelfTrade::Allow
        {
            return self.trade_by_rules(&instrument, incoming, events);
        }
        while incoming.leaves > 0 {
            let Some(slot) = self.books.front(incoming.instrument, Layer::Lit, incoming.side.opposite())
            else {
                break;
            };
            let maker = self.books.resting(slot);
            if !incoming.price.reaches(incoming.side, maker.price) {
                break;
            }
            let lots = incoming.leaves.min(maker.leaves.get());
            self.fill(&instrument, incoming, slot, &maker, (lots, maker.price), events);
        }
        Stop::Done
    }

    /// The same where the market has more rules than price and time.
    fn trade_by_rules(
        &mut self,
        instrument: &Instrument,
        incoming: &mut Incoming,
        events: &mut Vec<Event>,
    ) -> Stop {
        let guard = self.guard(incoming.instrument, incoming.side);
        let allocation = self.allocation(incoming.instrument);
        while incoming.leaves > 0 {
            let Some((layer, slot)) = self.next_maker(incoming.instrument, incoming.side.opposite()) else {
                break;
            };
            let maker = self.books.resting(slot);
            if !incoming.price.reaches(incoming.side, maker.price) {
                break;
            }
            let price = self.trade_price(incoming.instrument, maker.price);
            if !incoming.price.reaches(incoming.side, price) {
                break;
            }
            if let Some(stop) = guard.stop(price) {
                return stop;
            }
            if allocation != Allocation::Fifo && layer == Layer::Lit {
                if self.trade_level(instrument, &allocation, incoming, maker.price, events) == Stop::SelfTrade
                {
                    return Stop::SelfTrade;
                }
            } else if self.apart(incoming, maker.account) {
                if self.prevent(incoming, slot, &maker, events) == Stop::SelfTrade {
                    return Stop::SelfTrade;
                }
            } else {
                let lots = incoming.leaves.min(maker.leaves.get());
                self.fill(instrument, incoming, slot, &maker, (lots, price), events);
            }
            if !incoming.whole && incoming.leaves > 0 && self.is_reserved(incoming.instrument) {
                return Stop::Velocity;
            }
        }
        self.trade_minimums(instrument, incoming, &guard, events)
    }

    /// The order that trades next on a side: the best price, displayed before hidden.
    fn next_maker(&self, instrument: InstrumentId, side: Side) -> Option<(Layer, Slot)> {
        let lit = self.books.best(instrument, Layer::Lit, side);
        let dark = self.books.best(instrument, Layer::Dark, side);
        let layer = match (lit, dark) {
            (Some(lit), Some(dark)) if side.rank(dark) < side.rank(lit) => Layer::Dark,
            (None, Some(_)) => Layer::Dark,
            (Some(_), _) => Layer::Lit,
            (None, None) => return None,
        };
        self.books.front(instrument, layer, side).map(|slot| (layer, slot))
    }

    /// The price at which an order resting at `price` trades.
    pub(crate) fn trade_price(&self, instrument: InstrumentId, price: Price) -> Price {
        let market = &self.markets[instrument.index()];
        match market.phase() {
            crate::Phase::PostClose => market.last.unwrap_or(price),
            _ => price,
        }
    }

    pub(crate) fn allocation(&self, instrument: InstrumentId) -> Allocation {
        self.markets[instrument.index()].settings().map_or(Allocation::Fifo, |settings| settings.allocation)
    }

    /// Shares the order among the displayed orders of a level by the instrument's allocation.
    fn trade_level(
        &mut self,
        instrument: &Instrument,
        allocation: &Allocation,
        incoming: &mut Incoming,
        price: Price,
        events: &mut Vec<Event>,
    ) -> Stop {
        let opposite = incoming.side.opposite();
        let id = incoming.instrument;
        let level = |books: &crate::book::Books| books.level(id, Layer::Lit, opposite, price);
        // One after another, for the next peak of one stands at the end of the queue.
        while incoming.leaves > 0 && incoming.self_trade != SelfTrade::Allow {
            let own = level(&self.books).and_then(|level| {
                let mut queue = self.books.queue_slots(level);
                queue.find(|&slot| self.apart(incoming, self.books.resting(slot).account))
            });
            let Some(slot) = own else { break };
            let maker = self.books.resting(slot);
            if self.prevent(incoming, slot, &maker, events) == Stop::SelfTrade {
                return Stop::SelfTrade;
            }
        }
        let Some(level) = level(&self.books) else { return Stop::Done };
        let queue: Vec<Slot> = self.books.queue_slots(level).collect();
        let claims = self.claims(incoming.instrument, opposite, level);
        let mut shares = Vec::new();
        allocate(allocation, incoming.leaves, &claims, &mut shares);
        let trade_price = self.trade_price(incoming.instrument, price);
        for (slot, share) in queue.into_iter().zip(shares) {
            let lots = share.lots().get();
            if lots > 0 {
                let maker = self.books.resting(slot);
                self.fill(instrument, incoming, slot, &maker, (lots, trade_price), events);
            }
            if !incoming.whole && self.is_reserved(id) {
                break;
            }
        }
        Stop::Done
    }

    /// The orders of a level as an allocation sees them.
    fn claims(&self, instrument: InstrumentId, side: Side, level: LevelQueue) -> Vec<Claim> {
        let special = self.markets[instrument.index()].special.as_ref();
        let claim = |maker: RestingOrder| Claim {
            leaves: maker.leaves.get(),
            top: special.is_some_and(|special| special.top(side) == Some(maker.order)),
            account: maker.account,
            lead_ppm: special
                .and_then(|special| special.settings.leads.get(&maker.account).copied())
                .unwrap_or_default(),
        };
        self.books.queue(level).map(claim).collect()
    }

    /// Trades what is left of an order with those that wait for a minimum: again and again the first, best price first, whose
    /// minimum is there.
    fn trade_minimums(
        &mut self,
        instrument: &Instrument,
        incoming: &mut Incoming,
        guard: &Guard,
        events: &mut Vec<Event>,
    ) -> Stop {
        let opposite = incoming.side.opposite();
        loop {
            let Some(special) = &self.markets[incoming.instrument.index()].special else { return Stop::Done };
            let posts = incoming.flags.posting() != Posting::Any || special.phase != Phase::Continuous;
            if incoming.leaves == 0 || posts || incoming.shrinks() || special.minimums(opposite).is_empty() {
                return Stop::Done;
            }
            let found = special.minimums(opposite).iter().find_map(|&(_, order)| {
                let ticket = &self.tickets[&order];
                let limit = ticket.terms.price.limit()?;
                let meets = incoming.price.reaches(incoming.side, limit)
                    && incoming.leaves >= ticket.minimum()
                    && !self.apart(incoming, ticket.terms.account);
                meets.then_some((order, limit))
            });
            let Some((order, limit)) = found else { return Stop::Done };
            if let Some(stop) = guard.stop(limit) {
                return stop;
            }
            self.trade_minimum(instrument, incoming, order, limit, events);
            if !incoming.whole && incoming.leaves > 0 && self.is_reserved(incoming.instrument) {
                return Stop::Velocity;
            }
        }
    }

    /// Trades with one order that waits for a minimum, which is met; what is left of it rests, or enters as a follow-up where
    /// it reaches what alone was too little for its minimum.
    fn trade_minimum(
        &mut self,
        instrument: &Instrument,
        incoming: &mut Incoming,
        order: OrderId,
        limit: Price,
        events: &mut Vec<Event>,
    ) {
        self.leave_waiting(order);
        self.meet_minimum(order, true);
        let mut maker = self.incoming(order);
        let lots = incoming.leaves.min(maker.leaves);
        incoming.leaves -= lots;
        maker.leaves -= lots;
        incoming.last_fill = Some(limit);
        let trade = self.next_trade(incoming, (&maker).into(), (lots, limit), maker.leaves);
        events.push(Event::Traded(trade));
        let before = maker.leaves + lots;
        self.settle(instrument, &trade, incoming, (limit, before), events);
        maker.held = instrument.hold(maker.side, limit, maker.leaves);
        let crosses = |best| maker.side.crosses(limit, best);
        if maker.leaves == 0 {
            self.close(order);
        } else if self.best_opposite(maker.instrument, maker.side).is_some_and(crosses) {
            self.keep_waiting(&maker, WaitsFor::Minimum, events);
        } else {
            self.rest(&maker, limit, events);
        }
        self.linked_fill(incoming.order, incoming.flags, lots, events);
        self.printed(incoming.instrument, limit, events);
    }

    /// One trade with a resting order.
    #[inline]
    fn fill(
        &mut self,
        instrument: &Instrument,
        incoming: &mut Incoming,
        slot: Slot,
        maker: &RestingOrder,
        (lots, price): (u64, Price),
        events: &mut Vec<Event>,
    ) {
        incoming.leaves -= lots;
        incoming.last_fill = Some(price);
        let reserve = self.reserve(maker.order, maker.flags);
        let shown = maker.leaves.get() - lots;
        if shown > 0 {
            self.books.take(slot, lots);
        } else if reserve == 0 {
            self.books.remove(slot);
            self.ledger.uncount_order(maker.account);
        }
        let trade = self.next_trade(incoming, maker.into(), (lots, price), shown + reserve);
        events.push(Event::Traded(trade));
        let hold_price = self.hold_price(maker);
        self.settle(instrument, &trade, incoming, (hold_price, lots + shown + reserve), events);
        if maker.flags.has(OrderFlags::TICKET) {
            if shown == 0 && reserve > 0 {
                self.refill(maker, slot, reserve, events);
            }
            self.linked_fill(maker.order, maker.flags, lots, events);
            if shown + reserve == 0 {
                self.close(maker.order);
            }
        }
        self.linked_fill(incoming.order, incoming.flags, lots, events);
        self.printed(incoming.instrument, price, events);
    }

    /// Names a trade.
    fn next_trade(
        &mut self,
        incoming: &Incoming,
        maker: Maker,
        (lots, price): (u64, Price),
        leaves: u64,
    ) -> Trade {
        self.trade_count += 1;
        Trade {
            trade: TradeId::new(self.trade_count).expect("the count is above zero"),
            instrument: incoming.instrument,
            price,
            quantity: Qty::new(lots).expect("both orders have something left"),
            taker_side: incoming.side,
            kind: TradeKind::Continuous,
            maker: maker.order,
            taker: incoming.order,
            maker_account: maker.account,
            taker_account: incoming.account,
            maker_leaves: Lots::new(leaves),
            taker_leaves: Lots::new(incoming.leaves),
        }
    }

    /// Remembers a price, and shows it to those who wait for one.
    #[inline]
    pub(crate) fn printed(&mut self, id: InstrumentId, price: Price, events: &mut Vec<Event>) {
        let market = &mut self.markets[id.index()];
        market.last = Some(price);
        if market.special.is_some() {
            self.watch_print(id, price, events);
        }
    }

    /// Shows the next peak of an iceberg.
    pub(crate) fn refill(&mut self, maker: &RestingOrder, slot: Slot, reserve: u64, events: &mut Vec<Event>) {
        let ticket = self.tickets.get_mut(&maker.order).expect("an iceberg has a ticket");
        let shown = ticket.next_peak(maker.order, reserve);
        ticket.reserve = reserve - shown;
        let left = ticket.reserve;
        let shown = Qty::new(shown).expect("a peak is not empty");
        self.books.set_reserve(slot, reserve, left);
        let ahead = self.books.refill(slot, shown);
        events.push(Event::OrderRefilled {
            order: maker.order,
            account: maker.account,
            instrument: maker.instrument,
            side: maker.side,
            price: maker.price,
            shown,
            ahead,
        });
    }

    /// What is left of an order after it has traded: it rests, or is canceled.
    pub(crate) fn finish(&mut self, incoming: &mut Incoming, stop: Stop, events: &mut Vec<Event>) {
        if incoming.leaves == 0 {
            if incoming.flags.has(OrderFlags::TICKET) {
                self.close(incoming.order);
            }
        } else {
            self.finish_rest(incoming, stop, events);
        }
        let special = self.markets[incoming.instrument.index()].special.is_some();
        if special {
            self.finish_interruption(incoming, stop, events);
        }
    }

    /// Interrupts trading, if what the order met or did asks for it.
    fn finish_interruption(&mut self, incoming: &Incoming, stop: Stop, events: &mut Vec<Event>) {
        match stop {
            // A peg that meets the range rests where it is: the same move must not interrupt again and again.
            Stop::PriceRange if !incoming.flags.has(OrderFlags::PEGGED) => {
                self.interrupt(incoming.instrument, PhaseCause::PriceRange, events);
            }
            _ if self.is_reserved(incoming.instrument) => {
                self.interrupt(incoming.instrument, PhaseCause::Velocity, events);
            }
            _ => {}
        }
    }

    fn finish_rest(&mut self, incoming: &mut Incoming, stop: Stop, events: &mut Vec<Event>) {
        match (stop, incoming.remainder) {
            (Stop::SelfTrade, _) => self.end(incoming, CancelReason::SelfTrade, events),
            (Stop::PriceRange | Stop::Velocity, Remainder::Canceled) => {
                self.end(incoming, CancelReason::Interrupted, events)
            }
            (Stop::Band(_), Remainder::Canceled) => self.end(incoming, CancelReason::Band, events),
            (Stop::Done, Remainder::Canceled)
                if incoming.last_fill.is_none() && incoming.asked.limit().is_none() =>
            {
                self.end(incoming, CancelReason::NoLiquidity, events);
            }
            (Stop::Done, Remainder::Canceled) => self.end(incoming, CancelReason::ImmediateOrCancel, events),
            (_, Remainder::Rests(price)) => match self.band_beyond(incoming, price, stop) {
                Some(band) => {
                    self.reprice(incoming, price, band, RepriceReason::Band, events);
                    self.rest(incoming, band, events);
                }
                None => self.rest(incoming, price, events),
            },
            (_, Remainder::RestsAtLastFill) => match (incoming.last_fill, stop) {
                (Some(price), _) => {
                    self.reprice(incoming, price, price, RepriceReason::MarketToLimit, events);
                    self.rest(incoming, price, events);
                }
                (None, Stop::Done) => self.end(incoming, CancelReason::NoLiquidity, events),
                (None, Stop::Band(_)) => self.end(incoming, CancelReason::Band, events),
                (None, _) => self.end(incoming, CancelReason::Interrupted, events),
            },
        }
    }

    /// The band (limit up, limit down) at which an order rests whose limit lies beyond it.
    fn band_beyond(&self, incoming: &Incoming, price: Price, stop: Stop) -> Option<Price> {
        if incoming.flags.has(OrderFlags::PEGGED) {
            return None;
        }
        // The band that stopped it counts even if its own trades have moved the bands since.
        let met = if let Stop::Band(band) = stop { Some(band) } else { None };
        let bands = self.bands(incoming.instrument);
        let edges = |now: Option<Price>| [met, now].into_iter().flatten();
        let edge = match incoming.side {
            Side::Buy => edges(bands.map(|bands| bands.high)).min(),
            Side::Sell => edges(bands.map(|bands| bands.low)).max(),
        };
        edge.filter(|&edge| edge != price && incoming.side.crosses(price, edge))
    }

    /// Gives an order another limit, and back what it no longer needs.
    pub(crate) fn reprice(
        &mut self,
        incoming: &mut Incoming,
        old_price: Price,
        price: Price,
        reason: RepriceReason,
        events: &mut Vec<Event>,
    ) {
        let Incoming { order, account, instrument: id, side, .. } = *incoming;
        events.push(Event::OrderRepriced { order, instrument: id, old_price, price, reason });
        let instrument = &self.instruments[id.index()];
        let asset = instrument.gives(side);
        let need = instrument.hold(side, price, incoming.leaves);
        self.ledger.post(Line::release(account, asset, incoming.held - need, order), events);
        incoming.held = need;
        incoming.hold_price = Some(price);
        incoming.price = OrderPrice::Limit(price);
        if let Some(ticket) = self.tickets.get_mut(&order) {
            ticket.hold_price = Some(price);
            ticket.terms.price = OrderPrice::Limit(price);
            if let Link::Limit(stop) = ticket.link {
                self.hold_beyond(stop, events);
            }
        }
    }

    /// Puts what is left of an order into the book.
    pub(crate) fn rest(&mut self, incoming: &Incoming, price: Price, events: &mut Vec<Event>) {
        let Incoming { order, account, instrument, side, quantity, mut flags, .. } = *incoming;
        let (mut layer, mut shown, mut reserve) = (Layer::Lit, incoming.leaves, 0);
        if flags.has(OrderFlags::TICKET) {
            let ticket = self.tickets.get_mut(&order).expect("the mark says that there is a ticket");
            layer = ticket.layer();
            shown = ticket.first_peak(incoming.leaves);
            reserve = incoming.leaves - shown;
            flags = if reserve > 0 {
                flags.with(OrderFlags::RESERVE)
            } else {
                flags.without(OrderFlags::RESERVE)
            };
            (ticket.reserve, ticket.leaves, ticket.held, ticket.state) = (reserve, 0, 0, State::Resting);
        }
        if layer == Layer::Dark {
            let special = self.markets[instrument.index()].special_mut();
            if flags.has(OrderFlags::PEGGED) {
                special.pegs_settled = None;
            }
        }
        self.lead(instrument, side, layer, price, order);
        let leaves = Qty::new(shown).expect("something is left");
        let version = incoming.version + 1;
        let resting =
            RestingOrder { order, account, instrument, layer, side, price, quantity, leaves, flags, version };
        let ahead = self.books.rest(resting);
        if reserve > 0 {
            let slot = self.books.find(order).expect("the order rests");
            self.books.set_reserve(slot, 0, reserve);
        }
        self.ledger.count_order(account);
        events.push(Event::OrderRested { order, account, instrument, side, price, leaves, ahead, layer });
    }

    /// Remembers which order betters the market.
    fn lead(&mut self, instrument: InstrumentId, side: Side, layer: Layer, price: Price, order: OrderId) {
        let Some(special) = &mut self.markets[instrument.index()].special else { return };
        if layer == Layer::Dark || !special.settings.allocation.uses_top() || !special.phase.matches() {
            return;
        }
        let best = self.books.best(instrument, Layer::Lit, side);
        if best.is_none_or(|best| side.rank(price) < side.rank(best)) {
            *special.top_mut(side) = Some(order);
        }
    }

    /// Cancels what is left of an order that does not rest.
    pub(crate) fn end(&mut self, incoming: &Incoming, reason: CancelReason, events: &mut Vec<Event>) {
        let price = self.tickets.get(&incoming.order).map_or(incoming.asked, |ticket| ticket.terms.price);
        events.push(Event::OrderCanceled {
            order: incoming.order,
            account: incoming.account,
            instrument: incoming.instrument,
            side: incoming.side,
            price,
            canceled: Lots::new(incoming.leaves),
            from: Place::Incoming,
            reason,
        });
        let asset = self.instruments[incoming.instrument.index()].gives(incoming.side);
        self.ledger.post(Line::release(incoming.account, asset, incoming.held, incoming.order), events);
        if incoming.flags.has(OrderFlags::TICKET) {
            let link = self.tickets.get(&incoming.order).map_or(Link::None, |ticket| ticket.link);
            self.close(incoming.order);
            self.cancel_partner(link, events);
        }
    }

    /// Whether an order may not trade with this account.
    fn apart(&self, incoming: &Incoming, account: AccountId) -> bool {
        incoming.self_trade != SelfTrade::Allow && self.kept_apart(incoming.account, account)
    }
}

/// Who rests.
#[derive(Clone, Copy, Debug)]
struct Maker {
    order: OrderId,
    account: AccountId,
}

impl From<&RestingOrder> for Maker {
    fn from(maker: &RestingOrder) -> Self {
        Self { order: maker.order, account: maker.account }
    }
}

impl From<&Incoming> for Maker {
    fn from(maker: &Incoming) -> Self {
        Self { order: maker.order, account: maker.account }
    }
}

impl OrderPrice {
    /// Whether an order of `side` with this price may trade at `price`.
    pub(crate) const fn reaches(self, side: Side, price: Price) -> bool {
        match self {
            Self::Limit(limit) => side.crosses(limit, price),
            Self::Market | Self::MarketToLimit => true,
        }
    }
}
