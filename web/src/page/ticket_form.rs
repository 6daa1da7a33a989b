//! The order ticket: what to order, and what that order would do now.
//!
//! Errors appear at their field once it was left or the order was sent. The order that the fields ask for goes up
//! with every change, so that the worker can say what it would do.

use outcry_engine::{AccountId, InstrumentId, NewOrder, Price, Side, TimeInForce};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::action::Action;
use super::answer::Answer;
use super::ladder::side_name;
use super::number;
use super::preview_desk::PreviewAnswer;
use super::preview_table::preview_table;
use super::shared::Shared;
use super::text_field::{TextField, text_field, typed};
use super::ticket::{Field, FieldErrors, OrderKind, Ticket, field_of};
use super::venue::Venue;
use crate::protocol::AccountView;

#[derive(PartialEq, Properties)]
pub(crate) struct TicketFormProps {
    pub(crate) venue: Shared<Venue>,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) account: Option<AccountId>,
    pub(crate) holdings: Shared<AccountView>,
    /// The price picked from the ladder, numbered so that the same price can be picked again.
    pub(crate) picked: Option<(u32, Price)>,
    pub(crate) preview: Option<PreviewAnswer>,
    /// What became of the last order.
    pub(crate) answer: Option<Shared<Answer>>,
    pub(crate) act: Callback<Action>,
}

pub(crate) enum Msg {
    Side(Side),
    Kind(OrderKind),
    Price(String),
    Quantity(String),
    TimeInForce(TimeInForce),
    Whole(bool),
    PostOnly(bool),
    LeftPrice,
    LeftQuantity,
    Send,
}

/// Which fields were left, so that their errors are shown.
#[derive(Clone, Copy, Default)]
struct Left {
    price: bool,
    quantity: bool,
}

/// The ticket.
pub(crate) struct TicketForm {
    ticket: Ticket,
    left: Left,
    /// Whether the fields changed since the last order was answered.
    edited: bool,
    quantity: NodeRef,
    /// Whether the quantity takes the focus next: a price was picked, and it is what is missing.
    focus: bool,
}

impl Component for TicketForm {
    type Message = Msg;
    type Properties = TicketFormProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self {
            ticket: Ticket::default(),
            left: Left::default(),
            edited: false,
            quantity: NodeRef::default(),
            focus: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Side(side) => self.ticket.side = side,
            Msg::Kind(kind) => self.ticket.kind = kind,
            Msg::Price(text) => self.ticket.price = text,
            Msg::Quantity(text) => self.ticket.quantity = text,
            Msg::TimeInForce(lifetime) => self.ticket.time_in_force = lifetime,
            Msg::Whole(whole) => self.ticket.whole = whole,
            Msg::PostOnly(post_only) => self.ticket.post_only = post_only,
            Msg::LeftPrice => {
                self.left.price = true;
                return true;
            }
            Msg::LeftQuantity => {
                self.left.quantity = true;
                return true;
            }
            Msg::Send => {
                self.left = Left { price: true, quantity: true };
                if let Ok(order) = self.order(ctx) {
                    self.edited = false;
                    ctx.props().act.emit(Action::Place(order));
                }
                return true;
            }
        }
        self.edited = true;
        ctx.props().act.emit(Action::Preview(self.order(ctx).ok()));
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &TicketFormProps) -> bool {
        let props = ctx.props();
        let mut asks = props.account != old.account;
        if props.instrument != old.instrument {
            self.ticket.price.clear();
            self.left = Left::default();
            asks = true;
        }
        if props.picked != old.picked
            && let Some((_, price)) = props.picked
            && let Some(instrument) = props.instrument.and_then(|id| props.venue.instrument(id))
        {
            self.ticket.kind = OrderKind::Limit;
            self.ticket.price = number::plain_price(instrument, price);
            self.edited = true;
            self.focus = true;
            asks = true;
        }
        if asks {
            props.act.emit(Action::Preview(self.order(ctx).ok()));
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let order = self.order(ctx);
        let errors = order.as_ref().err().cloned().unwrap_or_default();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Send
        });
        html! {
            <form class="panel ticket" {onsubmit} novalidate=true data-testid="ticket">
                <h2 class="panel-title">{ "Order" }</h2>
                { self.sides(ctx) }
                { self.kinds(ctx) }
                if self.ticket.kind == OrderKind::Limit {
                    { self.price_field(ctx, &errors) }
                }
                { self.quantity_field(ctx, &errors) }
                { self.conditions(ctx) }
                { self.submit_button(ctx) }
                { self.answer(ctx.props()) }
                { preview_table(&ctx.props().venue, order.ok(), ctx.props().preview.as_ref()) }
            </form>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        if std::mem::take(&mut self.focus)
            && let Some(quantity) = self.quantity.cast::<HtmlInputElement>()
        {
            // A field that cannot take the focus leaves it where it is.
            let _ = quantity.focus();
        }
    }
}

impl TicketForm {
    fn order(&self, ctx: &Context<Self>) -> Result<NewOrder, FieldErrors> {
        let props = ctx.props();
        let (Some(account), Some(id)) = (props.account, props.instrument) else {
            return Err(FieldErrors::default());
        };
        let instrument = props.venue.instrument(id).ok_or_else(FieldErrors::default)?;
        self.ticket.order(account, id, instrument)
    }

    fn sides(&self, ctx: &Context<Self>) -> Html {
        let choice = |side: Side, label: &'static str| {
            let onclick = ctx.link().callback(move |_| Msg::Side(side));
            let chosen = self.ticket.side == side;
            html! {
                <button type="button" class={side_name(side)} {onclick} aria-pressed={chosen.to_string()}
                    data-testid={format!("side-{}", side_name(side))}>
                    { label }
                </button>
            }
        };
        html! {
            <div class="segments sides" role="group" aria-label="Side">
                { choice(Side::Buy, "Buy") }
                { choice(Side::Sell, "Sell") }
            </div>
        }
    }

    fn kinds(&self, ctx: &Context<Self>) -> Html {
        let choice = |kind: OrderKind, label: &'static str, id: &'static str| {
            let onclick = ctx.link().callback(move |_| Msg::Kind(kind));
            let chosen = self.ticket.kind == kind;
            html! {
                <button type="button" {onclick} aria-pressed={chosen.to_string()} data-testid={id}>{ label }</button>
            }
        };
        html! {
            <div class="segments" role="group" aria-label="Kind of order">
                { choice(OrderKind::Limit, "Limit", "kind-limit") }
                { choice(OrderKind::Market, "Market", "kind-market") }
            </div>
        }
    }

    fn price_field(&self, ctx: &Context<Self>, errors: &FieldErrors) -> Html {
        let unit = ctx
            .props()
            .instrument
            .and_then(|id| ctx.props().venue.instrument(id))
            .map_or_else(AttrValue::default, |instrument| {
                AttrValue::from(ctx.props().venue.quote_symbol(instrument).as_str().to_owned())
            });
        let own = errors.price.clone().filter(|_| self.left.price);
        text_field(TextField {
            id: "price",
            place: NodeRef::default(),
            label: "Price",
            unit,
            value: self.ticket.price.clone(),
            error: own.or_else(|| self.refusal(ctx.props(), Field::Price)),
            onedit: ctx.link().batch_callback(|event| typed(&event).map(Msg::Price)),
            onblur: ctx.link().callback(|_| Msg::LeftPrice),
        })
    }

    fn quantity_field(&self, ctx: &Context<Self>, errors: &FieldErrors) -> Html {
        let props = ctx.props();
        let unit = props
            .instrument
            .and_then(|id| props.venue.instrument(id))
            .map_or_else(AttrValue::default, |instrument| {
                AttrValue::from(props.venue.asset_symbol(instrument.base()))
            });
        let own = errors.quantity.clone().filter(|_| self.left.quantity);
        text_field(TextField {
            id: "quantity",
            place: self.quantity.clone(),
            label: "Quantity",
            unit,
            value: self.ticket.quantity.clone(),
            error: own.or_else(|| self.refusal(props, Field::Quantity)),
            onedit: ctx.link().batch_callback(|event| typed(&event).map(Msg::Quantity)),
            onblur: ctx.link().callback(|_| Msg::LeftQuantity),
        })
    }

    fn conditions(&self, ctx: &Context<Self>) -> Html {
        let checked =
            |event: &Event| event.target_dyn_into::<HtmlInputElement>().map(|input| input.checked());
        if self.ticket.kind == OrderKind::Market {
            let onchange = ctx.link().batch_callback(move |event: Event| checked(&event).map(Msg::Whole));
            return html! {
                <label class="check">
                    <input type="checkbox" {onchange} checked={self.ticket.whole} data-testid="fill-or-kill" />
                    { "Fill whole or cancel (FOK)" }
                </label>
            };
        }
        let onchange = ctx.link().batch_callback(|event: Event| {
            let value = event.target_dyn_into::<HtmlSelectElement>()?.value();
            LIFETIMES.iter().find(|(id, ..)| *id == value).map(|&(_, lifetime, _)| Msg::TimeInForce(lifetime))
        });
        let post_only = ctx.link().batch_callback(move |event: Event| checked(&event).map(Msg::PostOnly));
        html! {
            <>
                <label class="field">
                    <span class="field-label">{ "Time in force" }</span>
                    <select {onchange} data-testid="time-in-force">
                        { for LIFETIMES.iter().map(|&(id, lifetime, label)| html! {
                            <option value={id} selected={self.ticket.time_in_force == lifetime}>{ label }</option>
                        }) }
                    </select>
                </label>
                <label class="check">
                    <input type="checkbox" onchange={post_only} checked={self.ticket.post_only && self.ticket.may_rest()}
                        disabled={!self.ticket.may_rest()} data-testid="post-only" />
                    { "Post only: never take" }
                </label>
            </>
        }
    }

    fn submit_button(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let side = self.ticket.side;
        let verb = match side {
            Side::Buy => "Buy",
            Side::Sell => "Sell",
        };
        let what = props
            .instrument
            .and_then(|id| props.venue.instrument(id))
            .map(|instrument| props.venue.asset_symbol(instrument.base()))
            .unwrap_or_default();
        html! {
            <>
                { available(props, side) }
                <button type="submit" class={classes!("submit", side_name(side))} data-testid="submit"
                    disabled={props.account.is_none()}>
                    { format!("{verb} {what}") }
                </button>
                if props.account.is_none() {
                    <p class="hint">{ "This exchange has no account to trade for." }</p>
                }
            </>
        }
    }

    /// The refusal of the last order, if it is about this field and the fields have not changed since.
    fn refusal(&self, props: &TicketFormProps, field: Field) -> Option<String> {
        match props.answer.as_deref() {
            Some(Answer::Refused { code, message }) if !self.edited && self.field_of(code) == field => {
                Some(message.clone())
            }
            _ => None,
        }
    }

    /// Where a refusal is shown. A market order has no price field: what concerns it is said at the ticket.
    fn field_of(&self, code: &str) -> Field {
        match (field_of(code), self.ticket.kind) {
            (Field::Price, OrderKind::Market) => Field::Whole,
            (field, _) => field,
        }
    }

    fn answer(&self, props: &TicketFormProps) -> Html {
        let (class, code, text) = match props.answer.as_deref() {
            Some(Answer::Done(words)) if !self.edited => ("answer good", "done", words.clone()),
            Some(Answer::Refused { code, message }) if !self.edited => {
                let text = match self.field_of(code) {
                    Field::Whole => format!("Refused: {message}"),
                    Field::Price | Field::Quantity => "Refused: see the field above.".to_owned(),
                };
                ("answer bad", code.as_str(), text)
            }
            _ => ("answer", "", String::new()),
        };
        html! { <p {class} role="status" data-testid="answer" data-code={code.to_owned()}>{ text }</p> }
    }
}

/// Times in force of a limit order.
const LIFETIMES: [(&str, TimeInForce, &str); 4] = [
    ("gtc", TimeInForce::GoodTillCancel, "GTC \u{2013} until canceled"),
    ("day", TimeInForce::Day, "DAY \u{2013} until the end of the day"),
    ("ioc", TimeInForce::ImmediateOrCancel, "IOC \u{2013} at once, cancel the rest"),
    ("fok", TimeInForce::FillOrKill, "FOK \u{2013} whole at once or not at all"),
];

/// What the account has to pay or deliver with.
fn available(props: &TicketFormProps, side: Side) -> Html {
    let Some(instrument) = props.instrument.and_then(|id| props.venue.instrument(id)) else {
        return Html::default();
    };
    let asset = instrument.gives(side);
    let balance = props.holdings.balances.iter().find(|balance| balance.asset == asset);
    let amount = balance.map(|balance| balance.available).unwrap_or_default();
    html! {
        <p class="available">
            <span>{ "Available" }</span>
            <span class="figure" data-testid="available">{ props.venue.amount(asset, amount) }</span>
        </p>
    }
}
