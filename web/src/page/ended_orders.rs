//! Orders of the account that the market canceled without being asked, and why.

use yew::prelude::*;

use super::acks::{Ack, Marks};
use super::orders::{ack_mark, side_label};
use super::time;
use super::venue::Venue;
use super::wording::why_canceled;
use crate::protocol::EndedOrder;

/// The list, newest first; nothing while there are none.
pub(crate) fn ended_orders(venue: &Venue, ended: &[(EndedOrder, u64)], marks: Marks) -> Html {
    if ended.is_empty() {
        return Html::default();
    }
    html! {
        <section class="ended" aria-label="Canceled by the market">
            <h3>{ "Canceled by the market" }</h3>
            <ul data-testid="ended">{ for ended.iter().map(|(order, changed)| line(venue, order, marks.ack(*changed))) }</ul>
        </section>
    }
}

fn line(venue: &Venue, ended: &EndedOrder, ack: Ack) -> Html {
    let what = format!(
        "Order {}, {} {} {}: {}",
        ended.order,
        side_label(ended.side).to_lowercase(),
        venue.quantity(ended.instrument, ended.canceled),
        venue.symbol(ended.instrument),
        why_canceled(ended.reason)
    );
    html! {
        <li key={ended.order.get().to_string()} data-order={ended.order.get().to_string()} data-ack={ack.id()}>
            <span class="time">{ time::clock(ended.at) }</span>{ format!(" {what} ") }{ ack_mark(ack) }
        </li>
    }
}
