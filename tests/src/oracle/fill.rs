//! One trade of the oracle: its event, both legs and fees, and all that follows from it at once.

use outcry_engine::{
    AccountId, CancelReason, Display, Event, InstrumentId, LedgerKind, OrderId, Phase, Price, ReduceReason,
    Side, Trade, TradeId, TradeKind, WaitsFor,
};

use super::ledger::fee;
use super::phases::trades;
use super::state::{At, DueExits, within};
use super::{Fault, Oracle, lots, quantity};

/// A party of a trade: who, by which order, and what it pays beside.
struct Party {
    account: AccountId,
    order: OrderId,
    fee: i128,
}

impl Oracle {
    /// Two orders trade.
    pub(super) fn fill(
        &mut self,
        taker: OrderId,
        maker: OrderId,
        price: Price,
        traded: u64,
        kind: TradeKind,
    ) {
        for id in [taker, maker] {
            let order = self.order_mut(id);
            order.left -= traded;
            order.last_fill = Some(price);
            order.minimum_met = true;
            if order.in_book() {
                // In an uncross a reserve trades in the place of its peak.
                order.shown = order.shown.saturating_sub(traded);
            }
        }
        self.trades += 1;
        let (took, made) = (self.order(taker), self.order(maker));
        let (instrument, taker_side) = (took.instrument, took.side);
        let parties = [(took.account, taker), (made.account, maker)];
        let trade = Trade {
            trade: TradeId::new(self.trades).expect("counted from 1"),
            instrument,
            price,
            quantity: quantity(traded),
            taker_side,
            kind,
            maker,
            taker,
            maker_account: made.account,
            taker_account: took.account,
            maker_leaves: lots(made.left),
            taker_leaves: lots(took.left),
        };
        self.tell(Event::Traded(trade));
        let value = self.value(instrument, price, traded);
        let [taker_fee, maker_fee] = self.fees(instrument, parties.map(|party| party.0), value, kind);
        let taker_party = Party { account: parties[0].0, order: taker, fee: taker_fee };
        let maker_party = Party { account: parties[1].0, order: maker, fee: maker_fee };
        match taker_side {
            Side::Buy => self.pay(instrument, traded, value, &taker_party, &maker_party, taker),
            Side::Sell => self.pay(instrument, traded, value, &maker_party, &taker_party, taker),
        }
        self.market_mut(instrument).last = Some(price);
        self.note_exits(maker, traded);
        self.note_exits(taker, traded);
        self.after_less(maker, traded);
        self.after_less(taker, traded);
        self.watch_index(instrument, price);
        if self.market(instrument).phase == Phase::Continuous {
            self.show_last(instrument, price);
            self.watch_trade(instrument, price);
        }
    }

    /// What the taker and the maker pay: a rebate comes out of the taker's fee and is never more than that.
    fn fees(
        &self,
        instrument: InstrumentId,
        [taker, maker]: [AccountId; 2],
        value: i128,
        kind: TradeKind,
    ) -> [i128; 2] {
        let (made, took) = (self.rates(instrument, maker), self.rates(instrument, taker));
        match kind {
            TradeKind::Continuous => {
                let taker_fee = fee(value, took.1);
                [taker_fee, fee(value, made.0).max(-taker_fee)]
            }
            TradeKind::Auction => [fee(value, took.0).max(0), fee(value, made.0).max(0)],
        }
    }

    /// The lines of a trade.
    fn pay(
        &mut self,
        instrument: InstrumentId,
        traded: u64,
        value: i128,
        buyer: &Party,
        seller: &Party,
        taker: OrderId,
    ) {
        let goods = self.goods(instrument, traded);
        let (base, quote) = (self.gives(instrument, Side::Sell), self.gives(instrument, Side::Buy));
        // A fee is paid from what was held, a rebate received into what is available.
        let (paid, received) = (buyer.fee.max(0), (-buyer.fee).max(0));
        self.order_mut(buyer.order).held -= value + paid;
        self.order_mut(seller.order).held -= goods;
        let (bought, sold) = (Some(buyer.order), Some(seller.order));
        self.change(buyer.account, quote, LedgerKind::Buy, 0, -value, bought);
        self.change(buyer.account, base, LedgerKind::Buy, goods, 0, bought);
        self.change(seller.account, base, LedgerKind::Sell, 0, -goods, sold);
        self.change(seller.account, quote, LedgerKind::Sell, value, 0, sold);
        self.change(buyer.account, quote, LedgerKind::Fee, received, -paid, bought);
        self.change(seller.account, quote, LedgerKind::Fee, -seller.fee, 0, sold);
        let mut earned = buyer.fee + seller.fee;
        if self.fault == Fault::FeeRoundingLeaks && earned > 0 {
            earned += 1;
        }
        self.change(AccountId::VENUE, quote, LedgerKind::Fee, earned, 0, Some(taker));
        self.rehold(buyer.order);
    }

    /// What follows for an order that lost some lots by a trade or by prevention: its next peak, its place in the book,
    /// its end, and the other order of its pair.
    pub(super) fn after_less(&mut self, id: OrderId, less: u64) {
        let Some(order) = self.find(id) else { return };
        let (left, other) = (order.left, order.pair);
        let partner = other.filter(|_| !order.is_stop);
        if left == 0 {
            assert_eq!(order.held, 0, "a filled order holds nothing");
            self.forget(id);
        } else if order.in_book() && order.shown == 0 && trades(self.market(order.instrument).phase) {
            self.refill(id);
        } else if order.at == At::Waiting(WaitsFor::Minimum) {
            let limit = order.price.limit().expect("a minimum has a limit");
            let best = self.best(order.instrument, order.side.opposite(), None);
            if best.is_some_and(|best| within(order.side, limit, best)) {
                self.wait(id, WaitsFor::Minimum);
            } else {
                self.rest(id);
            }
        }
        let Some(stop) = partner.filter(|&stop| self.lives(stop)) else { return };
        if left == 0 {
            self.close(stop, CancelReason::Pair);
        } else if self.fault != Fault::PairKeepsQuantity {
            let order = self.order_mut(stop);
            order.left -= less;
            let event = Event::OrderReduced {
                order: stop,
                account: order.account,
                instrument: order.instrument,
                by: lots(less),
                leaves: lots(order.left),
                reason: ReduceReason::Pair,
            };
            self.tell(event);
            if self.order(stop).at != At::Incoming {
                self.rehold(stop);
            }
        }
    }

    /// An iceberg shows its next peak, at the end of the queue of its price.
    pub(super) fn refill(&mut self, id: OrderId) {
        let order = self.order(id);
        let Display::Iceberg { peak, spread } = order.conditions.display else {
            unreachable!("only an iceberg has something behind what it shows");
        };
        let size = match spread.get() {
            0 => peak.get(),
            spread => peak.get() - spread + draw(id.get(), order.refills, 2 * spread + 1),
        };
        let shown = size.min(order.left);
        let price = order.level.expect("it rests");
        let event = Event::OrderRefilled {
            order: id,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            price,
            shown: quantity(shown),
            ahead: lots(self.ahead(order.instrument, order.side, price, order.layer)),
        };
        self.tell(event);
        self.stamps += 1;
        let (stamp, keeps) = (self.stamps, self.fault == Fault::PeakKeepsPlace);
        let order = self.order_mut(id);
        order.shown = shown;
        order.refills += 1;
        if !keeps {
            order.stamp = stamp;
        }
    }

    /// Notes that the exits of an entry are due for what it traded.
    fn note_exits(&mut self, id: OrderId, traded: u64) {
        let order = self.order(id);
        let (Some(exits), instrument) = (order.exits, order.instrument) else { return };
        let due =
            DueExits { entry: id, account: order.account, side: order.side.opposite(), exits, lots: traded };
        let list = &mut self.market_mut(instrument).exits;
        match list.iter_mut().find(|known| known.entry == id) {
            Some(known) => known.lots += traded,
            None => list.push(due),
        }
    }
}

/// A number from 0 to `below - 1` that is a function of two others.
pub(super) fn draw(a: u64, b: u64, below: u64) -> u64 {
    let mixed = mix(mix(a).wrapping_add(b));
    u64::try_from((u128::from(mixed) * u128::from(below)) >> 64).expect("below a word")
}

/// The next number of a `SplitMix64` whose state is `word`.
fn mix(word: u64) -> u64 {
    let mut word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}
