//! The chosen account on the screen: working orders, fills, balances.

use serde_json::{Value, json};

use super::market::plain;
use super::page::Page;
use super::wait::wait;

/// A working order as its row shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingOrder {
    /// Its number.
    pub order: u64,
    /// `buy` or `sell`.
    pub side: String,
    /// The cells of its row: accepted, order, instrument, side, price, quantity, left, filled, terms.
    pub cells: Vec<String>,
}

/// What an account has of an asset, as plain decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Free to use.
    pub available: String,
    /// Reserved for open orders.
    pub held: String,
}

impl Page {
    /// The working orders of the chosen account, newest first.
    #[must_use]
    pub fn working_orders(&self) -> Vec<WorkingOrder> {
        self.click("tab-orders");
        let rows = self.rows("orders", "order");
        let order = |row: &Value| {
            let cells =
                row["cells"].as_array()?.iter().filter_map(Value::as_str).map(plain_or_text).collect();
            Some(WorkingOrder {
                order: row["data"]["order"].as_str()?.parse().ok()?,
                side: row["data"]["side"].as_str()?.to_owned(),
                cells,
            })
        };
        rows.iter().filter_map(order).collect()
    }

    /// Waits until the working orders fulfil a condition, and returns them.
    ///
    /// # Panics
    /// If they do not in time.
    pub fn wait_orders(&self, what: &str, holds: impl Fn(&[WorkingOrder]) -> bool) -> Vec<WorkingOrder> {
        wait(&format!("the working orders: {what}"), || {
            Some(self.working_orders()).filter(|orders| holds(orders))
        })
    }

    /// Cancels an order by the button in its row.
    pub fn cancel_order(&self, order: u64) {
        self.click("tab-orders");
        self.click_css(&format!("[data-testid=orders] [data-order=\"{order}\"] [data-testid=cancel]"));
    }

    /// Replaces an order's price and quantity in its row.
    pub fn replace_order(&self, order: u64, price: &str, quantity: &str) {
        self.click("tab-orders");
        self.click_css(&format!("[data-testid=orders] [data-order=\"{order}\"] [data-testid=replace]"));
        self.fill("replace-price", price);
        self.fill("replace-quantity", quantity);
        self.click("replace-send");
    }

    /// The cells of the chosen account's fills, newest first: time, trade, order, instrument, side, price, quantity,
    /// fee, role.
    #[must_use]
    pub fn fills(&self) -> Vec<Vec<String>> {
        self.click("tab-fills");
        let cells = |row: &Value| {
            row["cells"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(plain_or_text)
                .collect()
        };
        self.rows("fills", "trade").iter().map(cells).collect()
    }

    /// What the chosen account has of an asset.
    ///
    /// # Panics
    /// If it never had any.
    #[must_use]
    pub fn balance(&self, asset: &str) -> Balance {
        self.click("tab-balances");
        let script = "
            const row = document.querySelector(`[data-testid=balances] [data-asset='${arguments[0]}']`);
            const cell = id => row?.querySelector(`[data-testid=${id}]`)?.textContent ?? null;
            return row && [cell('available-balance'), cell('held-balance')]";
        wait(&format!("the account has {asset}"), || {
            let cells = self.script(script, &[json!(asset)]);
            Some(Balance { available: plain(cells[0].as_str()?), held: plain(cells[1].as_str()?) })
        })
    }

    /// Waits until the balance of an asset fulfils a condition, and returns it.
    ///
    /// # Panics
    /// If it does not in time.
    pub fn wait_balance(&self, asset: &str, what: &str, holds: impl Fn(&Balance) -> bool) -> Balance {
        wait(&format!("the balance of {asset}: {what}"), || Some(self.balance(asset)).filter(&holds))
    }

    /// The rows of a table that carry `data-NAME`, each with its data and cells.
    pub(super) fn rows(&self, table: &str, name: &str) -> Vec<Value> {
        let script = "return [...document.querySelectorAll(`[data-testid=${arguments[0]}] [data-${arguments[1]}]`)]
            .map(row => ({ data: { ...row.dataset }, cells: [...row.children].map(cell => cell.innerText.trim()) }))";
        let rows = self.script(script, &[json!(table), json!(name)]);
        rows.as_array().cloned().unwrap_or_default()
    }
}

/// A figure without its groups; anything else as it is.
fn plain_or_text(cell: &str) -> String {
    let figure = cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '\u{2212}'));
    if figure { plain(cell) } else { cell.to_owned() }
}
