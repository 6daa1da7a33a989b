//! A page without a screen, for tests of the worker.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use outcry_engine::AccountId;
use outcry_web::protocol::{BUILD, Frame, Request, Response, Session, View};
use outcry_web::worker::Service;
use outcry_web::worker::pulse::breathe;

/// A worker's service and what it has answered.
pub(crate) struct Page {
    service: Rc<Service>,
    answers: Rc<RefCell<VecDeque<Response>>>,
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
        let answers = Rc::new(RefCell::new(VecDeque::new()));
        let heard = Rc::clone(&answers);
        let service = Service::new(database, move |response| heard.borrow_mut().push_back(response));
        let page = Self { service: service.expect("a worker has what it needs"), answers };
        page.request(Request::Hello { build: BUILD.to_owned() });
        page
    }

    pub(crate) fn request(&self, request: Request) {
        self.service.request(request);
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
        let account = Some(AccountId::new(1));
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
