//! The crowd: who trades, and who acts next.
//!
//! Every trader is an actor: one account on one instrument, with its own random stream and its next time. The
//! crowd holds nothing that matters: its live orders are read from the exchange, so a reloaded exchange gets a
//! new crowd that carries on with them.

use outcry_engine::{Exchange, InstrumentId, Phase, Side, Timestamp};

use crate::market::Market;
use crate::random::Random;

use super::investor::Investor;
use super::maker::Maker;
use super::opening::{GROUPS, INVESTORS, LISTINGS, MAKERS, TAKERS, find_account};
use super::taker::Taker;
use super::turn::{Seat, Turn};
use super::value::Value;

/// The traders of the demo market.
#[derive(Clone, Debug)]
pub struct Crowd {
    values: Vec<Value>,
    traders: Vec<Trader>,
    /// When each value, then each trader, acts next.
    due: Vec<Timestamp>,
}

/// One account on one instrument.
#[derive(Clone, Debug)]
struct Trader {
    seat: Seat,
    random: Random,
    role: Role,
}

#[derive(Clone, Debug)]
enum Role {
    Maker(Maker),
    Taker(Taker),
    Investor(Investor),
}

impl Role {
    /// Mean market time between two actions, in nanoseconds.
    const fn mean_wait(&self) -> u64 {
        match self {
            Self::Maker(_) => Maker::MEAN_WAIT,
            Self::Taker(_) => Taker::MEAN_WAIT,
            Self::Investor(_) => Investor::MEAN_WAIT,
        }
    }
}

impl Crowd {
    /// The crowd of an exchange that was opened with [`opening`](super::opening), new or reloaded.
    ///
    /// It finds its accounts and instruments by name and its open orders in the book, takes the value from the
    /// middle of the market, and acts from the exchange's present time on. Accounts and instruments that are not
    /// there take no part, so on another exchange the crowd is empty.
    #[must_use]
    pub fn new(seed: u64, exchange: &Exchange) -> Self {
        // A crowd that carries on after a reload does not repeat its first minutes.
        let mut random = Random::new(seed ^ exchange.sequence().rotate_left(32));
        let mut values: Vec<Value> = (0..GROUPS).map(|_| Value::new(random.split())).collect();
        let mut traders = Vec::new();
        for listing in LISTINGS.iter().rev() {
            let Some(instrument) = listing.find(exchange) else { continue };
            if let Some(middle) = middle(exchange, instrument) {
                values[listing.group].align(listing, middle);
            }
            let roles = [("Maker", MAKERS), ("Taker", TAKERS), ("Investor", INVESTORS)];
            let numbered = roles.into_iter().flat_map(|(name, count)| (1..=count).map(move |n| (name, n)));
            for (name, number) in numbered {
                let Some(account) = find_account(exchange, name, number) else { continue };
                let seat = Seat { account, instrument, listing };
                let mut random = random.split();
                let role = match name {
                    "Maker" => Role::Maker(Maker::new(&seat, number, exchange)),
                    "Taker" => Role::Taker(Taker::default()),
                    _ => Role::Investor(Investor::new(&seat, exchange, &mut random)),
                };
                traders.push(Trader { seat, random, role });
            }
        }
        if traders.is_empty() {
            values.clear();
        }
        let mut crowd = Self { values, traders, due: Vec::new() };
        crowd.due = (0..crowd.values.len() + crowd.traders.len())
            .map(|index| later(exchange.now(), crowd.wait(index)))
            .collect();
        crowd
    }

    /// Market time of the next action, or `None` where there is nobody to act.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.next().map(|(_, due)| due)
    }

    /// Performs exactly the next action, at its due time: up to a few commands, perhaps none.
    pub fn act(&mut self, market: &mut impl Market) {
        let Some((index, at)) = self.next() else { return };
        match index.checked_sub(self.values.len()) {
            None => self.values[index].step(),
            Some(trader) => self.traders[trader].act(at, &self.values, market),
        }
        self.due[index] = later(at, self.wait(index));
    }

    /// After a pause: nothing acts before `at`, and everything keeps its distance from everything else.
    pub fn resume(&mut self, at: Timestamp) {
        let Some(due) = self.due() else { return };
        let pause = at.nanos().saturating_sub(due.nanos());
        for due in &mut self.due {
            *due = later(*due, pause);
        }
    }

    /// Who acts next, and when. Few enough that a walk is faster than keeping them sorted.
    fn next(&self) -> Option<(usize, Timestamp)> {
        self.due.iter().copied().enumerate().min_by_key(|&(index, due)| (due, index))
    }

    fn wait(&mut self, index: usize) -> u64 {
        match index.checked_sub(self.values.len()) {
            None => self.values[index].wait(),
            Some(trader) => {
                let trader = &mut self.traders[trader];
                trader.random.exponential(trader.role.mean_wait())
            }
        }
    }
}

impl Trader {
    fn act(&mut self, at: Timestamp, values: &[Value], market: &mut impl Market) {
        // Nobody has anything to do where nothing can come to trade.
        let phase = market.exchange().phase(self.seat.instrument);
        if matches!(phase, Phase::Halted | Phase::PostClose | Phase::Closed) {
            return;
        }
        let value = values[self.seat.listing.group].ticks(self.seat.listing);
        let mut turn = Turn { seat: self.seat, at, value, random: &mut self.random };
        match &mut self.role {
            Role::Maker(maker) => maker.act(&mut turn, market),
            Role::Taker(taker) => taker.act(&mut turn, market),
            Role::Investor(investor) => investor.act(&mut turn, market),
        }
    }
}

/// The middle between the best prices, in ticks.
fn middle(exchange: &Exchange, instrument: InstrumentId) -> Option<i64> {
    let [bid, ask] = Side::BOTH.map(|side| exchange.best(instrument, side));
    Some((bid?.get() + ask?.get()) / 2)
}

fn later(at: Timestamp, nanos: u64) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(nanos))
}
