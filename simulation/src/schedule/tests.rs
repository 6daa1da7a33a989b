//! Days that go as they should, and schedules that are none.

use outcry_engine::{Event, PhaseCause};

use super::*;
use crate::{BareMarket, Market, demo, keep_schedule};

/// A Monday, 09:30:00Z, at the beginning of a span of ten minutes.
const MONDAY: u64 = 1_767_605_400 * SECOND;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_nanos(MONDAY + seconds * SECOND)
}

/// The demo market, opened at the time of the first session.
fn market() -> BareMarket {
    let mut market = BareMarket::new();
    for command in demo::opening() {
        market.submit(at(0), command);
    }
    market
}

fn session(at: u64, phase: Phase, random_end: u64) -> Session {
    Session { at: at * SECOND, phase, random_end: random_end * SECOND }
}

/// Every change of phase of the first instrument until a time: when, and to what.
fn changes(market: &mut BareMarket, schedule: &Schedule, until: Timestamp) -> Vec<(u64, Phase, PhaseCause)> {
    let mut changes = Vec::new();
    while let Some((at, command)) = schedule.next(market.exchange(), until) {
        let events = market.submit(at, command).to_vec();
        let seconds = (market.exchange().now().nanos() - MONDAY) / SECOND;
        changes.extend(events.iter().filter_map(|event| match event {
            Event::PhaseChanged { instrument, phase, cause, .. } if instrument.get() == 0 => {
                Some((seconds, *phase, *cause))
            }
            _ => None,
        }));
    }
    changes
}

/// The phases in their order, each once.
fn phases(changes: &[(u64, Phase, PhaseCause)]) -> Vec<(u64, Phase)> {
    let mut phases: Vec<_> = changes.iter().map(|&(at, phase, _)| (at, phase)).collect();
    phases.dedup_by_key(|(_, phase)| *phase);
    phases
}

#[test]
fn a_day_goes_through_its_sessions_and_begins_again() {
    let schedule = Schedule::new(
        600 * SECOND,
        vec![
            session(0, Phase::PreOpen, 0),
            session(60, Phase::Call(Call::Opening), 0),
            session(120, Phase::Continuous, 0),
            session(500, Phase::Closed, 0),
        ],
    )
    .unwrap();
    let mut market = market();
    let changes = changes(&mut market, &schedule, at(700));
    assert_eq!(
        phases(&changes),
        [
            (0, Phase::PreOpen),
            (60, Phase::Call(Call::Opening)),
            (120, Phase::Continuous),
            (500, Phase::Closed),
            (600, Phase::PreOpen),
            (660, Phase::Call(Call::Opening)),
        ]
    );
    assert_eq!(market.exchange().phase_end(InstrumentId::new(0)).map(|end| end.at), Some(at(720)));
}

/// Planted: a schedule whose call ends a second late is told from the right one.
#[test]
fn the_time_before_the_first_session_belongs_to_the_last() {
    let day = |opens| {
        let sessions = vec![session(opens, Phase::Continuous, 0), session(500, Phase::Closed, 0)];
        let mut market = market();
        phases(&changes(&mut market, &Schedule::new(600 * SECOND, sessions).unwrap(), at(599)))
    };
    assert_eq!(day(100), [(0, Phase::Closed), (100, Phase::Continuous), (500, Phase::Closed)]);
    assert_ne!(day(100), day(101));
}

#[test]
fn a_random_end_is_drawn_and_the_next_session_ends_on_time() {
    let mut market = market();
    let changes = changes(&mut market, &Schedule::lesson(), at(400));
    let open = changes.iter().find(|(_, phase, _)| *phase == Phase::Continuous).unwrap();
    assert!((90..=100).contains(&open.0), "the opening call ends at second {}", open.0);
    assert_eq!(open.2, PhaseCause::Scheduled);
    let call = changes.iter().find(|(_, phase, _)| *phase == Phase::Call(Call::Intraday)).unwrap();
    assert_eq!(call.0, 300);
}

#[test]
fn a_halt_stays_until_it_is_lifted_and_then_the_day_goes_on() {
    let (mut market, schedule) = (market(), Schedule::lesson());
    keep_schedule(&mut market, &schedule, at(200));
    market.submit(at(200), Command::HaltMarket);
    assert_eq!(keep_schedule(&mut market, &schedule, at(550)), 0, "nothing but the halt");
    market.submit(at(550), Command::ResumeMarket);
    keep_schedule(&mut market, &schedule, at(550));
    assert_eq!(market.exchange().phase(InstrumentId::new(0)), Phase::PostClose);
}

#[test]
fn a_call_that_a_rule_has_brought_runs_to_its_own_end() {
    let (mut market, schedule) = (market(), Schedule::lesson());
    keep_schedule(&mut market, &schedule, at(200));
    let instrument = InstrumentId::new(0);
    let end = PhaseEnd { at: at(310), within: 0, then: Phase::Continuous };
    let phase = Phase::Call(Call::Volatility);
    market.submit(at(290), Command::SetPhase { instrument, phase, end: Some(end) });
    keep_schedule(&mut market, &schedule, at(309));
    assert_eq!(market.exchange().phase(instrument), Phase::Call(Call::Volatility));
    keep_schedule(&mut market, &schedule, at(310));
    assert_eq!(market.exchange().phase(instrument), Phase::Call(Call::Intraday));
}

#[test]
fn the_crowd_trades_through_a_day() {
    let (mut market, schedule) = (market(), Schedule::lesson());
    let mut crowd = demo::Crowd::new(7, market.exchange());
    let (mut uncrossed, mut closed) = (0, 0);
    keep_schedule(&mut market, &schedule, at(0));
    while let Some(due) = crowd.due().filter(|&due| due < at(590)) {
        while let Some((at, command)) = schedule.next(market.exchange(), due) {
            let events = market.submit(at, command);
            uncrossed += events.iter().filter(|event| matches!(event, Event::Uncrossed { .. })).count();
        }
        let before = market.exchange().sequence();
        crowd.act(&mut market);
        if due >= at(575) {
            closed += market.exchange().sequence() - before;
        }
    }
    assert!(uncrossed > 0, "no auction found a price");
    assert_eq!(closed, 0, "nobody acts after the close");
    market.exchange().check();
}

#[test]
fn a_schedule_that_is_none_names_the_session() {
    let (open, shut) = (session(1, Phase::Continuous, 0), session(2, Phase::Closed, 0));
    let span = 10 * SECOND;
    for (span, sessions, error) in [
        (SECOND - 1, vec![open, shut], ScheduleError::Span { given: SECOND - 1 }),
        (MAX_SPAN + 1, vec![open, shut], ScheduleError::Span { given: MAX_SPAN + 1 }),
        (span, vec![open], ScheduleError::Count { given: 1 }),
        (span, vec![open; MAX_SESSIONS + 1], ScheduleError::Count { given: MAX_SESSIONS + 1 }),
        (span, vec![open, open], ScheduleError::Order { session: 2 }),
        (span, vec![open, session(10, Phase::Closed, 0)], ScheduleError::Order { session: 2 }),
        (span, vec![session(1, Phase::Halted, 0), shut], ScheduleError::Phase { session: 1 }),
        (
            span,
            vec![session(1, Phase::Continuous, 9), shut],
            ScheduleError::RandomEnd { session: 1, most: 9 * SECOND - 1 },
        ),
    ] {
        assert_eq!(Schedule::new(span, sessions), Err(error), "{error}");
    }
    assert!(Schedule::new(span, vec![session(1, Phase::Continuous, 8), shut]).is_ok());
}
