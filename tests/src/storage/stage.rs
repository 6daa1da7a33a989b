//! The real server, the real page in a Chromium, and what was seen on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::journal::{Flaw, MONEY, StoredJournal};
use super::ledger::Ledger;
use crate::browser::{Page, Programs, Server, Status, try_wait, wait};

/// Watches what the page says, and keeps hold of its worker.
const WATCH: &str = include_str!("watch.js");
/// Fails single calls of the worker's database.
const FAULTS: &str = include_str!("faults.js");
/// The worker's start script, and what in it starts the worker.
const LOADER: (&str, &str) = ("worker_loader.js", "await init(");
/// The instrument in which own orders are placed, and the limit of the first, in ticks of a cent: far below its market.
const INSTRUMENT: &str = "ACME";
const FIRST_TICKS: i64 = 100;

/// A bug that is put between worker and database, or an engine without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Commands count as saved when the last request of their transaction succeeded, 1.5 s before it is complete.
    AckBeforeComplete,
    /// A transaction that was given up counts as complete.
    AbortIgnored,
    /// Nobody is told that his lock was stolen. No bug of ours: a frozen tab cannot be told.
    Deaf,
    /// An append does not look at the epoch.
    NoEpoch,
}

impl Planted {
    fn name(self) -> &'static str {
        match self {
            Self::AckBeforeComplete => "ack-before-complete",
            Self::AbortIgnored => "abort-ignored",
            Self::Deaf => "deaf",
            Self::NoEpoch => "no-epoch",
        }
    }
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The call throws.
    Throws,
    /// Its request fails, and with it the transaction.
    Fails,
    /// Every request succeeds, and then the transaction is given up for want of room.
    Aborts,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Throws, Self::Fails, Self::Aborts];

    fn name(self) -> &'static str {
        match self {
            Self::Throws => "throw",
            Self::Fails => "error",
            Self::Aborts => "abort",
        }
    }
}

/// The call that fails: the `call`-th from the moment of asking, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub call: u64,
    /// How.
    pub manner: Manner,
}

impl Fault {
    fn to_json(self) -> Value {
        json!({ "call": self.call, "manner": self.manner.name() })
    }
}

/// The page's folder with a script before its worker.
#[derive(Debug)]
struct Instrumented {
    folder: TempDir,
    /// The start script as it was built.
    loader: String,
    planted: Vec<Planted>,
}

impl Instrumented {
    fn make(planted: &[Planted]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the page can be made");
        let built = Programs::find().page;
        for file in fs::read_dir(&built).expect("the page is built").flatten() {
            let name = file.file_name();
            // Its compressed copies would be served in its place.
            if name.to_string_lossy().starts_with(LOADER.0) {
                continue;
            }
            fs::copy(file.path(), folder.path().join(name)).expect("the page can be copied");
        }
        let loader = fs::read_to_string(built.join(LOADER.0)).expect("the page has a worker");
        assert!(loader.contains(LOADER.1), "the worker is started otherwise now: {loader}");
        let made = Self { folder, loader, planted: planted.to_vec() };
        made.plan(None);
        made
    }

    /// Writes the start script; the page asks for it anew at each loading.
    fn plan(&self, fault: Option<Fault>) {
        let planted: Vec<&str> = self.planted.iter().map(|planted| planted.name()).collect();
        let plan = json!({ "fail": fault.map(Fault::to_json), "planted": planted });
        let script = FAULTS.replace("PLAN;", &format!("{plan};"));
        let text = self.loader.replace(LOADER.1, &format!("\n{script}\n{}", LOADER.1));
        fs::write(self.folder.path().join(LOADER.0), text).expect("the start script can be written");
    }
}

/// A server, a page, and the account of what the page showed.
#[derive(Debug)]
pub struct Stage {
    /// The page.
    pub page: Page,
    /// What it showed.
    pub ledger: Ledger,
    instrumented: Option<Instrumented>,
    _server: Server,
    /// The limit of the next own order.
    ticks: i64,
    /// How many faults were asked for.
    tickets: u64,
}

impl Stage {
    /// The page as it is delivered, on an empty profile; the market stands still.
    #[must_use]
    pub fn open(name: &'static str) -> Self {
        Self::opened(name, None)
    }

    /// The page with bugs between its worker and the database, or with none, so that single calls can fail.
    #[must_use]
    pub fn instrumented(name: &'static str, planted: &[Planted]) -> Self {
        Self::opened(name, Some(Instrumented::make(planted)))
    }

    fn opened(name: &'static str, instrumented: Option<Instrumented>) -> Self {
        let server = match &instrumented {
            Some(instrumented) => Server::start_with_page(instrumented.folder.path()),
            None => Server::start(),
        };
        let page = Page::blank(name, &server.address());
        let ledger = Ledger::default();
        let mut stage = Self { page, ledger, instrumented, _server: server, ticks: FIRST_TICKS, tickets: 0 };
        stage.load();
        stage.still();
        stage
    }

    /// Loads the page in the tab in front, watched.
    pub fn load(&mut self) {
        self.watch();
        self.page.load();
    }

    /// Watches what the tab in front loads from now on.
    pub fn watch(&self) {
        self.page.add_preamble(WATCH);
    }

    /// Pauses the market, waits until all is saved, and notes it.
    pub fn still(&mut self) -> Status {
        let status = self.page.stand_still();
        self.ledger.shown(&status);
        status
    }

    /// Lets the simulated traders trade, about a thousand commands a second: a write is nearly always under way.
    pub fn bustle(&self) {
        self.page.choose("crowd-speed", "20\u{d7}");
        self.page.set_crowd(true);
    }

    /// Notes the status line as it is, if there is one.
    pub fn look(&mut self) -> Option<Status> {
        let status = self.page.status();
        status.iter().for_each(|status| self.ledger.shown(status));
        status
    }

    /// Places an own order of one share, unlike every other, and waits until it is executed.
    pub fn place(&mut self) -> u64 {
        let ticks = self.ticks;
        self.ticks += 1;
        self.page.choose("instrument", INSTRUMENT);
        self.page.click("side-buy");
        self.page.click("kind-limit");
        let fill = "for (const [id, text] of [['price', arguments[0]], ['quantity', '1']]) {
            const field = document.querySelector(`[data-testid=${id}]`);
            field.value = text;
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        }";
        self.page.script(fill, &[json!(format!("{}.{:02}", ticks / 100, ticks % 100))]);
        self.page.click("tab-orders");
        let newest = self.newest_order();
        self.ledger.sends(ticks);
        let answer = self.page.send_ticket();
        assert_eq!(answer.code, "done", "{}", answer.words);
        // The answer comes before the picture that has the order, and that one has the status with it.
        wait("the order is shown", || (self.newest_order() > newest).then_some(()));
        let executed = wait("there is a status line", || self.look()).sequence;
        self.ledger.answered(executed);
        executed
    }

    /// The highest number among the working orders on the screen, 0 without any.
    fn newest_order(&self) -> u64 {
        let script =
            "return Math.max(0, ...[...document.querySelectorAll('[data-testid=orders] [data-order]')]
            .map(row => Number(row.dataset.order)))";
        self.page.script(script, &[]).as_u64().unwrap_or_default()
    }

    /// Waits until so many commands are shown as saved.
    pub fn wait_saved(&mut self, sequence: u64) {
        let status = self.page.wait_status(&format!("{sequence} saved"), |status| status.saved >= sequence);
        self.ledger.shown(&status);
    }

    /// The journal as it is in the store now. Any document of the page's origin must be in front.
    ///
    /// # Errors
    /// As [`StoredJournal::read`].
    pub fn stored(&self) -> Result<StoredJournal, Flaw> {
        StoredJournal::read(&self.page.stored_chunks(), self.ledger.exchange())
    }

    /// Reads what is stored and checks that it has all that the ledger has.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn check_stored(&self) -> Result<StoredJournal, Flaw> {
        let journal = self.stored()?;
        self.ledger.check(&journal)?;
        Ok(journal)
    }

    /// Waits until the page that was opened again stands still, and checks that it shows what is stored, which goes on from
    /// what was stored before.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn check_reopened(&mut self, before: &StoredJournal) -> Result<Status, Flaw> {
        let shown = self.page.wait_status("open", |_| true);
        if shown.exchange != self.ledger.exchange() {
            return Err(Flaw::Shown(format!(
                "the exchange {} instead of {}",
                shown.exchange,
                self.ledger.exchange()
            )));
        }
        let shown = self.still();
        let journal = self.check_stored()?;
        journal.continues(before)?;
        let digest = journal.digest().to_string();
        if (shown.sequence, &shown.digest) != (journal.len(), &digest) {
            return Err(Flaw::Shown(format!("{shown:?}, stored are {} commands, {digest}", journal.len())));
        }
        self.check_orders(&journal)?;
        Ok(shown)
    }

    /// The working orders on the screen are those of the journal, and what is held for them too.
    fn check_orders(&self, journal: &StoredJournal) -> Result<(), Flaw> {
        let working = journal.working();
        let (held, decimals) = journal.held();
        let mut last = None;
        // The tables follow the status line.
        let agrees = try_wait(|| {
            let rows = self.page.working_orders();
            let shown: BTreeSet<u64> = rows.iter().map(|row| row.order).collect();
            // The screen has the newest five hundred.
            let expected =
                working.iter().rev().take(shown.len().max(working.len().min(ROWS))).copied().collect();
            let money = units(&self.page.balance(MONEY).held, decimals);
            let agrees = shown == expected && money == Some(held);
            last = Some((shown.len(), money));
            agrees.then_some(())
        });
        agrees.ok_or_else(|| {
            Flaw::Shown(format!(
                "orders and money held {last:?}; stored are {} orders and {held}",
                working.len()
            ))
        })
    }

    /// Lets a call of the worker's database fail from the next loading on, or no more.
    pub fn plan(&self, fault: Option<Fault>) {
        self.instrumented.as_ref().expect("the page is instrumented").plan(fault);
    }

    /// Lets a call of the running worker's database fail.
    pub fn arm(&mut self, fault: Fault) {
        self.tickets += 1;
        let ticket = self.tickets;
        let ask = "window.struck.length = window.told.length = 0;
            window.faults.postMessage({ arm: { ticket: arguments[0], fail: arguments[1] } })";
        self.page.script(ask, &[json!(ticket), fault.to_json()]);
        wait("the fault is armed", || {
            let armed = self.page.script("return window.armed.includes(arguments[0])", &[json!(ticket)]);
            armed.as_bool().filter(|armed| *armed)
        });
    }

    /// The call that was failed since the last question, if it was: its name and the stores it was about.
    #[must_use]
    pub fn struck(&self) -> Option<(String, Vec<String>)> {
        let struck = self.page.script("return window.struck?.[0] ?? null", &[]);
        let stores = struck["stores"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        Some((struck["call"].as_str()?.to_owned(), stores.collect()))
    }

    /// What the page said was wrong since the last fault was armed, or since it was loaded.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let told = self.page.script("return window.told ?? []", &[]);
        told.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Ends the engine worker of the tab in front, in the middle of whatever it does.
    pub fn terminate_worker(&self) {
        self.page.script("window.engines.at(-1).terminate()", &[]);
    }

    /// The folder of the browser's profile.
    #[must_use]
    pub fn profile(&self) -> impl AsRef<Path> + use<> {
        self.page.profile()
    }
}

/// How many working orders the screen has at most.
const ROWS: usize = 500;

/// A plain decimal in units of so many decimals.
fn units(figure: &str, decimals: u8) -> Option<i128> {
    let (whole, part) = figure.split_once('.').unwrap_or((figure, ""));
    format!("{whole}{part:0<width$}", width = decimals.into()).parse().ok()
}
