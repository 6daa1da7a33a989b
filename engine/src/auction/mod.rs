//! Call auctions: one price for all orders that wait.
use serde::{Deserialize, Serialize};
use crate::{Lots, Price, Side};
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rulebook { #[default] Xetra, Euronext }
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indication { pub price: Option<Price>, pub paired: Lots, pub surplus: Lots, pub surplus_side: Option<Side> }
