//! The driver's session with the browser, blocking: what WebDriver can do, and no more.
//!
//! Every failure of the driver is a failure of the test and panics with what was being done, except that an element
//! which is redrawn between finding and using it is found again.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{
    By, Capabilities, ChromeCapabilities, FirefoxCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement,
    WindowHandle,
};
use tokio::runtime::{Builder, Runtime};

use super::console::{self, Context};
use super::page::Kind;
use super::wait::{DEADLINE, ask_until};

/// Put into every document before its own scripts: remembers what the Content-Security-Policy refused.
const WATCH_POLICY: &str = "
    window.refusedByPolicy = [];
    document.addEventListener('securitypolicyviolation', event =>
        window.refusedByPolicy.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile));";

/// How long a script may take that calls back.
const SCRIPT_TIME: Duration = Duration::from_secs(180);

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    kind: Kind,
    runtime: Runtime,
    driver: WebDriver,
    tab: WindowHandle,
}

impl Session {
    /// Attaches the driver at `driver` to the Chromium at `browser`; files that the page offers go to `downloads`.
    pub(super) fn of_chromium(driver: &str, browser: &str, downloads: &Path) -> Self {
        let capabilities = || -> WebDriverResult<Capabilities> {
            let mut capabilities = ChromeCapabilities::new();
            capabilities.set_debugger_address(browser)?;
            capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
            Ok(capabilities.into())
        };
        let session = Self::begin(Kind::Chromium, driver, done("describing the browser", capabilities()));
        session.watch_policy();
        let place = json!({ "behavior": "allow", "downloadPath": downloads });
        session.devtools("Browser.setDownloadBehavior", place);
        session
    }

    /// Begins the session of the driver at `driver`, which was started for one Firefox.
    pub(super) fn of_firefox(driver: &str) -> Self {
        Self::begin(Kind::Firefox, driver, FirefoxCapabilities::new().into())
    }

    fn begin(kind: Kind, driver: &str, capabilities: Capabilities) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread can be made");
        let driver = done(
            "attaching to the browser",
            runtime.block_on(async { WebDriver::new(driver, capabilities).await }),
        );
        done("setting the script's time", runtime.block_on(driver.set_script_timeout(SCRIPT_TIME)));
        let tab = done("naming the tab", runtime.block_on(driver.window()));
        Self { kind, runtime, driver, tab }
    }

    /// Chromium's log does not tell what the policy refused; Firefox's console does.
    fn watch_policy(&self) {
        if self.kind == Kind::Chromium {
            self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH_POLICY }));
        }
    }

    /// Loads an address in the current tab.
    pub(super) fn go(&self, address: &str) {
        done(&format!("loading {address}"), self.runtime.block_on(self.driver.goto(address)));
    }

    /// Loads the current address again.
    pub(super) fn reload(&self) {
        done("reloading", self.runtime.block_on(self.driver.refresh()));
    }

    /// Opens one more tab and makes it the current one.
    pub(super) fn open_tab(&mut self) -> WindowHandle {
        let tab = done("opening a tab", self.runtime.block_on(self.driver.new_tab()));
        self.show_tab(&tab);
        self.watch_policy();
        tab
    }

    /// Makes a tab the current one, in front of the others.
    pub(super) fn show_tab(&mut self, tab: &WindowHandle) {
        done("changing the tab", self.runtime.block_on(self.driver.switch_to_window(tab.clone())));
        self.tab = tab.clone();
        if self.kind == Kind::Chromium {
            self.devtools("Page.bringToFront", json!({}));
        }
    }

    /// The current tab.
    pub(super) fn tab(&self) -> WindowHandle {
        self.tab.clone()
    }

    /// Closes the current tab and shows another.
    pub(super) fn close_tab(&mut self, next: &WindowHandle) {
        done("closing a tab", self.runtime.block_on(self.driver.close_window()));
        self.show_tab(next);
    }

    /// Runs a script with arguments (`arguments[0]`, ...) and returns what it returns.
    pub(super) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let result = self.runtime.block_on(self.driver.execute(script, arguments.to_vec()));
        done(&format!("the script {script}"), result).json().clone()
    }

    /// Runs a script that calls the last of its arguments with the result when it is there.
    pub(super) fn script_async(&self, script: &str, arguments: &[Value]) -> Value {
        let result = self.runtime.block_on(self.driver.execute_async(script, arguments.to_vec()));
        done(&format!("the script {script}"), result).json().clone()
    }

    /// A command of Chromium's own protocol, with its answer.
    pub(super) fn devtools(&self, command: &str, arguments: Value) -> Value {
        done(command, self.runtime.block_on(self.driver.cdp().send_raw(command, arguments)))
    }

    /// Clicks the first element that matches, where a user would: in its middle, if nothing lies over it.
    pub(super) fn click(&self, selector: &str) {
        self.with(selector, |element| self.runtime.block_on(element.click()));
    }

    /// Types into the first element that matches, without a click.
    pub(super) fn send_keys(&self, selector: &str, keys: &str) {
        self.with(selector, |element| self.runtime.block_on(element.send_keys(keys)));
    }

    /// Types into whatever has the focus.
    pub(super) fn type_keys(&self, keys: &str) {
        // To the element with the focus, not as single strokes: a modifier holds until the end or U+E000.
        let typed =
            self.runtime.block_on(async { self.driver.active_element().await?.send_keys(keys).await });
        done("typing", typed);
    }

    /// What the page looks like, as a PNG.
    pub(super) fn picture(&self) -> Option<Vec<u8>> {
        self.runtime.block_on(self.driver.screenshot_as_png()).ok()
    }

    /// What the browser has logged since the last time, as (level, message).
    pub(super) fn log(&self) -> Vec<(String, String)> {
        match self.kind {
            Kind::Chromium => {
                let entries = self.runtime.block_on(self.driver.browser_log()).unwrap_or_default();
                entries.into_iter().map(|entry| (entry.level, entry.message)).collect()
            }
            Kind::Firefox => {
                self.enter(Context::Browser);
                let rows = self.script(console::READ, &[]);
                self.enter(Context::Page);
                console::entries(&rows)
            }
        }
    }

    fn enter(&self, context: Context) {
        done(&format!("{context:?}"), self.runtime.block_on(self.driver.handle().cmd(context)));
    }

    /// Uses an element; one that is absent, redrawn or covered for the moment is tried again.
    fn with(&self, selector: &str, mut use_it: impl FnMut(&WebElement) -> WebDriverResult<()>) {
        let mut obstacle = "no reason known".to_owned();
        let used = ask_until(DEADLINE, || {
            let found = self.runtime.block_on(self.driver.find(By::Css(selector)));
            match found.and_then(|element| use_it(&element)) {
                Ok(()) => Some(()),
                Err(error) if passing(&error) => {
                    obstacle = error.to_string();
                    None
                }
                Err(error) => panic!("{selector}: {error}"),
            }
        });
        assert!(used.is_some(), "{selector} cannot be used: {obstacle}");
    }

    /// Forgets the session without a word to the driver: browser and driver end with their owners.
    pub(super) fn forget(self) {
        // It fails only if the session was ended already.
        let _ = self.driver.leak();
    }
}

/// Whether an error may be gone in the next moment.
fn passing(error: &thirtyfour::error::WebDriverError) -> bool {
    matches!(
        **error,
        WebDriverErrorInner::NoSuchElement(_)
            | WebDriverErrorInner::StaleElementReference(_)
            | WebDriverErrorInner::ElementNotInteractable(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
    )
}

fn done<T>(what: &str, result: WebDriverResult<T>) -> T {
    result.unwrap_or_else(|error| panic!("{what} failed: {error}"))
}

/// Writes a file below a folder that is made if need be; a picture that cannot be kept fails no test.
pub(super) fn keep(folder: &Path, name: &str, bytes: &[u8]) {
    let kept = fs::create_dir_all(folder).and_then(|()| fs::write(folder.join(name), bytes));
    if let Err(error) = kept {
        eprintln!("{name} could not be kept: {error}");
    }
}
