//! What becomes due in the oracle: expiries, ends of phases, batches, by time.

use outcry_engine::{CancelReason, InstrumentId, OrderId, Phase, Timestamp};

use super::Oracle;

/// Something that happens at a time. Of those at one time the first of this order happens first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// An order expires.
    Expiry(OrderId),
    /// A batch, a step of limit up/limit down, or the end of a phase.
    Market(InstrumentId, Step),
    /// The end of a market-wide halt.
    MarketWide,
}

/// What happens in an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Batch,
    Limits,
    PhaseEnd,
}

impl Oracle {
    /// Lets everything happen that is due up to a time.
    pub(super) fn happen_until(&mut self, time: Timestamp) {
        while let Some((at, due)) = self.due().into_iter().min().filter(|&(at, _)| at <= time) {
            self.now = self.now.max(at);
            match due {
                Due::Expiry(order) => self.close(order, CancelReason::Expired),
                Due::Market(instrument, Step::Batch) => self.batch(instrument),
                Due::Market(instrument, Step::Limits) => self.limits_act(instrument),
                Due::Market(instrument, Step::PhaseEnd) => self.phase_ends(instrument),
                Due::MarketWide => self.market_wide_is_over(),
            }
            self.finish();
        }
    }

    /// Everything that will happen by itself as things stand.
    fn due(&self) -> Vec<(Timestamp, Due)> {
        let mut due = Vec::new();
        for order in &self.orders {
            due.extend(order.expires.map(|at| (at, Due::Expiry(order.id))));
        }
        for (market, id) in self.markets.iter().zip((0..).map(InstrumentId::new)) {
            if let (Phase::Batch { interval }, Some(changed)) = (market.phase, market.changed) {
                let next = (changed.nanos() / interval).saturating_add(1).saturating_mul(interval);
                due.push((Timestamp::from_nanos(next), Due::Market(id, Step::Batch)));
            }
            due.extend(market.end.map(|end| (end.at, Due::Market(id, Step::PhaseEnd))));
            due.extend(self.limits_due(id).map(|at| (at, Due::Market(id, Step::Limits))));
        }
        due.extend(self.halted_until.map(|at| (at, Due::MarketWide)));
        due
    }
}
