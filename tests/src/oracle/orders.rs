//! The oracle's orders: entry, trading, cancel and replace.

use outcry_engine::{
    AccountId, CancelReason, Event, FeeRate, InstrumentId, Layer, LedgerKind, NewInstrument, NewOrder,
    OrderId, OrderPrice, Place, Posting, Price, Priority, Qty, Reject, Side, TimeInForce, Trade, TradeId,
    TradeKind, limits,
};

use super::{Fault, OpenOrder, Oracle, lots, terms};

/// An order on its way through the book: what is left of it, and how far it may go.
struct Aggressor {
    order: OrderId,
    account: AccountId,
    instrument: InstrumentId,
    side: Side,
    price: OrderPrice,
    leaves: u64,
}

impl Oracle {
    pub(super) fn place(&mut self, new: NewOrder, events: &mut Vec<Event>) -> Result<(), Reject> {
        let needed = self.check_place(&new)?;
        self.orders_accepted += 1;
        let order = OrderId::new(self.orders_accepted).expect("counted from 1");
        events.push(Event::OrderAccepted { order, terms: new });

        let reachable = self.reachable(new.instrument, new.side, new.price);
        let quantity = new.quantity.get();
        let canceled = |reason| Event::OrderCanceled {
            order,
            account: new.account,
            instrument: new.instrument,
            side: new.side,
            price: new.price,
            canceled: new.quantity.lots(),
            from: Place::Incoming,
            reason,
        };
        if new.time_in_force == TimeInForce::FillOrKill && reachable < quantity {
            events.push(canceled(CancelReason::FillOrKill));
            return Ok(());
        }
        if new.price == OrderPrice::Market && reachable == 0 {
            events.push(canceled(CancelReason::NoLiquidity));
            return Ok(());
        }

        let gives = self.gives(new.instrument, new.side);
        self.hold((new.account, gives), needed, order, events);
        let mut aggressor = Aggressor {
            order,
            account: new.account,
            instrument: new.instrument,
            side: new.side,
            price: new.price,
            leaves: quantity,
        };
        let spent = self.trade(&mut aggressor, needed, events);
        if aggressor.leaves == 0 {
            return Ok(());
        }
        match (new.time_in_force, new.price) {
            (TimeInForce::GoodTillCancel, OrderPrice::Limit(price)) => {
                let open = OpenOrder {
                    order,
                    account: new.account,
                    instrument: new.instrument,
                    side: new.side,
                    price,
                    quantity,
                    filled: quantity - aggressor.leaves,
                    posting: new.posting,
                };
                self.rest(open, events);
            }
            _ => {
                events.push(Event::OrderCanceled {
                    order,
                    account: new.account,
                    instrument: new.instrument,
                    side: new.side,
                    price: new.price,
                    canceled: lots(aggressor.leaves),
                    from: Place::Incoming,
                    reason: CancelReason::ImmediateOrCancel,
                });
                self.release((new.account, gives), spent, order, events);
            }
        }
        Ok(())
    }

    /// Checks an order in the documented order of rejects; gives what has to be held for it.
    fn check_place(&self, new: &NewOrder) -> Result<i128, Reject> {
        let market = new.price == OrderPrice::Market;
        if market && new.time_in_force == TimeInForce::GoodTillCancel {
            return Err(Reject::MarketOrderCannotRest);
        }
        if new.posting == Posting::PostOnly && (market || new.time_in_force != TimeInForce::GoodTillCancel) {
            return Err(Reject::PostOnlyMustRest);
        }
        let terms = self.terms(new.instrument)?;
        self.check_account(new.account)?;
        if new.account == AccountId::VENUE {
            return Err(Reject::VenueAccount);
        }
        let open = self.orders.iter().filter(|order| order.account == new.account).count();
        if new.time_in_force == TimeInForce::GoodTillCancel && open >= limits::MAX_OPEN_ORDERS as usize {
            return Err(Reject::TooManyOrders);
        }
        let needed = self.check_worth(&terms, new.instrument, new.side, new.price, new.quantity)?;
        self.check_funds(new.account, self.gives(new.instrument, new.side), needed)?;
        self.check_posting(new.instrument, new.side, new.price, new.posting)?;
        Ok(needed)
    }

    /// What an order needs at entry, unless the quantity, its value or the need is no amount any more.
    fn check_worth(
        &self,
        terms: &NewInstrument,
        instrument: InstrumentId,
        side: Side,
        price: OrderPrice,
        quantity: Qty,
    ) -> Result<i128, Reject> {
        let goods = terms::base_units(terms, self.digits(terms.base), quantity.get());
        let (limit, worth, need) = match price {
            OrderPrice::Limit(price) => {
                let worth = terms::value(terms, self.digits(terms.quote), price, quantity.get());
                (Some(price), worth, self.need(terms, side, price, quantity.get()))
            }
            OrderPrice::Market | OrderPrice::MarketToLimit => {
                let cost = self.cost_at_market(terms, instrument, side, quantity.get());
                (None, cost, if side == Side::Buy { cost + fee(cost, terms.taker_fee) } else { goods })
            }
        };
        let most = i128::from(limits::MAX_AMOUNT);
        if goods > most || worth > most || need > most {
            return Err(Reject::NotionalTooLarge { instrument, price: limit, quantity });
        }
        Ok(need)
    }

    fn check_posting(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: OrderPrice,
        posting: Posting,
    ) -> Result<(), Reject> {
        let best = self.queue(instrument, side.opposite()).first().map(|maker| maker.price);
        match (posting, price, best) {
            (Posting::PostOnly, OrderPrice::Limit(price), Some(best)) if within(side, price, best) => {
                Err(Reject::PostOnlyWouldTake { instrument, price, best })
            }
            _ => Ok(()),
        }
    }

    /// What an order with this limit and these lots left can cost at worst.
    fn need(&self, terms: &NewInstrument, side: Side, price: Price, leaves: u64) -> i128 {
        match side {
            Side::Buy => {
                let value = terms::value(terms, self.digits(terms.quote), price, leaves);
                value + fee(value, terms.maker_fee.max(terms.taker_fee))
            }
            Side::Sell => terms::base_units(terms, self.digits(terms.base), leaves),
        }
    }

    /// What a purchase without a limit costs now before its fee; nothing for a sale.
    fn cost_at_market(&self, terms: &NewInstrument, instrument: InstrumentId, side: Side, lots: u64) -> i128 {
        if side == Side::Sell {
            return 0;
        }
        let (mut left, mut cost) = (lots, 0);
        for maker in self.queue(instrument, Side::Sell) {
            let quantity = left.min(maker.leaves());
            left -= quantity;
            cost += terms::value(terms, self.digits(terms.quote), maker.price, quantity);
        }
        cost
    }

    /// Lots that an order of this side and price could trade with.
    fn reachable(&self, instrument: InstrumentId, side: Side, price: OrderPrice) -> u64 {
        self.queue(instrument, side.opposite())
            .iter()
            .filter(|maker| reaches(side, price, maker.price))
            .map(|maker| maker.leaves())
            .sum()
    }

    /// Trades with the best makers while there are any within the limit; gives what is still held.
    fn trade(&mut self, aggressor: &mut Aggressor, mut held: i128, events: &mut Vec<Event>) -> i128 {
        while aggressor.leaves > 0 {
            let best = self.queue(aggressor.instrument, aggressor.side.opposite()).first().copied().cloned();
            let Some(maker) = best.filter(|maker| reaches(aggressor.side, aggressor.price, maker.price))
            else {
                break;
            };
            held = self.fill(aggressor, &maker, held, events);
        }
        held
    }

    /// One trade: the event, both legs, the fees, and what the buyer's order need not hold any longer.
    fn fill(
        &mut self,
        taker: &mut Aggressor,
        maker: &OpenOrder,
        held: i128,
        events: &mut Vec<Event>,
    ) -> i128 {
        let terms = self.terms(taker.instrument).expect("an order's instrument exists");
        let quantity = taker.leaves.min(maker.leaves());
        taker.leaves -= quantity;
        let maker_leaves = maker.leaves() - quantity;
        let place = self.orders.iter().position(|open| open.order == maker.order).expect("the maker is open");
        self.orders[place].filled += quantity;
        if maker_leaves == 0 {
            self.orders.remove(place);
        }
        let price = match taker.price {
            OrderPrice::Limit(limit) if self.fault == Fault::AggressorsPrice => limit,
            _ => maker.price,
        };
        self.trades += 1;
        events.push(Event::Traded(Trade {
            trade: TradeId::new(self.trades).expect("counted from 1"),
            instrument: taker.instrument,
            price,
            quantity: Qty::new(quantity).expect("a trade of two orders is not empty"),
            taker_side: taker.side,
            kind: TradeKind::Continuous,
            maker: maker.order,
            taker: taker.order,
            maker_account: maker.account,
            taker_account: taker.account,
            maker_leaves: lots(maker_leaves),
            taker_leaves: lots(taker.leaves),
        }));

        let cash = terms::value(&terms, self.digits(terms.quote), price, quantity);
        let goods = terms::base_units(&terms, self.digits(terms.base), quantity);
        let (maker_fee, taker_fee) = (fee(cash, terms.maker_fee), fee(cash, terms.taker_fee));
        let (buyer, seller, buyer_fee, seller_fee) = match taker.side {
            Side::Buy => ((taker.account, taker.order), (maker.account, maker.order), taker_fee, maker_fee),
            Side::Sell => ((maker.account, maker.order), (taker.account, taker.order), maker_fee, taker_fee),
        };
        let (base, quote) = (terms.base, terms.quote);
        self.change(buyer.0, quote, LedgerKind::Buy, 0, -cash, Some(buyer.1), events);
        self.change(buyer.0, base, LedgerKind::Buy, goods, 0, Some(buyer.1), events);
        self.change(seller.0, base, LedgerKind::Sell, 0, -goods, Some(seller.1), events);
        self.change(seller.0, quote, LedgerKind::Sell, cash, 0, Some(seller.1), events);
        self.change(buyer.0, quote, LedgerKind::Fee, 0, -buyer_fee, Some(buyer.1), events);
        self.change(seller.0, quote, LedgerKind::Fee, -seller_fee, 0, Some(seller.1), events);
        let mut earned = buyer_fee + seller_fee;
        if self.fault == Fault::FeeRoundingLeaks && earned > 0 {
            earned += 1;
        }
        self.change(AccountId::VENUE, quote, LedgerKind::Fee, earned, 0, Some(taker.order), events);

        let paid = cash + buyer_fee;
        match (taker.side, taker.price) {
            (Side::Sell, _) => {
                let before = self.need(&terms, Side::Buy, maker.price, maker_leaves + quantity);
                let after = self.need(&terms, Side::Buy, maker.price, maker_leaves);
                self.release((buyer.0, quote), before - after - paid, buyer.1, events);
                held - goods
            }
            (Side::Buy, OrderPrice::Limit(limit)) => {
                let after = self.need(&terms, Side::Buy, limit, taker.leaves);
                self.release((buyer.0, quote), held - after - paid, buyer.1, events);
                after
            }
            (Side::Buy, OrderPrice::Market | OrderPrice::MarketToLimit) if taker.leaves > 0 => held - paid,
            (Side::Buy, OrderPrice::Market | OrderPrice::MarketToLimit) => {
                self.release((buyer.0, quote), held - paid, buyer.1, events);
                0
            }
        }
    }

    /// Puts what is left of an order behind all others of its price.
    fn rest(&mut self, open: OpenOrder, events: &mut Vec<Event>) {
        let ahead = self
            .queue(open.instrument, open.side)
            .iter()
            .filter(|other| other.price == open.price)
            .map(|other| other.leaves())
            .sum();
        events.push(Event::OrderRested {
            order: open.order,
            account: open.account,
            instrument: open.instrument,
            side: open.side,
            price: open.price,
            leaves: Qty::new(open.leaves()).expect("a resting order has something left"),
            ahead: lots(ahead),
            layer: Layer::Lit,
        });
        self.orders.push(open);
    }

    pub(super) fn cancel(
        &mut self,
        account: AccountId,
        order: OrderId,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let place = self.find(account, order)?;
        let open = self.orders.remove(place);
        events.push(Event::OrderCanceled {
            order,
            account,
            instrument: open.instrument,
            side: open.side,
            price: OrderPrice::Limit(open.price),
            canceled: lots(open.leaves()),
            from: Place::Lit,
            reason: CancelReason::Requested,
        });
        let terms = self.terms(open.instrument)?;
        let held = self.need(&terms, open.side, open.price, open.leaves());
        self.release((account, self.gives(open.instrument, open.side)), held, order, events);
        Ok(())
    }

    pub(super) fn replace(
        &mut self,
        account: AccountId,
        order: OrderId,
        price: Price,
        quantity: Qty,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let place = self.find(account, order)?;
        let old = self.orders[place].clone();
        let terms = self.terms(old.instrument)?;
        self.check_worth(&terms, old.instrument, old.side, OrderPrice::Limit(price), quantity)?;
        let gives = self.gives(old.instrument, old.side);
        let leaves = quantity.get().saturating_sub(old.filled);
        let before = self.need(&terms, old.side, old.price, old.leaves());
        let after = self.need(&terms, old.side, price, leaves);
        self.check_funds(account, gives, after - before)?;
        if let Some(filled) = lots(old.filled).qty().filter(|_| leaves == 0) {
            return Err(Reject::BelowFilled { instrument: old.instrument, quantity, filled });
        }
        self.check_posting(old.instrument, old.side, OrderPrice::Limit(price), old.posting)?;

        let reduces = price == old.price && quantity.get() <= old.quantity;
        let keeps = reduces && self.fault != Fault::ReduceLosesPriority;
        events.push(Event::OrderReplaced {
            order,
            account,
            instrument: old.instrument,
            side: old.side,
            old_price: old.price,
            price,
            quantity,
            old_leaves: Qty::new(old.leaves()).expect("an open order has something left"),
            leaves: Qty::new(leaves).expect("checked above"),
            priority: if keeps { Priority::Kept } else { Priority::Lost },
        });
        if after > before {
            self.hold((account, gives), after - before, order, events);
        } else {
            self.release((account, gives), before - after, order, events);
        }
        if keeps {
            self.orders[place].quantity = quantity.get();
            return Ok(());
        }
        self.orders.remove(place);
        let (instrument, side) = (old.instrument, old.side);
        let mut aggressor =
            Aggressor { order, account, instrument, side, price: OrderPrice::Limit(price), leaves };
        self.trade(&mut aggressor, after, events);
        if aggressor.leaves > 0 {
            let filled = quantity.get() - aggressor.leaves;
            self.rest(OpenOrder { price, quantity: quantity.get(), filled, ..old }, events);
        }
        Ok(())
    }

    /// Where the account's open order stands in the list.
    fn find(&self, account: AccountId, order: OrderId) -> Result<usize, Reject> {
        self.check_account(account)?;
        self.orders
            .iter()
            .position(|open| open.order == order && open.account == account)
            .ok_or(Reject::UnknownOrder { order })
    }

    fn terms(&self, instrument: InstrumentId) -> Result<NewInstrument, Reject> {
        self.instruments
            .get(instrument.get() as usize)
            .copied()
            .ok_or(Reject::UnknownInstrument { instrument })
    }

    /// Digits of an asset that an instrument names.
    fn digits(&self, asset: outcry_engine::AssetId) -> u8 {
        self.decimals(asset).expect("an instrument's assets exist")
    }

    /// The asset that an order gives: a purchase the quote, a sale the base.
    fn gives(&self, instrument: InstrumentId, side: Side) -> outcry_engine::AssetId {
        let terms = self.terms(instrument).expect("asked for instruments that exist");
        match side {
            Side::Buy => terms.quote,
            Side::Sell => terms.base,
        }
    }
}

/// The fee on a value: its millionths times the rate, rounded down to the minor unit.
fn fee(value: i128, rate: FeeRate) -> i128 {
    value.saturating_mul(i128::from(rate.ppm())) / 1_000_000
}

/// Whether an order with this limit may trade at a price.
fn within(side: Side, limit: Price, price: Price) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}

/// The same for an order that may have no limit.
fn reaches(side: Side, limit: OrderPrice, price: Price) -> bool {
    match limit {
        OrderPrice::Limit(limit) => within(side, limit, price),
        OrderPrice::Market | OrderPrice::MarketToLimit => true,
    }
}
