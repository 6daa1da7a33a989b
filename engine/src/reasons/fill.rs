//! The reason of one trade: which rule named the maker, and who stood beside it.

use super::queues::{Deal, Entry, Known, Queues};
use super::{Dealt, FillReason, Next, Queued, Rule, SkipReason, Skipped};
use crate::allocation::{Allocation, Claim, allocate};
use crate::{
    InstrumentId, Layer, Lots, Minimum, OrderId, OrderPrice, Phase, Price, SelfTrade, Side, Trade, TradeKind,
};

impl Queues<'_> {
    /// The reason of a trade that is about to be taken in.
    pub(super) fn fill(&mut self, trade: &Trade) -> FillReason {
        match trade.kind {
            TradeKind::Auction => self.fill_of_uncross(trade),
            TradeKind::Continuous => self.fill_of_book(trade),
        }
    }

    fn fill_of_book(&mut self, trade: &Trade) -> FillReason {
        let (id, opposite) = (trade.instrument, trade.taker_side.opposite());
        let Some((layer, _, price)) = self.book(id).place(trade.maker) else {
            return self.fill_of_minimum(trade);
        };
        let queue: Vec<Entry> = self.book(id).level(layer, opposite, price).to_vec();
        let before = listed(&queue);
        let mut skipped = self.kept_apart(trade);
        skipped.extend(self.waiting(trade, |_| true));
        let rule = if layer == Layer::Dark {
            Rule::Hidden
        } else {
            let dark = self.book(id).level(Layer::Dark, opposite, price);
            skipped.extend(dark.iter().map(|entry| skip(entry.order, SkipReason::HiddenBehindDisplayed)));
            self.rule_of_level(trade, &queue, &mut skipped)
        };
        if !matches!(rule, Rule::Allocation { .. }) {
            let first = queue.iter().find(|entry| entry.shown > 0).map(|entry| entry.order);
            debug_assert_eq!(first, Some(trade.maker), "the first of the queue trades");
        }
        self.finished(trade, rule, before, skipped, (layer, price))
    }

    /// The rule at a displayed level: time, or the instrument's allocation.
    fn rule_of_level(&mut self, trade: &Trade, queue: &[Entry], skipped: &mut Vec<Skipped>) -> Rule {
        let allocation = self.book(trade.instrument).allocation;
        if allocation == Allocation::Fifo {
            return Rule::PriceTime;
        }
        // The shares of a level are given at once, with its first trade.
        let pending = self.book(trade.instrument).deal.take();
        let deal = match pending {
            Some(deal) if deal.taker == trade.taker && deal.left.first() == Some(&trade.maker) => deal,
            _ => self.deal(trade, queue, &allocation),
        };
        debug_assert_eq!(deal.left.first(), Some(&trade.maker), "the first share that is left trades");
        let given =
            deal.dealt.iter().find(|dealt| dealt.order == trade.maker).map(|dealt| dealt.share.lots());
        debug_assert_eq!(given, Some(trade.quantity.lots()), "the share is what trades");
        let empty = deal.dealt.iter().filter(|dealt| dealt.share.lots().is_zero());
        skipped.extend(empty.map(|dealt| skip(dealt.order, SkipReason::NoShare)));
        let rule = Rule::Allocation { deal: deal.dealt.clone(), basis: deal.basis };
        let left: Vec<_> = deal.left.iter().skip(1).copied().collect();
        self.book(trade.instrument).deal = (!left.is_empty()).then_some(Deal { left, ..deal });
        rule
    }

    /// What the allocation gives the orders of a level.
    fn deal(&mut self, trade: &Trade, queue: &[Entry], allocation: &Allocation) -> Deal {
        let claims = self.claims(trade, queue);
        let mut shares = Vec::new();
        let lots = trade.taker_leaves.get() + trade.quantity.get();
        let basis = allocate(allocation, lots, &claims, &mut shares);
        let dealt: Vec<_> =
            queue.iter().zip(shares).map(|(entry, share)| Dealt { order: entry.order, share }).collect();
        let left =
            dealt.iter().filter(|dealt| !dealt.share.lots().is_zero()).map(|dealt| dealt.order).collect();
        Deal { taker: trade.taker, dealt, basis, left }
    }

    /// The orders of a level as an allocation sees them.
    fn claims(&mut self, trade: &Trade, queue: &[Entry]) -> Vec<Claim> {
        let opposite = trade.taker_side.opposite();
        let owners: Vec<_> =
            queue.iter().filter_map(|entry| Some((*entry, self.order(entry.order)?.account))).collect();
        let book = self.book(trade.instrument);
        let top = book.tops[usize::from(opposite == Side::Sell)];
        let claim = |(entry, account): (Entry, _)| Claim {
            leaves: entry.shown,
            top: top == Some(entry.order),
            account,
            lead_ppm: book.leads.get(&account).copied().unwrap_or_default(),
        };
        owners.into_iter().map(claim).collect()
    }

    /// A trade with an order that waited for its minimum.
    fn fill_of_minimum(&mut self, trade: &Trade) -> FillReason {
        let opposite = trade.taker_side.opposite();
        let minimum = self.order(trade.maker).map_or(0, |known| least(&known));
        let waiting = self.book(trade.instrument).minimums.entry(opposite).or_default().clone();
        let line: Vec<OrderId> = waiting.into_iter().map(|(_, order)| order).collect();
        let lots = |order| self.order(order).map_or(0, |known| known.leaves);
        let before: Vec<_> =
            line.iter().map(|&order| Queued { order, lots: Lots::new(lots(order)) }).collect();
        let mut skipped = self.kept_apart(trade);
        let ahead: Vec<_> = line.iter().copied().take_while(|&order| order != trade.maker).collect();
        skipped.extend(self.waiting(trade, |order| ahead.contains(&order)));
        let after = before.iter().copied().filter(|queued| queued.order != trade.maker).collect();
        let next = self.next_after(trade, trade.maker);
        FillReason {
            trade: *trade,
            rule: Rule::Minimum { minimum: Lots::new(minimum) },
            before,
            after,
            skipped,
            next,
        }
    }

    /// The orders that were kept apart from the aggressor since it came in.
    fn kept_apart(&mut self, trade: &Trade) -> Vec<Skipped> {
        self.book(trade.instrument).apart.iter().map(|&order| skip(order, SkipReason::KeptApart)).collect()
    }

    /// Orders that wait for a minimum at a price that the trade's is not better than.
    fn waiting(&mut self, trade: &Trade, asked: impl Fn(OrderId) -> bool) -> Vec<Skipped> {
        let opposite = trade.taker_side.opposite();
        let waiting = self.book(trade.instrument).minimums.entry(opposite).or_default().clone();
        let apart = self.prevents(trade);
        waiting
            .into_iter()
            .filter(|&(rank, order)| {
                rank <= opposite.rank(trade.price) && order != trade.maker && asked(order)
            })
            .map(|(_, order)| {
                let owner = self.order(order).map(|known| known.account);
                let kept =
                    apart && owner.is_some_and(|owner| self.before.kept_apart(trade.taker_account, owner));
                skip(order, if kept { SkipReason::KeptApart } else { SkipReason::Minimum })
            })
            .collect()
    }

    /// Whether self-trade prevention applies to the aggressor.
    fn prevents(&self, trade: &Trade) -> bool {
        let own = self.order(trade.taker).and_then(|known| known.self_trade);
        let account = self.before.ledger.accounts().get(trade.taker_account.index());
        own.or(account.map(|account| account.self_trade())).is_some_and(|rule| rule != SelfTrade::Allow)
    }

    fn finished(
        &self,
        trade: &Trade,
        rule: Rule,
        before: Vec<Queued>,
        skipped: Vec<Skipped>,
        (layer, price): (Layer, Price),
    ) -> FillReason {
        let mut then = self.clone();
        then.apply(&crate::Event::Traded(*trade));
        let after = then.level(trade.instrument, layer, trade.taker_side.opposite(), price);
        let deal = then.book(trade.instrument).deal.as_ref().filter(|deal| deal.taker == trade.taker);
        let next = match deal.and_then(|deal| deal.left.first().copied()) {
            Some(order) => Some(Next { order, price, within: true }),
            None => then.next(trade.instrument, trade.taker_side, then.price_of(trade.taker)),
        };
        FillReason { trade: *trade, rule, before, after, skipped, next }
    }

    fn next_after(&self, trade: &Trade, gone: OrderId) -> Option<Next> {
        let mut then = self.clone();
        then.apply(&crate::Event::Traded(*trade));
        then.next(trade.instrument, trade.taker_side, then.price_of(trade.taker))
            .filter(|next| next.order != gone)
    }

    /// The order that an aggressor of this side would meet next.
    pub(super) fn next(&mut self, instrument: InstrumentId, side: Side, price: OrderPrice) -> Option<Next> {
        let opposite = side.opposite();
        let book = self.book(instrument);
        if book.phase == Phase::Closed {
            return None;
        }
        let (at, _, queue) = book.offers(opposite).into_iter().next()?;
        // One whose next peak is not shown yet stands behind all others.
        let order = queue.first()?.order;
        Some(Next { order, price: at, within: price.reaches(side, at) })
    }

    /// A trade of an uncross: both stood in line.
    fn fill_of_uncross(&mut self, trade: &Trade) -> FillReason {
        let (id, side) = (trade.instrument, trade.taker_side.opposite());
        let decided_by = self.book(id).uncross.as_ref().and_then(|(indication, _)| indication.decided_by);
        let before = self.in_line(id, side);
        let takers = self.in_line(id, trade.taker_side);
        let first = |line: &[Queued]| line.first().map(|queued| queued.order);
        debug_assert_eq!(first(&before), Some(trade.maker), "the first in line trades");
        debug_assert_eq!(first(&takers), Some(trade.taker), "the first in line trades");
        let mut then = self.clone();
        then.apply(&crate::Event::Traded(*trade));
        let after = then.in_line(id, side);
        let next = after.first().map(|queued| Next { order: queued.order, price: trade.price, within: true });
        FillReason {
            trade: *trade,
            rule: Rule::Uncross { decided_by },
            before,
            after,
            skipped: Vec::new(),
            next,
        }
    }

    /// The line of a side in the uncross under way.
    fn in_line(&mut self, instrument: InstrumentId, side: Side) -> Vec<Queued> {
        let lines = self.book(instrument).uncross.as_ref().map(|(_, lines)| lines);
        lines.and_then(|lines| lines.get(&side)).cloned().unwrap_or_default()
    }

    /// The orders of a side in the order in which they trade in an uncross at a price, with all that is left of them.
    pub(super) fn line(&mut self, instrument: InstrumentId, side: Side, price: Price) -> Vec<Queued> {
        let book = self.book(instrument);
        let at_market: Vec<OrderId> = book.for_uncross.iter().copied().collect();
        let offers = book.offers(side);
        let limits: Vec<OrderId> = offers
            .into_iter()
            .take_while(|&(at, ..)| side.crosses(at, price))
            .flat_map(|(_, _, queue)| queue.iter().map(|entry| entry.order))
            .collect();
        let of_side = |order: &OrderId| self.order(*order).filter(|known| known.side == side);
        at_market
            .into_iter()
            .chain(limits)
            .filter_map(|order| Some(Queued { order, lots: Lots::new(of_side(&order)?.leaves) }))
            .filter(|queued| !queued.lots.is_zero())
            .collect()
    }
}

/// The least that the first execution of an order must fill.
fn least(known: &Known) -> u64 {
    match known.minimum {
        Some(Minimum::Quantity(minimum)) => minimum.get().min(known.leaves),
        Some(Minimum::All) => known.leaves,
        None => known.leaves.min(1),
    }
}

fn listed(queue: &[Entry]) -> Vec<Queued> {
    queue.iter().map(|entry| Queued { order: entry.order, lots: Lots::new(entry.shown) }).collect()
}

const fn skip(order: OrderId, why: SkipReason) -> Skipped {
    Skipped { order, why }
}
