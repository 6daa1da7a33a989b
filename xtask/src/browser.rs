//! The browser that most tests run in: Chromium and its driver, found or installed.
//!
//! `CHROME` (or `CHROME_BIN`) and `CHROMEDRIVER` name programs that are not on `PATH`. Where apt-get can be
//! used, that is as root on Debian, missing ones are installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Outcome};
use crate::process::{capture, run};
use crate::step::{note, step};
use crate::tool::{find, missing, version_of};
use crate::workspace::Workspace;

/// The names and places Chromium goes by.
const CHROMIUM: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// What Chromium needs to run without a screen, as root too, and without calling home.
const SWITCHES: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Chromium and a driver of the same major version.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    /// The browser.
    pub(crate) chromium: PathBuf,
    /// Its WebDriver.
    pub(crate) driver: PathBuf,
    /// Capabilities for wasm-bindgen's test runner: which browser, with which switches.
    pub(crate) capabilities: PathBuf,
}

impl Browser {
    /// Finds browser and driver, or installs them, and writes the capabilities file.
    pub(crate) fn ready(workspace: &Workspace) -> Outcome<Self> {
        step("find Chromium and its driver", || {
            if chromium(workspace)?.is_none() || driver(workspace)?.is_none() {
                install(workspace, &["chromium", "chromium-driver"])?;
            }
            let how = "install chromium and chromium-driver with your package manager, or run `npx @puppeteer/browsers install chrome@stable` \
                       and the same with chromedriver@stable, then set CHROME and CHROMEDRIVER to what they print";
            let chromium =
                chromium(workspace)?.ok_or_else(|| missing("Chromium", "browser tests run in it", how))?;
            let driver = driver(workspace)?
                .ok_or_else(|| missing("chromedriver", "it drives Chromium in browser tests", how))?;
            agree(&chromium, &driver)?;
            note(&format!("{} and {}", chromium.display(), driver.display()));
            let capabilities = workspace.tools().join("webdriver.json");
            fs::create_dir_all(workspace.tools())
                .and_then(|()| fs::write(&capabilities, capabilities_of(&chromium)))
                .context(|| capabilities.display().to_string())?;
            Ok(Self { chromium, driver, capabilities })
        })
    }
}

fn chromium(workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    for variable in ["CHROME", "CHROME_BIN"] {
        if let Some(path) = named_by(variable)? {
            return Ok(Some(path));
        }
    }
    Ok(CHROMIUM.iter().find_map(|name| find(workspace, name)))
}

fn driver(workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    Ok(named_by("CHROMEDRIVER")?.or_else(|| find(workspace, "chromedriver")))
}

/// The program that an environment variable names; a name that leads nowhere is a failure.
pub(crate) fn named_by(variable: &str) -> Outcome<Option<PathBuf>> {
    match env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => Err(format!("{variable} names {}, where there is no program", path.display()).into()),
        None => Ok(None),
    }
}

/// Installs packages of Debian when we are root and have apt-get; otherwise does nothing.
pub(crate) fn install(workspace: &Workspace, packages: &[&str]) -> Outcome<()> {
    let root = capture(workspace.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let Some(apt) = find(workspace, "apt-get").filter(|_| root) else { return Ok(()) };
    note(&format!("installing {} with apt-get", packages.join(" and ")));
    run(workspace.command(&apt).args(["update", "-q"]))?;
    run(workspace
        .command(&apt)
        .args(["install", "-q", "-y", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// A driver refuses a browser of another major version, with a message that is hard to read.
fn agree(chromium: &Path, driver: &Path) -> Outcome<()> {
    let (Some(browser), Some(control)) = (version_of(chromium), version_of(driver)) else { return Ok(()) };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(&browser) == major(&control) {
        return Ok(());
    }
    Err(format!("Chromium is {browser} but chromedriver is {control}: install the same major version of both, or set CHROME and CHROMEDRIVER").into())
}

fn capabilities_of(chromium: &Path) -> String {
    let switches: Vec<String> = SWITCHES.iter().map(|switch| format!("{switch:?}")).collect();
    let binary = chromium.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("{{\"goog:chromeOptions\":{{\"binary\":\"{binary}\",\"args\":[{}]}}}}\n", switches.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_json_also_for_odd_paths() {
        let text = capabilities_of(Path::new("C:\\chrome \"x\".exe"));
        assert!(
            text.starts_with(
                r#"{"goog:chromeOptions":{"binary":"C:\\chrome \"x\".exe","args":["--headless","#
            ),
            "{text}"
        );
        assert!(text.ends_with("\"--disable-sync\"]}}\n"), "{text}");
    }
}
