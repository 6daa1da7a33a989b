//! Seeded streams of commands, biased to the edges where engines break.
//!
//! A seed fixes everything. It also switches whole kinds of commands on and off and moves their shares (*swarm
//! testing*), so that no kind always hides another: one seed trades one lot at one price, another replaces
//! without end, a third has poor accounts. The workload sees only events ([`Sight`]), as a user would, and
//! aims with what it saw: at the best price and a tick beside it, at the last lot of a level and one more, at
//! the last minor unit of an account and one less, at ids that are closed, foreign or were never given.

mod admin;
mod opening;
mod orders;
mod sight;
mod swarm;

use std::collections::VecDeque;

use outcry_engine::{AccountId, Amount, Command, Event, Reject, Timestamp, limits};
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
    /// Who sent the last command, if it was an order or its replacement.
    orderer: Option<AccountId>,
    at: u64,
}

impl Workload {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let swarm = Swarm::draw(&mut random);
        let pending = opening::commands(&mut random, &swarm);
        Self { random, swarm, sight: Sight::default(), pending, orderer: None, at: opening::BELL }
    }

    /// The next command and its time. The time may lie before that of the command before it.
    pub fn next_command(&mut self) -> (Timestamp, Command) {
        self.at += self.random.below(2_000);
        let lag = if self.random.chance(20_000) { self.random.below(10_000) } else { 0 };
        let at = Timestamp::from_nanos(self.at - lag);
        if self.pending.is_empty() {
            self.decide();
        }
        let command = self.pending.pop_front().expect("every decision has at least one command");
        self.orderer = match command {
            Command::PlaceOrder(order) => Some(order.account),
            Command::ReplaceOrder { account, .. } => Some(account),
            _ => None,
        };
        (at, command)
    }

    /// Shows the workload what its last command did.
    pub fn observe(&mut self, events: &[Event]) {
        for event in events {
            self.sight.see(event);
        }
        // Fees and withdrawals dry a market out: who could not pay is often given the means for a few orders more.
        if let (Some(account), [Event::CommandRejected(Reject::InsufficientFunds { asset, needed, .. })]) =
            (self.orderer, events)
            && self.random.chance(if self.swarm.poor { 200_000 } else { 700_000 })
        {
            let most = limits::MAX_AMOUNT / 64;
            let units = needed.get().min(most / 16) * self.random.between(1, 16);
            let amount = Amount::new(units).expect("below the highest");
            self.pending.push_back(Command::Deposit { account, asset: *asset, amount });
        }
    }

    fn decide(&mut self) {
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
        };
        self.pending.push_back(command);
    }
}
