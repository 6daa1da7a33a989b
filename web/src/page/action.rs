//! What the components ask of the page.

use outcry_engine::{AccountId, InstrumentId, NewOrder, OrderId, Price, Qty};

use yew::Callback;

use super::bottom_panel::Tab;
use crate::protocol::{ExchangeId, Request};

/// One wish of the user, sent up by a component and carried out by the page.
pub(crate) enum Action {
    /// Send this to the worker.
    Send(Request),
    /// Show another instrument.
    ShowInstrument(InstrumentId),
    /// Act for another account.
    ShowAccount(AccountId),
    /// Draw candles of so many seconds.
    ShowInterval(u32),
    /// Put a price into the ticket.
    PickPrice(Price),
    /// What the ticket asks for now; `None` while it cannot be read.
    Preview(Option<NewOrder>),
    /// Enter the order.
    Place(NewOrder),
    /// Cancel an order.
    Cancel(OrderId),
    /// Change an order's price and total quantity.
    Replace(OrderId, Price, Qty),
    /// Change the theme.
    SwitchTheme,
    /// Show another part, where there is room for one only.
    ShowPart(Part),
    /// Show a tab of the bottom panel.
    ShowTab(Tab),
    /// Do not trim the journal after all.
    LeaveUntrimmed,
    /// Make a new demo exchange of this seed, and give up exchanges that are gone.
    StartAnew {
        /// Which are given up.
        gone: Vec<ExchangeId>,
        /// The seed.
        seed: u64,
    },
    /// Forget a notice.
    Dismiss(u32),
    /// Tell the user that something went wrong.
    Complain(String),
}

/// Sends up the wish that an event means, if it means one.
pub(crate) fn wish<E: 'static>(
    act: &Callback<Action>,
    meant: impl Fn(E) -> Option<Action> + 'static,
) -> Callback<E> {
    let act = act.clone();
    Callback::from(move |event| {
        if let Some(action) = meant(event) {
            act.emit(action);
        }
    })
}

/// The parts of the screen, of which a phone shows one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// Charts.
    #[default]
    Chart,
    /// Ladder and tape.
    Book,
    /// Order ticket.
    Trade,
    /// Orders, fills, balances and the rest of the bottom panel.
    Account,
}

impl Part {
    /// All, in the order of their tabs.
    pub(crate) const ALL: [Self; 4] = [Self::Chart, Self::Book, Self::Trade, Self::Account];

    /// Its name as a class and in test ids.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Book => "book",
            Self::Trade => "trade",
            Self::Account => "account",
        }
    }

    /// Its name for the user.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Chart => "Chart",
            Self::Book => "Book",
            Self::Trade => "Trade",
            Self::Account => "Orders",
        }
    }
}
