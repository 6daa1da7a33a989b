//! What the saver writes, and when, and what it then says is saved and on disk.
//!
//! The tests of the barrier fail with a mark that moves when a barrier is begun, one that covers what was saved while
//! the barrier was under way, one that a failed barrier moves, and a barrier that waits for chunks which cannot be
//! written: all four were planted by hand and seen caught.

use outcry_engine::{AccountName, Command, Event};
use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::{Chunk, JournalId};
use outcry_simulation::Market;
use outcry_web::worker::barrier::PATIENCE;
use outcry_web::worker::saver::{GATHER, Saver, Write};
use outcry_web::worker::store::{Append, Durability, StoreError};
use outcry_web::worker::venue::Venue;
use wasm_bindgen_test::wasm_bindgen_test;

const JOURNAL: JournalId = JournalId::from_bytes([3; 16]);

/// A venue that makes chunks of opened accounts, and its saver.
struct Writer {
    venue: Venue,
    saver: Saver,
    opened: u32,
}

impl Writer {
    fn new() -> Self {
        Self { venue: Venue::new(JOURNAL, 1, 9), saver: Saver::new(JOURNAL, 1), opened: 0 }
    }

    /// Executes commands and lets the saver have them.
    fn execute(&mut self, count: u32, real: f64) {
        for _ in 0..count {
            self.opened += 1;
            let name = AccountName::new(&format!("Account {}", self.opened)).expect("a name");
            let events = self.venue.submit(Default::default(), Command::OpenAccount { name });
            assert!(matches!(events[0], Event::AccountOpened { .. }));
        }
        self.saver.executed(real, false);
        self.saver.take(self.venue.cut().expect("there are commands"));
    }

    fn write(&mut self) -> Append {
        self.write_at(0.0)
    }

    fn write_at(&mut self, real: f64) -> Append {
        match self.next(real) {
            Some(Write::Append(append)) => append,
            other => panic!("a chunk was to be written, not {other:?}"),
        }
    }

    fn next(&mut self, real: f64) -> Option<Write> {
        self.saver.begin(real).expect("the chunks follow each other")
    }
}

#[wasm_bindgen_test]
fn commands_gather_for_a_moment_but_a_users_do_not() {
    let mut writer = Writer::new();
    assert_eq!(writer.saver.due(), None);
    writer.saver.executed(100.0, false);
    writer.saver.executed(110.0, false);
    assert_eq!(writer.saver.due(), Some(100.0 + GATHER), "from the first on");
    writer.saver.executed(111.0, true);
    assert_eq!(writer.saver.due(), Some(111.0));
}

#[wasm_bindgen_test]
fn saved_is_what_is_complete_and_one_write_is_under_way_at_a_time() {
    let mut writer = Writer::new();
    writer.execute(3, 0.0);
    let append = writer.write();
    assert_eq!((append.first, append.last, append.epoch), (1, 3, 1));
    assert_eq!(writer.saver.saved().sequence, 0, "not before the transaction is complete");
    writer.execute(2, 1.0);
    assert_eq!(writer.saver.due(), None);
    assert_eq!(writer.next(1.0), None);
    writer.saver.written(1.0);
    assert_eq!(writer.saver.saved().sequence, 3);
    let append = writer.write();
    assert_eq!((append.first, append.last), (4, 5));
    writer.saver.written(2.0);
    assert_eq!(writer.saver.saved(), writer.venue.host().head());
    assert_eq!(writer.saver.unsaved_bytes(), 0);
}

#[wasm_bindgen_test]
fn a_failed_write_is_made_again_with_what_came_since_later_each_time() {
    let mut writer = Writer::new();
    writer.execute(3, 0.0);
    let mut real = 0.0;
    for wait in [500.0, 1_000.0, 2_000.0] {
        writer.write_at(real);
        writer.execute(1, real);
        writer.saver.failed(real, &StoreError::Full("no room".to_owned()));
        assert_eq!(writer.saver.due(), Some(real + wait));
        assert_eq!(writer.saver.trouble().map(|trouble| trouble.message.as_str()), Some("no room"));
        real += wait;
    }
    writer.saver.retry();
    assert_eq!(writer.saver.due(), Some(0.0), "at once, if the user says so");
    let append = writer.write_at(real);
    assert_eq!((append.first, append.last), (1, 6), "all of it, in order");
    writer.saver.written(real);
    assert_eq!(writer.saver.trouble(), None);
}

/// Applies writes as the store does.
fn keep(stored: &mut Vec<(u64, Vec<u8>)>, append: &Append) {
    stored.retain(|(first, _)| !(append.first..=append.last).contains(first));
    stored.push((append.first, append.chunk.clone()));
    assert_eq!(append.journal_bytes, stored.iter().map(|(_, chunk)| chunk.len() as u64).sum::<u64>());
}

#[wasm_bindgen_test]
fn small_chunks_become_large_ones_that_replay_to_the_same_digest() {
    let mut writer = Writer::new();
    let mut stored = Vec::new();
    let mut most = 0;
    for round in 0..1_000 {
        writer.execute(13, f64::from(round));
        let append = writer.write_at(f64::from(round));
        keep(&mut stored, &append);
        // A failure in between changes nothing about it.
        if round % 7 == 0 {
            writer.saver.failed(f64::from(round), &StoreError::Full("no room".to_owned()));
            writer.saver.retry();
            keep(&mut stored, &writer.write_at(f64::from(round)));
        }
        writer.saver.written(f64::from(round));
        most = most.max(stored.len());
    }
    let chunks: Vec<Chunk> =
        stored.iter().map(|(_, bytes)| Chunk::decode(bytes).expect("it is whole")).collect();
    let sealed = chunks.iter().filter(|chunk| chunk.body().len() >= SEALED_CHUNK_BODY).count();
    assert!(
        sealed >= 2 && most > 100 && chunks.len() < most,
        "{sealed} of {} sealed, at most {most}",
        chunks.len()
    );

    let mut again = Writer::new();
    for (chunk, (_, bytes)) in chunks.iter().zip(&stored) {
        again.venue.replay(chunk).expect("it follows");
        again.saver.stored(chunk, bytes.len() as u64);
    }
    assert_eq!(again.venue.exchange().digest(), writer.venue.exchange().digest());
    assert_eq!(again.saver.saved(), writer.saver.saved());
    assert_eq!(again.saver.journal_bytes(), writer.saver.journal_bytes());

    // After a reload the small ones at the end are sealed on with what follows.
    again.opened = writer.opened;
    let small = stored.len() - sealed;
    for round in 0..1_000 {
        again.execute(13, f64::from(round));
        keep(&mut stored, &again.write_at(f64::from(round)));
        again.saver.written(f64::from(round));
    }
    assert!(small > 0 && stored.len() < 1_000, "{small} small ones before, {} chunks in all", stored.len());
}

/// Has everything that was executed written, relaxed, at this time.
fn save(writer: &mut Writer, real: f64) {
    let append = writer.write_at(real);
    assert_eq!(append.durability, Durability::Relaxed, "at {real}");
    writer.saver.written(real);
}

/// Begins a barrier that carries nothing new.
fn begin_barrier(writer: &mut Writer, real: f64) {
    match writer.next(real) {
        Some(Write::Barrier { epoch: 1, .. }) => {}
        other => panic!("a barrier was to be begun, not {other:?}"),
    }
}

#[wasm_bindgen_test]
fn what_is_saved_is_on_disk_after_the_next_barrier_and_not_before() {
    let mut writer = Writer::new();
    writer.execute(3, 0.0);
    save(&mut writer, 30.0);
    assert_eq!((writer.saver.saved().sequence, writer.saver.on_disk()), (3, 0));
    assert_eq!(writer.saver.due(), Some(30.0 + PATIENCE), "the disk is asked by then");
    assert_eq!(writer.next(29.0 + PATIENCE), None, "not earlier: it costs time");
    begin_barrier(&mut writer, 30.0 + PATIENCE);
    assert_eq!(writer.saver.on_disk(), 0, "not before it is complete");
    assert_eq!(writer.saver.due(), None);
    // What is executed meanwhile is not covered.
    writer.execute(2, 31.0 + PATIENCE);
    assert_eq!(writer.next(31.0 + PATIENCE), None, "one write at a time");
    writer.saver.written(40.0 + PATIENCE);
    assert_eq!((writer.saver.saved().sequence, writer.saver.on_disk()), (3, 3));
    save(&mut writer, 41.0 + PATIENCE);
    assert_eq!((writer.saver.saved().sequence, writer.saver.on_disk()), (5, 3));
    assert_eq!(writer.saver.due(), Some(41.0 + 2.0 * PATIENCE));
}

#[wasm_bindgen_test]
fn a_busy_exchange_needs_no_writes_for_its_barriers() {
    let mut writer = Writer::new();
    let (mut strict, mut behind) = (0, 0.0_f64);
    let mut on_disk_at = 0.0;
    for round in 0..200 {
        let real = f64::from(round) * 20.0;
        writer.execute(5, real);
        let append = writer.write_at(real);
        strict += u32::from(append.durability == Durability::Strict);
        writer.saver.written(real);
        if writer.saver.on_disk() == writer.saver.saved().sequence {
            on_disk_at = real;
        }
        behind = behind.max(real - on_disk_at);
    }
    assert!((20..=30).contains(&strict), "a strict chunk now and then: {strict} of 200");
    assert!(behind <= 160.0, "never further behind: {behind}");
}

#[wasm_bindgen_test]
fn what_is_wanted_on_disk_goes_at_once_and_in_one_write() {
    let mut writer = Writer::new();
    writer.execute(2, 0.0);
    save(&mut writer, 5.0);
    // Nothing new: a barrier alone.
    writer.saver.settle(2);
    assert!(writer.saver.due().is_some_and(|due| due <= 6.0));
    begin_barrier(&mut writer, 6.0);
    writer.saver.written(7.0);
    assert_eq!((writer.saver.on_disk(), writer.saver.due()), (2, None));
    // Commands that gather still: they go now, strictly.
    writer.saver.executed(10.0, false);
    writer.saver.settle(4);
    assert!(writer.saver.due().is_some_and(|due| due <= 10.0));
    writer.execute(2, 10.0);
    assert_eq!(writer.write_at(10.0).durability, Durability::Strict);
    writer.saver.written(12.0);
    assert_eq!((writer.saver.on_disk(), writer.saver.due()), (4, None));
    // A wish that is fulfilled is over.
    writer.execute(1, 20.0);
    save(&mut writer, 20.0);
    assert_eq!(writer.saver.due(), Some(20.0 + PATIENCE));
}

#[wasm_bindgen_test]
fn a_barrier_that_fails_moves_nothing_and_is_made_again_later() {
    let mut writer = Writer::new();
    writer.execute(1, 0.0);
    save(&mut writer, 0.0);
    begin_barrier(&mut writer, PATIENCE);
    writer.saver.failed(200.0, &StoreError::Full("no room".to_owned()));
    assert_eq!((writer.saver.saved().sequence, writer.saver.on_disk()), (1, 0));
    assert_eq!(writer.saver.trouble(), None, "the commands are saved");
    assert!(writer.saver.barrier_trouble().is_some());
    assert_eq!(writer.saver.due(), Some(700.0));
    // New commands do not wait for it.
    writer.execute(1, 300.0);
    save(&mut writer, 300.0);
    begin_barrier(&mut writer, 700.0);
    writer.saver.written(710.0);
    assert_eq!((writer.saver.on_disk(), writer.saver.barrier_trouble()), (2, None));
}

#[wasm_bindgen_test]
fn what_was_saved_gets_its_barrier_although_nothing_more_can_be_written() {
    let mut writer = Writer::new();
    writer.execute(1, 0.0);
    save(&mut writer, 0.0);
    writer.execute(1, 10.0);
    writer.write_at(10.0);
    writer.saver.failed(10.0, &StoreError::Full("no room".to_owned()));
    assert_eq!(writer.saver.due(), Some(PATIENCE));
    begin_barrier(&mut writer, PATIENCE);
    writer.saver.written(PATIENCE + 5.0);
    assert_eq!((writer.saver.saved().sequence, writer.saver.on_disk()), (1, 1));
    assert_eq!(writer.saver.due(), Some(510.0), "then the chunk again");
}

#[wasm_bindgen_test]
fn what_was_read_from_the_store_is_made_sure_of() {
    let mut writer = Writer::new();
    writer.execute(4, 0.0);
    let bytes = writer.write_at(0.0).chunk;
    let mut again = Writer::new();
    again.saver.stored(&Chunk::decode(&bytes).expect("it is whole"), bytes.len() as u64);
    assert_eq!((again.saver.saved().sequence, again.saver.on_disk()), (4, 0), "nobody knows");
    begin_barrier(&mut again, 0.0);
    again.saver.written(1.0);
    assert_eq!(again.saver.on_disk(), 4);
}
