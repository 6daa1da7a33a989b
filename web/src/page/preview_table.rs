//! What an order would do now: fills by level, average price, fee, what rests and what is needed.

use outcry_engine::{Instrument, Lots, NewOrder, Preview};
use rust_decimal::Decimal;
use yew::prelude::*;

use super::number;
use super::preview_desk::PreviewAnswer;
use super::venue::Venue;

/// Levels listed; deeper ones are summed up.
const LEVELS: usize = 8;

/// The table.
pub(crate) fn preview_table(venue: &Venue, order: Option<NewOrder>, preview: Option<&PreviewAnswer>) -> Html {
    let shown = order.zip(preview);
    let Some((instrument, order, preview)) =
        shown.and_then(|(order, preview)| Some((venue.instrument(order.instrument)?, order, preview)))
    else {
        return html! {
            <div class="preview" data-testid="preview">
                <p class="hint">{ "Enter an order to see what it would do." }</p>
            </div>
        };
    };
    html! {
        <div class="preview" data-testid="preview">
            <h3>{ "If sent now" }</h3>
            { match &**preview {
                Ok(preview) => outcome(venue, &order, instrument, preview),
                Err(refusal) => html! {
                    <p class="refusal" data-testid="preview-refusal" data-code={refusal.code.clone()}>
                        { format!("It would be refused: {}", refusal.message) }
                    </p>
                },
            } }
        </div>
    }
}

fn outcome(venue: &Venue, order: &NewOrder, instrument: &Instrument, preview: &Preview) -> Html {
    let quantity = |lots: Lots| number::quantity(instrument, lots);
    let line = |label: &'static str, id: &'static str, value: String| {
        html! { <div><dt>{ label }</dt><dd data-testid={id}>{ value }</dd></div> }
    };
    let some = |lots: Lots, label, id| (!lots.is_zero()).then(|| line(label, id, quantity(lots)));
    let quote = instrument.quote();
    let (asset, amount) = preview.pays;
    html! {
        <>
            <dl class="figures">
                { line("Fills", "preview-filled", quantity(preview.filled)) }
                { for average(instrument, preview).map(|price| line("Average price", "preview-average", price)) }
                if !preview.filled.is_zero() {
                    { line("Value", "preview-value", venue.amount(quote, preview.value)) }
                    { line("Fee", "preview-fee", venue.amount(quote, preview.fee)) }
                }
                { for some(preview.rests, "Rests", "preview-rests") }
                if !preview.rests.is_zero() {
                    { line("Ahead in the queue", "preview-ahead", quantity(preview.ahead)) }
                }
                { for some(preview.canceled, "Canceled", "preview-canceled") }
                { line("Needed", "preview-needed", venue.amount(asset, amount)) }
            </dl>
            if !preview.fills.is_empty() {
                { fills(instrument, order, preview) }
            }
        </>
    }
}

fn fills(instrument: &Instrument, order: &NewOrder, preview: &Preview) -> Html {
    let deeper = preview.fills.len().saturating_sub(LEVELS);
    let head = match order.side {
        outcry_engine::Side::Buy => "Bought at",
        outcry_engine::Side::Sell => "Sold at",
    };
    html! {
        <table class="preview-fills">
            <thead>
                <tr><th scope="col">{ head }</th><th scope="col">{ "Quantity" }</th><th scope="col">{ "Orders" }</th></tr>
            </thead>
            <tbody>
                { for preview.fills.iter().take(LEVELS).map(|fill| html! {
                    <tr key={fill.price.get().to_string()}>
                        <td>{ number::price(instrument, fill.price) }</td>
                        <td>{ number::quantity(instrument, fill.quantity) }</td>
                        <td>{ fill.orders }</td>
                    </tr>
                }) }
                if deeper > 0 {
                    <tr><td colspan="3">{ format!("and {deeper} deeper levels") }</td></tr>
                }
            </tbody>
        </table>
    }
}

/// The average price of the fills, rounded half up to two digits more than the tick; `None` without fills.
fn average(instrument: &Instrument, preview: &Preview) -> Option<String> {
    let (mut ticks, mut lots) = (0i128, 0i128);
    for fill in &preview.fills {
        let quantity = i128::from(fill.quantity.get());
        ticks = ticks.checked_add(i128::from(fill.price.get()).checked_mul(quantity)?)?;
        lots += quantity;
    }
    let hundredths = ticks.checked_mul(200)?.checked_add(lots)?.checked_div(lots.checked_mul(2)?)?;
    let tick = instrument.terms().tick;
    let value = tick.checked_mul(Decimal::try_from_i128_with_scale(hundredths, 2).ok()?)?;
    Some(number::grouped(value.mantissa(), value.scale()))
}
