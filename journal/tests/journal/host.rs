//! The host: every command once, every chunk in its place, and a replay that is the original.

use outcry_engine::{Command, Event, Symbol, Timestamp};
use outcry_journal::limits::{MAX_CHUNK_BODY, MAX_ORIGINS};
use outcry_journal::{Chunk, CommandId, Host, JournalError, Pending, Submitted};

use crate::workload::{JOURNAL, ORIGIN, busy_host, chunks, cut_all, entries, opening, replay, submit, trade};

const AT: Timestamp = Timestamp::from_nanos(5);

#[test]
fn a_repeat_changes_nothing() {
    let mut host = busy_host(1, 10);
    let (head, digest, pending) = (host.head(), host.exchange().digest(), host.pending());
    let highest = host.next_counter(ORIGIN) - 1;
    let mut events = Vec::new();
    for counter in 0..=highest {
        let id = CommandId { origin: ORIGIN, counter };
        let submitted = host.submit(AT, id, &opening()[0], &mut events);
        assert_eq!(submitted, Ok(Submitted::Repeated { highest }));
    }
    assert_eq!((host.head(), host.exchange().digest(), host.pending()), (head, digest, pending));
    assert!(events.is_empty());
    // So does one of an origin that has nothing yet: counters start at 1.
    let zero = CommandId { origin: 99, counter: 0 };
    assert_eq!(host.submit(AT, zero, &opening()[0], &mut events), Ok(Submitted::Repeated { highest: 0 }));
}

#[test]
fn repeats_are_known_after_a_reload() {
    let (host, chunks) = chunks(1, 3, 5);
    let mut reloaded = replay(&chunks);
    assert_eq!(reloaded.next_counter(ORIGIN), host.next_counter(ORIGIN));
    let id = CommandId { origin: ORIGIN, counter: 3 };
    let highest = host.next_counter(ORIGIN) - 1;
    assert_eq!(reloaded.submit(AT, id, &opening()[0], &mut Vec::new()), Ok(Submitted::Repeated { highest }));
}

#[test]
fn a_rejected_command_is_an_entry() {
    let mut host = Host::new(JOURNAL, 1);
    let mut events = Vec::new();
    let taken = Command::CreateAsset { symbol: Symbol::new("USD").unwrap(), decimals: 2 };
    submit(&mut host, 1, &taken, &mut events);
    submit(&mut host, 1, &taken, &mut events);
    assert!(matches!(events[1], Event::CommandRejected(_)));
    assert_eq!(host.cut().unwrap().count(), 2);
}

#[test]
fn a_replay_is_the_original() {
    let (mut host, chunks) = chunks(11, 5, 200);
    let mut events = Vec::new();
    let mut reloaded = Host::new(JOURNAL, 0);
    let mut seen = Vec::new();
    for chunk in &chunks {
        reloaded
            .apply(chunk, |entry, receipt, answers| {
                assert_eq!((entry.sequence, entry.at), (receipt.sequence, receipt.at));
                assert!(!answers.is_empty());
                assert_eq!(receipt.first_event, 1 + events.len() as u64);
                events.extend_from_slice(answers);
                seen.push(entry.clone());
            })
            .unwrap();
    }
    assert_eq!(seen, entries(&chunks));
    assert_eq!(events.len() as u64, host.exchange().event_count());
    assert_eq!(reloaded.head(), host.head());
    assert_eq!(reloaded.exchange().digest(), host.exchange().digest());
    assert_eq!(reloaded.exchange().state_digest(), host.exchange().state_digest());
    assert_eq!(reloaded.pending(), Pending::default(), "what was applied is stored already");
    reloaded.exchange().check();

    // Both go on alike.
    trade(&mut host, 1, 50);
    trade(&mut reloaded, 1, 50);
    assert_eq!(host.cut(), reloaded.cut());
}

#[test]
fn a_chunk_out_of_place_is_refused_and_changes_nothing() {
    let (_, chunks) = chunks(12, 3, 10);
    let mut host = replay(&chunks[..1]);
    let (head, digest) = (host.head(), host.exchange().digest());
    let expected = chunks[1].first_sequence();
    let mut apply = |chunk: &Chunk| host.apply(chunk, |_, _, _| ());
    assert_eq!(apply(&chunks[0]), Err(JournalError::Gap { expected, found: 1 }));
    let found = chunks[2].first_sequence();
    assert_eq!(apply(&chunks[2]), Err(JournalError::Gap { expected, found }));

    // The same sequence of another history.
    let (_, other) = self::chunks(13, 3, 10);
    let diverged = JournalError::Diverged { sequence: expected - 1 };
    assert_eq!(apply(&other[1]), Err(diverged));
    assert_eq!((host.head(), host.exchange().digest()), (head, digest));
    assert_eq!(host.apply(&chunks[1], |_, _, _| ()), Ok(()));
}

#[test]
fn applying_keeps_what_is_pending() {
    let (_, chunks) = chunks(14, 2, 10);
    let mut host = busy_host(14, 0);
    trade(&mut host, 14, 10);
    let pending = host.pending();
    assert!(pending.entries > 0);
    host.apply(&chunks[1], |_, _, _| ()).unwrap();
    assert_eq!(host.pending(), pending);
    assert_eq!(cut_all(&mut host), &chunks[..1]);
}

#[test]
fn epochs_only_rise() {
    let (mut host, mut chunks) = chunks(15, 1, 10);
    assert_eq!(host.begin_epoch(1), Err(JournalError::StaleEpoch { current: 1, found: 1 }));
    trade(&mut host, 1, 5);
    host.begin_epoch(4).unwrap();
    trade(&mut host, 2, 5);
    chunks.extend(cut_all(&mut host));
    let epochs: Vec<_> = chunks.iter().map(Chunk::epoch).collect();
    assert_eq!(epochs, [1, 1, 4], "what is pending keeps the epoch in which it was executed");

    let mut reloaded = replay(&chunks);
    assert_eq!(reloaded.epoch(), 4);
    // A writer of an epoch in between made the very same entries and one more: its epoch is over all the same.
    let mut late = replay(&chunks[..2]);
    late.begin_epoch(2).unwrap();
    trade(&mut late, 2, 5);
    trade(&mut late, 3, 1);
    let late = cut_all(&mut late).remove(0);
    let mut history = outcry_journal::History::new(JOURNAL);
    chunks[..2].iter().for_each(|chunk| history.extend(chunk.count().into(), chunk.body()));
    let late = late.tail(chunks[2].last_sequence(), &history).unwrap();
    assert_eq!(reloaded.apply(&late, |_, _, _| ()), Err(JournalError::StaleEpoch { current: 4, found: 2 }));
}

#[test]
fn more_than_a_chunk_is_cut_in_parts() {
    let mut host = busy_host(16, 200_000);
    let pending = host.pending();
    assert!(pending.bytes > MAX_CHUNK_BODY as u64);
    let chunks = cut_all(&mut host);
    assert!(chunks.len() > 1);
    assert!(chunks.iter().all(|chunk| chunk.body().len() <= MAX_CHUNK_BODY));
    assert_eq!(chunks.iter().map(|chunk| u64::from(chunk.count())).sum::<u64>(), pending.entries);
    assert_eq!(host.pending(), Pending::default());
    let reloaded = replay(&chunks);
    assert_eq!(reloaded.exchange().state_digest(), host.exchange().state_digest());
    assert_eq!(reloaded.head(), host.head());
}

#[test]
fn the_head_is_that_of_the_next_cut_at_any_time() {
    let mut host = Host::new(JOURNAL, 1);
    for number in 0..400 {
        trade(&mut host, number, 1);
        let head = host.head();
        if number % 37 == 0 {
            assert_eq!(host.cut().unwrap().after(), head);
            assert_eq!(host.head(), head);
        }
    }
}

#[test]
fn origins_are_bounded() {
    let mut host = Host::new(JOURNAL, 1);
    let mut events = Vec::new();
    let id = |origin| CommandId { origin, counter: 1 };
    for origin in 0..MAX_ORIGINS as u64 {
        host.submit(AT, id(origin), &opening()[0], &mut events).unwrap();
    }
    let full = Err(JournalError::TooManyOrigins { limit: MAX_ORIGINS as u64 });
    let one_more = id(u64::MAX);
    let sequence = host.exchange().sequence();
    assert_eq!(host.submit(AT, one_more, &opening()[0], &mut events), full);
    assert_eq!(host.exchange().sequence(), sequence);
    let known = CommandId { origin: 7, counter: 2 };
    assert!(matches!(host.submit(AT, known, &opening()[0], &mut events), Ok(Submitted::Executed(_))));
}
