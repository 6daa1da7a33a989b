//! The account's balances: available, held, and both together.

use outcry_engine::Amount;
use yew::prelude::*;

use super::venue::Venue;
use crate::protocol::AccountView;

/// The table of balances.
pub(crate) fn balances(venue: &Venue, holdings: &AccountView) -> Html {
    if holdings.balances.is_empty() {
        return html! { <p class="empty" data-testid="balances-empty">{ "Nothing was ever paid in." }</p> };
    }
    html! {
        <table class="table" data-testid="balances">
            <thead>
                <tr>
                    { for ["Asset", "Available", "Held for orders", "Total"]
                        .map(|head| html! { <th scope="col">{ head }</th> }) }
                </tr>
            </thead>
            <tbody>
                { for holdings.balances.iter().map(|balance| {
                    let symbol = venue.asset_symbol(balance.asset);
                    let amount = |amount| venue.bare_amount(balance.asset, amount);
                    let total = Amount::new(balance.available.get().saturating_add(balance.held.get()));
                    html! {
                        <tr key={symbol.clone()} data-asset={symbol.clone()}>
                            <th scope="row">{ symbol }</th>
                            <td data-testid="available-balance">{ amount(balance.available) }</td>
                            <td data-testid="held-balance">{ amount(balance.held) }</td>
                            <td>{ total.map(amount).unwrap_or_default() }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}
