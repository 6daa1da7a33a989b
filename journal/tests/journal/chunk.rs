//! Chunks: neighbours join into what one cut would have been, and a tail is what a later cut would have been.

use outcry_journal::{Chunk, Head, History, Host, JournalError};

use crate::workload::{JOURNAL, busy_host, chunks, cut_all, entries, replay};

#[test]
fn a_chunk_is_its_bytes() {
    let (_, chunks) = chunks(1, 3, 50);
    for chunk in &chunks {
        let bytes = chunk.to_bytes();
        assert_eq!(bytes.len(), Chunk::FRAME_BYTES + chunk.body().len());
        assert_eq!(Chunk::decode(&bytes).as_ref(), Ok(chunk));
        assert_eq!(chunk.entries().count() as u64, chunk.last_sequence() - chunk.before().sequence);
    }
}

#[test]
fn joined_neighbours_are_one_cut() {
    let (mut pieces_host, pieces) = chunks(7, 4, 30);
    let merged = Chunk::merge(&pieces).unwrap().unwrap();
    assert_eq!(entries([&merged]), entries(&pieces));
    assert_eq!(merged.before(), pieces[0].before());
    assert_eq!(merged.after(), pieces_host.head());
    assert_eq!(Chunk::decode(&merged.to_bytes()).as_ref(), Ok(&merged));
    let host = replay([&merged]);
    assert_eq!(host.exchange().digest(), pieces_host.exchange().digest());
    assert_eq!(host.head(), pieces_host.head());

    // The same history in one piece has the same bytes.
    let mut whole = busy_host(7, 0);
    for number in 0..4 {
        crate::workload::trade(&mut whole, 7 + number, 30);
    }
    assert_eq!(cut_all(&mut whole), [merged]);
    assert_eq!(Chunk::merge([]), Ok(None));
    assert_eq!(cut_all(&mut pieces_host), []);
}

#[test]
fn only_neighbours_join() {
    let (mut host, chunks) = chunks(3, 3, 10);
    let mut first = chunks[0].clone();
    let gap = JournalError::Gap { expected: first.last_sequence() + 1, found: chunks[2].first_sequence() };
    assert_eq!(first.join(&chunks[2]), Err(gap));
    assert!(matches!(first.join(&chunks[0]), Err(JournalError::Gap { .. })));
    host.begin_epoch(2).unwrap();
    crate::workload::trade(&mut host, 1, 3);
    let later = host.cut().unwrap();
    assert_eq!(chunks[2].clone().join(&later), Err(JournalError::StaleEpoch { current: 1, found: 2 }));
    assert_eq!(first, chunks[0], "an error changes nothing");
}

#[test]
fn joining_stops_at_the_largest_chunk() {
    let mut host = busy_host(5, 70_000);
    let first = host.cut().unwrap();
    crate::workload::trade(&mut host, 6, 70_000);
    let second = host.cut().unwrap();
    assert!(
        matches!(first.clone().join(&second), Err(JournalError::TooLarge { .. })),
        "{}",
        first.body().len()
    );
}

/// A reader with a snapshot has only the history up to it.
#[test]
fn the_rest_of_a_chunk_is_its_tail_and_needs_no_history_before_it() {
    let (host, chunks) = chunks(9, 2, 40);
    let mut history = History::new(JOURNAL);
    history.extend(chunks[0].count().into(), chunks[0].body());
    let second = &chunks[1];
    for sequence in second.before().sequence..second.last_sequence() {
        let tail = second.tail(sequence, &history).unwrap();
        assert_eq!(second.rest(tail.before()).as_ref(), Ok(&tail), "{sequence}");
    }
    let head = |sequence| Head { sequence, ..host.head() };
    for sequence in [0, second.before().sequence - 1, second.last_sequence(), u64::MAX - 1] {
        assert!(matches!(second.rest(head(sequence)), Err(JournalError::Gap { .. })), "{sequence}");
    }
    assert_eq!(
        second.rest(head(second.before().sequence)),
        Err(JournalError::Diverged { sequence: second.before().sequence })
    );
    // In the middle, another history is noticed when the rest is applied: its hash after it is not the chunk's.
    let mut reader = Host::new(JOURNAL, 0);
    reader.apply(&chunks[0], |_, _, _| ()).unwrap();
    let wrong = second.rest(head(second.before().sequence + 1)).unwrap();
    assert!(reader.apply(&wrong, |_, _, _| ()).is_err());
}

#[test]
fn a_tail_starts_anywhere() {
    let (host, chunks) = chunks(9, 2, 40);
    let mut history = History::new(JOURNAL);
    history.extend(chunks[0].count().into(), chunks[0].body());
    let second = &chunks[1];
    let all = entries(&chunks);
    for sequence in second.before().sequence..second.last_sequence() {
        let tail = second.tail(sequence, &history).unwrap();
        assert_eq!(entries([&tail]), all[sequence as usize..]);
        assert_eq!((tail.before().sequence, tail.after()), (sequence, host.head()));
        assert_eq!(Chunk::decode(&tail.to_bytes()).as_ref(), Ok(&tail));
    }
    for sequence in [0, second.before().sequence - 1, second.last_sequence(), u64::MAX - 1] {
        assert!(matches!(second.tail(sequence, &history), Err(JournalError::Gap { .. })), "{sequence}");
    }
    assert!(
        second.tail(second.before().sequence, &History::new(JOURNAL)).is_err(),
        "another history before it"
    );
}
