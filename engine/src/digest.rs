//! The digest that two runs of the same journal must share.
//!
//! Two 64-bit lanes, each a bijection of its state for a given word, so that no single difference is ever lost.
//! It detects divergence; it is not cryptographic (the journal's hash chain is).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A 128-bit digest of a market, printed and serialised as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text was not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADigest;

impl fmt::Display for NotADigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a digest has 32 hexadecimal digits")
    }
}

impl std::error::Error for NotADigest {}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotADigest);
        }
        u128::from_str_radix(text, 16).map(|bits| Self(bits.to_be_bytes())).map_err(|_| NotADigest)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        text.parse()
    }
}

/// Takes words in, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hasher {
    a: u64,
    b: u64,
}

impl Hasher {
    pub(crate) const fn new() -> Self {
        Self { a: 0x9e37_79b9_7f4a_7c15, b: 0xc2b2_ae3d_27d4_eb4f }
    }

    #[inline]
    pub(crate) const fn word(&mut self, word: u64) {
        self.a = (self.a ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(32);
        self.b = (self.b ^ word.rotate_left(23)).wrapping_mul(0xc4ce_b9fe_1a85_ec53).rotate_left(29);
    }

    #[inline]
    pub(crate) const fn signed(&mut self, value: i64) {
        self.word(value.cast_unsigned());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.word(u64::from_le_bytes(word));
        }
    }

    pub(crate) fn finish(mut self) -> Digest {
        // Mixes the lanes, so that each byte depends on all words.
        for _ in 0..3 {
            let (a, b) = (self.a, self.b);
            self.word(a >> 29 ^ b);
            self.word(b >> 31 ^ a);
        }
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.a.to_be_bytes());
        bytes[8..].copy_from_slice(&self.b.to_be_bytes());
        Digest(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(words: &[u64]) -> Digest {
        let mut hasher = Hasher::new();
        words.iter().for_each(|&word| hasher.word(word));
        hasher.finish()
    }

    #[test]
    fn every_bit_of_every_word_counts() {
        let words = [3, 0, u64::MAX, 17];
        let whole = digest(&words);
        for index in 0..words.len() {
            for bit in 0..64 {
                let mut other = words;
                other[index] ^= 1 << bit;
                assert_ne!(digest(&other), whole);
            }
        }
        assert_ne!(digest(&[1, 2]), digest(&[2, 1]));
        assert_ne!(digest(&[0]), digest(&[0, 0]));
    }

    #[test]
    fn text_form_round_trips() {
        let digest = digest(&[1, 2, 3]);
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!("xyz".parse::<Digest>(), Err(NotADigest));
        assert!("+0000000000000000000000000000000".parse::<Digest>().is_err());
    }
}
