//! Fuzzing of everything that reads bytes from outside.
//!
//! Good inputs are [changed](mutation) at random and read by a [`Decoder`]: it may take them or refuse them, but it must
//! not panic, and at no moment hold more memory than its [`Bound`] allows for an input of that length. Changes know
//! the shape of the format: lengths are set to their edges, checksums made right again, so that what lies behind the
//! first check is reached too. Every input has a seed of its own, so one number repeats it; a failing input is
//! shrunk before it is told.
//!
//! Memory is measured by whoever runs this ([`Meter`]): an allocator that counts is the business of a program.

mod corpus;
pub mod decoders;
mod mutation;
mod shrink;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use outcry_simulation::Random;

/// Most memory a decoder may hold at once while it reads an input, beside the input itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Bytes for each byte of the input.
    pub per_byte: u64,
    /// Bytes whatever the input.
    pub fixed: u64,
}

impl Bound {
    /// What an input of this length may take.
    #[must_use]
    pub const fn of(self, length: u64) -> u64 {
        self.fixed + self.per_byte * length
    }
}

/// Reads an input whole; whether it was accepted.
pub type Read = dyn Fn(&[u8]) -> bool;

/// Something that reads bytes from outside, and good inputs to begin with.
pub struct Decoder {
    /// What it is called in tests and in the folder of kept inputs.
    pub name: &'static str,
    /// Inputs that are accepted.
    pub good: Vec<Vec<u8>>,
    /// Makes lengths and checksums right again, so that a change is not found by them.
    pub seal: fn(&mut [u8]),
    /// Reads an input.
    pub read: Box<Read>,
    /// What it may hold at once.
    pub bound: Bound,
}

/// Runs something and gives the most bytes that it held at once.
pub type Meter = fn(&mut dyn FnMut()) -> u64;

/// What is wrong with a decoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It panicked, with this message.
    Panic(String),
    /// It held more than it may.
    Memory {
        /// Held at once.
        bytes: u64,
        /// Allowed.
        allowed: u64,
    },
}

/// What a number of inputs came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Inputs read.
    pub inputs: u64,
    /// Inputs accepted; the others were refused.
    pub accepted: u64,
    /// The most bytes held at once.
    pub most_bytes: u64,
}

/// An input that a decoder does not bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The decoder.
    pub decoder: &'static str,
    /// The seed of the input.
    pub seed: u64,
    /// What it did.
    pub fault: Fault,
    /// A short input that does the same.
    pub input: Vec<u8>,
}

impl Failure {
    /// The input as hexadecimal digits, 64 a line: how it is told and kept.
    #[must_use]
    pub fn hex(&self) -> String {
        let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
        self.input.chunks(32).map(line).collect()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { decoder, seed, fault, input } = self;
        match fault {
            Fault::Panic(message) => writeln!(f, "{decoder}: panic: {message}")?,
            Fault::Memory { bytes, allowed } => {
                writeln!(f, "{decoder}: {bytes} bytes held at once, {allowed} are allowed")?;
            }
        }
        writeln!(
            f,
            "repeat: OUTCRY_SEED={seed} OUTCRY_INPUTS=1 cargo test -p outcry-tests --test fuzz {decoder}"
        )?;
        write!(f, "{} bytes show it:\n{}", input.len(), self.hex())
    }
}

/// Reads that many changed inputs; the seed of the first is `seed`, of the next one more.
///
/// # Errors
/// The first input that the decoder does not bear, shrunk.
pub fn run(decoder: &Decoder, seed: u64, inputs: u64, meter: Meter) -> Result<Tally, Box<Failure>> {
    let mut tally = Tally::default();
    for seed in seed..seed.saturating_add(inputs) {
        let input = mutation::input(decoder, &mut Random::new(seed));
        let (verdict, bytes) = judge(decoder, &input, meter);
        match verdict {
            Ok(accepted) => tally.accepted += u64::from(accepted),
            Err(fault) => {
                let (fault, input) = shrink::shrink(decoder, fault, input, meter);
                return Err(Box::new(Failure { decoder: decoder.name, seed, fault, input }));
            }
        }
        tally.inputs += 1;
        tally.most_bytes = tally.most_bytes.max(bytes);
    }
    Ok(tally)
}

/// Reads one input: whether it was accepted, and the most bytes held meanwhile.
pub fn judge(decoder: &Decoder, input: &[u8], meter: Meter) -> (Result<bool, Fault>, u64) {
    let mut read = None;
    let bytes = meter(&mut || read = Some(catch_unwind(AssertUnwindSafe(|| (decoder.read)(input)))));
    let allowed = decoder.bound.of(input.len() as u64);
    let verdict = match read.expect("a meter runs what it measures") {
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            Err(Fault::Panic(text.unwrap_or_default()))
        }
        Ok(_) if bytes > allowed => Err(Fault::Memory { bytes, allowed }),
        Ok(accepted) => Ok(accepted),
    };
    (verdict, bytes)
}
