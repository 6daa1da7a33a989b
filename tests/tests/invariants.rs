//! The invariants of a market hold after every single command.

use outcry_engine::{Command, Event, Exchange, Reject};
use outcry_tests::auditor::Auditor;
use outcry_tests::invariants::{Endurance, Invariants, check};
use outcry_tests::trial::{self, Judge, Tally};
use outcry_tests::workload::Workload;

/// Sequence, time and count of events; orders and trades named so far; the running digest. So a stored exchange begins.
type Counters = (u64, u64, u64, (u64, u64), (u64, u64));

/// The stored form of an exchange without what every command changes: sequence, time, events and their digest.
fn seen(exchange: &Exchange) -> ((u64, u64), Vec<u8>) {
    let stored = postcard::to_allocvec(exchange).expect("it has a stored form");
    let ((_, _, _, named, _), rest) = postcard::take_from_bytes::<Counters>(&stored).expect("so it begins");
    (named, rest.to_vec())
}

/// A refused command leaves everything as it was: invariant 12 by itself.
#[test]
fn a_refused_command_changes_only_the_sequence() {
    let mut refused = 0;
    for seed in 1..=30 {
        let (mut workload, mut exchange) = (Workload::new(seed), Exchange::new());
        for _ in 0..1_000 {
            let (at, command) = workload.next_command();
            let before = exchange.clone();
            let mut events = Vec::new();
            exchange.execute(at, &command, &mut events);
            // What is due by the time that a refused command brings happens all the same, and need not be told.
            let due = before.next_due().is_some_and(|due| due <= at);
            if let ([Event::CommandRejected(_)], false) = (&events[..], due) {
                refused += 1;
                assert_eq!(seen(&before), seen(&exchange), "seed {seed}: {command:?}");
                assert_eq!(before.sequence() + 1, exchange.sequence());
                assert_eq!(before.event_count() + 1, exchange.event_count());
            }
            workload.observe(&events);
        }
    }
    assert!(refused > 2_000, "{refused} commands were refused");
}

/// Planted: a deposit that is answered as if it had been refused.
#[test]
fn a_refused_command_that_changes_something_is_caught() {
    let (mut workload, mut exchange, mut auditor) = (Workload::plain(3), Exchange::new(), Auditor::new());
    loop {
        let (at, command) = workload.next_command();
        let mut events = Vec::new();
        let before = exchange.clone();
        let receipt = exchange.execute(at, &command, &mut events);
        if let [Event::LedgerPosted(line)] = events[..] {
            let refused = [Event::CommandRejected(Reject::UnknownAsset { asset: line.asset })];
            assert_ne!(seen(&before), seen(&exchange));
            assert!(check(&mut auditor, &exchange, receipt, &refused).is_err());
            return;
        }
        check(&mut auditor, &exchange, receipt, &events).unwrap();
        workload.observe(&events);
    }
}

/// Planted: an exchange that tells of a cancel but does not do it.
#[test]
fn a_state_that_its_events_do_not_tell_is_caught() {
    let (mut workload, mut exchange, mut auditor) = (Workload::plain(3), Exchange::new(), Auditor::new());
    for _ in 0..5_000 {
        let (at, command) = workload.next_command();
        let mut events = Vec::new();
        let before = exchange.clone();
        let receipt = exchange.execute(at, &command, &mut events);
        let canceled = matches!(command, Command::CancelOrder { .. }) && events.len() == 2;
        if canceled {
            // The events are told, but the exchange that is shown has not done it.
            assert!(check(&mut auditor, &before, receipt, &events).is_err());
            return;
        }
        check(&mut auditor, &exchange, receipt, &events).unwrap();
        workload.observe(&events);
    }
    panic!("nothing was canceled");
}

/// The commands that a run may take: `OUTCRY_COMMANDS`, or this many.
fn budget(usual: u64) -> u64 {
    std::env::var("OUTCRY_COMMANDS")
        .ok()
        .map_or(usual, |text| text.parse().expect("OUTCRY_COMMANDS is a number"))
}

/// Brings seeds before a judge, beginning with `OUTCRY_SEED`, until they have had enough commands.
fn try_seeds<J: Judge + Default>(commands: u64) {
    let mut seed =
        std::env::var("OUTCRY_SEED").ok().map_or(1, |text| text.parse().expect("OUTCRY_SEED is a number"));
    let mut sum = Tally::default();
    while sum.commands < budget(commands) {
        let tally = trial::run("invariants", (seed, Workload::new(seed)), 2_000, J::default);
        sum.add(tally.unwrap_or_else(|failure| panic!("{failure}")));
        seed += 1;
    }
    println!("{sum:?}");
}

/// Every kind of command in every setting and phase.
#[test]
fn the_engine_endures_every_command() {
    try_seeds::<Endurance>(300_000);
}

#[test]
fn invariants_hold_after_every_command() {
    try_seeds::<Invariants>(200_000);
}
