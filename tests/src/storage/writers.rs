//! Three tabs on one exchange: the one that writes is closed, killed, frozen or just overruled, and the next takes over.
//!
//! There is never a second writer: whatever was stored at a place stays there, and a tab that was overruled stops and says
//! so. What a tab had executed and not shown as saved may be lost with it; nothing else may.

use std::time::{Duration, Instant};

use outcry_simulation::Random;
use serde_json::json;
use thirtyfour::WindowHandle;

use super::journal::Flaw;
use super::score::{Extent, Score};
use super::stage::{Planted, Stage};
use crate::browser::{Renderer, wait, wait_at_most};

/// How long a take-over may take before it counts as broken; far above what the bar allows, so that it is measured.
const PATIENCE: Duration = Duration::from_secs(120);
/// What the bar allows.
const BAR: Duration = Duration::from_secs(2);
/// Take-overs on one profile before a new one is taken.
const LIVES: u64 = 12;
/// Most commands that pass between an order and the end.
const SPREAD: u64 = 200;

/// What becomes of the tab that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its tab is closed.
    Closed,
    /// Its process gets SIGKILL.
    Killed,
    /// Its process gets SIGSTOP while it writes nothing, and goes on after the take-over.
    Stopped,
    /// As [`Fate::Stopped`], in the middle of writing: it may hold the store until the browser gives its transaction up.
    StoppedWriting,
    /// The browser freezes it, as it does with tabs in the background, and lets it go on after the take-over.
    Frozen,
    /// Nothing: it is overruled while it writes.
    Overruled,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Closed, Self::Killed, Self::Stopped, Self::StoppedWriting, Self::Frozen, Self::Overruled];

    const fn words(self) -> &'static str {
        match self {
            Self::Closed => "three tabs, the writer closed",
            Self::Killed => "three tabs, the writer killed",
            Self::Stopped => "three tabs, the writer stopped (SIGSTOP) at rest",
            Self::StoppedWriting => "three tabs, the writer stopped (SIGSTOP) while it writes",
            Self::Frozen => "three tabs, the writer frozen by the browser",
            Self::Overruled => "three tabs, the writer overruled while it writes",
        }
    }

    /// Whether its tab lives on.
    const fn lives(self) -> bool {
        !matches!(self, Self::Closed | Self::Killed)
    }
}

/// A tab and the process in which it runs.
#[derive(Clone, Debug)]
struct Seat {
    tab: WindowHandle,
    renderer: Renderer,
}

/// Three tabs; the first writes.
#[derive(Debug)]
pub struct Tabs {
    stage: Stage,
    seats: Vec<Seat>,
}

/// Lets this become of one writer after the other.
#[must_use]
pub fn writers(fate: Fate, extent: Extent) -> Score {
    let mut score = Score::new(13, fate.words());
    let mut tabs = None;
    let mut times = Vec::new();
    for (run, (seed, mut random)) in (0..).zip(extent.runs()) {
        if run % LIVES == 0 {
            tabs = None;
        }
        let at_work = tabs.get_or_insert_with(|| Tabs::open(&[]));
        let ledger = &at_work.stage.ledger;
        let before = (ledger.orders().1, ledger.saved());
        let done = score.attempt(seed, || at_work.change_writer(fate, &mut random));
        let ledger = &at_work.stage.ledger;
        score.acknowledged(ledger.orders().1 - before.0, ledger.saved() - before.1);
        match done {
            Some(time) => times.push(time),
            None => tabs = None,
        }
    }
    times.sort_unstable();
    if let (Some(median), Some(longest)) = (times.get(times.len() / 2), times.last()) {
        let late = times.iter().filter(|time| **time > BAR).count();
        score.remark(format!(
            "taken over within {} ms in half of the runs, {} ms at most, {late} above {} s",
            median.as_millis(),
            longest.as_millis(),
            BAR.as_secs()
        ));
    }
    score
}

impl Tabs {
    /// Three tabs of one browser: one writes, two wait.
    ///
    /// # Panics
    /// If the browser puts two of them into one process, where one cannot die without the other.
    #[must_use]
    pub fn open(planted: &[Planted]) -> Self {
        let stage =
            if planted.is_empty() { Stage::open("writers") } else { Stage::instrumented("writers", planted) };
        let (tab, renderers) = (stage.page.tab(), stage.page.renderers());
        let [renderer] = renderers[..] else { panic!("one tab has the page, not {renderers:?}") };
        let mut tabs = Self { stage, seats: vec![Seat { tab, renderer }] };
        for _ in 0..2 {
            let seat = tabs.sit_down();
            tabs.seats.push(seat);
        }
        tabs
    }

    /// Opens the page in one more tab, where it waits.
    fn sit_down(&mut self) -> Seat {
        let before = self.stage.page.renderers();
        let tab = self.stage.page.open_empty_tab();
        self.stage.load();
        self.stage.page.wait_session("locked");
        let mut new = self.stage.page.renderers();
        new.retain(|renderer| !before.contains(renderer));
        let [renderer] = new[..] else { panic!("each tab has a process of its own, not {new:?}") };
        Seat { tab, renderer }
    }

    /// Lets this become of the writer while it writes; the next tab takes over. Returns how long that took.
    ///
    /// # Errors
    /// The first [`Flaw`].
    fn change_writer(&mut self, fate: Fate, random: &mut Random) -> Result<Duration, Flaw> {
        let (writer, next) = (self.seats[0].clone(), self.seats[1].clone());
        let stage = &mut self.stage;
        stage.page.show_tab(&writer.tab);
        stage.bustle();
        let executed = stage.place();
        if random.below(3) > 0 {
            stage.wait_saved(executed + random.below(SPREAD));
        }
        if fate == Fate::Stopped {
            stage.still();
        }
        stage.look();
        let before = stage.check_stored()?;
        match fate {
            Fate::Closed => stage.page.close_tab(&next.tab),
            Fate::Killed => {
                stage.page.show_tab(&next.tab);
                writer.renderer.kill();
                stage.page.discard_tab(&writer.tab);
            }
            Fate::Stopped | Fate::StoppedWriting => {
                stage.page.show_tab(&next.tab);
                writer.renderer.freeze();
            }
            Fate::Frozen => {
                lifecycle(stage, "frozen");
                stage.page.show_tab(&next.tab);
            }
            Fate::Overruled => stage.page.show_tab(&next.tab),
        }
        let time = take_over(stage, fate);
        stage.ledger.interrupted();
        let executed = stage.place();
        stage.wait_saved(executed);
        let taken = stage.check_stored()?;
        taken.continues(&before)?;

        match fate {
            Fate::Stopped | Fate::StoppedWriting => writer.renderer.thaw(),
            Fate::Frozen => {
                stage.page.show_tab(&writer.tab);
                lifecycle(stage, "active");
            }
            Fate::Closed | Fate::Killed | Fate::Overruled => {}
        }
        if fate.lives() {
            stage.page.show_tab(&writer.tab);
            stage.page.wait_session("lost");
        }
        stage.page.show_tab(&next.tab);
        let executed = stage.place();
        stage.wait_saved(executed);
        let journal = stage.check_stored()?;
        journal.continues(&taken)?;

        self.seats.remove(0);
        let seat = if fate.lives() {
            self.stage.page.show_tab(&writer.tab);
            self.stage.page.load();
            self.stage.page.wait_session("locked");
            writer
        } else {
            self.sit_down()
        };
        self.seats.push(seat);
        Ok(time)
    }

    /// Another tab takes over and trades, and the first, which was not told, places an order too. Returns once it has stopped,
    /// or the store shows what it did.
    ///
    /// # Errors
    /// The [`Flaw`] that was found.
    pub fn overrule_the_deaf(&mut self) -> Result<(), Flaw> {
        let (writer, next) = (self.seats[0].clone(), self.seats[1].clone());
        let stage = &mut self.stage;
        stage.page.show_tab(&writer.tab);
        stage.place();
        stage.still();
        stage.page.show_tab(&next.tab);
        take_over(stage, Fate::Overruled);
        for _ in 0..3 {
            let executed = stage.place();
            stage.wait_saved(executed);
        }
        let taken = stage.check_stored()?;
        stage.page.show_tab(&writer.tab);
        // No order of the ledger has this limit.
        stage.page.write_limit("buy", "0.50", "1");
        stage.page.click("submit");
        wait("the overruled tab stops, or it is seen to write", || {
            let found = stage.check_stored().and_then(|journal| journal.continues(&taken));
            let stopped = stage.page.session_state().as_deref() == Some("lost");
            (stopped || found.is_err()).then_some(found)
        })
    }
}

/// The tab in front becomes the writer, by hand.
fn take_over(stage: &mut Stage, fate: Fate) -> Duration {
    let button = if fate.lives() { "take-over" } else { "retry" };
    let started = Instant::now();
    let status = wait_at_most(PATIENCE, "the exchange opens in the next tab", || {
        // A lock that its owner's death frees passes on within moments, and with it the button goes.
        stage.page.click_if_there(button);
        stage.page.status()
    });
    stage.ledger.shown(&status);
    started.elapsed()
}

fn lifecycle(stage: &Stage, state: &str) {
    stage.page.devtools("Page.setWebLifecycleState", json!({ "state": state }));
}
