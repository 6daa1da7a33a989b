//! Allocation: how an aggressor is shared among the orders of a price level.
//!
//! [`Allocation`] is the rule, a setting of an instrument; [`sharing`] applies it to one level. Every venue's rule
//! is a subsequence of one list, *TOP, lead makers, FIFO part, pro-rata, leveling, FIFO*, as CME Globex lays out its
//! algorithms ("CME Globex Matching Algorithm Steps"), so [`Steps`] says which of them there are. Who is TOP and who
//! is a lead maker is known to the caller. In words for traders: `docs/rules/allocation.md`.

mod sharing;
#[cfg(test)]
mod tests;

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Qty;

pub use sharing::{Basis, Share, Step};
pub(crate) use sharing::{Claim, allocate};

/// The whole of something in parts per million.
pub(crate) const WHOLE_PPM: u32 = 1_000_000;

/// How an aggressor is shared among the orders of a price level: a setting of the instrument.
///
/// Whatever the rule, an aggressor that takes the whole level fills it in FIFO (CME's "FIFO exception"), for the
/// outcome is the same but for the order of the trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Allocation {
    /// First in, first out: price, then time.
    #[default]
    Fifo,
    /// Price, then size, then time: the order with most left is filled first, of equal ones the earliest.
    PriceSizeTime,
    /// Steps in CME's sequence, which always ends in FIFO.
    Steps(Steps),
}

/// The steps between arrival and the final FIFO, in the sequence of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Steps {
    /// The TOP order is filled first, within these bounds.
    pub top: Option<Top>,
    /// Each lead maker then gets its share of what is left.
    pub lead_makers: bool,
    /// Parts per million of what is then left that go FIFO before the pro-rata step, rounded up to the lot.
    pub fifo_ppm: u32,
    /// The rest is shared pro-rata, if at all. A share below this minimum is dropped.
    pub pro_rata: Option<Qty>,
    /// Orders that pro-rata left without a share then get one lot each, largest first, of equal ones the earliest.
    pub leveling: bool,
}

/// What an order needs to be filled as TOP, and how much it gets so. Both count for each aggressor anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Top {
    /// An order with less left than this is treated as if it were not TOP (CME's TOP MIN).
    pub minimum: Qty,
    /// The most it gets as TOP (CME's TOP MAX). What is left of it takes part in the steps that follow.
    pub maximum: Option<Qty>,
}

impl Top {
    /// The whole TOP order, whatever its size.
    pub const ANY: Self = Self { minimum: ONE, maximum: None };
}

/// The step lists of CME Globex, by the letter of FIX tag 1142 (MatchAlgorithm), with what each can be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CmeAlgorithm {
    /// Allocation: TOP, pro-rata from 2 lots, FIFO.
    A,
    /// Pro-rata: pro-rata, FIFO.
    C {
        /// Lowest pro-rata share.
        minimum: Qty,
    },
    /// FIFO.
    F,
    /// Configurable: TOP, lead makers, a part FIFO, the rest pro-rata, leveling where it is on, FIFO.
    K {
        /// Bounds of TOP, where there is one.
        top: Option<Top>,
        /// Part that goes FIFO, in parts per million.
        fifo_ppm: u32,
        /// Lowest pro-rata share.
        minimum: Qty,
        /// Whether leveling is on.
        leveling: bool,
    },
    /// Threshold pro-rata: TOP within bounds, pro-rata, FIFO.
    O {
        /// Bounds of TOP.
        top: Top,
        /// Lowest pro-rata share.
        minimum: Qty,
    },
    /// Threshold pro-rata with lead makers: TOP within bounds, lead makers, pro-rata, FIFO.
    Q {
        /// Bounds of TOP.
        top: Top,
        /// Lowest pro-rata share.
        minimum: Qty,
    },
    /// FIFO with TOP and lead makers: TOP within bounds, lead makers, FIFO.
    S {
        /// Bounds of TOP.
        top: Top,
    },
    /// FIFO with lead makers: lead makers, FIFO.
    T,
}

/// Why an [`Allocation`] cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllocationError {
    /// Steps without TOP, lead makers or pro-rata.
    NoStep,
    /// The minimum of TOP is above its maximum.
    TopMinimumAboveMaximum {
        /// The minimum.
        minimum: Qty,
        /// The maximum.
        maximum: Qty,
    },
    /// The FIFO part is more than the whole.
    FifoPartTooLarge {
        /// Given, in parts per million.
        ppm: u32,
    },
    /// A FIFO part with nothing after it but FIFO.
    FifoPartWithoutProRata {
        /// Given, in parts per million.
        ppm: u32,
    },
    /// Leveling with no pro-rata step to level.
    LevelingWithoutProRata,
}

const ONE: Qty = lots(1);
const TWO: Qty = lots(2);
const NO_STEPS: Steps = Steps { top: None, lead_makers: false, fifo_ppm: 0, pro_rata: None, leveling: false };

impl Allocation {
    /// Pro-rata, the rest FIFO: `floor(resting / total * aggressing)`, kept from `minimum` on. CME's C.
    #[must_use]
    pub const fn pro_rata(minimum: Qty) -> Self {
        Self::cme(CmeAlgorithm::C { minimum })
    }

    /// A part of the aggressor FIFO, the rest pro-rata, what that leaves FIFO. CME's K without TOP and lead makers.
    #[must_use]
    pub const fn split(fifo_ppm: u32, minimum: Qty) -> Self {
        Self::Steps(Steps { fifo_ppm, pro_rata: Some(minimum), ..NO_STEPS })
    }

    /// TOP within bounds, then pro-rata, then FIFO. CME's O.
    #[must_use]
    pub const fn threshold(top: Top, minimum: Qty) -> Self {
        Self::cme(CmeAlgorithm::O { top, minimum })
    }

    /// The step list of a CME algorithm.
    #[must_use]
    pub const fn cme(algorithm: CmeAlgorithm) -> Self {
        let steps = match algorithm {
            CmeAlgorithm::F => return Self::Fifo,
            CmeAlgorithm::A => Steps { top: Some(Top::ANY), pro_rata: Some(TWO), ..NO_STEPS },
            CmeAlgorithm::C { minimum } => Steps { pro_rata: Some(minimum), ..NO_STEPS },
            CmeAlgorithm::K { top, fifo_ppm, minimum, leveling } => {
                Steps { top, lead_makers: true, fifo_ppm, pro_rata: Some(minimum), leveling }
            }
            CmeAlgorithm::O { top, minimum } => Steps { top: Some(top), pro_rata: Some(minimum), ..NO_STEPS },
            CmeAlgorithm::Q { top, minimum } => {
                Steps { top: Some(top), lead_makers: true, pro_rata: Some(minimum), ..NO_STEPS }
            }
            CmeAlgorithm::S { top } => Steps { top: Some(top), lead_makers: true, ..NO_STEPS },
            CmeAlgorithm::T => Steps { lead_makers: true, ..NO_STEPS },
        };
        Self::Steps(steps)
    }

    /// Whether the rule can be used.
    ///
    /// # Errors
    /// [`AllocationError`], which says what is allowed: a combination that has no effect is refused, so that equal
    /// rules are equal values.
    pub const fn check(&self) -> Result<(), AllocationError> {
        let Self::Steps(steps) = self else { return Ok(()) };
        if let Some(Top { minimum, maximum: Some(maximum) }) = steps.top
            && minimum.get() > maximum.get()
        {
            return Err(AllocationError::TopMinimumAboveMaximum { minimum, maximum });
        }
        if steps.fifo_ppm > WHOLE_PPM {
            return Err(AllocationError::FifoPartTooLarge { ppm: steps.fifo_ppm });
        }
        if steps.pro_rata.is_none() {
            if steps.fifo_ppm > 0 {
                return Err(AllocationError::FifoPartWithoutProRata { ppm: steps.fifo_ppm });
            }
            if steps.leveling {
                return Err(AllocationError::LevelingWithoutProRata);
            }
            if steps.top.is_none() && !steps.lead_makers {
                return Err(AllocationError::NoStep);
            }
        }
        Ok(())
    }

    /// Whether the rule asks which order of a side is TOP.
    #[must_use]
    pub const fn uses_top(&self) -> bool {
        matches!(self, Self::Steps(Steps { top: Some(_), .. }))
    }

    /// Whether the rule asks which accounts are lead makers.
    #[must_use]
    pub const fn uses_lead_makers(&self) -> bool {
        matches!(self, Self::Steps(Steps { lead_makers: true, .. }))
    }
}

/// A constant quantity; a wrong one does not compile.
const fn lots(lots: u64) -> Qty {
    match Qty::new(lots) {
        Ok(qty) => qty,
        Err(_) => panic!("a quantity in range"),
    }
}

/// Parts per million as a percentage: `40 %`, `33.3333 %`.
fn percent(ppm: u32) -> String {
    format!("{} %", Decimal::new(i64::from(ppm), 4).normalize())
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fifo => f.write_str("FIFO"),
            Self::PriceSizeTime => f.write_str("largest first"),
            Self::Steps(steps) => steps.fmt(f),
        }
    }
}

impl fmt::Display for Steps {
    /// The steps with their parameters in lots, as `TOP 10 to 100, lead makers, pro-rata from 2, FIFO`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Top { minimum, maximum }) = self.top {
            match maximum {
                Some(maximum) => write!(f, "TOP {} to {}, ", minimum.get(), maximum.get())?,
                None if minimum == ONE => f.write_str("TOP, ")?,
                None => write!(f, "TOP from {}, ", minimum.get())?,
            }
        }
        if self.lead_makers {
            f.write_str("lead makers, ")?;
        }
        if self.fifo_ppm > 0 {
            write!(f, "{} FIFO, ", percent(self.fifo_ppm))?;
        }
        match self.pro_rata {
            Some(minimum) if minimum > ONE => write!(f, "pro-rata from {}, ", minimum.get())?,
            Some(_) => f.write_str("pro-rata, ")?,
            None => {}
        }
        if self.leveling {
            f.write_str("leveling, ")?;
        }
        f.write_str("FIFO")
    }
}

impl fmt::Display for AllocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStep => f.write_str(
                "steps need at least one of TOP, lead makers and pro-rata; without any it is FIFO",
            ),
            Self::TopMinimumAboveMaximum { minimum, maximum } => write!(
                f,
                "the TOP minimum of {} lots is above the TOP maximum of {} lots",
                minimum.get(),
                maximum.get()
            ),
            Self::FifoPartTooLarge { ppm } => {
                write!(f, "a FIFO part of {} is outside 0 to {}", percent(*ppm), percent(WHOLE_PPM))
            }
            Self::FifoPartWithoutProRata { ppm } => {
                write!(
                    f,
                    "a FIFO part of {} needs a pro-rata step after it; without one it must be 0 %",
                    percent(*ppm)
                )
            }
            Self::LevelingWithoutProRata => f.write_str("leveling needs a pro-rata step before it"),
        }
    }
}

impl std::error::Error for AllocationError {}
