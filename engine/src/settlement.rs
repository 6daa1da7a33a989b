//! Settlement: each trade moves both legs and the fees at once.
//!
//! The buyer pays from what was held for the order, the seller gives from it. Fees are in the quote asset, rounded
//! down to the minor unit on each fill, and go to the venue, so every asset is conserved exactly. What the buyer
//! held beyond the need of the rest (a better price, a lower fee) is released at once.

use crate::account::Posting as Line;
use crate::matching::Incoming;
use crate::{AccountId, Event, Exchange, Instrument, LedgerKind, OrderId, OrderPrice, Side, Trade};

/// One party of a trade.
struct Party {
    account: AccountId,
    order: OrderId,
    fee: i64,
}

impl Instrument {
    /// What an open order holds of the asset it gives: a buyer the value at the limit and the highest fee on it, a
    /// seller the quantity. The caller has proved that it fits ([`Instrument::value`]).
    pub(crate) fn hold(&self, side: Side, price: crate::Price, leaves: u64) -> i64 {
        match side {
            Side::Buy => {
                let value = price.get() * leaves.cast_signed() * self.tick_value();
                value + self.worst_fee().fee(value)
            }
            Side::Sell => leaves.cast_signed() * self.lot_units(),
        }
    }
}

impl Exchange {
    pub(crate) fn settle(
        &mut self,
        instrument: &Instrument,
        trade: &Trade,
        incoming: &mut Incoming,
        events: &mut Vec<Event>,
    ) {
        let lots = trade.quantity.get().cast_signed();
        let value = trade.price.get() * lots * instrument.tick_value();
        let units = lots * instrument.lot_units();
        let terms = instrument.terms();
        let maker =
            Party { account: trade.maker_account, order: trade.maker, fee: terms.maker_fee.fee(value) };
        let taker =
            Party { account: trade.taker_account, order: trade.taker, fee: terms.taker_fee.fee(value) };
        let excess = match trade.taker_side {
            Side::Buy => {
                let left = incoming.held - value - taker.fee;
                let need = match incoming.price {
                    OrderPrice::Limit(limit) => instrument.hold(Side::Buy, limit, incoming.leaves),
                    OrderPrice::Market | OrderPrice::MarketToLimit if incoming.leaves == 0 => 0,
                    OrderPrice::Market | OrderPrice::MarketToLimit => left,
                };
                incoming.held = need;
                left - need
            }
            Side::Sell => {
                incoming.held -= units;
                let leaves = trade.maker_leaves.get();
                let before = instrument.hold(Side::Buy, trade.price, leaves + trade.quantity.get());
                before - value - maker.fee - instrument.hold(Side::Buy, trade.price, leaves)
            }
        };
        debug_assert!(excess >= 0, "a hold covers every way of filling its order");
        let fees = maker.fee + taker.fee;
        let (buyer, seller) = match trade.taker_side {
            Side::Buy => (taker, maker),
            Side::Sell => (maker, taker),
        };
        let (base, quote) = (instrument.base(), instrument.quote());
        let lines = [
            Line::held(buyer.account, quote, LedgerKind::Buy, -value, buyer.order),
            Line::available(buyer.account, base, LedgerKind::Buy, units, Some(buyer.order)),
            Line::held(seller.account, base, LedgerKind::Sell, -units, seller.order),
            Line::available(seller.account, quote, LedgerKind::Sell, value, Some(seller.order)),
            Line::held(buyer.account, quote, LedgerKind::Fee, -buyer.fee, buyer.order),
            Line::available(seller.account, quote, LedgerKind::Fee, -seller.fee, Some(seller.order)),
            Line::available(AccountId::VENUE, quote, LedgerKind::Fee, fees, Some(trade.taker)),
            Line::release(buyer.account, quote, excess, buyer.order),
        ];
        for line in lines {
            self.ledger.post(line, events);
        }
    }
}
