//! What a resting order carries beside its numbers, in one byte.

use serde::{Deserialize, Serialize};

use crate::Posting;

/// A set of marks. Where a mark stands, the rule behind it has more about the order elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderFlags(u8);

impl OrderFlags {
    /// No mark: a plain order.
    pub const NONE: Self = Self(0);
    /// May not take when it is replaced ([`Posting::PostOnly`]).
    pub const POST_ONLY: Self = Self(1);
    /// Shows a part of itself and has a reserve behind it.
    pub const RESERVE: Self = Self(1 << 1);
    /// Linked to other orders (OCO, bracket).
    pub const LINKED: Self = Self(1 << 2);
    /// A side of a quote.
    pub const QUOTE: Self = Self(1 << 3);
    /// Its price follows a reference.
    pub const PEGGED: Self = Self(1 << 4);
    /// Ends at a stated time.
    pub const EXPIRES: Self = Self(1 << 5);
    /// Has a setting for self-trade prevention.
    pub const SELF_TRADE: Self = Self(1 << 6);

    /// Whether every mark of `marks` stands.
    #[must_use]
    pub const fn has(self, marks: Self) -> bool {
        self.0 & marks.0 == marks.0
    }

    /// Whether a mark of `marks` stands.
    #[must_use]
    pub const fn has_any(self, marks: Self) -> bool {
        self.0 & marks.0 != 0
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
}

impl From<Posting> for OrderFlags {
    fn from(posting: Posting) -> Self {
        match posting {
            Posting::Any => Self::NONE,
            Posting::PostOnly | Posting::PostOnlyReprice => Self::POST_ONLY,
        }
    }
}
