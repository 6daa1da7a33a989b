//! Sessions: how trading goes in an instrument, who changes it, and when.
//!
//! A phase is changed by command, by its own end, or by a rule that interrupts trading. Whatever changes it, the way is
//! [`Exchange::change_phase`]: uncross if orders have gathered, then the new phase, then follow-ups. The rules are in
//! `docs/rules/sessions.md`.

use crate::band::{Edge, LimitChange};
use crate::clock::{Due, Timer};
use crate::draw::draw;
use crate::{
    Call, Event, Exchange, InstrumentId, Layer, Phase, PhaseCause, PhaseEnd, Reject, SettingField, Side, Timestamp,
    WaitsFor,
};

/// Shortest and longest interval of batch auctions in nanoseconds.
const BATCH_INTERVAL: (u64, u64) = (1_000_000, 86_400_000_000_000);

impl Exchange {
    pub(crate) fn set_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        end: Option<PhaseEnd>,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        for phase in [Some(phase), end.map(|end| end.then)].into_iter().flatten() {
            check_phase(phase)?;
        }
        self.instrument(instrument).ok_or(Reject::UnknownInstrument { instrument })?;
        if let Some(end) = end.filter(|end| end.at <= self.now) {
            return Err(Reject::ExpiryPassed { expires: end.at, now: self.now });
        }
        let end = end.map(|end| self.draw_end(instrument, end));
        self.change_phase(instrument, phase, end, PhaseCause::Ordered, events);
        Ok(())
    }

    pub(crate) fn halt_market(&mut self, events: &mut Vec<Event>) {
        self.halt_all(None, PhaseCause::Ordered, events);
    }

    pub(crate) fn resume_market(&mut self, events: &mut Vec<Event>) {
        events.push(Event::MarketResumed);
        for instrument in self.instrument_ids() {
            if self.markets[instrument.index()].phase() == Phase::Halted {
                self.change_phase(instrument, Phase::Continuous, None, PhaseCause::Ordered, events);
            }
        }
    }

    /// Halts every instrument that is neither closed nor halted.
    pub(crate) fn halt_all(&mut self, until: Option<Timestamp>, cause: PhaseCause, events: &mut Vec<Event>) {
        events.push(Event::MarketHalted { until });
        let end = until.map(|at| PhaseEnd { at, within: 0, then: Phase::Continuous });
        for instrument in self.instrument_ids() {
            if !matches!(self.markets[instrument.index()].phase(), Phase::Closed | Phase::Halted) {
                self.change_phase(instrument, Phase::Halted, end, cause, events);
            }
        }
    }

    fn instrument_ids(&self) -> impl Iterator<Item = InstrumentId> + use<> {
        (0..).map(InstrumentId::new).take(self.instruments.len())
    }

    /// The end of a phase with its random part drawn.
    fn draw_end(&self, instrument: InstrumentId, end: PhaseEnd) -> PhaseEnd {
        if end.within == 0 {
            return end;
        }
        let drawn = draw(self.sequence, u64::from(instrument.get()), end.within.saturating_add(1));
        PhaseEnd { at: Timestamp::from_nanos(end.at.nanos().saturating_add(drawn)), within: 0, then: end.then }
    }

    /// Interrupts continuous trading by a call.
    pub(crate) fn interrupt(&mut self, instrument: InstrumentId, cause: PhaseCause, events: &mut Vec<Event>) {
        let special = self.markets[instrument.index()].special_mut();
        let reserved = special.reserved.take();
        let (length, within) = special.settings.volatility_call;
        let at = reserved.unwrap_or(Timestamp::from_nanos(self.now.nanos().saturating_add(length)));
        let end = PhaseEnd { at, within: if reserved.is_some() { 0 } else { within }, then: Phase::Continuous };
        let end = self.draw_end(instrument, end);
        self.enter_phase(instrument, Phase::Call(Call::Volatility), Some(end), cause, events);
    }

    /// Changes the phase: what has gathered is uncrossed first where orders come to trade or a call closes.
    pub(crate) fn change_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        end: Option<PhaseEnd>,
        cause: PhaseCause,
        events: &mut Vec<Event>,
    ) {
        let old = self.markets[instrument.index()].special_mut().phase;
        let gathered = !old.matches() && old != Phase::Closed;
        let uncrosses = gathered && (phase.matches() || (phase == Phase::Closed && matches!(old, Phase::Call(_))));
        if uncrosses {
            if matches!(old, Phase::Call(_)) && self.extend_call(instrument, events) {
                self.settle_market(instrument, events);
                return;
            }
            self.uncross(instrument, events);
        }
        self.enter_phase(instrument, phase, end, cause, events);
        self.follow_up(instrument, events);
    }

    /// Makes the phase another, without an uncross.
    fn enter_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        end: Option<PhaseEnd>,
        cause: PhaseCause,
        events: &mut Vec<Event>,
    ) {
        let inside = Side::BOTH.map(|side| self.books.best(instrument, Layer::Lit, side));
        let special = self.markets[instrument.index()].special_mut();
        if special.phase.matches() && !phase.matches() {
            special.inside = inside;
        }
        let stays_in_call = matches!((special.phase, phase), (Phase::Call(_), Phase::Call(_)));
        (special.phase, special.end) = (phase, end);
        special.extended &= stays_in_call;
        special.tops = [None, None];
        special.changed = true;
        if !phase.indicates() {
            special.indication = None;
        }
        events.push(Event::PhaseChanged { instrument, phase, end, cause });
        if phase != Phase::Continuous {
            self.suspend_pegs(instrument, events);
        }
        if phase.matches() {
            self.enter_crossed(instrument, events);
        }
        self.reschedule(instrument);
    }

    /// Takes the pegged orders out of the book: they wait until trading goes on.
    fn suspend_pegs(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let pegs: Vec<_> = self.markets[instrument.index()].special_mut().pegs.iter().copied().collect();
        for order in pegs {
            if self.books.find(order).is_some() {
                self.lift(order);
                let incoming = self.incoming(order);
                self.keep_waiting(&incoming, WaitsFor::Reference, events);
            }
        }
    }

    /// What a command, or something due, leaves to tell and to schedule in a market that is more than plain.
    pub(crate) fn settle_market(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let special = self.markets[instrument.index()].special_mut();
        special.changed = true;
        if special.reserved.is_some() && special.phase == Phase::Continuous {
            self.interrupt(instrument, PhaseCause::Velocity, events);
        }
        self.watch_touch(instrument, events);
        self.tell_indication(instrument, events);
        self.reschedule(instrument);
        if let Some(until) = self.market_halt.take() {
            self.halt_all(until, PhaseCause::MarketWide, events);
        }
    }

    /// Shows the touch to limit up, limit down.
    fn watch_touch(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let now = self.now;
        if let Some(bands) = self.bands(instrument) {
            let special = self.markets[instrument.index()].special_mut();
            if std::mem::take(&mut special.bands_moved) {
                events.push(Event::BandsMoved { instrument, low: bands.low, high: bands.high });
            }
        }
        if self.markets[instrument.index()].phase() != Phase::Continuous {
            return;
        }
        let Some(bands) = self.bands(instrument) else { return };
        let bid = self.books.best(instrument, Layer::Lit, Side::Buy);
        let ask = self.books.best(instrument, Layer::Lit, Side::Sell);
        let special = self.markets[instrument.index()].special_mut();
        let Some(rule) = &mut special.limit_up_down else { return };
        match rule.touch(now, Edge::of(bands, bid, ask)) {
            Some(LimitChange::Entered { .. }) => events.push(Event::LimitState { instrument, entered: true }),
            Some(LimitChange::Left { .. }) => {
                events.push(Event::LimitState { instrument, entered: false });
                if let Some(bands) = self.bands(instrument) {
                    events.push(Event::BandsMoved { instrument, low: bands.low, high: bands.high });
                }
            }
            _ => {}
        }
    }

    /// A market's timer is due.
    pub(crate) fn market_due(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let now = self.now;
        let special = self.markets[instrument.index()].special_mut();
        special.timer = None;
        if let Some(end) = special.end.filter(|end| end.at <= now) {
            special.end = None;
            self.change_phase(instrument, end.then, None, PhaseCause::Scheduled, events);
        } else if matches!(special.phase, Phase::Batch { .. }) {
            self.uncross(instrument, events);
            self.markets[instrument.index()].special_mut().changed = false;
            self.tell_indication(instrument, events);
        } else if let Some(change) = special.limit_up_down.as_mut().and_then(|rule| rule.advance(now)) {
            self.limit_due(instrument, change, events);
        }
        self.reschedule(instrument);
    }

    /// The limit state has lasted, or the pause after it is over.
    fn limit_due(&mut self, instrument: InstrumentId, change: LimitChange, events: &mut Vec<Event>) {
        match change {
            LimitChange::Paused { .. } => {
                self.change_phase(instrument, Phase::Halted, None, PhaseCause::LimitUpDown, events);
            }
            LimitChange::PauseOver if self.markets[instrument.index()].phase() == Phase::Halted => {
                self.interrupt(instrument, PhaseCause::LimitUpDown, events);
                self.tell_indication(instrument, events);
            }
            _ => {}
        }
    }

    /// Sets the timer of a market to the earliest thing that is due in it.
    pub(crate) fn reschedule(&mut self, instrument: InstrumentId) {
        let now = self.now;
        let special = self.markets[instrument.index()].special_mut();
        let batch = match special.phase {
            Phase::Batch { interval } if special.changed => {
                Some(Timestamp::from_nanos((now.nanos() / interval + 1).saturating_mul(interval)))
            }
            _ => None,
        };
        let end = special.end.map(|end| end.at);
        let rule = special.limit_up_down.as_ref().and_then(crate::band::LimitUpDown::due);
        let next = [batch, end, rule].into_iter().flatten().min();
        let old = std::mem::replace(&mut special.timer, next);
        if old == next {
            return;
        }
        let due = Due::Market(instrument);
        if let Some(at) = old {
            self.clock.remove(Timer { at, due });
        }
        if let Some(at) = next {
            self.clock.set(Timer { at, due });
        }
    }
}

/// Checks the numbers of a phase.
const fn check_phase(phase: Phase) -> Result<(), Reject> {
    let (min, max) = BATCH_INTERVAL;
    match phase {
        Phase::Batch { interval } if interval < min || interval > max => Err(Reject::SettingOutOfRange {
            setting: SettingField::BatchInterval,
            given: if interval > i64::MAX as u64 { i64::MAX } else { interval.cast_signed() },
            min: min.cast_signed(),
            max: max.cast_signed(),
        }),
        _ => Ok(()),
    }
}
