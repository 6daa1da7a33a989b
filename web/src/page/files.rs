//! Files in and out: orders from a CSV, a LOBSTER recording, a journal; and the journal as a file.

use outcry_engine::AccountId;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, File, FileList, HtmlInputElement};
use yew::prelude::*;

use super::action::Action;
use super::import_progress::import_progress;
use super::intake::{Intake, MAX_MEGABYTES, sort};
use super::shared::Shared;
use crate::protocol::{Import, ImportStatus, Request};

#[derive(PartialEq, Properties)]
pub(crate) struct FilesProps {
    pub(crate) account: Option<AccountId>,
    pub(crate) import: Option<Shared<ImportStatus>>,
    pub(crate) act: Callback<Action>,
}

pub(crate) enum Msg {
    Given(Vec<File>),
    Over(bool),
    ClientView(bool),
    Rematch(bool),
}

/// The choices that go with a file.
#[derive(Clone, Copy, Default)]
struct Choices {
    client_view: bool,
    rematch: bool,
}

/// The panel.
#[derive(Default)]
pub(crate) struct Files {
    choices: Choices,
    /// Whether files hang over the drop zone.
    over: bool,
    error: Option<String>,
}

impl Component for Files {
    type Message = Msg;
    type Properties = FilesProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Given(files) => {
                self.over = false;
                self.error = self.load(ctx, files).err();
            }
            Msg::Over(over) => return std::mem::replace(&mut self.over, over) != over,
            Msg::ClientView(client_view) => self.choices.client_view = client_view,
            Msg::Rematch(rematch) => self.choices.rematch = rematch,
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let export = ctx.props().act.reform(|_| Action::Send(Request::Export));
        html! {
            <div class="files">
                { self.drop_zone(ctx) }
                <div class="file-choices">
                    { self.check(ctx, "Orders file: sides are the client's view", "client-view", self.choices.client_view, Msg::ClientView) }
                    { self.check(ctx, "LOBSTER: match aggressors again", "rematch", self.choices.rematch, Msg::Rematch) }
                    <button type="button" onclick={export} data-testid="export">{ "Export the journal" }</button>
                </div>
                if let Some(status) = &ctx.props().import {
                    { import_progress(status, &ctx.props().act) }
                }
            </div>
        }
    }
}

impl Files {
    fn drop_zone(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let over = |over| {
            link.callback(move |event: DragEvent| {
                event.prevent_default();
                Msg::Over(over)
            })
        };
        let ondrop = link.callback(|event: DragEvent| {
            event.prevent_default();
            Msg::Given(listed(event.data_transfer().and_then(|data| data.files())))
        });
        let onchange = link.batch_callback(|event: Event| {
            let input = event.target_dyn_into::<HtmlInputElement>()?;
            let files = listed(input.files());
            // The field forgets them, so that the same file can be chosen again.
            input.set_value("");
            (!files.is_empty()).then_some(Msg::Given(files))
        });
        html! {
            <div class={classes!("drop-zone", self.over.then_some("over"))} data-testid="drop-zone"
                ondragover={over(true)} ondragenter={over(true)} ondragleave={over(false)} {ondrop}>
                <label class="drop-label" for="file-input">
                    <strong>{ "Drop files here or choose them" }</strong>
                    <span>{ "Orders as CSV (orderId,symbol,side,amount,price), a LOBSTER message file with its \
                             orderbook file, or an exported journal." }</span>
                </label>
                <input id="file-input" type="file" multiple=true {onchange} data-testid="file-input"
                    aria-describedby="file-error" />
                <p class="field-error" id="file-error" role="alert" data-testid="file-error">
                    { self.error.clone().unwrap_or_default() }
                </p>
            </div>
        }
    }

    fn check(
        &self,
        ctx: &Context<Self>,
        label: &'static str,
        id: &'static str,
        checked: bool,
        message: fn(bool) -> Msg,
    ) -> Html {
        let onchange = ctx.link().batch_callback(move |event: Event| {
            Some(message(event.target_dyn_into::<HtmlInputElement>()?.checked()))
        });
        html! {
            <label class="check">
                <input type="checkbox" {checked} {onchange} data-testid={id} />
                { label }
            </label>
        }
    }

    /// Reads the files and sends them to the worker.
    fn load(&self, ctx: &Context<Self>, files: Vec<File>) -> Result<(), String> {
        let names: Vec<String> = files.iter().map(File::name).collect();
        let intake = sort(&names)?;
        files.iter().try_for_each(small_enough)?;
        let account = ctx.props().account;
        if matches!(intake, Intake::Orders(_)) && account.is_none() {
            return Err("This exchange has no account to place the orders for.".to_owned());
        }
        let (choices, act) = (self.choices, ctx.props().act.clone());
        spawn_local(async move {
            match read(intake, &files, account, choices).await {
                Ok(import) => act.emit(Action::Send(Request::Import(import))),
                Err(message) => act.emit(Action::Complain(message)),
            }
        });
        Ok(())
    }
}

/// Reads an exported journal and sends it to the worker.
///
/// # Errors
/// Why it cannot be one.
pub(crate) fn load_journal(file: File, act: Callback<Action>) -> Result<(), String> {
    small_enough(&file)?;
    spawn_local(async move {
        act.emit(match bytes(&file).await {
            Ok(bytes) => Action::Send(Request::Import(Import::Journal { name: file.name(), bytes })),
            Err(message) => Action::Complain(message),
        });
    });
    Ok(())
}

fn small_enough(file: &File) -> Result<(), String> {
    if file.size() > f64::from(MAX_MEGABYTES) * 1_048_576.0 {
        return Err(format!("{} is larger than {} MB.", file.name(), MAX_MEGABYTES));
    }
    Ok(())
}

fn listed(files: Option<FileList>) -> Vec<File> {
    files.map(|list| (0..list.length()).filter_map(|place| list.item(place)).collect()).unwrap_or_default()
}

async fn read(
    intake: Intake,
    files: &[File],
    account: Option<AccountId>,
    choices: Choices,
) -> Result<Import, String> {
    let name = |place: usize| files[place].name();
    Ok(match (intake, account) {
        (Intake::Orders(place), Some(account)) => Import::Orders {
            name: name(place),
            bytes: bytes(&files[place]).await?,
            account,
            client_view: choices.client_view,
        },
        (Intake::Orders(_), None) => return Err("There is no account to place the orders for.".to_owned()),
        (Intake::Lobster { messages, book }, _) => Import::Lobster {
            name: name(messages),
            messages: bytes(&files[messages]).await?,
            book: bytes(&files[book]).await?,
            rematch: choices.rematch,
        },
        (Intake::Journal(place), _) => {
            Import::Journal { name: name(place), bytes: bytes(&files[place]).await? }
        }
    })
}

async fn bytes(file: &File) -> Result<Vec<u8>, String> {
    let buffer = JsFuture::from(file.array_buffer()).await;
    let buffer =
        buffer.map_err(|_| format!("{} cannot be read: it may have changed or gone.", file.name()))?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}
