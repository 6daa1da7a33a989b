//! The mark *on disk*, and when a barrier is due that moves it.
//!
//! A barrier is a strict transaction: when it is complete, all that was saved before it was begun is on disk. One is
//! due when something has been saved for [`PATIENCE`], and at once where that is wanted (the page hides, the exchange
//! is left). Pure: the [saver](super::saver) begins it and says how it went.

use super::saver::Trouble;
use super::store::StoreError;

/// Milliseconds that something saved waits for its barrier: with the time that the disk takes, it is there 200 ms
/// after it was saved.
pub const PATIENCE: f64 = 150.0;

/// The mark and what it waits for.
#[derive(Debug, Default)]
pub(super) struct Barrier {
    on_disk: u64,
    /// Real time at which the oldest command was saved that is not on disk.
    saved_since: Option<f64>,
    /// Wanted on disk at once, up to this sequence.
    wanted: u64,
    trouble: Option<Trouble>,
}

impl Barrier {
    /// Sequence of the last command that is on disk.
    pub(super) fn on_disk(&self) -> u64 {
        self.on_disk
    }

    /// Why the last barrier failed, if it did.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Tries again at once instead of waiting.
    pub(super) fn retry(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.next = 0.0;
        }
    }

    /// Notes that commands were saved.
    pub(super) fn saved(&mut self, real: f64) {
        self.saved_since = Some(self.saved_since.map_or(real, |earlier| earlier.min(real)));
    }

    /// Wants everything up to a sequence on disk without waiting.
    pub(super) fn want(&mut self, sequence: u64) {
        self.wanted = self.wanted.max(sequence);
    }

    /// Real time at which one is due for what is saved, or `None` if all of that is on disk.
    pub(super) fn due(&self) -> Option<f64> {
        let since = self.saved_since?;
        let due = if self.wanted > self.on_disk { f64::NEG_INFINITY } else { since + PATIENCE };
        Some(self.trouble.as_ref().map_or(due, |trouble| due.max(trouble.next)))
    }

    /// Whether a chunk that goes now, up to the sequence `last`, is to be the barrier.
    pub(super) fn is_due(&self, real: f64, last: u64) -> bool {
        let wanted = self.wanted > self.on_disk && last >= self.wanted;
        wanted || self.due().is_some_and(|due| due <= real)
    }

    /// One is complete for everything up to a sequence.
    pub(super) fn passed(&mut self, covered: u64) {
        self.on_disk = covered;
        self.saved_since = None;
        self.trouble = None;
    }

    /// One has failed; it will be due again, later each time.
    pub(super) fn failed(&mut self, real: f64, error: &StoreError) {
        self.trouble = Some(Trouble::after(self.trouble.as_ref(), real, error));
    }
}
