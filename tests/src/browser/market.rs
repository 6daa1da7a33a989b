//! The market on the screen: ladder, tape, the simulated traders.

use serde_json::Value;

use super::page::Page;
use super::wait::wait;

/// A price level as the ladder shows it. Figures are plain decimals, without groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderRow {
    /// `buy` or `sell`.
    pub side: String,
    /// The price.
    pub price: String,
    /// What rests there.
    pub quantity: String,
    /// What of it is the chosen account's, as shown; empty if nothing.
    pub own: String,
}

impl Page {
    /// All rows of the ladder, from the top of the screen down.
    #[must_use]
    pub fn ladder(&self) -> Vec<LadderRow> {
        let script = "return [...document.querySelectorAll('[data-testid=ladder] [data-price]')].map(row => [
            row.getBoundingClientRect().top, row.dataset.side, row.dataset.price, row.dataset.quantity,
            row.classList.contains('own') ? row.querySelector('.mine').textContent : ''])
            .sort((one, other) => one[0] - other[0])";
        let rows = self.script(script, &[]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let row = |row: &Value| LadderRow {
            side: text(&row[1]),
            price: plain(&text(&row[2])),
            quantity: plain(&text(&row[3])),
            own: plain(&text(&row[4])),
        };
        rows.as_array().into_iter().flatten().map(row).collect()
    }

    /// The best price of a side (`buy` or `sell`).
    ///
    /// # Panics
    /// If the side stays empty.
    #[must_use]
    pub fn best(&self, side: &str) -> String {
        wait(&format!("there is a {side} order in the ladder"), || {
            let rows = self.ladder();
            let mut of_side = rows.into_iter().filter(|row| row.side == side);
            // Asks stand above the spread, so the lowest of them is the last one from the top.
            if side == "sell" { of_side.next_back() } else { of_side.next() }
        })
        .price
    }

    /// Waits until the ladder has a row that is asked for, and returns it.
    ///
    /// # Panics
    /// If there is none in time.
    pub fn wait_ladder(&self, what: &str, holds: impl Fn(&LadderRow) -> bool) -> LadderRow {
        wait(&format!("the ladder shows {what}"), || self.ladder().into_iter().find(&holds))
    }

    /// Clicks a price in the ladder.
    pub fn pick_price(&self, side: &str, price: &str) {
        let rows = self.script(
            "return [...document.querySelectorAll('[data-testid=ladder] [data-price]')].map(row => row.dataset.price)",
            &[],
        );
        let shown = rows.as_array().into_iter().flatten().filter_map(Value::as_str);
        let shown = shown.into_iter().find(|shown| plain(shown) == price).unwrap_or(price);
        self.click_css(&format!("[data-testid=ladder] [data-side={side}][data-price=\"{shown}\"]"));
    }

    /// The trades on the tape, newest first, as their numbers.
    #[must_use]
    pub fn tape(&self) -> Vec<u64> {
        let script = "return [...document.querySelectorAll('[data-testid=tape] [data-trade]')]
            .map(row => Number(row.dataset.trade))";
        let trades = self.script(script, &[]);
        trades.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    }

    /// Whether the simulated traders act.
    #[must_use]
    pub fn crowd_runs(&self) -> bool {
        self.data("crowd", "running").as_deref() == Some("true")
    }

    /// Starts or pauses the simulated traders, and waits until the page says so.
    ///
    /// # Panics
    /// If it does not in time.
    pub fn set_crowd(&self, running: bool) {
        wait("the simulated traders can be started and paused", || self.data("crowd", "running"));
        if self.crowd_runs() != running {
            self.click("crowd-toggle");
        }
        self.wait_data("crowd", "running", if running { "true" } else { "false" });
    }
}

/// A figure without its groups and with a plain minus sign.
pub(super) fn plain(text: &str) -> String {
    let minus = '\u{2212}';
    text.chars()
        .map(|c| if c == minus { '-' } else { c })
        .filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
        .collect()
}
