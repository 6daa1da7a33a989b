//! Short names that fit into a command: symbols and account names.
//!
//! Stored inline, so that commands and events stay `Copy` and never allocate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits::{MAX_ACCOUNT_NAME, MAX_SYMBOL};

/// Why a text is not a [`Symbol`] or an [`AccountName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelError {
    /// Nothing was given.
    Empty,
    /// Longer than `max` bytes.
    TooLong {
        /// Bytes given.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A character that is not allowed, and where it stands, counted in characters from 1.
    Character {
        /// The character.
        found: char,
        /// Its position, from 1.
        position: usize,
    },
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "is empty"),
            Self::TooLong { len, max } => write!(f, "is {len} bytes long, at most {max} are allowed"),
            Self::Character { found, position } => {
                write!(f, "has the character {found:?} at position {position}, which is not allowed")
            }
        }
    }
}

impl std::error::Error for LabelError {}

macro_rules! label {
    ($(#[$doc:meta])* $name:ident, $len:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Checks and keeps `text`.
            ///
            /// # Errors
            /// [`LabelError`] if it is empty, too long or has a character that is not allowed.
            pub fn new(text: &str) -> Result<Self, LabelError> {
                if text.is_empty() {
                    return Err(LabelError::Empty);
                }
                if text.len() > $len {
                    return Err(LabelError::TooLong { len: text.len(), max: $len });
                }
                let allowed: fn(usize, char) -> bool = $allowed;
                if let Some((index, found)) = text.chars().enumerate().find(|&(i, c)| !allowed(i, c)) {
                    return Err(LabelError::Character { found, position: index + 1 });
                }
                let mut bytes = [0; $len];
                bytes[..text.len()].copy_from_slice(text.as_bytes());
                Ok(Self(bytes))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                let len = self.0.iter().position(|&b| b == 0).unwrap_or($len);
                std::str::from_utf8(&self.0[..len]).expect("a label is made from a str only")
            }

            /// The text as its fixed-size, zero-padded bytes.
            pub(crate) const fn bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = LabelError;
            fn from_str(text: &str) -> Result<Self, LabelError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "a text of 1 to {} bytes", $len)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

label!(
    /// The symbol of an asset or instrument: 1 to 16 of `A-Z 0-9 . - / _`, the first a letter or digit.
    Symbol,
    MAX_SYMBOL,
    |index, c| c.is_ascii_uppercase() || c.is_ascii_digit() || (index > 0 && matches!(c, '.' | '-' | '/' | '_'))
);

label!(
    /// The name of an account: 1 to 24 bytes of UTF-8 without control characters, no space at its start.
    AccountName,
    MAX_ACCOUNT_NAME,
    |index, c| !c.is_control() && (index > 0 || !c.is_whitespace())
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_checked() {
        assert_eq!(Symbol::new("BTC-USD").unwrap().as_str(), "BTC-USD");
        assert_eq!(Symbol::new(""), Err(LabelError::Empty));
        assert_eq!(
            Symbol::new("btc").unwrap_err().to_string(),
            "has the character 'b' at position 1, which is not allowed"
        );
        assert!(Symbol::new("-A").is_err());
        assert!(Symbol::new("ABCDEFGHIJKLMNOP").is_ok());
        assert_eq!(Symbol::new("ABCDEFGHIJKLMNOPQ"), Err(LabelError::TooLong { len: 17, max: 16 }));
    }

    #[test]
    fn names_take_any_script_but_no_control_characters() {
        assert_eq!(AccountName::new("Zoë Müller").unwrap().as_str(), "Zoë Müller");
        assert!(AccountName::new("a\nb").is_err());
        assert!(AccountName::new("a\0b").is_err());
        assert!(AccountName::new(" a").is_err());
    }
}
