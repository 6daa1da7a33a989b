//! The page as a user has it: a browser with a profile, and the page in its tabs.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Key, WindowHandle};

use super::chromium::Chromium;
use super::driver::Driver;
use super::firefox::Firefox;
use super::programs::{Programs, workspace};
use super::session::{Session, keep};
use super::wait::{DEADLINE, ask_until, wait};

/// Which browser a page is opened in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chromium: what most tests use.
    Chromium,
    /// Firefox. It has no commands of its own protocol here ([`Page::devtools`]).
    Firefox,
}

/// A browser that runs.
#[derive(Debug)]
enum Browser {
    Chromium(Chromium),
    Firefox(Firefox),
}

/// The page in a browser of its own. What it does for itself (reload, tabs, death of the browser) is here; what a
/// user does on it is in the files beside this one.
///
/// When it is dropped everything is killed and the profile removed; if the test is failing at that moment, a picture
/// and the log are kept.
#[derive(Debug)]
pub struct Page {
    name: &'static str,
    address: String,
    programs: Programs,
    folder: TempDir,
    kind: Kind,
    session: Option<Session>,
    driver: Option<Driver>,
    browser: Option<Browser>,
    /// Levels and messages of the browser's log so far: the driver tells each of them once.
    log: RefCell<Vec<(String, String)>>,
}

impl Page {
    /// Starts Chromium with an empty profile and opens the page that a server has at `address`. `name` names its pictures.
    ///
    /// # Panics
    /// If browser or driver do not start.
    #[must_use]
    pub fn open(name: &'static str, address: &str) -> Self {
        Self::open_in(Kind::Chromium, name, address)
    }

    /// As [`Page::open`], in a browser of this kind.
    ///
    /// # Panics
    /// If browser or driver do not start.
    #[must_use]
    pub fn open_in(kind: Kind, name: &'static str, address: &str) -> Self {
        let mut page = Self::started(kind, name, address);
        page.load();
        page
    }

    /// As [`Page::open`], but nothing is loaded yet.
    ///
    /// # Panics
    /// If browser or driver do not start.
    #[must_use]
    pub fn blank(name: &'static str, address: &str) -> Self {
        Self::started(Kind::Chromium, name, address)
    }

    fn started(kind: Kind, name: &'static str, address: &str) -> Self {
        let programs = Programs::find();
        let folder = tempfile::tempdir().expect("a folder for the profile can be made");
        let address = address.to_owned();
        let log = RefCell::default();
        let (session, driver, browser) = (None, None, None);
        let mut page = Self { name, address, programs, folder, kind, session, driver, browser, log };
        page.start_browser();
        page
    }

    /// Kills the browser as the system would when it is out of memory: SIGKILL, nothing is said to the page.
    pub fn kill_browser(&mut self) {
        let told = self.errors_told();
        self.log.borrow_mut().extend(told);
        match self.browser.take() {
            Some(Browser::Chromium(mut chromium)) => chromium.kill(),
            Some(Browser::Firefox(mut firefox)) => firefox.kill(),
            None => {}
        }
        if let Some(session) = self.session.take() {
            session.forget();
        }
    }

    /// Starts a browser on the profile as it is now. Nothing is loaded yet.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_browser(&mut self) {
        let folder = self.folder.path();
        let (profile, log) = (self.profile(), folder.join("browser.log"));
        let driver_log = folder.join("driver.log");
        let (session, driver, browser) = match self.kind {
            Kind::Chromium => {
                let chromium = Chromium::start(&self.programs, &profile, &log);
                let driver =
                    self.driver.take().unwrap_or_else(|| Driver::of_chromium(&self.programs, &driver_log));
                let session = Session::of_chromium(&driver.address, &chromium.address, &self.downloads());
                (session, driver, Browser::Chromium(chromium))
            }
            Kind::Firefox => {
                let firefox = Firefox::start(&self.programs, &profile, &log);
                // A geckodriver knows one browser only.
                let driver = Driver::of_firefox(&self.programs, firefox.port, &driver_log);
                (Session::of_firefox(&driver.address), driver, Browser::Firefox(firefox))
            }
        };
        (self.session, self.driver, self.browser) = (Some(session), Some(driver), Some(browser));
    }

    /// Loads the page in the current tab.
    pub fn load(&mut self) {
        self.session().go(&format!("{}/", self.address));
    }

    /// Loads the page again, as F5 does.
    pub fn reload(&self) {
        self.session().reload();
    }

    /// Leaves the page for a plain document of the same origin: its scripts end, its store can be looked at.
    pub fn leave(&self) {
        self.session().go(&format!("{}/health", self.address));
    }

    /// Opens an empty tab, which is in front from now on.
    pub fn open_empty_tab(&mut self) -> WindowHandle {
        self.session_mut().open_tab()
    }

    /// Opens the page in a second tab, which is in front from now on.
    pub fn open_second_tab(&mut self) -> WindowHandle {
        let address = format!("{}/", self.address);
        let session = self.session_mut();
        let tab = session.open_tab();
        session.go(&address);
        tab
    }

    /// The tab in front.
    #[must_use]
    pub fn tab(&self) -> WindowHandle {
        self.session().tab()
    }

    /// Puts a tab in front.
    pub fn show_tab(&mut self, tab: &WindowHandle) {
        self.session_mut().show_tab(tab);
    }

    /// Closes the tab in front and puts another there.
    pub fn close_tab(&mut self, next: &WindowHandle) {
        self.session_mut().close_tab(next);
    }

    /// Where the browser puts what the page offers for download.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// A folder for files that the test gives to the page.
    #[must_use]
    pub fn drawer(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The folder of the browser's profile.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// Puts a script into every document that the tab in front loads from now on, before its own scripts. Chromium only.
    pub fn add_preamble(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    /// The Chromium that runs.
    ///
    /// # Panics
    /// If it was killed, or another browser was asked for.
    pub(super) fn chromium(&self) -> &Chromium {
        match &self.browser {
            Some(Browser::Chromium(chromium)) => chromium,
            other => panic!("a Chromium should run, not {other:?}"),
        }
    }

    /// The address that the page was loaded from.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Clicks the element with this test id.
    pub fn click(&self, id: &str) {
        self.session().click(&selector(id));
    }

    /// Clicks what may be gone by now, if it is there. Found and clicked in one moment of the page.
    pub fn click_if_there(&self, id: &str) {
        self.script("document.querySelector(arguments[0])?.click()", &[selector(id).into()]);
    }

    /// Clicks the first element that matches a CSS selector.
    pub fn click_css(&self, css: &str) {
        self.session().click(css);
    }

    /// Replaces the text in the field with this test id, key by key as a user does.
    pub fn fill(&self, id: &str, text: &str) {
        self.fill_css(&selector(id), text);
    }

    /// As [`Page::fill`], for the first field that matches a CSS selector.
    pub fn fill_css(&self, css: &str, text: &str) {
        let everything = format!("{}a", Key::Control.value());
        let erase = Key::Backspace.value().to_string();
        self.session().send_keys(css, &everything);
        self.session().send_keys(css, if text.is_empty() { &erase } else { text });
    }

    /// Types into whatever has the focus.
    pub fn type_keys(&self, keys: &str) {
        self.session().type_keys(keys);
    }

    /// Puts the focus on the element with this test id.
    pub fn focus(&self, id: &str) {
        self.script("document.querySelector(arguments[0]).focus()", &[json!(selector(id))]);
    }

    /// The test id of what has the focus, if it has one.
    #[must_use]
    pub fn focused(&self) -> Option<String> {
        let id = self.script("return document.activeElement?.dataset?.testid ?? null", &[]);
        id.as_str().map(str::to_owned)
    }

    /// Chooses the option with this text in a select element.
    ///
    /// # Panics
    /// If there is no such option in time.
    pub fn choose(&self, id: &str, option: &str) {
        let script = "
            const select = document.querySelector(arguments[0]);
            const option = [...(select?.options ?? [])].find(option => option.text.trim() === arguments[1]);
            if (!option) return null;
            select.value = option.value;
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return true";
        wait(&format!("{id} offers {option}"), || {
            self.script(script, &[json!(selector(id)), json!(option)]).as_bool()
        });
    }

    /// Sets a checkbox.
    pub fn check(&self, id: &str, on: bool) {
        let is = self.property(id, "checked").and_then(|value| value.as_bool());
        if is != Some(on) {
            self.click(id);
        }
    }

    /// Gives files to a file field.
    pub fn give_files(&self, id: &str, paths: &[PathBuf]) {
        // The driver adds to the files of a field that takes several.
        self.script("document.querySelector(arguments[0]).value = ''", &[json!(selector(id))]);
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        self.session().send_keys(&selector(id), &paths.join("\n"));
    }

    /// The text of the element with this test id, or `None` while there is none.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<String> {
        self.property(id, "innerText").and_then(|text| text.as_str().map(str::to_owned))
    }

    /// An attribute `data-...` of the element with this test id.
    #[must_use]
    pub fn data(&self, id: &str, name: &str) -> Option<String> {
        let script =
            "return document.querySelector(arguments[0])?.getAttribute('data-' + arguments[1]) ?? null";
        self.script(script, &[json!(selector(id)), json!(name)]).as_str().map(str::to_owned)
    }

    /// What is typed in the field with this test id.
    #[must_use]
    pub fn value(&self, id: &str) -> Option<String> {
        self.property(id, "value").and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Whether there is an element with this test id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.property(id, "tagName").is_some()
    }

    /// Waits until the text of an element fulfils a condition, and returns it.
    ///
    /// # Panics
    /// If that does not happen in time.
    pub fn wait_text(&self, id: &str, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let mut last = None;
        let found = ask_until(DEADLINE, || {
            last = self.text(id);
            last.clone().filter(|text| holds(text))
        });
        found.unwrap_or_else(|| panic!("{id} should say {what}; it says {last:?}"))
    }

    /// Waits until an attribute `data-...` of an element has a value.
    ///
    /// # Panics
    /// If that does not happen in time.
    pub fn wait_data(&self, id: &str, name: &str, value: &str) {
        let mut last = None;
        let found = ask_until(DEADLINE, || {
            last = self.data(id, name);
            (last.as_deref() == Some(value)).then_some(())
        });
        assert!(found.is_some(), "data-{name} of {id} should be {value:?}; it is {last:?}");
    }

    fn property(&self, id: &str, name: &str) -> Option<Value> {
        let script = "return document.querySelector(arguments[0])?.[arguments[1]] ?? null";
        Some(self.script(script, &[json!(selector(id)), json!(name)])).filter(|value| !value.is_null())
    }

    /// Runs a script in the page and returns what it returns.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.session().script(script, arguments)
    }

    /// Runs a script in the page that calls the last of its arguments with its result.
    pub fn script_async(&self, script: &str, arguments: &[Value]) -> Value {
        self.session().script_async(script, arguments)
    }

    /// A command of Chromium's own protocol.
    pub fn devtools(&self, command: &str, arguments: Value) -> Value {
        self.session().devtools(command, arguments)
    }

    /// Keeps a picture of the page as `target/screens/NAME-SUFFIX.png`.
    pub fn keep_picture(&self, suffix: &str) {
        if let Some(png) = self.session.as_ref().and_then(Session::picture) {
            keep(&workspace().join("target/screens"), &format!("{}-{suffix}.png", self.name), &png);
        }
    }

    /// Errors in the browser's log, and what the Content-Security-Policy refused, since the page was opened.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.drain_log();
        let (log, told) = (self.log.borrow(), self.errors_told());
        let severe = log.iter().chain(&told).filter(|(level, _)| level == "SEVERE");
        let mut complaints: Vec<String> = severe.map(|(_, message)| message.clone()).collect();
        let refused = self.script("return window.refusedByPolicy ?? []", &[]);
        let refused = refused.as_array().into_iter().flatten();
        complaints.extend(refused.map(|refused| format!("refused by policy: {refused}")));
        complaints
    }

    /// Fails the test if the browser complained about anything but what contains one of `expected`.
    ///
    /// # Panics
    /// If it did.
    pub fn must_be_quiet(&self, expected: &[&str]) {
        let mut complaints = self.complaints();
        complaints.retain(|complaint| !expected.iter().any(|part| complaint.contains(part)));
        assert!(complaints.is_empty(), "the browser complained: {complaints:#?}");
    }

    fn drain_log(&self) {
        if let Some(session) = &self.session {
            self.log.borrow_mut().extend(session.log());
        }
    }

    /// What pages told the console of a Firefox that runs, which its log does not have.
    fn errors_told(&self) -> Vec<(String, String)> {
        let Some(Browser::Firefox(firefox)) = &self.browser else { return Vec::new() };
        firefox.errors_told().into_iter().map(|told| ("SEVERE".to_owned(), told)).collect()
    }

    fn session(&self) -> &Session {
        self.session.as_ref().expect("the browser was not killed, or started again")
    }

    fn session_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("the browser was not killed, or started again")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if thread::panicking() && self.session.is_some() {
            self.keep_picture("failed");
            self.drain_log();
            for (level, message) in self.log.borrow().iter().chain(&self.errors_told()) {
                eprintln!("{}: browser log: {level} {message}", self.name);
            }
        }
        self.kill_browser();
        // The browser's helpers end a moment after it, and until then they may write.
        let folder = self.folder.path();
        let gone =
            ask_until(LAST_WRITES, || (fs::remove_dir_all(folder).is_ok() || !folder.exists()).then_some(()));
        if gone.is_none() {
            eprintln!("{} could not be removed", folder.display());
        }
    }
}

/// How long the helpers of a killed browser may go on.
const LAST_WRITES: Duration = Duration::from_secs(10);

/// The CSS selector of a test id.
pub(super) fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}
