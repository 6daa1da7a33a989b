//! A page without a screen, for tests of the worker.

use std::collections::VecDeque;
use std::rc::Rc;

use std::cell::{Cell, RefCell};

use outcry_engine::{
    AccountId, Command, InstrumentId, NewOrder, OrderPrice, Posting, Price, Qty, Side, TimeInForce,
};
use outcry_web::protocol::{BUILD, CrowdControl, Frame, Outcome, Request, Response, Session, View, Witness};
use outcry_web::worker::Service;
use outcry_web::worker::pulse::breathe;

/// A worker's service and what it has answered.
pub(crate) struct Page {
    service: Rc<Service>,
    answers: Rc<RefCell<VecDeque<Response>>>,
    last_ticket: Cell<u32>,
}

/// The visitor's account of the demo.
pub(crate) const YOU: AccountId = AccountId::new(1);

/// An order for shares of the demo's first instrument that rests far below the market.
pub(crate) fn bid(ticks: i64) -> Command {
    Command::PlaceOrder(NewOrder {
        account: YOU,
        instrument: InstrumentId::new(0),
        side: Side::Buy,
        price: OrderPrice::Limit(Price::new(ticks).expect("a price")),
        quantity: Qty::new(1).expect("a quantity"),
        time_in_force: TimeInForce::GoodTillCancel,
        posting: Posting::Any,
    })
}

/// An order for shares of the demo's first instrument that trades at once.
pub(crate) fn sweep() -> Command {
    let Command::PlaceOrder(order) = bid(1) else { unreachable!("a bid is an order") };
    Command::PlaceOrder(NewOrder {
        price: OrderPrice::Market,
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..order
    })
}

impl Page {
    /// Starts a worker on the named database and waits until its exchange is open.
    pub(crate) async fn open(database: &str) -> Self {
        let page = Self::start(database);
        page.until(|frame| frame.status.session == Session::Open).await;
        page
    }

    /// Starts a worker on the named database.
    pub(crate) fn start(database: &str) -> Self {
        Self::start_knowing(database, Vec::new())
    }

    /// Starts a worker on the named database, as a page that has seen this of it.
    pub(crate) fn start_knowing(database: &str, witnesses: Vec<Witness>) -> Self {
        let answers = Rc::new(RefCell::new(VecDeque::new()));
        let heard = Rc::clone(&answers);
        let service = Service::new(database, move |response| heard.borrow_mut().push_back(response));
        let page = Self {
            service: service.expect("a worker has what it needs"),
            answers,
            last_ticket: Cell::new(0),
        };
        page.request(Request::Hello { build: BUILD.to_owned(), witnesses });
        page
    }

    pub(crate) fn request(&self, request: Request) {
        self.service.request(request);
    }

    /// Stops the crowd and waits until all is saved; the picture then.
    pub(crate) async fn settle(&self) -> Frame {
        self.request(Request::Crowd(CrowdControl::Pause));
        self.until(|frame| frame.status.saved == frame.status.sequence).await
    }

    /// Stops the crowd; the picture then.
    pub(crate) async fn settle_unsaved(&self) -> Frame {
        self.request(Request::Crowd(CrowdControl::Pause));
        self.frame().await
    }

    /// Has a command of the user executed.
    pub(crate) async fn submit(&self, command: Command) -> Outcome {
        self.last_ticket.set(self.last_ticket.get() + 1);
        self.submit_as(self.last_ticket.get(), command).await
    }

    /// Has a command of the user executed under a ticket of its own.
    pub(crate) async fn submit_as(&self, ticket: u32, command: Command) -> Outcome {
        self.request(Request::Submit { ticket, command });
        self.answer(|response| match response {
            Response::Submitted { ticket: answered, outcome } if answered == ticket => Some(outcome),
            _ => None,
        })
        .await
    }

    /// Waits for an answer of one kind; others before it are dropped.
    pub(crate) async fn answer<T>(&self, mut kind: impl FnMut(Response) -> Option<T>) -> T {
        loop {
            let next = self.answers.borrow_mut().pop_front();
            match next.map(&mut kind) {
                Some(Some(answer)) => return answer,
                Some(None) => {}
                None => breathe().await,
            }
        }
    }

    /// A whole picture, as the first account sees it.
    pub(crate) async fn frame(&self) -> Frame {
        let account = Some(YOU);
        let epoch = u32::MAX;
        self.request(Request::Frame(View {
            epoch,
            account,
            levels: 50,
            candle_seconds: 1,
            ..View::default()
        }));
        self.answer(|response| match response {
            Response::Frame(frame) => Some(*frame),
            _ => None,
        })
        .await
    }

    /// Asks for pictures until one is as wanted.
    pub(crate) async fn until(&self, wanted: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            let frame = self.frame().await;
            if wanted(&frame) {
                return frame;
            }
            breathe().await;
        }
    }
}
