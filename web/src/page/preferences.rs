//! What the page remembers of its user, in `localStorage`: nothing of the market.

use gloo::utils::{document, window};

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

const THEME: &str = "outcry.theme";
const SERVER: &str = "outcry.server";

impl Theme {
    /// The chosen theme, or else the system's.
    pub(crate) fn current() -> Self {
        match recall(THEME).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::of_system(),
        }
    }

    fn of_system() -> Self {
        let query = window().match_media("(prefers-color-scheme: light)").ok().flatten();
        if query.is_some_and(|query| query.matches()) { Self::Light } else { Self::Dark }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Shows it and keeps the choice.
    pub(crate) fn choose(self) {
        remember(THEME, self.name());
        if let Some(root) = document().document_element() {
            // Setting an attribute of the root element fails only for names that are not valid.
            let _ = root.set_attribute("data-theme", self.name());
        }
    }
}

/// The address of the server that was used last.
pub(crate) fn server() -> Option<String> {
    recall(SERVER)
}

/// Keeps the address of the server.
pub(crate) fn set_server(address: &str) {
    remember(SERVER, address);
}

fn recall(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps a value; where the browser refuses (private window, full), the choice lasts until the page is closed.
fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}
