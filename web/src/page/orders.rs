//! The working orders of the account: cancel, and replace in place.

use outcry_engine::{OrderId, Price, Qty, Side, WaitsFor};
use yew::prelude::*;

use super::acks::{Ack, Marks};
use super::action::Action;
use super::ended_orders::ended_orders;
use super::ladder::side_name;
use super::shared::Shared;
use super::text_field::typed;
use super::ticket::sentence;
use super::venue::Venue;
use super::{number, time, wording};
use crate::protocol::{AccountView, Standing, WorkingOrder};

#[derive(PartialEq, Properties)]
pub(crate) struct OrdersProps {
    pub(crate) venue: Shared<Venue>,
    pub(crate) holdings: Shared<AccountView>,
    /// Why the exchange refused the last replacement.
    pub(crate) refused: Option<(OrderId, Shared<String>)>,
    /// How far the account's orders are saved and on disk.
    pub(crate) marks: Marks,
    pub(crate) act: Callback<Action>,
}

pub(crate) enum Msg {
    Edit(WorkingOrder),
    Price(String),
    Quantity(String),
    Send,
    Leave,
}

/// An order being changed.
struct Edit {
    order: WorkingOrder,
    price: String,
    quantity: String,
    /// What cannot be read, once it was sent.
    error: Option<String>,
    sent: bool,
}

/// The table of orders.
#[derive(Default)]
pub(crate) struct Orders {
    edit: Option<Edit>,
}

impl Component for Orders {
    type Message = Msg;
    type Properties = OrdersProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match (message, &mut self.edit) {
            (Msg::Edit(order), _) => {
                let limit = ctx.props().venue.instrument(order.instrument).zip(order.price);
                self.edit = limit.map(|(instrument, price)| Edit {
                    order,
                    price: number::plain_price(instrument, price),
                    quantity: number::plain_quantity(instrument, order.quantity.lots()),
                    error: None,
                    sent: false,
                });
            }
            (Msg::Price(text), Some(edit)) => edit.price = text,
            (Msg::Quantity(text), Some(edit)) => edit.quantity = text,
            (Msg::Send, Some(edit)) => match edit.read(&ctx.props().venue) {
                Ok((price, quantity)) => {
                    edit.error = None;
                    edit.sent = true;
                    ctx.props().act.emit(Action::Replace(edit.order.order, price, quantity));
                }
                Err(error) => edit.error = Some(error),
            },
            (Msg::Leave, _) => self.edit = None,
            (Msg::Price(_) | Msg::Quantity(_) | Msg::Send, None) => return false,
        }
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, _old: &OrdersProps) -> bool {
        // The replacement was taken, or the order is gone.
        let orders = &ctx.props().holdings.orders;
        if let Some(edit) = &self.edit {
            match orders.iter().find(|order| order.order == edit.order.order) {
                None => self.edit = None,
                Some(now)
                    if edit.sent && (now.price, now.quantity) != (edit.order.price, edit.order.quantity) =>
                {
                    self.edit = None;
                }
                Some(_) => {}
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let OrdersProps { venue, holdings, marks, .. } = ctx.props();
        if holdings.orders.is_empty() {
            return html! {
                <>
                    <p class="empty" data-testid="orders-empty">{ "No working orders." }</p>
                    { ended_orders(venue, &holdings.ended, *marks) }
                </>
            };
        }
        let hidden = u64::from(holdings.order_count).saturating_sub(holdings.orders.len() as u64);
        html! {
            <>
                <table class="table" data-testid="orders">
                    <thead>
                        <tr>
                            { for ["Accepted", "Order", "Instrument", "Side", "Price", "Quantity", "Left", "Filled", "Terms"]
                                .map(|head| html! { <th scope="col">{ head }</th> }) }
                            <th scope="col"><span class="visually-hidden">{ "Actions" }</span></th>
                        </tr>
                    </thead>
                    <tbody>{ for holdings.orders.iter().map(|order| self.row(ctx, order)) }</tbody>
                </table>
                if hidden > 0 {
                    <p class="hint">{ format!("and {} older orders", number::count(hidden)) }</p>
                }
                { ended_orders(venue, &holdings.ended, *marks) }
            </>
        }
    }
}

impl Orders {
    fn row(&self, ctx: &Context<Self>, order: &WorkingOrder) -> Html {
        let venue = &ctx.props().venue;
        let id = order.order;
        let edit = self.edit.as_ref().filter(|edit| edit.order.order == id);
        let quantity = |lots| venue.quantity(order.instrument, lots);
        let filled = outcry_engine::Lots::new(order.quantity.get().saturating_sub(order.leaves.get()));
        let terms = wording::terms(venue, order).join(" \u{00b7} ");
        let limit =
            order.price.map_or_else(|| "market".to_owned(), |price| venue.price(order.instrument, price));
        let ack = ctx.props().marks.ack(order.changed);
        html! {
            <tr key={id.get().to_string()} data-order={id.get().to_string()} data-side={side_name(order.side)} data-ack={ack.id()}>
                <td class="time">{ time::clock(order.accepted) }</td>
                <td>{ id.get().to_string() }{ ack_mark(ack) }</td>
                <td class="text">{ venue.symbol(order.instrument) }</td>
                <td class={classes!("text", side_name(order.side))}>{ side_label(order.side) }</td>
                if let Some(edit) = edit {
                    { self.edit_cells(ctx, edit) }
                } else {
                    <td>{ limit }</td>
                    <td>{ quantity(order.quantity.lots()) }</td>
                }
                <td>{ quantity(order.leaves) }</td>
                <td>{ quantity(filled) }</td>
                <td class="text terms" data-testid="terms">{ terms }</td>
                <td class="buttons">{ buttons(ctx, order, edit.is_some()) }</td>
            </tr>
        }
    }

    fn edit_cells(&self, ctx: &Context<Self>, edit: &Edit) -> Html {
        let link = ctx.link();
        let refused =
            ctx.props().refused.as_ref().filter(|(order, _)| *order == edit.order.order && edit.sent);
        let error = edit.error.clone().or_else(|| refused.map(|(_, message)| (**message).clone()));
        let onkeydown = link.batch_callback(|event: KeyboardEvent| match event.key().as_str() {
            "Enter" => Some(Msg::Send),
            "Escape" => Some(Msg::Leave),
            _ => None,
        });
        let input = |label: &'static str, id: &'static str, value: &str, onedit: Callback<Event>| {
            html! {
                <input type="text" inputmode="decimal" autocomplete="off" aria-label={label} value={value.to_owned()}
                    aria-invalid={error.is_some().then_some("true")} aria-describedby="replace-error"
                    oninput={onedit.reform(Event::from)} onchange={onedit} onkeydown={onkeydown.clone()} data-testid={id} />
            }
        };
        html! {
            <>
                <td class="edit">
                    { input("New price", "replace-price", &edit.price,
                        link.batch_callback(|event| typed(&event).map(Msg::Price))) }
                </td>
                <td class="edit">
                    { input("New total quantity", "replace-quantity", &edit.quantity,
                        link.batch_callback(|event| typed(&event).map(Msg::Quantity))) }
                    <p class="field-error" id="replace-error" role="alert" data-testid="replace-error">
                        { error.unwrap_or_default() }
                    </p>
                </td>
            </>
        }
    }
}

impl Edit {
    fn read(&self, venue: &Venue) -> Result<(Price, Qty), String> {
        let instrument = venue.instrument(self.order.instrument).ok_or("the instrument is gone")?;
        let price = instrument.parse_price(&self.price).map_err(|error| sentence("Price", &error))?;
        let quantity =
            instrument.parse_quantity(&self.quantity).map_err(|error| sentence("Quantity", &error))?;
        Ok((price, quantity))
    }
}

fn buttons(ctx: &Context<Orders>, order: &WorkingOrder, editing: bool) -> Html {
    let link = ctx.link();
    let order = *order;
    if editing {
        return html! {
            <>
                <button type="button" class="primary" onclick={link.callback(|_| Msg::Send)} data-testid="replace-send">{ "Replace" }</button>
                <button type="button" onclick={link.callback(|_| Msg::Leave)} data-testid="replace-leave">{ "Back" }</button>
            </>
        };
    }
    let cancel = ctx.props().act.reform(move |_| Action::Cancel(order.order));
    let name = format!("order {}", order.order);
    html! {
        <>
            if is_replaceable(&order) {
                <button type="button" onclick={link.callback(move |_| Msg::Edit(order))}
                    aria-label={format!("Change {name}")} data-testid="replace">{ "Change" }</button>
            }
            <button type="button" onclick={cancel} aria-label={format!("Cancel {name}")} data-testid="cancel">{ "Cancel" }</button>
        </>
    }
}

/// Whether the exchange would take another price and quantity; what is linked to others it refuses itself.
fn is_replaceable(order: &WorkingOrder) -> bool {
    let entered =
        matches!(order.standing, Standing::Rests | Standing::Waits { waits_for: WaitsFor::Minimum, .. });
    entered && order.price.is_some() && order.conditions.peg.is_none()
}

/// The ack of an order's last change: a mark whose shape says it, and words for who cannot see it.
pub(crate) fn ack_mark(ack: Ack) -> Html {
    html! {
        <span class={classes!("ack", ack.id())} role="img" aria-label={ack.label()} title={ack.meaning()} />
    }
}

/// The side for the user.
pub(crate) fn side_label(side: Side) -> &'static str {
    match side {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
    }
}
