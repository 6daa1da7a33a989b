//! Decimals as JSON strings: a JSON number goes through a 64-bit float in most readers and loses digits there.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// A decimal that prints and serialises as a string such as `"100.25"`, with all digits of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalText(pub Decimal);

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for DecimalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
