//! The same journals give the same digests on every platform.
//!
//! One file for all: natively it is an ordinary test, as WebAssembly it runs in Node or in a browser's dedicated
//! worker, whichever the runner's environment chooses. Each seed of the workload is written through a journal's
//! host, encoded, decoded and replayed on a second host; sequence, digests and history must be those of the
//! golden file. `UPDATE_EXPECT=1`, natively, writes it anew.

use outcry_engine::{Command, Event, Timestamp};
use outcry_journal::{Chunk, CommandId, Host, JournalId};
#[cfg(not(target_arch = "wasm32"))]
use outcry_tests::features::Features;
use outcry_tests::workload::Workload;

/// Seeds and commands: three long journals, and short ones of other swarms until together they use every feature.
fn seeds() -> impl Iterator<Item = (u64, u64)> {
    (1..=3).map(|seed| (seed, 100_000)).chain((4..=30).map(|seed| (seed, 10_000)))
}

/// Entries after which a chunk is cut.
const CHUNK: u64 = 1_000;

/// A host that executes commands under its own origin.
struct Writer {
    host: Host,
    chunks: Vec<Vec<u8>>,
}

impl Writer {
    fn new() -> Self {
        Self { host: Host::new(JournalId::from_bytes([7; 16]), 1), chunks: Vec::new() }
    }

    fn submit(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Event>) {
        let id = CommandId { origin: 1, counter: self.host.next_counter(1) };
        self.host.submit(at, id, command, events).expect("a sound host takes every command");
        if self.host.exchange().sequence().is_multiple_of(CHUNK) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        while let Some(chunk) = self.host.cut() {
            self.chunks.push(chunk.to_bytes());
        }
    }
}

/// The journal of a seed in encoded chunks, and one line that names all it led to. `see` is shown every command with
/// its events.
fn write(seed: u64, commands: u64, mut see: impl FnMut(&Command, &[Event])) -> (Vec<Vec<u8>>, String) {
    let mut workload = Workload::new(seed);
    let mut writer = Writer::new();
    let mut events = Vec::new();
    for _ in 0..commands {
        let (at, command) = workload.next_command();
        events.clear();
        writer.submit(at, &command, &mut events);
        workload.observe(&events);
        see(&command, &events);
    }
    writer.cut();
    let line = told(seed, &writer.host);
    (writer.chunks, line)
}

fn told(seed: u64, host: &Host) -> String {
    let exchange = host.exchange();
    format!(
        "seed {seed}: {} commands, {} events, digest {}, state {}, history {}\n",
        exchange.sequence(),
        exchange.event_count(),
        exchange.digest(),
        exchange.state_digest(),
        host.head().hash
    )
}

/// Replays encoded chunks on a new host.
fn replay(seed: u64, chunks: &[Vec<u8>]) -> String {
    let mut host = Host::new(JournalId::from_bytes([7; 16]), 1);
    for bytes in chunks {
        let chunk = Chunk::decode(bytes).expect("it was just encoded");
        host.apply(&chunk, |_, _, _| {}).expect("it follows the chunk before");
    }
    told(seed, &host)
}

/// Writes and replays every journal.
fn journals() -> String {
    let mut all = String::new();
    for (seed, commands) in seeds() {
        let (chunks, written) = write(seed, commands, |_, _| {});
        assert_eq!(replay(seed, &chunks), written, "a replay ends where the writer did");
        all.push_str(&written);
    }
    all
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn journals_end_in_the_golden_digests() {
    expect_test::expect_file!["golden/platform.txt"].assert_eq(&journals());
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn journals_end_in_the_golden_digests() {
    assert_eq!(journals(), include_str!("golden/platform.txt"));
}

/// What journals of these seeds and lengths make use of, together.
#[cfg(not(target_arch = "wasm32"))]
fn features(seeds: impl Iterator<Item = (u64, u64)>) -> Features {
    let mut features = Features::default();
    for (seed, commands) in seeds {
        write(seed, commands, |command, events| features.see(command, events));
    }
    features
}

/// Equal digests prove no more than the journals use: together they use everything there is.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_journals_use_every_feature() {
    assert_eq!(features(seeds()).missing(), Vec::<String>::new());
}

/// Planted: a single swarm, in which whole kinds of commands are switched off, is told to miss them.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_feature_that_no_journal_uses_is_told() {
    let missing = features([(1, 10_000)].into_iter()).missing();
    assert!(missing.iter().any(|feature| feature == "Command::PlacePair"), "{missing:?}");
}

/// Planted: an exchange in which two commands change places, as an order taken from a hash map would make them,
/// ends in another digest, and a replay against the first one's chunks says so.
fn a_change_of_order_is_noticed() {
    let mut commands = Vec::new();
    let mut workload = Workload::new(21);
    let mut writer = Writer::new();
    for _ in 0..2_000 {
        let (_, command) = workload.next_command();
        let mut events = Vec::new();
        writer.submit(Timestamp::default(), &command, &mut events);
        workload.observe(&events);
        commands.push(command);
    }
    let place = (1_000..1_999).find(|&i| commands[i] != commands[i + 1]).expect("two neighbours differ");
    commands.swap(place, place + 1);
    let mut other = Writer::new();
    for command in &commands {
        other.submit(Timestamp::default(), command, &mut Vec::new());
    }
    assert_ne!(other.host.exchange().digest(), writer.host.exchange().digest());
    assert_ne!(other.host.head(), writer.host.head());
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_change_of_order_is_noticed_natively() {
    a_change_of_order_is_noticed();
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn a_change_of_order_is_noticed_as_wasm() {
    a_change_of_order_is_noticed();
}
