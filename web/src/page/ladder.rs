//! The ladder: price levels of both sides around the spread, with depth bars and the account's own size.
//!
//! Asks stand above, lowest next to the spread; bids below. One tab stop: arrow keys move along the prices and
//! Enter puts a price into the ticket, as a click does. As many levels are drawn as there is room for.

use outcry_engine::{InstrumentId, Lots, Price, Side};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

use super::action::Action;
use super::number;
use super::shared::Shared;
use super::state::{Book, cumulative};
use super::venue::Venue;
use crate::protocol::LadderLevel;
use outcry_engine::Instrument;

/// Height of a row in CSS pixels, where the style sheet does not say.
const ROW_HEIGHT: f64 = 20.0;
/// Height of the spread row in rows.
const SPREAD: f64 = 1.5;
/// Fewest and most levels drawn on each side.
const LEVELS: (u16, u16) = (5, 60);

#[derive(PartialEq, Properties)]
pub(crate) struct LadderProps {
    pub(crate) venue: Shared<Venue>,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) book: Shared<Book>,
    pub(crate) act: Callback<Action>,
}

pub(crate) enum Msg {
    /// There is room for so many levels on each side.
    Room(u16),
    /// Move the cursor: up is negative.
    Move(i32),
    /// Put the price under the cursor into the ticket.
    Pick,
    /// The ladder lost the focus.
    Leave,
}

/// The ladder.
pub(crate) struct Ladder {
    rows: NodeRef,
    levels: u16,
    cursor: Option<(Side, Price)>,
    room: Option<(ResizeObserver, Closure<dyn Fn()>)>,
}

impl Component for Ladder {
    type Message = Msg;
    type Properties = LadderProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { rows: NodeRef::default(), levels: LEVELS.0, cursor: None, room: None }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Room(levels) => {
                let changed = levels != self.levels;
                self.levels = levels;
                changed
            }
            Msg::Move(by) => {
                self.cursor = self.moved(&ctx.props().book, by);
                true
            }
            Msg::Pick => {
                if let Some((_, price)) = self.cursor {
                    ctx.props().act.emit(Action::PickPrice(price));
                }
                false
            }
            Msg::Leave => self.cursor.take().is_some(),
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let Some(instrument) = props.instrument.and_then(|id| props.venue.instrument(id)) else {
            return html! { <div class="panel ladder"><p class="empty">{ "No instrument yet" }</p></div> };
        };
        let asks = self.shown(&props.book.asks);
        let bids = self.shown(&props.book.bids);
        let (ask_totals, bid_totals) = (cumulative(asks), cumulative(bids));
        let deepest = ask_totals.last().max(bid_totals.last()).copied().unwrap_or_default();
        let row = |side| {
            let act = &props.act;
            move |(level, total): (&LadderLevel, &Lots)| {
                Row { side, level: *level, total: *total, deepest }.view(instrument, self.cursor, act)
            }
        };
        html! {
            <div class="panel ladder">
                <h2 class="panel-title">{ "Order book" }</h2>
                <div class="ladder-head" aria-hidden="true">
                    <span>{ "Price" }</span><span>{ "Size" }</span><span>{ "Total" }</span><span>{ "Mine" }</span>
                </div>
                <div class="ladder-rows" ref={self.rows.clone()} role="grid" tabindex="0" data-testid="ladder"
                    aria-label="Order book. Arrow keys move, Enter puts the price into the ticket."
                    aria-activedescendant={self.cursor.map(|(side, price)| row_id(side, price))}
                    onkeydown={ctx.link().batch_callback(key)} onblur={ctx.link().callback(|_| Msg::Leave)}>
                    <div class="ladder-side asks" role="rowgroup" aria-label="Asks, lowest first" data-testid="asks">
                        { for asks.iter().zip(&ask_totals).map(row(Side::Sell)) }
                    </div>
                    { spread(&props.book, instrument) }
                    <div class="ladder-side bids" role="rowgroup" aria-label="Bids, highest first" data-testid="bids">
                        { for bids.iter().zip(&bid_totals).map(row(Side::Buy)) }
                    </div>
                </div>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        if self.room.is_none()
            && let Some(rows) = self.rows.cast::<HtmlElement>()
        {
            self.room = watch_room(ctx, rows);
        }
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        if let Some((observer, _)) = self.room.take() {
            observer.disconnect();
        }
    }
}

impl Ladder {
    fn shown<'a>(&self, levels: &'a [LadderLevel]) -> &'a [LadderLevel] {
        &levels[..levels.len().min(usize::from(self.levels))]
    }

    /// Where the cursor goes. Down the screen: asks from the worst to the best, then bids from the best on.
    fn moved(&self, book: &Book, by: i32) -> Option<(Side, Price)> {
        let asks = self.shown(&book.asks).iter().rev().map(|level| (Side::Sell, level.price));
        let bids = self.shown(&book.bids).iter().map(|level| (Side::Buy, level.price));
        let column: Vec<_> = asks.chain(bids).collect();
        let last = i32::try_from(column.len()).ok()? - 1;
        let best_bid = i32::try_from(self.shown(&book.asks).len()).ok()?;
        let here = self.cursor.and_then(|cursor| column.iter().position(|&place| place == cursor));
        let next = match here.and_then(|here| i32::try_from(here).ok()) {
            Some(here) => here.saturating_add(by),
            None if by < 0 => best_bid - 1,
            None => best_bid,
        };
        column.get(usize::try_from(next.clamp(0, last.max(0))).ok()?).copied()
    }
}

/// One price level.
struct Row {
    side: Side,
    level: LadderLevel,
    total: Lots,
    /// The larger of both sides' totals: the length of a full bar.
    deepest: Lots,
}

impl Row {
    fn view(&self, instrument: &Instrument, cursor: Option<(Side, Price)>, act: &Callback<Action>) -> Html {
        let Self { side, level, .. } = *self;
        let price = number::price(instrument, level.price);
        let own = (!level.own.is_zero()).then(|| number::quantity(instrument, level.own));
        let at_cursor = cursor == Some((side, level.price));
        let onclick = act.reform(move |_| Action::PickPrice(level.price));
        html! {
            <div key={level.price.get().to_string()} id={row_id(side, level.price)} role="row" {onclick}
                class={classes!("ladder-row", at_cursor.then_some("cursor"), own.is_some().then_some("own"))}
                data-side={side_name(side)} data-price={price.clone()}
                data-quantity={number::plain_quantity(instrument, level.quantity)}>
                <svg class="bar" aria-hidden="true">
                    <rect class="bar-total" width={share(self.total, self.deepest)} height="100%" />
                    <rect class="bar-level" width={share(level.quantity, self.deepest)} height="100%" />
                </svg>
                <span role="gridcell" class="price">{ price }</span>
                <span role="gridcell" title={orders(level.orders)}>{ number::quantity(instrument, level.quantity) }</span>
                <span role="gridcell" class="total">{ number::quantity(instrument, self.total) }</span>
                <span role="gridcell" class="mine">{ own.unwrap_or_default() }</span>
            </div>
        }
    }
}

fn spread(book: &Book, instrument: &Instrument) -> Html {
    let text = match book.touch().map(|(bid, ask)| (Price::new(ask.get() - bid.get()), bid)) {
        Some((Ok(spread), bid)) => {
            let points = i128::from(spread.get()) * 1_000_000 / i128::from(bid.get());
            format!("{} \u{00b7} {} %", number::price(instrument, spread), number::grouped(points / 10, 3))
        }
        // Where orders gather for an uncross, the best bid may stand above the best ask.
        Some(_) => "the book is crossed".to_owned(),
        None if book.asks.is_empty() && book.bids.is_empty() => "the book is empty".to_owned(),
        None => "one side is empty".to_owned(),
    };
    html! {
        <div class="spread" role="row" data-testid="spread">
            <span role="gridcell"><span class="spread-label">{ "Spread " }</span>{ text }</span>
        </div>
    }
}

/// A part of the deepest total as the width of a bar.
fn share(part: Lots, deepest: Lots) -> String {
    let thousandth = u128::from(part.get()) * 1_000 / u128::from(deepest.get().max(1));
    format!("{}.{}%", thousandth / 10, thousandth % 10)
}

fn orders(count: u32) -> String {
    if count == 1 { "1 order".to_owned() } else { format!("{count} orders") }
}

fn row_id(side: Side, price: Price) -> String {
    format!("level-{}-{}", side_name(side), price.get())
}

/// The side as it stands in test ids and classes.
pub(crate) fn side_name(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

fn key(event: KeyboardEvent) -> Option<Msg> {
    let message = match event.key().as_str() {
        "ArrowUp" => Msg::Move(-1),
        "ArrowDown" => Msg::Move(1),
        "PageUp" => Msg::Move(-10),
        "PageDown" => Msg::Move(10),
        "Enter" | " " => Msg::Pick,
        _ => return None,
    };
    event.prevent_default();
    Some(message)
}

/// Tells the ladder how many levels there is room for, now and after each change of its size.
fn watch_room(ctx: &Context<Ladder>, rows: HtmlElement) -> Option<(ResizeObserver, Closure<dyn Fn()>)> {
    let link = ctx.link().clone();
    let target: Element = rows.clone().into();
    let measure = Closure::<dyn Fn()>::new(move || {
        let fitting = (f64::from(rows.client_height()) / row_height(&rows) - SPREAD) / 2.0;
        link.send_message(Msg::Room((fitting.floor().max(0.0) as u16).clamp(LEVELS.0, LEVELS.1)));
    });
    let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok()?;
    observer.observe(&target);
    Some((observer, measure))
}

/// Height of a row as the style sheet has it: the custom property `--row`.
fn row_height(rows: &HtmlElement) -> f64 {
    let style = gloo::utils::window().get_computed_style(rows).ok().flatten();
    let text = style.and_then(|style| style.get_property_value("--row").ok()).unwrap_or_default();
    text.trim().trim_end_matches("px").parse().map_or(ROW_HEIGHT, |pixels: u16| f64::from(pixels))
}
