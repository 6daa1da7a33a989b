//! The panel at the bottom and its tabs. Arrow keys move between the tabs.

use outcry_engine::{AccountId, OrderId};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::acks::Marks;
use super::action::Action;
use super::balances::balances;
use super::exchanges::exchanges;
use super::files::Files;
use super::fills::fills;
use super::number;
use super::orders::Orders;
use super::server::Server;
use super::shared::Shared;
use super::venue::Venue;
use crate::protocol::{AccountView, ImportStatus, RemoteExchange, StoredExchange, SyncStatus, TrimPlan};

#[derive(PartialEq, Properties)]
pub(crate) struct BottomPanelProps {
    pub(crate) tab: Tab,
    pub(crate) venue: Shared<Venue>,
    pub(crate) account: Option<AccountId>,
    pub(crate) holdings: Shared<AccountView>,
    pub(crate) refused_order: Option<(OrderId, Shared<String>)>,
    pub(crate) import: Option<Shared<ImportStatus>>,
    pub(crate) sync: Shared<SyncStatus>,
    pub(crate) sequence: u64,
    pub(crate) marks: Marks,
    pub(crate) exchange: Option<AttrValue>,
    pub(crate) stored: Option<Shared<Vec<StoredExchange>>>,
    pub(crate) trim: Option<Shared<Result<TrimPlan, String>>>,
    pub(crate) remote: Option<Shared<Result<Vec<RemoteExchange>, String>>>,
    pub(crate) act: Callback<Action>,
}

/// The tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    #[default]
    Orders,
    Fills,
    Balances,
    Files,
    Server,
    Exchanges,
}

impl Tab {
    const ALL: [Self; 6] =
        [Self::Orders, Self::Fills, Self::Balances, Self::Files, Self::Server, Self::Exchanges];

    fn id(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Fills => "fills",
            Self::Balances => "balances",
            Self::Files => "files",
            Self::Server => "server",
            Self::Exchanges => "exchanges",
        }
    }

    fn label(self, props: &BottomPanelProps) -> String {
        match self {
            Self::Orders => {
                format!("Working orders ({})", number::count(props.holdings.order_count.into()))
            }
            Self::Fills => "Fills".to_owned(),
            Self::Balances => "Balances".to_owned(),
            Self::Files => "Files".to_owned(),
            Self::Server => "Server".to_owned(),
            Self::Exchanges => "Exchanges".to_owned(),
        }
    }
}

pub(crate) enum Msg {
    Show(Tab),
    /// Show the tab that stands so many places further, and focus it.
    Step(usize),
    /// Show a tab and focus it.
    Jump(Tab),
}

/// The panel.
pub(crate) struct BottomPanel {
    list: NodeRef,
    focus: bool,
}

impl Component for BottomPanel {
    type Message = Msg;
    type Properties = BottomPanelProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { list: NodeRef::default(), focus: false }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        let tab = match message {
            Msg::Show(tab) => tab,
            Msg::Step(by) => {
                self.focus = true;
                let here = Tab::ALL.iter().position(|&tab| tab == ctx.props().tab).unwrap_or_default();
                Tab::ALL[(here + by) % Tab::ALL.len()]
            }
            Msg::Jump(tab) => {
                self.focus = true;
                tab
            }
        };
        ctx.props().act.emit(Action::ShowTab(tab));
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        html! {
            <section class="part part-account panel bottom" aria-label="Account, files and exchanges">
                <div class="tabs" role="tablist" aria-label="Account, files and exchanges" ref={self.list.clone()}
                    onkeydown={ctx.link().batch_callback(key)}>
                    { for Tab::ALL.into_iter().map(|tab| self.tab_button(ctx, tab)) }
                </div>
                <div class="tab-panel" role="tabpanel" id="tab-panel" tabindex="0"
                    aria-labelledby={format!("tab-{}", ctx.props().tab.id())}>
                    { Self::content(ctx.props()) }
                </div>
            </section>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        if std::mem::take(&mut self.focus)
            && let Some(list) = self.list.cast::<HtmlElement>()
            && let Ok(Some(tab)) = list.query_selector("[aria-selected=true]")
            && let Ok(tab) = wasm_bindgen::JsCast::dyn_into::<HtmlElement>(tab)
        {
            // A tab that cannot take the focus leaves it where it is.
            let _ = tab.focus();
        }
    }
}

impl BottomPanel {
    fn tab_button(&self, ctx: &Context<Self>, tab: Tab) -> Html {
        let chosen = tab == ctx.props().tab;
        let onclick = ctx.link().callback(move |_| Msg::Show(tab));
        html! {
            <button type="button" role="tab" id={format!("tab-{}", tab.id())} {onclick}
                aria-selected={chosen.to_string()} aria-controls="tab-panel"
                tabindex={if chosen { "0" } else { "-1" }} data-testid={format!("tab-{}", tab.id())}>
                { tab.label(ctx.props()) }
            </button>
        }
    }

    fn content(props: &BottomPanelProps) -> Html {
        match props.tab {
            Tab::Orders => html! {
                <Orders venue={props.venue.clone()} holdings={props.holdings.clone()}
                    refused={props.refused_order.clone()} marks={props.marks} act={props.act.clone()} />
            },
            Tab::Fills => fills(&props.venue, &props.holdings),
            Tab::Balances => balances(&props.venue, &props.holdings),
            Tab::Files => html! {
                <Files account={props.account} import={props.import.clone()} act={props.act.clone()} />
            },
            Tab::Server => html! {
                <Server sync={props.sync.clone()} sequence={props.sequence} remote={props.remote.clone()}
                    act={props.act.clone()} />
            },
            Tab::Exchanges => exchanges(
                props.exchange.as_deref().unwrap_or_default(),
                props.stored.as_ref().map(|stored| stored.as_slice()),
                props.trim.as_deref(),
                &props.act,
            ),
        }
    }
}

fn key(event: KeyboardEvent) -> Option<Msg> {
    let message = match event.key().as_str() {
        "ArrowRight" => Msg::Step(1),
        "ArrowLeft" => Msg::Step(Tab::ALL.len() - 1),
        "Home" => Msg::Jump(Tab::ALL[0]),
        "End" => Msg::Jump(Tab::ALL[Tab::ALL.len() - 1]),
        _ => return None,
    };
    event.prevent_default();
    Some(message)
}
