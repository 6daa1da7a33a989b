//! The bar at the top: which exchange and instrument, how it trades, who acts, and the simulated traders.

use outcry_engine::{AccountId, InstrumentId};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::action::{Action, wish};
use super::number;
use super::preferences::Theme;
use super::shared::Shared;
use super::trading::trading;
use super::venue::Venue;
use crate::protocol::{Crowd, CrowdControl, Request, SessionStatistics};

/// Speeds to choose from, in market seconds per real second.
const SPEEDS: [u16; 4] = [1, 5, 20, 100];

#[derive(PartialEq, Properties)]
pub(crate) struct TopBarProps {
    pub(crate) name: AttrValue,
    pub(crate) venue: Shared<Venue>,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) account: Option<AccountId>,
    pub(crate) statistics: SessionStatistics,
    pub(crate) crowd: Option<Crowd>,
    pub(crate) theme: Theme,
    pub(crate) act: Callback<Action>,
}

/// The bar.
pub(crate) struct TopBar;

impl Component for TopBar {
    type Message = ();
    type Properties = TopBarProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let crowd = props.crowd.filter(|crowd| crowd.present);
        html! {
            <header class="top-bar">
                <h1 class="brand">
                    { "Outcry" }
                    <span class="exchange-name" data-testid="exchange-name">{ props.name.clone() }</span>
                </h1>
                { instrument_choice(props) }
                { statistics(props) }
                <div class="top-bar-end">
                    { for crowd.map(|crowd| crowd_controls(crowd, &props.act)) }
                    { account_choice(props) }
                    { theme_switch(props) }
                </div>
            </header>
        }
    }
}

fn instrument_choice(props: &TopBarProps) -> Html {
    let onchange = wish(&props.act, |event: Event| {
        chosen(&event).map(|number| Action::ShowInstrument(InstrumentId::new(number)))
    });
    html! {
        <label class="choice choice-instrument">
            <span class="visually-hidden">{ "Instrument" }</span>
            <select {onchange} data-testid="instrument">
                { for props.venue.instruments().map(|(id, instrument)| html! {
                    <option key={id.get()} value={id.get().to_string()} selected={props.instrument == Some(id)}>
                        { instrument.symbol().as_str().to_owned() }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn account_choice(props: &TopBarProps) -> Html {
    let onchange = wish(&props.act, |event: Event| {
        chosen(&event).map(|number| Action::ShowAccount(AccountId::new(number)))
    });
    html! {
        <label class="choice">
            <span class="choice-label">{ "Account" }</span>
            <select {onchange} data-testid="account">
                { for props.venue.accounts().iter().map(|&(id, name)| html! {
                    <option key={id.get()} value={id.get().to_string()} selected={props.account == Some(id)}>
                        { name.as_str().to_owned() }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn statistics(props: &TopBarProps) -> Html {
    let figures = &props.statistics;
    let Some((id, instrument)) = props.instrument.and_then(|id| Some((id, props.venue.instrument(id)?)))
    else {
        return Html::default();
    };
    let price =
        |price: Option<_>| price.map_or_else(|| "\u{2013}".to_owned(), |p| number::price(instrument, p));
    let (direction, change) = match (figures.open, figures.last) {
        (Some(open), Some(last)) => {
            let direction = match last.cmp(&open) {
                std::cmp::Ordering::Less => "down",
                std::cmp::Ordering::Equal => "flat",
                std::cmp::Ordering::Greater => "up",
            };
            (direction, number::change(open, last))
        }
        _ => ("flat", "\u{2013}".to_owned()),
    };
    let quote = props.venue.quote_symbol(instrument);
    html! {
        <dl class="statistics">
            <div class={classes!("statistic", "statistic-last", direction)}>
                <dt>{ format!("Last, {quote}") }</dt>
                <dd data-testid="last">{ price(figures.last) }</dd>
            </div>
            <div class={classes!("statistic", direction)}>
                <dt>{ "Change" }</dt>
                <dd data-testid="change">{ change }</dd>
            </div>
            <div class="statistic"><dt>{ "High" }</dt><dd data-testid="high">{ price(figures.high) }</dd></div>
            <div class="statistic"><dt>{ "Low" }</dt><dd data-testid="low">{ price(figures.low) }</dd></div>
            <div class="statistic">
                <dt>{ "Volume" }</dt>
                <dd data-testid="volume">{ props.venue.quantity(id, figures.volume) }</dd>
            </div>
            <div class="statistic">
                <dt>{ "Trades" }</dt>
                <dd data-testid="trades">{ number::count(figures.trades) }</dd>
            </div>
            { trading(instrument, &figures.trading) }
        </dl>
    }
}

fn crowd_controls(crowd: Crowd, act: &Callback<Action>) -> Html {
    let ask = |control: CrowdControl| act.reform(move |_| Action::Send(Request::Crowd(control)));
    let (label, control) =
        if crowd.running { ("Pause", CrowdControl::Pause) } else { ("Start", CrowdControl::Start) };
    let onchange = wish(act, |event: Event| {
        let speed = u16::try_from(chosen(&event)?).ok()?;
        Some(Action::Send(Request::Crowd(CrowdControl::Speed(speed))))
    });
    html! {
        <div class="crowd" role="group" aria-label="Simulated traders" data-testid="crowd"
            data-running={crowd.running.to_string()}>
            <button type="button" onclick={ask(control)} data-testid="crowd-toggle"
                title="Start or pause the simulated traders">
                { label }
            </button>
            <button type="button" onclick={ask(CrowdControl::Step)} disabled={crowd.running}
                data-testid="crowd-step" title="One action of the simulated traders">
                { "Step" }
            </button>
            <label class="choice">
                <span class="choice-label">{ "Speed" }</span>
                <select {onchange} data-testid="crowd-speed">
                    { for SPEEDS.into_iter().map(|speed| html! {
                        <option value={speed.to_string()} selected={crowd.speed == speed}>
                            { format!("{speed}\u{00d7}") }
                        </option>
                    }) }
                </select>
            </label>
            <label class="choice" title="Auctions and trading in a day of ten minutes, instead of continuous trading">
                <input type="checkbox" checked={crowd.sessions} onclick={ask(CrowdControl::Sessions(!crowd.sessions))}
                    data-testid="sessions" />
                <span class="choice-label">{ "Trading day" }</span>
            </label>
        </div>
    }
}

fn theme_switch(props: &TopBarProps) -> Html {
    let onclick = props.act.reform(|_| Action::SwitchTheme);
    let other = props.theme.other().name();
    html! {
        <button type="button" class="quiet" {onclick} data-testid="theme" title={format!("Switch to the {other} theme")}>
            { if other == "dark" { "Dark" } else { "Light" } }
        </button>
    }
}

/// The number that was chosen in a select element.
fn chosen(event: &Event) -> Option<u32> {
    event.target_dyn_into::<HtmlSelectElement>()?.value().parse().ok()
}
