//! Limit up, limit down in the oracle: every trade of the window is kept, and the mean taken anew each time.

use std::collections::BTreeSet;

use outcry_engine::{LimitTier, LimitUpDownTerms, Price, Side, Timestamp};

use super::ticks::share_down;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Seconds of the window, the present one included.
const WINDOW: u64 = 300;

/// Where the rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Inside the bands.
    Normal,
    /// The touch stands at a band: the best bid (buy) or the best ask (sell).
    Limit { edge: Side, until: Timestamp },
}

/// The rule at work.
#[derive(Clone, Debug)]
pub(super) struct LimitUpDown {
    terms: LimitUpDownTerms,
    /// The price that opened the session.
    opened: Price,
    reference: Price,
    since: Timestamp,
    state: State,
    trades: Vec<(Timestamp, Price)>,
    /// Up to when the rule was followed.
    seen: Timestamp,
}

impl LimitUpDown {
    pub(super) fn open(terms: LimitUpDownTerms, at: Timestamp, price: Price) -> Self {
        let (state, trades) = (State::Normal, Vec::new());
        Self { terms, opened: price, reference: price, since: at, state, trades, seen: at }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn pause_nanos(&self) -> u64 {
        u64::from(self.terms.pause_seconds) * SECOND
    }

    /// Reference, and the distance of the bands from it.
    pub(super) fn reference_and_width(&self, doubled: bool) -> (Price, i128) {
        let reference = i128::from(self.reference.get());
        let times = if doubled { 2 } else { 1 };
        let percent = |percent: i128| (reference * times * percent + 50) / 100;
        let tiered = match self.terms.tier {
            LimitTier::One => percent(5),
            LimitTier::Two => percent(10),
        };
        let width = match self.terms.ticks_per_unit {
            None => tiered,
            Some(unit) => {
                let unit = i128::from(unit.get());
                let hundredths = 100 * i128::from(self.opened.get());
                if hundredths > 300 * unit {
                    tiered
                } else if hundredths >= 75 * unit {
                    percent(20)
                } else {
                    percent(75).min((15 * times * unit + 50) / 100)
                }
            }
        };
        (self.reference, width)
    }

    /// The mean of the trades that are in the window at a time, rounded to the nearest tick, from the middle up.
    fn mean(&self, at: Timestamp) -> Option<Price> {
        let inside =
            |(traded, _): &&(Timestamp, Price)| traded.nanos() / SECOND + WINDOW > at.nanos() / SECOND;
        let prices: Vec<i128> =
            self.trades.iter().filter(inside).map(|(_, price)| i128::from(price.get())).collect();
        let count = i128::try_from(prices.len()).ok().filter(|&count| count > 0)?;
        super::ticks::ticks((2 * prices.iter().sum::<i128>() + count) / (2 * count))
    }

    /// The mean at a time if it is to become the reference then.
    fn renewed(&self, at: Timestamp) -> Option<Price> {
        if self.state != State::Normal || at < self.held_until() {
            return None;
        }
        let mean = self.mean(at)?;
        let distance = i128::from(mean.get()) - i128::from(self.reference.get());
        let down = share_down(self.reference, self.terms.move_ppm);
        let exact = i128::from(self.reference.get()) * i128::from(self.terms.move_ppm) % 1_000_000 == 0;
        let enough = (down + i128::from(!exact)).max(1);
        (distance.abs() >= enough).then_some(mean)
    }

    fn held_until(&self) -> Timestamp {
        later(self.since, u64::from(self.terms.hold_seconds) * SECOND)
    }

    /// The next time at which something happens without a trade: a new reference, or the end of a limit state.
    pub(super) fn due(&self) -> Option<Timestamp> {
        if let State::Limit { until, .. } = self.state {
            return Some(until);
        }
        let leaves = |&(at, _): &(Timestamp, Price)| {
            Timestamp::from_nanos((at.nanos() / SECOND + WINDOW).saturating_mul(SECOND))
        };
        let moments: BTreeSet<_> = self.trades.iter().map(leaves).chain([self.held_until()]).collect();
        moments.into_iter().find(|&at| at > self.seen && self.renewed(at).is_some())
    }

    /// The time of a new reference has come.
    pub(super) fn follow(&mut self, at: Timestamp) {
        if let Some(mean) = self.renewed(at) {
            (self.reference, self.since) = (mean, at);
        }
        self.seen = at;
    }

    pub(super) fn trade(&mut self, at: Timestamp, price: Price) {
        self.trades.push((at, price));
        self.trades.retain(|(traded, _)| traded.nanos() / SECOND + WINDOW > at.nanos() / SECOND);
        self.follow(at);
    }

    /// The touch stands at a band or at none. Gives whether a limit state begins or is over, if one does.
    pub(super) fn touch(&mut self, at: Timestamp, edge: Option<Side>) -> Option<bool> {
        match (self.state, edge) {
            (State::Normal, None) => None,
            (State::Limit { edge: now, .. }, Some(edge)) if now == edge => None,
            (_, Some(edge)) => {
                let until = later(at, u64::from(self.terms.limit_seconds) * SECOND);
                self.state = State::Limit { edge, until };
                Some(true)
            }
            (State::Limit { .. }, None) => {
                self.state = State::Normal;
                self.reference = self.mean(at).unwrap_or(self.reference);
                (self.since, self.seen) = (at, at);
                Some(false)
            }
        }
    }

    /// Trading goes on after an interruption: what traded before counts no longer.
    pub(super) fn reopen(&mut self, at: Timestamp, price: Option<Price>) {
        self.trades.clear();
        self.state = State::Normal;
        self.reference = price.unwrap_or(self.reference);
        (self.since, self.seen) = (at, at);
    }
}

fn later(at: Timestamp, nanos: u64) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(nanos))
}
