//! Why a cash desk refuses, with the numbers involved.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::CashOrderId;
use crate::{AccountId, Amount, AssetId};

/// A refusal of a desk. The first that applies answers, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    // Shape
    /// A cap that is not above zero.
    CapNotPositive {
        /// Given.
        cap: Amount,
    },
    /// A rate that is not above zero.
    RateNotPositive {
        /// Given.
        rate: Decimal,
    },
    /// An amount to spend that is not above zero.
    AmountNotPositive {
        /// Given.
        amount: Amount,
    },
    /// An amount to spend of [`CASH_UNITS_LIMIT`](super::CASH_UNITS_LIMIT) whole units or more.
    AmountTooLarge {
        /// Of what.
        money: AssetId,
        /// Given.
        amount: Amount,
        /// It must be below this.
        limit: Amount,
    },

    // Existence
    /// The desk has no rate for this currency.
    CurrencyNotTaken {
        /// Given.
        money: AssetId,
    },

    // Permission
    /// A rate for the very asset that the desk sells.
    OwnAsset {
        /// The asset.
        asset: AssetId,
    },
    /// The account that the desk sells for cannot be its client.
    OwnDesk {
        /// The account.
        account: AccountId,
    },

    // Limits and risk
    /// The desk has made [`MAX_CASH_ORDERS`](super::MAX_CASH_ORDERS) purchases.
    TooManyCashOrders,
    /// The desk would have sold more than it may in total.
    AboveCap {
        /// Of what.
        asset: AssetId,
        /// The most it may sell.
        cap: Amount,
        /// Sold so far.
        sold: Amount,
        /// What the order comes to; `None` is more than [`MAX_AMOUNT`].
        coins: Option<Amount>,
    },
    /// The client has less money available than the order spends.
    ClientShort {
        /// Of what.
        asset: AssetId,
        /// Needed.
        needed: Amount,
        /// Available.
        available: Amount,
    },
    /// The desk's account has fewer coins available than the order buys.
    DeskShort {
        /// Of what.
        asset: AssetId,
        /// Needed.
        needed: Amount,
        /// Available.
        available: Amount,
    },
}

impl Refusal {
    /// The stable code of this refusal, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CapNotPositive { .. } => "cap-not-positive",
            Self::RateNotPositive { .. } => "rate-not-positive",
            Self::AmountNotPositive { .. } => "amount-not-positive",
            Self::AmountTooLarge { .. } => "amount-too-large",
            Self::CurrencyNotTaken { .. } => "currency-not-taken",
            Self::OwnAsset { .. } => "own-asset",
            Self::OwnDesk { .. } => "own-desk",
            Self::TooManyCashOrders => "too-many-cash-orders",
            Self::AboveCap { .. } => "above-cap",
            Self::ClientShort { .. } => "insufficient-funds",
            Self::DeskShort { .. } => "desk-short",
        }
    }
}

/// A page was asked for that begins at a purchase the desk never made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPurchase {
    /// Given.
    pub given: CashOrderId,
}

impl fmt::Display for UnknownPurchase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the desk has no purchase {}", self.given)
    }
}

impl std::error::Error for UnknownPurchase {}
