//! The page itself: it holds the line to the worker and the state, and lays out the parts.
//!
//! One frame is under way at a time and the next is asked for in the next animation frame, so a slow page only
//! sees fewer frames. Everything a user wishes arrives as an [`Action`].

mod screen;

use std::cell::RefCell;
use std::rc::Rc;

use outcry_engine::{Command, InstrumentId, OrderId, Price};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use yew::prelude::*;

use super::action::{Action, Part};
use super::answer::Answer;
use super::bottom_panel::Tab;
use super::download;
use super::hiding;
use super::keeping::{self, Keeping};
use super::link::{Heard, Link};
use super::notices::Notices;
use super::preferences::Theme;
use super::preview_desk::PreviewDesk;
use super::session_screen::Trouble;
use super::shared::Shared;
use super::state::State;
use super::witness;
use crate::protocol::{
    BUILD, Notice, NoticeLevel, Outcome, RemoteExchange, Request, Response, Session, StoredExchange, TrimPlan,
};

/// What a submitted command was for.
enum Purpose {
    Place(InstrumentId),
    Cancel(OrderId),
    Replace(OrderId),
}

/// What happens to the page.
pub(crate) enum Msg {
    Heard(Heard),
    AnimationFrame(f64),
    Act(Action),
    SystemTheme,
    Hides,
    Keeping(Keeping),
}

/// The page.
pub(crate) struct App {
    link: Option<Link>,
    broken: Option<String>,
    state: State,
    /// Commands without an answer yet: a few at most, so a list.
    submitted: Vec<(u32, Purpose)>,
    last_ticket: u32,
    preview: PreviewDesk,
    answer: Option<Shared<Answer>>,
    refused_order: Option<(OrderId, Shared<String>)>,
    picked: Option<(u32, Price)>,
    notices: Notices,
    /// Shared with what hears that the page goes away: that must not wait for its turn.
    keeper: Rc<RefCell<witness::Keeper>>,
    keeping: Keeping,
    /// Whether the browser was asked to keep the storage.
    asked_to_keep: bool,
    heard_keeping: Callback<Keeping>,
    stored: Option<Shared<Vec<StoredExchange>>>,
    /// What a trim would take, while the user thinks about it.
    trim: Option<Shared<Result<TrimPlan, String>>>,
    remote: Option<Shared<Result<Vec<RemoteExchange>, String>>>,
    theme: Theme,
    part: Part,
    tab: Tab,
    now: f64,
    act: Callback<Action>,
    animation: Closure<dyn FnMut(f64)>,
    _system_theme: Option<gloo::events::EventListener>,
    _hiding: [gloo::events::EventListener; 2],
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let (link, broken) = match Link::open(ctx.link().callback(Msg::Heard)) {
            Ok(link) => (Some(link), None),
            Err(message) => (None, Some(message)),
        };
        let keeper = Rc::<RefCell<witness::Keeper>>::default();
        let (hides, last) = (ctx.link().callback(|()| Msg::Hides), Rc::clone(&keeper));
        let _hiding = hiding::watch(Callback::from(move |()| {
            last.borrow_mut().keep();
            hides.emit(());
        }));
        let heard_keeping = ctx.link().callback(Msg::Keeping);
        keeping::look(false, heard_keeping.clone());
        let scope = ctx.link().clone();
        let animation = Closure::new(move |now| scope.send_message(Msg::AnimationFrame(now)));
        Self {
            link,
            broken,
            state: State::default(),
            submitted: Vec::new(),
            last_ticket: 0,
            preview: PreviewDesk::default(),
            answer: None,
            refused_order: None,
            picked: None,
            notices: Notices::default(),
            keeper,
            keeping: Keeping::default(),
            asked_to_keep: false,
            heard_keeping,
            stored: None,
            trim: None,
            remote: None,
            theme: Theme::current(),
            part: Part::default(),
            tab: Tab::default(),
            now: 0.0,
            act: ctx.link().callback(Msg::Act),
            animation,
            _system_theme: watch_system_theme(ctx),
            _hiding,
        }
    }

    fn update(&mut self, _ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Heard(Heard::Answer(response)) => self.take(response),
            Msg::Heard(Heard::Broken(message)) => {
                self.broken = Some(message);
                true
            }
            Msg::AnimationFrame(now) => {
                self.now = now;
                let view = self.state.view();
                self.send(&Request::Frame(view));
                if self.preview.is_due(now) {
                    self.ask_preview();
                }
                self.notices.expire(now)
            }
            Msg::Act(action) => self.act(action),
            Msg::Hides => {
                self.send(&Request::Settle);
                false
            }
            Msg::Keeping(keeping) => std::mem::replace(&mut self.keeping, keeping) != keeping,
            Msg::SystemTheme => {
                self.theme = Theme::current();
                true
            }
        }
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        match (self.trouble(), self.state.status.clone()) {
            (None, Some(status)) => self.screen(status),
            (trouble, _) => self.stand_in(&trouble.unwrap_or(Trouble::Starting)),
        }
    }
}

impl App {
    /// Why the exchange cannot be shown, if it cannot.
    fn trouble(&self) -> Option<Trouble> {
        if let Some(message) = &self.broken {
            return Some(Trouble::Broken(message.clone().into()));
        }
        match self.state.session.as_ref() {
            None => Some(Trouble::Starting),
            Some(session) if **session == Session::Open => None,
            Some(session) => Some(Trouble::Session(session.clone())),
        }
    }

    fn take(&mut self, response: Response) -> bool {
        match response {
            Response::Ready { build } => self.greet(&build),
            Response::Frame(frame) => {
                self.keeper.borrow_mut().see(frame.status.witness.clone(), self.now);
                let opened =
                    self.state.status.as_ref().is_none_or(|old| old.exchange != frame.status.exchange);
                let damaged = self.is_damaged();
                if let Err(message) = self.state.apply(*frame) {
                    self.broken = Some(format!("The exchange cannot be shown: {message}."));
                }
                if opened || (self.is_damaged() && !damaged) {
                    self.list_exchanges();
                }
                self.next_frame();
                true
            }
            Response::Submitted { ticket, outcome } => self.settle(ticket, outcome),
            Response::Previewed { ticket, preview } => self.preview.take(ticket, preview),
            Response::Exchanges(stored) => {
                self.stored = Some(Shared::new(stored));
                // What was planned may be done, or about another exchange by now.
                self.trim = None;
                true
            }
            Response::TrimPlan(plan) => {
                self.trim = Some(Shared::new(plan));
                true
            }
            Response::Remote(remote) => {
                self.remote = Some(Shared::new(remote));
                true
            }
            Response::Exported { name, bytes } => {
                match download::offer(&name, &bytes) {
                    Ok(()) => self.notices.post(information(format!("Exported {name}.")), self.now),
                    Err(message) => self.complain(format!("The export failed: {message}.")),
                }
                true
            }
            // The answer to the benchmark driver, which asks the worker by itself.
            Response::Benchmarked(_) => false,
            Response::Notice(notice) => {
                self.notices.post(notice, self.now);
                true
            }
        }
    }

    /// The worker runs: the first words.
    fn greet(&mut self, build: &str) -> bool {
        if build != BUILD {
            self.broken = Some(format!(
                "The page is build {BUILD} and its engine is build {build}. Reload the page to get both anew."
            ));
            return true;
        }
        self.send(&Request::Hello { build: BUILD.to_owned(), witnesses: witness::recall() });
        self.next_frame();
        false
    }

    /// Tells what became of a command of the user.
    fn settle(&mut self, ticket: u32, outcome: Outcome) -> bool {
        let Some(place) = self.submitted.iter().position(|(number, _)| *number == ticket) else {
            return false;
        };
        match (self.submitted.swap_remove(place).1, outcome) {
            (Purpose::Place(instrument), outcome) => {
                let answer = Answer::to_order(outcome, &self.state.venue, instrument);
                if let Answer::Done(words) = &answer {
                    if !std::mem::replace(&mut self.asked_to_keep, true) {
                        keeping::look(true, self.heard_keeping.clone());
                    }
                    self.notices.post(information(format!("{words}.")), self.now);
                }
                self.answer = Some(Shared::new(answer));
            }
            (Purpose::Cancel(order), Outcome::Done { .. }) => {
                self.notices.post(information(format!("Order {order} is canceled.")), self.now);
            }
            (Purpose::Cancel(order), Outcome::Refused(refusal)) => {
                self.complain(format!("Order {order} was not canceled: {}.", refusal.message));
            }
            (Purpose::Replace(order), Outcome::Done { .. }) => {
                self.refused_order = None;
                self.notices.post(information(format!("Order {order} is replaced.")), self.now);
            }
            (Purpose::Replace(order), Outcome::Refused(refusal)) => {
                self.refused_order = Some((order, Shared::new(refusal.message)));
            }
        }
        true
    }

    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Send(request) => self.send(&request),
            Action::ShowInstrument(instrument) => {
                self.state.show_instrument(instrument);
                self.answer = None;
            }
            Action::ShowAccount(account) => {
                self.state.show_account(account);
                self.answer = None;
            }
            Action::ShowInterval(seconds) => self.state.show_interval(seconds),
            Action::PickPrice(price) => {
                let serial = self.picked.map_or(0, |(serial, _)| serial).wrapping_add(1);
                self.picked = Some((serial, price));
                if self.part == Part::Book {
                    self.part = Part::Trade;
                }
            }
            Action::Preview(order) => {
                self.preview.turn_to(order);
                self.ask_preview();
            }
            Action::Place(order) => {
                self.answer = None;
                self.submit(Command::PlaceOrder(order), Purpose::Place(order.instrument));
            }
            Action::Cancel(order) => {
                if let Some(account) = self.state.account {
                    self.submit(Command::CancelOrder { account, order }, Purpose::Cancel(order));
                }
            }
            Action::Replace(order, price, quantity) => {
                self.refused_order = None;
                if let Some(account) = self.state.account {
                    let command = Command::ReplaceOrder { account, order, price, quantity };
                    self.submit(command, Purpose::Replace(order));
                }
            }
            Action::SwitchTheme => {
                self.theme = self.theme.other();
                self.theme.choose();
            }
            Action::ShowPart(part) => self.part = part,
            Action::ShowTab(tab) => {
                self.tab = tab;
                self.list_exchanges();
            }
            Action::LeaveUntrimmed => self.trim = None,
            Action::StartAnew { gone, seed } => {
                self.keeper.borrow_mut().forget(&gone);
                self.send(&Request::Forget { exchanges: gone });
                self.send(&Request::NewDemo { seed });
            }
            Action::Dismiss(id) => self.notices.dismiss(id),
            Action::Complain(message) => self.complain(message),
        }
        true
    }

    fn submit(&mut self, command: Command, purpose: Purpose) {
        let ticket = self.ticket_number();
        self.submitted.push((ticket, purpose));
        self.send(&Request::Submit { ticket, command });
    }

    /// Asks what the order would do now.
    fn ask_preview(&mut self) {
        let ticket = self.ticket_number();
        if let Some(order) = self.preview.ask(ticket, self.now) {
            self.send(&Request::Preview { ticket, order });
        }
    }

    /// Asks for the stored exchanges while their list is shown.
    fn list_exchanges(&mut self) {
        if self.tab == Tab::Exchanges || self.is_damaged() {
            self.send(&Request::ListExchanges);
        }
    }

    fn ticket_number(&mut self) -> u32 {
        self.last_ticket = self.last_ticket.wrapping_add(1).max(1);
        self.last_ticket
    }

    fn send(&mut self, request: &Request) {
        let Some(link) = &self.link else { return };
        if let Err(message) = link.send(request) {
            self.broken = Some(message);
        }
    }

    fn next_frame(&self) {
        let asked = gloo::utils::window().request_animation_frame(self.animation.as_ref().unchecked_ref());
        debug_assert!(asked.is_ok(), "a visible page has animation frames");
    }

    fn complain(&mut self, message: String) {
        self.notices.post(Notice { level: NoticeLevel::Error, message }, self.now);
    }
}

fn information(message: String) -> Notice {
    Notice { level: NoticeLevel::Information, message }
}

/// Hears of a change of the system's theme, so that the canvases are drawn anew.
fn watch_system_theme(ctx: &Context<App>) -> Option<gloo::events::EventListener> {
    let query = gloo::utils::window().match_media("(prefers-color-scheme: light)").ok()??;
    let link = ctx.link().clone();
    let changed = move |_: &web_sys::Event| link.send_message(Msg::SystemTheme);
    Some(gloo::events::EventListener::new(&query, "change", changed))
}
