//! Self-trade prevention: two orders that met and may not trade with each other.

use crate::book::Slot;
use crate::matching::{Incoming, Stop};
use crate::{CancelReason, Event, Exchange, Lots, OrderFlags, Qty, RestingOrder, SelfTrade};

impl Exchange {
    /// Applies the aggressor's rule to the resting order that it met.
    pub(crate) fn prevent(
        &mut self,
        incoming: &mut Incoming,
        slot: Slot,
        maker: &RestingOrder,
        events: &mut Vec<Event>,
    ) -> Stop {
        let lots = incoming.leaves.min(maker.leaves.get());
        let reserve = self.reserve(maker.order, maker.flags);
        let lost = if incoming.self_trade == SelfTrade::Decrement { lots } else { 0 };
        incoming.leaves -= lost;
        let shown = maker.leaves.get() - lost;
        events.push(Event::TradePrevented {
            maker: maker.order,
            taker: incoming.order,
            instrument: incoming.instrument,
            price: maker.price,
            quantity: Qty::new(lots).expect("both orders have something left"),
            maker_leaves: Lots::new(shown + reserve),
            taker_leaves: Lots::new(incoming.leaves),
            rule: incoming.self_trade,
        });
        match incoming.self_trade {
            SelfTrade::Allow | SelfTrade::CancelNewest => Stop::SelfTrade,
            SelfTrade::CancelOldest => {
                self.cancel_open(maker.order, CancelReason::SelfTrade, events);
                Stop::Done
            }
            SelfTrade::CancelBoth => {
                self.cancel_open(maker.order, CancelReason::SelfTrade, events);
                Stop::SelfTrade
            }
            SelfTrade::Decrement => {
                self.decrement(incoming, slot, maker, (lots, reserve), events);
                Stop::Done
            }
        }
    }

    /// Both orders lose the same lots, and what was held for these.
    fn decrement(
        &mut self,
        incoming: &mut Incoming,
        slot: Slot,
        maker: &RestingOrder,
        (lots, reserve): (u64, u64),
        events: &mut Vec<Event>,
    ) {
        let shown = maker.leaves.get() - lots;
        let instrument = self.instruments[incoming.instrument.index()];
        let price = self.hold_price(maker);
        let left = shown + reserve;
        let released =
            instrument.hold(maker.side, price, left + lots) - instrument.hold(maker.side, price, left);
        if shown > 0 {
            self.books.take(slot, lots);
        } else if reserve == 0 {
            self.take_out(slot, maker);
        }
        self.release(&instrument, (maker.account, maker.side, maker.order), released, events);
        let need = match incoming.hold_price {
            Some(price) => instrument.hold(incoming.side, price, incoming.leaves),
            None if incoming.leaves == 0 => 0,
            None if incoming.side == crate::Side::Sell => {
                instrument.hold(incoming.side, maker.price, incoming.leaves)
            }
            None => incoming.held,
        };
        let released = incoming.held - need;
        incoming.held = need;
        self.release(&instrument, (incoming.account, incoming.side, incoming.order), released, events);
        if maker.flags.has(OrderFlags::TICKET) {
            if shown == 0 && reserve > 0 {
                self.refill(maker, slot, reserve, events);
            }
            self.linked_loss(maker.order, lots, events);
            if left == 0 {
                self.close(maker.order);
            }
        }
        if incoming.flags.has(OrderFlags::TICKET) {
            self.linked_loss(incoming.order, lots, events);
        }
    }
}
