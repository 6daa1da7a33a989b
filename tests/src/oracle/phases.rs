//! Sessions in the oracle: phases, their ends, calls and halts.

use outcry_engine::{
    Call, CancelReason, Event, InstrumentId, Phase, PhaseCause, PhaseEnd, Reject, SettingField, Side,
    TimeInForce, Timestamp, WaitsFor,
};

use super::Oracle;
use super::fill::draw;
use super::state::At;

impl Oracle {
    pub(super) fn set_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        end: Option<PhaseEnd>,
    ) -> Result<(), Reject> {
        check_interval(phase)?;
        if let Some(end) = end {
            check_interval(end.then)?;
        }
        self.check_instrument(instrument)?;
        if let Some(end) = end.filter(|end| end.at <= self.now) {
            return Err(Reject::ExpiryPassed { expires: end.at, now: self.now });
        }
        let end = end.map(|end| self.drawn(instrument, end));
        self.change_phase(instrument, phase, end, PhaseCause::Ordered);
        Ok(())
    }

    pub(super) fn halt_market(&mut self) -> Result<(), Reject> {
        self.halt_all(None);
        Ok(())
    }

    /// Halts every instrument that is not closed.
    pub(super) fn halt_all(&mut self, until: Option<Timestamp>) {
        self.tell(Event::MarketHalted { until });
        for id in self.instruments_where(|phase| !matches!(phase, Phase::Halted | Phase::Closed)) {
            self.change_phase(id, Phase::Halted, None, PhaseCause::MarketWide);
        }
    }

    pub(super) fn resume_market(&mut self) -> Result<(), Reject> {
        self.resume_all();
        Ok(())
    }

    /// Brings every halted instrument back to continuous trading.
    pub(super) fn resume_all(&mut self) {
        self.tell(Event::MarketResumed);
        for id in self.instruments_where(|phase| phase == Phase::Halted) {
            self.change_phase(id, Phase::Continuous, None, PhaseCause::MarketWide);
        }
    }

    pub(super) fn instruments_where(&self, which: impl Fn(Phase) -> bool) -> Vec<InstrumentId> {
        let all = self.markets.iter().zip((0..).map(InstrumentId::new));
        all.filter(|(market, _)| which(market.phase)).map(|(_, id)| id).collect()
    }

    /// The end with its random part drawn.
    fn drawn(&self, instrument: InstrumentId, end: PhaseEnd) -> PhaseEnd {
        let more = draw(self.sequence, u64::from(instrument.get()), end.within.saturating_add(1));
        let at = Timestamp::from_nanos(end.at.nanos().saturating_add(more));
        PhaseEnd { at, within: 0, then: end.then }
    }

    /// The time of a phase has come.
    pub(super) fn phase_ends(&mut self, instrument: InstrumentId) {
        let end = self.market(instrument).end.expect("due");
        self.change_phase(instrument, end.then, None, PhaseCause::Scheduled);
    }

    /// Trading is interrupted by a call.
    pub(super) fn interrupt(&mut self, instrument: InstrumentId, cause: PhaseCause) {
        let settings = &self.market(instrument).settings;
        let (length, within) = match (cause, settings.velocity) {
            (PhaseCause::Velocity, Some(terms)) => (u64::from(terms.reserve_millis) * 1_000_000, 0),
            _ => settings.volatility_call,
        };
        self.call_after_interruption(instrument, length, within, Phase::Continuous, cause);
    }

    fn call_after_interruption(
        &mut self,
        instrument: InstrumentId,
        length: u64,
        within: u64,
        then: Phase,
        cause: PhaseCause,
    ) {
        let at = Timestamp::from_nanos(self.now.nanos().saturating_add(length));
        let end = self.drawn(instrument, PhaseEnd { at, within, then });
        self.change_phase(instrument, Phase::Call(Call::Volatility), Some(end), cause);
    }

    /// Trading goes another way: the uncross if there is one, then the change and what it does to the orders.
    pub(super) fn change_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        end: Option<PhaseEnd>,
        cause: PhaseCause,
    ) {
        let old = self.market(instrument).phase;
        let mut price = None;
        let opens = !trades(old) && trades(phase);
        if opens || matches!(old, Phase::Call(_)) && phase == Phase::Closed {
            if matches!(old, Phase::Call(_))
                && !self.market(instrument).extended
                && self.uncross_leaves_range(instrument)
            {
                let (length, within) = self.market(instrument).settings.volatility_call;
                self.call_after_interruption(instrument, length, within, phase, PhaseCause::PriceRange);
                self.market_mut(instrument).extended = true;
                return;
            }
            price = self.uncross(instrument);
            self.end_of_call(instrument);
        }
        self.touched.insert(instrument);
        let quotes = Side::BOTH.map(|side| self.best(instrument, side, Some(outcry_engine::Layer::Lit)));
        let now = self.now;
        let market = self.market_mut(instrument);
        if old == Phase::Continuous {
            market.inside = quotes[0].zip(quotes[1]);
        }
        market.phase = phase;
        market.end = end;
        market.extended = false;
        market.changed = matches!(phase, Phase::Batch { .. }).then_some(now);
        market.indication = None;
        market.tops = [None, None];
        self.tell(Event::PhaseChanged { instrument, phase, end, cause });
        if phase == Phase::Continuous {
            self.reopen_limits(instrument, price);
            if let Some(last) = self.market(instrument).last {
                self.show_last(instrument, last);
            }
            self.enter_crossed(instrument);
        } else {
            let pegged = |order: &super::state::Order| order.conditions.peg.is_some() && order.in_book();
            for id in self.named(instrument, pegged) {
                self.wait(id, WaitsFor::Reference);
            }
        }
    }

    /// What stood for the uncross only is gone.
    pub(super) fn end_of_call(&mut self, instrument: InstrumentId) {
        let stood = |order: &super::state::Order| {
            let immediate = order.in_book() && order.time_in_force == TimeInForce::ImmediateOrCancel;
            immediate || order.at == At::Waiting(WaitsFor::Uncross)
        };
        for id in self.named(instrument, stood) {
            self.close(id, CancelReason::Uncross);
        }
    }

    /// An uncross of frequent batch auctions.
    pub(super) fn batch(&mut self, instrument: InstrumentId) {
        self.uncross(instrument);
        self.end_of_call(instrument);
        self.market_mut(instrument).changed = None;
        self.touched.insert(instrument);
    }

    /// Notes that something was done to the orders of an instrument.
    pub(super) fn touch(&mut self, instrument: InstrumentId) {
        self.touched.insert(instrument);
        let now = self.now;
        self.market_mut(instrument).changed.get_or_insert(now);
    }

    /// Tells what an uncross now would give, if that is something else than was told last.
    pub(super) fn tell_indication(&mut self, instrument: InstrumentId) {
        if !matches!(self.market(instrument).phase, Phase::Call(_) | Phase::Batch { .. }) {
            return;
        }
        let indication = self.indication(instrument);
        let told = self.market(instrument).indication.unwrap_or(super::auction::NOTHING);
        if indication != told {
            self.market_mut(instrument).indication = Some(indication);
            self.tell(Event::IndicationChanged { instrument, indication });
        }
    }
}

/// Whether orders trade as they come.
pub(super) fn trades(phase: Phase) -> bool {
    matches!(phase, Phase::Continuous | Phase::PostClose)
}

fn check_interval(phase: Phase) -> Result<(), Reject> {
    match phase {
        Phase::Batch { interval } if !(1_000_000..=86_400_000_000_000).contains(&interval) => {
            Err(Reject::SettingOutOfRange {
                setting: SettingField::BatchInterval,
                given: i64::try_from(interval).unwrap_or(i64::MAX),
                min: 1_000_000,
                max: 86_400_000_000_000,
            })
        }
        _ => Ok(()),
    }
}
