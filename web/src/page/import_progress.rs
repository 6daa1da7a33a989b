//! How an import goes: progress, figures, controls, and what is wrong in the file.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::action::{Action, wish};
use super::number;
use crate::protocol::{ImportControl, ImportStage, ImportStatus, Request, RowError};

/// Speeds of a replay to choose from, in rows per second; 0 is as fast as it goes.
const SPEEDS: [u32; 5] = [0, 10, 100, 1_000, 10_000];
/// Row errors listed.
const ERRORS: usize = 100;

/// The progress of an import.
pub(crate) fn import_progress(status: &ImportStatus, act: &Callback<Action>) -> Html {
    let (stage, words) = match &status.stage {
        ImportStage::Running => ("running", "Loading"),
        ImportStage::Paused => ("paused", "Paused"),
        ImportStage::Finished => ("finished", "Loaded"),
        ImportStage::Canceled => ("canceled", "Canceled"),
        ImportStage::Refused(_) => ("refused", "Refused, nothing was written"),
    };
    html! {
        <section class="import" aria-label="Import" data-testid="import" data-stage={stage}
            data-done={status.done.to_string()} data-total={status.total.to_string()}>
            <p class="import-name"><strong>{ status.name.clone() }</strong>{ format!(" \u{2013} {words}") }</p>
            if let ImportStage::Refused(errors) = &status.stage {
                { row_errors(errors) }
            } else {
                <progress max={status.total.max(1).to_string()} value={status.done.to_string()} aria-label="Rows done" />
                <p class="import-rows">
                    { format!("{} of {} rows, {} %", number::count(status.done), number::count(status.total),
                        number::percent(status.done, status.total)) }
                </p>
            }
            { figures(status) }
            { controls(status, act) }
        </section>
    }
}

fn figures(status: &ImportStatus) -> Html {
    html! {
        <dl class="figures" data-testid="import-figures">
            { for status.figures.iter().map(|(label, value)| html! {
                <div key={label.clone()}>
                    <dt>{ label.clone() }</dt>
                    <dd data-figure={label.clone()}>{ value.clone() }</dd>
                </div>
            }) }
        </dl>
    }
}

fn controls(status: &ImportStatus, act: &Callback<Action>) -> Html {
    let button = |label: &'static str, id: &'static str, control: ImportControl| {
        let onclick = act.reform(move |_| Action::Send(Request::ImportControl(control)));
        html! { <button type="button" {onclick} data-testid={id}>{ label }</button> }
    };
    html! {
        <div class="buttons">
            { match status.stage {
                ImportStage::Running => html! { <>
                    { speed(status, act) }
                    { button("Pause", "import-pause", ImportControl::Pause) }
                    { button("Cancel", "import-cancel", ImportControl::Cancel) }
                </> },
                ImportStage::Paused => html! { <>
                    { speed(status, act) }
                    { button("Resume", "import-resume", ImportControl::Resume) }
                    { button("Cancel", "import-cancel", ImportControl::Cancel) }
                </> },
                ImportStage::Finished | ImportStage::Canceled | ImportStage::Refused(_) => {
                    button("Dismiss", "import-dismiss", ImportControl::Dismiss)
                }
            } }
        </div>
    }
}

fn speed(status: &ImportStatus, act: &Callback<Action>) -> Html {
    let onchange = wish(act, |event: Event| {
        let rows: u32 = event.target_dyn_into::<HtmlSelectElement>()?.value().parse().ok()?;
        let control = ImportControl::Speed((rows > 0).then_some(rows));
        Some(Action::Send(Request::ImportControl(control)))
    });
    html! {
        <label class="choice">
            <span class="choice-label">{ "Speed" }</span>
            <select {onchange} data-testid="import-speed">
                { for SPEEDS.into_iter().map(|rows| html! {
                    <option value={rows.to_string()} selected={status.speed.unwrap_or(0) == rows}>
                        { if rows == 0 { "as fast as it goes".to_owned() } else { format!("{} rows/s", number::count(rows.into())) } }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn row_errors(errors: &[RowError]) -> Html {
    let more = errors.len().saturating_sub(ERRORS);
    html! {
        <>
            <table class="table errors" data-testid="import-errors">
                <thead>
                    <tr><th scope="col">{ "Row" }</th><th scope="col">{ "Column" }</th><th scope="col">{ "What is wrong" }</th></tr>
                </thead>
                <tbody>
                    { for errors.iter().take(ERRORS).map(|error| html! {
                        <tr data-row={error.row.to_string()} data-column={error.column.clone()}>
                            <td>{ if error.row == 0 { "file".to_owned() } else { number::count(error.row) } }</td>
                            <td class="text">{ error.column.clone() }</td>
                            <td class="text">{ error.message.clone() }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
            if more > 0 {
                <p class="hint">{ format!("and {more} more") }</p>
            }
        </>
    }
}
