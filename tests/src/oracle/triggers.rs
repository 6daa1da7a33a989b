//! Stops, take-profits and trailing stops of the oracle: what a price does to the orders that wait for it.

use outcry_engine::{Event, InstrumentId, OrderId, Price, Side, Trail, TriggerBy, TriggerKind};

use super::state::{At, Order};
use super::ticks::{share_up, ticks};
use super::{Fault, Oracle};

/// Whether an order waits for a rise; otherwise it waits for a fall.
fn waits_for_rise(order: &Order, kind: TriggerKind) -> bool {
    (order.side == Side::Buy) != (kind == TriggerKind::TakeProfit)
}

/// The trigger price that a trailing stop has behind a reference, if that is a price.
pub(super) fn trailed(side: Side, trail: Trail, reference: Price) -> Option<Price> {
    let distance = match trail {
        Trail::Ticks(distance) => i128::from(distance.get()),
        Trail::Ppm(ppm) => share_up(reference, ppm),
    };
    let reference = i128::from(reference.get());
    ticks(if side == Side::Buy { reference + distance } else { reference - distance })
}

impl Oracle {
    /// A trade at a price: what it triggers joins the list.
    pub(super) fn show_last(&mut self, instrument: InstrumentId, price: Price) -> bool {
        self.show(instrument, &[(TriggerBy::Last, price)])
    }

    /// Best bid and ask as they stand.
    pub(super) fn show_touch(&mut self, instrument: InstrumentId) -> bool {
        let seen: Vec<_> = [TriggerBy::Bid, TriggerBy::Ask]
            .into_iter()
            .filter_map(|by| self.watched(instrument, by).map(|price| (by, price)))
            .collect();
        self.show(instrument, &seen)
    }

    /// An order that came to wait and whose price is reached already.
    pub(super) fn fire_at_once(&mut self, id: OrderId, by: TriggerBy) {
        let instrument = self.order(id).instrument;
        if let Some(price) = self.watched(instrument, by) {
            self.fire(instrument, &[(by, price)], Some(id));
        }
    }

    /// Where a trailing stop begins, those of its side that trail behind the same see its reference too.
    pub(super) fn show_beginning(&mut self, id: OrderId) {
        let seen = self.beginning(id);
        self.show_to_side(id, seen);
    }

    /// What a trailing stop would begin from now.
    pub(super) fn beginning(&self, id: OrderId) -> Option<(TriggerBy, Price)> {
        let order = self.order(id);
        let trigger = order.conditions.trigger?;
        let trails = matches!(trigger.kind, TriggerKind::Trailing(_));
        self.watched(order.instrument, trigger.by).filter(|_| trails).map(|price| (trigger.by, price))
    }

    /// Shows a reference to the trailing stops of an order's side.
    pub(super) fn show_to_side(&mut self, id: OrderId, seen: Option<(TriggerBy, Price)>) {
        let order = self.order(id);
        let (instrument, side) = (order.instrument, order.side);
        self.follow_prices(instrument, seen.as_slice(), |order| order.side == side);
    }

    fn show(&mut self, instrument: InstrumentId, seen: &[(TriggerBy, Price)]) -> bool {
        self.follow_prices(instrument, seen, |_| true);
        self.fire(instrument, seen, None)
    }

    /// Brings trailing stops behind new references.
    fn follow_prices(
        &mut self,
        instrument: InstrumentId,
        seen: &[(TriggerBy, Price)],
        which: impl Fn(&Order) -> bool,
    ) {
        for order in &mut self.orders {
            let waits = order.instrument == instrument && Self::waits_for_trigger(order) && which(order);
            let (Some(trigger), true) = (order.conditions.trigger.as_mut(), waits) else { continue };
            let reference = seen.iter().find(|(by, _)| *by == trigger.by);
            let (TriggerKind::Trailing(trail), Some(&(_, reference))) = (trigger.kind, reference) else {
                continue;
            };
            if let Some(price) = trailed(order.side, trail, reference) {
                trigger.price = match order.side {
                    Side::Buy => trigger.price.min(price),
                    Side::Sell => trigger.price.max(price),
                };
            }
        }
    }

    /// Triggers what is reached: of all that wait, or of one.
    fn fire(&mut self, instrument: InstrumentId, seen: &[(TriggerBy, Price)], only: Option<OrderId>) -> bool {
        let mut fired = Vec::new();
        for order in self.orders.iter().filter(|order| only.is_none_or(|only| only == order.id)) {
            let Some(trigger) = order.conditions.trigger else { continue };
            let reference = seen.iter().find(|(by, _)| *by == trigger.by);
            let (true, true, Some(&(_, reference))) =
                (order.instrument == instrument, Self::waits_for_trigger(order), reference)
            else {
                continue;
            };
            let rises = waits_for_rise(order, trigger.kind);
            if if rises { reference >= trigger.price } else { reference <= trigger.price } {
                let price = trigger.price.get();
                let falls = if self.fault == Fault::StopsFireLowestFirst { price } else { -price };
                fired.push((!rises, if rises { price } else { falls }, order.id, trigger.price, reference));
            }
        }
        fired.sort();
        for &(_, _, id, trigger, reference) in &fired {
            let order = self.order_mut(id);
            order.at = At::Fired;
            let (account, side) = (order.account, order.side);
            self.market_mut(instrument).fired.push(id);
            self.tell(Event::OrderTriggered { order: id, account, instrument, side, trigger, reference });
        }
        !fired.is_empty()
    }
}
