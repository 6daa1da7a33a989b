//! Sessions: how trading goes in an instrument, who changes it, and when.
//!
//! A phase is changed by command, by its own end, or by a rule that interrupts trading. Whatever changes it, the way is
//! [`Exchange::change_phase`]: uncross if orders have gathered, then the new phase, then follow-ups. The rules are in
//! `docs/rules/sessions.md`.

use crate::auction::Indication;
use crate::band::{Edge, LimitChange, LimitUpDown};
use crate::clock::{Due, Timer};
use crate::draw::draw;
use crate::{
    Call, Event, Exchange, InstrumentId, Layer, Phase, PhaseCause, PhaseEnd, Price, Reject, SettingField,
    Side, Timestamp, WaitsFor,
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
        self.stop_all(None, Phase::Halted, events);
    }

    /// Halts every instrument that is neither closed nor halted, or closes every one that is not.
    pub(crate) fn stop_all(&mut self, until: Option<Timestamp>, phase: Phase, events: &mut Vec<Event>) {
        events.push(Event::MarketHalted { until });
        for instrument in self.instrument_ids() {
            let now = self.markets[instrument.index()].phase();
            if now != Phase::Closed && now != phase {
                self.change_phase(instrument, phase, None, PhaseCause::MarketWide, events);
            }
        }
    }

    /// Brings every halted instrument back to continuous trading.
    pub(crate) fn resume_all(&mut self, events: &mut Vec<Event>) {
        events.push(Event::MarketResumed);
        for instrument in self.instrument_ids() {
            if self.markets[instrument.index()].phase() == Phase::Halted {
                self.change_phase(instrument, Phase::Continuous, None, PhaseCause::MarketWide, events);
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
        PhaseEnd {
            at: Timestamp::from_nanos(end.at.nanos().saturating_add(drawn)),
            within: 0,
            then: end.then,
        }
    }

    /// Interrupts continuous trading by a call.
    pub(crate) fn interrupt(&mut self, instrument: InstrumentId, cause: PhaseCause, events: &mut Vec<Event>) {
        let special = self.markets[instrument.index()].special_mut();
        let (length, within) = special.settings.volatility_call;
        let lasting = Timestamp::from_nanos(self.now.nanos().saturating_add(length));
        let (at, within) = match special.reserved.take().filter(|_| cause == PhaseCause::Velocity) {
            Some(until) => (until, 0),
            None => (lasting, within),
        };
        self.call_until(instrument, (at, within, Phase::Continuous), cause, events);
    }

    /// Begins a call that ends by itself.
    pub(crate) fn call_until(
        &mut self,
        instrument: InstrumentId,
        (at, within, then): (Timestamp, u64, Phase),
        cause: PhaseCause,
        events: &mut Vec<Event>,
    ) {
        let end = self.draw_end(instrument, PhaseEnd { at, within, then });
        self.change_phase(instrument, Phase::Call(Call::Volatility), Some(end), cause, events);
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
        let special = self.markets[instrument.index()].special_mut();
        let old = special.phase;
        let was_call = matches!(old, Phase::Call(_));
        let mut price = None;
        if (!old.matches() && phase.matches()) || (was_call && phase == Phase::Closed) {
            if was_call && !special.extended && self.uncross_leaves_range(instrument) {
                self.extend_call(instrument, phase, events);
                return;
            }
            price = self.uncross(instrument, events);
        }
        self.enter_phase(instrument, phase, end, cause, events);
        if phase == Phase::Continuous {
            self.resume_trading(instrument, price, events);
        } else {
            self.suspend_pegs(instrument, events);
        }
    }

    /// A call whose price lies outside the price range lasts longer, once.
    fn extend_call(&mut self, instrument: InstrumentId, then: Phase, events: &mut Vec<Event>) {
        let special = self.markets[instrument.index()].special_mut();
        let (length, within) = special.settings.volatility_call;
        let at = Timestamp::from_nanos(self.now.nanos().saturating_add(length));
        self.call_until(instrument, (at, within, then), PhaseCause::PriceRange, events);
        self.markets[instrument.index()].special_mut().extended = true;
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
        if special.phase == Phase::Continuous {
            special.inside = inside;
        }
        (special.phase, special.end, special.extended) = (phase, end, false);
        special.tops = [None, None];
        (special.changed, special.batch) = (matches!(phase, Phase::Batch { .. }), None);
        special.reserved = None;
        special.indication = Indication::NOTHING;
        events.push(Event::PhaseChanged { instrument, phase, end, cause });
        self.touched.insert(instrument);
    }

    /// Trading goes on: rules begin anew, and those who wait for a price see the last one.
    fn resume_trading(&mut self, instrument: InstrumentId, price: Option<Price>, events: &mut Vec<Event>) {
        let now = self.now;
        let market = &mut self.markets[instrument.index()];
        let last = market.last;
        let special = market.special_mut();
        if let Some(rule) = &mut special.velocity {
            rule.reopen();
        }
        let terms = special.settings.limit_up_down;
        match (&mut special.limit_up_down, terms, price) {
            (Some(rule), _, _) => {
                rule.reopen(now, price);
            }
            (none @ None, Some(terms), Some(price)) => *none = Some(LimitUpDown::open(terms, now, price)),
            (None, _, _) => {}
        }
        self.tell_bands(instrument, events);
        if let Some(last) = last {
            self.show_last(instrument, last, events);
        }
        self.enter_crossed(instrument, events);
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

    /// Shows the touch to limit up, limit down.
    pub(crate) fn watch_touch(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        if self.markets[instrument.index()].phase() != Phase::Continuous {
            return;
        }
        self.follow_limits(instrument, None, events);
        let Some(bands) = self.bands(instrument) else { return };
        let now = self.now;
        let bid = self.books.best(instrument, Layer::Lit, Side::Buy);
        let ask = self.books.best(instrument, Layer::Lit, Side::Sell);
        let special = self.markets[instrument.index()].special_mut();
        let Some(rule) = &mut special.limit_up_down else { return };
        match rule.touch(now, Edge::of(bands, bid, ask)) {
            Some(LimitChange::Entered { .. }) => events.push(Event::LimitState { instrument, entered: true }),
            Some(LimitChange::Left { .. }) => {
                events.push(Event::LimitState { instrument, entered: false });
                self.tell_bands(instrument, events);
                // In the new bands the touch may stand at one again.
                self.watch_touch(instrument, events);
            }
            _ => {}
        }
    }

    /// A market's timer is due: a batch, a step of limit up, limit down, or the end of the phase.
    pub(crate) fn market_due(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let now = self.now;
        let special = self.markets[instrument.index()].special_mut();
        special.timer = None;
        self.touched.insert(instrument);
        // The rule takes steps while orders trade; otherwise its reference stands still.
        let rule = special.limit_up_down.as_ref().filter(|_| special.phase == Phase::Continuous);
        let step = rule.and_then(LimitUpDown::due);
        if special.batch.is_some_and(|at| at <= now) {
            self.uncross(instrument, events);
            let special = self.markets[instrument.index()].special_mut();
            (special.changed, special.batch) = (false, None);
        } else if step.is_some_and(|due| due <= now) {
            self.limit_due(instrument, events);
        } else if let Some(end) = special.end.filter(|end| end.at <= now) {
            self.change_phase(instrument, end.then, None, PhaseCause::Scheduled, events);
        }
        self.reschedule(instrument);
    }

    /// Limit up, limit down takes its next step, in continuous trading: a new reference, or a pause after a limit state that
    /// has lasted.
    fn limit_due(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let now = self.now;
        let special = self.markets[instrument.index()].special_mut();
        let Some(rule) = &mut special.limit_up_down else { return };
        match rule.advance(now) {
            Some(LimitChange::Paused { until }) => {
                self.call_until(instrument, (until, 0, Phase::Continuous), PhaseCause::LimitUpDown, events);
            }
            _ => self.tell_bands(instrument, events),
        }
    }

    /// Sets the timer of a market to the earliest thing that is due in it.
    pub(crate) fn reschedule(&mut self, instrument: InstrumentId) {
        let now = self.now;
        let Some(special) = &mut self.markets[instrument.index()].special else { return };
        special.batch = match special.phase {
            Phase::Batch { interval } if special.changed => {
                let next = (now.nanos() / interval + 1).saturating_mul(interval);
                Some(special.batch.unwrap_or(Timestamp::from_nanos(next)))
            }
            _ => None,
        };
        let end = special.end.map(|end| end.at);
        let rule = special.limit_up_down.as_ref().filter(|_| special.phase == Phase::Continuous);
        let next = [special.batch, end, rule.and_then(LimitUpDown::due)].into_iter().flatten().min();
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
