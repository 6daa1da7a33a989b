//! Replays of a small hand-written recording, and of the same recording with something wrong in the files or in
//! the exchange: every wrong thing must be seen in a row.
//!
//! Two visible levels; prices around 100 ticks. The rows were written by hand from the rules of the format.

use outcry_engine::{Command, Event, Exchange, NewOrder, Qty, Side, Symbol, TimeInForce, Timestamp};
use outcry_simulation::lobster::{
    Aggressors, Difference, Mode, OpenError, Outcome, Recording, RecordingError, Replay, Step, Summary,
};
use outcry_simulation::{BareMarket, Market, demo};

/// Each message with the row after it: ask, size, bid, size, then the second level of both.
const DAY: [(&str, &str); 12] = [
    // A sell order joins the best level of asks, which held 10 before.
    ("34200.1,1,501,5,101,-1", "101,15,99,20,102,30,98,25"),
    // A hidden order is executed: nothing changes.
    ("34200.2,5,0,7,100,1", "101,15,99,20,102,30,98,25"),
    // A bid betters the market: 98 drops out of sight.
    ("34200.3,1,502,4,100,1", "101,15,100,4,102,30,99,20"),
    ("34200.4,1,503,6,100,1", "101,15,100,10,102,30,99,20"),
    // A part of 503 is canceled.
    ("34200.5,2,503,2,100,1", "101,15,100,8,102,30,99,20"),
    // A seller meets 502, then 503 in part: two executions of one aggressor.
    ("34200.6,4,502,4,100,1", "101,15,100,4,102,30,99,20"),
    ("34200.6,4,503,1,100,1", "101,15,100,3,102,30,99,20"),
    // The rest of 503 goes: a level comes back from behind, with another quantity than it had.
    ("34200.7,3,503,3,100,1", "101,15,99,20,102,30,98,11"),
    // Quantity from before the recording is executed, then deleted.
    ("34200.8,4,77,6,101,-1", "101,9,99,20,102,30,98,11"),
    ("34200.9,3,78,4,101,-1", "101,5,99,20,102,30,98,11"),
    // The order of the first row goes whole; there are no further asks.
    ("34201.0,4,501,5,101,-1", "102,30,99,20,9999999999,0,98,11"),
    // Trading is halted.
    ("34201.1,7,0,0,-1,-1", "102,30,99,20,9999999999,0,98,11"),
];

fn symbol() -> Symbol {
    Symbol::new("TEST").expect("four letters")
}

/// The day's two files, with some rows (from 1) of each exchanged for others.
fn day(messages: &[(usize, &'static str)], rows: &[(usize, &'static str)]) -> Recording {
    let file = |mut file: [&'static str; 12], others: &[(usize, &'static str)]| {
        for &(row, text) in others {
            file[row - 1] = text;
        }
        file.join("\n").into_bytes()
    };
    let messages = file(DAY.map(|row| row.0), messages);
    let book = file(DAY.map(|row| row.1), rows);
    Recording::read(symbol(), Timestamp::from_nanos(0), 2, messages, book).expect("good files")
}

fn play(recording: Recording, mode: Mode, market: &mut impl Market) -> (Vec<Step>, Summary) {
    let mut replay = Replay::open(recording, mode, market).expect("the stock is new");
    let mut steps = Vec::new();
    while let Some(due) = replay.due() {
        let step = replay.step(market).expect("a row is due");
        assert_eq!(step.at, due);
        market.exchange().check();
        steps.push(step);
    }
    assert_eq!(replay.step(market), None);
    (steps, replay.summary())
}

fn differing_rows(steps: &[Step]) -> Vec<u64> {
    steps.iter().filter(|step| step.difference.is_some()).map(|step| step.row).collect()
}

#[test]
fn as_recorded_every_row_is_equal_and_nothing_is_matched() {
    let mut market = Spy::default();
    let (steps, summary) = play(day(&[], &[]), Mode::AsRecorded, &mut market);
    assert_eq!(differing_rows(&steps), []);
    // The one level that came back from behind.
    assert_eq!(summary, Summary { rows: 12, compared: 12, from_book_file: 1, ..Summary::default() });
    assert_eq!((market.trades, market.refused), (0, 0));
}

#[test]
fn rematched_the_exchange_finds_the_same_executions() {
    let mut market = Spy::default();
    let (steps, summary) = play(day(&[], &[]), Mode::Rematched, &mut market);
    assert_eq!(differing_rows(&steps), []);
    assert_eq!((summary.rows, summary.compared), (12, 11));
    assert_eq!(summary.aggressors, Aggressors { equal: 2, different: 0, unknown: 1 });
    // 502, 503; the quantity without a number; 501.
    assert_eq!((market.trades, market.refused), (4, 0));
    let first = steps.iter().find_map(|step| step.aggressor.as_ref()).unwrap();
    let fills: Vec<_> = first.exchange.iter().map(|fill| (fill.order, fill.quantity.get())).collect();
    assert_eq!(
        (first.side, first.limit.get(), fills),
        (Side::Sell, 100, vec![(Some(502), 4), (Some(503), 1)])
    );
}

/// Wrong in the message file: that row differs, and after it the two agree again. (The first message is not among
/// them: what was there before it is made from it.)
#[test]
fn a_wrong_message_is_seen_in_its_row_and_only_there() {
    for (row, message) in [
        (2, "34200.2,4,9,7,99,1"),
        (4, "34200.4,1,503,7,100,1"),
        (5, "34200.5,5,503,2,100,1"),
        (6, "34200.6,4,502,3,100,1"),
        (8, "34200.7,3,503,3,99,1"),
        (11, "34201.0,4,501,5,102,-1"),
    ] {
        let (steps, summary) = play(day(&[(row, message)], &[]), Mode::AsRecorded, &mut BareMarket::new());
        assert_eq!(differing_rows(&steps), [row as u64], "{message}");
        assert_eq!(summary.differing, 1);
    }
}

/// Wrong in the orderbook file, at any level that is not at the deep end: seen, and seen again in the next row.
#[test]
fn a_wrong_row_is_seen() {
    for (row, text) in [
        (3, "101,15,100,5,102,30,99,20"),
        (3, "101,15,100,4,102,31,99,20"),
        (8, "101,15,99,21,102,30,98,11"),
        (8, "101,15,99,20,103,30,98,11"),
        (11, "102,30,99,20,103,5,98,11"),
    ] {
        let (steps, _) = play(day(&[], &[(row, text)]), Mode::AsRecorded, &mut BareMarket::new());
        let differing = differing_rows(&steps);
        // In row 11 the asks had room for a level from behind: the row after misses it.
        let seen = if row == 11 { 12 } else { row as u64 };
        assert!(differing.contains(&seen), "{text}: {differing:?}");
    }
}

#[test]
fn a_difference_says_what_the_file_and_the_exchange_have() {
    let recording = day(&[(5, "34200.5,5,503,2,100,1")], &[]);
    let (steps, _) = play(recording, Mode::AsRecorded, &mut BareMarket::new());
    let Some(Difference { side, level, file, exchange }) = steps[4].difference else {
        panic!("{:?}", steps[4])
    };
    let plain =
        |level: Option<(outcry_engine::Price, outcry_engine::Lots)>| level.map(|(p, q)| (p.get(), q.get()));
    assert_eq!((side, level, plain(file), plain(exchange)), (Side::Buy, 1, Some((100, 8)), Some((100, 10))));
}

/// An exchange with a bug, between the replay and a real one.
#[derive(Default)]
struct Spy {
    market: BareMarket,
    bug: Option<Bug>,
    trades: u64,
    refused: u64,
}

#[derive(Clone, Copy)]
enum Bug {
    /// A smaller quantity is not applied.
    IgnoresReductions,
    /// An order is lost.
    LosesCancels,
    /// An aggressor gets one lot less.
    ShortensAggressors,
}

impl Market for Spy {
    fn exchange(&self) -> &Exchange {
        self.market.exchange()
    }

    fn submit(&mut self, at: Timestamp, command: Command) -> &[Event] {
        let command = match (self.bug, command) {
            // What is refused changes nothing.
            (Some(Bug::IgnoresReductions), Command::ReplaceOrder { .. })
            | (Some(Bug::LosesCancels), Command::CancelOrder { .. }) => {
                Command::CreateAsset { symbol: symbol(), decimals: 0 }
            }
            (Some(Bug::ShortensAggressors), Command::PlaceOrder(order))
                if order.time_in_force == TimeInForce::ImmediateOrCancel =>
            {
                let quantity = Qty::new(order.quantity.get() - 1).unwrap_or(order.quantity);
                Command::PlaceOrder(NewOrder { quantity, ..order })
            }
            (_, command) => command,
        };
        let events = self.market.submit(at, command);
        self.trades += events.iter().filter(|event| matches!(event, Event::Traded(_))).count() as u64;
        self.refused +=
            events.iter().filter(|event| matches!(event, Event::CommandRejected(_))).count() as u64;
        events
    }
}

#[test]
fn planted_bugs_of_an_exchange_are_seen() {
    for bug in [Bug::IgnoresReductions, Bug::LosesCancels] {
        let mut market = Spy { bug: Some(bug), ..Spy::default() };
        let (_, summary) = play(day(&[], &[]), Mode::AsRecorded, &mut market);
        assert!(summary.differing > 0, "{summary:?}");
    }
    let mut market = Spy { bug: Some(Bug::ShortensAggressors), ..Spy::default() };
    let (steps, summary) = play(day(&[], &[]), Mode::Rematched, &mut market);
    assert_eq!(summary.aggressors, Aggressors { equal: 0, different: 2, unknown: 1 });
    let outcomes: Vec<_> =
        steps.iter().filter_map(|step| step.aggressor.as_ref()).map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Different, Outcome::Unknown, Outcome::Different]);
}

/// An aggressor that did not meet what it met at the venue leaves the book as the venue had it.
#[test]
fn after_a_different_aggressor_the_queues_are_the_files() {
    // 503 is executed whole although 502 stands before it.
    let recording = day(&[(6, "34200.6,4,503,4,100,1"), (7, "34200.6,4,502,1,100,1")], &[]);
    let mut market = BareMarket::new();
    let mut replay = Replay::open(recording, Mode::Rematched, &mut market).unwrap();
    let step = std::iter::from_fn(|| replay.step(&mut market)).find(|step| step.aggressor.is_some()).unwrap();
    assert_eq!((step.row, step.difference), (7, None));
    assert_eq!(step.aggressor.unwrap().outcome, Outcome::Different);
    let instrument = market.exchange().find_instrument(symbol()).unwrap();
    let queue: Vec<u64> =
        market.exchange().queue(instrument, Side::Buy).map(|order| order.leaves.get()).collect();
    // What is left of 502, which the exchange had filled whole; then the level behind.
    assert_eq!(queue, [3, 20]);
}

#[test]
fn files_that_are_no_recording_are_refused() {
    let read = |levels, messages: &str, book: &str| {
        let [messages, book] = [messages, book].map(|text| text.as_bytes().to_vec());
        Recording::read(symbol(), Timestamp::from_nanos(0), levels, messages, book).map(|_| ())
    };
    let row = "34200.1,1,1,5,100,1\n";
    let says = |result: Result<(), RecordingError>| result.unwrap_err().to_string();
    assert_eq!(says(read(1, "", "")), "the message file is empty");
    assert_eq!(says(read(0, row, "1,1,1,1")), "0 levels, 1 to 1000 are possible");
    assert_eq!(
        says(read(1, row, "")),
        "the message file has 1 rows and the orderbook file has 0: they must have as many"
    );
    assert_eq!(says(read(2, row, "101,5,100,5\n")), "orderbook row 1: 4 columns, 8 are expected");
    let bad = format!("{}34200.1,1,1,five,100,1\n", row.repeat(16));
    assert_eq!(says(read(1, &bad, "")), "messages row 17, column 4 (size): \"five\" is not a whole number");
}

#[test]
fn a_recording_plays_beside_the_demo_but_not_twice() {
    let mut market = BareMarket::new();
    for command in demo::opening() {
        market.submit(Timestamp::from_nanos(1), command);
    }
    let (_, summary) = play(day(&[], &[]), Mode::Rematched, &mut market);
    assert_eq!(summary.differing, 0);
    let again = Replay::open(day(&[], &[]), Mode::Rematched, &mut market).map(|_| ());
    assert_eq!(again, Err(OpenError::Taken { symbol: symbol() }));
}

#[test]
fn an_exchange_whose_dollar_is_too_coarse_says_so() {
    let mut market = BareMarket::new();
    let dollar = Symbol::new("USD").unwrap();
    market.submit(Timestamp::from_nanos(1), Command::CreateAsset { symbol: dollar, decimals: 2 });
    let error = Replay::open(day(&[], &[]), Mode::AsRecorded, &mut market).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the exchange cannot open TEST for the recording: tick 0.0001 x lot 1 is not a whole number of the \
         quote's minor units (2 decimals)"
    );
}
