//! The statuses of an order, and the one table by which they change.

use serde::{Deserialize, Serialize};

/// The status of an order: `OrdStatus`, FIX tag 39.
///
/// The pending statuses of FIX do not occur: a command is answered whole before the next is read. *Done for day* does not
/// either: an order that does not live on has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrdStatus {
    /// Open, nothing filled.
    New,
    /// Open, something filled.
    PartiallyFilled,
    /// All filled.
    Filled,
    /// Canceled with or without fills, or reduced to nothing.
    Canceled,
    /// Its time came.
    Expired,
    /// Never accepted.
    Rejected,
}

/// What an event means for the status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Happening {
    /// It was accepted.
    Accepted,
    /// It was refused.
    Refused,
    /// It went somewhere: into the book, out of it, to wait, behind another peak.
    Moved,
    /// Its trigger fired.
    Triggered,
    /// A rule changed its limit, or made it smaller.
    Restated,
    /// Its owner changed it.
    Replaced,
    /// A part of what was left was filled.
    PartlyFilled,
    /// All that was left was filled.
    FilledWhole,
    /// A rule made it smaller by all that was left.
    ReducedToNothing,
    /// What was left was canceled.
    Canceled,
    /// What was left expired.
    Expired,
}

impl OrdStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::New, Self::PartiallyFilled, Self::Filled, Self::Canceled, Self::Expired, Self::Rejected];

    /// The table: the status after something happened to an order of this status, `None` if that cannot happen. An order
    /// that is not known has no status.
    #[must_use]
    pub const fn after(status: Option<Self>, happening: Happening) -> Option<Self> {
        use Happening as H;
        use OrdStatus as S;
        let after = match (status, happening) {
            (None, H::Accepted) => S::New,
            (None, H::Refused) => S::Rejected,
            (Some(S::New), H::Moved | H::Triggered | H::Restated | H::Replaced) => S::New,
            (Some(S::New), H::PartlyFilled) => S::PartiallyFilled,
            (Some(S::PartiallyFilled), H::Moved | H::Restated | H::Replaced | H::PartlyFilled) => {
                S::PartiallyFilled
            }
            (Some(S::New | S::PartiallyFilled), H::FilledWhole) => S::Filled,
            (Some(S::New | S::PartiallyFilled), H::ReducedToNothing | H::Canceled) => S::Canceled,
            (Some(S::New | S::PartiallyFilled), H::Expired) => S::Expired,
            _ => return None,
        };
        Some(after)
    }

    /// Whether the order is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::PartiallyFilled)
    }

    /// Its place in the precedence of FIX ("Precedence of Order Status values"): where several statuses are true of an order,
    /// the highest is told.
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Filled => 7,
            Self::Canceled | Self::Expired => 4,
            Self::PartiallyFilled => 3,
            Self::New | Self::Rejected => 2,
        }
    }

    /// The value of tag 39.
    #[must_use]
    pub const fn fix(self) -> char {
        match self {
            Self::New => '0',
            Self::PartiallyFilled => '1',
            Self::Filled => '2',
            Self::Canceled => '4',
            Self::Rejected => '8',
            Self::Expired => 'C',
        }
    }
}

impl Happening {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Refused,
        Self::Moved,
        Self::Triggered,
        Self::Restated,
        Self::Replaced,
        Self::PartlyFilled,
        Self::FilledWhole,
        Self::ReducedToNothing,
        Self::Canceled,
        Self::Expired,
    ];
}
