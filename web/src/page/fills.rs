//! The account's fills, newest first.

use yew::prelude::*;

use super::ladder::side_name;
use super::orders::side_label;
use super::time;
use super::venue::Venue;
use crate::protocol::{AccountView, Fill};

/// The table of fills.
pub(crate) fn fills(venue: &Venue, holdings: &AccountView) -> Html {
    if holdings.fills.is_empty() {
        return html! { <p class="empty" data-testid="fills-empty">{ "No fills yet." }</p> };
    }
    html! {
        <table class="table" data-testid="fills">
            <thead>
                <tr>
                    { for ["Time", "Trade", "Order", "Instrument", "Side", "Price", "Quantity", "Fee", "Role"]
                        .map(|head| html! { <th scope="col">{ head }</th> }) }
                </tr>
            </thead>
            <tbody>{ for holdings.fills.iter().map(|fill| row(venue, fill)) }</tbody>
        </table>
    }
}

fn row(venue: &Venue, fill: &Fill) -> Html {
    let fee = match venue.instrument(fill.instrument) {
        Some(instrument) => venue.amount(instrument.quote(), fill.fee),
        None => String::new(),
    };
    html! {
        <tr key={format!("{}-{}", fill.trade, fill.order)} data-trade={fill.trade.get().to_string()}
            data-order={fill.order.get().to_string()} data-side={side_name(fill.side)}>
            <td class="time">{ time::clock_millis(fill.at) }</td>
            <td>{ fill.trade.get().to_string() }</td>
            <td>{ fill.order.get().to_string() }</td>
            <td class="text">{ venue.symbol(fill.instrument) }</td>
            <td class={classes!("text", side_name(fill.side))}>{ side_label(fill.side) }</td>
            <td>{ venue.price(fill.instrument, fill.price) }</td>
            <td>{ venue.quantity(fill.instrument, fill.quantity.lots()) }</td>
            <td>{ fee }</td>
            <td class="text">{ if fill.maker { "Maker" } else { "Taker" } }</td>
        </tr>
    }
}
