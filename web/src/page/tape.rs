//! The tape: the newest trades, each with the side of its aggressor.

use std::collections::VecDeque;

use outcry_engine::{Instrument, InstrumentId, Side};
use yew::prelude::*;

use super::ladder::side_name;
use super::shared::Shared;
use super::venue::Venue;
use super::{number, time};
use crate::protocol::TapeTrade;

/// Trades drawn.
const SHOWN: usize = 45;

#[derive(PartialEq, Properties)]
pub(crate) struct TapeProps {
    pub(crate) venue: Shared<Venue>,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) tape: Shared<VecDeque<TapeTrade>>,
}

/// The tape.
pub(crate) struct Tape;

impl Component for Tape {
    type Message = ();
    type Properties = TapeProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let instrument = props.instrument.and_then(|id| props.venue.instrument(id));
        html! {
            <div class="panel tape">
                <h2 class="panel-title">{ "Trades" }</h2>
                <table class="tape-table" data-testid="tape">
                    <caption class="visually-hidden">{ "Newest trades first" }</caption>
                    <thead>
                        <tr><th scope="col">{ "Price" }</th><th scope="col">{ "Size" }</th><th scope="col">{ "Time" }</th></tr>
                    </thead>
                    <tbody>
                        { for instrument.into_iter().flat_map(|instrument| {
                            props.tape.iter().take(SHOWN).map(move |trade| row(trade, instrument))
                        }) }
                    </tbody>
                </table>
                if props.tape.is_empty() {
                    <p class="empty">{ "No trades yet" }</p>
                }
            </div>
        }
    }
}

fn row(trade: &TapeTrade, instrument: &Instrument) -> Html {
    let (mark, words) = match trade.taker_side {
        Side::Buy => ("\u{25b2}", "bought"),
        Side::Sell => ("\u{25bc}", "sold"),
    };
    html! {
        <tr key={trade.trade.get().to_string()} class={side_name(trade.taker_side)}
            data-trade={trade.trade.get().to_string()} data-side={side_name(trade.taker_side)}>
            <td class="price">
                <span class="mark" aria-hidden="true">{ mark }</span>
                <span class="visually-hidden">{ words }</span>
                { number::price(instrument, trade.price) }
            </td>
            <td>{ number::quantity(instrument, trade.quantity.lots()) }</td>
            <td class="time">{ time::clock(trade.at) }</td>
        </tr>
    }
}
