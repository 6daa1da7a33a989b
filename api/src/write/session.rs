//! Phases as text.

use outcry_engine::{Call, Phase, PhaseEnd};
use serde::Serialize;

use crate::time::TimeText;

/// When a phase ends by itself, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct PhaseEndText {
    pub at: TimeText,
    pub within_nanos: u64,
    pub then: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_nanos: Option<u64>,
}

impl PhaseEndText {
    pub(crate) fn new(end: PhaseEnd) -> Self {
        let (then, interval_nanos) = phase(end.then);
        Self { at: TimeText(end.at), within_nanos: end.within, then, interval_nanos }
    }
}

/// The word of a phase, and the interval of batch auctions.
pub(crate) const fn phase(phase: Phase) -> (&'static str, Option<u64>) {
    match phase {
        Phase::Continuous => ("continuous", None),
        Phase::PreOpen => ("pre_open", None),
        Phase::Call(Call::Opening) => ("opening_call", None),
        Phase::Call(Call::Intraday) => ("intraday_call", None),
        Phase::Call(Call::Volatility) => ("volatility_call", None),
        Phase::Call(Call::Closing) => ("closing_call", None),
        Phase::Batch { interval } => ("batch", Some(interval)),
        Phase::Halted => ("halted", None),
        Phase::PostClose => ("post_close", None),
        Phase::Closed => ("closed", None),
    }
}
