//! Files of any bytes: nothing panics, and an order file that passes the check loads to the last order.
//!
//! Inputs are seeded and biased: good files in which a few bytes were changed, cut out or doubled, so that most
//! get past the first column. That the bias works is asserted: a share of the inputs must be accepted.

use outcry_engine::{AccountId, Symbol, Timestamp};
use outcry_simulation::lobster::{FileName, Mode, Recording, Replay};
use outcry_simulation::orders_csv::{Duplicates, Loading, Options, View, check};
use outcry_simulation::{BareMarket, Market, Random, demo};

const NOW: Timestamp = Timestamp::from_nanos(1);

/// The text with up to `most` changes.
fn damaged(random: &mut Random, text: &[u8], most: u64) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let alphabet = b"0123456789,.-\n\r\"ABuySel \xff\xc3\0";
    for _ in 0..random.below(most + 1) {
        let place = usize::try_from(random.below(bytes.len() as u64)).expect("a place in the text");
        let byte = *random.pick(alphabet).expect("there are some");
        match random.below(4) {
            0 => bytes.insert(place, byte),
            1 if bytes.len() > 1 => drop(bytes.remove(place)),
            2 => {
                let end = bytes.len().min(place + 20);
                let copy = bytes[place..end].to_vec();
                bytes.splice(place..place, copy);
            }
            _ => bytes[place] = byte,
        }
    }
    bytes
}

fn demo_market() -> BareMarket {
    let mut market = BareMarket::new();
    for command in demo::opening() {
        market.submit(NOW, command);
    }
    market
}

#[test]
fn an_order_file_that_passes_the_check_loads_whole() {
    let good = b"orderId,symbol,side,amount,price\n1,ACME,Buy,20,99.50\n2,ACME,Sell,200,99.50\n\
                 3,BTC-USD,Buy,0.0105,48500\n4,ACME,sell,299,101.1\n5,BTC-USD,Sell,1.5,48499\n";
    let market = demo_market();
    let account = AccountId::new(1);
    let mut random = Random::new(1);
    let mut accepted = 0;
    for input in 0..20_000 {
        let bytes = damaged(&mut random, good, 3);
        let view = *random.pick(&[View::Book, View::Client]).expect("two");
        let choices = [Duplicates::Reject, Duplicates::Skip, Duplicates::Overwrite];
        let options = Options { account, view, duplicates: *random.pick(&choices).expect("three") };
        let Ok(plan) = check(&bytes, market.exchange(), options) else { continue };
        accepted += 1;
        if input % 10 != 0 {
            continue;
        }
        let mut market = demo_market();
        let mut loading = Loading::new(plan);
        while let Some(step) = loading.step(NOW, &mut market) {
            let text = String::from_utf8_lossy(&bytes);
            assert!(step.is_ok(), "input {input}: {step:?} in\n{text}");
        }
        loading.undo(NOW, &mut market);
        assert_eq!(market.exchange().open_orders(), 0);
        market.exchange().check();
    }
    assert!((2_000..18_000).contains(&accepted), "{accepted}");
}

#[test]
fn a_recording_of_any_bytes_is_refused_or_plays() {
    let messages =
        b"34200.1,1,501,5,101,-1\n34200.2,4,501,2,101,-1\n34200.2,4,77,3,101,-1\n34200.3,1,502,4,99,1\n";
    let book = b"101,15,98,25\n101,13,98,25\n101,10,98,25\n101,10,99,4\n";
    let mut random = Random::new(2);
    let mut played = 0;
    let mut differing = 0;
    for _ in 0..15_000 {
        let messages = damaged(&mut random, messages, 2);
        let book = damaged(&mut random, book, 1);
        let symbol = Symbol::new("TEST").expect("a symbol");
        let Ok(recording) = Recording::read(symbol, NOW, 1, messages, book) else { continue };
        played += 1;
        for mode in [Mode::AsRecorded, Mode::Rematched] {
            let mut market = BareMarket::new();
            let mut replay = Replay::open(recording.clone(), mode, &mut market).expect("an empty exchange");
            while replay.step(&mut market).is_some() {}
            market.exchange().check();
            assert_eq!(replay.summary().rows, recording.rows());
            differing += u64::from(replay.summary().differing > 0);
        }
    }
    assert!((1_500..13_500).contains(&played), "{played}");
    assert!(differing > 300, "{differing}");
}

#[test]
fn any_file_name_is_read_or_not() {
    let mut random = Random::new(3);
    for _ in 0..50_000 {
        let name = damaged(&mut random, b"AAPL_2012-06-21_34200000_57600000_message_10.csv", 4);
        if let Some(name) = FileName::parse(&String::from_utf8_lossy(&name)) {
            assert!(name.midnight.nanos() > 0);
        }
    }
}
