//! The two layers of a book.

use serde::{Deserialize, Serialize};

/// Whether others see what rests. At a price, all of the lit layer has priority over the dark one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Layer {
    /// Displayed orders.
    #[default]
    Lit,
    /// Hidden orders and pegs.
    Dark,
}

impl Layer {
    /// Both layers, lit first.
    pub const BOTH: [Self; 2] = [Self::Lit, Self::Dark];
}
