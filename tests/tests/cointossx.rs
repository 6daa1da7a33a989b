//! The limit, market and cancel scenarios of the CoinTossX project.
//!
//! They are read from the data folder beside the project and skipped, with a line, where it is absent.

use outcry_tests::cointossx::{Input, Scenario, folder};

/// Runs tests 1 to `count` of a group, all of which must pass.
fn group(name: &str, count: u32, input: Input) {
    let Some(folder) = folder() else {
        println!("skipped: the CoinTossX scenarios are not there");
        return;
    };
    for number in 1..=count {
        let scenario = Scenario::read(&folder.join(name), number).unwrap_or_else(|error| panic!("{error}"));
        scenario.run(input).unwrap_or_else(|difference| panic!("{name} {number}: {difference}"));
    }
}

#[test]
fn limit_orders() {
    group("limitOrder", 12, Input::Order);
}

/// Two of them with a hidden order that does not trade, because less than its minimum is left of the market order.
#[test]
fn market_orders() {
    group("marketOrder", 6, Input::Order);
}

/// Of limit, stop, stop-limit and hidden orders.
#[test]
fn cancels() {
    group("cancelOrder", 10, Input::Cancel);
}

/// Planted: an expected trade at the aggressor's price, and an expected book with one order too many, a stop too.
#[test]
fn a_wrong_expectation_is_noticed() {
    let Some(folder) = folder() else {
        println!("skipped: the CoinTossX scenarios are not there");
        return;
    };
    let right = Scenario::read(&folder.join("limitOrder"), 5).unwrap();
    let mut wrong = right.clone();
    wrong.trades[0].0 = 8_000;
    assert!(wrong.run(Input::Order).is_err());
    let mut wrong = right.clone();
    wrong.expected.push(right.initial[1].clone());
    assert!(wrong.run(Input::Order).is_err());
    let stops = Scenario::read(&folder.join("cancelOrder"), 7).unwrap();
    let mut wrong = stops.clone();
    wrong.expected.push(stops.initial[1].clone());
    assert!(wrong.run(Input::Cancel).is_err());
}
