//! Orders of the account that the market canceled without being asked, and why.

use yew::prelude::*;

use super::orders::side_label;
use super::time;
use super::venue::Venue;
use super::wording::why_canceled;
use crate::protocol::EndedOrder;

/// The list, newest first; nothing while there are none.
pub(crate) fn ended_orders(venue: &Venue, ended: &[EndedOrder]) -> Html {
    if ended.is_empty() {
        return Html::default();
    }
    html! {
        <section class="ended" aria-label="Canceled by the market">
            <h3>{ "Canceled by the market" }</h3>
            <ul data-testid="ended">{ for ended.iter().map(|order| line(venue, order)) }</ul>
        </section>
    }
}

fn line(venue: &Venue, ended: &EndedOrder) -> Html {
    let what = format!(
        "Order {}, {} {} {}: {}",
        ended.order,
        side_label(ended.side).to_lowercase(),
        venue.quantity(ended.instrument, ended.canceled),
        venue.symbol(ended.instrument),
        why_canceled(ended.reason)
    );
    html! {
        <li key={ended.order.get().to_string()} data-order={ended.order.get().to_string()}>
            <span class="time">{ time::clock(ended.at) }</span>{ format!(" {what}") }
        </li>
    }
}
