//! The price chart: its interval, its picture, and its numbers as a table.

use outcry_engine::{Instrument, InstrumentId};
use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use super::action::Action;
use super::candles::CandlePicture;
use super::plot::Plot;
use super::preferences::Theme;
use super::shared::Shared;
use super::state::INTERVALS;
use super::venue::Venue;
use super::{number, time};
use crate::protocol::Candle;

/// Candles in the table.
const ROWS: usize = 30;

#[derive(PartialEq, Properties)]
pub(crate) struct PriceChartProps {
    pub(crate) venue: Shared<Venue>,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) candles: Shared<Vec<Candle>>,
    pub(crate) seconds: u32,
    pub(crate) theme: Theme,
    pub(crate) shown: bool,
    pub(crate) act: Callback<Action>,
}

/// The table of numbers was opened or closed.
pub(crate) struct Toggled(bool);

/// The chart.
pub(crate) struct PriceChart {
    open: bool,
}

impl Component for PriceChart {
    type Message = Toggled;
    type Properties = PriceChartProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { open: false }
    }

    fn update(&mut self, _ctx: &Context<Self>, Toggled(open): Toggled) -> bool {
        std::mem::replace(&mut self.open, open) != open
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let Some((id, instrument)) = props.instrument.and_then(|id| Some((id, *props.venue.instrument(id)?)))
        else {
            return html! { <div class="panel chart"><p class="empty">{ "No instrument yet" }</p></div> };
        };
        let picture = CandlePicture { instrument, candles: props.candles.clone(), seconds: props.seconds };
        let label = format!("Price chart of {}. The table below has its numbers.", props.venue.symbol(id));
        html! {
            <div class="panel chart">
                <div class="panel-head">
                    <h2 class="panel-title">{ "Price" }</h2>
                    { intervals(props) }
                </div>
                <Plot<CandlePicture> {picture} {label} theme={props.theme} shown={props.shown} id="price-chart" />
                <details ontoggle={ctx.link().batch_callback(|event| toggled(event).map(Toggled))}>
                    <summary>{ "Price chart as a table" }</summary>
                    if self.open {
                        { table(&props.candles, &instrument) }
                    }
                </details>
            </div>
        }
    }
}

fn intervals(props: &PriceChartProps) -> Html {
    html! {
        <div class="segments" role="group" aria-label="Length of a candle">
            { for INTERVALS.into_iter().map(|seconds| {
                let onclick = props.act.reform(move |_| Action::ShowInterval(seconds));
                html! {
                    <button type="button" {onclick} aria-pressed={(props.seconds == seconds).to_string()}
                        data-testid={format!("interval-{seconds}")}>
                        { time::length(seconds) }
                    </button>
                }
            }) }
        </div>
    }
}

fn table(candles: &[Candle], instrument: &Instrument) -> Html {
    html! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Candles">
            <table data-testid="price-table">
                <thead>
                    <tr>
                        { for ["Start", "Open", "High", "Low", "Close", "Volume"].map(|head| html! {
                            <th scope="col">{ head }</th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for candles.iter().rev().take(ROWS).map(|candle| html! {
                        <tr key={candle.start.nanos().to_string()}>
                            <td>{ time::clock(candle.start) }</td>
                            { for [candle.open, candle.high, candle.low, candle.close].map(|price| html! {
                                <td>{ number::price(instrument, price) }</td>
                            }) }
                            <td>{ number::quantity(instrument, candle.volume) }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// Whether the details element is open now.
pub(crate) fn toggled(event: Event) -> Option<bool> {
    Some(event.target_dyn_into::<HtmlDetailsElement>()?.open())
}
