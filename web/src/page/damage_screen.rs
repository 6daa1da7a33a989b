//! The screens of a database that is not what it was, and of a journal that cannot be read on: what was there, what is
//! here, and everything that can be done.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::action::{Action, wish};
use super::files::load_journal;
use super::import_progress::import_progress;
use super::session_screen::{fresh_seed, send_button};
use super::{number, time};
use crate::protocol::{Damage, Damaged, ImportStatus, Loss, Request, StoredExchange, SyncControl};

/// What the page knows beside the damage.
pub(crate) struct Around<'a> {
    /// The exchanges of this browser, once they are listed.
    pub(crate) stored: &'a [StoredExchange],
    /// The file that is being read, or was.
    pub(crate) import: Option<&'a ImportStatus>,
    /// The exchange that is not open, as far as it is known.
    pub(crate) loss: &'a Loss,
    pub(crate) act: &'a Callback<Action>,
}

/// A database that is not what was seen of it.
pub(crate) fn damaged(damaged: &Damaged, around: &Around<'_>) -> Html {
    let first = damaged.losses.first().cloned().unwrap_or_default();
    let (title, words) = words(&damaged.what, &first);
    let whole = matches!(damaged.what, Damage::Wiped { .. } | Damage::Closed { .. });
    html! {
        <>
            <h1>{ title }</h1>
            <p role="alert">{ words }</p>
            { balance(&damaged.losses) }
            { ways_out(&first, !whole && first.found > 0, &damaged.losses, around) }
            { others(&first, around) }
        </>
    }
}

/// A journal that cannot be read on.
pub(crate) fn unreadable(message: &str, good: u64, around: &Around<'_>) -> Html {
    let loss = &Loss { found: good, ..around.loss.clone() };
    html! {
        <>
            <h1>{ "The journal cannot be read on" }</h1>
            <p role="alert">{ message.to_owned() }</p>
            <p class="figures">{ format!("{} commands before it are good.", number::count(loss.found)) }</p>
            <p>{ "Nothing was deleted. Export what is there before you go on." }</p>
            { ways_out(loss, loss.found > 0, &[], around) }
            { others(loss, around) }
        </>
    }
}

fn words(what: &Damage, first: &Loss) -> (&'static str, String) {
    match what {
        Damage::Wiped { message } => {
            let said = message.as_ref().map(|message| format!(" It says: {message}.")).unwrap_or_default();
            (
                "The exchanges of this browser are gone",
                format!(
                    "Its database is empty, and it was not. Somebody cleared the browser's data, or the browser did so \
                     by itself.{said}"
                ),
            )
        }
        Damage::Missing => (
            "This exchange is gone",
            format!("{} was in this browser's database and is not there any more.", first.name),
        ),
        Damage::Cut => (
            "The end of this exchange is missing",
            format!(
                "{} is shorter than it was: its last commands are not in the database any more. All that is left of it \
                 is good.",
                first.name
            ),
        ),
        Damage::Changed => (
            "This is not the exchange that was here",
            format!(
                "{} has another history in the database than this page has seen. What is there can be read, but it is \
                 not what was saved here.",
                first.name
            ),
        ),
        Damage::Closed { message } => (
            "The browser does not open its database",
            format!("It had exchanges, and now it says: {message}. They may come back: try again first."),
        ),
    }
}

/// What was there and what is here, line by line.
fn balance(losses: &[Loss]) -> Html {
    if losses.is_empty() {
        return html! { <p>{ "What was in it is not known." }</p> };
    }
    html! {
        <table class="table losses" data-testid="losses">
            <thead>
                <tr>
                    <th scope="col">{ "Exchange" }</th><th scope="col">{ "Had" }</th><th scope="col">{ "Here" }</th>
                    <th scope="col">{ "Seen last" }</th>
                </tr>
            </thead>
            <tbody>{ for losses.iter().map(|loss| html! {
                <tr key={loss.exchange.clone()} data-exchange={loss.exchange.clone()} data-had={loss.had.to_string()}
                    data-found={loss.found.to_string()}>
                    <td class="text">{ loss.name.clone() }</td>
                    <td>{ if loss.had == 0 { "unknown".to_owned() } else { number::count(loss.had) } }</td>
                    <td>{ number::count(loss.found) }</td>
                    <td class="time">{ seen(loss.at) }</td>
                </tr>
            }) }</tbody>
        </table>
    }
}

fn seen(at: u64) -> String {
    if at == 0 {
        return "unknown".to_owned();
    }
    let at = outcry_engine::Timestamp::from_nanos(at.saturating_mul(1_000_000));
    format!("{} {} UTC", time::date(at), time::clock(at))
}

fn ways_out(first: &Loss, has_good: bool, losses: &[Loss], around: &Around<'_>) -> Html {
    let act = around.act;
    html! {
        <>
            <h2>{ "What you can do" }</h2>
            <ul class="ways-out">
                <li>
                    { send_button(act, "Try again", "primary", "retry", || Request::Retry) }
                    <span>{ "Opens the database once more; nothing is changed." }</span>
                </li>
                if has_good {
                    <li>
                        { send_button(act, "Go on with what is here", "", "keep-good", || Request::KeepGood) }
                        <span>{ format!("A new exchange with the {} commands that are here. This one stays as it is.", number::count(first.found)) }</span>
                    </li>
                    <li>
                        { send_button(act, "Export the journal", "", "export", || Request::Export) }
                        <span>{ "A file with all that can be read." }</span>
                    </li>
                }
                { for losses_on_servers(first, losses).into_iter().map(|loss| restore(loss, act)) }
                <li>
                    { import(act) }
                    <span>{ "An exported journal of it, from this or another device." }</span>
                </li>
                <li>
                    { start_anew(losses, act) }
                    <span>{ given_up(losses) }</span>
                </li>
            </ul>
            if let Some(status) = around.import {
                { import_progress(status, act) }
            }
        </>
    }
}

/// The lost exchanges of which a server has a copy.
fn losses_on_servers<'a>(first: &'a Loss, losses: &'a [Loss]) -> Vec<&'a Loss> {
    let all: Vec<&Loss> = if losses.is_empty() { vec![first] } else { losses.iter().collect() };
    all.into_iter().filter(|loss| loss.server.is_some()).collect()
}

fn restore(loss: &Loss, act: &Callback<Action>) -> Html {
    let (address, exchange) = (loss.server.clone().unwrap_or_default(), loss.exchange.clone());
    let words = format!("Brings {} back as {address} has it.", loss.name);
    let onclick = act.reform(move |_| {
        let (address, exchange) = (address.clone(), exchange.clone());
        Action::Send(Request::Sync(SyncControl::Restore { address, exchange }))
    });
    html! {
        <li key={format!("restore-{}", loss.exchange)}>
            <button type="button" {onclick} data-testid="restore">{ "Restore from the server" }</button>
            <span>{ words }</span>
        </li>
    }
}

fn import(act: &Callback<Action>) -> Html {
    let forward = act.clone();
    let onchange = wish(act, move |event: Event| {
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        let file = input.files()?.item(0)?;
        // The field forgets it, so that the same file can be chosen again.
        input.set_value("");
        load_journal(file, forward.clone()).err().map(Action::Complain)
    });
    html! {
        <label class="button">
            { "Import an export" }
            <input type="file" class="visually-hidden" accept=".outcry" {onchange} data-testid="import-input" />
        </label>
    }
}

fn start_anew(losses: &[Loss], act: &Callback<Action>) -> Html {
    let gone: Vec<String> = given(losses).map(|loss| loss.exchange.clone()).collect();
    let onclick = act.reform(move |_| Action::StartAnew { gone: gone.clone(), seed: fresh_seed() });
    html! { <button type="button" {onclick} data-testid="new-demo">{ "Start anew" }</button> }
}

/// Exchanges of which nothing is here: who starts anew gives them up.
fn given(losses: &[Loss]) -> impl Iterator<Item = &Loss> {
    losses.iter().filter(|loss| loss.found == 0)
}

fn given_up(losses: &[Loss]) -> String {
    let names: Vec<String> = given(losses)
        .map(|loss| format!("{} with its {} commands", loss.name, number::count(loss.had)))
        .collect();
    if names.is_empty() {
        return "A new demo exchange. What is left of this one stays in the list of exchanges.".to_owned();
    }
    format!("A new demo exchange. You give up {}: this page will not ask for it again.", names.join(", "))
}

/// The other exchanges, which are as they were.
fn others(first: &Loss, around: &Around<'_>) -> Html {
    let whole = around.stored.iter().filter(|stored| stored.id != first.exchange && stored.had.is_none());
    let mut whole = whole.peekable();
    if whole.peek().is_none() {
        return Html::default();
    }
    html! {
        <>
            <h2>{ "The other exchanges of this browser are whole" }</h2>
            <p class="buttons" data-testid="others">
                { for whole.map(|stored| {
                    let id = stored.id.clone();
                    let onclick = around.act.reform(move |_| Action::Send(Request::Open { exchange: id.clone() }));
                    html! {
                        <button type="button" {onclick} key={stored.id.clone()} data-testid="open">
                            { format!("Open {}", stored.name) }
                        </button>
                    }
                }) }
            </p>
        </>
    }
}
