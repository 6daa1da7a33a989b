//! The session schedule: which phase an instrument is in at which time of the day, and the commands that bring it there.
//!
//! The engine knows phases and their ends, not the day. A schedule looks at an exchange and says which command is due next;
//! whoever drives the exchange executes it, so the journal holds all of it and a replay needs no schedule. A phase that a rule
//! has brought (a volatility call, a pause) runs to its own end first, and a halt stays until it is lifted.

use outcry_engine::{Call, Command, Exchange, InstrumentId, Phase, PhaseEnd, Timestamp};
use thiserror::Error;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Nanoseconds of a day: the span of a schedule that does not say another.
pub const DAY: u64 = 86_400 * SECOND;
/// Longest span in nanoseconds: 366 days.
pub const MAX_SPAN: u64 = 366 * DAY;
/// Most sessions of a schedule.
pub const MAX_SESSIONS: usize = 1_000;

/// One session: from its time to that of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Nanoseconds from the beginning of the span.
    pub at: u64,
    /// How trading goes.
    pub phase: Phase,
    /// Its end is drawn from up to so many nanoseconds after the next one's time; zero ends it on time.
    pub random_end: u64,
}

/// The sessions of a day, or of another span that repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    span: u64,
    sessions: Vec<Session>,
}

/// Why a schedule is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// The span is not allowed.
    #[error("a span of {given} ns is outside {SECOND} to {MAX_SPAN}")]
    Span {
        /// Given.
        given: u64,
    },
    /// Too few sessions for anything to change, or too many.
    #[error("{given} sessions, 2 to {MAX_SESSIONS} are allowed")]
    Count {
        /// Given.
        given: usize,
    },
    /// A session that begins before the one above it, or not within the span.
    #[error("session {session} begins outside the time from the one before it to the end of the span")]
    Order {
        /// Which one, from 1.
        session: usize,
    },
    /// A random end that would reach beyond the session that follows.
    #[error("session {session} could end after the one that follows it: its random end is at most {most} ns")]
    RandomEnd {
        /// Which one, from 1.
        session: usize,
        /// The length of the one that follows, less a nanosecond.
        most: u64,
    },
    /// A phase that only a rule or a person brings.
    #[error("session {session} cannot be a volatility call or a halt")]
    Phase {
        /// Which one, from 1.
        session: usize,
    },
}

impl Schedule {
    /// A schedule of sessions in the order of their times. The span repeats from 1970-01-01T00:00:00Z on, and the time before its
    /// first session belongs to its last one: a market that closes in the evening is closed in the morning.
    ///
    /// # Errors
    /// [`ScheduleError`] names the session.
    pub fn new(span: u64, sessions: Vec<Session>) -> Result<Self, ScheduleError> {
        if !(SECOND..=MAX_SPAN).contains(&span) {
            return Err(ScheduleError::Span { given: span });
        }
        if !(2..=MAX_SESSIONS).contains(&sessions.len()) {
            return Err(ScheduleError::Count { given: sessions.len() });
        }
        let schedule = Self { span, sessions };
        for (index, session) in schedule.sessions.iter().enumerate() {
            let number = index + 1;
            let after = schedule.sessions[..index].last().is_none_or(|before| before.at < session.at);
            if !after || session.at >= span {
                return Err(ScheduleError::Order { session: number });
            }
            if matches!(session.phase, Phase::Halted | Phase::Call(Call::Volatility)) {
                return Err(ScheduleError::Phase { session: number });
            }
        }
        for index in 0..schedule.sessions.len() {
            let most = schedule.length(schedule.following(index)) - 1;
            if schedule.sessions[index].random_end > most {
                return Err(ScheduleError::RandomEnd { session: index + 1, most });
            }
        }
        Ok(schedule)
    }

    /// A day of ten minutes for a lesson: pre-open, opening call, continuous trading, closing call, after the close, closed.
    #[must_use]
    pub fn lesson() -> Self {
        let session = |at, phase, random_end| Session { at: at * SECOND, phase, random_end };
        let sessions = vec![
            session(0, Phase::PreOpen, 0),
            session(30, Phase::Call(Call::Opening), 10 * SECOND),
            session(90, Phase::Continuous, 0),
            session(300, Phase::Call(Call::Intraday), 5 * SECOND),
            session(330, Phase::Continuous, 0),
            session(480, Phase::Call(Call::Closing), 10 * SECOND),
            session(540, Phase::PostClose, 0),
            session(570, Phase::Closed, 0),
        ];
        Self::new(600 * SECOND, sessions).expect("eight sessions in their order")
    }

    /// The next command that the schedule asks for up to `until`, in an exchange as it stands, and its time. Execute it and ask
    /// again until there is none.
    ///
    /// It is [`Command::SetPhase`] where an instrument has a phase without an end, and [`Command::AdvanceClock`] at the end of a
    /// phase, so that what follows it is seen. Instruments go by time, then by number.
    #[must_use]
    pub fn next(&self, exchange: &Exchange, until: Timestamp) -> Option<(Timestamp, Command)> {
        let now = exchange.now();
        let instruments = (0..).map(InstrumentId::new).take(exchange.instruments().len());
        let due = instruments.filter_map(|instrument| {
            let at = match exchange.phase_end(instrument) {
                Some(end) => end.at.max(now),
                None if exchange.phase(instrument) == Phase::Halted => return None,
                None => now,
            };
            Some((at, instrument))
        });
        // An exchange whose clock has not begun has nothing to be on time for.
        let (at, instrument) = due.min().filter(|&(at, _)| at <= until && at > Timestamp::default())?;
        let command = match exchange.phase_end(instrument) {
            Some(_) => Command::AdvanceClock,
            None => self.begin(instrument, at),
        };
        Some((at, command))
    }

    /// The command that brings an instrument into the session of a time.
    fn begin(&self, instrument: InstrumentId, now: Timestamp) -> Command {
        let into = now.nanos() % self.span;
        let begun = self.sessions.partition_point(|session| session.at <= into);
        let index = begun.checked_sub(1).unwrap_or(self.sessions.len() - 1);
        let session = self.sessions[index];
        let then = self.sessions[self.following(index)];
        let left = if then.at > into { then.at - into } else { then.at + self.span - into };
        let end = PhaseEnd {
            at: Timestamp::from_nanos(now.nanos().saturating_add(left)),
            within: session.random_end,
            then: then.phase,
        };
        Command::SetPhase { instrument, phase: session.phase, end: Some(end) }
    }

    const fn following(&self, index: usize) -> usize {
        if index + 1 < self.sessions.len() { index + 1 } else { 0 }
    }

    /// Nanoseconds from the beginning of a session to that of the next.
    fn length(&self, index: usize) -> u64 {
        let (from, to) = (self.sessions[index].at, self.sessions[self.following(index)].at);
        if to > from { to - from } else { to + self.span - from }
    }
}

#[cfg(test)]
mod tests;
