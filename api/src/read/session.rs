//! Phases and their ends.

use outcry_engine::{Call, Command, Phase, PhaseEnd};

use super::Reader;
use crate::fields::Fields;
use crate::time::TimeText;
use crate::word::not_one_of;

/// What a phase may be. `batch` has an interval beside it.
pub(crate) const PHASES: [(&str, Phase); 10] = [
    ("continuous", Phase::Continuous),
    ("pre_open", Phase::PreOpen),
    ("opening_call", Phase::Call(Call::Opening)),
    ("intraday_call", Phase::Call(Call::Intraday)),
    ("volatility_call", Phase::Call(Call::Volatility)),
    ("closing_call", Phase::Call(Call::Closing)),
    ("batch", Phase::Batch { interval: 0 }),
    ("halted", Phase::Halted),
    ("post_close", Phase::PostClose),
    ("closed", Phase::Closed),
];

impl Reader<'_> {
    pub(crate) fn set_phase(&mut self) -> Option<Command> {
        let instrument = self.instrument("instrument");
        let phase = self.phase("phase");
        let end = self.object("end", |inside| {
            let at = inside.fields.required("at", TimeText::parse);
            let within = inside.fields.integer("within_nanos", 0..=u64::MAX);
            let then = inside.phase("then");
            Some(PhaseEnd { at: at?.0, within: within.unwrap_or_default(), then: then? })
        });
        Some(Command::SetPhase { instrument: instrument?, phase: phase?, end })
    }

    fn phase(&mut self, field: &'static str) -> Option<Phase> {
        phase(&mut self.fields, field)
    }
}

/// A phase, with the interval of batch auctions beside it.
pub(crate) fn phase(fields: &mut Fields, field: &'static str) -> Option<Phase> {
    let phase = fields.required(field, |text| {
        let known = PHASES.iter().find(|(word, _)| *word == text);
        known.map(|&(_, phase)| phase).ok_or_else(|| not_one_of(text, PHASES.map(|(word, _)| word)))
    });
    match phase? {
        Phase::Batch { .. } => {
            let interval = fields.required_integer("interval_nanos", 0..=u64::MAX)?;
            Some(Phase::Batch { interval })
        }
        phase => {
            fields.refuse("interval_nanos", "belongs to the phase batch only");
            Some(phase)
        }
    }
}
