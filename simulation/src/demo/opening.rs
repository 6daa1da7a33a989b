//! The commands that open the demo exchange: assets, instruments, accounts and what they own.

use std::fmt::Display;

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Exchange, FeeRate, InstrumentId, NewInstrument, Symbol,
};
use rust_decimal::Decimal;

/// The accounts meant for people, in order; the first is the visitor's own.
pub const USERS: [&str; 3] = ["You", "Alice", "Bob"];

/// Accounts of each kind of trader in the crowd: "Maker 1", "Maker 2" and so on.
pub(super) const MAKERS: u32 = 3;
pub(super) const TAKERS: u32 = 2;
pub(super) const INVESTORS: u32 = 2;

/// Assets with the digits of their minor unit. The currencies have six, so that a tick of 0.01 times a lot of
/// 0.0001 coins is a whole number of minor units.
const ASSETS: [(&str, u8); 5] = [("USD", 6), ("EUR", 6), ("GBP", 6), ("BTC", 8), ("ACME", 0)];
/// What each user starts with of each asset, in whole units.
const USER_FUNDS: [i64; 5] = [100_000, 100_000, 100_000, 2, 500];
/// What each account of the crowd starts with: enough for years of market time.
const CROWD_FUNDS: [i64; 5] = [1_000_000_000, 1_000_000_000, 1_000_000_000, 10_000, 10_000_000];

const MAKER_FEE_PPM: i32 = 500;
const TAKER_FEE_PPM: i32 = 1_000;

/// One instrument of the demo, and the shape of its market. Prices in ticks of 0.01, quantities in lots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    pub(super) symbol: &'static str,
    base: usize,
    quote: usize,
    /// The lot as (mantissa, digits behind the point).
    lot: (i64, u32),
    /// Where the price starts and what it comes back to.
    pub(super) start: i64,
    /// Which value moves it: instruments of one group rise and fall together.
    pub(super) group: usize,
    /// Traders quote multiples of this many ticks, so that their orders meet at the same prices.
    pub(super) grid: i64,
    /// Distance of a maker's best quote from the value, in grids.
    pub(super) half_spread: i64,
    /// Mean quantity of a maker's quote.
    pub(super) size: u64,
}

pub(super) const ACME: usize = 0;
pub(super) const BITCOIN: usize = 1;
/// Number of groups of instruments with a value of their own.
pub(super) const GROUPS: usize = 2;

const STOCK: Listing = Listing {
    symbol: "ACME",
    base: 4,
    quote: 0,
    lot: (1, 0),
    start: 10_000,
    group: ACME,
    grid: 1,
    half_spread: 2,
    size: 200,
};
const COIN: Listing = Listing {
    symbol: "BTC-USD",
    base: 3,
    quote: 0,
    lot: (1, 4),
    start: 4_847_888,
    group: BITCOIN,
    grid: 50,
    half_spread: 4,
    size: 2_500,
};

/// The instruments, in the order of their ids on an exchange that was opened as the demo.
pub(super) const LISTINGS: [Listing; 4] = [
    STOCK,
    COIN,
    Listing { symbol: "BTC-EUR", quote: 1, start: 4_119_191, ..COIN },
    Listing { symbol: "BTC-GBP", quote: 2, start: 3_533_089, ..COIN },
];

impl Listing {
    /// The instrument of this listing, where the exchange has it.
    pub(super) fn find(&self, exchange: &Exchange) -> Option<InstrumentId> {
        exchange.find_instrument(symbol(self.symbol))
    }
}

/// The account of the crowd with this role and number, where the exchange has it.
pub(super) fn find_account(exchange: &Exchange, role: &str, number: u32) -> Option<AccountId> {
    exchange.find_account(crowd_name(role, number))
}

/// The commands that turn an empty exchange into the demo. None of them is refused there.
#[must_use]
pub fn opening() -> Vec<Command> {
    let mut commands = Vec::new();
    commands.extend(ASSETS.map(|(name, decimals)| Command::CreateAsset { symbol: symbol(name), decimals }));
    commands.extend(LISTINGS.map(|listing| Command::CreateInstrument(terms(&listing))));

    let users = USERS.map(|user| (account_name(user), USER_FUNDS));
    let roles = [("Maker", MAKERS), ("Taker", TAKERS), ("Investor", INVESTORS)];
    let crowd = roles.into_iter().flat_map(|(role, count)| (1..=count).map(move |n| crowd_name(role, n)));
    let accounts = users.into_iter().chain(crowd.map(|name| (name, CROWD_FUNDS)));
    // The venue's own account is number 0, so the first that is opened is number 1.
    for (number, (name, funds)) in (1..).zip(accounts) {
        commands.push(Command::OpenAccount { name });
        commands.extend((0..).zip(ASSETS).zip(funds).map(|((asset, (_, decimals)), units)| {
            Command::Deposit {
                account: AccountId::new(number),
                asset: AssetId::new(asset),
                amount: Amount::new(units * 10_i64.pow(u32::from(decimals)))
                    .expect("the funds above are in range"),
            }
        }));
    }
    commands
}

fn terms(listing: &Listing) -> NewInstrument {
    let asset = |index: usize| AssetId::new(u32::try_from(index).expect("there are five assets"));
    let fee = |ppm| FeeRate::from_ppm(ppm).expect("the fees above are in range");
    NewInstrument {
        symbol: symbol(listing.symbol),
        base: asset(listing.base),
        quote: asset(listing.quote),
        tick: Decimal::new(1, 2),
        lot: Decimal::new(listing.lot.0, listing.lot.1),
        maker_fee: fee(MAKER_FEE_PPM),
        taker_fee: fee(TAKER_FEE_PPM),
    }
}

fn symbol(text: &str) -> Symbol {
    Symbol::new(text).expect("the symbols above are valid")
}

fn crowd_name(role: impl Display, number: u32) -> AccountName {
    account_name(&format!("{role} {number}"))
}

fn account_name(text: &str) -> AccountName {
    AccountName::new(text).expect("the names above are valid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{BareMarket, Market};
    use outcry_engine::{Event, Timestamp};

    #[test]
    fn every_command_is_accepted_and_the_ids_are_as_written() {
        let mut market = BareMarket::new();
        for command in opening() {
            let events = market.submit(Timestamp::from_nanos(1), command.clone());
            assert!(!matches!(events[0], Event::CommandRejected(_)), "{command:?}: {events:?}");
        }
        let exchange = market.exchange();
        exchange.check();
        for (id, listing) in (0..).zip(LISTINGS) {
            assert_eq!(listing.find(exchange), Some(InstrumentId::new(id)));
        }
        let you = exchange.find_account(account_name("You")).unwrap();
        let shown: Vec<String> = (0..)
            .zip(exchange.assets())
            .map(|(id, asset)| {
                let amount = exchange.balance(you, AssetId::new(id)).available;
                format!("{} {}", asset.decimal(amount).normalize(), asset.symbol())
            })
            .collect();
        assert_eq!(shown.join(", "), "100000 USD, 100000 EUR, 100000 GBP, 2 BTC, 500 ACME");
        assert_eq!(exchange.accounts().len(), 11);
    }
}
