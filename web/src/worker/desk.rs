//! One open exchange and everything that moves it: the market's clock, the simulated traders and the saver.
//!
//! What is due by the clock (an expiry, the end of a phase, a batch) is done by the next command, whoever sends it. The desk
//! sends [`Command::AdvanceClock`] only where none came in time.

use outcry_engine::{
    Command, Event, InstrumentId, Lots, NewOrder, OrderId, Phase, Preview, Reject, Timestamp,
};
use outcry_journal::JournalId;
use outcry_simulation::Market;
use outcry_simulation::demo::Crowd;
use outcry_simulation::schedule::Schedule;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::keeper::Keeper;
use super::link::Link;
use super::lock::Lock;
use super::meter::Meter;
use super::saver::{BACKLOG, Saver};
use super::venue::Venue;
use crate::protocol::{self, CrowdControl, Outcome, Refusal};

/// Fastest speed of the simulated traders, in market seconds per real second.
const TOP_SPEED: u16 = 1_000;
/// Actions of the crowd between two looks at the clock.
const ACTIONS_PER_LOOK: u32 = 8;

/// What is remembered of an exchange's crowd between two openings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrowdSetting {
    /// Seed of its random numbers.
    pub seed: u64,
    /// Whether it acts.
    pub running: bool,
    /// Market seconds per real second.
    pub speed: u16,
    /// Whether the market keeps the sessions of a short trading day.
    pub sessions: bool,
}

impl CrowdSetting {
    /// A crowd that acts or not, at the speed of real time, in continuous trading.
    #[must_use]
    pub const fn new(seed: u64, running: bool) -> Self {
        Self { seed, running, speed: 1, sessions: false }
    }
}

/// An open exchange.
#[derive(Debug)]
pub struct Desk {
    /// The journal's id.
    pub id: JournalId,
    /// The exchange's name.
    pub name: String,
    /// Host and projections.
    pub venue: Venue,
    /// What is to be stored.
    pub saver: Saver,
    /// The server that has a copy, if sync is on.
    pub link: Option<Link>,
    /// When a snapshot is due.
    pub keeper: Keeper,
    clock: Clock,
    crowd: Crowd,
    setting: CrowdSetting,
    /// The trading day, kept if the setting says so.
    day: Schedule,
    meter: Meter,
    /// Whether an import drives the market.
    driven: bool,
    /// Held while the exchange is open, where the browser has locks.
    _lock: Option<Lock>,
}

impl Desk {
    /// An exchange whose stored journal was replayed. Market time goes on from its last command or, if it has a
    /// crowd, from `start`, whichever is later.
    #[must_use]
    pub fn new(
        (id, name): (JournalId, String),
        venue: Venue,
        saver: Saver,
        setting: CrowdSetting,
        lock: Option<Lock>,
        start: Timestamp,
        real: f64,
    ) -> Self {
        let exchange = venue.exchange();
        let crowd = Crowd::new(setting.seed, exchange);
        let mut clock = Clock::new(exchange.now(), real);
        if crowd.due().is_some() {
            clock.forward(start);
        }
        let mut desk = Self {
            id,
            name,
            venue,
            saver,
            link: None,
            keeper: Keeper::default(),
            clock,
            crowd,
            setting,
            day: Schedule::lesson(),
            meter: Meter::default(),
            driven: false,
            _lock: lock,
        };
        desk.crowd.resume(desk.clock.now());
        desk.set_clock();
        desk
    }

    /// The market's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now().max(self.venue.exchange().now())
    }

    /// Events in the last second of real time.
    #[must_use]
    pub fn events_per_second(&mut self, real: f64) -> u32 {
        self.meter.rate(real)
    }

    /// The simulated traders, for the page.
    #[must_use]
    pub fn crowd(&self) -> protocol::Crowd {
        let present = self.crowd.due().is_some();
        let CrowdSetting { running, speed, sessions, .. } = self.setting;
        protocol::Crowd { present, running: present && running, speed, sessions }
    }

    /// What is to be remembered of the crowd.
    #[must_use]
    pub fn crowd_setting(&self) -> CrowdSetting {
        self.setting
    }

    /// Does what was asked of the crowd.
    pub fn control(&mut self, real: f64, control: CrowdControl) {
        self.clock.read(real);
        match control {
            CrowdControl::Start => self.setting.running = true,
            CrowdControl::Pause => self.setting.running = false,
            CrowdControl::Speed(speed) => self.setting.speed = speed.clamp(1, TOP_SPEED),
            CrowdControl::Step => self.step(real),
            CrowdControl::Sessions(sessions) => self.set_sessions(real, sessions),
        }
        self.set_clock();
    }

    /// Keeps the trading day from now on, or opens everything that it has left in another phase.
    fn set_sessions(&mut self, real: f64, sessions: bool) {
        self.setting.sessions = sessions;
        let now = self.now();
        if sessions {
            self.keep_sessions(real, now);
            return;
        }
        let events = self.venue.exchange().event_count();
        let instruments = (0..).map(InstrumentId::new).take(self.venue.exchange().instruments().len());
        for instrument in instruments {
            let phase = self.venue.exchange().phase(instrument);
            let ends = self.venue.exchange().phase_end(instrument).is_some();
            if phase != Phase::Halted && (ends || phase != Phase::Continuous) {
                let phase = Phase::Continuous;
                self.venue.execute(now, &Command::SetPhase { instrument, phase, end: None });
            }
        }
        self.executed(real, events, true);
    }

    /// Does what the trading day asks for up to a time.
    fn keep_sessions(&mut self, real: f64, until: Timestamp) {
        if !self.setting.sessions || self.driven || self.venue.failure().is_some() {
            return;
        }
        let events = self.venue.exchange().event_count();
        while let Some((at, command)) = self.day.next(self.venue.exchange(), until) {
            if self.venue.execute(at, &command).is_none() {
                break;
            }
        }
        self.executed(real, events, false);
    }

    /// Without a crowd the clock just runs: what a person does there has its time too.
    fn set_clock(&mut self) {
        match self.crowd.due() {
            Some(_) => self.clock.set(self.setting.running, self.setting.speed),
            None => self.clock.set(true, 1),
        }
    }

    /// The next action of the crowd that does something, and the clock put forward to it.
    fn step(&mut self, real: f64) {
        let before = self.venue.exchange().sequence();
        while let Some(due) = self.crowd.due() {
            self.clock.forward(due);
            self.keep_sessions(real, due);
            self.act(real);
            if self.venue.exchange().sequence() > before || self.venue.failure().is_some() {
                return;
            }
        }
    }

    fn act(&mut self, real: f64) {
        let events = self.venue.exchange().event_count();
        self.crowd.act(&mut self.venue);
        self.executed(real, events, false);
    }

    /// Notes that commands were executed since the exchange had `events` events.
    pub fn executed(&mut self, real: f64, events: u64, urgent: bool) {
        let new = self.venue.exchange().event_count() - events;
        if new > 0 {
            self.meter.count(real, new);
            self.saver.executed(real, urgent);
        }
    }

    /// Counts events per second from now: what was executed before the desk was shown is its past.
    pub fn count_anew(&mut self) {
        self.meter = Meter::default();
    }

    /// Lets the crowd do what is due, until `deadline`, and then what is due by the clock happen. What was not done by
    /// then stays due, and the market's clock waits for it.
    pub fn work(&mut self, real: f64, deadline: f64, clock: impl Fn() -> f64) {
        self.clock.read(real);
        self.act_until(real, deadline, clock);
        self.advance(real);
    }

    fn act_until(&mut self, real: f64, deadline: f64, clock: impl Fn() -> f64) {
        let mut actions = 0_u32;
        while let Some(due) = self.crowd.due().filter(|&due| due <= self.clock.now() && self.setting.running)
        {
            actions += 1;
            let late = actions.is_multiple_of(ACTIONS_PER_LOOK) && clock() >= deadline;
            if late || self.venue.failure().is_some() || self.is_behind() {
                self.clock.wait_for(due);
                return;
            }
            self.keep_sessions(real, due);
            self.act(real);
        }
    }

    /// Has what is due by the clock happen, unless a command did already.
    fn advance(&mut self, real: f64) {
        let now = self.now();
        if self.moves_by_itself() {
            self.keep_sessions(real, now);
        }
        if !self.moves_by_itself() || self.venue.exchange().next_due().is_none_or(|due| due > now) {
            return;
        }
        let events = self.venue.exchange().event_count();
        if self.venue.execute(now, &Command::AdvanceClock).is_some() {
            self.executed(real, events, false);
        }
    }

    /// Whether what is due by the clock is for this desk to bring about: not while the market stands still, a file drives
    /// it, or too much is unsaved.
    fn moves_by_itself(&self) -> bool {
        self.clock.is_running() && !self.driven && self.venue.failure().is_none() && !self.is_behind()
    }

    /// Notes whether an import drives the market now: it brings its own times.
    pub fn drive(&mut self, driven: bool) {
        self.driven = driven;
    }

    /// Whether to take a snapshot now.
    pub fn is_snapshot_due(&mut self) -> bool {
        self.keeper.is_due(self.venue.exchange().sequence(), self.saver.journal_bytes())
    }

    /// Whether so much is unsaved that simulated traders and imports wait.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.venue.host().pending().bytes + self.saver.unsaved_bytes() > BACKLOG
    }

    /// Puts the clock forward to `until` and lets the crowd catch up at once, until the real time `deadline`;
    /// whether it has.
    pub fn catch_up(&mut self, until: Timestamp, real: f64, deadline: f64, clock: impl Fn() -> f64) -> bool {
        self.clock.forward(until);
        while self.crowd.due().is_some_and(|due| due <= self.clock.now()) {
            (0..ACTIONS_PER_LOOK).for_each(|_| self.act(real));
            if clock() >= deadline {
                return false;
            }
        }
        true
    }

    /// Real milliseconds until the crowd acts next or something is due by the clock, or `None` if nothing is.
    #[must_use]
    pub fn next_action(&self) -> Option<f64> {
        let crowd = self.crowd.due().filter(|_| self.setting.running && !self.is_behind());
        let due = self.venue.exchange().next_due().filter(|_| self.moves_by_itself());
        self.clock.until([crowd, due].into_iter().flatten().min()?)
    }

    /// Executes a command of the user, or `None` if the host executes no more.
    pub fn submit(&mut self, real: f64, command: &Command) -> Option<Outcome> {
        self.clock.read(real);
        let at = self.clock.now();
        let events_before = self.venue.exchange().event_count();
        let (receipt, events) = self.venue.execute(at, command)?;
        let events = events.to_vec();
        self.executed(real, events_before, true);
        Some(match events.last() {
            // What was due came before it.
            Some(Event::CommandRejected(reject)) => Outcome::Refused(self.refusal(command, reject)),
            _ => outcome(receipt, command, &events),
        })
    }

    /// What an order would do now.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn preview(&self, order: &NewOrder) -> Result<Preview, Refusal> {
        let refused = |reject| self.refusal(&Command::PlaceOrder(*order), &reject);
        self.venue.exchange().preview(order).map_err(refused)
    }

    fn refusal(&self, command: &Command, reject: &Reject) -> Refusal {
        let message = self.venue.exchange().explain_command(command, reject);
        Refusal { code: reject.code().to_owned(), message }
    }
}

/// The order that a command asks for; of a pair or a bracket the first.
fn asked(command: &Command) -> Option<&NewOrder> {
    match command {
        Command::PlaceOrder(order) => Some(order),
        Command::PlaceConditional(order) => Some(&order.terms),
        Command::PlacePair(pair) => Some(&pair.limit),
        Command::PlaceBracket(bracket) => Some(&bracket.entry),
        _ => None,
    }
}

fn outcome(receipt: outcry_engine::Receipt, command: &Command, events: &[Event]) -> Outcome {
    let mut order: Option<OrderId> = match command {
        Command::CancelOrder { order, .. } | Command::ReplaceOrder { order, .. } => Some(*order),
        _ => None,
    };
    let asked = asked(command);
    let (mut filled, mut rests, mut canceled, mut why) = (0, Lots::ZERO, Lots::ZERO, None);
    for event in events {
        match event {
            // What was due before it and what it sets off may bring orders of their own.
            Event::OrderAccepted { order: accepted, terms } if asked.is_none_or(|asked| asked == terms) => {
                order = order.or(Some(*accepted));
            }
            Event::Traded(trade) if [trade.taker, trade.maker].map(Some).contains(&order) => {
                filled += trade.quantity.get();
            }
            Event::OrderRested { order: own, leaves, .. } | Event::OrderWaits { order: own, leaves, .. }
                if order == Some(*own) =>
            {
                rests = leaves.lots();
            }
            Event::OrderReplaced { leaves, priority: outcry_engine::Priority::Kept, .. } => {
                rests = leaves.lots();
            }
            Event::OrderCanceled { order: own, canceled: gone, reason, .. } if order == Some(*own) => {
                (canceled, why) = (*gone, Some(*reason));
            }
            _ => {}
        }
    }
    Outcome::Done { receipt, order, filled: Lots::new(filled), rests, canceled, reason: why }
}
