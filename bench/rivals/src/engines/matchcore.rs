//! matchcore: ordered map of prices, slab of levels, hash map of orders. Its only way in is `OrderBook::execute`.
//!
//! Version 0.4.0 matches a limit order that crosses without its limit (`submit_crossable_order` passes none on), so it
//! trades on past it. The flows are made so that this cannot show; the test below pins it.

use matchcore::{
    CancelCmd, Command, CommandKind, CommandMeta, CommandOutcome, CommandReport, Level2, LimitOrder,
    MarketOrder, NewOrder, OrderBook, OrderFlags, OrderId, OrderKind, Price, Quantity, QuantityPolicy,
    SequenceNumber, Side, SubmitCmd, TimeInForce, Timestamp,
};

use super::Engine;
use crate::flow::Flow;
use crate::message::{self, Message};
use crate::tally::{Depth, Tally};

/// A book and the number of the next message.
pub struct Matchcore {
    book: OrderBook,
    sequence: u64,
}

/// An empty book.
#[must_use]
pub fn start(_: &Flow) -> Box<dyn Engine> {
    Box::new(Matchcore { book: OrderBook::new("ACME"), sequence: 0 })
}

impl Engine for Matchcore {
    fn play(&mut self, messages: &[Message], tally: &mut Tally) {
        for message in messages {
            let meta = CommandMeta {
                sequence_number: SequenceNumber(self.sequence),
                timestamp: Timestamp(self.sequence),
            };
            self.sequence += 1;
            let outcome = self.book.execute(&Command { meta, kind: kind(*message) });
            read(&outcome, tally);
        }
    }

    fn depth(&self) -> Depth {
        let depth = Level2::from(&self.book);
        let side = |levels: &[(Price, Quantity)]| levels.iter().map(|(p, q)| (p.0, q.0)).collect();
        Depth { bids: side(depth.bid_levels()), asks: side(depth.ask_levels()) }
    }
}

#[inline]
fn read(outcome: &CommandOutcome, tally: &mut Tally) {
    let effects = match outcome {
        CommandOutcome::Applied(CommandReport::Submit(effects) | CommandReport::Amend(effects)) => effects,
        CommandOutcome::Applied(CommandReport::Cancel) => return tally.report(1),
        CommandOutcome::Rejected(_) => return tally.refused += 1,
    };
    let target = effects.target_order();
    let taker = target.order_id().0;
    tally.report(taker ^ u64::from(target.cancel_reason().is_some()));
    if let Some(result) = target.match_result() {
        for trade in result.trades() {
            tally.fill(trade.maker_order_id().0, taker, trade.price().0, trade.quantity().0);
        }
    }
}

#[inline]
fn kind(message: Message) -> CommandKind {
    match message {
        Message::Limit { side, price, quantity, .. } => {
            let flags = OrderFlags::new(side.into(), false, TimeInForce::Gtc);
            let quantity = QuantityPolicy::Standard { quantity: Quantity(quantity.into()) };
            let order = LimitOrder::new(Price(price.into()), quantity, flags);
            CommandKind::Submit(SubmitCmd { order: NewOrder::Limit(order) })
        }
        Message::Market { side, quantity, .. } => {
            let order = MarketOrder::new(Quantity(quantity.into()), side.into(), false);
            CommandKind::Submit(SubmitCmd { order: NewOrder::Market(order) })
        }
        Message::Cancel { entered, .. } => {
            CommandKind::Cancel(CancelCmd { order_id: OrderId(entered.into()), order_kind: OrderKind::Limit })
        }
    }
}

impl From<message::Side> for Side {
    fn from(side: message::Side) -> Self {
        match side {
            message::Side::Buy => Self::Buy,
            message::Side::Sell => Self::Sell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Kind;

    /// Why no order of a flow asks for more than its limit reaches: this one buys 10 limited to 100, and pays 200.
    #[test]
    fn a_crossing_limit_order_trades_past_its_limit() {
        let mut engine = start(&Flow::new(Kind::Quiet, 1, 0));
        let limit = |side, price, quantity| Message::Limit { account: 1, side, price, quantity };
        let mut tally = Tally::default();
        engine.play(
            &[
                limit(message::Side::Sell, 100, 5),
                limit(message::Side::Sell, 200, 5),
                limit(message::Side::Buy, 100, 10),
            ],
            &mut tally,
        );
        assert_eq!((tally.fills, tally.value), (2, 5 * 100 + 5 * 200));
        assert_eq!(engine.depth(), Depth::default());
    }
}
