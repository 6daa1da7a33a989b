//! The console of Firefox, read as the browser itself keeps it: WebDriver has no log there.
//!
//! geckodriver lets a session change to the browser's own context, where a script can read what every document's
//! console was told: uncaught errors, and what the Content-Security-Policy refused.

use http::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{RequestData, SessionId};

/// Reads errors and refusals of documents, as [level, message], and forgets them. What Firefox says of itself is left out.
pub(super) const READ: &str = r#"
    const found = Services.console.getMessageArray()
        .filter(message => message instanceof Ci.nsIScriptError)
        .filter(message => (message.flags & Ci.nsIScriptError.warningFlag) === 0)
        .filter(message => message.category.startsWith("content ") || message.category.startsWith("CSP"))
        .map(message => [message.category, `${message.errorMessage} ${message.sourceName}:${message.lineNumber}`]);
    Services.console.reset();
    return found;"#;

/// Whose scripts a session runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Context {
    /// The browser's.
    Browser,
    /// The page's.
    Page,
}

impl FormatRequestData for Context {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let name = match self {
            Self::Browser => "chrome",
            Self::Page => "content",
        };
        RequestData::new(Method::POST, format!("/session/{session}/moz/context"))
            .add_body(json!({ "context": name }))
    }
}

/// Rows of [`READ`] as (level, message), in the words of Chromium's log: all that is left is severe.
pub(super) fn entries(rows: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entry = |row: &Value| {
        let refused = row[0].as_str().is_some_and(|category| category.starts_with("CSP"));
        let message = if refused { format!("refused by policy: {}", text(&row[1])) } else { text(&row[1]) };
        ("SEVERE".to_owned(), message)
    };
    rows.as_array().into_iter().flatten().map(entry).collect()
}
