//! Real recorded days, read from the folder of shared data beside the project; skipped where it is absent.

use std::path::PathBuf;

use outcry_simulation::lobster::{Aggressors, FileName, Mode, Outcome, Recording, Replay, Summary};
use outcry_simulation::{BareMarket, Market};

const AAPL: [&str; 2] = [
    "AAPL_2012-06-21_34200000_57600000_message_10.csv",
    "AAPL_2012-06-21_34200000_57600000_orderbook_10.csv",
];
const AMZN: [&str; 2] =
    ["AMZN_2012-06-21_34200000_57600000_message_1.csv", "AMZN_2012-06-21_34200000_57600000_orderbook_1.csv"];

/// The files' bytes, or `None` (with a line that says so) where the data is not there.
fn files(names: [&str; 2]) -> Option<[Vec<u8>; 2]> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/lobster");
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return None;
    }
    Some(names.map(|name| std::fs::read(folder.join(name)).expect("the folder has the file")))
}

fn recording(names: [&str; 2], [messages, book]: [Vec<u8>; 2]) -> Recording {
    let name = FileName::parse(names[0]).expect("a LOBSTER name");
    Recording::read(name.symbol, name.midnight, name.levels, messages, book).expect("good files")
}

fn play(recording: Recording, mode: Mode, market: &mut impl Market) -> Summary {
    let mut replay = Replay::open(recording, mode, market).expect("an empty exchange takes it");
    let mut shown = 0;
    while let Some(step) = replay.step(market) {
        let different = step.aggressor.as_ref().is_some_and(|one| one.outcome == Outcome::Different);
        if (step.difference.is_some() || different) && shown < 10 {
            shown += 1;
            println!("{step:?}");
        }
    }
    market.exchange().check();
    println!("{mode:?}: {:?}", replay.summary());
    replay.summary()
}

#[test]
fn as_recorded_every_row_of_aapl_is_equal() {
    let Some(files) = files(AAPL) else { return };
    let summary = play(recording(AAPL, files), Mode::AsRecorded, &mut BareMarket::new());
    let expected = Summary { rows: 999, compared: 999, from_book_file: 318, ..Summary::default() };
    assert_eq!(summary, expected);
}

#[test]
fn as_recorded_every_row_of_amzn_is_equal() {
    let Some(files) = files(AMZN) else { return };
    let summary = play(recording(AMZN, files), Mode::AsRecorded, &mut BareMarket::new());
    let expected = Summary { rows: 57_515, compared: 57_515, from_book_file: 13_953, ..Summary::default() };
    assert_eq!(summary, expected);
}

#[test]
fn rematched_aapl_executes_as_recorded() {
    let Some(files) = files(AAPL) else { return };
    let summary = play(recording(AAPL, files), Mode::Rematched, &mut BareMarket::new());
    assert_eq!((summary.rows, summary.differing), (999, 0));
    assert_eq!(summary.aggressors, Aggressors { equal: 59, different: 0, unknown: 7 });
}

#[test]
fn rematched_amzn_executes_as_recorded_but_for_the_venues_own_exceptions() {
    let Some(files) = files(AMZN) else { return };
    let summary = play(recording(AMZN, files), Mode::Rematched, &mut BareMarket::new());
    assert_eq!((summary.rows, summary.differing), (57_515, 0));
    assert_eq!(summary.aggressors, Aggressors { equal: 3_337, different: 8, unknown: 3_265 });
}
