//! The depth chart: how much rests up to each price, as a picture and as a table.

use outcry_engine::{Instrument, InstrumentId, Lots, Price};
use yew::prelude::*;

use super::number;
use super::plot::{Picture, Plot};
use super::preferences::Theme;
use super::price_chart::toggled;
use super::shared::Shared;
use super::state::{Book, cumulative};
use super::surface::{Align, Surface};
use super::venue::Venue;
use crate::protocol::LadderLevel;

/// Levels of each side in the table.
const ROWS: usize = 15;
/// Room for the prices below and the readout above.
const FOOT: f64 = 20.0;
const HEAD: f64 = 22.0;

#[derive(PartialEq, Properties)]
pub(crate) struct DepthChartProps {
    pub(crate) venue: Shared<Venue>,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) book: Shared<Book>,
    pub(crate) theme: Theme,
    pub(crate) shown: bool,
}

/// The table of numbers was opened or closed.
pub(crate) struct Toggled(bool);

/// The chart.
pub(crate) struct DepthChart {
    open: bool,
}

impl Component for DepthChart {
    type Message = Toggled;
    type Properties = DepthChartProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { open: false }
    }

    fn update(&mut self, _ctx: &Context<Self>, Toggled(open): Toggled) -> bool {
        std::mem::replace(&mut self.open, open) != open
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let Some(instrument) = props.instrument.and_then(|id| props.venue.instrument(id)).copied() else {
            return Html::default();
        };
        let picture = DepthPicture { instrument, book: props.book.clone() };
        html! {
            <div class="panel chart depth">
                <div class="panel-head"><h2 class="panel-title">{ "Depth" }</h2></div>
                <Plot<DepthPicture> {picture} theme={props.theme} shown={props.shown} id="depth-chart"
                    label="Depth chart. The table below has its numbers." />
                <details ontoggle={ctx.link().batch_callback(|event| toggled(event).map(Toggled))}>
                    <summary>{ "Depth chart as a table" }</summary>
                    if self.open {
                        { table(&props.book, &instrument) }
                    }
                </details>
            </div>
        }
    }
}

fn table(book: &Book, instrument: &Instrument) -> Html {
    let rows = |name: &'static str, levels: &[LadderLevel]| -> Html {
        let totals = cumulative(levels);
        levels
            .iter()
            .zip(totals)
            .take(ROWS)
            .map(|(level, total)| {
                html! {
                    <tr>
                        <th scope="row">{ name }</th>
                        <td>{ number::price(instrument, level.price) }</td>
                        <td>{ number::quantity(instrument, total) }</td>
                    </tr>
                }
            })
            .collect()
    };
    html! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Depth">
            <table data-testid="depth-table">
                <thead>
                    <tr><th scope="col">{ "Side" }</th><th scope="col">{ "Up to price" }</th><th scope="col">{ "Quantity" }</th></tr>
                </thead>
                <tbody>{ rows("Bids", &book.bids) }{ rows("Asks", &book.asks) }</tbody>
            </table>
        </div>
    }
}

/// The picture: steps of growing quantity away from the spread.
#[derive(Clone, PartialEq)]
struct DepthPicture {
    instrument: Instrument,
    book: Shared<Book>,
}

/// Where prices and quantities stand on the surface.
struct Layout {
    low: f64,
    high: f64,
    deepest: f64,
    width: f64,
    bottom: f64,
}

impl Layout {
    fn x(&self, price: Price) -> f64 {
        (price.get() as f64 - self.low) / (self.high - self.low) * self.width
    }

    fn y(&self, total: Lots) -> f64 {
        self.bottom - total.get() as f64 / self.deepest * (self.bottom - HEAD)
    }

    /// The curve of one side as corners, from the best price outwards to `edge`.
    fn curve(&self, levels: &[LadderLevel], totals: &[Lots], edge: f64) -> Vec<(f64, f64)> {
        let mut corners = Vec::with_capacity(levels.len() * 2 + 2);
        let mut height = self.bottom;
        for (level, &total) in levels.iter().zip(totals) {
            let x = self.x(level.price);
            corners.push((x, height));
            height = self.y(total);
            corners.push((x, height));
        }
        corners.push((edge, height));
        corners
    }
}

impl Picture for DepthPicture {
    fn paint(&self, surface: &Surface, pointer: Option<f64>) {
        let book = &*self.book;
        let Some((bid, ask)) = book.touch() else {
            let (x, y) = (surface.width / 2.0, surface.height / 2.0);
            surface.text("Needs orders on both sides", x, y, Align::Middle, &surface.ink.faint);
            return;
        };
        let (bids, asks) = (cumulative(&book.bids), cumulative(&book.asks));
        // As far to both sides of the middle as the shorter side reaches, so that the middle stays in the middle.
        let middle = (bid.get() + ask.get()) as f64 / 2.0;
        let reach = |levels: &[LadderLevel]| {
            levels.last().map_or(0.0, |level| (level.price.get() as f64 - middle).abs())
        };
        let reach = reach(&book.bids).min(reach(&book.asks)).max(1.0) * 1.06;
        let within = |levels: &[LadderLevel]| {
            levels.iter().filter(|level| (level.price.get() as f64 - middle).abs() <= reach).count()
        };
        let (bids_in, asks_in) = (within(&book.bids), within(&book.asks));
        let (bids, asks) = (&bids[..bids_in], &asks[..asks_in]);
        let deepest = bids.last().max(asks.last()).map_or(1, |total| total.get().max(1));
        let layout = Layout {
            low: middle - reach,
            high: middle + reach,
            deepest: deepest as f64 * 1.05,
            width: surface.width,
            bottom: surface.height - FOOT,
        };
        self.axis(surface, &layout, deepest);
        let ink = &surface.ink;
        surface.area(&layout.curve(&book.bids[..bids_in], bids, 0.0), layout.bottom, &ink.buy, &ink.buy_soft);
        surface.area(
            &layout.curve(&book.asks[..asks_in], asks, layout.width),
            layout.bottom,
            &ink.sell,
            &ink.sell_soft,
        );
        self.readout(surface, &layout, pointer, (bids, asks));
    }
}

impl DepthPicture {
    fn axis(&self, surface: &Surface, layout: &Layout, deepest: u64) {
        let most = (surface.width / 110.0).max(2.0) as usize;
        for ticks in super::axis::round_prices(layout.low as i64, layout.high as i64, most) {
            if let Ok(price) = Price::new(ticks) {
                let x = layout.x(price);
                let half = surface.measure(&number::price(&self.instrument, price)) / 2.0;
                if x > half && x < surface.width - half {
                    surface.upright(x, HEAD, layout.bottom, &surface.ink.grid);
                    let label = number::price(&self.instrument, price);
                    surface.text(&label, x, layout.bottom + FOOT / 2.0, Align::Middle, &surface.ink.faint);
                }
            }
        }
        for ticks in super::axis::round_prices(1, i64::try_from(deepest).unwrap_or(i64::MAX), 3) {
            let total = Lots::new(ticks.unsigned_abs());
            let y = layout.y(total);
            surface.across(y, 0.0, surface.width, &surface.ink.grid);
            let label = number::quantity(&self.instrument, total);
            surface.text(&label, surface.width - 6.0, y - 7.0, Align::End, &surface.ink.faint);
        }
        surface.across(layout.bottom, 0.0, surface.width, &surface.ink.grid);
    }

    /// What rests up to the price under the pointer.
    fn readout(&self, surface: &Surface, layout: &Layout, pointer: Option<f64>, totals: (&[Lots], &[Lots])) {
        let Some(x) = pointer else {
            let side = |name, totals: &[Lots]| {
                format!(
                    "{name} {}",
                    number::quantity(&self.instrument, totals.last().copied().unwrap_or_default())
                )
            };
            let text = format!("{}   {}", side("Bids", totals.0), side("Asks", totals.1));
            surface.text(&text, 8.0, HEAD / 2.0, Align::Start, &surface.ink.text);
            return;
        };
        let ticks = layout.low + x / layout.width * (layout.high - layout.low);
        let Ok(price) = Price::new(ticks.round() as i64) else { return };
        let bids = self.book.bids.partition_point(|level| level.price >= price).min(totals.0.len());
        let asks = self.book.asks.partition_point(|level| level.price <= price).min(totals.1.len());
        let (name, total) = match (bids.checked_sub(1), asks.checked_sub(1)) {
            (Some(last), _) => ("bids down to", totals.0[last]),
            (None, Some(last)) => ("asks up to", totals.1[last]),
            (None, None) => ("in the spread at", Lots::ZERO),
        };
        surface.upright(x, HEAD, layout.bottom, &surface.ink.faint);
        let quantity = number::quantity(&self.instrument, total);
        let text = format!("{quantity} {name} {}", number::price(&self.instrument, price));
        surface.text(&text, 8.0, HEAD / 2.0, Align::Start, &surface.ink.text);
    }
}
