//! How the parts of the page are laid out, and what each is given.

use yew::prelude::*;

use super::super::acks::Marks;
use super::super::action::{Action, Part};
use super::super::bottom_panel::{BottomPanel, Tab};
use super::super::damage_screen::Around;
use super::super::depth_chart::DepthChart;
use super::super::ladder::Ladder;
use super::super::notice_list::notice_list;
use super::super::price_chart::PriceChart;
use super::super::session_screen::{Trouble, session_screen};
use super::super::shared::Shared;
use super::super::status_line::StatusLine;
use super::super::tape::Tape;
use super::super::ticket_form::TicketForm;
use super::super::top_bar::TopBar;
use super::App;
use crate::protocol::{Loss, Session, Status};

impl App {
    /// The screen of an open exchange.
    pub(super) fn screen(&self, status: Shared<Status>) -> Html {
        html! {
            <div class={classes!("app", format!("show-{}", self.part.id()))} data-testid="app">
                { self.header(&status) }
                <main class="parts" id="main">
                    { self.charts() }
                    { self.market() }
                    { self.ticket() }
                    { self.bottom() }
                </main>
                <StatusLine {status} keeping={self.keeping} sync={self.state.sync.clone()} act={self.act.clone()} />
                { notice_list(self.notices.posted(), &self.act) }
            </div>
        }
    }

    /// The screen that stands in the place of the exchange.
    pub(super) fn stand_in(&self, trouble: &Trouble) -> Html {
        let status = self.state.status.as_deref();
        let loss = Loss {
            exchange: status.map_or_else(String::new, |status| status.exchange.clone()),
            name: status.map_or_else(String::new, |status| status.name.clone()),
            server: self.state.sync.address.clone(),
            ..Loss::default()
        };
        let around = Around {
            stored: self.stored.as_ref().map_or(&[], |stored| stored.as_slice()),
            import: self.state.import.as_deref(),
            loss: &loss,
            act: &self.act,
        };
        session_screen(trouble, &around, notice_list(self.notices.posted(), &self.act))
    }

    /// Whether the screen is that of a damaged exchange.
    pub(super) fn is_damaged(&self) -> bool {
        matches!(self.state.session.as_deref(), Some(Session::Damaged(_) | Session::Unreadable { .. }))
    }

    fn header(&self, status: &Shared<Status>) -> Html {
        html! {
            <>
                <TopBar
                    name={AttrValue::from(status.name.clone())}
                    venue={self.state.venue.clone()}
                    instrument={self.state.instrument}
                    account={self.state.account}
                    statistics={self.state.statistics}
                    crowd={self.state.crowd}
                    theme={self.theme}
                    act={self.act.clone()}
                />
                <nav class="part-tabs" aria-label="Parts of the screen">
                    { for Part::ALL.into_iter().map(|part| self.part_button(part)) }
                </nav>
            </>
        }
    }

    fn part_button(&self, part: Part) -> Html {
        let onclick = self.act.reform(move |_| Action::ShowPart(part));
        let current = (self.part == part).then_some("true");
        html! {
            <button type="button" {onclick} aria-current={current} data-testid={format!("part-{}", part.id())}>
                { part.label() }
            </button>
        }
    }

    fn charts(&self) -> Html {
        html! {
            <section class="part part-chart" aria-label="Charts">
                <PriceChart
                    venue={self.state.venue.clone()}
                    instrument={self.state.instrument}
                    candles={self.state.candles.clone()}
                    seconds={self.state.candle_seconds}
                    theme={self.theme}
                    shown={self.part == Part::Chart}
                    act={self.act.clone()}
                />
                <DepthChart
                    venue={self.state.venue.clone()}
                    instrument={self.state.instrument}
                    book={self.state.book.clone()}
                    theme={self.theme}
                    shown={self.part == Part::Chart}
                />
            </section>
        }
    }

    fn market(&self) -> Html {
        html! {
            <section class="part part-book" aria-label="Order book and trades">
                <Ladder
                    venue={self.state.venue.clone()}
                    instrument={self.state.instrument}
                    book={self.state.book.clone()}
                    act={self.act.clone()}
                />
                <Tape
                    venue={self.state.venue.clone()}
                    instrument={self.state.instrument}
                    tape={self.state.tape.clone()}
                />
            </section>
        }
    }

    fn ticket(&self) -> Html {
        html! {
            <section class="part part-trade" aria-label="Order ticket">
                <TicketForm
                    venue={self.state.venue.clone()}
                    instrument={self.state.instrument}
                    account={self.state.account}
                    holdings={self.state.holdings.clone()}
                    picked={self.picked}
                    preview={self.preview.answer()}
                    answer={self.answer.clone()}
                    act={self.act.clone()}
                />
            </section>
        }
    }

    fn bottom(&self) -> Html {
        html! {
            <BottomPanel
                tab={self.tab}
                venue={self.state.venue.clone()}
                account={self.state.account}
                holdings={self.state.holdings.clone()}
                refused_order={self.refused_order.clone()}
                import={self.state.import.clone()}
                sync={self.state.sync.clone()}
                sequence={self.shown_sequence()}
                marks={self.marks()}
                exchange={self.state.status.as_ref().map(|status| AttrValue::from(status.exchange.clone()))}
                stored={self.stored.clone()}
                trim={self.trim.clone()}
                remote={self.remote.clone()}
                act={self.act.clone()}
            />
        }
    }

    /// How far the account's orders are saved and on disk; it changes only with them, so that the panel is not drawn
    /// with every frame.
    fn marks(&self) -> Marks {
        let working = self.state.holdings.orders.iter().map(|order| order.changed);
        let ended = self.state.holdings.ended.iter().map(|(_, changed)| *changed);
        let newest = working.chain(ended).max().unwrap_or(0);
        let status = self.state.status.as_ref();
        let marks = status.map(|status| Marks { saved: status.saved, on_disk: status.on_disk });
        marks.unwrap_or_default().up_to(newest)
    }

    /// The sequence while the bottom panel shows it; otherwise one that never changes, so that the panel is not drawn
    /// with every frame.
    fn shown_sequence(&self) -> u64 {
        let status = self.state.status.as_ref().filter(|_| self.tab == Tab::Server);
        status.map_or(0, |status| status.sequence)
    }
}
