//! What the saver writes, and when.

use outcry_engine::{AccountName, Command, Event};
use outcry_journal::limits::SEALED_CHUNK_BODY;
use outcry_journal::{Chunk, JournalId};
use outcry_simulation::Market;
use outcry_web::worker::saver::{GATHER, Saver};
use outcry_web::worker::store::Append;
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
        self.saver.begin().expect("the chunks follow each other").expect("there is something to write")
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
    assert_eq!(writer.saver.begin(), Ok(None));
    writer.saver.written();
    assert_eq!(writer.saver.saved().sequence, 3);
    let append = writer.write();
    assert_eq!((append.first, append.last), (4, 5));
    writer.saver.written();
    assert_eq!(writer.saver.saved(), writer.venue.host().head());
    assert_eq!(writer.saver.unsaved_bytes(), 0);
}

#[wasm_bindgen_test]
fn a_failed_write_is_made_again_with_what_came_since_later_each_time() {
    let mut writer = Writer::new();
    writer.execute(3, 0.0);
    let mut real = 0.0;
    for wait in [500.0, 1_000.0, 2_000.0] {
        writer.write();
        writer.execute(1, real);
        writer.saver.failed(real, "no room".to_owned());
        assert_eq!(writer.saver.due(), Some(real + wait));
        assert_eq!(writer.saver.trouble().map(|trouble| trouble.message.as_str()), Some("no room"));
        real += wait;
    }
    writer.saver.retry();
    assert_eq!(writer.saver.due(), Some(0.0), "at once, if the user says so");
    let append = writer.write();
    assert_eq!((append.first, append.last), (1, 6), "all of it, in order");
    writer.saver.written();
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
        let append = writer.write();
        keep(&mut stored, &append);
        // A failure in between changes nothing about it.
        if round % 7 == 0 {
            writer.saver.failed(f64::from(round), "no room".to_owned());
            keep(&mut stored, &writer.write());
        }
        writer.saver.written();
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
        keep(&mut stored, &again.write());
        again.saver.written();
    }
    assert!(small > 0 && stored.len() < 1_000, "{small} small ones before, {} chunks in all", stored.len());
}
