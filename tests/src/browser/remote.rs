//! The server as the page shows it: what is kept there, what is not there yet, and the way back.

use serde_json::Value;

use super::page::Page;
use super::wait::wait;

impl Page {
    /// Asks the page to keep a copy of the exchange at an address.
    pub fn sync_to(&self, address: &str) {
        self.click("tab-server");
        self.fill("server-address", address);
        self.click("sync-on");
    }

    /// Waits until the status line says that sync is in a state (`up-to-date`, `offline`, `conflict`, ...).
    pub fn wait_sync(&self, state: &str) {
        self.wait_data("sync", "sync", state);
    }

    /// Commands that the server has confirmed, as the status line says.
    #[must_use]
    pub fn on_server(&self) -> u64 {
        self.data("sync", "on-server").and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    /// The words of the server tab about sync.
    ///
    /// # Panics
    /// If there are none in time.
    #[must_use]
    pub fn sync_words(&self) -> String {
        self.click("tab-server");
        self.wait_text("sync-state", "how sync stands", |text| !text.is_empty())
    }

    /// Commands that are not on the server yet, as the server tab says.
    ///
    /// # Panics
    /// If it does not say in time.
    #[must_use]
    pub fn not_on_server(&self) -> u64 {
        self.click("tab-server");
        wait("the count of commands that are not on the server", || {
            super::market::plain(&self.text("not-on-server")?).parse().ok()
        })
    }

    /// Lists what is at an address: (id, digest) of each exchange.
    ///
    /// # Panics
    /// If no list appears in time.
    #[must_use]
    pub fn remote_exchanges(&self, address: &str) -> Vec<(String, String)> {
        self.click("tab-server");
        self.fill("server-address", address);
        self.click("sync-list");
        wait("the list of exchanges on the server", || {
            (self.has("remote") || self.has("remote-empty")).then_some(())?;
            let text = |row: &Value, name: &str| row["data"][name].as_str().unwrap_or_default().to_owned();
            let rows = self.rows("remote", "exchange");
            Some(rows.iter().map(|row| (text(row, "exchange"), text(row, "digest"))).collect())
        })
    }

    /// Restores an exchange of the list.
    pub fn restore(&self, exchange: &str) {
        self.click_css(&format!("[data-testid=remote] [data-exchange=\"{exchange}\"] [data-testid=restore]"));
    }
}
