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

/// Factors of the words of an event: odd, so that each word changes its sum with every bit.
const FACTORS: [u64; 9] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
    0x1d8e_4e27_c47d_124f,
];

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

    /// The product stands beside the lanes and not in them, so that a word waits for the one before it no longer
    /// than a turn and a sum take.
    #[inline]
    pub(crate) const fn word(&mut self, word: u64) {
        let product = word.wrapping_mul(0x9fb2_1c65_1e98_df25);
        self.a = self.a.rotate_left(23).wrapping_add(product);
        self.b = self.b.rotate_left(41) ^ product.rotate_left(32);
    }

    /// Takes in the words of one event: as [`Hasher::word`] for each, but added up before they reach the lanes.
    /// Words at even places go into one lane, words at odd places into the other, and the first lane into the second.
    #[inline]
    pub(crate) fn words<const N: usize>(&mut self, words: [u64; N]) {
        const { assert!(N <= FACTORS.len()) };
        let mut sums = [0_u64; 2];
        for (at, word) in words.into_iter().enumerate() {
            sums[at % 2] = sums[at % 2].wrapping_add(word.wrapping_mul(FACTORS[at]));
        }
        self.a = self.a.rotate_left(23).wrapping_add(sums[0]);
        self.b = (self.b.rotate_left(41) ^ sums[1]).wrapping_add(self.a.rotate_left(32));
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

    /// The words twice, as two events have them, and once more alone.
    fn events(words: [u64; 4]) -> Digest {
        let mut hasher = Hasher::new();
        hasher.words(words);
        hasher.words([words[3], words[2]]);
        hasher.words(words);
        hasher.finish()
    }

    #[test]
    fn text_comes_back() {
        let digest = digest(&[1, 2, 3]);
        assert_eq!(String::from(digest).parse(), Ok(digest));
    }

    #[test]
    fn every_bit_of_every_word_counts() {
        let words = [3, 0, u64::MAX, 17];
        let (whole, told) = (digest(&words), events(words));
        for index in 0..words.len() {
            for bit in 0..64 {
                let mut other = words;
                other[index] ^= 1 << bit;
                assert_ne!(digest(&other), whole);
                assert_ne!(events(other), told);
            }
        }
        for (one, other) in [(0, 1), (0, 2), (1, 3), (2, 3)] {
            let mut swapped = words;
            swapped.swap(one, other);
            assert_ne!(digest(&swapped), whole);
            assert_ne!(events(swapped), told);
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
