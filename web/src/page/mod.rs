//! The page: view state and what draws it.
//!
//! The model (`state`, `ticket`, `venue`, `number`, `time`, `axis`, `notices`, `intake`, `answer`, `acks`) knows nothing of
//! Yew or the browser; the components turn it into elements and send the user's wishes up as an `Action`. `app`
//! holds both together and speaks with the worker through `link`.
//!
//! # Test ids
//! End-to-end tests find elements by `data-testid`; these are kept stable.
//!
//! | where | ids, and the data beside them |
//! |---|---|
//! | whole screen | `app`; `session` (`data-session` = `starting`, `broken`, `opening`, `locked`, `lost`, `damaged`, `unreadable`), with `reload`, `retry`, `take-over`, `export`, `new-demo`; of a damaged one also `losses` (rows with `data-exchange`, `data-had`, `data-found`), `keep-good`, `restore`, `import-input`, `others` with `open` |
//! | top bar | `exchange-name`, `instrument`, `account`, `last`, `change`, `high`, `low`, `volume`, `trades`, `theme` |
//! | crowd | `crowd` (`data-running`), `crowd-toggle`, `crowd-step`, `crowd-speed`, `sessions` |
//! | phone tabs | `part-chart`, `part-book`, `part-trade`, `part-account` |
//! | ladder | `ladder`, `asks`, `bids`, `spread`; rows with `data-side` = `buy` or `sell`, `data-price`, `data-quantity`, class `own` |
//! | tape | `tape`; rows with `data-trade`, `data-side` of the aggressor |
//! | charts | `price-chart`, `interval-SECONDS`, `price-table`, `depth-chart`, `depth-table` |
//! | ticket | `ticket`, `side-buy`, `side-sell`, `kind-limit`, `kind-market`, `price`, `price-error`, `quantity`, `quantity-error`, `time-in-force` (`gtc`, `ioc`, `fok`), `post-only`, `fill-or-kill`, `available`, `submit`, `answer` (`data-code` = `done` or the reject's code) |
//! | preview | `preview`, `preview-filled`, `preview-average`, `preview-value`, `preview-fee`, `preview-rests`, `preview-ahead`, `preview-canceled`, `preview-needed`, `preview-refusal` (`data-code`) |
//! | bottom tabs | `tab-orders`, `tab-fills`, `tab-balances`, `tab-files`, `tab-server`, `tab-exchanges` |
//! | working orders | `orders` (rows with `data-order`, `data-side`, `data-ack` = `executed`, `saved` or `on-disk`), `orders-empty`, `cancel`, `replace`, `replace-price`, `replace-quantity`, `replace-send`, `replace-leave`, `replace-error` |
//! | fills | `fills` (rows with `data-trade`, `data-order`, `data-side`), `fills-empty` |
//! | balances | `balances` (rows with `data-asset`), `available-balance`, `held-balance` |
//! | files | `drop-zone`, `file-input`, `file-error`, `client-view`, `rematch`, `export`, `import` (`data-stage`, `data-done`, `data-total`), `import-figures` (`data-figure`), `import-errors` (rows with `data-row`, `data-column`), `import-pause`, `import-resume`, `import-cancel`, `import-speed`, `import-dismiss` |
//! | server | `server-address`, `server-address-error`, `sync-on`, `sync-off`, `sync-list`, `sync-now`, `sync-state`, `on-server`, `not-on-server`, `remote` (rows with `data-exchange`, `data-digest`), `remote-empty`, `remote-error`, `restore` |
//! | exchanges | `exchanges` (rows with `data-exchange`, `data-had` if it has lost commands), `open`, `new-demo` |
//! | status line | `status` (`data-sequence`, `data-saved`, `data-on-disk`, `data-digest`, `data-exchange`), `clock`, `rate`, `sequence`, `saved`, `storage` (`data-storage` = `good`, `failed`, `absent`; `data-cause` = `full`, `cleared`, `other`; `data-keeping` = `unknown`, `kept`, `best-effort`), `storage-retry`, `storage-export`, `storage-reload`, `sync` (`data-sync`, `data-on-server`), `digest` |
//! | notices | `notices`, `notice` (`data-level` = `information` or `error`) |

pub mod shared;
pub mod number;
pub mod time;
pub mod venue;
pub mod state;
pub mod ticket;
pub mod answer;
pub mod wording;
pub mod axis;
pub mod notices;
pub mod acks;
pub mod intake;

mod action;
mod preview_desk;
mod app;
mod fault;
mod hiding;
mod keeping;
mod link;
mod preferences;
mod download;
mod session_screen;
mod damage_screen;
mod witness;
mod top_bar;
mod ladder;
mod tape;
mod surface;
mod plot;
mod candles;
mod price_chart;
mod depth_chart;
mod text_field;
mod ticket_form;
mod preview_table;
mod bottom_panel;
mod orders;
mod ended_orders;
mod trading;
mod fills;
mod balances;
mod files;
mod import_progress;
mod server;
mod exchanges;
mod status_line;
mod notice_list;

/// Puts the page into the document and starts it.
pub fn run() {
    let place = gloo::utils::document().get_element_by_id("page");
    match place {
        Some(place) => yew::Renderer::<app::App>::with_root(place).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
