//! A text field with its label, its unit and its error.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// A text field with its unit and its error.
pub(crate) struct TextField {
    pub(crate) id: &'static str,
    pub(crate) place: NodeRef,
    pub(crate) label: &'static str,
    pub(crate) unit: AttrValue,
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    pub(crate) onedit: Callback<Event>,
    pub(crate) onblur: Callback<FocusEvent>,
}

/// Draws the field; the error is tied to it for those who hear the page.
pub(crate) fn text_field(field: TextField) -> Html {
    let TextField { id, place, label, unit, value, error, onedit, onblur } = field;
    let error_id = format!("ticket-{id}-error");
    html! {
        <div class={classes!("field", error.is_some().then_some("invalid"))}>
            <label class="field-label" for={format!("ticket-{id}")}>{ label }</label>
            <span class="input">
                <input ref={place} id={format!("ticket-{id}")} type="text" inputmode="decimal" autocomplete="off" {value}
                    aria-invalid={error.is_some().then_some("true")}
                    aria-describedby={error.is_some().then(|| error_id.clone())}
                    oninput={onedit.reform(Event::from)} onchange={onedit} {onblur} data-testid={id} />
                <span class="unit">{ unit }</span>
            </span>
            <p class="field-error" id={error_id} data-testid={format!("{id}-error")}>{ error.unwrap_or_default() }</p>
        </div>
    }
}

/// The text in the field that the event comes from: typed, cut, or filled in by the browser.
pub(crate) fn typed(event: &Event) -> Option<String> {
    Some(event.target_dyn_into::<HtmlInputElement>()?.value())
}
