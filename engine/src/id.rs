//! Identifiers. The engine gives them out in order, so the same journal always names the same things.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The id with this number.
            #[must_use]
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// Its number, from 0.
            #[must_use]
            pub const fn get(self) -> u32 {
                self.0
            }

            /// Its place in a dense table.
            pub(crate) const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

dense_id!(
    /// An asset: a currency, a coin or a stock. Numbered from 0 in order of creation.
    AssetId
);
dense_id!(
    /// An instrument that can be traded. Numbered from 0 in order of creation.
    InstrumentId
);
dense_id!(
    /// An account. Number 0 is the venue's own, where fees go; others count from 1 in order of opening.
    AccountId
);

dense_id!(
    /// A cash desk. Numbered from 0 in order of opening.
    DeskId
);

impl AccountId {
    /// The venue's own account, which exists from the start and receives the fees.
    pub const VENUE: Self = Self(0);
}

macro_rules! running_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(NonZeroU64);

        impl $name {
            /// The id with this number, or `None` at 0.
            #[must_use]
            pub const fn new(number: u64) -> Option<Self> {
                match NonZeroU64::new(number) {
                    Some(number) => Some(Self(number)),
                    None => None,
                }
            }

            /// Its number, from 1.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0.get()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

running_id!(
    /// An accepted order. Numbered from 1 over all instruments; a number is never used twice.
    OrderId
);
running_id!(
    /// A trade. Numbered from 1 over all instruments.
    TradeId
);
