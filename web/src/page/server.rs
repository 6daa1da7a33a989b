//! The server: off by default. Keep a copy there, see what is not there yet, and bring an exchange back.

use yew::prelude::*;

use super::action::Action;
use super::number;
use super::preferences;
use super::shared::Shared;
use super::text_field::typed;
use crate::protocol::{RemoteExchange, Request, SyncControl, SyncState, SyncStatus};

#[derive(PartialEq, Properties)]
pub(crate) struct ServerProps {
    pub(crate) sync: Shared<SyncStatus>,
    pub(crate) sequence: u64,
    pub(crate) remote: Option<Shared<Result<Vec<RemoteExchange>, String>>>,
    pub(crate) act: Callback<Action>,
}

pub(crate) enum Msg {
    Address(String),
    LeftAddress,
    On,
    List,
    Restore(String),
}

/// The panel.
pub(crate) struct Server {
    address: String,
    left: bool,
    listed: bool,
}

impl Component for Server {
    type Message = Msg;
    type Properties = ServerProps;

    fn create(ctx: &Context<Self>) -> Self {
        let known = ctx.props().sync.address.clone().or_else(preferences::server);
        let address = known.unwrap_or_else(|| gloo::utils::window().location().origin().unwrap_or_default());
        Self { address, left: false, listed: false }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Address(address) => self.address = address,
            Msg::LeftAddress => self.left = true,
            Msg::On => self.ask(ctx, |address| SyncControl::On { address }),
            Msg::List => {
                self.listed = true;
                self.ask(ctx, |address| SyncControl::List { address });
            }
            Msg::Restore(exchange) => self.ask(ctx, |address| SyncControl::Restore { address, exchange }),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <div class="server">
                { self.address_field(ctx) }
                { state(ctx.props()) }
                { self.exchanges(ctx) }
            </div>
        }
    }
}

impl Server {
    /// Asks the worker for something at the address, if it is one.
    fn ask(&mut self, ctx: &Context<Self>, control: impl FnOnce(String) -> SyncControl) {
        self.left = true;
        if self.error().is_none() {
            let address = self.address.trim().trim_end_matches('/').to_owned();
            preferences::set_server(&address);
            ctx.props().act.emit(Action::Send(Request::Sync(control(address))));
        }
    }

    fn error(&self) -> Option<String> {
        address_error(&self.address)
    }

    fn address_field(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let error = self.error().filter(|_| self.left);
        let onedit: Callback<Event> = link.batch_callback(|event| typed(&event).map(Msg::Address));
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::On
        });
        let off = ctx.props().act.reform(|_| Action::Send(Request::Sync(SyncControl::Off)));
        let on = ctx.props().sync.address.is_some();
        html! {
            <form class="server-address" {onsubmit} novalidate=true>
                <div class={classes!("field", error.is_some().then_some("invalid"))}>
                    <label class="field-label" for="server-address">{ "Address of the server" }</label>
                    <span class="input">
                        <input id="server-address" type="url" autocomplete="off" value={self.address.clone()}
                            oninput={onedit.reform(Event::from)} onchange={onedit}
                            onblur={link.callback(|_| Msg::LeftAddress)} disabled={on}
                            aria-invalid={error.is_some().then_some("true")} aria-describedby="server-address-error"
                            data-testid="server-address" />
                    </span>
                    <p class="field-error" id="server-address-error" data-testid="server-address-error">
                        { error.unwrap_or_default() }
                    </p>
                </div>
                <div class="buttons">
                    if on {
                        <button type="button" onclick={off} data-testid="sync-off">{ "Stop" }</button>
                    } else {
                        <button type="submit" class="primary" data-testid="sync-on">{ "Keep a copy here" }</button>
                    }
                    <button type="button" onclick={link.callback(|_| Msg::List)} data-testid="sync-list">
                        { "What is on the server?" }
                    </button>
                </div>
            </form>
        }
    }

    fn exchanges(&self, ctx: &Context<Self>) -> Html {
        let remote = ctx.props().remote.as_ref().filter(|_| self.listed);
        match remote.map(|remote| &**remote) {
            None => Html::default(),
            Some(Err(message)) => html! {
                <p class="field-error" role="alert" data-testid="remote-error">{ message.clone() }</p>
            },
            Some(Ok(list)) if list.is_empty() => html! {
                <p class="empty" data-testid="remote-empty">{ "The server has no exchange yet." }</p>
            },
            Some(Ok(list)) => html! {
                <table class="table" data-testid="remote">
                    <thead>
                        <tr>
                            <th scope="col">{ "On the server" }</th><th scope="col">{ "Commands" }</th>
                            <th scope="col">{ "Digest" }</th><th scope="col"><span class="visually-hidden">{ "Actions" }</span></th>
                        </tr>
                    </thead>
                    <tbody>{ for list.iter().map(|exchange| remote_row(ctx, exchange)) }</tbody>
                </table>
            },
        }
    }
}

fn remote_row(ctx: &Context<Server>, exchange: &RemoteExchange) -> Html {
    let id = exchange.id.clone();
    let onclick = ctx.link().callback(move |_| Msg::Restore(id.clone()));
    html! {
        <tr key={exchange.id.clone()} data-exchange={exchange.id.clone()} data-digest={exchange.digest.clone()}>
            <td class="text">{ exchange.name.clone() }</td>
            <td>{ number::count(exchange.sequence) }</td>
            <td class="text digest" title={exchange.digest.clone()}>
                { exchange.digest.get(..8).unwrap_or(&exchange.digest).to_owned() }
            </td>
            <td class="buttons">
                <button type="button" {onclick} aria-label={format!("Restore {}", exchange.name)} data-testid="restore">
                    { "Restore" }
                </button>
            </td>
        </tr>
    }
}

fn state(props: &ServerProps) -> Html {
    let sync = &*props.sync;
    let behind = props.sequence.saturating_sub(sync.on_server);
    let now = props.act.reform(|_| Action::Send(Request::Sync(SyncControl::Now)));
    let (class, words) = match &sync.state {
        SyncState::Off => ("", "Off. This exchange is in this browser only.".to_owned()),
        SyncState::UpToDate => ("good", "Everything is on the server.".to_owned()),
        SyncState::Sending => ("", "Sending\u{2026}".to_owned()),
        SyncState::Offline { message, retry_in } => {
            ("warn", format!("No answer ({message}). Trying again in {retry_in} s; trading goes on."))
        }
        SyncState::Conflict { message } => ("bad", format!("Stopped: {message}")),
    };
    html! {
        <div class="server-state">
            <p class={classes!("state", class)} data-testid="sync-state">{ words }</p>
            if sync.state != SyncState::Off {
                <dl class="figures">
                    <div><dt>{ "On the server" }</dt><dd data-testid="on-server">{ number::count(sync.on_server) }</dd></div>
                    <div><dt>{ "Not there yet" }</dt><dd data-testid="not-on-server">{ number::count(behind) }</dd></div>
                </dl>
                <button type="button" onclick={now} data-testid="sync-now">{ "Send now" }</button>
            }
        </div>
    }
}

/// What is wrong with a server's address.
fn address_error(address: &str) -> Option<String> {
    let address = address.trim();
    let rest = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    match rest {
        _ if address.is_empty() => Some("The address is empty.".to_owned()),
        Some(host) if !host.trim_end_matches('/').is_empty() && !host.contains(char::is_whitespace) => None,
        _ => Some(format!("{address} is not an address such as http://127.0.0.1:8700.")),
    }
}
