//! What of an event goes into the running digest.
//!
//! The events of plain trading are fed field by field, leaving out what another event repeats; all others by their whole
//! form.

use crate::digest::Hasher;
use crate::{Event, NewInstrument, OrderId, OrderPrice, TimeInForce};

impl Event {
    /// Feeds the event to the running digest: a tag, then every field that another event does not repeat.
    pub(crate) fn digest(&self, hasher: &mut Hasher) {
        match self {
            Self::CommandRejected(reject) => {
                hasher.word(1);
                hasher.bytes(reject.code().as_bytes());
            }
            Self::AssetCreated { asset, symbol, decimals } => {
                hasher.word(2 | u64::from(*decimals) << 8 | u64::from(asset.get()) << 32);
                hasher.bytes(symbol.bytes());
            }
            Self::InstrumentCreated { instrument, terms } => {
                hasher.word(3 | u64::from(instrument.get()) << 32);
                terms.digest(hasher);
            }
            Self::AccountOpened { account, name } => {
                hasher.word(4 | u64::from(account.get()) << 32);
                hasher.bytes(name.bytes());
            }
            Self::LedgerPosted(line) => hasher.words([
                5 | (line.kind as u64) << 8 | u64::from(line.account.get()) << 32,
                u64::from(line.asset.get()) ^ line.order.map_or(0, OrderId::get) << 16,
                line.amount.get().cast_unsigned(),
                line.available.get().cast_unsigned(),
                line.held.get().cast_unsigned(),
            ]),
            Self::OrderAccepted { order, terms } => {
                let kinds = (terms.side as u64) << 8
                    | terms.time_in_force.number() << 12
                    | (terms.posting as u64) << 16;
                hasher.words([
                    6 | kinds | u64::from(terms.account.get()) << 32,
                    order.get(),
                    u64::from(terms.instrument.get()),
                    terms.price.number().cast_unsigned(),
                    terms.quantity.get(),
                ]);
                if let TimeInForce::GoodTillDate(time) = terms.time_in_force {
                    hasher.word(time.nanos());
                }
            }
            Self::OrderRested { order, price, leaves, ahead, layer, .. } => hasher.words([
                7 | (*layer as u64) << 8,
                order.get(),
                price.get().cast_unsigned(),
                leaves.get(),
                ahead.get(),
            ]),
            Self::Traded(trade) => hasher.words([
                8 | (trade.taker_side as u64) << 8
                    | (trade.kind as u64) << 16
                    | u64::from(trade.instrument.get()) << 32,
                trade.trade.get(),
                trade.price.get().cast_unsigned(),
                trade.quantity.get(),
                trade.maker.get(),
                trade.taker.get(),
                u64::from(trade.maker_account.get()) << 32 | u64::from(trade.taker_account.get()),
                trade.maker_leaves.get(),
                trade.taker_leaves.get(),
            ]),
            Self::OrderCanceled { order, account, canceled, from, reason, .. } => hasher.words([
                9 | (*reason as u64) << 8 | (*from as u64) << 16 | u64::from(account.get()) << 32,
                order.get(),
                canceled.get(),
            ]),
            Self::OrderReplaced { order, account, price, quantity, leaves, priority, .. } => hasher.words([
                10 | (*priority as u64) << 8 | u64::from(account.get()) << 32,
                order.get(),
                price.get().cast_unsigned(),
                quantity.get(),
                leaves.get(),
            ]),
            seldom => {
                hasher.word(11);
                hasher.form(seldom);
            }
        }
    }
}

impl NewInstrument {
    /// Feeds the terms to a digest. Decimals count by value: 0.10 is 0.1.
    pub(crate) fn digest(&self, hasher: &mut Hasher) {
        hasher.bytes(self.symbol.bytes());
        hasher.word(u64::from(self.base.get()) << 32 | u64::from(self.quote.get()));
        for decimal in [self.tick, self.lot] {
            hasher.bytes(&decimal.normalize().serialize());
        }
        hasher.signed(i64::from(self.maker_fee.ppm()));
        hasher.signed(i64::from(self.taker_fee.ppm()));
    }
}

impl OrderPrice {
    /// The limit in ticks, which is above zero, or a number that is not.
    const fn number(self) -> i64 {
        match self {
            Self::Limit(price) => price.get(),
            Self::Market => 0,
            Self::MarketToLimit => -1,
        }
    }
}

impl TimeInForce {
    const fn number(self) -> u64 {
        match self {
            Self::GoodTillCancel => 0,
            Self::ImmediateOrCancel => 1,
            Self::FillOrKill => 2,
            Self::Day => 3,
            Self::GoodTillDate(_) => 4,
        }
    }
}
