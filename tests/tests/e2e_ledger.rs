//! The check behind the faults of storage, alone: every way in which a store can fail a ledger is told. No browser.

use outcry_engine::{
    AccountId, AccountName, Command, InstrumentId, NewOrder, OrderPrice, Posting, Price, Qty, Side,
    TimeInForce, Timestamp,
};
use outcry_journal::{CommandId, Host, JournalId};
use outcry_tests::browser::{Status, StoredChunk};
use outcry_tests::storage::{Flaw, Ledger, Score, StoredJournal};

fn id() -> JournalId {
    JournalId::from_bytes([7; 16])
}

/// A journal of the user's account and these orders, each in a chunk of its own. Without a market they are all refused,
/// and in the journal all the same.
fn chunks(epoch: u64, limits: &[i64]) -> Vec<StoredChunk> {
    let mut host = Host::new(id(), epoch);
    let order = |ticks: &i64| {
        Command::PlaceOrder(NewOrder {
            account: AccountId::new(1),
            instrument: InstrumentId::new(0),
            side: Side::Buy,
            price: OrderPrice::Limit(Price::new(*ticks).expect("a price")),
            quantity: Qty::new(1).expect("a quantity"),
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        })
    };
    let open = Command::OpenAccount { name: AccountName::new("You").expect("a name") };
    let commands: Vec<Command> = std::iter::once(open).chain(limits.iter().map(order)).collect();
    let store = |(counter, command): (u64, &Command)| {
        let id = CommandId { origin: 1, counter };
        host.submit(Timestamp::default(), id, command, &mut Vec::new()).expect("it is executed");
        let chunk = host.cut().expect("there is something to cut");
        let first = chunk.first_sequence();
        StoredChunk { exchange: id_text(), first, bytes: chunk.to_bytes() }
    };
    (1..).zip(&commands).map(store).collect()
}

fn id_text() -> String {
    id().to_string()
}

fn read(chunks: &[StoredChunk]) -> Result<StoredJournal, Flaw> {
    StoredJournal::read(chunks, &id_text())
}

/// A page that sent these orders, one command each after the first, and showed so many commands as saved.
fn ledger(limits: &[i64], saved: u64) -> Ledger {
    let mut ledger = Ledger::default();
    for (sequence, ticks) in (2..).zip(limits) {
        ledger.sends(*ticks);
        ledger.answered(sequence);
    }
    let digest = String::new();
    ledger.shown(&Status { exchange: id_text(), sequence: saved, saved, digest });
    ledger
}

fn flaw(limits: &[i64], saved: u64, stored: &[i64]) -> Option<Flaw> {
    read(&chunks(1, stored)).and_then(|journal| ledger(limits, saved).check(&journal)).err()
}

#[test]
fn what_was_shown_as_saved_must_be_there_and_the_rest_may() {
    assert_eq!(flaw(&[100, 101, 102], 4, &[100, 101, 102]), None);
    // The last one was not shown as saved: it may be there or not.
    assert_eq!(flaw(&[100, 101, 102], 3, &[100, 101]), None);
    assert_eq!(flaw(&[100, 101, 102], 3, &[100, 101, 102]), None);
    assert_eq!(flaw(&[100, 101, 102], 4, &[100, 101]), Some(Flaw::Lost { shown: 4, stored: 3 }));
}

#[test]
fn an_own_order_is_there_once_and_in_its_place() {
    for stored in [&[100, 101, 101][..], &[101, 100, 102], &[100, 102, 102], &[100, 100, 101, 102]] {
        let found = flaw(&[100, 101, 102], 4, stored);
        assert!(matches!(found, Some(Flaw::OwnOrders(_))), "{stored:?}: {found:?}");
    }
}

#[test]
fn what_an_engine_had_not_saved_when_it_ended_need_not_be_there_later() {
    let mut ledger = ledger(&[100, 101, 102], 3);
    ledger.interrupted();
    let digest = String::new();
    ledger.shown(&Status { exchange: id_text(), sequence: 9, saved: 4, digest });
    let journal = read(&chunks(1, &[100, 101, 1_000])).unwrap();
    assert_eq!(ledger.check(&journal), Ok(()));
}

#[test]
fn rows_of_a_file_are_there_from_the_first_without_a_gap() {
    let flaw = |stored: &[i64]| {
        let mut ledger = Ledger::default();
        ledger.imports(1);
        ledger.check(&read(&chunks(1, stored)).unwrap()).err()
    };
    assert_eq!(flaw(&[1, 2, 3]), None);
    assert_eq!(flaw(&[]), None);
    for stored in [&[1, 3][..], &[2, 3], &[1, 1, 2]] {
        assert!(matches!(flaw(stored), Some(Flaw::OwnOrders(_))), "{stored:?}");
    }
}

#[test]
fn a_gap_damage_and_an_earlier_writer_are_no_journal() {
    let whole = chunks(1, &[100, 101, 102]);
    let mut gap = whole.clone();
    gap.remove(2);
    let mut damaged = whole.clone();
    damaged[1].bytes[40] ^= 1;
    let mut misplaced = whole.clone();
    misplaced[3].first = 9;
    for chunks in [gap, damaged, misplaced] {
        assert!(matches!(read(&chunks), Err(Flaw::Unsound(_))));
    }
    let other = StoredJournal::read(&whole, "no id");
    assert!(matches!(other, Err(Flaw::Unsound(_))));
}

#[test]
fn a_second_writer_is_seen_by_what_has_changed() {
    let earlier = read(&chunks(1, &[100, 101])).unwrap();
    let longer = read(&chunks(1, &[100, 101, 102])).unwrap();
    let other = read(&chunks(1, &[100, 500, 102])).unwrap();
    assert_eq!(longer.continues(&earlier), Ok(()));
    assert_eq!(earlier.continues(&longer), Err(Flaw::Lost { shown: 4, stored: 3 }));
    assert_eq!(other.continues(&earlier), Err(Flaw::Rewritten { sequence: 3 }));
}

#[test]
fn a_failure_is_counted_with_its_seed_and_nothing_is_promised_of_it() {
    let mut score = Score::new(7, "tab closed");
    assert_eq!(score.attempt(4, || Ok(1)), Some(1));
    score.acknowledged(3, 900);
    let row = score.to_string();
    assert!(row.starts_with("storage: | 7 | tab closed | 1 | 3 | 900 | 0 | 100.00 % | "), "{row}");
    for seed in 5..305 {
        assert_eq!(score.attempt(seed, || Ok(())), Some(()));
    }
    assert!(score.to_string().contains("| 301 | 3 | 900 | 0 | 1.00 % |"), "three by the number of runs");
    let lost = Flaw::Lost { shown: 2, stored: 1 };
    assert_eq!(score.attempt(305, || Err::<(), _>(lost.clone())), None);
    assert_eq!(score.attempt(306, || -> Result<(), Flaw> { panic!("waited in vain") }), None);
    assert_eq!(score.failures(), [(305, lost.to_string()), (306, "waited in vain".to_owned())]);
    assert!(score.to_string().contains("| 303 | 3 | 900 | 2 | - |"));
}
