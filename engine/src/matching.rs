//! Orders meet: entry, matching by price and time, cancel, cancel/replace.
//!
//! An aggressor trades with the front of the best opposite level, at the maker's price, until it is filled or its
//! limit ends. Entry and replacement share that one loop, and both sides share one path.

use crate::account::Posting as Line;
use crate::book::{Layer, Slot};
use crate::limits::{MAX_AMOUNT, MAX_OPEN_ORDERS};
use crate::{
    AccountId, CancelReason, Event, Exchange, Instrument, InstrumentId, Lots, NewOrder, OrderId, OrderPrice,
    Posting, Price, Priority, Qty, Reject, RestingOrder, Side, TimeInForce, Trade, TradeId,
};

/// An order on its way through the book.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
    pub(crate) price: OrderPrice,
    pub(crate) quantity: Qty,
    pub(crate) leaves: u64,
    pub(crate) posting: Posting,
    /// What is still held for it, of the asset it gives.
    pub(crate) held: i64,
}

/// What an order that was let in will hold and can reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admission {
    /// Amount to hold of the asset that the order gives.
    pub(crate) hold: i64,
    /// Lots that it can trade at once; only known where something depends on it.
    reachable: u64,
}

/// What a walk over the opposite side of the book found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reach {
    /// Lots within limit and quantity.
    pub(crate) lots: u64,
    /// Their value in minor units of the quote asset.
    pub(crate) value: i128,
}

impl Exchange {
    /// Runs every check on a new order, in the documented order.
    pub(crate) fn admit(&self, terms: &NewOrder) -> Result<Admission, Reject> {
        match (terms.price, terms.time_in_force, terms.posting) {
            (OrderPrice::Market, TimeInForce::GoodTillCancel, _) => {
                return Err(Reject::MarketOrderCannotRest);
            }
            (OrderPrice::Market, _, Posting::PostOnly)
            | (_, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill, Posting::PostOnly) => {
                return Err(Reject::PostOnlyMustRest);
            }
            _ => {}
        }
        let instrument = self
            .instrument(terms.instrument)
            .ok_or(Reject::UnknownInstrument { instrument: terms.instrument })?;
        self.known_customer(terms.account)?;
        let rests = terms.time_in_force == TimeInForce::GoodTillCancel;
        if rests && self.ledger.account(terms.account)?.open_orders() >= MAX_OPEN_ORDERS {
            return Err(Reject::TooManyOrders);
        }
        let walks = terms.price == OrderPrice::Market || terms.time_in_force == TimeInForce::FillOrKill;
        let reach = if walks {
            self.reach(terms.instrument, terms.side, terms.price, terms.quantity)
        } else {
            Reach::default()
        };
        let hold = match terms.price {
            OrderPrice::Limit(price) => {
                limit_hold(instrument, terms.instrument, terms.side, price, terms.quantity)?
            }
            OrderPrice::Market => market_hold(instrument, terms, &reach)?,
        };
        self.ledger.cover(terms.account, instrument.gives(terms.side), hold)?;
        if let (OrderPrice::Limit(price), Posting::PostOnly) = (terms.price, terms.posting) {
            self.refuse_taking(terms.instrument, terms.side, price)?;
        }
        Ok(Admission { hold, reachable: reach.lots })
    }

    pub(crate) fn place(&mut self, terms: &NewOrder, events: &mut Vec<Event>) -> Result<(), Reject> {
        let admission = self.admit(terms)?;
        self.order_count += 1;
        let order = OrderId::new(self.order_count).expect("the count is above zero");
        events.push(Event::OrderAccepted { order, terms: *terms });
        let mut incoming = Incoming {
            order,
            account: terms.account,
            instrument: terms.instrument,
            side: terms.side,
            price: terms.price,
            quantity: terms.quantity,
            leaves: terms.quantity.get(),
            posting: terms.posting,
            held: 0,
        };
        if terms.time_in_force == TimeInForce::FillOrKill && admission.reachable < terms.quantity.get() {
            self.end(&incoming, CancelReason::FillOrKill, events);
            return Ok(());
        }
        if terms.price == OrderPrice::Market && admission.reachable == 0 {
            self.end(&incoming, CancelReason::NoLiquidity, events);
            return Ok(());
        }
        let asset = self.instruments[terms.instrument.index()].gives(terms.side);
        self.ledger.post(Line::hold(terms.account, asset, admission.hold, order), events);
        incoming.held = admission.hold;
        self.trade(&mut incoming, events);
        match (incoming.price, terms.time_in_force) {
            _ if incoming.leaves == 0 => {}
            (OrderPrice::Limit(price), TimeInForce::GoodTillCancel) => self.rest(&incoming, price, events),
            _ => self.end(&incoming, CancelReason::ImmediateOrCancel, events),
        }
        Ok(())
    }

    pub(crate) fn cancel(
        &mut self,
        account: AccountId,
        order: OrderId,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let slot = self.own_order(account, order)?;
        let resting = self.books.remove(slot);
        self.ledger.uncount_order(account);
        events.push(Event::OrderCanceled {
            order,
            account,
            instrument: resting.instrument,
            side: resting.side,
            price: OrderPrice::Limit(resting.price),
            canceled: resting.leaves.lots(),
            rested: true,
            reason: CancelReason::Requested,
        });
        let instrument = &self.instruments[resting.instrument.index()];
        let held = instrument.hold(resting.side, resting.price, resting.leaves.get());
        let asset = instrument.gives(resting.side);
        self.ledger.post(Line::release(account, asset, held, order), events);
        Ok(())
    }

    pub(crate) fn replace(
        &mut self,
        account: AccountId,
        order: OrderId,
        price: Price,
        quantity: Qty,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let slot = self.own_order(account, order)?;
        let old = self.books.resting(slot);
        let instrument = self.instruments[old.instrument.index()];
        limit_hold(&instrument, old.instrument, old.side, price, quantity)?;
        let asset = instrument.gives(old.side);
        let filled = old.quantity.get() - old.leaves.get();
        let left = quantity.get().saturating_sub(filled);
        let held = instrument.hold(old.side, old.price, old.leaves.get());
        let hold = instrument.hold(old.side, price, left);
        self.ledger.cover(account, asset, hold - held)?;
        let Ok(leaves) = Qty::new(left) else {
            let filled = Qty::new(filled).expect("a total not above the filled quantity has one");
            return Err(Reject::BelowFilled { instrument: old.instrument, quantity, filled });
        };
        if old.posting() == Posting::PostOnly {
            self.refuse_taking(old.instrument, old.side, price)?;
        }
        let kept = price == old.price && leaves <= old.leaves;
        if kept {
            self.books.reduce(slot, quantity, leaves);
        } else {
            self.books.remove(slot);
            self.ledger.uncount_order(account);
        }
        events.push(Event::OrderReplaced {
            order,
            account,
            instrument: old.instrument,
            side: old.side,
            old_price: old.price,
            price,
            quantity,
            old_leaves: old.leaves,
            leaves,
            priority: if kept { Priority::Kept } else { Priority::Lost },
        });
        let line = if hold >= held {
            Line::hold(account, asset, hold - held, order)
        } else {
            Line::release(account, asset, held - hold, order)
        };
        self.ledger.post(line, events);
        if !kept {
            let mut incoming = Incoming {
                order,
                account,
                instrument: old.instrument,
                side: old.side,
                price: OrderPrice::Limit(price),
                quantity,
                leaves: leaves.get(),
                posting: old.posting(),
                held: hold,
            };
            self.trade(&mut incoming, events);
            if incoming.leaves > 0 {
                self.rest(&incoming, price, events);
            }
        }
        Ok(())
    }

    /// An open order of this account. Another's looks like one that does not exist.
    fn own_order(&self, account: AccountId, order: OrderId) -> Result<Slot, Reject> {
        self.ledger.account(account)?;
        self.books
            .find(order)
            .filter(|&slot| self.books.resting(slot).account == account)
            .ok_or(Reject::UnknownOrder { order })
    }

    /// Walks the opposite side as far as limit and quantity reach.
    pub(crate) fn reach(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: OrderPrice,
        quantity: Qty,
    ) -> Reach {
        let tick_value = i128::from(self.instruments[instrument.index()].tick_value());
        let mut reach = Reach::default();
        for level in self.books.levels(instrument, Layer::Lit, side.opposite()) {
            let left = quantity.get() - reach.lots;
            if left == 0 || !price.reaches(side, level.price) {
                break;
            }
            let lots = left.min(level.quantity);
            reach.lots += lots;
            reach.value += i128::from(level.price.get()) * i128::from(lots) * tick_value;
        }
        reach
    }

    /// Trades an incoming order with the book as far as it goes.
    fn trade(&mut self, incoming: &mut Incoming, events: &mut Vec<Event>) {
        let instrument = self.instruments[incoming.instrument.index()];
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
            let quantity = Qty::new(lots).expect("both orders have something left");
            incoming.leaves -= lots;
            let maker_leaves = Lots::new(maker.leaves.get() - lots);
            match maker_leaves.qty() {
                Some(leaves) => self.books.reduce(slot, maker.quantity, leaves),
                None => {
                    self.books.remove(slot);
                    self.ledger.uncount_order(maker.account);
                }
            }
            self.trade_count += 1;
            let trade = Trade {
                trade: TradeId::new(self.trade_count).expect("the count is above zero"),
                instrument: incoming.instrument,
                price: maker.price,
                quantity,
                taker_side: incoming.side,
                maker: maker.order,
                taker: incoming.order,
                maker_account: maker.account,
                taker_account: incoming.account,
                maker_leaves,
                taker_leaves: Lots::new(incoming.leaves),
            };
            events.push(Event::Traded(trade));
            self.settle(&instrument, &trade, incoming, events);
        }
    }

    /// Puts what is left of an order into the book.
    fn rest(&mut self, incoming: &Incoming, price: Price, events: &mut Vec<Event>) {
        let leaves = Qty::new(incoming.leaves).expect("something is left");
        let Incoming { order, account, instrument, side, quantity, posting, .. } = *incoming;
        let ahead = self.books.rest(RestingOrder {
            order,
            account,
            instrument,
            layer: Layer::Lit,
            side,
            price,
            quantity,
            leaves,
            flags: posting.into(),
            version: 1,
        });
        self.ledger.count_order(account);
        events.push(Event::OrderRested { order, account, instrument, side, price, leaves, ahead });
    }

    /// Cancels what is left of an order that does not rest.
    fn end(&mut self, incoming: &Incoming, reason: CancelReason, events: &mut Vec<Event>) {
        events.push(Event::OrderCanceled {
            order: incoming.order,
            account: incoming.account,
            instrument: incoming.instrument,
            side: incoming.side,
            price: incoming.price,
            canceled: Lots::new(incoming.leaves),
            rested: false,
            reason,
        });
        let asset = self.instruments[incoming.instrument.index()].gives(incoming.side);
        self.ledger.post(Line::release(incoming.account, asset, incoming.held, incoming.order), events);
    }

    fn refuse_taking(&self, instrument: InstrumentId, side: Side, price: Price) -> Result<(), Reject> {
        match self.books.best(instrument, Layer::Lit, side.opposite()) {
            Some(best) if side.crosses(price, best) => {
                Err(Reject::PostOnlyWouldTake { instrument, price, best })
            }
            _ => Ok(()),
        }
    }
}

impl OrderPrice {
    /// Whether an order of `side` with this price may trade at `price`.
    pub(crate) const fn reaches(self, side: Side, price: Price) -> bool {
        match self {
            Self::Limit(limit) => side.crosses(limit, price),
            Self::Market => true,
        }
    }
}

/// What a limit order must hold, or that it is worth too much to be counted.
fn limit_hold(
    instrument: &Instrument,
    id: InstrumentId,
    side: Side,
    price: Price,
    quantity: Qty,
) -> Result<i64, Reject> {
    let fits = instrument.value(price, quantity.lots()).is_some()
        && instrument.base_units(quantity.lots()).is_some();
    let hold = if fits { instrument.hold(side, price, quantity.get()) } else { i64::MAX };
    if hold > MAX_AMOUNT {
        return Err(Reject::NotionalTooLarge { instrument: id, price: Some(price), quantity });
    }
    Ok(hold)
}

/// What a market order must hold: a buyer the cost of what the book offers now, a seller the whole quantity.
fn market_hold(instrument: &Instrument, terms: &NewOrder, reach: &Reach) -> Result<i64, Reject> {
    let too_large =
        Reject::NotionalTooLarge { instrument: terms.instrument, price: None, quantity: terms.quantity };
    let units = instrument.base_units(terms.quantity.lots()).ok_or(too_large)?;
    match terms.side {
        Side::Sell => Ok(units),
        Side::Buy => {
            let value =
                i64::try_from(reach.value).ok().filter(|&value| value <= MAX_AMOUNT).ok_or(too_large)?;
            let hold = value + instrument.terms().taker_fee.fee_floor(value);
            if hold > MAX_AMOUNT { Err(too_large) } else { Ok(hold) }
        }
    }
}
