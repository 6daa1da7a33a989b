//! The first commands of a workload: assets, instruments, accounts and their money.

use std::collections::VecDeque;

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, FeeRate, InstrumentId, InstrumentSetting,
    NewInstrument, Symbol, limits,
};
use outcry_simulation::Random;
use rust_decimal::Decimal;

use super::swarm::{Scale, Swarm};

/// When the first command comes: 2026-01-01T00:00:00 UTC in nanoseconds.
pub(super) const BELL: u64 = 1_767_225_600_000_000_000;

/// The asset that most instruments are paid in.
const CASH: AssetId = AssetId::new(0);

/// Assets 0 to 2, instruments 0 to `swarm.instruments - 1`, accounts from 1, and deposits.
pub(super) fn commands(random: &mut Random, swarm: &Swarm) -> VecDeque<Command> {
    let (digits, tick, lot) = match swarm.scale {
        Scale::Stock => ([2, 0, 0], Decimal::new(1, 2), Decimal::ONE),
        Scale::Coin => ([6, 8, 8], Decimal::new(1, 2), Decimal::new(1, 4)),
        Scale::Giant | Scale::Dust => ([0, 0, 0], Decimal::ONE, Decimal::ONE),
    };
    let mut commands = VecDeque::new();
    for (name, decimals) in ["CASH", "ONE", "TWO"].into_iter().zip(digits) {
        commands.push_back(Command::CreateAsset { symbol: symbol(name), decimals });
    }
    // The third pays one asset with the other, so that one balance is held for both sides of different books.
    let pairs = [("ONE-CASH", 1, CASH), ("TWO-CASH", 2, CASH), ("ONE-TWO", 1, AssetId::new(2))];
    for (name, base, quote) in pairs.into_iter().take(usize::try_from(swarm.instruments).expect("at most 3"))
    {
        commands.push_back(Command::CreateInstrument(NewInstrument {
            symbol: symbol(name),
            base: AssetId::new(base),
            quote,
            tick: if quote == CASH { tick } else { Decimal::ONE },
            lot,
            maker_fee: if swarm.special && random.chance(200_000) { rebate(random) } else { rate(random) },
            taker_fee: rate(random),
        }));
    }
    // Cascades that feed themselves are ordinary here; each stops soon, or their orders would be all there is.
    for number in 0..if swarm.special { swarm.instruments } else { 0 } {
        let instrument = InstrumentId::new(u32::try_from(number).expect("at most 3"));
        let count = *random.pick(&[30, 100, 100, 500]).expect("not empty");
        commands
            .push_back(Command::SetInstrument { instrument, setting: InstrumentSetting::FollowUps(count) });
    }
    for number in 1..=swarm.accounts {
        let name = AccountName::new(&format!("account-{number}")).expect("short and plain");
        commands.push_back(Command::OpenAccount { name });
    }
    for number in 1..=swarm.accounts {
        for asset in 0..3 {
            let account = AccountId::new(u32::try_from(number).expect("a handful"));
            let amount = Amount::new(purse(random, swarm, asset == 0)).expect("within the supply");
            commands.push_back(Command::Deposit { account, asset: AssetId::new(asset), amount });
        }
    }
    commands
}

/// What an account gets of an asset: all accounts together stay below the limit of the supply.
fn purse(random: &mut Random, swarm: &Swarm, cash: bool) -> i64 {
    let most = match (swarm.scale, cash) {
        (Scale::Giant, _) => limits::MAX_AMOUNT / 16,
        (Scale::Dust, _) => 1_000,
        (Scale::Stock, true) => 100_000_000,
        (Scale::Stock, false) => 100_000,
        (Scale::Coin, _) => 1_000_000_000_000_000,
    };
    let most = if swarm.poor { most / 1_000 } else { most };
    random.between(1, most.max(1))
}

/// A fee rate: none, odd ones, the highest.
fn rate(random: &mut Random) -> FeeRate {
    let rates = [0, 0, 1, 333, 333, 500, 500, 1_000, 1_000, 99_999, FeeRate::MAX_PPM];
    FeeRate::from_ppm(*random.pick(&rates).expect("not empty")).expect("at most the highest")
}

/// A maker's rate below zero.
fn rebate(random: &mut Random) -> FeeRate {
    let rates = [-1, -250, -1_000, -FeeRate::MAX_PPM];
    FeeRate::from_ppm(*random.pick(&rates).expect("not empty")).expect("at least the lowest")
}

/// A symbol that is known to be one.
pub(super) fn symbol(text: &str) -> Symbol {
    Symbol::new(text).expect("written by hand")
}
