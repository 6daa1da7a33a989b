//! The second browser that tests run in: Firefox and its driver, found or installed.
//!
//! `FIREFOX` (or `FIREFOX_BIN`) and `GECKODRIVER` name programs that are not on `PATH`. Where apt-get can be used, that is
//! as root on Debian, a missing Firefox is installed; a missing or old geckodriver is built into `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::browser::{install, named_by};
use crate::failure::{Context, Failure, Outcome};
use crate::step::{note, step};
use crate::tool::{cargo_tool, find, missing, version_of};
use crate::workspace::Workspace;

/// The names and places Firefox goes by.
const FIREFOX: [&str; 3] = ["firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"];
/// The geckodriver that is built where there is none.
const GECKODRIVER: &str = "0.37.0";
/// The minor version of the oldest geckodriver that drives a Firefox of today.
const OLDEST_GECKODRIVER: u32 = 36;

/// Firefox and its driver.
#[derive(Debug, Clone)]
pub(crate) struct Firefox {
    /// The browser.
    pub(crate) program: PathBuf,
    /// Its WebDriver.
    pub(crate) driver: PathBuf,
    /// Capabilities for wasm-bindgen's test runner: which browser, with which home.
    pub(crate) capabilities: PathBuf,
}

impl Firefox {
    /// Finds browser and driver, or installs them, and writes the capabilities file. `None` where there is no Firefox and
    /// we cannot install one.
    pub(crate) fn ready(workspace: &Workspace) -> Outcome<Option<Self>> {
        step("find Firefox and its driver", || {
            if firefox(workspace)?.is_none() {
                install(workspace, &["firefox-esr"])?;
            }
            let Some(program) = firefox(workspace)? else {
                note(&absent().to_string());
                return Ok(None);
            };
            let driver = driver(workspace)?;
            note(&format!("{} and {}", program.display(), driver.display()));
            let (home, capabilities) =
                (workspace.tools().join("firefox"), workspace.tools().join("firefox.json"));
            fs::create_dir_all(&home)
                .and_then(|()| fs::write(&capabilities, capabilities_of(&program, &home)))
                .context(|| capabilities.display().to_string())?;
            Ok(Some(Self { program, driver, capabilities }))
        })
    }
}

/// What is said where there is no Firefox.
pub(crate) fn absent() -> Failure {
    missing(
        "Firefox",
        "what holds in Chromium is tried in it too",
        "install firefox (on Debian firefox-esr) with your package manager, or set FIREFOX to where it is",
    )
}

fn firefox(workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    for variable in ["FIREFOX", "FIREFOX_BIN"] {
        if let Some(path) = named_by(variable)? {
            return Ok(Some(path));
        }
    }
    Ok(FIREFOX.iter().find_map(|name| find(workspace, name)))
}

fn driver(workspace: &Workspace) -> Outcome<PathBuf> {
    let found = named_by("GECKODRIVER")?.or_else(|| find(workspace, "geckodriver"));
    match found {
        Some(path) if version_of(&path).is_some_and(|version| is_new_enough(&version)) => Ok(path),
        _ => cargo_tool(
            workspace,
            "geckodriver",
            "geckodriver",
            GECKODRIVER,
            "it drives Firefox in browser tests",
        ),
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(0), Some(minor)) => minor >= OLDEST_GECKODRIVER,
        (Some(_), _) => true,
        (None, _) => false,
    }
}

/// Firefox refuses to start in a home that is another user's, and writes into the one it has.
fn capabilities_of(program: &Path, home: &Path) -> String {
    let word = |path: &Path| path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    let (binary, home) = (word(program), word(home));
    format!(
        "{{\"moz:firefoxOptions\":{{\"binary\":\"{binary}\",\"env\":{{\"HOME\":\"{home}\",\"MOZ_HEADLESS\":\"1\"}}}}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_json_also_for_odd_paths() {
        let text = capabilities_of(Path::new("C:\\fire \"fox\".exe"), Path::new("h"));
        let expected = r#"{"moz:firefoxOptions":{"binary":"C:\\fire \"fox\".exe","env":{"HOME":"h","MOZ_HEADLESS":"1"}}}"#;
        assert_eq!(text.trim_end(), expected);
    }

    #[test]
    fn an_old_driver_is_not_taken() {
        for version in ["0.36.0", "0.37.1", "1.0.0"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["0.35.0", "0.4", "next", ""] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
