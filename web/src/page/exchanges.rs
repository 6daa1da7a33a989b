//! The exchanges stored in this browser.

use yew::prelude::*;

use super::action::Action;
use super::number;
use super::session_screen::fresh_seed;
use super::shared::Shared;
use crate::protocol::{Request, StoredExchange};

#[derive(PartialEq, Properties)]
pub(crate) struct ExchangesProps {
    /// The one that is open.
    pub(crate) exchange: Option<AttrValue>,
    pub(crate) stored: Option<Shared<Vec<StoredExchange>>>,
    pub(crate) act: Callback<Action>,
}

/// The list.
#[component]
pub(crate) fn Exchanges(props: &ExchangesProps) -> Html {
    let new_demo = props.act.reform(|_| Action::Send(Request::NewDemo { seed: fresh_seed() }));
    html! {
        <div class="exchanges">
            <div class="buttons">
                <button type="button" onclick={new_demo} data-testid="new-demo">{ "New demo exchange" }</button>
            </div>
            { match props.stored.as_deref() {
                None => html! { <p class="empty">{ "Looking\u{2026}" }</p> },
                Some(stored) if stored.is_empty() => html! {
                    <p class="empty">{ "No exchange is stored in this browser." }</p>
                },
                Some(stored) => list(props, stored),
            } }
        </div>
    }
}

fn list(props: &ExchangesProps, stored: &[StoredExchange]) -> Html {
    html! {
        <table class="table" data-testid="exchanges">
            <thead>
                <tr>
                    <th scope="col">{ "In this browser" }</th><th scope="col">{ "Commands" }</th>
                    <th scope="col">{ "Journal" }</th><th scope="col"></th>
                </tr>
            </thead>
            <tbody>
                { for stored.iter().map(|exchange| {
                    let open = props.exchange.as_deref() == Some(exchange.id.as_str());
                    html! {
                        <tr key={exchange.id.clone()} data-exchange={exchange.id.clone()}>
                            <td class="text">{ exchange.name.clone() }</td>
                            <td>{ number::count(exchange.sequence) }</td>
                            <td>{ number::bytes(exchange.bytes) }</td>
                            <td class="buttons">{ if open { html! { "open" } } else { open_button(exchange, &props.act) } }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}

fn open_button(exchange: &StoredExchange, act: &Callback<Action>) -> Html {
    let id = exchange.id.clone();
    let onclick = act.reform(move |_| Action::Send(Request::Open { exchange: id.clone() }));
    html! {
        <button type="button" {onclick} aria-label={format!("Open {}", exchange.name)} data-testid="open">{ "Open" }</button>
    }
}
