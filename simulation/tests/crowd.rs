//! The demo crowd over long runs: nobody runs dry, no side of a book stays empty, nothing is refused, and a seed
//! repeats to the bit. That the checks can fail is shown by a market that loses every sell order.

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, AssetId, Command, Event, Exchange, InstrumentId, NewOrder, OrderId, Side, Timestamp,
};
use outcry_simulation::demo::{Crowd, USERS, opening};
use outcry_simulation::{BareMarket, Market};

const SECOND: u64 = 1_000_000_000;
/// 2026-01-05T09:00:00Z.
const START: Timestamp = Timestamp::from_nanos(1_767_603_600 * SECOND);

/// A market that counts what happens on it.
struct Observed {
    market: BareMarket,
    commands: u64,
    trades: u64,
    refused: Option<String>,
    /// The planted bug.
    loses_sells: bool,
}

impl Observed {
    fn demo() -> Self {
        let mut observed =
            Self { market: BareMarket::new(), commands: 0, trades: 0, refused: None, loses_sells: false };
        for command in opening() {
            observed.submit(START, command);
        }
        observed.commands = 0;
        observed
    }
}

impl Market for Observed {
    fn exchange(&self) -> &Exchange {
        self.market.exchange()
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        self.commands += 1;
        if self.loses_sells && matches!(command, Command::PlaceOrder(NewOrder { side: Side::Sell, .. })) {
            return &[];
        }
        let events = self.market.submit(at, command.clone());
        for event in events {
            match event {
                Event::CommandRejected(reject) => self.refused = Some(format!("{command:?}: {reject}")),
                Event::Traded(_) => self.trades += 1,
                _ => {}
            }
        }
        events
    }
}

/// Since when each side of each book has been empty, and the longest such time in nanoseconds.
#[derive(Default)]
struct Emptiness {
    since: BTreeMap<(InstrumentId, Side), Timestamp>,
    longest: u64,
}

impl Emptiness {
    fn observe(&mut self, exchange: &Exchange, at: Timestamp) {
        for instrument in (0..4).map(InstrumentId::new) {
            for side in Side::BOTH {
                if exchange.best(instrument, side).is_some() {
                    self.since.remove(&(instrument, side));
                } else {
                    let since = *self.since.entry((instrument, side)).or_insert(at);
                    self.longest = self.longest.max(at.nanos() - since.nanos());
                }
            }
        }
    }
}

/// Runs the crowd and says what is wrong with what it did.
fn run(market: &mut Observed, seed: u64, actions: u64) -> Result<(), String> {
    let mut crowd = Crowd::new(seed, market.exchange());
    let mut empty = Emptiness::default();
    let mut at = START;
    for action in 0..actions {
        let due = crowd.due().ok_or("there is no crowd")?;
        if due < at {
            return Err(format!("time goes back from {at:?} to {due:?}"));
        }
        at = due;
        crowd.act(market);
        // The first seconds, while the ladders are built, do not count.
        if at.nanos() > START.nanos() + 5 * SECOND {
            empty.observe(market.exchange(), at);
        }
        if action % 50_000 == 0 {
            market.exchange().check();
        }
    }
    market.exchange().check();

    let seconds = (at.nanos() - START.nanos()) / SECOND;
    let rate = market.commands / seconds;
    let say = |ok: bool, what: String| if ok { Ok(()) } else { Err(what) };
    say(market.refused.is_none(), format!("refused: {:?}", market.refused))?;
    say(empty.longest < 4 * SECOND, format!("a side was empty for {} ms", empty.longest / 1_000_000))?;
    say((20..=60).contains(&rate), format!("{rate} commands a second"))?;
    say(market.trades > actions / 10, format!("{} trades", market.trades))?;
    solvent(market.exchange())
}

/// Everyone in the crowd still has at least half of what they began with, of every asset.
fn solvent(exchange: &Exchange) -> Result<(), String> {
    let deposits = opening().into_iter().filter_map(|command| match command {
        Command::Deposit { account, asset, amount } => Some((account, asset, amount)),
        _ => None,
    });
    let first_of_crowd = AccountId::new(u32::try_from(USERS.len()).expect("there are three") + 1);
    for (account, asset, start) in deposits.filter(|deposit| deposit.0 >= first_of_crowd) {
        let balance = exchange.balance(account, asset);
        let left = balance.available.get() + balance.held.get();
        if left < start.get() / 2 {
            return Err(format!("account {account} has {left} of {} of asset {asset}", start.get()));
        }
    }
    Ok(())
}

#[test]
fn a_million_actions_leave_everyone_solvent_and_the_books_filled() {
    run(&mut Observed::demo(), 1, 1_000_000).unwrap();
}

#[test]
fn other_seeds_do_as_well() {
    for seed in [0, 2, 3, u64::MAX] {
        run(&mut Observed::demo(), seed, 60_000).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
    }
}

#[test]
fn a_market_that_loses_sell_orders_is_noticed() {
    let mut market = Observed::demo();
    market.loses_sells = true;
    let what = run(&mut market, 1, 10_000).unwrap_err();
    assert!(what.starts_with("a side was empty"), "{what}");
}

#[test]
fn a_seed_repeats_to_the_bit() {
    let digest = |seed| {
        let mut market = Observed::demo();
        run(&mut market, seed, 5_000).unwrap();
        market.exchange().digest()
    };
    assert_eq!(digest(5), digest(5));
    assert_ne!(digest(5), digest(6));
}

/// Whatever the crowd forgot, a new one finds again: open orders do not pile up from reload to reload.
#[test]
fn a_new_crowd_carries_on_with_the_orders_of_the_old() {
    let mut market = Observed::demo();
    let mut open = Vec::new();
    for seed in 0..10 {
        let mut crowd = Crowd::new(seed, market.exchange());
        assert!(crowd.due().unwrap() >= market.exchange().now());
        for _ in 0..5_000 {
            crowd.act(&mut market);
        }
        open.push(market.exchange().open_orders());
    }
    assert_eq!(market.refused, None);
    let (least, most) = (open.iter().min().unwrap(), open.iter().max().unwrap());
    assert!(*most < least + least / 2, "{open:?}");
}

/// A person who buys the whole book does not stop the crowd.
#[test]
fn a_swept_book_is_filled_again() {
    let mut market = Observed::demo();
    let mut crowd = Crowd::new(4, market.exchange());
    for _ in 0..1_000 {
        crowd.act(&mut market);
    }
    let now = market.exchange().now();
    let orders: Vec<(AccountId, OrderId)> = (0..4)
        .flat_map(|id| Side::BOTH.map(|side| (InstrumentId::new(id), side)))
        .flat_map(|(id, side)| market.exchange().queue(id, side).map(|order| (order.account, order.order)))
        .collect();
    for (account, order) in orders {
        market.submit(now, Command::CancelOrder { account, order });
    }
    assert_eq!(market.exchange().open_orders(), 0);
    while market.exchange().now().nanos() < now.nanos() + 5 * SECOND {
        crowd.act(&mut market);
    }
    for id in (0..4).map(InstrumentId::new) {
        assert!(Side::BOTH.iter().all(|&side| market.exchange().depth(id, side).count() >= 8));
    }
    assert_eq!(market.refused, None);
}

#[test]
fn after_a_pause_the_crowd_goes_on_from_the_present() {
    let mut market = Observed::demo();
    let mut crowd = Crowd::new(1, market.exchange());
    let first = crowd.due().unwrap();
    let later = Timestamp::from_nanos(first.nanos() + 3_600 * SECOND);
    crowd.resume(later);
    assert_eq!(crowd.due(), Some(later));
    crowd.resume(first);
    assert_eq!(crowd.due(), Some(later));
    crowd.act(&mut market);
    assert!(crowd.due().unwrap() >= later);
}

#[test]
fn elsewhere_there_is_no_crowd() {
    let mut market = BareMarket::new();
    let mut crowd = Crowd::new(1, market.exchange());
    assert_eq!(crowd.due(), None);
    crowd.act(&mut market);
    crowd.resume(START);
    assert_eq!(market.exchange().sequence(), 0);
    assert!(market.exchange().asset(AssetId::new(0)).is_none());
}
