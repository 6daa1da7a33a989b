//! The replica, step by step.

use std::time::Duration;

use outcry_journal::sync::{Answer, Holding, Replica, State, Step, Timing};
use outcry_journal::{Head, HistoryHash, JournalId};

const JOURNAL: JournalId = JournalId::from_bytes([1; 16]);
const TIMING: Timing = Timing {
    deadline: Duration::from_secs(30),
    first_retry: Duration::from_secs(1),
    longest_retry: Duration::from_secs(8),
};

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn head(sequence: u64) -> Head {
    Head { sequence, hash: HistoryHash::from_bytes([sequence as u8; 32]) }
}

fn holds(epoch: u64, sequence: u64) -> Answer {
    Answer::Holds(Holding { epoch, head: head(sequence), borders: Vec::new() })
}

/// A replica of 20 entries that has asked, as attempt 2.
fn asking() -> Replica {
    let mut replica = Replica::new(JOURNAL, 1, head(20), TIMING);
    assert_eq!(replica.next(at(0)), Step::Rest, "it starts switched off");
    replica.switch_on();
    assert_eq!(replica.next(at(0)), Step::Ask { attempt: 2 });
    replica
}

/// It was told that the server holds that many, and found them in its own history.
fn agreed(epoch: u64, sequence: u64) -> Replica {
    let mut replica = asking();
    replica.answered(2, holds(epoch, sequence), at(0));
    assert!(matches!(replica.next(at(0)), Step::Compare { attempt: 2, .. }));
    assert_eq!(replica.next(at(0)), Step::Rest, "a comparison is asked for once");
    replica.compared(2, head(sequence), at(0));
    replica
}

#[test]
fn it_sends_what_the_server_has_not() {
    let mut replica = agreed(1, 12);
    assert_eq!((replica.status().on_server, replica.status().not_yet), (Some(12), 8));
    assert_eq!(replica.next(at(0)), Step::Send { attempt: 3, epoch: 1, after: head(12) });
    assert_eq!(replica.next(at(0)), Step::Wait { until: at(30) }, "one request at a time");
    replica.answered(3, Answer::Stored(head(20)), at(1));
    assert_eq!(replica.next(at(1)), Step::Rest);
    assert_eq!(replica.status().state, State::Idle);
    replica.advanced(head(25));
    assert_eq!(replica.next(at(2)), Step::Send { attempt: 4, epoch: 1, after: head(20) });
}

#[test]
fn waits_double_up_to_the_longest_and_end_with_a_success() {
    let mut replica = agreed(1, 12);
    let mut now = at(0);
    for wait in [1, 2, 4, 8, 8, 8] {
        let Step::Send { attempt, .. } = replica.next(now) else { panic!("nothing is sent") };
        replica.failed(attempt, "connection refused".to_owned(), now);
        assert_eq!(replica.next(now), Step::Wait { until: now + at(wait) });
        assert_eq!(replica.status().last_error.as_deref(), Some("connection refused"));
        now += at(wait);
    }
    let Step::Send { attempt, .. } = replica.next(now) else { panic!("nothing is sent") };
    replica.answered(attempt, Answer::Stored(head(15)), now);
    assert_eq!(replica.status().last_error, None);
    let Step::Send { attempt, .. } = replica.next(now) else { panic!("nothing is sent") };
    replica.failed(attempt, "connection refused".to_owned(), now);
    assert_eq!(replica.next(now), Step::Wait { until: now + at(1) });
    replica.retry_now();
    assert!(matches!(replica.next(now), Step::Send { .. }));
}

#[test]
fn silence_is_a_failure_and_a_late_answer_is_ignored() {
    let mut replica = agreed(1, 12);
    assert!(matches!(replica.next(at(0)), Step::Send { attempt: 3, .. }));
    assert_eq!(replica.next(at(30)), Step::Wait { until: at(31) });
    assert_eq!(replica.status().last_error.as_deref(), Some("no answer within 30 s"));
    replica.answered(3, Answer::Stored(head(20)), at(30));
    assert!(matches!(replica.next(at(31)), Step::Send { attempt: 4, .. }), "it sends the same again");
    replica.answered(3, Answer::Stored(head(20)), at(31));
    assert_eq!(replica.status().on_server, Some(12));
}

#[test]
fn a_history_that_parted_ends_it() {
    let mut replica = asking();
    replica.answered(2, holds(1, 30), at(0));
    assert!(matches!(replica.next(at(0)), Step::Compare { .. }));
    replica.compared(2, head(10), at(0));
    assert_eq!(replica.status().state, State::Diverged { fork: head(10), server: head(30) });
    assert_eq!((replica.status().on_server, replica.status().not_yet), (Some(10), 10));
    assert_eq!(replica.next(at(1_000)), Step::Rest);
}

#[test]
fn a_later_epoch_ends_it_until_it_takes_over() {
    let mut replica = agreed(3, 20);
    assert_eq!(replica.status().state, State::Superseded { epoch: 3, fork: head(20), server: head(20) });
    replica.take_over(1);
    assert_eq!(replica.next(at(0)), Step::Rest, "that epoch is not later");
    replica.take_over(4);
    let Step::Ask { attempt } = replica.next(at(0)) else { panic!("it asks first") };
    replica.answered(attempt, holds(3, 20), at(0));
    assert!(matches!(replica.next(at(0)), Step::Compare { .. }));
    replica.compared(attempt, head(20), at(0));
    assert!(!replica.holds_epoch());
    let Step::Claim { attempt, epoch: 4, at: claimed } = replica.next(at(0)) else { panic!("it claims") };
    assert_eq!(claimed, head(20));
    replica.answered(attempt, Answer::Stored(head(20)), at(0));
    assert!(replica.holds_epoch());
    assert_eq!(replica.status().state, State::Idle);
}

#[test]
fn a_server_that_never_stores_is_not_asked_in_a_loop() {
    let mut replica = agreed(1, 12);
    assert!(matches!(replica.next(at(0)), Step::Send { attempt: 3, .. }));
    replica.answered(3, holds(1, 12), at(0));
    assert!(matches!(replica.next(at(0)), Step::Compare { .. }));
    replica.compared(3, head(12), at(0));
    assert_eq!(replica.next(at(0)), Step::Wait { until: at(1) });
    // One that lost something is sent it again, at once.
    assert!(matches!(replica.next(at(1)), Step::Send { attempt: 4, .. }));
    replica.answered(4, holds(1, 7), at(1));
    assert!(matches!(replica.next(at(1)), Step::Compare { .. }));
    replica.compared(4, head(7), at(1));
    assert_eq!(replica.next(at(1)), Step::Send { attempt: 5, epoch: 1, after: head(7) });
}

#[test]
fn a_refusal_and_a_nonsense_answer_are_told() {
    let mut replica = agreed(1, 12);
    assert!(matches!(replica.next(at(0)), Step::Send { attempt: 3, .. }));
    replica.answered(3, Answer::Stored(head(21)), at(0));
    let error = replica.status().last_error;
    assert_eq!(error.as_deref(), Some("the server confirmed sequence 21, which was not sent"));
    assert!(matches!(replica.next(at(1)), Step::Send { attempt: 4, .. }));
    replica.answered(4, Answer::Refused { message: "does not replay".to_owned() }, at(1));
    assert_eq!(replica.status().state, State::Refused);
    assert_eq!(replica.next(at(1_000)), Step::Rest);
    replica.switch_on();
    assert!(matches!(replica.next(at(1_000)), Step::Ask { .. }));
    replica.switch_off();
    assert_eq!(replica.next(at(2_000)), Step::Rest);
    assert_eq!(replica.status().state, State::Off);
}

/// Neither confirms what was asked: the first stored nothing, the second another claim.
#[test]
fn a_confirmation_of_something_else_is_a_failure() {
    let mut replica = agreed(1, 12);
    assert!(matches!(replica.next(at(0)), Step::Send { attempt: 3, .. }));
    replica.answered(3, Answer::Stored(head(12)), at(0));
    let told = |replica: &Replica| replica.status().last_error;
    assert_eq!(told(&replica).as_deref(), Some("the server confirmed sequence 12, which was not sent"));

    let mut replica = agreed(3, 20);
    replica.take_over(4);
    let Step::Ask { attempt } = replica.next(at(0)) else { panic!("it asks first") };
    replica.answered(attempt, holds(3, 20), at(0));
    assert!(matches!(replica.next(at(0)), Step::Compare { .. }));
    replica.compared(attempt, head(20), at(0));
    let Step::Claim { attempt, .. } = replica.next(at(0)) else { panic!("it claims") };
    replica.answered(attempt, Answer::Stored(head(19)), at(0));
    assert_eq!(told(&replica).as_deref(), Some("the server confirmed sequence 19, which was not sent"));
    assert!(!replica.holds_epoch());
}

#[test]
fn messages_survive_json() {
    let holding = Holding::new(3, head(100), (0..100).rev().map(head));
    assert!(holding.borders.len() < 16, "old borders thin out");
    for answer in
        [Answer::Stored(head(7)), Answer::Holds(holding), Answer::Refused { message: "too large".to_owned() }]
    {
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
    }
    let text = serde_json::to_string(&head(1)).unwrap();
    assert_eq!(text, format!(r#"{{"sequence":1,"hash":"{}"}}"#, "01".repeat(32)));
}
