//! The exchanges stored in this browser.

use yew::prelude::*;

use super::action::Action;
use super::number;
use super::session_screen::fresh_seed;
use crate::protocol::{Request, StoredExchange};

/// The list; `exchange` is the one that is open.
pub(crate) fn exchanges(exchange: &str, stored: Option<&[StoredExchange]>, act: &Callback<Action>) -> Html {
    let new_demo = act.reform(|_| Action::Send(Request::NewDemo { seed: fresh_seed() }));
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
        </div>
    }
}

fn list(open: &str, stored: &[StoredExchange], act: &Callback<Action>) -> Html {
    html! {
        <table class="table" data-testid="exchanges">
            <thead>
                <tr>
                    <th scope="col">{ "In this browser" }</th><th scope="col">{ "Commands" }</th>
                    <th scope="col">{ "Journal" }</th><th scope="col"><span class="visually-hidden">{ "Actions" }</span></th>
                </tr>
            </thead>
            <tbody>
                { for stored.iter().map(|exchange| {
                    let is_open = exchange.id == open;
                    html! {
                        <tr key={exchange.id.clone()} data-exchange={exchange.id.clone()}
                            data-had={exchange.had.map(|had| had.to_string())}>
                            <td class="text">{ exchange.name.clone() }{ lost(exchange) }</td>
                            <td>{ number::count(exchange.sequence) }</td>
                            <td>{ number::bytes(exchange.bytes) }</td>
                            <td class="buttons">{ if is_open { html! { "open" } } else { open_button(exchange, act) } }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
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
