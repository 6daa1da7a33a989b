//! Seeded streams of commands, biased to the edges where engines break.
//!
//! A seed fixes everything. It also switches whole kinds of commands on and off and moves their shares (*swarm
//! testing*), so that no kind always hides another: one seed trades one lot at one price, another replaces
//! without end, a third has poor accounts, a fourth changes phases all day. The workload sees only events ([`Sight`]),
//! as a user would, and aims with what it saw: at the best price and a tick beside it, at the last lot of a level and
//! one more, at the last minor unit of an account and one less, at ids that are closed, foreign or were never given,
//! at the very instant at which something is due.

mod admin;
mod conditions;
mod market;
mod opening;
mod orders;
mod sight;
mod swarm;

use std::collections::VecDeque;

use outcry_engine::{AccountId, Amount, Command, Event, Phase, Reject, Timestamp, limits};
use outcry_simulation::Random;

pub use sight::{LiveOrder, Sight};
pub use swarm::{Act, Swarm};

/// A source of commands.
#[derive(Debug)]
pub struct Workload {
    random: Random,
    swarm: Swarm,
    sight: Sight,
    /// Commands that are already decided: the opening, then what belongs together.
    pending: VecDeque<Command>,
    /// Settings still to be changed before trading begins.
    settings: u64,
    /// Who sent the last command, if it was an order or its replacement.
    orderer: Option<AccountId>,
    at: u64,
}

impl Workload {
    /// The stream of this seed: every kind of command, those that the seed switches on.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let swarm = Swarm::draw(&mut random);
        Self::of(random, swarm)
    }

    /// A stream of plain orders, transfers and new things only.
    #[must_use]
    pub fn plain(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let swarm = Swarm::plain(&mut random);
        Self::of(random, swarm)
    }

    fn of(mut random: Random, swarm: Swarm) -> Self {
        let pending = opening::commands(&mut random, &swarm);
        let settings = swarm.settings;
        Self { random, swarm, sight: Sight::default(), pending, settings, orderer: None, at: opening::BELL }
    }

    /// The next command and its time. The time may lie before that of the command before it.
    pub fn next_command(&mut self) -> (Timestamp, Command) {
        self.pass_time();
        let lag = if self.random.chance(20_000) { self.random.below(10_000) } else { 0 };
        let at = Timestamp::from_nanos(self.at - lag);
        if self.pending.is_empty() {
            self.decide();
        }
        let command = self.pending.pop_front().expect("every decision has at least one command");
        self.orderer = match &command {
            Command::PlaceOrder(order) => Some(order.account),
            Command::PlaceConditional(order) => Some(order.terms.account),
            Command::PlacePair(pair) => Some(pair.limit.account),
            Command::PlaceBracket(bracket) => Some(bracket.entry.account),
            Command::ReplaceOrder { account, .. } | Command::PlaceCashOrder { account, .. } => Some(*account),
            Command::Quote(quote) => Some(quote.account),
            _ => None,
        };
        (at, command)
    }

    /// Time passes, as the pace says; or stands still, or comes to the instant at which something is due, or one beside it.
    fn pass_time(&mut self) {
        if !self.swarm.special {
            self.at += self.random.below(self.swarm.pace);
            return;
        }
        match self.random.below(40) {
            0..=11 => {}
            12 => {
                let next = self.sight.ahead().iter().filter(|&&at| at > self.at).min();
                if let Some(&next) = next.filter(|&&next| next < opening::BELL * 2) {
                    self.at = self.at.max(next + self.random.below(3) - 1);
                }
            }
            13 if self.random.chance(50_000) => {
                self.at += *self.random.pick(&[60_000_000_000, 86_400_000_000_000]).expect("not empty");
            }
            _ => self.at += self.random.below(self.swarm.pace),
        }
    }

    /// Shows the workload what its last command did.
    pub fn observe(&mut self, events: &[Event]) {
        for event in events {
            self.sight.see(event);
        }
        // Fees and withdrawals dry a market out: who could not pay is often given the means for a few orders more.
        if let (Some(account), Some(Event::CommandRejected(Reject::InsufficientFunds { asset, needed, .. }))) =
            (self.orderer, events.last())
            && self.random.chance(if self.swarm.poor { 200_000 } else { 700_000 })
        {
            let most = limits::MAX_AMOUNT / 64;
            let units = needed.get().min(most / 16) * self.random.between(1, 16);
            let amount = Amount::new(units).expect("below the highest");
            self.pending.push_back(Command::Deposit { account, asset: *asset, amount });
        }
        self.bring_back(events);
    }

    /// A market that takes nothing in, or a switch that nobody releases, would end a run: both mostly pass soon.
    fn bring_back(&mut self, events: &[Event]) {
        match events.last() {
            Some(Event::CommandRejected(Reject::AccountBlocked { account }))
                if self.random.chance(200_000) =>
            {
                self.pending.push_back(Command::UnblockAccount { account: *account });
            }
            Some(Event::CommandRejected(Reject::NotInPhase { instrument, phase, .. })) => {
                let shut = matches!(phase, Phase::Closed | Phase::Halted);
                if self.random.chance(if shut { 150_000 } else { 20_000 }) {
                    let (instrument, phase) = (*instrument, Phase::Continuous);
                    self.pending.push_back(Command::SetPhase { instrument, phase, end: None });
                }
            }
            _ => {}
        }
    }

    fn decide(&mut self) {
        if self.settings > 0 {
            self.settings -= 1;
            let command =
                if self.random.chance(700_000) { self.instrument_setting() } else { self.account_setting() };
            self.pending.push_back(command);
            return;
        }
        let crowded = self.sight.live().len() >= self.swarm.crowd;
        let act = if crowded { Act::Cancel } else { self.swarm.act(&mut self.random) };
        let command = match act {
            Act::Limit | Act::PostOnly | Act::ImmediateOrCancel | Act::FillOrKill | Act::Market => {
                self.place(act)
            }
            Act::LastCoin => self.last_coin(),
            Act::Cancel => self.cancel(),
            Act::Replace => self.replace(),
            Act::Stray => self.stray(),
            Act::Misshapen => self.misshapen(),
            Act::Deposit => self.deposit(),
            Act::Withdraw => self.withdraw(),
            Act::Create => self.create(),
            Act::Pair => self.pair(),
            Act::Bracket => self.bracket(),
            Act::Cash => self.cash_order(),
            Act::Quote => self.quote(),
            Act::MassCancel => self.mass_cancel(),
            Act::Block => self.block(),
            Act::InstrumentSetting => self.instrument_setting(),
            Act::AccountSetting => self.account_setting(),
            Act::MarketSetting => self.market_setting(),
            Act::Phase => self.set_phase(),
            Act::Halt if self.random.chance(400_000) => Command::HaltMarket,
            Act::Halt => Command::ResumeMarket,
            Act::Clock => Command::AdvanceClock,
            Act::Desk => self.at_desk(),
            special => self.place_special(special),
        };
        self.pending.push_back(command);
    }
}
