//! Hears that the page hides or goes away: the last moment at which anything can be done for certain.

use gloo::events::EventListener;
use gloo::utils::{document, window};
use yew::Callback;

/// Calls when the page hides (another tab, the screen locked) or is left. Ends when the answer is dropped.
pub(crate) fn watch(hides: Callback<()>) -> [EventListener; 2] {
    let leaves = hides.clone();
    let changed = move |_: &web_sys::Event| {
        if document().hidden() {
            hides.emit(());
        }
    };
    [
        EventListener::new(&document(), "visibilitychange", changed),
        EventListener::new(&window(), "pagehide", move |_| leaves.emit(())),
    ]
}
