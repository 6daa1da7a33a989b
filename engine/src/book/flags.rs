//! What a resting order carries beside its numbers, in one byte.

use serde::{Deserialize, Serialize};

use crate::Posting;

/// A set of marks. Where [`OrderFlags::TICKET`] stands, the order's ticket says more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderFlags(u8);

impl OrderFlags {
    /// No mark: a plain order.
    pub const NONE: Self = Self(0);
    /// May not take when it is replaced ([`Posting::PostOnly`]).
    pub const POST_ONLY: Self = Self(1);
    /// May not take when it is replaced, and is repriced instead ([`Posting::PostOnlyReprice`]).
    pub const REPRICE: Self = Self(1 << 1);
    /// Has a ticket: conditions, an expiry, a link to another order.
    pub const TICKET: Self = Self(1 << 2);
    /// Shows a part of itself and has a reserve behind it.
    pub const RESERVE: Self = Self(1 << 3);
    /// Its price follows the book.
    pub const PEGGED: Self = Self(1 << 4);
    /// Stands for the next uncross only.
    pub const UNCROSS: Self = Self(1 << 5);

    /// Whether every mark of `marks` stands.
    #[must_use]
    pub const fn has(self, marks: Self) -> bool {
        self.0 & marks.0 == marks.0
    }

    /// These marks and those of `marks`.
    #[must_use]
    pub const fn with(self, marks: Self) -> Self {
        Self(self.0 | marks.0)
    }

    /// These marks but for those of `marks`.
    #[must_use]
    pub const fn without(self, marks: Self) -> Self {
        Self(self.0 & !marks.0)
    }

    /// The marks of a byte.
    #[must_use]
    pub(super) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the order may take when it is replaced.
    #[must_use]
    pub const fn posting(self) -> Posting {
        if self.has(Self::POST_ONLY) {
            Posting::PostOnly
        } else if self.has(Self::REPRICE) {
            Posting::PostOnlyReprice
        } else {
            Posting::Any
        }
    }
}

impl From<Posting> for OrderFlags {
    fn from(posting: Posting) -> Self {
        match posting {
            Posting::Any => Self::NONE,
            Posting::PostOnly => Self::POST_ONLY,
            Posting::PostOnlyReprice => Self::REPRICE,
        }
    }
}
