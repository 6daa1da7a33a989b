//! What is asked of a cash desk, and what it keeps of it for ever.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::Rate;
use crate::{AccountId, Amount, AssetId, Timestamp};

/// A purchase at a desk. Numbered from 1 at each desk, without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CashOrderId(NonZeroU32);

impl CashOrderId {
    /// The id with this number, or `None` at 0.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Its place among the purchases of its desk.
    pub(super) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl fmt::Display for CashOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that a client makes up for each order it means, such as a UUID, so that it can send the order again
/// without buying twice.
// Bytes, because a u128 would align every command and event that holds one to 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotenceKey([u8; 16]);

impl IdempotenceKey {
    /// The key with this number.
    #[must_use]
    pub const fn new(number: u128) -> Self {
        Self(number.to_be_bytes())
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u128 {
        u128::from_be_bytes(self.0)
    }
}

/// A wish to spend money at a desk. The same four things are the same order, sent again; any other is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CashOrder {
    /// Who pays, and receives the coins.
    pub client: AccountId,
    /// The currency.
    pub money: AssetId,
    /// How much is spent, in minor units of the currency.
    pub amount: Amount,
    /// The client's own name for it.
    pub key: IdempotenceKey,
}

/// An order that was carried out. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CashPurchase {
    /// Its number at the desk.
    pub id: CashOrderId,
    /// When it was made.
    pub at: Timestamp,
    /// What was asked.
    pub order: CashOrder,
    /// The rate it was made at.
    pub rate: Rate,
    /// What was bought, in minor units of what the desk sells: `amount / rate`, rounded up.
    pub coins: Amount,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_number_and_sorts_like_it() {
        let numbers = [0, 1, 255, 256, u128::MAX >> 64, 1 << 64, u128::MAX];
        for pair in numbers.windows(2) {
            assert!(IdempotenceKey::new(pair[0]) < IdempotenceKey::new(pair[1]));
        }
        for number in numbers {
            assert_eq!(IdempotenceKey::new(number).get(), number);
        }
    }

    #[test]
    fn a_purchase_stays_small() {
        assert_eq!((size_of::<CashPurchase>(), align_of::<CashPurchase>()), (72, 8));
    }
}
