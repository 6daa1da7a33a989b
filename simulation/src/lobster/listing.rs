//! What a recording needs on the exchange: the stock, the dollar, and two accounts to own all orders.
//!
//! All buy orders belong to one account and all sell orders to the other, so no account trades with itself.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, FeeRate, InstrumentId, NewInstrument, Side,
    Symbol, Timestamp,
};
use rust_decimal::Decimal;

use crate::market::Market;

/// Digits of LOBSTER prices.
const DECIMALS: u8 = 4;
/// What each of the two accounts begins with, in minor units: far more than any recorded day needs, and a tenth
/// of what an asset can hold.
const FUNDS: i64 = 100_000_000_000_000_000;

/// An exchange that a recording cannot be played on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The exchange already has this stock.
    #[error("the exchange already has {symbol}: play the recording on an exchange without it")]
    Taken {
        /// The stock.
        symbol: Symbol,
    },
    /// The exchange refused what the recording needs.
    #[error("the exchange cannot open {symbol} for the recording: {reason}")]
    Refused {
        /// The stock.
        symbol: Symbol,
        /// The exchange's reason.
        reason: String,
    },
}

/// The stock of a recording, and who trades it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    pub(super) instrument: InstrumentId,
    buyers: AccountId,
    sellers: AccountId,
}

impl Listing {
    /// Opens the stock and the accounts. The dollar may exist already.
    pub(super) fn open(market: &mut impl Market, at: Timestamp, symbol: Symbol) -> Result<Self, OpenError> {
        let exchange = market.exchange();
        if exchange.find_asset(symbol).is_some() || exchange.find_instrument(symbol).is_some() {
            return Err(OpenError::Taken { symbol });
        }
        let mut opening = Opening { market, at, symbol };
        let dollar = Symbol::new("USD").expect("three letters");
        let base = opening.asset(symbol, 0)?;
        let quote = match opening.market.exchange().find_asset(dollar) {
            Some(dollar) => dollar,
            None => opening.asset(dollar, DECIMALS)?,
        };
        let terms = NewInstrument {
            symbol,
            base,
            quote,
            tick: Decimal::new(1, u32::from(DECIMALS)),
            lot: Decimal::ONE,
            maker_fee: FeeRate::ZERO,
            taker_fee: FeeRate::ZERO,
        };
        let Event::InstrumentCreated { instrument, .. } = opening.accept(Command::CreateInstrument(terms))?
        else {
            unreachable!("an instrument that was not refused was created");
        };
        let buyers = opening.account("buyers", quote)?;
        let sellers = opening.account("sellers", base)?;
        Ok(Self { instrument, buyers, sellers })
    }

    /// Who owns the orders of a side.
    pub(super) const fn account(&self, side: Side) -> AccountId {
        match side {
            Side::Buy => self.buyers,
            Side::Sell => self.sellers,
        }
    }
}

/// The commands of an opening, each of which must be accepted.
struct Opening<'a, M> {
    market: &'a mut M,
    at: Timestamp,
    symbol: Symbol,
}

impl<M: Market> Opening<'_, M> {
    /// Submits a command and answers its own event: what was due by the clock came before it.
    fn accept(&mut self, command: Command) -> Result<Event, OpenError> {
        let answer = self.market.submit(self.at, command).last().copied();
        match answer.expect("every command has an event") {
            Event::CommandRejected(reject) => {
                let reason = self.market.exchange().explain(&reject);
                Err(OpenError::Refused { symbol: self.symbol, reason })
            }
            event => Ok(event),
        }
    }

    fn asset(&mut self, symbol: Symbol, decimals: u8) -> Result<AssetId, OpenError> {
        let Event::AssetCreated { asset, .. } = self.accept(Command::CreateAsset { symbol, decimals })?
        else {
            unreachable!("an asset that was not refused was created");
        };
        Ok(asset)
    }

    /// Opens an account with plenty of one asset.
    fn account(&mut self, side: &str, asset: AssetId) -> Result<AccountId, OpenError> {
        let name =
            AccountName::new(&format!("{} {side}", self.symbol)).expect("a symbol and eight bytes fit");
        let Event::AccountOpened { account, .. } = self.accept(Command::OpenAccount { name })? else {
            unreachable!("an account that was not refused was opened");
        };
        let amount = Amount::new(FUNDS).expect("a tenth of the most");
        self.accept(Command::Deposit { account, asset, amount })?;
        Ok(account)
    }
}
