//! Sudden ends: a tab, a renderer, a worker, the browser, in the middle of writing or importing.

use std::fmt::Write as _;

use outcry_simulation::Random;

use super::journal::{Flaw, StoredJournal};
use super::ledger::row_ticks;
use super::score::{Extent, Score};
use super::stage::Stage;

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// The tab is closed.
    TabClosed,
    /// The process of the page gets SIGKILL.
    RendererKilled,
    /// The engine worker is terminated.
    WorkerTerminated,
    /// The browser gets SIGKILL.
    BrowserKilled,
}

/// What is going on at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The simulated traders trade fast, and the user with them.
    Trading,
    /// A large file of orders is being placed.
    Importing,
}

impl Work {
    /// Deaths on one profile before a new one is taken: a journal that grows long only takes time.
    const fn lives(self) -> u64 {
        match self {
            Self::Trading => 15,
            Self::Importing => 2,
        }
    }
}

impl Death {
    /// All of them, from the smallest to the largest.
    pub const ALL: [Self; 4] =
        [Self::TabClosed, Self::WorkerTerminated, Self::RendererKilled, Self::BrowserKilled];

    const fn words(self, work: Work) -> &'static str {
        match (self, work) {
            (Self::TabClosed, Work::Trading) => "tab closed while trading",
            (Self::TabClosed, Work::Importing) => "tab closed while importing",
            (Self::RendererKilled, Work::Trading) => "renderer killed while trading",
            (Self::RendererKilled, Work::Importing) => "renderer killed while importing",
            (Self::WorkerTerminated, Work::Trading) => "worker terminated while trading",
            (Self::WorkerTerminated, Work::Importing) => "worker terminated while importing",
            (Self::BrowserKilled, Work::Trading) => "browser killed while trading",
            (Self::BrowserKilled, Work::Importing) => "browser killed while importing",
        }
    }

    const fn bar(self) -> u32 {
        if matches!(self, Self::BrowserKilled) { 8 } else { 7 }
    }

    /// Carries it out; afterwards an empty tab, or the dead worker's page, is in front.
    pub fn befall(self, stage: &mut Stage) {
        match self {
            Self::TabClosed => {
                let tab = stage.page.tab();
                let other = stage.page.open_empty_tab();
                stage.page.show_tab(&tab);
                stage.look();
                stage.page.close_tab(&other);
            }
            Self::RendererKilled => {
                let tab = stage.page.tab();
                let renderers = stage.page.renderers();
                let [renderer] = renderers[..] else { panic!("one tab has the page, not {renderers:?}") };
                // The driver would end its session with the tab that it looks at.
                stage.page.open_empty_tab();
                renderer.kill();
                stage.page.discard_tab(&tab);
            }
            Self::WorkerTerminated => {
                stage.look();
                stage.terminate_worker();
            }
            Self::BrowserKilled => {
                stage.look();
                stage.page.kill_browser();
                stage.page.start_browser();
            }
        }
    }
}

/// Rows of a file: more than any import can place before it is cut off.
const ROWS: u64 = 250_000;
/// Most commands that pass between an order and the end.
const SPREAD: u64 = 300;

/// Lets it befall a page that is at work, again and again, and checks each time what is stored and what is shown after.
#[must_use]
pub fn deaths(death: Death, work: Work, extent: Extent) -> Score {
    let mut score = Score::new(death.bar(), death.words(work));
    let mut stage = None;
    for (run, (seed, mut random)) in (0..).zip(extent.runs()) {
        if run % work.lives() == 0 {
            stage = None;
        }
        let at_work = stage.get_or_insert_with(|| Stage::open("death"));
        let before = (at_work.ledger.orders().1, at_work.ledger.saved());
        let done = score.attempt(seed, || round(at_work, &mut random, death, work));
        let after = (at_work.ledger.orders().1, at_work.ledger.saved());
        score.acknowledged(after.0 - before.0, after.1 - before.1);
        if done.is_none() {
            stage = None;
        }
    }
    score
}

fn round(stage: &mut Stage, random: &mut Random, death: Death, work: Work) -> Result<(), Flaw> {
    match work {
        Work::Trading => trade(stage, random),
        Work::Importing => import(stage, random),
    }
    death.befall(stage);
    stage.ledger.interrupted();
    stage.page.leave();
    let stored = stage.check_stored()?;
    stage.load();
    stage.check_reopened(&stored).map(|_| ())
}

fn trade(stage: &mut Stage, random: &mut Random) {
    stage.bustle();
    let mut executed = 0;
    for _ in 0..=random.below(3) {
        executed = stage.place();
    }
    // Not always waited for: an order that is not saved yet may be lost, but not torn or doubled.
    if random.below(4) > 0 {
        stage.wait_saved(executed + random.below(SPREAD));
    }
}

fn import(stage: &mut Stage, random: &mut Random) {
    let before = stage.still().sequence;
    stage.ledger.imports(before);
    let mut text = "orderId,symbol,side,amount,price\n".to_owned();
    for row in 0..ROWS {
        let ticks = row_ticks(row);
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{},ACME,Buy,1,{}.{:02}", row + 1, ticks / 100, ticks % 100);
    }
    stage.page.import_text("orders.csv", &text);
    stage.wait_saved(before + 1 + random.below(ROWS / 2));
}

/// What is stored after a worker with a bug was terminated right after it had shown an order as saved.
///
/// # Errors
/// The [`Flaw`] that the bug made, which the check has to find.
pub fn after_early_acknowledgement(stage: &mut Stage) -> Result<StoredJournal, Flaw> {
    stage.bustle();
    let executed = stage.place();
    stage.wait_saved(executed);
    Death::WorkerTerminated.befall(stage);
    stage.page.leave();
    stage.check_stored()
}
