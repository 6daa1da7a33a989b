//! How trading goes in the instrument: the phase, its end, and what an auction would give now.

use outcry_engine::{Instrument, Lots};
use yew::prelude::*;

use super::number;
use super::wording;
use crate::protocol::Trading;

/// The part of the instrument's bar.
pub(crate) fn trading(instrument: &Instrument, trading: &Trading) -> Html {
    let end = wording::phase_end(trading);
    let indication = trading.indication.and_then(|indication| Some((indication.price?, indication)));
    let quantity = |lots: Lots| number::quantity(instrument, lots);
    html! {
        <>
            <div class="statistic statistic-state">
                <dt>{ "Trading" }</dt>
                <dd data-testid="phase">
                    { wording::phase(trading) }
                    if let Some(end) = end {
                        <span class="statistic-end" data-testid="phase-end">{ format!(" {end}") }</span>
                    }
                </dd>
            </div>
            if trading.phase.indicates() {
                <div class="statistic statistic-state">
                    <dt>{ "Indicative price" }</dt>
                    <dd data-testid="indicative">
                        { indication.map_or_else(|| "none".to_owned(), |(price, _)| number::price(instrument, price)) }
                    </dd>
                </div>
            }
            if let Some((_, indication)) = indication {
                <div class="statistic statistic-state">
                    <dt>{ "Paired" }</dt>
                    <dd data-testid="paired">{ quantity(indication.paired) }</dd>
                </div>
                <div class="statistic statistic-state">
                    <dt>{ "Surplus" }</dt>
                    <dd data-testid="surplus">
                        { wording::surplus(&quantity(indication.surplus), indication.surplus_side) }
                    </dd>
                </div>
            }
        </>
    }
}
