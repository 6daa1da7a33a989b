//! The whole screen while there is no exchange to show: starting, reading back, held elsewhere, unreadable, broken.

use yew::prelude::*;

use super::action::Action;
use super::damage_screen::{Around, damaged, unreadable};
use super::number;
use super::shared::Shared;
use crate::protocol::{Request, Session};

/// Why there is no exchange to show.
#[derive(Clone, PartialEq)]
pub(crate) enum Trouble {
    /// The worker has not answered yet.
    Starting,
    /// The worker did not start or broke down.
    Broken(AttrValue),
    /// The exchange is not open in this tab.
    Session(Shared<Session>),
}

/// The screen, with what else the page has to say.
pub(crate) fn session_screen(trouble: &Trouble, around: &Around<'_>, notices: Html) -> Html {
    let act = around.act;
    let (state, content) = match trouble {
        Trouble::Starting => ("starting", html! { <p role="status">{ "Starting the engine\u{2026}" }</p> }),
        Trouble::Broken(message) => ("broken", broken(message)),
        Trouble::Session(session) => match &**session {
            Session::Opening { replayed, total } => ("opening", opening(*replayed, *total)),
            Session::Open => ("open", Html::default()),
            Session::Locked => ("locked", locked(act)),
            Session::Lost => ("lost", lost(act)),
            Session::Damaged(damage) => ("damaged", damaged(damage, around)),
            Session::Unreadable { message, newer_version: true, .. } => {
                ("unreadable", newer_version(message, act))
            }
            Session::Unreadable { message, good, .. } => ("unreadable", unreadable(message, *good, around)),
        },
    };
    let wide = matches!(state, "damaged" | "unreadable");
    html! {
        <main class="session-screen" data-testid="session" data-session={state}>
            <div class={classes!("session-card", wide.then_some("wide"))}>
                <p class="brand">{ "Outcry" }</p>
                { content }
            </div>
            { notices }
        </main>
    }
}

fn opening(replayed: u64, total: u64) -> Html {
    html! {
        <>
            <h1>{ "Reading the journal" }</h1>
            <progress max={total.to_string()} value={replayed.to_string()} aria-label="Commands replayed" />
            <p class="figures">
                { format!("{} of {} commands", number::count(replayed), number::count(total)) }
            </p>
        </>
    }
}

fn broken(message: &AttrValue) -> Html {
    let reload = Callback::from(|_| reload());
    html! {
        <>
            <h1>{ "The engine stopped" }</h1>
            <p role="alert">{ message }</p>
            <p>{ "Everything that was saved is safe in this browser." }</p>
            <p class="buttons">
                <button type="button" class="primary" onclick={reload} data-testid="reload">{ "Reload" }</button>
            </p>
        </>
    }
}

fn locked(act: &Callback<Action>) -> Html {
    html! {
        <>
            <h1>{ "Open in another tab" }</h1>
            <p>{ "This exchange has one writer, and another tab is it. Close that tab and try again, or take \
                  the exchange over: the other tab then stops writing, and nothing that it saved is lost." }</p>
            <p class="buttons">
                { send_button(act, "Try again", "primary", "retry", || Request::Retry) }
                { send_button(act, "Take over", "", "take-over", || Request::TakeOver) }
            </p>
        </>
    }
}

fn lost(act: &Callback<Action>) -> Html {
    html! {
        <>
            <h1>{ "Taken over by another tab" }</h1>
            <p>{ "Another tab is the writer now. Everything saved here is safe and is shown there." }</p>
            <p class="buttons">
                { send_button(act, "Take back", "primary", "take-over", || Request::TakeOver) }
            </p>
        </>
    }
}

fn newer_version(message: &str, act: &Callback<Action>) -> Html {
    html! {
        <>
            <h1>{ "The journal cannot be read on" }</h1>
            <p role="alert">{ message.to_owned() }</p>
            <p>{ "It was written by a newer version of Outcry. Reload the page to get that version." }</p>
            <p class="buttons">
                { send_button(act, "Try again", "primary", "retry", || Request::Retry) }
                { send_button(act, "Export the journal", "", "export", || Request::Export) }
                { send_button(act, "New demo exchange", "", "new-demo", || Request::NewDemo { seed: fresh_seed() }) }
            </p>
        </>
    }
}

pub(crate) fn send_button(
    act: &Callback<Action>,
    label: &'static str,
    class: &'static str,
    id: &'static str,
    request: fn() -> Request,
) -> Html {
    let onclick = act.reform(move |_| Action::Send(request()));
    html! { <button type="button" {class} {onclick} data-testid={id}>{ label }</button> }
}

/// A seed that no earlier demo had: the time of day.
pub(crate) fn fresh_seed() -> u64 {
    js_sys::Date::now() as u64
}

/// Loads the page again.
pub(crate) fn reload() {
    if let Err(error) = gloo::utils::window().location().reload() {
        web_sys::console::error_1(&error);
    }
}
