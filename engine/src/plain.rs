//! The short way of plain orders.
//!
//! Nearly all orders are plain: a limit order without conditions, of an account without settings, on an instrument that
//! is no more than a book. Their checks and steps are those of [`Exchange::place`] and [`Exchange::cancel`] with all left
//! out that cannot apply, and so are their events. Whatever is not plain, or would be refused, goes the long way.

use crate::account::Posting as Line;
use crate::admission::limit_hold;
use crate::book::PlainOrder;
use crate::limits::MAX_OPEN_ORDERS;
use crate::{
    AccountId, CancelReason, Event, Exchange, Layer, NewOrder, OrderFlags, OrderId, OrderPrice, Place,
    Posting, Price, RestingOrder, TimeInForce,
};

impl Exchange {
    /// Places an order if it is plain and nothing is against it; answers whether it was.
    #[inline]
    pub(crate) fn place_plain(&mut self, terms: &NewOrder, events: &mut Vec<Event>) -> bool {
        let NewOrder { account, instrument: id, side, quantity, .. } = *terms;
        let (OrderPrice::Limit(price), Posting::Any) = (terms.price, terms.posting) else { return false };
        let rests = match terms.time_in_force {
            TimeInForce::GoodTillCancel => true,
            TimeInForce::ImmediateOrCancel => false,
            TimeInForce::FillOrKill | TimeInForce::Day | TimeInForce::GoodTillDate(_) => return false,
        };
        let (Some(market), Some(instrument)) =
            (self.markets.get(id.index()), self.instruments.get(id.index()))
        else {
            return false;
        };
        let Ok(owner) = self.ledger.account(account) else { return false };
        if market.special.is_some()
            || account == AccountId::VENUE
            || !owner.is_plain()
            || owner.open_orders() >= MAX_OPEN_ORDERS
        {
            return false;
        }
        let Some(hold) = limit_hold(instrument, side, price, quantity) else { return false };
        let asset = instrument.gives(side);
        if owner.balance(asset).available.get() < hold {
            return false;
        }
        let order = self.accept(terms, events);
        self.ledger.post(Line::hold(account, asset, hold, order), events);
        let best = self.books.best(id, Layer::Lit, side.opposite());
        if rests && best.is_none_or(|best| !side.crosses(price, best)) {
            self.rest_plain(order, terms, price, events);
        } else {
            self.trade_plain(order, terms, (price, hold), events);
        }
        true
    }

    /// Cancels an order if it is plain and rests, and is this account's; answers whether it was.
    #[inline]
    pub(crate) fn cancel_plain(
        &mut self,
        account: AccountId,
        order: OrderId,
        events: &mut Vec<Event>,
    ) -> bool {
        let Some(plain) = self.books.plain(order) else { return false };
        let PlainOrder { instrument: id, side, price, leaves, .. } = plain;
        if plain.account != account || self.markets[id.index()].special.is_some() {
            return false;
        }
        self.books.remove_plain(order, &plain);
        self.ledger.uncount_order(account);
        events.push(Event::OrderCanceled {
            order,
            account,
            instrument: id,
            side,
            price: OrderPrice::Limit(price),
            canceled: leaves.lots(),
            from: Place::Lit,
            reason: CancelReason::Requested,
        });
        let instrument = &self.instruments[id.index()];
        let held = instrument.hold_of_any(side, price, leaves.get());
        self.ledger.post(Line::release(account, instrument.gives(side), held, order), events);
        true
    }

    #[inline]
    fn rest_plain(&mut self, order: OrderId, terms: &NewOrder, price: Price, events: &mut Vec<Event>) {
        let NewOrder { account, instrument, side, quantity, .. } = *terms;
        let (layer, leaves) = (Layer::Lit, quantity);
        let ahead = self.books.rest(RestingOrder {
            order,
            account,
            instrument,
            layer,
            side,
            price,
            quantity,
            leaves,
            flags: OrderFlags::NONE,
            version: 1,
        });
        self.ledger.count_order(account);
        events.push(Event::OrderRested { order, account, instrument, side, price, leaves, ahead, layer });
    }

    #[inline(never)]
    fn trade_plain(
        &mut self,
        order: OrderId,
        terms: &NewOrder,
        (price, hold): (Price, i64),
        events: &mut Vec<Event>,
    ) {
        let mut incoming = self.incoming_of(order, terms, OrderFlags::NONE);
        (incoming.held, incoming.hold_price) = (hold, Some(price));
        let stop = self.trade(&mut incoming, events);
        self.finish(&mut incoming, stop, events);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use crate::*;

    fn market() -> Exchange {
        let symbol = |text| Symbol::new(text).unwrap();
        let (base, quote) = (AssetId::new(0), AssetId::new(1));
        let fee = |ppm| FeeRate::from_ppm(ppm).unwrap();
        let mut commands = vec![
            Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 },
            Command::CreateAsset { symbol: symbol("USD"), decimals: 2 },
            Command::CreateInstrument(NewInstrument {
                symbol: symbol("ACME"),
                base,
                quote,
                tick: Decimal::new(1, 2),
                lot: Decimal::ONE,
                maker_fee: fee(500),
                taker_fee: fee(1_000),
            }),
        ];
        for number in 1..=3 {
            commands
                .push(Command::OpenAccount { name: AccountName::new(&format!("Trader {number}")).unwrap() });
            for asset in [base, quote] {
                let amount = Amount::new(if asset == base { 60 } else { 6_000 }).unwrap();
                commands.push(Command::Deposit { account: AccountId::new(number), asset, amount });
            }
        }
        let mut exchange = Exchange::new();
        commands
            .iter()
            .for_each(|command| _ = exchange.execute(Timestamp::default(), command, &mut Vec::new()));
        exchange
    }

    fn command() -> impl Strategy<Value = Command> {
        let account = || (0..5_u32).prop_map(AccountId::new);
        let order = || (1..60_u64).prop_map(|number| OrderId::new(number).unwrap());
        let price = || (95..105_i64).prop_map(|ticks| Price::new(ticks).unwrap());
        let quantity = || (1..20_u64).prop_map(|lots| Qty::new(lots).unwrap());
        let time_in_force = prop_oneof![
            6 => Just(TimeInForce::GoodTillCancel),
            3 => Just(TimeInForce::ImmediateOrCancel),
            1 => Just(TimeInForce::FillOrKill),
        ];
        let new = (account(), 0..20_u32, any::<bool>(), 0..12_u8, price(), quantity(), time_in_force)
            .prop_map(|(account, instrument, buy, kind, price, quantity, time_in_force)| {
                Command::PlaceOrder(NewOrder {
                    account,
                    instrument: InstrumentId::new(instrument / 19),
                    side: if buy { Side::Buy } else { Side::Sell },
                    price: if kind == 0 { OrderPrice::Market } else { OrderPrice::Limit(price) },
                    quantity,
                    time_in_force,
                    posting: if kind == 1 { Posting::PostOnly } else { Posting::Any },
                })
            });
        prop_oneof![
            6 => new,
            3 => (account(), order()).prop_map(|(account, order)| Command::CancelOrder { account, order }),
            1 => (account(), order(), price(), quantity()).prop_map(
                |(account, order, price, quantity)| Command::ReplaceOrder { account, order, price, quantity }
            ),
        ]
    }

    proptest! {
        /// An instrument that has rules of its own, none of them set, sends every order the long way.
        ///
        /// Caught when planted: funds that lack one unit; an IOC order that rests.
        #[test]
        fn both_ways_lead_to_the_same_events(commands in prop::collection::vec(command(), 1..300)) {
            let (mut short, mut long) = (market(), market());
            long.markets[0].special_mut();
            for command in commands {
                let (mut events, mut expected) = (Vec::new(), Vec::new());
                short.execute(Timestamp::default(), &command, &mut events);
                long.execute(Timestamp::default(), &command, &mut expected);
                prop_assert_eq!(events, expected, "{:?}", command);
            }
            short.check();
        }
    }
}
