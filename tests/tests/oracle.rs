//! The engine against a slow oracle: all events equal, and books and balances after every command.
//!
//! `OUTCRY_COMMANDS` sets how many commands (a million unless told), `OUTCRY_SEED` runs one seed alone.

use outcry_tests::duel;
use outcry_tests::oracle::Fault;
use outcry_tests::trial::Tally;

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

#[test]
fn engine_and_oracle_agree() {
    let commands = number("OUTCRY_COMMANDS").unwrap_or(1_000_000);
    let one = number("OUTCRY_SEED");
    let mut seed = one.unwrap_or(1);
    let mut sum = Tally::default();
    while sum.commands < commands {
        let tally =
            duel::run(seed, duel::length(seed), Fault::None).unwrap_or_else(|failure| panic!("{failure}"));
        sum.add(tally);
        if one.is_some() {
            println!("seed {seed}: {sum:?}");
            return;
        }
        seed += 1;
    }
    println!(
        "{} commands compared: {} events, {} trades, {} rejects",
        sum.commands, sum.events, sum.trades, sum.rejects
    );
    assert!(sum.trades * 20 > sum.commands, "the workload trades: {sum:?}");
    assert!(sum.rejects * 100 > sum.commands, "the workload is refused now and then: {sum:?}");
    assert!(sum.rejects * 2 < sum.commands, "the workload is mostly accepted: {sum:?}");
}

/// Each planted fault must show within a hundred short runs, and shrink to a script that a person can read.
fn caught(fault: Fault) -> String {
    for seed in 1..=100 {
        if let Err(failure) = duel::run(seed, 2_000, fault) {
            assert!(failure.script.len() <= 30, "the script is short: {failure}");
            return failure.to_string();
        }
    }
    panic!("{fault:?} went unnoticed");
}

#[test]
fn last_in_first_out_is_caught() {
    caught(Fault::LastInFirstOut);
}

#[test]
fn a_leak_of_fee_rounding_is_caught() {
    caught(Fault::FeeRoundingLeaks);
}

#[test]
fn the_aggressors_price_is_caught() {
    caught(Fault::AggressorsPrice);
}

#[test]
fn a_reduction_that_loses_its_place_is_caught() {
    let told = caught(Fault::ReduceLosesPriority);
    assert!(told.contains("repeat: OUTCRY_SEED="), "a failure says how to repeat it: {told}");
}

#[test]
fn a_peak_that_keeps_its_place_is_caught() {
    caught(Fault::PeakKeepsPlace);
}

#[test]
fn hidden_orders_that_trade_first_are_caught() {
    caught(Fault::HiddenTradesFirst);
}

#[test]
fn stops_that_fire_in_the_wrong_order_are_caught() {
    caught(Fault::StopsFireLowestFirst);
}

#[test]
fn a_pair_that_keeps_its_quantity_is_caught() {
    caught(Fault::PairKeepsQuantity);
}

#[test]
fn a_remainder_that_goes_to_the_last_is_caught() {
    caught(Fault::RemainderToTheLast);
}

#[test]
fn an_auction_that_takes_the_lowest_price_is_caught() {
    caught(Fault::AuctionTakesLowest);
}

#[test]
fn a_minimum_that_counts_no_reserve_is_caught() {
    caught(Fault::MinimumIgnoresReserve);
}
