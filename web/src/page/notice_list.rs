//! The notices on the screen, read out politely one after the other.

use yew::prelude::*;

use super::action::Action;
use super::notices::Posted;
use crate::protocol::NoticeLevel;

/// The list.
pub(crate) fn notice_list(notices: &[Posted], act: &Callback<Action>) -> Html {
    html! {
        <div class="notices" role="status" aria-label="Notices" data-testid="notices">
            { for notices.iter().map(|posted| {
                let id = posted.id;
                let (class, level) = match posted.notice.level {
                    NoticeLevel::Information => ("notice", "information"),
                    NoticeLevel::Error => ("notice error", "error"),
                };
                html! {
                    <div key={id} {class} data-testid="notice" data-level={level}>
                        <p>{ posted.notice.message.clone() }</p>
                        <button type="button" class="quiet" aria-label="Dismiss"
                            onclick={act.reform(move |_| Action::Dismiss(id))}>
                            { "\u{00d7}" }
                        </button>
                    </div>
                }
            }) }
        </div>
    }
}
