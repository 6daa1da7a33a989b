//! The line at the bottom: the market's clock, how fast it runs, and how safe everything is.

use yew::prelude::*;

use super::action::Action;
use super::keeping::Keeping;
use super::session_screen::reload;
use super::shared::Shared;
use super::{number, time};
use crate::protocol::{Cause, Request, Status, Storage, SyncState, SyncStatus};

#[derive(PartialEq, Properties)]
pub(crate) struct StatusLineProps {
    pub(crate) status: Shared<Status>,
    pub(crate) sync: Shared<SyncStatus>,
    pub(crate) keeping: Keeping,
    pub(crate) act: Callback<Action>,
}

/// The line.
pub(crate) struct StatusLine;

impl Component for StatusLine {
    type Message = ();
    type Properties = StatusLineProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let StatusLineProps { status, sync, keeping, act } = ctx.props();
        let digest = status.digest.clone();
        html! {
            <footer class="status-line" data-testid="status" data-sequence={status.sequence.to_string()}
                data-saved={status.saved.to_string()} data-on-disk={status.on_disk.to_string()} data-digest={digest.clone()} data-exchange={status.exchange.clone()}>
                <span title="Market time, UTC" data-testid="clock">
                    { format!("{} {} UTC", time::date(status.now), time::clock(status.now)) }
                </span>
                <span data-testid="rate">
                    { format!("{} events/s", number::count(status.events_per_second.into())) }
                </span>
                <span data-testid="sequence">{ format!("Command {}", number::count(status.sequence)) }</span>
                { saved(status, act) }
                { storage(status, *keeping, act) }
                { server(status, sync) }
                <span class="status-digest" title={format!("Digest of the exchange: {digest}")} data-testid="digest">
                    { format!("Digest {}", digest.get(..8).unwrap_or(&digest)) }
                </span>
            </footer>
        }
    }
}

/// Both acks, as they are at this moment; a click has all of it on disk at once.
fn saved(status: &Shared<Status>, act: &Callback<Action>) -> Html {
    let Status { sequence, saved, on_disk, .. } = **status;
    let text = if saved == 0 && sequence > 0 {
        "Nothing is saved".to_owned()
    } else if on_disk >= sequence {
        "All on disk".to_owned()
    } else if saved >= sequence {
        format!("All saved, {} on disk", number::count(on_disk))
    } else {
        format!("Saved up to {}, {} on disk", number::count(saved), number::count(on_disk))
    };
    let title = format!(
        "{} commands are not saved yet: they would be lost with this tab. {} are not on disk yet: they would be lost in \
         a power cut. Click to have all of them on disk now.",
        number::count(sequence.saturating_sub(saved)),
        number::count(sequence.saturating_sub(on_disk))
    );
    let settle = act.reform(|_| Action::Send(Request::Settle));
    html! { <button type="button" class="quiet" onclick={settle} {title} data-testid="saved">{ text }</button> }
}

fn storage(status: &Status, keeping: Keeping, act: &Callback<Action>) -> Html {
    match &status.storage {
        Storage::Good => html! {
            <span class="state good" title={keeping.meaning()} data-testid="storage" data-storage="good"
                data-keeping={keeping.id()}>
                { if keeping == Keeping::BestEffort { "Storage good, not for ever" } else { "Storage good" } }
            </span>
        },
        Storage::Failed { message, cause } => failed(status, message, *cause, act),
        Storage::Absent { message } => html! {
            <span class="state bad" data-testid="storage" data-storage="absent" title={message.clone()}>
                { "Nothing is kept: this browser offers no storage here, as some do in a private window. Export before \
                   you close the page." }
                { export(act) }
            </span>
        },
    }
}

fn failed(status: &Status, message: &str, cause: Cause, act: &Callback<Action>) -> Html {
    let unsaved = number::count(status.sequence.saturating_sub(status.saved));
    let (id, text) = match cause {
        Cause::Full => (
            "full",
            format!("No room: {unsaved} commands are only in this tab. Free some room or export; saving goes on by itself."),
        ),
        Cause::Cleared => (
            "cleared",
            "The browser has cleared this page's storage. The market goes on in this tab only and cannot be saved any \
             more. Reload to see what can be done."
                .to_owned(),
        ),
        Cause::Other if status.saved == status.sequence => ("other", format!("Saved, but not on disk: {message}")),
        Cause::Other => ("other", format!("Not saved: {message}")),
    };
    let retry = act.reform(|_| Action::Send(Request::Retry));
    html! {
        <span class="state bad" role="alert" title={message.to_owned()} data-testid="storage" data-storage="failed" data-cause={id}>
            { text }
            if cause == Cause::Cleared {
                <button type="button" onclick={Callback::from(|_| reload())} data-testid="storage-reload">{ "Reload" }</button>
            } else {
                <button type="button" onclick={retry} data-testid="storage-retry">{ "Try again" }</button>
                { export(act) }
            }
        </span>
    }
}

fn export(act: &Callback<Action>) -> Html {
    let export = act.reform(|_| Action::Send(Request::Export));
    html! { <button type="button" onclick={export} data-testid="storage-export">{ "Export" }</button> }
}

fn server(status: &Status, sync: &SyncStatus) -> Html {
    let behind = status.sequence.saturating_sub(sync.on_server);
    let (class, state, text) = match &sync.state {
        SyncState::Off => ("", "off", "Server off".to_owned()),
        SyncState::UpToDate => ("good", "up-to-date", "On server".to_owned()),
        SyncState::Sending => ("", "sending", format!("{} not on server yet", number::count(behind))),
        SyncState::Offline { .. } => {
            ("warn", "offline", format!("Server offline, {} not there yet", number::count(behind)))
        }
        SyncState::Conflict { .. } => ("bad", "conflict", "Server has another history".to_owned()),
    };
    html! {
        <span class={classes!("state", class)} data-testid="sync" data-sync={state}
            data-on-server={sync.on_server.to_string()}>
            { text }
        </span>
    }
}
