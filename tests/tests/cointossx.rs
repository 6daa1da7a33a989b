//! The limit, market and cancel scenarios of the CoinTossX project.
//!
//! They are read from the data folder beside the project and skipped, with a line, where it is absent.

use outcry_tests::cointossx::{Input, Outcome, Scenario, folder};

/// Runs tests 1 to `count` of a group; gives how many passed, passed in part, and were left for later.
fn group(name: &str, count: u32, input: Input) -> Option<[usize; 3]> {
    let Some(folder) = folder() else {
        println!("skipped: the CoinTossX scenarios are not there");
        return None;
    };
    let mut counts = [0; 3];
    for number in 1..=count {
        let scenario = Scenario::read(&folder.join(name), number).unwrap_or_else(|error| panic!("{error}"));
        let outcome = scenario.run(input);
        println!("{name} {number}: {outcome:?}");
        match outcome {
            Outcome::Passed => counts[0] += 1,
            Outcome::PassedInPart(_) => counts[1] += 1,
            Outcome::LeftForLater(_) => counts[2] += 1,
            Outcome::Failed(difference) => panic!("{name} {number}: {difference}"),
        }
    }
    Some(counts)
}

#[test]
fn limit_orders() {
    assert_eq!(group("limitOrder", 12, Input::Order).unwrap_or([12, 0, 0]), [12, 0, 0]);
}

#[test]
fn market_orders() {
    assert_eq!(group("marketOrder", 6, Input::Order).unwrap_or([4, 2, 0]), [4, 2, 0]);
}

#[test]
fn cancels() {
    assert_eq!(group("cancelOrder", 10, Input::Cancel).unwrap_or([4, 0, 6]), [4, 0, 6]);
}

/// Planted: an expected trade at the aggressor's price, and an expected book with one order too many.
#[test]
fn a_wrong_expectation_is_noticed() {
    let Some(folder) = folder() else {
        println!("skipped: the CoinTossX scenarios are not there");
        return;
    };
    let right = Scenario::read(&folder.join("limitOrder"), 5).unwrap();
    let mut wrong = right.clone();
    wrong.trades[0].0 = 8_000;
    assert!(matches!(wrong.run(Input::Order), Outcome::Failed(_)));
    let mut wrong = right.clone();
    wrong.expected.push(right.initial[1].clone());
    assert!(matches!(wrong.run(Input::Order), Outcome::Failed(_)));
}
