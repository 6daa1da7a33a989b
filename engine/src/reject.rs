//! Rejects: why a command was refused, with the numbers involved.
//!
//! Checks run in one order, the order of the variants below, and the first that fails answers: shape (what the
//! command says by itself), existence, permission, limits and risk, book. (Whether the command was sent before
//! is the journal's question and is asked before all of these.)

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_ACCOUNTS, MAX_AMOUNT, MAX_ASSETS, MAX_DECIMALS, MAX_INSTRUMENTS, MAX_OPEN_ORDERS};
use crate::{AccountId, AccountName, Amount, AssetId, InstrumentId, OrderId, Price, Qty, Symbol};

/// A business answer: the command was understood and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reject {
    // Shape
    /// An asset with more than [`MAX_DECIMALS`] digits behind the point.
    TooManyDecimals {
        /// Given.
        decimals: u8,
    },
    /// An instrument whose base is its quote.
    BaseIsQuote {
        /// The asset.
        asset: AssetId,
    },
    /// A deposit or withdrawal that is not above zero.
    AmountNotPositive {
        /// Given.
        amount: Amount,
    },
    /// A market order that would rest (GTC).
    MarketOrderCannotRest,
    /// A post-only order that may not rest (market, IOC or FOK).
    PostOnlyMustRest,

    // Existence
    /// No such asset.
    UnknownAsset {
        /// Given.
        asset: AssetId,
    },
    /// No such instrument.
    UnknownInstrument {
        /// Given.
        instrument: InstrumentId,
    },
    /// No such account.
    UnknownAccount {
        /// Given.
        account: AccountId,
    },
    /// No open order of this account with this id: never accepted, closed, or another's.
    UnknownOrder {
        /// Given.
        order: OrderId,
    },
    /// The symbol is in use among assets, or among instruments.
    SymbolTaken {
        /// Given.
        symbol: Symbol,
    },
    /// The account name is in use.
    NameTaken {
        /// Given.
        name: AccountName,
    },
    /// The lot is not above zero, or not a whole number of the base's minor units.
    LotNotRepresentable {
        /// Given.
        lot: Decimal,
        /// Digits of the base asset.
        decimals: u8,
    },
    /// The tick is not above zero, or `tick * lot` is not a whole number of the quote's minor units.
    TickNotRepresentable {
        /// Given.
        tick: Decimal,
        /// Given.
        lot: Decimal,
        /// Digits of the quote asset.
        decimals: u8,
    },

    // Permission
    /// The venue's account neither trades nor is paid into.
    VenueAccount,

    // Limits and risk
    /// [`MAX_ASSETS`] exist.
    TooManyAssets,
    /// [`MAX_INSTRUMENTS`] exist.
    TooManyInstruments,
    /// [`MAX_ACCOUNTS`] are open.
    TooManyAccounts,
    /// The account has [`MAX_OPEN_ORDERS`] open orders, and this one could rest too (GTC).
    TooManyOrders,
    /// All balances of the asset together would exceed [`MAX_AMOUNT`].
    SupplyTooLarge {
        /// Of what.
        asset: AssetId,
        /// In circulation now.
        supply: Amount,
        /// Given.
        amount: Amount,
    },
    /// Price times quantity, a buyer's worst fee included, exceeds [`MAX_AMOUNT`] of the quote asset, or the quantity
    /// that of the base asset.
    NotionalTooLarge {
        /// Of what.
        instrument: InstrumentId,
        /// Given; `None` for a market order.
        price: Option<Price>,
        /// Given.
        quantity: Qty,
    },
    /// Available is less than needed.
    InsufficientFunds {
        /// Of what.
        asset: AssetId,
        /// Needed, fee included.
        needed: Amount,
        /// Available.
        available: Amount,
    },

    // Book
    /// A replacement total that is not above what was filled already.
    BelowFilled {
        /// Of what.
        instrument: InstrumentId,
        /// Given.
        quantity: Qty,
        /// Filled so far.
        filled: Qty,
    },
    /// A post-only order that would trade at once.
    PostOnlyWouldTake {
        /// Of what.
        instrument: InstrumentId,
        /// Given.
        price: Price,
        /// The best opposite price.
        best: Price,
    },
}

impl Reject {
    /// The stable code of this reject, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyDecimals { .. } => "too-many-decimals",
            Self::BaseIsQuote { .. } => "base-is-quote",
            Self::AmountNotPositive { .. } => "amount-not-positive",
            Self::MarketOrderCannotRest => "market-order-cannot-rest",
            Self::PostOnlyMustRest => "post-only-must-rest",
            Self::UnknownAsset { .. } => "unknown-asset",
            Self::UnknownInstrument { .. } => "unknown-instrument",
            Self::UnknownAccount { .. } => "unknown-account",
            Self::UnknownOrder { .. } => "unknown-order",
            Self::SymbolTaken { .. } => "symbol-taken",
            Self::NameTaken { .. } => "name-taken",
            Self::TickNotRepresentable { .. } => "tick-not-representable",
            Self::LotNotRepresentable { .. } => "lot-not-representable",
            Self::VenueAccount => "venue-account",
            Self::TooManyAssets => "too-many-assets",
            Self::TooManyInstruments => "too-many-instruments",
            Self::TooManyAccounts => "too-many-accounts",
            Self::TooManyOrders => "too-many-orders",
            Self::SupplyTooLarge { .. } => "supply-too-large",
            Self::NotionalTooLarge { .. } => "notional-too-large",
            Self::InsufficientFunds { .. } => "insufficient-funds",
            Self::BelowFilled { .. } => "below-filled",
            Self::PostOnlyWouldTake { .. } => "post-only-would-take",
        }
    }
}

/// The reason in integer units; [`Exchange::explain`](crate::Exchange::explain) says it in decimals.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooManyDecimals { decimals } => {
                write!(f, "{decimals} decimals, at most {MAX_DECIMALS} are allowed")
            }
            Self::BaseIsQuote { asset } => write!(f, "base and quote are both asset {asset}"),
            Self::AmountNotPositive { amount } => write!(f, "the amount {} is not above zero", amount.get()),
            Self::MarketOrderCannotRest => {
                write!(f, "a market order cannot rest: its time in force is IOC or FOK")
            }
            Self::PostOnlyMustRest => {
                write!(f, "a post-only order must be able to rest: a limit order that is GTC")
            }
            Self::UnknownAsset { asset } => write!(f, "there is no asset {asset}"),
            Self::UnknownInstrument { instrument } => write!(f, "there is no instrument {instrument}"),
            Self::UnknownAccount { account } => write!(f, "there is no account {account}"),
            Self::UnknownOrder { order } => write!(f, "the account has no open order {order}"),
            Self::SymbolTaken { symbol } => write!(f, "the symbol {symbol} is taken"),
            Self::NameTaken { name } => write!(f, "the account name {name} is taken"),
            Self::TickNotRepresentable { tick, lot, decimals } => write!(
                f,
                "tick {tick} x lot {lot} is not a whole number of the quote's minor units ({decimals} decimals)"
            ),
            Self::LotNotRepresentable { lot, decimals } => {
                write!(f, "lot {lot} is not a whole number of the base's minor units ({decimals} decimals)")
            }
            Self::VenueAccount => write!(f, "account 0 is the venue's own and only receives fees"),
            Self::TooManyAssets => write!(f, "the exchange has its {MAX_ASSETS} assets"),
            Self::TooManyInstruments => write!(f, "the exchange has its {MAX_INSTRUMENTS} instruments"),
            Self::TooManyAccounts => write!(f, "the exchange has its {MAX_ACCOUNTS} accounts"),
            Self::TooManyOrders => write!(f, "the account has its {MAX_OPEN_ORDERS} open orders"),
            Self::SupplyTooLarge { asset, supply, amount } => write!(
                f,
                "{} more of asset {asset} beside {} would exceed {MAX_AMOUNT} minor units",
                amount.get(),
                supply.get()
            ),
            Self::NotionalTooLarge { price, quantity, .. } => {
                write!(f, "{} lots", quantity.get())?;
                if let Some(price) = price {
                    write!(f, " at {} ticks", price.get())?;
                }
                write!(f, " are worth more than {MAX_AMOUNT} minor units")
            }
            Self::InsufficientFunds { asset, needed, available } => {
                write!(f, "{} of asset {asset} needed, {} available", needed.get(), available.get())
            }
            Self::BelowFilled { quantity, filled, .. } => write!(
                f,
                "the total {} is not above the {} lots filled already",
                quantity.get(),
                filled.get()
            ),
            Self::PostOnlyWouldTake { price, best, .. } => {
                write!(f, "post-only at {} ticks would trade with the best price {}", price.get(), best.get())
            }
        }
    }
}
