//! The exchanges stored in this browser, what they take of its room, and how much of the open one's journal is kept.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::action::{Action, wish};
use super::number;
use super::session_screen::fresh_seed;
use super::time;
use crate::protocol::{Keep, Request, StoredExchange, TrimPlan};

/// The rules to choose from, with their words.
const RULES: [(Keep, &str); 6] = [
    (Keep::All, "the whole journal"),
    (Keep::Megabytes(10), "about 10 MB"),
    (Keep::Megabytes(100), "about 100 MB"),
    (Keep::Megabytes(1_000), "about 1 GB"),
    (Keep::Days(7), "about a week"),
    (Keep::Days(30), "about 30 days"),
];

/// The list; `exchange` is the one that is open, `trim` what a trim of it would take, if that was asked.
pub(crate) fn exchanges(
    exchange: &str,
    stored: Option<&[StoredExchange]>,
    trim: Option<&Result<TrimPlan, String>>,
    act: &Callback<Action>,
) -> Html {
    let new_demo = act.reform(|_| Action::Send(Request::NewDemo { seed: fresh_seed() }));
    let open = stored.unwrap_or_default().iter().find(|stored| stored.id == exchange);
    html! {
        <div class="exchanges">
            <div class="buttons">
                <button type="button" onclick={new_demo} data-testid="new-demo">{ "New demo exchange" }</button>
            </div>
            { match stored {
                None => html! { <p class="empty">{ "Looking\u{2026}" }</p> },
                Some([]) => html! {
                    <p class="empty">{ "No exchange is stored in this browser." }</p>
                },
                Some(stored) => list(exchange, stored, act),
            } }
            if let Some(open) = open {
                { retention(open, trim, act) }
            }
        </div>
    }
}

fn list(open: &str, stored: &[StoredExchange], act: &Callback<Action>) -> Html {
    html! {
        <table class="table" data-testid="exchanges">
            <thead>
                <tr>
                    <th scope="col">{ "In this browser" }</th><th scope="col">{ "Commands" }</th>
                    <th scope="col">{ "Journal" }</th><th scope="col">{ "Snapshots" }</th>
                    <th scope="col"><span class="visually-hidden">{ "Actions" }</span></th>
                </tr>
            </thead>
            <tbody>
                { for stored.iter().map(|exchange| {
                    let is_open = exchange.id == open;
                    html! {
                        <tr key={exchange.id.clone()} data-exchange={exchange.id.clone()}
                            data-had={exchange.had.map(|had| had.to_string())}>
                            <td class="text">{ exchange.name.clone() }{ lost(exchange) }</td>
                            <td>{ commands(exchange) }</td>
                            <td>{ number::bytes(exchange.bytes) }</td>
                            <td>{ number::bytes(exchange.snapshot_bytes) }</td>
                            <td class="buttons">{ if is_open { html! { "open" } } else { open_button(exchange, act) } }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}

fn commands(exchange: &StoredExchange) -> String {
    let all = number::count(exchange.sequence);
    match exchange.first {
        0 | 1 => all,
        first => format!("{all}, trimmed before {}", number::count(first)),
    }
}

/// What an exchange has lost, if it has.
fn lost(exchange: &StoredExchange) -> Html {
    let Some(had) = exchange.had else { return Html::default() };
    html! { <span class="state bad lost">{ format!("had {} commands", number::count(had)) }</span> }
}

fn open_button(exchange: &StoredExchange, act: &Callback<Action>) -> Html {
    let id = exchange.id.clone();
    let onclick = act.reform(move |_| Action::Send(Request::Open { exchange: id.clone() }));
    html! {
        <button type="button" {onclick} aria-label={format!("Open {}", exchange.name)} data-testid="open">{ "Open" }</button>
    }
}

/// How much of the open exchange's journal is kept, and the way to trim it.
fn retention(open: &StoredExchange, trim: Option<&Result<TrimPlan, String>>, act: &Callback<Action>) -> Html {
    let onchange = wish(act, |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>()?.selected_index();
        let (keep, _) = RULES.get(usize::try_from(chosen).ok()?)?;
        Some(Action::Send(Request::Keep(*keep)))
    });
    let plan = act.reform(|_| Action::Send(Request::PlanTrim));
    html! {
        <section class="retention" aria-label="Trimming">
            <div class="buttons">
                <label>
                    { format!("Keep of {} ", open.name) }
                    <select {onchange} data-testid="keep">
                        { for RULES.iter().map(|&(keep, words)| html! {
                            <option selected={keep == open.keep}>{ words }</option>
                        }) }
                    </select>
                </label>
                <button type="button" onclick={plan} data-testid="plan-trim">{ "Trim now\u{2026}" }</button>
            </div>
            <p class="hint">
                { "What is trimmed away cannot be replayed or verified any more, here or from an export. Orders, balances and \
                   what the screen shows stay; so do the two newest snapshots and every command after the older one." }
            </p>
            { match trim {
                None => Html::default(),
                Some(Ok(plan)) => agree(plan, act),
                Some(Err(message)) => html! {
                    <p role="status" data-testid="trim-refused">{ format!("Nothing can be trimmed: {message}.") }</p>
                },
            } }
        </section>
    }
}

/// What goes, named before it goes.
fn agree(plan: &TrimPlan, act: &Callback<Action>) -> Html {
    let moment = |at| format!("{} {}", time::date(at), time::clock(at));
    let agreed = plan.clone();
    let trim = act.reform(move |_| Action::Send(Request::Trim(agreed.clone())));
    let leave = act.reform(|_| Action::LeaveUntrimmed);
    html! {
        <div role="alertdialog" aria-label="Trim the journal" data-testid="trim-plan">
            <p>
                { format!(
                    "{} commands go, {} to {}, of market time {} to {}: {} become free. They cannot be brought back, unless you \
                     export the journal first.",
                    number::count(plan.last + 1 - plan.first),
                    number::count(plan.first),
                    number::count(plan.last),
                    moment(plan.from),
                    moment(plan.to),
                    number::bytes(plan.bytes),
                ) }
            </p>
            <div class="buttons">
                <button type="button" class="primary" onclick={trim} data-testid="trim">{ "Trim" }</button>
                <button type="button" onclick={leave} data-testid="trim-leave">{ "Keep them" }</button>
            </div>
        </div>
    }
}
