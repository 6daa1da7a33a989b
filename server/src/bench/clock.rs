//! Time: what a clock on the wall says, and what the processor spent on this thread.

use std::time::{Duration, Instant};

/// Started once, read once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch {
    wall: Instant,
    processor: Option<Duration>,
}

/// What a [`Stopwatch`] read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Elapsed {
    /// Processor time where the platform tells it, else the time on the wall. What a busy machine does not disturb.
    pub(super) processor: Duration,
    /// Time on the wall.
    pub(super) wall: Duration,
}

impl Stopwatch {
    /// Starts it.
    #[must_use]
    pub(super) fn start() -> Self {
        Self { wall: Instant::now(), processor: processor_time() }
    }

    /// Both times since the start.
    #[must_use]
    pub(super) fn read(&self) -> Elapsed {
        let wall = self.wall.elapsed();
        let spent = processor_time().zip(self.processor).map(|(now, then)| now.saturating_sub(then));
        Elapsed { processor: spent.unwrap_or(wall), wall }
    }
}

/// Processor time of this thread since it began; `None` on platforms that do not tell.
#[cfg(unix)]
fn processor_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
    Some(Duration::new(seconds, nanos))
}

#[cfg(not(unix))]
fn processor_time() -> Option<Duration> {
    None
}
