//! Commands: everything that can be asked of an exchange.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{AccountId, AccountName, Amount, AssetId, FeeRate, NewOrder, OrderId, Price, Qty, Symbol};

/// One request to the exchange. Its answer is a run of [`Event`](crate::Event)s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Makes an asset known.
    CreateAsset {
        /// Its symbol, unique among assets.
        symbol: Symbol,
        /// Digits behind the decimal point of its minor unit, 0 to [`MAX_DECIMALS`](crate::limits::MAX_DECIMALS).
        decimals: u8,
    },
    /// Opens an instrument for trading.
    CreateInstrument(NewInstrument),
    /// Opens an account.
    OpenAccount {
        /// Its name, unique among accounts.
        name: AccountName,
    },
    /// Brings an amount into the exchange.
    Deposit {
        /// Who receives it.
        account: AccountId,
        /// Of what.
        asset: AssetId,
        /// How much; above zero.
        amount: Amount,
    },
    /// Takes an available amount out of the exchange.
    Withdraw {
        /// Who gives it.
        account: AccountId,
        /// Of what.
        asset: AssetId,
        /// How much; above zero.
        amount: Amount,
    },
    /// Enters an order.
    PlaceOrder(NewOrder),
    /// Cancels what is left of an order.
    CancelOrder {
        /// Whose order it is.
        account: AccountId,
        /// Which.
        order: OrderId,
    },
    /// Changes price and total quantity of an order.
    ///
    /// A quantity that is not larger, at the same price, keeps the order's place in the queue; any other change loses
    /// it. An order that now crosses trades at once. The quantity is the total: what was filled counts (FIX
    /// OrderCancelReplaceRequest). A total not above the filled quantity is refused.
    ReplaceOrder {
        /// Whose order it is.
        account: AccountId,
        /// Which.
        order: OrderId,
        /// The new limit.
        price: Price,
        /// The new total quantity.
        quantity: Qty,
    },
}

/// The terms of a new instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewInstrument {
    /// Its symbol, unique among instruments.
    pub symbol: Symbol,
    /// What is traded.
    pub base: AssetId,
    /// What is paid with.
    pub quote: AssetId,
    /// Smallest price step, in the quote asset per one whole unit of the base.
    pub tick: Decimal,
    /// Smallest quantity step, in whole units of the base. `tick * lot` must be a whole number of minor units of
    /// the quote asset, and `lot` one of the base: then every trade is worth an exact amount.
    pub lot: Decimal,
    /// What a resting order pays of the traded value.
    pub maker_fee: FeeRate,
    /// What an aggressor pays of the traded value.
    pub taker_fee: FeeRate,
}
