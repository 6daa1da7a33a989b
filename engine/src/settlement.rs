//! Settlement: each trade moves both legs and the fees at once.
//!
//! The buyer pays from what was held for the order, the seller gives from it. Fees are in the quote asset, rounded
//! towards zero on each fill, and go to the venue; a rebate comes out of the aggressor's fee of the same trade. So every
//! asset is conserved exactly. What the buyer held beyond the need of the rest (a better price, a lower fee) is released at
//! once.

use std::hint::select_unpredictable;

use crate::account::Posting as Line;
use crate::matching::Incoming;
use crate::{
    AccountId, Event, Exchange, FeeRate, Instrument, LedgerKind, OrderId, Price, Side, Trade, TradeKind,
};

/// One party of a trade.
struct Party {
    account: AccountId,
    order: OrderId,
    fee: i64,
}

impl Instrument {
    /// What an open order holds of the asset it gives: a buyer the value at the limit and the highest fee on it, a
    /// seller the quantity. The caller has proved that it fits ([`Instrument::value`]).
    #[inline]
    pub(crate) fn hold(&self, side: Side, price: Price, leaves: u64) -> i64 {
        match side {
            Side::Buy => self.buyer_hold(price.get() * leaves.cast_signed() * self.tick_value()),
            Side::Sell => leaves.cast_signed() * self.lot_units(),
        }
    }

    /// The same of an order whose value was proved to fit, whichever its side: nothing waits for what the side is, which of an
    /// order taken out of the book cannot be guessed and comes late.
    #[inline]
    pub(crate) fn hold_of_any(&self, side: Side, price: Price, leaves: u64) -> i64 {
        let (buyer, seller) = (self.hold(Side::Buy, price, leaves), self.hold(Side::Sell, price, leaves));
        select_unpredictable(matches!(side, Side::Buy), buyer, seller)
    }

    /// What a buyer holds for this value: it, and the highest fee on it.
    #[inline]
    pub(crate) fn buyer_hold(&self, value: i64) -> i64 {
        value + self.worst_fee().fee(value)
    }
}

impl Exchange {
    /// Moves what an aggressor and a resting order trade. The resting order's hold was made at `maker_hold.0` for
    /// `maker_hold.1` lots before the trade.
    #[inline]
    pub(crate) fn settle(
        &mut self,
        instrument: &Instrument,
        trade: &Trade,
        incoming: &mut Incoming,
        maker_hold: (Price, u64),
        events: &mut Vec<Event>,
    ) {
        let lots = trade.quantity.get();
        let value = trade.price.get() * lots.cast_signed() * instrument.tick_value();
        let (maker_fee, taker_fee) = self.fees(instrument, trade, value);
        let excess = match trade.taker_side {
            Side::Buy => {
                let left = incoming.held - value - taker_fee;
                let need = match incoming.hold_price {
                    Some(price) => instrument.hold(Side::Buy, price, incoming.leaves),
                    None if incoming.leaves == 0 => 0,
                    None => left,
                };
                incoming.held = need;
                left - need
            }
            Side::Sell => {
                incoming.held -= lots.cast_signed() * instrument.lot_units();
                let (price, before) = maker_hold;
                instrument.hold(Side::Buy, price, before)
                    - value
                    - maker_fee.max(0)
                    - instrument.hold(Side::Buy, price, before - lots)
            }
        };
        self.move_legs(instrument, trade, value, (maker_fee, taker_fee), excess, events);
    }

    /// Moves what two resting orders trade in an uncross. The buyer held at `price` for `before` lots.
    pub(crate) fn settle_uncross(
        &mut self,
        instrument: &Instrument,
        trade: &Trade,
        (price, before): (Price, u64),
        events: &mut Vec<Event>,
    ) {
        let lots = trade.quantity.get();
        let value = trade.price.get() * lots.cast_signed() * instrument.tick_value();
        let (maker_fee, taker_fee) = self.fees(instrument, trade, value);
        let buyer_fee = if trade.taker_side == Side::Buy { taker_fee } else { maker_fee };
        let excess = instrument.hold(Side::Buy, price, before)
            - value
            - buyer_fee
            - instrument.hold(Side::Buy, price, before - lots);
        self.move_legs(instrument, trade, value, (maker_fee, taker_fee), excess, events);
    }

    fn move_legs(
        &mut self,
        instrument: &Instrument,
        trade: &Trade,
        value: i64,
        (maker_fee, taker_fee): (i64, i64),
        excess: i64,
        events: &mut Vec<Event>,
    ) {
        debug_assert!(excess >= 0, "a hold covers every way of filling its order");
        let units = trade.quantity.get().cast_signed() * instrument.lot_units();
        let maker = Party { account: trade.maker_account, order: trade.maker, fee: maker_fee };
        let taker = Party { account: trade.taker_account, order: trade.taker, fee: taker_fee };
        let (buyer, seller) = match trade.taker_side {
            Side::Buy => (taker, maker),
            Side::Sell => (maker, taker),
        };
        let (base, quote) = (instrument.base(), instrument.quote());
        let ledger = &mut self.ledger;
        ledger.post(Line::held(buyer.account, quote, LedgerKind::Buy, -value, buyer.order), events);
        ledger.post(Line::available(buyer.account, base, LedgerKind::Buy, units, Some(buyer.order)), events);
        ledger.post(Line::held(seller.account, base, LedgerKind::Sell, -units, seller.order), events);
        let received = Line::available(seller.account, quote, LedgerKind::Sell, value, Some(seller.order));
        ledger.post(received, events);
        // A rebate of the buyer is received, not paid from what is held.
        if buyer.fee < 0 {
            let rebate =
                Line::available(buyer.account, quote, LedgerKind::Fee, -buyer.fee, Some(buyer.order));
            ledger.post(rebate, events);
        } else {
            ledger.post(Line::held(buyer.account, quote, LedgerKind::Fee, -buyer.fee, buyer.order), events);
        }
        let paid = Line::available(seller.account, quote, LedgerKind::Fee, -seller.fee, Some(seller.order));
        ledger.post(paid, events);
        let kept = maker_fee + taker_fee;
        let venue = Line::available(AccountId::VENUE, quote, LedgerKind::Fee, kept, Some(trade.taker));
        ledger.post(venue, events);
        ledger.post(Line::release(buyer.account, quote, excess, buyer.order), events);
    }

    /// What maker and taker pay on a value; below zero is what the maker receives, never more than the taker pays.
    #[inline]
    fn fees(&self, instrument: &Instrument, trade: &Trade, value: i64) -> (i64, i64) {
        let (maker, _) = self.rates(instrument, trade, trade.maker_account);
        let (taker_as_maker, taker) = self.rates(instrument, trade, trade.taker_account);
        match trade.kind {
            TradeKind::Continuous => {
                let taker = taker.fee(value);
                (maker.fee(value).max(-taker), taker)
            }
            TradeKind::Auction => (maker.fee(value).max(0), taker_as_maker.fee(value).max(0)),
        }
    }

    /// The maker's and taker's rate of an account.
    #[inline]
    fn rates(&self, instrument: &Instrument, trade: &Trade, account: AccountId) -> (FeeRate, FeeRate) {
        let terms = instrument.terms();
        let own = (terms.maker_fee, terms.taker_fee);
        match self.ledger.accounts()[account.index()].tier() {
            0 => own,
            tier => self.markets[trade.instrument.index()]
                .settings()
                .and_then(|settings| settings.tiers.get(&tier).copied())
                .unwrap_or(own),
        }
    }
}
