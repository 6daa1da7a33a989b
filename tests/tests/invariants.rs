//! The invariants of a market hold after every single command.

use outcry_engine::{Command, Event, Exchange};
use outcry_tests::invariants::Invariants;
use outcry_tests::workload::Workload;

#[test]
fn invariants_hold_after_each_of_a_hundred_thousand_commands() {
    let mut commands = 0;
    for seed in 1_001..=1_050 {
        let (mut workload, mut exchange, mut invariants) =
            (Workload::new(seed), Exchange::new(), Invariants::new());
        let mut events = Vec::new();
        for _ in 0..2_000 {
            let (at, command) = workload.next_command();
            events.clear();
            let receipt = exchange.execute(at, &command, &mut events);
            invariants
                .check(&exchange, receipt, &events)
                .unwrap_or_else(|violation| panic!("seed {seed}: {violation}: {command:?}"));
            workload.observe(&events);
            commands += 1;
        }
    }
    println!("{commands} commands checked");
}

/// A refused command leaves every order, balance and id as they were: invariant 12 by itself, on copies.
#[test]
fn a_refused_command_changes_only_the_sequence() {
    let mut refused = 0;
    for seed in 1..=20 {
        let (mut workload, mut exchange) = (Workload::new(seed), Exchange::new());
        for _ in 0..1_000 {
            let (at, command) = workload.next_command();
            let before = exchange.clone();
            let mut events = Vec::new();
            exchange.execute(at, &command, &mut events);
            if let [Event::CommandRejected(reject)] = events[..] {
                refused += 1;
                // The next command must find both exchanges alike.
                let mut probe = before;
                let again = |exchange: &mut Exchange| {
                    let mut answers = Vec::new();
                    exchange.execute(exchange.now(), &command, &mut answers);
                    answers
                };
                assert_eq!(again(&mut probe), [Event::CommandRejected(reject)], "seed {seed}: {command:?}");
                assert_eq!(probe.state_digest(), exchange.state_digest(), "seed {seed}: {command:?}");
            }
            workload.observe(&events);
        }
    }
    assert!(refused > 500, "{refused} commands were refused");
}

/// Planted: an exchange that silently swallows a command is not the state its events tell.
#[test]
fn a_state_that_its_events_do_not_tell_is_caught() {
    let (mut workload, mut exchange, mut invariants) = (Workload::new(3), Exchange::new(), Invariants::new());
    for _ in 0..5_000 {
        let (at, command) = workload.next_command();
        let mut events = Vec::new();
        let receipt = exchange.execute(at, &command, &mut events);
        let canceled = matches!(command, Command::CancelOrder { .. }) && events.len() == 2;
        if canceled {
            // The events are told, but the exchange that is shown has not done it.
            let mut forgetful = Exchange::new();
            std::mem::swap(&mut forgetful, &mut exchange);
            assert!(invariants.check(&Exchange::new(), receipt, &events).is_err());
            return;
        }
        invariants.check(&exchange, receipt, &events).unwrap();
        workload.observe(&events);
    }
    panic!("nothing was canceled");
}
